"""The second computation of a report: before it is published, and of any report folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from climtrack.check.check import Result, Text, check, sections, subjects
from climtrack.errors import ConfigError
from climtrack.vocabulary.assets import Asset

SUFFIXES = (".json", ".csv", ".md", ".html")


def check_assets(reports: Sequence[Sequence[Asset]]) -> Result:
    """Hold reports that were just made against their tables: facts, documents, and what their pictures say."""
    files = [
        {asset.path: asset.data.decode() for asset in assets if asset.path.endswith(SUFFIXES)} for assets in reports
    ]
    texts = [text for one in files for text in sections(one["report.md"], subjects(one))]
    return check(files, [*texts, *(text for assets in reports for text in _words(assets))])


def _words(assets: Iterable[Asset]) -> Iterator[Text]:
    """Titles, captions and alternative texts, once for all sizes of a picture."""
    for asset in assets:
        if (words := asset.words) is None:
            continue
        subject, chart, *_ = asset.path.rsplit(".", 4 + asset.path.count(".dark."))
        for name in ("title", "subtitle", "caption", "alt_short", "alt", "long"):
            yield Text(f"{subject}.{chart}.{asset.language} {name}", asset.language, getattr(words, name), subject)


def check_folder(folder: Path) -> Result:
    """The same for report folders: this one, or those in it."""
    found = sorted(path.parent for path in (*folder.glob("facts.json"), *folder.glob("*/facts.json")))
    if not found:
        raise ConfigError("check.no_report", folder=folder)
    files = [
        {path.name: path.read_text("utf-8") for path in one.iterdir() if path.name.endswith(SUFFIXES)} for one in found
    ]
    try:
        return check(files, [text for one in files for text in sections(one.get("report.md", ""), subjects(one))])
    except (ValueError, LookupError) as problem:
        raise ConfigError("check.unreadable", folder=folder, reason=str(problem)[:80]) from problem

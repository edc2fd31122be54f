"""The second computation of a report: before it is published, and of any report folder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import unescape
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


def check_folder(folder: Path, reports: Path) -> Result:
    """The same for report folders, this one or those in it, or for an issue's posts with the report of their region."""
    found = sorted(path.parent for path in (*folder.glob("facts.json"), *folder.glob("*/facts.json")))
    posts = [path for path in sorted(folder.glob("post.*")) if path.suffix in (".md", ".html")]
    if posts:
        found = [reports / folder.absolute().name[len("2026-11-21-") :]]
    if not found or not (found[0] / "facts.json").is_file():
        raise ConfigError("check.no_report", folder=found[0] if found else folder)
    files = [
        {path.name: path.read_text("utf-8") for path in one.iterdir() if path.name.endswith(SUFFIXES)} for one in found
    ]
    try:
        own = (text for path in posts for text in _post(path.name, path.read_text("utf-8")))
        said = (text for one in files for text in sections(one.get("report.md", ""), subjects(one)))
        return check(files, own if posts else said)
    except (ValueError, LookupError) as problem:
        raise ConfigError("check.unreadable", folder=folder, reason=str(problem)[:80]) from problem


def _post(name: str, text: str) -> Iterator[Text]:
    """The sentences of a post, as Markdown or HTML, and what its pictures show."""
    alts = re.findall(r'alt="([^"]*)"', text)
    text = re.sub(r"<(style|script).*?</\1>|<[^>]*>", "\n", re.sub(r"\]\(<[^>]*>\)", "", text), flags=re.DOTALL)
    for line in (*alts, *text.splitlines()):
        yield Text(name, name.split(".")[1], re.sub(r"\\([^\w\s])", r"\1", unescape(line)).strip("#*![ ]"))

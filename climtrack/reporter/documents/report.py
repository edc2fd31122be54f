"""report.md: the region's answers, pictures and numbers, one section a language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from climtrack.errors import Notice
from climtrack.reporter.answers import answers
from climtrack.reporter.documents.grids import grids
from climtrack.reporter.sentences import Phrases, place, plain
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.findings import Study
from climtrack.vocabulary.notice import markdown
from climtrack.vocabulary.pairing import Pairing
from climtrack.vocabulary.registry import REGIONS
from climtrack.words.attribution import attribution
from climtrack.words.language import Language

#: A clock this many days from the data cannot be right, so that no age is told.
_ODD_AGE = 3 * 366
#: Regions whose sea the site does not have.
HALVES = frozenset({"nh", "sh"})


def data_line(study: Study, language: Language, now: dt.datetime) -> str:
    """How old the data are: ``Data to 5 July, retrieved 11 July 16:42 UTC, 6 days old``."""
    end = study.findings.latest.date
    day = language.date_day(end) if end.year == now.year else language.date_long(end)
    moment = language.moment(study.series.source.retrieved)
    age = (now.date() - end).days
    if not 0 <= age <= _ODD_AGE:
        return language.text("report.data.noage", day=day, moment=moment)
    return language.text("report.data", age, day=day, moment=moment)


def pairing_note(pair: Pairing, language: Language) -> str:
    """Why the sea of a region is what it is; nothing where it needs no word."""
    if pair.region not in HALVES:
        return ""
    the = place(REGIONS[pair.region], language).the
    if pair.sea_computed:
        return language.text("report.pair.computed", the=the)
    if pair.sst is not None and pair.sst.region in REGIONS:
        return language.text("report.pair.natlan", the=the, sea=place(REGIONS[pair.sst.region], language).the)
    return language.text("report.pair.none", the=the)


def report_markdown(
    pair: Pairing,
    studies: Sequence[Study],
    pictures: Iterable[Asset],
    languages: Sequence[str],
    *,
    now: dt.datetime,
    health: Sequence[Notice] = (),
    tables: Sequence[str] = (),
) -> Asset:
    """
    The report as Markdown.

    One file holds every language asked for, a section each, so that the folder has one front page whatever was asked.
    """
    drawn = [asset for asset in pictures if asset.words is not None]
    parts = [_section(pair, studies, drawn, Language(code), now, health, tables) for code in languages]
    return Asset("report.md", "text/markdown", ("\n---\n\n".join(parts)).encode())


def _section(
    pair: Pairing,
    studies: Sequence[Study],
    drawn: Sequence[Asset],
    language: Language,
    now: dt.datetime,
    health: Sequence[Notice],
    tables: Sequence[str],
) -> str:
    """One language's part."""
    voices = [Phrases(study, language) for study in studies]
    home = next((v for v in voices if v.study.region.name == pair.region), voices[0])
    newest = max(voice.day for voice in voices)
    title = language.text("report.title", name=home.place.name, date=language.date_long(newest))
    out = [f"# {markdown(title)}", ""]
    if any(study.simulated for study in studies):
        out += [f"**{language.text('report.simulated')}**", ""]
    note = pairing_note(pair, language)
    if note:
        out += [note, ""]
    shown: set[str] = set()
    for voice in voices:
        out += [f"## {markdown(voice.heading)}", ""]
        for told in answers(voice.study, language):
            ask, _, tell = told.partition("? ")
            out += [f"- **{markdown(ask)}?** {markdown(tell)}"]
        out += ["", markdown(data_line(voice.study, language, now)) + ".", ""]
        label = voice.study.series.key.label
        own = [a for a in drawn if a.language == language.code and PurePosixPath(a.path).name.startswith(f"{label}.")]
        shown |= {asset.path for asset in own}
        out += _pictures(own, label, language)
        out += [f"### {language.text('report.tables')}", "", *grids(voice)]
    rest = [asset for asset in drawn if asset.language == language.code and asset.path not in shown]
    out += _pictures(rest, "", language)
    out += [f"## {language.text('report.sources')}", ""]
    noted = [
        f"{study.series.key.label}: {note if isinstance(note, str) else language.what(note)}."
        for study in studies
        for note in study.series.source.notes
    ]
    lines = dict.fromkeys(plain(line, 300) for line in (*map(language.say, health), *noted))
    if lines:
        out += [markdown(language.text("report.health", lines=" ".join(lines))), ""]
    else:
        out += [language.text("report.health.good"), ""]
    for line in dict.fromkeys(line for study in studies for line in attribution(study.series, language)):
        out += [f"- {markdown(line)}"]
    out += [f"- {language.text('report.method')}"]
    names = [*(f"{study.series.key.label}.csv" for study in studies), *tables]
    links = language.list([f"[{name}]({name})" for name in names])
    files = language.text("report.files", links=links, facts="[facts.json](facts.json)")
    return "\n".join([*out, f"- {files}", ""])


def _pictures(own: Sequence[Asset], label: str, language: Language) -> list[str]:
    """Each chart once, with its caption; its other sizes as links."""
    charts: dict[str, list[Asset]] = {}
    for asset in own:
        chart = asset.path.removeprefix(f"{label}.").split(".")[0] if label else asset.path.rsplit(".", 4)[0]
        charts.setdefault(chart, []).append(asset)
    out: list[str] = []
    for first, *others in charts.values():
        if first.words is not None:
            out += [f"![{markdown(first.words.alt)}]({first.path})", "", f"*{markdown(first.words.caption)}*", ""]
        if others:
            links = language.list([f"[{other.path}]({other.path})" for other in others])
            out += [language.text("report.pictures.other", links=links), ""]
    return out

"""A report folder held against its own tables: which of its numbers differ from a second computation."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from climtrack.check.recount import (
    COMMON,
    DAY,
    LEAP,
    PLACES,
    About,
    Array,
    Days,
    Months,
    floats,
    recount,
    recount_months,
    said,
    said_of_months,
    span,
)
from climtrack.check.sentences import Book, judge, judge_row, masked, places
from climtrack.words.catalogue import CATALOGUES, catalogue

#: Two computations of one fact agree to this, or to what `About` says.
EXACT = 1e-6
#: Columns of the table of days are printed to six decimals.
COLUMN = 1e-6
#: Words of a cell that is no sentence.
LONGEST_CELL = 6
#: The last days on a page, series by series: a day, its value, its differences from last year and from average.
DAYS_SHOWN = re.compile(r'<tbody data-is="rows">(.*?)</tbody>', re.DOTALL)
DAY_SHOWN = re.compile(r'<th scope="row">([^<]*)</th>' + 3 * "<td>([^<]*)</td>")
#: What a number of two decimals may be off.
HALF = 0.005 + 1e-9


@dataclass(frozen=True, slots=True)
class Difference:
    """A number that is not what a second computation says."""

    where: str
    printed: str
    recounted: str


@dataclass(slots=True)
class Result:
    """How many numbers were computed twice, which of them differ, and which could not be computed."""

    checked: int = 0
    differing: list[Difference] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)

    @property
    def document(self) -> dict[str, Any]:
        """For machines."""
        differing = [asdict(one) for one in self.differing]
        return {"schema": "climtrack.check/1", "numbers": self.checked, "differing": differing, "unknown": self.unknown}

    def note(self, agrees: bool | None, where: str, printed: object, recounted: Iterable[object] = ()) -> None:
        if agrees is None:
            self.unknown[where] += 1
            return
        self.checked += 1
        if not agrees:
            self.differing.append(Difference(where, _shown(printed), " | ".join(dict.fromkeys(map(_shown, recounted)))))


def _shown(value: object) -> str:
    return f"{value:.9g}" if isinstance(value, float) else str(value)


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a report, and the series it is about, as files name them; none where it is about all."""

    where: str
    language: str
    text: str
    subject: str = ""


def check(reports: Sequence[Mapping[str, str]], texts: Iterable[Text]) -> Result:
    """Hold every number of facts, of tables of days and of some texts against a second computation."""
    result, books = Result(), {}
    for files in reports:
        every, shown = json.loads(files["facts.json"])["series"], iter(DAYS_SHOWN.findall(files.get("report.html", "")))
        for label, (option, facts) in zip(subjects(files), every.items(), strict=True):
            if option == "sst_month":
                sea = f"{every['sst']['region']}-sst.csv" if "sst" in every else ""
                months, daily = Months.read(files[f"{label}.csv"]), Days.read(files[sea]) if sea in files else None
                _facts(result, label, facts, _plain(recount_months(months, facts, daily)))
                books[label] = Book.of(facts | {"said": said_of_months(months)})
                continue
            days = Days.read(files[f"{label}.csv"])
            _columns(result, f"{label}.csv", days, facts)
            if f"{label}.year.csv" in files:
                _year(result, f"{label}.year.csv", days, facts, files[f"{label}.year.csv"])
            _page(result, f"report.html: {label}", days, facts, next(shown, ""))
            found = recount(days, facts)
            land = files.get(f"{label.removesuffix('air')}land-ocean.csv")
            if land and (first := found["rank"]["month"].get("first")):
                other = Months.read(land)
                if (first.year, first.month) in other.departures:  # NOAA's month comes later
                    found["rank"]["month"]["other"] = other.place(first.year, first.month)
            _facts(result, label, facts, _plain(found))
            since = files.get(f"{label}.since-last-issue.csv")
            spoken = said(days, facts, Days.read(since).first if since else None)
            books[label] = Book.of(facts | {"said": _plain(spoken)})
    for text in dict.fromkeys(texts):
        _text(result, text, _about(text.subject, books))
    return result


def _about(subject: str, books: Mapping[str, Book]) -> Sequence[Book]:
    """
    Books of the series of a text, none where one is not here.

    ``nh-sh-air`` is about ``nh-air`` and ``sh-air``, one that names no variable about all series.
    """
    if "-" not in subject:
        return [*books.values()]
    *regions, option = subject.split("-")
    named = [subject] if subject in books else [f"{region}-{option}" for region in regions]
    return [books[name] for name in named] if all(name in books for name in named) else []


def _text(result: Result, text: Text, books: Sequence[Book]) -> None:
    """Hold the numbers of a sentence, or of a table's row, against what is known."""
    if text.text.startswith("|") and not any(len(cell.split()) > LONGEST_CELL for cell in text.text.split("|")[2:]):
        row = masked(text.text, text.language)[1]
        if judged := judge_row(row, books):
            for number, known in zip(row, judged, strict=True):
                result.note(known, f"{text.where} | {text.text.strip('| ').split(' |')[0]}", number.text)
            return
    for place in places(text.text, text.language):
        if place.constant or place.number.kind == "time" or (place.number.kind == "word" and not place.fields):
            continue
        agrees, expected = judge(place, books)
        message = " ".join(place.fields[0]) if place.fields else "?"
        result.note(agrees, f"{text.where} ({message})", place.number.text, expected)


def _plain(value: Any) -> Any:
    """Figures and days as facts.json writes them."""
    match value:
        case np.generic():
            return _plain(value.item())
        case float() if value != value:
            return None
        case dt.date():
            return value.isoformat()
        case dict():
            return {name: _plain(inner) for name, inner in value.items()}
        case list() | tuple() | np.ndarray():
            return [_plain(inner) for inner in value]
    return value


def _facts(result: Result, where: str, printed: Any, recounted: Any) -> None:
    """Hold a nest of facts against the same nest computed again."""
    match printed:
        case dict():
            for name, inner in printed.items():
                found = recounted.get(name, ...) if isinstance(recounted, dict) else ...
                _facts(result, f"{where}.{name}", inner, found)
        case list() if isinstance(recounted, list):
            same = len(printed) == len(recounted)
            result.note(same, f"{where} (how many)", len(printed), [len(recounted)])
            for inner, found in zip(printed, recounted, strict=True) if same else ():
                _facts(result, f"{where}[]", inner, found)
        case list():
            for inner in printed:
                _facts(result, f"{where}[]", inner, ...)
        case bool() | int() | float():
            within = recounted.within if isinstance(recounted, About) else EXACT
            value = recounted.value if isinstance(recounted, About) else recounted
            if value is ... and isinstance(printed, bool):
                return
            agrees = isinstance(value, bool | int | float) and abs(value - printed) <= within
            unsure = value is ... or (isinstance(recounted, About) and not recounted.sure and not agrees)
            result.note(None if unsure else agrees, where, printed, [value])
        case str() if re.fullmatch(r"\d{4}-\d\d-\d\d", printed) or where.endswith(".claim"):
            result.note(None if recounted is ... else recounted == printed, where, printed, [recounted])


def _columns(result: Result, where: str, days: Days, facts: Mapping[str, Any]) -> None:
    """Hold the computed columns of a table against its values; each column counts as one number."""
    usual = _usual(days, facts)
    for column, expected in {
        "climatology": usual,
        "anomaly": days.values - usual,
        "last_year": days.partners,
        "difference": days.beside,
    }.items():
        printed = floats(days.columns[column])
        wrong = np.flatnonzero(~np.isclose(printed, expected, rtol=0, atol=COLUMN, equal_nan=True))
        n = int(wrong[0]) if wrong.size else 0
        shown = f"{days.day(n)} {days.columns[column][n]}"
        result.note(not wrong.size, f"{where}: {column} ({wrong.size})", shown, [expected[n]])


def _year(result: Result, where: str, days: Days, facts: Mapping[str, Any], text: str) -> None:
    """Hold this year's table, of two decimals, against the values; each column counts as one number."""
    head, *rows = csv.reader(text.splitlines())
    columns = dict(zip(head, zip(*rows, strict=True), strict=True))
    at = PLACES if len(rows) == PLACES.size else COMMON
    nothing = np.full(366, np.nan)
    *others, last, this = [nothing, nothing, *days.table]
    early = days.folded(days.early)[-1] == 1
    for column, expected in {
        "this_year": this,
        "last_year": np.where((PLACES == LEAP) & np.isnan(last), last[LEAP - 1], last),
        "average": days.normal(*span(facts["baseline"])) if facts["baseline"] else nothing,
        "low": np.fmin.reduce(others),
        "high": np.fmax.reduce(others),
        "preliminary": np.where(early, this, np.nan),
    }.items():
        wrong = ~np.isclose(floats(columns[column]), expected[at], rtol=0, atol=HALF, equal_nan=True)
        n = int(wrong.argmax())
        shown = f"{columns['day'][n]} {columns[column][n]}"
        result.note(not wrong.any(), f"{where}: {column} ({wrong.sum()})", shown, [expected[at][n]])


def _usual(days: Days, facts: Mapping[str, Any]) -> Array:
    """The average of each day, NaN without a baseline."""
    return days.normal(*span(facts["baseline"]))[days.place] if facts["baseline"] else np.full(days.place.size, np.nan)


def _page(result: Result, where: str, days: Days, facts: Mapping[str, Any], shown: str) -> None:
    """Hold the last days of a page, newest first, against the values."""
    anomaly = days.values - _usual(days, facts)
    for n, (day, *cells) in enumerate(DAY_SHOWN.findall(shown)):
        date, at = days.last - n * DAY, days.values.size - 1 - n
        result.note(day.startswith(f"{date.day} ") and day.endswith(f" {date.year}"), where, day, [date])
        for cell, expected in zip(cells, (days.values[at], days.beside[at], anomaly[at]), strict=True):
            digits = cell.replace("−", "-").replace(",", ".")
            printed = float(digits) if re.fullmatch(r"[+-]?\d+\.\d\d", digits) else np.nan
            agrees = abs(printed - expected) <= HALF or bool(np.isnan(printed) and np.isnan(expected))
            result.note(bool(agrees), f"{where}, {day}", cell, [expected])


def subjects(files: Mapping[str, str]) -> list[str]:
    """The series of a report, as its files are named."""
    every = json.loads(files["facts.json"])["series"].items()
    return [
        f"{facts['region']}-{facts['key'].split('.')[1] if option == 'sst_month' else option}"
        for option, facts in every
    ]


def sections(markdown: str, labels: Sequence[str]) -> Iterator[Text]:
    """The sentences and tables of report.md by series; what its sources say is no number of a table of days."""
    for part in markdown.split("\n---\n"):
        pictured = re.search(rf"\.({'|'.join(CATALOGUES)})\.(?:png|svg|webp|pdf)\)", part)
        headed = (code for code in CATALOGUES if f"\n## {catalogue(code)['report.sources'][0]}\n" in part)
        language = pictured[1] if pictured else next(headed, "en")
        body = part.partition(f"\n## {catalogue(language)['report.sources'][0]}\n")[0]
        for n, section in enumerate(re.split(r"^## ", body, flags=re.MULTILINE)):
            heading = subject = labels[n - 1] if 0 < n <= len(labels) else ""
            for line in section.splitlines():
                if picture := re.fullmatch(r"!\[(.*)\]\((.*)\)", line):
                    subject = picture[2].rsplit(".", 4 + picture[2].count(".dark."))[0]
                elif line and line[0] != "*":
                    subject = heading
                text = picture[1] if picture else re.sub(r"\[[^\]]*\]\([^)]*\)", "", line)
                yield Text("report.md", language, re.sub(r"\\([^\w\s])", r"\1", text), subject)

"""What stands beside a figure: its baseline with every anomaly, the word for a preliminary end, and no loose ends."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import pytest

from climtrack.analysis.survey import study
from climtrack.errors import RenderError
from climtrack.reporter import render
from climtrack.reporter.answers import answers
from climtrack.reporter.charts import CHARTS
from climtrack.reporter.sentences import Phrases
from climtrack.vocabulary.findings import Study
from climtrack.vocabulary.registry import REGIONS
from climtrack.vocabulary.series import Status, trimmed
from climtrack.words.language import LANGUAGES, Language
from tests.reporter.studies import key, sample, series

TEXTS = ("title", "subtitle", "caption", "alt_short", "alt", "long")
#: A figure against an average, which needs the years of it.
AGAINST = {
    "en": r"(above|below|against|from|with)( its| the)?( \d{4}–\d{4})? average\b",
    "es": r"(sobre|bajo|con|de|a) la media\b",
}
OTHER = {"nh": "sh", "sh": "nh"}
PRELIMINARY = {"en": "preliminary", "es": "provisional"}


def without(region: str, variable: str, first: dt.date, last: dt.date) -> Study:
    """The study of a simulated series that lacks some days."""
    held = series(region, variable)
    values, status = held.values.copy(), held.status.copy()
    gone = slice((max(first, held.start) - held.start).days, (last - held.start).days + 1)
    values[gone], status[gone] = np.nan, Status.MISSING
    return study(trimmed(key(region, variable), held.start, values, status, held.source), REGIONS[region])


#: A handful of hard cases, each studied where it is first asked for.
CASES: dict[str, Callable[[], Study]] = {
    "January": lambda: sample("nh", as_of=dt.date(2026, 1, 9)),
    "New Year": lambda: sample("nino3.4", "sst", as_of=dt.date(2026, 1, 1)),
    "year's end": lambda: sample("gomex", "sst", as_of=dt.date(2025, 12, 31)),
    "leap day": lambda: sample("tropics", as_of=dt.date(2024, 2, 29)),
    "preliminary": lambda: sample("atlhmdr", "sst", as_of=series("natlan", "sst").end),
    "no baseline": lambda: without("nh", "t2m", dt.date(1940, 1, 1), dt.date(2011, 12, 31)),
    "no last year": lambda: without("natlsp", "sst", dt.date(2025, 1, 1), dt.date(2025, 12, 31)),
    "gaps": lambda: without("world2", "sst", dt.date(2026, 3, 3), dt.date(2026, 3, 20)),
    "years absent": lambda: without("sh", "t2m", dt.date(1950, 1, 1), dt.date(1957, 12, 31)),
}


@cache
def case(name: str) -> Study:
    return CASES[name]()


def told(name: str, code: str) -> Iterator[tuple[str, str, str]]:
    """Chart, field and text of everything that is said of a case; charts that refuse it say nothing."""
    one = case(name)
    for chart, spec in CHARTS.items():
        shown = [one]
        if spec.needs == "hemispheres":
            if one.region.name not in OTHER:
                continue
            shown = sorted([one, sample(OTHER[one.region.name], as_of=one.as_of)], key=lambda half: half.region.name)
        if spec.needs == "both":
            if one.series.key.variable == "sst":
                continue
            shown = [one, sample("natlan", "sst", one.as_of)]
        try:
            words = render.words(chart, shown)[code]
        except RenderError:
            continue
        yield from ((chart, field, getattr(words, field)) for field in TEXTS)
    yield from (("answer", str(i), text) for i, text in enumerate(answers(one, Language(code)), 1))


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", CASES)
def test_nothing_is_missing_beside_a_figure(name: str, code: str) -> None:
    """Baseline and preliminary where they belong; no double space, empty place, brace or cut text."""
    found, language, end = case(name).findings, code[:2], []
    for chart, field, text in told(name, code):
        if loose := re.search(r"  |[ ][.,;:]|\{|\}|…|\(\)|\bnan\b", text):
            end.append(f"{chart} {field}: {loose[0]!r} in {text}")
        if field in {"title", "subtitle"}:
            continue
        if found.baseline and re.search(AGAINST[language], text) and found.baseline.label not in text:
            end.append(f"{chart} {field}: no baseline in {text}")
        used = field != "alt_short" and (chart != "answer" or "°C" in text)
        if found.preliminary_from and used and PRELIMINARY[language] not in text:
            end.append(f"{chart} {field}: not called preliminary: {text}")
    assert not end, "\n".join(end)


def test_the_cases_are_what_they_are_called() -> None:
    """A preliminary end, no baseline, no year before, gaps."""
    assert case("preliminary").findings.preliminary_from is not None
    assert case("no baseline").baseline is None
    assert np.isnan(case("no last year").table.row(2025)).all()
    assert case("gaps").findings.missing
    assert case("years absent").findings.absent_years


def test_a_rank_names_the_years_that_it_compares() -> None:
    """OISST begins in September 1981, so that its first 5 August is of 1982; a year that lacks the date is named."""
    gone = without("natlan", "sst", dt.date(2024, 11, 20), dt.date(2024, 11, 25))
    whole = Phrases(sample("natlan", "sst", as_of=dt.date(2026, 8, 5)), Language("en")).ranked()
    assert "of 45 in this series, since 1982." in whole
    assert Phrases(gone, Language("en")).ranked().endswith("There is no value for 22 November in 2024.")
    assert Phrases(gone, Language("es")).ranked().endswith("No hay valor del 22 de noviembre en 2024.")

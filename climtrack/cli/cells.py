"""Cells and rows that several tables share: two decimals, the reason where a fact is not known, in either language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from climtrack.reporter.language import Language
from climtrack.reporter.places import place
from climtrack.reporter.reasons import spanish_reason
from climtrack.vocabulary.findings import (
    Gap,
    Rank,
    Run,
    Slope,
    Unknown,
)
from climtrack.vocabulary.results import Study

Row = tuple[str, ...]
Rows = list[Row]

DASH = "–"


def heading(study: Study, language: Language) -> str:
    """What a table is about."""
    say, latest, absent = language.text, study.findings.latest, len(study.findings.absent_years)
    text = say(
        "cell.heading",
        name=place(study.region, language).name,
        quantity=say(f"quantity.{study.series.key.variable}"),
        date=latest.date,
    )
    text = say("cell.heading.preliminary", heading=text) if latest.status == "preliminary" else text
    text = say("cell.heading.absent", absent, heading=text) if absent else text
    return say("cell.simulated", heading=text) if study.simulated else text


def why(reason: str, language: Language) -> str:
    """A reason of the analysis in the reader's language."""
    if not language.spanish:
        return reason
    said = spanish_reason(reason)
    return re.sub(r"(?<=\d),(?=\d)", ".", said) if language.number(0.5) == "0.5" else said


def unknown_row(name: str, reason: str, language: Language) -> Row:
    """A fact that cannot be known."""
    return (name, DASH, why(reason, language))


def difference_row(name: str, value: float | Unknown, language: Language, beside: str = "", places: int = 2) -> Row:
    """A signed temperature difference, or why there is none."""
    if isinstance(value, Unknown):
        return unknown_row(name, value.why, language)
    return (name, language.difference(value, places), beside)


def interval(low: float, high: float, places: int, language: Language, *, sign: bool = True) -> str:
    """The 95 % interval of a rate."""
    printed = [language.signed(end, places) if sign else language.number(end, places) for end in (low, high)]
    return language.text("cell.interval", low=printed[0], high=printed[1])


def slope_row(name: str, found: Slope | Unknown, language: Language) -> Row:
    """A slope with its interval."""
    if isinstance(found, Unknown):
        return unknown_row(name, found.why, language)
    rate = language.text("cell.slope.value", value=language.signed(found.per_day, 3))
    return (name, rate, interval(found.low, found.high, 3, language))


def rank_row(name: str, found: Rank | Unknown, language: Language) -> Row:
    """A place among years."""
    if isinstance(found, Unknown):
        return unknown_row(name, found.why, language)
    say = language.text
    joint = say("cell.rank.level", years=listed(found.tied_with, language)) if found.tied else ""
    best = language.temperature(found.best_value, 2)
    beside = say(
        "cell.rank.beside",
        value=language.temperature(found.value, 2),
        claim=say(f"claim.{found.claim.value}"),
        level=joint,
        best="" if found.rank == 1 else say("cell.rank.best", year=found.best_year, value=best),
        span=str(found.first) if found.first == found.last else say("cell.span", first=found.first, last=found.last),
    )
    return (name, say("cell.rank", rank=found.rank, of=found.of), beside)


def listed(values: Sequence[Any], language: Language) -> str:
    """At most four of them."""
    text = ", ".join(map(str, values[:4]))
    return text if len(values) <= 4 else language.text("cell.more", len(values) - 4, listed=text)


def gap_cell(found: Gap, language: Language) -> str:
    """A day's difference."""
    return language.text("cell.on", value=language.difference(found.difference, 2), date=found.date)


def run_cells(run: Run | None, language: Language) -> tuple[str, str, str]:
    """A run of days."""
    return (DASH, "", "") if run is None else (language.count(run.days), str(run.first), str(run.last))

"""Cells and rows that several tables share: two decimals, the reason where a fact is not known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from climtrack.vocabulary.findings import (
    Claim,
    Gap,
    Rank,
    Run,
    Slope,
    Unknown,
)
from climtrack.vocabulary.results import Study
from climtrack.vocabulary.rounding import rounded
from climtrack.vocabulary.variables import VARIABLES

Rows = list[tuple[str, ...]]

CLAIMS = {Claim.SAFE: "safe", Claim.WITHIN_NOISE: "within noise", Claim.TIE: "tie", Claim.PRELIMINARY: "preliminary"}


def heading(study: Study) -> str:
    """
    What a table is about.

    Parameters
    ----------
    study : Study
        What is known.

    Returns
    -------
    str
        Region, variable, data-to date; SIMULATED where it is.
    """
    latest = study.findings.latest
    text = f"{study.region.title}: {VARIABLES[study.series.key.variable].title}, data to {latest.date}"
    text += " (preliminary)" if latest.status == "preliminary" else ""
    if study.findings.absent_years:
        text += f"; {len(study.findings.absent_years)} years absent"
    return f"SIMULATED · {text}" if study.simulated else text


def unknown_row(name: str, why: str) -> tuple[str, ...]:
    """A fact that cannot be known."""
    return (name, "–", why)


def difference_row(name: str, value: float | Unknown, beside: str = "", places: int = 2) -> tuple[str, ...]:
    """A signed temperature difference, or why there is none."""
    return unknown_row(name, value.why) if isinstance(value, Unknown) else (name, signed(value, places), beside)


def signed(value: float, places: int = 2) -> str:
    """Difference in °C; what rounds to nothing has no sign."""
    return f"{plus(value, places)} °C"


def number(value: float, places: int) -> str:
    """A number, rounded as everywhere."""
    return str(rounded(value, places))


def plus(value: float, places: int) -> str:
    """A difference with its sign, unless it rounds to nothing."""
    figure = rounded(value, places)
    return f"{figure:+}" if figure else str(figure)


def slope_row(name: str, found: Slope | Unknown) -> tuple[str, ...]:
    """A slope with its interval."""
    if isinstance(found, Unknown):
        return unknown_row(name, found.why)
    return (
        name,
        f"{plus(found.per_day, 3)} °C/day",
        f"95 % interval {plus(found.low, 3)} to {plus(found.high, 3)}",
    )


def rank_row(name: str, found: Rank | Unknown) -> tuple[str, ...]:
    """A place among years."""
    if isinstance(found, Unknown):
        return unknown_row(name, found.why)
    joint = f", level with {listed(found.tied_with)}" if found.tied else ""
    best = "" if found.rank == 1 else f", warmest {found.best_year} with {number(found.best_value, 2)} °C"
    span = str(found.first) if found.first == found.last else f"{found.first} to {found.last}"
    return (
        name,
        f"{found.rank} of {found.of}",
        f"{number(found.value, 2)} °C, {CLAIMS[found.claim]}{joint}{best}; {span}",
    )


def listed(values: Sequence[Any]) -> str:
    """At most four of them."""
    return ", ".join(map(str, values[:4])) + (f" and {len(values) - 4} more" if len(values) > 4 else "")


def gap_cell(found: Gap) -> str:
    """A day's difference."""
    return f"{signed(found.difference)} on {found.date}"


def run_cells(run: Run | None) -> tuple[str, str, str]:
    """A run of days."""
    return ("–", "", "") if run is None else (str(run.days), str(run.first), str(run.last))

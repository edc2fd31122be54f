"""Callout: the last point, said beside it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from climtrack.reporter.canvas import Canvas, Line
from climtrack.reporter.emptiness import Emptiness
from climtrack.reporter.geometry import Rect
from climtrack.vocabulary.findings import Study, YearOverYear
from climtrack.vocabulary.registry import VARIABLES
from climtrack.words.language import Language, direction

Floats = npt.NDArray[np.float64]
#: Clear space around the block, shortest leader, and the room between leader and block.
CLEAR, LEADER, PART = 4.0, 13.0, 5.0
#: A leader shorter than this hides the end of the line that it points at.
CLOSE = 30.0
#: Nor is one to the side longer than this.
FAR = 64.0
DOT = 4.6


def decimals(study: Study) -> int:
    """Decimals of this variable in a picture."""
    return VARIABLES[study.series.key.variable].decimals


def versus_year(language: Language, study: Study, *, unit: bool = True) -> str | None:
    """``−0.3 °C vs 2025``, or ``level with 2025``; None where there is nothing to compare with."""
    found = study.findings.year_over_year
    if not isinstance(found, YearOverYear):
        return None
    return _versus(language, found.difference, decimals(study), "callout.year", unit=unit, other=found.other_year)


def versus_average(language: Language, study: Study, *, unit: bool = True) -> str | None:
    """``+0.6 °C vs average``, or ``level with average``; None where no baseline is covered."""
    found = study.findings.anomaly
    return None if found is None else _versus(language, found.value, decimals(study), "callout.average", unit=unit)


def _versus(language: Language, value: float, places: int, what: str, *, unit: bool, **values: object) -> str:
    """A difference in words that agree with its printed figure."""
    if not direction(value, places):
        return language.text(f"{what}.level", **values)
    printed = language.difference(value, places) if unit else language.signed(value, places)
    return language.text(what, difference=printed, **values)


def lines(canvas: Canvas, study: Study, *, versus: str = "both", record: bool = False) -> list[Line]:
    """The callout's lines."""
    theme, kind, language = canvas.theme, canvas.preset.type, canvas.language
    size, full = canvas.size(kind.label), versus == "both"
    value = language.temperature(study.findings.latest.value, decimals(study))
    if full:
        value = language.text("callout.value", value=value, day=language.date_short(study.findings.latest.date))
    year = language.text("callout.record", year=study.year) if record else str(study.year)
    found = [Line(year, "bold", canvas.size(kind.callout), theme.ink), Line(value, "semibold", size, theme.ink)]
    if versus in {"both", "year"} and (text := versus_year(language, study, unit=full)):
        found.append(Line(text, "semibold", size, theme.last_year_text))
    if versus in {"both", "average"} and (text := versus_average(language, study, unit=full)):
        found.append(Line(text, "semibold", size, theme.average))
    return found


def spot(
    empty: Emptiness,
    size: tuple[float, float],
    x: float,
    y: float,
    *,
    straight: bool = False,
    lean: float = 0.26,
) -> Rect | None:
    """Where a callout goes: straight above or below its point where that is free, else the nearest place beside it."""
    width, height = size

    def cost(left: Floats, top: Floats) -> Floats:
        inside = x - (left + CLEAR)
        above, below = y - (top + CLEAR + height), top + CLEAR - y
        length = np.maximum(above, below)
        upright = (inside >= 3) & (inside <= width - 3) & (length >= LEADER)
        vertical = np.abs(length - CLOSE) + 0.35 * np.abs(inside - lean * width) + 6 * (below > above)
        beside = np.maximum(np.maximum(left + CLEAR - x, x - (left + CLEAR + width)), 0)
        slanted = np.inf if straight else 90 + np.hypot(beside, np.maximum(length, 0))
        near = (beside >= LEADER) & (np.hypot(beside, np.maximum(length, 0)) <= FAR)
        return np.where(upright, vertical, np.where(near, slanted, np.inf))

    found = empty.place(width + 2 * CLEAR, height + 2 * CLEAR, cost)
    return None if found is None else found.grown(-CLEAR)


def draw(canvas: Canvas, place: Rect, found: Sequence[Line], x: float, y: float) -> None:
    """Set the callout and its leader."""
    ink = canvas.theme.this_year
    if place.left <= x <= place.right:
        ys = [place.bottom + PART, y - DOT] if place.bottom < y else [place.top - PART, y + DOT]
        canvas.stroke([x, x], ys, ink, 0.9, z=8)
    else:
        side = place.right + PART if place.right < x else place.left - PART
        middle = min(max(y, place.top + 6), place.bottom - 6)
        reach = float(np.hypot(side - x, middle - y))
        if reach > DOT + 3:
            share = DOT / reach
            canvas.stroke([side, x + (side - x) * share], [middle, y + (middle - y) * share], ink, 0.9, z=8)
    canvas.block("callout", place.left, place.top, found)

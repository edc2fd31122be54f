"""Composition: limits and layout that hold for every issue of a series, so that pictures compare."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from climtrack.reporter import scales
from climtrack.reporter.charts import curves
from climtrack.reporter.charts.arrangement import EVERY, FULL, Mode, Second, arrange
from climtrack.reporter.emptiness import Emptiness
from climtrack.reporter.geometry import Rect
from climtrack.vocabulary.calendar import DAYS, MONTH_STARTS
from climtrack.vocabulary.findings import Study

Floats = npt.NDArray[np.float64]
#: Share of the record's range added above it, tried in turn until callout and panel find room in every month.
HEADROOM = (0.0, 0.1, 0.2, 0.32)
#: A composition to try: whether the difference panel stands inside, headroom, acceptable callouts, and whether the key
#: names every line.
Plan = tuple[bool, float, tuple[Mode, ...], bool]
#: Columns in the middle of the months.
MIDDLES = tuple(start + 14 for start in MONTH_STARTS)
#: Share of the height that the curve takes where a panel stands under it.
UPPER = 0.60
#: What a line takes on either side where text may stand between lines.
LINE_CLEAR = 4.0


@dataclass(frozen=True, slots=True)
class Composition:
    """How a series fits a preset, the same for every issue."""

    inset: bool  # Whether the difference panel fits inside; it stands below otherwise
    ylim: tuple[float, float]  # Limits in degC


def limits(study: Study, headroom: float) -> tuple[float, float]:
    """Limits of a series, from the record's extremes rounded outward, so that successive issues compare."""
    low, high = float(np.nanmin(study.table.values)), float(np.nanmax(study.table.values))
    if study.climatology is not None:
        low = min(low, float(np.nanmin(study.climatology.mean - 2 * study.climatology.spread)))
        high = max(high, float(np.nanmax(study.climatology.mean + 2 * study.climatology.spread)))
    pad = 0.01 * (high - low)
    low, high = scales.outward(low - pad, high + pad, scales.step(high - low) / 8)
    return low, high + headroom * (high - low)


def grid(area: Rect, width: float, ylim: tuple[float, float], low: Floats, high: Floats) -> Emptiness:
    """Occupancy of the axes: everything between the lowest and the highest year is taken."""
    empty = Emptiness(area)
    scale = area.height / (ylim[1] - ylim[0])
    empty.occupy_between(
        area.left + curves.X / DAYS * width,
        area.bottom - (high - ylim[0]) * scale,
        area.bottom - (low - ylim[0]) * scale,
    )
    return empty


def between_lines(area: Rect, width: float, ylim: tuple[float, float], lines: Sequence[Floats]) -> Emptiness:
    """Occupancy of axes that the years fill: only the lines that have names are taken, for text has a halo."""
    empty = Emptiness(area)
    scale = area.height / (ylim[1] - ylim[0])
    for line in lines:
        y = area.bottom - (line - ylim[0]) * scale
        empty.occupy_between(area.left + curves.X / DAYS * width, y - LINE_CLEAR, y + LINE_CLEAR)
    return empty


def compose(
    study: Study,
    full: Rect,
    right: float,
    sizes: Sequence[tuple[float, float]],
    *,
    second: Callable[[bool, bool], Second | None],
    compared: bool,
    wide: bool,
) -> Composition:
    """The composition in which callout and difference panel find room whatever the month."""
    low, high = curves.envelope(study.table)
    middles = (low + high) / 2
    for inset, headroom, modes, named in _plans(wide=wide, compared=compared):
        area, ylim = full if inset else upper(full), limits(study, headroom)
        empty = grid(Rect(area.left, area.top, right, area.bottom), area.width, ylim, low, high)
        if all(
            arrange(empty, sizes, (area.left + day / DAYS * area.width, y), second(inset, named), modes) is not None
            for day in MIDDLES
            if not np.isnan(y := area.bottom - (middles[day] - ylim[0]) / (ylim[1] - ylim[0]) * area.height)
        ):
            return Composition(inset, ylim)
    return Composition(not compared, limits(study, HEADROOM[2]))


def _plans(*, wide: bool, compared: bool) -> list[Plan]:
    """
    Compositions to try, best first.

    More room above flattens the curve, in one language more than in the other where its words are longer; so the grey
    years lose their name before that, and a day that still finds no room has its callout between the lines.
    """
    alone = not compared
    plans: list[Plan] = [(alone, headroom, FULL[:1], True) for headroom in HEADROOM[:2]]
    plans += [(alone, headroom, FULL, True) for headroom in HEADROOM[:3]]
    plans += [(alone, headroom, EVERY, named) for named in (True, False) for headroom in HEADROOM[: 3 + (not named)]]
    if not wide or alone:
        return plans
    inside: list[Plan] = [(True, headroom, FULL[:1], True) for headroom in HEADROOM[:3]]
    inside += [(True, headroom, FULL, True) for headroom in HEADROOM]
    return inside + plans


def upper(full: Rect) -> Rect:
    """The curve's room where a panel stands under it."""
    return Rect(full.left, full.top, full.right, full.top + UPPER * full.height)

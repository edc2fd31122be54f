"""A percentile of every cell by day of year."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from climtrack.errors import BaselineNotCovered, ExtraMissing, SeriesError
from climtrack.vocabulary.calendar import DAYS, LEAP_DAY
from climtrack.vocabulary.registry import Baseline
from climtrack.vocabulary.series import Floats

WINDOW = 11
#: Cells at once: their days are laid side by side first.
BLOCK = 32
#: Bins of a histogram at most, four bytes each.
BINS = 2**24
Integers = npt.NDArray[np.integer]
Indices = npt.NDArray[np.intp]


def day_of_year_percentile(
    values: Integers,
    dates: npt.NDArray[np.datetime64],
    baseline: Baseline,
    *,
    percentile: float = 90.0,
    window: int = WINDOW,
    missing: int | None = None,
    block: int = BLOCK,
) -> Floats:
    """
    Percentile of the days around each day of year, over all years of a baseline, cell by cell.

    The window is of consecutive days, so 29 February counts in those of its neighbours and the last days of a year in
    those of the next; days outside the baseline do not count. 29 February itself lies half-way between its
    neighbours. Nothing is smoothed afterwards. The same rules make the threshold of regional series.

    References
    ----------
    .. [1] Hobday, A. J. et al. (2016), A hierarchical approach to defining marine heatwaves, Prog. Oceanogr., 141,
       227-238.
    .. [2] Huang, T. S. et al. (1979), A fast two-dimensional median filtering algorithm, IEEE Trans. ASSP, 27, 13-18.
    """
    if values.dtype.kind not in "iu":
        raise SeriesError("percentiles by histogram need packed whole numbers", "Round to hundredths first")
    if not 0 <= percentile <= 100 or window % 2 == 0 or not 1 <= window <= DAYS - 1:
        raise SeriesError(f"no percentile {percentile:g} over {window} days", "Give 0 to 100 and an odd number of days")
    days = dates.astype("datetime64[D]")
    if days.shape != values.shape[:1] or (np.diff(days) <= np.timedelta64(0, "D")).any():
        raise SeriesError("values and dates do not match, or dates do not ascend", "Give one date for each day")
    years = days.astype("datetime64[Y]").astype(np.int64) + 1970
    absent = sorted(set(baseline.years) - set(years.tolist()))
    if absent:
        raise BaselineNotCovered(f"{baseline} not covered: no day of {absent[0]}", "Give all years of it")
    inside = slice(*np.searchsorted(years, [baseline.first, baseline.last + 1]))
    steps = _steps(days[inside], baseline, window // 2)
    held = values[inside].reshape(days[inside].size, -1).astype(values.dtype.newbyteorder("="), copy=False)
    slide, gaps = _compiled(), missing is not None
    result = np.empty((DAYS, held.shape[1]))
    for first in range(0, held.shape[1], block):
        some = slice(first, first + block)
        found, span = slide(held[:, some], gaps, np.int64(missing or 0), steps, percentile / 100, DAYS, BINS)
        if span > BINS:
            raise SeriesError(f"values span {span} steps of their packing, too many", "Round to hundredths first")
        result[:, some] = found.T
    result[LEAP_DAY - 1] = (result[LEAP_DAY - 2] + result[LEAP_DAY]) / 2
    return result.reshape(DAYS, *values.shape[1:])


class _Steps(NamedTuple):
    """Days of year (from 0, without 29 February); rows that enter and leave the window, and where each step's end."""

    days: Indices
    enter: Indices
    entered: Indices
    leave: Indices
    left: Indices


def _steps(days: npt.NDArray[np.datetime64], baseline: Baseline, half: int) -> _Steps:
    """The way of the window through the year, over all years at once."""
    starts = np.array([f"{year}-01-01" for year in range(baseline.first, baseline.last + 2)], dtype="datetime64[D]")
    opened = (starts - starts[0]).astype(np.intp)
    leap = np.diff(opened) == DAYS
    row = np.full(opened[-1] + 2 * half + 1, -1, dtype=np.intp)  # day of the baseline to row, -1 without
    row[(days - starts[0]).astype(np.intp) + half] = np.arange(days.size)
    steps = np.r_[0 : LEAP_DAY - 1, LEAP_DAY:DAYS]
    first = last = opened[:-1]  # window of each year, places in `row`: none yet
    entering: list[Indices] = []
    leaving: list[Indices] = []
    for day in steps:
        now = opened[:-1] + day - (~leap & (day >= LEAP_DAY))
        for moves, ends, new in ((entering, last, now + 2 * half + 1), (leaving, first, now)):
            rows = np.concatenate([row[one:two] for one, two in zip(ends, new, strict=True)])
            moves.append(rows[rows >= 0])
        first, last = now, now + 2 * half + 1
    enter, leave = ((np.concatenate(moves), np.cumsum([m.size for m in moves])) for moves in (entering, leaving))
    return _Steps(steps, *enter, *leave)


def _bounds(cells: Integers, missing: int | None) -> tuple[Integers, int]:
    """The least value of each cell, and how many bins the widest cell needs."""
    limits = np.iinfo(cells.dtype.name)
    there = np.ones(1, dtype=np.bool_) if missing is None else cells != missing
    low = cells.min(axis=1, where=there, initial=limits.max).astype(np.int64)
    high = cells.max(axis=1, where=there, initial=limits.min).astype(np.int64)
    bins = int((high - low).max(initial=0)) + 1
    if bins > BINS:
        raise SeriesError(f"values span {bins} steps of their packing, too many", "Round to hundredths first")
    return low, bins


@cache
def _compiled() -> Callable[..., tuple[Floats, int]]:
    """`_slide`, compiled."""
    try:
        import numba
    except ImportError as error:
        raise ExtraMissing("percentiles of cells need numba", "In climtrack's folder: pip install '.[grid]'") from error
    found: Callable[..., tuple[Floats, int]] = numba.njit(nogil=True)(_slide)
    return found


def _slide(
    held: Integers, gaps: bool, missing: int, steps: _Steps, share: float, slots: int, most: int
) -> tuple[Floats, int]:
    """The percentile of each cell at each step of the window, shape (cells, slots); and the span of the widest cell."""
    turned = np.empty((held.shape[1], held.shape[0]), dtype=held.dtype)
    for row in range(held.shape[0]):
        for cell in range(held.shape[1]):
            turned[cell, row] = held[row, cell]
    found: Floats = np.full((held.shape[1], slots), np.nan)
    counts, widest = np.zeros(1, dtype=np.int32), 0
    for cell in range(turned.shape[0]):
        days = turned[cell]
        least, last = 2**62, -(2**62)
        for value in days:
            if not gaps or value != missing:
                least, last = min(least, int(value)), max(last, int(value))
        widest = max(widest, last - least + 1)
        if widest > most:
            break
        if widest > counts.size:
            counts = np.zeros(widest, dtype=np.int32)
        counts[:] = 0
        at = below = inside = begun = gone = 0  # `at`: bin of the lower order statistic; `below`: values less than it
        for step in range(steps.days.size):
            for row in steps.enter[begun : steps.entered[step]]:
                if not gaps or days[row] != missing:
                    place = int(days[row]) - least
                    counts[place] += 1
                    below += place < at
                    inside += 1
            for row in steps.leave[gone : steps.left[step]]:
                if not gaps or days[row] != missing:
                    place = int(days[row]) - least
                    counts[place] -= 1
                    below -= place < at
                    inside -= 1
            begun, gone = steps.entered[step], steps.left[step]
            if inside == 0:
                continue
            where = (inside - 1) * share
            rank = int(where)
            while below > rank:
                at -= 1
                below -= int(counts[at])
            while below + counts[at] <= rank:
                below += int(counts[at])
                at += 1
            upper = at
            if where > rank and below + counts[at] == rank + 1:  # the next value is in another bin
                upper += 1
                while counts[upper] == 0:
                    upper += 1
            part, apart = where - rank, float(upper - at)  # from the nearer end, as numpy interpolates
            found[cell, steps.days[step]] = (
                float(upper + least) - apart * (1 - part) if part >= 0.5 else float(at + least) + apart * part
            )
    return found, widest

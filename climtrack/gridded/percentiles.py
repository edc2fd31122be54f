"""
A percentile of every cell by day of year, as the threshold of marine heatwaves: 11 days wide, over a baseline.

Packed values are whole numbers, so each cell keeps a histogram of the days inside the window. From one calendar day to
the next a day of each year enters and one leaves, and the order statistic moves by a few bins: nothing is ever sorted.
All cells of a block take the step together. The result is that of `numpy.nanpercentile`, to the last bit.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from climtrack.errors import BaselineNotCovered, SeriesError
from climtrack.vocabulary.baselines import Baseline
from climtrack.vocabulary.calendar import DAYS, LEAP_DAY
from climtrack.vocabulary.series import Floats

WINDOW = 11
#: Cells that step together: enough to hide what a call of numpy costs, few enough to stay near the processor.
BLOCK = 4096
#: Bins of all histograms of a block at most, two bytes each; cells of a wide range go in smaller blocks.
BINS = 2**24
#: Days that are turned into bins together.
ROWS = 128
#: Bins that are passed before the cells that have arrived are left out.
STEPS = 3
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

    Parameters
    ----------
    values : array of int
        Packed values, a day each, shape (time, ...).
    dates : array of datetime64[D]
        Their dates, ascending, shape (time,); a day that is not there counts as missing.
    baseline : Baseline
        First and last year, both included.
    percentile : float, default 90
        From 0 to 100, by linear interpolation between order statistics.
    window : int, default 11
        Days, an odd number.
    missing : int, optional
        The number that stands for no value.
    block : int, default 4096
        Cells at once; it bounds the memory and never changes the result.

    Returns
    -------
    array of float
        In units of the packing (multiply by its scale, add its offset), shape (366, ...), 1 March always in row 60;
        NaN where the window has no value.

    Raises
    ------
    SeriesError
        If the values are not integers, dates do not ascend, or percentile or window make no sense.
    BaselineNotCovered
        If a year of the baseline has no day.

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
    held = values[inside].reshape(days[inside].size, -1)
    result = np.empty((DAYS, held.shape[1]))
    first = 0
    while first < held.shape[1]:
        codes, low, bins = _codes(held[:, first : first + block], missing)
        size = max(1, min(codes.shape[1], BINS // bins))
        for part in range(0, codes.shape[1], size):
            some = slice(part, part + size)
            found = _slide(codes[:, some], bins, steps, percentile / 100, low[some])
            result[:, first + part : first + part + found.shape[1]] = found
        first += block
    result[LEAP_DAY - 1] = (result[LEAP_DAY - 2] + result[LEAP_DAY]) / 2
    return result.reshape(DAYS, *values.shape[1:])


def _steps(days: npt.NDArray[np.datetime64], baseline: Baseline, half: int) -> list[tuple[int, Indices, Indices]]:
    """Day of year (from 0, without 29 February), rows that enter the window of any year and rows that leave it."""
    starts = np.array([f"{year}-01-01" for year in range(baseline.first, baseline.last + 2)], dtype="datetime64[D]")
    opened = (starts - starts[0]).astype(np.intp)
    leap = np.diff(opened) == DAYS
    row = np.full(opened[-1] + 2 * half + 1, -1, dtype=np.intp)  # day of the baseline to row, -1 without
    row[(days - starts[0]).astype(np.intp) + half] = np.arange(days.size)
    steps = []
    first = last = opened[:-1] + 0  # window of each year, places in `row`: none yet
    for day in (*range(LEAP_DAY - 1), *range(LEAP_DAY, DAYS)):
        now = opened[:-1] + day - (~leap & (day >= LEAP_DAY))
        enter = [row[one:two] for one, two in zip(last, now + 2 * half + 1, strict=True)]
        leave = [row[one:two] for one, two in zip(first, now, strict=True)]
        first, last = now, now + 2 * half + 1
        steps.append((day, *(rows[rows >= 0] for rows in map(np.concatenate, (enter, leave)))))
    return steps


def _codes(values: Integers, missing: int | None) -> tuple[Integers, Integers, int]:
    """Values counted from the least of their cell, missing ones in the last bin; the least, and how many bins."""
    bounds = np.iinfo(values.dtype.name)
    low = np.full(values.shape[1], np.iinfo(np.int64).max)
    high = np.full(values.shape[1], np.iinfo(np.int64).min)
    parts = [slice(first, first + ROWS) for first in range(0, len(values), ROWS)]
    for part in parts:  # a few rows at a time stay near the processor
        some = values[part]
        gone = some == missing if missing is not None else np.zeros(1, dtype=np.bool_)
        clean = not gone.any()
        least = (some if clean else np.where(gone, some.dtype.type(bounds.max), some)).min(axis=0)
        most = (some if clean else np.where(gone, some.dtype.type(bounds.min), some)).max(axis=0)
        there = least <= most
        low[there] = np.minimum(low, least)[there]
        high[there] = np.maximum(high, most)[there]
    empty = low > high
    low[empty] = high[empty] = 0
    bins = int((high - low).max(initial=0)) + 2
    if bins > BINS:
        raise SeriesError(f"values span {bins} steps of their packing, too many", "Round to hundredths first")
    codes = np.empty(values.shape, dtype=np.min_scalar_type(bins))
    for part in parts:
        wide = values[part] - low
        if missing is not None:
            wide[values[part] == missing] = bins - 1
        codes[part] = wide
    return codes, low, bins


def _slide(
    codes: Integers, bins: int, steps: list[tuple[int, Indices, Indices]], share: float, low: Integers
) -> Floats:
    """The percentile for each step of the window, shape (366, cells)."""
    cells = codes.shape[1]
    base = np.arange(cells, dtype=np.intp) * bins
    counts = np.zeros(cells * bins, dtype=np.int16 if codes.shape[0] < 2**15 else np.int32)
    guess = np.sort(codes[steps[0][1]], axis=0)
    at = np.minimum(guess[int(share * (len(guess) - 1))], bins - 2).astype(np.intp)  # bin of the lower order statistic
    below = np.zeros(cells, dtype=np.intp)  # values in the window that are less
    inside = 0
    result = np.full((DAYS, cells), np.nan)
    for day, enter, leave in steps:
        edge = at.astype(codes.dtype)
        for rows, sign in ((enter, 1), (leave, -1)):
            some = codes[rows]
            np.add.at(counts, (some + base).ravel(), counts.dtype.type(sign))
            below += sign * _number(some < edge)
            inside += sign * rows.size
        number = inside - counts[bins - 1 :: bins].astype(np.intp)
        where = (number - 1) * share
        rank = np.floor(where).astype(np.intp)
        known = np.flatnonzero(number > 0)
        place, room = base + at, (rank - below).astype(counts.dtype)
        _move(counts, place, room, known)
        at, below = place - base, rank - room
        last = known[((where > rank) & (counts[place] == room + 1))[known]]  # the next value is in another bin
        while last.size:
            place[last] += 1
            last = last[counts[place[last]] == 0]
        result[day] = np.where(number > 0, _between(at + low, place - base + low, where - rank), np.nan)
    return result


def _number(true: npt.NDArray[np.bool_]) -> Indices:
    """How many are true in each column; in bytes where they suffice, which is several times faster."""
    number: Indices = true.view(np.uint8).sum(axis=0, dtype=np.uint8 if len(true) < 256 else np.intp).astype(np.intp)
    return number


def _move(counts: Integers, place: Indices, room: Integers, cells: Indices) -> None:
    """
    Move cells to the bin that holds their rank, in place: `room` is the rank less the values below.

    A cell that has arrived stays where it is, so a few steps are made before those that have are left out.
    """
    active = cells[room[cells] < 0]
    while active.size:
        here, left = place[active], room[active]
        for _ in range(STEPS):
            on = left < 0
            here -= on
            left += counts[here] * on
        place[active], room[active] = here, left
        active = active[left < 0]
    active = cells[(counts[place] <= room)[cells]]
    while active.size:
        here, left = place[active], room[active]
        for _ in range(STEPS):
            found = counts[here]
            on = found <= left
            left -= found * on
            here += on
        place[active], room[active] = here, left
        active = active[counts[here] <= left]


def _between(lower: Integers, upper: Integers, share: Floats) -> Floats:
    """Linear interpolation as numpy does it, from the nearer end, so that both agree to the last bit."""
    apart = (upper - lower).astype(np.float64)
    return np.where(share >= 0.5, upper - apart * (1 - share), lower + apart * share)

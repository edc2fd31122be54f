"""
The average year of each cell and its threshold, smoothed: from packed days to a mean and a percentile by day of year.

The rules are those of regional series (`climtrack.analysis.heatwaves`): the days within half a window of each day of
year, over all years of the baseline; percentile and mean; both smoothed by a circular mean of 31 days.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from climtrack.gridded.percentiles import day_of_year_percentile
from climtrack.vocabulary.baselines import Baseline
from climtrack.vocabulary.calendar import DAYS, LEAP_DAY, dayofyear
from climtrack.vocabulary.series import Floats

SMOOTHING = 31
#: A window needs a value on this share of its days.
ENOUGH = 0.5
#: Laid-by hundredths of a degree that stand for no value.
GONE = -32768
#: Cells whose windows are added together.
SOME = 256
Shorts = npt.NDArray[np.int16]


def cycles(
    values: Shorts, days: npt.NDArray[np.datetime64], baseline: Baseline, percentile: float, window: int
) -> Floats:
    """Smoothed mean and percentile of each cell by day of year."""
    high = day_of_year_percentile(values, days, baseline, percentile=percentile, window=window, missing=GONE)
    mean = _means(values, days, window // 2)
    high[np.isnan(mean)] = np.nan
    return 0.01 * np.stack((_smooth(mean), _smooth(high)))


def _means(values: Shorts, days: npt.NDArray[np.datetime64], half: int) -> Floats:
    """Mean of the days around each day of year, NaN where fewer than half of them have a value; shape (366, cells)."""
    place = dayofyear(days)
    windows = []
    for day in (*range(LEAP_DAY - 1), *range(LEAP_DAY, DAYS)):
        middles = np.flatnonzero(place == day + 1)
        windows.append((day, np.maximum(middles - half, 0), np.minimum(middles + half + 1, days.size)))
    result = np.full((DAYS, values.shape[1]), np.nan)
    for start in range(0, values.shape[1], SOME):
        some = values[:, start : start + SOME]
        there = some != GONE
        total = _added(np.where(there, some, 0))
        number = None if there.all() else _added(there)
        for day, low, high in windows:
            whole = (high - low).sum()
            count = np.asarray(whole) if number is None else (number[high] - number[low]).sum(axis=0)
            mean = (total[high] - total[low]).sum(axis=0) / np.maximum(count, 1)
            result[day, start : start + SOME] = np.where((count > 0) & (count >= ENOUGH * whole), mean, np.nan)
    result[LEAP_DAY - 1] = (result[LEAP_DAY - 2] + result[LEAP_DAY]) / 2
    return result


def _added(values: npt.NDArray[Any]) -> npt.NDArray[np.int32]:
    """Sums of the rows before each, one more than there are rows."""
    total = np.zeros((len(values) + 1, values.shape[1]), dtype=np.int32)
    np.cumsum(values, axis=0, out=total[1:])
    return total


def _smooth(cycle: Floats) -> Floats:
    """Circular mean of 31 days down the first axis."""
    half = SMOOTHING // 2
    around = np.concatenate([cycle[-half:], cycle, cycle[:half]])
    total = np.zeros_like(cycle)
    for shift in range(SMOOTHING):
        total += around[shift : shift + len(cycle)]
    return total / SMOOTHING

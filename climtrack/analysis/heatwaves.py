"""Marine heatwaves after Hobday et al. (2016, 2018)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from climtrack.analysis.climatology import COMMON, running_mean
from climtrack.analysis.frame import runs
from climtrack.errors import AnalysisError
from climtrack.vocabulary.calendar import DAYS, LEAP_DAY
from climtrack.vocabulary.registry import Baseline, Region
from climtrack.vocabulary.series import Floats

HALF_WINDOW = 5
SMOOTHING = 31
PERCENTILE = 90
SHORTEST = 5
LONGEST_GAP = 2
#: Differences below this are rounding.
DUST = 1e-9
#: A box larger than this is a basin, in km².
BASIN = 2.0e6
EARTH_RADIUS = 6371.0


@dataclass(frozen=True, slots=True, eq=False)
class Threshold:
    """Seasonal mean and 90th percentile after Hobday et al. (2016), by day of year, degC, shape (366,)."""

    baseline: Baseline
    mean: Floats
    high: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """
    Heatwaves of a daily series, one element each.

    Parameters
    ----------
    first, last, peak : array of int
        Rows of the series.
    intensity_max, intensity_mean : array of float
        Above the climatology, degC.
    category : array of int
        1 moderate, 2 strong, 3 severe, 4 extreme.
    """

    first: npt.NDArray[np.int64]
    last: npt.NDArray[np.int64]
    peak: npt.NDArray[np.int64]
    intensity_max: Floats
    intensity_mean: Floats
    category: npt.NDArray[np.int64]


def threshold(
    values: Floats, place: npt.NDArray[np.int64], years: npt.NDArray[np.int64], baseline: Baseline
) -> Threshold:
    """
    Mean and 90th percentile of the 11 days around each day of year, smoothed over 31 days.

    Parameters
    ----------
    values : array of float
        One value a day, shape (time,).
    place : array of int
        Position of each day in the table of years, shape (time,).
    years : array of int
        Years of the table.
    baseline : Baseline
        Covered by the series.

    Returns
    -------
    Threshold
        degC by day of year; 29 February between its neighbours.
    """
    first, stop = baseline.first - int(years[0]), baseline.last - int(years[0]) + 1
    inside = slice(*np.searchsorted(place, [first * DAYS, stop * DAYS]))
    days = np.concatenate([np.full(HALF_WINDOW, np.nan), values[inside], np.full(HALF_WINDOW, np.nan)])
    row_of = np.full((stop - first) * DAYS, -1)
    row_of[place[inside] - first * DAYS] = np.arange(days.size - 2 * HALF_WINDOW)
    rows = row_of.reshape(stop - first, DAYS)[:, COMMON].T
    missing, each = np.isnan(days), np.ones(2 * HALF_WINDOW + 1)
    exists = rows >= 0
    known = np.convolve(~missing, each, mode="valid")[rows]
    count = np.where(exists, known, 0.0).sum(axis=1).astype(np.int64)
    total = np.convolve(np.where(missing, 0.0, days), each, mode="valid")[rows]
    mean = np.where(exists, total, 0.0).sum(axis=1) / count
    pool = np.lib.stride_tricks.sliding_window_view(days, each.size)[rows]
    pool[~exists] = np.nan
    pool = pool.reshape(COMMON.size, -1)
    at = (count - 1) * (PERCENTILE / 100)
    below = at.astype(np.int64)
    # One partition, then only the top is sorted: a tenth of the work of asking for two order statistics.
    lowest = int(below.min())
    pool.partition(lowest, axis=1)
    top = np.sort(pool[:, lowest:], axis=1)
    day, place_in_top = np.arange(COMMON.size), below - lowest
    lower, upper = top[day, place_in_top], top[day, np.minimum(place_in_top + 1, count - 1 - lowest)]
    high = lower + (upper - lower) * (at - below)
    return Threshold(baseline, _smooth(mean), _smooth(high))


def _smooth(line: Floats) -> Floats:
    """31-day circular mean on the 366-day calendar, 29 February first put between its neighbours."""
    full = np.empty(DAYS)
    full[COMMON] = line
    full[LEAP_DAY - 1] = (full[LEAP_DAY - 2] + full[LEAP_DAY]) / 2
    return running_mean(full, SMOOTHING)


def events(values: Floats, columns: npt.NDArray[np.int64], bar: Threshold) -> Events:
    """
    Runs of at least five days above the 90th percentile; gaps of up to two days are bridged.

    Parameters
    ----------
    values : array of float
        One value a day, gaps as NaN (never above), shape (time,).
    columns : array of int
        Day of year of each, 0 to 365.

    References
    ----------
    .. [1] Hobday, A. J. et al. (2016), A hierarchical approach to defining marine heatwaves, Prog. Oceanogr., 141,
       227–238.
    .. [2] Hobday, A. J. et al. (2018), Categorizing and naming marine heatwaves, Oceanography, 31(2), 162–173.
    """
    above = values - bar.mean[columns]
    reach = bar.high[columns] - bar.mean[columns]
    starts, stops = runs(above > reach + DUST)
    long = stops - starts >= SHORTEST
    starts, stops = starts[long], stops[long]
    apart = starts[1:] - stops[:-1] > LONGEST_GAP
    starts = starts[np.concatenate([[True], apart])] if starts.size else starts
    stops = stops[np.concatenate([apart, [True]])] if stops.size else stops
    if not starts.size:
        none = np.zeros(0, dtype=np.int64)
        return Events(none, none, none, np.zeros(0), np.zeros(0), none)
    filled = np.where(np.isnan(above), -np.inf, above)
    cuts = np.column_stack([starts, stops]).ravel()
    cuts = cuts[:-1] if cuts[-1] == values.size else cuts
    highest = np.maximum.reduceat(filled, cuts)[::2]
    multiple = np.divide(filled, reach, out=np.ones(above.size), where=reach > DUST)
    times = np.maximum.reduceat(multiple, cuts)[::2]
    known = np.add.reduceat((~np.isnan(above)).astype(np.float64), cuts)[::2]
    total = np.add.reduceat(np.where(np.isnan(above), 0.0, above), cuts)[::2]
    event = np.repeat(np.arange(starts.size), stops - starts)
    days = np.concatenate([np.arange(a, b) for a, b in zip(starts, stops, strict=True)])
    tops = np.flatnonzero(filled[days] == highest[event])
    peak = days[tops[np.unique(event[tops], return_index=True)[1]]]
    category = np.clip(np.floor(times), 1, 4).astype(np.int64)
    return Events(starts, stops - 1, peak, highest, total / known, category)


def area(region: Region) -> float:
    """Area of a region's box in km²."""
    width = (region.east - region.west) % 360 or 360.0
    height = math.sin(math.radians(region.north)) - math.sin(math.radians(region.south))
    return EARTH_RADIUS**2 * math.radians(width) * height


def require_local(region: Region) -> None:
    """
    Refuse a region on whose mean the categories saturate.

    Raises
    ------
    AnalysisError
        If it is larger than two million km².
    """
    if area(region) > BASIN:
        raise AnalysisError("analysis.basin", region=region.name)

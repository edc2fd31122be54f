"""The percentile of every cell by day of year is numpy's, to the last bit, whatever the blocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from climtrack.errors import BaselineNotCovered, SeriesError
from climtrack.grids.percentiles import day_of_year_percentile
from climtrack.vocabulary.calendar import dayofyear
from climtrack.vocabulary.registry import Baseline

YEARS = Baseline(2022, 2024)
DATES = np.arange("2022-01-01", "2025-01-01", dtype="datetime64[D]")
GONE = -999


def plain(values: np.ndarray, dates: np.ndarray, day: int, percentile: float, window: int = 11) -> np.ndarray:
    """`numpy.nanpercentile` of the days within the window of any year's day of year, from 1."""
    middles = dates[dayofyear(dates) == day]
    near = (np.abs((dates[:, None] - middles).astype(int)) <= window // 2).any(axis=1)
    pool = np.where(values[near] == GONE, np.nan, values[near].astype(np.float64))
    known = ~np.isnan(pool).all(axis=0)
    found = np.full(pool.shape[1], np.nan)
    found[known] = np.nanpercentile(pool[:, known], percentile, axis=0)
    return found


def test_a_line_by_hand() -> None:
    """One year of 0, 1, 2 …: 11 numbers around day 15 (9 to 19), of which the 90th percentile is the tenth, 18."""
    dates, year = np.arange("2023-01-01", "2024-01-01", dtype="datetime64[D]"), Baseline(2023, 2023)
    found = day_of_year_percentile(np.arange(365, dtype=np.int16), dates, year)
    assert found.shape == (366,)
    assert found[14] == 18
    assert found[0] == 4.5  # 0 to 5 only: the days before do not count
    assert found[58 - 1] == 61  # 27 February has number 57: 52 … 62
    assert found[61 - 1] == 63  # 1 March has number 59 in row 60
    assert found[60 - 1] == (found[58] + 63) / 2


@pytest.mark.parametrize("percentile", [0, 10, 50, 90, 99.5, 100])
def test_it_is_what_numpy_says(percentile: float) -> None:
    """Every day of the year, every cell, with gaps, land, a leap year, and blocks that do not divide the cells."""
    rng = np.random.default_rng(1)
    cycle = 400 * np.cos(2 * np.pi * np.arange(DATES.size) / 365.25)[:, None]
    values = np.rint(cycle + rng.normal(1500, 80, (DATES.size, 7))).astype(np.int16)
    values[rng.random(values.shape) < 0.2] = GONE
    values[:, 3] = GONE
    values[100:140, 5] = GONE
    found = day_of_year_percentile(values, DATES, YEARS, percentile=percentile, missing=GONE, block=3)
    for day in range(1, 367):
        if day != 60:
            np.testing.assert_array_equal(found[day - 1], plain(values, DATES, day, percentile))
    np.testing.assert_array_equal(found[59], (found[58] + found[60]) / 2)
    assert np.isnan(found[:, 3]).all()


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    kind=st.sampled_from([np.int16, np.uint8, np.int32]),
    spread=st.integers(1, 100),
    percentile=st.floats(0, 100),
    window=st.sampled_from([1, 5, 11]),
    kept=st.floats(0.05, 1),
)
def test_any_numbers(seed: int, kind: type, spread: int, percentile: float, window: int, kept: float) -> None:
    """Ties, jumps, days that are not in the file, any type: as numpy, on days spread over the year."""
    rng = np.random.default_rng(seed)
    there = np.unique(np.r_[0, 400, 800, np.flatnonzero(rng.random(DATES.size) < kept)])
    values = (100 + rng.integers(-spread, spread, (there.size, 2), endpoint=True)).astype(kind)
    found = day_of_year_percentile(values, DATES[there], YEARS, percentile=percentile, window=window)
    every = np.full((DATES.size, 2), GONE)
    every[there] = values
    for day in (1, 5, 59, 61, 64, 200, 366):
        np.testing.assert_array_equal(found[day - 1], plain(every, DATES, day, percentile, window))


def test_jumps_from_end_to_end() -> None:
    """A value that leaps over thousands of empty bins and back is followed, its negative end too."""
    values = np.where(np.arange(DATES.size) % 40 < 20, -1500, 1500).astype(np.int16)[:, None]
    found = day_of_year_percentile(values, DATES, YEARS, percentile=60, window=3)
    for day in (1, 21, 59, 61, 300):
        np.testing.assert_array_equal(found[day - 1], plain(values.astype(np.int64), DATES, day, 60, 3))


def test_days_outside_the_baseline_do_not_count() -> None:
    """Not even at its edges."""
    values = np.arange(DATES.size, dtype=np.int16)[:, None]
    inside = DATES.astype("datetime64[Y]") == np.datetime64("2023")
    year = Baseline(2023, 2023)
    np.testing.assert_array_equal(
        day_of_year_percentile(values, DATES, year), day_of_year_percentile(values[inside], DATES[inside], year)
    )


def test_what_makes_no_sense_is_refused() -> None:
    """Each with its reason."""
    values = np.zeros((DATES.size, 1), dtype=np.int16)
    with pytest.raises(BaselineNotCovered, match="2021"):
        day_of_year_percentile(values, DATES, Baseline(2021, 2024))
    with pytest.raises(SeriesError, match="whole numbers"):
        day_of_year_percentile(values.astype(np.float32), DATES, YEARS)
    with pytest.raises(SeriesError, match="101"):
        day_of_year_percentile(values, DATES, YEARS, percentile=101)
    with pytest.raises(SeriesError, match="10 days"):
        day_of_year_percentile(values, DATES, YEARS, window=10)
    with pytest.raises(SeriesError, match="ascend"):
        day_of_year_percentile(values, DATES[::-1], YEARS)

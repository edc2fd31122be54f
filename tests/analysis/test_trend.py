"""Trend."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from climtrack.analysis.trend import annual_means, trend
from climtrack.vocabulary.findings import Trend
from climtrack.vocabulary.series import Series, year_table
from tests.analysis.build import of, ols, why

FIRST = dt.date(1980, 1, 1)


def _steps(last: dt.date, per_year: float, *, first: dt.date = FIRST) -> Series:
    """Each year a constant, higher than the one before."""
    days = np.datetime64(first, "D") + np.arange((last - first).days + 1)
    years = days.astype("datetime64[Y]").astype(int) + 1970
    return of(first, (years - first.year) * per_year)


def test_trend_per_decade_by_hand() -> None:
    """0.02 °C a year is 0.2 a decade, without error; the unfinished year is not used."""
    found = trend(year_table(_steps(dt.date(2024, 6, 30), 0.02)))
    assert isinstance(found, Trend)
    assert found.per_decade == pytest.approx(0.2)
    assert found.high - found.low == pytest.approx(0, abs=1e-9)
    assert (found.first_year, found.last_year) == (1980, 2023)


def test_world_trend_against_statsmodels(world: Series) -> None:
    """World air 1979–2025: the slope is statsmodels' OLS, and the adjusted interval is wider than its own."""
    table = year_table(world)
    means = annual_means(table)
    used = ~np.isnan(means) & (table.years >= 1979)
    theirs = ols(table.years[used], means[used])
    found = trend(table)
    assert isinstance(found, Trend)
    assert (found.first_year, found.last_year) == (1979, 2025)
    assert found.per_decade == pytest.approx(10 * theirs.params[1])
    assert found.low < 10 * theirs.conf_int()[1][0] < found.per_decade < 10 * theirs.conf_int()[1][1] < found.high
    assert 0.15 < found.per_decade < 0.25


def test_absent_years_give_no_trend(northern: Series) -> None:
    """22 of 45 years absent: no trend, and the number is said."""
    assert why(trend(year_table(northern))) == "22 of the years 1979–2023 are absent"
    short = trend(year_table(_steps(dt.date(1990, 12, 31), 0.1)))
    assert why(short) == "only 11 complete years since 1979"


def test_the_last_30_years_beside_all(world: Series) -> None:
    """1996–2025 warmed faster than 1979–2025; 25 years make no trend of 30."""
    table = year_table(world)
    means = annual_means(table)
    found, whole = trend(table, last=30), trend(table)
    assert isinstance(found, Trend)
    assert isinstance(whole, Trend)
    assert (found.first_year, found.last_year) == (1996, 2025)
    assert found.per_decade == pytest.approx(10 * ols(table.years[-31:-1], means[-31:-1]).params[1])
    assert found.per_decade > whole.per_decade
    assert why(trend(year_table(_steps(dt.date(1990, 12, 31), 0.1)), last=30)) == "only 11 complete years since 1961"


def test_annual_mean_is_the_mean_of_the_days(world: Series) -> None:
    """2024 averaged 15.094 °C over its 366 days; 2026 has only begun."""
    means = annual_means(year_table(world))
    assert means[2024 - 1940] == pytest.approx(15.094, abs=5e-4)
    assert np.isnan(means[2026 - 1940])


def test_a_year_is_complete_on_its_last_day(world: Series) -> None:
    """A mean to 25 December, without the cold week after it, is no annual mean of 2024."""
    christmas, whole = (annual_means(year_table(world.upto(dt.date(2024, 12, day)))) for day in (25, 31))
    assert np.isnan(christmas[-1])
    np.testing.assert_array_equal(christmas[:-1], whole[:-1])
    assert whole[-1] == pytest.approx(15.094, abs=0.001)

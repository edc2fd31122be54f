"""Trend and year end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pytest

from climtrack.analysis.survey import study
from climtrack.analysis.trend import annual_means, backtest, trend
from climtrack.vocabulary.findings import Trend, YearEnd
from climtrack.vocabulary.registry import REGIONS
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


def test_annual_mean_is_the_mean_of_the_days(world: Series) -> None:
    """2024 averaged 15.094 °C over its 366 days; 2026 has only begun."""
    means = annual_means(year_table(world))
    assert means[2024 - 1940] == pytest.approx(15.094, abs=5e-4)
    assert np.isnan(means[2026 - 1940])


def _year_end(series: Series, region: str = "nh") -> YearEnd:
    """The estimate, which must be known."""
    found = study(series, REGIONS[region]).findings.year_end
    assert isinstance(found, YearEnd)
    return found


def test_a_year_is_complete_on_its_last_day(world: Series) -> None:
    """A mean to 25 December, without the cold week after it, is no annual mean of 2024."""
    christmas, whole = (annual_means(year_table(world.upto(dt.date(2024, 12, day)))) for day in (25, 31))
    assert np.isnan(christmas[-1])
    np.testing.assert_array_equal(christmas[:-1], whole[:-1])
    assert whole[-1] == pytest.approx(15.094, abs=0.001)


def test_year_end_of_identical_years() -> None:
    """Where every year runs alike, the estimate is exact and has no spread."""
    found = _year_end(_steps(dt.date(2024, 5, 31), 0.02))
    assert found.to_date == pytest.approx(0.88)
    assert (found.estimate, found.low, found.high) == pytest.approx((0.88, 0.88, 0.88))
    assert (found.chance_of_record, found.analogues, found.days) == (1.0, 30, 152)
    assert all(row.rmse == pytest.approx(0, abs=1e-12) for row in found.backtest)
    assert [row.date for row in found.past] == [
        dt.date(2024, m, d) for m, d in ((1, 31), (2, 29), (3, 31), (4, 30), (5, 31))
    ]


def test_the_season_does_not_mislead() -> None:
    """A cold January says nothing bad of the year: past years tell how much warmer the rest is."""
    days = np.arange((dt.date(2024, 1, 31) - FIRST).days + 1)
    series = of(FIRST, 10 + 10 * np.sin(2 * np.pi * (days - 100) / 365.25))
    found = _year_end(series)
    assert found.to_date < 5
    assert found.estimate == pytest.approx(10, abs=0.2)


def test_the_last_day_leaves_nothing_to_guess(world: Series) -> None:
    """On 31 December the estimate is the mean."""
    found = _year_end(world.upto(dt.date(2024, 12, 31)), "world")
    assert found.to_date == pytest.approx(15.094, abs=5e-4)
    assert (found.estimate, found.low, found.high) == pytest.approx((found.to_date,) * 3)
    assert found.chance_of_record == 1.0


def test_backtest_by_hand() -> None:
    """Eleven years: ten equal ones, then one whose second half is 1 °C warmer; one year is judged."""
    first = dt.date(2001, 1, 1)
    values = np.zeros((dt.date(2011, 12, 31) - first).days + 1)
    july = (dt.date(2011, 7, 1) - first).days
    values[july:] = 1.0
    rows = backtest(year_table(of(first, values)))
    mean = 184 / 365
    assert [row.month for row in rows] == list(range(1, 12))
    assert rows[5].years == 1
    assert rows[5].bias == pytest.approx(-mean)
    assert rows[6].bias == pytest.approx(31 / 212 - mean)
    assert rows[5].rmse == pytest.approx(mean)


@pytest.mark.parametrize("month", [1, 6, 10])
def test_the_backtest_does_what_was_done(world: Series, month: int) -> None:
    """The vectorised back-test gives the very errors of estimates made one by one from cut series."""
    table = year_table(world)
    means = annual_means(table)
    errors = []
    for year in range(2020, 2026):
        last = dt.date(year, month + 1, 1) - dt.timedelta(days=1)
        errors.append(_year_end(world.upto(last), "world").estimate - means[year - 1940])
    cut = year_table(world.upto(dt.date(2025, 12, 31)))
    judged = backtest(cut)[month - 1]
    earlier = backtest(year_table(world.upto(dt.date(2019, 12, 31))))[month - 1]
    total = judged.bias * judged.years - earlier.bias * earlier.years
    assert total == pytest.approx(sum(errors), abs=1e-9)


def test_the_range_narrows_and_the_error_shrinks(world: Series) -> None:
    """Month by month the back-test error falls, and every series has one."""
    found = _year_end(world.upto(dt.date(2024, 11, 30)), "world")
    errors = [row.rmse for row in found.backtest]
    assert errors == sorted(errors, reverse=True)
    assert found.backtest[9].rmse < 0.03
    widths = [row.high - row.low for row in found.past]
    assert widths[0] > widths[-1]


def test_every_series_has_an_estimate(snapshot: Callable[[str, str], Series]) -> None:
    """The seas as well as the air."""
    for region in ("natlan", "nino3.4", "gom"):
        assert _year_end(snapshot("climate_reanalyzer/2026-08-22", f"oisst.sst.{region}"), region).analogues == 30


def test_too_few_years(northern: Series) -> None:
    """Nine complete years are too few to guess from."""
    found = study(_steps(dt.date(1989, 5, 1), 0.1), REGIONS["nh"]).findings.year_end
    assert why(found) == "only 9 complete years before 1989"

"""One year against another: leap days, gaps, New Year."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from climtrack.analysis.comparison import differences, two_years, year_over_year
from climtrack.analysis.survey import study
from climtrack.vocabulary.findings import Gap, Run, YearOverYear
from climtrack.vocabulary.registry import REGIONS
from climtrack.vocabulary.series import Series, year_table
from tests.analysis.build import made, of, why


def _found(series: Series, day: dt.date, other: int | None = None) -> YearOverYear:
    """The comparison, which must be known."""
    found = year_over_year(year_table(series), day, other)
    assert isinstance(found, YearOverYear)
    return found


def _years(first: int, *levels: float) -> Series:
    """Whole years at constant levels."""
    sizes = [365 + (dt.date(first + i, 12, 31).timetuple().tm_yday == 366) for i in range(len(levels))]
    return of(dt.date(first, 1, 1), np.concatenate([np.full(n, v) for n, v in zip(sizes, levels, strict=True)]))


def test_a_year_half_a_degree_warmer() -> None:
    """Every day is warmer by 0.5, the run is the whole year, and nothing was crossed."""
    found = _found(_years(2021, 10.0, 10.5), dt.date(2022, 12, 31))
    assert found.difference == pytest.approx(0.5)
    assert found.mean_14d == pytest.approx(0.5)
    assert (found.days_warmer, found.days_cooler, found.days_level, found.days_compared) == (365, 0, 0, 365)
    assert found.run_length == 365
    assert found.last_crossing is None
    assert (found.days_below_last_14, found.days_above_last_14, found.days_level_last_14) == (0, 14, 0)


def test_crossing_run_and_extremes() -> None:
    """Below since 2 July after having been above: the run, its first day, and the two extremes are found."""
    values = _years(2021, 10.0, 10.4).values.copy()
    july = (dt.date(2022, 7, 2) - dt.date(2021, 1, 1)).days
    values[july:] = 9.9
    values[july + 1] = 9.2
    values[400] = 12.0
    found = _found(of(dt.date(2021, 1, 1), values[: july + 5]), dt.date(2022, 7, 6))
    assert found.last_crossing == dt.date(2022, 7, 2)
    assert found.run_length == 5
    assert found.days_below_last_14 == 5
    assert found.warmest == Gap(dt.date(2021, 1, 1) + dt.timedelta(days=400), pytest.approx(2.0))
    assert found.coldest == Gap(dt.date(2022, 7, 3), pytest.approx(-0.8))
    assert found.mean_14d == pytest.approx((9 * 0.4 - 4 * 0.1 - 0.8) / 14)


def test_leap_day_meets_28_february() -> None:
    """29 February 2024 is compared with 28 February 2023, and said so; 1 March with 1 March."""
    series = made(dt.date(2023, 1, 1), dt.date(2024, 3, 1), lambda day: day / 10)
    leap = _found(series.upto(dt.date(2024, 2, 29)), dt.date(2024, 2, 29))
    assert (leap.leap_day, leap.partner) == (True, dt.date(2023, 2, 28))
    assert leap.difference == pytest.approx(36.6)
    march = _found(series, dt.date(2024, 3, 1))
    assert (march.leap_day, march.partner) == (False, dt.date(2023, 3, 1))
    assert march.difference == pytest.approx(36.6)
    assert march.days_compared == 61


def test_any_two_years() -> None:
    """2023 against 2020, not only against the year before."""
    found = _found(_years(2020, 10.0, 20.0, 30.0, 10.25), dt.date(2023, 5, 5), 2020)
    assert (found.other_year, found.difference) == (2020, pytest.approx(0.25))


def test_a_gap_is_neither_zero_nor_below() -> None:
    """Missing days are left out of every tally, and end a run."""
    values = _years(2021, 10.0, 10.5).values.copy()
    values[-5:-2] = np.nan
    found = _found(of(dt.date(2021, 1, 1), values), dt.date(2022, 12, 31))
    assert found.days_compared == 362
    assert (found.days_below_last_14, found.days_above_last_14, found.days_level_last_14) == (0, 11, 0)
    assert found.run_length == 2
    assert found.last_crossing is None


def test_the_other_year_is_absent() -> None:
    """No value on that day of the other year: unknown, with the reason."""
    found = year_over_year(year_table(made(dt.date(2022, 1, 1), dt.date(2022, 6, 1))), dt.date(2022, 6, 1))
    assert why(found) == "no value of 2021 on this day of year"


def test_the_last_fortnight_reaches_over_new_year() -> None:
    """On 3 January fourteen days are still compared: eleven of them in December."""
    series = _years(2020, 11.0, 10.0, 10.5)
    found = _found(series.upto(dt.date(2022, 1, 3)), dt.date(2022, 1, 3))
    assert (found.days_below_last_14, found.days_above_last_14, found.days_level_last_14) == (11, 3, 0)
    assert found.days_compared == 3


def test_a_run_goes_through_new_year():
    """Above since 30 December: three days by 1 January, as the ledger of streaks has it."""
    values = _years(2021, 10.0, 9.9, 10.5).values.copy()
    values[-367:] = 10.5
    series = of(dt.date(2021, 1, 1), values)
    found = _found(series.upto(dt.date(2023, 1, 1)), dt.date(2023, 1, 1))
    assert (found.run_length, found.last_crossing) == (3, dt.date(2022, 12, 30))
    assert study(series.upto(dt.date(2023, 1, 1)), REGIONS["nh"]).findings.streaks.above_last_year == Run(
        dt.date(2022, 12, 30), dt.date(2023, 1, 1), 3
    )


def test_a_run_beside_a_named_year_stays_in_its_year():
    """2023 above 2020 all year, and December 2022 above December 2019: 365 days, not more."""
    found = _found(_years(2019, 10.0, 10.0, 10.0, 11.0, 12.0), dt.date(2023, 12, 31), 2020)
    assert (found.run_length, found.last_crossing) == (365, None)


def test_less_than_half_a_hundredth_is_level() -> None:
    """A day 0.004 °C warmer is level at 0.01 °C."""
    found = _found(_years(2021, 10.0, 10.004), dt.date(2022, 1, 31))
    assert (found.days_warmer, found.days_level, found.days_level_last_14) == (0, 31, 14)
    values = _years(2021, 10.0, 10.004).values.copy()
    values[-3:] = 10.1
    run = _found(of(dt.date(2021, 1, 1), values), dt.date(2022, 12, 31))
    assert (run.run_length, run.last_crossing) == (3, dt.date(2022, 12, 29))  # level days end a run


def test_too_few_days_of_the_fortnight_have_no_mean() -> None:
    """Nine days compared: the day is told, the fortnight is not."""
    values = _years(2021, 10.0, 10.5).values.copy()
    values[-10:-5] = np.nan
    found = _found(of(dt.date(2021, 1, 1), values), dt.date(2022, 12, 31))
    assert why(found.mean_14d) == "only 9 of the last 14 days have a value"
    assert (found.days_above_last_14, found.difference) == (9, 0.5)


def test_differences_of_an_absent_year_are_nan() -> None:
    """A year outside the table has no differences."""
    assert np.isnan(differences(year_table(_years(2021, 1.0)), 2021, 1990)).all()


def test_north_atlantic_on_4_july_2024(snapshot: object) -> None:
    """The sea of the post was about a quarter of a degree below a year before, on preliminary data."""
    sea = snapshot("climate_reanalyzer_constructed/2024-07-05", "oisst.sst.natlan")  # type: ignore[operator]
    found = _found(sea, dt.date(2024, 7, 4))
    assert found.difference == pytest.approx(-0.233, abs=5e-4)
    assert found.days_below_last_14 == 14


def test_two_years_of_a_series() -> None:
    """A year that is over is compared to its last day, a running one to its latest; absent years are unknown."""
    series = _years(2020, 10.0, 20.0, 30.0, 10.25).upto(dt.date(2023, 5, 5))
    over = two_years(series, 2021, 2020)
    assert isinstance(over, YearOverYear)
    assert (over.date, over.difference) == (dt.date(2021, 12, 31), 10.0)
    running = two_years(series, 2023, 2020)
    assert isinstance(running, YearOverYear)
    assert (running.date, running.partner) == (dt.date(2023, 5, 5), dt.date(2020, 5, 5))
    assert isinstance(two_years(series, 2023, 2020, day=dt.date(2023, 2, 1)), YearOverYear)
    assert why(two_years(series, 2019, 2020)) == "no value of 2019"
    assert why(two_years(series, 2024, 2020)) == "no value of 2024"

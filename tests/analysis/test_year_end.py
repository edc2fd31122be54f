"""Where the year's mean is heading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from benchmarks import backtest_year_end as backtest
from climtrack.analysis.survey import estimates, study
from climtrack.analysis.trend import annual_means
from climtrack.vocabulary.findings import Estimate, Unknown, YearEnd, YearEndScore
from climtrack.vocabulary.registry import REGIONS
from climtrack.vocabulary.series import Series, year_table
from tests.analysis.build import of, why

FIRST = dt.date(2001, 1, 1)


def _found(series: Series, region: str = "nh") -> YearEnd | Unknown:
    return study(series, REGIONS[region]).findings.year_end


def _known(series: Series, region: str = "nh") -> YearEnd:
    """The estimate, which must be known."""
    found = _found(series, region)
    assert isinstance(found, YearEnd), found
    return found


def _second_halves(last: dt.date, halves: list[float]) -> Series:
    """Years at 10 °C until June whose second halves differ from it by so much."""
    days = np.datetime64(FIRST, "D") + np.arange((last - FIRST).days + 1)
    years = days.astype("datetime64[Y]").astype(int) + 1970 - FIRST.year
    late = days.astype("datetime64[M]").astype(int) % 12 >= 6
    return of(FIRST, 10 + np.where(late, np.array([*halves, 0.0])[years], 0.0))


def test_by_hand() -> None:
    """
    Twelve years, alike until June, then + - - + 1 °C without a trend: nothing tells them apart, so 10 °C are expected.

    A year left out errs by 1 / (1 - its leverage), a persistent anomaly by 1, so that persistence weighs the most it
    can, 0.75. Of 13 equally likely places the range leaves out the share of one on either side: the extremes remain.
    """
    found = _known(_second_halves(dt.date(2013, 6, 30), [1.0, -1.0, -1.0, 1.0] * 3))
    assert (found.year, found.days, found.years, found.level) == (2013, 181, 12, 0.9)
    assert (found.to_date, found.mean) == pytest.approx((10.0, 10.0))
    years = np.arange(12) - 5.5
    leverage = 1 / 12 + years**2 / 143
    wider = np.sqrt(1 + 1 / 12 + 6.5**2 / 143)
    error = 184 / 365 * (0.25 * wider / (1 - leverage[0]) + 0.75)
    assert found.high - found.mean == pytest.approx(error)
    assert found.mean - found.low == pytest.approx(184 / 365 * (0.25 * wider / (1 - leverage[1]) + 0.75))
    assert found.chance_of_rank == {"1": 0.5, "2": 0.0, "3": 0.0, "4": 0.0, "5": 0.0}


def test_what_is_left_of_the_year_is_learnt() -> None:
    """Where every anomaly of June halves until December, so does this year's: the days so far count as they are."""
    days = np.datetime64(FIRST, "D") + np.arange((dt.date(2017, 6, 30) - FIRST).days + 1)
    years = days.astype("datetime64[Y]").astype(int) + 1970 - FIRST.year
    month = days.astype("datetime64[M]").astype(int) % 12
    june = np.array([0.4, -0.8, 0.8, -0.4] * 4 + [1.0])[years]
    values = np.where(month == 5, june, np.where(month > 5, june / 2, 0.0))
    found = _known(of(FIRST, values))
    assert found.to_date == pytest.approx(30 / 181)
    regression, persists = (30 + 184 * 0.5) / 365, (30 + 184) / 365
    assert found.mean == pytest.approx(0.75 * regression + 0.25 * persists)


def test_the_season_does_not_mislead() -> None:
    """A cold January says nothing bad of the year: past years tell how much warmer the rest is."""
    days = np.arange((dt.date(2024, 1, 31) - FIRST).days + 1)
    series = of(FIRST, 10 + 10 * np.sin(2 * np.pi * (days - 100) / 365.25) + 0.3 * np.sin(days / 400))
    found = _known(series)
    assert found.to_date < 5
    assert found.mean == pytest.approx(10, abs=0.4)


@pytest.mark.parametrize(
    ("last", "reason"),
    [
        (dt.date(2024, 1, 30), "said from 31 January on: the first day on which the estimate beats last year's mean"),
        (dt.date(2024, 12, 30), "the mean of 2024 is already known to 0.01 °C"),
        (dt.date(2024, 12, 31), "the mean of 2024 is already known to 0.01 °C"),
    ],
)
def test_silent_at_both_ends_of_the_year(world: Series, last: dt.date, reason: str) -> None:
    """Nothing is said before it is better than last year's mean, nor of a mean that is known."""
    assert why(_found(world.upto(last), "world")) == reason
    inside = dt.date(2024, 1, 31) if last.month == 1 else dt.date(2024, 12, 15)
    found = _known(world.upto(inside), "world")
    assert found.low < 15.094 < found.high


def test_unknown_with_gaps_or_few_years() -> None:
    """Eleven days missing in a year make no mean; nine complete years are too few to learn from."""
    series = _second_halves(dt.date(2013, 6, 30), [1.0, -1.0, -1.0, 1.0] * 3)
    for days, known in ((10, True), (11, False)):
        values = series.values.copy()
        values[-40 : -40 + days] = np.nan
        assert isinstance(_found(of(FIRST, values)), YearEnd) == known
    assert why(_found(series.upto(dt.date(2010, 5, 1)))) == "only 9 complete years before 2010"


def test_29_february_counts_in_a_leap_year() -> None:
    """On 28 February of 2012 and of 2013, 307 and 306 days are left."""
    halves = [1.0, -1.0, -1.0, 1.0] * 3
    for year, whole in ((2012, 366), (2013, 365)):
        found = _known(_second_halves(dt.date(year, 2, 28), halves))
        past = np.array(halves[: year - 2001])
        assert found.mean == pytest.approx(10 + past.mean() * 184 / whole, abs=0.12)


def test_kept_once_a_month_and_scored_when_the_year_is_over(world: Series) -> None:
    """In the first week of a month, as it was said; 2023 became the record: (0.75² + 0.25²) / 2 = 0.3125."""
    found = study(world.upto(dt.date(2023, 8, 6)), REGIONS["world"]).findings
    end = found.year_end
    assert isinstance(end, YearEnd)
    kept = [one for one in estimates(found) if one.kind == "year_end"]
    assert kept == [
        Estimate("year_end", dt.date(2023, 8, 6), dt.date(2023, 12, 31), end.mean, end.low, end.high,
                 end.chance_of_rank["1"])
    ]  # fmt: skip
    later = study(world.upto(dt.date(2023, 8, 13)), REGIONS["world"]).findings
    assert {one.kind for one in estimates(later)} == {"outlook"}
    mean = annual_means(year_table(world))[2023 - 1940]
    inside = Estimate("year_end", dt.date(2023, 3, 5), dt.date(2023, 12, 31), mean - 0.1, 14.8, 15.0, 0.25)
    outside = Estimate("year_end", dt.date(2023, 6, 4), dt.date(2023, 12, 31), mean - 0.2, 14.7, 14.9, 0.75)
    running = replace(outside, target=dt.date(2026, 12, 31))
    score = study(world, REGIONS["world"], kept=(inside, outside, running)).findings.year_end_score
    assert isinstance(score, YearEndScore)
    assert (score.since, score.estimates, score.held) == (inside.made, 2, 0.5)
    assert score.rmse == pytest.approx(np.sqrt((0.1**2 + 0.2**2) / 2))
    assert score.brier == pytest.approx((0.75**2 + 0.25**2) / 2)
    none = study(world, REGIONS["world"], kept=(running,)).findings.year_end_score
    assert why(none) == "no year of which an estimate was kept is over yet"


def test_no_look_ahead(world: Series) -> None:
    """The back-test of 2020 is the same with the years after it removed, and where they are turned upside down."""
    whole = backtest.cases(world.upto(dt.date(2020, 12, 31)), 2020)
    turned = world.values.copy()
    turned[(dt.date(2021, 1, 1) - world.start).days :] *= -1
    later = [one for one in backtest.cases(replace(world, values=turned), 2020) if one.year == 2020]
    assert whole == later


def test_it_beats_persistence_and_last_year(snapshot: Callable[[str, str], Series], world: Series) -> None:
    """World air since 1996 and the sea of 60°S–60°N since 2000: error, coverage, and no month worse than plain ones."""
    sea = snapshot("climate_reanalyzer/2026-08-22", "oisst.sst.world2")
    for series, first, most in ((world, 1996, 0.058), (sea, 2000, 0.042)):
        judged = backtest.cases(series, first)
        estimate, persists, last = backtest.errors(judged)
        assert estimate <= most
        assert estimate < min(persists, last)
        assert 0.85 <= np.mean(backtest.held(judged)) <= 0.95
        for month in backtest.by_month(judged):
            assert backtest.ratio(month) <= 1.05
            assert not backtest.rejected(backtest.held(month))

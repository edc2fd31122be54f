"""Properties that hold for any series."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from climtrack.analysis.anomaly import anomalies
from climtrack.analysis.climatology import COMMON, climatology
from climtrack.analysis.comparison import year_over_year
from climtrack.analysis.enso import nino_state
from climtrack.analysis.frame import LEVEL
from climtrack.analysis.hemispheres import compare
from climtrack.analysis.ranking import lead, record_days
from climtrack.analysis.survey import study
from climtrack.analysis.trend import line, trend
from climtrack.errors import BaselineNotCovered
from climtrack.vocabulary.findings import Rank, Study, Trend, Unknown, YearEnd, YearOverYear
from climtrack.vocabulary.registry import REGIONS, Baseline
from climtrack.vocabulary.series import Series, YearTable, year_table
from tests.analysis.build import of

FIRST = dt.date(1990, 1, 1)
BASE = Baseline(1991, 2005)


def studied(series: Series, as_of: dt.date | None = None) -> Study:
    """The study on the common baseline, or on none where gaps or an early day leave it uncovered."""
    try:
        return study(series, REGIONS["nh"], baseline=BASE, as_of=as_of)
    except BaselineNotCovered:
        return study(series, REGIONS["nh"], as_of=as_of)


@st.composite
def series(draw: st.DrawFn, *, gaps: bool = False) -> Series:
    """Sixteen to twenty-odd years of a season, a trend and red noise, in thousandths of a degree, on any last day."""
    days = draw(st.integers(16 * 365 + 10, 24 * 365))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    t = np.arange(days)
    noise = np.cumsum(rng.normal(size=days) * 0.05)
    values = draw(st.floats(-30, 30)) + draw(st.floats(0, 15)) * np.sin(2 * np.pi * t / 365.25)
    values += draw(st.floats(-1e-4, 1e-4)) * t + 0.3 * np.tanh(noise)
    values = np.round(values, 3)
    if gaps:
        for start in draw(st.lists(st.integers(5600, days - 2), max_size=4)):
            values[start : start + draw(st.integers(1, 12))] = np.nan
        values[-1] = np.round(rng.normal(), 3)
    return of(FIRST, values)


def _ranks(made: Series) -> list[Rank | Unknown]:
    """All places of a series."""
    found = studied(made).findings.ranks
    return [
        found.day,
        found.month_to_date,
        found.month,
        found.season,
        found.season_to_date,
        found.year_to_date,
        found.year,
    ]


@settings(max_examples=25)
@given(series(), st.integers(1990, 1996), st.integers(8, 9))
def test_anomalies_average_to_zero_over_their_baseline(made: Series, first: int, length: int) -> None:
    """Over all days but 29 February, whose normal comes from its neighbours."""
    baseline = Baseline(first, first + length)
    table = year_table(made)
    found = anomalies(table, climatology(table, baseline)).values
    rows = found[first - 1990 : first - 1990 + length + 1][:, COMMON]
    assert np.nanmean(rows) == pytest.approx(0, abs=1e-9)


@settings(max_examples=20)
@given(series(gaps=True), st.integers(-40_000, 40_000))
def test_ranks_do_not_move_with_a_constant(made: Series, thousandths: int) -> None:
    """Place, ties and margins stay when the whole series is warmer."""
    shifted = of(FIRST, made.values + thousandths / 1000)
    for before, after in zip(_ranks(made), _ranks(shifted), strict=True):
        if isinstance(before, Unknown):
            assert before == after
            continue
        assert isinstance(after, Rank)
        assert (before.rank, before.of, before.tied_with, before.claim) == (
            after.rank,
            after.of,
            after.tied_with,
            after.claim,
        )
        assert after.margin == pytest.approx(before.margin, abs=1e-8)


@settings(max_examples=20)
@given(series(gaps=True), st.floats(-40, 40))
def test_year_over_year_does_not_move_with_a_constant(made: Series, constant: float) -> None:
    """No number of it."""
    shifted = of(FIRST, made.values + constant)
    before = year_over_year(year_table(made), made.end)
    after = year_over_year(year_table(shifted), made.end)
    if isinstance(before, Unknown):
        assert before == after
        return
    assert isinstance(after, YearOverYear)
    assert after.difference == pytest.approx(before.difference, abs=1e-9)
    if isinstance(before.mean_14d, float):
        assert after.mean_14d == pytest.approx(before.mean_14d, abs=1e-9)
    for name in ("days_compared", "partner", "leap_day"):
        assert getattr(after, name) == getattr(before, name)
    assert after.warmest.difference == pytest.approx(before.warmest.difference, abs=1e-9)
    assert after.coldest.difference == pytest.approx(before.coldest.difference, abs=1e-9)


@settings(max_examples=20)
@given(series(), st.integers(-40, 40))
def test_anomaly_direction_and_year_end_move_as_they_should(made: Series, constant: int) -> None:
    """Slopes and anomalies stay; the expected mean of the year moves by the constant."""
    before = study(made, REGIONS["nh"], baseline=BASE).findings
    after = study(of(FIRST, made.values + constant), REGIONS["nh"], baseline=BASE).findings
    assert before.anomaly is not None
    assert after.anomaly is not None
    assert after.anomaly.value == pytest.approx(before.anomaly.value, abs=1e-8)
    assert after.direction.change_14d == pytest.approx(before.direction.change_14d, abs=1e-8)
    assert after.direction.line_14d == pytest.approx(before.direction.line_14d, abs=1e-8)
    if isinstance(before.year_end, YearEnd):
        assert isinstance(after.year_end, YearEnd)
        assert after.year_end.mean == pytest.approx(before.year_end.mean + constant, abs=1e-8)


@settings(max_examples=60)
@given(st.lists(st.integers(-2000, 2000), min_size=20, max_size=60))
def test_a_series_run_backwards_has_the_opposite_trend(means: list[int]) -> None:
    """Years in reverse order reverse the sign of the trend and of its interval."""
    years = np.arange(1980, 1980 + len(means))
    values = np.repeat(np.array(means)[:, np.newaxis] / 1000, 366, axis=1)
    forth = trend(YearTable(years, values))
    back = trend(YearTable(years, values[::-1]))
    assert isinstance(forth, Trend)
    assert isinstance(back, Trend)
    assert back.per_decade == pytest.approx(-forth.per_decade, abs=1e-9)
    assert back.low == pytest.approx(-forth.high, abs=1e-9)
    assert back.lag1 == pytest.approx(forth.lag1, abs=1e-9)


@settings(max_examples=25)
@given(series(gaps=True))
def test_gaps_never_count(made: Series) -> None:
    """Day counts leave gaps out, and a lone warm year stays warmer in spite of them."""
    found = studied(made).findings
    this_year = made.values[(dt.date(made.end.year, 1, 1) - FIRST).days :]
    assert found.days_known == (~np.isnan(this_year)).sum()
    assert sum(gap.days for gap in found.missing) == np.isnan(this_year).sum()
    warm = made.values.copy()
    warm[(dt.date(made.end.year, 1, 1) - FIRST).days :] += 100
    warmer = year_over_year(year_table(of(FIRST, warm)), made.end)
    if isinstance(warmer, YearOverYear):
        assert warmer.days_cooler == warmer.days_level == 0
        assert warmer.days_below_last_14 <= max(0, 14 - this_year.size)
        assert warmer.days_warmer == warmer.days_compared <= found.days_known


@settings(max_examples=25)
@given(series(gaps=True), st.integers(1, 3000))
def test_nothing_later_is_looked_at(made: Series, back: int) -> None:
    """A study as of an earlier day is the study of the series that ended there."""
    day = made.end - dt.timedelta(days=min(back, made.values.size - 5560))
    seen = studied(made, as_of=day).findings
    assert seen == studied(made.upto(day)).findings


@settings(max_examples=40)
@given(st.lists(st.integers(-3000, 3000), min_size=4, max_size=40), st.floats(0.1, 5))
def test_a_line_scales_with_its_values(values: list[int], factor: float) -> None:
    """Slope and interval scale; autocorrelation and effective size do not."""
    y = np.array(values) / 1000
    x = np.arange(y.size, dtype=float)
    one, many = line(x, y), line(x, factor * y)
    assert many.slope == pytest.approx(factor * one.slope, abs=1e-9)
    assert many.error == pytest.approx(factor * one.error, rel=1e-6, abs=1e-9)


@settings(max_examples=20)
@given(series())
def test_a_record_day_beats_every_earlier_year(made: Series) -> None:
    """Each flag holds against a plain loop over the years of one column."""
    table = year_table(made)
    flags = record_days(lead(table, earlier=3))
    for column in (0, 58, 59, 60, 200, 365):
        for row in range(table.years.size):
            past = [v for v in table.values[:row, column] if not np.isnan(v)]
            value = table.values[row, column]
            expected = column != 59 and len(past) >= 3 and round(value - max(past), 9) >= LEVEL
            assert flags[row, column] == expected


@settings(max_examples=10)
@given(series(), series())
def test_a_comparison_turned_round_has_the_opposite_sign(a: Series, b: Series) -> None:
    """First minus second is minus second minus first."""
    sides = [study(one, REGIONS["nh"], baseline=BASE) for one in (a, b)]
    forth, back = compare(sides).contrasts[0], compare(sides[::-1]).contrasts[0]
    assert back.difference == pytest.approx(-forth.difference, abs=1e-9)
    assert back.correlation == pytest.approx(forth.correlation, abs=1e-9)
    assert back.widest.difference == pytest.approx(-forth.narrowest.difference, abs=1e-9)


@st.composite
def torn(draw: st.DrawFn) -> Series:
    """Any series at all: one day to forty years, any beginning, torn by gaps of any length, constant or noisy."""
    days = draw(st.one_of(st.integers(1, 60), st.integers(300, 800), st.integers(3000, 15_000)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    values = np.round(draw(st.sampled_from([0.0, 0.001, 1.0, 20.0])) * rng.normal(size=days), 3)
    for start in draw(st.lists(st.integers(0, days - 1), max_size=5)):
        values[start : start + draw(st.sampled_from([1, 3, 40, 400, 4000]))] = np.nan
    values[-1] = 1.0
    first = dt.date(1938, 1, 1) + dt.timedelta(days=draw(st.integers(0, 30_000)))
    key = draw(
        st.sampled_from(["era5.t2m.world", "era5.t2m.sh", "oisst.sst.gom", "oisst.sst.world2", "oisst.sst.nino3.4"])
    )
    return of(first, values, key=key, preliminary=draw(st.integers(0, 20)))


#: El Niño's index of many years, level.
INDEX = of(dt.date(1950, 1, 1), np.zeros(900), key="cpc.roni.nino3.4")


@settings(max_examples=150)
@given(torn())
def test_any_series_can_be_studied(made: Series) -> None:
    """No series, however torn, stops the survey or its followers; what cannot be known has a reason."""
    found = study(made, REGIONS[made.key.region])
    assert found.findings.latest.value == made.values[-1]
    assert found.findings.days_known >= 1
    for card in found.findings.anomalies.values():
        assert not isinstance(card, Unknown) or str(card)
    nino_state(INDEX, found)
    compare([found, found])

"""Anomalies: cards on every baseline, the site's own figure, spread, percentile, change of baseline."""

from __future__ import annotations

import datetime as dt
from types import MappingProxyType

import numpy as np
import pytest

from climtrack.analysis.anomaly import anomalies, detrended_spread, percentile, site_anomaly
from climtrack.analysis.climatology import climatology
from climtrack.analysis.survey import study
from climtrack.errors import BaselineNotCovered
from climtrack.vocabulary.calendar import DAYS
from climtrack.vocabulary.findings import BaselineAnomaly, Spread, Unknown
from climtrack.vocabulary.registry import BASELINES, REGIONS, Baseline
from climtrack.vocabulary.series import Series, year_table
from tests.analysis.build import SOURCE, made, of, why

FIRST = dt.date(1991, 1, 1)


def _rising(last: dt.date, per_year: float = 0.02) -> Series:
    """Each year a constant, `per_year` above the one before."""
    days = np.datetime64(FIRST, "D") + np.arange((last - FIRST).days + 1)
    return of(FIRST, (days.astype("datetime64[Y]").astype(int) - 21) * per_year)


def _card(series: Series, baseline: Baseline) -> BaselineAnomaly:
    """The last day against a baseline, which must be covered."""
    card = study(series, REGIONS[series.key.region], baseline=baseline).findings.anomalies[str(baseline)]
    assert isinstance(card, BaselineAnomaly)
    return card


def test_the_post_this_project_grew_from(northern: Series) -> None:
    """5 July 2024: the site shows +1.075 by slot, by date it is +1.099; 1991–2020 is not covered (shared data)."""
    found = study(northern, REGIONS["nh"], baseline=BASELINES["1979-2000"])
    card = found.findings.anomalies["1979-2000"]
    assert isinstance(card, BaselineAnomaly)
    assert card.site_value == pytest.approx(1.075, abs=5e-4)
    assert card.value == pytest.approx(1.099, abs=5e-4)
    assert card.value == pytest.approx(21.895 - card.normal)
    assert found.findings.anomaly == card
    assert why(found.findings.anomalies["1991-2020"]) == "the series does not cover 1991–2020 (years 2001–2020 absent)"


def test_a_baseline_that_is_not_covered(northern: Series) -> None:
    """Asked for it is refused with those that are; where none is asked for, the first covered one is used, and said."""
    with pytest.raises(BaselineNotCovered) as refused:
        study(northern, REGIONS["nh"], baseline=Baseline(1991, 2020))
    assert str(refused.value) == (
        "nh-air: the series does not cover 1991–2020 (years 2001–2020 absent). "
        "With --baseline choose one of 1979-2000, auto."
    )
    found = study(northern, REGIONS["nh"])
    assert (found.requested, found.baseline) == (BASELINES["1991-2020"], BASELINES["1979-2000"])
    assert isinstance(found.findings.anomalies["1991-2020"], Unknown)


def test_sigma_raw_and_detrended() -> None:
    """Thirty years rising 0.02 a year spread by 0.176; about their own line they do not spread at all."""
    card = _card(_rising(dt.date(2022, 6, 30)), Baseline(1991, 2020))
    spread = 0.02 * np.std(np.arange(30), ddof=1)
    assert card.spread == pytest.approx(spread)
    assert card.value == pytest.approx(0.62 - 0.29)
    assert card.sigma == pytest.approx(0.33 / spread)
    assert card.spread_detrended == pytest.approx(0, abs=1e-9)


def test_detrended_spread_by_hand() -> None:
    """Residuals ±1 about a line over four years: sum of squares 4 over n - 2."""
    years = np.array([[0.0], [1.0], [2.0], [3.0]])
    wave = np.array([[1.0], [-1.0], [-1.0], [1.0]])
    assert detrended_spread(3 * years + wave) == pytest.approx(np.sqrt(4 / 2))
    assert detrended_spread(np.zeros((2, 5))) == 0


def test_percentile_counts_ties_half() -> None:
    """Two of four below and one equal: 62.5 percent."""
    assert percentile(np.array([1.0, 2.0, 3.0, 9.0, np.nan]), 3.0) == 62.5
    assert percentile(np.array([1.0, 2.0]), 5.0) == 100.0


def test_percentile_is_not_fooled_by_the_season() -> None:
    """In spring a day exactly on its normal is in the middle, though half its window's days are warmer by season."""
    days = np.arange((dt.date(2021, 4, 15) - FIRST).days + 1)
    rng = np.random.default_rng(2)
    values = 15 * np.sin(2 * np.pi * (days - 105) / 365.2425) + 0.2 * rng.normal(size=days.size)
    normal = climatology(of(FIRST, values), Baseline(1991, 2020)).mean
    values[-1] = normal[105]
    assert _card(of(FIRST, values), Baseline(1991, 2020)).percentile == pytest.approx(50, abs=6)


def test_offset_of_a_baseline() -> None:
    """1991–2000 lies 0.2 below 1991–2020 when each year adds 0.02."""
    series = _rising(dt.date(2022, 6, 30))
    cards = study(series, REGIONS["nh"], baseline=Baseline(1991, 2000)).findings.anomalies
    wide = cards["1991-2020"]
    assert isinstance(wide, BaselineAnomaly)
    assert wide.offset == pytest.approx(0.2)


def test_site_value_without_a_row_of_the_site() -> None:
    """Where the feed carries no row, our own ``site`` method stands in; where nothing is covered there is none."""
    series = made(dt.date(2001, 1, 1), dt.date(2012, 7, 1), 5.0)
    assert site_anomaly(series, dt.date(2012, 7, 1), Baseline(2001, 2010)) == pytest.approx(0.0)
    assert site_anomaly(series, dt.date(2012, 7, 1), Baseline(1991, 2010)) is None
    assert site_anomaly(series, dt.date(2020, 7, 1), Baseline(2001, 2010)) is None


def test_31_december_of_a_leap_year_has_no_site_value() -> None:
    """The site's row ends a slot early, so nothing is shown rather than something invented."""
    row = np.zeros(DAYS)
    row[-1] = np.nan
    base = made(dt.date(2023, 1, 1), dt.date(2024, 12, 31), 1.0)
    series = Series(base.key, base.start, base.values, base.status, SOURCE, MappingProxyType({"1991-2020": row}))
    assert site_anomaly(series, dt.date(2024, 12, 31), BASELINES["1991-2020"]) is None
    assert site_anomaly(series, dt.date(2023, 12, 31), BASELINES["1991-2020"]) == 1.0


def test_tables_must_fit_their_climatology() -> None:
    """A climatology by slot is never taken from values by date."""
    series = made(dt.date(2001, 1, 1), dt.date(2010, 12, 31), 5.0)
    by_slot = climatology(series, Baseline(2001, 2010), method="site")
    with pytest.raises(ValueError, match="does not fit"):
        anomalies(year_table(series), by_slot)
    with pytest.raises(ValueError, match="needs a table aligned by slot"):
        climatology(year_table(series), Baseline(2001, 2010), method="site")


def test_shifting_baseline_beside_the_fixed_one() -> None:
    """2022 against 1992–2021: the reference has moved up by 0.02, and the day less far above it."""
    found = study(_rising(dt.date(2022, 6, 30)), REGIONS["nh"]).findings.spread
    assert isinstance(found, Spread)
    assert found.shifting_baseline == Baseline(1992, 2021)
    assert found.shifting_value == pytest.approx(0.62 - 0.31)
    assert found.percentile == found.shifting_percentile == 100.0


def test_named_baselines(world: Series, northern: Series) -> None:
    """Air is not shown 1982–2010, which only stands in for the sea's 1981–2010; unless somebody asks."""
    named = study(world, REGIONS["world"]).findings.anomalies
    assert list(named) == ["1991-2020", "1981-2010", "1979-2000", "1961-1990"]
    asked = study(world, REGIONS["world"], baseline=Baseline(1982, 2010)).findings.anomalies
    assert next(iter(asked)) == "1982-2010"

"""Is it coming down? Season and anomaly told apart."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from climtrack.analysis.survey import study
from climtrack.analysis.trend import slope, verdict
from climtrack.vocabulary.calendar import dayofyear
from climtrack.vocabulary.findings import Direction, Slope, Unknown, Verdict
from climtrack.vocabulary.registry import REGIONS, Baseline
from tests.analysis.build import of, why

FIRST = dt.date(2001, 1, 1)


def _direction(tail: float) -> Direction:
    """Ten years of a pure annual wave, the last 40 days of which gain `tail` degrees a day over it."""
    days = np.arange((dt.date(2010, 10, 15) - FIRST).days + 1)
    phase = dayofyear(np.datetime64(FIRST, "D") + days)
    values = 10 + 10 * np.cos(2 * np.pi * (phase - 200) / 366)
    rng = np.random.default_rng(5)
    values += 0.02 * rng.normal(size=values.size)
    values[-40:] += tail * np.arange(1, 41)
    found = study(of(FIRST, values), REGIONS["nh"], baseline=Baseline(2001, 2009))
    return found.findings.direction


def test_the_seasonal_fall_alone_is_steady() -> None:
    """In October the temperature falls by the season; the anomaly does not, and the verdict says so."""
    found = _direction(0.0)
    assert isinstance(found.slope_14d, Slope)
    assert found.slope_14d.high < -0.1
    assert found.seasonal_14d == pytest.approx(found.slope_14d.per_day, abs=0.01)
    assert found.verdict is Verdict.STEADY


@pytest.mark.parametrize(("tail", "said"), [(-0.05, Verdict.FALLING), (0.05, Verdict.RISING)])
def test_the_anomaly_decides(tail: float, said: Verdict) -> None:
    """An anomaly that gains or loses 0.05 °C a day is called rising or falling, whatever the season does."""
    found = _direction(tail)
    assert isinstance(found.anomaly_slope_14d, Slope)
    assert found.anomaly_slope_14d.per_day == pytest.approx(tail, abs=0.01)
    assert isinstance(found.anomaly_slope_30d, Slope)
    assert found.anomaly_slope_30d.days == 30
    assert found.verdict is said


def test_season_and_anomaly_add_up() -> None:
    """The temperature's slope is the season's plus the anomaly's."""
    found = _direction(-0.03)
    for raw, anomaly, season in (
        (found.slope_14d, found.anomaly_slope_14d, found.seasonal_14d),
        (found.slope_30d, found.anomaly_slope_30d, found.seasonal_30d),
    ):
        assert isinstance(raw, Slope)
        assert isinstance(anomaly, Slope)
        assert isinstance(season, float)
        assert raw.per_day == pytest.approx(anomaly.per_day + season, abs=1e-9)


def test_too_many_gaps_give_no_slope() -> None:
    """Four missing days of fourteen are too many; two are not, and the slope keeps its dates."""
    values = np.arange(14.0)
    values[[3, 8]] = np.nan
    found = slope(values, 14)
    assert isinstance(found, Slope)
    assert found.per_day == pytest.approx(1.0)
    values[[4, 9]] = np.nan
    assert why(slope(values, 14)) == "only 10 of the last 14 days have a value"


def test_verdict_needs_the_whole_interval() -> None:
    """An interval that holds zero is steady, however steep its middle."""
    assert verdict(Slope(-0.5, -1.1, 0.1, 14)) is Verdict.STEADY
    assert verdict(Slope(-0.5, -0.9, -0.1, 14)) is Verdict.FALLING
    assert why(verdict(Unknown("no"))) == "no"


def test_days_that_are_too_alike_say_so() -> None:
    """One slow swell over 14 days leaves fewer than three points: the interval is the method's bound, not a measure."""
    days = np.arange(14.0)
    swell = slope(np.sin(days / 4.0), 14)
    noise = slope(0.01 * days + 0.1 * np.tile([1.0, -1.0], 7), 14)
    assert isinstance(swell, Slope)
    assert isinstance(noise, Slope)
    assert (swell.blurred, noise.blurred) == (True, False)

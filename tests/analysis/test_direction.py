"""Is it coming down? The last fortnight beside the one before, by hand, and the way from the highest 12 months."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import numpy as np
import pytest

from climtrack.analysis.survey import study
from climtrack.analysis.trend import slope
from climtrack.errors import Notice
from climtrack.vocabulary.calendar import dayofyear
from climtrack.vocabulary.findings import Answer, Direction, Peak, RevisionNoise, Slope, Unknown, beyond
from climtrack.vocabulary.registry import REGIONS, Baseline
from tests.analysis.build import of, why

FIRST, LAST = dt.date(2001, 1, 1), dt.date(2010, 10, 15)
#: Means of 0.40 and 0.30 °C.
BEFORE = [0.40, 0.45, 0.35, 0.50, 0.30, 0.40, 0.42, 0.38, 0.41, 0.39, 0.46, 0.34, 0.43, 0.37]
RECENT = [0.35, 0.25, 0.30, 0.33, 0.27, 0.30, 0.36, 0.24, 0.31, 0.29, 0.28, 0.32, 0.26, 0.34]
TABLE = np.array(BEFORE + RECENT)


def _direction(
    tail: np.ndarray = TABLE, *, amplitude: float = 10.0, preliminary: int = 0, deviation: float = 0.0,
    first: dt.date = FIRST, last: dt.date = LAST,
) -> Direction:  # fmt: skip
    """Ten years of a pure annual wave, whose last days stand as far above it as `tail` says."""
    days = np.arange((last - first).days + 1)
    phase = dayofyear(np.datetime64(first, "D") + days)
    values = 10 + amplitude * np.cos(2 * np.pi * (phase - 200) / 366)
    values[-tail.size :] += tail
    noise = RevisionNoise(deviation, 2 * deviation, 19, Notice("measured"), 0.0, deviation)
    series = of(first, values, preliminary=preliminary)
    return study(series, REGIONS["nh"], baseline=Baseline(2001, 2009), revision_noise=noise).findings.direction


def test_a_table_of_28_days() -> None:
    """0.30 against 0.40 °C: down by 0.10, whatever the season does with the line."""
    found = _direction()
    assert found.answer is Answer.YES
    assert found.mean_14d == pytest.approx(0.30, abs=0.002)
    assert found.change_14d == pytest.approx(-0.10, abs=0.002)
    assert found.noise == 0.05
    # the season: 2 to 15 October (days 276 to 289) against the 14 days before
    wave = 10 * np.cos(2 * np.pi * (np.arange(262, 290) - 200) / 366)
    assert found.season_14d == pytest.approx(wave[14:].mean() - wave[:14].mean(), abs=0.002)
    assert found.line_14d == pytest.approx(found.season_14d + found.change_14d, abs=1e-9)


@pytest.mark.parametrize(
    ("step", "answer"),
    [(-0.05, Answer.YES), (-0.046, Answer.YES), (-0.044, Answer.LEVEL), (0.0, Answer.LEVEL), (0.05, Answer.NO)],
)
def test_yes_no_or_level_as_it_prints(step: float, answer: Answer) -> None:
    """0.046 prints as 0.05 and counts, 0.044 does not."""
    assert _direction(np.repeat([0.3, 0.3 + step], 14)).answer is answer


def test_half_a_hundredth_rounds_as_it_prints() -> None:
    """0.285 is 28.499999999999996 hundredths to a computer and 0.29 on paper."""
    assert (beyond(0.285, 0.29), beyond(-0.285, 0.29), beyond(0.284, 0.29)) == (1, -1, 0)


def test_the_share_is_counted_in_earlier_years_at_this_time_of_year() -> None:
    """Against a plain loop over every earlier day that lies within 45 days of 15 October."""
    rng = np.random.default_rng(3)
    tail = np.concatenate([rng.normal(0.0, 0.3, 3200), TABLE])
    days = np.arange((LAST - FIRST).days + 1)
    values = np.zeros(days.size)
    values[-tail.size :] += tail
    made = study(of(FIRST, values), REGIONS["nh"], baseline=Baseline(2001, 2009))
    assert made.climatology is not None
    anomaly = values - made.climatology.mean[dayofyear(np.datetime64(FIRST, "D") + days) - 1]
    step = [np.nan] * 27
    step += [anomaly[i - 13 : i + 1].mean() - anomaly[i - 27 : i - 13].mean() for i in range(27, days.size)]
    near = []
    for i in range(27, days.size):
        day = FIRST + dt.timedelta(days=i)
        if day.year < 2010 and abs((day - LAST.replace(year=day.year)).days) <= 45:
            near.append(step[i])
    expected = np.mean([past <= step[-1] for past in near])
    assert made.findings.direction.share_of_steps_as_large == pytest.approx(expected, abs=1e-9)


def test_a_young_series_has_no_share_and_no_peak() -> None:
    """21 months hold 91 earlier steps of this season and no 12-month mean of a year before; the answer stands."""
    days = np.arange(639)
    values = np.where(days > 624, 0.2, 0.0)
    found = study(of(FIRST, values), REGIONS["nh"], baseline=Baseline(2001, 2001)).findings.direction
    assert found.answer is Answer.NO
    assert why(found.share_of_steps_as_large) == "only 91 changes of earlier years to compare with"
    assert why(found.peak_12m) == "12-month means of at least a year are needed"


def test_without_a_baseline_only_the_line_is_told() -> None:
    """Half a year of a steady climb: by 0.14 °C in two weeks, of which nobody knows the season's part."""
    found = study(of(FIRST, np.arange(180) / 100), REGIONS["nh"]).findings.direction
    assert found.line_14d == pytest.approx(0.14)
    assert found.answer == found.season_14d == Unknown("unknown.no_season")


def test_missing_days_widen_the_noise() -> None:
    """More missing days, more noise; with fewer than ten of fourteen nothing is said."""
    rng = np.random.default_rng(5)
    noises = []
    for missing in range(5):
        tail = np.concatenate([rng.normal(0.0, 0.2, 600), TABLE])
        tail[-10 : -10 + missing] = np.nan
        found = _direction(tail)
        assert isinstance(found.noise, float)
        noises.append(found.noise)
    assert noises[0] == 0.05
    assert all(a < b for a, b in pairwise(noises))
    tail[-10:-5] = np.nan
    few = _direction(tail)
    assert why(few.answer) == why(few.noise) == "only 9 of the last 14 days have a value"
    tail[-1], tail[-28:-18] = 0.3, np.nan
    assert why(_direction(tail).answer) == "only 4 of the last 14 days have a value"


def test_preliminary_days_are_charged() -> None:
    """14 days revised with an sd of 0.1 °C, 14 / 4 of which count: twice 0.0535; one day, a 14th of it."""
    assert _direction(preliminary=14, deviation=0.1).noise == pytest.approx(2 * 0.1 * np.sqrt(4 / 14))
    assert _direction(preliminary=1, deviation=0.5).noise == pytest.approx(2 * 0.5 / 14)
    assert _direction(preliminary=14, deviation=0.02).noise == 0.05
    assert _direction(deviation=0.1).noise == 0.05


@pytest.mark.parametrize(("step", "settled"), [(-0.17, True), (-0.15, False), (-0.06, False), (0.0, False)])
def test_an_answer_that_revisions_could_turn_is_for_now(step: float, settled: bool) -> None:
    """Revisions of up to 0.107 °C: only what stays beyond 0.05 °C is settled; level may become either."""
    found = _direction(np.repeat([0.3, 0.3 + step], 14), preliminary=14, deviation=0.1)
    assert found.settled is settled
    assert _direction(np.repeat([0.3, 0.3 + step], 14)).settled is True


def test_nothing_later_is_looked_at() -> None:
    """A series whose later values are absurd says the same of a day as one that ends there."""
    rng = np.random.default_rng(7)
    values = rng.normal(10.0, 0.3, (LAST - FIRST).days + 200)
    changed = values.copy()
    changed[-199:] = 40.0
    asked = [
        study(of(FIRST, one), REGIONS["nh"], baseline=Baseline(2001, 2009), as_of=LAST) for one in (values, changed)
    ]
    assert asked[0].findings.direction == asked[1].findings.direction


def test_over_a_leap_day() -> None:
    """Two fortnights that end on 13 March 2012 hold 29 February, the last day of the first of them."""
    tail = np.repeat([0.0, 0.3], 14)
    tail[14] = 1.7
    found = _direction(tail, amplitude=0.0, last=dt.date(2012, 3, 13))
    assert (found.mean_14d, found.change_14d) == (pytest.approx(0.3 + 1.4 / 14), pytest.approx(0.4))


def test_the_peak_of_12_months() -> None:
    """A year at +0.3, then half a year at -0.1: the mean peaked on the year's last day and is down to 0.1."""
    tail = np.concatenate([np.full(365, 0.3), np.full(183, -0.1)])
    found = _direction(tail, amplitude=0.0).peak_12m
    assert isinstance(found, Peak)
    assert found.date == LAST - dt.timedelta(days=183)
    assert found.anomaly - found.now == pytest.approx(0.4 * 183 / 365, abs=0.01)
    rising = _direction(np.linspace(0, 1, 700), amplitude=0.0).peak_12m
    assert isinstance(rising, Peak)
    assert (rising.date, rising.anomaly) == (LAST, rising.now)


def test_too_many_gaps_give_no_slope() -> None:
    """Four missing days of fourteen are too many; two are not, and the slope keeps its dates."""
    values = np.arange(14.0)
    values[[3, 8]] = np.nan
    found = slope(values, 14)
    assert isinstance(found, Slope)
    assert found.per_day == pytest.approx(1.0)
    values[[4, 9]] = np.nan
    assert why(slope(values, 14)) == "only 10 of the last 14 days have a value"

"""The outlook: nothing of the future in it, its range, its chances, and how it is scored."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import pytest

from climtrack.analysis.outlook import Expectation, expectation
from climtrack.analysis.survey import estimates, study
from climtrack.vocabulary.findings import Estimate, OutlookDay, OutlookScore, Unknown
from climtrack.vocabulary.registry import REGIONS
from climtrack.vocabulary.series import Floats, Series, folded
from tests.analysis.build import made, of

FIRST, LAST = dt.date(1980, 1, 1), dt.date(2024, 7, 5)
DAY = dt.timedelta(days=1)


def _season(days: Floats) -> Floats:
    """A season and a straight warming of 0.3 °C a decade, without weather."""
    return np.asarray(10 - 5 * np.cos(2 * np.pi * (days - 20) / 365.2425) + 0.03 * days / 365.2425)


def _weather(days: Floats) -> Floats:
    """The same with days that remember the one before."""
    noise = np.random.default_rng(7).normal(0, 0.06, days.size)
    for i in range(1, days.size):
        noise[i] += 0.95 * noise[i - 1]
    return _season(days) + noise


def _outlook(series: Series, **how: dt.date | None) -> tuple[OutlookDay, ...]:
    """The outlook, which must be known."""
    found = study(series, REGIONS["nh"], **how).findings.outlook
    assert isinstance(found, tuple)
    return found


@pytest.mark.parametrize("name", ["made", "world"])
def test_the_future_is_not_known(name: str, request: pytest.FixtureRequest) -> None:
    """Without its later years, or with others in their place, a series has the same outlook on a day of the past."""
    series = made(FIRST, LAST, _weather) if name == "made" else request.getfixturevalue("world")
    asked = dt.date(2021, 11, 17)
    cut = (asked - series.start).days + 1
    other = replace(series, values=np.concatenate([series.values[:cut], 30 - series.values[cut:]]))
    alone = _outlook(series.upto(asked))
    assert _outlook(series, as_of=asked) == _outlook(other, as_of=asked) == alone
    assert not any(math.isnan(one.chance_below_last_year) for one in alone)


def test_what_has_no_weather_is_expected_as_it_comes() -> None:
    """Of a season and a straight warming, the days ahead are known to 0.01 °C, and half of them are no record."""
    whole = made(FIRST, LAST + 30 * DAY, _season)
    for one in _outlook(whole.upto(LAST)):
        came = whole.value(one.date)
        assert came is not None
        assert one.normal + one.anomaly == pytest.approx(came, abs=0.01)
        assert one.high - one.low < 0.02
        assert one.chance_below_last_year == 0.01
        assert one.chance_record_for_date == 0.99


def test_the_range_holds_nine_in_ten() -> None:
    """Over 100 origins of ten years, days 14 ahead lie within the range about 9 times in 10."""
    series = made(FIRST, LAST, _weather)
    columns, lead = folded(series)[1] % 366, np.array([14])
    held = []
    for last in range(series.values.size - 3515, series.values.size - 14, 35):
        found = expectation(series.values[: last + 1], columns[: last + 1], lead, columns[last + lead])
        assert isinstance(found, Expectation)
        held.append(found.quantile(0.05)[0] <= series.values[last + 14] <= found.quantile(0.95)[0])
    assert 0.82 <= np.mean(held) <= 0.96


def test_the_next_issue_is_a_fortnight_after_today() -> None:
    """Six days late, the next issue is 20 days beyond the latest value; three weeks late it is out of reach."""
    series = made(FIRST, LAST, _weather)
    (issue,) = (one for one in _outlook(series, today=dt.date(2024, 7, 11)) if one.next_issue)
    assert (issue.date, issue.lead_days) == (dt.date(2024, 7, 25), 20)
    assert [one.lead_days for one in _outlook(series)] == [7, 14, 21, 28]
    assert [one.lead_days for one in _outlook(series) if one.next_issue] == [14]
    assert not any(one.next_issue for one in _outlook(series, today=dt.date(2024, 7, 26)))


def test_leap_day_faces_28_february_and_new_year_the_year_that_ends() -> None:
    """A line far above every other on the partner's day alone is what the chance looks at."""
    series = made(FIRST, dt.date(2024, 2, 15), _weather)
    values = series.values.copy()
    values[(dt.date(2023, 2, 28) - series.start).days] = 40
    leap = next(one for one in _outlook(replace(series, values=values)) if one.lead_days == 14)
    assert leap.date == dt.date(2024, 2, 29)
    assert leap.chance_below_last_year == 0.99
    series = made(FIRST, dt.date(2023, 12, 25), _weather)
    values = series.values.copy()
    values[(dt.date(2023, 1, 1) - series.start).days] = 40
    (new_year,) = _outlook(replace(series, values=values))[:1]
    assert (new_year.date, new_year.chance_below_last_year) == (dt.date(2024, 1, 1), 0.99)
    assert new_year.chance_record_for_date == pytest.approx(0.01)


def test_a_partner_that_is_missing_leaves_the_chance_open() -> None:
    """The range stands, and the chance is NaN."""
    series = made(FIRST, LAST, _weather)
    values = series.values.copy()
    values[(dt.date(2023, 7, 12) - series.start).days] = np.nan
    first = _outlook(of(FIRST, values))[0]
    assert math.isnan(first.chance_below_last_year)
    assert first.low < first.anomaly < first.high


def test_young_series_and_gaps_have_no_outlook() -> None:
    """A series of eleven years covers no baseline, a last year with a hole of two months is no year."""
    young = study(made(dt.date(2013, 9, 1), LAST, _weather), REGIONS["nh"]).findings.outlook
    assert young == Unknown("unknown.no_baseline")
    series = made(FIRST, LAST, _weather)
    values = series.values.copy()
    values[-120:-60] = np.nan  # 60 of 365
    gap = study(of(FIRST, values), REGIONS["nh"]).findings.outlook
    assert gap == Unknown("unknown.gaps", first=LAST - 364 * DAY, last=LAST)


def test_score_by_hand() -> None:
    """Two days have come: one inside its range and rightly below, one outside; (0.2² + 0.6²) / 2 = 0.2."""
    series = made(FIRST, LAST, lambda days: 10.0 - (days > 16250))
    assert series.value(LAST) == 9
    asked = LAST - 20 * DAY
    kept = (
        Estimate("outlook", asked, LAST - 6 * DAY, 9.1, 8.5, 9.5, 0.8),
        Estimate("outlook", asked, LAST, 9.9, 9.5, 10.3, 0.4),
        Estimate("outlook", asked, LAST + DAY, 9.9, 9.5, 10.3, 0.4),
        Estimate("year_end", asked, LAST, 9.9, 9.5, 10.3, 0.4),
    )
    found = study(series, REGIONS["nh"], kept=kept).findings.outlook_score
    assert isinstance(found, OutlookScore)
    assert (found.since, found.days, found.held, found.hits, found.chances) == (asked, 2, 0.5, 1, 2)
    assert found.brier == pytest.approx(0.2)
    none = study(series, REGIONS["nh"], kept=kept[2:]).findings.outlook_score
    assert none == Unknown("unknown.not_scored")


def test_what_is_kept_is_what_was_said() -> None:
    """In degC of the day itself, so that no baseline can move it."""
    found = study(made(FIRST, LAST, _weather), REGIONS["nh"]).findings
    kept = [one for one in estimates(found) if one.kind == "outlook"]
    for day, one in zip(found.outlook, kept, strict=True):
        assert (one.kind, one.made, one.target, one.chance) == ("outlook", LAST, day.date, day.chance_below_last_year)
        assert one.expected == pytest.approx(day.normal + day.anomaly)
        assert one.low < one.expected < one.high

"""Titles: true of their fortnight by a second computation, with place and number, and not of a kind just told."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from climtrack.analysis.survey import study
from climtrack.reporter import render
from climtrack.reporter.sentences import Phrases
from climtrack.reporter.titles import KINDS, LIMITS, kind, titles
from climtrack.vocabulary.registry import REGIONS
from climtrack.words.language import Language
from scripts.titles import AIR, AUGUST, FORTNIGHTS, SEAS, issues
from tests.analysis.build import of, real
from tests.reporter.studies import DATES, sample

EN, ES = Language("en"), Language("es")
FIRST, LAST = dt.date(1985, 1, 1), dt.date(2024, 6, 30)
ONE = dt.timedelta(days=1)
TOLD = ("date", "crossing", "rank")


def issue(shape=lambda days: days * 0.0, preliminary=0, told=()):
    """A study of a series that is its season, some scatter of the years, and a shape by days before the last."""
    days = np.arange((LAST - FIRST).days + 1)
    season = 10 * np.cos(days / 365.25 * 2 * np.pi)
    years = np.random.default_rng(5).normal(0, 0.3, 60)[(days / 365.25).astype(int)]
    shaped = shape(days[::-1])
    return replace(
        study(of(FIRST, season + np.where(shaped == 0, years, shaped), preliminary=preliminary), REGIONS["nh"]),
        told=told,
    )


def title(one, language=EN):
    return titles(Phrases(one, language))[0].replace("\u00a0", " ")


def test_the_highest_value_is_news_before_all_else():
    """A single day of the fortnight that nothing comes near; preliminary where it is, silent once told."""
    high = issue(lambda days: np.where(days == 3, 40.0, 0.0))
    assert re.fullmatch(
        r"Northern Hemisphere air reached \d+\.\d\d °C on 27 June, the highest in ERA5 since 1985", title(high)
    )
    assert "el máximo de ERA5 desde 1985" in title(high, ES)
    early = issue(lambda days: np.where(days == 3, 40.0, 0.0), preliminary=5)
    assert "a preliminary record in ERA5 since 1985" in title(early)
    again = replace(high, told=("highest",))
    assert kind(again) != "highest"
    assert kind(replace(high, told=tuple(KINDS))) == "highest"  # all told: the one told longest ago


def test_a_series_that_ended_long_ago_says_when():
    """Behind every title, of the issue and of its other pictures, from 15 days on."""
    for chart in ("year_lines", "year_over_year", "year_to_date"):
        now, late = (render.words(chart, [replace(issue(), overdue=days)]) for days in (14, 15))
        assert not any("2024)" in one.title for one in now.values())
        assert late["en"].title.endswith(" (data to 30 Jun 2024)")
        assert late["es"].title.endswith(" (datos al 30 jun 2024)")
        assert all(len(late[code].title) <= limit for code, limit in LIMITS.items()) or chart == "year_to_date"


def test_days_that_reach_into_last_year_are_compared_with_a_year_earlier():
    """On 9 January nine days are all of this year, ten are not."""
    one = Phrases(sample(as_of=DATES[0]), EN)
    assert (one.other(9), one.other(10)) == (2025, "a year earlier")


def test_a_crossing_is_told_once_it_has_held_a_week():
    """Six days are not news, seven are; what the year's count says otherwise stands beside it."""
    for days, held in ((6, False), (7, True), (20, True), (21, False)):
        one = issue(
            lambda ago, days=days: np.where(ago < days, -0.6, np.where(ago < 300, 1.1, 0.9)), told=("date", "rank")
        )
        assert ("has been below" in title(one)) is held, days
    one = issue(lambda ago: np.where(ago < 9, -0.6, np.where(ago < 300, 1.1, 0.9)), told=("date", "rank"))
    assert title(one) == "Northern Hemisphere air has been below 2023 for 9 days, yet above on 173 of 182 days"
    assert title(one, ES).endswith("lleva 9 días por debajo de 2023, pero lo superó 173 de 182 días")


def test_the_fortnights_change_and_its_largest_in_half_a_year():
    """A rise of 0.3 °C; the most since the last time that it was as large."""
    one = issue(lambda ago: np.where(ago < 14, 1.3, np.where(ago < 400, 1.0, np.where(ago < 800, 1.5, 0.0))), told=TOLD)
    assert re.search(r"\+?\d\.\d °C above average over two weeks, the most since June 2023", title(one))
    assert title(replace(one, told=("since", *TOLD))).startswith("Northern Hemisphere air is up 0.31 °C against")


def test_what_rests_on_preliminary_days_alone_says_so():
    """14 of 14 do, 13 do not."""
    shape = lambda ago: np.where(ago < 14, 1.3, np.where(ago < 400, 1.0, np.where(ago < 800, 1.5, 0.0)))  # noqa: E731
    assert title(issue(shape, preliminary=14)).endswith("(preliminary)")
    assert title(issue(shape, preliminary=14), ES).endswith("(provisional)")
    assert "preliminary" not in title(issue(shape, preliminary=13))


@pytest.fixture(scope="module")
def told(shared_data):
    """The issues of docs/titles.md."""
    return {key: list(issues(key, FORTNIGHTS if key == AIR else AUGUST)) for key in (AIR, *SEAS)}


def test_no_kind_is_told_again_within_four_issues(told):
    """World air from January 2024, in 54 issues; place, number and length in both languages."""
    assert len(told[AIR]) == 54
    for i, one in enumerate(told[AIR]):
        assert one.kind not in [other.kind for other in told[AIR][max(i - 4, 0) : i]]
    for one in (one for found in told.values() for one in found):
        for code, text in (("en", one.english), ("es", one.spanish)):
            phrases = Phrases(one.study, Language(code))
            assert phrases.subject in text.lower() or phrases.short.lower() in text.lower()
            assert re.search(r"\d|-warmest|warmest \d", text)
            assert len(text) <= LIMITS[code]
    assert all(a.english != b.english for a, b in pairwise(told[AIR]))


def test_a_record_of_two_days_names_both(told):
    """22 and 23 July 2024, level at 0.01 °C."""
    (one,) = [one for one in told[AIR] if one.study.series.end == dt.date(2024, 8, 2)]
    assert "17.15\u00a0°C on 22 and 23 July, the highest in ERA5" in one.english
    assert "17,15\u00a0°C los días 22 y 23 de julio, el máximo de ERA5" in one.spanish


def test_none_is_false_of_its_fortnight(told, shared_data):
    """Each number again, from the source's own file and by nothing of climtrack's analysis."""
    for key, found in told.items():
        feed = shared_data / "sites/2026-08-22/clim"
        name = key.split(".", 2)[2]
        path = (
            f"t2_daily/json/era5_{name}_t2_day.json"
            if key == AIR
            else f"sst_daily/json_2clim/oisst2.1_{name}_sst_day.json"
        )
        whole = real(feed / path, key)
        days = {day: float(v) for day, v in zip(whole.dates.tolist(), whole.values, strict=True) if not np.isnan(v)}
        normal = normals(days)
        for one in found:
            Recount(days, normal, one.study.series.end).holds(one.english.replace("\u00a0", " "))


def normals(days):
    """Mean of 1991–2020 by date, eight harmonics; 29 February between its neighbours."""
    dates = [dt.date(2023, 1, 1) + i * ONE for i in range(365)]
    raw = np.array([np.mean([days[d.replace(year=y)] for y in range(1991, 2021)]) for d in dates])
    waves = np.fft.rfft(raw)
    waves[9:] = 0
    smooth = dict(zip(((d.month, d.day) for d in dates), np.fft.irfft(waves, 365), strict=True))
    return smooth | {(2, 29): (smooth[2, 28] + smooth[3, 1]) / 2}


class Recount:
    """A title against the values that end on a day."""

    def __init__(self, days, normal, end):
        self.days, self.normal, self.end = {d: v for d, v in days.items() if d <= end}, normal, end

    def last(self, n, end=None):
        return [(end or self.end) - i * ONE for i in range(n)][::-1]

    def anomaly(self, n, end=None):
        return np.mean([self.days[d] - self.normal[d.month, d.day] for d in self.last(n, end)])

    def year_before(self, day):
        return self.days[day - ONE if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)] if (
            day.month, day.day) != (2, 29) else self.days[dt.date(day.year - 1, 2, 28)]  # fmt: skip

    def against(self, n):
        return np.array([self.days[d] - self.year_before(d) for d in self.last(n)])

    def earlier(self, day):
        same = [d for d in self.days if (d.month, d.day) == (day.month, day.day) and d.year < day.year]
        return max(self.days[d] for d in same)

    def holds(self, text):
        text = text.removesuffix(" (preliminary)")
        for pattern, check in CHECKS.items():
            if (found := re.search(pattern, text)) is not None:
                check(self, *found.groups())
                break
        else:
            raise AssertionError(text)
        if also := re.search(r" (and|yet)(?: is)? (\d+\.\d+) °C (above|below) average$", text):
            mean = self.anomaly(1 if "has been" in text else 14)  # of what lasts to this day, the day's
            assert near(abs(mean), also[2])
            assert (mean > 0) == (also[3] == "above")
        if also := re.search(r"yet (above|below) on (\d+) of (\d+) days$", text):
            year = self.against(self.end.timetuple().tm_yday)
            sign = 1 if also[1] == "above" else -1
            assert ((np.round(sign * year, 6) >= 0.005).sum(), year.size) == (int(also[2]), int(also[3]))


def near(value, printed):
    """Equal as printed; a harmonic's last digit apart."""
    return abs(value - float(printed.replace("−", "-"))) <= 0.5 * 10 ** -len(printed.partition(".")[2]) + 0.002


def _records(one, n=None):
    margins = [one.days[d] - one.earlier(d) for d in one.last(14) if (d.month, d.day) != (2, 29)]
    assert sum(m >= 0.01 for m in margins) >= int(n or 14)
    assert sum(m >= 0.03 for m in margins) <= int(n or 14)


def _change(one, way, size, mean):
    now, before = one.anomaly(14), one.anomaly(14, one.end - 14 * ONE)
    assert near(abs(now - before), size)
    assert (now > before) == (way == "up")
    assert near(now, mean)


def _rank(one, ordinal, way):
    names = [EN.ordinal(n) for n in range(1, 11)]
    shifts = range(min(d.year for d in one.days) - one.end.year, 0)
    means = []
    for shift in shifts:
        dates = [d.replace(year=d.year + shift) for d in one.last(14) if (d.month, d.day) != (2, 29)]
        if all(d in one.days for d in dates):
            means.append(np.mean([one.days[d] for d in dates]))
    now = np.mean([one.days[d] for d in one.last(14) if (d.month, d.day) != (2, 29)])
    beaten = sum(m > now if way == "warmest" else m < now for m in means)
    assert beaten == names.index(ordinal or "first")


def _year(one, size, way, year):
    mean = one.against(14).mean()
    assert near(abs(mean), size)
    assert (mean > 0) == (way == "above")
    assert year == ("a year earlier" if one.end.day < 14 and one.end.month == 1 else str(one.end.year - 1))


def _since(one, size, way, most, when):
    mean = one.anomaly(14)
    assert near(abs(mean), size)
    assert (mean > 0) == (way == "above")
    sign = (1 if most == "most" else -1) * (1 if mean > 0 else -1)
    *month, year = when.split()
    after = dt.date(int(year), MONTHS.index(month[0]) + 1, 28) + 4 * ONE if month else dt.date(int(year) + 1, 1, 1)
    between = [one.anomaly(14, one.end - i * ONE) for i in range(14, (one.end - after).days)]
    assert max(sign * np.array(between)) < sign * mean


def _crossing(one, way, year, n):
    gaps = one.against(int(n) + 1) * (1 if way == "above" else -1)
    assert (gaps[1:] > 0).all()
    assert gaps[0] <= 0.006
    assert int(year) in {one.end.year - 1}


def _highest(one, value):
    values = {d: one.days[d] for d in one.last(14)}
    assert near(max(values.values()), value)
    return max(values.values()) - max(v for d, v in one.days.items() if d.year < one.end.year)


def _peak(one, size, fall, when):
    ends = [one.end - i * ONE for i in range(3 * 365)]
    means = {end: one.anomaly(365, end) for end in ends if end.year >= 2022}
    highest = max(means, key=means.get)
    assert near(means[one.end], size)
    assert near(means[highest] - means[one.end], fall)
    assert f"{MONTHS[highest.month - 1]} {highest.year}" == when


def _level(one, size, way):
    assert near(abs(one.anomaly(14)), size)
    assert (one.anomaly(14) > 0) == (way == "above")


def _within(one, year):
    assert abs(one.against(14).mean()) < 0.06
    assert year == ("a year earlier" if one.end.day < 14 and one.end.month == 1 else str(one.end.year - 1))


def _record(one, value):
    assert _highest(one, value) >= 0.01


def _tie(one, value):
    assert abs(_highest(one, value)) < 0.005


MONTHS = EN.month_names
NUMBER = r"(\d+\.\d+) °C"
CHECKS = {
    r"for the date on each of the last 14 days$": _records,
    r"for the date on (\d+) of the last 14 days$": _records,
    rf"is (up|down) {NUMBER} against average in two weeks, to ([+−]\d+\.\d+) °C$": _change,
    r"has had its (?:(\w+)-)?(warmest|coolest) .* since \d{4}$": _rank,
    rf"was {NUMBER} (above|below) (\d{{4}}|a year earlier) over two weeks": _year,
    r"was within 0\.05 °C of (\d{4}|a year earlier) over two weeks": _within,
    rf"was {NUMBER} (above|below) average over two weeks, the (most|least) since (.+)$": _since,
    rf"was {NUMBER} (above|below) average over two weeks$": _level,
    r"has been (above|below) (\d{4}) for (\d+) days": _crossing,
    rf"over 12 months: {NUMBER} above average, {NUMBER} below its peak of (.+)$": _peak,
    rf"reached {NUMBER}.*the highest in": _record,
    rf"reached a preliminary {NUMBER}, level with its record of": _tie,
}  # fmt: skip


def test_the_audits_examples_are_not_told_again(shared_data, told):
    """What 0.1.0 headlined and should not have."""
    bad = re.compile(
        r"\(record\)|Cold spells|has risen|easing|moving away|so far has been|too close to call|for [1-6] days"
    )
    for found in told.values():
        for one in found:
            assert not bad.search(one.english), one.english
    august = {key: found[-1].english for key, found in told.items()}
    assert "level with its record of 24 April 2024" in august["oisst.sst.world2"]
    assert all("preliminary" in august[key] for key in SEAS)
    for key, day in (("oisst.sst.gom", AUGUST[1]), (AIR, dt.date(2024, 2, 29)), (AIR, dt.date(2024, 12, 31))):
        (one,) = issues(key, [day])
        words = render.words("year_over_year", [one.study])["en"].title
        assert not re.search(r"level with \d{4}|for [1-6] days", words), words


def test_titles_of_other_pictures_name_place_and_number(told):
    """And say something else than the issue's own where they can."""
    one = told[AIR][12].study
    for chart in ("anomaly", "year_over_year", "day_heatmap", "records", "stripes", "since_last_issue"):
        for code, words in render.words(chart, [one]).items():
            phrases = Phrases(one, Language(code))
            assert re.search(r"\d", words.title), (chart, words.title)
            assert phrases.short.lower() in words.title.lower() or phrases.subject in words.title.lower(), words.title
    assert render.words("anomaly", [one])["en"].title != render.words("year_lines", [one])["en"].title

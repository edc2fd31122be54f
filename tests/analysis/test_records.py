"""Records and streaks: three records kept apart, ties, runs, the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pytest

from climtrack.analysis.frame import frame_of, runs
from climtrack.analysis.ranking import above_year, latest_run, lead, next_milestone, record_days, run_above
from climtrack.analysis.survey import study
from climtrack.vocabulary.calendar import year_of
from climtrack.vocabulary.findings import Claim, Holder, Reading, Record, Run, Study
from climtrack.vocabulary.registry import REGIONS
from climtrack.vocabulary.series import Series, year_table
from tests.analysis.build import longest_record_run, made, of, why

FIRST = dt.date(2001, 1, 1)


def _row(day: dt.date) -> int:
    """Row of a day in a series that begins on 1 January 2001."""
    return (day - FIRST).days


def _study(values: np.ndarray, *, preliminary: int = 0) -> Study:
    """Study of made values from 1 January 2001."""
    return study(of(FIRST, values, preliminary=preliminary), REGIONS["nh"])


def test_22_and_23_july_2024_are_a_tie_of_days(world: Series) -> None:
    """The warmest day, 17.152 °C on the 23rd, shares its place with the 22nd; the record itself is safe, by 0.08 °C."""
    found = study(world, REGIONS["world"]).findings.records.warmest_day
    assert (found.date, found.value) == (dt.date(2024, 7, 23), 17.152)
    assert (found.claim, found.tied_with, found.rival) == (Claim.SAFE, (), None)
    assert found.days == (dt.date(2024, 7, 22), dt.date(2024, 7, 23))
    assert found.previous is not None
    assert (found.previous.date, found.previous.value) == (dt.date(2023, 7, 6), 17.074)
    assert found.margin == pytest.approx(0.078)


def test_days_of_one_event_are_no_rivals() -> None:
    """A smooth peak far above every earlier year is a record on each of its days, the last two sharing it."""
    values = np.zeros(_row(dt.date(2012, 8, 13)) + 1)
    values[-4:] = 1.0, 1.02, 1.03, 1.027
    for back, days in ((3, (10,)), (2, (11,)), (1, (12,)), (0, (12, 13))):
        found = _study(values[: values.size - back]).findings.records.warmest_day
        assert (found.claim, found.margin) == (Claim.SAFE, found.value)
        assert found.days == tuple(dt.date(2012, 8, day) for day in days)


@pytest.mark.parametrize(
    ("above", "preliminary", "claim"),
    [
        (0.004, 0, Claim.TIE),
        (0.005, 0, Claim.WITHIN_NOISE),
        (0.010, 0, Claim.SAFE),
        (0.004, 1, Claim.TIE),
        (0.025, 1, Claim.WITHIN_NOISE),
        (0.026, 1, Claim.PRELIMINARY),
    ],
)
def test_only_a_preliminary_value_is_charged_with_revisions(above: float, preliminary: int, claim: Claim) -> None:
    """The North Atlantic's preliminary values move by 0.026 °C; a final one is held against 0.01 °C."""
    values = np.zeros(_row(dt.date(2012, 8, 13)) + 1)
    rival = dt.date(2010, 7, 1)
    values[_row(rival)], values[-1] = 1.0, 1.0 + above
    series = of(FIRST, values, key="oisst.sst.natlan", preliminary=preliminary)
    found = study(series, REGIONS["natlan"]).findings.records.warmest_day
    near = (rival,) if claim in {Claim.TIE, Claim.WITHIN_NOISE} else ()
    assert (found.claim, found.tied_with, found.noise) == (claim, near, 0.026 if preliminary else 0.01)
    assert found.rival == (Reading(rival, 1.0) if near else None)


def test_a_later_year_as_warm_shares_the_record(snapshot: Callable[[str, str], Series]) -> None:
    """World ocean: 21.173 °C on 24 April 2024, and 21.171 °C, preliminary, on 14 and 21 August 2026."""
    sea = snapshot("climate_reanalyzer/2026-08-22", "oisst.sst.world2")
    found = study(sea, REGIONS["world2"]).findings.records.warmest_day
    assert (found.date, found.claim) == (dt.date(2024, 4, 24), Claim.TIE)
    assert found.rival is not None
    assert (found.rival.date, found.rival.status) == (dt.date(2026, 8, 21), "preliminary")
    assert found.margin == pytest.approx(0.078)  # above every earlier year


def test_three_records_are_three_different_days() -> None:
    """Warmest of all in summer, warmest for the date today, largest anomaly in winter."""
    days = np.arange(_row(dt.date(2012, 4, 10)) + 1)
    values = 10 + 10 * np.sin(2 * np.pi * (days - 100) / 365.25)
    values[_row(dt.date(2010, 7, 10))] += 2
    values[_row(dt.date(2006, 1, 5))] += 6
    values[_row(dt.date(2012, 4, 10))] += 1
    found = _study(values).findings
    assert found.records.warmest_day.date == dt.date(2010, 7, 10)
    assert isinstance(found.records.warmest_for_date, Record)
    assert found.records.warmest_for_date.date == dt.date(2012, 4, 10)
    assert why(found.records.largest_anomaly) == "the series covers no baseline"


def test_the_largest_anomaly_needs_a_baseline(world: Series) -> None:
    """World air: 17 November 2023 lay +1.15 °C above 1991–2020; later days may exceed it, summers do not."""
    found = study(world, REGIONS["world"], as_of=dt.date(2023, 12, 31)).findings.records
    assert isinstance(found.largest_anomaly, Record)
    assert found.largest_anomaly.date == dt.date(2023, 11, 17)
    assert found.largest_anomaly.value == pytest.approx(1.155, abs=0.001)
    assert found.largest_anomaly.claim is Claim.SAFE
    assert [day.day for day in found.largest_anomaly.days] == [17, 18]  # the 18th lies 0.001 below
    assert found.warmest_day.date == dt.date(2023, 7, 6)


def test_a_preliminary_record_is_called_so() -> None:
    """A wide margin on a preliminary day is preliminary, not safe."""
    values = np.zeros(_row(dt.date(2012, 3, 3)) + 1)
    values[-1] = 5.0
    found = _study(values, preliminary=3).findings.records
    assert (found.warmest_day.claim, found.warmest_day.margin) == (Claim.PRELIMINARY, 5.0)


def test_record_days_need_ten_earlier_years() -> None:
    """In a series that rises every year, only the eleventh year's days are records; equal is not above."""
    years = year_of(np.datetime64(FIRST, "D") + np.arange(_row(dt.date(2011, 12, 31)) + 1))
    flags = record_days(lead(year_table(of(FIRST, years.astype(float)))))
    assert flags.sum(axis=1).tolist() == [0] * 10 + [365]
    flat = record_days(lead(year_table(made(FIRST, dt.date(2011, 12, 31), 1.0))))
    assert not flat.any()


def test_29_february_takes_no_record_and_ends_no_run() -> None:
    """Counts are of the 365 dates; a run goes through 29 February, which two earlier leap years are enough for."""
    values = np.zeros(_row(dt.date(2012, 3, 1)) + 1)
    values[-3:] = 1.0
    found = _study(values).findings
    assert found.records.days == (dt.date(2012, 2, 28), dt.date(2012, 3, 1))
    assert found.records.warm_holders[1] == Holder(2012, 2)
    assert found.streaks.record_days is not None
    assert found.streaks.record_days.last == dt.date(2012, 3, 1)
    values[-2] = -1.0
    assert _study(values).findings.streaks.record_days == Run(dt.date(2012, 3, 1), dt.date(2012, 3, 1), 1)


def test_one_rule_counts_record_days_everywhere() -> None:
    """Level at 0.01 °C takes no record and ends no run: counts, holders and days agree."""
    values = -np.arange(_row(dt.date(2012, 3, 10)) + 1.0)
    march = _row(dt.date(2012, 3, 5))
    values[march : march + 6] = values[_row(dt.date(2001, 3, 5)) : _row(dt.date(2001, 3, 5)) + 6]
    values[march : march + 6] += (0.1, 0.005, 0.004, 0.0, -0.004, 0.2)
    found = _study(values).findings
    assert [day.day for day in found.records.days] == [5, 6, 10]
    assert {holder.year: holder.days for holder in found.records.warm_holders}[2012] == 3
    assert found.streaks.record_days == Run(dt.date(2012, 3, 5), dt.date(2012, 3, 10), 6)
    assert (found.streaks.last_record, found.records.runs) == (dt.date(2012, 3, 10), (found.streaks.record_days,))


def test_runs_of_flags() -> None:
    """Two runs: days 1–2 and day 5."""
    starts, stops = runs(np.array([False, True, True, False, False, True]))
    assert (starts.tolist(), stops.tolist()) == ([1, 5], [3, 6])
    assert runs(np.zeros(3, dtype=bool))[0].size == 0


def test_streaks_of_a_warm_spell() -> None:
    """Thirty record days to the end: run, milestone, last record; and above last year and the mean as well."""
    values = np.zeros(_row(dt.date(2022, 6, 30)) + 1)
    values[:366] = 0.5
    values[-30:] = 1.0
    found = study(of(FIRST, values), REGIONS["nh"]).findings.streaks
    spell = Run(dt.date(2022, 6, 1), dt.date(2022, 6, 30), 30)
    assert (found.record_days, found.above_last_year, found.longest_record_days) == (spell, spell, spell)
    assert (found.last_record, found.days_since_record, found.next_milestone) == (dt.date(2022, 6, 30), 0, 50)
    assert found.below_last_year is None


def test_a_run_goes_through_new_year_and_ends_at_a_gap() -> None:
    """Below last year since 22 December; a missing day in January cuts the run."""
    values = np.zeros(_row(dt.date(2022, 1, 10)) + 1)
    values[-20:] = -1.0
    assert _study(values).findings.streaks.below_last_year == Run(dt.date(2021, 12, 22), dt.date(2022, 1, 10), 20)
    values[-4] = np.nan
    assert _study(values).findings.streaks.below_last_year == Run(dt.date(2022, 1, 8), dt.date(2022, 1, 10), 3)


def test_above_a_given_year() -> None:
    """Forty days above the line of 2010, not only above last year's."""
    values = np.zeros(_row(dt.date(2022, 6, 30)) + 1)
    values[-40:] = 1.0
    frame = frame_of(_study(values))
    assert latest_run(frame, above_year(frame, 2010)) == Run(dt.date(2022, 5, 22), dt.date(2022, 6, 30), 40)
    assert latest_run(frame, above_year(frame, 1950)) is None
    assert run_above(_study(values), 2010) == Run(dt.date(2022, 5, 22), dt.date(2022, 6, 30), 40)


def test_days_since_the_last_record() -> None:
    """A record ten days ago is counted from the data, not from memory."""
    values = -np.arange(_row(dt.date(2022, 6, 30)) + 1.0)
    values[_row(dt.date(2022, 6, 20))] = 2.0
    found = _study(values).findings
    assert (found.streaks.last_record, found.streaks.days_since_record) == (dt.date(2022, 6, 20), 10)
    assert found.streaks.record_days is None
    assert found.streaks.next_milestone is None
    assert found.records.days == (dt.date(2022, 6, 20),)


@pytest.mark.parametrize(("days", "then"), [(1, 7), (7, 10), (116, 150), (500, 600), (640, 700)])
def test_milestones(days: int, then: int) -> None:
    """Round lengths, and whole hundreds past 500."""
    assert next_milestone(days) == then


def test_holders_of_the_calendar() -> None:
    """Each date has one holder, the earlier of equals; they add up to 365."""
    values = np.zeros(_row(dt.date(2004, 12, 31)) + 1)
    january = _row(dt.date(2003, 1, 1))
    values[january : january + 31] = 1.0
    values[_row(dt.date(2004, 1, 1)) : _row(dt.date(2004, 1, 1)) + 10] = 1.004
    found = _study(values).findings.records
    assert found.warm_holders == (Holder(2001, 334), Holder(2003, 31))
    assert found.cold_holders == (Holder(2001, 365),)


def test_world_holders_add_up(world: Series) -> None:
    """World air, 2026 begun: 365 dates are held, most of the warm ones by 2023 and 2024."""
    found = study(world, REGIONS["world"]).findings.records
    assert sum(h.days for h in found.warm_holders) == sum(h.days for h in found.cold_holders) == 365
    assert {h.year for h in found.warm_holders[:2]} == {2023, 2024}


def test_longest_run_by_date_goes_through_new_year(snapshot: Callable[[str, str], Series]) -> None:
    """World ocean 2023–24: 489 days, the longest of five; on the site's slots 478."""
    sea = snapshot("climate_reanalyzer/2026-08-22", "oisst.sst.world2")
    by_date = longest_record_run(sea, first_year=1982)
    by_slot = longest_record_run(sea, first_year=1982, alignment="slot")
    assert by_date is not None
    assert by_slot is not None
    assert by_slot.days == 478
    assert by_date == Run(dt.date(2023, 3, 13), dt.date(2024, 7, 13), 489)
    found = study(sea, REGIONS["world2"]).findings
    assert [run.days for run in found.records.runs] == [489, 479, 330, 192, 122]
    assert found.records.runs[0] == found.streaks.longest_record_days == by_date
    assert longest_record_run(made(FIRST, dt.date(2003, 1, 1))) is None


def test_holders_tell_what_is_preliminary() -> None:
    """Three record dates of this year, two of them preliminary."""
    values = np.zeros(_row(dt.date(2004, 3, 2)) + 1)
    values[-3:] = 1.0
    found = _study(values, preliminary=2).findings.records
    assert found.warm_holders == (Holder(2001, 363), Holder(2004, 2, 2))
    values[-4:] = 1.0  # 28 and 29 February, 1 and 2 March
    found = _study(values, preliminary=3).findings.records
    assert found.warm_holders == (Holder(2001, 362), Holder(2004, 3, 2))

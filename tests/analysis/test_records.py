"""Records and streaks: three records kept apart, ties, runs, the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pytest

from climtrack.analysis.frame import frame_of, runs
from climtrack.analysis.ranking import above_year, latest_run, next_milestone, record_days, run_above
from climtrack.analysis.survey import study
from climtrack.vocabulary.calendar import year_of
from climtrack.vocabulary.findings import Claim, Holder, Record, Run, Study
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


def test_22_and_23_july_2024_are_a_tie(world: Series) -> None:
    """The warmest day, 17.152 °C on the 23rd, is a tie with the 22nd, and beats July 2023 by 0.08 °C."""
    found = study(world, REGIONS["world"]).findings.records.warmest_day
    assert (found.date, found.value) == (dt.date(2024, 7, 23), 17.152)
    assert found.claim is Claim.TIE
    assert found.tied_with == (dt.date(2024, 7, 22),)
    assert found.previous is not None
    assert (found.previous.date, found.previous.value) == (dt.date(2023, 7, 6), 17.074)
    assert found.margin == pytest.approx(0.078)


def test_on_the_very_day_no_record_is_claimed(world: Series) -> None:
    """Seen on 23 July 2024 itself, the day is a tie, not a record."""
    found = study(world, REGIONS["world"], as_of=dt.date(2024, 7, 23)).findings.records.warmest_day
    assert (found.date, found.claim) == (dt.date(2024, 7, 23), Claim.TIE)
    assert found.tied_with == (dt.date(2024, 7, 22),)


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
    assert why(found.records.largest_anomaly) == "no baseline is covered"


def test_the_largest_anomaly_needs_a_baseline(world: Series) -> None:
    """World air: 17 November 2023 lay +1.15 °C above 1991–2020; later days may exceed it, summers do not."""
    found = study(world, REGIONS["world"], as_of=dt.date(2023, 12, 31)).findings.records
    assert isinstance(found.largest_anomaly, Record)
    assert found.largest_anomaly.date == dt.date(2023, 11, 17)
    assert found.largest_anomaly.value == pytest.approx(1.155, abs=0.001)
    assert found.largest_anomaly.claim is Claim.TIE  # the 18th lies 0.001 below
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
    flags = record_days(year_table(of(FIRST, years.astype(float))))
    assert flags.sum(axis=1).tolist() == [0] * 10 + [365]
    flat = record_days(year_table(made(FIRST, dt.date(2011, 12, 31), 1.0)))
    assert not flat.any()


def test_29_february_sets_a_record_among_leap_years() -> None:
    """Two earlier leap years are enough for 29 February."""
    values = np.zeros(_row(dt.date(2012, 3, 1)) + 1)
    values[_row(dt.date(2012, 2, 29))] = 1.0
    assert record_days(year_table(of(FIRST, values)))[-1].nonzero()[0].tolist() == [59]


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
    values = np.zeros(_row(dt.date(2022, 6, 30)) + 1)
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
    """World ocean 2023–24 by date: 489 days, against 478 by slot."""
    sea = snapshot("climate_reanalyzer/2026-08-22", "oisst.sst.world2")
    by_date = longest_record_run(sea, first_year=1982)
    by_slot = longest_record_run(sea, first_year=1982, alignment="slot")
    assert by_date is not None
    assert by_slot is not None
    assert by_slot.days == 478
    assert (by_date.first, by_date.last, by_date.days) == (dt.date(2023, 3, 13), dt.date(2024, 7, 13), 489)
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

"""When rounds are due: no day lost, none doubled, whatever clocks and machines do."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from climtrack.errors import DiskError
from climtrack.run.schedule import HistoryFile, RunHistory, Schedule, due, next_run, read
from tests.run.site import full

ZONES = (
    "UTC", "Europe/Madrid", "America/New_York", "America/Mexico_City", "Australia/Lord_Howe", "Asia/Kathmandu",
    "Pacific/Kiritimati", "America/St_Johns", "Africa/Casablanca", "Pacific/Apia",
)  # fmt: skip
HOUR, DAY, MINUTE = dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(minutes=1)
NOON = dt.datetime(2026, 7, 11, 12, tzinfo=dt.UTC)
AT_17 = Schedule((17,), "UTC", 2 * HOUR)


@pytest.mark.parametrize("zone", ZONES)
def test_every_utc_day_has_exactly_one_due_run_at_the_hour_of_the_zone(zone: str) -> None:
    """S1: 24 hours, three years: on its own day, and by the zone's clock but for a few days of clock changes."""
    place = ZoneInfo(zone)
    days = [dt.date(2024, 1, 1) + n * DAY for n in range(3 * 365)]
    for hour in range(24):
        found = [due(day, hour, zone) for day in days]
        assert [moment.date() for moment in found] == days
        assert sum(moment.astimezone(place).hour != hour for moment in found) <= 12
        if zone == "UTC":
            assert {moment.time() for moment in found} == {dt.time(hour)}


def test_madrid_follows_its_own_clock_through_summer_time() -> None:
    """17:00 in Madrid is 16:00 UTC in winter and 15:00 in summer."""
    assert due(dt.date(2026, 1, 15), 17, "Europe/Madrid").hour == 16
    assert due(dt.date(2026, 7, 15), 17, "Europe/Madrid").hour == 15


def test_a_new_installation_begins_at_once() -> None:
    """Nothing on disk: now."""
    assert next_run(NOON, RunHistory(), AT_17) == NOON


def test_after_a_success_the_next_is_due_at_the_hour() -> None:
    """Yesterday's round at 17:00 went well: today at 17:00, plus this installation's delay."""
    done = RunHistory(attempt=NOON - 18 * HOUR, success=NOON - 18 * HOUR)
    assert next_run(NOON, done, AT_17) == NOON + 5 * HOUR
    assert next_run(NOON, done, replace(AT_17, offset=7 * MINUTE)) == NOON + 5 * HOUR + 7 * MINUTE


@pytest.mark.parametrize("away", [1 * HOUR, 8 * HOUR, 3 * DAY, 30 * DAY])
def test_what_was_missed_is_caught_up_once(away: dt.timedelta) -> None:
    """S2: asleep over the due minute: exactly one round at once, then the usual hour."""
    begin = NOON + 4 * HOUR + 30 * MINUTE
    history = RunHistory(attempt=begin - 23 * HOUR, success=begin - 23 * HOUR)
    wake = begin + away
    assert next_run(wake, history, AT_17) == wake
    history = history.after(wake, 0, stale=False)
    following = next_run(wake + MINUTE, history, AT_17)
    assert (following.hour, following.minute) == (17, 0)
    assert following > wake


def test_a_failure_is_tried_again_later_less_and_less_often() -> None:
    """After 2, 4, 6 hours; the next day's own hour comes first."""
    begin = NOON + 5 * HOUR
    history = RunHistory(attempt=begin - DAY, success=begin - DAY)
    tries = []
    now = begin
    while now < begin + DAY:
        now = next_run(now, history, AT_17)
        tries.append((now - begin) / HOUR)
        history = history.after(now, 4, stale=False)
    assert tries == [0, 2, 6, 12, 20, 24]


def test_a_stale_source_is_asked_again_the_same_day() -> None:
    """Answered, but nothing new for too long: later again, until the next day."""
    history = RunHistory().after(NOON + 5 * HOUR, 0, stale=True)
    assert history.success == NOON + 5 * HOUR
    assert next_run(NOON + 6 * HOUR, history, AT_17) == NOON + 7 * HOUR
    assert history.failing_since is None


@pytest.mark.parametrize("years", [10, -10, -56])
def test_a_clock_gone_wrong_only_costs_a_round(years: int) -> None:
    """S3: with times on disk from the future or the far past a round is due now, and the next is a day away."""
    there = NOON.replace(year=NOON.year + years)
    done = RunHistory(attempt=NOON, success=NOON)
    assert next_run(there, done, AT_17) == there
    after = done.after(there, 0, stale=False)
    assert HOUR < next_run(there + MINUTE, after, AT_17) - there <= DAY
    assert next_run(NOON, after, AT_17) == NOON


@given(st.integers(0, 23), st.sampled_from(ZONES), st.integers(0, 2**31))
def test_the_plan_is_never_more_than_a_day_and_the_delay_away(hour: int, zone: str, seed: int) -> None:
    """At any minute, whatever happened before."""
    rng = random.Random(seed)
    now = NOON + rng.randrange(400 * 24 * 60) * MINUTE
    schedule = Schedule((hour,), zone, 2 * HOUR, rng.randrange(1800) * dt.timedelta(seconds=1))
    past = [None, *(now - rng.randrange(5 * 24 * 60) * MINUTE for _ in range(3))]
    history = RunHistory(rng.choice(past), rng.choice(past), rng.randrange(6))
    assert now <= next_run(now, history, schedule) <= now + 2 * DAY


def test_the_history_survives_the_disk_and_rubbish_counts_as_nothing(tmp_path: Path) -> None:
    """Written whole, read back; anything else means that a round is due."""
    history = RunHistory(NOON, NOON - DAY, 3, NOON - HOUR, notified=True, offset=12.5)
    HistoryFile(tmp_path).write(history)
    assert read(tmp_path) == HistoryFile(tmp_path).read() == history
    for rubbish in (b"", b"{}", b"[1]", b"null", b'{"attempt": 5}', b"\xff" * 100):
        (tmp_path / "schedule.json").write_bytes(rubbish)
        assert read(tmp_path) == RunHistory()
    assert read(tmp_path / "nowhere") == RunHistory()


def test_the_history_is_known_though_no_disk_takes_it(tmp_path: Path) -> None:
    """In memory, until a round by hand writes another or the disk takes ours."""
    file, unsaved = HistoryFile(tmp_path), RunHistory(NOON - DAY, notified=True)
    file.write(RunHistory(NOON))
    with full(tmp_path), pytest.raises(DiskError):
        file.write(unsaved)
    assert (file.read(), read(tmp_path)) == (unsaved, RunHistory(NOON))
    HistoryFile(tmp_path).write(RunHistory(NOON + HOUR))
    assert file.read() == RunHistory(NOON + HOUR)
    file.write(unsaved)
    assert read(tmp_path) == unsaved


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.soak) for seed in (1, 2))])
def test_a_simulated_year(seed: int) -> None:
    """A year of five-minute steps with outages, sleeps and clock changes: each due day once whenever it could be."""
    rng = random.Random(seed)
    zone = rng.choice(ZONES)
    schedule = Schedule((rng.randrange(24),), zone, 2 * HOUR, rng.randrange(1800) * dt.timedelta(seconds=1))
    outages = [(start := rng.randrange(365) * 24.0, start + rng.choice([3.0, 30.0, 24.0 * 9])) for _ in range(8)]
    sleeps = [(start := rng.randrange(365) * 24.0, start + rng.choice([1.0, 8.0, 72.0])) for _ in range(8)]

    def inside(spans: list[tuple[float, float]], hours: float) -> bool:
        return any(first <= hours < last for first, last in spans)

    history, begin = RunHistory(), dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    successes: list[dt.datetime] = []
    rounds = 0
    for step in range(365 * 288):
        hours = step / 12
        if inside(sleeps, hours):
            continue
        now = begin + hours * HOUR
        if next_run(now, history, schedule) <= now:
            code = 4 if inside(outages, hours) else 0
            history = history.after(now, code, stale=False)
            rounds += 1
            if code == 0:
                successes.append(now)
    slots = [due(begin.date() + n * DAY, schedule.hours[0], zone) + schedule.offset for n in range(-1, 366)]
    for first, last in itertools.pairwise(slots):
        count = sum(first <= moment < last for moment in successes)
        span = [first + n * 5 * MINUTE for n in range(int((last - first) / (5 * MINUTE)))]
        could = [m for m in span if m >= begin and not inside(outages + sleeps, (m - begin) / HOUR)]
        assert count <= 1
        if len(could) * 5 * MINUTE > 9 * HOUR:
            assert count == 1, (first, last)
    assert rounds <= 365 + 6 * sum((last - first) / 24 + 1 for first, last in outages)

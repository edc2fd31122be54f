"""
When the next round is due: by the clock in UTC and by the age of the last success on disk.

Each UTC day has exactly one due instant per configured hour: the first instant of that day at which the zone's clock
shows the hour. Clock changes can then neither lose a day nor double one. What was missed (sleep, downtime) is caught up
once; what failed, or brought nothing although something is overdue, is tried again later the same day, less and less
often.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from climtrack.files import write_whole

FILE = "schedule.json"
_HOUR, _DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
#: Tries after which the gap between two grows no more.
_LONGEST_GAP = 4


@dataclass(frozen=True, slots=True)
class Schedule:
    """When rounds are due."""

    hours: tuple[int, ...]  # Hours of the zone's clock, 0 to 23
    zone: str
    retry: dt.timedelta  # Gap before the first new try; the second waits twice as long, and so on
    # This installation's own delay after the hour, so that not all call at once
    offset: dt.timedelta = dt.timedelta()


@dataclass(frozen=True, slots=True)
class RunHistory:
    """What is known of past rounds."""

    attempt: dt.datetime | None = None  # When the last round began
    success: dt.datetime | None = None  # When the last one began that updated every series
    tries: int = 0  # Rounds since the last that left nothing overdue
    failing_since: dt.datetime | None = None  # When the first of the failures began that have lasted until now
    notified: bool = False  # Whether somebody was told of them
    code: int = 0  # With which the last one ended
    offset: float | None = None  # This installation's delay as a share of the configured jitter, 0 to 1, drawn once

    def after(self, at: dt.datetime, code: int, *, stale: bool) -> RunHistory:
        """The history with one more round in it, which ended with an exit code."""
        return replace(
            self,
            attempt=at,
            code=code,
            success=at if code == 0 else self.success,
            tries=self.tries + 1 if code or stale else 0,
            failing_since=(self.failing_since or at) if code else None,
        )


def due(day: dt.date, hour: int, zone: str) -> dt.datetime:
    """The due instant of a UTC day."""
    place = ZoneInfo(zone)
    begin = dt.datetime.combine(day, dt.time(), dt.UTC)
    for local in (begin.astimezone(place).date(), (begin + _DAY).astimezone(place).date()):
        moment = dt.datetime.combine(local, dt.time(hour), place).astimezone(dt.UTC)
        if begin <= moment < begin + _DAY and moment.astimezone(place).hour == hour:
            return moment
    # The clock is put forward over the hour, or back so that it falls on the days before and after: the usual instant.
    usual = dt.datetime.combine(day - _DAY, dt.time(hour), place).astimezone(dt.UTC)
    return begin + dt.timedelta(hours=usual.hour, minutes=usual.minute)


def instants(now: dt.datetime, schedule: Schedule) -> Iterator[dt.datetime]:
    """Due instants around now, in order."""
    days = (now.date() + n * _DAY for n in range(-2, 3))
    yield from sorted(due(day, hour, schedule.zone) + schedule.offset for day in days for hour in schedule.hours)


def next_run(now: dt.datetime, history: RunHistory, schedule: Schedule) -> dt.datetime:
    """When the next round is to begin; now, where one is due or was missed."""
    latest = max(moment for moment in instants(now, schedule) if moment <= now)
    upcoming = min(moment for moment in instants(now, schedule) if moment > now)
    success, attempt = (t if t and t <= now + _HOUR else None for t in (history.success, history.attempt))
    if success and success >= latest and not history.tries:
        return upcoming
    if attempt is None or attempt < latest:
        return now
    again = attempt + schedule.retry * max(1, min(history.tries, _LONGEST_GAP))
    return max(now, min(again, upcoming))


class HistoryFile:
    """The run history of a home: on disk, and in memory for as long as a full disk takes no note of it."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._unsaved: tuple[RunHistory, RunHistory] | None = None

    def read(self) -> RunHistory:
        """What is known; a round by hand, which writes the file too, outdates what is in memory only."""
        saved = read(self._home)
        return self._unsaved[1] if self._unsaved and self._unsaved[0] == saved else saved

    def write(self, history: RunHistory) -> None:
        self._unsaved = read(self._home), history
        text = json.dumps(asdict(history), default=lambda moment: moment.isoformat(), indent=1)
        write_whole(self._home / FILE, text.encode())
        self._unsaved = None


def read(home: Path) -> RunHistory:
    """The run history on disk; rubbish counts as none, so that a round is due."""
    try:
        fields: dict[str, Any] = json.loads((home / FILE).read_bytes())
        for name in ("attempt", "success", "failing_since"):
            fields[name] = fields[name] and dt.datetime.fromisoformat(fields[name]).astimezone(dt.UTC)
        offset, fields["code"] = fields["offset"], int(fields.get("code", 0))
        fields |= {"tries": int(fields["tries"]), "offset": None if offset is None else float(offset)}
        return RunHistory(**fields)
    except (OSError, ValueError, LookupError, TypeError):
        return RunHistory()

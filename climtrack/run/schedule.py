"""
When the next round is due: by the clock in UTC and by the age of the last success on disk.

Each UTC day has exactly one due instant per configured hour: the first instant of that day at which the zone's clock
shows the hour. Clock changes can then neither lose a day nor double one. What was missed (sleep, downtime) is caught up
once; what failed, or brought nothing although something is overdue, is tried again later the same day, less and less
often.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from climtrack.errors import DiskError
from climtrack.files import remove, write_over, write_whole

# Tell somebody when unattended rounds begin to fail and when they are well again: a command, or a webhook.


# When the next round is due: by the clock in UTC and by the age of the last success on disk.
#
# Each UTC day has exactly one due instant per configured hour: the first instant of that day at which the zone's clock
# shows the hour. Clock changes can then neither lose a day nor double one. What was missed (sleep, downtime) is
# caught up once; what failed, or brought nothing although something is overdue, is tried again later the same day,
# less and less often.


FILE = "schedule.json"
#: Bytes of a note, always the same, so that it can be written over when the disk is full.
WIDTH = 512
_HOUR, _DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
#: Tries after which the gap between two grows no more.
_PATIENCE = 4


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When rounds are due."""

    hours: tuple[int, ...]  # Hours of the zone's clock, 0 to 23
    zone: str
    retry: dt.timedelta  # Gap before the first new try; the second waits twice as long, and so on
    # This installation's own delay after the hour, so that not all call at once
    offset: dt.timedelta = dt.timedelta()


@dataclass(frozen=True, slots=True)
class Progress:
    """What is on disk about past rounds."""

    attempt: dt.datetime | None = None  # When the last round began
    success: dt.datetime | None = None  # When the last one began that updated every series
    tries: int = 0  # Rounds since the last that left nothing to wish for
    failing_since: dt.datetime | None = None  # When the first of the failures began that have lasted until now
    told: bool = False  # Whether somebody was told of them
    offset: float | None = None  # This installation's delay as a share of the configured jitter, 0 to 1, drawn once

    def after(self, at: dt.datetime, code: int, *, stale: bool) -> Progress:
        """What is known after a round."""
        return replace(
            self,
            attempt=at,
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


def instants(now: dt.datetime, rhythm: Rhythm) -> Iterator[dt.datetime]:
    """Due instants around now, in order."""
    days = (now.date() + n * _DAY for n in range(-2, 3))
    yield from sorted(due(day, hour, rhythm.zone) + rhythm.offset for day in days for hour in rhythm.hours)


def next_run(now: dt.datetime, progress: Progress, rhythm: Rhythm) -> dt.datetime:
    """When the next round is to begin; now, where one is due or was missed."""
    latest = max(moment for moment in instants(now, rhythm) if moment <= now)
    upcoming = min(moment for moment in instants(now, rhythm) if moment > now)
    success, attempt = (t if t and t <= now + _HOUR else None for t in (progress.success, progress.attempt))
    if success and success >= latest and not progress.tries:
        return upcoming
    if attempt is None or attempt < latest:
        return now
    again = attempt + rhythm.retry * max(1, min(progress.tries, _PATIENCE))
    return max(now, min(again, upcoming))


class Book:
    """What is known of past rounds: on disk, and in memory as long as the disk takes no note of it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._refused: tuple[Progress, Progress] | None = None

    def read(self) -> Progress:
        """What is known."""
        said = read(self.home)
        if self._refused and self._refused[0] == said:
            return self._refused[1]
        self._refused = None
        return said

    def write(self, progress: Progress) -> None:
        said = read(self.home)
        try:
            write(self.home, progress)
        except DiskError:
            self._refused = said, progress
            raise
        self._refused = None


def read(home: Path) -> Progress:
    """What is on disk about past rounds."""
    aside = _aside(home)
    return (_read(aside) if aside and _ours(aside.parent) else None) or _read(home / FILE) or Progress()


def _read(path: Path) -> Progress | None:
    """What a note says; None where there is none or it is torn."""
    try:
        fields: dict[str, Any] = json.loads(path.read_bytes())
        times = {name: fields[name] and _utc(fields[name]) for name in ("attempt", "success", "failing_since")}
        offset = fields["offset"]
        return Progress(
            **times,
            tries=int(fields["tries"]),
            told=bool(fields["told"]),
            offset=None if offset is None else float(offset),
        )
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def write(home: Path, progress: Progress) -> None:
    """
    Put it on disk: whole; on a full disk over the last note; where the folder takes nothing, aside until it does.

    Who was told, and when to try again, must be known also after a restart, above all while the computer refuses.
    """
    fields = asdict(progress)
    data = json.dumps(fields, default=lambda moment: moment.isoformat(), indent=1).encode().ljust(WIDTH - 1) + b"\n"
    aside = _aside(home)
    try:
        write_whole(home / FILE, data)
    except DiskError:
        if not write_over(home / FILE, data):
            if aside is None:
                raise
            with suppress(OSError):
                aside.parent.mkdir(mode=0o700, exist_ok=True)
            if not _ours(aside.parent):
                raise
            write_whole(aside, data)
            return
    if aside and _ours(aside.parent):
        remove(aside)


def _aside(home: Path) -> Path | None:
    """Where the note of a home goes that takes none: this user's own folder among the temporary ones, if it may be."""
    user = os.getuid() if hasattr(os, "getuid") else "user"
    try:
        folder = Path(tempfile.gettempdir()) / f"climtrack-{user}"
    except FileNotFoundError:
        return None
    return folder / f"{hashlib.sha256(os.fsencode(home.absolute())).hexdigest()[:16]}.json"


def _ours(folder: Path) -> bool:
    """Whether a folder is there and this user's own, not one that somebody made in a place open to all."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and (not hasattr(os, "getuid") or found.st_uid == os.getuid())


def _utc(text: str) -> dt.datetime:
    """Moment with its zone."""
    moment = dt.datetime.fromisoformat(text)
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)


#: Seconds between two looks at the clock, and between two heartbeats.
TICK, BEAT = 5.0, 60.0

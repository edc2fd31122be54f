"""The daily refresh as a service: APScheduler in the foreground, in UTC.

One job (`coalesce`, no misfire limit, one instance) whose next run is planned anew every few seconds from the wall
clock and from what is on disk (`run.schedule`), the waiting itself by the monotonic clock: a machine that slept, a
clock that was set and a round that somebody ran by hand are all seen at once. The job runs in the main thread, so that
SIGTERM and SIGINT end a round where it is; everything on disk is whole at every instant.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import FrameType

from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.base import STATE_STOPPED
from apscheduler.schedulers.blocking import BlockingScheduler

from climtrack.config import Config
from climtrack.errors import ClimtrackError, DiskError, StoreBusy
from climtrack.files import make_folder, remove, write_over
from climtrack.run.refresh import run_log
from climtrack.run.schedule import BEAT, TICK, Book, Rhythm, next_run
from climtrack.run.status import HEARTBEAT
from climtrack.signals import listen, stoppable, wished
from climtrack.store.lock import writers_lock


class _Foreground(BlockingScheduler):  # type: ignore[misc]  # APScheduler 3 has no types
    """A scheduler that looks at the world at least every `TICK` seconds of the monotonic clock."""

    def __init__(self, look: Callable[[], None], tick: float) -> None:
        super().__init__(timezone=dt.UTC, executors={"default": DebugExecutor()})
        self._look, self._tick = look, tick

    def _main_loop(self) -> None:
        """Look, run what is due, wait; the base class would sleep until a time that the wall clock may never reach."""
        wait = 0.0
        while self.state != STATE_STOPPED:
            self._event.wait(min(wait, self._tick))
            self._event.clear()
            self._look()
            wait = self._process_jobs() or self._tick


class Service:
    """Rounds at their hours until told to stop."""

    def __init__(
        self,
        load: Callable[[], Config],
        run: Callable[[Config, dt.datetime], object],
        *,
        clock: Callable[[], dt.datetime],
        rng: random.Random,
        say: Callable[[str], None],
        changed: Callable[[Config], None] = lambda _: None,
        tick: float = TICK,
    ) -> None:
        self._load, self._run, self._clock, self._rng, self._say = load, run, clock, rng, say
        self._changed = changed
        self.config = load()
        self._stopping = self._reload = False
        self._beaten: dt.datetime | None = None
        self._planned: dt.datetime | None = None
        #: What is known of past rounds; the rounds write into the same book.
        self.book = Book(self.config.home)
        self._scheduler = _Foreground(self.look, tick)

    def serve_rounds(self) -> None:
        """Do rounds until SIGTERM or SIGINT."""
        make_folder(self.config.home)
        with writers_lock(self.config.home, self._clock(), "schedule"):
            listen()
            if hasattr(signal, "SIGHUP"):
                signal.signal(signal.SIGHUP, self._hang_up)
            try:
                self._scheduler.start()
            except KeyboardInterrupt:
                self._say("climtrack: told to stop; everything on disk is whole.")
            finally:
                with suppress(OSError):
                    (self.config.home / HEARTBEAT).unlink(missing_ok=True)

    def look(self) -> None:
        """See what the clock, the disk and the signals say, and plan the next round."""
        if self._stopping or wished():
            raise KeyboardInterrupt
        if self._reload:
            self._reload = False
            self._read_again()
        now = self._clock()
        planned = next_run(now, self.book.read(), self.rhythm())
        if planned != self._planned or self._scheduler.get_job("refresh") is None:
            if planned > now:
                self._say(f"climtrack: next round at {planned:%Y-%m-%d %H:%M} UTC.")
            self._planned = planned
            self._scheduler.add_job(
                self.round, "date", run_date=dt.datetime.now(dt.UTC) + (planned - now), id="refresh",
                replace_existing=True, coalesce=True, misfire_grace_time=None, max_instances=1,
            )  # fmt: skip
        if self._beaten is None or not 0 <= (now - self._beaten).total_seconds() < BEAT:
            self._beat(now)

    def rhythm(self) -> Rhythm:
        """When rounds are due, as config.toml says."""
        wanted = self.config.schedule
        progress = self.book.read()
        if progress.offset is None:
            progress = replace(progress, offset=round(self._rng.random(), 6))
            with suppress(DiskError):
                self.book.write(progress)
        share = progress.offset or 0.0
        return Rhythm(
            wanted.hours, wanted.zone, dt.timedelta(minutes=wanted.retry_minutes),
            dt.timedelta(seconds=int(share * wanted.jitter)),
        )  # fmt: skip

    def round(self) -> None:
        """One round; whatever goes wrong, the next one comes."""
        try:
            with stoppable():
                self._round(self._clock())
        except KeyboardInterrupt:
            self._stopping = True  # APScheduler would swallow it

    def _round(self, now: dt.datetime) -> None:
        self._beat(now, busy=True)
        before = self.book.read()
        failed = False
        try:
            with stoppable():
                self._run(self.config, now)
        except ClimtrackError as problem:
            self._say(f"climtrack: {problem}")
            failed = not isinstance(problem, StoreBusy)
        except Exception:  # a bug must not end the service; it is in the log, and the next try may do better
            with run_log(self.config.home) as log:
                log.exception("a bug ended the round")
            self._say("climtrack: a bug ended the round; see log/climtrack.log. The next try comes later.")
            failed = True
        self._beaten = None  # no longer busy: said at the next look
        # Whatever the clock says now: a round that took no note of itself is tried again later, not at once.
        if self.book.read() == before:
            with suppress(DiskError):
                self.book.write(before.after(now, 1, stale=False) if failed else replace(before, attempt=now))

    def _read_again(self) -> None:
        """Settings anew; a file with mistakes leaves the old ones in force."""
        try:
            # The lock is on this folder: another home needs a restart, as another environment does.
            fresh = self._load().model_copy(update={"home": self.config.home})
            self._changed(fresh)
        except ClimtrackError as problem:
            *others, last = problem.what.splitlines()
            for line in others:
                self._say(line[:200])
            self._say(f"{last[:150]}. The settings in force stay as they were.")
            return
        self.config = fresh
        self._say("climtrack: settings read again.")

    def _beat(self, now: dt.datetime, *, busy: bool = False) -> None:
        """Sign of life for monitors; a disk that refuses it is noticed by its absence."""
        self._beaten = now
        told = {
            "pid": os.getpid(),
            "at": now.isoformat(),
            "busy": busy,
            "next_round": self._planned.isoformat() if self._planned else None,
        }
        path = self.config.home / HEARTBEAT
        data = json.dumps(told).encode().ljust(255) + b"\n"
        beside = Path(f"{path}.new")
        try:
            beside.write_bytes(data)
            beside.replace(path)
        except OSError:
            remove(beside)
            write_over(path, data)  # on a full disk it lives on in its own blocks

    def _hang_up(self, _number: int, _frame: FrameType | None) -> None:
        """SIGHUP: read the settings again at the next look."""
        self._reload = True

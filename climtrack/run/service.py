"""
The daily refresh as a service: APScheduler in the foreground, in UTC.

Every few seconds of the monotonic clock the next round is planned anew, from the wall clock and from what is on disk
(`run.schedule`): a machine that slept, a clock that was set and a round that somebody ran by hand are all seen at once.
APScheduler alone sleeps until an instant that, once the clock is put back, may be years away. Jobs run in the main
thread, so that SIGTERM and Ctrl-C interrupt a round wherever it is.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.blocking import BlockingScheduler

from climtrack.config import Config
from climtrack.errors import ClimtrackError, DiskError, Notice, StoreBusy
from climtrack.files import make_folder, write_whole
from climtrack.run.refresh import run_log
from climtrack.run.schedule import HistoryFile, Schedule, next_run
from climtrack.run.status import HEARTBEAT
from climtrack.signals import handle_signals, interrupted
from climtrack.store.lock import writers_lock

#: Seconds between two looks at the clock, and between two heartbeats.
TICK, BEAT = 5.0, 60.0


class Service:
    """Rounds at their hours until an interrupt."""

    def __init__(
        self,
        load: Callable[[], Config],
        run: Callable[[Config, dt.datetime], object],
        *,
        clock: Callable[[], dt.datetime],
        rng: random.Random,
        say: Callable[[Notice | ClimtrackError], None],
        changed: Callable[[Config], None] = lambda _: None,
        tick: float = TICK,
    ) -> None:
        self._load, self._run, self._clock, self._rng, self._say = load, run, clock, rng, say
        self._changed, self._tick = changed, tick
        self.config = load()
        #: What is known of past rounds; the rounds write into the same file.
        self.history = HistoryFile(self.config.home)
        self._stopping = threading.Event()
        self._reload = False
        self._last_beat: dt.datetime | None = None
        self._planned: dt.datetime | None = None
        self._scheduler = BlockingScheduler(
            timezone=dt.UTC,
            executors={"default": DebugExecutor()},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )

    def serve_rounds(self) -> None:
        """Do rounds until SIGTERM or SIGINT."""
        make_folder(self.config.home)
        with writers_lock(self.config.home, self._clock(), "schedule"):
            handle_signals()
            if hasattr(signal, "SIGHUP"):
                signal.signal(signal.SIGHUP, lambda *_: setattr(self, "_reload", True))
            threading.Thread(target=self._wake, name="climtrack-tick", daemon=True).start()
            try:
                self._scheduler.start()
            except KeyboardInterrupt:
                self._stopping.set()
            finally:
                with suppress(OSError):
                    (self.config.home / HEARTBEAT).unlink(missing_ok=True)
            self._say(Notice("service.stopped"))

    def _wake(self) -> None:
        """Have the main thread look at clock and disk, again and again."""
        while True:
            # Asking waits for the jobs that run: a look has the date of its adding, and one that is added while another
            # plans a round would come before that round.
            if self._scheduler.get_job("look") is None:
                self._scheduler.add_job(self._stoppable, args=(self._look,), id="look")
            if self._stopping.wait(self._tick):
                break
        self._scheduler.shutdown(wait=False)

    def _stoppable(self, job: Callable[[], None]) -> None:
        """Run a job; APScheduler swallows its interrupt, and a round stores what it has and returns."""
        with suppress(KeyboardInterrupt):
            job()
            if not interrupted():
                return
        self._stopping.set()

    def _look(self) -> None:
        """See what the clock, the disk and the signals say, and plan the next round."""
        if self._reload:
            self._reload = False
            self._read_settings()
        now = self._clock()
        planned = next_run(now, self.history.read(), self._schedule())
        if planned != self._planned or self._scheduler.get_job("refresh") is None:
            if planned > now:
                self._say(Notice("service.next", at=planned.strftime("%Y-%m-%d %H:%M")))
            self._planned = planned
            when = dt.datetime.now(dt.UTC) + (planned - now)
            self._scheduler.add_job(
                self._stoppable, "date", run_date=when, args=(self._round,), id="refresh", replace_existing=True
            )
        if self._last_beat is None or not 0 <= (now - self._last_beat).total_seconds() < BEAT:
            self._beat(now)

    def _schedule(self) -> Schedule:
        """When rounds are due, as config.toml says."""
        settings, history = self.config.schedule, self.history.read()
        if history.offset is None:
            history = replace(history, offset=round(self._rng.random(), 6))
            with suppress(DiskError):
                self.history.write(history)
        offset = dt.timedelta(seconds=int((history.offset or 0.0) * settings.jitter))
        return Schedule(settings.hours, settings.zone, dt.timedelta(minutes=settings.retry_minutes), offset)

    def _round(self) -> None:
        """One round; whatever goes wrong, the next one comes."""
        now = self._clock()
        self._beat(now, busy=True)
        before = self.history.read()
        failed = False
        try:
            self._run(self.config, now)
        except ClimtrackError as problem:
            self._say(problem)
            failed = not isinstance(problem, StoreBusy)
        except Exception as problem:  # a bug must not end the service; it is in the log, and the next try may do better
            if interrupted():
                raise KeyboardInterrupt from problem
            with run_log(self.config.home) as log:
                log.exception("a bug ended the round")
            self._say(Notice("service.bug"))
            failed = True
        self._last_beat = None  # no longer busy: the next look says so
        # A round that took no note of itself is tried again later, not at once.
        if self.history.read() == before:
            with suppress(DiskError):
                self.history.write(before.after(now, 1, stale=False) if failed else replace(before, attempt=now))

    def _read_settings(self) -> None:
        """Read the settings again; a file with mistakes leaves the old ones in force."""
        try:
            # The lock is on this folder: another home needs a restart, as another environment does.
            fresh = self._load().model_copy(update={"home": self.config.home})
            self._changed(fresh)
        except ClimtrackError as problem:
            self._say(problem)
            self._say(Notice("service.settings.kept"))
            return
        self.config = fresh
        self._say(Notice("service.settings.read"))

    def _beat(self, now: dt.datetime, *, busy: bool = False) -> None:
        """Heartbeat for monitors; a disk that refuses it is noticed by its absence."""
        self._last_beat = now
        planned = self._planned.isoformat() if self._planned else None
        fields = {"pid": os.getpid(), "at": now.isoformat(), "busy": busy, "next_round": planned}
        with suppress(DiskError):
            write_whole(self.config.home / HEARTBEAT, json.dumps(fields).encode())

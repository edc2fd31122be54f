"""The service: rounds at their hours, whatever clock, disk and signals do."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from climtrack.config import Config
from climtrack.errors import ConfigError, DiskError, SourceUnavailable
from climtrack.fetcher.endpoints import ENDPOINTS
from climtrack.pipeline import rhythm
from climtrack.pipeline.rhythm import Progress
from climtrack.schedule import Service
from climtrack.store.netcdf import Store
from tests.conftest import ROOT
from tests.faults import genuine
from tests.loopback import serving
from tests.pipeline.site import NATLAN, NOON

HOUR, DAY, MINUTE = dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(minutes=1)


class Clock:
    """Time that passes ten minutes a look, jumps where told to, and ends the service at its end."""

    def __init__(self, end: dt.timedelta, jumps: dict[dt.timedelta, dt.timedelta] | None = None) -> None:
        self.now, self.passed, self.end = NOON, dt.timedelta(), end
        self.jumps = dict(jumps or {})

    def __call__(self) -> dt.datetime:
        """The time; later at each call."""
        self.passed += 10 * MINUTE
        self.now += 10 * MINUTE
        for at in [at for at in self.jumps if at <= self.passed]:
            self.now += self.jumps.pop(at)
        if self.passed > self.end:
            raise KeyboardInterrupt
        return self.now


def lived(
    home: Path, clock: Clock, run: Callable[[Config, dt.datetime], object], load: Callable[[], Config] | None = None
) -> tuple[list[dt.datetime], list[str]]:
    """Rounds of a service that lives as long as its clock, and what it said."""
    rounds: list[dt.datetime] = []
    said: list[str] = []

    def counted(config: Config, now: dt.datetime) -> None:
        rounds.append(now)
        run(config, now)

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    try:
        service = Service(
            load or (lambda: Config(home=home)),
            counted,
            clock=clock,
            rng=random.Random(1),
            say=said.append,
            tick=0.0002,
        )
        service.serve_rounds()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return rounds, said


def good(config: Config, now: dt.datetime) -> None:
    """A round that goes well."""
    rhythm.write(config.home, rhythm.read(config.home).after(now, 0, stale=False))


def test_one_round_at_once_and_then_one_a_day(tmp_path: Path) -> None:
    """At 17:00 UTC and this installation's own delay, the same every day."""
    rounds, said = lived(tmp_path, Clock(10 * DAY), good)
    assert len(rounds) == 11
    delay = dt.timedelta(seconds=int((rhythm.read(tmp_path).offset or 0) * 1800))
    assert 0 < delay.total_seconds() < 1800
    for moment in rounds[1:]:
        assert dt.timedelta() <= moment - (moment.replace(hour=17, minute=0, second=0) + delay) <= 20 * MINUTE
    assert said[0].startswith("climtrack: next round at 2026-07-11 17:")
    assert said[-1] == "climtrack: told to stop; everything on disk is whole."
    assert not (tmp_path / "heartbeat.json").exists()


@pytest.mark.parametrize("away", [8 * HOUR, 3 * DAY, 30 * DAY])
def test_after_sleep_exactly_one_round_is_caught_up(tmp_path: Path, away: dt.timedelta) -> None:
    """S2: the machine slept over one hour or thirty."""
    rounds, _ = lived(tmp_path, Clock(20 * HOUR, {3 * HOUR: away}), good)
    wake = NOON + 3 * HOUR + away
    assert sum(wake <= moment <= wake + 30 * MINUTE for moment in rounds) == 1
    assert len(rounds) <= 3


@pytest.mark.parametrize("years", [10, -10, -56])
def test_a_clock_that_jumps_stops_nothing(tmp_path: Path, years: int) -> None:
    """S3: forwards, backwards, to 1970; and back to the truth a day later."""
    jump = NOON.replace(year=NOON.year + years) - NOON
    rounds, _ = lived(tmp_path, Clock(4 * DAY, {DAY: jump, 2 * DAY: -jump}), good)
    assert 4 <= len(rounds) <= 7
    assert rounds[-1].year == NOON.year


def test_a_failing_round_is_tried_again_and_never_ends_the_service(tmp_path: Path) -> None:
    """An error of ours and a bug alike: later again, not at once."""

    def fail(config: Config, now: dt.datetime) -> None:
        if now < NOON + 2 * HOUR:
            raise SourceUnavailable("nobody answers", "Later")
        raise ZeroDivisionError

    rounds, said = lived(tmp_path, Clock(DAY), fail)
    assert 4 <= len(rounds) <= 7
    assert "climtrack: nobody answers. Later." in said
    assert any("a bug ended the round" in line for line in said)
    assert rhythm.read(tmp_path).tries >= 4


@pytest.mark.parametrize("raises", [True, False])
def test_a_full_disk_makes_no_burst(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raises: bool) -> None:
    """S2: a round of which the disk takes no note is tried again later, not at every look at the clock."""
    rhythm.write(tmp_path, Progress(offset=0.5))

    def full(home: Path, progress: Progress) -> None:
        raise DiskError("data folder is full", "Free some space")

    def fail(config: Config, now: dt.datetime) -> None:
        if raises:
            raise DiskError("data folder is full", "Free some space")

    monkeypatch.setattr(rhythm, "write", full)
    rounds, _ = lived(tmp_path, Clock(DAY), fail)
    assert 2 <= len(rounds) <= 12


def test_a_round_by_hand_counts(tmp_path: Path) -> None:
    """Success is read from disk, so a refresh at the command line makes the service's own unnecessary."""
    rhythm.write(tmp_path, Progress(attempt=NOON - HOUR, success=NOON - HOUR, offset=0.0))

    def at_17() -> Config:
        return Config(home=tmp_path)

    clock = Clock(6 * HOUR)
    rounds, _ = lived(tmp_path, clock, good, at_17)
    assert [moment.hour for moment in rounds] == [17]


def test_settings_are_read_again_and_mistakes_leave_the_old_ones(tmp_path: Path) -> None:
    """SIGHUP with a sound file, then with a broken one."""
    first = Config(home=tmp_path)
    answers: list[Config | ConfigError] = [
        first,
        first.model_copy(update={"schedule": first.schedule.model_copy(update={"hours": (3,)})}),
        ConfigError("config.toml:3: schedule.hours: 25 is no hour", "Write 0 to 23"),
    ]  # fmt: skip
    given: list[object] = []

    def load() -> Config:
        answer = answers[len(given)]
        given.append(answer)
        if isinstance(answer, ConfigError):
            raise answer
        return answer

    def hang_up(config: Config, now: dt.datetime) -> None:
        good(config, now)
        if len(given) < 3:
            os.kill(os.getpid(), signal.SIGHUP)

    rounds, said = lived(tmp_path, Clock(3 * DAY), hang_up, load)
    assert len(given) == 3
    assert "climtrack: settings read again." in said
    assert any(line.startswith("config.toml:3: schedule.hours: 25 is no hour. The settings in force") for line in said)
    assert rounds[-1].hour == 3


def program(home: Path, address: str, *words: str, hours: str = "[3]") -> subprocess.Popen[str]:
    """The command line as a service manager starts it."""
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text(
        '[refresh]\nregions = ["natlan"]\npublish = false\n'
        f'[report]\nlanguages = ["en"]\ncharts = ["year-lines"]\npresets = ["email"]\nfolder = "{home / "report"}"\n'
        f"[schedule]\nhours = {hours}\njitter = 0\n"
    )
    environment = os.environ | {
        "PYTHONPATH": str(ROOT), "CLIMTRACK_HOME": str(home / "store"), "CLIMTRACK_BASE_URL": address,
        "CLIMTRACK_CONFIG": str(home / "config.toml"),
    }  # fmt: skip
    environment.pop("CLIMTRACK_NOW", None)
    return subprocess.Popen(
        [sys.executable, "-m", "climtrack", *words], env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, cwd=home,
    )  # fmt: skip


def until(true: Callable[[], bool], seconds: float = 40) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.05)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """The site of today on loopback, one series of it."""
    path = tmp_path / "site" / ENDPOINTS[NATLAN].path
    path.parent.mkdir(parents=True)
    path.write_bytes(genuine(NATLAN, dt.datetime.now(dt.UTC).date()))
    with serving(tmp_path / "site") as (address, _):
        yield address


def test_the_service_from_start_to_sigterm(tmp_path: Path, site: str) -> None:
    """Starts with a round, beats, refuses a second one beside it, reads settings again, ends with 0."""
    home = tmp_path / "service"
    service = program(home, site, "schedule")
    try:
        until(lambda: rhythm.read(home / "store").success is not None or service.poll() is not None)
        until(lambda: (home / "store" / "heartbeat.json").exists())
        assert json.loads((home / "store" / "heartbeat.json").read_text())["pid"] == service.pid
        assert Store(home / "store").keys() == (NATLAN,)
        assert len(list((home / "report").rglob("*.png"))) == 1
        second = program(home, site, "schedule")
        assert second.wait(30) == 6
        assert f"(process {service.pid}, since" in (second.communicate()[1] or "")
        (home / "config.toml").write_text("[schedule]\nhours = [25]\n")
        service.send_signal(signal.SIGHUP)
        time.sleep(0.3)
    finally:
        began = time.monotonic()
        service.send_signal(signal.SIGTERM)
        _, errors = service.communicate(timeout=30)
    assert service.returncode == 0
    assert time.monotonic() - began < 10
    assert "next round at" in errors
    assert "Traceback" not in errors
    assert not (home / "store" / "heartbeat.json").exists()


@contextmanager
def stalling() -> Iterator[str]:
    """A server that takes the request and says nothing more."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            time.sleep(20)

        def log_message(self, *words: object) -> None:
            """Print nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


@pytest.mark.parametrize(("words", "code"), [(("schedule",), 0), (("refresh",), 130)])
def test_told_to_stop_in_the_middle_of_a_round(tmp_path: Path, words: tuple[str, ...], code: int) -> None:
    """While the source stalls: gone within two seconds and a bit, the store sound."""
    home = tmp_path / "service"
    with stalling() as address:
        service = program(home, address, *words)
        until(lambda: (home / "store" / ".writer.json").exists())
        began = time.monotonic()
        service.send_signal(signal.SIGTERM if words == ("schedule",) else signal.SIGINT)
        _, errors = service.communicate(timeout=30)
    assert service.returncode == code
    assert time.monotonic() - began < 5
    assert "interrupted; 0 of 1 series updated" in errors
    assert "Traceback" not in errors
    assert Store(home / "store").keys() == ()

"""The service: rounds at their hours, whatever clock, disk and signals do."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from climtrack.config import Config
from climtrack.errors import ConfigError, DiskError, SourceUnavailable
from climtrack.fetcher.reanalyzer import ENDPOINTS
from climtrack.run import schedule
from climtrack.run.schedule import HistoryFile, RunHistory
from climtrack.run.service import Service
from climtrack.store.store import Store
from tests.conftest import ROOT
from tests.faults import genuine
from tests.loopback import serving
from tests.run.killed import session_of
from tests.run.site import NATLAN, NOON

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
            say=lambda message: said.append(f"{message}".rstrip(".")),
            tick=0.0002,
        )
        service.serve_rounds()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return rounds, said


def refused(path: Path, data: bytes) -> None:
    """A disk without room."""
    raise DiskError("disk.full", name="x", needed=1000, free=0)


def unnoted(config: Config, now: dt.datetime) -> None:
    """A round that takes no note of itself."""


def good(config: Config, now: dt.datetime) -> None:
    """A round that goes well."""
    file = HistoryFile(config.home)
    file.write(file.read().after(now, 0, stale=False))


def test_one_round_at_once_and_then_one_a_day(tmp_path: Path) -> None:
    """At 17:00 UTC and this installation's own delay, the same every day, within two looks at the clock."""
    rounds, said = lived(tmp_path, Clock(10 * DAY), good)
    assert len(rounds) == 11
    delay = dt.timedelta(seconds=int((schedule.read(tmp_path).offset or 0) * 1800))
    assert 0 < delay.total_seconds() < 1800
    for moment in rounds[1:]:
        assert dt.timedelta() <= moment - (moment.replace(hour=17, minute=0, second=0) + delay) <= 20 * MINUTE
    assert said[0].startswith("climtrack: next refresh at 2026-07-11 17:")
    assert said[-1] == "climtrack: stopped on request; the data are intact"
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
            raise SourceUnavailable("fetch.timeout", seconds=30)
        raise ZeroDivisionError

    rounds, said = lived(tmp_path, Clock(DAY), fail)
    assert 4 <= len(rounds) <= 7
    assert "the server did not answer within 30 s. Will try again at the next refresh" in said
    assert any("a bug ended the refresh" in line for line in said)
    assert schedule.read(tmp_path).tries >= 4


@pytest.mark.parametrize("raises", [True, False])
def test_a_full_disk_makes_no_burst(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raises: bool) -> None:
    """S2: a round of which the disk takes no note is tried again later, not at every look at the clock."""
    HistoryFile(tmp_path).write(RunHistory(offset=0.5))

    def fail(config: Config, now: dt.datetime) -> None:
        if raises:
            raise DiskError("disk.full", name="x", needed=1000, free=0)

    monkeypatch.setattr(schedule, "write_whole", refused)
    rounds, _ = lived(tmp_path, Clock(DAY), fail)
    assert 2 <= len(rounds) <= 12


@pytest.mark.parametrize("back", [HOUR, 3 * DAY, 3650 * DAY])
def test_a_clock_put_back_on_a_full_disk_makes_no_burst(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, back: dt.timedelta
) -> None:
    """S2 and S3 at once: the disk notes nothing and the last note on it is of a time that is now the future."""
    HistoryFile(tmp_path).write(RunHistory(attempt=NOON - HOUR, success=NOON - HOUR, offset=0.5))

    monkeypatch.setattr(schedule, "write_whole", refused)
    rounds, _ = lived(tmp_path, Clock(2 * DAY, {12 * HOUR: -back, 36 * HOUR: back}), unnoted)
    assert 2 <= len(rounds) <= 24 + 2  # one in two hours, and one for each jump


def test_a_round_by_hand_counts(tmp_path: Path) -> None:
    """Success is read from disk, so a refresh at the command line makes the service's own unnecessary."""
    HistoryFile(tmp_path).write(RunHistory(attempt=NOON - HOUR, success=NOON - HOUR, offset=0.0))

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
        ConfigError("config.no_file", path="config.toml"),
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
    assert "climtrack: settings read again" in said
    assert "config.toml: no such file. Write one with `climtrack init`" in said
    assert "The settings in force stay as they were" in said
    assert rounds[-1].hour == 3


def test_every_mistake_in_the_settings_is_named(tmp_path: Path) -> None:
    """Two mistakes, two lines; the settings in force stay."""
    wrong = "config.toml:3: schedule.hours: 25 is no hour\nconfig.toml:9: report.charts: unknown chart 'x'"
    given: list[Config] = []

    def load() -> Config:
        if given:
            given.append(given[0])
            raise ConfigError(wrong)
        given.append(Config(home=tmp_path))
        return given[0]

    def hang_up(config: Config, now: dt.datetime) -> None:
        good(config, now)
        if len(given) < 2:
            os.kill(os.getpid(), signal.SIGHUP)

    _, said = lived(tmp_path, Clock(2 * DAY), hang_up, load)
    assert [line for line in said if line.startswith(("config.toml:", "The settings"))] == [
        wrong,
        "The settings in force stay as they were",
    ]


def program(
    home: Path,
    address: str,
    *words: str,
    hours: str = "[3]",
    publish: bool = False,
    more: str = "",
    charts: str = '["year-lines"]',
    presets: str = '["email"]',
    given: tuple[str, ...] = (),
) -> subprocess.Popen[str]:
    """The command line as a service manager starts it, or words of Python's own `given` in the program's place."""
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text(
        f'[refresh]\nregions = ["natlan"]\npublish = {str(publish).lower()}\n'
        f'[report]\nlanguages = ["en"]\ncharts = {charts}\npresets = {presets}\nfolder = "{home / "report"}"\n'
        f"[schedule]\nhours = {hours}\njitter = 0\n{more}"
    )
    environment = os.environ | {
        "PYTHONPATH": str(ROOT), "CLIMTRACK_HOME": str(home / "store"), "CLIMTRACK_BASE_URL": address,
        "CLIMTRACK_CONFIG": str(home / "config.toml"),
    }  # fmt: skip
    environment.pop("CLIMTRACK_NOW", None)
    return subprocess.Popen(
        [sys.executable, *(given or ("-m", "climtrack")), *words], env=environment, stderr=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True, cwd=home, start_new_session=True,
    )  # fmt: skip


#: Seconds after which what must happen is given up: many times what it takes where the computer is busy.
PATIENCE = 240.0


def until(true: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.02)


@pytest.fixture
def opened() -> threading.Event:
    """The site answers once this is set, as it is unless a test holds it back."""
    event = threading.Event()
    event.set()
    return event


@pytest.fixture
def site(tmp_path: Path, opened: threading.Event) -> Iterator[str]:
    """The site of today on loopback, one series of it."""
    path = tmp_path / "site" / ENDPOINTS[NATLAN].path
    path.parent.mkdir(parents=True)
    path.write_bytes(genuine(NATLAN, dt.datetime.now(dt.UTC).date()))
    with serving(tmp_path / "site", gate=lambda _: opened.wait(PATIENCE)) as (address, _):
        yield address
        opened.set()


#: The program, whose service looks at clock and signals ten times a second.
QUICK = """
import sys
from climtrack.run.service import Service

Service.__init__.__kwdefaults__["tick"] = 0.1
sys.argv[0] = "climtrack"
from climtrack.__main__ import main
main()
"""


def test_the_service_from_start_to_sigterm(tmp_path: Path, site: str) -> None:
    """Starts with a round, beats, refuses a second one beside it, reads settings again, ends with 0."""
    home = tmp_path / "service"
    service = program(home, site, "schedule", given=("-c", QUICK))
    lines = Lines(service)
    try:
        until(lambda: schedule.read(home / "store").success is not None or service.poll() is not None)
        until(lambda: (home / "store" / "heartbeat.json").exists())
        assert json.loads((home / "store" / "heartbeat.json").read_text())["pid"] == service.pid
        assert Store(home / "store").keys() == (NATLAN,)
        assert len(list((home / "report").rglob("*.png"))) == 1
        second = program(home, site, "schedule")
        _, refusal = second.communicate(timeout=PATIENCE)
        assert (second.returncode, f"(process {service.pid}, since" in refusal) == (6, True)
        (home / "config.toml").write_text("[schedule]\nhours = [25]\n")
        service.send_signal(signal.SIGHUP)
        until(lambda: any("The settings in force stay" in line for line in lines.said))
    finally:
        service.send_signal(signal.SIGTERM)
        code = service.wait(PATIENCE)
        lines.end(service)
    errors = "".join(lines.said)
    assert code == 0
    assert "next refresh at" in errors
    assert "Traceback" not in errors
    assert not (home / "store" / "heartbeat.json").exists()


#: As long as the settings let a source take.
PATIENT = "[fetch]\nread_timeout = 30\ntotal_timeout = 120\n"


class Lines:
    """What a process says on standard error, as it comes."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.said: list[str] = []
        self._thread = threading.Thread(target=self._read, args=(process,), daemon=True)
        self._thread.start()

    def _read(self, process: subprocess.Popen[str]) -> None:
        """Line by line, to the end."""
        assert process.stderr is not None
        self.said += iter(process.stderr.readline, "")

    def end(self, process: subprocess.Popen[str]) -> None:
        """Read what is left and close the pipes."""
        self._thread.join(PATIENCE)
        for pipe in (process.stderr, process.stdout):
            if pipe is not None:
                pipe.close()

    def addresses(self) -> list[str]:
        """Where it says that it serves, the newest last."""
        return [line.split("serving ")[1].strip() for line in list(self.said) if "serving http" in line]


def fetched(address: str) -> tuple[int, str]:
    """Status and text of a page; 0 where nobody listens."""
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()
    except OSError:
        return 0, ""


def test_one_process_refreshes_and_serves_and_follows_its_settings(
    tmp_path: Path, site: str, opened: threading.Event
) -> None:
    """A round, the page it made, another folder on SIGHUP, a refusal of what cannot be, a clean end on SIGTERM."""
    home = tmp_path / "service"
    serves = f'[serve]\nport = 0\n[publish]\ntitle = "First"\nfolder = "{home / "first"}"\n'
    opened.clear()
    service = program(home, site, "schedule", "--serve", publish=True, more=serves + PATIENT, given=("-c", QUICK))
    lines, settings = Lines(service), home / "config.toml"
    try:
        until(lambda: (home / "store" / "heartbeat.json").exists())
        assert json.loads((home / "store" / "heartbeat.json").read_text())["pid"] == service.pid
        until(lambda: len(lines.addresses()) == 1)
        (first,) = lines.addresses()
        until(lambda: fetched(f"{first}healthz")[0] == 503)  # nothing is published yet, and it says so
        opened.set()
        until(lambda: fetched(f"{first}healthz")[0] == 200)
        status, page = fetched(first)
        assert status == 200
        assert "First" in page
        assert "North Atlantic" in page
        until(lambda: schedule.read(home / "store").success is not None)
        until(lambda: not json.loads((home / "store" / "heartbeat.json").read_text())["busy"])
        beat = json.loads((home / "store" / "heartbeat.json").read_text())
        assert dt.datetime.fromisoformat(beat["next_round"]).hour == 3
        assert abs(dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(beat["at"])) < 2 * MINUTE

        shutil.copytree(home / "first", home / "second")
        text = settings.read_text()
        settings.write_text(text.replace(str(home / "first"), str(home / "second")))
        service.send_signal(signal.SIGHUP)
        until(lambda: len(lines.addresses()) == 2)
        second = lines.addresses()[1]
        until(lambda: fetched(second)[0] == 200)
        assert fetched(first)[0] == 0
        until(lambda: any("settings read again" in line for line in lines.said))

        settings.write_text(text.replace("port = 0", 'host = "0.0.0.0"'))
        service.send_signal(signal.SIGHUP)
        until(lambda: any("lets other computers connect" in line for line in lines.said))
        assert fetched(second)[0] == 200
    finally:
        service.send_signal(signal.SIGTERM)
        code = service.wait(PATIENCE)
        lines.end(service)
    assert code == 0
    assert fetched(second)[0] == 0
    assert not (home / "store" / "heartbeat.json").exists()
    assert not any("Traceback" in line for line in lines.said)


@contextmanager
def stalling() -> Iterator[str]:
    """A server that takes the request and says nothing more."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            over.wait(PATIENCE)

        def log_message(self, *words: object) -> None:
            """Print nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        over.set()
        server.shutdown()


@pytest.mark.parametrize(("words", "code"), [(("schedule",), 0), (("refresh",), 130)])
def test_told_to_stop_in_the_middle_of_a_round(tmp_path: Path, words: tuple[str, ...], code: int) -> None:
    """While the source stalls: gone long before its two minutes are over, the store sound."""
    home = tmp_path / "service"
    with stalling() as address:
        service = program(home, address, *words, more=PATIENT)
        until(lambda: (home / "store" / ".writer.json").exists() or service.poll() is not None)
        service.send_signal(signal.SIGTERM if words == ("schedule",) else signal.SIGINT)
        _, errors = service.communicate(timeout=60)
    assert service.returncode == code
    assert "interrupted; 0 of 1 series updated" in errors
    assert "Traceback" not in errors
    assert Store(home / "store").keys() == ()


#: The program on two cores, however many there are, and with pictures that take their time.
DRAWING = """
import sys, time
from climtrack.run import drawing

real = drawing._draw

def slow(picture):
    time.sleep(0.3)
    return real(picture)

drawing._draw, drawing._cores = slow, lambda: 2
sys.argv[0] = "climtrack"
from climtrack.__main__ import main
main()
"""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are counted where Linux lists them")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_while_drawing(tmp_path: Path, site: str, number: signal.Signals) -> None:
    """At several instants of the drawing: exit 130, no traceback of the pool, no worker left."""
    home = tmp_path / "round"
    for wait in (0.0, 0.02, 0.25):
        service = program(
            home,
            site,
            "refresh",
            charts='["stripes", "records"]',
            presets='["wide", "email", "post", "phone", "card"]',
            more=PATIENT,
            given=("-c", DRAWING),
        )
        children = Path(f"/proc/{service.pid}/task/{service.pid}/children")
        workers: list[str] = []
        while len(workers) < 2 and service.poll() is None:
            with suppress(OSError):
                workers = children.read_text().split()
            time.sleep(0.001)
        time.sleep(wait)
        (os.killpg if wait else os.kill)(service.pid, number)  # a terminal and `timeout` tell the workers too
        _, errors = service.communicate(timeout=PATIENCE)
        assert service.returncode == 130, errors
        assert "Traceback" not in errors
        until(lambda: not any(session_of(Path(f"/proc/{pid}")) for pid in workers))  # noqa: B023 - asked at once

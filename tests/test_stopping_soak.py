"""
SIGTERM and SIGINT at any instant of the commands that work long, from the loading of the program to its last word.

Asked after each: the exit code, no traceback, the time until the end, a store and a site that are old or new and whole,
nobody left behind; and after every fifth, whether the same command, left alone, ends well and leaves nothing lying
about. What a signal does before the first line of climtrack is Python's affair.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import numpy as np
import pytest

from benchmarks import synthetic
from climtrack.config import load
from climtrack.fetcher.reanalyzer import ENDPOINTS
from climtrack.store.store import Store
from climtrack.vocabulary.series import SeriesKey
from tests.conftest import ROOT
from tests.loopback import serving
from tests.run.killed import CHECKS, KEYS, Clock, Field, digest_of, gone, whole
from tests.store.faults import sound

pytestmark = pytest.mark.soak
Record = Callable[[str, object], None]
#: Signals to each command.
TIMES = int(os.environ.get("CLIMTRACK_SOAK_STOPS", "200"))
#: Seconds within which a process that is told to stop has ended.
PATIENCE = 10.0
#: What no stop may say.
FORBIDDEN = ("Traceback", "a bug", "Exception ignored", "Aborted", "Error")
SETTINGS = """
[report]
languages = ["en"]
charts = ["year-lines"]
presets = ["email"]
[refresh]
regions = ["nh"]
publish = {publish}
"""
#: Tells, by a file, that climtrack's own first lines have run: they import its command line next. And publishes one
#: picture a series: the round is what is tried, not the ink.
HOOK = """
import os, sys
from importlib.machinery import PathFinder
class Hook:
    def find_spec(self, name, path=None, target=None):
        if name == "climtrack.cli":
            os.close(os.open(os.environ["TOLD"], os.O_CREAT | os.O_WRONLY))
        elif name == "climtrack.run.publish":
            spec = PathFinder.find_spec(name, path)
            load = spec.loader.exec_module
            spec.loader.exec_module = lambda module: (load(module), setattr(module, "PRESETS", ("email",)))
            return spec
sys.meta_path.insert(0, Hook())
"""


@dataclass
class Command:
    """A command that is stopped again and again; `examine` says whether what it keeps is the new state."""

    folder: Path
    words: tuple[str, ...]
    environment: dict[str, str]
    prepare: Callable[[], dict[str, str]]
    examine: Callable[[], bool]
    litter: Callable[[], list[str]]
    #: Said on standard error by a service when its work is done; it is stopped then.
    over: str = ""
    took: deque[float] = field(default_factory=lambda: deque([3.0], maxlen=5))
    #: Signals to the last run.
    sent: list[signal.Signals] = field(default_factory=list)
    #: Exit codes of a stop that was heard.
    heard: tuple[int, ...] = (130,)

    def begin(self) -> subprocess.Popen[bytes]:
        """The command in a session of its own."""
        (self.folder / "told").unlink(missing_ok=True)
        hook = self.folder / "hook"
        hook.mkdir(exist_ok=True)
        (hook / "sitecustomize.py").write_text(HOOK)
        environment = os.environ | self.environment | self.prepare()
        environment |= {
            "PYTHONPATH": f"{hook}{os.pathsep}{ROOT}", "TOLD": str(self.folder / "told"), "LC_ALL": "C.UTF-8",
            "TMPDIR": str(self.folder), "PYTHONFAULTHANDLER": "1",
        }  # fmt: skip
        with (self.folder / "out").open("wb") as out, (self.folder / "err").open("wb") as err:
            return subprocess.Popen(
                [sys.executable, "-m", "climtrack", *self.words],
                env=environment, stdout=out, stderr=err, cwd=self.folder, start_new_session=True,
            )  # fmt: skip

    @property
    def said(self) -> str:
        """Standard error."""
        return (self.folder / "err").read_text()

    def left_alone(self) -> None:
        """To its end, without complaint and without litter."""
        began = time.monotonic()
        running = self.begin()
        while self.over and self.over not in self.said and running.poll() is None:
            time.sleep(0.01)
        if self.over:
            self.took.append(time.monotonic() - began)
            running.terminate()
        assert running.wait(120) == 0, self.said
        if not self.over:
            self.took.append(time.monotonic() - began)
        assert not any(word in self.said for word in FORBIDDEN), self.said
        gone(running.pid)
        assert self.examine()
        assert self.litter() == []

    def stopped(self, rng: random.Random) -> str:
        """Begun and told to stop, what became of it."""
        usual = median(self.took)
        first, last = rng.choice(((0.0, 0.35), (0.0, 1.0), (0.3, 1.0), (0.8, 1.1)))
        numbers = self.sent = [rng.choice((signal.SIGTERM, signal.SIGINT))]
        running = self.begin()
        slept = rng.uniform(first * usual, last * usual)
        time.sleep(slept)
        told = (self.folder / "told").exists()
        if running.poll() is None:
            running.send_signal(numbers[0])
        began = time.monotonic()
        try:
            code = running.wait(4 * PATIENCE + usual)
        except subprocess.TimeoutExpired:
            running.send_signal(signal.SIGABRT)  # says where it is
            running.wait(PATIENCE)
            pytest.fail(f"did not end: {self.said}")
        tardy = time.monotonic() - began
        gone(running.pid)
        said = self.said
        if not told and code not in (0, 130) and str(ROOT / "climtrack") not in said:
            return "before climtrack"
        found = [word for word in FORBIDDEN if word in said]
        assert not found, f"{numbers}: {code}: {said}"
        assert code in (0, *self.heard), f"{numbers}: {code}: {told=} {usual=} {slept=} {said}"
        assert tardy < PATIENCE, f"{tardy:.1f} s: {said}"
        return "stopped" if code == 130 else "complete"


def stops(command: Command, times: int, rng: random.Random, record_property: Record) -> None:
    """Stop a command `times` times; every fifth stop is followed by a run that is left alone."""
    counts = Counter[str]()
    faults: list[str] = []
    command.left_alone()
    command.left_alone()
    for number in range(1, times + 1):
        try:
            counts[command.stopped(rng)] += 1
            counts["new" if command.examine() else "old"] += 1
            if number % 5 == 0:
                command.left_alone()
                counts["left alone"] += 1
        except (AssertionError, pytest.fail.Exception) as fault:  # one hides no other
            faults.append(f"{number} {command.sent}: {fault}; {command.said[-3000:]}")
    for name, count in counts.items():
        record_property(name, count)
    assert not faults, "\n".join(faults)
    assert counts["before climtrack"] < times / 2


@pytest.fixture
def days(tmp_path: Path) -> Iterator[tuple[Field, str, Callable[[], dict[str, str]]]]:
    """Store and site that see one day after the other, from a server on this computer; what begins the next day."""
    field = Field(tmp_path / "field", Clock())
    copies = tmp_path / "copies"

    def next_day() -> dict[str, str]:
        field.next_day()
        for key in KEYS:
            path = copies / ENDPOINTS[key].path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(field.site.copy(key, field.site.today))
            moment = field.now.timestamp()  # the server's validator: whole seconds
            os.utime(path, (moment, moment))
        return {"CLIMTRACK_NOW": field.now.isoformat()}

    next_day()
    with serving(copies) as (address, _):
        yield field, address, next_day


def command_of(
    days: tuple[Field, str, Callable[[], dict[str, str]]], tmp_path: Path, words: tuple[str, ...], *,
    publish: bool = True, over: str = "", heard: tuple[int, ...] = (130,),
) -> Command:  # fmt: skip
    """A command on the days of the site."""
    field, address, next_day = days
    settings = tmp_path / "config.toml"
    settings.write_text(SETTINGS.format(publish=str(publish).lower()))
    with settings.open("a") as file:
        file.write(f'[publish]\nfolder = "{field.folder / "site"}"\nmax_megabytes = 10\nprune = true\n')
    environment = {
        "CLIMTRACK_HOME": str(field.config.home), "CLIMTRACK_CONFIG": str(settings), "CLIMTRACK_BASE_URL": address,
    }  # fmt: skip

    def examine() -> bool:
        report, home = field.folder / "report", field.config.home
        for file in report.rglob("*"):
            judge = CHECKS.get(file.suffix)
            if judge:
                judge(report, file)
        store = Store(home)
        assert store.notices == ()
        assert sound(home)
        found = {key: store.read(key).digest for key in store}
        new = {key: digest_of(key, field.site.copy(key, field.now.date())) for key in KEYS}
        changed = [key for key in found if found[key] == new[key]]
        assert field.held.keys() <= found.keys()
        assert all(key in changed or found[key] == field.held[key] for key in found), "a mixture"
        told = re.search(r"interrupted; (\d) ", command.said)
        if told or words[0] in ("refresh", "schedule"):
            assert (int(told[1]) <= len(changed)) if told else len(changed) in (0, len(KEYS)), "told otherwise"
        field.held = found
        whole(field.folder / "site")
        return len(changed) == len(KEYS)

    command = Command(tmp_path, words, environment, next_day, examine, field.litter, over=over, heard=heard)
    return command


def test_stops_of_refresh(days: tuple, tmp_path: Path, record_property: Record) -> None:  # type: ignore[type-arg]
    """A whole round, publishing included."""
    stops(command_of(days, tmp_path, ("refresh",)), TIMES, random.Random(1), record_property)


def test_stops_of_schedule(days: tuple, tmp_path: Path, record_property: Record) -> None:  # type: ignore[type-arg]
    """The service in its first round or just after; once it listens, told to stop is a good end."""
    command = command_of(days, tmp_path, ("schedule",), over="ended with 0", heard=(0, 130))
    stops(command, TIMES, random.Random(2), record_property)


def test_stops_of_report(days: tuple, tmp_path: Path, record_property: Record) -> None:  # type: ignore[type-arg]
    """Fetch, analyse, draw, write."""
    out = days[0].folder / "report"
    words = ("report", "--region", "nh", "--chart", "year-lines,anomaly", "--out", str(out))
    stops(command_of(days, tmp_path, words), TIMES, random.Random(3), record_property)


def test_stops_of_fetch(days: tuple, tmp_path: Path, record_property: Record) -> None:  # type: ignore[type-arg]
    """Download and store."""
    stops(command_of(days, tmp_path, ("fetch", "nh")), TIMES, random.Random(4), record_property)


GOES_ON = "stored; the same command goes on.\n"
FIRST, COUNT = dt.date(2023, 12, 28), 10
HALVES = (SeriesKey("oisst", "sst", "nh"), SeriesKey("oisst", "sst", "sh"))


def test_stops_of_backfill(tmp_path: Path, record_property: Record) -> None:
    """Download, reduce, note, store: what is noted is stored, and the same command goes on to the same values."""
    for i in range(COUNT):
        day = FIRST + dt.timedelta(days=i)
        path = tmp_path / "ncei" / f"{day:%Y%m}" / f"oisst-avhrr-v02r01.{day:%Y%m%d}.nc"
        path.parent.mkdir(parents=True, exist_ok=True)
        synthetic.write_ncei_day(path, np.datetime64(day), 36, 72)
    homes = iter(range(10 * TIMES))
    all_days: dict[SeriesKey, bytes] = {}

    with serving(tmp_path / "ncei", gate=lambda _: time.sleep(0.02)) as (address, _):
        settings = tmp_path / "config.toml"
        settings.write_text(f'[grid]\nbases = {{ ncei = "{address}" }}\n')
        last = FIRST + dt.timedelta(days=COUNT - 1)
        words = ("grid", "backfill", "sst", "--since", str(FIRST), "--until", str(last))
        environment = {"CLIMTRACK_CONFIG": str(settings), "CLIMTRACK_NOW": "2024-02-10T17:00:00+00:00"}
        home = [tmp_path / "home"]

        def prepare() -> dict[str, str]:
            if Store(home[0]).keys() and Store(home[0]).read(HALVES[0]).values.size == COUNT:
                home[0] = tmp_path / f"home{next(homes)}"  # done: the next begins anew
            return {"CLIMTRACK_HOME": str(home[0])}

        def examine() -> bool:
            store = Store(home[0])
            assert store.notices == ()
            journal = home[0] / "grids" / "oisst.sst.daily.exact.jsonl"
            noted = journal.read_bytes().count(b"\n") if journal.exists() else 0
            if not store.keys():
                assert not noted or not command.said.endswith(GOES_ON)
                return False
            found = {key: store.read(key) for key in HALVES}
            if not all_days:
                all_days.update({key: one.values.tobytes() for key, one in found.items()})
            for key, one in found.items():
                assert all_days[key].startswith(one.values.tobytes())
                assert one.values.size <= noted
                assert one.values.size == noted or not command.said.endswith(GOES_ON)
            return found[HALVES[0]].values.size == COUNT

        def litter() -> list[str]:
            assert load(settings, {"CLIMTRACK_HOME": str(home[0])}).home == home[0]
            marks = re.compile(r"\.climtrack-|\.(backfill|writer)\.json|.*(-wal|-shm|-journal|\.part|\.etag)$")
            passing = list((home[0] / "grids" / "passing").iterdir())
            return [path.name for path in [*home[0].rglob("*"), *passing] if marks.match(path.name)]

        command = Command(tmp_path, words, environment, prepare, examine, litter)
        stops(command, TIMES, random.Random(5), record_property)

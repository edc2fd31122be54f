"""
Rounds that are killed, and what is then asked of the store and of the site.

Each round runs in a process of its own and says where it stands in memory that it shares with the test, so that kills
can be aimed: half of them at any instant of a round, half at an instant of a stage chosen by lot, for the stages that
last milliseconds (the commit, the moving of the site) are those that matter.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import mmap
import os
import random
import re
import signal
import struct
import time
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image

from climtrack.config import Config
from climtrack.fetcher.reanalyzer import series_from_payload
from climtrack.publish.folder import LOCK, Folder
from climtrack.run import drawing, refresh, schedule
from climtrack.run.run import Run
from climtrack.store.store import Store, Writer
from climtrack.vocabulary.series import SeriesKey, Source
from tests.run.site import AIR, NATLAN, NOON, Site, settings
from tests.store.faults import leftovers, sound

#: In the order in which a round comes to them.
STAGES = ("open", "fetch", "merge", "commit", "draw", "publish", "write", "move", "remember", "over")
KEYS = (AIR, NATLAN)
_CLOCK = struct.Struct(f"<b7x{len(STAGES)}d")


class Clock:
    """The stage that a round in another process has come to, and when it came to each."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _CLOCK.size)
        self.reset()

    def reset(self) -> None:
        """Before a round."""
        self._memory[:] = _CLOCK.pack(0, time.monotonic(), *[0.0] * (len(STAGES) - 1))

    def come_to(self, name: str) -> None:
        """Note a stage, at its first time."""
        number = STAGES.index(name)
        reached, *times = _CLOCK.unpack(self._memory)
        if number > reached:
            times[number] = time.monotonic()
            self._memory[:] = _CLOCK.pack(number, *times)

    @property
    def stage(self) -> str:
        """Where it stands."""
        return STAGES[_CLOCK.unpack(self._memory)[0]]

    def times(self) -> dict[str, float]:
        """When it came to each stage, by the monotonic clock."""
        return {name: at for name, at in zip(STAGES, _CLOCK.unpack(self._memory)[1:], strict=True) if at}


def watch(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    """Have every round from here on tell the clock where it stands."""

    def told(place: Any, name: str, stage: str) -> None:
        real = getattr(place, name)

        def call(*args: Any, **named: Any) -> Any:
            clock.come_to(stage)
            return real(*args, **named)

        monkeypatch.setattr(place, name, call)

    told(Site, "get", "fetch")
    told(Writer, "put", "merge")
    told(Writer, "commit", "commit")
    told(refresh, "compose", "draw")
    told(refresh, "publish_report", "publish")
    told(Folder, "_write", "write")
    told(refresh, "_remember", "remember")
    finish = Folder._finish

    def moving(self: Folder) -> None:
        if clock.stage == "write":  # the first call clears what an earlier interruption left
            clock.come_to("move")
        finish(self)

    monkeypatch.setattr(Folder, "_finish", moving)


def rounds_killed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, times: int, rng: random.Random, fresh: int = 25
) -> Counter[str]:
    """Kill `times` rounds; every third is followed by one that is left alone. New folders after each `fresh` days."""
    clock, counts = Clock(), Counter[str]()
    watch(monkeypatch, clock)
    field = Field(folder / "warm", clock)
    assert field.go() == 0  # what is imported late is imported before the processes part
    lasts = field.left_alone()
    while counts["killed"] < times:
        day = counts["rounds"] % fresh
        if day == 0:
            field = Field(folder / f"field{counts['rounds']}", clock)
            monkeypatch.setattr(drawing, "WORTH_A_PROCESS", rng.choice((1, 4)))  # pictures in processes of their own
        counts["rounds"] += 1
        stage = field.killed(rng, lasts)
        counts["killed"] += stage != "over"
        counts[stage] += 1
        counts["new" if field.examine() else "old"] += 1
        if counts["rounds"] % 3 == 0:
            lasts = field.left_alone()
            assert field.examine()
            assert field.litter() == []
            counts["left alone"] += 1
    return counts


class Field:
    """A home and a site that see one day after the other."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder, self.clock = folder, clock
        config = settings(folder / "home")
        place = {"folder": str(folder / "site"), "max_megabytes": 0, "prune": True}
        self.config: Config = config.model_copy(
            update={
                "publish": config.publish.model_copy(update=place),
                "refresh": config.refresh.model_copy(update={"publish": True}),
            }
        )
        self.site, self.now = Site(NOON.date(), since=1990), NOON  # of all years a round takes three times as long
        self.held: dict[SeriesKey, str] = {}

    def next_day(self) -> None:
        """The site has a day more."""
        self.now += dt.timedelta(days=1)
        self.site.today = self.now.date()

    def go(self) -> int:
        """A new day's round, and its exit code."""
        self.next_day()
        run = Run(self.config, self.now, transport=self.site)
        refresh.unattended_round(run)
        self.clock.come_to("over")
        return run.outcome.code

    def start(self) -> int:
        """A round in a process of its own; its number."""
        self.clock.reset()
        pid = os.fork()
        if pid == 0:
            code = 99
            try:
                os.setsid()  # its own processes are known by this session
                code = self.go()
            finally:
                os._exit(code)
        self.next_day()
        return pid

    def left_alone(self) -> dict[str, float]:
        """A round to its end, without complaint; how long each stage lasted."""
        pid = self.start()
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        assert schedule.read(self.config.home).success == self.now
        at = self.clock.times()
        names = [name for name in STAGES if name in at]
        return {name: at[after] - at[name] for name, after in pairwise(names)}

    def killed(self, rng: random.Random, lasts: dict[str, float]) -> str:
        """A round killed at any instant, or at one of some stage; the stage that it had come to."""
        pid = self.start()
        if rng.random() < 0.5:
            time.sleep(rng.uniform(0, sum(lasts.values())))
        else:
            aim = rng.choice(list(lasts))
            self.wait_for(aim, pid)
            time.sleep(rng.uniform(0, lasts[aim]))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        gone(pid)
        return self.clock.stage

    def wait_for(self, stage: str, pid: int) -> None:
        """Until a round comes to some stage, or ends without."""
        while STAGES.index(self.clock.stage) < STAGES.index(stage):
            time.sleep(0.0002)
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                break

    def examine(self) -> bool:
        """The state before or the one after and nothing between, in store, history and site; whether it is the new."""
        home, today = self.config.home, self.now.date()
        store = Store(home)
        assert store.notices == ()
        found = {key: store.read(key) for key in store if not key.monthly}
        digests = {key: series.digest for key, series in found.items()}
        after = {key: digest_of(key, self.site.copy(key, today)) for key in KEYS}
        assert digests in (self.held, after)
        for key, series in found.items():
            assert store.versions(key)[-1].digest == series.digest
        assert not found or sound(home)
        assert not (home / "damaged").exists()
        new = digests == after
        self.held = digests
        whole(self.folder / "site")
        return new

    def litter(self) -> list[str]:
        """What a good round has left behind that nobody needs."""
        names = [p.name for p in self.folder.rglob("*")]
        marks = (".climtrack-", ".refresh.json", ".writer.json")
        found = [name for name in names if name.startswith(marks) and name != LOCK]
        return (
            found
            + [name for name in names if name.endswith(("-wal", "-shm", "-journal"))]
            + leftovers(self.config.home)
        )


def digest_of(key: SeriesKey, body: bytes) -> str:
    """What a store must hold of a series that was fetched."""
    return series_from_payload(body, key, Source("https://example.org/x", NOON, "0" * 64)).digest


def gone(session: int) -> None:
    """The processes that a killed round had started end with it."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        if not any(session_of(entry) == session for entry in Path("/proc").glob("[0-9]*")):
            return
        time.sleep(0.002)
    pytest.fail("a process outlived the round that had started it")


def session_of(entry: Path) -> int:
    """Session of a process; 0 for one that is gone or only waits to be counted."""
    try:
        fields = (entry / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return 0 if fields[0] == "Z" else int(fields[3])


def whole(root: Path) -> None:
    """As a plain host and as our server would show it: every file whole, every link of a page leads to one."""
    if not root.exists():
        return
    publication, staged = Folder(root).state()
    for path, record in publication.files.items():
        places = [root / place for place in (path, staged.get(path, path))]
        bodies = [place.read_bytes() for place in places if place.is_file()]
        assert record.sha256 in {hashlib.sha256(body).hexdigest() for body in bodies}, path
    assert Folder(root).faults() == ()
    for file in root.rglob("*"):
        if file.is_dir() or any(part.startswith(".climtrack-") for part in file.relative_to(root).parts):
            continue
        judge = CHECKS.get(file.suffix)
        if judge:
            judge(root, file)


def picture(root: Path, file: Path) -> None:
    """Its last row too can be read."""
    with Image.open(file) as opened:
        opened.load()


def page(root: Path, file: Path) -> None:
    """Ends where a page ends; what it shows and where it leads to is there."""
    text = file.read_text(encoding="utf-8")
    assert text.rstrip().endswith("</html>"), file.name
    for kind, value in re.findall(r'(src|href|srcset)="([^"#]+)', text):
        for name in [one.split()[0] for one in value.split(",")] if kind == "srcset" else [value]:
            if re.match(r"[a-z]+:", name):
                continue
            target = (file.parent / name.partition("?")[0]).resolve()
            assert target.is_file() or (target / "index.html").is_file(), f"{file.relative_to(root)} → {name}"


CHECKS: dict[str, Callable[[Path, Path], object]] = {
    ".png": picture,
    ".html": page,
    ".json": lambda _, file: json.loads(file.read_bytes()),
    ".xml": lambda _, file: ElementTree.fromstring(file.read_bytes()),
}

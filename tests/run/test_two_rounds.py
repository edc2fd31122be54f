"""Two rounds at once, and rounds after one that died with the lock in its hand (C6)."""

from __future__ import annotations

import os
import random
import re
import select
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from climtrack.errors import StoreBusy
from climtrack.run import drawing
from tests.run.killed import STAGES, Clock, Field, watch


@pytest.fixture
def field(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Field:
    """A home and a site after their first round, small pictures, each drawn in a process of its own."""
    clock = Clock()
    watch(monkeypatch, clock)
    monkeypatch.setattr(drawing, "WORTH_A_PROCESS", 1)
    found = Field(tmp_path, clock)
    assert found.go() == 0
    found.examine()
    return found


def at_once(field: Field, *, meet: bool) -> list[int]:
    """
    Two rounds of one day, let go at the same instant; their exit codes, 6 only where the other one is named.

    Where they are to meet for certain, the first goes on only when the other has been told of it.
    """
    (gate, opener), (refused, refuser) = os.pipe(), os.pipe()
    if meet:
        field.site.mood = lambda _, body: body if select.select([refused], [], [], 120) else b""
    pids = []
    for _ in range(2):
        pid = os.fork()
        if pid == 0:
            code = 99
            try:
                os.close(opener)
                os.read(gate, 1)
                code = field.go()
            except StoreBusy as busy:
                named = re.search(r"another refresh is running \(process (\d+), since", str(busy))
                code = 6 if named and int(named[1]) != os.getpid() else 7
                os.write(refuser, b"x")
            finally:
                os._exit(code)
        pids.append(pid)
    field.next_day()
    begun = time.monotonic()
    for end in (gate, opener):
        os.close(end)
    codes = sorted(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids)
    assert meet or time.monotonic() - begun <= 60
    for end in (refused, refuser):
        os.close(end)
    return codes


def pairs(field: Field, times: int, *, meet: bool) -> Counter[str]:
    """So many pairs; of each at least one does the day's work, and both leave one whole state and nothing else."""
    counts = Counter[str]()
    for _ in range(times):
        codes = at_once(field, meet=meet)
        assert codes == [0, 6] or (codes == [0, 0] and not meet)
        counts["one told of the other" if 6 in codes else "one after the other"] += 1
        assert field.examine()
        assert field.litter() == []
    return counts


def dead_holders(field: Field, times: int, rng: random.Random) -> Counter[str]:
    """Rounds killed with the lock in their hand; the next begins at once and is not told that somebody is at work."""
    counts = Counter[str]()
    for _ in range(times):
        pid = field.start()
        aim = rng.choice([stage for stage in STAGES if stage not in ("open", "remember", "over")])
        field.wait_for(aim, pid)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        counts[field.clock.stage] += 1
        field.left_alone()
        assert field.examine()
        assert field.litter() == []
    return counts


def test_of_two_rounds_one_does_the_work(field: Field) -> None:
    """C6, small: two pairs that meet."""
    assert pairs(field, 2, meet=True)["one told of the other"] == 2


def test_a_dead_round_blocks_nobody(field: Field) -> None:
    """C6, small: two dead holders of the lock."""
    dead_holders(field, 2, random.Random(1))


@pytest.mark.soak
def test_two_hundred_pairs_of_rounds(field: Field, record_property: Callable[[str, object], None]) -> None:
    """C6: 200 pairs at once: both end within 60 s, one works, one is told of it by its number (10 minutes)."""
    for name, count in pairs(field, 200, meet=False).items():
        record_property(name, count)


@pytest.mark.soak
def test_a_hundred_dead_holders(field: Field, record_property: Callable[[str, object], None]) -> None:
    """C6: 100 rounds killed with the lock in their hand, the next begun at once: none is blocked (5 minutes)."""
    for name, count in dead_holders(field, 100, random.Random(2)).items():
        record_property(name, count)

"""A wish to stop arrives, wherever in Python or in a compiled function it met the process."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from climtrack.stopping import is_wish_to_stop, stoppable
from tests.conftest import ROOT

#: A weak reference's callback drops what is raised in it: this one raises as a signal there would.
DROPPED = """
import os, signal, sys, threading, time, weakref
from climtrack import stopping
from climtrack.stopping import deliver_again, hear_service_managers

class Held: pass

class Later(threading.Timer):
    def __init__(self, seconds, deliver):
        super().__init__(seconds, lambda: (told.wait(), deliver()))

told = threading.Event()
stopping.threading.Timer = Later  # however slow the computer, not before it is said that the wish was dropped

deliver_again()
{hear}
held = Held()
watched = weakref.ref(held, lambda _: signal.raise_signal(signal.{number}))
try:
    del held
    print("dropped", flush=True)
    told.set()
    time.sleep(600)
except KeyboardInterrupt:
    sys.exit(130)
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    """A program of its own, which has much time."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=120)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(("number", "hear"), [("SIGINT", ""), ("SIGTERM", "hear_service_managers()")])
def test_a_dropped_wish_is_delivered_again(number: str, hear: str) -> None:
    """Without a word on the way, and long before the sleep ends that it wakes."""
    code = DROPPED.format(number=number, hear=hear)
    done = run(code)
    assert (done.returncode, done.stdout, done.stderr) == (130, "dropped\n", "")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_what_else_cannot_be_raised_is_shown_as_ever() -> None:
    """Other exceptions in a destructor keep Python's own words."""
    code = (
        "from climtrack.stopping import deliver_again\n"
        "class Held:\n def __del__(self): raise ValueError('lost')\n"
        "deliver_again()\nHeld()"
    )
    done = run(code)
    assert done.returncode == 0
    assert "ValueError: lost" in done.stderr


def chain(*links: BaseException) -> BaseException:
    """Exceptions, each raised from the next."""
    for outer, inner in itertools.pairwise(links):
        outer.__cause__ = inner
    return links[0]


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        (KeyboardInterrupt(), True),
        (chain(SystemError("returned a result with an exception set"), KeyboardInterrupt()), True),
        (chain(OSError(), SystemError(), KeyboardInterrupt()), True),
        (SystemError("a bug of an extension"), False),
        (chain(SystemError(), ValueError()), False),
    ],
)
def test_a_wish_is_known_by_its_cause(problem: BaseException, expected: bool) -> None:
    """Only what was made of KeyboardInterrupt counts."""
    assert is_wish_to_stop(problem) is expected


def test_a_block_is_left_as_the_wish() -> None:
    """What an extension made of it becomes it again; everything else passes as it is."""
    with pytest.raises(KeyboardInterrupt), stoppable():
        raise SystemError("returned a result with an exception set") from KeyboardInterrupt()
    with pytest.raises(ValueError, match="plain"), stoppable():
        raise ValueError("plain")


@pytest.fixture
def starting(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A command that says when it begins to import itself."""
    hook = tmp_path / "sitecustomize.py"
    hook.write_text(
        "import sys\n"
        "class Tell:\n"
        " def find_spec(self, name, path=None, target=None):\n"
        "  if name == 'climtrack.cli.output': print('importing', flush=True); import time; time.sleep(600)\n"
        "sys.meta_path.insert(0, Tell())\n"
    )
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    running = subprocess.Popen(
        [sys.executable, "-m", "climtrack", "status"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    yield running
    running.kill()
    running.communicate()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_stop_while_the_program_is_being_loaded_is_silent(starting: subprocess.Popen[str]) -> None:
    """Ctrl-C in the first tenths of a second: exit 130 and no traceback."""
    assert starting.stdout is not None
    assert starting.stdout.readline() == "importing\n"
    starting.send_signal(signal.SIGINT)
    _, said = starting.communicate(timeout=120)
    assert (starting.returncode, said) == (130, "")

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

from climtrack.signals import is_wish_to_stop, stoppable, undisturbed
from tests.conftest import ROOT

#: A weak reference's callback drops what is raised in it: this one raises as a signal there would.
DROPPED = """
import os, signal, sys, threading, time, weakref
from climtrack import stopping
from climtrack.signals import deliver_again, listen

class Held: pass

class Later(threading.Timer):
    def __init__(self, seconds, deliver):
        super().__init__(seconds, lambda: (told.wait(), deliver()))

told = threading.Event()
stopping.threading.Timer = Later  # however slow the computer, not before it is said that the wish was dropped

listen()
deliver_again()
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
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
def test_a_dropped_wish_is_delivered_again(number: str) -> None:
    """Without a word on the way, and long before the sleep ends that it wakes."""
    code = DROPPED.format(number=number)
    done = run(code)
    assert (done.returncode, done.stdout, done.stderr) == (130, "dropped\n", "")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
def test_a_wish_on_the_way_out_changes_nothing(number: str) -> None:
    """When everything is done: the code as it was, and not a word."""
    code = (
        "import atexit, signal\n"
        "from climtrack.signals import leave\n"
        f"atexit.register(signal.raise_signal, signal.{number})\n"
        "leave(3)"
    )
    done = run(code)
    assert (done.returncode, done.stderr) == (3, "")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_second_wish_at_the_instant_of_leaving_is_silent() -> None:
    """Impatience after the first was heard, before there is nothing left to interrupt."""
    code = (
        "import signal, sys\n"
        "from climtrack import __main__ as program, stopping\n"
        "from climtrack.cli import app\n"
        "def leave(code, leave=stopping.leave, wishes=iter([signal.SIGTERM])):\n"
        " for wish in wishes: signal.raise_signal(wish)\n"
        " leave(code)\n"
        "stopping.leave, app.main = leave, lambda: signal.raise_signal(signal.SIGINT)\n"
        "sys.argv = ['climtrack', 'status']\n"
        "program.main()"
    )
    done = run(code)
    assert (done.returncode, done.stderr) == (130, "")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_wish_that_met_the_execution_of_a_string_leaves_by_its_code(tmp_path: Path) -> None:
    """As where a dataclass was being made: `python -m` would else die of SIGINT at its end."""
    (tmp_path / "met.py").write_text(
        "from climtrack.signals import leave\n"
        "try:\n exec('raise KeyboardInterrupt')\n"
        "except KeyboardInterrupt:\n leave(130)\n"
    )
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    assert subprocess.run([sys.executable, "-m", "met"], env=environment, timeout=120).returncode == 130


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_what_else_cannot_be_raised_is_shown_as_ever() -> None:
    """Other exceptions in a destructor keep Python's own words."""
    code = (
        "from climtrack.signals import deliver_again\n"
        "class Held:\n def __del__(self): raise ValueError('lost')\n"
        "deliver_again()\nHeld()"
    )
    done = run(code)
    assert done.returncode == 0
    assert "ValueError: lost" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_whatever_comes_after_a_wish_is_the_wish() -> None:
    """A library that builds its models in another language makes an error of its own of it, and names no cause."""
    code = (
        "import signal\n"
        "from climtrack.signals import listen, stoppable\n"
        "listen()\n"
        "try:\n"
        " with stoppable():\n"
        "  try: signal.raise_signal(signal.SIGTERM)\n"
        "  except KeyboardInterrupt: pass\n"
        "  raise TypeError('cannot build the model')\n"
        "except KeyboardInterrupt: print('stopped')"
    )
    done = run(code)
    assert (done.returncode, done.stdout, done.stderr) == (0, "stopped\n", "")


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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_must_not_be_left_half_done_is_done(number: signal.Signals) -> None:
    """The wish is heard right after, whatever the block ended with, and once."""
    done = []

    @undisturbed()
    def work(problem: Exception | None) -> None:
        signal.raise_signal(number)
        signal.raise_signal(signal.SIGINT)
        done.append(problem)
        if problem is not None:
            raise problem

    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        for problem in (None, OSError("no room")):
            with pytest.raises(KeyboardInterrupt):
                work(problem)
        with undisturbed():
            done.append(None)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert len(done) == 3


def test_the_package_imports_nothing() -> None:
    """What it imported could be interrupted before anything of climtrack listens."""
    code = "import sys; before = set(sys.modules); import climtrack; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.split() == ["__future__", "climtrack"]


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
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_while_the_program_is_being_loaded_is_silent(
    starting: subprocess.Popen[str], number: signal.Signals
) -> None:
    """In the first tenths of a second: exit 130 and no traceback."""
    assert starting.stdout is not None
    assert starting.stdout.readline() == "importing\n"
    starting.send_signal(number)
    _, said = starting.communicate(timeout=120)
    assert (starting.returncode, said) == (130, "")

"""Ctrl-C and SIGTERM end a command: exit 130, no traceback, and what must be whole is whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from climtrack.signals import defer_signals
from climtrack.store.store import Store
from tests.conftest import ROOT
from tests.fakes_server import FakeSite


def run(code: str) -> subprocess.CompletedProcess[str]:
    """A program of its own, which has much time."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=120)


def test_an_error_that_compiled_code_made_of_an_interrupt_is_the_interrupt() -> None:
    """A library that builds its models in another language raises an error of its own, and names no cause."""
    code = (
        "import signal, sys\n"
        "from climtrack import __main__ as program\n"
        "from climtrack.cli import app\n"
        "def interrupted(words):\n"
        " try: signal.raise_signal(signal.SIGTERM)\n"
        " except KeyboardInterrupt: raise TypeError('cannot build the model')\n"
        "app._run = interrupted\n"
        "sys.argv = ['climtrack', 'status']\n"
        "program.main()"
    )
    done = run(code)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_must_not_be_left_half_done_is_done(number: signal.Signals) -> None:
    """The interrupt comes right after, whatever the block ended with, and once."""
    done = []

    @defer_signals()
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
        with defer_signals():
            done.append(None)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert len(done) == 3


@pytest.mark.parametrize("dropping", ["weakref.finalize(value, stop)", "value.__class__.__del__ = lambda _: stop()"])
def test_an_interrupt_that_python_drops_is_sent_once_more(dropping: str) -> None:
    """Raised where Python only notes it: a wait that would last half a minute ends, and nothing is printed."""
    done = run(
        "import os, signal, time, weakref\n"
        "from climtrack.signals import handle_signals\n"
        "class Value: ...\n"
        "def stop(): os.kill(os.getpid(), signal.SIGINT); time.sleep(0.1)\n"
        "handle_signals()\n"
        "value = Value()\n"
        f"{dropping}\n"
        "try: del value; time.sleep(30)\n"
        "except KeyboardInterrupt: print('interrupted')"
    )
    assert (done.stdout, done.stderr) == ("interrupted\n", "")


def test_the_package_imports_nothing() -> None:
    """What it imported could be interrupted before anything of climtrack listens."""
    code = "import sys; before = set(sys.modules); import climtrack; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.split() == ["__future__", "climtrack"]


@pytest.fixture
def starting(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    """A command that says when it begins to import itself, or when all is done."""
    hook = tmp_path / "sitecustomize.py"
    hook.write_text(request.param)
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}", "CLIMTRACK_HOME": str(tmp_path)}
    running = subprocess.Popen(
        [sys.executable, "-m", "climtrack", "doctor", "--help"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    yield running
    running.kill()


LOADING = """
import sys
class Tell:
    def find_spec(self, name, path=None, target=None):
        if name == 'climtrack.cli.output': print('now', flush=True); import time; time.sleep(600)
sys.meta_path.insert(0, Tell())
"""
LEAVING = """
import atexit, time
atexit.register(lambda: (print('now', flush=True), time.sleep(1)))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(("starting", "code"), [(LOADING, 130), (LEAVING, 0)], indirect=["starting"])
def test_a_stop_at_either_end_of_the_program_is_silent(
    starting: subprocess.Popen[str], code: int, number: signal.Signals
) -> None:
    """In the first tenths of a second 130; once all is done, what was done. No traceback."""
    assert starting.stdout is not None
    assert "now\n" in starting.stdout
    starting.send_signal(number)
    _, errors = starting.communicate(timeout=120)
    assert (starting.returncode, errors) == (code, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_fetch_from_a_server_that_hangs_is_stopped_at_once(tmp_path: Path, number: signal.Signals) -> None:
    """F2: two seconds on a quiet computer, not when the source's two minutes are over; the store is as it was."""
    settings = tmp_path / "config.toml"
    settings.write_text("[fetch]\nread_timeout = 30\ntotal_timeout = 120\n")
    home = tmp_path / "home"
    with FakeSite() as site:
        site.fault("*", lambda talk: talk.stall())
        environment = os.environ | {
            "PYTHONPATH": str(ROOT), "CLIMTRACK_HOME": str(home), "CLIMTRACK_BASE_URL": site.url,
            "CLIMTRACK_CONFIG": str(settings), "LC_ALL": "C.UTF-8",
        }  # fmt: skip
        running = subprocess.Popen(
            [sys.executable, "-m", "climtrack", "fetch", "nh"],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        while not site.requests and running.poll() is None:
            time.sleep(0.02)
        running.send_signal(number)
        began = time.monotonic()
        _, errors = running.communicate(timeout=60)
        took = time.monotonic() - began
    assert (running.returncode, errors) == (130, "interrupted; no series updated, the rest unchanged.\n")
    assert took < 15
    assert Store(home).keys() == ()

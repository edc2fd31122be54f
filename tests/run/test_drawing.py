"""Pictures drawn by several processes are those that one process draws."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Sequence

import pytest

from climtrack.errors import ConfigError
from climtrack.reporter.theme import themed
from climtrack.run import drawing
from climtrack.run.drawing import Picture, draw
from tests.conftest import ROOT
from tests.reporter.studies import sample


def wanted(*charts: str) -> list[Picture]:
    """Small pictures of the sample, light and dark."""
    return [
        Picture(chart, (sample(),), "phone", themed(theme), "en", ("png", "svg"))
        for chart in charts
        for theme in ("light", "dark")
    ]


def test_two_processes_draw_what_one_draws() -> None:
    """The same files in the same order, byte for byte, and no process is left behind."""
    alone, shared = (draw(wanted("year_over_year", "records"), workers=count) for count in (1, 2))
    assert [(one.path, one.data) for one in alone[0]] == [(one.path, one.data) for one in shared[0]]
    assert len(alone[0]) == 8
    assert alone[1] == shared[1] == ()
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_picture_that_cannot_be_drawn_leaves_the_others_alone(workers: int) -> None:
    """Its line names chart and series; hemispheres take two series."""
    assets, lines = draw(wanted("records", "hemispheres"), workers=workers)
    assert [one.path for one in assets if one.path.endswith(".png")] == [
        "nh-air.records.phone.en.png",
        "nh-air.records.phone.dark.en.png",
    ]
    (line,) = lines
    assert line.startswith("chart nh-air hemispheres not drawn: ")


def test_two_pictures_need_no_second_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process for a single picture costs more than it saves."""

    def refuse(wanted: Sequence[Picture], count: int) -> None:
        raise AssertionError(count)

    monkeypatch.setattr(drawing, "_shared_out", refuse)
    assets, _ = draw(wanted("records"), workers=2)
    assert len(assets) == 4


def test_garbage_is_collected_again_afterwards() -> None:
    """What was kept from the collector while drawing is given back to it, even where drawing fails."""
    draw(wanted("records"), workers=1)
    assert gc.get_freeze_count() == 0
    with pytest.raises(ConfigError, match="'bmp'"):
        draw([Picture("records", (sample(),), "phone", themed("light"), "en", ("bmp",))], workers=1)
    assert gc.get_freeze_count() == 0


def test_a_stop_while_processes_part_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a fork's callbacks Python drops an interrupt: it is raised once they have parted, and none is left."""
    fork = os.fork
    told: list[int] = []

    def interrupted() -> int:
        child = fork()
        if child and not told:
            told.append(child)
            os.kill(os.getpid(), signal.SIGINT)
            sum(range(1000))  # where the handler is called
            told.append(0)
        return child

    monkeypatch.setattr(os, "fork", interrupted)
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        draw(wanted("year_over_year", "records"), workers=2)
    assert told[1:] == [0], "it was raised in the middle of the parting"
    assert signal.getsignal(signal.SIGINT) is before
    assert not multiprocessing.active_children()


#: Each helper sends half a picture, stops its parent, and would send the rest in ten minutes.
HALF_SENT = """
import contextlib, multiprocessing.connection, os, signal, time
from climtrack.pipeline import drawing

parent, whole = os.getpid(), multiprocessing.connection.Connection._send

def half(self, data, *rest):
    if os.getpid() != parent and len(data) > 10_000:
        whole(self, data[:len(data) // 2])
        os.kill(parent, signal.SIGINT)
        time.sleep(600)
    whole(self, data, *rest)

multiprocessing.connection.Connection._send = half
drawing._loaded = lambda wanted: contextlib.nullcontext()
drawing._drawn = lambda picture: "x" * 100_000
try:
    drawing.drawings(range(4), workers=2)
except KeyboardInterrupt:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    print("stopped")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes that share what they inherit")
def test_a_stop_in_the_middle_of_a_picture_ends_the_round() -> None:
    """A helper killed while it sends leaves half a picture in the pipe: nobody waits for the rest."""
    done = subprocess.run([sys.executable, "-c", HALF_SENT], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout == "stopped\n", done.stderr


#: Told to stop while the helpers are seen off.
IMPATIENT = """
import contextlib, signal
from concurrent.futures.process import _ExecutorManagerThread as Manager
from climtrack.pipeline import drawing

def joined(self, *how, join=Manager.join, wishes=iter([signal.SIGINT])):
    for wish in wishes:
        signal.raise_signal(wish)
    join(self, *how)
    print("joined")

Manager.join = joined
drawing._loaded = lambda wanted: contextlib.nullcontext()
drawing._drawn = lambda picture: "x"
try:
    drawing.drawings(range(4), workers=2)
except KeyboardInterrupt:
    print("stopped")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes that share what they inherit")
def test_a_stop_leaves_no_pool_half_closed() -> None:
    """It waits until the helpers are gone; nothing is complained of at the end."""
    done = subprocess.run([sys.executable, "-c", IMPATIENT], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("joined\nstopped\n", "")

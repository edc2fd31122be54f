"""Pictures drawn by several processes are those that one process draws."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from climtrack.errors import Notice
from climtrack.reporter.theme import themed
from climtrack.run import drawing
from climtrack.run.drawing import Picture, draw
from climtrack.words.language import Language
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
    assert Language("en").say(line) == (
        "chart nh-air hemispheres not drawn: hemispheres compares two series, not 1; a picture already there stays."
    )
    assert Language("es").say(line).startswith("gráfico nh-air hemispheres sin dibujar: ")


def test_two_pictures_need_no_second_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process for a single picture costs more than it saves."""

    def refuse(wanted: Sequence[Picture], count: int) -> None:
        raise AssertionError(count)

    monkeypatch.setattr(drawing, "_draw_in_processes", refuse)
    assets, _ = draw(wanted("records"), workers=2)
    assert len(assets) == 4


def test_an_interrupt_waits_for_no_picture_but_those_under_way(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The workers hear no Ctrl-C themselves; what is not begun is not drawn, and no process is left behind."""
    parent = os.getpid()

    def slow(picture: Picture) -> Notice:
        (tmp_path / f"{picture.chart}-{picture.theme.name}-{picture.language}").touch()
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(parent, signal.SIGINT)
        time.sleep(0.5)
        return Notice("x")

    monkeypatch.setattr(drawing, "_draw", slow)
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        draw(wanted("year_over_year", "records", "stripes", "anomaly", "year_lines", "day_heatmap"), workers=2)
    assert time.monotonic() - begun < 2
    assert len(list(tmp_path.iterdir())) <= 4
    assert not multiprocessing.active_children()

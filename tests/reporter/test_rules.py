"""Rules that every chart of the catalogue inherits, and proof that each can be broken."""

from __future__ import annotations

import numpy as np
import pytest

from climtrack.reporter.canvas import Canvas
from climtrack.reporter.charts import CHARTS
from climtrack.reporter.fonts import Line
from climtrack.reporter.render import draw
from climtrack.reporter.theme import THEMES
from climtrack.vocabulary.calendar import DAYS
from tests.reporter.pictures import subject
from tests.reporter.rules import illegible, leap_steps
from tests.reporter.studies import sample


def drawn(chart: str, preset: str = "phone", theme: str = "light") -> Canvas:
    """A chart of the sample."""
    shown, options = subject(chart, [sample("nh"), sample("sh")])
    return draw(chart, shown, preset=preset, theme=theme, language="en", **options)


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("theme", THEMES)
def test_every_text_stands_out_from_what_lies_behind_it(chart: str, theme: str) -> None:
    """Against the pixels of its own place, not against the paper alone."""
    for preset in ("post", "phone"):
        assert not illegible(drawn(chart, preset, theme))


@pytest.mark.parametrize("chart", CHARTS)
def test_no_line_jumps_on_the_leap_day(chart: str) -> None:
    """A common year steps over 29 February, a wash takes it from its neighbours."""
    for preset in ("post", "phone"):
        assert not leap_steps(drawn(chart, preset))


def test_a_pale_label_is_found() -> None:
    """Grey on white is not enough."""
    canvas = drawn("year_lines")
    canvas.text("label", 40, 400, Line("pale", "regular", 13, "#D9D9D9"))
    assert [text for text in illegible(canvas) if "pale" in text]


def test_a_spike_is_found() -> None:
    """A mean of leap years alone stands out among those of all years, in a line and in a wash."""
    canvas = drawn("year_lines")
    axes, xs = canvas.figure.axes[0], np.arange(DAYS) + 0.5
    ys = np.where(np.arange(DAYS) == 59, 16.0, 15.0 + np.sin(xs / 58))
    axes.plot(xs, ys, gid="spiked")
    axes.fill_between(xs, ys - 1, ys, gid="wash")
    assert {step.split()[0] for step in leap_steps(canvas)} == {"spiked", "wash"}

"""Colours: sixteen classes from cold to warm, and their key."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from climtrack.reporter import axes, scales
from climtrack.reporter.canvas import Canvas, Line
from climtrack.reporter.fonts import CAP
from climtrack.reporter.frame import LAST_BASELINE
from climtrack.reporter.geometry import Rect
from climtrack.reporter.theme import DIVERGING

Floats = npt.NDArray[np.float64]
#: Width and height of the key's bar, and the room it takes with its numbers.
WIDTH, HEIGHT, ROOM = 182.0, 7.5, 30.0
#: Width that a number of the key takes.
NUMBER = 48.0


def classes(values: Floats, limit: float) -> npt.NDArray[np.int64]:
    """Class of each difference."""
    count = len(DIVERGING)
    known = ~np.isnan(values)
    found = np.full(values.shape, -1, dtype=np.int64)
    found[known] = np.clip(np.floor((values[known] + limit) / (2 * limit) * count), 0, count - 1)
    return found


def key(canvas: Canvas, limit: float, right: float, base: float | None = None, width: float = WIDTH) -> None:
    """Draw the scale with its numbers."""
    size = canvas.size(canvas.preset.type.axis)
    base = canvas.preset.height - LAST_BASELINE if base is None else base
    top = base - CAP * size - 5 - HEIGHT
    left, step = right - width, width / len(DIVERGING)
    for i, colour in enumerate(DIVERGING):
        canvas.fill(Rect(left + i * step - 0.05, top, left + (i + 1) * step + 0.05, top + HEIGHT), colour, z=2)
    by = scales.step(2 * limit, most=width / NUMBER)
    values = scales.ticks(-limit, limit, by)
    label = axes.signed(canvas.language, by)
    for value in values:
        text = label(value) + axes.UNIT * (value == values[-1])
        line = Line(text, "regular", size, canvas.theme.secondary)
        x = left + (value + limit) / (2 * limit) * width
        # The number stands under its colour, the unit beside it.
        number = Line(text.removesuffix(axes.UNIT), "regular", size, canvas.theme.secondary)
        x = min(x - canvas.width(number) / 2, right - canvas.width(line))
        canvas.text("scale", max(x, left), base, line)

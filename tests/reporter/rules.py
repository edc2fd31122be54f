"""What every picture must keep, whatever its chart: asked of the drawn figure, not of the code that drew it."""

from __future__ import annotations

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.lines import Line2D

from climtrack.reporter.canvas import Canvas
from climtrack.reporter.encode import raster
from climtrack.reporter.theme import TEXT_CONTRAST, contrast
from climtrack.vocabulary.calendar import DAYS, LEAP_DAY

#: A step at 29 February may be so many times the largest of the fortnight around it.
STEP = 3.0


def illegible(canvas: Canvas) -> list[str]:
    """
    Texts whose ink does not stand out from what is painted behind them.

    Behind is the commonest colour of the text's own box in the picture drawn without its texts; a halo of the
    background lies between a text and the lines that it crosses.
    """
    texts = list(canvas.texts)
    for text in texts:
        text.set_visible(False)
    pixels = np.asarray(raster(canvas).convert("RGB"), dtype=np.int64) @ (1 << 16, 1 << 8, 1)
    for text in texts:
        text.set_visible(True)
    scale, found = canvas.preset.scale, []
    for box in canvas.boxes:
        left, top, right, bottom = (
            round(v * scale) for v in (box.rect.left, box.rect.top, box.rect.right, box.rect.bottom)
        )
        area = pixels[max(top, 0) : bottom, max(left, 0) : right]
        colours, counts = np.unique(area, return_counts=True)
        behind = f"#{colours[counts.argmax()]:06x}"
        if contrast(box.colour, behind) < TEXT_CONTRAST:
            found.append(f"{box.text!r} is {box.colour} on {behind}")
    return found


def leap_steps(canvas: Canvas) -> list[str]:
    """Lines and washes over the days of a year that jump on 29 February and back."""
    found = []
    for axes in canvas.figure.axes:
        low, high = axes.get_xlim()
        if (low, high) != (0.0, float(DAYS)):
            continue
        for artist in axes.lines:
            found += _jumps(str(artist.get_gid()), *_day_points(artist))
        for collection in axes.collections:
            for i, path in enumerate(collection.get_paths()):
                edges = _edges(path.vertices) if isinstance(collection, PolyCollection) else [path.vertices]
                for edge in edges:
                    found += _jumps(f"{collection.get_gid()} {i}", edge[:, 0], edge[:, 1])
    return found


def _day_points(line: Line2D) -> tuple[np.ndarray, np.ndarray]:
    return np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)


def _edges(vertices: np.ndarray) -> list[np.ndarray]:
    """Upper and lower edge of a wash, left out where it is made of bars: those have steps between all days."""
    turn = int(np.argmax(vertices[:, 0]))
    parts = [vertices[1:turn], vertices[turn:-1][::-1]]
    return [part for part in parts if part.shape[0] > 1 and np.unique(part[:, 0]).size == part.shape[0]]


def _jumps(name: str, xs: np.ndarray, ys: np.ndarray) -> list[str]:
    """Whether the point of 29 February lies off its neighbours by far more than they lie off each other."""
    at = np.flatnonzero(xs == LEAP_DAY - 0.5)
    if at.size != 1 or not 8 <= at[0] < xs.size - 8:
        return []
    near = ys[at[0] - 7 : at[0] + 8]
    bend = np.abs(near[1:-1] - (near[:-2] + near[2:]) / 2)
    spike, others = bend[6], np.delete(bend, [5, 6, 7])
    if np.isnan(near).any() or spike <= STEP * max(others.max(), 0.02):
        return []
    return [f"{name} steps by {spike:.2f} on 29 February"]

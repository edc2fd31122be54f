"""Ends: labels at the right edge of lines, in the lines' own inks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from climtrack.reporter.canvas import Canvas, Line
from climtrack.reporter.fonts import LEADING
from climtrack.reporter.geometry import Rect
from climtrack.reporter.labels import spread

GAP = 9.0
#: Room to the right of the axes for them.
RIGHT_GUTTER = 88.0
#: A label moved by more than this many lines gets an elbow leader.
FAR = 0.9


@dataclass(frozen=True, slots=True)
class End:
    """A line that wants a label."""

    y: float
    lines: tuple[Line, ...]


def ends(canvas: Canvas, x: float, labels: Sequence[End], low: float, high: float) -> list[Rect]:
    """Set labels beside the ends of their lines."""
    if not labels:
        return []
    heights = [sum(line.size * LEADING for line in label.lines) for label in labels]
    # A label's first line names the line it belongs to, so that one is put level with the end.
    centres = [
        label.y + height / 2 - label.lines[0].size * LEADING / 2 for label, height in zip(labels, heights, strict=True)
    ]
    found = []
    for label, height, wished, centre in zip(
        labels, heights, centres, spread(centres, heights, low, high), strict=True
    ):
        first = label.lines[0].size
        moved = centre - wished
        left = x + GAP
        if abs(moved) > FAR * first * LEADING:
            level = label.y + moved
            canvas.stroke([x + 2, x + 5, x + 8, x + 11], [label.y, label.y, level, level], label.lines[0].colour, 0.8)
            left += 5
        top = centre - height / 2 + first * (LEADING - 0.68) / 2
        found.append(canvas.block("end", left, top, label.lines))
    return found

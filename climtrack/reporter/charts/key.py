"""Key: a few strokes with their names inside the picture, for compositions without room at the right edge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from climtrack.reporter.canvas import Canvas, Line
from climtrack.reporter.fonts import CAP
from climtrack.reporter.geometry import Rect
from climtrack.reporter.panel import AVERAGE, LAST
from climtrack.vocabulary.findings import Study

SWATCH, PART, CLEAR, LEADING = 21.0, 5.0, 4.0, 1.27
DASHES = (0, (3.6, 2.4))


@dataclass(frozen=True, slots=True)
class KeyItem:
    """One line of a key."""

    line: Line
    colour: str  # Ink of the stroke in front of it
    stroke: float
    dash: object = "-"


def last_year(canvas: Canvas, study: Study, *, record: bool = False) -> KeyItem:
    """Last year's line; `record` where it holds the record that is named once."""
    theme, size, text = canvas.theme, canvas.size(canvas.preset.type.label), str(study.year - 1)
    if record:
        text = canvas.language.text("callout.record", year=text)
    return KeyItem(Line(text, "bold", size, theme.last_year_text), theme.last_year, LAST)


def average(canvas: Canvas, baseline: str) -> KeyItem:
    """The dashed average."""
    theme, size = canvas.theme, canvas.size(canvas.preset.type.label)
    text = canvas.language.text("label.average.of", baseline=baseline)
    return KeyItem(Line(text, "semibold", size, theme.average), theme.average, AVERAGE, DASHES)


def others(canvas: Canvas, years: Sequence[int], colour: str, stroke: float) -> KeyItem:
    """The other years, from the first to the last."""
    text = str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"
    size = canvas.size(canvas.preset.type.label)
    return KeyItem(Line(text, "regular", size, canvas.theme.secondary), colour, stroke)


def extent(canvas: Canvas, items: Sequence[KeyItem]) -> tuple[float, float]:
    """Width and height of a key with its clear space."""
    size = items[0].line.size
    width = SWATCH + PART + max(canvas.width(item.line) for item in items)
    return width + 2 * CLEAR, size * (1 + LEADING * (len(items) - 1)) + 2 * CLEAR


def draw(canvas: Canvas, items: Sequence[KeyItem], place: Rect) -> None:
    left, baseline = place.left + CLEAR, place.top + CLEAR + CAP * items[0].line.size
    for item in items:
        level = baseline - 0.33 * item.line.size
        canvas.stroke([left, left + SWATCH], [level, level], item.colour, item.stroke, z=4, dash=item.dash)
        canvas.text("key", left + SWATCH + PART, baseline, item.line)
        baseline += LEADING * item.line.size

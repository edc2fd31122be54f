"""Annotations of the flagship: record days on the axis, the record year, what the thin lines are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from climtrack.reporter.canvas import Canvas, Line
from climtrack.reporter.charts import curves
from climtrack.reporter.emptiness import Emptiness
from climtrack.reporter.fonts import CAP, wrapped
from climtrack.reporter.geometry import Rect
from climtrack.reporter.panel import Panel
from climtrack.vocabulary.calendar import LEAP_DAY, dayofyear_of
from climtrack.vocabulary.findings import Study

Floats = npt.NDArray[np.float64]
TICK_HEIGHT = 5.2


def record_ticks(canvas: Canvas, panel: Panel, study: Study) -> bool:
    """Marks on the axis for days warmer than any before on that date."""
    bottom = panel.rect.bottom - 0.9
    runs: list[list[int]] = []
    for column in (dayofyear_of(day) - 1 for day in study.findings.records.days):
        if runs and column - runs[-1][1] <= 1 + (column == LEAP_DAY):
            runs[-1][1] = column
        else:
            runs.append([column, column])
    for first, last in runs:
        rect = Rect(panel.x(first), bottom - TICK_HEIGHT, panel.x(last + 1), bottom)
        canvas.fill(rect, canvas.theme.record, z=3)
    return bool(study.findings.records.days)


def record_label(canvas: Canvas, panel: Panel, study: Study, empty: Emptiness) -> None:
    """The year of the warmest day, named once beside it; merged into its own label where that is there anyway."""
    record = study.findings.records.warmest_day
    if record.date.year in (study.year, study.year - 1):
        return
    line = Line(
        canvas.language.text("callout.record", year=record.date.year), "regular",
        canvas.size(canvas.preset.type.note), canvas.theme.secondary,
    )  # fmt: skip
    x, y = panel.x(dayofyear_of(record.date) - 0.5), panel.y(record.value)
    width, height = canvas.extent([line])

    def cost(left: Floats, top: Floats) -> Floats:
        dx = np.maximum(np.maximum(left + 3 - x, x - (left + width + 3)), 0)
        dy = np.maximum(np.maximum(top + 3 - y, y - (top + height + 3)), 0)
        return np.where((dx >= 10) & (dy < 14) & (dx < 60), dx + 2 * dy + 4 * (left < x), np.inf)

    place = empty.place(width + 6, height + 6, cost)
    if place is None:
        return
    empty.occupy(place)
    rect = place.grown(-3)
    right = rect.left > x
    near = rect.left - 3 if right else rect.right + 3
    canvas.stroke([x + (2 if right else -2), near], [y, rect.top + CAP * line.size / 2], canvas.theme.axis, 0.7, z=4)
    canvas.text("record", rect.left, rect.top + CAP * line.size, line)


def thin_lines(canvas: Canvas, study: Study, empty: Emptiness) -> None:
    """What the thin lines are, where there is room for it."""
    theme, size = canvas.theme, canvas.size(canvas.preset.type.note)
    others = curves.years(study, study.table).others
    if len(others) < 2:
        return
    how = "label.thin" if theme.name == "light" else "picture.thin.brighter"
    text = canvas.language.text(how, years=f"{others[0]}–{others[-1]}")
    for room in (128, 150, 105, 90):
        lines = [Line(t, "regular", size, theme.secondary) for t in wrapped(theme, "regular", size, text, room)]
        width, height = canvas.extent(lines)
        place = empty.roomiest(width + 10, height + 10)
        if place is not None:
            canvas.block("thin-note", place.left + 5, place.top + 5, lines)
            empty.occupy(place)
            return

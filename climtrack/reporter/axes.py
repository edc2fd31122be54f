"""Axes as the family draws them: tick labels on their gridlines, months centred between ticks, no vertical grid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from climtrack.reporter.canvas import Canvas, Line
from climtrack.reporter.fonts import CAP
from climtrack.reporter.panel import Panel
from climtrack.vocabulary.calendar import DAYS, MONTH_STARTS
from climtrack.words.language import Language

#: Limits of a calendar year in days since 1 January.
YEAR = (0.0, float(DAYS))
UNIT = "\u00a0°C"
#: Below this many CSS pixels a month shows its initial only.
NARROW_MONTH = 34
TICK, MONTH_DROP = 5.0, 18.0
#: A panel of no more days than this has dates under it, on these days of a month.
FEW_DAYS, WEEKS = 45, (1, 8, 15, 22)
#: Height of a tick label above its line.
LIFT = 5.0


def grid(
    canvas: Canvas,
    panel: Panel,
    values: Sequence[float],
    label: Callable[[float], str] | None,
    *,
    left: float,
    unit: str = "",
    above: float = 5.0,
    z: float = 0.5,
) -> None:
    """Horizontal grid, each label on its line, the unit on the topmost only."""
    size = canvas.size(canvas.preset.type.axis)
    # A label stands above its line: the line that has no room for one inside the axes is not drawn.
    values = [v for v in values if not label or panel.y(v) - LIFT - CAP * size >= panel.rect.top - above]
    for value in values:
        y = panel.y(value)
        canvas.stroke([left, panel.rect.right], [y, y], canvas.theme.grid, 0.8, z=z)
        if label:
            text = label(value) + (unit if value == values[-1] else "")
            canvas.text("tick", left, y - LIFT, Line(text, "regular", size, canvas.theme.secondary))


def plain(language: Language, by: float) -> Callable[[float], str]:
    """How the ticks of a temperature read."""
    return lambda value: language.number(value, 0 if by >= 1 else 1)


def signed(language: Language, by: float) -> Callable[[float], str]:
    """How the ticks of a difference read: with a sign, and a bare zero."""
    return lambda value: language.signed(value, 0 if by >= 1 else 1) if value else "0"


def months(canvas: Canvas, panel: Panel, *, z: float = 3) -> float:
    """Time axis under a panel of one calendar year."""
    size, y = canvas.size(canvas.preset.type.axis), panel.rect.bottom
    edges = [panel.x(start - 1) for start in MONTH_STARTS] + [panel.x(DAYS)]
    canvas.stroke([edges[0], edges[-1]], [y, y], canvas.theme.axis, 0.9, z=z)
    for x in edges:
        canvas.stroke([x, x], [y, y + TICK], canvas.theme.axis, 0.8, z=z)
    language = canvas.language
    names = language.month_initials if edges[1] - edges[0] < NARROW_MONTH else language.month_short
    for name, start, stop in zip(names, edges, edges[1:], strict=False):
        canvas.text(
            "month",
            (start + stop) / 2,
            y + canvas.size(MONTH_DROP),
            Line(name, "regular", size, canvas.theme.secondary),
            align="center",
        )
    return y + canvas.size(MONTH_DROP)


def month_starts(canvas: Canvas, panel: Panel, first: dt.date, *, z: float = 3) -> None:
    """Time axis under a panel of some weeks: a tick and a name where a month begins; dates where weeks are few."""
    size, y, days = canvas.size(canvas.preset.type.axis), panel.rect.bottom, int(panel.xlim[1])
    canvas.stroke([panel.rect.left, panel.rect.right], [y, y], canvas.theme.axis, 0.9, z=z)
    if days <= FEW_DAYS:
        _week_dates(canvas, panel, first, z)
        return
    for i in range(days):
        day = first + dt.timedelta(days=i)
        if day.day != 1:
            continue
        x = panel.x(i)
        canvas.stroke([x, x], [y, y + TICK], canvas.theme.axis, 0.8, z=z)
        names = canvas.language.month_short if 30 * panel.rect.width / days > 30 else canvas.language.month_initials
        line = Line(names[day.month - 1], "regular", size, canvas.theme.secondary)
        if x + 3 + canvas.width(line) <= panel.rect.right:
            canvas.text("month", x + 3, y + canvas.size(MONTH_DROP - 2), line)


def _week_dates(canvas: Canvas, panel: Panel, first: dt.date, z: float) -> None:
    """Ticks and dates a week apart, a fortnight where that is too dense, on the same days of every month."""
    size, y, days = canvas.size(canvas.preset.type.axis), panel.rect.bottom, int(panel.xlim[1])
    texts = {i: canvas.language.date_short(first + dt.timedelta(days=i)) for i in range(days)}
    lines = {i: Line(text, "regular", size, canvas.theme.secondary) for i, text in texts.items()}
    widest = max(canvas.width(line) for line in lines.values()) + 10
    marks = WEEKS if 7 * panel.rect.width / days >= widest else WEEKS[::2]
    for i, line in lines.items():
        x, half = panel.x(i + 0.5), canvas.width(line) / 2
        if (first + dt.timedelta(days=i)).day not in marks:
            continue
        canvas.stroke([x, x], [y, y + TICK], canvas.theme.axis, 0.8, z=z)
        if panel.rect.left <= x - half and x + half <= panel.rect.right:
            canvas.text("month", x, y + canvas.size(MONTH_DROP - 2), line, align="center")

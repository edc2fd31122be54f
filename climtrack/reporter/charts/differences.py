"""Differences from average beside the flagship's curve: the eye must be able to check the title."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from climtrack.reporter import axes, scales
from climtrack.reporter.canvas import Canvas, Line
from climtrack.reporter.charts import callout, curves
from climtrack.reporter.emptiness import Emptiness
from climtrack.reporter.fonts import CAP
from climtrack.reporter.geometry import Rect
from climtrack.reporter.panel import Panel
from climtrack.vocabulary.calendar import DAYS, dayofyear_of
from climtrack.vocabulary.findings import Study
from climtrack.words.language import direction

#: Width and height of the inset with its title and months, and the factors tried.
INSET = (222.0, 118.0)
FACTORS = (1.12, 1.0, 0.92, 0.84, 0.78)
#: In the first days of January the panel shows the last 60 days instead of a year with a speck.
EARLY, RECENT = 15, 60
#: How far a tick label may reach above the panel.
ABOVE = 7.0


def limits(study: Study) -> tuple[float, float]:
    """
    Limits of the differences of a series, always with zero.

    The top is the record's, so that issues compare; the foot is the band's or that of the last two years, whichever
    is lower: the cold decades would squeeze the lines that the panel is for.
    """
    if study.climatology is None or study.anomalies is None:
        raise ValueError("a study without a climatology has no differences")
    drawn = np.concatenate([study.anomalies.row(study.year), study.anomalies.row(study.year - 1)])
    band = 2 * float(np.nanmax(study.climatology.spread))
    low = min(-band, float(np.nanmin(drawn)))
    high = max(band, float(np.nanmax(study.anomalies.values)))
    return scales.outward(low, high, 0.1)


def early(study: Study) -> bool:
    """Whether the year is too young for a panel of its own."""
    return dayofyear_of(study.series.end) <= EARLY


def inset_place(empty: Emptiness) -> Rect | None:
    """The emptiest place for the inset."""
    for factor in FACTORS:
        width, height = INSET[0] * factor, INSET[1] * factor
        found = empty.roomiest(width + 8, height + 8)
        if found is not None:
            return found.grown(-4)
    return None


def inset(canvas: Canvas, study: Study, place: Rect) -> None:
    """Draw the panel inside the curve."""
    title = Line(_title(canvas, study), "semibold", canvas.size(canvas.preset.type.note), canvas.theme.ink)
    if canvas.width(title) > place.width:  # the months beneath say which days
        title = replace(title, text=canvas.language.text("label.difference"))
    canvas.text("panel-title", place.left, place.top + CAP * title.size, title)
    values, label = _scale(canvas, study, place.height - canvas.size(axes.MONTH_DROP) - title.size - 9)
    size = canvas.size(canvas.preset.type.axis)
    names = [Line(label(v) + axes.UNIT * (v == values[-1]), "regular", size, canvas.theme.secondary) for v in values]
    left = place.left + 4 + max(map(canvas.width, names))
    area = Rect(left, place.top + title.size + 9, place.right, place.bottom - canvas.size(axes.MONTH_DROP))
    _panel(canvas, study, area, place.left, z=4)


def below(canvas: Canvas, study: Study, area: Rect, left: float) -> Panel:
    """Draw the panel under the curve, its title and the latest difference above it."""
    size = canvas.size(canvas.preset.type.label)
    title = canvas.text("panel-title", left, area.top, Line(_title(canvas, study), "semibold", size, canvas.theme.ink))
    text = callout.versus_average(canvas.language, study)
    if text is not None:
        language, found = canvas.language, study.findings.anomaly
        if found is not None and direction(found.value, callout.decimals(study)):
            text = language.text(
                "callout.on",
                difference=language.difference(found.value, callout.decimals(study)),
                day=language.date_short(study.findings.latest.date),
            )
        line = Line(text, "semibold", size, canvas.theme.average)
        if title.right + 12 + canvas.width(line) <= area.right:
            canvas.text("panel-value", area.right, area.top, line, align="right")
    return _panel(canvas, study, Rect(area.left, area.top + size, area.right, area.bottom), left, z=2)


def _title(canvas: Canvas, study: Study) -> str:
    """What the panel shows."""
    return canvas.language.text("label.difference.60" if early(study) else "label.difference")


def _panel(canvas: Canvas, study: Study, area: Rect, left: float, *, z: float) -> Panel:
    """Grid, curves and time axis."""
    ylim = limits(study)
    values, label = _scale(canvas, study, area.height)
    first = study.series.end - dt.timedelta(days=RECENT - 1)
    xlim = (0.0, float(RECENT)) if early(study) else (0.0, float(DAYS))
    panel = canvas.panel(area, xlim, ylim, z=z)
    axes.grid(
        canvas, panel, values, label,
        left=left, unit=axes.UNIT, above=ABOVE, z=z - 0.5,
    )  # fmt: skip
    if early(study):
        canvas.traces.append(curves.recent(panel, study, first))
        axes.month_starts(canvas, panel, first, z=z + 0.1)
    else:
        canvas.traces.append(curves.difference(panel, study))
        axes.months(canvas, panel, z=z + 0.1)
    return panel


def _scale(canvas: Canvas, study: Study, height: float) -> tuple[list[float], Callable[[float], str]]:
    """Ticks of a panel of some height, and how they read."""
    low, high = limits(study)
    size = canvas.size(canvas.preset.type.axis)
    by = scales.step(high - low, most=min(height / (size * 1.2), 4.5))
    # Zero alone is no scale: where the first tick above it has no room for its label, the step is halved.
    reach = high - (axes.LIFT + CAP * size - ABOVE) / height * (high - low)
    if by > reach >= by / 2 and by / 2 / (high - low) * height > size:
        by /= 2
    values = [v for v in scales.ticks(low, high, by) if v >= 0 or low < -1.5 * by]
    return values, axes.signed(canvas.language, by)

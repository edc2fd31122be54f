"""anomaly: how unusual is each day, the season removed?"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from climtrack.errors import RenderError
from climtrack.reporter import axes, notes, scales
from climtrack.reporter.canvas import Canvas, Line
from climtrack.reporter.charts import callout, curves, key
from climtrack.reporter.charts.arrangement import EVERY, arrange
from climtrack.reporter.charts.composition import between_lines, grid
from climtrack.reporter.charts.ends import RIGHT_GUTTER, End, ends
from climtrack.reporter.charts.key import KeyItem
from climtrack.reporter.frame import page
from climtrack.reporter.geometry import Rect
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.findings import Study
from climtrack.words.language import direction

#: Share of the record's range left free above it for the callout.
HEADROOM = 0.22
#: The two hemispheres of a variable share at least these limits, so that their pictures compare; degC.
HEMISPHERES, HEMISPHERES_REACH = ("nh", "sh"), {"t2m": 2.0, "sst": 1.2}


def draw(canvas: Canvas, studies: Sequence[Study], words: Words, *, beside: Sequence[Study] = ()) -> None:
    """Draw the differences of every day from the average."""
    (study,) = studies
    if study.anomalies is None or study.climatology is None:
        raise RenderError(f"{study.series.key} covers no baseline, so it has no anomalies", "Draw year_lines instead")
    preset, language, form = canvas.preset, canvas.language, canvas.preset.form
    shaded = language.text("note.shaded.zero", baseline=study.climatology.baseline.label)
    room = page(canvas, words, study, [shaded, *notes.dotted(study, language), *notes.missing(study, language)])
    named = form in {"wide", "card"}
    area = Rect(
        room.left + (3 if form == "card" else canvas.size(max(preset.gutter, 42))), room.top,
        room.right - canvas.size(RIGHT_GUTTER) * named, room.bottom - canvas.size(axes.MONTH_DROP),
    )  # fmt: skip
    low, high = limits((study, *beside))
    ylim = (low, high + HEADROOM * (1.5 if form == "card" else 1.0) * (high - low))
    panel = canvas.panel(area, axes.YEAR, ylim)
    by = scales.step(high - low)
    if form != "card":
        values = [v for v in scales.ticks(*ylim, by) if v <= high]
        axes.grid(canvas, panel, values, axes.signed(language, by), left=room.left, unit=axes.UNIT)
    rows = curves.years(study, study.anomalies)
    bottom, top = curves.extremes(study.anomalies, rows.others)
    panel.axes.fill_between(curves.X, bottom, top, color=canvas.theme.envelope, lw=0, zorder=1, gid="envelope")
    canvas.traces.append(curves.difference(panel, study))
    axes.months(canvas, panel)

    lowest, highest = curves.envelope(study.anomalies)
    whole = Rect(area.left, area.top, room.right, area.bottom)
    empty = grid(whole, area.width, ylim, lowest, highest)
    lines = [study.anomalies.row(study.year), study.anomalies.row(study.year - 1), np.zeros(curves.X.size)]
    between = between_lines(whole, area.width, ylim, lines)
    if named:
        for box in _right_labels(canvas, study, panel.y, area):
            empty.occupy(box.grown(2))
            between.occupy(box.grown(2))
    at, value = curves.end(study, study.anomalies)
    wordings = [_callout(canvas, study, full) for full in (True, False)]
    sizes = [canvas.extent(lines) for lines in wordings]
    items = [] if named else _key(canvas, study, rows.others)
    point = (panel.x(at), panel.y(value))
    second = (lambda free: free.roomiest(*key.extent(canvas, items))) if items else None
    found = arrange(empty, sizes, point, second, EVERY) or arrange(between, sizes, point, second, EVERY)
    found = found or arrange(between, sizes, point, None, EVERY)
    if found is not None:
        callout.draw(canvas, found.callout, wordings[found.wording], *point)
        empty.occupy(found.callout.grown(callout.CLEAR))
        if found.second is not None:
            key.draw(canvas, items, found.second)
    if form == "wide" and len(rows.others) > 1:
        years = f"{rows.others[0]}–{rows.others[-1]}"
        text = language.text("label.envelope", years=years)
        line = Line(text, "regular", canvas.size(preset.type.note), canvas.theme.secondary)
        width, height = canvas.extent([line])
        place = empty.roomiest(width + 10, height + 8)
        if place is not None:
            canvas.block("note", place.left + 5, place.top + 4, [line])


def limits(studies: Sequence[Study]) -> tuple[float, float]:
    """Limits that hold every anomaly of some series, rounded outward."""
    tables = [study.anomalies.values for study in studies if study.anomalies is not None]
    lows, highs = [0.0], [0.0]
    for study in studies:
        if study.region.name in HEMISPHERES:
            side = HEMISPHERES_REACH[study.series.key.variable]
            lows.append(-side)
            highs.append(side)
    low = min(lows + [float(np.nanmin(values)) for values in tables])
    high = max(highs + [float(np.nanmax(values)) for values in tables])
    return scales.outward(low, high, scales.step(high - low) / 4)


def _callout(canvas: Canvas, study: Study, full: bool) -> list[Line]:
    """Year and difference of the last day, with its date where there is room."""
    theme, kind, language = canvas.theme, canvas.preset.type, canvas.language
    found, places = study.findings.anomaly, callout.decimals(study)
    lines = [Line(str(study.year), "bold", canvas.size(kind.callout), theme.ink)]
    if found is None:
        return lines
    text = language.difference(found.value, places)
    if not direction(found.value, places):
        text = language.text("callout.average.level")
    elif full:
        text = language.text("callout.on", difference=text, day=language.date_short(study.findings.latest.date))
    return [*lines, Line(text, "semibold", canvas.size(kind.label), theme.ink)]


def _right_labels(canvas: Canvas, study: Study, y: Callable[[float], float], area: Rect) -> list[Rect]:
    """Last year at the end of its line, and the average at zero."""
    theme, size, found = canvas.theme, canvas.size(canvas.preset.type.label), []
    if study.anomalies is None or study.climatology is None:
        return []
    last = study.anomalies.row(study.year - 1)[-1]
    if not np.isnan(last):
        found.append(End(y(float(last)), (Line(str(study.year - 1), "bold", size, theme.last_year_text),)))
    lines = [Line(study.climatology.baseline.label, "bold", size, theme.average)]
    if canvas.preset.form != "card":
        lines.append(Line(canvas.language.text("label.average"), "regular", size, theme.average))
    found.append(End(y(0.0), tuple(lines)))
    return ends(canvas, area.right, found, area.top, area.bottom)


def _key(canvas: Canvas, study: Study, others: tuple[int, ...]) -> list[KeyItem]:
    """Last year, average and envelope."""
    found = []
    if not np.isnan(study.table.row(study.year - 1)).all():
        found.append(key.last_year(canvas, study))
    if study.baseline is not None:
        found.append(key.average(canvas, study.baseline.label))
    return [*found, *([key.others(canvas, others, canvas.theme.envelope, 8.0)] if others else [])]

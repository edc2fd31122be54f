"""hemispheres: are both halves doing the same?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from climtrack.errors import RenderError
from climtrack.reporter import axes, notes, scales
from climtrack.reporter.canvas import Canvas, Line
from climtrack.reporter.charts import callout, composition, curves, differences, key, year_lines
from climtrack.reporter.charts.arrangement import EVERY, arrange
from climtrack.reporter.charts.composition import grid
from climtrack.reporter.emptiness import Emptiness
from climtrack.reporter.fonts import CAP
from climtrack.reporter.frame import page
from climtrack.reporter.geometry import Rect
from climtrack.reporter.panel import Panel
from climtrack.reporter.places import place
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.findings import Study

Floats = npt.NDArray[np.float64]
COLUMN_GAP = 24.0
#: Shares of the height below the column heads: the curve, and where the title of the lower panel stands.
UPPER, TITLE = 0.57, 0.70
HEADROOM = 0.18


def draw(canvas: Canvas, studies: Sequence[Study], words: Words) -> None:
    """Draw two series on one scale."""
    first, second = studies
    if first.series.key.variable != second.series.key.variable:
        raise RenderError("the two halves must be of one variable", "Give two air or two sea series")
    if first.baseline is None or first.baseline != second.baseline:
        raise RenderError(f"{first.series.key} and {second.series.key} share no baseline", "Choose one that both cover")
    language, form = canvas.language, canvas.preset.form
    said = [language.text("note.shaded"), *dict.fromkeys(n for s in studies for n in notes.dotted(s, language))]
    said.append(language.text("note.same.scale"))
    said += dict.fromkeys(n for s in studies for n in notes.missing(s, language))
    room = page(canvas, words, first, said).lowered(4)
    if form in {"square", "tall"}:
        _rows(canvas, studies, room)
    else:
        _columns(canvas, studies, room)


def _columns(canvas: Canvas, studies: Sequence[Study], room: Rect) -> None:
    """Absolute above, difference below, one column a series."""
    card, size = canvas.preset.form == "card", canvas.size(canvas.preset.type.label)
    left = room.left + (3 if card else canvas.size(max(canvas.preset.gutter, 42)))
    width = (room.right - left - COLUMN_GAP) / 2
    lows, highs = zip(*(composition.limits(study, 0.0) for study in studies), strict=True)
    low, high = min(lows), max(highs)
    ylim = (low, high + HEADROOM * (high - low))
    lower = _difference_limits(studies)
    head = Line("", "bold", size * 1.08, canvas.theme.ink)
    top, bottom = room.top + CAP * head.size, room.bottom - canvas.size(axes.MONTH_DROP)
    for i, study in enumerate(studies):
        x = left + i * (width + COLUMN_GAP)
        text = place(study.region, canvas.language).name
        named = canvas.text("head", x, top, Line(text, "bold", head.size, canvas.theme.ink))
        height = bottom - top - 8
        upper = Rect(x, top + 8, x + width, bottom if card else top + 8 + UPPER * height)
        panel = canvas.panel(upper, axes.YEAR, ylim)
        start = room.left if i == 0 else x
        if not card:
            by = scales.step(high - low)
            axes.grid(
                canvas, panel, [v for v in scales.ticks(*ylim, by) if v <= high],
                axes.plain(canvas.language, by) if i == 0 else None, left=start, unit=axes.UNIT,
            )  # fmt: skip
        canvas.traces.append(curves.absolute(panel, study))
        keyed = _labels(canvas, study, panel, with_key=i == 0 and not card)
        if i == 0 and not keyed:
            _key_line(canvas, study, top, named.right + 8, x + width)
        if card:
            axes.months(canvas, panel)
            continue
        _subhead(canvas, study, Rect(x, top + 8 + TITLE * height, x + width, bottom))
        _difference(canvas, study, Rect(x, top + 8 + TITLE * height + size, x + width, bottom), lower, start, i == 0)


def _rows(canvas: Canvas, studies: Sequence[Study], room: Rect) -> None:
    """Differences only, one under the other: two curves in a column would be too low to read."""
    theme, size = canvas.theme, canvas.size(canvas.preset.type.label)
    lower, left = _difference_limits(studies), room.left + canvas.size(max(canvas.preset.gutter, 42))
    items = [
        key.last_year(canvas, studies[0]),
        key.average(canvas, studies[0].baseline.label if studies[0].baseline else ""),
    ]
    x = room.left
    for item in items:  # a key of one line, above both panels
        key.draw(canvas, [item], Rect(x - key.CLEAR, room.top - key.CLEAR, room.right, room.top + size))
        x += key.extent(canvas, [item])[0] + 6
    top = room.top + size + 6
    bottom = room.bottom - canvas.size(axes.MONTH_DROP)
    height = (bottom - top) / len(studies)
    for i, study in enumerate(studies):
        begin = top + i * height
        base = begin + 10 + CAP * size
        text = place(study.region, canvas.language).name
        rect = canvas.text("head", room.left, base, Line(text, "bold", size, theme.ink))
        _value(canvas, study, base, rect.right, room.right, callout.versus_average(canvas.language, study))
        area = Rect(left, base + size + 2, room.right, begin + height - (8 if i == 0 else 0))
        _difference(canvas, study, area, lower, room.left, True, months=i == len(studies) - 1)


def _difference_limits(studies: Sequence[Study]) -> tuple[float, float]:
    """Limits of the differences that hold for every series."""
    lows, highs = zip(*(differences.limits(study) for study in studies), strict=True)
    return min(lows), max(highs)


def _difference(
    canvas: Canvas,
    study: Study,
    area: Rect,
    ylim: tuple[float, float],
    left: float,
    named: bool,
    *,
    months: bool = True,
) -> None:
    """A panel of differences with its grid."""
    panel = canvas.panel(area, axes.YEAR, ylim)
    by = scales.step(ylim[1] - ylim[0], most=min(area.height / (canvas.size(canvas.preset.type.axis) * 1.2), 4.5))
    values = [v for v in scales.ticks(*ylim, by) if v >= 0 or ylim[0] < -1.5 * by]
    label = axes.signed(canvas.language, by) if named else None
    axes.grid(canvas, panel, values, label, left=left, unit=axes.UNIT, above=7)
    canvas.traces.append(curves.difference(panel, study))
    if months:
        axes.months(canvas, panel)


def _subhead(canvas: Canvas, study: Study, area: Rect) -> None:
    """Title of a lower panel, and what the last day differs by."""
    size, theme, language = canvas.size(canvas.preset.type.label), canvas.theme, canvas.language
    rect = canvas.text(
        "panel-title", area.left, area.top, Line(language.text("label.difference"), "semibold", size, theme.ink)
    )
    _value(canvas, study, area.top, rect.right, area.right, callout.versus_year(language, study), theme.last_year_text)


def _value(
    canvas: Canvas, study: Study, base: float, left: float, right: float, text: str | None, colour: str = ""
) -> None:
    """A difference at the right end of a heading, where it fits."""
    del study
    if text is None:
        return
    line = Line(text, "semibold", canvas.size(canvas.preset.type.label), colour or canvas.theme.average)
    if left + 8 + canvas.width(line) <= right:
        canvas.text("panel-value", right, base, line, align="right")


def _key_line(canvas: Canvas, study: Study, base: float, left: float, right: float) -> None:
    """The key at the right end of a heading, where the panel below has no room for it; the average before last year."""
    average = key.average(canvas, study.baseline.label if study.baseline else "")
    for items in ([key.last_year(canvas, study), average], [average]):
        widths = [key.extent(canvas, [item])[0] for item in items]
        x = right + key.CLEAR - sum(widths)
        if x < left:
            continue
        for item, width in zip(items, widths, strict=True):
            key.draw(canvas, [item], Rect(x, base - CAP * item.line.size - key.CLEAR, x + width, base + key.CLEAR))
            x += width
        return


def _labels(canvas: Canvas, study: Study, panel: Panel, *, with_key: bool) -> bool:
    """Callout, key and the season at the foot of a southern year; whether the key found its place."""
    low, high = curves.envelope(study.table)
    empty = grid(panel.rect, panel.rect.width, panel.ylim, low, high)
    size, theme = canvas.size(canvas.preset.type.label), canvas.theme
    at, value = curves.end(study, study.table)
    lines = [
        Line(str(study.year), "bold", canvas.size(canvas.preset.type.callout) * 0.9, theme.ink),
        Line(
            canvas.language.temperature(study.findings.latest.value, callout.decimals(study)),
            "semibold",
            size,
            theme.ink,
        ),
    ]
    items = year_lines.key_items(canvas, study) if with_key else []
    point = (panel.x(at), panel.y(value))
    second = (lambda free: free.roomiest(*key.extent(canvas, items))) if items else None
    keyed = False
    found = arrange(empty, [canvas.extent(lines)], point, second, EVERY) or arrange(
        empty, [canvas.extent(lines)], point, None, EVERY
    )
    if found is not None:
        callout.draw(canvas, found.callout, lines, *point)
        empty.occupy(found.callout.grown(callout.CLEAR))
        if found.second is not None:
            key.draw(canvas, items, found.second)
            empty.occupy(found.second)
            keyed = True
    if study.region.southern:
        _season(canvas, study, panel, empty, low)
    return keyed


def _season(canvas: Canvas, study: Study, panel: Panel, empty: Emptiness, low: Floats) -> None:
    """The southern winter, named where a northern reader would look for a summer."""
    size = canvas.size(canvas.preset.type.note)
    line = Line(canvas.language.text("label.southern.winter"), "italic", size, canvas.theme.secondary)
    width, height = canvas.extent([line])
    trough = int(np.nanargmin(study.climatology.mean if study.climatology is not None else low))
    x, y = panel.x(trough + 0.5), panel.y(float(np.nanmin(low)))

    def cost(left: Floats, top: Floats) -> Floats:
        return np.where(top > y - 20, np.abs(left + width / 2 - x) + np.abs(top - y), np.inf)

    found = empty.place(width + 6, height + 4, cost)
    if found is not None:
        canvas.block("season", found.left + 3, found.top + 2, [line])

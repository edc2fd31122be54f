"""year_over_year: which part of this year beat last year?"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from climtrack.errors import RenderError
from climtrack.reporter import axes, notes, scales
from climtrack.reporter.canvas import Canvas, Line
from climtrack.reporter.charts import callout
from climtrack.reporter.emptiness import Emptiness
from climtrack.reporter.frame import page
from climtrack.reporter.geometry import Rect
from climtrack.reporter.language import direction
from climtrack.reporter.panel import Panel
from climtrack.reporter.prose.voice import Voice
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.calendar import LEAP_DAY, dayofyear_of
from climtrack.vocabulary.findings import YearOverYear
from climtrack.vocabulary.results import Study

Floats = npt.NDArray[np.float64]
SIDES = {1: "above", 0: "level", -1: "below"}


def draw(canvas: Canvas, studies: Sequence[Study], words: Words) -> None:
    """
    Draw this year minus last year, a bar a day.

    Parameters
    ----------
    canvas : Canvas
        An empty picture.
    studies : sequence of Study
        One.
    words : Words
        Title and subtitle.

    Raises
    ------
    RenderError
        If the other year has no value on this day.
    """
    (study,) = studies
    found = study.findings.year_over_year
    if not isinstance(found, YearOverYear):
        raise RenderError(
            f"{study.series.key} cannot be compared with another year: {found.why}", "Draw anomaly instead"
        )
    preset, theme, language = canvas.preset, canvas.theme, canvas.language
    card = preset.form == "card"
    room = page(canvas, words, study, _notes(canvas, study, found))
    left = room.left + (3 if card else canvas.size(max(preset.gutter, 48)))
    area = Rect(left, room.top, room.right, room.bottom - canvas.size(axes.MONTH_DROP))
    edges, bars = _bars(study, found.other_year)
    ylim = _limits(bars)
    panel = canvas.panel(area, axes.YEAR, ylim)
    if not card:
        by = scales.step(ylim[1] - ylim[0])
        axes.grid(
            canvas, panel, scales.ticks(*ylim, by), axes.signed(language, by),
            left=room.left, unit=axes.UNIT,
        )  # fmt: skip
    for sign, colour in ((1, theme.warmer), (-1, theme.cooler)):
        heights = np.where(sign * bars > 0, bars, 0.0)
        panel.axes.fill_between(edges, 0, heights, step="post", color=colour, lw=0, zorder=3)
    panel.axes.plot(axes.YEAR, [0, 0], color=theme.this_year, lw=0.9, zorder=4, clip_on=False)
    axes.months(canvas, panel)

    empty = Emptiness(area)
    _occupy(empty, panel, edges, bars)
    zero = panel.y(0.0)
    empty.occupy(Rect(area.left, zero - 2, area.right, zero + 2))
    _last_value(canvas, study, found, panel, empty)
    texts = (
        (1, language.text("label.warmer", found.days_compared, other=found.other_year, warmer=found.days_warmer)),
        (-1, language.text("label.cooler", found.days_cooler, other=found.other_year)),
    )
    for sign, text in texts:
        _tally(canvas, empty, text, theme.warmer if sign > 0 else theme.cooler, zero, sign)


def _bars(study: Study, other: int) -> tuple[Floats, Floats]:
    """
    Edges and heights of the bars, those that the tally counts.

    29 February faces 28 February of a common year; in a common year 28 February is wider instead.
    """
    before = study.table.row(other).copy()
    if not isleap(other):
        before[LEAP_DAY - 1] = before[LEAP_DAY - 2]
    heights = study.table.row(study.year) - before
    edges = np.arange(heights.size + 1, dtype=np.float64)
    if not isleap(study.year):
        edges, heights = np.delete(edges, LEAP_DAY - 1), np.delete(heights, LEAP_DAY - 1)
    return edges, np.append(heights, np.nan)


def _limits(bars: Floats) -> tuple[float, float]:
    """Limits around zero, with room for a tally above and below."""
    low, high = min(float(np.nanmin(bars)), 0.0), max(float(np.nanmax(bars)), 0.0)
    span = max(high - low, 0.4)
    low, high = min(low, -0.25 * span), max(high, 0.25 * span)
    return scales.outward(low - 0.1 * span, high + 0.12 * span, scales.step(span) / 10)


def _notes(canvas: Canvas, study: Study, found: YearOverYear) -> list[str]:
    """Where the year stands against its average: never a lone year-on-year claim."""
    language, voice, said = canvas.language, Voice(study, canvas.language), []
    anomaly = study.findings.anomaly
    if anomaly is not None and study.baseline is not None:
        places = callout.decimals(study)
        side = SIDES[direction(anomaly.value, places)]
        cooler = direction(found.difference, places) < 0
        kind = "note.still.above" if side == "above" and cooler else f"note.was.{side}"
        values = {"day": language.date_day(found.date), "short": voice.short, "baseline": study.baseline.label}
        said.append(language.text(kind, size=language.size(anomaly.value, places), **values))
    if dayofyear_of(found.date) >= LEAP_DAY and isleap(study.year) != isleap(found.other_year):
        said.append(language.text("note.leap" if isleap(study.year) else "note.leap.out"))
    said += [notice.rstrip(".")] if (notice := voice.preliminary()) else []
    return [*said, *notes.missing(study, language)]


def _occupy(empty: Emptiness, panel: Panel, edges: Floats, bars: Floats) -> None:
    """Take what the bars cover."""
    zero = panel.y(0.0)
    for left, right, value in zip(edges, edges[1:], bars, strict=False):
        if not np.isnan(value):
            top, bottom = sorted((zero, panel.y(float(value))))
            empty.occupy(Rect(panel.x(float(left)), top, panel.x(float(right)), bottom))


def _last_value(canvas: Canvas, study: Study, found: YearOverYear, panel: Panel, empty: Emptiness) -> None:
    """The latest difference beside its bar."""
    kind, language, places = canvas.preset.type, canvas.language, callout.decimals(study)
    text = language.difference(found.difference, places)
    if not direction(found.difference, places):
        text = language.text("callout.year.level", other=found.other_year)
    lines = [
        Line(text, "bold", canvas.size(kind.callout if canvas.preset.form == "wide" else kind.label), canvas.theme.ink),
        Line(language.date_short(found.date), "regular", canvas.size(kind.label), canvas.theme.secondary),
    ]
    width, height = canvas.extent(lines)
    x, y = panel.x(dayofyear_of(found.date)), panel.y(found.difference)

    def cost(left: Floats, top: Floats) -> Floats:
        beside = np.maximum(np.maximum(left + 4 - x, x - (left + 4 + width)), 0)
        level = np.maximum(np.maximum(top + 4 - y, y - (top + 4 + height)), 0)
        return np.asarray(beside + level + 8 * (left + 4 < x))

    place = empty.place(width + 8, height + 8, cost)
    if place is None:
        return
    empty.occupy(place)
    inside = place.grown(-4)
    far = max(inside.left - x, x - inside.right, 0.0) + max(inside.top - y, y - inside.bottom, 0.0)
    if far > 14:
        near = inside.left - 4 if inside.left > x else min(max(x, inside.left), inside.right)
        foot = inside.bottom + 4 if inside.bottom < y else inside.top - 4
        level = foot if inside.left <= x else (inside.top + inside.bottom) / 2
        canvas.stroke([near, x - 0.8], [level, y], canvas.theme.this_year, 0.8, z=8)
    canvas.block("callout", inside.left, inside.top, lines)


def _tally(canvas: Canvas, empty: Emptiness, text: str, colour: str, zero: float, sign: int) -> None:
    """How many days lie on a side, on that side."""
    line = Line(text, "semibold", canvas.size(canvas.preset.type.label), colour)
    width, height = canvas.extent([line])
    middle = empty.area.left + 0.4 * empty.area.width

    def cost(left: Floats, top: Floats) -> Floats:
        right_side = (top + height + 6 < zero) if sign > 0 else (top > zero)
        return np.where(right_side, np.abs(left + width / 2 - middle) + np.abs(top - zero) * 0.2, np.inf)

    place = empty.place(width + 10, height + 8, cost)
    if place is not None:
        empty.occupy(place)
        canvas.block("tally", place.left + 5, place.top + 4, [line])

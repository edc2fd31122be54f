"""since_last_issue: what has the line done since a given date?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from climtrack.errors import RenderError
from climtrack.reporter import axes, means, notes, scales
from climtrack.reporter.canvas import Canvas, Line
from climtrack.reporter.charts import callout, key
from climtrack.reporter.charts.arrangement import EVERY, arrange
from climtrack.reporter.charts.curves import DOTTED
from climtrack.reporter.charts.ends import RIGHT_GUTTER, End, ends
from climtrack.reporter.emptiness import Emptiness
from climtrack.reporter.frame import page
from climtrack.reporter.geometry import Rect
from climtrack.reporter.panel import LAST, THIS, Panel
from climtrack.reporter.prose.since_last_issue import moment
from climtrack.reporter.theme import mix
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.calendar import dayofyear, same_day
from climtrack.vocabulary.findings import Study

Floats = npt.NDArray[np.float64]
#: Days shown before the given one: as many again, but no fewer than these, and no window longer than a year.
LEAD, LONGEST = 30, 366
HEADROOM = {"wide": 0.4, "square": 0.4, "tall": 0.4, "card": 0.75}


def draw(canvas: Canvas, studies: Sequence[Study], words: Words, *, since: dt.date | None = None) -> None:
    """Draw the differences from average before and after a date, the days since then on a wash."""
    (study,) = studies
    if study.climatology is None:
        raise RenderError(f"{study.series.key} covers no baseline, so it has no anomalies", "Draw year_lines instead")
    then = moment(study, since)
    span = (study.series.end - then).days
    first = max(then - dt.timedelta(days=max(span, LEAD)), study.series.start)
    first = max(first, study.series.end - dt.timedelta(days=max(LONGEST, span + LEAD)))
    dates = np.arange(np.datetime64(first), np.datetime64(study.series.end) + 1)
    values = means.daily(study)[(first - study.series.start).days :]
    before = _year_before(study, dates)
    spread = 2 * study.climatology.spread[dayofyear(dates) - 1]

    preset, theme, language, form = canvas.preset, canvas.theme, canvas.language, canvas.preset.form
    card, named = form == "card", form in {"wide", "card"}
    shaded = language.text("note.shaded.zero", baseline=study.climatology.baseline.label)
    room = page(canvas, words, study, [shaded, *notes.dotted(study, language), *notes.missing(study, language)])
    area = Rect(
        room.left + (3 if card else canvas.size(max(preset.gutter, 44))), room.top,
        room.right - canvas.size(RIGHT_GUTTER) * named, room.bottom - canvas.size(axes.MONTH_DROP),
    )  # fmt: skip
    drawn = np.concatenate([values, before, spread, -spread, [0.0]])
    low, high = float(np.nanmin(drawn)), float(np.nanmax(drawn))
    by = scales.step(high - low)
    low, high = scales.outward(low, high, by / 4)
    panel = canvas.panel(area, (0.0, float(dates.size)), (low, high + HEADROOM[form] * (high - low)))
    if not card:
        axes.grid(
            canvas, panel, [v for v in scales.ticks(*panel.ylim, by) if v <= high], axes.signed(language, by),
            left=room.left, unit=axes.UNIT,
        )  # fmt: skip
    at = (then - first).days
    xs: Floats = np.arange(dates.size, dtype=np.float64) + 0.5
    wash = Rect(panel.x(at + 0.5), area.top, area.right, area.bottom)
    canvas.fill(wash, mix(theme.background, theme.grid, 0.45), z=0.3)
    panel.band(xs, -spread, spread)
    panel.average(np.array(panel.xlim), np.zeros(2))
    panel.heavy(xs, before, theme.last_year, LAST, z=5, gid="last-year")
    _this(panel, study, xs, values, at)
    canvas.traces.append(panel.points(xs, values))
    axes.month_starts(canvas, panel, first)

    empty = Emptiness(Rect(area.left, area.top, room.right, area.bottom))
    points = panel.points(xs, values)
    stack = np.column_stack([points[:, 1], panel.points(xs, before)[:, 1], panel.points(xs, spread)[:, 1]])
    known = ~np.isnan(stack)
    top = np.where(known, stack, np.inf).min(axis=1)
    lines = stack[:, :2]
    foot = np.where(np.isnan(lines), -np.inf, lines).max(axis=1)
    empty.occupy_between(points[:, 0], top, np.maximum(foot, panel.y(0.0)))
    if named:
        for box in _right(canvas, study, panel, before):
            empty.occupy(box.grown(2))
    _callouts(canvas, study, panel, empty, then, (float(xs[at]), float(values[at])), (float(xs[-1]), float(values[-1])))
    if not named:
        items = [key.last_year(canvas, study), key.average(canvas, study.climatology.baseline.label)]
        place = empty.roomiest(*key.extent(canvas, items))
        if place is not None:
            key.draw(canvas, items, place)


def _year_before(study: Study, dates: npt.NDArray[np.datetime64]) -> Floats:
    """Anomaly of the same day of the year before."""
    series, daily = study.series, means.daily(study)
    found = np.full(dates.size, np.nan)
    for i, day in enumerate(dates.astype(object)):
        at = series.index(same_day(day, day.year - 1))
        if at is not None:
            found[i] = daily[at]
    return found


def _this(panel: Panel, study: Study, xs: Floats, values: Floats, at: int) -> None:
    """The line, lighter before the date, dotted where preliminary, hollow at both ends."""
    waiting = study.series.preliminary[-values.size :]
    index = np.arange(values.size)
    panel.heavy(xs, np.where(index <= at, values, np.nan), panel.theme.this_year, THIS * 0.6, z=6, gid="before")
    settled = np.where((index >= at) & ~waiting, values, np.nan)
    panel.heavy(xs, settled, panel.theme.this_year, THIS, z=6.5, gid="this-year")
    if waiting.any():
        joined = (waiting | np.concatenate([waiting[1:], [False]])) & (index >= at)
        panel.heavy(
            xs, np.where(joined, values, np.nan), panel.theme.this_year, THIS, z=6.5, gid="preliminary", dash=DOTTED
        )
    panel.dot(float(xs[at]), float(values[at]))
    panel.dot(float(xs[-1]), float(values[-1]))


def _right(canvas: Canvas, study: Study, panel: Panel, before: Floats) -> list[Rect]:
    """Last year's line and the average, named at their ends."""
    theme, size, found = canvas.theme, canvas.size(canvas.preset.type.label), []
    if not np.isnan(before[-1]):
        line = Line(str(study.year - 1), "bold", size, theme.last_year_text)
        found.append(End(panel.y(float(before[-1])), (line,)))
    lines = [Line(study.baseline.label if study.baseline else "", "bold", size, theme.average)]
    if canvas.preset.form != "card":
        lines.append(Line(canvas.language.text("label.average"), "regular", size, theme.average))
    found.append(End(panel.y(0.0), tuple(lines)))
    return ends(canvas, panel.rect.right, found, panel.rect.top, panel.rect.bottom)


def _callouts(
    canvas: Canvas, study: Study, panel: Panel, empty: Emptiness, then: dt.date, start: tuple[float, float],
    end: tuple[float, float],
) -> None:  # fmt: skip
    """What the difference is now, and what it was then."""
    language, theme, kind = canvas.language, canvas.theme, canvas.preset.type
    size, places = canvas.size(kind.label), callout.decimals(study)

    def said(value: float, day: dt.date) -> str:
        return language.text("callout.on", difference=language.difference(value, places), day=language.date_short(day))

    year = Line(str(study.year), "bold", canvas.size(kind.callout), theme.ink)
    now = [year, Line(said(end[1], study.series.end), "semibold", size, theme.ink)]
    was = [Line(said(start[1], then), "semibold", size, theme.secondary)]
    point = (panel.x(start[0]), panel.y(start[1]))
    if then != study.series.end:
        # What it was leans to the left of its day, so that what it is now has the days since to itself.
        place = callout.spot(empty, canvas.extent(was), *point, straight=True, lean=0.92)
        if place is not None:
            callout.draw(canvas, place, was, *point)
            empty.occupy(place.grown(callout.CLEAR))
            empty.occupy(Rect(point[0] - 4, min(place.top, point[1]), point[0] + 4, max(place.bottom, point[1])))
    point = (panel.x(end[0]), panel.y(end[1]))
    for lines in (now, [year, Line(language.difference(end[1], places), "semibold", size, theme.ink)]):
        found = arrange(empty, [canvas.extent(lines)], point, None, EVERY)
        if found is not None:
            callout.draw(canvas, found.callout, lines, *point)
            empty.occupy(found.callout.grown(callout.CLEAR))
            return

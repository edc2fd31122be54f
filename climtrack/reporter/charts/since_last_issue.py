"""since_last_issue: what has the line done since a given date?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from climtrack.errors import RenderError
from climtrack.reporter import means
from climtrack.reporter.annotations import (
    CALLOUT_CLEAR,
    EVERY,
    RIGHT_GUTTER,
    End,
    arrange,
    average_item,
    callout_place,
    decimals_of,
    draw_callout,
    draw_ends,
    draw_key,
    key_extent,
    last_year_item,
)
from climtrack.reporter.answers import below
from climtrack.reporter.chart import Chart, Draft, Table
from climtrack.reporter.curves import DOTTED
from climtrack.reporter.documents.tables import COLUMNS, table_csv
from climtrack.reporter.fonts import Line
from climtrack.reporter.geometry import Emptiness, Rect, outward, tick_step, tick_values
from climtrack.reporter.layout import (
    MONTH_DROP,
    UNIT,
    dotted_note,
    draw_grid,
    draw_month_starts,
    missing_notes,
    page,
    signed_ticks,
)
from climtrack.reporter.sentences import Phrases
from climtrack.reporter.theme import LAST_LINE, THIS_LINE, mix
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.calendar import dayofyear, same_day
from climtrack.vocabulary.findings import Study
from climtrack.words.language import capitalised, rounded

if TYPE_CHECKING:
    from climtrack.reporter.canvas import Canvas, Panel

# since_last_issue in words: what the line did since a given date; "come down" is said of the anomaly only.


#: Days between two issues where no date is given.
FORTNIGHT = 14
#: From so many days on a date needs its year.
A_YEAR = 360


def moment(study: Study, since: dt.date | None) -> dt.date:
    """The day from which a chart since a date counts."""
    if since is None:
        since = max(study.series.end - dt.timedelta(days=FORTNIGHT), study.series.start)
    if since < study.series.start:
        raise RenderError("draw.begins_later", series=study.series.key, start=study.series.start, since=since)
    return study.series.upto(since).end


def _beside(study: Study, then: dt.date, other: int) -> tuple[int, int]:
    """New days below the same day of the other year, and how many could be compared."""
    below = compared = 0
    day = then + dt.timedelta(days=1)
    while day <= study.series.end:
        ours, theirs = study.series.value(day), study.series.value(same_day(day, day.year - 1))
        if ours is not None and theirs is not None and day.year - 1 == other:
            compared += 1
            below += rounded(ours - theirs, 2) < 0
        day += dt.timedelta(days=1)
    return below, compared


def tell(each: Sequence[Phrases], *, since: dt.date | None = None) -> Draft:
    """What ``since_last_issue`` says."""
    phrases, language, say = each[0], each[0].language, each[0].language.text
    study, decimals = phrases.study, phrases.decimals
    then = moment(study, since)
    series = means.daily(study)
    start = series[(then - study.series.start).days]
    now = series[-1]
    if np.isnan(now):
        raise RenderError("draw.no_average", series=study.series.key)
    a, b = language.difference(float(start), decimals), language.difference(float(now), decimals)
    new = int((~np.isnan(study.series.values[(then - study.series.start).days + 1 :])).sum())
    day = language.date_day(then) if (phrases.day - then).days < A_YEAR else language.date_long(then)
    order = int(rounded(float(now), decimals).compare(rounded(float(start), decimals)))
    way = "nothing" if not new else {1: "rose", 0: "level", -1: "fell"}[order]
    common = {
        "name": phrases.topic, "baseline": phrases.baseline, "then": a, "now": b, "day": day, "date": phrases.date,
        "subject": phrases.subject, "of": phrases.of, "range": language.date_range(then, phrases.day),
    }  # fmt: skip
    yoy = phrases.yoy
    beside = ""
    if yoy is not None and new:
        under, compared = _beside(study, then, yoy.other_year)
        if compared > 1:
            every = {0: ".none", compared: ".all"}.get(under, "")
            beside = say(f"since.below{every}", under, compared=compared, other=yoy.other_year)
    lead = say("since.lead", new, Subject=capitalised(phrases.subject), value=phrases.value, **common)
    return Draft(
        phrases,
        titles=phrases.titles(f"since.{way}", then=a, now=b, day=day),
        titles_brief=phrases.titles(f"since.{way}.brief", then=a, now=b),
        subtitles=(say("subtitle.since", **{**common, "then": day}),),
        lead=lead if new else phrases.averaged(),
        extras=(say("since.change", **common), beside, phrases.preliminary(), phrases.uncovered(), phrases.ranked()),
        alts_short=(
            say("alt.short.since", **common),
            say("alt.short.since", **{**common, "subject": phrases.short}),
        ),
        alts=(say("alt.since", **common),),
        more=(below(phrases),),
    )


Floats = npt.NDArray[np.float64]
#: Days shown before the given one: as many again, but no fewer than these, and no window longer than a year.
LEAD, LONGEST = 30, 366
HEADROOM = {"wide": 0.4, "square": 0.4, "tall": 0.4, "card": 0.75}


def table(studies: Sequence[Study], *, since: dt.date | None = None) -> Table:
    """The series' own table from the date on, that day included."""
    (study,) = studies
    first = moment(study, since).isoformat()
    lines = table_csv(study).data.decode().splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(first))
    return COLUMNS, [line.split(",") for line in lines[start:]]


def draw(canvas: Canvas, studies: Sequence[Study], words: Words, *, since: dt.date | None = None) -> None:
    """Draw the differences from average before and after a date, the days since then on a wash."""
    (study,) = studies
    if study.climatology is None:
        raise RenderError("draw.no_average", series=study.series.key)
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
    room = page(canvas, words, study, [shaded, *dotted_note(study, language), *missing_notes(study, language)])
    area = Rect(
        room.left + (3 if card else canvas.size(max(preset.gutter, 44))), room.top,
        room.right - canvas.size(RIGHT_GUTTER) * named, room.bottom - canvas.size(MONTH_DROP),
    )  # fmt: skip
    drawn = np.concatenate([values, before, spread, -spread, [0.0]])
    low, high = float(np.nanmin(drawn)), float(np.nanmax(drawn))
    by = tick_step(high - low)
    low, high = outward(low, high, by / 4)
    panel = canvas.panel(area, (0.0, float(dates.size)), (low, high + HEADROOM[form] * (high - low)))
    if not card:
        draw_grid(
            canvas, panel, [v for v in tick_values(*panel.ylim, by) if v <= high], signed_ticks(language, by),
            left=room.left, unit=UNIT,
        )  # fmt: skip
    at = (then - first).days
    xs: Floats = np.arange(dates.size, dtype=np.float64) + 0.5
    wash = Rect(panel.x(at + 0.5), area.top, area.right, area.bottom)
    canvas.fill(wash, mix(theme.background, theme.grid, 0.45), z=0.3)
    panel.band(xs, -spread, spread)
    panel.average(np.array(panel.xlim), np.zeros(2))
    panel.heavy(xs, before, theme.last_year, LAST_LINE, z=5, gid="last-year")
    _this(panel, study, xs, values, at)
    canvas.traces.append(panel.points(xs, values))
    draw_month_starts(canvas, panel, first)

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
        items = [
            last_year_item(canvas, study),
            average_item(canvas, study.climatology.baseline.label),
        ]
        place = empty.roomiest(*key_extent(canvas, items))
        if place is not None:
            draw_key(canvas, items, place)


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
    panel.heavy(xs, np.where(index <= at, values, np.nan), panel.theme.this_year, THIS_LINE * 0.6, z=6, gid="before")
    settled = np.where((index >= at) & ~waiting, values, np.nan)
    panel.heavy(xs, settled, panel.theme.this_year, THIS_LINE, z=6.5, gid="this-year")
    if waiting.any():
        joined = (waiting | np.concatenate([waiting[1:], [False]])) & (index >= at)
        panel.heavy(
            xs,
            np.where(joined, values, np.nan),
            panel.theme.this_year,
            THIS_LINE,
            z=6.5,
            gid="preliminary",
            dash=DOTTED,
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
    return draw_ends(canvas, panel.rect.right, found, panel.rect.top, panel.rect.bottom)


def _callouts(
    canvas: Canvas, study: Study, panel: Panel, empty: Emptiness, then: dt.date, start: tuple[float, float],
    end: tuple[float, float],
) -> None:  # fmt: skip
    """What the difference is now, and what it was then."""
    language, theme, kind = canvas.language, canvas.theme, canvas.preset.type
    size, places = canvas.size(kind.label), decimals_of(study)

    def said(value: float, day: dt.date) -> str:
        return language.text("callout.on", difference=language.difference(value, places), day=language.date_short(day))

    year = Line(str(study.year), "bold", canvas.size(kind.callout), theme.ink)
    now = [year, Line(said(end[1], study.series.end), "semibold", size, theme.ink)]
    was = [Line(said(start[1], then), "semibold", size, theme.secondary)]
    point = (panel.x(start[0]), panel.y(start[1]))
    if then != study.series.end:
        # What it was leans to the left of its day, so that what it is now has the days since to itself.
        place = callout_place(empty, canvas.extent(was), *point, straight=True, lean=0.92)
        if place is not None:
            draw_callout(canvas, place, was, *point)
            empty.occupy(place.grown(CALLOUT_CLEAR))
            empty.occupy(Rect(point[0] - 4, min(place.top, point[1]), point[0] + 4, max(place.bottom, point[1])))
    point = (panel.x(end[0]), panel.y(end[1]))
    for lines in (now, [year, Line(language.difference(end[1], places), "semibold", size, theme.ink)]):
        found = arrange(empty, [canvas.extent(lines)], point, None, EVERY)
        if found is not None:
            draw_callout(canvas, found.callout, lines, *point)
            empty.occupy(found.callout.grown(CALLOUT_CLEAR))
            return


CHART = Chart(
    "since_last_issue",
    "What has the line done since a given date?",
    80,
    tell,
    draw,
    table,
    options=("since",),
)

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
    RIGHT_GUTTER,
    average_item,
    callout_place,
    decimals_of,
    draw_callout,
    draw_key,
    draw_right_labels,
    key_extent,
    last_year_item,
    place_callout,
)
from climtrack.reporter.answers import below
from climtrack.reporter.chart import Chart, Draft, Table
from climtrack.reporter.curves import draw_this_year
from climtrack.reporter.documents.facts import COLUMNS, table_csv
from climtrack.reporter.fonts import Line
from climtrack.reporter.geometry import Emptiness, Rect, outward, tick_step
from climtrack.reporter.layout import difference_panel, draw_month_starts, notes_of, page
from climtrack.reporter.sentences import Phrases
from climtrack.reporter.theme import LAST_LINE, THIS_LINE, mix
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.calendar import dayofyear, same_day
from climtrack.vocabulary.findings import Study
from climtrack.vocabulary.series import Floats
from climtrack.words.language import capitalised, rounded

if TYPE_CHECKING:
    from climtrack.reporter.canvas import Canvas, Panel

#: Days between two issues where no date is given.
FORTNIGHT = 14
#: From so many days on a date needs its year.
A_YEAR = 360


def moment(study: Study, since: dt.date | None) -> dt.date:
    """The day from which a chart since a date counts."""
    if since is None:
        since = max(study.series.end - dt.timedelta(days=FORTNIGHT), study.series.start)
    if since < study.series.start:
        raise RenderError("draw.begins_later", series=study.series.key.label, start=study.series.start, since=since)
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
    phrases, language, say = each[0], each[0].language, each[0].language.text
    study, decimals = phrases.study, phrases.decimals
    then = moment(study, since)
    series = means.daily(study)
    start = series[(then - study.series.start).days]
    now = series[-1]
    if np.isnan(now):
        raise RenderError("draw.no_average", series=study.series.key.label)
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
        each,
        titles=phrases.titles(f"since.{way}", then=a, now=b, day=day),
        titles_brief=phrases.titles(f"since.{way}.brief", then=a, now=b),
        subtitles=phrases.subtitles("subtitle.since", **{**common, "then": day}),
        lead=lead if new else phrases.averaged(),
        extras=(say("since.change", **common), beside, phrases.uncovered(), phrases.ranked()),
        alts_short=(
            say("alt.short.since", **common),
            say("alt.short.since", **{**common, "subject": phrases.short}),
            say("alt.short.since.brief", **{**common, "subject": phrases.short}),
        ),
        alts=(say("alt.since", **common),),
        more=(below(phrases),),
    )


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
        raise RenderError("draw.no_average", series=study.series.key.label)
    then = moment(study, since)
    span = (study.series.end - then).days
    first = max(then - dt.timedelta(days=max(span, LEAD)), study.series.start)
    first = max(first, study.series.end - dt.timedelta(days=max(LONGEST, span + LEAD)))
    dates = np.arange(np.datetime64(first), np.datetime64(study.series.end) + 1)
    values = means.daily(study)[(first - study.series.start).days :]
    before = _year_before(study, dates)
    spread = 2 * study.climatology.spread[dayofyear(dates) - 1]

    theme, form = canvas.theme, canvas.preset.form
    named = form in {"wide", "card"}
    room = page(canvas, words, study, notes_of(study, canvas.language))
    drawn = np.concatenate([values, before, spread, -spread, [0.0]])
    low, high = float(np.nanmin(drawn)), float(np.nanmax(drawn))
    by = tick_step(high - low)
    panel = difference_panel(
        canvas, room, (0.0, float(dates.size)), outward(low, high, by / 4), by=by, gutter=44.0,
        headroom=HEADROOM[form], right=canvas.size(RIGHT_GUTTER) * named,
    )  # fmt: skip
    area = panel.rect
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
        for box in draw_right_labels(canvas, panel, study, float(before[-1]), 0.0):
            empty.occupy(box.grown(2))
    _callouts(canvas, study, panel, empty, then, (float(xs[at]), float(values[at])), (float(xs[-1]), float(values[-1])))
    if not named:
        items = [last_year_item(canvas, study), average_item(canvas, study.climatology.baseline.label)]
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
    index = np.arange(values.size)
    panel.heavy(xs, np.where(index <= at, values, np.nan), panel.theme.this_year, THIS_LINE * 0.6, z=6, gid="before")
    draw_this_year(panel, xs, np.where(index >= at, values, np.nan), study.series.preliminary[-values.size :], z=6.5)
    panel.dot(float(xs[at]), float(values[at]))
    panel.dot(float(xs[-1]), float(values[-1]))


def _callouts(
    canvas: Canvas, study: Study, panel: Panel, empty: Emptiness, then: dt.date, start: tuple[float, float],
    end: tuple[float, float],
) -> None:  # fmt: skip
    """What the difference is now, and what it was then."""
    language, theme, kind = canvas.language, canvas.theme, canvas.preset.type
    size, places = canvas.size(kind.label), decimals_of(study)

    def described(value: float, day: dt.date) -> str:
        return language.text("callout.on", difference=language.difference(value, places), day=language.date_short(day))

    year = Line(str(study.year), "bold", canvas.size(kind.callout), theme.ink)
    now = [year, Line(described(end[1], study.series.end), "semibold", size, theme.ink)]
    was = [Line(described(start[1], then), "semibold", size, theme.secondary)]
    point = (panel.x(start[0]), panel.y(start[1]))
    if then != study.series.end:
        # What it was leans to the left of its day, so that what it is now has the days since to itself.
        place = callout_place(empty, canvas.extent(was), *point, straight=True, lean=0.92)
        if place is not None:
            draw_callout(canvas, place, was, *point)
            empty.occupy(place.grown(CALLOUT_CLEAR))
            empty.occupy(Rect(point[0] - 4, min(place.top, point[1]), point[0] + 4, max(place.bottom, point[1])))
    point = (panel.x(end[0]), panel.y(end[1]))
    brief = [year, Line(language.difference(end[1], places), "semibold", size, theme.ink)]
    place_callout(canvas, empty, [now, brief], point)


CHART = Chart("since_last_issue", 80, tell, draw, table, options=("since",))

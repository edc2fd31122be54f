"""since_last_issue: what has the line done since a given date?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from climtrack.errors import RenderError
from climtrack.reporter import means
from climtrack.reporter.annotations import (
    CALLOUT_CLEAR,
    RIGHT_GUTTER,
    KeyItem,
    average_item,
    callout_place,
    draw_callout,
    draw_key,
    draw_right_labels,
    key_extent,
    last_year_item,
    place_callout,
)
from climtrack.reporter.answers import below
from climtrack.reporter.chart import Chart, Draft, Table
from climtrack.reporter.curves import draw_differences
from climtrack.reporter.documents.tables import day_rows
from climtrack.reporter.fonts import Line
from climtrack.reporter.geometry import Emptiness, Rect, outward, tick_step
from climtrack.reporter.layout import difference_panel, draw_month_starts, notes_of, page
from climtrack.reporter.sentences import FINE, Phrases
from climtrack.reporter.theme import THIS_LINE, mix
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.calendar import dayofyear, same_day
from climtrack.vocabulary.findings import Study, Unknown, beyond
from climtrack.vocabulary.series import Floats
from climtrack.words.language import direction

if TYPE_CHECKING:
    from climtrack.reporter.canvas import Canvas, Panel

#: From so many days on a date needs its year.
A_YEAR = 360


def moment(study: Study, since: dt.date | None) -> dt.date:
    """The day from which a chart since a date counts."""
    if since is None:
        since = max(study.series.end - dt.timedelta(days=means.FORTNIGHT), study.series.start)
    if since < study.series.start:
        raise RenderError("draw.begins_later", series=study.series.key.label, start=study.series.start, since=since)
    return study.series.upto(since).end


def span(study: Study, since: dt.date | None) -> int:
    """
    Days of the two means that the picture compares, those that end it and as many before.

    All days since the given one; a fortnight where these are fewer than a week, too few of them are known, or they
    point the other way than the fortnight, which is what the report answers.
    """
    found, days = study.findings.direction, (study.series.end - moment(study, since)).days
    if days < means.WEEK or isinstance(found.change_14d, Unknown) or isinstance(found.noise, Unknown):
        return means.FORTNIGHT
    now, before = means.windows(study, days)
    if np.isnan(now - before) or beyond(now - before, found.noise) * beyond(found.change_14d, found.noise) < 0:
        return means.FORTNIGHT
    return days


def tell(each: Sequence[Phrases], *, since: dt.date | None = None) -> Draft:
    phrases, language, say = each[0], each[0].language, each[0].language.text
    study, found = phrases.study, phrases.findings.direction
    issue, last = moment(study, since), means.daily(study)[-1]
    if np.isnan(last):
        raise RenderError("draw.no_average", series=study.series.key.label)
    days = span(study, since)
    then = study.series.end - dt.timedelta(days=days)
    now, before = means.windows(study, days)
    fresh = study.series.values[(issue - study.series.start).days + 1 :]
    new = int((~np.isnan(fresh)).sum())
    way = "nothing" if not new else "unknown"
    if new and isinstance(found.noise, float) and not np.isnan(now - before):
        way = {1: "rose", 0: "level", -1: "fell"}[beyond(now - before, found.noise)]
    told = way in {"rose", "level", "fell"}

    def day(date: dt.date) -> str:
        return language.date_day(date) if (phrases.day - date).days < A_YEAR else language.date_long(date)

    common = {
        "name": phrases.topic, "baseline": phrases.baseline, "days": days, "then": language.difference(before, FINE),
        "now": language.difference(now if told else float(last), FINE), "day": day(then), "date": phrases.date,
        "subject": phrases.subject, "of": phrases.of, "range": language.date_range(then, phrases.day),
    }  # fmt: skip
    begun = language.date_day(then) if then.year == phrases.day.year else language.date_long(then)
    lead = say("since.lead", new, **{**common, "day": day(issue)}, value=phrases.value)
    shown = {**common, "day": day(then if new else issue)}
    short = "alt.short.since" if told else "alt.short.since.day"
    return Draft(
        each,
        titles=_titles(phrases, f"since.{way}", shown),
        titles_brief=_titles(phrases, f"since.{way}.brief", shown),
        subtitles=phrases.subtitles("subtitle.since", **{**common, "then": begun}),
        lead=lead if new else phrases.averaged(),
        extras=(
            say("since.change", **common) if told else "", _beside(phrases, issue), phrases.uncovered(),
            phrases.ranked(),
        ),
        alts_short=(
            say(short, **common),
            say(short, **{**common, "subject": phrases.short}),
            say("alt.short.since.brief" if told else short, **{**common, "subject": phrases.short}),
        ),
        alts=(say("alt.since" if told else "alt.since.day", **common),),
        more=(below(phrases),),
    )  # fmt: skip


def _titles(phrases: Phrases, message: str, values: dict[str, Any]) -> tuple[str, ...]:
    """With the figures of a title, which rest on the latest days."""
    told = phrases.titles(message, **{name: values[name] for name in ("then", "now", "day")})
    return tuple(f"{title}{phrases.waiting}" for title in told)


def _beside(phrases: Phrases, issue: dt.date) -> str:
    """The new days against the same days a year before, and their tally."""
    series, gaps = phrases.study.series, []
    for n in range(1, (series.end - issue).days + 1):
        day = issue + dt.timedelta(days=n)
        ours, theirs = series.value(day), series.value(same_day(day, day.year - 1))
        if ours is not None and theirs is not None:
            gaps.append(ours - theirs)
    if len(gaps) < 2:
        return ""
    ways = [direction(gap, 2) for gap in gaps]
    mean, names = float(np.mean(gaps)), {1: "warmer", 0: "level", -1: "cooler"}
    return phrases.language.text(
        f"since.year.{names[direction(mean, phrases.decimals)]}",
        size=phrases.language.size(mean, phrases.decimals),
        tally=phrases.tally(ways.count(1), ways.count(-1), ways.count(0)),
    )


#: Days shown before the given one: as many again, but no fewer than these, and no window longer than a year.
LEAD, LONGEST = 30, 366
HEADROOM = {"wide": 0.4, "square": 0.6, "tall": 0.6, "card": 0.75}


def table(studies: Sequence[Study], *, since: dt.date | None = None) -> Table:
    """The series' own table from the date on, that day included."""
    (study,) = studies
    columns, rows = day_rows(study)
    return columns, rows[(moment(study, since) - study.series.start).days :]


def draw(canvas: Canvas, studies: Sequence[Study], words: Words, *, since: dt.date | None = None) -> None:
    """Draw the differences from average before and after a date, the days since then on a wash."""
    (study,) = studies
    if study.climatology is None:
        raise RenderError("draw.no_average", series=study.series.key.label)
    days = span(study, since)
    then = max(study.series.end - dt.timedelta(days=days), study.series.start)
    first = max(then - dt.timedelta(days=max(days, LEAD)), study.series.start)
    first = max(first, study.series.end - dt.timedelta(days=max(LONGEST, days + LEAD)))
    dates = np.arange(np.datetime64(first), np.datetime64(study.series.end) + 1)
    values, before = means.on_days(study, dates), means.on_days(study, dates, years=1)
    spread = study.climatology.band[dayofyear(dates) - 1]

    theme, form = canvas.theme, canvas.preset.form
    named = form in {"wide", "card"}
    now, past = means.windows(study, days)
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
    wash = Rect(panel.x(at + 1.0), area.top, area.right, area.bottom)
    canvas.fill(wash, mix(theme.background, theme.grid, 0.45), z=0.3)
    canvas.traces.append(draw_differences(panel, study, dates, at, lighter=1.0))
    ends = ((max(at + 1.0 - days, 0.0), at + 1.0, past), (at + 1.0, float(dates.size), now))
    grey = mix(theme.background, theme.this_year, 0.4)
    for left, right, mean in ends:
        panel.heavy(np.array([left, right]), np.full(2, mean), grey, 2.4 * THIS_LINE, z=4.7, gid="mean")
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
    for left, right, mean in ends:
        empty.occupy(Rect(panel.x(left), panel.y(mean) - 4, panel.x(right), panel.y(mean) + 4))
    items = [last_year_item(canvas, study), average_item(canvas, study.climatology.baseline.label)]
    middles = [((left + right) / 2, mean) for left, right, mean in ends]
    _callouts(canvas, study.year, panel, empty, days, middles[0], middles[1], [] if named else items)


def _callouts(
    canvas: Canvas, year: int, panel: Panel, empty: Emptiness, days: int, before: tuple[float, float],
    now: tuple[float, float], items: Sequence[KeyItem],
) -> None:  # fmt: skip
    """The two means that the title compares, and the key where there is one."""
    language, theme, kind = canvas.language, canvas.theme, canvas.preset.type
    size = canvas.size(kind.label)

    def wordings(message: str, mean: float, ink: str) -> list[list[Line]]:
        figure = language.difference(mean, FINE)
        texts = language.text(message, days, mean=figure), figure
        return [[Line(text, "semibold", size, ink)] for text in texts]

    if not np.isnan(before[1]):
        # What it was leans to the left, so that what it is now has the days since to itself.
        x, y = panel.x(before[0]), panel.y(before[1])
        for was in wordings("callout.before", before[1], theme.secondary):
            if place := callout_place(empty, canvas.extent(was), x, y, straight=True, lean=0.92):
                draw_callout(canvas, place, was, x, y)
                empty.occupy(place.grown(CALLOUT_CLEAR))
                empty.occupy(Rect(x - 4, min(place.top, y), x + 4, max(place.bottom, y)))
                break

    def key(room: Emptiness) -> Rect | None:
        return room.roomiest(*key_extent(canvas, items)) if items else None

    place = key(empty) if np.isnan(now[1]) else None
    if not np.isnan(now[1]):
        head = Line(str(year), "bold", canvas.size(kind.callout), theme.ink)
        found = [[head, *lines] for lines in wordings("callout.now", now[1], theme.ink)]
        sky = empty.copy()  # rather than on the band, where a halo shines
        sky.occupy(replace(panel.rect, top=panel.y(0.0)))
        tries = [(sky, key), (empty, key), (empty, None)] if items else [(sky, None), (empty, None)]
        place = place_callout(canvas, empty, found, (panel.x(now[0]), panel.y(now[1])), tries)
    if place is not None:
        draw_key(canvas, items, place)


CHART = Chart("since_last_issue", 80, tell, draw, table, options=("since",))

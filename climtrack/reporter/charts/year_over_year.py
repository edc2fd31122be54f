"""year_over_year: which part of this year beat last year?"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from climtrack.errors import RenderError
from climtrack.reporter.annotations import decimals_of
from climtrack.reporter.chart import Chart, Draft
from climtrack.reporter.fonts import Line
from climtrack.reporter.geometry import Emptiness, Rect, outward, tick_step, tick_values
from climtrack.reporter.layout import (
    MONTH_DROP,
    YEAR,
    draw_grid,
    draw_months,
    missing_notes,
    page,
    partner_note,
    signed_ticks,
)
from climtrack.reporter.sentences import Phrases, side
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.calendar import LEAP_DAY, dayofyear_of
from climtrack.vocabulary.findings import Study, Unknown, YearOverYear
from climtrack.vocabulary.series import Floats
from climtrack.words.language import capitalised, direction

if TYPE_CHECKING:
    from climtrack.reporter.canvas import Canvas, Panel


def _titles(phrases: Phrases, yoy: YearOverYear) -> tuple[str, ...]:
    """The run's length; a single day's size; level."""
    language, decimals = phrases.language, phrases.decimals
    way = direction(yoy.difference, decimals)
    last = yoy.other_year == phrases.day.year - 1
    if way == 0:
        if phrases.anomaly is not None and side(phrases.anomaly.value, decimals) != "level":
            message = f"title.year.level.{side(phrases.anomaly.value, decimals)}"
            return phrases.titles(message, other=yoy.other_year, size=language.size(phrases.anomaly.value, decimals))
        return phrases.titles("title.yoy.level", other=yoy.other_year)
    if yoy.run_length < 2 or (last and phrases.old_run and phrases.young):  # a few bars cannot show a longer run
        size = language.size(yoy.difference, decimals)
        message = "title.year.ago" if last else "title.year.other"
        return phrases.titles(message, size=size, warmer=yoy.difference, other=yoy.other_year)
    whole = "whole." if last and phrases.old_run else ""  # the bars show this year alone
    message = f"title.run.{whole}{'warmer' if way > 0 else 'cooler'}{'' if last else '.other'}"
    word, years = phrases.adjective(yoy.difference, phrases.short), {"year": phrases.day.year, "other": yoy.other_year}
    told = language.text(message, yoy.run_length, Short=capitalised(phrases.short), warmer=word, cooler=word, **years)
    return (told,)


def _tally(phrases: Phrases, yoy: YearOverYear) -> str:
    """Days warmer and days cooler, where there are several; all of them by that word."""
    compared = phrases.language.text("days", yoy.days_compared)
    if yoy.days_compared < 2:
        return ""
    for way, days in (("warmer", yoy.days_warmer), ("cooler", yoy.days_cooler)):
        if days == yoy.days_compared:
            return phrases.language.text(f"yoy.tally.{way}", compared=compared)
    warmer = phrases.language.text("yoy.warmer", yoy.days_warmer)
    cooler = phrases.language.text("yoy.cooler", yoy.days_cooler)
    return phrases.language.text("yoy.tally", compared=compared, warmer=warmer, cooler=cooler)


def tell(each: Sequence[Phrases]) -> Draft:
    phrases = each[0]
    language, decimals, yoy = phrases.language, phrases.decimals, phrases.yoy
    if yoy is None:
        return Draft(
            phrases,
            titles=phrases.titles("title.value", value=phrases.value, day=phrases.day_month),
            subtitles=(
                language.text(
                    "subtitle.yoy",
                    name=phrases.topic,
                    year=phrases.day.year,
                    other=phrases.day.year - 1,
                    date=phrases.date,
                ),
            ),
            lead=phrases.averaged(),
            extras=(phrases.alone, phrases.gaps()),
            alts_short=phrases.alts_short("alt.short.bars"),
            alts=phrases.alts_short("alt.short.bars"),
        )
    way = {1: "warmer", 0: "level", -1: "cooler"}[direction(yoy.difference, decimals)]
    common = {"name": phrases.topic, "year": phrases.day.year, "other": yoy.other_year, "date": phrases.date}
    run = max(yoy.run_length, 1)
    word = phrases.adjective(yoy.difference, phrases.subject)
    counted = () if way == "level" else (run,)
    named = "" if way == "level" or yoy.other_year == phrases.day.year - 1 else ".other"
    lead = language.text(
        f"yoy.lead.{way}{named}",
        *counted,
        Subject=capitalised(phrases.subject),
        size=language.size(yoy.difference, decimals),
        warmer=word,
        cooler=word,
        **common,
    )
    tally = _tally(phrases, yoy)
    relation = phrases.average_relation("of.average")
    still = ""
    if phrases.anomaly is not None:
        contrary = way == "cooler" and side(phrases.anomaly.value, decimals) == "above"
        still = language.text("yoy.still" if contrary else "yoy.is", relation=relation)
    widest = max(yoy.warmest, yoy.coldest, key=lambda gap: abs(gap.difference))
    gap = {"difference": language.difference(widest.difference, decimals), "day": language.date_day(widest.date)}
    leap = language.text("note.leap") + "." if yoy.leap_day else ""
    brief = phrases.alts_short("alt.short.bars")
    alts = list(brief)
    if relation:
        bars = phrases.day.timetuple().tm_yday
        every = bars > 1 and max(yoy.days_warmer, yoy.days_cooler) == bars
        message, drawn = f"alt.yoy.{way}{'.all' * (every and bool(counted))}", tuple(min(n, bars) for n in counted)
        values = common | gap | {"subject": phrases.subject, "of": phrases.of, "relation": relation}
        alts.insert(0, language.text(message, *drawn, **values))
    return Draft(
        phrases,
        titles=_titles(phrases, yoy),
        subtitles=(language.text("subtitle.yoy", **common),),
        lead=lead,
        extras=(still, leap, phrases.preliminary(), tally, language.text("yoy.widest", **gap), phrases.uncovered()),
        alts_short=brief,
        alts=alts,
        more=(phrases.ranked(), phrases.gaps()),
    )


Cost = Callable[[Floats, Floats], Floats]
#: Clear space of a strip beside a line of text.
STRIP = 16.0
#: Distance from which the last value has a leader, and beyond which the bars rather make room for it.
SHORTEST, LONGEST = 14.0, 80.0
SIDES = {1: "above", 0: "level", -1: "below"}


def draw(canvas: Canvas, studies: Sequence[Study], words: Words) -> None:
    """
    Draw this year minus last year, a bar a day.

    A day that the other year lacks leaves a gap, which is said; it refuses the picture only where no day is left.
    """
    (study,) = studies
    told = study.findings.year_over_year
    found = told if isinstance(told, YearOverYear) else None
    other = study.year - 1 if found is None else found.other_year
    edges, bars = _bars(study, other)
    if np.isnan(bars).all():
        if isinstance(told, Unknown):
            raise RenderError("draw.no_other_year.why", series=study.series.key, why=told.why)
        raise RenderError("draw.no_other_year", series=study.series.key)
    preset, theme, language = canvas.preset, canvas.theme, canvas.language
    card = preset.form == "card"
    room = page(canvas, words, study, _notes(canvas, study, other))
    left = room.left + (3 if card else canvas.size(max(preset.gutter, 48)))
    area = Rect(left, room.top, room.right, room.bottom - canvas.size(MONTH_DROP))
    warmer, cooler, compared = tally(bars)
    long, short = (
        language.text(f"label.warmer{kind}", compared, other=other, warmer=warmer) for kind in ("", ".brief")
    )
    fits = canvas.extent(_tally_line(canvas, long, theme.warmer))[0] + 10 <= area.width
    blocks = {
        1: _tally_line(canvas, long if fits else short, theme.warmer),
        -1: _tally_line(canvas, language.text("label.cooler", cooler, other=other), theme.cooler),
    }
    last = [] if found is None else _last_lines(canvas, study, found)
    panel, places = _composed(canvas, area, edges, bars, study, blocks, last)
    if not card:
        by = tick_step(panel.ylim[1] - panel.ylim[0])
        draw_grid(
            canvas, panel, tick_values(*panel.ylim, by), signed_ticks(language, by),
            left=room.left,
        )  # fmt: skip
    for sign, colour in ((1, theme.warmer), (-1, theme.cooler)):
        heights = np.where(sign * bars > 0, bars, 0.0)
        panel.axes.fill_between(edges, 0, heights, step="post", color=colour, lw=0, zorder=3)
    panel.axes.plot(YEAR, [0, 0], color=theme.this_year, lw=0.9, zorder=4, clip_on=False)
    draw_months(canvas, panel)
    for sign, block in blocks.items():
        if place := places.get(sign):
            canvas.block("tally", place.left + 5, place.top + 4, block)
    if found is not None and (place := places.get(0)):
        _last_value(canvas, panel, found, place, last)


def tally(bars: Floats) -> tuple[int, int, int]:
    """Days warmer, days cooler, days compared, at 0.01 °C as everywhere."""
    ways = [direction(float(bar), 2) for bar in bars[~np.isnan(bars)]]
    return ways.count(1), ways.count(-1), len(ways)


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
    return outward(low - 0.1 * span, high + 0.12 * span, tick_step(span) / 10)


def _parted(bars: Floats, height: float, strip: float) -> tuple[float, float]:
    """Limits that leave a strip of so many pixels free above every bar and below."""
    low, high = min(float(np.nanmin(bars)), 0.0), max(float(np.nanmax(bars)), 0.0)
    span = max(high - low, 0.4)
    beyond = span * strip / max(height - 2 * strip, 0.2 * height)
    return low - beyond, low + span + beyond


def _composed(
    canvas: Canvas,
    area: Rect,
    edges: Floats,
    bars: Floats,
    study: Study,
    blocks: Mapping[int, list[Line]],
    last: list[Line],
) -> tuple[Panel, dict[int, Rect]]:
    """
    Axes, and where the last value (0) and both tallies (1, -1) stand.

    Limits as tight as they can be; where the bars of a whole year leave no room, strips above and below them, in which
    every text finds its place.
    """
    panel = canvas.panel(area, YEAR, _limits(bars))
    one = max(canvas.extent(block)[1] for block in blocks.values()) + STRIP
    two = one + canvas.extent(last)[1] + 8 if last else one
    tip = dayofyear_of(study.series.end), float(bars[~np.isnan(bars)][-1])
    wide, wider = (_parted(bars, area.height, strip) for strip in (one, two))
    tries: list[tuple[bool, int, Panel, dict[int, Rect]]] = []
    for limits, first in ((panel.ylim, False), (wide, True), (wider, True), (wider, False)):
        panel = replace(panel, ylim=limits)
        places = _places(canvas, panel, edges, bars, tip, blocks, last, tallies_first=first)
        tries.append((0 in places, len(places), panel, places))
        told = len(places) == len(blocks) + bool(last)
        if told and (not last or _apart(places[0], panel.x(tip[0]), panel.y(tip[1])) <= LONGEST):
            break
    else:  # no composition has it all: the last value before the tallies, then as much as there is room for
        *_, panel, places = max(tries, key=lambda found: found[:2])
    panel.axes.set_ylim(*panel.ylim)
    return panel, places


def _places(
    canvas: Canvas,
    panel: Panel,
    edges: Floats,
    bars: Floats,
    tip: tuple[float, float],
    blocks: Mapping[int, list[Line]],
    last: list[Line],
    *,
    tallies_first: bool,
) -> dict[int, Rect]:
    """Places of the texts that find one."""
    empty, zero = Emptiness(panel.rect), panel.y(0.0)
    _occupy(empty, panel, edges, bars)
    empty.occupy(Rect(panel.rect.left, zero - 2, panel.rect.right, zero + 2))
    found: dict[int, Rect] = {}
    for name in (1, -1, 0) if tallies_first else (0, 1, -1):
        if name:
            width, height = canvas.extent(blocks[name])
            place = empty.place(width + 10, height + 8, _tally_cost(empty, width, height, zero, name))
        elif last:
            width, height = canvas.extent(last)
            place = empty.place(width + 8, height + 8, _value_cost(panel.x(tip[0]), panel.y(tip[1]), width, height))
        else:
            continue
        if place is not None:
            empty.occupy(place)
            found[name] = place
    return found


def _tally_line(canvas: Canvas, text: str, colour: str) -> list[Line]:
    """How many days lie on a side."""
    return [Line(text, "semibold", canvas.size(canvas.preset.type.label), colour)]


def _tally_cost(empty: Emptiness, width: float, height: float, zero: float, sign: int) -> Cost:
    """On its own side of zero, and near it, left of the middle."""
    middle = empty.area.left + 0.4 * empty.area.width

    def cost(left: Floats, top: Floats) -> Floats:
        right_side = (top + height + 6 < zero) if sign > 0 else (top > zero)
        return np.where(right_side, np.abs(left + width / 2 - middle) + np.abs(top - zero) * 0.2, np.inf)

    return cost


def _notes(canvas: Canvas, study: Study, other: int) -> list[str]:
    """Where the year stands against its average: never a lone year-on-year claim; and which days the other lacks."""
    language, phrases, said = canvas.language, Phrases(study, canvas.language), []
    anomaly, found, day = study.findings.anomaly, study.findings.year_over_year, study.findings.latest.date
    if anomaly is not None and study.baseline is not None:
        places = decimals_of(study)
        side = SIDES[direction(anomaly.value, places)]
        cooler = isinstance(found, YearOverYear) and direction(found.difference, places) < 0
        kind = "note.still.above" if side == "above" and cooler else f"note.was.{side}"
        values = {"day": language.date_day(day), "short": phrases.short, "baseline": study.baseline.label}
        said.append(language.text(kind, size=language.size(anomaly.value, places), **values))
    said += partner_note(study, language, other)
    if dayofyear_of(day) >= LEAP_DAY and isleap(study.year) != isleap(other):
        said.append(language.text("note.leap" if isleap(study.year) else "note.leap.out"))
    said += [notice.rstrip(".")] if (notice := phrases.preliminary()) else []
    return [*said, *missing_notes(study, language)]


def _occupy(empty: Emptiness, panel: Panel, edges: Floats, bars: Floats) -> None:
    """Take what the bars cover."""
    zero = panel.y(0.0)
    for left, right, value in zip(edges, edges[1:], bars, strict=False):
        if not np.isnan(value):
            top, bottom = sorted((zero, panel.y(float(value))))
            empty.occupy(Rect(panel.x(float(left)), top, panel.x(float(right)), bottom))


def _last_lines(canvas: Canvas, study: Study, found: YearOverYear) -> list[Line]:
    """The latest difference and its date."""
    kind, language, places = canvas.preset.type, canvas.language, decimals_of(study)
    text = language.difference(found.difference, places)
    if not direction(found.difference, places):
        text = language.text("callout.year.level", other=found.other_year)
    size = canvas.size(kind.callout if canvas.preset.form == "wide" else kind.label)
    return [
        Line(text, "bold", size, canvas.theme.ink),
        Line(language.date_short(found.date), "regular", canvas.size(kind.label), canvas.theme.secondary),
    ]


def _value_cost(x: float, y: float, width: float, height: float) -> Cost:
    """Near the tip of the last bar, rather to its left."""

    def cost(left: Floats, top: Floats) -> Floats:
        beside = np.maximum(np.maximum(left + 4 - x, x - (left + 4 + width)), 0)
        level = np.maximum(np.maximum(top + 4 - y, y - (top + 4 + height)), 0)
        return np.asarray(beside + level + 8 * (left + 4 < x))

    return cost


def _apart(place: Rect, x: float, y: float) -> float:
    """How far a text stands from what it speaks of."""
    inside = place.grown(-4)
    return max(inside.left - x, x - inside.right, 0.0) + max(inside.top - y, y - inside.bottom, 0.0)


def _last_value(canvas: Canvas, panel: Panel, found: YearOverYear, place: Rect, lines: list[Line]) -> None:
    """The latest difference beside its bar, with a leader where it stands apart."""
    x, y = panel.x(dayofyear_of(found.date)), panel.y(found.difference)
    inside = place.grown(-4)
    if _apart(place, x, y) > SHORTEST:
        near = inside.left - 4 if inside.left > x else min(max(x, inside.left), inside.right)
        foot = inside.bottom + 4 if inside.bottom < y else inside.top - 4
        level = foot if inside.left <= x else (inside.top + inside.bottom) / 2
        canvas.stroke([near, x - 0.8], [level, y], canvas.theme.this_year, 0.8, z=8)
    canvas.block("callout", inside.left, inside.top, lines)


CHART = Chart("year_over_year", "Which part of this year beat last year?", 30, tell, draw)

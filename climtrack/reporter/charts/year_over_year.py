"""year_over_year: which part of this year beat last year?"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from climtrack.errors import RenderError
from climtrack.reporter.annotations import decimals_of
from climtrack.reporter.answers import latest_day
from climtrack.reporter.chart import Chart, Draft
from climtrack.reporter.curves import Dates, calendar_days, day_limits, day_places, draw_figures, is_early, shown_days
from climtrack.reporter.fonts import Line
from climtrack.reporter.geometry import Emptiness, Rect, outward, tick_step, tick_values
from climtrack.reporter.layout import (
    MONTH_DROP,
    draw_days,
    draw_grid,
    missing_notes,
    page,
    partner_note,
    signed_ticks,
)
from climtrack.reporter.sentences import Phrases, side
from climtrack.reporter.theme import HATCH
from climtrack.reporter.titles import beside, kind
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.calendar import LEAP_DAY, dayofyear_of, same_day
from climtrack.vocabulary.findings import Study, Unknown, YearOverYear
from climtrack.vocabulary.series import Floats
from climtrack.words.language import direction

if TYPE_CHECKING:
    from climtrack.reporter.canvas import Canvas, Panel


def _titles(phrases: Phrases) -> tuple[str, ...]:
    """The run beside last year, where the bars show it whole and it is not the issue's title, else the fortnight."""
    hidden = phrases.old_run or kind(phrases.study) == "crossing"
    return beside(phrases, ("year",) if hidden else ("run beside", "year"))


def _tally(phrases: Phrases, yoy: YearOverYear) -> str:
    """Days warmer, cooler and level, where there are several; all of them by that word."""
    compared = phrases.language.text("days", yoy.days_compared)
    if yoy.days_compared < 2:
        return ""
    for way, days in (("warmer", yoy.days_warmer), ("cooler", yoy.days_cooler)):
        if days == yoy.days_compared:
            return phrases.language.text(f"yoy.tally.{way}", compared=compared)
    tally = phrases.tally(yoy.days_warmer, yoy.days_cooler, yoy.days_level)
    return phrases.language.text("yoy.tally", compared=compared, tally=tally)


def tell(each: Sequence[Phrases]) -> Draft:
    phrases = each[0]
    language, decimals, yoy = phrases.language, phrases.decimals, phrases.yoy
    if yoy is None:
        return Draft(
            each,
            titles=phrases.titles("title.value", value=phrases.value, day=phrases.day_month),
            subtitles=phrases.subtitles(
                "subtitle.yoy", year=phrases.day.year, other=phrases.day.year - 1, date=phrases.date
            ),
            lead=phrases.averaged(),
            extras=(phrases.alone, phrases.gaps()),
            alts_short=phrases.alts_short("alt.short.bars"),
            alts=phrases.alts_short("alt.short.bars"),
        )
    way = {1: "warmer", 0: "level", -1: "cooler"}[direction(yoy.difference, decimals)]
    common = {"name": phrases.topic, "year": phrases.day.year, "other": yoy.other_year, "date": phrases.date}
    run, mean = max(yoy.run_length, 1), phrases.year_mean("yoy.mean")
    counted = () if way == "level" else (run,)
    shown = {"day": phrases.day_month, "difference": language.difference(yoy.difference, decimals)}
    day = language.text("yoy.day" if counted else "yoy.day.level", **common, **shown) if mean else ""
    tally = _tally(phrases, yoy)
    relation = phrases.average_relation("of.average")
    still = ""
    if phrases.anomaly is not None:
        contrary = way == "cooler" and side(phrases.anomaly.value, decimals) == "above"
        still = language.text("yoy.still" if contrary else "yoy.is", relation=relation)
    widest = max(yoy.warmest, yoy.coldest, key=lambda gap: abs(gap.difference))
    gap = {"difference": language.difference(widest.difference, decimals), "day": language.date_day(widest.date)}
    early = is_early(phrases.day) and yoy.other_year == phrases.day.year - 1
    leap = language.text("note.leap") + "." if yoy.leap_day else ""
    brief = phrases.alts_short("alt.short.bars")
    alts = list(brief)
    if relation and not early:
        bars = phrases.day.timetuple().tm_yday
        every = bars > 1 and max(yoy.days_warmer, yoy.days_cooler) == bars
        message, drawn = f"alt.yoy.{way}{'.all' * (every and bool(counted))}", tuple(min(n, bars) for n in counted)
        values = common | gap | {"subject": phrases.subject, "of": phrases.of, "relation": relation}
        alts.insert(0, language.text(message, *drawn, **values))
    return Draft(
        each,
        titles=_titles(phrases),
        subtitles=phrases.subtitles("subtitle.yoy.early" if early else "subtitle.yoy", **common),
        lead=mean or phrases.averaged(),
        extras=(
            still,
            leap,
            *((tally, day) if phrases.year_contrary else (day, tally)),
            "" if early else language.text("yoy.widest", **gap),
            phrases.uncovered(),
        ),
        alts_short=brief,
        alts=alts,
        more=(latest_day(phrases, yoy), phrases.ranked(), phrases.gaps()),
    )


Cost = Callable[[Floats, Floats], Floats]
#: Clear space of a strip beside a line of text.
STRIP = 16.0
#: Distance from which the last value has a leader, and beyond which the bars rather make room for it.
SHORTEST, LONGEST = 14.0, 80.0


def draw(canvas: Canvas, studies: Sequence[Study], words: Words) -> None:
    """
    Draw this year minus last year, a bar a day.

    A day that the other year lacks leaves a gap, which is notes; it refuses the picture only where no day is left.
    """
    (study,) = studies
    compared = study.findings.year_over_year
    found = compared if isinstance(compared, YearOverYear) else None
    other = study.year - 1 if found is None else found.other_year
    dates, edges, bars = _bars(study, other)
    if np.isnan(bars).all():
        if isinstance(compared, Unknown):
            raise RenderError("draw.no_other_year.why", series=study.series.key.label, why=compared)
        raise RenderError("draw.no_other_year", series=study.series.key.label)
    theme, language, card = canvas.theme, canvas.language, canvas.preset.form == "card"
    early = is_early(study.series.end) and other == study.year - 1
    room = page(canvas, words, study, _notes(canvas, study, other, early))
    if card:
        room = draw_figures(canvas, study, room)
    left = room.left + canvas.size(max(canvas.preset.gutter, 48))
    area = Rect(left, room.top, room.right, room.bottom - canvas.size(MONTH_DROP))
    texts = _tallies(canvas, bars, other, area.width, ".early" * early)
    if found is not None and not card:  # whose figures stand above
        texts[0] = _last_lines(canvas, study, found)
    last = np.flatnonzero(~np.isnan(bars))[-1]
    tip = float(edges[last + 1]), float(bars[last])
    panel, places = _composed(canvas, canvas.panel(area, day_limits(dates), _limits(bars)), edges, bars, tip, texts)
    by = tick_step(panel.ylim[1] - panel.ylim[0])
    draw_grid(canvas, panel, tick_values(*panel.ylim, by), signed_ticks(language, by), left=room.left)
    for sign, colour in ((1, theme.warmer), (-1, theme.cooler)):
        heights = np.where(sign * bars > 0, bars, 0.0)
        panel.axes.fill_between(edges, 0, heights, step="post", color=colour, lw=0, zorder=3)
    _hatch(panel, study, dates, edges, bars)
    panel.axes.plot(panel.xlim, [0, 0], color=theme.this_year, lw=0.9, zorder=4, clip_on=False)
    draw_days(canvas, panel, dates)
    for name, lines in texts.items():
        if (place := places.get(name)) and name:
            canvas.block("tally", place.left + 5, place.top + 4, lines)
        elif place and found is not None:
            _draw_last_value(canvas, panel.x(tip[0]), panel.y(found.difference), place, lines)


def _hatch(panel: Panel, study: Study, dates: Dates, edges: Floats, bars: Floats) -> None:
    """Hatch the bars of preliminary days."""
    preliminary = study.series.dates[study.series.preliminary]
    heights = np.where(np.append(np.isin(dates, preliminary), False), bars, 0.0)
    panel.axes.fill_between(
        edges, 0, np.nan_to_num(heights), step="post", facecolor="none", edgecolor=panel.theme.background, hatch=HATCH,
        lw=0, zorder=3.5, gid="preliminary",
    )  # fmt: skip


def tally(bars: Floats) -> tuple[int, int, int]:
    """Days warmer, days cooler, days compared, at 0.01 °C as everywhere."""
    ways = [direction(float(bar), 2) for bar in bars[~np.isnan(bars)]]
    return ways.count(1), ways.count(-1), len(ways)


def _bars(study: Study, other: int) -> tuple[Dates, Floats, Floats]:
    """
    Days, edges and heights of the bars, those that the tally counts; early in the year those of the last twelve months.

    29 February faces 28 February of a common year; in a common year 28 February is wider instead.
    """
    series = study.series
    dates = shown_days(series.end) if other == study.year - 1 else calendar_days(study.year)
    pairs = [
        (series.value(day), series.value(same_day(day, day.year - study.year + other))) for day in dates.astype(object)
    ]
    heights = [np.nan if ours is None or theirs is None else ours - theirs for ours, theirs in pairs]
    places = day_places(dates)
    return dates, np.append(places - 0.5, places[-1] + 0.5), np.append(heights, np.nan)


def _limits(bars: Floats) -> tuple[float, float]:
    """Limits around zero, with room for a tally above and below."""
    low, high, span = _range(bars)
    low, high = min(low, -0.25 * span), max(high, 0.25 * span)
    return outward(low - 0.1 * span, high + 0.12 * span, tick_step(span) / 10)


def _limits_beside_strips(bars: Floats, height: float, strip: float) -> tuple[float, float]:
    """Limits that leave a strip of so many pixels free above every bar and below."""
    low, _, span = _range(bars)
    beyond = span * strip / max(height - 2 * strip, 0.2 * height)
    return low - beyond, low + span + beyond


def _range(bars: Floats) -> tuple[float, float, float]:
    """Lowest and highest bar with zero between them, and their distance."""
    low, high = min(float(np.nanmin(bars)), 0.0), max(float(np.nanmax(bars)), 0.0)
    return low, high, max(high - low, 0.4)


def _tallies(canvas: Canvas, bars: Floats, other: int, width: float, early: str) -> dict[int, list[Line]]:
    """How many days lie above (1) and below (-1)."""
    theme, language, size = canvas.theme, canvas.language, canvas.size(canvas.preset.type.label)
    warmer, cooler, compared = tally(bars)
    long, short = (
        Line(
            language.text(f"label.warmer{kind or early}", compared, other=other, warmer=warmer),
            "semibold",
            size,
            theme.warmer,
        )
        for kind in ("", ".brief")
    )
    below = Line(language.text(f"label.cooler{early}", cooler, other=other), "semibold", size, theme.cooler)
    return {1: [long if canvas.width(long) + 10 <= width else short], -1: [below]}


def _composed(
    canvas: Canvas, panel: Panel, edges: Floats, bars: Floats, tip: tuple[float, float], texts: Mapping[int, list[Line]]
) -> tuple[Panel, dict[int, Rect]]:
    """
    Axes, and where the last value (0) and both tallies (1, -1) stand.

    Limits as tight as they can be; where the bars of a whole year leave no room, strips above and below them, in which
    every text finds its place.
    """

    def places(panel: Panel, order: tuple[int, ...]) -> dict[int, Rect]:
        """Places of the texts that find one."""
        empty, zero = Emptiness(panel.rect), panel.y(0.0)
        _occupy(empty, panel, edges, bars)
        empty.occupy(Rect(panel.rect.left, zero - 2, panel.rect.right, zero + 2))
        found: dict[int, Rect] = {}
        for name in order:
            if name not in texts:
                continue
            width, height = canvas.extent(texts[name])
            cost = _value_cost(panel.x(tip[0]), panel.y(tip[1]), width, height)
            if name:
                cost = _tally_cost(empty, width, height, zero, name)
            if place := empty.place(width + (10 if name else 8), height + 8, cost):
                empty.occupy(place)
                found[name] = place
        return found

    one = max(canvas.extent(texts[sign])[1] for sign in (1, -1)) + STRIP
    two = one + canvas.extent(texts[0])[1] + 8 if 0 in texts else one
    wide, wider = (_limits_beside_strips(bars, panel.rect.height, strip) for strip in (one, two))
    last_first, tallies_first = (0, 1, -1), (1, -1, 0)
    tries: list[tuple[bool, int, Panel, dict[int, Rect]]] = []
    for limits, order in (
        (panel.ylim, last_first), (wide, tallies_first), (wider, tallies_first), (wider, last_first),
    ):  # fmt: skip
        panel = replace(panel, ylim=limits)
        found = places(panel, order)
        tries.append((0 in found, len(found), panel, found))
        near = 0 not in found or _distance(found[0], panel.x(tip[0]), panel.y(tip[1])) <= LONGEST
        if len(found) == len(texts) and near:
            break
    else:  # no composition has it all: the last value before the tallies, then as much as there is room for
        *_, panel, found = max(tries, key=lambda one: one[:2])
    panel.axes.set_ylim(*panel.ylim)
    return panel, found


def _tally_cost(empty: Emptiness, width: float, height: float, zero: float, sign: int) -> Cost:
    """On its own side of zero, and near it, left of the middle."""
    middle = empty.area.left + 0.4 * empty.area.width

    def cost(left: Floats, top: Floats) -> Floats:
        right_side = (top + height + 6 < zero) if sign > 0 else (top > zero)
        return np.where(right_side, np.abs(left + width / 2 - middle) + np.abs(top - zero) * 0.2, np.inf)

    return cost


def _notes(canvas: Canvas, study: Study, other: int, early: bool) -> list[str]:
    """Where the year stands against its average: never a lone year-on-year claim; and which days the other lacks."""
    language, phrases, notes = canvas.language, Phrases(study, canvas.language), []
    anomaly, found, day = study.findings.anomaly, study.findings.year_over_year, study.findings.latest.date
    if anomaly is not None and study.baseline is not None:
        places = decimals_of(study)
        where = side(anomaly.value, places)
        cooler = isinstance(found, YearOverYear) and direction(found.difference, places) < 0
        kind = "note.still.above" if where == "above" and cooler else f"note.was.{where}"
        values = {"day": language.date_day(day), "short": phrases.short, "baseline": study.baseline.label}
        notes.append(language.text(kind, size=language.size(anomaly.value, places), **values))
    if not early:
        notes += partner_note(study, language, other)
    if not early and dayofyear_of(day) >= LEAP_DAY and isleap(study.year) != isleap(other):
        notes.append(language.text("note.leap" if isleap(study.year) else "note.leap.out"))
    notes += [language.text("note.hatched")] if study.findings.preliminary_from else []
    return [*notes, *missing_notes(study, language)]


def _occupy(empty: Emptiness, panel: Panel, edges: Floats, bars: Floats) -> None:
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


def _distance(place: Rect, x: float, y: float) -> float:
    """How far a text stands from what it speaks of."""
    inside = place.grown(-4)
    return max(inside.left - x, x - inside.right, 0.0) + max(inside.top - y, y - inside.bottom, 0.0)


def _draw_last_value(canvas: Canvas, x: float, y: float, place: Rect, lines: list[Line]) -> None:
    """The latest difference beside its bar, with a leader where it stands apart."""
    inside = place.grown(-4)
    if _distance(place, x, y) > SHORTEST:
        near = inside.left - 4 if inside.left > x else min(max(x, inside.left), inside.right)
        foot = inside.bottom + 4 if inside.bottom < y else inside.top - 4
        level = foot if inside.left <= x else (inside.top + inside.bottom) / 2
        canvas.leader([near, x - 0.8], [level, y])
    canvas.block("callout", inside.left, inside.top, lines)


CHART = Chart("year_over_year", 30, tell, draw)

"""hemispheres: are both halves doing the same?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from climtrack.errors import RenderError
from climtrack.reporter import means
from climtrack.reporter.annotations import (
    KEY_CLEAR,
    KeyItem,
    decimals_of,
    draw_key,
    figure_size,
    figures,
    key_extent,
    line_key,
    place_callout,
)
from climtrack.reporter.chart import COMMON, Chart, Draft, Table
from climtrack.reporter.curves import (
    absolute_limits,
    day_limits,
    difference_limits,
    draw_absolute,
    draw_differences,
    draw_head,
    draw_rows,
    draw_scale,
    end_point,
    figures_width,
    other_years,
    outside_extremes,
    reach,
    shown_days,
)
from climtrack.reporter.fonts import CAP, Line
from climtrack.reporter.geometry import Emptiness, Rect, tick_step, tick_values
from climtrack.reporter.layout import (
    MONTH_DROP,
    YEAR,
    dotted_note,
    draw_days,
    draw_grid,
    missing_notes,
    page,
    plain_ticks,
)
from climtrack.reporter.sentences import Phrases, place, side
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.findings import Study
from climtrack.vocabulary.notice import plain
from climtrack.vocabulary.series import Floats
from climtrack.words.language import capitalised, direction

if TYPE_CHECKING:
    from climtrack.reporter.canvas import Canvas, Panel

HALVES = {"nh", "sh"}


def _titles(one: Phrases, two: Phrases) -> tuple[str, ...]:
    """The fortnight of both against the average, then against the year before where that says more."""
    say = one.language.text
    means = [phrases.findings.direction.mean_14d for phrases in (one, two)]
    known = [mean for mean in means if isinstance(mean, float)]
    if one.anomaly is None or two.anomaly is None or len(known) < 2:
        return (say("hemi.values", value=one.value, value2=two.value, Short=capitalised(one.half), short2=two.half),)
    sides = {side(mean, one.decimals) for mean in known}
    each = say("hemi.each", one=_average(one, known[0], capitalised(one.half)), two=_average(two, known[1], two.half))
    halves = {one.study.region.name, two.study.region.name} == HALVES
    if not halves or sides not in ({"above"}, {"below"}):
        return (each,)
    if sides == {"below"}:
        return (say("hemi.below"),)
    ways = [
        direction(yoy.mean_14d, one.decimals)
        for yoy in (one.yoy, two.yoy)
        if yoy is not None and yoy.other_year == yoy.date.year - 1 and isinstance(yoy.mean_14d, float)
    ]
    if len(ways) < 2:
        return (say("hemi.above"),)
    if ways == [-1, -1]:
        return (say("hemi.above.cooler"),)
    if ways == [1, 1]:
        return (say("hemi.above.warmer"),)
    if -1 in ways:
        return (say("hemi.above.only", short=(one if ways[0] < 0 else two).half), say("hemi.above"))
    return (say("hemi.above"),)


def _average(phrases: Phrases, mean: float, subject: str) -> str:
    """A hemisphere against its average."""
    size = phrases.language.size(mean, phrases.decimals)
    return phrases.language.text(f"title.average.{side(mean, phrases.decimals)}", Subject=subject, size=size)


def tell(each: Sequence[Phrases]) -> Draft:
    if len(each) != 2:
        raise RenderError("draw.hemispheres.two", count=len(each))
    one, two = each
    say = one.language.text
    apart = one.day != two.day
    common = {
        "quantity": one.quantity, "Quantity": capitalised(one.quantity), "years": one.years, "date": one.date,
        "date2": two.date, "name": one.place.name, "name2": two.place.name, "short": one.half, "short2": two.half,
        "baseline": one.baseline, "day": one.day_month,
    }  # fmt: skip
    dates = {"date": one.date, "date2": two.date}
    relations = {"relation": one.brief(), "relation2": two.brief()}
    briefest = {"relation": one.briefest(), "relation2": two.briefest()}
    message, values = "hemi.lead.dates" if apart else "hemi.lead", {"value": one.value, "value2": two.value}
    lead = say(message, Subject=capitalised(one.subject), subject2=two.subject, **values, **relations, **dates)
    shorter = say(message, Subject=capitalised(one.half), subject2=two.half, **values, **briefest, **dates)
    return Draft(
        each,
        titles=_titles(one, two),
        subtitles=(
            say("subtitle.pair.dates" if apart else "subtitle.pair", **common),
            say("subtitle.pair.short", **common),
        )
        if one.baseline
        else (say("subtitle.pair.none", **common),),
        lead=lead,
        lead_brief=shorter,
        extras=(one.uncovered(),),
        alts_short=(
            say("alt.short.hemi", short=one.half, short2=two.half, **relations),
            say("alt.short.hemi", short=one.half, short2=two.half, **briefest),
            say("alt.short.hemi.plain", **common),
        ),
        alts=(
            say("alt.hemi", the=one.place.the, the2=two.place.the, **relations),
            say("alt.hemi", the=one.place.the, the2=two.place.the, **briefest),
            say("alt.hemi", the=one.half, the2=two.half, **briefest),
        ),
    )  # fmt: skip


COLUMN_GAP = 24.0
#: Shares of the height below the column heads: the curve, and where the title of the lower panel stands.
UPPER, TITLE = 0.55, 0.66
HEADROOM = 0.18


def table(studies: Sequence[Study]) -> Table:
    """Value and anomaly of each series on the days of this year."""
    first = dt.date(max(study.year for study in studies), 1, 1)
    days = max((study.series.end - first).days for study in studies) + 1
    dates = [first + dt.timedelta(days=i) for i in range(days)]
    columns = ["date"]
    cells: list[list[object]] = [[day.isoformat() for day in dates]]
    for study in studies:
        rows = [study.series.index(day) for day in dates]
        for name, values in (("value", study.series.values), ("anomaly", means.daily(study))):
            columns.append(f"{plain(study.region.name)}_{name}")
            cells.append([np.nan if i is None else values[i] for i in rows])
    return columns, list(zip(*cells, strict=True))


def draw(canvas: Canvas, studies: Sequence[Study], words: Words) -> None:
    """Draw two series on one scale."""
    first, second = studies
    if first.series.key.variable != second.series.key.variable:
        raise RenderError("draw.hemispheres.variable")
    if first.baseline is None or first.baseline != second.baseline:
        raise RenderError("draw.hemispheres.baseline", north=first.series.key.label, south=second.series.key.label)
    language, form = canvas.language, canvas.preset.form
    shaded = [] if first.partial or second.partial else [language.text("note.shaded")]
    notes = [*shaded, *dict.fromkeys(n for s in studies for n in dotted_note(s, language))]
    notes += [language.text("note.figures"), language.text("note.same.scale")]
    notes += dict.fromkeys(n for s in studies for n in missing_notes(s, language))
    room = page(canvas, words, first, notes).lowered(4)
    if form != "wide":  # two curves side by side would be too small to read
        heads = [_head(canvas, study, place(study.region, language).name) for study in studies]
        draw_rows(canvas, studies, room, heads)
    else:
        _columns(canvas, studies, room)


def _head(canvas: Canvas, study: Study, name: str) -> list[list[Line]]:
    """A panel's name, and what the last fortnight differs by."""
    other = Phrases(study, canvas.language).other()
    shown = figures(canvas, study, means.year_mean(study), means.average_mean(study), other)
    return [[Line(name, "semibold", figure_size(canvas), canvas.theme.ink)], *shown]


def _columns(canvas: Canvas, studies: Sequence[Study], room: Rect) -> None:
    """Absolute above, difference below, one column a series."""
    size = canvas.size(canvas.preset.type.label)
    left = room.left + canvas.size(max(canvas.preset.gutter, 42))
    width = (room.right - left - COLUMN_GAP) / 2
    lows, highs = zip(*(absolute_limits(study, 0.0) for study in studies), strict=True)
    low, high = min(lows), max(highs)
    ylim, by = (low, high + HEADROOM * (high - low)), tick_step(high - low)
    lower, dates = _difference_limits(studies), shown_days(max(study.series.end for study in studies))
    head = Line("", "bold", size * 1.08, canvas.theme.ink)
    top, bottom = room.top + CAP * head.size, room.bottom - canvas.size(MONTH_DROP)
    heads = [_head(canvas, study, canvas.language.text("label.difference")) for study in studies]
    fitting = max(sum(figures_width(canvas, one) > width for one in shown[:-1]) for _, *shown in heads)
    for i, study in enumerate(studies):
        x = left + i * (width + COLUMN_GAP)
        text = place(study.region, canvas.language).name
        named = canvas.text("head", x, top, Line(text, "bold", head.size, canvas.theme.ink))
        height = bottom - top - 8
        panel = canvas.panel(Rect(x, top + 8, x + width, top + 8 + UPPER * height), YEAR, ylim)
        start = room.left if i == 0 else x
        draw_grid(
            canvas, panel, [v for v in tick_values(*ylim, by) if v <= high],
            plain_ticks(canvas.language, by) if i == 0 else None, left=start,
        )  # fmt: skip
        canvas.traces.append(draw_absolute(panel, study))
        items = line_key(canvas, study, other_years(study, study.table)) if i == 0 else []
        _key_line(canvas, _labels(canvas, study, panel, items), top, named.right + 2, x + width)
        title, *shown = heads[i]
        below = draw_head(  # both in the same words
            canvas, [title, *shown[fitting:]],
            Rect(x, top + 8 + TITLE * height - CAP * size, x + width, bottom),
        )  # fmt: skip
        _difference(canvas, study, Rect(x, below + size, x + width, bottom), lower, start, i == 0, dates)


def _difference_limits(studies: Sequence[Study]) -> tuple[float, float]:
    """Limits of the differences that hold for every series."""
    lows, highs = zip(*(difference_limits(study) for study in studies), strict=True)
    return min(lows), max(highs)


def _difference(
    canvas: Canvas, study: Study, area: Rect, ylim: tuple[float, float], left: float, named: bool, dates: means.Dates
) -> None:
    """A panel of differences with its grid."""
    panel = canvas.panel(area, day_limits(dates), ylim)
    draw_scale(canvas, panel, left=left, named=named)
    canvas.traces.append(draw_differences(panel, study, dates))
    draw_days(canvas, panel, dates)


def _key_line(canvas: Canvas, items: Sequence[KeyItem], base: float, left: float, right: float) -> None:
    """What the panel below has no room for of the key, at the right end of its heading; as many lines as fit."""
    widths = [key_extent(canvas, [item])[0] for item in items]
    while widths and right + KEY_CLEAR - sum(widths) < left:
        widths.pop()
    x = right + KEY_CLEAR - sum(widths)
    for item, width in zip(items, widths, strict=False):
        top = base - CAP * item.line.size - KEY_CLEAR
        draw_key(canvas, [item], Rect(x, top, x + width, base + KEY_CLEAR))
        x += width


def _labels(canvas: Canvas, study: Study, panel: Panel, items: Sequence[KeyItem]) -> Sequence[KeyItem]:
    """Callout, key and the season at the foot of a southern year; what of the key found no place."""
    low, high = reach(study)
    empty = outside_extremes(panel.rect, panel.rect.width, panel.ylim, low, high)
    size, theme = canvas.size(canvas.preset.type.label), canvas.theme
    at, value = end_point(study, study.table)
    lines = [
        Line(str(study.year), "bold", canvas.size(canvas.preset.type.callout) * 0.9, theme.ink),
        Line(canvas.language.temperature(study.findings.latest.value, decimals_of(study)), "semibold", size, theme.ink),
    ]
    point = (panel.x(at), panel.y(value))
    second = (lambda free: free.roomiest(*key_extent(canvas, items))) if items else None
    keyed = place_callout(canvas, empty, [lines], point, ((empty, second), (empty, None)))
    shown = items
    if items and keyed is None:  # the average is the widest
        shown = [item for item in items if item.dash == "-"]
        keyed = empty.roomiest(*key_extent(canvas, shown)) if shown else None
    if keyed is not None:
        draw_key(canvas, shown, keyed)
        empty.occupy(keyed)
    if study.region.southern:
        _season(canvas, study, panel, empty, low)
    return [item for item in items if keyed is None or item not in shown]


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


CHART = Chart("hemispheres", 40, tell, draw, table, presets=("panel", *COMMON), series=(2, 2), needs="hemispheres")

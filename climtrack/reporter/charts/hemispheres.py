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
    average_item,
    decimals_of,
    draw_key,
    key_extent,
    last_year_item,
    line_key,
    place_callout,
    versus_average,
    versus_year,
)
from climtrack.reporter.chart import COMMON, Chart, Draft, Table
from climtrack.reporter.curves import (
    absolute_limits,
    difference_limits,
    draw_absolute,
    draw_differences,
    end_point,
    other_years,
    outside_extremes,
    reach,
)
from climtrack.reporter.fonts import CAP, Line
from climtrack.reporter.geometry import Emptiness, Rect, tick_step, tick_values
from climtrack.reporter.layout import (
    MONTH_DROP,
    YEAR,
    dotted_note,
    draw_grid,
    draw_months,
    missing_notes,
    page,
    plain_ticks,
    signed_ticks,
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
    """Both against the average, then against last year where that says more."""
    say = one.language.text
    shorts = {"short": one.half, "Short": capitalised(one.half), "short2": two.half}
    if one.anomaly is None or two.anomaly is None:
        return (say("hemi.values", value=one.value, value2=two.value, **shorts),)
    sides = {side(phrases.anomaly.value, phrases.decimals) for phrases in (one, two) if phrases.anomaly is not None}
    each = say("hemi.each", one=_average(one, shorts["Short"]), two=_average(two, two.half))
    halves = {one.study.region.name, two.study.region.name} == HALVES
    if not halves or sides not in ({"above"}, {"below"}):
        return (each,)
    if sides == {"below"}:
        return (say("hemi.below"),)
    if one.yoy is None or two.yoy is None or any(v.yoy and v.yoy.other_year != v.day.year - 1 for v in (one, two)):
        return (say("hemi.above"),)
    ways = [direction(phrases.yoy.difference, phrases.decimals) for phrases in (one, two) if phrases.yoy is not None]
    if ways == [-1, -1]:
        return (say("hemi.above.cooler"),)
    if ways == [1, 1]:
        return (say("hemi.above.warmer"),)
    if -1 in ways:
        return (say("hemi.above.only", short=(one if ways[0] < 0 else two).half), say("hemi.above"))
    return (say("hemi.above"),)


def _average(phrases: Phrases, subject: str) -> str:
    """A hemisphere against its average, as the titles of one series say it."""
    value = phrases.anomaly.value if phrases.anomaly is not None else np.nan
    size = phrases.language.size(value, phrases.decimals)
    return phrases.language.text(f"title.average.{side(value, phrases.decimals)}", Subject=subject, size=size)


def tell(each: Sequence[Phrases]) -> Draft:
    if len(each) != 2:
        raise RenderError("draw.hemispheres.two", count=len(each))
    one, two = each
    say = one.language.text
    apart = one.day != two.day
    common = {
        "quantity": one.quantity, "Quantity": capitalised(one.quantity), "years": one.years, "date": one.date,
        "date2": two.date, "name": one.place.name, "name2": two.place.name, "short": one.half, "short2": two.half,
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
        ),
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
UPPER, TITLE = 0.57, 0.70
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
        raise RenderError("draw.hemispheres.baseline", north=first.series.key, south=second.series.key)
    language, form = canvas.language, canvas.preset.form
    shaded = [] if first.partial or second.partial else [language.text("note.shaded")]
    notes = [*shaded, *dict.fromkeys(n for s in studies for n in dotted_note(s, language))]
    notes.append(language.text("note.same.scale"))
    notes += dict.fromkeys(n for s in studies for n in missing_notes(s, language))
    room = page(canvas, words, first, notes).lowered(4)
    if form in {"square", "tall"}:
        _rows(canvas, studies, room)
    else:
        _columns(canvas, studies, room)


def _columns(canvas: Canvas, studies: Sequence[Study], room: Rect) -> None:
    """Absolute above, difference below, one column a series."""
    card, size = canvas.preset.form == "card", canvas.size(canvas.preset.type.label)
    left = room.left + (3 if card else canvas.size(max(canvas.preset.gutter, 42)))
    width = (room.right - left - COLUMN_GAP) / 2
    lows, highs = zip(*(absolute_limits(study, 0.0) for study in studies), strict=True)
    low, high = min(lows), max(highs)
    ylim = (low, high + HEADROOM * (high - low))
    lower = _difference_limits(studies)
    head = Line("", "bold", size * 1.08, canvas.theme.ink)
    top, bottom = room.top + CAP * head.size, room.bottom - canvas.size(MONTH_DROP)
    for i, study in enumerate(studies):
        x = left + i * (width + COLUMN_GAP)
        text = place(study.region, canvas.language).name
        named = canvas.text("head", x, top, Line(text, "bold", head.size, canvas.theme.ink))
        height = bottom - top - 8
        upper = Rect(x, top + 8, x + width, bottom if card else top + 8 + UPPER * height)
        panel = canvas.panel(upper, YEAR, ylim)
        start = room.left if i == 0 else x
        if not card:
            by = tick_step(high - low)
            draw_grid(
                canvas, panel, [v for v in tick_values(*ylim, by) if v <= high],
                plain_ticks(canvas.language, by) if i == 0 else None, left=start,
            )  # fmt: skip
        canvas.traces.append(draw_absolute(panel, study))
        keyed = _labels(canvas, study, panel, with_key=i == 0 and not card)
        if i == 0 and not keyed:
            _key_line(canvas, study, top, named.right + 8, x + width)
        if card:
            draw_months(canvas, panel)
            continue
        _subhead(canvas, study, Rect(x, top + 8 + TITLE * height, x + width, bottom))
        _difference(canvas, study, Rect(x, top + 8 + TITLE * height + size, x + width, bottom), lower, start, i == 0)


def _rows(canvas: Canvas, studies: Sequence[Study], room: Rect) -> None:
    """Differences only, one under the other: two curves in a column would be too low to read."""
    theme, size = canvas.theme, canvas.size(canvas.preset.type.label)
    lower, left = _difference_limits(studies), room.left + canvas.size(max(canvas.preset.gutter, 42))
    items = [
        last_year_item(canvas, studies[0]),
        average_item(canvas, studies[0].baseline.label if studies[0].baseline else ""),
    ]
    x = room.left
    for item in items:  # a key of one line, above both panels
        draw_key(canvas, [item], Rect(x - KEY_CLEAR, room.top - KEY_CLEAR, room.right, room.top + size))
        x += key_extent(canvas, [item])[0] + 6
    top = room.top + size + 6
    bottom = room.bottom - canvas.size(MONTH_DROP)
    height = (bottom - top) / len(studies)
    for i, study in enumerate(studies):
        begin = top + i * height
        base = begin + 10 + CAP * size
        text = place(study.region, canvas.language).name
        rect = canvas.text("head", room.left, base, Line(text, "bold", size, theme.ink))
        _value(canvas, base, rect.right, room.right, versus_average(canvas.language, study), theme.average)
        area = Rect(left, base + size + 2, room.right, begin + height - (8 if i == 0 else 0))
        _difference(canvas, study, area, lower, room.left, True, months=i == len(studies) - 1)


def _difference_limits(studies: Sequence[Study]) -> tuple[float, float]:
    """Limits of the differences that hold for every series."""
    lows, highs = zip(*(difference_limits(study) for study in studies), strict=True)
    return min(lows), max(highs)


def _difference(
    canvas: Canvas, study: Study, area: Rect, ylim: tuple[float, float], left: float, named: bool, months: bool = True
) -> None:
    """A panel of differences with its grid."""
    panel = canvas.panel(area, YEAR, ylim)
    by = tick_step(ylim[1] - ylim[0], most=min(area.height / (canvas.size(canvas.preset.type.axis) * 1.2), 4.5))
    values = [v for v in tick_values(*ylim, by) if v >= 0 or ylim[0] < -1.5 * by]
    label = signed_ticks(canvas.language, by) if named else None
    draw_grid(canvas, panel, values, label, left=left, above=7)
    canvas.traces.append(draw_differences(panel, study))
    if months:
        draw_months(canvas, panel)


def _subhead(canvas: Canvas, study: Study, area: Rect) -> None:
    """Title of a lower panel, and what the last day differs by."""
    size, theme, language = canvas.size(canvas.preset.type.label), canvas.theme, canvas.language
    rect = canvas.text(
        "panel-title", area.left, area.top, Line(language.text("label.difference"), "semibold", size, theme.ink)
    )
    _value(canvas, area.top, rect.right, area.right, versus_year(language, study), theme.last_year_text)


def _value(canvas: Canvas, base: float, left: float, right: float, text: str | None, colour: str) -> None:
    """A difference at the right end of a heading, where it fits."""
    if text is None:
        return
    line = Line(text, "semibold", canvas.size(canvas.preset.type.label), colour)
    if left + 8 + canvas.width(line) <= right:
        canvas.text("panel-value", right, base, line, align="right")


def _key_line(canvas: Canvas, study: Study, base: float, left: float, right: float) -> None:
    """The key at the right end of a heading, where the panel below has no room for it; the average before last year."""
    average = average_item(canvas, study.baseline.label if study.baseline else "")
    for items in ([last_year_item(canvas, study), average], [average]):
        widths = [key_extent(canvas, [item])[0] for item in items]
        x = right + KEY_CLEAR - sum(widths)
        if x < left:
            continue
        for item, width in zip(items, widths, strict=True):
            top = base - CAP * item.line.size - KEY_CLEAR
            draw_key(canvas, [item], Rect(x, top, x + width, base + KEY_CLEAR))
            x += width
        return


def _labels(canvas: Canvas, study: Study, panel: Panel, *, with_key: bool) -> bool:
    """Callout, key and the season at the foot of a southern year; whether the key found its place."""
    low, high = reach(study)
    empty = outside_extremes(panel.rect, panel.rect.width, panel.ylim, low, high)
    size, theme = canvas.size(canvas.preset.type.label), canvas.theme
    at, value = end_point(study, study.table)
    lines = [
        Line(str(study.year), "bold", canvas.size(canvas.preset.type.callout) * 0.9, theme.ink),
        Line(canvas.language.temperature(study.findings.latest.value, decimals_of(study)), "semibold", size, theme.ink),
    ]
    items = line_key(canvas, study, other_years(study, study.table)) if with_key else []
    point = (panel.x(at), panel.y(value))
    second = (lambda free: free.roomiest(*key_extent(canvas, items))) if items else None
    keyed = place_callout(canvas, empty, [lines], point, ((empty, second), (empty, None)))
    if keyed is not None:
        draw_key(canvas, items, keyed)
        empty.occupy(keyed)
    if study.region.southern:
        _season(canvas, study, panel, empty, low)
    return keyed is not None


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

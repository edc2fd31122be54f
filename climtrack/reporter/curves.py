"""Curves of one study over its years, limits that hold for every issue, and the panel of differences beside them."""

from __future__ import annotations

import datetime as dt
from calendar import isleap
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from climtrack.reporter import means
from climtrack.reporter.annotations import (
    EVERY,
    RIGHT_GUTTER,
    Second,
    arrange,
    draw_right_labels,
    figure_size,
    latest_figures,
)
from climtrack.reporter.fonts import CAP, Line
from climtrack.reporter.geometry import Emptiness, Rect, outward, tick_step, tick_values
from climtrack.reporter.layout import CARD_ABOVE, LIFT, MONTH_DROP, draw_days, draw_grid, signed_ticks
from climtrack.reporter.theme import LAST_LINE, THIS_LINE
from climtrack.vocabulary.calendar import DAYS, LEAP_DAY, MONTH_STARTS, dayofyear, dayofyear_of, same_day
from climtrack.vocabulary.findings import AnyStudy, MonthStudy, OutlookDay, Study
from climtrack.vocabulary.series import Floats, YearTable

if TYPE_CHECKING:
    from climtrack.reporter.canvas import Canvas, Panel

Bools = npt.NDArray[np.bool_]
Dates = means.Dates
DAY_MIDDLES: Floats = np.arange(DAYS, dtype=np.float64) + 0.5
DOTTED = (0, (0.15, 1.75))


def other_years(study: Study, table: YearTable) -> tuple[int, ...]:
    """Years of a table that hold any value, without this one and the last."""
    return tuple(
        int(year)
        for year, row in zip(table.years, table.values, strict=True)
        if year not in (study.year, study.year - 1) and not np.isnan(row).all()
    )


def trace(row: Floats, *, leap: bool) -> tuple[Floats, Floats]:
    """A year's values as points of a line: 29 February has its own slot, which common years step over."""
    xs: Floats = np.arange(row.size, dtype=np.float64) + 0.5
    if leap:
        return xs, row
    return np.delete(xs, LEAP_DAY - 1), np.delete(row, LEAP_DAY - 1)


def envelope(table: YearTable) -> tuple[Floats, Floats]:
    """Lowest and highest value of each day of year."""
    known = ~np.isnan(table.values)
    low = np.where(known, table.values, np.inf).min(axis=0, initial=np.inf)
    high = np.where(known, table.values, -np.inf).max(axis=0, initial=-np.inf)
    return np.where(np.isinf(low), np.nan, low), np.where(np.isinf(high), np.nan, high)


def reach(study: Study) -> tuple[Floats, Floats]:
    """Lowest and highest of all years and the average, by day of year."""
    low, high = envelope(study.table)
    if study.climatology is None:
        return low, high
    return np.fmin(low, study.climatology.mean), np.fmax(high, study.climatology.mean)


def extremes_of(table: YearTable, years: Sequence[int]) -> tuple[Floats, Floats]:
    """Lowest and highest value of each day of year among some years, 29 February from its neighbours."""
    chosen = YearTable(table.years, table.values[np.isin(table.years, years)], table.alignment)
    low, high = envelope(chosen)
    for edge in (low, high):
        edge[LEAP_DAY - 1] = (edge[LEAP_DAY - 2] + edge[LEAP_DAY]) / 2
    return low, high


def end_point(study: Study, table: YearTable) -> tuple[float, float]:
    """Last point of this year's line."""
    day = dayofyear_of(study.series.end)
    return day - 0.5, float(table.row(study.year)[day - 1])


def draw_this_year(
    panel: Panel, xs: Floats, values: Floats, preliminary: Bools, *, width: float = THIS_LINE, z: float = 6
) -> None:
    """This year's line, dotted from the last settled day through the preliminary ones."""
    ink = panel.theme.this_year
    panel.heavy(xs, np.where(preliminary, np.nan, values), ink, width, z=z, gid="this-year")
    if preliminary.any():
        dotted = preliminary | np.concatenate([preliminary[1:], [False]])
        panel.heavy(xs, np.where(dotted, values, np.nan), ink, width, z=z, gid="preliminary", dash=DOTTED)


def draw_absolute(panel: Panel, study: Study, *, thin_before: int | None = None) -> Floats:
    """Draw all years, the band, the average, last year and this year."""
    table = study.table
    shown = [y for y in other_years(study, table) if thin_before is None or y >= thin_before or y % 2 == 0]
    panel.years([trace(table.row(year), leap=isleap(year)) for year in shown])
    if study.climatology is not None:
        mean, band = study.climatology.mean, study.climatology.band
        panel.band(DAY_MIDDLES, mean - band, mean + band)
        panel.average(DAY_MIDDLES, mean)
    return draw_front(panel, study, table)


def draw_fan(panel: Panel, study: Study, days: Sequence[OutlookDay]) -> Rect:
    """Draw where the line is expected 9 times in 10, from the last value to the end of the year at most."""
    if study.climatology is None:
        raise ValueError("a study without a climatology has no outlook")
    start, value = end_point(study, study.table)
    leads = np.arange(days[-1].lead_days + 1)
    columns = dayofyear(np.datetime64(study.series.end) + leads) - 1
    inside = columns >= columns[0]
    normal = study.climatology.mean[columns]
    known, now = [0, *(day.lead_days for day in days)], value - normal[0]
    low, high = (
        np.interp(leads, known, [now, *edge]) + normal
        for edge in ([day.low for day in days], [day.high for day in days])
    )
    xs = columns + 0.5
    panel.fan(xs[inside], low[inside], high[inside])
    return Rect(
        panel.x(start),
        panel.y(float(high[inside].max())),
        panel.x(float(xs[inside][-1])),
        panel.y(float(low[inside].min())),
    )


#: Before this day of the year differences are those of the last twelve months instead of a year with a speck.
EARLY = 60


def is_early(end: dt.date) -> bool:
    """Whether the year is too young to be drawn alone."""
    return dayofyear_of(end) < EARLY


def shown_days(end: dt.date) -> Dates:
    """Days of a panel of differences: those of the calendar year, or early in it the twelve months to the last one."""
    if is_early(end):
        return np.arange(np.datetime64(same_day(end, end.year - 1)) + 1, np.datetime64(end) + 1)
    return calendar_days(end.year)


def calendar_days(year: int) -> Dates:
    return np.arange(np.datetime64(f"{year}-01-01"), np.datetime64(f"{year + 1}-01-01"))


def day_places(dates: Dates) -> Floats:
    """Where days stand on the time axis; those of a calendar year step over 29 February."""
    whole = (dates[0].item().month, dates[0].item().day) == (1, 1)
    return np.asarray(dayofyear(dates) if whole else np.arange(1, dates.size + 1), dtype=np.float64) - 0.5


def day_limits(dates: Dates) -> tuple[float, float]:
    """Limits of the time axis."""
    return 0.0, float(day_places(dates)[-1]) + 0.5


def draw_differences(
    panel: Panel, study: AnyStudy, dates: Dates, turn: int | None = None, *, lighter: float = 0.85
) -> Floats:
    """
    Draw differences from the average on some days: the band, zero, the line a year earlier, and this one.

    This one is thinner before the day at `turn`, which is the first of its last year where none is given. Months are
    steps, without a band.
    """
    xs, ink, end = day_places(dates), panel.theme.this_year, np.datetime64(study.series.end)
    values, before = means.on_days(study, dates), means.on_days(study, dates, years=1)
    known = np.flatnonzero((dates <= end) & ~np.isnan(values))
    preliminary = np.zeros(dates.size, dtype=bool)
    if isinstance(study, Study) and study.climatology is not None:
        spread = 2 * study.climatology.spread[dayofyear(dates) - 1]
        panel.band(xs, -spread, spread)
        held = dates <= end
        preliminary[held] = study.series.preliminary[(dates[held] - np.datetime64(study.series.start)).astype(int)]
    if turn is None:
        turn = max(int((np.datetime64(f"{study.series.end.year}-01-01") - dates[0]).astype(int)), 0)
    panel.average(np.array(panel.xlim), np.zeros(2))
    panel.heavy(xs, before, panel.theme.last_year, LAST_LINE * lighter, z=5, gid="last-year")
    index = np.arange(dates.size)
    if turn:
        thin = np.where(index <= turn, values, np.nan)
        panel.heavy(xs, thin, ink, THIS_LINE * 0.6 * lighter, z=6, gid="before")
    heavy = np.where(index >= turn, values, np.nan)
    draw_this_year(panel, xs, heavy, preliminary, width=THIS_LINE * lighter, z=6.5)
    if known.size:
        panel.dot(float(xs[known[-1]]), float(values[known[-1]]))
    return panel.points(xs, values)


def draw_front(panel: Panel, study: Study, table: YearTable) -> Floats:
    """Last year and this year, its preliminary days dotted, its last point hollow."""
    this, leap = table.row(study.year), isleap(study.year)
    preliminary = study.preliminary.row(study.year) == 1.0
    settled, pending = np.where(preliminary, np.nan, this), np.where(preliminary, this, np.nan)
    first = int(np.argmax(preliminary)) if preliminary.any() else 0
    before = np.flatnonzero(~np.isnan(settled[:first]))
    if before.size and first - before[-1] <= 2:
        pending[before[-1]] = settled[before[-1]]  # so that the dots join the line
    last = trace(table.row(study.year - 1), leap=isleap(study.year - 1))
    panel.heavy(*last, panel.theme.last_year, LAST_LINE, z=5, gid="last-year")
    ink, width = panel.theme.this_year, THIS_LINE
    panel.heavy(*trace(settled, leap=leap), ink, width, z=6, gid="this-year")
    if not np.isnan(pending).all():
        panel.heavy(*trace(pending, leap=leap), ink, width, z=6, gid="preliminary", dash=DOTTED)
    day = dayofyear_of(study.series.end)
    panel.dot(day - 0.5, float(this[day - 1]))
    return panel.points(*trace(this, leap=leap))


#: Share of the record's range added above it, tried in turn until callout and panel find room in every month.
HEADROOM = (0.12, 0.2, 0.32)
#: Columns in the middle of the months.
MONTH_MIDDLES = tuple(start + 14 for start in MONTH_STARTS)
#: What a line takes on either side where text may stand between lines.
LINE_CLEAR = 4.0


def absolute_limits(study: Study, headroom: float) -> tuple[float, float]:
    """Limits of a series, from the record's extremes rounded outward, so that successive issues compare."""
    low, high = float(np.nanmin(study.table.values)), float(np.nanmax(study.table.values))
    if study.climatology is not None:
        low = min(low, float(np.nanmin(study.climatology.mean - study.climatology.band)))
        high = max(high, float(np.nanmax(study.climatology.mean + study.climatology.band)))
    pad = 0.01 * (high - low)
    low, high = outward(low - pad, high + pad, tick_step(high - low) / 8)
    return low, high + headroom * (high - low)


def outside_extremes(area: Rect, width: float, ylim: tuple[float, float], low: Floats, high: Floats) -> Emptiness:
    """Occupancy of the axes: everything between the lowest and the highest year is taken."""
    empty = Emptiness(area)
    scale = area.height / (ylim[1] - ylim[0])
    empty.occupy_between(
        area.left + (np.arange(low.size) + 0.5) / low.size * width,
        area.bottom - (high - ylim[0]) * scale,
        area.bottom - (low - ylim[0]) * scale,
    )
    return empty


def between_lines(area: Rect, width: float, ylim: tuple[float, float], lines: Sequence[Floats]) -> Emptiness:
    """Occupancy of axes that the years fill: only the lines that have names are taken, for text has a halo."""
    empty = Emptiness(area)
    scale = area.height / (ylim[1] - ylim[0])
    for line in lines:
        y = area.bottom - (line - ylim[0]) * scale
        empty.occupy_between(area.left + (np.arange(y.size) + 0.5) / y.size * width, y - LINE_CLEAR, y + LINE_CLEAR)
    return empty


def compose(
    study: Study,
    area: Rect,
    right: float,
    sizes: Sequence[tuple[float, float]],
    second: Callable[[int], Second | None],
) -> tuple[float, float]:
    """
    Limits of a curve in which callout and key find room whatever the month: the same for every issue and language.

    More room above flattens it, so the grey years lose their name before that.
    """
    low, high = reach(study)
    middles = (low + high) / 2
    for named, headroom in [(named, room) for named in (3, 2) for room in HEADROOM]:
        ylim = absolute_limits(study, headroom)
        empty = outside_extremes(Rect(area.left, area.top, right, area.bottom), area.width, ylim, low, high)
        if all(
            arrange(empty, sizes, (area.left + day / DAYS * area.width, y), second(named), EVERY) is not None
            for day in MONTH_MIDDLES
            if not np.isnan(y := area.bottom - (middles[day] - ylim[0]) / (ylim[1] - ylim[0]) * area.height)
        ):
            return ylim
    return absolute_limits(study, HEADROOM[1])


#: Height of a panel of differences with its name and figures: a share of the room, and at least so many CSS pixels.
PANEL, LOWEST = {"wide": 0.28, "square": 0.33, "tall": 0.33}, {"wide": 62.0, "square": 76.0, "tall": 74.0}
#: Room between the curve and the panel's name, as a share of the height.
PANEL_GAP = 0.09


def above_panel(canvas: Canvas, full: Rect) -> Rect:
    """What a panel of differences leaves for the curve above it."""
    form = canvas.preset.form
    height = max(PANEL[form] * full.height, canvas.size(LOWEST[form]))
    return Rect(full.left, full.top, full.right, full.bottom - height - PANEL_GAP * full.height)


#: How far a tick label may reach above the panel.
ABOVE = 7.0


#: Years whose lowest value a panel of differences holds: colder decades would squeeze the lines that it is for.
HELD = 10


def difference_limits(study: AnyStudy) -> tuple[float, float]:
    """Limits of the differences of a series, always with zero: its record above, the last years' lowest below."""
    if isinstance(study, MonthStudy):
        years, values = study.years, study.anomalies
    elif study.anomalies is not None:
        years, values = study.anomalies.years, study.anomalies.values
    else:
        raise ValueError("a study without a climatology has no differences")
    high = max(float(np.nanmax(values)), 0.1)
    low = float(np.nanmin(values[years > study.year - HELD]))
    return outward(min(low, -0.25 * high), high, 0.1)


def draw_below(canvas: Canvas, study: Study, area: Rect, left: float) -> Panel:
    """Draw the panel under the curve, above it its name and what the latest day differs by."""
    size, shown = figure_size(canvas), latest_figures(canvas, study)
    names = [Line(name, "semibold", size, canvas.theme.ink) for name in _panel_names(canvas, study)]
    room = Rect(left, area.top - CAP * size, area.right, area.bottom)
    below = draw_head(canvas, [names, *shown], room, level=canvas.preset.form == "wide")
    return _draw_panel(canvas, study, Rect(area.left, below + size, area.right, area.bottom), left, z=2)


def _panel_names(canvas: Canvas, study: Study) -> tuple[str, ...]:
    """Names of the panel of differences, fullest first."""
    say, baseline = canvas.language.text, study.baseline.label if study.baseline is not None else ""
    early = ".12" if is_early(study.series.end) else ""
    return tuple(say(f"label.difference{kind}", baseline=baseline) for kind in (f"{early}.of", ".of", ""))


def _draw_panel(canvas: Canvas, study: Study, area: Rect, left: float, *, z: float) -> Panel:
    dates = shown_days(study.series.end)
    panel = canvas.panel(area, day_limits(dates), difference_limits(study), z=z)
    draw_scale(canvas, panel, left=left, z=z - 0.5)
    canvas.traces.append(draw_differences(panel, study, dates))
    draw_days(canvas, panel, dates, z=z + 0.1)
    return panel


#: Wordings of a panel's name, then of its figures in their inks, fullest first.
Head = Sequence[Sequence[Line]]
#: Room beside a panel of a card for its name and figures.
BESIDE = 196.0


#: Between panels; all are as high as one another, as those who share a scale must be.
ROW_GAP = 8


def draw_rows(canvas: Canvas, studies: Sequence[AnyStudy], room: Rect, heads: Sequence[Head], *, days: int = 0) -> None:
    """
    Draw differences from the average under one another, on one scale and one time axis.

    Name and figures stand above each, on a card beside it; the last `days` of each line, or its last month, lie on a
    wash.
    """
    theme, size, card = canvas.theme, canvas.size(canvas.preset.type.label), canvas.preset.form == "card"
    lows, highs = zip(*(difference_limits(study) for study in studies), strict=True)
    ylim, dates = (min(lows), max(highs)), shown_days(max(study.series.end for study in studies))
    named, bottom = canvas.preset.form == "wide", room.bottom - canvas.size(MONTH_DROP)
    height, gutter = (bottom + ROW_GAP - room.top) / len(studies), canvas.size(max(canvas.preset.gutter, 42))
    level = all(head_width(canvas, head[0][0], head[1]) <= room.width for head in heads)
    for i, (study, head) in enumerate(zip(studies, heads, strict=True)):
        last = i == len(studies) - 1
        cell = Rect(room.left, room.top + i * height, room.right, room.top + (i + 1) * height - ROW_GAP)
        if card:
            area = Rect(cell.left + gutter, cell.top, cell.right - canvas.size(BESIDE), cell.bottom)
            draw_beside(canvas, head, Rect(area.right + 14, cell.top, cell.right, cell.bottom))
        else:
            top = draw_head(canvas, head, cell, level=level) + size
            area = Rect(cell.left + gutter, top, cell.right - canvas.size(RIGHT_GUTTER) * named, cell.bottom)
        panel = canvas.panel(area, day_limits(dates), ylim)
        draw_scale(canvas, panel, left=cell.left)
        if days and dates[0] <= np.datetime64(study.series.end):
            end = day_places(dates)[dates <= np.datetime64(study.series.end)][-1] + 0.5
            width = study.series.end.day if isinstance(study, MonthStudy) else days
            wash = Rect(max(panel.x(end - width), area.left), area.top, panel.x(end), area.bottom)
            canvas.fill(wash, theme.grid, z=0.3)
        canvas.traces.append(draw_differences(panel, study, dates))
        if named:
            draw_right_labels(canvas, panel, study, float(means.on_days(study, dates, years=1)[-1]), 0.0)
        if last:
            draw_days(canvas, panel, dates)


#: Least distance of tick labels in type sizes: numbers have no descenders.
CLOSEST = 0.86


def draw_scale(canvas: Canvas, panel: Panel, *, left: float, named: bool = True, z: float = 0.5) -> None:
    """Grid of a low panel of differences."""
    (low, high), height, size = panel.ylim, panel.rect.height, canvas.size(canvas.preset.type.axis)
    by = tick_step(high - low, most=min(height / (size * 1.2), 4.5))
    # Zero alone is no scale: where the first tick above it has no room for its label, the step is halved.
    above = CARD_ABOVE if canvas.preset.form == "card" else ABOVE
    reach = high - (LIFT + CAP * size - above) / height * (high - low)
    if by > reach >= by / 2 and by / 2 / (high - low) * height >= CLOSEST * size:
        by /= 2
    values = [v for v in tick_values(low, high, by) if v >= 0 or low < -1.5 * by]
    label = signed_ticks(canvas.language, by) if named else None
    draw_grid(canvas, panel, values, label, left=left, above=ABOVE, z=z)


#: Room between a panel's name and its figures, and among these, in type sizes.
NAME_GAP, FIGURE_GAP = 1.0, 0.55


def figures_width(canvas: Canvas, figures: Sequence[Line]) -> float:
    """Width of figures on one line."""
    return sum(map(canvas.width, figures)) + FIGURE_GAP * figures[0].size * (len(figures) - 1)


def head_width(canvas: Canvas, name: Line, figures: Sequence[Line]) -> float:
    """Width of a panel's name and its figures on one line."""
    return canvas.width(name) + NAME_GAP * name.size + figures_width(canvas, figures)


def draw_head(canvas: Canvas, head: Head, room: Rect, *, level: bool = True) -> float:
    """Set a panel's name and its figures, on one line where they fit, else under it, and say where the panel begins."""
    names, *wordings = head
    size, base = names[0].size, room.top + CAP * names[0].size
    pairs = [(name, lines) for name in names for lines in wordings[:2]]
    fitting = [pair for pair in pairs if head_width(canvas, *pair) <= room.width] if level else []
    if fitting:
        name, lines = fitting[0]
        canvas.text("head", room.left, base, name)
        x = room.right - head_width(canvas, name, lines) + canvas.width(name) + NAME_GAP * size
    else:
        name = next((one for one in names if canvas.width(one) <= room.width), names[-1])
        x = canvas.text("head", room.left, base, name).left
        base += 1.25 * size
        lines = next((one for one in wordings if figures_width(canvas, one) <= room.width), wordings[-1])
    for line in lines:
        x = canvas.text("panel-value", x, base, line).right + FIGURE_GAP * size
    return base


def draw_figures(canvas: Canvas, study: Study, room: Rect) -> Rect:
    """Set what the latest day differs by above a card's chart, and say what is left for it."""
    size, wordings = figure_size(canvas), latest_figures(canvas, study)
    lines = next((one for one in wordings if figures_width(canvas, one) <= room.width), wordings[-1])
    x, base = room.left, room.top + CAP * size
    for line in lines if len(lines) > 1 else []:
        x = canvas.text("panel-value", x, base, line).right + FIGURE_GAP * size
    return room.lowered(CAP * size + 7)


def draw_beside(canvas: Canvas, head: Head, room: Rect) -> None:
    """Set a panel's name and its figures under one another, beside the panel; a low one has both on one line."""
    names, *wordings = head
    name = next((one for one in names if canvas.width(one) <= room.width), names[-1])
    lines = next((one for one in wordings if canvas.extent(one)[0] <= room.width), wordings[-1])
    lines = [line for line in lines if line.face != "bold"]
    if canvas.extent([name, *lines])[1] <= room.height:
        canvas.block("panel-value", room.left, room.top, [name, *lines])
    else:
        named = canvas.text("panel-value", room.left, room.top + CAP * name.size, names[-1])
        canvas.block("panel-value", named.right + FIGURE_GAP * name.size, room.top, lines)

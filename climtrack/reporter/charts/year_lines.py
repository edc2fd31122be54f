"""year_lines: where is this region today against every year on record?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from climtrack.reporter import axes, notes, scales
from climtrack.reporter.canvas import Canvas, Line
from climtrack.reporter.charts import callout, curves, differences, key
from climtrack.reporter.charts.arrangement import EVERY, FULL, Mode, Second, arrange
from climtrack.reporter.charts.ends import End, ends
from climtrack.reporter.charts.key import KeyItem
from climtrack.reporter.emptiness import Emptiness
from climtrack.reporter.fonts import CAP, wrapped
from climtrack.reporter.frame import page
from climtrack.reporter.geometry import Rect
from climtrack.reporter.panel import Panel
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.calendar import DAYS, LEAP_DAY, MONTH_STARTS, dayofyear_of
from climtrack.vocabulary.results import Study

Floats = npt.NDArray[np.float64]
XLIM = (0.0, float(DAYS))
#: Share of the record's range added above it, tried in turn until callout and panel find room in every month.
HEADROOM = (0.0, 0.1, 0.2, 0.32, 0.45, 0.6)
#: A composition to try: whether the difference panel stands inside, headroom, and acceptable callouts.
Plan = tuple[bool, float, tuple[Mode, ...]]
#: Columns in the middle of the months.
MIDDLES = tuple(start + 14 for start in MONTH_STARTS)
RIGHT_GUTTER = 88.0
#: Shares of the height: the curve, and where the panel under it begins.
UPPER, LOWER = 0.60, 0.70
UNIT = "\u00a0°C"
TICK_HEIGHT = 5.2


@dataclass(frozen=True, slots=True)
class Composition:
    """
    How a series fits a preset, the same for every issue.

    Parameters
    ----------
    inset : bool
        Whether the difference panel fits inside; it stands below otherwise.
    ylim : tuple of float
        Limits in degC.
    """

    inset: bool
    ylim: tuple[float, float]


def draw(canvas: Canvas, studies: Sequence[Study], words: Words, *, thin_before: int | None = None) -> None:
    """
    Draw the flagship.

    Parameters
    ----------
    canvas : Canvas
        An empty picture.
    studies : sequence of Study
        One.
    words : Words
        Title and subtitle.
    thin_before : int, optional
        Of the years before this one only every second is drawn, which the note says.
    """
    (study,) = studies
    preset, language = canvas.preset, canvas.language
    form, card = preset.form, preset.form == "card"
    room = page(canvas, words, study, _notes(canvas, study, thin_before))
    compared = study.anomalies is not None and not card
    left = 3 if card else canvas.size(preset.gutter)
    right = canvas.size(RIGHT_GUTTER) if form in {"wide", "card"} else 0
    bottom = room.bottom - canvas.size(axes.MONTH_DROP)
    full = Rect(room.left + left, room.top, room.right - right, bottom)
    plan = compose(canvas, study, full, room.right, compared)
    stacked = compared and not plan.inset
    if stacked and form == "wide":
        full = Rect(full.left + canvas.size(7), full.top, full.right, full.bottom)  # "+0.5 °C" is wider than "20 °C"
    area = _upper(full) if stacked else full
    panel = canvas.panel(area, XLIM, plan.ylim)
    if not card:
        by = scales.step(plan.ylim[1] - plan.ylim[0])
        axes.grid(canvas, panel, scales.ticks(*plan.ylim, by), axes.plain(language, by), left=room.left, unit=UNIT)
    canvas.traces.append(curves.absolute(panel, study, thin_before=thin_before))
    low, high = curves.envelope(study.table)
    empty = grid(Rect(area.left, area.top, room.right, area.bottom), area.width, plan.ylim, low, high)
    if form in {"wide", "card"}:
        for box in _right_labels(canvas, panel, study):
            empty.occupy(box.grown(2))
    if not stacked:
        axes.months(canvas, panel)
        if not card and _record_ticks(canvas, panel, study):
            empty.occupy(Rect(area.left, area.bottom - 9, area.right, area.bottom))
    at, value = curves.end(study, study.table)
    point, wordings = (panel.x(at), panel.y(value)), _callouts(canvas, study)
    sizes = [canvas.extent(found) for found in wordings]
    items = key_items(canvas, study) if form in {"square", "tall"} else []
    second = _second(canvas, compared and plan.inset, items)
    found = arrange(empty, sizes, point, second, EVERY) or arrange(empty, sizes, point, None, EVERY)
    if found is not None:
        callout.draw(canvas, found.callout, wordings[found.wording], *point)
        empty.occupy(found.callout.grown(callout.CLEAR))
        if found.second is not None:
            empty.occupy(found.second.grown(callout.CLEAR))
            if items:
                key.draw(canvas, items, found.second)
            else:
                differences.inset(canvas, study, found.second)
    if stacked:
        lower = Rect(full.left, full.top + LOWER * full.height, full.right, full.bottom)
        differences.below(canvas, study, lower, room.left)
    if not card:
        _record_label(canvas, panel, study, empty)
    if form == "wide":
        _grey_note(canvas, study, empty)


def limits(study: Study, headroom: float) -> tuple[float, float]:
    """
    Limits of a series, from the record's extremes rounded outward, so that successive issues compare.

    Parameters
    ----------
    study : Study
        Whose table.
    headroom : float
        Share of the range left free above.

    Returns
    -------
    tuple of float
        In degC.
    """
    low, high = float(np.nanmin(study.table.values)), float(np.nanmax(study.table.values))
    if study.climatology is not None:
        low = min(low, float(np.nanmin(study.climatology.mean - 2 * study.climatology.spread)))
        high = max(high, float(np.nanmax(study.climatology.mean + 2 * study.climatology.spread)))
    pad = 0.01 * (high - low)
    low, high = scales.outward(low - pad, high + pad, scales.step(high - low) / 8)
    return low, high + headroom * (high - low)


def grid(area: Rect, width: float, ylim: tuple[float, float], low: Floats, high: Floats) -> Emptiness:
    """
    Occupancy of the axes: everything between the lowest and the highest year is taken.

    Parameters
    ----------
    area : Rect
        The axes, and the room beside them.
    width : float
        Width of the axes alone.
    ylim : tuple of float
        Their limits.
    low, high : array of float
        Extremes by day of year, shape (366,).

    Returns
    -------
    Emptiness
        Ready to place things in.
    """
    empty = Emptiness(area)
    scale = area.height / (ylim[1] - ylim[0])
    empty.occupy_between(
        area.left + curves.X / DAYS * width,
        area.bottom - (high - ylim[0]) * scale,
        area.bottom - (low - ylim[0]) * scale,
    )
    return empty


def compose(canvas: Canvas, study: Study, full: Rect, right: float, compared: bool) -> Composition:
    """
    The composition in which callout and difference panel find room whatever the month.

    Parameters
    ----------
    canvas : Canvas
        The picture, not drawn on.
    study : Study
        Whose extremes.
    full : Rect
        Room of the axes.
    right : float
        Right end of the room for callouts.
    compared : bool
        Whether there is a difference panel.

    Returns
    -------
    Composition
        Inset where it fits, else the panel below.
    """
    form = canvas.preset.form
    low, high = curves.envelope(study.table)
    sizes = [canvas.extent(found) for found in _callouts(canvas, study)]
    items = key_items(canvas, study) if form in {"square", "tall"} else []
    for inset, headroom, modes in _plans(form, compared):
        area, ylim = full if inset else _upper(full), limits(study, headroom)
        empty = grid(Rect(area.left, area.top, right, area.bottom), area.width, ylim, low, high)
        second = _second(canvas, inset and compared, items)
        middles = (low + high) / 2
        if all(
            arrange(empty, sizes, (area.left + day / DAYS * area.width, y), second, modes) is not None
            for day in MIDDLES
            if not np.isnan(y := area.bottom - (middles[day] - ylim[0]) / (ylim[1] - ylim[0]) * area.height)
        ):
            return Composition(inset, ylim)
    return Composition(not compared, limits(study, HEADROOM[2]))


def _plans(form: str, compared: bool) -> list[Plan]:
    """Compositions to try, best first: whether inset, headroom, and which callouts are acceptable."""
    alone = not compared
    plans: list[Plan] = [(alone, headroom, FULL[:1]) for headroom in HEADROOM[:2]]
    plans += [(alone, headroom, FULL) for headroom in HEADROOM[:3]]
    plans += [(alone, headroom, EVERY) for headroom in HEADROOM]
    if form != "wide" or alone:
        return plans
    inside: list[Plan] = [(True, headroom, FULL[:1]) for headroom in HEADROOM[:3]]
    inside += [(True, headroom, FULL) for headroom in HEADROOM[:4]]
    return inside + plans


def _second(canvas: Canvas, inset: bool, items: list[KeyItem]) -> Second | None:
    """What else must find room inside the axes: the inset, or the key."""
    if inset:
        return differences.inset_place
    return (lambda empty: empty.roomiest(*key.extent(canvas, items))) if items else None


def _upper(full: Rect) -> Rect:
    """The curve's room where a panel stands under it."""
    return Rect(full.left, full.top, full.right, full.top + UPPER * full.height)


def _notes(canvas: Canvas, study: Study, thin_before: int | None) -> list[str]:
    """What is shaded, dotted, ticked and missing."""
    language, found = canvas.language, []
    if study.climatology is not None:
        found.append(language.text("note.shaded"))
    found += notes.dotted(study, language)
    days = len(study.findings.records.days)
    if days and canvas.preset.form == "wide":
        found.append(language.text("note.marks", days, year=study.year))
    found += notes.missing(study, language)
    if thin_before is not None:
        found.append(language.text("picture.thinned", year=thin_before))
    return found


def _callouts(canvas: Canvas, study: Study) -> list[list[Line]]:
    """The callout, and shorter ones for where it does not fit."""
    record = study.findings.records.warmest_day.date.year == study.year and canvas.preset.form != "card"
    kinds = {"card": ("average", "none"), "wide": ("both", "year", "none")}
    order = kinds.get(canvas.preset.form, ("year", "none"))
    return [callout.lines(canvas, study, versus=versus, record=record) for versus in order]


def _right_labels(canvas: Canvas, panel: Panel, study: Study) -> list[Rect]:
    """Last year and average, at the ends of their lines."""
    theme, size, language = canvas.theme, canvas.size(canvas.preset.type.label), canvas.language
    card, found = canvas.preset.form == "card", []
    last = study.table.row(study.year - 1)
    if not np.isnan(last[-1]):
        lines = [Line(str(study.year - 1), "bold", size, theme.last_year_text)]
        if study.findings.records.warmest_day.date.year == study.year - 1 and not card:
            lines.append(Line(language.text("picture.record"), "regular", size, theme.last_year_text))
        found.append(End(panel.y(float(last[-1])), tuple(lines)))
    if study.climatology is not None:
        lines = [Line(study.climatology.baseline.label, "bold", size, theme.average)]
        if not card:
            lines.append(Line(language.text("label.average"), "regular", size, theme.average))
        found.append(End(panel.y(float(study.climatology.mean[-1])), tuple(lines)))
    return ends(canvas, panel.rect.right, found, panel.rect.top, panel.rect.bottom + 4)


def _record_ticks(canvas: Canvas, panel: Panel, study: Study) -> bool:
    """Marks on the axis for days warmer than any before on that date."""
    bottom = panel.rect.bottom - 0.9
    runs: list[list[int]] = []
    for column in (dayofyear_of(day) - 1 for day in study.findings.records.days):
        if runs and column - runs[-1][1] <= 1 + (column == LEAP_DAY):
            runs[-1][1] = column
        else:
            runs.append([column, column])
    for first, last in runs:
        rect = Rect(panel.x(first), bottom - TICK_HEIGHT, panel.x(last + 1), bottom)
        canvas.fill(rect, canvas.theme.record, z=3)
    return bool(study.findings.records.days)


def _record_label(canvas: Canvas, panel: Panel, study: Study, empty: Emptiness) -> None:
    """The year of the warmest day, named once beside it; merged into its own label where that is there anyway."""
    record = study.findings.records.warmest_day
    if record.date.year in (study.year, study.year - 1):
        return
    line = Line(
        canvas.language.text("callout.record", year=record.date.year), "regular",
        canvas.size(canvas.preset.type.note), canvas.theme.secondary,
    )  # fmt: skip
    x, y = panel.x(dayofyear_of(record.date) - 0.5), panel.y(record.value)
    width, height = canvas.extent([line])

    def cost(left: Floats, top: Floats) -> Floats:
        dx = np.maximum(np.maximum(left + 3 - x, x - (left + width + 3)), 0)
        dy = np.maximum(np.maximum(top + 3 - y, y - (top + height + 3)), 0)
        return np.where((dx >= 10) & (dy < 14) & (dx < 60), dx + 2 * dy + 4 * (left < x), np.inf)

    place = empty.place(width + 6, height + 6, cost)
    if place is None:
        return
    empty.occupy(place)
    rect = place.grown(-3)
    right = rect.left > x
    near = rect.left - 3 if right else rect.right + 3
    canvas.stroke([x + (2 if right else -2), near], [y, rect.top + CAP * line.size / 2], canvas.theme.axis, 0.7, z=4)
    canvas.text("record", rect.left, rect.top + CAP * line.size, line)


def _grey_note(canvas: Canvas, study: Study, empty: Emptiness) -> None:
    """What the thin lines are, where there is room for it."""
    theme, size = canvas.theme, canvas.size(canvas.preset.type.note)
    others = curves.years(study, study.table).others
    if len(others) < 2:
        return
    how = "label.thin" if theme.name == "light" else "picture.thin.brighter"
    text = canvas.language.text(how, years=f"{others[0]}–{others[-1]}")
    for room in (128, 150, 105, 90):
        lines = [Line(t, "regular", size, theme.secondary) for t in wrapped(theme, "regular", size, text, room)]
        width, height = canvas.extent(lines)
        place = empty.roomiest(width + 10, height + 10)
        if place is not None:
            canvas.block("thin-note", place.left + 5, place.top + 5, lines)
            empty.occupy(place)
            return


def key_items(canvas: Canvas, study: Study) -> list[KeyItem]:
    """Last year, average and the other years, as far as they are drawn."""
    others, found = curves.years(study, study.table).others, []
    if not np.isnan(study.table.row(study.year - 1)).all():
        record = study.findings.records.warmest_day.date.year == study.year - 1
        found.append(key.last_year(canvas, study, record=record))
    if study.baseline is not None:
        found.append(key.average(canvas, study.baseline.label))
    if others:
        found.append(key.others(canvas, others, canvas.theme.newest, 0.8))
    return found

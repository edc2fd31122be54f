"""What is written and keyed inside the axes: labels at the ends of lines, a key, the callout, the scale of colours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from climtrack.reporter.fonts import CAP, LEADING, Line
from climtrack.reporter.geometry import Emptiness, Rect, spread, tick_step, tick_values
from climtrack.reporter.layout import LAST_BASELINE, UNIT, signed_ticks
from climtrack.reporter.theme import AVERAGE_LINE, DIVERGING, LAST_LINE
from climtrack.vocabulary.findings import AnyStudy, Study, YearOverYear
from climtrack.vocabulary.registry import VARIABLES
from climtrack.vocabulary.series import Floats
from climtrack.words.language import Language, direction

if TYPE_CHECKING:
    from climtrack.reporter.canvas import Canvas, Panel

END_GAP = 9.0
#: Room to the right of the axes for them.
RIGHT_GUTTER = 88.0
#: A label moved by more than this many lines gets an elbow leader.
FAR_FROM_END = 0.9


def draw_ends(
    canvas: Canvas, x: float, labels: Sequence[tuple[float, Sequence[Line]]], low: float, high: float
) -> list[Rect]:
    """Set labels beside the ends of lines at some heights, moved apart between two limits."""
    if not labels:
        return []
    labels = sorted(labels, key=lambda label: label[0])
    heights = [sum(line.size * LEADING for line in lines) for _, lines in labels]
    # A label's first line names the line it belongs to, so that one is put level with the end.
    levels = [y + height / 2 - lines[0].size * LEADING / 2 for (y, lines), height in zip(labels, heights, strict=True)]
    found = []
    # A block of many lines has its middle low, yet keeps its place in the order of the ends.
    placed = spread(np.maximum.accumulate(levels).tolist(), heights, low, high)
    for (y, lines), height, level, centre in zip(labels, heights, levels, placed, strict=True):
        first, moved, left = lines[0].size, centre - level, x + END_GAP
        if abs(moved) > FAR_FROM_END * first * LEADING:
            canvas.stroke([x + 2, x + 5, x + 8, x + 11], [y, y, y + moved, y + moved], lines[0].colour, 0.8)
            left += 5
        top = centre - height / 2 + first * (LEADING - 0.68) / 2
        found.append(canvas.block("end", left, top, lines))
    return found


SWATCH, SWATCH_GAP, KEY_CLEAR, KEY_LEADING = 21.0, 5.0, 4.0, 1.27
KEY_DASHES = (0, (3.6, 2.4))


@dataclass(frozen=True, slots=True)
class KeyItem:
    line: Line
    colour: str  # Ink of the stroke in front of it
    stroke: float
    dash: object = "-"


def draw_right_labels(
    canvas: Canvas, panel: Panel, study: AnyStudy, last: float, average: float, *, below: float = 0.0
) -> list[Rect]:
    """Last year and the average, named where their lines end at the right."""
    theme, size, card = canvas.theme, canvas.size(canvas.preset.type.label), canvas.preset.form == "card"
    found: list[tuple[float, Sequence[Line]]] = []
    if not np.isnan(last):
        found.append((panel.y(last), [Line(str(study.year - 1), "bold", size, theme.last_year_text)]))
    if study.baseline is not None:
        lines = [Line(study.baseline.label, "bold", size, theme.average)]
        if not card:
            lines.append(Line(canvas.language.text("label.average"), "regular", size, theme.average))
        found.append((panel.y(average), lines))
    return draw_ends(canvas, panel.rect.right, found, panel.rect.top, panel.rect.bottom + below)


def last_year_item(canvas: Canvas, study: AnyStudy) -> KeyItem:
    """Last year's line."""
    theme, size = canvas.theme, canvas.size(canvas.preset.type.label)
    return KeyItem(Line(str(study.year - 1), "bold", size, theme.last_year_text), theme.last_year, LAST_LINE)


def average_item(canvas: Canvas, baseline: str, language: Language | None = None) -> KeyItem:
    theme, size = canvas.theme, canvas.size(canvas.preset.type.label)
    text = (language or canvas.language).text("label.average.of", baseline=baseline)
    return KeyItem(Line(text, "semibold", size, theme.average), theme.average, AVERAGE_LINE, KEY_DASHES)


def others_item(canvas: Canvas, years: Sequence[int], colour: str, stroke: float) -> KeyItem:
    """The other years, from the first to the last."""
    text = str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"
    size = canvas.size(canvas.preset.type.label)
    return KeyItem(Line(text, "regular", size, canvas.theme.secondary), colour, stroke)


def key_extent(canvas: Canvas, items: Sequence[KeyItem]) -> tuple[float, float]:
    """Width and height of a key with its clear space."""
    size = items[0].line.size
    width = SWATCH + SWATCH_GAP + max(canvas.width(item.line) for item in items)
    return width + 2 * KEY_CLEAR, size * (1 + KEY_LEADING * (len(items) - 1)) + 2 * KEY_CLEAR


def draw_key(canvas: Canvas, items: Sequence[KeyItem], place: Rect) -> None:
    left, baseline = place.left + KEY_CLEAR, place.top + KEY_CLEAR + CAP * items[0].line.size
    for item in items:
        level = baseline - 0.33 * item.line.size
        canvas.stroke([left, left + SWATCH], [level, level], item.colour, item.stroke, z=4, dash=item.dash, gid="key")
        canvas.text("key", left + SWATCH + SWATCH_GAP, baseline, item.line)
        baseline += KEY_LEADING * item.line.size


#: Clear space around the block, shortest leader, and the room between leader and block.
CALLOUT_CLEAR, SHORTEST_LEADER, LEADER_GAP = 4.0, 13.0, 5.0
#: A leader shorter than this hides the end of the line that it points at.
LEADER_LENGTH = 30.0
#: Nor is one to the side longer than this.
LONGEST_LEADER = 64.0
DOT_RADIUS = 4.6


def decimals_of(study: AnyStudy) -> int:
    """Decimals of this variable in a picture."""
    return VARIABLES[study.series.key.variable].decimals


def _versus(language: Language, value: float, places: int, what: str, *, unit: bool, **values: object) -> str:
    """A difference in words that agree with its printed figure."""
    if not direction(value, places):
        return language.text(f"{what}.level", **values)
    printed = language.difference(value, places) if unit else language.signed(value, places)
    return language.text(what, difference=printed, **values)


def figure_size(canvas: Canvas) -> float:
    """Type size of a panel's name and figures."""
    kind = canvas.preset.type
    return canvas.size(kind.axis if canvas.preset.form == "card" else kind.label)


def figures(
    canvas: Canvas, study: AnyStudy, year: float | None, average: float | None, other: int | str, name: str = ""
) -> list[list[Line]]:
    """What this year differs by from another and from the average, in the inks of their lines; fullest first."""
    theme, language, places, size = canvas.theme, canvas.language, decimals_of(study), figure_size(canvas)
    found = []
    for unit in (True, False):
        lines = [Line(f"{name or study.year}:", "bold", size, theme.ink)]
        if year is not None:
            text = _versus(language, year, places, "callout.year", unit=unit, other=other)
            lines.append(Line(text, "semibold", size, theme.last_year_text))
        if average is not None:
            text = _versus(language, average, places, "callout.average", unit=unit)
            lines.append(Line(text, "semibold", size, theme.average))
        found.append(lines)
    found.append(found[-1][1:] or found[-1])  # in a large type the inks alone say whose they are
    return found


def latest_figures(canvas: Canvas, study: Study) -> list[list[Line]]:
    """The same of the latest day."""
    yoy, anomaly = study.findings.year_over_year, study.findings.anomaly
    year = (yoy.difference, yoy.other_year) if isinstance(yoy, YearOverYear) else (None, 0)
    return figures(canvas, study, year[0], anomaly.value if anomaly is not None else None, year[1])


def callout_lines(canvas: Canvas, study: Study, *, versus: str) -> list[Line]:
    """This year's name, the latest value, and what it differs by."""
    found, yoy = study.findings, study.findings.year_over_year
    year = (yoy.difference, yoy.other_year) if isinstance(yoy, YearOverYear) else None
    anomaly = None if found.anomaly is None else found.anomaly.value
    return _callout(canvas, canvas.language, study, versus, found.latest.value, found.latest.date, year, anomaly)


#: A difference as wide as they are.
WIDEST = -0.88


def callout_room(canvas: Canvas, study: Study, *, versus: str) -> tuple[float, float]:
    """Room that a callout takes at most, in any language and on any day: so that every issue is composed alike."""
    values = float(np.nanmin(study.table.values)), float(np.nanmax(study.table.values))
    year, anomaly = (WIDEST, study.year - 1), None if study.climatology is None else WIDEST
    sizes = [
        canvas.extent(_callout(canvas, Language(code), study, versus, value, day, year, anomaly))
        for code in ("en", "es")
        for value in values
        for day in (dt.date(study.year, month, 28) for month in range(1, 13))
    ]
    return max(width for width, _ in sizes), max(height for _, height in sizes)


def _callout(
    canvas: Canvas, language: Language, study: Study, versus: str, value: float, day: dt.date,
    year: tuple[float, int] | None, anomaly: float | None,
) -> list[Line]:  # fmt: skip
    theme, kind, places = canvas.theme, canvas.preset.type, decimals_of(study)
    size, full = canvas.size(kind.label), versus == "both"
    text = language.temperature(value, places)
    if full:
        text = language.text("callout.value", value=text, day=language.date_short(day))
    found = [Line(str(study.year), "bold", canvas.size(kind.callout), theme.ink)]
    found.append(Line(text, "semibold", size, theme.ink))
    if versus in {"both", "year"} and year is not None:
        text = _versus(language, year[0], places, "callout.year", unit=full, other=year[1])
        found.append(Line(text, "semibold", size, theme.last_year_text))
    if versus in {"both", "average"} and anomaly is not None:
        text = _versus(language, anomaly, places, "callout.average", unit=full)
        found.append(Line(text, "semibold", size, theme.average))
    return found


#: What a leader across a line counts, as CSS pixels of its length.
CROSSING = 60.0


def callout_place(
    empty: Emptiness, size: tuple[float, float], x: float, y: float, *, straight: bool = False, lean: float = 0.26,
    levels: Sequence[float] = (),
) -> Rect | None:  # fmt: skip
    """
    Where a callout goes: straight above or below its point where that is free, else the nearest place beside it.

    Rather on the side where no line stands between: `levels` are their heights at the point.
    """
    width, height = size
    higher, lower = [level for level in levels if level < y], [level for level in levels if level > y]

    def cost(left: Floats, top: Floats) -> Floats:
        inside = x - (left + CALLOUT_CLEAR)
        above, below = y - (top + CALLOUT_CLEAR + height), top + CALLOUT_CLEAR - y
        length = np.maximum(above, below)
        upright = (inside >= 3) & (inside <= width - 3) & (length >= SHORTEST_LEADER)
        vertical = np.abs(length - LEADER_LENGTH) + 0.35 * np.abs(inside - lean * width) + 6 * (below > above)
        for level in higher:
            vertical = vertical + CROSSING * (top + CALLOUT_CLEAR + height < level)
        for level in lower:
            vertical = vertical + CROSSING * (top + CALLOUT_CLEAR > level)
        beside = np.maximum(np.maximum(left + CALLOUT_CLEAR - x, x - (left + CALLOUT_CLEAR + width)), 0)
        slanted = np.inf if straight else 90 + np.hypot(beside, np.maximum(length, 0))
        near = (beside >= SHORTEST_LEADER) & (np.hypot(beside, np.maximum(length, 0)) <= LONGEST_LEADER)
        return np.where(upright, vertical, np.where(near, slanted, np.inf))

    found = empty.place(width + 2 * CALLOUT_CLEAR, height + 2 * CALLOUT_CLEAR, cost)
    return None if found is None else found.grown(-CALLOUT_CLEAR)


def draw_callout(canvas: Canvas, place: Rect, found: Sequence[Line], x: float, y: float) -> None:
    """Set the callout and its leader."""
    if place.left <= x <= place.right:
        ys = (
            [place.bottom + LEADER_GAP, y - DOT_RADIUS]
            if place.bottom < y
            else [place.top - LEADER_GAP, y + DOT_RADIUS]
        )
        canvas.leader([x, x], ys)
    else:
        side = place.right + LEADER_GAP if place.right < x else place.left - LEADER_GAP
        middle = min(max(y, place.top + 6), place.bottom - 6)
        reach = float(np.hypot(side - x, middle - y))
        if reach > DOT_RADIUS + 3:
            share = DOT_RADIUS / reach
            canvas.leader([side, x + (side - x) * share], [middle, y + (middle - y) * share])
    canvas.block("callout", place.left, place.top, found)


Second = Callable[[Emptiness], Rect | None]
#: Which wording of the callout, and whether it must stand straight above or below its point.
Mode = tuple[int, bool]
#: In the order in which they are tried.
EVERY: tuple[Mode, ...] = ((0, True), (0, False), (1, True), (1, False), (2, True), (2, False))


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Where things go."""

    wording: int  # Which of the callout's wordings, fullest first
    callout: Rect
    second: Rect | None  # Place of the inset or key


def arrange(
    empty: Emptiness,
    sizes: Sequence[tuple[float, float]],
    point: tuple[float, float],
    second: Second | None,
    modes: Sequence[Mode],
    levels: Sequence[float] = (),
) -> Arrangement | None:
    """Place a callout and whatever else must stand inside the axes, trying either first."""
    for wording, straight in modes:
        if wording >= len(sizes):
            continue
        trial = empty.copy()
        place = callout_place(trial, sizes[wording], *point, straight=straight, levels=levels)
        if place is not None and second is None:
            return Arrangement(wording, place, None)
        if place is None or second is None:
            continue
        trial.occupy(place.grown(CALLOUT_CLEAR))
        other = second(trial)
        if other is not None:
            return Arrangement(wording, place, other)
        trial = empty.copy()
        other = second(trial)
        if other is None:
            return None  # not even without a callout
        trial.occupy(other.grown(CALLOUT_CLEAR))
        place = callout_place(trial, sizes[wording], *point, straight=straight, levels=levels)
        if place is not None:
            return Arrangement(wording, place, other)
    return None


def place_callout(
    canvas: Canvas,
    empty: Emptiness,
    wordings: Sequence[Sequence[Line]],
    point: tuple[float, float],
    tries: Iterable[tuple[Emptiness, Second | None]] = (),
    sizes: Sequence[tuple[float, float]] = (),
) -> Rect | None:
    """
    Set the callout of a point in the first room that has a place for it and for what must stand beside it.

    Says where that is to stand; the callout is taken from the picture's empty space. `sizes` are the room that it takes
    in any language.
    """
    sizes, levels = sizes or [canvas.extent(lines) for lines in wordings], []
    for line in canvas.named_lines():
        known = line[~np.isnan(line[:, 1])]
        if known.size and known[0, 0] <= point[0] <= known[-1, 0]:
            level = float(np.interp(point[0], known[:, 0], known[:, 1]))
            levels += [level] if abs(level - point[1]) > DOT_RADIUS else []
    rooms = list(tries) or [(empty, None)]
    # What stands beside the callout goes only where no room has both, a fact only where none has the full wording.
    whole = [room for room in rooms if room[1] is not None]
    for some in (whole, [room for room in rooms if room[1] is None]):
        for modes in (EVERY[i : i + 2] for i in range(0, len(EVERY), 2)):
            for room, second in some:
                if found := arrange(room, sizes, point, second, modes, levels):
                    draw_callout(canvas, found.callout, wordings[found.wording], *point)
                    empty.occupy(found.callout.grown(CALLOUT_CLEAR))
                    return found.second
    return None


#: Width and height of the key's bar, and the room it takes with its numbers.
COLOUR_KEY_WIDTH, COLOUR_KEY_HEIGHT, COLOUR_KEY_ROOM = 182.0, 7.5, 30.0
#: Its width on a card, whose last lines stand beside it.
COLOUR_KEY_CARD = 128.0
#: Width that a number of the key takes.
COLOUR_NUMBER = 48.0


def colour_classes(values: Floats, limit: float) -> npt.NDArray[np.int64]:
    """Class of each difference."""
    count = len(DIVERGING)
    known = ~np.isnan(values)
    found = np.full(values.shape, -1, dtype=np.int64)
    found[known] = np.clip(np.floor((values[known] + limit) / (2 * limit) * count), 0, count - 1)
    return found


def colour_key_width(canvas: Canvas) -> float:
    return COLOUR_KEY_CARD if canvas.preset.form == "card" else COLOUR_KEY_WIDTH


def draw_colour_key(
    canvas: Canvas, limit: float, right: float, base: float | None = None, width: float = 0.0, *,
    values: Floats | None = None,
) -> None:  # fmt: skip
    """Draw the scale with its numbers; those at its ends say where `values` lie beyond."""
    width = width or colour_key_width(canvas)
    size = canvas.size(canvas.preset.type.axis)
    base = canvas.preset.height - LAST_BASELINE if base is None else base
    top = base - CAP * size - 5 - COLOUR_KEY_HEIGHT
    left, step = right - width, width / len(DIVERGING)
    for i, colour in enumerate(DIVERGING):
        canvas.fill(
            Rect(left + i * step - 0.05, top, left + (i + 1) * step + 0.05, top + COLOUR_KEY_HEIGHT), colour, z=2
        )
    by = tick_step(2 * limit, most=width / COLOUR_NUMBER)
    ticks = tick_values(-limit, limit, by)
    low, high = (values is not None and bool(np.nanmax(way * values) > limit) for way in (-1, 1))
    if low or high or len(ticks) < 3:
        by, ticks = 0.1, (-limit, 0.0, limit)
    label = signed_ticks(canvas.language, by)
    for value in ticks:
        end = "≤\u00a0" if low and value == -limit else "≥\u00a0" if high and value == limit else ""
        text = end + label(value) + UNIT * (value == ticks[-1])
        line = Line(text, "regular", size, canvas.theme.secondary)
        x = left + (value + limit) / (2 * limit) * width
        # The number stands under its colour, the unit beside it.
        number = Line(text.removesuffix(UNIT), "regular", size, canvas.theme.secondary)
        x = min(x - canvas.width(number) / 2, right - canvas.width(line))
        canvas.text("scale", max(x, left), base, line)


def line_key(canvas: Canvas, study: Study, years: Sequence[int], language: Language | None = None) -> list[KeyItem]:
    """Last year, average and the other years, as far as they are drawn."""
    found = []
    if not np.isnan(study.table.row(study.year - 1)).all():
        found.append(last_year_item(canvas, study))
    if study.baseline is not None:
        found.append(average_item(canvas, study.baseline.label, language))
    if years:
        found.append(others_item(canvas, years, canvas.theme.newest, 0.8))
    return found

"""What stands around a chart: title and subtitle above, notes and source below, grid and time axis."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from climtrack.reporter.fonts import CAP, DESCENT, Face, Line, wrapped
from climtrack.reporter.geometry import Rect, tick_values
from climtrack.reporter.sentences import FINE, NAMED_GAP, Phrases, products, year_spans
from climtrack.reporter.theme import Preset
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.calendar import DAYS, MONTH_STARTS, same_day
from climtrack.vocabulary.findings import AnyStudy, MonthStudy, Study
from climtrack.vocabulary.registry import PRODUCTS
from climtrack.words.attribution import copernicus, origin
from climtrack.words.language import Language

if TYPE_CHECKING:
    from climtrack.reporter.canvas import Canvas, Panel


def dotted_note(study: Study, language: Language) -> tuple[str, ...]:
    """What the dotted end means, where there is one."""
    return (language.text("note.dotted"),) if study.findings.preliminary_from is not None else ()


def fortnight_note(study: Study, language: Language, title: str) -> tuple[str, ...]:
    """Of what a number in the title is the mean, in a picture of single days; nothing where the title gives no such."""
    found = study.findings.direction.mean_14d
    mean = language.difference(found, FINE) if isinstance(found, float) else ""
    return (language.text("note.fortnight.mean", mean=mean),) if mean and mean in title else ()


def missing_notes(study: Study, language: Language) -> tuple[str, ...]:
    """Which average this is where it is not the one asked for, and what is missing."""
    uncovered = Phrases(study, language).uncovered()
    return (*filter(None, [uncovered.rstrip(".")]), *gap_notes(study, language))


def gap_notes(study: Study, language: Language) -> tuple[str, ...]:
    """Gaps of this year, years that the series lacks."""
    found = []
    if gaps := [language.date_range(run.first, run.last) for run in study.findings.missing if run.days >= NAMED_GAP]:
        found.append(language.text("note.gap", days=language.list(gaps)))
    if absent := year_spans(study.table.years[np.isnan(study.table.values).all(axis=1)].tolist()):
        found.append(language.text("note.gap.years", years=language.list(absent)))
    return tuple(found)


def notes_of(study: Study, language: Language) -> list[str]:
    """What a picture of differences shades and dots, and what is missing."""
    baseline = study.climatology.baseline.label if study.climatology is not None else ""
    shaded = () if study.partial else (language.text("note.shaded.zero", baseline=baseline),)
    return [*shaded, *dotted_note(study, language), *missing_notes(study, language)]


def partner_note(study: Study, language: Language, other: int) -> tuple[str, ...]:
    """Days of this year that the other year lacks: long gaps, and the latest day in any case."""
    end = study.series.end
    days = [dt.date(end.year, 1, 1) + dt.timedelta(days=i) for i in range(end.timetuple().tm_yday)]
    lacking = [study.series.value(same_day(day, other)) is None for day in days]
    runs = [list(run) for lacks, run in groupby(days, lambda day: lacking[day.timetuple().tm_yday - 1]) if lacks]
    days_lacking = [language.date_range(run[0], run[-1]) for run in runs if len(run) >= NAMED_GAP or run[-1] == end]
    return (language.text("note.partners", other=other, days=language.list(days_lacking)),) if days_lacking else ()


def source_line(studies: Sequence[AnyStudy], language: Language, preset: Preset, credit: str) -> tuple[str, ...]:
    found: dict[str, list[tuple[str, str]]] = {}
    for study in studies:
        product, hands = PRODUCTS[study.series.key.product], origin(study.series)
        short = "" if preset.form == "wide" else ".short"
        kind = ".simulated" if study.simulated else "" if hands == "reanalyzer" else f".{hands}"
        message = f"picture.source{kind}" if study.simulated else f"picture.source{kind}{short}"
        found.setdefault(message, []).append((product.title, product.provider))
    parts = [language.text(message, **products(each, language)) for message, each in found.items()]
    for study in studies:
        licence = copernicus(study.series.key.product, study.series.end, language, short=True)
        parts += [licence] if licence and not study.simulated else []
    if preset.form == "card":  # whose subtitle has no room for it
        several = len({one.series.end for one in studies}) > 1
        ends = [
            language.month(one.series.end) if isinstance(one, MonthStudy)
            else f"{language.date_short(one.series.end)} {one.series.end.year}" if several
            else language.date_long(one.series.end)
            for one in studies
        ]  # fmt: skip
        parts.insert(1, language.list(list(dict.fromkeys(ends))))
    return (*parts, *((credit,) if credit else ()))


def warning_line(study: AnyStudy, language: Language) -> str:
    """What must be seen before the picture is believed: that it is the sample, or that its newest value is old."""
    if study.simulated:
        return language.text("picture.simulated")
    if study.overdue:
        return language.text("picture.overdue", day=language.date_long(study.series.end))
    return ""


#: Limits of a calendar year in days since 1 January.
YEAR = (0.0, float(DAYS))
UNIT = "\u00a0°C"
#: Below this many CSS pixels a month shows its initial only.
NARROW_MONTH = 34
TICK, MONTH_DROP = 5.0, 18.0
#: A panel of no more days than this has dates under it.
FEW_DAYS, WEEK = 45, 7
#: Height of a tick label above its line, and how far it may reach above the axes of a card.
LIFT, CARD_ABOVE = 5.0, 3.0


def draw_grid(
    canvas: Canvas,
    panel: Panel,
    values: Sequence[float],
    label: Callable[[float], str] | None,
    *,
    left: float,
    above: float = 5.0,
    z: float = 0.5,
) -> None:
    """Horizontal grid, each label on its line, the unit on the topmost only; on a card two lines, one of them zero."""
    size = canvas.size(canvas.preset.type.axis)
    # A label stands above its line: the line that has no room for one inside the axes is not drawn.
    card = canvas.preset.form == "card"
    above = min(above, CARD_ABOVE) if card else above
    values = [v for v in values if not label or panel.y(v) - LIFT - CAP * size >= panel.rect.top - above]
    if card and values:
        values = list(dict.fromkeys((0.0 if 0.0 in values[:-1] else values[0], values[-1])))
    for value in values:
        y = panel.y(value)
        canvas.stroke([left, panel.rect.right], [y, y], canvas.theme.grid, 0.8, z=z)
        if label:
            text = label(value) + UNIT * (value == values[-1])
            canvas.text("tick", left, y - LIFT, Line(text, "regular", size, canvas.theme.secondary))


def difference_panel(
    canvas: Canvas, room: Rect, xlim: tuple[float, float], limits: tuple[float, float], *,
    by: float, headroom: float, right: float, gutter: float = 42.0,
) -> Panel:  # fmt: skip
    """Axes of differences with a grid up to the upper limit, headroom above it, and room at the right for labels."""
    low, high = limits
    left = room.left + canvas.size(max(canvas.preset.gutter, gutter))
    area = Rect(left, room.top, room.right - right, room.bottom - canvas.size(MONTH_DROP))
    panel = canvas.panel(area, xlim, (low, high + headroom * (high - low)))
    values = [v for v in tick_values(*panel.ylim, by) if v <= high]
    draw_grid(canvas, panel, values, signed_ticks(canvas.language, by), left=room.left)
    return panel


def plain_ticks(language: Language, by: float) -> Callable[[float], str]:
    """How the ticks of a temperature read."""
    return lambda value: language.number(value, 0 if by >= 1 else 1)


def signed_ticks(language: Language, by: float) -> Callable[[float], str]:
    """How the ticks of a difference read: with a sign, and a bare zero."""
    return lambda value: language.signed(value, 0 if by >= 1 else 1) if value else "0"


def draw_months(canvas: Canvas, panel: Panel, *, z: float = 3) -> float:
    """Time axis under a panel of one calendar year."""
    size, y = canvas.size(canvas.preset.type.axis), panel.rect.bottom
    edges = [panel.x(start - 1) for start in MONTH_STARTS] + [panel.x(DAYS)]
    canvas.stroke([edges[0], edges[-1]], [y, y], canvas.theme.axis, 0.9, z=z)
    for x in edges:
        canvas.stroke([x, x], [y, y + TICK], canvas.theme.axis, 0.8, z=z)
    language = canvas.language
    names = language.month_initials if edges[1] - edges[0] < NARROW_MONTH else language.month_short
    for name, start, stop in zip(names, edges, edges[1:], strict=False):
        canvas.text(
            "month",
            (start + stop) / 2,
            y + canvas.size(MONTH_DROP),
            Line(name, "regular", size, canvas.theme.secondary),
            align="center",
        )
    return y + canvas.size(MONTH_DROP)


def draw_days(canvas: Canvas, panel: Panel, dates: npt.NDArray[np.datetime64], *, z: float = 3) -> None:
    """Time axis under a panel of a calendar year, or of days through New Year."""
    first, last = dates[0].item(), dates[-1].item()
    if (first.year, last) == (last.year, dt.date(last.year, 12, 31)):
        draw_months(canvas, panel, z=z)
    else:
        draw_month_starts(canvas, panel, first, z=z)


def draw_month_starts(canvas: Canvas, panel: Panel, first: dt.date, *, z: float = 3) -> None:
    """Time axis under a panel of some weeks: months where they begin, New Year marked; dates where weeks are few."""
    size, y, days = canvas.size(canvas.preset.type.axis), panel.rect.bottom, int(panel.xlim[1])
    canvas.stroke([panel.rect.left, panel.rect.right], [y, y], canvas.theme.axis, 0.9, z=z)
    if days <= FEW_DAYS:
        _week_dates(canvas, panel, first, z)
        return
    month = 30 * panel.rect.width / days
    for i in range(days):
        day = first + dt.timedelta(days=i)
        if day.day != 1:
            continue
        names = canvas.language.month_short if month > 30 else canvas.language.month_initials
        x, name = panel.x(i), names[day.month - 1]
        if day.month == 1 and i:
            canvas.stroke([x, x], [panel.rect.top, y], canvas.theme.axis, 0.8, z=z)
            name = str(day.year) if month > NARROW_MONTH else name
        canvas.stroke([x, x], [y, y + TICK], canvas.theme.axis, 0.8, z=z)
        line = Line(name, "regular", size, canvas.theme.secondary)
        if x + 3 + canvas.width(line) <= panel.rect.right:
            canvas.text("month", x + 3, y + canvas.size(MONTH_DROP - 2), line)


def _week_dates(canvas: Canvas, panel: Panel, first: dt.date, z: float) -> None:
    """Ticks and dates a week apart, a fortnight where that is too dense, counted back from the last day."""
    size, y, days = canvas.size(canvas.preset.type.axis), panel.rect.bottom, int(panel.xlim[1])
    texts = {i: canvas.language.date_short(first + dt.timedelta(days=i)) for i in range(days)}
    lines = {i: Line(text, "regular", size, canvas.theme.secondary) for i, text in texts.items()}
    widest = max(canvas.width(line) for line in lines.values()) + 10
    apart = WEEK if WEEK * panel.rect.width / days >= 1.5 * widest else 2 * WEEK  # the last one stands inside the edge
    for i in range((days - 1) % apart, days, apart):
        x, half = panel.x(i + 0.5), canvas.width(lines[i]) / 2
        canvas.stroke([x, x], [y, y + TICK], canvas.theme.axis, 0.8, z=z)
        middle = min(max(x, panel.rect.left + half), panel.rect.right - half)
        canvas.text("month", middle, y + canvas.size(MONTH_DROP - 2), lines[i], align="center")


_COUNT = re.compile(r"\b(\d{1,3}°?) (?=\w)")
#: Lines of a title.
MOST_LINES = 3
TITLE_LEADING, SUBTITLE_LEADING, SOURCE_LEADING = 1.12, 1.2, 1.28
#: Of the last line, above the lower edge; link previews lose some 6 CSS pixels there.
LAST_BASELINE = 14.0
LOGO = 22.0


def head(canvas: Canvas, title: str, subtitle: str) -> float:
    """Set title and subtitle, and say where the picture may begin."""
    preset, theme = canvas.preset, canvas.theme
    room = preset.width - 2 * preset.margin
    # A day stays with its month, a count with what it counts, a degree with its side.
    bound = _COUNT.sub("\\1\u00a0", title)
    for css in preset.type.title:
        size = canvas.size(css)
        lines = wrapped(theme, "bold", size, bound, room)
        if len(lines) <= 1 + (css <= 23):
            break
    while len(lines) > MOST_LINES:  # in a reader's own large type, or with a date behind it
        size *= 0.95
        lines = wrapped(theme, "bold", size, bound, room)
    y = preset.margin + CAP * size + (2 if preset.form in {"wide", "square"} else 0)
    for line in lines:
        canvas.text("title", preset.margin, y, Line(line, "bold", size, theme.ink), halo=False)
        y += TITLE_LEADING * size
    y += -TITLE_LEADING * size + DESCENT * size
    if subtitle:
        size = canvas.size(preset.type.subtitle if preset.form != "card" else preset.type.axis)
        y += CAP * size + 4.5 + (len(lines) - 1)
        for line in _sentences(canvas, size, subtitle, room):
            canvas.text("subtitle", preset.margin, y, Line(line, "regular", size, theme.secondary), halo=False)
            y += SUBTITLE_LEADING * size
        y += -SUBTITLE_LEADING * size + DESCENT * size
    return y


def foot(canvas: Canvas, notes: Sequence[str], source: Sequence[str], *, warning: str = "", width: float = 0) -> float:
    """Set notes and source, and say where the picture must end."""
    preset, theme = canvas.preset, canvas.theme
    size = canvas.size(preset.type.source)
    room = width or preset.width - 2 * preset.margin
    lines: list[tuple[str, str, Face, str]] = []
    if warning:
        lines += [("warning", t, "semibold", theme.record) for t in wrapped(theme, "semibold", size, warning, room)]
    if preset.form != "wide":  # where every line counts, all runs on
        notes, source = (), (". ".join((*notes, *source)),)
    if notes:
        lines += [
            ("notes", t, "regular", theme.source) for t in wrapped(theme, "regular", size, ". ".join(notes), room)
        ]
    # Parts of the source share a line where they fit it whole.
    rows: list[str] = []
    for part in source:
        joined = f"{rows[-1]} | {part}" if rows else part
        if rows and len(wrapped(theme, "regular", size, joined, room)) == 1:
            rows[-1] = joined
        else:
            rows.append(part)
    lines += [
        ("source", t, "regular", theme.source) for row in rows for t in wrapped(theme, "regular", size, row, room)
    ]
    bottom = preset.height - LAST_BASELINE
    y = bottom - (len(lines) - 1) * SOURCE_LEADING * size
    top = y - CAP * size
    for name, text, face, colour in lines:
        canvas.text(name, preset.margin, y, Line(text, face, size, colour), halo=False)
        y += SOURCE_LEADING * size
    return top


def page(
    canvas: Canvas, words: Words, study: AnyStudy, notes: Sequence[str], *others: AnyStudy, beside: float = 0.0
) -> Rect:
    """
    Set everything around a chart, and say what is left for it.

    A card has no notes: at the size of a link preview nobody could read them.
    """
    preset, language, card = canvas.preset, canvas.language, canvas.preset.form == "card"
    top = head(canvas, words.title, words.subtitle.rpartition(". ")[0] or words.subtitle if card else words.subtitle)
    right = preset.width - preset.margin - beside
    beside += canvas.logo(right, preset.height - LAST_BASELINE + 2, LOGO)
    bottom = foot(
        canvas,
        () if card else notes,
        source_line((study, *others), language, preset, canvas.theme.credit),
        warning=next(filter(None, (warning_line(one, language) for one in (study, *others))), ""),
        width=preset.width - 2 * preset.margin - beside,
    )
    if beside:
        # What stands beside the last lines is as high as two of them.
        bottom = min(bottom, preset.height - LAST_BASELINE - 2.2 * SOURCE_LEADING * canvas.size(preset.type.source))
    return Rect(preset.margin, top + (6 if card else 10), preset.width - preset.margin, bottom - 9)


def _sentences(canvas: Canvas, size: float, text: str, room: float) -> tuple[str, ...]:
    """A subtitle in lines, broken between its sentences where that gives no more of them."""
    lines = wrapped(canvas.theme, "regular", size, text, room)
    first, stop, rest = text.rpartition(". ")
    if len(lines) == 2 and stop:
        halves = [wrapped(canvas.theme, "regular", size, half, room) for half in (f"{first}.", rest)]
        if all(len(half) == 1 for half in halves):
            return halves[0] + halves[1]
    return lines

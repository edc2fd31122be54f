"""year_lines: where is this region today against every year on record?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from climtrack.reporter.annotations import (
    CALLOUT_CLEAR,
    RIGHT_GUTTER,
    Second,
    callout_lines,
    callout_room,
    draw_key,
    draw_right_labels,
    key_extent,
    line_key,
    place_callout,
)
from climtrack.reporter.answers import falling
from climtrack.reporter.chart import Chart, Draft
from climtrack.reporter.curves import (
    PANEL_GAP,
    above_panel,
    between_lines,
    compose,
    draw_absolute,
    draw_below,
    draw_fan,
    draw_figures,
    end_point,
    is_early,
    other_years,
    outside_extremes,
    reach,
)
from climtrack.reporter.fonts import CAP, Line, wrapped
from climtrack.reporter.geometry import Emptiness, Rect, tick_step, tick_values
from climtrack.reporter.layout import (
    MONTH_DROP,
    YEAR,
    dotted_note,
    draw_grid,
    draw_months,
    fortnight_note,
    missing_notes,
    page,
    plain_ticks,
)
from climtrack.reporter.sentences import Phrases
from climtrack.reporter.titles import titles
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.calendar import LEAP_DAY, dayofyear_of
from climtrack.vocabulary.findings import OutlookDay, Study, Unknown
from climtrack.vocabulary.series import Floats
from climtrack.words.language import Language
from climtrack.words.standing import standing

if TYPE_CHECKING:
    from climtrack.reporter.canvas import Canvas, Panel


def course(phrases: Phrases) -> str:
    """How the year ran against the average and where it ends."""
    findings, language = phrases.findings, phrases.language
    above, known = findings.days_above_average, findings.days_known
    values = {
        "year": phrases.day.year,
        "day": phrases.day_month,
        "relation": phrases.brief(),
    }
    if not isinstance(above, int) or phrases.anomaly is None or known == 1:
        return language.text("alt.lines.plain", **values)
    values |= {"above": language.count(above), "known": language.text("days", known)}
    return language.text({0: "alt.lines.none", known: "alt.lines.allabove"}.get(above, "alt.lines.some"), **values)


def tell(each: Sequence[Phrases], *, outlook: bool = False) -> Draft:
    phrases = each[0]
    language = phrases.language
    common = {"years": phrases.years, "date": phrases.date}
    plain_end = language.text("alt.lines.plain", year=phrases.day.year, day=phrases.day_month, relation=phrases.brief())
    return Draft(
        each,
        titles=titles(phrases),
        subtitles=(
            language.text("subtitle.lines", name=phrases.where, quantity=phrases.quantity, **common),
            *phrases.subtitles("subtitle.short", **common),
        ),
        lead=phrases.averaged(),
        extras=(phrases.uncovered(), phrases.gaps(), phrases.ranked(), phrases.outlook() if outlook else ""),
        alts_short=phrases.alts_short("alt.short.lines"),
        alts=tuple(
            language.text("alt.lines", finding=finding, series=phrases.measured, years=phrases.years)
            for finding in (course(phrases), plain_end)
        ),
        more=(falling(phrases),),
    )


TICK_HEIGHT = 5.2


def record_ticks(canvas: Canvas, panel: Panel, study: Study) -> bool:
    """Marks on the axis for days warmer than any before on that date."""
    bottom = panel.rect.bottom - 0.9
    runs: list[list[int]] = []
    for column in (dayofyear_of(day) - 1 for day in study.findings.records.taken):
        if runs and column - runs[-1][1] <= 1 + (column == LEAP_DAY):
            runs[-1][1] = column
        else:
            runs.append([column, column])
    for first, last in runs:
        rect = Rect(panel.x(first), bottom - TICK_HEIGHT, panel.x(last + 1), bottom)
        canvas.fill(rect, canvas.theme.record, z=3)
    return bool(study.findings.records.taken)


#: Nearest and farthest that the name of the record may stand from its dot.
NEAR, FAR = 9.0, 64.0
#: Radius of that dot with its rim.
DOT = 4.0


def record_label(canvas: Canvas, panel: Panel, study: Study, empty: Emptiness) -> bool:
    """The record named at its peak, as far as its claim bears; one of the latest day is told by the callout."""
    record, language, theme = study.findings.records.warmest_day, canvas.language, canvas.theme
    if isinstance(record, Unknown) or study.findings.latest.date in (record.date, *record.days):
        return True
    inks = {study.year: (theme.this_year, theme.ink), study.year - 1: (theme.last_year, theme.last_year_text)}
    dot, ink = inks.get(record.date.year, (theme.secondary, theme.secondary))
    label = standing("label.record", record, language, value=language.temperature(record.value, 2))
    x, y = panel.x(dayofyear_of(record.date) - 0.5), panel.y(record.value)
    for text in (language.text("label.warmest", label=label), label):
        line = Line(text, "regular", canvas.size(canvas.preset.type.note), ink)
        width, height = canvas.extent([line])

        def cost(left: Floats, top: Floats, width: float = width, height: float = height) -> Floats:
            across = np.maximum(np.maximum(left + 3 - x, x - (left + width + 3)), 0)
            down = np.maximum(np.maximum(top + 3 - y, y - (top + height + 3)), 0)
            far = np.hypot(across, down)
            return np.where((far >= NEAR) & (far <= FAR), far + 4 * (left < x), np.inf)

        place = empty.place(width + 6, height + 6, cost)
        if place is not None:
            empty.occupy(place)
            rect = place.grown(-3)
            end = (min(max(x, rect.left - 2), rect.right + 2), min(max(y, rect.top - 3), rect.bottom + 3))
            share = DOT / max(float(np.hypot(end[0] - x, end[1] - y)), DOT)
            canvas.leader([x + share * (end[0] - x), end[0]], [y + share * (end[1] - y), end[1]])
            panel.mark(dayofyear_of(record.date) - 0.5, record.value, dot)
            canvas.text("record", rect.left, rect.top + CAP * line.size, line)
            return True
    return False


def thin_lines(canvas: Canvas, study: Study, empty: Emptiness) -> None:
    """What the thin lines are, where there is room for it."""
    theme, size = canvas.theme, canvas.size(canvas.preset.type.note)
    others = other_years(study, study.table)
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


#: What stands above and below the axes in most issues, in CSS pixels: room that a composition counts on.
AROUND = {"wide": (98.0, 60.0), "square": (138.0, 60.0), "tall": (123.0, 73.0), "card": (88.0, 45.0)}
#: Items of the key: all of them, and those that it keeps, last year and average.
EVERY_LINE, FEWEST = 3, 2


def draw(
    canvas: Canvas, studies: Sequence[Study], words: Words, *, outlook: bool = False, thin_before: int | None = None
) -> None:
    (study,) = studies
    days = study.findings.outlook if outlook and isinstance(study.findings.outlook, tuple) and _left(study) > 1 else ()
    preset, language, form = canvas.preset, canvas.language, canvas.preset.form
    card, narrow = form == "card", form in {"square", "tall"}
    room = page(canvas, words, study, _notes(canvas, study, words.title, days, thin_before))
    if card:
        room = draw_figures(canvas, study, room)
    stacked = study.anomalies is not None and not card
    # "+0.5 °C" is wider than "20 °C".
    left = room.left + canvas.size(preset.gutter + 7 * (stacked and form == "wide"))
    right = room.right - canvas.size(RIGHT_GUTTER) * (not narrow)
    full = Rect(left, room.top, right, room.bottom - canvas.size(MONTH_DROP))
    area = above_panel(canvas, full) if stacked else full
    years = other_years(study, study.table) if narrow else ()
    keys = [line_key(canvas, study, years, Language(code)) for code in ("en", "es")]
    narrow = narrow and bool(keys[0])

    def second(named: int) -> Second | None:
        """Room that the key needs with so many of its lines, in any language."""
        if not narrow:
            return None
        width, height = (max(sides) for sides in zip(*(key_extent(canvas, one[:named]) for one in keys), strict=True))
        return lambda empty: empty.roomiest(width, height)

    versus = ("none",) if stacked or card else ("year", "none")
    sizes = [callout_room(canvas, study, versus=one) for one in versus]
    above, below = (canvas.size(side) for side in AROUND[form])
    usual = Rect(left, above, right, preset.height - below - canvas.size(MONTH_DROP))
    ylim = compose(study, above_panel(canvas, usual) if stacked else usual, room.right, sizes[-1:], second)
    panel = canvas.panel(area, YEAR, ylim)
    by = tick_step(ylim[1] - ylim[0], most=min(area.height / (1.6 * canvas.size(preset.type.axis)), 5))
    draw_grid(canvas, panel, tick_values(*ylim, by), plain_ticks(language, by), left=room.left)
    canvas.traces.append(draw_absolute(panel, study, thin_before=thin_before))
    low, high = reach(study)
    whole = Rect(area.left, area.top, room.right, area.bottom)
    empty = outside_extremes(whole, area.width, ylim, low, high)
    between = between_lines(whole, area.width, ylim, _named(study))
    if not narrow:
        last, average = float(study.table.row(study.year - 1)[-1]), study.climatology
        end = np.nan if average is None else float(average.mean[-1])
        for box in draw_right_labels(canvas, panel, study, last, end, below=4):
            empty.occupy(box.grown(2))
            between.occupy(box.grown(2))
    if not stacked:
        draw_months(canvas, panel)
    if days:
        fan = draw_fan(panel, study, days)
        empty.occupy(fan)
        between.occupy(fan)
    at, value = end_point(study, study.table)
    wordings = [callout_lines(canvas, study, versus=one) for one in versus]
    if card:  # whose figures name the year
        wordings.append(wordings[-1][1:])
        sizes.append(canvas.extent(wordings[-1]))
    # The key's grey years go first; below the curve last year and the average are named in their inks once more.
    tries = [(empty, second(named)) for named in (EVERY_LINE, FEWEST)] if narrow else []
    tries += [(between, second(FEWEST))] if narrow and not stacked else []
    tries += [(empty, None), (between, None)]
    if place := place_callout(canvas, empty, wordings, (panel.x(at), panel.y(value)), tries, sizes):
        empty.occupy(place.grown(CALLOUT_CLEAR))
        items = line_key(canvas, study, years)
        fitting = key_extent(canvas, items)[1] <= place.height + 0.1
        draw_key(canvas, items if fitting else items[:FEWEST], place)
    if stacked:
        lower = Rect(full.left, area.bottom + PANEL_GAP * full.height, full.right, full.bottom)
        under = draw_below(canvas, study, lower, room.left)
        if not is_early(study.series.end):
            record_ticks(canvas, under, study)
    for text in canvas.boxes:
        between.occupy(text.rect.grown(3))
    if not card and not record_label(canvas, panel, study, empty):
        record_label(canvas, panel, study, between)
    if form == "wide":
        thin_lines(canvas, study, empty)


def _named(study: Study) -> list[Floats]:
    """The lines that have names: this year, last year, average."""
    found = [study.table.row(study.year), study.table.row(study.year - 1)]
    return found if study.climatology is None else [*found, study.climatology.mean]


def _left(study: Study) -> int:
    """Days of the calendar after the latest one, which a fan can cover."""
    return (dt.date(study.series.end.year, 12, 31) - study.series.end).days


def _notes(canvas: Canvas, study: Study, title: str, days: Sequence[OutlookDay], thin_before: int | None) -> list[str]:
    """What is shaded, dotted, ticked and missing."""
    language, found = canvas.language, []
    if study.climatology is not None and not study.partial:
        found.append(language.text("note.shaded"))
    if days:
        found.append(language.text("note.fan", n=min(days[-1].lead_days, _left(study))))
    found += dotted_note(study, language)
    records = len(study.findings.records.taken)
    if records and not is_early(study.series.end):
        found.append(language.text("note.marks", records, year=study.year))
    if study.findings.anomaly is not None:
        found.append(language.text("note.figures.day", day=language.date_day(study.findings.latest.date)))
    found += fortnight_note(study, language, title)
    found += missing_notes(study, language)
    if thin_before is not None:
        found.append(language.text("picture.thinned", year=thin_before))
    return found


CHART = Chart("year_lines", 10, tell, draw, options=("outlook",), thins=True)

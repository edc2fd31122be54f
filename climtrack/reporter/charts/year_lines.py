"""year_lines: where is this region today against every year on record?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from climtrack.reporter import axes, notes, scales
from climtrack.reporter.canvas import Canvas, Line
from climtrack.reporter.charts import callout, curves, differences, key
from climtrack.reporter.charts.annotations import record_label, record_ticks, thin_lines
from climtrack.reporter.charts.arrangement import EITHER, EVERY, Second, arrange
from climtrack.reporter.charts.composition import between_lines, compose, grid, upper
from climtrack.reporter.charts.ends import RIGHT_GUTTER, End, ends
from climtrack.reporter.charts.key import KeyItem
from climtrack.reporter.frame import page
from climtrack.reporter.geometry import Rect
from climtrack.reporter.panel import Panel
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.findings import Study

Floats = npt.NDArray[np.float64]
#: Where the panel under the curve begins, as a share of the height.
LOWER = 0.70
#: Items that the key keeps: last year and average.
FEWEST = 2


def draw(canvas: Canvas, studies: Sequence[Study], words: Words, *, thin_before: int | None = None) -> None:
    """Draw the flagship."""
    (study,) = studies
    preset, language = canvas.preset, canvas.language
    form, card = preset.form, preset.form == "card"
    room = page(canvas, words, study, _notes(canvas, study, thin_before))
    compared = study.anomalies is not None and not card
    left = 3 if card else canvas.size(preset.gutter)
    right = canvas.size(RIGHT_GUTTER) if form in {"wide", "card"} else 0
    bottom = room.bottom - canvas.size(axes.MONTH_DROP)
    full = Rect(room.left + left, room.top, room.right - right, bottom)
    wordings = _callouts(canvas, study, record=False)
    sizes = [canvas.extent(found) for found in wordings]
    items = key_items(canvas, study) if form in {"square", "tall"} else []

    def second(inset: bool, named: bool = True) -> Second | None:
        """What else must find room inside the axes: the inset, or the key, without the grey years if need be."""
        if inset and compared:
            return differences.inset_place
        shown = items if named else items[:FEWEST]
        return (lambda empty: empty.roomiest(*key.extent(canvas, shown))) if shown else None

    plan = compose(study, full, room.right, sizes, second=second, compared=compared, wide=form == "wide")
    stacked = compared and not plan.inset
    if stacked and form == "wide":
        full = Rect(full.left + canvas.size(7), full.top, full.right, full.bottom)  # "+0.5 °C" is wider than "20 °C"
    area = upper(full) if stacked else full
    panel = canvas.panel(area, axes.YEAR, plan.ylim)
    if not card:
        by = scales.step(plan.ylim[1] - plan.ylim[0])
        axes.grid(canvas, panel, scales.ticks(*plan.ylim, by), axes.plain(language, by), left=room.left, unit=axes.UNIT)
    canvas.traces.append(curves.absolute(panel, study, thin_before=thin_before))
    low, high = curves.envelope(study.table)
    whole = Rect(area.left, area.top, room.right, area.bottom)
    empty = grid(whole, area.width, plan.ylim, low, high)
    between = between_lines(whole, area.width, plan.ylim, _named(study))
    if form in {"wide", "card"}:
        for box in _right_labels(canvas, panel, study):
            empty.occupy(box.grown(2))
            between.occupy(box.grown(2))
    if not stacked:
        axes.months(canvas, panel)
        if not card and record_ticks(canvas, panel, study):
            empty.occupy(ticks := Rect(area.left, area.bottom - 9, area.right, area.bottom))
            between.occupy(ticks)
    at, value = curves.end(study, study.table)
    point = (panel.x(at), panel.y(value))
    modes = EVERY
    if not card and study.findings.records.warmest_day.date.year == study.year:
        wordings = [_callouts(canvas, study, record=True)[0], *wordings]
        sizes, modes = [canvas.extent(found) for found in wordings], EITHER
    found = arrange(empty, sizes, point, second(plan.inset), modes)
    while found is None and len(items) > FEWEST:
        items.pop()  # the grey years go first; last year and average stay named
        found = arrange(empty, sizes, point, second(plan.inset), modes)
    found = found or arrange(between, sizes, point, second(plan.inset), modes)
    found = found or arrange(between, sizes, point, None, modes)
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
        under = differences.below(canvas, study, lower, room.left)
        if form == "wide" and not differences.early(study):
            record_ticks(canvas, under, study)
    if not card:
        record_label(canvas, panel, study, empty)
    if form == "wide":
        thin_lines(canvas, study, empty)


def _named(study: Study) -> list[Floats]:
    """The lines that have names: this year, last year, average."""
    found = [study.table.row(study.year), study.table.row(study.year - 1)]
    return found if study.climatology is None else [*found, study.climatology.mean]


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


def _callouts(canvas: Canvas, study: Study, *, record: bool) -> list[list[Line]]:
    """The callout, and shorter ones for where it does not fit."""
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

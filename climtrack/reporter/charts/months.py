"""months: how warm is a hemisphere's sea this year, by month, against every year since 1850?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from climtrack.errors import RenderError
from climtrack.reporter.annotations import (
    RIGHT_GUTTER,
    average_item,
    draw_key,
    draw_right_labels,
    key_extent,
    last_year_item,
    others_item,
    place_callout,
)
from climtrack.reporter.chart import Chart, Draft
from climtrack.reporter.fonts import Line
from climtrack.reporter.geometry import Emptiness, Rect, outward, tick_step
from climtrack.reporter.layout import YEAR, difference_panel, draw_months, page
from climtrack.reporter.months import MonthPhrases
from climtrack.reporter.theme import LAST_LINE, THIS_LINE
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.calendar import DAYS, MONTH_STARTS
from climtrack.vocabulary.findings import MonthStudy
from climtrack.vocabulary.series import Floats

if TYPE_CHECKING:
    from climtrack.reporter.canvas import Canvas

#: Middles of the months on an axis of days.
MIDDLES: Floats = (np.array(MONTH_STARTS) + np.array([*MONTH_STARTS[1:], DAYS + 1])) / 2 - 1
#: Share of the range left free above it for the callout.
HEADROOM = 0.3
#: What a line takes on either side where text may stand between lines.
CLEAR = 5.0


def tell(each: Sequence[MonthPhrases]) -> Draft:
    phrases = each[0]
    if not isinstance(phrases, MonthPhrases):
        raise RenderError("draw.no_months", series=phrases.study.series.key.label)
    language, facts = phrases.language, phrases.facts
    return Draft(
        each,
        titles=(phrases.title(),),
        subtitles=(language.text("months.subtitle", **facts), language.text("months.subtitle.short", **facts)),
        lead=phrases.above(),
        extras=(phrases.below(), phrases.published(), phrases.falling()),
        alts_short=tuple(language.text(f"months.alt.{name}", **facts) for name in ("short", "brief")),
        alts=(language.text(f"months.alt.{phrases.way}", **facts), language.text("months.alt.short", **facts)),
    )


def draw(canvas: Canvas, studies: Sequence[MonthStudy], words: Words) -> None:
    """Draw the months of every year thin, those of last year and this year heavy, each month a dot."""
    (study,) = studies
    theme, preset, language, form = canvas.theme, canvas.preset, canvas.language, canvas.preset.form
    room = page(canvas, words, study, [language.text("months.note", product=MonthPhrases(study, language).product)])
    low, high = outward(float(np.nanmin(study.anomalies)), float(np.nanmax(study.anomalies)), 0.1)
    named = form in {"wide", "card"}
    panel = difference_panel(
        canvas, room, YEAR, (low, high), by=tick_step(high - low), right=canvas.size(RIGHT_GUTTER) * named,
        headroom=HEADROOM * (1.5 if form == "card" else 1.0),
    )  # fmt: skip
    this, last, zero = study.anomalies[-1], study.anomalies[-2], np.zeros(12)
    panel.years([(MIDDLES, row) for row in study.anomalies[:-2]])
    panel.average(np.array([0.0, DAYS]), np.zeros(2))
    panel.heavy(MIDDLES, last, theme.last_year, LAST_LINE, z=5, gid="last-year")
    panel.heavy(MIDDLES, this, theme.this_year, THIS_LINE, z=6, gid="this-year")
    for x, value in zip(MIDDLES[:-1], this[:-1], strict=True):
        if not np.isnan(value):
            panel.mark(float(x), float(value), theme.this_year)
    column = study.findings.month.month - 1
    panel.dot(float(MIDDLES[column]), float(this[column]))
    canvas.traces.append(panel.points(MIDDLES, this))
    draw_months(canvas, panel)

    area = Rect(panel.rect.left, panel.rect.top, room.right, panel.rect.bottom)
    free, between = Emptiness(area), Emptiness(area)
    xs = panel.rect.left + MIDDLES / DAYS * panel.rect.width
    scale = panel.rect.height / (panel.ylim[1] - panel.ylim[0])

    def y_of(row: Floats) -> Floats:
        return np.asarray(panel.rect.bottom - (row - panel.ylim[0]) * scale)

    tops, bottoms = (y_of(edge(study.anomalies, axis=0)) for edge in (np.nanmax, np.nanmin))
    free.occupy_between(xs, tops, bottoms)
    for row in (this, last, zero):
        between.occupy_between(xs, y_of(row) - CLEAR, y_of(row) + CLEAR)
    items = [
        *([last_year_item(canvas, study)] if not np.isnan(last).all() else []),
        average_item(canvas, study.findings.baseline.label),
        others_item(canvas, study.years[:-2].tolist(), theme.newest, 0.8),
    ]
    if named:
        for box in draw_right_labels(canvas, panel, study, float(last[-1]), 0.0):
            free.occupy(box.grown(2))
            between.occupy(box.grown(2))
        items = items[-1:]
    point = (panel.x(float(MIDDLES[column])), panel.y(float(this[column])))
    found, size = study.findings, canvas.size(preset.type.label)
    lines = [
        Line(str(study.year), "bold", canvas.size(preset.type.callout), theme.ink),
        Line(
            language.text(
                "months.callout", difference=language.difference(found.anomaly, 2),
                month=language.month(found.month, year=False),
            ), "semibold", size, theme.ink,
        ),
    ]  # fmt: skip
    extent = key_extent(canvas, items)
    tries = tuple((empty, lambda room: room.roomiest(*extent)) for empty in (free, between))
    if place := place_callout(canvas, free, [lines, lines[:1]], point, (*tries, (between, None))):
        draw_key(canvas, items, place)


CHART = Chart("months", 35, tell, draw, needs="months")

"""day_heatmap: when in the calendar did the warming happen?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from climtrack.errors import RenderError
from climtrack.reporter import means
from climtrack.reporter.annotations import COLOUR_KEY_ROOM, colour_classes, colour_key_width, draw_colour_key
from climtrack.reporter.chart import COMMON, Chart, Draft, Table
from climtrack.reporter.fonts import CAP, LEADING, Line
from climtrack.reporter.geometry import Rect, spread
from climtrack.reporter.layout import MONTH_DROP, draw_months, missing_notes, page
from climtrack.reporter.sentences import Phrases, contracted
from climtrack.reporter.theme import DIVERGING
from climtrack.vocabulary import calendar
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.calendar import DAYS, LEAP_DAY
from climtrack.vocabulary.findings import Study
from climtrack.vocabulary.series import Floats
from climtrack.words.language import capitalised

if TYPE_CHECKING:
    from climtrack.reporter.canvas import Canvas, Panel

#: Weeks below average have all but vanished below this share of the last ten years' days, and are rare below the other.
VANISHED = 0.05
RARE = 0.1


def _rare_after(shares: dict[int, float]) -> int | None:
    """The last year in which values below average were not rare; None where it is the first or the last one."""
    common = [year for year, share in shares.items() if share >= RARE]
    return common[-1] if common and common[-1] != list(shares)[-1] else None


def tell(each: Sequence[Phrases]) -> Draft:
    phrases, language, say = each[0], each[0].language, each[0].language.text
    if phrases.study.climatology is None:
        raise RenderError("draw.no_anomalies", series=phrases.study.series.key.label)
    short = {"subject": phrases.short, "of": contracted("de", phrases.short)}
    common = {
        "name": phrases.topic, "baseline": phrases.baseline, "date": phrases.date, "years": phrases.years,
        "subject": phrases.subject, "of": phrases.of,
    }  # fmt: skip
    shares = means.share_below(phrases.study)
    spans = means.decades(shares)
    titles = phrases.titles("heatmap.plain")
    lead = say("heatmap.lead.plain", **common)
    alts = [say("alt.heatmap.plain", **common)]
    if spans is not None:
        first, last = (f"{a}–{b}" for a, b in spans)
        early, late = (means.span_mean(shares, span) for span in spans)
        figures = {"first": first, "last": last, "share": language.share(early), "share2": language.share(late)}
        if late < VANISHED:
            n, days = means.days_below(phrases.study, spans[1])
            titles = phrases.titles(
                "heatmap.few" if n else "heatmap.none", n=language.count(n), days=language.count(days), last=last
            )
        else:
            titles = phrases.titles("heatmap.share", share=language.share(1 - late), last=last)
        lead = say("heatmap.lead", **figures, **common)
        rare = _rare_after(shares)
        alts = [
            say("alt.heatmap.rare", rare=rare, **common)
            if rare is not None
            else say("alt.heatmap", **figures, **common),
            *alts,
        ]
    above, below = means.first_above_last_below(phrases.study)
    turned = ""
    if above is not None and below is not None:
        turned = say("heatmap.first", above=language.date_long(above), below=language.date_long(below))
    return Draft(
        each,
        titles=titles,
        subtitles=phrases.subtitles("subtitle.heatmap", **common),
        lead=lead,
        extras=(phrases.uncovered(), phrases.gaps(), turned),
        alts_short=(
            say("alt.short.heatmap", **common),
            say("alt.short.heatmap", **{**common, **short}),
            say("alt.short.heatmap.plain", **{**common, **short}),
        ),
        alts=[capitalised(alt) for alt in alts],
    )


WINDOW, ENOUGH = 7, 4
LEFT, RIGHT = 35.0, 46.0


def table(studies: Sequence[Study]) -> Table:
    """Centred 7-day mean of the anomaly, day by day."""
    (study,) = studies
    dates = np.datetime_as_string(study.series.dates).tolist()
    return ("date", "anomaly_7_day_mean"), list(zip(dates, means.weekly(study).tolist(), strict=True))


def draw(canvas: Canvas, studies: Sequence[Study], words: Words) -> None:
    """Draw a row a year and a column a day."""
    (study,) = studies
    form = canvas.preset.form
    narrow = form in {"square", "tall"}
    notes = missing_notes(study, canvas.language)
    room = page(canvas, words, study, notes, beside=0 if narrow else colour_key_width(canvas) + 20).lowered(3)
    years, values = smoothed(study)
    limit = scale_limit(values)
    if narrow:
        draw_colour_key(canvas, limit, room.right, room.bottom, values=values)
        room = Rect(room.left, room.top, room.right, room.bottom - COLOUR_KEY_ROOM)
    else:
        draw_colour_key(canvas, limit, room.right - canvas.size(RIGHT) * (form == "wide"), values=values)
    right = room.right - canvas.size(RIGHT if form != "tall" else 40)
    area = Rect(room.left + canvas.size(LEFT), room.top, right, room.bottom - canvas.size(MONTH_DROP))
    panel = canvas.panel(area, (0.0, float(DAYS)), (float(years[-1]) + 1, float(years[0])))
    inks = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in (*DIVERGING, canvas.theme.background)])
    pixels = inks[colour_classes(values, limit)].astype(np.uint8)
    panel.axes.imshow(
        pixels, extent=(0, DAYS, years[-1] + 1, years[0]), aspect="auto", interpolation="nearest", zorder=1
    )
    panel.axes.set_xlim(*panel.xlim)
    panel.axes.set_ylim(*panel.ylim)
    _missing(panel, study, years, values)
    draw_months(canvas, panel)
    _years(canvas, panel, years)
    _named(canvas, panel, study)


def smoothed(study: Study) -> tuple[npt.NDArray[np.int64], Floats]:
    """Centred 7-day means of the anomaly by year and day of year."""
    if study.climatology is None:
        raise ValueError("a study without a climatology has no anomalies")
    dates = study.series.dates
    columns = calendar.dayofyear(dates) - 1
    daily = means.daily(study)
    known = ~np.isnan(daily)
    window = np.ones(WINDOW)
    count = np.convolve(known, window, mode="same")
    total = np.convolve(np.where(known, daily, 0.0), window, mode="same")
    weekly = np.where(known & (count >= ENOUGH), total / np.maximum(count, 1), np.nan)
    values = np.full(study.table.values.shape, np.nan)
    values[calendar.year_of(dates) - study.table.years[0], columns] = weekly
    gap = np.isnan(values[:, LEAP_DAY - 1])
    values[gap, LEAP_DAY - 1] = (values[gap, LEAP_DAY - 2] + values[gap, LEAP_DAY]) / 2
    return study.table.years, values


def scale_limit(values: Floats) -> float:
    """End of the scale on either side: few days lie beyond, and they take the last class."""
    return max(float(np.ceil(np.nanpercentile(np.abs(values), 99.5) * 5) / 5), 0.2)


def _missing(panel: Panel, study: Study, years: npt.NDArray[np.int64], values: Floats) -> None:
    """Hatch days within the record that have no value; days not yet lived stay background."""
    from matplotlib.patches import Rectangle

    blank = np.isnan(values)
    first, last = study.series.start, study.series.end
    blank[0, : calendar.dayofyear_of(first) - 1] = False
    blank[-1, calendar.dayofyear_of(last) :] = False
    rows: list[tuple[int, int, int, int]] = []  # first and last year, first and stop day
    for year, row in zip(years.tolist(), blank, strict=True):
        edges = np.flatnonzero(np.diff(np.concatenate([[False], row, [False]]).astype(np.int8)))
        for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            if rows and rows[-1][1:] == (year - 1, start, stop):
                rows[-1] = (rows[-1][0], year, start, stop)
            else:
                rows.append((year, year, start, stop))
    for begin, end, start, stop in rows:
        patch = Rectangle((start, begin), stop - start, end + 1 - begin, lw=0, zorder=2, gid="missing")
        patch.set(facecolor=panel.theme.background, edgecolor=panel.theme.axis, hatch="////")
        panel.axes.add_patch(patch)


def _years(canvas: Canvas, panel: Panel, years: npt.NDArray[np.int64]) -> None:
    """Round years to the left of their rows."""
    size = canvas.size(canvas.preset.type.axis)
    pitch = panel.rect.height / years.size
    every = 10 if pitch * 10 >= 1.5 * size else 20
    for year in years.tolist():
        if year % every == 0:
            y = panel.y(year + 0.5) + CAP * size / 2
            line = Line(str(year), "regular", size, canvas.theme.secondary)
            canvas.text("year", panel.rect.left - 6, y, line, align="right")


def _named(canvas: Canvas, panel: Panel, study: Study) -> None:
    """The hottest year and this one, named at the right."""
    size, whole = canvas.size(canvas.preset.type.axis), means.annual(study)
    names = {study.year} | ({max(whole, key=lambda year: whole[year])} if whole else set())
    order = sorted(names)
    levels = [panel.y(year + 0.5) for year in order]
    placed = spread(levels, [size * LEADING * 1.25] * len(order), panel.rect.top, panel.rect.bottom + size)
    x = panel.rect.right
    for year, y, level in zip(order, levels, placed, strict=True):
        canvas.stroke([x + 1, x + 9], [y, level], canvas.theme.axis, 0.8)
        line = Line(str(year), "bold", size, canvas.theme.ink)
        canvas.text("named", x + 12, level + CAP * size / 2, line)


CHART = Chart("day_heatmap", 60, tell, draw, table, presets=("grid", *COMMON))

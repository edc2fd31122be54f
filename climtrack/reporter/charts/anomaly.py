"""anomaly: how unusual is each day, the season removed?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from climtrack.errors import RenderError
from climtrack.reporter import means
from climtrack.reporter.annotations import (
    RIGHT_GUTTER,
    KeyItem,
    decimals_of,
    draw_key,
    draw_right_labels,
    key_extent,
    line_key,
    others_item,
    place_callout,
)
from climtrack.reporter.answers import fortnight
from climtrack.reporter.chart import Chart, Draft
from climtrack.reporter.curves import (
    between_lines,
    day_limits,
    day_places,
    draw_differences,
    draw_figures,
    envelope,
    extremes_of,
    other_years,
    outside_extremes,
    shown_days,
)
from climtrack.reporter.fonts import Line
from climtrack.reporter.geometry import Rect, outward, tick_step
from climtrack.reporter.layout import difference_panel, draw_days, fortnight_note, notes_of, page
from climtrack.reporter.sentences import Phrases, side
from climtrack.reporter.titles import beside
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.calendar import dayofyear
from climtrack.vocabulary.findings import Answer, Record, Study
from climtrack.words.language import capitalised, direction
from climtrack.words.standing import standing

if TYPE_CHECKING:
    from climtrack.reporter.canvas import Canvas


#: What this picture may say, the first that holds.
TITLES = ("largest", "since", "change", "average")


def _titles(phrases: Phrases) -> tuple[str, ...]:
    """In January how the year starts, else the first of `TITLES` that the issue's own title leaves."""
    if phrases.young and phrases.anomaly is not None:
        size = phrases.language.size(phrases.anomaly.value, phrases.decimals)
        way = side(phrases.anomaly.value, phrases.decimals)
        return phrases.titles(f"title.start.{way}", size=size, year=phrases.day.year)
    return beside(phrases, TITLES)


def _whole(phrases: Phrases) -> str:
    """What the message of a finished year is called besides."""
    return ".whole" if (phrases.day.month, phrases.day.day) == (12, 31) else ""


def tell(each: Sequence[Phrases]) -> Draft:
    phrases = each[0]
    if phrases.study.anomalies is None:
        raise RenderError("draw.no_anomalies", series=phrases.study.series.key.label)
    language, findings = phrases.language, phrases.findings
    common = {"name": phrases.topic, "baseline": phrases.baseline, "date": phrases.date, "year": phrases.day.year}
    above, mean = findings.days_above_average, findings.anomaly_year_to_date
    tally = known = ""
    if isinstance(above, int) and isinstance(mean, float) and findings.days_known > 1:  # one day has no mean
        known = language.text("days", findings.days_known)
        shown = language.difference(mean, phrases.decimals)
        every = ".all" if above == findings.days_known else ""
        tally = language.text(f"anomaly.mean{every}{_whole(phrases)}", above, known=known, mean=shown, **common)
    moved, largest = fortnight(phrases), findings.records.largest_anomaly
    record = ""
    if isinstance(largest, Record) and largest.date != phrases.day:
        difference = language.difference(largest.value, phrases.decimals)
        record = standing("anomaly.largest", largest, language, difference=difference)
    short = language.text("alt.short.lines", subject=phrases.subject, day=phrases.date, relation=phrases.briefest())
    alts = [short]
    if known and isinstance(above, int):
        values = {"subject": phrases.subject, "of": phrases.of, "day": phrases.day_month, "year": phrases.day.year}
        values["relation"] = phrases.briefest()
        every = {0: ".none", findings.days_known: ".all"}.get(above, "")
        alts.insert(0, language.text(f"alt.anomaly{every}", above=language.count(above), known=known, **values))
    lead = language.text(
        "anomaly.lead",
        Subject=capitalised(phrases.subject),
        relation=phrases.average_relation("of.average"),
        date=phrases.date,
    )
    return Draft(
        each,
        titles=_titles(phrases),
        subtitles=phrases.subtitles("subtitle.anomaly", **common),
        lead=lead if phrases.anomaly is not None else phrases.averaged(),
        extras=(
            phrases.uncovered(),
            phrases.gaps(),
            *((tally, moved) if findings.direction.answer is Answer.LEVEL else (moved, tally)),
            record,
        ),
        alts_short=(short, *phrases.alts_short("alt.short.lines")[3:]),
        alts=alts,
        more=(phrases.ranked(),),
    )


#: Share of the record's range left free above it for the callout.
HEADROOM = 0.22
#: The two hemispheres of a variable share at least these limits, so that their pictures compare; degC.
HEMISPHERES, HEMISPHERES_REACH = ("nh", "sh"), {"t2m": 2.0, "sst": 1.2}


def draw(canvas: Canvas, studies: Sequence[Study], words: Words, *, lines: bool = False) -> None:
    """Draw the differences of every day from the average, those of the other years as their range or as `lines`."""
    (study,) = studies
    if study.anomalies is None or study.climatology is None:
        raise RenderError("draw.no_anomalies", series=study.series.key.label)
    preset, language, form = canvas.preset, canvas.language, canvas.preset.form
    room = page(canvas, words, study, [*notes_of(study, language), *fortnight_note(study, language, words.title)])
    named = form in {"wide", "card"}
    if form == "card":
        room = draw_figures(canvas, study, room)
    low, high = limits(study)
    dates = shown_days(study.series.end)
    panel = difference_panel(
        canvas, room, day_limits(dates), (low, high), by=tick_step(high - low), right=canvas.size(RIGHT_GUTTER) * named,
        headroom=HEADROOM * (2.4 if form == "card" else 1.0),
    )  # fmt: skip
    area, ylim = panel.rect, panel.ylim
    others = other_years(study, study.anomalies)
    columns, places = dayofyear(dates) - 1, day_places(dates)
    if lines:
        panel.years([(places, means.on_days(study, dates, years=study.year - year)) for year in others])
    else:
        bottom, top = (edge[columns] for edge in extremes_of(study.anomalies, others))
        panel.axes.fill_between(places, bottom, top, color=canvas.theme.envelope, lw=0, zorder=1, gid="envelope")
    canvas.traces.append(draw_differences(panel, study, dates))
    draw_days(canvas, panel, dates)

    whole = Rect(area.left, area.top, room.right, area.bottom)
    lowest, highest = (edge[columns] for edge in envelope(study.anomalies))
    empty = outside_extremes(whole, area.width, ylim, lowest, highest)
    values, before = means.on_days(study, dates), means.on_days(study, dates, years=1)
    between = between_lines(whole, area.width, ylim, [values, before, np.zeros(dates.size)])
    if named:
        for box in draw_right_labels(canvas, panel, study, float(before[-1]), 0.0):
            empty.occupy(box.grown(2))
            between.occupy(box.grown(2))
    at, value = places[~np.isnan(values)][-1], values[~np.isnan(values)][-1]
    wordings = [_callout(canvas, study, full) for full in (True, False)]
    items = [] if named else _key(canvas, study, others, lines=lines)
    point = (panel.x(at), panel.y(value))
    second = (lambda free: free.roomiest(*key_extent(canvas, items))) if items else None
    tries = ((empty, second), (between, second), (between, None))
    if place := place_callout(canvas, empty, wordings, point, tries):
        draw_key(canvas, items, place)
    if form == "wide" and len(others) > 1:
        text = language.text("label.envelope", years=f"{others[0]}–{others[-1]}")
        line = Line(text, "regular", canvas.size(preset.type.note), canvas.theme.secondary)
        width, height = canvas.extent([line])
        if place := empty.roomiest(width + 10, height + 8):
            canvas.block("note", place.left + 5, place.top + 4, [line])


def limits(study: Study) -> tuple[float, float]:
    """Limits that hold every anomaly of a series, rounded outward."""
    values = study.anomalies.values if study.anomalies is not None else np.zeros(1)
    reach = HEMISPHERES_REACH[study.series.key.variable] if study.region.name in HEMISPHERES else 0.0
    low, high = min(-reach, float(np.nanmin(values))), max(reach, float(np.nanmax(values)))
    return outward(low, high, tick_step(high - low) / 4)


def _callout(canvas: Canvas, study: Study, full: bool) -> list[Line]:
    """Year and difference of the last day, with its date where there is room."""
    theme, kind, language = canvas.theme, canvas.preset.type, canvas.language
    found, places = study.findings.anomaly, decimals_of(study)
    lines = [Line(str(study.year), "bold", canvas.size(kind.callout), theme.ink)]
    if found is None:
        return lines
    text = language.difference(found.value, places)
    if not direction(found.value, places):
        text = language.text("callout.average.level")
    elif full:
        text = language.text("callout.on", difference=text, day=language.date_short(study.findings.latest.date))
    return [*lines, Line(text, "semibold", canvas.size(kind.label), theme.ink)]


def _key(canvas: Canvas, study: Study, others: tuple[int, ...], *, lines: bool) -> list[KeyItem]:
    """Last year, average and the other years."""
    found = line_key(canvas, study, others if lines else ())
    return [*found, *([others_item(canvas, others, canvas.theme.envelope, 8.0)] if others and not lines else [])]


CHART = Chart("anomaly", 20, tell, draw)

"""stripes: the long story in one glance (idea: Ed Hawkins, University of Reading)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from climtrack.errors import RenderError
from climtrack.reporter import means
from climtrack.reporter.annotations import COLOUR_KEY_ROOM, colour_classes, colour_key_width, draw_colour_key
from climtrack.reporter.chart import COMMON, Chart, Draft, Table
from climtrack.reporter.fonts import CAP, LEADING, Line, wrapped
from climtrack.reporter.geometry import Rect
from climtrack.reporter.layout import missing_notes, page
from climtrack.reporter.sentences import FINE, Phrases, place
from climtrack.reporter.theme import DIVERGING
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.findings import Study, Trend
from climtrack.vocabulary.notice import plain
from climtrack.words.language import capitalised, direction

if TYPE_CHECKING:
    from climtrack.reporter.canvas import Canvas

TWICE = (1.75, 2.25)
ALIKE = 1.25


def _span(years: tuple[int, int]) -> str:
    return f"{years[0]}–{years[1]}"


def _faster(one: Phrases, two: Phrases) -> tuple[str, ...]:
    """Which warms faster; nothing where a trend is not beyond doubt."""
    a, b = one.findings.trend, two.findings.trend
    if not (isinstance(a, Trend) and isinstance(b, Trend) and a.low > 0 and b.low > 0):
        return ()
    if a.per_decade < b.per_decade:
        one, two, a, b = two, one, b, a
    ratio = a.per_decade / b.per_decade
    message = "stripes.alike" if ratio < ALIKE else "stripes.twice" if TWICE[0] <= ratio < TWICE[1] else "stripes.times"
    return (
        one.language.text(message, Short=capitalised(one.half), short2=two.half, ratio=one.language.number(ratio, 1)),
    )


def _changed(phrases: Phrases, change: float, first: str) -> tuple[str, ...]:
    """By how much the mean has changed, where the trend is beyond doubt and points the same way."""
    trend, way = phrases.findings.trend, direction(change, FINE - 1)
    if not isinstance(trend, Trend):
        return phrases.titles("stripes.plain")
    if way and way * (trend.low if way > 0 else trend.high) <= 0:
        return phrases.titles("stripes.unclear", first=trend.first_year)
    message = {1: "stripes.warmed", 0: "stripes.level", -1: "stripes.cooled"}[way]
    return phrases.titles(message, size=phrases.language.size(change, FINE - 1), first=first)


def _change(phrases: Phrases) -> tuple[float, tuple[int, int], tuple[int, int]] | None:
    """Change from the first ten whole years to the last ten, and these years."""
    years = means.annual(phrases.study)
    spans = means.decades(years)
    if spans is None:
        return None
    return means.span_mean(years, spans[1]) - means.span_mean(years, spans[0]), *spans


def tell(each: Sequence[Phrases]) -> Draft:
    """
    The title compares the trends of two series where both are beyond doubt.

    Of one series it gives the change from its first ten whole years to its last ten.
    """
    phrases, say = each[0], each[0].language.text
    language = phrases.language
    for one in each:
        if one.study.anomalies is None:
            raise RenderError("draw.no_anomalies", series=one.study.series.key.label)
    changes = [found for found in map(_change, each) if found is not None]
    common = {
        "baseline": phrases.baseline, "years": phrases.years, "year": phrases.day.year, "day": phrases.day_month,
        "name": phrases.where, "quantity": phrases.quantity, "Quantity": capitalised(phrases.quantity),
        "subject": phrases.subject, "Subject": capitalised(phrases.subject), "of": phrases.of,
    }  # fmt: skip
    titles = _faster(*each) if len(each) == 2 else ()
    lead = say("stripes.lead.plain", **common)
    alts: tuple[str, ...] = (say("alt.stripes.plain", **common),)
    shorts = alts
    if len(changes) == len(each) and len({found[1:] for found in changes}) == 1:
        spans = {"first": _span(changes[0][1]), "last": _span(changes[0][2])}
        titles = titles or _changed(phrases, changes[0][0], spans["first"])
        parts = [
            say("stripes.change", difference=language.difference(change, FINE), short=v.half)
            for v, (change, _, _) in zip(each, changes, strict=True)
        ]
        if len(each) == 1:
            parts = [language.difference(changes[0][0], FINE)]
        values = {"difference": language.difference(changes[0][0], FINE), **spans, **common}
        if len(each) == 1:
            lead = say("stripes.lead", **values)
        else:
            other = {"subject2": each[1].subject, "of2": each[1].of}
            lead = say("stripes.lead.two", difference2=language.difference(changes[1][0], FINE), **other, **values)
        alts = (say("alt.stripes", changes=language.list(parts), **spans, **common), *alts)
        shorts = (say("alt.short.stripes", changes=language.list(parts), **spans, **common), *shorts)
    placed = "" if len(each) > 1 else ".place"  # the rows of two have their names
    return Draft(
        each,
        titles=titles or phrases.titles("stripes.plain"),
        subtitles=(say(f"subtitle.stripes{placed}", **common), say(f"subtitle.stripes.short{placed}", **common)),
        lead=lead,
        extras=(*(_to_date(v) for v in each), say("stripes.hawkins"), *(_trend(v) for v in each), phrases.uncovered()),
        alts_short=shorts,
        alts=alts,
    )


def _to_date(phrases: Phrases) -> str:
    mean = phrases.findings.anomaly_year_to_date
    if not isinstance(mean, float):
        return ""
    return phrases.language.text(
        "stripes.todate",
        year=phrases.day.year,
        day=phrases.day_month,
        subject=phrases.subject,
        difference=phrases.language.difference(mean, FINE),
        baseline=phrases.baseline,
    )


def _trend(phrases: Phrases) -> str:
    """Degrees a decade."""
    trend, language = phrases.findings.trend, phrases.language
    if not isinstance(trend, Trend):
        return ""
    return language.text(
        "stripes.trend",
        subject=phrases.subject,
        of=phrases.of,
        first=trend.first_year,
        last=trend.last_year,
        trend=language.difference(trend.per_decade, FINE),
        low=language.difference(trend.low, FINE),
        high=language.difference(trend.high, FINE),
    )


LABELS, GAP, HAIRLINE = 82.0, 6.0, 1.4


def table(studies: Sequence[Study]) -> Table:
    """Mean anomaly of each whole year, and of the year so far."""
    found = []
    for study in studies:
        years = means.annual(study)
        to_date = study.findings.anomaly_year_to_date
        if study.year not in years and isinstance(to_date, float):
            years[study.year] = to_date
        found.append(years)
    last = {study.year: study.series.end.isoformat() for study in studies}
    columns = ("year", *(f"{plain(study.region.name)}_anomaly" for study in studies), "to")
    return columns, [
        (year, *(years.get(year, np.nan) for years in found), last.get(year, f"{year}-12-31"))
        for year in sorted(set().union(*found))
    ]


def draw(canvas: Canvas, studies: Sequence[Study], words: Words) -> None:
    """Draw a column of colour a year, one row a series, all on the same scale."""
    rows = [_columns(study) for study in studies]
    preset, language = canvas.preset, canvas.language
    narrow = preset.form in {"square", "tall"}
    notes = [language.text("note.hawkins"), *dict.fromkeys(n for s in studies for n in missing_notes(s, language))]
    key = colour_key_width(canvas)
    room = page(canvas, words, studies[0], notes, beside=0 if narrow else key + 20).lowered(4)
    if narrow:
        draw_colour_key(canvas, _limit(rows), room.right, room.bottom)
        room = Rect(room.left, room.top, room.right, room.bottom - COLOUR_KEY_ROOM)
    else:
        draw_colour_key(canvas, _limit(rows), room.right)
    size = canvas.size(preset.type.label)
    foot = CAP * canvas.size(preset.type.axis) * (2.6 if narrow else 1) + 12
    left = room.left + (canvas.size(LABELS) if len(studies) > 1 and not narrow else 0)
    years = range(min(min(row) for row in rows), studies[0].year + 1)
    height = (room.bottom - foot - room.top - GAP * (len(rows) - 1)) / len(rows)
    for i, (study, row) in enumerate(zip(studies, rows, strict=True)):
        top = room.top + i * (height + GAP)
        if len(studies) > 1:
            name = place(study.region, language).name
            if narrow:
                top += size + 3
                canvas.text("row", room.left, top - 5, Line(name, "semibold", size, canvas.theme.ink))
            else:
                lines = [
                    Line(t, "semibold", size * 0.97, canvas.theme.ink)
                    for t in wrapped(canvas.theme, "semibold", size * 0.97, name, canvas.size(LABELS) - 8)
                ]
                tall = canvas.extent(lines)[1]
                canvas.block("row", room.left, top + (room.top + i * (height + GAP) + height - top - tall) / 2, lines)
        area = Rect(left, top, room.right, room.top + i * (height + GAP) + height)
        _stripes(canvas, row, years, area, _limit(rows), current=study.year)
    _years(canvas, studies[0], years, Rect(left, room.top, room.right, room.bottom - foot))


def _columns(study: Study) -> dict[int, float]:
    """Annual means, and this year's so far."""
    if study.anomalies is None:
        raise RenderError("draw.no_anomalies", series=study.series.key.label)
    found = dict(means.annual(study))
    found[study.year] = float(np.nanmean(study.anomalies.row(study.year)))
    return found


def _limit(rows: Sequence[dict[int, float]]) -> float:
    """End of the scale on either side: that of the largest mean, rounded outward."""
    return max(float(np.ceil(max(abs(value) for row in rows for value in row.values()) * 10) / 10), 0.1)


def _stripes(canvas: Canvas, row: dict[int, float], years: range, area: Rect, limit: float, *, current: int) -> None:
    """One row; years without data stay background, this year stands apart by a hairline."""
    step = area.width / len(years)
    values = np.array([row.get(year, np.nan) for year in years])
    for year, index in zip(years, colour_classes(values, limit).tolist(), strict=True):
        if index >= 0:
            left = area.left + (year - years[0]) * step
            apart = HAIRLINE if year == current else 0.0
            # A trace of overlap hides the seams that anti-aliasing would leave.
            seam = 0.0 if year + 1 >= current else 0.15
            canvas.fill(Rect(left + apart, area.top, left + step + seam, area.bottom), DIVERGING[index], z=2)


def _years(canvas: Canvas, study: Study, years: range, area: Rect) -> None:
    """First, round and current years under the stripes."""
    size, theme = canvas.size(canvas.preset.type.axis), canvas.theme
    step, base = area.width / len(years), area.bottom + 9 + CAP * size
    now = Line(str(study.year), "bold", size, theme.ink)
    rect = canvas.text("year", area.right, base, now, align="right")
    whole = study.findings.latest.date.month == 12 and study.findings.latest.date.day == 31
    if canvas.preset.form in {"square", "tall"} and not whole:
        text = canvas.language.text("label.todate", day=canvas.language.date_short(study.findings.latest.date))
        line = Line(text, "regular", size, theme.secondary)
        canvas.text("to-date", area.right, base + LEADING * size, line, align="right")
    taken = [rect]
    every = 20 if len(years) > 60 else 10
    for year in [years[0], *(y for y in years if y % every == 0 and y != years[0])]:
        line = Line(str(year), "regular", size, theme.secondary)
        width = canvas.width(line)
        x = max(area.left + (year - years[0] + 0.5) * step - width / 2, area.left)
        spot = Rect(x, base - size, x + width, base + 2)
        if not any(spot.grown(6, 0).touches(other) for other in taken):
            taken.append(canvas.text("year", x, base, line))


CHART = Chart("stripes", 50, tell, draw, table, presets=("strip", *COMMON), series=(1, 2))

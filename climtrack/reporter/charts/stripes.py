"""stripes: the long story in one glance (idea: Ed Hawkins, University of Reading)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from climtrack.errors import RenderError
from climtrack.reporter import means, notes
from climtrack.reporter.canvas import Canvas, Line
from climtrack.reporter.charts import colours
from climtrack.reporter.fonts import CAP, LEADING, wrapped
from climtrack.reporter.frame import page
from climtrack.reporter.geometry import Rect
from climtrack.reporter.places import place
from climtrack.reporter.theme import DIVERGING
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.findings import Study

LABELS, GAP, HAIRLINE = 82.0, 6.0, 1.4


def draw(canvas: Canvas, studies: Sequence[Study], words: Words) -> None:
    """Draw a column of colour a year, one row a series, all on the same scale."""
    rows = [_columns(study) for study in studies]
    preset, language = canvas.preset, canvas.language
    wide, narrow = preset.form == "wide", preset.form in {"square", "tall"}
    said = [language.text("note.hawkins"), *dict.fromkeys(n for s in studies for n in notes.missing(s, language))]
    room = page(canvas, words, studies[0], said, beside=colours.WIDTH + 20 if wide else 0).lowered(4)
    if wide:
        colours.key(canvas, _limit(rows), room.right)
    elif preset.form != "card":
        colours.key(canvas, _limit(rows), room.right, room.bottom)
        room = Rect(room.left, room.top, room.right, room.bottom - colours.ROOM)
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
        raise RenderError(f"{study.series.key} covers no baseline, so it has no anomalies", "Draw year_lines instead")
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
    for year, index in zip(years, colours.classes(values, limit).tolist(), strict=True):
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

"""records: who holds the calendar?"""

from __future__ import annotations

from collections.abc import Sequence

from climtrack.errors import RenderError
from climtrack.reporter.canvas import Canvas, Line
from climtrack.reporter.fonts import CAP, Face
from climtrack.reporter.frame import page
from climtrack.reporter.geometry import Rect
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.findings import Holder, Study

MOST, COLUMN_GAP = 8, 26.0
#: Of a row: the bar's share of it, and the widest it may be in CSS pixels.
BAR, PITCH = 0.62, 27.5


def draw(canvas: Canvas, studies: Sequence[Study], words: Words) -> None:
    """Draw the years that hold most of the calendar's warm and cold records."""
    (study,) = studies
    held = study.findings.records
    if not held.warm_holders or not held.cold_holders:
        raise RenderError(f"{study.series.key} has no calendar of records", "Choose a series of at least two years")
    language, theme, form = canvas.language, canvas.theme, canvas.preset.form
    said = [language.text("note.leap.out"), language.text("note.ties", first=study.findings.first_date.year)]
    preliminary = sum(holder.preliminary for holder in held.warm_holders)
    if preliminary:
        said.append(language.text("picture.records.preliminary", preliminary, year=study.year))
    room = page(canvas, words, study, said).lowered(8 if form == "wide" else 3)
    lists = (
        (language.text("label.warm.standing"), held.warm_holders, theme.warmer),
        (language.text("label.cold.standing"), held.cold_holders, theme.cooler),
    )
    most = max(held.warm_holders[0].days, held.cold_holders[0].days)
    stacked = form in {"square", "tall"}
    width = room.width if stacked else (room.width - COLUMN_GAP) / 2
    height = room.height / 2 - 4 if stacked else room.height
    for i, (title, holders, colour) in enumerate(lists):
        left = room.left if stacked else room.left + i * (width + COLUMN_GAP)
        top = room.top + (i * (height + 8) if stacked else 0)
        _list(canvas, title, holders, colour, Rect(left, top, left + width, top + height), most, study.year)


def _list(canvas: Canvas, title: str, holders: Sequence[Holder], colour: str, area: Rect, most: int, year: int) -> None:
    """One heading, its bars, and what closes the sum."""
    theme, language = canvas.theme, canvas.language
    size, card = canvas.size(canvas.preset.type.label), canvas.preset.form == "card"
    head = Line(title, "semibold", size, colour)
    if canvas.width(head) > area.width:
        head = Line(title, "semibold", size * area.width / canvas.width(head), colour)
    canvas.text("head", area.left, area.top + CAP * size, head)
    top = area.top + CAP * size + 12
    rest = 0 if card else size * 1.25
    rows = max(min(MOST, len(holders), int((area.bottom - top - rest) / (size * 1.28))), 1)
    pitch = min((area.bottom - top - rest) / rows, PITCH)
    shown = list(holders[:rows])
    ours = next((holder for holder in holders if holder.year == year), None)
    if ours is not None and ours not in shown:
        shown[-1] = ours  # this year is always named
    left = area.left + canvas.width(Line("2000", "bold", size, theme.ink)) + 8
    room = area.right - left - canvas.width(Line("365", "bold", size, theme.ink)) - 8
    for i, holder in enumerate(shown):
        middle = top + (i + 0.5) * pitch
        base, ink = middle + CAP * size / 2, theme.ink
        current = holder.year == year
        face: Face = "bold" if current else "regular"
        canvas.text(
            "year",
            left - 7,
            base,
            Line(str(holder.year), face, size, ink if current else theme.secondary),
            align="right",
        )
        end = left + max(holder.days / most * room, 1.0)
        canvas.fill(Rect(left, middle - BAR * pitch / 2, end, middle + BAR * pitch / 2), colour, z=2)
        bold: Face = "bold" if current or i == 0 else "regular"
        canvas.text("count", end + 5, base, Line(language.count(holder.days), bold, size, ink))
    canvas.stroke([left, left], [top, top + len(shown) * pitch], theme.axis, 0.9, z=3)
    others = sum(holder.days for holder in holders) - sum(holder.days for holder in shown)
    if not card:
        text = language.text("label.others", count=language.count(others))
        canvas.text("others", left, top + len(shown) * pitch + size, Line(text, "regular", size, theme.secondary))

"""records: who holds the calendar?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from climtrack.errors import RenderError
from climtrack.reporter.chart import Chart, Draft, Table
from climtrack.reporter.fonts import CAP, Face, Line
from climtrack.reporter.geometry import Rect
from climtrack.reporter.layout import gap_notes, page
from climtrack.reporter.sentences import Phrases
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.findings import Holder, Study

if TYPE_CHECKING:
    from climtrack.reporter.canvas import Canvas


def _titles(phrases: Phrases, warm: Sequence[Holder], total: int) -> tuple[str, ...]:
    """The year that holds most dates, or those that share the lead."""
    say, top, place = phrases.language.text, warm[0].days, phrases.of_short
    leaders = [holder.year for holder in warm if holder.days == top]
    if len(leaders) > 1:
        years = phrases.language.list([str(year) for year in sorted(leaders)[:4]])
        return (say("records.joint", top, years=years, total=total, place=place),)
    message = "records.already" if leaders[0] == phrases.day.year else "records.still"
    return (say(message, top, year=leaders[0], total=total, place=place),)


def tell(each: Sequence[Phrases]) -> Draft:
    phrases, say = each[0], each[0].language.text
    found = phrases.findings.records
    warm, cold = found.warm_holders, found.cold_holders
    if not warm or not cold:
        raise RenderError("draw.no_records", series=phrases.study.series.key.label)
    total = sum(holder.days for holder in warm)
    first, coldest, year = warm[0], cold[0], phrases.day.year
    values = {
        "year": first.year, "n": first.days, "total": total, "cold": coldest.year, "m": coldest.days,
        "subject": phrases.subject, "of": phrases.of, "years": phrases.years, "name": phrases.topic,
        "date": phrases.date,
    }  # fmt: skip
    own = next((holder for holder in warm if holder.year == year), Holder(year, 0))
    this = ""
    if own.year != first.year:
        this = say("records.this", own.days, year=year) if own.days else say("records.this.none", year=year)
    if own.preliminary and own.preliminary == own.days:
        this = say("records.this.all", own.days, year=year)
    elif own.preliminary:
        this = say("records.this.preliminary", own.preliminary, year=year, held=own.days)
    return Draft(
        each,
        titles=_titles(phrases, warm, total),
        subtitles=phrases.subtitles("subtitle.records", **values),
        lead=say("records.lead", **values),
        extras=(this, phrases.gaps(), say("records.series", first=phrases.first), say("records.ties")),
        alts_short=(say("alt.short.records", **values),),
        alts=(say("alt.records", **values), say("alt.short.records", **values)),
    )


MOST, COLUMN_GAP = 8, 26.0
#: Of a row: the bar's share of it, and the widest it may be in CSS pixels.
BAR, PITCH = 0.62, 27.5


def table(studies: Sequence[Study]) -> Table:
    """Dates whose record each year holds."""
    records = studies[0].findings.records
    warm = {holder.year: holder for holder in records.warm_holders}
    cold = {holder.year: holder.days for holder in records.cold_holders}
    none = Holder(0, 0)
    return ("year", "warm_records", "of_them_preliminary", "cold_records"), [
        (year, warm.get(year, none).days, warm.get(year, none).preliminary, cold.get(year, 0))
        for year in sorted({*warm, *cold})
    ]


def draw(canvas: Canvas, studies: Sequence[Study], words: Words) -> None:
    """Draw the years that hold most of the calendar's warm and cold records."""
    (study,) = studies
    held = study.findings.records
    language, theme, form = canvas.language, canvas.theme, canvas.preset.form
    notes = [language.text("note.leap.out"), language.text("note.ties", first=study.findings.first_date.year)]
    notes += gap_notes(study, language)
    preliminary = sum(holder.preliminary for holder in held.warm_holders)
    if preliminary:
        notes.append(language.text("picture.records.preliminary", preliminary, year=study.year))
    room = page(canvas, words, study, notes).lowered(8 if form == "wide" else 3)
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
        bar = Rect(left, middle - BAR * pitch / 2, end, middle + BAR * pitch / 2)
        canvas.fill(bar, colour, z=2)
        if holder.preliminary:
            canvas.hatch(replace(bar, left=end - (end - left) * holder.preliminary / holder.days))
        bold: Face = "bold" if current or i == 0 else "regular"
        canvas.text("count", end + 5, base, Line(language.count(holder.days), bold, size, ink))
    canvas.stroke([left, left], [top, top + len(shown) * pitch], theme.axis, 0.9, z=3)
    others = sum(holder.days for holder in holders) - sum(holder.days for holder in shown)
    if not card:
        text = language.text("label.others", count=language.count(others))
        canvas.text("others", left, top + len(shown) * pitch + size, Line(text, "regular", size, theme.secondary))


CHART = Chart("records", 70, tell, draw, table)

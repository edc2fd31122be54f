"""Frame: what stands around every picture: title and subtitle above, notes and source below."""

from __future__ import annotations

import re
from collections.abc import Sequence

from climtrack.reporter import notes
from climtrack.reporter.canvas import Canvas, Line
from climtrack.reporter.fonts import CAP, DESCENT, Face, wrapped
from climtrack.reporter.geometry import Rect
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.findings import Study

_COUNT = re.compile(r"\b(\d{1,3}) (?=\w)")
TITLE_LEADING, SUBTITLE_LEADING, SOURCE_LEADING = 1.12, 1.2, 1.28
#: Of the last line, above the lower edge; link previews lose some 6 CSS pixels there.
LAST_BASELINE = 14.0
LOGO = 22.0


def head(canvas: Canvas, title: str, subtitle: str) -> float:
    """Set title and subtitle, and say where the picture may begin."""
    preset, theme = canvas.preset, canvas.theme
    room = preset.width - 2 * preset.margin
    # A day stays with its month, a count with what it counts.
    bound = _COUNT.sub("\\1\u00a0", title)
    for css in preset.type.title:
        size = canvas.size(css)
        lines = wrapped(theme, "bold", size, bound, room)
        if len(lines) == 1:
            break
    y = preset.margin + CAP * size + (2 if preset.form in {"wide", "square"} else 0)
    for line in lines:
        canvas.text("title", preset.margin, y, Line(line, "bold", size, theme.ink), halo=False)
        y += TITLE_LEADING * size
    y += -TITLE_LEADING * size + DESCENT * size
    if subtitle:
        size = canvas.size(preset.type.subtitle)
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


def page(canvas: Canvas, words: Words, study: Study, said: Sequence[str], *, beside: float = 0.0) -> Rect:
    """
    Set everything around a chart, and say what is left for it.

    A card has no subtitle and no notes: at the size of a link preview nobody could read them.
    """
    preset, language, card = canvas.preset, canvas.language, canvas.preset.form == "card"
    top = head(canvas, words.title, "" if card else words.subtitle)
    right = preset.width - preset.margin - beside
    beside += canvas.logo(right, preset.height - LAST_BASELINE + 2, LOGO)
    bottom = foot(
        canvas,
        () if card else said,
        notes.source(study, language, preset, canvas.theme.credit),
        warning=notes.warning(study, language),
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

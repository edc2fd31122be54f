"""heatwave_map: where is the sea above the threshold of marine heatwaves, and how far?"""

from __future__ import annotations

import numpy as np

from climtrack.reporter import globe
from climtrack.reporter.canvas import Canvas, Line
from climtrack.reporter.fonts import CAP
from climtrack.reporter.geometry import Rect
from climtrack.reporter.globe import BLANK
from climtrack.reporter.prose import heatwave_map as prose
from climtrack.reporter.sheet import COLUMN, Sheet, begun, finished
from climtrack.reporter.theme import Theme
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.fields import HeatwaveMap
from climtrack.vocabulary.registry import VARIABLES
from climtrack.words.language import Language

#: Moderate to extreme: the colours that Hobday et al. (2018) gave the categories, the orange deepened a little so that
#: it and the yellow stay apart without red.
CATEGORIES = ("#FFC866", "#F06000", "#9E0000", "#2D0000")
#: Sea that is not above its threshold.
CALM = {"light": "#E4EDF4", "dark": "#1E2A36"}
#: Side of a swatch, its distance from its words, and the distance between the lines of the key, in CSS pixels.
SWATCH, GAP, LEADING = 11.0, 6.0, 19.0


def render_heatwaves(shown: HeatwaveMap, *, preset: str, theme: str | Theme, language: str, fmt: str = "png") -> Asset:
    """A finished map of marine heatwaves."""
    told = prose.words(shown, Language(language))
    canvas = draw_heatwaves(shown, preset=preset, theme=theme, language=language)
    name = f"{shown.region.name}-{VARIABLES[shown.variable].option}.heatwave-{shown.date}"
    inks = (*CATEGORIES, CALM[canvas.theme.name], BLANK[canvas.theme.name])
    return finished(canvas, told, inks, name, fmt)


def draw_heatwaves(shown: HeatwaveMap, *, preset: str, theme: str | Theme, language: str) -> Canvas:
    """A drawn map of marine heatwaves, not yet a file."""
    words = Language(language)
    grey = "outside.blank" if shown.region.outline else "blank"
    notes = [words.text(f"heat.note.{which}") for which in ("category", "day", grey)]
    sheet = begun(
        shown.region, prose.words(shown, words), notes, (prose.source(shown, words),),
        preset=preset, theme=theme, language=words,
    )  # fmt: skip
    canvas, room = sheet.canvas, sheet.room
    if (column := sheet.column) is not None:
        area = sheet.area()
        _say(sheet, column, shown)
        _key(canvas, shown, column.left, column.bottom, columns=1, width=COLUMN)
    else:
        columns = 4 if canvas.preset.width > 600 else 2
        height = _key(canvas, shown, room.left, room.bottom, columns=columns, width=room.width)
        area = sheet.area(height + 8)
    inks = (CALM[canvas.theme.name], *CATEGORIES, BLANK[canvas.theme.name])
    globe.paint(canvas, shown.region, sheet.view, area, inks, shown.at)
    globe.shores(canvas, shown.region, sheet.view, area)
    return canvas


def _say(sheet: Sheet, column: Rect, shown: HeatwaveMap) -> None:
    """The facts beside the map."""
    language = sheet.canvas.language
    facts = [language.text("heat.beside")]
    if shown.strongest is not None:
        facts.append(prose.strongest(shown.strongest, language))
    sheet.say(column, "share", prose.percent(shown.share, language), sheet.canvas.theme.ink, facts)


def _key(
    canvas: Canvas, shown: HeatwaveMap, left: float, bottom: float, *, columns: int, width: float
) -> float:  # fmt: skip
    """The categories with their shares, from moderate to extreme; the height that they take."""
    language, theme = canvas.language, canvas.theme
    size = canvas.size(canvas.preset.type.axis)
    lines = -(-len(CATEGORIES) // columns)
    for i, (colour, percent) in enumerate(zip(CATEGORIES, prose.whole(shown.shares, language), strict=True)):
        # Down the column, then across, so that both orders read from moderate to extreme.
        x = left + (i // lines) * width / columns
        base = bottom - (lines - 1 - i % lines) * LEADING
        box = Rect(x, base - CAP * size / 2 - SWATCH / 2, x + SWATCH, base - CAP * size / 2 + SWATCH / 2)
        canvas.fill(box.grown(0.8), theme.axis, z=2)
        canvas.fill(box, colour, z=3)
        text = f"{language.text(f'heat.category.{i + 1}')} {percent}"
        canvas.text("category", x + SWATCH + GAP, base, Line(text, "regular", size, theme.secondary), halo=False)
    return float(np.ceil((lines - 1) * LEADING + SWATCH))

"""heatwave_map: where is the sea above the threshold of marine heatwaves, and how far?"""

from __future__ import annotations

import numpy as np

from climtrack.errors import ConfigError
from climtrack.reporter import globe
from climtrack.reporter.canvas import Canvas, Line
from climtrack.reporter.fonts import CAP, DESCENT, Face, wrapped
from climtrack.reporter.frame import foot, head
from climtrack.reporter.geometry import Rect
from climtrack.reporter.globe import BLANK, COLUMN, MAP_PRESETS
from climtrack.reporter.language import Language
from climtrack.reporter.presets import PRESETS
from climtrack.reporter.projection import projection
from climtrack.reporter.prose import heatwave_map as prose
from climtrack.reporter.theme import Theme, themed
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.fields import HeatwaveMap
from climtrack.vocabulary.variables import VARIABLES

#: Moderate to extreme: the colours that Hobday et al. (2018) gave the categories, the orange deepened a little so that
#: it and the yellow stay apart without red.
CATEGORIES = ("#FFC866", "#F06000", "#9E0000", "#2D0000")
#: Sea that is not above its threshold.
CALM = {"light": "#E4EDF4", "dark": "#1E2A36"}
#: Side of a swatch, its distance from its words, and the distance between the lines of the key, in CSS pixels.
SWATCH, GAP, LEADING = 11.0, 6.0, 19.0


def render_heatwaves(shown: HeatwaveMap, *, preset: str, theme: str | Theme, language: str, fmt: str = "png") -> Asset:
    """
    A finished map of marine heatwaves.

    Parameters
    ----------
    shown : HeatwaveMap
        What it shows.
    preset : str
        One of `climtrack.reporter.globe.MAP_PRESETS`.
    theme : str or Theme
        ``light``, ``dark`` or one's own.
    language : str
        ``en``, ``es`` or ``es-MX``.
    fmt : {"png", "webp", "svg", "pdf"}, default "png"
        Format of the file.

    Returns
    -------
    Asset
        The file, with its words; the same bytes for the same input.

    Raises
    ------
    ConfigError
        If preset or format is unknown.
    RenderError
        If the PNG stays above its ceiling.
    """
    told = prose.words(shown, Language(language))
    canvas = draw_heatwaves(shown, preset=preset, theme=theme, language=language)
    name = f"{shown.region.name}-{VARIABLES[shown.variable].option}.heatwave-{shown.date}"
    inks = (*CATEGORIES, CALM[canvas.theme.name], BLANK[canvas.theme.name])
    return globe.finished(canvas, told, inks, name, fmt)


def draw_heatwaves(shown: HeatwaveMap, *, preset: str, theme: str | Theme, language: str) -> Canvas:
    """
    A drawn map of marine heatwaves, not yet a file.

    Parameters
    ----------
    shown : HeatwaveMap
        What it shows.
    preset : str
        One of `climtrack.reporter.globe.MAP_PRESETS`.
    theme : str or Theme
        ``light``, ``dark`` or one's own.
    language : str
        ``en``, ``es`` or ``es-MX``.

    Returns
    -------
    Canvas
        The drawing, with the box of every text in it.

    Raises
    ------
    ConfigError
        If the preset is none that maps are composed for.
    """
    if preset not in MAP_PRESETS:
        raise ConfigError(f"a map is not composed for {preset[:20]!r}", f"Choose one of {', '.join(MAP_PRESETS)}")
    canvas = Canvas(PRESETS[preset], themed(theme) if isinstance(theme, str) else theme, Language(language))
    words = canvas.language
    told = prose.words(shown, words)
    top = head(canvas, told.title, told.subtitle) + 10
    notes = tuple(words.text(f"heat.note.{which}") for which in ("category", "day", "blank"))
    bottom = foot(canvas, notes, (prose.source(shown, words), *filter(None, (canvas.theme.credit,))))
    margin = canvas.preset.margin
    room = Rect(margin, top, canvas.preset.width - margin, bottom - 9)
    view = projection(shown.region)
    if canvas.preset.form == "wide" and view.ratio < 1.7:
        side = Rect(room.right - COLUMN, room.top, room.right, room.bottom)
        area = globe.fitted(Rect(room.left, room.top, side.left - 18, room.bottom), view.ratio)
        _said(canvas, shown, side)
        _key(canvas, shown, side.left, side.bottom, columns=1, width=COLUMN)
    else:
        columns = 4 if canvas.preset.width > 600 else 2
        height = _key(canvas, shown, room.left, room.bottom, columns=columns, width=room.width)
        area = globe.fitted(Rect(room.left, room.top, room.right, room.bottom - height - 8), view.ratio)
    theme_name = canvas.theme.name
    globe.paint(canvas, shown.region, view, area, (CALM[theme_name], *CATEGORIES, BLANK[theme_name]), shown.at)
    globe.shores(canvas, shown.region, view, area)
    return canvas


def _said(canvas: Canvas, shown: HeatwaveMap, room: Rect) -> None:
    """The facts beside the map."""
    language, theme = canvas.language, canvas.theme
    label, note = canvas.size(canvas.preset.type.label), canvas.size(canvas.preset.type.note)
    big = canvas.size(canvas.preset.type.callout) * 1.7
    y = room.top + 8 + CAP * big
    canvas.text("share", room.left, y, Line(prose.percent(shown.share, language), "bold", big, theme.ink), halo=False)
    y += DESCENT * big + 4
    facts: list[tuple[str, Face, float, str]] = [(language.text("heat.beside"), "semibold", label, theme.ink)]
    if shown.strongest is not None:
        facts.append((prose.strongest(shown.strongest, language), "regular", note, theme.secondary))
    for text, face, size, colour in facts:
        y += 10
        for line in wrapped(theme, face, size, text, room.width):
            y += CAP * size
            canvas.text("fact", room.left, y, Line(line, face, size, colour), halo=False)
            y += (1.25 - CAP) * size


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

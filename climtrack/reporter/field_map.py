"""field_map: where on Earth is it warmer than it used to be on this date?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from climtrack.errors import ConfigError
from climtrack.reporter import globe
from climtrack.reporter.canvas import Canvas, Line
from climtrack.reporter.charts import colours
from climtrack.reporter.fonts import CAP, DESCENT, Face, wrapped
from climtrack.reporter.frame import foot, head
from climtrack.reporter.geometry import Rect
from climtrack.reporter.globe import BLANK, COLUMN, MAP_PRESETS
from climtrack.reporter.language import Language, direction
from climtrack.reporter.presets import PRESETS
from climtrack.reporter.projection import projection
from climtrack.reporter.prose import field_map as prose
from climtrack.reporter.theme import DIVERGING, Theme, themed
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.fields import FieldMap
from climtrack.vocabulary.products import PRODUCTS
from climtrack.vocabulary.variables import VARIABLES

Floats = npt.NDArray[np.float64]


def render_map(shown: FieldMap, *, preset: str, theme: str | Theme, language: str, fmt: str = "png") -> Asset:
    """
    A finished map.

    Parameters
    ----------
    shown : FieldMap
        What it shows.
    preset : str
        One of `MAP_PRESETS`.
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
    canvas = draw_map(shown, preset=preset, theme=theme, language=language)
    name = f"{shown.region.name}-{VARIABLES[shown.variable].option}.map-{shown.date}"
    return globe.finished(canvas, told, [*DIVERGING, BLANK[canvas.theme.name]], name, fmt)


def draw_map(shown: FieldMap, *, preset: str, theme: str | Theme, language: str) -> Canvas:
    """
    A drawn map, not yet a file.

    Parameters
    ----------
    shown : FieldMap
        What it shows.
    preset : str
        One of `MAP_PRESETS`.
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
    told = prose.words(shown, canvas.language)
    top = head(canvas, told.title, told.subtitle) + 10
    bottom = foot(canvas, _notes(shown, canvas.language), _source(shown, canvas))
    margin, wide = canvas.preset.margin, canvas.preset.form == "wide"
    room = Rect(margin, top, canvas.preset.width - margin, bottom - 9)
    view = projection(shown.region)
    limit = scale_limit(shown.anomaly)
    if wide and view.ratio < 1.7:
        side = Rect(room.right - COLUMN, room.top, room.right, room.bottom)
        area = globe.fitted(Rect(room.left, room.top, side.left - 18, room.bottom), view.ratio)
        _said(canvas, shown, side)
        colours.key(canvas, limit, side.right, side.bottom, COLUMN)
    else:
        area = globe.fitted(Rect(room.left, room.top, room.right, room.bottom - colours.ROOM - 4), view.ratio)
        colours.key(canvas, limit, min(area.right, room.right), room.bottom, min(220.0, area.width))
    globe.paint(
        canvas, shown.region, view, area, (*DIVERGING, BLANK[canvas.theme.name]),
        lambda latitude, longitude: colours.classes(shown.at(latitude, longitude), limit),
    )  # fmt: skip
    globe.shores(canvas, shown.region, view, area)
    return canvas


def scale_limit(anomaly: Floats) -> float:
    """End of the scale on either side: whole degrees, one cell in a hundred lies beyond."""
    return max(float(np.ceil(np.nanpercentile(np.abs(anomaly), 99))), 1.0)


def _notes(shown: FieldMap, language: Language) -> tuple[str, ...]:
    """What the grey is, and what the projection keeps."""
    blank = (language.text("map.blank"),) if shown.variable == "sst" else ()
    return (*blank, language.text("map.equal"))


def _source(shown: FieldMap, canvas: Canvas) -> tuple[str, ...]:
    """Parts of the source line."""
    parts = [prose.source(shown, canvas.language)]
    if PRODUCTS[shown.product].copernicus:
        parts.append(canvas.language.text("picture.copernicus", year=shown.source.retrieved.year))
    return (*parts, canvas.theme.credit) if canvas.theme.credit else tuple(parts)


def _said(canvas: Canvas, shown: FieldMap, room: Rect) -> None:
    """The facts beside the map."""
    language, theme = canvas.language, canvas.theme
    label, note = canvas.size(canvas.preset.type.label), canvas.size(canvas.preset.type.note)
    big = canvas.size(canvas.preset.type.callout) * 1.7
    decimals = VARIABLES[shown.variable].decimals
    ink = {1: theme.warmer, 0: theme.ink, -1: theme.cooler}[direction(shown.mean, decimals)]
    y = room.top + 8 + CAP * big
    canvas.text("mean", room.left, y, Line(language.difference(shown.mean, decimals), "bold", big, ink), halo=False)
    y += DESCENT * big + 4
    facts: tuple[tuple[str, Face, float, str], ...] = (
        (prose.share(shown, language), "semibold", label, theme.ink),
        (_line(shown, language, "warmest"), "regular", note, theme.secondary),
        (_line(shown, language, "coldest"), "regular", note, theme.secondary),
    )
    for text, face, size, colour in facts:
        y += 10
        for line in wrapped(theme, face, size, text, room.width):
            y += CAP * size
            canvas.text("fact", room.left, y, Line(line, face, size, colour), halo=False)
            y += (1.25 - CAP) * size


def _line(shown: FieldMap, language: Language, which: str) -> str:
    """The largest difference of one sign, and where."""
    extreme = shown.warmest if which == "warmest" else shown.coldest
    value = language.difference(extreme.value, VARIABLES[shown.variable].decimals)
    return language.text(f"map.{which}", value=value, where=prose.where(extreme, language))

"""field_map: where on Earth is it warmer than it used to be on this date?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from climtrack.reporter import globe
from climtrack.reporter.canvas import Canvas
from climtrack.reporter.charts import colours
from climtrack.reporter.geometry import Rect
from climtrack.reporter.globe import BLANK
from climtrack.reporter.prose import field_map as prose
from climtrack.reporter.sheet import COLUMN, Sheet, begun, finished
from climtrack.reporter.theme import DIVERGING, Theme
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.fields import FieldMap
from climtrack.vocabulary.registry import PRODUCTS, VARIABLES
from climtrack.words.language import Language, direction

Floats = npt.NDArray[np.float64]


def render_map(shown: FieldMap, *, preset: str, theme: str | Theme, language: str, fmt: str = "png") -> Asset:
    """A finished map."""
    told = prose.words(shown, Language(language))
    canvas = draw_map(shown, preset=preset, theme=theme, language=language)
    name = f"{shown.region.name}-{VARIABLES[shown.variable].option}.map-{shown.date}"
    return finished(canvas, told, [*DIVERGING, BLANK[canvas.theme.name]], name, fmt)


def draw_map(shown: FieldMap, *, preset: str, theme: str | Theme, language: str) -> Canvas:
    """A drawn map, not yet a file."""
    words, limit = Language(language), scale_limit(shown.anomaly)
    sheet = begun(
        shown.region, prose.words(shown, words), _notes(shown, words), _sources(shown, words),
        preset=preset, theme=theme, language=words,
    )  # fmt: skip
    canvas, room = sheet.canvas, sheet.room
    if (column := sheet.column) is not None:
        area = sheet.area()
        _say(sheet, column, shown)
        colours.key(canvas, limit, column.right, column.bottom, COLUMN)
    else:
        area = sheet.area(colours.ROOM + 4)
        colours.key(canvas, limit, min(area.right, room.right), room.bottom, min(220.0, area.width))
    globe.paint(
        canvas, shown.region, sheet.view, area, (*DIVERGING, BLANK[canvas.theme.name]),
        lambda latitude, longitude: colours.classes(shown.at(latitude, longitude), limit),
    )  # fmt: skip
    globe.shores(canvas, shown.region, sheet.view, area)
    return canvas


def scale_limit(anomaly: Floats) -> float:
    """End of the scale on either side: whole degrees, one cell in a hundred lies beyond."""
    return max(float(np.ceil(np.nanpercentile(np.abs(anomaly), 99))), 1.0)


def _notes(shown: FieldMap, language: Language) -> tuple[str, ...]:
    """What the grey is, and what the projection keeps."""
    grey = ".".join(("outside",) * bool(shown.region.outline) + ("blank",) * (shown.variable == "sst"))
    return (*((language.text(f"map.{grey}"),) if grey else ()), language.text("map.equal"))


def _sources(shown: FieldMap, language: Language) -> tuple[str, ...]:
    """Parts of the source line."""
    own = prose.source(shown, language)
    if not PRODUCTS[shown.product].copernicus:
        return (own,)
    return own, language.text("picture.copernicus", year=shown.source.retrieved.year)


def _say(sheet: Sheet, column: Rect, shown: FieldMap) -> None:
    """The facts beside the map."""
    language, theme, decimals = sheet.canvas.language, sheet.canvas.theme, VARIABLES[shown.variable].decimals
    ink = {1: theme.warmer, 0: theme.ink, -1: theme.cooler}[direction(shown.mean, decimals)]
    facts = (prose.share(shown, language), *(_line(shown, language, which) for which in ("warmest", "coldest")))
    sheet.say(column, "mean", language.difference(shown.mean, decimals), ink, facts)


def _line(shown: FieldMap, language: Language, which: str) -> str:
    """The largest difference of one sign, and where."""
    extreme = shown.warmest if which == "warmest" else shown.coldest
    value = language.difference(extreme.value, VARIABLES[shown.variable].decimals)
    return language.text(f"map.{which}", value=value, where=prose.where(extreme, language))

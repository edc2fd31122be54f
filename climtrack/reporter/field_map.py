"""field_map: where on Earth is it warmer than it used to be on this date?"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from climtrack.errors import ConfigError, RenderError
from climtrack.reporter.canvas import Canvas, Line
from climtrack.reporter.charts import colours
from climtrack.reporter.coast import coastlines
from climtrack.reporter.fonts import CAP, DESCENT, Face, wrapped
from climtrack.reporter.frame import foot, head
from climtrack.reporter.geometry import Rect
from climtrack.reporter.language import Language, direction
from climtrack.reporter.presets import PRESETS
from climtrack.reporter.projection import Projection, projection
from climtrack.reporter.prose import field_map as prose
from climtrack.reporter.theme import COLOURS, DIVERGING, Theme, themed
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.fields import FieldMap
from climtrack.vocabulary.products import PRODUCTS
from climtrack.vocabulary.variables import VARIABLES

Floats = npt.NDArray[np.float64]
#: Sizes that a map is composed for.
MAP_PRESETS = ("wide", "post", "email", "phone")
#: Land and other places without data.
BLANK = {"light": "#D3D8DC", "dark": "#3A444E"}
SHORE = {"light": "#6B757E", "dark": "#939EA8"}
#: Width of the column of words beside a map in a wide picture.
COLUMN = 196.0


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
    from climtrack.reporter import encode

    if fmt not in encode.MEDIA_TYPES:
        raise ConfigError(f"format {fmt[:20]!r} is unknown", f"Choose one of {', '.join(encode.MEDIA_TYPES)}")
    told = prose.words(shown, Language(language))
    canvas = draw_map(shown, preset=preset, theme=theme, language=language)
    size = canvas.preset
    if fmt == "png":
        image = encode.raster(canvas)
        inks = [getattr(canvas.theme, role) for role in COLOURS]
        for step in encode.STEPS:
            data = encode.png(image, [*inks, *DIVERGING, BLANK[canvas.theme.name]], *step)
            if len(data) <= size.ceiling * 1000:
                break
        else:
            raise RenderError(f"the map in {preset} is {len(data) // 1000} kB, more than {size.ceiling}")
    else:
        data = {"svg": encode.svg, "webp": encode.webp, "pdf": encode.pdf}[fmt](canvas, told)
    look = "" if canvas.theme.name == "light" else f".{canvas.theme.name}"
    name = f"{shown.region.name}-{VARIABLES[shown.variable].option}.map-{shown.date}.{preset}{look}.{language}.{fmt}"
    return Asset(name, encode.MEDIA_TYPES[fmt], data, language, told, *size.pixels)


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
        area = _fitted(Rect(room.left, room.top, side.left - 18, room.bottom), view.ratio)
        _said(canvas, shown, side)
        colours.key(canvas, limit, side.right, side.bottom, COLUMN)
    else:
        area = _fitted(Rect(room.left, room.top, room.right, room.bottom - colours.ROOM - 4), view.ratio)
        colours.key(canvas, limit, min(area.right, room.right), room.bottom, min(220.0, area.width))
    _paint(canvas, shown, view, area, limit)
    _shores(canvas, shown, view, area)
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


def _fitted(room: Rect, ratio: float) -> Rect:
    """The largest rectangle of a ratio, in the middle of the room."""
    width = min(room.width, room.height * ratio)
    height = width / ratio
    left, top = room.left + (room.width - width) / 2, room.top + (room.height - height) / 2
    return Rect(left, top, left + width, top + height)


def _said(canvas: Canvas, shown: FieldMap, room: Rect) -> None:
    """The facts beside the map."""
    language, theme = canvas.language, canvas.theme
    label, note = canvas.size(canvas.preset.type.label), canvas.size(canvas.preset.type.note)
    big = canvas.size(canvas.preset.type.callout) * 1.7
    ink = {1: theme.warmer, 0: theme.ink, -1: theme.cooler}[direction(shown.mean, 1)]
    y = room.top + 8 + CAP * big
    canvas.text("mean", room.left, y, Line(language.difference(shown.mean, 1), "bold", big, ink), halo=False)
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
    value = language.difference(extreme.value, 1)
    return language.text(f"map.{which}", value=value, where=prose.where(extreme, language))


def _paint(canvas: Canvas, shown: FieldMap, view: Projection, area: Rect, limit: float) -> None:
    """The field as pixels of the picture: each takes the cell it lies in, so no cell is blurred into its neighbour."""
    scale = canvas.preset.scale
    columns, rows = max(round(area.width * scale), 2), max(round(area.height * scale), 2)
    x = view.left + (np.arange(columns) + 0.5) / columns * (view.right - view.left)
    y = view.top - (np.arange(rows) + 0.5) / rows * (view.top - view.bottom)
    latitude, longitude = view.inverse(*np.meshgrid(x, y))
    outside = np.isnan(latitude) | ~_within(shown, latitude, longitude)
    theme = canvas.theme
    inks = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in (*DIVERGING, BLANK[theme.name])])
    pixels = np.zeros((rows, columns, 4), dtype=np.uint8)
    pixels[..., :3] = inks[colours.classes(shown.at(latitude, longitude), limit)]
    pixels[..., 3] = np.where(outside, 0, 255)
    panel = canvas.panel(area, (view.left, view.right), (view.bottom, view.top), z=1)
    panel.axes.imshow(
        pixels, extent=(view.left, view.right, view.bottom, view.top), aspect="auto", interpolation="nearest", zorder=1
    )
    panel.axes.set_xlim(view.left, view.right)
    panel.axes.set_ylim(view.bottom, view.top)


def _within(shown: FieldMap, latitude: Floats, longitude: Floats) -> npt.NDArray[np.bool_]:
    """Whether places lie between the region's bounds."""
    region = shown.region
    width = region.east - region.west if region.east > region.west else region.east - region.west + 360
    inside = (latitude >= region.south) & (latitude <= region.north)
    return np.asarray(inside & (((longitude - region.west) % 360 <= width) | (width >= 360)))


def _shores(canvas: Canvas, shown: FieldMap, view: Projection, area: Rect) -> None:
    """Coastlines, the outline of the map, and the parallels of 30 and 60 degrees."""
    from matplotlib.collections import LineCollection

    span = max(view.right - view.left, view.top - view.bottom)
    resolution, smallest = ("c", 3000.0) if span > 1.6 else ("l", 300.0) if span > 0.5 else ("i", 10.0)
    lines = [
        _placed(part, view, area) for shore in _coast(resolution, smallest) for part in _visible(shown, view, shore)
    ]
    canvas.add(LineCollection(lines, colors=SHORE[canvas.theme.name], linewidths=0.55, zorder=4, capstyle="butt"))
    rim = _rim(shown)
    canvas.add(LineCollection([_placed(p, view, area) for p in _visible(shown, view, rim, all_of_it=True)],
                              colors=canvas.theme.axis, linewidths=0.8, zorder=5))  # fmt: skip


@cache
def _coast(resolution: str, smallest: float) -> tuple[Floats, ...]:
    """Shores, read once: the same for every map of a run."""
    return coastlines(resolution, smallest)


def _rim(shown: FieldMap) -> Floats:
    """The region's own edge."""
    region, edge = shown.region, np.linspace(0, 1, 181)
    width = region.east - region.west if region.east > region.west else region.east - region.west + 360
    if width >= 360 and (region.south >= 0 or region.north <= 0):
        lat = np.full(361, region.south if region.south >= 0 else region.north)
        return np.stack((np.linspace(-180, 180, 361), lat), axis=1)
    width -= 1e-6
    lon = region.west + width * np.concatenate((edge, 0 * edge + 1, 1 - edge, 0 * edge))
    lat = region.south + (region.north - region.south) * np.concatenate((0 * edge, edge, 0 * edge + 1, 1 - edge))
    return np.stack((lon, lat), axis=1)


def _visible(shown: FieldMap, view: Projection, line: Floats, *, all_of_it: bool = False) -> list[Floats]:
    """Parts of a line inside the region, on the map, without the jump across its edge."""
    longitude, latitude = line[:, 0], line[:, 1]
    x, y = view.forward(latitude, longitude)
    shown_here = np.isfinite(x) & (all_of_it | _within(shown, latitude, longitude))
    jump = np.hypot(np.diff(x, prepend=x[:1]), np.diff(y, prepend=y[:1])) > 0.3
    parts = np.split(np.stack((x, y), axis=1), np.flatnonzero(np.diff(shown_here.astype(int)) != 0) + 1)
    flags = np.split(jump, np.flatnonzero(np.diff(shown_here.astype(int)) != 0) + 1)
    found = []
    begin = 0
    for part, jumps in zip(parts, flags, strict=True):
        if shown_here[begin]:
            found += [piece for piece in np.split(part, np.flatnonzero(jumps[1:]) + 1) if len(piece) > 1]
        begin += len(part)
    return found


def _placed(line: Floats, view: Projection, area: Rect) -> Floats:
    """Points of the map in CSS pixels of the picture."""
    x = area.left + (line[:, 0] - view.left) / (view.right - view.left) * area.width
    y = area.top + (view.top - line[:, 1]) / (view.top - view.bottom) * area.height
    return np.stack((x, y), axis=1)

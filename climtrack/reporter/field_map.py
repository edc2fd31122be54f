"""field_map: where on Earth is it warmer than it used to be on this date?"""

from __future__ import annotations

import numpy as np

from climtrack.errors import ConfigError, RenderError
from climtrack.reporter import encode
from climtrack.reporter.annotations import COLOUR_KEY_ROOM, colour_classes, draw_colour_key
from climtrack.reporter.canvas import Canvas
from climtrack.reporter.fonts import CAP, DESCENT, Face, Line, wrapped
from climtrack.reporter.geometry import Rect
from climtrack.reporter.layout import foot, head
from climtrack.reporter.projection import BLANK, draw_field, draw_shores, projection
from climtrack.reporter.sentences import contracted, place, plain, side
from climtrack.reporter.theme import DIVERGING, PRESETS, Theme, themed
from climtrack.vocabulary.assets import Asset, Words
from climtrack.vocabulary.fields import Extreme, FieldMap
from climtrack.vocabulary.registry import PRODUCTS, VARIABLES
from climtrack.vocabulary.series import Floats, Status
from climtrack.words.attribution import copernicus
from climtrack.words.language import Language, direction

#: Sizes that a map is composed for.
MAP_PRESETS = ("wide", "post", "email", "phone")
#: Width of the column of words beside a map in a wide picture, and its distance from the map.
COLUMN, GUTTER = 196.0, 18.0


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


def render_map(shown: FieldMap, *, preset: str, theme: str | Theme, language: str, fmt: str = "png") -> Asset:
    """A finished map."""
    if fmt not in encode.MEDIA_TYPES:
        raise ConfigError("draw.unknown.format", name=fmt[:20], known=tuple(encode.MEDIA_TYPES))
    text = map_words(shown, Language(language))
    canvas = draw_map(shown, preset=preset, theme=theme, language=language)
    size, look = canvas.preset, "" if canvas.theme.name == "light" else f".{canvas.theme.name}"
    if fmt == "png":
        data = encode.smallest_png(canvas, [*DIVERGING, BLANK[canvas.theme.name]])
        if len(data) > size.ceiling * 1000:
            raise RenderError("draw.map.too_large", preset=size.name, size=len(data) // 1000, ceiling=size.ceiling)
    else:
        data = encode.VECTORS[fmt](canvas, text)
    name = f"{shown.region.name}-{VARIABLES[shown.variable].option}.map-{shown.date}"
    path = f"{name}.{preset}{look}.{language}.{fmt}"
    return Asset(path, encode.MEDIA_TYPES[fmt], data, language, text, *size.pixels)


def draw_map(shown: FieldMap, *, preset: str, theme: str | Theme, language: str) -> Canvas:
    """A drawn map, not yet a file: head and foot, and between them the map with its key, facts beside it if wide."""
    if preset not in MAP_PRESETS:
        raise ConfigError("draw.map.not_composed", preset=preset[:20], known=MAP_PRESETS)
    canvas = Canvas(PRESETS[preset], themed(theme) if isinstance(theme, str) else theme, Language(language))
    text, limit, view = map_words(shown, canvas.language), scale_limit(shown.anomaly), projection(shown.region)
    top = head(canvas, text.title, text.subtitle) + 10
    bottom = foot(canvas, _notes(shown, canvas.language), _sources(shown, canvas)) - 9
    left, right = canvas.preset.margin, canvas.preset.width - canvas.preset.margin
    if canvas.preset.form == "wide" and view.ratio < 1.7:
        area = _fitting(view.ratio, Rect(left, top, right - COLUMN - GUTTER, bottom))
        _say(canvas, Rect(right - COLUMN, top, right, bottom), shown)
        draw_colour_key(canvas, limit, right, bottom, COLUMN)
    else:
        area = _fitting(view.ratio, Rect(left, top, right, bottom - (COLOUR_KEY_ROOM + 4)))
        draw_colour_key(canvas, limit, min(area.right, right), bottom, min(220.0, area.width))
    inks = (*DIVERGING, BLANK[canvas.theme.name])
    draw_field(canvas, shown.region, view, area, inks, lambda *place: colour_classes(shown.at(*place), limit))
    draw_shores(canvas, shown.region, view, area)
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


def _notes(shown: FieldMap, language: Language) -> tuple[str, ...]:
    """What the grey is, and what the projection keeps."""
    grey = ".".join(("outside",) * bool(shown.region.outline) + ("blank",) * (shown.variable == "sst"))
    return (*((language.text(f"map.{grey}"),) if grey else ()), language.text("map.equal"))


def _sources(shown: FieldMap, canvas: Canvas) -> tuple[str, ...]:
    """Parts of the source line."""
    parts = [map_source(shown, canvas.language)]
    licence = copernicus(shown.product, shown.date, canvas.language, short=True)
    parts += [licence] if licence else []
    return (*parts, *((canvas.theme.credit,) if canvas.theme.credit else ()))


def _say(canvas: Canvas, column: Rect, shown: FieldMap) -> None:
    """The mean in large type, and under it how much is warmer and where the extremes are."""
    theme, language, sizes = canvas.theme, canvas.language, canvas.preset.type
    decimals, big = VARIABLES[shown.variable].decimals, canvas.size(sizes.callout) * 1.7
    ink = {1: theme.warmer, 0: theme.ink, -1: theme.cooler}[direction(shown.mean, decimals)]
    facts = [share(shown, language)]
    for which, extreme in (("warmest", shown.warmest), ("coldest", shown.coldest)):
        value = language.difference(extreme.value, decimals)
        facts.append(language.text(f"map.{which}", value=value, where=where(extreme, language)))
    y = column.top + 8 + CAP * big
    value = language.difference(shown.mean, decimals)
    canvas.text("mean", column.left, y, Line(value, "bold", big, ink), halo=False)
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

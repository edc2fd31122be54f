"""Theme: the inks, typefaces and sizes of a picture, and the check that they can be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from climtrack.errors import ConfigError
from climtrack.vocabulary.registry import unknown_name

Form = Literal["wide", "square", "tall", "card"]


@dataclass(frozen=True, slots=True)
class Type:
    """Type sizes in CSS pixels at the reading width."""

    title: tuple[float, ...]  # Sizes tried in turn, largest first
    # Year of the callout; subtitle; callout lines and end labels; notes inside the picture; axes; last lines
    callout: float
    subtitle: float
    label: float
    note: float
    axis: float
    source: float


LARGE = Type(title=(24.5, 23.5, 23.0), callout=17, subtitle=14, label=14, note=13, axis=12.5, source=11)
#: A link preview has no room for a title of three lines.
LOW = replace(LARGE, title=(24.5, 23.5, 23.0, 20.5, 18.5))
#: Mail is read on phones too, where 440 pixels are 340.
MAIL = replace(LARGE, axis=14, source=12)
SMALL = Type(title=(20.0,), callout=14.5, subtitle=13, label=13, note=12.5, axis=12, source=10.8)


@dataclass(frozen=True, slots=True)
class Preset:
    """A size, and the composition made for it."""

    name: str  # Short name used in file names
    pixels: tuple[int, int]  # Width and height of the file
    width: float  # CSS pixels at which it is looked at: the unit of everything drawn
    form: Form
    type: Type
    margin: float  # Space around, and to the left of the axes for tick labels, in CSS pixels
    gutter: float
    target: int  # Size of a PNG or an animation in kB (1000 bytes): aimed at, and never passed
    ceiling: int

    @property
    def scale(self) -> float:
        """File pixels per CSS pixel."""
        return self.pixels[0] / self.width

    @property
    def height(self) -> float:
        return self.pixels[1] / self.scale


PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        p.name: p
        for p in (
            Preset("wide", (2400, 1350), 728, "wide", LARGE, 22, 35, 235, 250),
            Preset("post", (1456, 820), 728, "wide", LARGE, 22, 35, 150, 200),
            Preset("email", (1200, 1200), 440, "square", MAIL, 18, 42, 95, 150),
            Preset("phone", (720, 900), 360, "tall", SMALL, 16, 40, 50, 100),
            Preset("motion", (600, 600), 440, "square", MAIL, 18, 42, 700, 1000),
            Preset("card", (1200, 630), 500, "card", LOW, 19, 35, 50, 120),
            Preset("panel", (2400, 1500), 728, "wide", LARGE, 22, 35, 160, 250),
            Preset("strip", (2400, 960), 728, "wide", LARGE, 22, 35, 45, 100),
            Preset("grid", (2400, 1600), 728, "wide", LARGE, 22, 35, 65, 150),
        )
    }
)


#: Pixels of a logo on either side, at most.
LARGEST_LOGO = 4000
#: WCAG 2.2: contrast against the background that text, and strokes that carry meaning, must reach.
TEXT_CONTRAST = 4.5
STROKE_CONTRAST = 3.0


@dataclass(frozen=True, slots=True)
class Theme:
    """Inks, typefaces and sizes."""

    name: str
    background: str  # Paper, and the ink of titles and text
    ink: str
    this_year: str  # The two lines of the flagship, and the darker orange that text needs
    last_year: str
    last_year_text: str
    average: str  # Dashed average and, at `band_alpha`, the band around it
    band_alpha: float
    oldest: str  # Ends of the ramp of the other years
    newest: str
    envelope: str  # Area between lowest and highest
    secondary: str  # Inks of subtitles and notes, and of the last lines
    source: str
    grid: str  # Horizontal grid, and the time axis
    axis: str
    warmer: str  # Bars above and below, and the ticks of record days
    cooler: str
    record: str
    font_regular: Path | None = None  # Files of the typeface; None takes Source Sans Pro
    font_semibold: Path | None = None
    font_bold: Path | None = None
    font_italic: Path | None = None
    scale: float = 1.0  # Factor on all type sizes
    credit: str = ""  # Line added to the source line
    logo: Path | None = None  # PNG set at the lower right


LIGHT = Theme(
    name="light", background="#FFFFFF", ink="#121212", this_year="#121212", last_year="#D55E00",
    last_year_text="#B84F00", average="#1F5A8A", band_alpha=0.20, oldest="#DADDE0", newest="#A4ACB3",
    envelope="#E1E4E7", secondary="#55606A", source="#6B757E", grid="#E3E6E8", axis="#8A949C",
    warmer="#B2182B", cooler="#2166AC", record="#8E0F32",
)  # fmt: skip
DARK = Theme(
    name="dark", background="#12171D", ink="#F2F4F5", this_year="#FFFFFF", last_year="#FF9A3C",
    last_year_text="#FF9A3C", average="#6BA3D6", band_alpha=0.26, oldest="#2C343C", newest="#5C6670",
    envelope="#262D35", secondary="#B3BCC4", source="#939EA8", grid="#2A323A", axis="#6C7781",
    warmer="#F0746A", cooler="#6BA3D6", record="#FF7C98",
)  # fmt: skip
THEMES: Mapping[str, Theme] = MappingProxyType({"light": LIGHT, "dark": DARK})

#: Roles that are read as text, and those that carry meaning as a stroke or a shape.
TEXT_ROLES = ("ink", "last_year_text", "average", "secondary", "source", "warmer", "cooler", "record")
STROKE_ROLES = ("this_year", "last_year", "average", "axis", "warmer", "cooler", "record")
COLOURS = (
    "background", "ink", "this_year", "last_year", "last_year_text", "average", "oldest", "newest", "envelope",
    "secondary", "source", "grid", "axis", "warmer", "cooler", "record",
)  # fmt: skip

#: Widths of strokes in CSS pixels.
THIN_LINE, AVERAGE_LINE, LAST_LINE, THIS_LINE = 0.5, 1.5, 1.7, 2.6
#: What the bars of preliminary days carry.
HATCH = "/////"
#: Stripes and heatmap, cold to warm (ColorBrewer Blues and Reds).
DIVERGING = (
    "#08306b", "#08519c", "#2171b5", "#4292c6", "#6baed6", "#9ecae1", "#c6dbef", "#deebf7",
    "#fee0d2", "#fcbba1", "#fc9272", "#fb6a4a", "#ef3b2c", "#cb181d", "#a50f15", "#67000d",
)  # fmt: skip


def luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour, as WCAG defines it."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, as WCAG defines it."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mix(one: str, other: str, share: float) -> str:
    """Colour on the straight line between two others."""
    pairs = ((int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def themed(name: str, overrides: Mapping[str, object] | None = None) -> Theme:
    """A theme with a user's own choices, checked so that it can be read."""
    if name not in THEMES:
        raise unknown_name("theme", name, THEMES)
    base = THEMES[name]
    known = {f.name for f in fields(Theme)} - {"name"}
    choices: dict[str, object] = {}
    for field, value in (overrides or {}).items():
        where = f"themes.{name}.{field[:40]}"
        if field not in known:
            raise ConfigError("draw.theme.unknown", where=where, known=", ".join(sorted(known))[:110])
        choices[field] = _checked(where, field, value)
    theme = replace(base, **choices)  # type: ignore[arg-type]
    # The orange of text follows a changed orange line unless it was chosen too.
    if "last_year" in choices and "last_year_text" not in choices:
        theme = replace(theme, last_year_text=theme.last_year)
    for roles, least in ((TEXT_ROLES, TEXT_CONTRAST), (STROKE_ROLES, STROKE_CONTRAST)):
        for role in roles:
            colour = getattr(theme, role)
            ratio = contrast(colour, theme.background)
            if ratio < least:
                problem = "draw.theme.too_light" if luminance(theme.background) > 0.18 else "draw.theme.too_dark"
                where = f"themes.{name}.{role}"
                raise ConfigError(
                    problem, where=where, colour=colour, background=theme.background, ratio=ratio, least=least
                )
    return theme


def _checked(where: str, field: str, value: object) -> object:
    """Value of an override in its own type."""
    if field in COLOURS:
        text = str(value).strip().upper()
        if len(text) != 7 or text[0] != "#" or any(c not in "0123456789ABCDEF" for c in text[1:]):
            raise ConfigError("draw.theme.colour", where=where, value=str(value)[:20])
        return text
    if field in {"scale", "band_alpha"}:
        low, high = (0.9, 1.3) if field == "scale" else (0.05, 0.6)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise ConfigError("draw.theme.number", where=where, value=str(value)[:20], low=low, high=high)
        return float(value)
    if field == "credit":
        if not isinstance(value, str) or len(value) > 60 or not value.isprintable():
            raise ConfigError("draw.theme.credit", where=where)
        return value.strip()
    path = Path(str(value)).expanduser()
    suffixes = (".png",) if field == "logo" else (".ttf", ".otf")
    if path.suffix.lower() not in suffixes or not path.is_file():
        raise ConfigError(f"draw.theme.{'logo' if field == 'logo' else 'font'}", where=where, path=str(value)[:80])
    if field == "logo" and max(size := _png_size(path)) > LARGEST_LOGO:
        raise ConfigError("draw.theme.logo.large", where=where, width=size[0], height=size[1], most=LARGEST_LOGO)
    return path


def _png_size(path: Path) -> tuple[int, int]:
    """Width and height by the header alone: a file of some kilobytes can ask for gigabytes once it is decoded."""
    with path.open("rb") as file:
        head = file.read(24).ljust(24, b"\0")
    return int.from_bytes(head[16:20]), int.from_bytes(head[20:24])

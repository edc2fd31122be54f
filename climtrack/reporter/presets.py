"""Presets: the sizes at which pictures are looked at, and the type that this takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Form = Literal["wide", "square", "tall", "card"]


@dataclass(frozen=True, slots=True)
class Type:
    """Type sizes in CSS pixels at the reading width."""

    title: tuple[float, ...]  # Sizes tried in turn, largest first
    # Year of the callout; subtitle; callout lines and end labels; notes inside the picture; axes; last lines
    callout: float
    # Year of the callout; subtitle; callout lines and end labels; notes inside the picture; axes; last lines
    subtitle: float
    # Year of the callout; subtitle; callout lines and end labels; notes inside the picture; axes; last lines
    label: float
    # Year of the callout; subtitle; callout lines and end labels; notes inside the picture; axes; last lines
    note: float
    # Year of the callout; subtitle; callout lines and end labels; notes inside the picture; axes; last lines
    axis: float
    # Year of the callout; subtitle; callout lines and end labels; notes inside the picture; axes; last lines
    source: float


LARGE = Type(title=(24.5, 23.5, 23.0), callout=17, subtitle=14, label=14, note=13, axis=12.5, source=11)
SMALL = Type(title=(20.0,), callout=14.5, subtitle=13, label=13, note=12.5, axis=12, source=10.8)


@dataclass(frozen=True, slots=True)
class Preset:
    """A size, and the composition made for it."""

    name: str  # Short name used in file names
    pixels: tuple[int, int]  # Width and height of the file
    reading: float  # CSS pixels at which it is looked at: the unit of everything drawn
    form: Form
    type: Type
    margin: float  # Space around, and to the left of the axes for tick labels, in CSS pixels
    gutter: float  # Space around, and to the left of the axes for tick labels, in CSS pixels
    target: int  # Size of a PNG in kB (1000 bytes): aimed at, and never passed
    ceiling: int  # Size of a PNG in kB (1000 bytes): aimed at, and never passed
    use: str

    @property
    def scale(self) -> float:
        """File pixels per CSS pixel."""
        return self.pixels[0] / self.reading

    @property
    def width(self) -> float:
        """Width in CSS pixels."""
        return self.reading

    @property
    def height(self) -> float:
        """Height in CSS pixels."""
        return self.pixels[1] / self.scale


PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        p.name: p
        for p in (
            Preset("wide", (2400, 1350), 728, "wide", LARGE, 22, 35, 235, 250, "own site, Hugo, Quarto, WordPress"),
            Preset("post", (1456, 820), 728, "wide", LARGE, 22, 35, 150, 200, "Substack, Ghost, Medium, Mastodon"),
            Preset("email", (1200, 1200), 440, "square", LARGE, 18, 42, 95, 150, "newsletters by mail, square feeds"),
            Preset("phone", (720, 900), 360, "tall", SMALL, 16, 40, 50, 100, "narrow screens, portrait feeds"),
            Preset("card", (1200, 630), 500, "card", LARGE, 19, 35, 50, 120, "link previews (og:image)"),
            Preset("panel", (2400, 1500), 728, "wide", LARGE, 22, 35, 160, 250, "two hemispheres side by side"),
            Preset("strip", (2400, 960), 728, "wide", LARGE, 22, 35, 45, 100, "stripes"),
            Preset("grid", (2400, 1600), 728, "wide", LARGE, 22, 35, 65, 150, "year by day heatmap"),
        )
    }
)

"""
Canvas: one picture being drawn, and the only place that speaks to matplotlib.

One unit is one CSS pixel at the reading width, which is also one matplotlib point: 72 points an inch times the
preset's scale gives the file its exact pixels, and sizes in CHARTS.md can be typed in as they stand. Positions are
computed, never laid out by an engine; every text is recorded with the box it takes, so that tests can ask whether two
of them touch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.patheffects import Normal, withStroke
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from climtrack.errors import ConfigError, RenderError
from climtrack.reporter.fonts import CAP, DESCENT, FALLBACKS, LEADING, WEIGHTS, Face, font_file, text_width
from climtrack.reporter.geometry import Box, Rect
from climtrack.reporter.panel import Panel
from climtrack.reporter.presets import Preset
from climtrack.reporter.theme import Theme
from climtrack.words.language import Language

Floats = npt.NDArray[np.float64]
Align = Literal["left", "center", "right"]
HALO = 4.5
#: No axes are narrower or lower than this.
LEAST = 24.0
WIDEST_LOGO = 96.0
#: How much of a text lies to the left of its anchor.
SHARES: dict[Align, float] = {"left": 0.0, "center": 0.5, "right": 1.0}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a label."""

    text: str
    face: Face
    size: float
    colour: str


class Canvas:
    """A picture being drawn."""

    def __init__(self, preset: Preset, theme: Theme, language: Language) -> None:
        self.preset, self.theme, self.language = preset, theme, language
        dpi = 72 * preset.scale
        self.figure = Figure(figsize=(preset.width / 72, preset.height / 72), dpi=dpi, facecolor=theme.background)
        FigureCanvasAgg(self.figure)
        self.boxes: list[Box] = []
        self.texts: list[tuple[Text, Align]] = []
        #: This year's line as drawn, one (x, y) array a panel: what no text may cross.
        self.traces: list[Floats] = []
        self._place = Affine2D().scale(1 / 72, -1 / 72).translate(0, preset.height / 72) + self.figure.dpi_scale_trans

    # -- measures -------------------------------------------------------------------------------------------------
    def size(self, css: float) -> float:
        """Type size after the theme's own factor."""
        return css * self.theme.scale

    def width(self, line: Line) -> float:
        return text_width(self.theme, line.face, line.size, line.text)

    def extent(self, lines: Sequence[Line]) -> tuple[float, float]:
        """Width and height of lines set under one another, from the capitals of the first to the foot of the last."""
        steps = sum(line.size * LEADING for line in lines[1:])
        return max(map(self.width, lines)), CAP * lines[0].size + steps + DESCENT * lines[-1].size

    # -- text -----------------------------------------------------------------------------------------------------
    def text(self, name: str, x: float, y: float, line: Line, *, align: Align = "left", halo: bool = True) -> Rect:
        """Set one line with its baseline at y."""
        font = FontProperties(
            family=list(FALLBACKS),
            style="italic" if line.face == "italic" else "normal",
            weight=WEIGHTS[line.face],
            size=line.size,
            fname=font_file(self.theme, line.face),
        )
        # Placed by our own measure: matplotlib would align by hinted widths.
        width = self.width(line)
        left = x - width * SHARES[align]
        artist = Text(
            left, y, line.text, color=line.colour, fontproperties=font, ha="left", va="baseline", parse_math=False,
            transform=self._place, zorder=9, gid=f"text-{len(self.boxes)}",
        )  # fmt: skip
        # Any path effect makes matplotlib draw the outlines themselves, unhinted: as wide as they were measured.
        artist.set_path_effects([withStroke(linewidth=HALO, foreground=self.theme.background) if halo else Normal()])
        self.figure.add_artist(artist)
        self.texts.append((artist, align))
        rect = Rect(left, y - CAP * line.size, left + width, y + DESCENT * line.size)
        self.boxes.append(Box(name, line.text, rect, line.size, line.colour))
        return rect

    def block(self, name: str, x: float, top: float, lines: Sequence[Line], *, align: Align = "left") -> Rect:
        """Set lines under one another."""
        baseline = top + CAP * lines[0].size
        rects = [self.text(name, x, baseline, lines[0], align=align)]
        for line in lines[1:]:
            baseline += line.size * LEADING
            rects.append(self.text(name, x, baseline, line, align=align))
        return Rect(min(r.left for r in rects), top, max(r.right for r in rects), rects[-1].bottom)

    # -- shapes ---------------------------------------------------------------------------------------------------
    def add(self, artist: Artist) -> None:
        """Add an artist whose coordinates are CSS pixels."""
        artist.set_transform(self._place)
        artist.set_figure(self.figure)
        self.figure.add_artist(artist)

    def stroke(
        self, xs: Sequence[float], ys: Sequence[float], colour: str, width: float, *, z: float = 1, dash: object = "-"
    ) -> None:
        """Draw a line through points."""
        self.add(Line2D(xs, ys, color=colour, lw=width, ls=dash, zorder=z, solid_capstyle="butt", dash_capstyle="butt"))

    def fill(self, rect: Rect, colour: str, *, z: float = 1) -> None:
        """Fill a rectangle."""
        self.add(Rectangle((rect.left, rect.top), rect.width, rect.height, fc=colour, ec="none", lw=0, zorder=z))

    def logo(self, right: float, bottom: float, height: float) -> float:
        """Set the theme's logo."""
        if self.theme.logo is None:
            return 0.0
        from PIL import Image, UnidentifiedImageError

        try:
            with Image.open(self.theme.logo) as file:
                picture = file.convert("RGBA")
        except (UnidentifiedImageError, OSError) as problem:
            raise ConfigError(f"the logo {self.theme.logo.name[:60]} is not a picture", "Give a PNG file") from problem
        width = min(height * picture.width / picture.height, WIDEST_LOGO)
        height = width * picture.height / picture.width
        w, h = self.preset.width, self.preset.height
        axes = self.figure.add_axes(((right - width) / w, 1 - bottom / h, width / w, height / h), zorder=3)
        axes.set_axis_off()
        axes.imshow(np.asarray(picture), aspect="auto", interpolation="antialiased")
        return width + 10

    def panel(self, rect: Rect, xlim: tuple[float, float], ylim: tuple[float, float], *, z: float = 2) -> Panel:
        """Axes over a rectangle, bare: the panel draws its own grid and labels."""
        if rect.width < LEAST or rect.height < LEAST:
            raise RenderError(
                f"no room for the chart in the preset {self.preset.name} at type scale {self.theme.scale:g}",
                "Choose a smaller scale or a larger preset",
            )
        w, h = self.preset.width, self.preset.height
        axes = self.figure.add_axes((rect.left / w, 1 - rect.bottom / h, rect.width / w, rect.height / h), zorder=z)
        return Panel.over(axes, rect, xlim, ylim, self.theme)

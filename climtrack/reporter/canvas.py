"""
Canvas: one picture being drawn, and the only place that speaks to matplotlib.

One unit is one CSS pixel at the reading width, which is also one matplotlib point: 72 points an inch times the
preset's scale gives the file its exact pixels, and sizes are typed in as a designer gives them. Positions are
computed, never laid out by an engine; every text is recorded with the box it takes, so that tests can ask whether two
of them touch.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.patheffects import Normal, withStroke
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from climtrack.errors import ConfigError, RenderError
from climtrack.reporter.fonts import CAP, DESCENT, LEADING, Line, font_file, text_width
from climtrack.reporter.geometry import Box, Rect, crosses
from climtrack.reporter.theme import AVERAGE_LINE, HATCH, THIN_LINE, Preset, Theme, mix
from climtrack.vocabulary.series import Floats
from climtrack.words.language import Language


def defaults(**changes: object) -> AbstractContextManager[None]:
    """Context in which a picture is drawn or written."""
    house: dict[Any, Any] = {
        name: value for name, value in mpl.rcParamsDefault.items() if not name.startswith("backend")
    }
    return mpl.rc_context(house | {name.replace("__", "."): value for name, value in changes.items()})


LINE_HALO = 1.3
#: Where in the drawing halos lie: below last year's line, which this year's would else cover where both are near.
HALOS = 4.9
#: Opacity of the outlook's fan.
FAN = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """One pair of axes."""

    axes: Axes  # matplotlib's own
    rect: Rect  # Where they stand in the picture, in CSS pixels
    xlim: tuple[float, float]  # Limits in data units
    ylim: tuple[float, float]
    theme: Theme

    @classmethod
    def over(cls, axes: Axes, rect: Rect, xlim: tuple[float, float], ylim: tuple[float, float], theme: Theme) -> Panel:
        """Panel over matplotlib axes, their own frame and ticks taken off."""
        axes.set_axis_off()
        axes.set_xlim(*xlim)
        axes.set_ylim(*ylim)
        return cls(axes, rect, xlim, ylim, theme)

    def x(self, value: float) -> float:
        """CSS pixel of a data x."""
        return self.rect.left + (value - self.xlim[0]) / (self.xlim[1] - self.xlim[0]) * self.rect.width

    def y(self, value: float) -> float:
        """CSS pixel of a data y."""
        return self.rect.bottom - (value - self.ylim[0]) / (self.ylim[1] - self.ylim[0]) * self.rect.height

    def points(self, xs: Floats, ys: Floats) -> Floats:
        """Data as CSS pixels, shape (n, 2), gaps as NaN."""
        x = self.rect.left + (xs - self.xlim[0]) / (self.xlim[1] - self.xlim[0]) * self.rect.width
        y = self.rect.bottom - (ys - self.ylim[0]) / (self.ylim[1] - self.ylim[0]) * self.rect.height
        return np.column_stack([x, y])

    def years(self, rows: list[tuple[Floats, Floats]]) -> None:
        """Thin lines, oldest first and palest."""
        last = max(len(rows) - 1, 1)
        colours = [mix(self.theme.oldest, self.theme.newest, i / last) for i in range(len(rows))]
        self.axes.add_collection(
            LineCollection(
                [np.column_stack(row) for row in rows], colors=colours, linewidths=THIN_LINE, zorder=1, gid="years"
            ),
            autolim=False,
        )

    def band(self, xs: Floats, low: Floats, high: Floats) -> None:
        """Wash over the thin lines, for the average ±2 standard deviations."""
        self.axes.fill_between(xs, low, high, color=self.theme.average, alpha=self.theme.band_alpha, lw=0, zorder=2)

    def fan(self, xs: Floats, low: Floats, high: Floats) -> None:
        """Where this year's line may go."""
        ink = self.theme.this_year
        self.axes.fill_between(xs, low, high, color=ink, alpha=FAN, lw=0, zorder=4, gid="fan")
        for edge in (low, high):
            self.axes.plot(xs, edge, color=ink, lw=THIN_LINE, zorder=4, gid="fan-edge")

    def average(self, xs: Floats, ys: Floats) -> None:
        self.axes.plot(
            xs, ys, color=self.theme.average, lw=AVERAGE_LINE, ls=(0, (4.2, 2.6)), zorder=3, dash_capstyle="butt",
            clip_on=False, gid="average",
        )  # fmt: skip

    def heavy(
        self, xs: Floats, ys: Floats, colour: str, width: float, *, z: float, gid: str, dash: object = "-"
    ) -> None:
        """A line that carries meaning, parted by a halo from what lies below it, though not from another such line."""
        for ink, extra, order, name in (
            (self.theme.background, 2 * LINE_HALO, min(z, HALOS), f"{gid}-halo"),
            (colour, 0.0, z + 0.1, gid),
        ):
            self.axes.plot(
                xs, ys, color=ink, lw=width + extra, ls="-" if extra else dash, zorder=order, clip_on=False, gid=name,
                solid_capstyle="round", solid_joinstyle="round", dash_capstyle="round",
            )  # fmt: skip

    def mark(self, x: float, y: float, colour: str) -> None:
        """A day that is named."""
        self.axes.plot(
            [x], [y], ls="none", marker="o", ms=5.0, mfc=colour, mec=self.theme.background, mew=0.9, zorder=7.5,
            clip_on=False, gid="mark",
        )  # fmt: skip

    def dot(self, x: float, y: float) -> None:
        """Hollow end of this year's line."""
        self.axes.plot(
            [x], [y], ls="none", marker="o", ms=7.2, mfc=self.theme.background, mec=self.theme.this_year, mew=1.9,
            zorder=8, clip_on=False, gid="end",
        )  # fmt: skip


def logo(path: Path) -> np.ndarray[Any, Any]:
    """Pixels of a logo, decoded once while the file stays the same."""
    try:
        return _decoded(path, path.stat().st_mtime_ns)
    except (SyntaxError, ValueError, OSError) as problem:  # what Pillow says of what is no picture, or a damaged one
        raise ConfigError("draw.logo", name=path.name[:60]) from problem


@lru_cache(2)
def _decoded(path: Path, _: int) -> np.ndarray[Any, Any]:
    from PIL import Image

    with Image.open(path) as file:
        picture = file.convert("RGBA")
    picture.thumbnail((400, 400))  # as much as the largest picture shows of it
    return np.asarray(picture)


Align = Literal["left", "center", "right"]
#: Lines that carry meaning: this year's, last year's, the average.
NAMED = frozenset({"this-year", "preliminary", "before", "last-year", "average"})
TEXT_HALO = 4.5
#: No axes are narrower or lower than this.
LEAST = 24.0
WIDEST_LOGO = 96.0
#: How much of a text lies to the left of its anchor.
SHARES: dict[Align, float] = {"left": 0.0, "center": 0.5, "right": 1.0}


class Canvas:
    def __init__(self, preset: Preset, theme: Theme, language: Language) -> None:
        self.preset, self.theme, self.language = preset, theme, language
        dpi = 72 * preset.scale
        self.figure = Figure(figsize=(preset.width / 72, preset.height / 72), dpi=dpi, facecolor=theme.background)
        FigureCanvasAgg(self.figure)
        self.boxes: list[Box] = []
        self.texts: list[Text] = []
        #: This year's line as drawn, one (x, y) array a panel: what no text may cross.
        self.traces: list[Floats] = []
        #: Leaders as drawn, two points each.
        self.leaders: list[Floats] = []
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
        font = FontProperties(size=line.size, fname=font_file(self.theme, line.face))
        # Placed by our own measure: matplotlib would align by hinted widths.
        width = self.width(line)
        left = x - width * SHARES[align]
        artist = Text(
            left, y, line.text, color=line.colour, fontproperties=font, ha="left", va="baseline", parse_math=False,
            transform=self._place, zorder=9, gid=f"text-{len(self.boxes)}",
        )  # fmt: skip
        # Any path effect makes matplotlib draw the outlines themselves, unhinted: as wide as they were measured.
        artist.set_path_effects(
            [withStroke(linewidth=TEXT_HALO, foreground=self.theme.background) if halo else Normal()]
        )
        self.figure.add_artist(artist)
        self.texts.append(artist)
        rect = Rect(left, y - CAP * line.size, left + width, y + DESCENT * line.size)
        self.boxes.append(Box(name, line.text, rect, line.size, line.colour))
        return rect

    def block(self, name: str, x: float, top: float, lines: Sequence[Line]) -> Rect:
        """Set lines under one another."""
        baseline = top + CAP * lines[0].size
        rects = [self.text(name, x, baseline, lines[0])]
        for line in lines[1:]:
            baseline += line.size * LEADING
            rects.append(self.text(name, x, baseline, line))
        return Rect(min(r.left for r in rects), top, max(r.right for r in rects), rects[-1].bottom)

    # -- shapes ---------------------------------------------------------------------------------------------------
    def add(self, artist: Artist) -> None:
        """Add an artist whose coordinates are CSS pixels."""
        artist.set_transform(self._place)
        artist.set_figure(self.figure)
        self.figure.add_artist(artist)

    def stroke(
        self, xs: Sequence[float], ys: Sequence[float], colour: str, width: float, *, z: float = 1,
        dash: object = "-", gid: str | None = None,
    ) -> None:  # fmt: skip
        line = Line2D(xs, ys, color=colour, lw=width, ls=dash, zorder=z, solid_capstyle="butt", dash_capstyle="butt")
        line.set_gid(gid)
        self.add(line)

    def leader(self, xs: Sequence[float], ys: Sequence[float]) -> None:
        """A line from a text to what it names; none where it would cross a line that carries meaning."""
        ends = np.column_stack([xs, ys])
        if not any(crosses(ends, line) for line in self.named_lines()):
            self.leaders.append(ends)
            self.stroke(xs, ys, self.theme.axis, 0.9, z=8, gid="leader")

    def named_lines(self) -> list[Floats]:
        """Lines of years and of the average as drawn, in CSS pixels."""
        back = self._place.inverted()
        return [
            back.transform(axes.transData.transform(line.get_xydata()))
            for axes in self.figure.axes
            for line in axes.lines
            if line.get_gid() in NAMED
        ]

    def fill(self, rect: Rect, colour: str, *, z: float = 1) -> None:
        self.add(Rectangle((rect.left, rect.top), rect.width, rect.height, fc=colour, ec="none", lw=0, zorder=z))

    def hatch(self, rect: Rect) -> None:
        """Mark part of a bar as preliminary."""
        self.add(
            Rectangle(
                (rect.left, rect.top), rect.width, rect.height, fc="none", ec=self.theme.background, lw=0,
                hatch=HATCH, zorder=2.5,
            )
        )  # fmt: skip

    def logo(self, right: float, bottom: float, height: float) -> float:
        """Set the theme's logo."""
        if self.theme.logo is None:
            return 0.0
        pixels = logo(self.theme.logo)
        shape = float(pixels.shape[1] / pixels.shape[0])
        width = min(height * shape, WIDEST_LOGO)
        height = width / shape
        w, h = self.preset.width, self.preset.height
        axes = self.figure.add_axes(((right - width) / w, 1 - bottom / h, width / w, height / h), zorder=3)
        axes.set_axis_off()
        axes.imshow(pixels, aspect="auto", interpolation="antialiased")
        return width + 10

    def panel(self, rect: Rect, xlim: tuple[float, float], ylim: tuple[float, float], *, z: float = 2) -> Panel:
        """Axes over a rectangle, bare: the panel draws its own grid and labels."""
        if rect.width < LEAST or rect.height < LEAST:
            raise RenderError("draw.no_room", preset=self.preset.name, scale=self.theme.scale)
        w, h = self.preset.width, self.preset.height
        axes = self.figure.add_axes((rect.left / w, 1 - rect.bottom / h, rect.width / w, rect.height / h), zorder=z)
        return Panel.over(axes, rect, xlim, ylim, self.theme)

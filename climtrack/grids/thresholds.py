"""
DOOR. The threshold of marine heatwaves of every cell by day of year, over any number of years in bounded memory.

A percentile needs all years of a cell at once, while files hold all cells of a day. So the days of the baseline are
read once, in order, and laid by in a file without a name that goes with the process however it ends: blocks of cells,
each with all its days, two bytes a value. Each block is then ranked alone, and its 366 days are laid by in the same
way until all cells of a day can be written together.

Memory: one block (cells × days × 2 bytes, `MEMORY` at most) and what ranking it takes, 300 MB in all whatever the
number of years. Disk: cells × (days + 1464) × 2 bytes, 26 GB for 30 years of OISST; with less room the
rows are done in bands, one pass over the files for each.

What is made of a cell's days is in `climtrack.grids.cells`, the finished file in `climtrack.grids.thresholds`.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from climtrack.errors import DiskError, SeriesError
from climtrack.files import disk_error
from climtrack.grids.cells import GONE, SMOOTHING, Shorts, cycles
from climtrack.grids.cf import Packing
from climtrack.grids.grids import GridFile
from climtrack.grids.percentiles import WINDOW
from climtrack.grids.reduce import Fields32, Frames, in_celsius, missing, oriented, westward
from climtrack.vocabulary.calendar import DAYS, dayofyear_of
from climtrack.vocabulary.registry import VARIABLES, Baseline
from climtrack.vocabulary.series import Floats

# A percentile of every cell by day of year, as the threshold of marine heatwaves: 11 days wide, over a baseline.
#
# Packed values are whole numbers, so a cell keeps a histogram of the days inside the window. From one calendar day to
# the next a day of each year enters and one leaves, and the order statistic moves by a few bins: nothing is ever
# sorted. A cell's days and its histogram stay in the processor's nearest memory, and numba compiles the loop, which
# numpy could run only over many cells at once, out of that memory. The result is that of `numpy.nanpercentile`, to
# the last bit.


# DOOR. The file of thresholds: average and percentile of every cell, a day of year in each chunk.


#: How results are packed: finely, for a threshold rounded to OISST's hundredths would tie with days that exceed it.
PACKED: Mapping[str, Packing] = MappingProxyType(
    {"sst": Packing(0.001, 15.0, (GONE,)), "t2m": Packing(0.0025, -15.0, (GONE,))}
)


@dataclass(frozen=True, slots=True, eq=False)
class Threshold:
    """Average and threshold of every cell on one day of year."""

    product: str
    variable: str
    baseline: Baseline  # First and last year, both included
    percentile: float
    window: int
    latitude: Floats  # Centres, south to north and eastward from 180 W
    longitude: Floats  # Centres, south to north and eastward from 180 W
    mean: Fields32  # degC, shape (latitude, longitude); NaN without a value
    high: Fields32  # degC, shape (latitude, longitude); NaN without a value


def packed(variable: str, values: Floats) -> Shorts:
    """DegC as the file stores them."""
    packing = PACKED[variable]
    whole = np.rint((np.nan_to_num(values, nan=packing.offset) - packing.offset) / packing.scale)
    if np.abs(whole).max() > -GONE - 1:
        raise SeriesError(f"cells of {np.nanmax(np.abs(values)):.0f} °C are no temperatures", "Check the files' units")
    return np.where(np.isnan(values), GONE, whole).astype(np.int16)


def write(
    frames: Frames,
    baseline: Baseline,
    path: Path,
    attributes: Mapping[str, str],
    results: IO[bytes],
    percentile: float,
    window: int,
) -> None:
    """Write the results, laid by as they are stored: all days of year of the mean, then of the threshold."""
    import netCDF4

    file = frames.first
    rows, columns = file.grid.shape
    about, packing = VARIABLES[file.variable], PACKED[file.variable]
    with netCDF4.Dataset(path, "w") as out:
        out.setncatts({
            "Conventions": "CF-1.11", "title": f"Average and percentile of every cell by day of year, {baseline}",
            "product": file.product, "variable": file.variable, "baseline": str(baseline),
            "percentile": percentile, "window": np.int32(window), "smoothing": np.int32(SMOOTHING),
            "comment": f"Of the days within {window // 2} days of each day of year in {baseline}; both smoothed by a "
            f"circular mean of {SMOOTHING} days; 29 February lies half-way between its neighbours",
            "references": "Hobday et al. (2016), doi:10.1016/j.pocean.2015.12.014",
        } | dict(attributes))  # fmt: skip
        out.createDimension("dayofyear", DAYS)
        out.createVariable("dayofyear", "i2", ("dayofyear",))[:] = np.arange(1, DAYS + 1)
        out["dayofyear"].long_name = "day of year, 29 February is 60, 1 March always 61"
        for name, axis, units, letter in (
            ("latitude", np.sort(file.grid.latitude), "degrees_north", "Y"),
            ("longitude", np.sort(westward(file.grid.longitude)), "degrees_east", "X"),
        ):
            out.createDimension(name, axis.size)
            out.createVariable(name, "f8", (name,))[:] = axis
            out[name].setncatts({"units": units, "standard_name": name, "axis": letter})
        field = np.empty((rows, columns), dtype=np.int16)
        results.seek(0)
        for name, words in (("mean", "average"), ("threshold", f"percentile {percentile:g}")):
            var = out.createVariable(
                name, "i2", ("dayofyear", "latitude", "longitude"), zlib=True, complevel=1, shuffle=True,
                chunksizes=(1, rows, columns), fill_value=np.int16(GONE),
            )  # fmt: skip
            var.set_auto_maskandscale(False)
            var.setncatts({
                "standard_name": about.standard_name, "long_name": f"{words} of {about.title} by day of year",
                "units": "degC", "units_metadata": "temperature: on_scale",
                "scale_factor": packing.scale, "add_offset": packing.offset,
            })  # fmt: skip
            for day in range(DAYS):
                results.readinto(field.data)  # type: ignore[attr-defined]
                var[day] = oriented(file, field)


def read(path: Path, day: dt.date) -> Threshold:
    """Average and threshold of every cell on a calendar day."""
    import netCDF4

    try:
        with netCDF4.Dataset(path) as held:
            held.set_auto_maskandscale(False)
            mean, high = (
                in_celsius(PACKED[held.variable], np.asarray(held[name][dayofyear_of(day) - 1]))
                for name in ("mean", "threshold")
            )
            return Threshold(
                held.product,
                held.variable,
                Baseline.parse(held.baseline),
                float(held.percentile),
                int(held.window),
                np.asarray(held["latitude"][:], dtype=np.float64),
                np.asarray(held["longitude"][:], dtype=np.float64),
                mean,
                high,
            )
    except (OSError, AttributeError, LookupError) as error:
        raise SeriesError(
            f"{path.name} holds no thresholds of cells", "Make them with climtrack grid climatology --percentile 90"
        ) from error


PERCENTILE = 90.0
#: Bytes of the days of one block of cells, and of the days that are laid by together.
MEMORY = 32_000_000
#: Cells ranked together at most: their results take 366 numbers each, several times over.
CELLS = 4096
#: Cells that are ranked in about the time that reading a day takes: one step of the progress.
STEP = 40


@dataclass(frozen=True, slots=True)
class Room:
    """How the work is cut to the memory and the disk."""

    rows: int  # Rows of the grid of one pass over the files
    passes: int
    cells: int  # Cells ranked at once
    disk: int  # Bytes laid by at most


def room(shape: tuple[int, int], days: int, *, free: int, memory: int = MEMORY) -> Room:
    """How the work is cut to the memory and the disk."""
    rows, columns = shape
    held = 8 * DAYS * rows * columns  # the results laid by, and their file, which compression makes smaller
    row = 2 * days * columns
    fit = min(rows, (free - held) // row)
    if fit < 1:
        raise DiskError(
            f"thresholds need {(held + row) / 1e9:.1f} GB of disk at the least, free are {free / 1e9:.1f} GB",
            "Free some space",
        )
    passes = -(-rows // fit)
    fit = -(-rows // passes)
    return Room(fit, passes, max(1, min(memory // (2 * days), CELLS, fit * columns)), held + fit * row)


def make(
    files: Sequence[GridFile],
    baseline: Baseline,
    path: Path,
    attributes: Mapping[str, str],
    *,
    percentile: float = PERCENTILE,
    window: int = WINDOW,
    free: int | None = None,
    memory: int = MEMORY,
    tell: Callable[[Room], None] = lambda _: None,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write average and threshold of every cell by day of year."""
    frames = Frames(files)
    frames.covered(baseline)
    days = np.arange(f"{baseline.first}-01-01", f"{baseline.last + 1}-01-01", dtype="datetime64[D]")
    cycles(np.zeros((days.size, 1), dtype=np.int16), days, baseline, percentile, window)  # refuses what makes no sense
    shape = frames.first.grid.shape
    if free is None:
        free = shutil.disk_usage(path.parent).free * 9 // 10
    plan = room(shape, days.size, free=free, memory=memory)
    tell(plan)
    counted = _Counted(plan.passes * days.size + shape[0] * shape[1] // STEP, progress)
    try:
        with _laid_by(path.parent) as results:
            for first in range(0, shape[0], plan.rows):
                band = slice(first, min(first + plan.rows, shape[0]))
                with _laid_by(path.parent) as held:
                    _read(frames, days, band, plan, held, memory, counted)
                    _rank(days, baseline, band, shape, plan, held, results, percentile, window,
                          frames.first.variable, counted)  # fmt: skip
            write(frames, baseline, path, attributes, results, percentile, window)
    except OSError as problem:
        raise disk_error(problem, path, needed=plan.disk) from problem
    finally:
        frames.close()


class _Counted:
    """Steps done so far."""

    def __init__(self, total: int, progress: Callable[[int, int], None] | None) -> None:
        self._done, self._total, self._progress = 0.0, total, progress

    def add(self, steps: float) -> None:
        """Some more are done."""
        self._done += steps
        if self._progress is not None:
            self._progress(min(round(self._done), self._total), self._total)


@contextmanager
def _laid_by(folder: Path) -> Iterator[IO[bytes]]:
    """A file without a name: it leaves nothing behind, not even after a kill or a power cut."""
    with tempfile.TemporaryFile(dir=folder, prefix=".climtrack-0-") as file:  # named where the system knows no other
        yield file


def _read(
    frames: Frames,
    days: npt.NDArray[np.datetime64],
    band: slice,
    plan: Room,
    held: IO[bytes],
    memory: int,
    counted: _Counted,
) -> None:
    """All days of a band of rows, laid by in blocks of cells."""
    known, cells = frames.days, (band.stop - band.start) * frames.first.grid.shape[1]
    deep = max(1, min(memory // (2 * cells), days.size))
    batch = np.empty((deep, cells), dtype=np.int16)
    for first in range(0, days.size, deep):
        some: list[dt.date] = days[first : first + deep].tolist()
        for i, day in enumerate(some):
            if day in known:
                batch[i] = hundredths(frames.packing, frames.field(day)[band]).ravel()
            else:
                batch[i] = GONE
            counted.add(1)
        for start in range(0, cells, plan.cells):
            block = batch[: len(some), start : start + plan.cells]
            held.seek(2 * (start * days.size + first * block.shape[1]))
            held.write(np.ascontiguousarray(block).data)


def hundredths(packing: Packing, field: npt.NDArray[Any]) -> Shorts:
    """A field in whole hundredths of a degree Celsius, as OISST stores it."""
    if field.dtype == np.int16 and abs(packing.scale - 0.01) < 1e-8 and not packing.offset and not packing.kelvin:
        gone = missing(packing, field)
        return field if gone is None else np.where(gone, np.int16(GONE), field)
    values = in_celsius(packing, field)
    values *= 100
    if np.nanmax(np.abs(values), initial=0) > -GONE - 1:
        raise SeriesError(f"a cell of {np.nanmax(np.abs(values)) / 100:.0f} °C is no temperature", "Check the units")
    return np.where(np.isnan(values), GONE, np.rint(np.nan_to_num(values))).astype(np.int16)


def _rank(
    days: npt.NDArray[np.datetime64],
    baseline: Baseline,
    band: slice,
    shape: tuple[int, int],
    plan: Room,
    held: IO[bytes],
    results: IO[bytes],
    percentile: float,
    window: int,
    variable: str,
    counted: _Counted,
) -> None:
    """Every block of a band ranked, its results laid by: mean and threshold, a day of year after the other."""
    cells, whole = (band.stop - band.start) * shape[1], shape[0] * shape[1]
    for start in range(0, cells, plan.cells):
        count = min(plan.cells, cells - start)
        block = np.empty((days.size, count), dtype=np.int16)
        held.seek(2 * start * days.size)
        held.readinto(block.data)  # type: ignore[attr-defined]
        sea = (block != GONE).any(axis=0)
        both = np.full((2, DAYS, count), GONE, dtype=np.int16)
        if sea.any():
            values = block if sea.all() else block[:, sea]
            both[:, :, sea] = packed(variable, cycles(values, days, baseline, percentile, window))
        for i, row in enumerate(both.reshape(2 * DAYS, count)):
            results.seek(2 * (i * whole + band.start * shape[1] + start))
            results.write(row.data)
        counted.add(count / STEP)

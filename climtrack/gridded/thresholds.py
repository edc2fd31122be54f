"""
DOOR. The threshold of marine heatwaves of every cell by day of year, over any number of years in bounded memory.

A percentile needs all years of a cell at once, while files hold all cells of a day. So the days of the baseline are
read once, in order, and laid by in a file without a name that goes with the process however it ends: blocks of cells,
each with all its days, two bytes a value. Each block is then ranked alone, and its 366 days are laid by in the same
way until all cells of a day can be written together.

Memory: one block (cells × days × 2 bytes, `MEMORY` at most) and what ranking it takes, 300 MB in all whatever the
number of years. Disk: cells × (days + 1464) × 2 bytes, 26 GB for 30 years of OISST; with less room the
rows are done in bands, one pass over the files for each.

What is made of a cell's days is in `climtrack.gridded.cycles`, the finished file in `climtrack.gridded.threshold_file`.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from climtrack.errors import DiskError, SeriesError
from climtrack.files import disk_error
from climtrack.gridded import threshold_file
from climtrack.gridded.cycles import GONE, Shorts, cycles
from climtrack.gridded.frames import Frames, in_celsius, missing
from climtrack.gridded.grids import GridFile
from climtrack.gridded.packing import Packing
from climtrack.gridded.percentiles import WINDOW
from climtrack.vocabulary.baselines import Baseline
from climtrack.vocabulary.calendar import DAYS

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
            threshold_file.write(frames, baseline, path, attributes, results, percentile, window)
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
        packed = np.full((2, DAYS, count), GONE, dtype=np.int16)
        if sea.any():
            values = block if sea.all() else block[:, sea]
            packed[:, :, sea] = threshold_file.packed(variable, cycles(values, days, baseline, percentile, window))
        for i, row in enumerate(packed.reshape(2 * DAYS, count)):
            results.seek(2 * (i * whole + band.start * shape[1] + start))
            results.write(row.data)
        counted.add(count / STEP)

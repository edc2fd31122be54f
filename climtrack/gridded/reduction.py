"""
Gridded fields to regional means: all regions in one pass, whoever does the work.

The method: every field is reduced whole by `climtrack.gridded.kernel.Kernel`; an hourly day is the exactly rounded mean
of its steps and counts only if complete; a day whose coverage falls below the usual is left out and named, never
published as if the missing cells did not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from climtrack.gridded import grids, schedulers
from climtrack.gridded.clock import Times
from climtrack.gridded.grids import GridFile
from climtrack.gridded.kernel import Kernel
from climtrack.gridded.weights import Plan, Rule, plan
from climtrack.vocabulary.regions import Region
from climtrack.vocabulary.series import Flags, Floats
from climtrack.vocabulary.variables import short_name

#: Steps of one task: enough that a cluster's overhead per task does not show.
STEPS = 64
#: Files larger than this are split into tasks of `STEPS` steps.
LARGE = 8_000_000
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Request:
    """What is wanted of every file."""

    variable: str  # ``sst`` or ``t2m``
    regions: tuple[Region, ...]  # All of them in one pass
    rule: Rule = "exact"  # How cells on an edge count
    name: str = ""  # The variable's name in the files, where their metadata do not tell
    stride: int = 1  # Read only every so many rows and columns: light and approximate
    # Whether each file's SHA-256 is taken for the provenance: a third of the work of an OISST file
    hashed: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class FileMeans:
    """Regional means of the steps of one file."""

    label: str
    sha256: str  # Its hash; empty where it was read over a network
    size: int
    product: str  # Product (empty where the file does not tell), title, name of the variable
    title: str  # Product (empty where the file does not tell), title, name of the variable
    name: str  # Product (empty where the file does not tell), title, name of the variable
    grid: str
    daily: bool
    times: Times
    status: Flags
    values: Floats  # Means in degC and share of each region's area that has a value, shape (time, region)
    coverage: Floats  # Means in degC and share of each region's area that has a value, shape (time, region)


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Steps of one file; a file not yet opened is a whole one. `hashed` parts also take the file's hash."""

    location: str
    file: GridFile | None = None
    first: int = 0
    stop: int = 0
    hashed: bool = True

    @property
    def count(self) -> int:
        """Steps, or 1 where nobody has looked."""
        return self.stop - self.first if self.file is not None else 1


@dataclass(frozen=True, slots=True, eq=False)
class _Task:
    """Parts that one worker does, one after another."""

    parts: tuple[_Part, ...]
    request: Request


def file_means(
    locations: Sequence[str],
    request: Request,
    *,
    scheduler: str = "threads",
    workers: int = 0,
    progress: Progress | None = None,
) -> tuple[FileMeans, ...]:
    """Regional means of every step of every file."""
    request = replace(request, variable=short_name(request.variable))
    tasks = _tasks(locations, request, scheduler, workers)
    total, done = sum(part.count for task in tasks for part in task.parts), 0

    def tell(task: _Task) -> None:
        nonlocal done
        done += sum(part.count for part in task.parts)
        if progress is not None:
            progress(done, total)

    found = schedulers.run(_work, tasks, scheduler=scheduler, workers=workers, on_done=tell)
    return _joined(locations, [pair for some in found for pair in some])


def stride_error(location: str, request: Request) -> float:
    """What reading only some rows and columns costs, measured on the first field."""
    means = []
    for asked in (request, replace(request, stride=1)):
        file = _opened(location, asked)
        kernel = Kernel(plan(file.grid, asked.regions, asked.rule), file.packing)
        means.append(kernel(next(grids.fields(file, 0, 1))[0])[0])
    return float(np.nanmax(np.abs(means[0] - means[1])))


def _tasks(locations: Sequence[str], request: Request, scheduler: str, workers: int) -> list[_Task]:
    """Small files in batches, large ones in runs of steps."""
    parts: list[_Part] = []
    small: list[_Part] = []
    for location in locations:
        path = Path(location)
        if "://" not in location and path.is_file() and path.stat().st_size <= LARGE:
            small.append(_Part(location))
            continue
        file = _opened(location, request)
        parts.extend(
            _Part(location, file, first, min(first + STEPS, file.times.size), first == 0)
            for first in range(0, file.times.size, STEPS)
        )
    many = workers or schedulers.cores()
    batch = STEPS if scheduler not in schedulers.NAMES[:3] else min(max(-(-len(small) // many), 1), STEPS)
    tasks = [_Task((part,), request) for part in parts]
    return tasks + [_Task(tuple(small[i : i + batch]), request) for i in range(0, len(small), batch)]


def _work(task: _Task) -> tuple[tuple[str, FileMeans], ...]:
    """What one worker does: pure but for reading the files."""
    plans: dict[str, Plan] = {}
    return tuple((part.location, _part_means(part, task.request, plans)) for part in task.parts)


def _opened(location: str, request: Request) -> GridFile:
    """What a file holds of what is wanted."""
    return grids.open_grid(location, request.variable, name=request.name, stride=request.stride)


def _part_means(part: _Part, request: Request, plans: dict[str, Plan]) -> FileMeans:
    """Means of one part; grids met before in this task keep their plan."""
    sha256, size = grids.file_hash(part.location) if part.hashed and request.hashed else ("", 0)
    file = part.file or _opened(part.location, request)
    stop = part.stop or file.times.size
    digest = file.grid.digest
    if digest not in plans:
        plans[digest] = plan(file.grid, request.regions, request.rule)
    kernel = Kernel(plans[digest], file.packing)
    count = stop - part.first
    values = np.empty((count, len(request.regions)))
    coverage, status = np.empty_like(values), np.empty(count, dtype=np.int8)
    for i, (field, flag) in enumerate(grids.fields(file, part.first, stop)):
        values[i], coverage[i] = kernel(field)
        status[i] = flag
    rows, columns = file.grid.shape
    height = abs(file.grid.latitude[1] - file.grid.latitude[0])
    width = abs(file.grid.longitude[1] - file.grid.longitude[0])
    words = f"{rows} × {columns} cells of {height:.6g}° × {width:.6g}°, {digest[:12]}"
    return FileMeans(
        file.label, sha256, size, file.product, file.title, file.name, words, file.daily,
        file.times[part.first : stop], status, values, coverage,
    )  # fmt: skip


def _joined(locations: Sequence[str], found: Sequence[tuple[str, FileMeans]]) -> tuple[FileMeans, ...]:
    """One entry a file, in the order given."""
    parts: dict[str, list[FileMeans]] = {location: [] for location in locations}
    for location, means in found:
        parts[location].append(means)
    return tuple(some[0] if len(some) == 1 else _merged(some) for some in parts.values())


def _merged(parts: Sequence[FileMeans]) -> FileMeans:
    head = next(part for part in parts if part.size or part is parts[0])
    return FileMeans(
        head.label, max(p.sha256 for p in parts), max(p.size for p in parts), head.product, head.title, head.name,
        head.grid, head.daily,
        np.concatenate([p.times for p in parts]), np.concatenate([p.status for p in parts]),
        np.concatenate([p.values for p in parts]), np.concatenate([p.coverage for p in parts]),
    )  # fmt: skip

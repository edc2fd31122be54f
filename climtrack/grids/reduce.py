"""
Gridded fields to regional means: all regions in one pass, whoever does the work.

The method: every field is reduced whole by `climtrack.grids.weights.Kernel`; an hourly day is the exactly rounded mean
of its steps and counts only if complete; a day whose coverage falls below the usual is left out and named, never
published as if the missing cells did not matter.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from climtrack.errors import BaselineNotCovered, ConfigError, ExtraMissing, SeriesError, StoreError
from climtrack.grids import grids
from climtrack.grids.cf import Packing, Times
from climtrack.grids.grids import GridFile
from climtrack.grids.weights import Kernel, Plan, Rule, plan
from climtrack.signals import die_with_parent, ignore_sigint
from climtrack.vocabulary.notice import counted
from climtrack.vocabulary.registry import Baseline, Region, short_name
from climtrack.vocabulary.series import Flags, Floats

# Fields of single days, whatever files they lie in: found by date, turned one way, in degC.


#: Days of a calendar without 29 February.
DAYS = 365
#: Files kept open at once.
OPEN = 48
Fields32 = npt.NDArray[np.float32]


class Frames:
    """Fields of single days out of many files, the last few kept open."""

    def __init__(self, files: Sequence[GridFile]) -> None:
        if len({file.grid.digest for file in files}) != 1:
            raise SeriesError("the files are on different grids", "Give files of one grid")
        if len(told := {file.product for file in files}) != 1:
            raise SeriesError(
                f"the files belong to different products: {', '.join(sorted(one or 'unknown' for one in told))}",
                "Give files of one product",
            )
        ripening = sorted(files, key=lambda file: -int(file.status.max()))  # final ones last
        self._where = {day: (file, step) for file in ripening for step, day in enumerate(dates(file))}
        self._open: OrderedDict[str, tuple[ExitStack, grids.OpenGrid]] = OrderedDict()
        self.first = files[0]
        self._alike = len({file.packing for file in files}) == 1
        #: How `field` gives its numbers: as stored, or in degC where the files are packed each in its own way.
        self.packing = files[0].packing if self._alike else Packing()

    @property
    def days(self) -> frozenset[dt.date]:
        """Days that there are."""
        return frozenset(self._where)

    def covered(self, baseline: Baseline) -> None:
        """Refuse a baseline that is not covered."""
        held = Counter(day.year for day in self._where)
        short = [year for year in baseline.years if held[year] < DAYS - 10]
        if short:
            lacking = counted(len(short), "year lacks", "years lack")
            raise BaselineNotCovered(
                f"{baseline} not covered: {lacking} days, the first is {short[0]}",
                "Give all years of it",
            )

    def field(self, day: dt.date) -> npt.NDArray[Any]:
        """Numbers of a day by `packing`, in the file's own order."""
        file, step = self._where[day]
        if file.location not in self._open:
            if len(self._open) >= OPEN:
                self._open.popitem(last=False)[1][0].close()
            stack = ExitStack()
            self._open[file.location] = stack, stack.enter_context(grids.OpenGrid(file))
        self._open.move_to_end(file.location)
        held = next(self._open[file.location][1].fields(step, step + 1))[0]
        return held if self._alike else in_celsius(file.packing, held)

    def close(self) -> None:
        """Close every file."""
        while self._open:
            self._open.popitem()[1][0].close()


def dates(file: GridFile) -> list[dt.date]:
    """Dates of a file's steps; long-term means, dated in year 1 of a mixed calendar, are counted from 1 January."""
    if file.times[0] >= np.datetime64("1800-01-01"):
        days = file.times.astype("datetime64[D]")
        if (np.diff(days) <= np.timedelta64(0, "D")).any() or (days.size == 1 and not file.daily):
            raise SeriesError(f"{file.label} holds hours, not means of days", "Give daily means, one field a day")
        return list(days.astype(object))
    if file.times.size not in (DAYS, DAYS + 1):
        raise SeriesError(f"{file.label} has {file.times.size} long-term means, not one for each calendar day")
    first = dt.date(1 if file.times.size == DAYS else 4, 1, 1)
    return [first + dt.timedelta(days=i) for i in range(file.times.size)]


def westward(longitude: Floats) -> Floats:
    """Longitudes from 180 W eastward."""
    return (longitude + 180) % 360 - 180


def oriented(file: GridFile, field: npt.NDArray[Any], out: npt.NDArray[Any] | None = None) -> npt.NDArray[Any]:
    """A field turned south to north and eastward from 180 W."""
    rows = field if file.grid.latitude[0] < file.grid.latitude[-1] else field[::-1]
    west = westward(file.grid.longitude)
    cut = int(np.argmin(west))
    if (np.diff(np.roll(west, -cut)) > 0).all():  # two slices do what an index would do cell by cell
        return np.concatenate((rows[:, cut:], rows[:, :cut]), axis=1, out=out)
    return np.take(rows, np.argsort(west, kind="stable"), axis=1, out=out)


def celsius(file: GridFile, field: npt.NDArray[Any]) -> Fields32:
    """A stored field in degC, turned south to north and eastward from 180 W."""
    return in_celsius(file.packing, oriented(file, field))


def in_celsius(packing: Packing, field: npt.NDArray[Any]) -> Fields32:
    """A stored field in degC, in the file's own order; computed in float64 unless it is of shorts."""
    short = field.dtype.kind in "iu" and field.dtype.itemsize <= 2
    values: npt.NDArray[np.floating[Any]] = field.astype(np.float32 if short else np.float64)
    values *= packing.scale
    values += packing.offset - (273.15 if packing.kelvin else 0.0)
    gone = missing(packing, field)
    if gone is not None:
        values[gone] = np.nan
    return np.asarray(values, dtype=np.float32)


def missing(packing: Packing, field: npt.NDArray[Any]) -> npt.NDArray[np.bool_] | None:
    """Which cells hold no value."""
    gone = ~np.isfinite(field) if field.dtype.kind == "f" else None
    limits: np.iinfo[Any] | np.finfo[Any] = np.iinfo(field.dtype) if gone is None else np.finfo(field.dtype)
    tests = [(np.equal, fill) for fill in packing.fills] + [(np.less, packing.low), (np.greater, packing.high)]
    for test, bound in tests:
        if float(limits.min) <= bound <= float(limits.max):
            hit = test(field, field.dtype.type(bound))
            gone = hit if gone is None else gone | hit
    return gone


# Who does the work: this thread, threads, processes, or a dask cluster.
#
# All run the same pure function over the same tasks; nothing but small tables travels back, so a cluster is a plain
# task farm and the scheduler cannot change the answer. A lost worker's tasks are done again.


T = TypeVar("T")
R = TypeVar("R")
NAMES = ("threads", "processes", "serial", "cluster")
#: What a worker's malloc keeps for itself, in bytes. By dask's own setting it gives 128 kB and more back at once, and a
#: field's 2 MB, cleared anew by the system for each day, then cost as much as inflating them.
MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": str(2**25), "MALLOC_TRIM_THRESHOLD_": str(2**27),
    "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
}  # fmt: skip
#: Seconds in which a dask scheduler must answer, busy as it may be.
ANSWER = 20
#: Without it dask serves its state on port 8787, and warns where another cluster does so already.
ANY_PORT = {"dashboard_address": "127.0.0.1:0"}
#: How often a task may lose its worker before we say so.
LOSSES = 3


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run(
    work: Callable[[T], R],
    tasks: Sequence[T],
    *,
    scheduler: str = "threads",
    workers: int = 0,
    on_done: Callable[[T], None] | None = None,
) -> list[R]:
    """Results of tasks, in their order."""
    count = min(workers or cores(), max(len(tasks), 1))
    results: dict[int, R] = {}
    if scheduler == "serial" or (scheduler == "threads" and count == 1):
        done: Iterator[tuple[int, R]] = ((i, work(task)) for i, task in enumerate(tasks))
    elif scheduler == "threads":
        done = _threads(work, tasks, count)
    elif scheduler == "processes":
        done = _processes(work, tasks, count)
    elif scheduler == "cluster" or "://" in scheduler:
        done = _cluster(work, tasks, scheduler, count)
    else:
        raise ConfigError(f"scheduler {scheduler[:40]!r} is unknown", f"Use {', '.join(NAMES)} or tcp://HOST:PORT")
    for i, result in done:
        results[i] = result
        if on_done is not None:
            on_done(tasks[i])
    return [results[i] for i in range(len(tasks))]


def _flow(
    pool: Executor,
    work: Callable[[T], R],
    tasks: Sequence[T],
    todo: list[int],
    ahead: int,
) -> Iterator[tuple[int, R]]:
    """Results as they come, never more than `ahead` tasks submitted."""
    running: dict[Future[R], int] = {}
    while todo or running:
        while todo and len(running) < ahead:
            i = todo.pop(0)
            running[pool.submit(work, tasks[i])] = i
        finished, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in finished:
            yield running.pop(future), future.result()


def _threads(work: Callable[[T], R], tasks: Sequence[T], count: int) -> Iterator[tuple[int, R]]:
    """Threads: inflating and summing release the interpreter's lock."""
    with ThreadPoolExecutor(count, thread_name_prefix="grid") as pool:
        try:
            yield from _flow(pool, work, tasks, list(range(len(tasks))), 2 * count)
        except BaseException:  # told to stop too: tasks not begun are dropped
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _processes(work: Callable[[T], R], tasks: Sequence[T], count: int) -> Iterator[tuple[int, R]]:
    """Processes, started afresh so that no lock is inherited; a broken pool is replaced and goes on."""
    import multiprocessing

    missing = dict.fromkeys(range(len(tasks)))
    for _ in range(LOSSES + 1):
        spawn = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(count, mp_context=spawn, initializer=_start_worker, initargs=(os.getpid(),))
        try:
            for i, result in _flow(pool, work, tasks, list(missing), 2 * count):
                del missing[i]
                yield i, result
            return
        except BrokenProcessPool:
            continue
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    raise StoreError(
        f"worker processes died {LOSSES + 1} times", "Check the memory of this computer, or use --workers 1"
    )


def _start_worker(parent: int) -> None:
    ignore_sigint()
    die_with_parent(parent)


def _cluster(work: Callable[[T], R], tasks: Sequence[T], scheduler: str, count: int) -> Iterator[tuple[int, R]]:
    """A dask cluster as a task farm."""
    with ExitStack() as held:
        distributed = _distributed()
        address = held.enter_context(cluster(count)) if scheduler == "cluster" else scheduler
        try:
            client = held.enter_context(distributed.Client(address, timeout=ANSWER, set_as_default=False))
        except OSError as error:
            raise ConfigError(
                f"no dask scheduler answers at {address[:80]}", "Start one with `dask scheduler`"
            ) from error
        futures = {client.submit(work, task, pure=False, retries=0): i for i, task in enumerate(tasks)}
        try:
            for future in distributed.as_completed(list(futures), loop=client.loop):
                try:
                    yield futures[future], future.result()
                except distributed.scheduler.KilledWorker as error:
                    raise StoreError(
                        "dask workers died again and again on one task", "Check the workers' memory and logs"
                    ) from error
                future.release()
        finally:
            client.cancel(list(futures))


@contextmanager
def cluster(workers: int) -> Iterator[str]:
    """A dask cluster of single-threaded workers on this machine, for as long as the context lasts."""
    distributed = _distributed()
    import dask

    with dask.config.set(
        {
            "distributed.nanny.pre-spawn-environ": MEMORY,
            "distributed.worker.profile.enabled": False,
            "distributed.admin.system-monitor.gil.enabled": False,
        }
    ):
        # dask's own thread, begun here, starts the workers: they inherit from it that Ctrl-C is not for them
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if hasattr(signal, "pthread_sigmask") else ()
        try:
            up = distributed.LocalCluster(
                workers, threads_per_worker=1, dashboard_address=None, silence_logs=40, scheduler_kwargs=ANY_PORT
            )
        finally:
            if hasattr(signal, "pthread_sigmask"):
                signal.pthread_sigmask(signal.SIG_SETMASK, before)
        with up:
            yield str(up.scheduler_address)


def _distributed() -> Any:
    """The package, imported late."""
    try:
        import distributed
    except ImportError as error:
        raise ExtraMissing("dask clusters need distributed", "In climtrack's folder: pip install '.[grid]'") from error
    return distributed


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

    found = run(_work, tasks, scheduler=scheduler, workers=workers, on_done=tell)
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
    many = workers or cores()
    batch = STEPS if scheduler not in NAMES[:3] else min(max(-(-len(small) // many), 1), STEPS)
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

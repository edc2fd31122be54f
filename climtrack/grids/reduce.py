"""
Gridded fields to regional means: all regions in one pass, by threads, processes or a dask cluster.

All run the same pure function over the same tasks; nothing but small tables travels back, so a cluster is a plain task
farm and the scheduler cannot change the answer. A lost worker's tasks are done again.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from climtrack.errors import ConfigError, ExtraMissing, StoreError
from climtrack.grids import grids
from climtrack.grids.cf import Times
from climtrack.grids.grids import GridFile
from climtrack.grids.weights import Kernel, Plan, Rule, plan
from climtrack.signals import die_with_parent, ignore_sigint
from climtrack.vocabulary.registry import Region
from climtrack.vocabulary.series import Flags, Floats

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
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run(
    work: Callable[[T], R],
    tasks: Sequence[T],
    *,
    scheduler: str = "threads",
    workers: int = 0,
    on_done: Callable[[int], None] = lambda _: None,
) -> list[R]:
    """Results of tasks, in their order; `on_done` hears the index of each as it ends."""
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
        raise ConfigError("grid.scheduler", name=scheduler[:40], known=NAMES)
    for i, result in done:
        results[i] = result
        on_done(i)
    return [results[i] for i in range(len(tasks))]


def _flow(
    pool: Executor, work: Callable[[T], R], tasks: Sequence[T], todo: list[int], ahead: int
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
        except BaseException:  # an interrupt too: tasks not begun are dropped
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
    raise StoreError("grid.workers_died", count=LOSSES + 1)


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
            raise ConfigError("grid.no_scheduler", address=address[:80]) from error
        futures = {client.submit(work, task, pure=False, retries=0): i for i, task in enumerate(tasks)}
        try:
            for future in distributed.as_completed(list(futures), loop=client.loop):
                try:
                    yield futures[future], future.result()
                except distributed.scheduler.KilledWorker as error:
                    raise StoreError("grid.dask_died") from error
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
    try:
        import distributed
    except ImportError as error:
        raise ExtraMissing("grid.needs_distributed") from error
    return distributed


#: Steps of one task: enough that a cluster's overhead per task does not show.
STEPS = 64
#: Files larger than this are split into tasks of `STEPS` steps.
LARGE = 8_000_000
#: A file and the steps that are read of it; a file not yet opened is read whole.
Part = tuple[str, GridFile | None, int, int]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of every file."""

    variable: str  # ``sst`` or ``t2m``
    regions: tuple[Region, ...]  # All of them in one pass
    rule: Rule = "exact"  # How cells on an edge count
    name: str = ""  # The variable's name in the files, where their metadata do not tell
    hashed: bool = True  # Whether files get their SHA-256 for the provenance: a third of the work of an OISST file


@dataclass(frozen=True, slots=True, eq=False)
class FileMeans:
    """Regional means of the steps of one file."""

    label: str
    sha256: str  # Its hash; empty where it was read over a network
    size: int
    product: str  # Empty where the file does not tell
    title: str
    name: str  # Of the variable
    grid: str
    daily: bool  # Whether the file says that each step is the mean of a day
    times: Times
    status: Flags
    values: Floats  # Means in degC, shape (time, region)
    coverage: Floats  # Share of each region's area that has a value, shape (time, region)


Task = tuple[Request, tuple[Part, ...]]
_ARRAYS = ("times", "status", "values", "coverage")


def file_means(
    locations: Sequence[str],
    request: Request,
    *,
    scheduler: str = "threads",
    workers: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[FileMeans, ...]:
    """Regional means of every step of every file, in the order given."""
    tasks = _tasks(locations, request, scheduler, workers)
    counts = [sum(stop - first for _, _, first, stop in parts) for _, parts in tasks]
    done = 0

    def count(task: int) -> None:
        nonlocal done
        done += counts[task]
        if progress is not None:
            progress(done, sum(counts))

    parts: dict[str, list[FileMeans]] = {location: [] for location in locations}
    for results in run(_work, tasks, scheduler=scheduler, workers=workers, on_done=count):
        for location, means in results:
            parts[location].append(means)
    return tuple(some[0] if len(some) == 1 else _join(some) for some in parts.values())


def _join(parts: Sequence[FileMeans]) -> FileMeans:
    """Parts of one file in order; the first has its hash."""
    arrays: dict[str, Any] = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _ARRAYS}
    return replace(parts[0], **arrays)


def _tasks(locations: Sequence[str], request: Request, scheduler: str, workers: int) -> list[Task]:
    """Small files in batches, large ones in runs of steps."""
    tasks: list[Task] = []
    small: list[Part] = []
    for location in locations:
        path = Path(location)
        if "://" not in location and path.is_file() and path.stat().st_size <= LARGE:
            small.append((location, None, 0, 1))
            continue
        file = grids.open_grid(location, request.variable, name=request.name)
        steps = file.times.size
        tasks += [(request, ((location, file, i, min(i + STEPS, steps)),)) for i in range(0, steps, STEPS)]
    many = workers or cores()
    batch = STEPS if scheduler not in NAMES[:3] else min(max(-(-len(small) // many), 1), STEPS)
    return tasks + [(request, tuple(small[i : i + batch])) for i in range(0, len(small), batch)]


def _work(task: Task) -> list[tuple[str, FileMeans]]:
    """What one worker does: pure but for reading the files; grids met before in the task keep their plan."""
    request, parts = task
    plans: dict[str, Plan] = {}
    return [(part[0], _part_means(part, request, plans)) for part in parts]


def _part_means(part: Part, request: Request, plans: dict[str, Plan]) -> FileMeans:
    location, file, first, stop = part
    sha256, size = grids.file_hash(location) if not first and request.hashed else ("", 0)
    if file is None:
        file = grids.open_grid(location, request.variable, name=request.name)
        stop = file.times.size
    digest = file.grid.digest
    if digest not in plans:
        plans[digest] = plan(file.grid, request.regions, request.rule)
    kernel = Kernel(plans[digest], file.packing)
    values = np.empty((stop - first, len(request.regions)))
    coverage, status = np.empty_like(values), np.empty(stop - first, dtype=np.int8)
    for i, (field, flag) in enumerate(grids.fields(file, first, stop)):
        values[i], coverage[i] = kernel(field)
        status[i] = flag
    rows, columns = file.grid.shape
    height = abs(file.grid.latitude[1] - file.grid.latitude[0])
    width = abs(file.grid.longitude[1] - file.grid.longitude[0])
    words = f"{rows} × {columns} cells of {height:.6g}° × {width:.6g}°, {digest[:12]}"
    return FileMeans(
        file.label, sha256, size, file.product, file.title, file.name, words, file.daily,
        file.times[first:stop], status, values, coverage,
    )  # fmt: skip

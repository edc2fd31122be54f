"""
Who does the work: this thread, threads, processes, or a dask cluster.

All run the same pure function over the same tasks; nothing but small tables travels back, so a cluster is a plain task
farm and the scheduler cannot change the answer. A lost worker's tasks are done again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Any, TypeVar

from climtrack.errors import ConfigError, ExtraMissing, StoreError
from climtrack.workers import deaf, die_with

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
    starting: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Iterator[tuple[int, R]]:
    """Results as they come, never more than `ahead` tasks submitted; processes begin with the first, in `starting`."""
    running: dict[Future[R], int] = {}
    while todo or running:
        while todo and len(running) < ahead:
            i = todo.pop(0)
            with starting():
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
        pool = ProcessPoolExecutor(count, mp_context=spawn, initializer=die_with, initargs=(os.getpid(),))
        try:
            for i, result in _flow(pool, work, tasks, list(missing), 2 * count, deaf):
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
        with deaf():  # for good: dask's own thread, begun here, starts them, and new ones for those that are lost
            up = distributed.LocalCluster(
                workers, threads_per_worker=1, dashboard_address=None, silence_logs=40, scheduler_kwargs=ANY_PORT
            )
        with up:
            yield str(up.scheduler_address)


def _distributed() -> Any:
    """The package, imported late."""
    try:
        import distributed
    except ImportError as error:
        raise ExtraMissing("dask clusters need distributed", "In climtrack's folder: pip install '.[grid]'") from error
    return distributed

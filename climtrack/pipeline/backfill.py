"""
A long download made of short ones: plan, say how much, download, reduce, note, delete, go on.

At most two files are on disk and two connections open. Every finished file is in the journal before it is deleted, so a
run that is stopped at any point goes on where it was. What is done reaches the store every few minutes and when a run
ends early; what a run that was killed had noted after that, the next one stores.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from climtrack.config import Config
from climtrack.errors import SeriesError, StoreBusy
from climtrack.files import make_folder
from climtrack.gridded import catalogue, daily
from climtrack.gridded.catalogue import Item
from climtrack.gridded.downloads import Policy, Received
from climtrack.gridded.journal import Journal
from climtrack.gridded.reduction import FileMeans, file_means, stride_error
from climtrack.pipeline.grid import program_version
from climtrack.pipeline.jobs import Estimate, Job, ahead, grids_folder, journal_of, left
from climtrack.pipeline.keeping import Stored, keep
from climtrack.pipeline.passing import Arrival, arriving, default_policy
from climtrack.stopping import undisturbed
from climtrack.store.lock import writers_lock
from climtrack.vocabulary.counting import counted
from climtrack.vocabulary.series import Status

#: Seconds of work after which what is done reaches the store; longer where storing takes a twentieth of that.
EVERY = 300.0
#: So many unreadable files in a row are the place's or the settings' fault, and asking for more is no use.
ROW = 3


def backfill(
    work: Job,
    *,
    config: Config,
    now: dt.datetime,
    policy: Policy | None = None,
    scheduler: str = "threads",
    workers: int = 0,
    tell: Callable[[Estimate], None] = lambda _: None,
    progress: Callable[[int, int], None] | None = None,
    every: float = EVERY,
) -> tuple[Stored, ...]:
    """Download, reduce and store what is missing."""
    folder = grids_folder(config)
    make_folder(folder)
    with writers_lock(folder, now, "backfill"):  # two runs would write into the same passing files
        journal = journal_of(work, config)
        todo = left(work, journal, now.date())
        tell(ahead(work, todo))
        run = _Run(work, journal, config, policy or default_policy(config), now, scheduler, workers, every)
        with contextlib.closing(arriving(work.place, todo, folder / "passing", run.policy)) as arrivals:
            try:
                _run(run, arrivals, todo, tell, progress)
                return _store(work, journal, config, now)
            except BaseException:  # Ctrl-C or a failing server: what is noted is good
                # It is stored before waiting for what is on its way.
                # As it is on disk, for the stop may have come between a line and its entry.
                with undisturbed():
                    _store(work, journal_of(work, config), config, now)
                raise


@dataclass(frozen=True, slots=True)
class _Run:
    """What all files of one run share."""

    work: Job
    journal: Journal
    config: Config
    policy: Policy
    now: dt.datetime
    scheduler: str
    workers: int
    every: float


def _run(
    run: _Run,
    arrivals: Iterator[tuple[Item, Arrival]],
    todo: Sequence[Item],
    tell: Callable[[Estimate], None],
    progress: Callable[[int, int], None] | None,
) -> None:
    """All items, one being reduced while the next is on its way."""
    work = run.work
    begin = time.monotonic()
    due = begin + run.every
    spoilt: list[SeriesError] = []
    row = good = 0
    for done, (item, arrival) in enumerate(arrivals, 1):
        received = arrival()
        if received is not None:
            try:
                _note(run, item, received)
                row, good = 0, good + 1
            except SeriesError as problem:  # one damaged file must not hold back the days after it
                spoilt.append(problem)
                row += 1
            finally:
                if received.path.name:
                    received.path.unlink()
        if done == 1 and len(todo) > 1:
            size = received.size / 1e6 if received is not None and received.size else item.megabytes
            rest = (time.monotonic() - begin) * (len(todo) - 1)
            tell(ahead(work, todo[1:], size / item.megabytes, rest))
        if progress is not None:
            progress(done, len(todo))
        if row == ROW:
            break
        if time.monotonic() >= due:
            due = _stored_meanwhile(run)
    if spoilt and not good:
        raise spoilt[0]
    if spoilt:
        files = counted(len(spoilt), "file")
        raise SeriesError(f"{files} left out: {spoilt[0].what}", "The same command asks again")


def _note(run: _Run, item: Item, received: Received) -> None:
    """Reduce a file that has arrived, and note its days."""
    work, request = run.work, run.work.request
    location = str(received.path) if received.path.name else received.url
    found = file_means([location], request, scheduler=run.scheduler, workers=run.workers)[0]
    _check(work, found)
    found = _dated(work, found, item, run.now.date())
    if work.stride > 1:
        found = replace(found, name=f"{found.name}, {_thinned(work, location)}")
    run.journal.add(found, request.regions, sha256=received.sha256, url=received.url)


def _stored_meanwhile(run: _Run) -> float:
    """What is done, into the store while the run goes on; gives the time when that is due again."""
    begin = time.monotonic()
    with contextlib.suppress(StoreBusy):  # a refresh is writing: it is stored next time, at the latest at the end
        _store(run.work, run.journal, run.config, run.now)
    end = time.monotonic()
    return end + max(run.every, 20 * (end - begin))


def _check(work: Job, found: FileMeans) -> None:
    """A file of another product has no place in the journal."""
    if found.product not in ("", work.place.product):
        raise SeriesError(
            f"{found.label} is {found.product}, not {work.place.product}", "Check the address in config.toml"
        )


def _dated(work: Job, found: FileMeans, item: Item, today: dt.date) -> FileMeans:
    """Checked against the day asked for; the newest days of a yearly file are preliminary, which it does not say."""
    dates = found.times.astype("datetime64[D]")
    if work.place.per == "day":
        if dates.size != 1 or dates[0].item() != item.first:
            raise SeriesError(f"{found.label} holds {dates[0]}, not {item.first}", "Check the address in config.toml")
        return found
    early = dates >= np.datetime64(today - dt.timedelta(days=catalogue.FINAL_AFTER))
    return replace(found, status=np.where(early, Status.PRELIMINARY, found.status).astype(np.int8))


def _thinned(work: Job, location: str) -> str:
    """What a stride costs, measured on the first day of the file over the regions that are stored."""
    difference = stride_error(location, replace(work.request, regions=work.regions))
    return f"every {work.stride}th row and column: at most {difference:.3f} °C from the full grid on its first day"


def _store(work: Job, journal: Journal, config: Config, now: dt.datetime) -> tuple[Stored, ...]:
    """Series of everything in the journal, merged into the store."""
    table, files, grid, name = journal.table(work.regions)
    if not table.days:
        return ()
    notes = [f"approximate: {name}"] if work.stride > 1 else []
    made = daily.series(
        table,
        files,
        replace(work.request, regions=work.regions),
        product=work.place.product,
        grid=grid,
        name=name,
        retrieved=now,
        version=program_version(),
        url=work.place.base,
        notes=notes,
    )
    return keep(made, config, now)

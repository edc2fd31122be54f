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
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from climtrack.config import Config
from climtrack.errors import ConfigError, SeriesError, StoreBusy
from climtrack.files import make_folder, remove
from climtrack.gridded import catalogue, days
from climtrack.gridded.catalogue import Item, Place
from climtrack.gridded.downloads import Downloader, Policy, Received
from climtrack.gridded.journal import Journal
from climtrack.gridded.reduction import FileMeans, Request, file_means, stride_error
from climtrack.gridded.weights import Rule
from climtrack.pipeline.grid import Stored, keep, program_version
from climtrack.store.lock import writers_lock
from climtrack.vocabulary.counting import counted
from climtrack.vocabulary.regions import REGIONS, Region
from climtrack.vocabulary.series import Status

#: Seconds of work after which what is done reaches the store; longer where storing takes a twentieth of that.
EVERY = 300.0
AGENT = "climtrack/{version} (+https://pypi.org/project/climtrack/; gridded data for regional means)"


#: Waits for a file; None where the place has none of its names.
Arrival = Callable[[], Received | None]


@dataclass(frozen=True, slots=True)
class Estimate:
    """
    What lies ahead.

    Parameters
    ----------
    place : Place
        Where from.
    files, days : int
        Downloads, and days that they hold.
    gigabytes : float
        In all.
    seconds : float or None
        As measured on the first file; None before it.
    """

    place: Place
    files: int
    days: int
    gigabytes: float
    seconds: float | None = None

    def line(self) -> str:
        """
        The estimate in a line.

        Returns
        -------
        str
            Files, gigabytes, time.
        """
        size = f"{self.gigabytes:.1f} GB" if self.gigabytes >= 1 else f"{1000 * self.gigabytes:.0f} MB"
        files = counted(self.files, "file")
        words = f"{self.place.name}: {files}, {size}, for {counted(self.days, 'day')}"
        if self.seconds is None:
            fast, slow = (_duration(1000 * self.gigabytes / speed) for speed in (10, 1))
            return f"{words}; {fast} at 10 MB/s, {slow} at 1 MB/s; measured with the first file."
        return f"{words}; about {_duration(self.seconds)} at the speed of the first file."

    def document(self) -> dict[str, Any]:
        """
        The estimate for machines.

        Returns
        -------
        dict
            By schema ``climtrack.estimate/1``.
        """
        return {
            "schema": "climtrack.estimate/1",
            "place": self.place.name,
            "base": self.place.base,
            "files": self.files,
            "days": self.days,
            "gigabytes": self.gigabytes,
            "seconds": self.seconds,
        }


def _duration(seconds: float) -> str:
    """A length of time in words."""
    if seconds < 90:
        return counted(round(seconds), "second")
    return counted(round(seconds / 60), "minute") if seconds < 5400 else f"{seconds / 3600:.1f} hours"


@dataclass(frozen=True, slots=True)
class Job:
    """
    A backfill as the user asked for it.

    Parameters
    ----------
    place : Place
        Where from.
    regions : tuple of Region
        What is stored.
    since, until : date
        Days wanted, both included.
    rule : {"exact", "site"}
        How cells on an edge count.
    stride : int, default 1
        Every so many rows and columns of an OPeNDAP location.
    """

    place: Place
    regions: tuple[Region, ...]
    since: dt.date
    until: dt.date
    rule: str = "exact"
    stride: int = 1

    @property
    def request(self) -> Request:
        """
        What is asked of every file.

        All regions that have a name are computed in the same pass: a later wish for one of them costs no download.
        """
        named = [r for r in REGIONS.values() if r.name not in {own.name for own in self.regions}]
        rule: Rule = "site" if self.rule == "site" else "exact"
        return Request(self.place.variable, (*self.regions, *named), rule, stride=self.stride)


def job(
    source: str,
    regions: Sequence[Region],
    since: dt.date,
    until: dt.date,
    config: Config,
    *,
    rule: str,
    stride: int = 1,
) -> Job:
    """
    A backfill from a place of the catalogue, at the address that the settings give.

    Parameters
    ----------
    source : str
        Short name of the place.
    regions : sequence of Region
        What is to be stored.
    since, until : date
        Days wanted, both included.
    config : Config
        The settings.
    rule : {"exact", "site"}
        How cells on an edge count.
    stride : int, default 1
        Every so many rows and columns.

    Returns
    -------
    Job
        Ready to run.

    Raises
    ------
    ConfigError
        If the place is unknown, or the stride needs another one.
    """
    if source not in catalogue.PLACES:
        raise ConfigError(f"there is no place {source[:40]!r}", f"Known are {', '.join(catalogue.PLACES)}")
    place = catalogue.PLACES[source]
    if stride > 1 and not place.opendap:
        raise ConfigError("--stride saves nothing on whole files", "Use it with --from psl-opendap")
    if since > until:
        raise ConfigError(f"{since} lies after {until}", "Set --since before --until")
    own = {str(name): base for name, base in config.grid.bases.items()}
    place = replace(place, base=own.get(source, place.base))
    return Job(place, tuple(regions), since, until, rule, stride)


def grids_folder(config: Config) -> Path:
    """
    Where journals, climatologies and passing downloads are: beside the store.

    Parameters
    ----------
    config : Config
        The settings.

    Returns
    -------
    Path
        The folder; it may not exist yet.
    """
    return config.home / "grids"


def _journal(work: Job, config: Config) -> Journal:
    """The journal of a job: daily places share one, for their files are the same."""
    kind = "daily" if work.place.per == "day" else work.place.name
    thin = f".stride{work.stride}" if work.stride > 1 else ""
    folder = grids_folder(config)
    make_folder(folder)
    return Journal(folder / f"{work.place.product}.{work.place.variable}.{kind}.{work.rule}{thin}.jsonl")


def estimate(work: Job, *, config: Config, today: dt.date) -> Estimate:
    """
    What a backfill still has to do.

    Parameters
    ----------
    work : Job
        As asked for.
    config : Config
        The settings.
    today : date
        The day of the run.

    Returns
    -------
    Estimate
        By the usual sizes; nothing is asked of any server.
    """
    todo = _todo(work, _journal(work, config), today)
    return _estimate(work, todo)


def _todo(work: Job, journal: Journal, today: dt.date) -> tuple[Item, ...]:
    """Downloads that are left."""
    return catalogue.items(
        work.place,
        work.since,
        work.until,
        done=journal.final(work.regions),
        early=journal.early(work.regions),
        today=today,
        stride=work.stride,
    )


def _estimate(work: Job, todo: Sequence[Item], factor: float = 1.0, seconds: float | None = None) -> Estimate:
    """Size of what is left, corrected by what the first file really weighed."""
    count = sum((item.last - item.first).days + 1 for item in todo)
    return Estimate(work.place, len(todo), count, factor * sum(i.megabytes for i in todo) / 1000, seconds)


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
    """
    Download, reduce and store what is missing.

    Parameters
    ----------
    work : Job
        As asked for.
    config : Config
        The settings.
    now : datetime
        The time.
    policy : Policy, optional
        How servers are asked.
    scheduler, workers : str, int
        Who reduces.
    tell : callable, optional
        Told the estimate before the run, and again when the first file has shown the speed.
    progress : callable, optional
        Called with files done and in all.
    every : float, optional
        Seconds of work after which what is done reaches the store.

    Returns
    -------
    tuple of Stored
        One a region, with its reason where the store refused it; none where the place has none of the days.

    Raises
    ------
    SourceUnavailable
        If the server fails for good; what was done is stored before.
    StoreBusy
        If another backfill is running.
    """
    folder = grids_folder(config)
    make_folder(folder)
    with writers_lock(folder, now, "backfill"):  # two runs would write into the same passing files
        journal = _journal(work, config)
        todo = _todo(work, journal, now.date())
        tell(_estimate(work, todo))
        run = _Run(work, journal, config, policy or default_policy(config), now, scheduler, workers, every)
        with contextlib.closing(_arriving(work, todo, config, run.policy)) as arriving:
            try:
                _run(run, arriving, todo, tell, progress)
            except BaseException:  # Ctrl-C or a failing server: what is noted is good
                # It is stored before waiting for what is on its way.
                # As it is on disk, for the stop may have come between a line and its entry.
                _store(work, _journal(work, config), config, now)
                raise
        return _store(work, journal, config, now)


def default_policy(config: Config) -> Policy:
    """
    How servers are asked, as config.toml says.

    Parameters
    ----------
    config : Config
        The settings.

    Returns
    -------
    Policy
        For long downloads.
    """
    return Policy(config.fetch.user_agent or AGENT.format(version=program_version()))


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
    arriving: Iterator[tuple[Item, Arrival]],
    todo: Sequence[Item],
    tell: Callable[[Estimate], None],
    progress: Callable[[int, int], None] | None,
) -> None:
    """All items, one being reduced while the next is on its way."""
    work, journal, today = run.work, run.journal, run.now.date()
    begin, request = time.monotonic(), work.request
    due = begin + run.every
    for done, (item, arrival) in enumerate(arriving, 1):
        received = arrival()
        if received is not None:
            location = str(received.path) if received.path.name else received.url
            found = file_means([location], request, scheduler=run.scheduler, workers=run.workers)[0]
            _check(work, found)
            found = _dated(work, found, item, today)
            if work.stride > 1:
                found = replace(found, name=f"{found.name}, {_thinned(work, location)}")
            journal.add(found, request.regions, sha256=received.sha256, url=received.url)
            if received.path.name:
                received.path.unlink()
        if done == 1 and len(todo) > 1:
            size = received.size / 1e6 if received is not None and received.size else item.megabytes
            rest = (time.monotonic() - begin) * (len(todo) - 1)
            tell(_estimate(work, todo[1:], size / item.megabytes, rest))
        if progress is not None:
            progress(done, len(todo))
        if time.monotonic() >= due:
            due = _stored_meanwhile(run)


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


def _arriving(work: Job, todo: Sequence[Item], config: Config, policy: Policy) -> Generator[tuple[Item, Arrival]]:
    """Each item with what waits for its file; the next two are fetched meanwhile."""
    if work.place.opendap:
        for item in todo:
            yield item, partial(Received, work.place.base + item.paths[0], Path(), "", 0)
        return
    folder = grids_folder(config) / "passing"
    make_folder(folder)
    _tidied(folder, todo)
    downloader = Downloader(work.place.base, policy)
    waiting: list[tuple[Item, Future[Received | None]]] = []
    with contextlib.closing(downloader), ThreadPoolExecutor(2, thread_name_prefix="download") as pool:
        try:
            for item in todo:
                waiting.append((item, pool.submit(downloader.fetch, item.paths, folder)))
                if len(waiting) > 1:
                    ready, future = waiting.pop(0)
                    yield ready, future.result
            for ready, future in waiting:
                yield ready, future.result
        finally:
            downloader.stop()
            pool.shutdown(wait=True, cancel_futures=True)


def _tidied(folder: Path, todo: Sequence[Item]) -> None:
    """
    Remove what a killed run left, but for the parts of files that can be continued.

    Those are the ones still wanted, and the two newest of others: a refresh in the middle of a long backfill must not
    throw away half a year of it.
    """
    wanted = {path.rsplit("/", 1)[-1] for item in todo for path in item.paths}
    found = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    parts = [path.stem for path in found if path.suffix == ".part"]
    kept = wanted | set([name for name in parts if name not in wanted][:2])
    for left in found:
        if left.suffix not in (".part", ".etag") or left.stem not in kept:
            remove(left)


def _store(work: Job, journal: Journal, config: Config, now: dt.datetime) -> tuple[Stored, ...]:
    """Series of everything in the journal, merged into the store."""
    table, files, grid, name = journal.table(work.regions)
    if not table.days:
        return ()
    notes = [f"approximate: {name}"] if work.stride > 1 else []
    made = days.series(
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

"""
A long download made of short ones: plan, say how much, download, reduce, note, delete, go on.

At most two files are on disk and two connections open. Every finished file is in the journal before it is deleted, so a
run that is stopped at any point goes on where it was. What is done reaches the store every few minutes and when a run
ends early; what a run that was killed had noted after that, the next one stores.
"""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import io
import time
import unicodedata
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from climtrack.config import Config
from climtrack.errors import ConfigError, SeriesError, StoreBusy
from climtrack.files import make_folder, remove, write_whole
from climtrack.grids import daily, download, grids
from climtrack.grids.daily import Reduced
from climtrack.grids.download import Downloader, Item, Journal, Place, Policy, Received
from climtrack.grids.reduce import FileMeans, Request, file_means, stride_error
from climtrack.grids.weights import Rule, from_geojson, named
from climtrack.run.series import reached
from climtrack.signals import defer_signals
from climtrack.store.lock import writers_lock
from climtrack.store.merge import Merged, merge
from climtrack.store.store import Store, Writer
from climtrack.vocabulary.notice import counted
from climtrack.vocabulary.registry import REGIONS, Region, short_name
from climtrack.vocabulary.series import Series, Source, Status

# Series computed from grids: kept in the store, never spliced with others; what became of each, as line and table.


#: What two runs must have in common before their days may stand in one series.
SAME = ("weights", "grid", "region")


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """What became of one region."""

    reduced: Reduced  # Its series from these files, and their coverage
    merged: Merged | None  # What it changed in the store; None where nothing was stored
    refused: SeriesError | None = None  # Why the store keeps what it has

    def row(self) -> str:
        """The outcome in a line."""
        one = self.reduced.series
        count = int(np.count_nonzero(~np.isnan(one.values)))
        early = int(one.preliminary.sum())
        words = f"{one.key}: {counted(count, 'day')}, {one.start} to {one.end}"
        if early:
            words += f", {early} of them preliminary"
        if (new := self.merged) is not None:
            words += f"; {new.added:,} new, {new.revised:,} revised, {new.finalised:,} made final"
        low = float(np.nanmin(self.reduced.coverage))
        return f"{words}; {self.reduced.usual:.1%} of the area has values (never less than {low:.1%})."

    def document(self) -> dict[str, Any]:
        """The outcome for machines."""
        one = self.reduced.series
        return {
            "key": str(one.key),
            "first_date": one.start.isoformat(),
            "last_date": one.end.isoformat(),
            "latest": one.value(one.end),
            "preliminary": int(one.preliminary.sum()),
            "coverage": self.reduced.usual,
            "coverage_lowest": float(np.nanmin(self.reduced.coverage)),
            "added": self.merged.added if self.merged else None,
            "revised": self.merged.revised if self.merged else None,
            "finalised": self.merged.finalised if self.merged else None,
            "refused": self.refused.what if self.refused else None,
            "notes": list(one.source.notes),
            "details": dict(one.source.details),
        }


def keep(made: Sequence[Reduced], config: Config, now: dt.datetime) -> tuple[Stored, ...]:
    """Store some series; one that the store holds in another form does not keep the others out."""
    stored = []
    with Store(config.home).writer(now) as writer:
        for one in made:
            try:
                stored.append(Stored(one, put(writer, one.series)))
            except SeriesError as problem:
                stored.append(Stored(one, None, problem))
    first = next((one.refused for one in stored if one.refused is not None), None)
    if first is not None and all(one.refused is not None for one in stored):
        raise first
    return tuple(stored)


def put(writer: Writer, new: Series) -> Merged:
    """Store a computed series, its files listed with those of the days already held."""
    held = writer.held(new.key)
    if held is None or held.source.simulated:
        return writer.put(new)
    ours, theirs = new.source.details, held.source.details
    if any(ours[part] != theirs.get(part) for part in SAME):
        how = theirs.get("weights", "the site's own series").split(":")[0]
        raise SeriesError(
            f"{new.key} is held already, made in another way ({how}, {theirs.get('grid', 'no grid')[:40]})",
            "Series are never spliced: write these to a file with --csv, or use another region name",
        )
    merged = merge(held, new)
    writer.put(replace(merged.series, source=_joined(held.source, new.source, reached(held))))
    return merged


def _joined(held: Source, new: Source, present: bool) -> Source:
    """Provenance of both: every line of either list of files, and whether the present was reached before."""
    lines = dict.fromkeys((*held.details["files"].splitlines(), *new.details["files"].splitlines()))
    by_label = {line.partition("  ")[2]: line for line in lines}  # a file read again is listed as it is now
    details = dict(new.details) | {
        "files": "\n".join(sorted(by_label.values(), key=lambda line: line.partition("  ")[2]))
    }
    if present:
        details["reached_present"] = "yes"
    return replace(new, details=MappingProxyType(details))


def table_csv(stored: Sequence[Stored]) -> bytes:
    """The days of some regions as CSV."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(("series", "date", "value", "status", "coverage"))
    for one in (item.reduced for item in stored):
        for i, day in enumerate(one.series.dates):
            if not np.isnan(one.series.values[i]):
                status = Status(int(one.series.status[i])).name.lower()
                rows.writerow(
                    (one.series.key, day, repr(float(one.series.values[i])), status, f"{one.coverage[i]:.6f}")
                )
    return out.getvalue().encode()


def write_csv(stored: Sequence[Stored], path: Path) -> None:
    """Write the days of some regions."""
    write_whole(path, table_csv(stored))


# Gridded files → regional daily series → the same store as everything else.


def region(text: str, config: Config) -> Region:
    """Region that the user named."""
    if text.lower().endswith((".geojson", ".json")):
        path = Path(text)
        plain = unicodedata.normalize("NFKD", path.stem.lower())  # España.geojson is `espana`
        name = "".join(c for c in plain if c.isascii() and (c.isalnum() or c == ".")).strip(".") or "outline"
        try:
            own = from_geojson(path.read_text("utf-8-sig"), name)
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{text[:120]!r} cannot be read", "Give a GeoJSON file in UTF-8") from error
        # Series are kept and told by their region's name: a box of one's own must not stand there as a hemisphere.
        if (name in REGIONS or name in config.regions) and config.region(name).outline != own.outline:
            raise ConfigError(f"{path.name[:80]} would take the name of region {name}", "Rename the file")
        return own
    return named(text) if ":" in text else config.region(text)


def regions(texts: Sequence[str], config: Config) -> tuple[Region, ...]:
    """Regions of one pass, as the user named them."""
    found: dict[str, Region] = {}
    for text in texts:
        one = region(text, config)
        other = found.setdefault(one.name, one)
        if replace(one, title=other.title, title_es=other.title_es) != other:
            raise ConfigError(f"two different regions are called {one.name}", "Rename one of the files")
    return tuple(found.values())


def reduce(
    paths: Sequence[str],
    regions: Sequence[Region],
    variable: str,
    *,
    config: Config,
    now: dt.datetime,
    rule: str = "exact",
    name: str = "",
    product: str = "",
    scheduler: str = "threads",
    workers: int = 0,
    store: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Stored, ...]:
    """Daily means of regions from gridded files."""
    request = Request(variable, tuple(regions), "site" if rule == "site" else "exact", name)
    found = file_means(grids.locate(paths), request, scheduler=scheduler, workers=workers, progress=progress)
    request = replace(request, variable=short_name(variable))
    shapes = {one.grid for one in found}
    if len(shapes) > 1:
        raise SeriesError(
            f"the files are on {len(shapes)} different grids", "Reduce them apart: they are not one series"
        )
    made = daily.series(
        daily.days(found),
        daily.records(found),
        request,
        product=daily.product_of(found, product),
        grid=found[0].grid,
        name=found[0].name,
        retrieved=now,
        version=program_version(),
    )
    return keep(made, config, now) if store else tuple(Stored(one, None) for one in made)


def program_version() -> str:
    """Version of this program, for provenance."""
    try:
        return version("climtrack")
    except PackageNotFoundError:
        return "unreleased"


# Files that pass through this computer: fetched from a public place, read, deleted.


AGENT = "climtrack/{version} (+https://pypi.org/project/climtrack/; gridded data for regional means)"
#: Waits for a file; None where the place has none of its names.
Arrival = Callable[[], Received | None]


def address(place: str, config: Config) -> str:
    """Where a place of the catalogue is."""
    return {str(name): base for name, base in config.grid.bases.items()}.get(place, download.PLACES[place].base)


def default_policy(config: Config) -> Policy:
    """How servers are asked, as config.toml says."""
    return Policy(config.fetch.user_agent or AGENT.format(version=program_version()))


def arriving(place: Place, todo: Sequence[Item], folder: Path, policy: Policy) -> Generator[tuple[Item, Arrival]]:
    """Files on their way: the next two are fetched while one is at work."""
    if place.opendap:
        for item in todo:
            yield item, partial(Received, place.base + item.paths[0], Path(), "", 0)
        return
    make_folder(folder)
    _tidied(folder, todo)
    downloader = Downloader(place.base, policy)
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


# A backfill as it is asked for, what is left of it, and how long that takes.


@dataclass(frozen=True, slots=True)
class Estimate:
    """What lies ahead."""

    place: Place
    files: int  # Downloads, and days that they hold
    days: int  # Downloads, and days that they hold
    gigabytes: float
    seconds: float | None = None  # As measured on the first file; None before it

    def line(self) -> str:
        """The estimate in a line."""
        size = f"{self.gigabytes:.1f} GB" if self.gigabytes >= 1 else f"{1000 * self.gigabytes:.0f} MB"
        files = counted(self.files, "file")
        words = f"{self.place.name}: {files}, {size}, for {counted(self.days, 'day')}"
        if self.seconds is None:
            fast, slow = (_duration(1000 * self.gigabytes / speed) for speed in (10, 1))
            return f"{words}; {fast} at 10 MB/s, {slow} at 1 MB/s; measured with the first file."
        return f"{words}; about {_duration(self.seconds)} at the speed of the first file."

    def document(self) -> dict[str, Any]:
        """The estimate for machines."""
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
    """A backfill as the user asked for it."""

    place: Place
    regions: tuple[Region, ...]
    since: dt.date  # Days wanted, both included
    until: dt.date  # Days wanted, both included
    rule: str = "exact"  # How cells on an edge count
    stride: int = 1  # Every so many rows and columns of an OPeNDAP location

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
    """A backfill from a place of the catalogue, at the address that the settings give."""
    if source not in download.PLACES:
        raise ConfigError(f"there is no place {source[:40]!r}", f"Known are {', '.join(download.PLACES)}")
    place = download.PLACES[source]
    if stride > 1 and not place.opendap:
        raise ConfigError("--stride saves nothing on whole files", "Use it with --from psl-opendap")
    if since > until:
        raise ConfigError(f"{since} lies after {until}", "Set --since before --until")
    return Job(replace(place, base=address(source, config)), tuple(regions), since, until, rule, stride)


def grids_folder(config: Config) -> Path:
    """Where journals, climatologies and passing downloads are: beside the store."""
    return config.home / "grids"


def journal_of(work: Job, config: Config) -> Journal:
    """The journal of a job: daily places share one, for their files are the same."""
    kind = "daily" if work.place.per == "day" else work.place.name
    thin = f".stride{work.stride}" if work.stride > 1 else ""
    folder = grids_folder(config)
    make_folder(folder)
    return Journal(folder / f"{work.place.product}.{work.place.variable}.{kind}.{work.rule}{thin}.jsonl")


def estimate(work: Job, *, config: Config, today: dt.date) -> Estimate:
    """What a backfill still has to do."""
    return ahead(work, left(work, journal_of(work, config), today))


def left(work: Job, journal: Journal, today: dt.date) -> tuple[Item, ...]:
    """Downloads that are left."""
    return download.items(
        work.place,
        work.since,
        work.until,
        done=journal.final(work.regions),
        early=journal.early(work.regions),
        today=today,
        stride=work.stride,
    )


def ahead(work: Job, todo: Sequence[Item], factor: float = 1.0, seconds: float | None = None) -> Estimate:
    """Size of what is left."""
    count = sum((item.last - item.first).days + 1 for item in todo)
    return Estimate(work.place, len(todo), count, factor * sum(i.megabytes for i in todo) / 1000, seconds)


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
                with defer_signals():
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
    early = dates >= np.datetime64(today - dt.timedelta(days=download.FINAL_AFTER))
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

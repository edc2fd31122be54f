"""
Gridded files to regional daily series in the store: from files at hand, or from public places.

A backfill is a long download made of short ones: plan, say how much, download, reduce, note, delete, go on. At most two
files wait on disk and two connections are open. Every finished file is in the journal before it is deleted, so a run
that is stopped at any point goes on where it was. What is done reaches the store every few minutes and when a run ends
early; what a killed run had noted after that, the next one stores.
"""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import io
import re
import time
import unicodedata
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from climtrack import __version__
from climtrack.config import Config
from climtrack.errors import ConfigError, Notice, SeriesError, SourceUnavailable, StoreBusy
from climtrack.files import make_folder, remove, write_whole
from climtrack.grids import daily, download, grids
from climtrack.grids.daily import Days, RegionSeries
from climtrack.grids.download import Downloader, Item, Journal, Place, Policy, Received
from climtrack.grids.reduce import FileMeans, Request, file_means
from climtrack.grids.weights import Rule, from_geojson, named
from climtrack.run.series import reached
from climtrack.signals import defer_signals
from climtrack.store.lock import writers_lock
from climtrack.store.merge import Merged, merge
from climtrack.store.store import Store, Writer
from climtrack.vocabulary.registry import DEFAULT, REGIONS, Region
from climtrack.vocabulary.series import Floats, Series, Status

if TYPE_CHECKING:
    from climtrack.run.run import Run

#: What two runs must have in common before their days may stand in one series.
SAME = ("weights", "grid", "region")
#: Seconds of work after which what is done reaches the store; longer where storing takes a twentieth of that.
EVERY = 300.0
#: So many unreadable files in a row are the place's or the settings' fault, and asking for more is no use.
ROW = 3
#: Days that stand for the calendar days of long-term means, which their files date in year 1.
COMMON_YEAR = np.arange("2001-01-01", "2002-01-01", dtype="datetime64[D]").astype("datetime64[s]")
#: Waits for a file; None where the place has none of its names.
Arrival = Callable[[], Received | None]


@dataclass(frozen=True, slots=True, eq=False)
class StoredSeries(RegionSeries):
    """A region's series from some files, and what became of it."""

    merged: Merged | None = None  # What it changed in the store; None where nothing was stored
    refused: SeriesError | None = None  # Why the store keeps what it has

    @property
    def notice(self) -> Notice:
        one, new = self.series, self.merged
        count, early, changes = int(np.count_nonzero(~np.isnan(one.values))), int(one.preliminary.sum()), None
        if new is not None:
            changes = Notice("grid.stored.changes", added=new.added, revised=new.revised, final=new.finalised)
        return Notice(
            "grid.stored", key=str(one.key), days=Notice("grid.days", n=count), first=one.start, last=one.end,
            early=Notice("grid.stored.early", count=early) if early else "", changes=changes or "",
            usual=self.usual, low=float(np.nanmin(self.coverage)),
        )  # fmt: skip

    def document(self) -> dict[str, Any]:
        one = self.series
        return {
            "key": str(one.key),
            "first_date": one.start.isoformat(),
            "last_date": one.end.isoformat(),
            "latest": one.value(one.end),
            "preliminary": int(one.preliminary.sum()),
            "coverage": self.usual,
            "coverage_lowest": float(np.nanmin(self.coverage)),
            "added": self.merged.added if self.merged else None,
            "revised": self.merged.revised if self.merged else None,
            "finalised": self.merged.finalised if self.merged else None,
            "refused": self.refused.what if self.refused else None,
            "notes": [str(note) for note in one.source.notes],
            "details": dict(one.source.details),
        }


def keep(run: Run, made: Sequence[RegionSeries]) -> tuple[StoredSeries, ...]:
    """Store some series; one that the store holds in another form does not keep the others out."""
    stored = []
    with Store(run.config.home).writer(run.now) as writer:
        for one in made:
            merged, problem = None, None
            try:
                merged = _put(writer, one.series)
            except SeriesError as error:
                problem = error
            stored.append(StoredSeries(one.series, one.coverage, one.usual, merged, problem))
        run.expect(writer, [writer.held(one.series.key) for one in stored if one.merged is not None])
    refused = [one.refused for one in stored if one.refused is not None]
    if refused and len(refused) == len(stored):
        raise refused[0]
    return tuple(stored)


def _put(writer: Writer, new: Series) -> Merged:
    """Store a computed series, its files listed with those of the days already held."""
    held = writer.held(new.key)
    if held is None or held.source.simulated:
        return writer.put(new)
    ours, theirs = new.source.details, held.source.details
    if any(ours[part] != theirs.get(part) for part in SAME):
        how = theirs.get("weights", "the site's own series").split(":")[0]
        raise SeriesError("grid.held", key=str(new.key), how=how, grid=theirs.get("grid", "no grid")[:40])
    lines = dict.fromkeys((*theirs["files"].splitlines(), *ours["files"].splitlines()))
    # A file read again is listed as it is now, and so is the listing of a year.
    by_label = {re.sub(r"^listing of \d+ ", "", line.partition("  ")[2]): line for line in lines}
    kept = {name: theirs[name] for name in ("climatology",) if name in theirs}
    details = {**kept, **ours, "files": "\n".join(by_label[label] for label in sorted(by_label))}
    if reached(held):
        details["reached_present"] = "yes"
    merged = merge(held, new)
    writer.put(replace(merged.series, source=replace(new.source, details=MappingProxyType(details))))
    return merged


def write_csv(stored: Sequence[StoredSeries], path: Path) -> None:
    """Write the days of some regions."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(("series", "date", "value", "status", "coverage"))
    for one, coverage in ((item.series, item.coverage) for item in stored):
        for day, value, status, share in zip(one.dates, one.values, one.status, coverage, strict=True):
            if not np.isnan(value):
                rows.writerow((one.key, day, repr(float(value)), Status(int(status)).name.lower(), f"{share:.6f}"))
    write_whole(path, out.getvalue().encode())


def region(text: str, config: Config) -> Region:
    """Region that the user named: by its name, a GeoJSON file, or ``SET:NAME`` of regionmask."""
    if not text.lower().endswith((".geojson", ".json")):
        return named(text) if ":" in text else config.region(text)
    path = Path(text)
    plain = unicodedata.normalize("NFKD", path.stem.lower())  # España.geojson is `espana`
    name = "".join(c for c in plain if c.isascii() and (c.isalnum() or c == ".")).strip(".") or "outline"
    try:
        own = from_geojson(path.read_text("utf-8-sig"), name)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("grid.no_outline_file", file=text[:120]) from error
    # Series are kept by their region's name: a box of one's own must not stand there as a hemisphere.
    if (name in REGIONS or name in config.regions) and config.region(name).outline != own.outline:
        raise ConfigError("grid.name_taken", file=path.name[:80], name=name)
    return own


def regions(texts: Sequence[str], config: Config) -> tuple[Region, ...]:
    """Regions of one pass, as the user named them."""
    found: dict[str, Region] = {}
    for text in texts:
        one = region(text, config)
        other = found.setdefault(one.name, one)
        if replace(one, title=other.title, title_es=other.title_es) != other:
            raise ConfigError("grid.same_name", name=one.name)
    return tuple(found.values())


def reduce(
    run: Run,
    paths: Sequence[str],
    regions: Sequence[Region],
    variable: str,
    *,
    rule: str = "exact",
    name: str = "",
    product: str = "",
    scheduler: str = "threads",
    workers: int = 0,
    store: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[StoredSeries, ...]:
    """Daily means of regions from gridded files."""
    request = Request(variable, tuple(regions), _rule(rule), name)
    found = file_means(grids.locate(paths), request, scheduler=scheduler, workers=workers, progress=progress)
    if (count := len({one.grid for one in found})) > 1:
        raise SeriesError("grid.different_grids", count=count)
    product = daily.product_of(found, product)
    made = daily.series(daily.days(found), request, product=product, retrieved=run.now, version=__version__)
    return keep(run, made) if store else tuple(StoredSeries(one.series, one.coverage, one.usual) for one in made)


def _rule(name: str) -> Rule:
    return "site" if name == "site" else "exact"


@dataclass(frozen=True, slots=True)
class Job:
    """A backfill as the user asked for it."""

    place: Place
    regions: tuple[Region, ...]
    since: dt.date  # Both included
    until: dt.date
    rule: Rule = "exact"  # How cells on an edge count
    means: str = ""  # Baseline whose published long-term means come with the days, instead of its years

    @property
    def request(self) -> Request:
        """
        What is asked of every file.

        All regions that have a name are computed in the same pass, so that one asked for later costs no download.
        """
        own = {one.name for one in self.regions}
        others = (one for one in REGIONS.values() if one.name not in own)
        return Request(self.place.variable, (*self.regions, *others), self.rule)


def job(run: Run, source: str, regions: Sequence[Region], since: dt.date, until: dt.date, *, rule: str) -> Job:
    """A backfill from a place of the catalogue, at the address that the settings give."""
    if source not in download.PLACES:
        raise ConfigError("grid.unknown_place", name=source[:40], known=tuple(download.PLACES))
    place = download.PLACES[source]
    if since > until:
        raise ConfigError("grid.since_after", since=since, until=until)
    return Job(replace(place, base=address(source, run.config)), tuple(regions), since, until, _rule(rule))


def recent(work: Job, config: Config) -> Job:
    """The shorter road: this year, last year, and the published means of the report's baseline."""
    means = config.report.baseline if config.report.baseline in download.LONG_TERM_MEANS else str(DEFAULT)
    return replace(work, since=dt.date(work.until.year - 1, 1, 1), means=means)


def address(place: str, config: Config) -> str:
    """Where a place of the catalogue is."""
    bases = {str(name): base for name, base in config.grid.bases.items()}
    return bases.get(place) or config.address(download.PLACES[place].base)


def default_policy(config: Config) -> Policy:
    """How servers are asked, as config.toml says."""
    return Policy(config.fetch.agent, proxy=config.fetch.proxy)


def grids_folder(config: Config) -> Path:
    """Where journals, climatologies and passing downloads are: beside the store."""
    folder = config.home / "grids"
    make_folder(folder)
    return folder


def _journal(work: Job, config: Config) -> Journal:
    """The journal of a job: daily places share one, for their files are the same."""
    kind = "daily" if work.place.per == "day" else work.place.name
    name = f"{work.place.product}.{work.place.variable}.{kind}.{work.rule}.jsonl"
    return Journal(grids_folder(config) / name)


def _means_journal(work: Job, config: Config) -> Journal:
    """The journal of the long-term means, which are the same for all places."""
    name = f"{work.place.product}.{work.place.variable}.{work.means or 'none'}.{work.rule}.jsonl"
    return Journal(grids_folder(config) / name)


@dataclass(frozen=True, slots=True)
class Estimate:
    place: Place
    files: int
    days: int  # Days that the files hold
    gigabytes: float
    seconds: float | None = None  # As measured on the first file; None before it

    @property
    def notice(self) -> Notice:
        size = f"{self.gigabytes:.1f} GB" if self.gigabytes >= 1 else f"{1000 * self.gigabytes:.0f} MB"
        files, days = Notice("grid.files", n=self.files), Notice("grid.days", n=self.days)
        if self.seconds is not None:
            speed = Notice("grid.ahead.measured", time=_duration(self.seconds))
        else:
            fast, slow = (_duration(1000 * self.gigabytes / rate) for rate in (10, 1))
            speed = Notice("grid.ahead.guessed", fast=fast, slow=slow)
        return Notice("grid.ahead", place=self.place.name, files=files, size=size, days=days, speed=speed)

    def document(self) -> dict[str, Any]:
        return {
            "schema": "climtrack.estimate/1",
            "place": self.place.name,
            "base": self.place.base,
            "files": self.files,
            "days": self.days,
            "gigabytes": self.gigabytes,
            "seconds": self.seconds,
        }


def _duration(seconds: float) -> Notice:
    if seconds < 90:
        return Notice("grid.seconds", n=round(seconds))
    if seconds < 5400:
        return Notice("grid.minutes", n=round(seconds / 60))
    return Notice("grid.many_hours", hours=seconds / 3600)


def estimate(run: Run, work: Job) -> Estimate:
    """What a backfill still has to do."""
    return _estimate(work, _remaining(run, work, _journal(work, run.config)))


def _remaining(run: Run, work: Job, journal: Journal) -> tuple[Item, ...]:
    """Downloads that are left."""
    done, early = (journal.dates(status, work.regions) for status in (Status.FINAL, Status.PRELIMINARY))
    days = download.items(
        work.place, work.since, work.until, today=run.now.date(), done=done, early=early
    )  # fmt: skip
    if not work.means or _means_journal(work, run.config).dates(Status.FINAL, work.regions):
        return days
    path = download.LONG_TERM_MEANS[work.means]
    path = path if work.place.opendap else address("psl", run.config) + path
    return (*days, Item((path,), work.since, work.until, download.MEANS_MEGABYTES, means=True))


def _estimate(work: Job, todo: Sequence[Item], factor: float = 1.0, seconds: float | None = None) -> Estimate:
    """Size of what is left; `factor` says how much more than usual the first file weighed."""
    count = sum((item.last - item.first).days + 1 for item in todo if not item.means)
    return Estimate(work.place, len(todo), count, factor * sum(i.megabytes for i in todo) / 1000, seconds)


def backfill(
    run: Run,
    work: Job,
    *,
    policy: Policy | None = None,
    scheduler: str = "threads",
    workers: int = 0,
    tell: Callable[[Estimate], None] = lambda _: None,
    progress: Callable[[int, int], None] | None = None,
    every: float = EVERY,
) -> tuple[StoredSeries, ...]:
    """Download, reduce and store what is missing."""
    folder, today = grids_folder(run.config), run.now.date()
    with writers_lock(folder, run.now, "backfill"):  # two runs would write into the same passing files
        journal = _journal(work, run.config)
        todo = _remaining(run, work, journal)
        tell(_estimate(work, todo))

        def reduce_file(item: Item, received: Received) -> None:
            found = _file_means(work, item, received, today, scheduler, workers)
            to = _means_journal(work, run.config) if item.means else journal
            to.add(found, work.request.regions, sha256=received.sha256, url=received.url)

        arrivals = _downloads(work.place, todo, folder / "passing", policy or default_policy(run.config))
        with contextlib.closing(arrivals):
            try:
                store = partial(_store, run, work, journal)
                _reduce_all(work, todo, arrivals, reduce_file, store, every, tell, progress)
                return store()
            except BaseException:  # Ctrl-C or a failing server: what is noted is good
                # It is stored before waiting for what is on its way, and as it is on disk, for the stop may have come
                # between a line of the journal and its entry in memory.
                with defer_signals():
                    _store(run, work, _journal(work, run.config))
                raise


def _reduce_all(
    work: Job,
    todo: Sequence[Item],
    arrivals: Iterator[tuple[Item, Arrival]],
    reduce_file: Callable[[Item, Received], None],
    store: Callable[[], object],
    every: float,
    tell: Callable[[Estimate], None],
    progress: Callable[[int, int], None] | None,
) -> None:
    """All items, one being reduced while the next is on its way."""
    begin = time.monotonic()
    due = begin + every
    problems: list[SeriesError] = []
    row = good = 0
    for done, (item, arrival) in enumerate(arrivals, 1):
        received = arrival()
        if received is None and item.means:
            raise SourceUnavailable("grid.no_means", file=item.paths[0].rpartition("/")[2])
        if received is not None:
            try:
                reduce_file(item, received)
                row, good = 0, good + 1
            except SeriesError as problem:  # one damaged file must not hold back the days after it
                problems.append(problem)
                row += 1
            finally:
                if received.path.name:
                    received.path.unlink()
        if done == 1 and len(todo) > 1:
            size = received.size / 1e6 if received is not None and received.size else item.megabytes
            rest = (time.monotonic() - begin) * sum(one.megabytes for one in todo[1:]) / item.megabytes
            tell(_estimate(work, todo[1:], size / item.megabytes, rest))
        if progress is not None:
            progress(done, len(todo))
        if row == ROW:
            break
        if (before := time.monotonic()) >= due:
            with contextlib.suppress(StoreBusy):  # a refresh is writing: next time, at the latest at the end
                store()
            after = time.monotonic()
            due = after + max(every, 20 * (after - before))
    if problems and not good:
        raise problems[0]
    if problems:
        raise SeriesError("grid.left_out", n=len(problems), problem=problems[0])


def _downloads(place: Place, todo: Sequence[Item], folder: Path, policy: Policy) -> Generator[tuple[Item, Arrival]]:
    """Files on their way: the next two are fetched while one is at work."""
    if place.opendap:
        import netCDF4

        netCDF4.rc_set("HTTP.USERAGENT", policy.user_agent)
        if policy.proxy:
            netCDF4.rc_set("HTTP.PROXY.SERVER", policy.proxy)
        for item in todo:
            yield item, partial(Received, place.base + item.paths[0], Path(), "", 0)
        return
    make_folder(folder)
    _tidy(folder, todo)
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


def _tidy(folder: Path, todo: Sequence[Item]) -> None:
    """
    Remove what a killed run left, but for the parts of files that can be continued.

    Those are the ones still needed, and the two newest of others: a refresh in the middle of a long backfill must not
    throw away half a year of it.
    """
    needed = {path.rsplit("/", 1)[-1] for item in todo for path in item.paths}
    found = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    others = [path.stem for path in found if path.suffix == ".part" and path.stem not in needed]
    for left in found:
        if left.suffix not in (".part", ".etag") or left.stem not in needed | set(others[:2]):
            remove(left)


def _file_means(work: Job, item: Item, received: Received, today: dt.date, scheduler: str, workers: int) -> FileMeans:
    """Means of a file that has arrived, if it is the one that was asked for."""
    location, place = str(received.path) if received.path.name else received.url, work.place
    request = replace(work.request, name=place.variable) if item.means else work.request  # they count their years too
    (found,) = file_means([location], request, scheduler=scheduler, workers=workers)
    if found.product not in ("", place.product):
        raise SeriesError("grid.wrong_product", file=found.label, product=found.product, expected=place.product)
    if item.means:
        if found.times.size != COMMON_YEAR.size:
            raise SeriesError("grid.long_term", file=found.label, count=found.times.size)
        return replace(found, times=COMMON_YEAR, status=np.full(COMMON_YEAR.size, Status.FINAL, dtype=np.int8))
    dates = found.times.astype("datetime64[D]")
    if place.per == "day":
        if dates.size != 1 or dates[0].item() != item.first:
            raise SeriesError("grid.wrong_day", file=found.label, day=str(dates[0]), expected=item.first)
        return found
    # The newest days of a yearly file are preliminary, which it does not say.
    early = dates >= np.datetime64(today - dt.timedelta(days=download.FINAL_AFTER))
    return replace(found, status=np.where(early, Status.PRELIMINARY, found.status).astype(np.int8))


def _store(run: Run, work: Job, journal: Journal) -> tuple[StoredSeries, ...]:
    """Series of everything in the journal, merged into the store."""
    table = journal.table(work.regions)
    if not table.dates.size:
        return ()
    made = daily.series(
        table,
        replace(work.request, regions=work.regions),
        product=work.place.product,
        retrieved=run.now,
        version=__version__,
        url=work.place.base,
    )
    means = _means_journal(work, run.config).table(work.regions)
    if means.dates.size:
        made = tuple(_with_means(one, work.means, means, row) for one, row in zip(made, means.values.T, strict=True))
    return keep(run, made)


def _with_means(one: RegionSeries, baseline: str, means: Days, row: Floats) -> RegionSeries:
    """A series with its published average: slot i is 1 January + i days of a common year."""
    label, sha256, _ = means.files[0]
    details = MappingProxyType({**one.series.source.details, "climatology": f"{sha256}  {label}"})
    source = replace(one.series.source, details=details)
    rows = MappingProxyType({baseline: np.append(row, np.nan)})
    return replace(one, series=replace(one.series, source=source, site_climatology=rows))

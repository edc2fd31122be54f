"""
DOOR. Large files over HTTP into a folder: whole, of the stated size, or not at all.

A cut connection is continued where it stopped (`Range`, guarded by `If-Range`); a server that fails is asked again a
few times, then left for the next run. Redirects are followed on the same host only; no other host is ever asked.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

import numpy as np
import urllib3
from urllib3.exceptions import HTTPError

from climtrack.errors import SourceChanged, SourceUnavailable
from climtrack.grids import daily
from climtrack.grids.daily import Day, Days, FileRecord
from climtrack.grids.reduce import FileMeans
from climtrack.vocabulary import notice
from climtrack.vocabulary.registry import Region
from climtrack.vocabulary.series import Status

# Where gridded data are to be had: public locations, as a table that `config.toml` can point elsewhere.
#
# Sizes are what one file usually weighs, for the estimate before a long download; the download itself checks the size
# that the server states. ERA5 has no entry: its store asks for an account, so its files are downloaded by their owner
# and read with `climtrack grid reduce`.


#: Final analyses replace preliminary ones about this many days later; a preliminary file is sought within twice that.
FINAL_AFTER = 16
#: No final file is asked for sooner than this many days after its day: it comes 15 to 16 days later, seldom 14.
FINAL_FROM = 14


@dataclass(frozen=True, slots=True)
class Place:
    """One public location of one variable."""

    name: str
    title: str  # Short name, and name for readers
    product: str
    variable: str
    base: str  # Address that the patterns continue
    pattern: str  # Path of a file, formatted with `day` (a date) or `year`
    per: Literal["day", "year"]
    megabytes: float  # What one file usually weighs
    first: dt.date
    early: str = ""  # Path of a day's preliminary file, where it has a name of its own
    opendap: bool = False  # Read over the network instead of downloaded; `stride` then saves most of it


_DAILY = "{day:%Y%m}/oisst-avhrr-v02r01.{day:%Y%m%d}.nc"
_EARLY = "{day:%Y%m}/oisst-avhrr-v02r01.{day:%Y%m%d}_preliminary.nc"
_YEARLY = "sst.day.mean.{year}.nc"
_BEGIN = dt.date(1981, 9, 1)

PLACES: Mapping[str, Place] = MappingProxyType(
    {
        place.name: place
        for place in (
            Place("ncei", "NOAA NCEI, one file a day, preliminary days included", "oisst", "sst",
                  "https://www.ncei.noaa.gov/data/sea-surface-temperature-optimum-interpolation/v2.1/access/avhrr/",
                  _DAILY, "day", 1.6, _BEGIN, _EARLY),
            Place("aws", "NOAA Open Data on AWS, the same daily files", "oisst", "sst",
                  "https://noaa-cdr-sea-surface-temp-optimum-interpolation-pds.s3.amazonaws.com/data/v2.1/avhrr/",
                  _DAILY, "day", 1.6, _BEGIN, _EARLY),
            Place("psl", "NOAA PSL, one file a year", "oisst", "sst",
                  "https://downloads.psl.noaa.gov/Datasets/noaa.oisst.v2.highres/",
                  _YEARLY, "year", 480.0, _BEGIN),
            Place("psl-opendap", "NOAA PSL over OPeNDAP, for a light approximate run (--stride)", "oisst", "sst",
                  "https://psl.noaa.gov/thredds/dodsC/Datasets/noaa.oisst.v2.highres/",
                  _YEARLY, "year", 760.0, _BEGIN, opendap=True),
        )
    }
)  # fmt: skip

#: PSL's long-term means by calendar day, for maps without a climatology of one's own.
LONG_TERM_MEANS: Mapping[str, str] = MappingProxyType(
    {
        "1991-2020": "sst.day.mean.ltm.1991-2020.nc",
        "1982-2010": "sst.day.mean.ltm.1982-2010.nc",
    }
)


@dataclass(frozen=True, slots=True)
class Item:
    """One download."""

    paths: tuple[str, ...]  # Where it may be, likeliest first: a final file, and a recent day's preliminary one
    first: dt.date  # Days that it is wanted for, both included
    last: dt.date  # Days that it is wanted for, both included
    megabytes: float


def items(
    place: Place,
    since: dt.date,
    until: dt.date,
    *,
    done: Collection[dt.date],
    today: dt.date,
    early: Collection[dt.date] = (),
    stride: int = 1,
) -> tuple[Item, ...]:
    """
    Downloads that some days still need.

    A preliminary file is never issued again before the final one takes its place, so a day that is held as preliminary
    is left alone until that may have happened, and then its final file alone is asked for.
    """
    ripe = FINAL_FROM if place.per == "day" else FINAL_AFTER + 1
    held = {*done, *(day for day in early if (today - day).days < ripe)}
    first, last = max(since, place.first), min(until, today)
    wanted = [
        day for i in range((last - first).days + 1) if (day := first + dt.timedelta(days=i)) not in held
    ]  # fmt: skip
    if place.per == "day":
        return tuple(Item(_day_paths(place, day, today, day in early), day, day, place.megabytes) for day in wanted)
    years: dict[int, list[dt.date]] = {}
    for day in wanted:
        years.setdefault(day.year, []).append(day)
    weight = place.megabytes / stride**2
    return tuple(
        Item((place.pattern.format(year=year),), some[0], some[-1], weight) for year, some in sorted(years.items())
    )


def _day_paths(place: Place, day: dt.date, today: dt.date, held: bool) -> tuple[str, ...]:
    """The final file of a day; of a recent one also the preliminary file, first while it is all there is."""
    final, days = place.pattern.format(day=day), (today - day).days
    if held or not place.early or days > 2 * FINAL_AFTER:
        return (final,)
    early = place.early.format(day=day)
    return (early, final) if days < FINAL_FROM else (final, early)


# DOOR. What a long run has done already, one line a file, safe against a kill at any instant.
#
# Each line is flushed to disk before the downloaded file is deleted, so a finished file is never downloaded twice; a
# line cut short by a kill is ignored. The lines hold every region of the run at full precision: the series are made
# from them.


FORMAT = "climtrack.journal/1"


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One file that was reduced."""

    record: FileRecord  # Name, hash, size, first day
    grid: str  # The grid and the variable's name
    name: str  # The grid and the variable's name
    regions: tuple[str, ...]  # Regions with the hash of their definition
    days: tuple[Day, ...]  # Over those regions


def tag(region: Region) -> str:
    """A region's name with the hash of its definition, so that a changed one is computed again."""
    text = f"{region.south!r} {region.north!r} {region.west!r} {region.east!r} {region.outline}"
    return f"{region.name}#{hashlib.sha256(text.encode()).hexdigest()[:8]}"


class Journal:
    """The journal of one variable, one place and one rule."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._entries: list[Entry] = []
        whole = path.read_bytes() if path.is_file() else b""
        complete = whole[: whole.rfind(b"\n") + 1]
        self._torn = len(complete) if len(complete) != len(whole) else -1
        for line in complete.splitlines():
            entry = _entry(line)
            if entry is not None:
                self._entries.append(entry)

    def add(self, found: FileMeans, regions: Sequence[Region], *, sha256: str = "", url: str = "") -> Entry:
        """Note a file that was reduced, and flush the note to disk."""
        record = daily.records([found])[0]
        record = FileRecord(url or record.label, sha256 or record.sha256, record.size, record.first)
        entry = Entry(record, found.grid, found.name, tuple(map(tag, regions)), daily.days([found]).days)
        if self._torn >= 0:
            # The line that a kill cut short would spoil the next one; whoever only looks leaves it alone.
            with self._path.open("r+b") as file:
                file.truncate(self._torn)
            self._torn = -1
        line = json.dumps(_document(entry), separators=(",", ":"), allow_nan=False) + "\n"
        with self._path.open("ab") as file:
            file.write(line.encode())
            file.flush()
            os.fsync(file.fileno())
        self._entries.append(entry)
        return entry

    def final(self, regions: Iterable[Region]) -> frozenset[dt.date]:
        """Days that are final for all of some regions."""
        return self._with(Status.FINAL, regions)

    def early(self, regions: Iterable[Region]) -> frozenset[dt.date]:
        """Days that are preliminary, and not final yet, for all of some regions."""
        wanted = tuple(regions)
        return self._with(Status.PRELIMINARY, wanted) - self.final(wanted)

    def _with(self, status: Status, regions: Iterable[Region]) -> frozenset[dt.date]:
        """Days that were noted with a status for all of some regions."""
        wanted = set(map(tag, regions))
        return frozenset(
            day.date
            for entry in self._entries
            if wanted <= set(entry.regions)
            for day in entry.days
            if day.status == status
        )

    def table(self, regions: Sequence[Region]) -> tuple[Days, tuple[FileRecord, ...], str, str]:
        """Everything noted about some regions."""
        wanted = [tag(region) for region in regions]
        latest: dict[dt.date, tuple[Day, Entry]] = {}
        for entry in self._entries:
            if not set(wanted) <= set(entry.regions):
                continue
            at = [entry.regions.index(name) for name in wanted]
            for day in entry.days:
                held = latest.get(day.date)
                if held is not None and held[0].status == Status.FINAL and day.status != Status.FINAL:
                    continue
                picked = Day(day.date, day.status, tuple(day.values[i] for i in at), tuple(day.coverage[i] for i in at))
                latest[day.date] = picked, entry
        ordered = [latest[date] for date in sorted(latest)]
        files = dict.fromkeys(entry.record for _, entry in ordered)
        last = ordered[-1][1] if ordered else None
        return (
            Days(tuple(day for day, _ in ordered)),
            tuple(files),
            last.grid if last else "",
            last.name if last else "",
        )


def _document(entry: Entry) -> dict[str, Any]:
    """An entry as JSON; numbers keep every bit."""
    return {
        "format": FORMAT,
        "file": entry.record.label,
        "sha256": entry.record.sha256,
        "size": entry.record.size,
        "grid": entry.grid,
        "name": entry.name,
        "regions": entry.regions,
        "days": [
            [day.date.isoformat(), int(day.status), [None if np.isnan(v) else v for v in day.values], day.coverage]
            for day in entry.days
        ],
    }


def _entry(line: bytes) -> Entry | None:
    """An entry of a line; None for one that is damaged or of another format."""
    try:
        found = json.loads(line)
        if found["format"] != FORMAT:
            return None
        listed = tuple(
            Day(
                dt.date.fromisoformat(date),
                Status(status),
                tuple(float("nan") if v is None else float(v) for v in values),
                tuple(map(float, coverage)),
            )
            for date, status, values, coverage in found["days"]
        )
        record = FileRecord(found["file"], found["sha256"], found["size"], listed[0].date)
    except (ValueError, KeyError, TypeError, IndexError):
        return None
    return Entry(record, found["grid"], found["name"], tuple(found["regions"]), listed)


BLOCK = 1 << 18
#: First bytes of a NetCDF file; a web page sent with status 200 begins otherwise.
MAGIC = (b"\x89HDF\r\n\x1a\n", b"CDF\x01", b"CDF\x02", b"CDF\x05")


@dataclass(frozen=True, slots=True)
class Policy:
    """How a server is asked."""

    user_agent: str  # Names the program and a contact
    connect: float = 10.0  # Seconds for a connection, and without a byte
    read: float = 30.0  # Seconds for a connection, and without a byte
    slowest: float = 20_000.0  # Bytes per second below which a download counts as hanging, after a minute's grace
    attempts: int = 4
    most: int = 3_000_000_000  # Bytes of the largest file
    patience: float = 30.0  # Seconds that a server may ask us to wait


@dataclass(frozen=True, slots=True)
class Received:
    """A file that has arrived: address, path, hash, bytes."""

    url: str
    path: Path
    sha256: str
    size: int


class Downloader:
    """Downloads from one place."""

    def __init__(
        self,
        base: str,
        policy: Policy,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._base = base if base.endswith("/") else base + "/"
        self._policy = policy
        self._sleep, self._clock = sleep, clock
        self._stopped = False
        self._pool = urllib3.PoolManager(
            num_pools=2,
            maxsize=2,
            retries=False,
            headers={"User-Agent": policy.user_agent, "Accept-Encoding": "identity"},
        )

    def size(self, path: str) -> int | None:
        """Bytes that the server states for a file."""
        try:
            answer = self._ask("HEAD", urljoin(self._base, path), {})
        except HTTPError:
            return None
        answer.drain_conn()
        stated = answer.headers.get("Content-Length", "")
        return int(stated) if answer.status == 200 and stated.isdigit() else None

    def fetch(self, paths: tuple[str, ...], folder: Path) -> Received | None:
        """The first of some files that the server has."""
        for path in paths:
            found = self._fetch(urljoin(self._base, path), folder / path.rsplit("/", 1)[-1])
            if found is not None:
                return found
        return None

    def _fetch(self, url: str, target: Path) -> Received | None:
        """One file, continued from what an earlier attempt left."""
        part, mark = target.with_name(target.name + ".part"), target.with_name(target.name + ".etag")
        problem = ""
        for attempt in range(self._policy.attempts):
            if self._stopped:
                break
            if attempt:
                self._sleep(min(2.0**attempt, self._policy.patience))
            try:
                outcome = self._attempt(url, part, mark)
            except (HTTPError, OSError) as error:
                if (
                    isinstance(error, OSError)
                    and not isinstance(error, (ConnectionError, TimeoutError))
                    and error.errno in (28, 13, 30)
                ):
                    raise
                problem = str(notice.network(error, urlsplit(url).hostname or ""))
                continue
            if outcome == "absent":
                return None
            if outcome == "whole":
                return self._kept(url, part, mark, target)
            problem = outcome
        raise SourceUnavailable(
            f"{urlsplit(url).hostname} did not give {target.name}: {problem}",
            "Run the same command again later",
            url=url,
        )

    def _attempt(self, url: str, part: Path, mark: Path) -> str:
        """One request: ``whole``, ``absent``, or what went wrong."""
        held = part.stat().st_size if part.is_file() else 0
        etag = mark.read_text() if held and mark.is_file() else ""
        headers = {"Range": f"bytes={held}-", "If-Range": etag} if held and etag else {}
        answer = self._ask("GET", url, headers)
        try:
            if answer.status in (404, 410):
                return "absent"
            if answer.status in (429, 503):
                wait = answer.headers.get("Retry-After", "")
                if wait.isdigit() and 0 < int(wait) <= self._policy.patience:
                    self._sleep(float(wait))
                return f"it asked us to come back later ({answer.status})"
            if answer.status == 416:
                part.unlink(missing_ok=True)
                return "what was held is no part of the file any more"
            if answer.status not in (200, 206):
                return f"it answered {answer.status}"
            continued = answer.status == 206
            if continued and not answer.headers.get("Content-Range", "").startswith(f"bytes {held}-"):
                part.unlink(missing_ok=True)
                return "it sent another part than asked for"
            return self._receive(answer, part, mark, held if continued else 0)
        finally:
            answer.close()

    def _receive(self, answer: Any, part: Path, mark: Path, held: int) -> str:
        """Bytes of one answer onto the disk."""
        stated = answer.headers.get("Content-Length", "")
        if not stated.isdigit():
            return "it does not state the size"
        total = held + int(stated)
        if total > self._policy.most:
            raise SourceChanged(f"a file of {total / 1e9:.1f} GB is larger than any we know", url=answer.geturl() or "")
        tag = answer.headers.get("ETag", "") or answer.headers.get("Last-Modified", "")
        if tag and not tag.startswith("W/"):
            mark.write_text(tag)
        begin, size = self._clock(), held
        with part.open("ab" if held else "wb") as out:
            for block in answer.stream(BLOCK):
                if not size and not block.startswith(MAGIC):
                    raise SourceChanged(
                        "received something that is no NetCDF file", "Look at the address in a browser",
                        url=answer.geturl() or "", body=block[:4096],
                    )  # fmt: skip
                size += out.write(block)
                spent = self._clock() - begin
                if self._stopped:
                    return "the run was stopped"  # the part stays, to be continued
                if size > total or (spent > 60 and (size - held) / spent < self._policy.slowest):
                    return "it sent too much" if size > total else "it sends too slowly"
        return "whole" if size == total else f"it stopped after {size} of {total} bytes"

    def _kept(self, url: str, part: Path, mark: Path, target: Path) -> Received:
        """The finished file under its own name, hashed."""
        whole, size = hashlib.sha256(), 0
        with part.open("rb") as file:
            while block := file.read(1 << 20):
                whole.update(block)
                size += len(block)
        part.replace(target)
        with contextlib.suppress(FileNotFoundError):
            mark.unlink()
        return Received(url, target, whole.hexdigest(), size)

    def _ask(self, method: str, url: str, headers: dict[str, str]) -> Any:
        """One request, redirected on the same host at most twice."""
        timeout = urllib3.Timeout(connect=self._policy.connect, read=self._policy.read)
        sent = dict(self._pool.headers) | headers
        for _ in range(3):
            answer = self._pool.request(
                method, url, headers=sent, timeout=timeout, preload_content=False, redirect=False, retries=False
            )
            if answer.status not in (301, 302, 307, 308):
                return answer
            there = urljoin(url, answer.headers.get("Location", ""))
            answer.close()
            if urlsplit(there)[:2] != urlsplit(url)[:2]:
                raise SourceUnavailable(
                    f"{urlsplit(url).hostname} points to {there[:80]}; not followed",
                    "Set the place in config.toml",
                    url=url,
                )
            url = there
        raise SourceUnavailable(f"{urlsplit(url).hostname} sent us round in circles", url=url)

    def stop(self) -> None:
        """End what is on its way in other threads at its next block; nothing more is asked for."""
        self._stopped = True

    def close(self) -> None:
        """Close all connections."""
        self._pool.clear()


def hurried(policy: Policy) -> Policy:
    """The same manners for a few small files, as in a daily refresh."""
    return replace(policy, attempts=2, patience=5.0)

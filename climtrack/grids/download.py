"""
Large files over HTTP into a folder, and the journal of what a long run has done with them.

A file arrives whole, of the stated size, or not at all. A cut connection is continued where it stopped (`Range`,
guarded by `If-Range`); a server that fails is asked again a few times, then left for the next run. Redirects are
followed on the same host only; no other host is ever asked.
"""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import json
import os
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

import numpy as np
import urllib3
from urllib3.exceptions import HTTPError

from climtrack.errors import Notice, SourceChanged, SourceUnavailable
from climtrack.grids import daily
from climtrack.grids.daily import Days
from climtrack.grids.reduce import FileMeans
from climtrack.vocabulary import notice
from climtrack.vocabulary.registry import Region
from climtrack.vocabulary.series import Status

#: Final analyses replace preliminary ones about this many days later; a preliminary file is sought within twice that.
FINAL_AFTER = 16
#: No final file is asked for sooner than this many days after its day: it comes 15 to 16 days later, seldom 14.
FINAL_FROM = 14


@dataclass(frozen=True, slots=True)
class Place:
    """
    One public location of one variable; `config.toml` can point it elsewhere.

    ERA5 has none: its store asks for an account, so its files are downloaded by their owner and reduced from there.
    """

    name: str
    product: str
    variable: str
    base: str  # Address that the patterns continue
    pattern: str  # Path of a file, formatted with `day` (a date) or `year`
    per: Literal["day", "year"]
    megabytes: float  # What one file usually weighs
    first: dt.date
    early: str = ""  # Path of a day's preliminary file, where it has a name of its own
    lag: int = 5  # Days by which its newest file is usually behind, at most
    opendap: bool = False  # Read over the network instead of downloaded


_DAILY = "{day:%Y%m}/oisst-avhrr-v02r01.{day:%Y%m%d}.nc"
_EARLY = "{day:%Y%m}/oisst-avhrr-v02r01.{day:%Y%m%d}_preliminary.nc"
_YEARLY = "sst.day.mean.{year}.nc"
_BEGIN = dt.date(1981, 9, 1)

PLACES: Mapping[str, Place] = MappingProxyType(
    {
        place.name: place
        for place in (
            Place("ncei", "oisst", "sst",
                  "https://www.ncei.noaa.gov/data/sea-surface-temperature-optimum-interpolation/v2.1/access/avhrr/",
                  _DAILY, "day", 1.6, _BEGIN, _EARLY),
            Place("aws", "oisst", "sst",  # the same daily files
                  "https://noaa-cdr-sea-surface-temp-optimum-interpolation-pds.s3.amazonaws.com/data/v2.1/avhrr/",
                  _DAILY, "day", 1.6, _BEGIN, _EARLY),
            Place("psl", "oisst", "sst",
                  "https://downloads.psl.noaa.gov/Datasets/noaa.oisst.v2.highres/",
                  _YEARLY, "year", 480.0, _BEGIN, lag=120),
            Place("psl-opendap", "oisst", "sst",
                  "https://psl.noaa.gov/thredds/dodsC/Datasets/noaa.oisst.v2.highres/",
                  _YEARLY, "year", 760.0, _BEGIN, lag=120, opendap=True),
        )
    }
)  # fmt: skip

#: PSL's long-term means by calendar day, for maps and series without a climatology of their own; what one weighs.
LONG_TERM_MEANS: Mapping[str, str] = MappingProxyType(
    {"1991-2020": "sst.day.mean.ltm.1991-2020.nc", "1982-2010": "sst.day.mean.ltm.1982-2010.nc"}
)
MEANS_MEGABYTES = 1400.0


@dataclass(frozen=True, slots=True)
class Item:
    """One download."""

    paths: tuple[str, ...]  # Where it may be, likeliest first: a final file, and a recent day's preliminary one
    first: dt.date  # Days that need it, both included
    last: dt.date
    megabytes: float
    means: bool = False  # Whether it holds long-term means, no days


def items(
    place: Place,
    since: dt.date,
    until: dt.date,
    *,
    today: dt.date,
    done: Collection[dt.date] = (),
    early: Collection[dt.date] = (),
) -> tuple[Item, ...]:
    """
    Downloads that some days still need.

    A preliminary file is never issued again before the final one takes its place, so a day that is held as preliminary
    is left alone until that may have happened, and then its final file alone is asked for.
    """
    ripe = FINAL_FROM if place.per == "day" else FINAL_AFTER + 1
    held = {*done, *(day for day in early if (today - day).days < ripe)}
    first, last = max(since, place.first), min(until, today)
    span = [first + dt.timedelta(days=i) for i in range((last - first).days + 1)]
    missing = [day for day in span if day not in held]
    if place.per == "day":
        return tuple(Item(_day_paths(place, day, today, day in early), day, day, place.megabytes) for day in missing)
    years: dict[int, list[dt.date]] = {}
    for day in missing:
        years.setdefault(day.year, []).append(day)
    return tuple(
        Item((place.pattern.format(year=year),), some[0], some[-1], place.megabytes) for year, some in years.items()
    )


def _day_paths(place: Place, day: dt.date, today: dt.date, held: bool) -> tuple[str, ...]:
    """The final file of a day; of a recent one also the preliminary file, first while it is all there is."""
    final, days = place.pattern.format(day=day), (today - day).days
    if held or not place.early or days > 2 * FINAL_AFTER:
        return (final,)
    early = place.early.format(day=day)
    return (early, final) if days < FINAL_FROM else (final, early)


#: First words of each line of a journal.
FORMAT = "climtrack.journal/1"


def tag(region: Region) -> str:
    """A region's name with the hash of its definition, so that a changed one is computed again."""
    text = f"{region.south!r} {region.north!r} {region.west!r} {region.east!r} {region.outline}"
    return f"{region.name}#{hashlib.sha256(text.encode()).hexdigest()[:8]}"


class Journal:
    """
    The files that one variable, one place and one weighting rule have been reduced from, one line a file.

    Each line is flushed to disk before the downloaded file is deleted, so a finished file is never downloaded twice,
    whenever the run is killed; a line cut short by a kill is ignored. The lines hold every region of the run at full
    precision: the series are made from them.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        whole = path.read_bytes() if path.is_file() else b""
        complete = whole[: whole.rfind(b"\n") + 1]
        self._torn = len(complete) if len(complete) != len(whole) else -1
        self._entries = [entry for entry in map(_entry, complete.splitlines()) if entry is not None]

    def add(self, found: FileMeans, regions: Sequence[Region], *, sha256: str, url: str) -> None:
        """Note a file that was reduced, and flush the note to disk."""
        table = daily.days([found])
        days = [
            [str(date), int(status), [None if np.isnan(v) else v for v in values], coverage]
            for date, status, values, coverage in zip(
                table.dates, table.status, table.values.tolist(), table.coverage.tolist(), strict=True
            )
        ]
        document = {
            "format": FORMAT, "file": url or found.label, "sha256": sha256 or found.sha256, "size": found.size,
            "grid": found.grid, "name": found.name, "regions": [tag(region) for region in regions], "days": days,
        }  # fmt: skip
        line = json.dumps(document, separators=(",", ":"), allow_nan=False).encode() + b"\n"
        if self._torn >= 0:
            # The line that a kill cut short would spoil the next one; whoever only looks leaves it alone.
            with self._path.open("r+b") as file:
                file.truncate(self._torn)
            self._torn = -1
        with self._path.open("ab") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        if (entry := _entry(line)) is not None:
            self._entries.append(entry)

    def dates(self, status: Status, regions: Iterable[Region]) -> frozenset[dt.date]:
        """Days that are final, or preliminary and not final yet, for all of some regions."""
        tags = set(map(tag, regions))
        days = [day for entry in self._entries if tags <= set(entry["regions"]) for day in entry["days"]]
        final = {date for date, flag, *_ in days if flag == Status.FINAL}
        return frozenset(final if status == Status.FINAL else {date for date, *_ in days} - final)

    def table(self, regions: Sequence[Region]) -> Days:
        """Everything noted about some regions: of each day the latest note, but no preliminary one after a final."""
        tags = [tag(region) for region in regions]
        latest: dict[dt.date, tuple[int, list[float], list[float], Any]] = {}
        for entry in self._entries:
            if not set(tags) <= set(entry["regions"]):
                continue
            at = [entry["regions"].index(name) for name in tags]
            for date, status, values, coverage in entry["days"]:
                if date not in latest or latest[date][0] != Status.FINAL or status == Status.FINAL:
                    latest[date] = status, [values[i] for i in at], [coverage[i] for i in at], entry
        dates = sorted(latest)
        rows = [latest[date] for date in dates]
        files = dict.fromkeys((e["file"], e["sha256"], e["days"][0][0].year) for _, _, _, e in rows)
        last = rows[-1][3] if rows else {"grid": "", "name": ""}
        return Days(
            np.array(dates, dtype="datetime64[D]"),
            np.array([row[0] for row in rows], dtype=np.int8),
            np.array([row[1] for row in rows], dtype=np.float64).reshape(len(rows), len(tags)),
            np.array([row[2] for row in rows], dtype=np.float64).reshape(len(rows), len(tags)),
            tuple(files), last["grid"], last["name"],
        )  # fmt: skip


def _entry(line: bytes) -> dict[str, Any] | None:
    """A line of the journal; None for one that is damaged or of another format."""
    try:
        found = json.loads(line)
        days = [
            (
                dt.date.fromisoformat(date),
                Status(status),
                [float("nan") if v is None else float(v) for v in values],
                [float(v) for v in coverage],
            )
            for date, status, values, coverage in found["days"]
        ]
        kept = {name: found[name] for name in ("file", "sha256", "grid", "name", "regions")}
        return kept | {"days": days} if found["format"] == FORMAT and days else None
    except (ValueError, KeyError, TypeError):
        return None


BLOCK = 1 << 18
#: First bytes of a NetCDF file; a web page sent with status 200 begins otherwise.
MAGIC = (b"\x89HDF\r\n\x1a\n", b"CDF\x01", b"CDF\x02", b"CDF\x05")
#: Bytes per second below which a download counts as hanging, after a minute's grace; bytes of the largest file.
SLOWEST, MOST = 20_000.0, 3_000_000_000


@dataclass(frozen=True, slots=True)
class Policy:
    """How a server is asked."""

    user_agent: str  # Names the program, and a contact where there is one
    proxy: str = ""  # Address of a proxy; empty where servers are asked directly
    connect: float = 10.0  # Seconds for a connection
    read: float = 30.0  # Seconds without a byte
    attempts: int = 4
    patience: float = 30.0  # Seconds that a server may ask us to wait


@dataclass(frozen=True, slots=True)
class Received:
    url: str
    path: Path
    sha256: str
    size: int


class Downloader:
    def __init__(self, base: str, policy: Policy, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._base = base if base.endswith("/") else base + "/"
        self._policy, self._sleep = policy, sleep
        self._stopped = False
        self._headers = {"User-Agent": policy.user_agent, "Accept-Encoding": "identity"}
        pool = partial(urllib3.ProxyManager, policy.proxy) if policy.proxy else urllib3.PoolManager
        self._pool = pool(num_pools=2, maxsize=2, retries=False)

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
        host = urlsplit(url).hostname or ""
        problem: object = Notice("grid.server.stopped")
        for attempt in range(self._policy.attempts):
            if self._stopped:
                break
            if attempt:
                self._sleep(min(2.0**attempt, self._policy.patience))
            try:
                outcome = self._attempt(url, part, mark)
            except (HTTPError, OSError) as error:
                if getattr(error, "errno", None) in (errno.ENOSPC, errno.EACCES, errno.EROFS):
                    raise
                problem = notice.network(error, host)
                continue
            if outcome is False:
                return None
            if outcome is True:
                return self._finished(url, part, mark, target)
            problem = outcome
        raise SourceUnavailable("grid.not_given", url=url, host=host, file=target.name, problem=problem)

    def _attempt(self, url: str, part: Path, mark: Path) -> Notice | bool:
        """One request: whether the server has the file, which then is whole, or what went wrong."""
        held = part.stat().st_size if part.is_file() else 0
        etag = mark.read_text() if held and mark.is_file() else ""
        headers = {"Range": f"bytes={held}-", "If-Range": etag} if held and etag else {}
        answer = self._ask("GET", url, headers)
        try:
            if answer.status in (404, 410):
                return False
            if answer.status in (429, 503):
                wait = answer.headers.get("Retry-After", "")
                if wait.isdigit() and 0 < int(wait) <= self._policy.patience:
                    self._sleep(float(wait))
                return Notice("grid.server.later", status=answer.status)
            if answer.status == 416:
                part.unlink(missing_ok=True)
                return Notice("grid.server.no_part")
            if answer.status not in (200, 206):
                return Notice("grid.server.status", status=answer.status)
            continued = answer.status == 206
            if continued and not answer.headers.get("Content-Range", "").startswith(f"bytes {held}-"):
                part.unlink(missing_ok=True)
                return Notice("grid.server.other_part")
            return self._receive(answer, part, mark, held if continued else 0)
        finally:
            answer.close()

    def _receive(self, answer: Any, part: Path, mark: Path, held: int) -> Notice | bool:
        """Bytes of one answer onto the disk."""
        stated = answer.headers.get("Content-Length", "")
        if not stated.isdigit():
            return Notice("grid.server.no_size")
        total = held + int(stated)
        if total > MOST:
            raise SourceChanged("grid.too_large", url=answer.geturl() or "", gigabytes=total / 1e9)
        etag = answer.headers.get("ETag", "") or answer.headers.get("Last-Modified", "")
        if etag and not etag.startswith("W/"):
            mark.write_text(etag)
        begin, size = time.monotonic(), held
        with part.open("ab" if held else "wb") as out:
            for block in answer.stream(BLOCK):
                if not size and not block.startswith(MAGIC):
                    raise SourceChanged("grid.no_netcdf", url=answer.geturl() or "", body=block[:4096])
                size += out.write(block)
                spent = time.monotonic() - begin
                if self._stopped:
                    return Notice("grid.server.stopped")  # the part stays, to be continued
                if size > total:
                    return Notice("grid.server.too_much")
                if spent > 60 and (size - held) / spent < SLOWEST:
                    return Notice("grid.server.slow")
        return size == total or Notice("grid.server.short", size=str(size), total=str(total))

    def _finished(self, url: str, part: Path, mark: Path, target: Path) -> Received:
        """The file under its own name, hashed."""
        with part.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        part.replace(target)
        mark.unlink(missing_ok=True)
        return Received(url, target, sha256, target.stat().st_size)

    def _ask(self, method: str, url: str, headers: dict[str, str]) -> Any:
        """One request, redirected on the same host at most twice."""
        timeout = urllib3.Timeout(connect=self._policy.connect, read=self._policy.read)
        host = urlsplit(url).hostname
        for _ in range(3):
            answer = self._pool.request(
                method, url, headers=self._headers | headers, timeout=timeout, preload_content=False, redirect=False,
                retries=False,
            )  # fmt: skip
            if answer.status not in (301, 302, 307, 308):
                return answer
            there = urljoin(url, answer.headers.get("Location", ""))
            answer.close()
            if urlsplit(there)[:2] != urlsplit(url)[:2]:
                raise SourceUnavailable("grid.redirected", url=url, host=host, address=there[:80])
            url = there
        raise SourceUnavailable("grid.in_circles", url=url, host=host)

    def stop(self) -> None:
        """End what is on its way in other threads at its next block; nothing more is asked for."""
        self._stopped = True

    def close(self) -> None:
        self._pool.clear()

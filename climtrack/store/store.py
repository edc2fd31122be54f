"""
The store: every value ever held, in one SQLite file and a copy of it.

::

    HOME/climtrack.sqlite         every accepted change of every series, what was expected of days to come, the
                                  sources' health, refused answers
         climtrack.copy.sqlite    the same
         climtrack.00000060.20270101T170000000000Z.sqlite   what it held before it was begun anew, with its own copy
         damaged/                 files that were not what was written, set aside

A commit makes the next state in memory and writes each file whole, beside its place and then renamed over it; the
second rename is the commit. So SQLite never meets a disk that is full, read-only or somebody else's, there is no
journal that could be lost or damaged, and a reader holds the state that it opened, whatever others commit.

After 60 changes of a series the file is kept under the number and the time of its last change, and a new one begins
with the whole state of every series: neither writing nor reading slows down with the years. What is asked of the past
is read from the file that ends next after it.

A file ends with the SHA-256 of all that is before it (SQLite ignores what follows its last page). One that fails it is
not used: its copy is, and where both fail, those of their rows that are whole.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
import re
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from climtrack.errors import FetchError, Notice, SeriesNotFound, SourceUnavailable, StoreDamaged, StoreNewer
from climtrack.files import TEMPORARY, disk_error, make_folder, move, remove, write_whole
from climtrack.signals import defer_signals
from climtrack.store.merge import Merged, aligned, merge
from climtrack.vocabulary.findings import Estimate, RevisionNoise
from climtrack.vocabulary.series import Flags, Floats, Series, SeriesKey, Source, Status, trimmed

FILE, COPY, DAMAGED, FORMAT = "climtrack.sqlite", "climtrack.copy.sqlite", "damaged", 2
#: Changes of a series after which a new file begins.
EVERY = 60
STAMP = "%Y%m%dT%H%M%S%fZ"
_ENDED = re.compile(r"(climtrack\.\d{8}\.(\d{8}T\d{12}Z))(\.copy)?\.sqlite", re.ASCII)
#: Of refused answers: how many of a series are kept, and how many bytes of each.
REJECTS, HEAD = 3, 64 * 1024
#: Fewer watched days than this say nothing about the noise, nor does a final value watched for a shorter time.
ENOUGH = 30
#: Days of values between two sets of estimates of a series.
WEEK = 7
_SCHEMA = f"""
CREATE TABLE change (series TEXT, number INTEGER, seen TEXT, digest TEXT, provenance TEXT, source TEXT, site BLOB,
                     days BLOB, state BLOB, sha256 TEXT, UNIQUE (series, number, seen));
CREATE TABLE health (series TEXT PRIMARY KEY, checked TEXT, failing_since TEXT, error TEXT, not_before TEXT);
CREATE TABLE reject (series TEXT, refused TEXT, reason TEXT, url TEXT, sha256 TEXT, size INTEGER, head BLOB,
                     PRIMARY KEY (series, refused));
PRAGMA user_version = {FORMAT};
"""
#: Younger than the first stores of this format: what was expected, what the titles of issues were about (by the day to
#: which they had data), and on which days there were issues.
_YOUNGER = """
CREATE TABLE IF NOT EXISTS estimate (series TEXT, kind TEXT, made TEXT, target TEXT, expected REAL, low REAL, high REAL,
                                     chance REAL, seen TEXT, sha256 TEXT, UNIQUE (series, kind, made, target));
CREATE TABLE IF NOT EXISTS issue (series TEXT, day TEXT, kind TEXT, UNIQUE (series, day));
CREATE TABLE IF NOT EXISTS sent (series TEXT, day TEXT, UNIQUE (series, day));
"""
#: What was said is never overwritten.
_EXPECT = "INSERT OR IGNORE INTO estimate VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_TELL = "INSERT OR REPLACE INTO issue VALUES (?, ?, ?)"
_SEND = "INSERT OR REPLACE INTO sent VALUES (?, ?)"
_REJECT = "INSERT OR REPLACE INTO reject VALUES (?, ?, ?, ?, ?, ?, ?)"
_HEADS = """
SELECT series, number, digest, provenance FROM change JOIN (
    SELECT series, MAX(number) AS number FROM change WHERE ? IS NULL OR seen <= ? GROUP BY series
) USING (series, number)"""
#: Tables of which a new file takes over everything; of what was expected only the newest, so that its time is known.
_OTHERS = "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'change'"
_NEWEST = "WHERE made = (SELECT MAX(made) FROM estimate WHERE series = one.series)"
#: The last change of a series.
_LAST = "SELECT * FROM change WHERE series = ? ORDER BY number DESC LIMIT 1"
#: The last row of a table, and one row of it.
_CHANGES = "SELECT MAX(rowid) FROM change", "SELECT * FROM change WHERE rowid = ?"
_KEPT = "SELECT MAX(rowid) FROM estimate", "SELECT * FROM estimate WHERE rowid = ?"
_MAGIC = b"SQLite format 3\0"
#: What SQLite and the rows of a damaged image may raise.
_BROKEN = (sqlite3.Error, ValueError, TypeError, OverflowError)
Row = Any  # sqlite3.Row of `change`
Days = tuple[npt.NDArray[np.int64], Floats, Flags]  # days (or months) since 1970-01-01, degC, status


@dataclass(frozen=True, slots=True)
class Health:
    """How a series' source has behaved."""

    checked: dt.datetime | None = None  # When it last answered well, with new data or "not modified"
    failing_since: dt.datetime | None = None  # First failure since then; None while it is well
    error: Notice | None = None  # The last failure; None while it is well
    not_before: dt.datetime | None = None  # When the source asked to be asked again


@dataclass(frozen=True, slots=True)
class Version:
    """One accepted change of a series."""

    generation: int  # Number of the commit
    seen: dt.datetime
    days: int
    digest: str  # Hash of the series after it
    source: str


@dataclass(frozen=True, slots=True)
class Known:
    """One value of one day, as long as it was believed."""

    date: dt.date
    value: float | None  # degC; None where an older state was restored in which the day had no value
    status: Status
    seen: dt.datetime  # When it was first seen, in UTC
    replaced: dt.datetime | None  # When another value or status took its place; None for what holds now


class _Base(sqlite3.Connection):
    """A base in memory, which needs nobody to close it."""

    def __del__(self) -> None:
        self.close()


class Store:
    """The only home of series, as of now or as it was known on a day."""

    def __init__(self, home: Path, known_on: dt.date | dt.datetime | None = None) -> None:
        self.home = home
        self._notices: dict[Notice, None] = {}
        self._taken_over = False
        self._read: dict[SeriesKey, tuple[int, str, Series]] = {}  # By number and digest of its last change
        self._whole, self._format = True, FORMAT
        if known_on is not None and not isinstance(known_on, dt.datetime):
            known_on = dt.datetime.combine(known_on, dt.time.max, dt.UTC)
        stamp = f"{known_on.astimezone(dt.UTC):{STAMP}}" if known_on else "Z"
        self._ended = next((path for until, path in self._past() if stamp < until), None)  # Where the base is from
        self._use(self._archived(self._ended) if self._ended else self._load(), known_on)

    def _use(self, base: sqlite3.Connection, known_on: dt.datetime | None = None) -> None:
        """Show the state of a base from here on; its rows are only ever added to, so that numbers name the state."""
        self._base = base
        if known_on is None:
            self._ended = None
        heads = base.execute(_HEADS, (_stamp(known_on), _stamp(known_on))).fetchall()
        self._heads = {SeriesKey.parse(head["series"]): head for head in heads}
        self.generation: int = max((head["number"] for head in heads), default=0)
        self._until = _stamp(known_on)
        health = base.execute("SELECT * FROM health ORDER BY series").fetchall() if known_on is None else ()
        self._health = {
            SeriesKey.parse(key): Health(
                _moment(checked), _moment(since), Notice.from_json(json.loads(error)) if error else None, _moment(until)
            )
            for key, checked, since, error, until in health
        }

    def _past(self) -> list[tuple[str, Path]]:
        """Files of what was known before the present one was begun, oldest first, and the time of their last change."""
        names: list[str] = []
        with suppress(OSError):  # said where the store itself is read
            names = [path.name for path in self.home.iterdir()]
        found = {match[1]: match[2] for match in map(_ENDED.fullmatch, names) if match}
        return [(until, self.home / f"{name}.sqlite") for name, until in sorted(found.items())]

    def _archived(self, path: Path) -> sqlite3.Connection:
        """What such a file holds, or its copy, or what is whole of both."""
        images = []
        for one in (path, _spare(path)):
            image = _content(one)
            if image is not None and _whole(image):
                return _younger(_opened(memoryview(image)[:-32]))
            self._say("past", file=path.name)
            images.append(image)
        return _salvaged(images)

    def _history(self) -> Iterator[sqlite3.Connection]:
        """All that was ever held, oldest first."""
        for _, path in self._past():
            if path == self._ended:
                break
            yield self._archived(path)
        yield self._base

    def keys(self) -> tuple[SeriesKey, ...]:
        """Series that are stored, in alphabetical order."""
        return tuple(sorted(self._heads))

    def __iter__(self) -> Iterator[SeriesKey]:
        return iter(self.keys())

    def __contains__(self, key: object) -> bool:
        return key in self._heads

    def sources(self) -> tuple[SeriesKey, ...]:
        """Series whose source was asked, whether or not it ever gave one."""
        return tuple(self._health)

    def health(self, key: SeriesKey) -> Health:
        """How the source of a series has behaved."""
        return self._health.get(key, Health())

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What was damaged, set aside or repaired."""
        return tuple(self._notices)

    @property
    def snapshot(self) -> str:
        """Name of the state of all values and their provenance, 16 hexadecimal digits; empty for an empty store."""
        lines = sorted(f"{key} {digest} {source}\n" for key, (_, _, digest, source) in self._heads.items())
        return hashlib.sha256("".join(lines).encode()).hexdigest()[:16] if lines else ""

    @property
    def newer(self) -> bool:
        """Whether a newer climtrack wrote it, so that it is only read."""
        return self._format > FORMAT

    def refuse_newer(self) -> None:
        """Make sure that this climtrack may write here."""
        if self.newer:
            raise _newer(self._format)

    def read(self, key: SeriesKey) -> Series:
        if key not in self._heads:
            raise SeriesNotFound("store.nothing", path=self.home, key=str(key))
        _, number, digest, _ = self._heads[key]
        if self._read.get(key, ())[:2] != (number, digest):
            self._read[key] = number, digest, _series(_tail(self._base, key, number))
        return self._read[key][2]

    def versions(self, key: SeriesKey) -> tuple[Version, ...]:
        """Accepted changes of a series, oldest first."""
        rows, changes = self._changes(key)
        return tuple(
            Version(row["number"], _moment(row["seen"]), days.size, row["digest"], _source(row["source"]).url)
            for row, (days, *_) in zip(rows, changes, strict=True)
        )

    def values(self, key: SeriesKey, day: dt.date | None = None) -> Iterator[Known]:
        """Every value ever held, by day and then by time."""
        days, values, status, which, seen = self._moves(key)
        order = np.lexsort((which, days))
        if day is not None:
            order = order[days[order] == key.row(day)]
        held: Known | None = None
        for i in order.tolist():
            date, value = key.date(int(days[i])), None if np.isnan(values[i]) else float(values[i])
            before = held if held and held.date == date else None
            if before and (before.value, before.status) == (value, status[i]):
                continue  # what was read from an older store may repeat what did not change
            if held:
                yield replace(held, replaced=seen[which[i]]) if before else held
            held = Known(date, value, Status(int(status[i])), seen[which[i]], None)
        if held:
            yield held

    def revision_noise(self, key: SeriesKey) -> RevisionNoise | None:
        """
        By how much values of a series still moved after they were first seen.

        Counted are days whose fate was watched: seen as preliminary and final since, or seen as final after the first
        download and at least 30 days before the last.
        """
        days, values, status, which, seen = self._moves(key)
        early = days[which == 0]
        if not early.size:
            return None
        watched = (
            np.isin(days, early[status[which == 0] == Status.PRELIMINARY]) | (days < early[0]) | (days > early[-1])
        )
        kept = (status != Status.MISSING) & watched
        order = np.flatnonzero(kept)[np.lexsort((which[kept], days[kept]))]
        begins = np.flatnonzero(np.diff(days[order], prepend=-(10**9)))
        first, last = order[begins], order[np.append(begins[1:], order.size)[: begins.size] - 1]
        by = seen[-1] - dt.timedelta(days=ENOUGH)
        long = np.array([moment <= by for moment in seen])[which[first]]
        settled = (status[last] == Status.FINAL) & ((status[first] == Status.PRELIMINARY) | long)
        first, last = first[settled], last[settled]
        moves = (values[last] - values[first])[np.argsort(which[first], kind="stable")]
        if moves.size < ENOUGH:
            return None
        size, origin = np.abs(moves), Notice("finding.noise_here", since=seen[0].date())
        begin, end = (key.date(int(day)) for day in (days[first].min(), days[first].max()))
        return RevisionNoise(
            float(size.mean()), float(size.max()), moves.size, origin, float(moves.mean()), float(moves.std(ddof=1)),
            begin, end,
        )  # fmt: skip

    def estimates(self, key: SeriesKey) -> tuple[Estimate, ...]:
        """What was expected of the days to come of a series, as it was first said."""
        query = "SELECT * FROM estimate WHERE series = ? AND (? IS NULL OR seen <= ?) ORDER BY kind, made, target"
        rows: dict[tuple[str, str, str], Row] = {}
        for base in self._history():
            for row in base.execute(query, (str(key), self._until, self._until)):
                rows.setdefault((row["kind"], row["made"], row["target"]), row)
        return tuple(
            Estimate(
                row["kind"], dt.date.fromisoformat(row["made"]), dt.date.fromisoformat(row["target"]), row["expected"],
                row["low"], row["high"], math.nan if row["chance"] is None else row["chance"],
            )
            for _, row in sorted(rows.items())
        )  # fmt: skip

    def told(self, key: SeriesKey, before: dt.date) -> tuple[str, ...]:
        """What the titles of the last four issues before a day were about, oldest first."""
        query = "SELECT kind FROM issue WHERE series = ? AND day < ? ORDER BY day DESC LIMIT 4"
        return tuple(kind for (kind,) in self._base.execute(query, (str(key), before.isoformat())))[::-1]

    def last_issue(self, key: SeriesKey, before: dt.date) -> dt.date | None:
        """Day of the last issue before a day that a series was in."""
        query = "SELECT MAX(day) FROM sent WHERE series = ? AND day < ?"
        ((day,),) = self._base.execute(query, (str(key), before.isoformat()))
        return dt.date.fromisoformat(day) if day else None

    @contextmanager
    def writer(self, now: dt.datetime) -> Iterator[Writer]:
        """Write to the store; on a clean exit everything put becomes the next snapshot, on an exception nothing."""
        self.refuse_newer()
        from climtrack.store.lock import writers_lock  # not for those that only read

        make_folder(self.home)
        with writers_lock(self.home, now):
            for left in self.home.glob(f"{TEMPORARY}[0-9]*"):
                remove(left)
            self._use(self._load())
            self.refuse_newer()
            if self._taken_over:
                self._say("taken_over", file=FILE)
            writer = Writer(self, now)
            yield writer
            writer.commit()

    def _changes(self, key: SeriesKey) -> tuple[list[Row], list[Days]]:
        """Rows of a series, oldest first, and their days."""
        last = self._heads[key]["number"] if key in self._heads else 0
        query = "SELECT * FROM change WHERE series = ? AND number <= ? ORDER BY number"
        found: dict[tuple[int, str], Row] = {}
        for base in self._history():  # the whole state that a file begins with is no change
            for row in base.execute(query, (str(key), last)):
                found.setdefault((row["number"], row["seen"]), row)
        rows = list(found.values())
        return rows, [_unpack(row["days"]) for row in rows]

    def _moves(self, key: SeriesKey) -> tuple[npt.NDArray[np.int64], Floats, Flags, Any, list[dt.datetime]]:
        """Days that changed, their values and status after it, in which change, and when each change was seen."""
        rows, changes = self._changes(key)
        which = np.repeat(np.arange(len(changes)), [days.size for days, *_ in changes])
        return *_joined(changes), which, [_moment(row["seen"]) for row in rows]

    def _load(self) -> sqlite3.Connection:
        """What the file holds, or its copy, or what is whole of both, or what climtrack 0.1.0 stored."""
        main = _content(self.home / FILE)
        self._whole = _whole(main)
        copy = None if self._whole else _content(self.home / COPY)
        images = [image for image in (main, copy) if image is not None]
        self._format = max(FORMAT, min(map(_format, images), default=FORMAT))
        sound = next(filter(_whole, images), None)
        if sound is None and self.newer:
            raise _newer(self._format)
        if not images and not self._past():
            from climtrack.store.takeover import take_over

            self._taken_over = take_over(self.home, base := _opened())
            return _younger(base)
        base = _salvaged(images) if sound is None else _opened(memoryview(sound)[:-32])
        try:
            until = _younger(base).execute("SELECT MAX(seen) FROM change").fetchone()[0]
        except sqlite3.Error as error:  # what was written, but not by this climtrack
            raise _newer(self._format) from error
        if until is None and (past := self._past()):  # as if the newest of them were the present one
            base = self._archived(past[-1][1])
            until = base.execute("SELECT MAX(seen) FROM change").fetchone()[0]
        when = f"{until[:16].replace('T', ' ')} UTC" if until else ""
        if self.newer:
            self._say("newer_read", format=self._format, known=FORMAT)
        elif sound is None:
            self._say("rest" if until else "lost", file=FILE, when=when)
        elif not self._whole:
            self._say("copy" if until else "copy_empty", file=FILE, when=when)
        return base

    def _say(self, name: str, **facts: Any) -> None:
        """Note what was damaged, once."""
        self._notices[Notice(f"store.{name}", **facts)] = None


class Writer:
    """One refresh's changes; made by `Store.writer`, under the lock."""

    def __init__(self, store: Store, now: dt.datetime) -> None:
        self.now = now
        self._store = store
        self._pending: dict[SeriesKey, Series] = {}
        self._health = dict(store._health)
        self._rows: list[tuple[str, tuple[Any, ...]]] = []  # What else is to be written, and how

    def held(self, key: SeriesKey) -> Series | None:
        """What is held now, what was put in this commit included."""
        if key in self._pending:
            return self._pending[key]
        return self._store.read(key) if key in self._store else None

    def put(self, new: Series, *, accept: bool = False, only: frozenset[dt.date] = frozenset()) -> Merged:
        """Merge a series into what is held."""
        merged = merge(self.held(new.key), new, accept=accept, only=only)
        self.replace(merged.series)
        self.confirm(new.key)
        return merged

    def replace(self, series: Series) -> None:
        """Put a series in the place of what is held, such as an earlier state of it; the history keeps both."""
        held = self.held(series.key)
        if held is None or _identity(held) != _identity(series):
            self._pending[series.key] = series

    def due(self, key: SeriesKey, day: dt.date) -> bool:
        """Whether a week of values has come since estimates of a series were last kept."""
        query = "SELECT MAX(made) FROM estimate WHERE series = ?"
        (made,) = self._store._base.execute(query, (str(key),)).fetchone()
        last = dt.date.fromisoformat(made) if made else dt.date.min
        return day - last >= dt.timedelta(days=WEEK)

    def freeze(self, key: SeriesKey, estimates: Iterable[Estimate]) -> None:
        """Keep what is expected as it is now said; what was said before is never overwritten."""
        for one in estimates:
            chance = None if math.isnan(one.chance) else one.chance
            row = (str(key), one.kind, one.made.isoformat(), one.target.isoformat(), one.expected, one.low, one.high,
                   chance, _stamp(self.now))  # fmt: skip
            self._rows.append((_EXPECT, (*row, _hash("", row))))

    def tell(self, key: SeriesKey, day: dt.date, kind: str, issue: dt.date) -> None:
        """Remember what the title of an issue with data to a day was about, and the day of the issue."""
        self._rows.append((_TELL, (str(key), day.isoformat(), kind)))
        self._rows.append((_SEND, (str(key), issue.isoformat())))

    def confirm(self, key: SeriesKey) -> None:
        """Note that the source has answered well, with or without anything new."""
        self._health[key] = Health(checked=self.now)

    def reject(self, key: SeriesKey, error: FetchError) -> None:
        """Note that the source has failed, and keep what it sent."""
        was = self._health.get(key, Health())
        wait = error.retry_after if isinstance(error, SourceUnavailable) else None
        self._health[key] = Health(
            checked=was.checked,
            failing_since=was.failing_since or self.now,
            error=error.notice,
            not_before=None if wait is None else self.now + dt.timedelta(seconds=min(wait, 7 * 86400.0)),
        )
        if error.body:
            sha = hashlib.sha256(error.body).hexdigest()
            row = str(key), _stamp(self.now), str(error), error.url, sha, len(error.body), error.body[:HEAD]
            self._rows.append((_REJECT, tuple(map(_text, row))))

    @defer_signals()
    def commit(self) -> None:
        """
        Make everything put so far the store's next snapshot, at one instant; may be called more than once.

        Ctrl-C waits until it is done, so that what is said of it then is true.
        """
        store, home = self._store, self._store.home
        main, copy = home / FILE, home / COPY
        data, spare = _content(main), _content(copy)
        if store._whole and data == spare:
            if not (self._pending or self._rows or self._health != store._health):
                return
        else:
            for path, found in ((main, data), (copy, spare)):
                if found is not None and not _whole(found):
                    make_folder(home / DAMAGED)
                    move(path, home / DAMAGED / f"{path.name}.{self.now:%Y%m%dT%H%M%SZ}")
                    store._say("set_aside", file=path.name, folder=f"{DAMAGED}/")
        current = store._whole and data == spare and data is not None
        base = _younger(_opened(memoryview(data or b"")[:-32] if current else store._base.serialize()))
        rows = base.execute("SELECT MAX(n) FROM (SELECT COUNT(*) AS n FROM change GROUP BY series)").fetchone()[0]
        if (rows or 0) >= EVERY:
            with suppress(StoreDamaged):  # of a series whose values are not what was put
                base = self._begun_anew(base)
        for key in sorted(self._pending):  # whichever was downloaded first
            held = store.read(key) if key in store else None
            _append(base, self._pending[key], held, store.generation + 1, self.now)
        health = [
            (str(key), _stamp(one.checked), _stamp(one.failing_since), one.error and json.dumps(one.error.to_json()),
             _stamp(one.not_before))
            for key, one in sorted(self._health.items())
        ]  # fmt: skip
        base.executemany("INSERT OR REPLACE INTO health VALUES (?, ?, ?, ?, ?)", health)
        for statement, row in sorted(self._rows, key=lambda one: one[1][:2]):
            base.execute(statement, row)
        base.execute(
            "DELETE FROM reject WHERE (SELECT COUNT(*) FROM reject AS later WHERE later.series = reject.series"
            " AND later.refused > reject.refused) >= ?",
            (REJECTS,),
        )
        base.commit()
        image = _image(base)
        # The one that readers do not use goes first; the other is the commit.
        for path in (copy, main) if store._whole else (main, copy):
            write_whole(path, image)
        self._pending, self._rows, store._whole = {}, [], True
        store._use(base)

    def _begun_anew(self, base: sqlite3.Connection) -> sqlite3.Connection:
        """Keep what a base holds in a file of its own; what the next one begins with."""
        store = self._store
        until = dt.datetime.fromisoformat(base.execute("SELECT MAX(seen) FROM change").fetchone()[0])
        kept = store.home / f"climtrack.{store.generation:08d}.{until:{STAMP}}.sqlite"
        image = _image(base)
        for path in (_spare(kept), kept):
            write_whole(path, image)
        new = _younger(_opened())
        for (table,) in base.execute(_OTHERS).fetchall():
            newest = _NEWEST if table == "estimate" else ""
            for row in base.execute(f"SELECT * FROM {table} AS one {newest}"):  # noqa: S608 - names of our own
                new.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", tuple(row))  # noqa: S608
        for key in store:
            held, last = store.read(key), base.execute(_LAST, (str(key),)).fetchone()
            insert(new, (*tuple(last)[:6], pack_site(held.site_climatology), pack(_difference(None, held)), None), "")
        return new


def _spare(path: Path) -> Path:
    """The copy of a file of what was known before."""
    return path.with_name(f"{path.stem}.copy.sqlite")


def _image(base: sqlite3.Connection) -> bytes:
    """A base as a file holds it."""
    image = base.serialize()
    return image + hashlib.sha256(image).digest()


def _identity(series: Series) -> tuple[str, str]:
    """Hash of the values of a series, and of what it carries beside them."""
    return series.digest, provenance(source_to_json(series.source), series.site_climatology)


def provenance(source: str, site: Mapping[str, Floats]) -> str:
    """Hash of where a series came from and of the provider's climatology rows."""
    sha = hashlib.sha256(source.encode())
    for name, row in site.items():
        sha.update(f"\n{name}\n".encode("utf-8", "surrogatepass") + np.asarray(row, dtype="<f8").tobytes())
    return sha.hexdigest()


def source_to_json(source: Source) -> str:
    """Provenance as one line of JSON."""
    fields = {
        "url": source.url,
        "retrieved": source.retrieved.isoformat(),
        "sha256": source.sha256,
        "data_source": source.data_source,
        "etag": source.etag,
        "last_modified": source.last_modified,
        "simulated": source.simulated,
        "notes": [note.to_json() for note in source.notes],
        "details": dict(source.details),
    }
    return json.dumps(fields, sort_keys=True)


def _source(text: str) -> Source:
    """Provenance from `source_to_json`."""
    fields: dict[str, Any] = json.loads(text)
    retrieved, details = dt.datetime.fromisoformat(fields["retrieved"]), MappingProxyType(fields["details"])
    # 0.1.0 wrote sentences: each stands for itself
    notes = tuple(Notice(note) if isinstance(note, str) else Notice.from_json(note) for note in fields["notes"])
    return Source(**{**fields, "retrieved": retrieved, "notes": notes, "details": details})


def _append(base: sqlite3.Connection, series: Series, held: Series | None, number: int, now: dt.datetime) -> None:
    """Add what a series has that is not held."""
    last = base.execute(_LAST, (str(series.key),)).fetchone()
    alike = held is not None and _alike(held.site_climatology, series.site_climatology)
    head = (str(series.key), number, _stamp(now), *_identity(series), source_to_json(series.source))
    packed = None if alike else pack_site(series.site_climatology)
    insert(base, (*head, packed, pack(_difference(held, series)), None), last["sha256"] if last else "")


def _alike(one: Mapping[str, Floats], other: Mapping[str, Floats]) -> bool:
    """Whether two sets of climatology rows are the same, to the bit."""
    return list(one) == list(other) and all(one[name].tobytes() == other[name].tobytes() for name in one)


def insert(base: sqlite3.Connection, row: tuple[Any, ...], previous: str) -> str:
    """Add a row of `change` and its hash, which covers that of the row before it."""
    sha = _hash(previous, row)
    base.execute("INSERT OR REPLACE INTO change VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, sha))
    return sha


def _hash(previous: str, row: tuple[Any, ...]) -> str:
    sha = hashlib.sha256(previous.encode())
    for field in row:
        data = field if isinstance(field, bytes) else str(field).encode()
        sha.update(b"%d:" % len(data) + data)
    return sha.hexdigest()


def _tail(base: sqlite3.Connection, key: SeriesKey, number: int) -> list[Row]:
    """Rows that add up to a series after a commit, newest first: as far back as one with the whole state."""
    rows: list[Row] = []
    query = "SELECT * FROM change WHERE series = ? AND number <= ? ORDER BY number DESC"
    for row in base.execute(query, (str(key), number)):
        rows.append(row)
        if row["state"] is not None:
            break
    return rows


def _series(tail: list[Row]) -> Series:
    """A series from the rows that add up to it, newest first."""
    last, first = tail[0], tail[-1]
    days, values, status = _joined(
        [_unpack(first["state"] or first["days"]), *(_unpack(r["days"]) for r in tail[-2::-1])]
    )
    start = int(days.min())
    size = int(days.max()) - start + 1
    whole, flags = np.full(size, np.nan), np.zeros(size, dtype=np.int8)
    whole[days - start], flags[days - start] = values, status  # of a day that stands there twice, the last counts
    site = _unpack_site(next(row["site"] for row in tail if row["site"] is not None))
    key, source = SeriesKey.parse(last["series"]), _source(last["source"])
    found = trimmed(key, key.date(start), whole, flags, source, site)
    if found.digest != last["digest"]:
        raise StoreDamaged("store.sum", key=str(key))
    return found


def _difference(held: Series | None, series: Series) -> Days:
    """The days by which a series differs from what was held."""
    start = min(series.first, held.first) if held else series.first
    size = max(one.first + one.values.size for one in (series, held) if one) - start
    values, status = aligned(series, start, size)
    old, was = aligned(held, start, size) if held else (np.full(size, np.nan), np.zeros(size, dtype=np.int8))
    moved = (status != was) | ((values.view(np.int64) != old.view(np.int64)) & (status != Status.MISSING))
    return start + np.flatnonzero(moved), values[moved], status[moved]


def pack(days: Days) -> bytes:
    """Days as the table keeps them."""
    number, values, status = days
    steps = np.diff(number, prepend=0).astype("<i4")
    return zlib.compress(steps.tobytes() + values.astype("<f8").tobytes() + status.astype("<i1").tobytes(), 9)


def _unpack(packed: bytes) -> Days:
    """Days from `pack`."""
    data = zlib.decompress(packed)
    size = len(data) // 13
    steps, values = np.frombuffer(data, "<i4", size), np.frombuffer(data, "<f8", size, 4 * size)
    return np.cumsum(steps, dtype=np.int64), values, np.frombuffer(data, "<i1", size, 12 * size)


def _joined(changes: list[Days]) -> Days:
    """Days of several changes, one after the other."""
    nothing = np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0, dtype=np.int8)
    days, values, status = zip(nothing, *changes, strict=True)
    return np.concatenate(days), np.concatenate(values), np.concatenate(status)


def pack_site(rows: Mapping[str, Floats]) -> bytes:
    """Climatology rows as the table keeps them: their names as JSON, then the numbers."""
    body = b"".join(np.asarray(row, dtype="<f8").tobytes() for row in rows.values())
    return zlib.compress(json.dumps(list(rows)).encode() + b"\n" + body, 9)


def _unpack_site(packed: bytes) -> Mapping[str, Floats]:
    """Climatology rows from `pack_site`."""
    names, _, body = zlib.decompress(packed).partition(b"\n")
    names = json.loads(names)
    rows = np.frombuffer(body, "<f8").reshape(len(names), -1) if names else ()
    return MappingProxyType(dict(zip(names, rows, strict=True)))


def _content(path: Path) -> bytes | None:
    """Content of a file, None where there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except IsADirectoryError:  # somebody put it there: as good as a damaged file
        return b""
    except OSError as error:
        raise disk_error(error, path) from error


def _whole(data: bytes | None) -> bool:
    """Whether a file is what was written."""
    return data is not None and data[:16] == _MAGIC and hashlib.sha256(memoryview(data)[:-32]).digest() == data[-32:]


def _format(data: bytes) -> int:
    """Format that the head of a file names, 0 where it is none of ours."""
    return int.from_bytes(data[60:64], "big") if data[:16] == _MAGIC else 0


def _newer(number: int) -> StoreNewer:
    """Say that a newer climtrack wrote the store."""
    return StoreNewer("store.newer", format=number, known=FORMAT)


def _opened(image: bytes | memoryview = b"") -> sqlite3.Connection:
    """A base in memory, empty or from an image."""
    base = sqlite3.connect(":memory:", check_same_thread=False, factory=_Base)
    base.row_factory = sqlite3.Row
    if image:
        base.deserialize(image)
    else:
        base.executescript(_SCHEMA)
    return base


def _younger(base: sqlite3.Connection) -> sqlite3.Connection:
    """A base with the tables that the first stores of this format had not."""
    base.executescript(_YOUNGER)
    return base


def _salvaged(images: Iterable[bytes | None]) -> sqlite3.Connection:
    """Of two damaged images, every series as far as its rows are whole in one of them, and every whole estimate."""
    rows: dict[tuple[str, int], list[tuple[Any, ...]]] = {}
    base, last = _younger(_opened()), dict[str, str | None]()
    for image in filter(None, images):
        for row in _readable(image, _CHANGES):
            with suppress(*_BROKEN):
                rows.setdefault((str(row[0]), int(row[1])), []).append(row)
        kept = [row for row in _readable(image, _KEPT) if _hash("", row[:-1]) == row[-1]]
        base.executemany(_EXPECT, kept)
    for (series, _), candidates in sorted(rows.items()):
        previous = last.get(series, "")
        whole = (one for one in candidates if previous is not None and _hash(previous, one[:-1]) == one[-1])
        found = next(whole, None)
        last[series] = None if found is None else insert(base, found[:-1], previous or "")
    base.commit()
    return base


def _readable(image: bytes, queries: tuple[str, str]) -> Iterator[tuple[Any, ...]]:
    """Rows of a damaged image that SQLite can still read."""
    last, row = queries
    with suppress(*_BROKEN):
        found = _opened(image)
        for number in range(1, (found.execute(last).fetchone()[0] or 0) + 1):
            with suppress(*_BROKEN):
                yield from map(tuple, found.execute(row, (number,)).fetchall())


def _stamp(moment: Any) -> Any:
    """A moment as text that sorts by time; anything else as it is."""
    return moment.astimezone(dt.UTC).isoformat() if isinstance(moment, dt.datetime) else moment


def _moment(text: str | None) -> Any:
    """A moment from `_stamp`."""
    return None if text is None else dt.datetime.fromisoformat(text)


def _text(value: Any) -> Any:
    """Text that SQLite takes, whatever a source sent; anything else as it is."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value

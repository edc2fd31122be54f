"""
DOOR: the append-only table behind the history.

One SQLite file in write-ahead mode: crash-safe, read by others while it grows. A row is one accepted change of one
series: the days that differ from before (compressed), the provenance, the digest of the series after it, and a hash
over all of that. Rows are kept compressed rather than one per value because a value is then covered by a hash (SQLite
itself does not notice a flipped bit in a number), a state is rebuilt in milliseconds, and a year of daily refreshes of
all series takes a few megabytes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from climtrack.errors import DiskError, SeriesError, StoreDamaged
from climtrack.files import shortened
from climtrack.store import cf
from climtrack.vocabulary.series import Flags, Floats, SeriesKey

FILE, BACKUP = "history.sqlite", "history.backup.sqlite"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS change (
    series TEXT NOT NULL, generation INTEGER NOT NULL, whole INTEGER NOT NULL, seen TEXT NOT NULL,
    days INTEGER NOT NULL, digest TEXT NOT NULL, source TEXT NOT NULL, site_rows TEXT NOT NULL,
    changes BLOB NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (series, generation));
CREATE TABLE IF NOT EXISTS attachment (sha256 TEXT PRIMARY KEY, data BLOB NOT NULL);
"""
_SELECT = """SELECT series, generation, whole, seen, days, digest, source, site_rows, changes, sha256 FROM change
             WHERE series = ? AND generation <= ? ORDER BY generation"""
_ROW = np.dtype([("day", "<i4"), ("value", "<f8"), ("status", "<i1")])
#: No limit: also commits of which no manifest says anything.
EVERYTHING = 2**62
Days = np.ndarray[Any, Any]
Fields = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """One accepted change of a series."""

    generation: int
    seen: dt.datetime
    days: int
    digest: str  # Hash of the series after it
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """A row of the table, unpacked and verified."""

    version: Version
    whole: bool  # True where it is the whole series and not a difference: the first, or what comes before it was lost
    source: str
    site_rows: Mapping[str, str]  # Climatology rows by name: the hash of their attachment
    days: Days
    values: Floats  # degC, shape (days,); NaN where a day lost its value
    status: Flags


class Ledger:
    """The table, up to a commit."""

    def __init__(self, home: Path, generation: int, last: Mapping[SeriesKey, int], name: str = FILE) -> None:
        self.home, self.path = home, home / name
        self.generation, self.last = generation, last

    def series(self) -> tuple[SeriesKey, ...]:
        """Series there are."""
        with self._open() as base:
            found = base.execute(
                "SELECT DISTINCT series FROM change WHERE generation <= ? ORDER BY series", (self.generation,)
            ).fetchall()
        try:
            return tuple(SeriesKey.parse(row[0]) for row in found)
        except (SeriesError, TypeError, AttributeError) as error:  # a flipped bit may also change a column's type
            raise damaged(self.path) from error

    def spare(self) -> Ledger:
        """The copy of the table, up to the same commit."""
        return Ledger(self.home, self.generation, self.last, BACKUP)

    def committed(self) -> str:
        """When its last commit was made, as ISO 8601; empty where there is none."""
        with self._open() as base:
            found = base.execute("SELECT MAX(seen) FROM change WHERE generation <= ?", (self.generation,)).fetchone()
        return str(found[0] or "")

    def changes(self, key: SeriesKey) -> list[Change]:
        """Changes of a series, oldest first; `StoreDamaged` where one is not what was written."""
        with self._open() as base:
            rows = base.execute(_SELECT, (str(key), self.generation)).fetchall()
        found = [_unpacked(row, self.path) for row in rows]
        reached = found[-1].version.generation if found else 0
        begin = next((i for i, change in enumerate(found) if change.whole), len(found))
        if self.last.get(key, reached) > reached or begin == len(found) > 0:
            raise damaged(self.path)
        return found[begin:]  # differences whose beginning was lost tell nothing

    def attachment(self, sha: str) -> bytes:
        """Bytes by their hash; `StoreDamaged` where they are not there."""
        with self._open() as base:
            found = base.execute("SELECT data FROM attachment WHERE sha256 = ?", (sha,)).fetchone()
        if found is None or not isinstance(found[0], bytes) or hashlib.sha256(found[0]).hexdigest() != sha:
            raise damaged(self.path)
        return found[0]

    def insert(self, rows: list[Fields], attachments: Mapping[str, bytes]) -> None:
        """Rows and attachments in one transaction."""
        with self._open(write=True) as base, base:
            base.executemany("INSERT OR IGNORE INTO attachment VALUES (?, ?)", attachments.items())
            base.executemany("INSERT OR REPLACE INTO change VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def forget_uncommitted(self) -> None:
        """Remove rows of a commit that never happened; the writer alone calls this, under the lock."""
        if not self.path.exists():
            return
        with self._open() as base:
            late = base.execute("SELECT 1 FROM change WHERE generation > ?", (self.generation,)).fetchone()
        if late:
            with self._open(write=True) as base, base:
                base.execute("DELETE FROM change WHERE generation > ?", (self.generation,))

    def salvage(self, set_aside: Callable[[Path], None]) -> None:
        """Begin anew with whatever is still whole in the damaged table and in its copy."""
        rows: dict[tuple[str, int], Fields] = {}
        attachments: dict[str, bytes] = {}
        for name in (BACKUP, FILE):
            _collect(self.home / name, self.generation, rows, attachments)
        for name in (FILE, f"{FILE}-wal", f"{FILE}-shm", *(() if rows else (BACKUP,))):
            set_aside(self.home / name)
        self.insert([rows[which] for which in sorted(rows)], attachments)

    def serialised(self) -> bytes:
        """The whole base as one file, for a copy elsewhere."""
        with self._open() as base:
            return base.serialize()

    @contextmanager
    def _open(self, *, write: bool = False) -> Iterator[sqlite3.Connection]:
        """Connection whose failures are ours to explain."""
        try:
            with closing(self._writing() if write else self._reading()) as base:
                yield base
        except sqlite3.Error as error:
            raise self._explained(error) from error

    def _writing(self) -> sqlite3.Connection:
        """The file, made where there is none."""
        base = sqlite3.connect(self.path, timeout=10)
        try:
            base.execute("PRAGMA journal_mode = WAL")
            base.execute("PRAGMA synchronous = FULL")
            base.executescript(_SCHEMA)
        except BaseException:  # an interrupt too must not leave the file open
            base.close()
            raise
        return base

    def _reading(self) -> sqlite3.Connection:
        """The file, without SQLite's side files where the folder is read-only; an empty base where there is none."""
        modes = ("mode=rw", "immutable=1") if self.path.name == FILE else ("immutable=1",)
        for mode in modes if self.path.exists() else ():
            base = sqlite3.connect(f"{self.path.absolute().as_uri()}?{mode}", uri=True, timeout=10)
            try:
                if base.execute("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table'").fetchone()[0] == 2:
                    return base
                base.close()
            except sqlite3.OperationalError:
                base.close()
                if mode == "immutable=1":
                    raise
            except BaseException:  # an interrupt too must not leave the file open
                base.close()
                raise
        if 0 < self.generation < EVERYTHING:  # the manifest knows of commits that are not here
            raise damaged(self.path)
        base = sqlite3.connect(":memory:")
        base.executescript(_SCHEMA)
        return base

    def _explained(self, error: sqlite3.Error) -> DiskError | StoreDamaged:
        """The same failure in our words."""
        name, code = shortened(self.path), getattr(error, "sqlite_errorcode", 0) & 0xFF
        if not code or self.path.is_dir():  # not SQLite's but Python's own complaint: text that is none
            return damaged(self.path)
        if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _full(self.path.parent)):
            what, remedy = f"no room for {name}", "Free some space, then try again"
        elif code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
            what, remedy = f"cannot use {name}: permission denied", "Change its rights, or choose another folder"
        elif code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_MISMATCH):
            return damaged(self.path)
        else:
            what, remedy = f"cannot use {name}: {error}", "Check the disk, then try again"
        return DiskError(f"{what}. Nothing was changed", remedy, path=self.path)


def packed(key: SeriesKey, generation: int, now: dt.datetime, *, whole: bool, fields: Fields, table: Days) -> Fields:
    """Row of the table, with the hash over all of it."""
    changes = zlib.compress(table.tobytes(), 9)
    count = np.count_nonzero(table["status"]) if whole else table.size  # a gap in what came first is no change
    row = (str(key), generation, int(whole), now.isoformat(), int(count), *fields, changes)
    return (*row, _hash(row))


def days_table(days: Days, values: Floats, status: Flags) -> Days:
    """Days as the table keeps them."""
    table = np.zeros(days.size, dtype=_ROW)
    table["day"], table["value"], table["status"] = days, values, status
    return table


def damaged(path: Path) -> StoreDamaged:
    """Say that the history does not hold what was written."""
    return StoreDamaged(f"{shortened(path)} is damaged", "The next refresh repairs it", path=path)


def reached(home: Path) -> int:
    """Last commit that a damaged table or its copy still tells of."""
    found = [0]
    for path in (home / FILE, home / BACKUP):
        if path.is_file():
            with (
                suppress(sqlite3.Error),
                closing(sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)) as base,
            ):
                found += [n for (n,) in base.execute("SELECT MAX(generation) FROM change") if isinstance(n, int)]
    return min(max(found), EVERYTHING >> 2)


def _full(folder: Path) -> bool:
    """Whether the disk has no room for SQLite's side files, which it calls an input/output error."""
    with suppress(OSError):
        return shutil.disk_usage(folder).free < 1 << 17
    return False


def _hash(row: Fields) -> str:
    """Hash over all fields of a row but the last, which is this."""
    *texts, changes = row
    return hashlib.sha256("\n".join(map(str, texts)).encode() + b"\n" + changes).hexdigest()


def _unpacked(row: Fields, path: Path) -> Change:
    """Row of the table, verified."""
    _, generation, whole, seen, days, digest, source, site_rows, changes, sha = row
    try:
        if _hash(row[:-1]) != sha:
            raise ValueError("hash")
        table = np.frombuffer(zlib.decompress(changes), dtype=_ROW)
        version = Version(generation, dt.datetime.fromisoformat(seen), days, digest, cf.source_from_json(source).url)
        return Change(
            version, bool(whole), source, json.loads(site_rows), table["day"], table["value"], table["status"]
        )
    except (ValueError, LookupError, TypeError, AttributeError, zlib.error) as error:
        raise damaged(path) from error


def _collect(path: Path, generation: int, rows: dict[tuple[str, int], Fields], attachments: dict[str, bytes]) -> None:
    """Whatever can still be read of a base and is what was written, row by row."""
    if not path.exists():
        return
    unreadable = (sqlite3.Error, StoreDamaged, TypeError, ValueError, OverflowError)
    with suppress(*unreadable), closing(sqlite3.connect(path, timeout=10)) as base:
        for number in range(1, (base.execute("SELECT MAX(rowid) FROM change").fetchone()[0] or 0) + 1):
            with suppress(*unreadable):
                row = base.execute(
                    "SELECT series, generation, whole, seen, days, digest, source, site_rows, changes, sha256"
                    " FROM change WHERE rowid = ?",
                    (number,),
                ).fetchone()
                if row and _unpacked(row, path).version.generation <= generation:
                    rows[row[0], row[1]] = row
        for number in range(1, (base.execute("SELECT MAX(rowid) FROM attachment").fetchone()[0] or 0) + 1):
            with suppress(*unreadable):
                row = base.execute("SELECT sha256, data FROM attachment WHERE rowid = ?", (number,)).fetchone()
                if row and hashlib.sha256(row[1]).hexdigest() == row[0]:
                    attachments[row[0]] = row[1]

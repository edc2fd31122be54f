"""
DOOR: the store: one CF NetCDF file per series, one manifest that says which.

::

    HOME/manifest.json              the commit point, replaced last
         series/KEY.HASH.nc         named for their content, never changed
         history.sqlite             every value ever held (`History`), and a copy of it, history.backup.sqlite
         rejects/  damaged/         what was refused, and what was set aside

A `Store` is one snapshot: it goes on reading the state it was opened on while a writer commits the next. A file's hash
is checked before a value of it is used; a damaged one is read from the history instead, and said so.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from climtrack.errors import SeriesNotFound, StoreDamaged, StoreError
from climtrack.files import disk_error, make_folder
from climtrack.store import cf, manifest
from climtrack.store.manifest import Entry, Health, Manifest
from climtrack.vocabulary.findings import RevisionNoise
from climtrack.vocabulary.series import Series, SeriesKey

if TYPE_CHECKING:  # what only reads needs neither lock nor SQLite
    from climtrack.store.history import History
    from climtrack.store.writer import Writer


class Store:
    """The only home of series, as of one snapshot."""

    def __init__(self, home: Path, known_on: dt.date | dt.datetime | None = None) -> None:
        self.home = home
        self._notices: dict[str, None] = {}
        self.manifest, self._sound = self._load()
        if self.newer:
            self._notices[f"{manifest.newer(self.manifest.format).what}: it is read and not written."] = None
        if known_on is not None:
            self.manifest = self.history.manifest(known_on)

    @property
    def snapshot(self) -> str:
        """Name of the state of all values, 16 hexadecimal digits; empty for an empty store."""
        return self.manifest.snapshot

    @property
    def committed(self) -> dt.datetime | None:
        """When the last commit was made, in UTC; None for an empty store."""
        return self.manifest.committed

    @property
    def newer(self) -> bool:
        """Whether a newer climtrack wrote it, so that it is only read."""
        return self.manifest.format > manifest.FORMAT

    @property
    def notices(self) -> tuple[str, ...]:
        """What was damaged, set aside or repaired, one line each."""
        return tuple(self._notices)

    @property
    def history(self) -> History:
        """Every value held up to this snapshot; from the copy, with a notice, where the history itself is damaged."""
        from climtrack.store.history import History

        last = {key: entry.generation for key, entry in self.manifest.series.items()}
        return History(self.home, self.manifest.generation, last, self._tell)

    def keys(self) -> tuple[SeriesKey, ...]:
        """Series that are stored, in alphabetical order."""
        return tuple(sorted(self.manifest.series))

    def health(self, key: SeriesKey) -> Health:
        """How the source of a series has behaved."""
        return self.manifest.health.get(key, Health())

    def revision_noise(self, key: SeriesKey) -> RevisionNoise | None:
        """By how much values of a series still moved after they were first seen."""
        entry = self.manifest.series.get(key)
        return entry.noise if entry else None

    def read(self, key: SeriesKey) -> Series:
        """A stored series."""
        entry = self.manifest.series.get(key)
        if entry is None:
            raise SeriesNotFound(f"{key}: nothing stored", "Run `climtrack fetch`", path=self.home)
        return self._series(key, entry)

    @contextmanager
    def writer(self, now: dt.datetime) -> Iterator[Writer]:
        """Write to the store; on a clean exit everything put becomes the next snapshot, on an exception nothing."""
        self.refuse_newer()
        from climtrack.store.lock import writers_lock
        from climtrack.store.writer import Writer

        make_folder(self.home / manifest.FOLDER)
        with writers_lock(self.home, now):
            self.manifest, self._sound = self._load()
            self.refuse_newer()
            writer = Writer(self.home, self.manifest, now, read=self._series, sound=self._sound)
            self._notices |= dict.fromkeys(writer.notices)
            yield writer
            writer.commit()
            self.manifest = writer.manifest

    def refuse_newer(self) -> None:
        """Make sure that this climtrack may write here."""
        if self.newer:
            raise manifest.newer(self.manifest.format)

    def _load(self) -> tuple[Manifest, bool]:
        """Manifest of now, or what the history says it was; and whether it was sound."""
        data = self._content(Path(manifest.FILE))
        try:
            if data is not None:
                return manifest.from_json(data), True
            found = self._remembered()
            if not found.series:
                return found, True
        except StoreDamaged:
            found = self._remembered()
        when = f"{found.committed:%Y-%m-%d %H:%M} UTC" if found.committed else "an empty store"
        if not found.series:
            self._tell(
                "The store's manifest and history are damaged, and no series' file is whole: all is fetched anew."
            )
        elif any(entry.file for entry in found.series.values()):
            self._tell(f"The store's manifest and history are damaged or missing; using the series' files, of {when}.")
        else:
            self._tell(f"The store's manifest is damaged or missing; using the version of {when} from the history.")
        return found, False

    def _remembered(self) -> Manifest:
        """Manifest of now as the history has it, or its copy; where neither can be read, as the series' files say."""
        from climtrack.store.history import History
        from climtrack.store.ledger import BACKUP, FILE, reached

        for name in (FILE, BACKUP):
            with suppress(StoreDamaged):
                if (found := History(self.home, name=name).manifest()).series:
                    return found
        return self._found_in_files(reached(self.home) + 1)

    def _found_in_files(self, generation: int) -> Manifest:
        """Every series with a whole file, the one that came last: a file's name holds its hash."""
        found: dict[SeriesKey, tuple[tuple[dt.datetime, dt.date], Entry]] = {}
        for path in sorted((self.home / manifest.FOLDER).glob("*.nc")):
            data = self._content(Path(manifest.FOLDER) / path.name) or b""
            sha = hashlib.sha256(data).hexdigest()
            if path.name.split(".")[-2] != sha[:12]:
                continue
            with suppress(StoreDamaged):
                series = cf.from_netcdf(data, path.name)
                came = series.source.retrieved, series.end
                if series.key not in found or came > found[series.key][0]:
                    provenance = cf.provenance(series)
                    entry = Entry(path.name, sha, series.digest, provenance, series.end, generation)
                    found[series.key] = came, entry
        if not found:
            return Manifest()
        last = max(came for (came, _), _ in found.values())
        return Manifest(generation, last, MappingProxyType({key: entry for key, (_, entry) in found.items()}))

    def _tell(self, line: str) -> None:
        """Note what was damaged, once."""
        self._notices[line] = None

    def _series(self, key: SeriesKey, entry: Entry) -> Series:
        """Series of an entry, its hash checked before a value is used."""
        if not entry.file:
            return self.history.at(key, entry.generation)
        data = self._content(Path(manifest.FOLDER) / entry.file)
        if data is not None and hashlib.sha256(data).hexdigest() == entry.sha256:
            return cf.from_netcdf(data, entry.file)
        return self._other_copy(key, entry, gone=data is None)

    def _content(self, name: Path) -> bytes | None:
        """Content of a file of the store, None where there is none."""
        try:
            return (self.home / name).read_bytes()
        except FileNotFoundError:
            return None
        except IsADirectoryError:  # somebody put it there: as good as a damaged file
            return b""
        except OSError as error:
            raise disk_error(error, self.home / name) from error

    def _other_copy(self, key: SeriesKey, entry: Entry, *, gone: bool) -> Series:
        """The same state of a series from the history, where its file is damaged or already replaced by a newer one."""
        try:
            series = self.history.at(key, self.manifest.generation)
            if series.digest != entry.digest:
                raise StoreDamaged(f"{key}: the history holds another state")
        except StoreError as error:
            raise StoreDamaged(
                f"{key}: its stored file is damaged and no other copy is left",
                "The next refresh sets it aside and downloads it anew",
                path=self.home / manifest.FOLDER / entry.file,
            ) from error
        if not (gone and self._superseded()):
            self._notices[f"{key}: stored file damaged; using its copy in the history, data to {series.end}."] = None
        return series

    def _superseded(self) -> bool:
        """Whether a newer snapshot has been committed since this one was opened."""
        try:
            return manifest.from_json(self._content(Path(manifest.FILE)) or b"").generation > self.manifest.generation
        except StoreError:
            return False

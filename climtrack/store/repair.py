"""
Repair: what an interrupted or damaged store needs before it is written again; under the lock.

Damaged files are set aside, never deleted, and made anew from the other copy: a series from the history, the history
from its own copy and from the series. Files that no manifest names belong to a refresh that was interrupted.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from climtrack.errors import DiskError, StoreDamaged, StoreError
from climtrack.files import TEMPORARY, disk_error, make_folder, move, remove, write_whole
from climtrack.store import cf, manifest, rejects
from climtrack.store.history import History
from climtrack.store.ledger import BACKUP
from climtrack.store.manifest import Entry, Manifest
from climtrack.vocabulary.series import Series, SeriesKey

DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Repaired:
    """A store fit for writing."""

    manifest: Manifest  # The one given, or one that names the files made anew
    notices: tuple[str, ...]  # What was found and done, one line each


def repair(home: Path, found: Manifest, now: dt.datetime) -> Repaired:
    """Clean, check and mend a store."""
    for folder in (home, home / manifest.FOLDER, home / rejects.FOLDER, home / DAMAGED):
        for left in folder.glob(f"{TEMPORARY}[0-9]*"):
            remove(left)
    notices: list[str] = []
    _check_manifest(home, now, notices)
    if (home / BACKUP).is_dir():
        set_aside(home, home / BACKUP, now)
    series, whole = _check_files(home, found, now, notices)
    _check_history(home, found, series, now, notices)
    mended = found if whole else replace(found, series=MappingProxyType(_entries(home, found, series)))
    remove_unnamed(home, found, mended)
    return Repaired(mended, tuple(notices))


def remove_unnamed(home: Path, *named: Manifest) -> None:
    """Remove series files that none of these manifests names."""
    keep = {entry.file for state in named for entry in state.series.values()}
    for path in (home / manifest.FOLDER).glob("*.nc"):
        if path.name not in keep:
            remove(path)


def set_aside(home: Path, path: Path, now: dt.datetime) -> None:
    """Move a damaged file out of the way."""
    if path.exists():
        make_folder(home / DAMAGED)
        move(path, home / DAMAGED / f"{path.name}.{now:%Y%m%dT%H%M%SZ}")


def _check_manifest(home: Path, now: dt.datetime, notices: list[str]) -> None:
    """Set a damaged manifest aside; the commit writes a sound one."""
    path = home / manifest.FILE
    try:
        if path.exists():
            manifest.from_json(path.read_bytes())
    except (StoreDamaged, IsADirectoryError):
        set_aside(home, path, now)
        notices.append(f"The damaged manifest was set aside in {DAMAGED}/.")
    except OSError as error:
        raise disk_error(error, path) from error


def _check_files(
    home: Path, found: Manifest, now: dt.datetime, notices: list[str]
) -> tuple[dict[SeriesKey, Series | None], bool]:
    """Series whose files are damaged, from the history (None where it has them no more); and whether all are whole."""
    mended: dict[SeriesKey, Series | None] = {}
    for key, entry in found.series.items():
        path = home / manifest.FOLDER / entry.file
        try:
            sound = bool(entry.file) and hashlib.sha256(path.read_bytes()).hexdigest() == entry.sha256
        except (FileNotFoundError, IsADirectoryError):
            sound = False
        except OSError as error:
            raise disk_error(error, path) from error
        if sound:
            continue
        if entry.file:
            set_aside(home, path, now)
        try:
            history = History(home, found.generation, told=lambda _: None)
            mended[key] = _same_state(history.at(key, found.generation), entry)
            if entry.file:
                notices.append(f"{key}: the damaged file was set aside in {DAMAGED}/ and made anew from the history.")
        except DiskError:
            raise
        except StoreError:
            mended[key] = None
            notices.append(f"{key}: its file was damaged, no copy was left; set aside in {DAMAGED}/, fetched anew.")
    return mended, not mended


def _same_state(series: Series, entry: Entry) -> Series:
    """The series, if it is the state that the entry names."""
    if series.digest != entry.digest:
        raise StoreDamaged(f"{series.key}: the history holds another state")
    return series


def _entries(home: Path, found: Manifest, mended: dict[SeriesKey, Series | None]) -> dict[SeriesKey, Entry]:
    """Entries of all series, the mended ones with new files."""
    entries = dict(found.series)
    for key, series in mended.items():
        if series is None:
            del entries[key]
        else:
            entries[key] = written(home, series, entries[key].generation, entries[key])
    return entries


def written(home: Path, series: Series, generation: int, before: Entry | None = None) -> Entry:
    """Write the file of a series under a name of its own."""
    data = cf.to_netcdf(series)
    sha = hashlib.sha256(data).hexdigest()
    name = f"{rejects.file_stem(series.key)}.{sha[:12]}.nc"
    write_whole(home / manifest.FOLDER / name, data)
    return Entry(
        name, sha, series.digest, cf.provenance(series), series.end, generation, before.noise if before else None
    )


def _check_history(
    home: Path, found: Manifest, mended: dict[SeriesKey, Series | None], now: dt.datetime, notices: list[str]
) -> None:
    """Undo an interrupted commit; mend a damaged history from its copy and from the series themselves."""
    base = History(home, found.generation, {key: entry.generation for key, entry in found.series.items()})
    try:
        base.ledger.forget_uncommitted()
        whole = not any(_lacks(base, key, entry.digest) for key, entry in found.series.items())
    except StoreDamaged:
        whole = False
    if whole:
        return
    base.ledger.salvage(lambda path: set_aside(home, path, now))
    states = {key: _current(home, entry) for key, entry in found.series.items() if key not in mended}
    lacking = {key: series for key, series in states.items() if _lacks(base, key, series.digest)}
    base.append(lacking, found.generation, now, anew=True)
    notices.append(f"The damaged history was set aside in {DAMAGED}/ and made anew from its copy and the series.")


def _lacks(base: History, key: SeriesKey, digest: str) -> bool:
    """Whether the history cannot give back this state."""
    try:
        return not base.holds(key, digest)
    except StoreDamaged:
        return True


def _current(home: Path, entry: Entry) -> Series:
    """A series whose file was found whole."""
    path = home / manifest.FOLDER / entry.file
    try:
        return cf.from_netcdf(path.read_bytes(), entry.file)
    except OSError as error:
        raise disk_error(error, path) from error

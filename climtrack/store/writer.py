"""
Writer: merges what has come and commits it at one instant.

The order of a commit: the new files (named for their content, so that nobody reads them yet), the history and its
copy, the manifest (the commit point), then the removal of files that nothing names any more. A kill before the manifest
leaves the old snapshot, one after it the new; what else is lying about is cleaned at the next start.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from climtrack.errors import FetchError, SourceUnavailable, StoreError
from climtrack.files import remove, write_whole
from climtrack.signals import defer_signals
from climtrack.store import cf, manifest, rejects
from climtrack.store.history import History
from climtrack.store.ledger import BACKUP
from climtrack.store.manifest import Entry, Health, Manifest
from climtrack.store.merge import Merged, merge
from climtrack.store.repair import remove_unnamed, repair, written
from climtrack.vocabulary.notice import fitted
from climtrack.vocabulary.series import Series, SeriesKey


class Writer:
    """One refresh's changes; made by `Store.writer`, under the lock."""

    def __init__(
        self, home: Path, found: Manifest, now: dt.datetime, *, read: Callable[[SeriesKey, Entry], Series], sound: bool
    ) -> None:
        self.home, self.now = home, now
        self._read = read
        self._pending: dict[SeriesKey, Series] = {}
        self._health = dict(found.health)
        repaired = repair(home, found, now)
        self.notices = repaired.notices
        self.manifest = self._before = repaired.manifest
        self._dirty = not sound or repaired.manifest is not found

    def held(self, key: SeriesKey) -> Series | None:
        """What is held now, what was put in this commit included."""
        if key in self._pending:
            return self._pending[key]
        entry = self._before.series.get(key)
        return None if entry is None else self._read(key, entry)

    def put(self, new: Series, *, accept: bool = False, only: frozenset[dt.date] = frozenset()) -> Merged:
        """Merge a series into what is held."""
        held = self.held(new.key)
        merged = merge(held, new, accept=accept, only=only)
        if held is None or not _identical(held, merged.series):
            self._pending[new.key] = merged.series
        self.confirm(new.key)
        return merged

    def confirm(self, key: SeriesKey) -> None:
        """Note that the source has answered well, with or without anything new."""
        self._health[key] = Health(checked=self.now)

    def reject(self, key: SeriesKey, error: FetchError, now: dt.datetime) -> None:
        """Note that the source has failed, and keep what it sent."""
        was = self._health.get(key, Health())
        wait = error.retry_after if isinstance(error, SourceUnavailable) else None
        self._health[key] = Health(
            checked=was.checked,
            failing_since=was.failing_since or now,
            error=fitted(str(error)),
            not_before=None if wait is None else now + dt.timedelta(seconds=min(wait, 7 * 86400.0)),
        )
        rejects.keep(self.home, key, error, now)

    def restore(self, key: SeriesKey, generation: int) -> Series:
        """Bring back the state of a series after an earlier commit, as a new commit; the history keeps both."""
        series = History(self.home, self._before.generation).at(key, generation)
        self._pending[key] = series
        return series

    @defer_signals()
    def commit(self) -> None:
        """
        Make everything put so far the store's next snapshot, at one instant; may be called more than once.

        A wish to stop waits until it is done: what is said of it then is true.
        """
        before = self._before
        if before.series and not (self.home / BACKUP).exists():  # somebody took the second copy away
            write_whole(self.home / BACKUP, History(self.home, before.generation).ledger.serialised())
        if not (self._pending or self._dirty or self._health != dict(before.health)):
            return
        entries = dict(self.manifest.series)
        generation = before.generation + bool(self._pending)
        committed = self.now if self._pending else before.committed
        if not (self.home / manifest.FILE).exists():  # else a kill below would look like a lost manifest
            write_whole(self.home / manifest.FILE, manifest.to_json(before))
        try:
            for key, series in self._pending.items():
                entries[key] = written(self.home, series, generation)
            if self._pending:
                History(self.home, before.generation).append(self._pending, generation, self.now)
                history = History(self.home, generation)
                entries |= {key: replace(entries[key], noise=history.revision_noise(key)) for key in self._pending}
                write_whole(self.home / BACKUP, history.ledger.serialised())
            after = Manifest(generation, committed, MappingProxyType(entries), MappingProxyType(dict(self._health)))
            write_whole(self.home / manifest.FILE, manifest.to_json(after))
        except BaseException:  # an interrupt too: what was begun is undone, then it goes on its way
            with suppress(StoreError, OSError):  # else the next start does it
                if manifest.from_json((self.home / manifest.FILE).read_bytes()).generation == before.generation:
                    named = {entry.file for entry in before.series.values()}
                    for entry in entries.values():  # on a full disk they would be in the way of the next try
                        if entry.file and entry.file not in named:
                            remove(self.home / manifest.FOLDER / entry.file)
                    History(self.home, before.generation).ledger.forget_uncommitted()
            raise
        self.manifest = self._before = after
        self._pending, self._dirty = {}, False
        remove_unnamed(self.home, before, after)


def _identical(held: Series, series: Series) -> bool:
    """Whether nothing differs: values, status, provenance, climatology rows."""
    return held.digest == series.digest and cf.provenance(held) == cf.provenance(series)

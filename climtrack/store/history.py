"""
History: every value ever stored, when it was first seen, and what replaced it.

A commit writes here first, then replaces the manifest. Rows of a generation that the manifest does not know belong to a
commit that never happened: nobody reads them and the next writer removes them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from types import MappingProxyType
from typing import Concatenate, ParamSpec, TypeVar

import numpy as np

from climtrack.errors import SeriesError, SeriesNotFound, StoreDamaged
from climtrack.files import shortened
from climtrack.store import cf
from climtrack.store.changes import difference, folded, noise, until
from climtrack.store.ledger import BACKUP, EVERYTHING, FILE, Change, Ledger, Version, damaged, packed
from climtrack.store.manifest import Entry, Manifest
from climtrack.vocabulary.findings import RevisionNoise
from climtrack.vocabulary.series import Series, SeriesKey, Status


@dataclass(frozen=True, slots=True)
class Known:
    """One value of one day, as long as it was believed."""

    date: dt.date
    value: float | None  # degC; None where an older state was restored in which the day had no value
    status: Status
    seen: dt.datetime  # When it was first seen, in UTC
    replaced: dt.datetime | None  # When another value or status took its place; None for what holds now


R = TypeVar("R")
P = ParamSpec("P")


def _from_either(read: Callable[Concatenate[History, P], R]) -> Callable[Concatenate[History, P], R]:
    """A reading that turns to the copy of the history where the history itself is damaged, if this reader may."""

    @wraps(read)
    def tried(self: History, /, *given: P.args, **named: P.kwargs) -> R:
        try:
            return read(self, *given, **named)
        except StoreDamaged as damage:
            if self.told is None or self.ledger.path.name != FILE or not (self.ledger.home / BACKUP).exists():
                raise
            first, self.ledger = self.ledger, self.ledger.spare()
            try:
                found, when = read(self, *given, **named), self.ledger.committed()
            except StoreDamaged:  # the copy too: what is to be named is the history
                self.ledger = first
                raise damage from None
            self.told(
                f"{shortened(first.path)} is damaged; using its copy of {when[:16].replace('T', ' ')} UTC, {BACKUP}."
                " The next refresh repairs it."
            )
            return found

    return tried


class History:
    """What was known of each series, and when."""

    def __init__(
        self,
        home: Path,
        generation: int = EVERYTHING,
        last: Mapping[SeriesKey, int] = MappingProxyType({}),
        told: Callable[[str], None] | None = None,
        name: str = FILE,
    ) -> None:
        self.ledger, self.told = Ledger(home, generation, last, name), told

    def versions(self, key: SeriesKey) -> tuple[Version, ...]:
        """Accepted changes of a series, oldest first."""
        return tuple(change.version for change in self._listed(key))

    @_from_either
    def known_on(self, key: SeriesKey, moment: dt.date | dt.datetime) -> Series:
        """The series as it was known then, value for value."""
        changes = until(self.ledger.changes(key), moment)
        if not changes:
            raise SeriesNotFound(f"{key}: nothing was stored by {moment:%Y-%m-%d}", "Choose a later date")
        return self._state(key, changes)

    @_from_either
    def at(self, key: SeriesKey, generation: int) -> Series:
        """The series after a commit."""
        changes = [change for change in self.ledger.changes(key) if change.version.generation <= generation]
        if not changes:
            raise SeriesNotFound(f"{key}: not in the history at commit {generation}", "Choose a later one")
        return self._state(key, changes)

    def values(self, key: SeriesKey, day: dt.date | None = None) -> Iterator[Known]:
        """Every value ever held, by day and then by time."""
        changes = self._listed(key)
        if not changes:
            return
        days = np.concatenate([c.days for c in changes])
        which = np.repeat(np.arange(len(changes)), [c.days.size for c in changes])
        values, status = np.concatenate([c.values for c in changes]), np.concatenate([c.status for c in changes])
        order = np.lexsort((which, days))
        if day is not None:
            order = order[days[order] == (day - cf.EPOCH).days]
        held: Known | None = None
        for i in order.tolist():
            date, seen = cf.EPOCH + dt.timedelta(days=int(days[i])), changes[which[i]].version.seen
            value = None if np.isnan(values[i]) else float(values[i])
            if held and held.date == date and (held.value, held.status) == (value, status[i]):
                continue  # a series written whole repeats what did not change
            if value is None and not (held and held.date == date):
                continue  # a gap that never had a value
            if held:
                yield replace(held, replaced=seen) if held.date == date else held
            held = Known(date, value, Status(int(status[i])), seen, None)
        if held:
            yield held

    @_from_either
    def revision_noise(self, key: SeriesKey) -> RevisionNoise | None:
        """
        By how much values moved after they were first seen.

        Counted are days whose fate was watched: seen as preliminary and final since, or seen as final after the first
        download and at least 30 days before the last.
        """
        return noise(self.ledger.changes(key))

    @_from_either
    def manifest(self, moment: dt.date | dt.datetime | None = None) -> Manifest:
        """What the manifest said, but for the files and the sources' health."""
        series, seen = {}, []
        for key in self.ledger.series():
            changes = until(self.ledger.changes(key), moment)
            if not changes:
                continue
            last, state = changes[-1].version, self._state(key, changes)
            series[key] = Entry("", "", last.digest, cf.provenance(state), state.end, last.generation, noise(changes))
            seen.append(last.seen)
        generation = max((entry.generation for entry in series.values()), default=0)
        return Manifest(generation, max(seen, default=None), MappingProxyType(series))

    def holds(self, key: SeriesKey, digest: str) -> bool:
        """Whether the last state of a series is this one, and can be rebuilt."""
        changes = self.ledger.changes(key)
        return bool(changes) and self._state(key, changes).digest == digest

    def append(
        self, states: Mapping[SeriesKey, Series], generation: int, now: dt.datetime, *, anew: bool = False
    ) -> None:
        """Add the changes of a commit, all or none; the writer alone calls this, before it replaces the manifest."""
        rows = []
        attachments: dict[str, bytes] = {}
        for key in sorted(states):  # whichever was downloaded first
            series = states[key]
            changes = [] if anew else self.ledger.changes(key)
            blobs = {n: np.asarray(row, dtype="<f8").tobytes() for n, row in series.site_climatology.items()}
            hashes = {name: hashlib.sha256(blob).hexdigest() for name, blob in blobs.items()}
            attachments |= {hashes[name]: blob for name, blob in blobs.items()}
            fields = (series.digest, cf.source_to_json(series.source), json.dumps(hashes))
            table = difference(folded(changes) if changes else None, series)
            rows.append(packed(key, generation, now, whole=not changes, fields=fields, table=table))
        self.ledger.insert(rows, attachments)

    @_from_either
    def _listed(self, key: SeriesKey) -> list[Change]:
        """Changes of a series, oldest first, that add up."""
        changes = self.ledger.changes(key)
        if changes:
            self._state(key, changes)
        return changes

    def _state(self, key: SeriesKey, changes: list[Change]) -> Series:
        """Series after the changes, checked against the digest of that time."""
        last = changes[-1]
        start, values, status = folded(changes)
        try:
            rows = {
                name: np.frombuffer(self.ledger.attachment(sha), dtype="<f8").astype(np.float64)
                for name, sha in last.site_rows.items()
            }
            series = Series(key, start, values, status, cf.source_from_json(last.source), MappingProxyType(rows))
        except SeriesError as error:
            raise damaged(self.ledger.path) from error
        if series.digest != last.version.digest:
            raise damaged(self.ledger.path)
        return series

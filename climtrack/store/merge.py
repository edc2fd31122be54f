"""
Merge: what is held and what has come, day by day.

A held day never disappears, a final value never becomes preliminary again, and a copy that reaches less far than ours
changes nothing that we hold: mirrors and caches serve older copies.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np

from climtrack.errors import SeriesError
from climtrack.vocabulary.series import Flags, Floats, Series, Status


@dataclass(frozen=True, slots=True)
class Revision:
    """A held day whose value changed, degC: what it was and what it is."""

    date: dt.date
    old: float
    new: float
    old_status: Status
    new_status: Status


@dataclass(frozen=True, slots=True, eq=False)
class Merged:
    """A series after new data, and what they changed."""

    series: Series  # Held and new days together
    added: tuple[dt.date, ...]  # Days that had no value before
    revised: tuple[Revision, ...]  # Held days whose value changed, oldest first
    finalised: int  # Preliminary days that became final, whether or not the value moved
    older: bool = False  # True where the new copy reached less far than the held series

    @property
    def changed(self) -> bool:
        """Whether any day differs from before."""
        return bool(self.added or self.revised or self.finalised)

    @property
    def largest(self) -> float:
        """Largest absolute change of a held day in degC, 0 where none moved."""
        return max((abs(r.new - r.old) for r in self.revised), default=0.0)


def merge(held: Series | None, new: Series, *, accept: bool = False, only: frozenset[dt.date] = frozenset()) -> Merged:
    """Held and new days together."""
    if held is not None and held.key != new.key:
        raise SeriesError(f"{new.key} cannot continue {held.key}", "Series of different products are never spliced")
    if held is not None and new.source.simulated and not held.source.simulated:
        raise SeriesError(
            f"{new.key}: simulated days cannot continue real ones", "Keep the sample in a folder of its own"
        )
    if held is None or (held.source.simulated and not new.source.simulated):
        known = new.dates[~np.isnan(new.values)]
        return Merged(new, tuple(known.astype(object)), (), 0)

    start, end = min(held.start, new.start), max(held.end, new.end)
    size = (end - start).days + 1
    (old, was), (came, says) = aligned(held, start, size), aligned(new, start, size)
    older = not (accept and not only) and (new.end < held.end or _final_end(new) < _final_end(held))

    both = (was != Status.MISSING) & (says != Status.MISSING)
    finalised = both & (was == Status.PRELIMINARY) & (says == Status.FINAL)
    reopened = both & (was == Status.FINAL) & (says == Status.PRELIMINARY)
    differs = both & (old != came)
    added = (was == Status.MISSING) & (says != Status.MISSING)
    taken = added | finalised | (differs & ~reopened & (not older))
    if accept:
        named = np.isin(np.datetime64(start, "D") + np.arange(size), [np.datetime64(day, "D") for day in only])
        taken |= (says != Status.MISSING) & (named | (not only))

    values, status = np.where(taken, came, old), np.where(taken, says, was).astype(np.int8)
    moved = np.flatnonzero(taken & differs)
    revised = tuple(
        Revision(
            start + dt.timedelta(days=int(i)), float(old[i]), float(came[i]), Status(int(was[i])), Status(int(says[i]))
        )
        for i in moved
    )
    dates = np.datetime64(start, "D") + np.flatnonzero(added)
    return Merged(
        _joined(held, new, start, values, status, older=older, changed=bool(taken.any())),
        tuple(dates.astype(object)),
        revised,
        int(np.count_nonzero(taken & finalised)),
        older,
    )


def aligned(series: Series, start: dt.date, size: int) -> tuple[Floats, Flags]:
    """Values and status on a longer axis."""
    values, status = np.full(size, np.nan), np.zeros(size, dtype=np.int8)
    first = (series.start - start).days
    values[first : first + series.values.size] = series.values
    status[first : first + series.values.size] = series.status
    return values, status


def _final_end(series: Series) -> dt.date:
    """Last final day; the day before the first where none is final."""
    final = np.flatnonzero(series.status == Status.FINAL)
    return series.start + dt.timedelta(days=int(final[-1]) if final.size else -1)


def _joined(
    held: Series, new: Series, start: dt.date, values: Floats, status: Flags, *, older: bool, changed: bool
) -> Series:
    """Merged days with the provenance of the copy that reaches farther; an older copy's share is noted."""
    source, rows = new.source, new.site_climatology or held.site_climatology
    if older:
        source, rows = held.source, held.site_climatology or new.site_climatology
        if changed:
            note = f"some days are from an older copy, retrieved {new.source.retrieved:%Y-%m-%d}"
            source = replace(source, notes=(*(n for n in source.notes if n != note), note))
    return Series(held.key, start, values, status, source, rows)

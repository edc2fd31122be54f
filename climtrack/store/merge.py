"""
Merge: what is held and what has come, day by day.

A held day never disappears, a final value never becomes preliminary again, and a copy that reaches less far than ours
changes nothing that we hold: mirrors and caches serve older copies.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np

from climtrack.errors import Notice, SeriesError
from climtrack.vocabulary.series import Flags, Floats, Series, Status, trimmed


@dataclass(frozen=True, slots=True, eq=False)
class Merged:
    """A series after new data, and how many of its days they changed."""

    series: Series  # Held and new days together
    added: int  # Days that had no value before
    revised: int = 0  # Held days whose value changed
    finalised: int = 0  # Preliminary days that became final, whether or not the value moved
    largest: float = 0.0  # Largest change of a held day, degC
    older: bool = False  # True where the new copy reached less far than the held series


def merge(held: Series | None, new: Series, *, accept: bool = False, only: frozenset[dt.date] = frozenset()) -> Merged:
    """
    Held and new days together; what a person accepts wins on every day it has, or on some days only.

    Where most values differ they are of another product, and no held day stays beside them.
    """
    if held is not None and held.key != new.key:
        raise SeriesError("store.other_series", new=str(new.key), held=str(held.key))
    if held is not None and new.source.simulated and not held.source.simulated:
        raise SeriesError("store.simulated", key=str(new.key))
    if held is None or (held.source.simulated and not new.source.simulated):
        return Merged(new, int(np.count_nonzero(new.status)))
    start = min(held.first, new.first)
    size = max(held.first + held.values.size, new.first + new.values.size) - start
    (old, was), (came, says) = aligned(held, start, size), aligned(new, start, size)
    older = not (accept and not only) and (new.end < held.end or new.last_final < held.last_final)

    both = (was != Status.MISSING) & (says != Status.MISSING)
    finalised = both & (was == Status.PRELIMINARY) & (says == Status.FINAL)
    reopened = both & (was == Status.FINAL) & (says == Status.PRELIMINARY)
    differs = both & (old != came)
    added = (was == Status.MISSING) & (says != Status.MISSING)
    taken = added | finalised | (differs & ~reopened & (not older))
    if accept:
        named = np.isin(start + np.arange(size), [new.key.row(day) for day in only])
        taken |= (says != Status.MISSING) & (named | (not only))

    source, rows = new.source, new.site_climatology or held.site_climatology
    if older:  # then the provenance is that of the copy that reaches farther, and the other's share is noted
        source, rows = held.source, held.site_climatology or new.site_climatology
        if taken.any():
            note = Notice("store.older_copy", date=f"{new.source.retrieved:%Y-%m-%d}")
            source = replace(source, notes=(*(n for n in source.notes if n != note), note))
    values, status = np.where(taken, came, old), np.where(taken, says, was).astype(np.int8)
    if accept and not only and 2 * np.count_nonzero(differs) > np.count_nonzero(both):
        values, status = came, says
    moves = np.abs(came - old)[taken & differs]
    return Merged(
        trimmed(held.key, held.key.date(start), values, status, source, rows),
        int(np.count_nonzero(added)),
        moves.size,
        int(np.count_nonzero(taken & finalised)),
        float(moves.max(initial=0.0)),
        older,
    )


def aligned(series: Series, start: int, size: int) -> tuple[Floats, Flags]:
    """Values and status on a longer axis, which begins so many days or months after 1970-01-01."""
    values, status = np.full(size, np.nan), np.zeros(size, dtype=np.int8)
    first = series.first - start
    values[first : first + series.values.size] = series.values
    status[first : first + series.values.size] = series.status
    return values, status

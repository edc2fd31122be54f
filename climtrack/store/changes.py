"""Changes of a series: what they add up to, by which a new state differs, and how far values moved through them."""

from __future__ import annotations

import datetime as dt

import numpy as np

from climtrack.errors import Notice
from climtrack.store.cf import EPOCH
from climtrack.store.ledger import Change, Days, days_table
from climtrack.vocabulary.findings import RevisionNoise
from climtrack.vocabulary.series import Flags, Floats, Series, Status

#: Fewer watched days than this say nothing about the noise, nor does a final value watched for a shorter time.
ENOUGH = 30


def folded(changes: list[Change]) -> tuple[dt.date, Floats, Flags]:
    """A series after some changes, in their order."""
    begin = max(i for i, change in enumerate(changes) if change.whole or i == 0)
    used = [change for change in changes[begin:] if change.days.size]
    first = min((int(c.days.min()) for c in used), default=0)
    size = max((int(c.days.max()) for c in used), default=0) - first + 1
    values, status = np.full(size, np.nan), np.zeros(size, dtype=np.int8)
    for change in used:
        values[change.days - first], status[change.days - first] = change.values, change.status
    known = np.flatnonzero(status != Status.MISSING)
    start, stop = (int(known[0]), int(known[-1]) + 1) if known.size else (0, 0)
    return EPOCH + dt.timedelta(days=first + start), values[start:stop], status[start:stop]


def difference(held: tuple[dt.date, Floats, Flags] | None, series: Series) -> Days:
    """The days by which a series differs from what was held."""
    if held is None:
        return _on(series.start, series.values.size, series.start, series.values, series.status)
    start = min(series.start, held[0])
    size = (max(series.end, held[0] + dt.timedelta(days=held[1].size - 1)) - start).days + 1
    now, was = _on(start, size, series.start, series.values, series.status), _on(start, size, *held)
    same = (now["status"] == was["status"]) & (now["value"].copy().view("<i8") == was["value"].copy().view("<i8"))
    changed: Days = now[~(same | ((now["status"] == Status.MISSING) & (was["status"] == Status.MISSING)))]
    return changed


def _on(start: dt.date, size: int, first: dt.date, values: Floats, status: Flags) -> Days:
    """Rows of a series on a longer axis."""
    table = days_table((start - EPOCH).days + np.arange(size), np.full(size, np.nan), np.zeros(size, dtype=np.int8))
    i = (first - start).days
    table["value"][i : i + values.size], table["status"][i : i + values.size] = values, status
    return table


def until(changes: list[Change], moment: dt.date | dt.datetime | None) -> list[Change]:
    """
    Changes as far as the last one seen by then.

    By their order, not each by its time: a clock that was wrong for a while must not tear a state apart.
    """
    if moment is None:
        return changes
    if not isinstance(moment, dt.datetime):
        moment = dt.datetime.combine(moment, dt.time.max, dt.UTC)
    last = max((i for i, change in enumerate(changes) if change.version.seen <= moment), default=-1)
    return changes[: last + 1]


def noise(changes: list[Change]) -> RevisionNoise | None:
    """By how much values moved after they were first seen."""
    if not changes:
        return None
    unwatched = set(changes[0].days[changes[0].status != Status.PRELIMINARY].tolist())
    first: dict[int, tuple[float, int, dt.datetime]] = {}
    last: dict[int, tuple[float, int]] = {}
    for change in changes:
        rows = zip(change.days.tolist(), change.values.tolist(), change.status.tolist(), strict=True)
        for day, value, status in rows:
            if day not in unwatched and status != Status.MISSING:
                first.setdefault(day, (value, status, change.version.seen))
                last[day] = (value, status)
    by = changes[-1].version.seen - dt.timedelta(days=ENOUGH)
    moved = [
        abs(last[day][0] - value)
        for day, (value, status, seen) in first.items()
        if last[day][1] == Status.FINAL and (status == Status.PRELIMINARY or seen <= by)
    ]
    if len(moved) < ENOUGH:
        return None
    since = changes[0].version.seen.date().isoformat()
    return RevisionNoise(sum(moved) / len(moved), max(moved), len(moved), Notice("finding.noise_here", since=since))

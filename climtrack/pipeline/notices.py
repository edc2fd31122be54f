"""One line per cause: what happened, what is used instead with its date, what to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from climtrack.errors import ClimtrackError
from climtrack.vocabulary.series import Series, SeriesKey

#: Days after which the newest value is older than the provider's usual delay; a 304 is then no longer believed.
NORMAL_LAG = {"t2m": 10, "sst": 5}


def newest(series: Iterable[Series]) -> dt.date | None:
    """
    The day that this computer's clock is judged by: the newest that any series has, and none other.

    A series computed from grids may have been old already on the day it was made, which its files' arrival proves; such
    a one counts as of that day.
    """
    days = (
        max(one.end, one.source.retrieved.date()) if one.source.details.get("weights") else one.end for one in series
    )
    return max(days, default=None)


def age(end: dt.date, now: dt.datetime, newest: dt.date | None = None) -> int | None:
    """Days since the newest value."""
    days = (now.date() - max(end, newest or end)).days
    return (now.date() - end).days if 0 <= days <= 3 * 366 else None


def dated(series: Series, now: dt.datetime) -> str:
    """Date and age of the newest value."""
    return span([series.end], now)


def failures(failed: Iterable[tuple[SeriesKey, ClimtrackError, Series | None]], now: dt.datetime) -> tuple[str, ...]:
    """Lines for series that were not updated; the same cause is joined, but never series with data and without."""
    causes: dict[tuple[str, str, bool], list[tuple[str, Series | None]]] = {}
    for key, error, held in failed:
        causes.setdefault((error.what, error.remedy, held is None), []).append((key.label, held))
    return tuple(_failure(what, remedy, hit, now) for (what, remedy, _), hit in causes.items())


def _failure(what: str, remedy: str, hit: Sequence[tuple[str, Series | None]], now: dt.datetime) -> str:
    """One cause: what happened, what is used instead, what to do."""
    kept = [series.end for _, series in hit if series is not None]
    used = f"Using data as of {span(kept, now)}" if kept else "Nothing is stored"
    line = f"{', '.join(name for name, _ in hit)}: not updated: {what}. {used}."
    return f"{line} {remedy}." if remedy else line


def span(ends: Iterable[dt.date], now: dt.datetime) -> str:
    """Dates and ages of the newest values of some series."""
    ends = sorted(set(ends))
    first, last = age(ends[-1], now), age(ends[0], now, ends[-1])
    dates = str(ends[0]) if len(ends) == 1 else f"{ends[0]} to {ends[-1]}"
    if first is None or last is None:
        return dates
    days = f"{first}" if first == last else f"{first} to {last}"
    return f"{dates} ({days} day{'' if days == '1' else 's'} old)"


def overdue(series: Series, now: dt.datetime, newest: dt.date | None = None) -> int:
    """Age of the newest value where it is older than usual."""
    days = age(series.end, now, newest) or 0
    return days if days > NORMAL_LAG.get(series.key.variable, 10) else 0


def stale(series: Sequence[Series], now: dt.datetime, *, beside: Iterable[Series] = ()) -> tuple[str, ...]:
    """Lines for series whose newest value is older than usual, and for a clock that cannot be right."""
    lines = []
    last = newest((*series, *beside))
    if series and last is not None and age(last, now) is None:
        lines.append(f"this computer's clock says {now.date()}; newest data {last}. Ages are not shown.")
    late: dict[tuple[int, int], list[str]] = {}
    for one in series:
        if days := overdue(one, now, last):
            late.setdefault((days, NORMAL_LAG.get(one.key.variable, 10)), []).append(one.key.label)
    for (days, normal), names in late.items():
        lines.append(f"{', '.join(names)}: no new data for {days} days; normal is up to {normal}.")
    return tuple(lines)

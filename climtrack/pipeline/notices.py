"""One line per cause: what happened, what is used instead with its date, what to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from climtrack.errors import ClimtrackError
from climtrack.vocabulary.series import Series, SeriesKey

#: Days after which the newest value is older than the provider's usual delay.
NORMAL_LAG = {"t2m": 10, "sst": 5}


def age(end: dt.date, now: dt.datetime) -> int | None:
    """
    Days since the newest value.

    Parameters
    ----------
    end : date
        Date of the newest value.
    now : datetime
        The time.

    Returns
    -------
    int or None
        None where this computer's clock cannot be right: before the data, or years after them.
    """
    days = (now.date() - end).days
    return days if 0 <= days <= 3 * 366 else None


def dated(series: Series, now: dt.datetime) -> str:
    """
    Date and age of the newest value.

    Parameters
    ----------
    series : Series
        The series.
    now : datetime
        The time.

    Returns
    -------
    str
        ``2026-11-18 (2 days old)``; without the age where the clock cannot be right.
    """
    return span([series.end], now)


def failures(failed: Iterable[tuple[SeriesKey, ClimtrackError, Series | None]], now: dt.datetime) -> tuple[str, ...]:
    """
    Lines for series that were not updated, those with the same cause joined, but never those with data and without.

    Parameters
    ----------
    failed : iterable of (SeriesKey, ClimtrackError, Series or None)
        What failed, why, and what is held.
    now : datetime
        The time.

    Returns
    -------
    tuple of str
        At most 200 characters each.
    """
    causes: dict[tuple[str, str, bool], list[tuple[str, Series | None]]] = {}
    for key, error, held in failed:
        causes.setdefault((error.what, error.remedy, held is None), []).append((key.label, held))
    return tuple(_failure(what, remedy, hit, now) for (what, remedy, _), hit in causes.items())


def _failure(what: str, remedy: str, hit: Sequence[tuple[str, Series | None]], now: dt.datetime) -> str:
    """One cause; the names, then the remedy give way where the line would be too long."""
    kept = [series.end for _, series in hit if series is not None]
    used = f"Using data as of {span(kept, now)}" if kept else "Nothing is stored"
    line = _named([name for name, _ in hit], f"not updated: {what}. {used}.")
    return f"{line} {remedy}." if remedy and len(line) + len(remedy) + 2 <= 200 else line[:200]


def span(ends: Iterable[dt.date], now: dt.datetime) -> str:
    """
    Dates and ages of the newest values of some series.

    Parameters
    ----------
    ends : iterable of date
        Last date of each.
    now : datetime
        The time.

    Returns
    -------
    str
        ``2026-11-17 to 2026-11-18 (2 to 3 days old)``; without the age where the clock cannot be right.
    """
    ends = sorted(set(ends))
    first, last = age(ends[-1], now), age(ends[0], now)
    dates = str(ends[0]) if len(ends) == 1 else f"{ends[0]} to {ends[-1]}"
    if first is None or last is None:
        return dates
    days = f"{first}" if first == last else f"{first} to {last}"
    return f"{dates} ({days} day{'' if days == '1' else 's'} old)"


def _named(names: Sequence[str], text: str) -> str:
    """A line about some series: all by name where that fits, else counted."""
    who = ", ".join(names)
    if len(who) + len(text) > 198:
        who = f"{len(names)} series ({names[0]} …)"
    return f"{who}: {text}"


def stale(series: Sequence[Series], now: dt.datetime) -> tuple[str, ...]:
    """
    Lines for series whose newest value is older than usual, and for a clock that cannot be right.

    Parameters
    ----------
    series : sequence of Series
        What is shown.
    now : datetime
        The time.

    Returns
    -------
    tuple of str
        Empty where all is as usual.
    """
    lines = []
    wrong_clock = [one for one in series if age(one.end, now) is None]
    if wrong_clock:
        newest = max(one.end for one in wrong_clock)
        lines.append(f"this computer's clock says {now.date()}; newest data {newest}. Ages are not shown.")
    late: dict[tuple[int, int], list[str]] = {}
    for one in series:
        days, normal = age(one.end, now), NORMAL_LAG.get(one.key.variable, 10)
        if days is not None and days > normal:
            late.setdefault((days, normal), []).append(one.key.label)
    for (days, normal), names in late.items():
        lines.append(_named(names, f"no new data for {days} days; normal is up to {normal}."))
    return tuple(lines)

"""
Means of steps to days.

A day is the exactly rounded mean of its steps (`math.fsum`), so their order cannot matter, and counts only when all of
its steps are there. Where a day comes twice, the final value replaces the
preliminary one; two different final values are an error, not a choice.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from climtrack.errors import SeriesError
from climtrack.gridded.reduction import FileMeans
from climtrack.vocabulary.counting import counted
from climtrack.vocabulary.series import Floats, Status

DAY = np.timedelta64(86400, "s")
#: Two final values of one step must agree to this, in degC.
SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Day:
    """One day over all regions."""

    date: dt.date
    status: Status  # PRELIMINARY if any of its steps is
    # Means in degC (NaN where the region has no value) and share of the area with a value, one for each region
    values: tuple[float, ...]
    # Means in degC (NaN where the region has no value) and share of the area with a value, one for each region
    coverage: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Days:
    """Complete days of some files, in order, and what was left out."""

    days: tuple[Day, ...]
    notes: tuple[str, ...] = ()  # What was unusual, one sentence each


def days(found: Sequence[FileMeans]) -> Days:
    """Daily means of the steps of some files."""
    times = np.concatenate([f.times for f in found])
    status = np.concatenate([f.status for f in found])
    values = np.concatenate([f.values for f in found])
    coverage = np.concatenate([f.coverage for f in found])
    origin = np.repeat(np.arange(len(found)), [f.times.size for f in found])
    if whole := all(f.daily for f in found):  # NCEI dates a day at its noon, PSL at its midnight
        times = times.astype("datetime64[D]").astype(times.dtype)
    order = np.lexsort((origin, status, times))  # FINAL sorts before PRELIMINARY
    first = np.concatenate(([True], times[order][1:] != times[order][:-1]))
    for i, j in zip(order[:-1][~first[1:]], order[1:][~first[1:]], strict=True):
        if status[i] == status[j] and not np.allclose(values[i], values[j], rtol=0, atol=SAME, equal_nan=True):
            raise SeriesError(
                f"{found[origin[i]].label} and {found[origin[j]].label} differ on {times[i].astype('datetime64[D]')}",
                "Give one of them",
            )
    keep = order[first]
    times, status, values, coverage = times[keep], status[keep], values[keep], coverage[keep]
    steps = _steps_a_day(times, whole)
    dates = times.astype("datetime64[D]")
    result, short = [], []
    starts = np.flatnonzero(np.concatenate(([True], dates[1:] != dates[:-1])))
    for begin, end in zip(starts, [*starts[1:], dates.size], strict=True):
        if end - begin != steps:
            short.append(str(dates[begin]))
            continue
        flag = Status.PRELIMINARY if (status[begin:end] == Status.PRELIMINARY).any() else Status.FINAL
        result.append(
            Day(dates[begin].item(), flag, _means(values[begin:end]), _means(coverage[begin:end]))
        )  # fmt: skip
    notes = [f"{counted(len(short), 'day')} with fewer than {steps} steps left out: {some(short)}"] if short else []
    if steps == 1 and not whole:
        notes.append("the files have one step a day and do not say that it is the mean of the day")
    return Days(tuple(result), tuple(notes))


def _means(rows: Floats) -> tuple[float, ...]:
    """Exactly rounded mean of each column."""
    if len(rows) == 1:
        return tuple(float(v) for v in rows[0])
    return tuple(math.fsum(column) / len(rows) for column in rows.T)


def _steps_a_day(times: np.ndarray[tuple[int], np.dtype[np.datetime64]], daily: bool) -> int:
    """How many steps make a day: from the shortest time between two of them."""
    if daily:
        return 1
    if times.size < 2:
        raise SeriesError(
            "the file holds one step and does not say that it is the mean of a day", "Give all hours of the day"
        )
    gap = np.diff(times).min()
    if gap > DAY or DAY % gap != np.timedelta64(0, "s"):
        raise SeriesError(
            f"steps are {gap / np.timedelta64(3600, 's'):g} hours apart, neither daily nor parts of a day"
        )
    return int(DAY // gap)


def some(dates: Sequence[str]) -> str:
    """The first of many dates."""
    return ", ".join(dates[:3]) + (" …" if len(dates) > 3 else "")

"""Records: warmest day of all, warmest for the date, largest anomaly, kept apart; who holds the calendar."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from climtrack.analysis.climatology import COMMON
from climtrack.analysis.frame import Bools, Frame
from climtrack.analysis.noise import FLOOR, LEVEL, claim
from climtrack.vocabulary.calendar import DAYS, LEAP_DAY
from climtrack.vocabulary.findings import Holder, Reading, Record, Records, Unknown
from climtrack.vocabulary.series import Floats, Status
from climtrack.vocabulary.tables import YearTable

#: Earlier years that a date must have seen before it can set a record; a quarter of that for 29 February.
EARLIER_YEARS = 10


def record_days(table: YearTable, *, earlier: int = EARLIER_YEARS) -> Bools:
    """
    Days warmer than the same day of every earlier year.

    Parameters
    ----------
    table : YearTable
        By date (29 February is compared with leap years only) or by slot.
    earlier : int, default 10
        Earlier years needed; a quarter of that for 29 February.

    Returns
    -------
    array of bool
        Shape (year, 366).
    """
    known = ~np.isnan(table.values)
    best = np.full(table.values.shape, np.nan)
    best[1:] = np.fmax.accumulate(table.values, axis=0)[:-1]
    seen = np.zeros(known.shape, dtype=np.int64)
    seen[1:] = np.cumsum(known, axis=0)[:-1]
    needed = np.full(DAYS, earlier)
    if table.alignment == "date":
        needed[LEAP_DAY - 1] = max(earlier // 4, 1)
    return np.asarray((table.values > best) & (seen >= np.maximum(needed, 1)))


def _record(frame: Frame, values: Floats, at: int, rivals: npt.NDArray[np.int64]) -> Record:
    """Record held by day `at` of daily `values`, among the days `rivals`, which ascend and have values."""
    value = float(values[at])
    below = value - values[rivals]
    below[np.searchsorted(rivals, at)] = np.inf  # it is no rival of its own
    close = rivals[below < max(frame.noise.typical, FLOOR) - 1e-9]
    new_year = np.searchsorted(frame.place, (frame.place[at] // DAYS) * DAYS)
    earlier = int(np.searchsorted(rivals, new_year))
    beaten = int(rivals[np.argmin(below[:earlier])]) if earlier else None
    preliminary = int(frame.series.status[at] == Status.PRELIMINARY)
    return Record(
        date=frame.date_at(at),
        value=value,
        previous=None if beaten is None else _reading(frame, values, beaten),
        margin=np.nan if beaten is None else value - float(values[beaten]),
        claim=claim(float(below.min()), frame.noise, preliminary=preliminary),
        tied_with=tuple(frame.date_at(i) for i in close),
    )


def _reading(frame: Frame, values: Floats, at: int) -> Reading:
    """A day's value."""
    status = "preliminary" if frame.series.status[at] == Status.PRELIMINARY else "final"
    return Reading(frame.date_at(at), float(values[at]), status)


def records(frame: Frame, flags: Bools) -> Records:
    """
    The three records, and the record days of this year.

    Parameters
    ----------
    frame : Frame
        The series.
    flags : array of bool
        Record days, one a day, shape (time,).

    Returns
    -------
    Records
        Each record beats every earlier year of this series; days within the revision noise of it are named, and the
        nearest of them decides the claim.
    """
    values = frame.series.values
    everyday = np.flatnonzero(~np.isnan(values))
    same_date = everyday[frame.place[everyday] % DAYS == frame.column]
    largest: Record | Unknown = Unknown("no baseline is covered")
    if frame.anomalies is not None:
        anomaly = frame.daily(frame.anomalies.values)
        largest = _record(frame, anomaly, int(everyday[np.argmax(anomaly[everyday])]), everyday)
    new_year = int(np.searchsorted(frame.place, frame.row * DAYS))
    this_year = new_year + np.flatnonzero(flags[new_year:])
    return Records(
        warmest_day=_record(frame, values, int(everyday[np.argmax(values[everyday])]), everyday),
        warmest_for_date=_record(frame, values, int(same_date[np.argmax(values[same_date])]), same_date)
        if same_date.size > 1
        else Unknown("no other year has this date"),
        largest_anomaly=largest,
        days=tuple(frame.date_at(i) for i in this_year),
        warm_holders=holders(frame, 1.0),
        cold_holders=holders(frame, -1.0),
    )


def holders(frame: Frame, sign: float) -> tuple[Holder, ...]:
    """
    Years that hold the records of the calendar.

    Parameters
    ----------
    frame : Frame
        The series.
    sign : float
        1 for the highest values, -1 for the lowest.

    Returns
    -------
    tuple of Holder
        Most dates first, then the earlier year; 29 February is left out, and of equals at 0.01 °C the earlier year
        keeps the date.
    """
    values = sign * frame.table.values
    best = np.fmax.reduce(values, axis=0)
    first = np.argmax(values > best - LEVEL + 1e-9, axis=0)
    dates = COMMON[~np.isnan(best[COMMON])]
    count = np.bincount(first[dates], minlength=frame.table.years.size)
    row, column = np.divmod(frame.place[frame.series.preliminary], DAYS)
    unsure = np.bincount(row[(first[column] == row) & (column != LEAP_DAY - 1)], minlength=count.size)
    order = np.argsort(-count, kind="stable")
    return tuple(Holder(int(frame.table.years[i]), int(count[i]), int(unsure[i])) for i in order if count[i])

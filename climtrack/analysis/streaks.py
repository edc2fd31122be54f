"""Runs of days: the ledger of streaks, rebuilt from the data."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from climtrack.analysis.frame import Bools, Frame, frame_of
from climtrack.vocabulary.calendar import DAYS, LEAP_DAY
from climtrack.vocabulary.findings import Run, Streaks
from climtrack.vocabulary.results import Study
from climtrack.vocabulary.series import Floats

MILESTONES = (7, 10, 14, 30, 50, 100, 150, 200, 250, 300, 365, 400, 450, 500)


def runs(flags: Bools) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """
    Where runs of True begin and end.

    Parameters
    ----------
    flags : array of bool
        One a day, shape (time,).

    Returns
    -------
    starts : array of int
        First day of each run.
    stops : array of int
        The day after its last.
    """
    edges = np.diff(np.concatenate([[0], flags.astype(np.int8), [0]]))
    return np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)


def latest_run(frame: Frame, flags: Bools) -> Run | None:
    """Run that includes the latest day."""
    if not flags[-1]:
        return None
    breaks = np.flatnonzero(~flags)
    first = int(breaks[-1]) + 1 if breaks.size else 0
    return Run(frame.date_at(first), frame.day, flags.size - first)


def longest_run(frame: Frame, flags: Bools) -> Run | None:
    """The longest run, the first of equals."""
    starts, stops = runs(flags)
    if not starts.size:
        return None
    i = int(np.argmax(stops - starts))
    return Run(frame.date_at(starts[i]), frame.date_at(stops[i] - 1), int(stops[i] - starts[i]))


def above_year(frame: Frame, year: int) -> Bools:
    """
    Days above the same day of a given year.

    Parameters
    ----------
    frame : Frame
        The series.
    year : int
        The year whose line is the bar.

    Returns
    -------
    array of bool
        One a day, shape (time,); a gap is never above.
    """
    bar = frame.table.row(year)
    leap = LEAP_DAY - 1
    if np.isnan(bar[leap]):
        bar = bar.copy()
        bar[leap] = bar[leap - 1]
    return np.asarray(frame.series.values > bar[frame.place % DAYS])


def run_above(study: Study, year: int) -> Run | None:
    """
    Run of days above the same day of a given year, for instance the one that held the record.

    Parameters
    ----------
    study : Study
        The series.
    year : int
        The year whose line is the bar.

    Returns
    -------
    Run or None
        None unless the latest day lies above it; a gap ends the run.
    """
    frame = frame_of(study)
    return latest_run(frame, above_year(frame, year))


def beside_last_year(frame: Frame) -> Floats:
    """
    Each day minus the same day a year before.

    Parameters
    ----------
    frame : Frame
        The series.

    Returns
    -------
    array of float
        degC, shape (time,); 29 February is compared with 28 February, gaps are NaN.
    """
    before = np.full(frame.table.values.shape, np.nan)
    before[1:] = frame.table.values[:-1]
    leap = LEAP_DAY - 1
    before[:, leap] = np.where(np.isnan(before[:, leap]), before[:, leap - 1], before[:, leap])
    return np.asarray(frame.series.values - frame.daily(before))


def streaks(frame: Frame, flags: Bools) -> Streaks:
    """
    The ledger of runs, rebuilt from the data.

    Parameters
    ----------
    frame : Frame
        The series.
    flags : array of bool
        Record days, one a day, shape (time,).

    Returns
    -------
    Streaks
        Runs go through New Year; a gap ends them.
    """
    running = latest_run(frame, flags)
    gap = beside_last_year(frame)
    above = None
    if frame.anomalies is not None:
        above = latest_run(frame, frame.daily(frame.anomalies.values) > 0)
    ever = np.flatnonzero(flags)
    last = frame.date_at(ever[-1]) if ever.size else None
    return Streaks(
        record_days=running,
        longest_record_days=longest_run(frame, flags),
        above_last_year=latest_run(frame, gap > 0),
        below_last_year=latest_run(frame, gap < 0),
        above_average=above,
        last_record=last,
        days_since_record=None if last is None else (frame.day - last).days,
        next_milestone=None if running is None else next_milestone(running.days),
    )


def next_milestone(days: int) -> int:
    """
    Next round length of a streak.

    Parameters
    ----------
    days : int
        Its length.

    Returns
    -------
    int
        The first milestone above it; whole hundreds past 500.
    """
    return next((m for m in MILESTONES if m > days), (days // 100 + 1) * 100)

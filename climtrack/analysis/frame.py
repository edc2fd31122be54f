"""Frame: one series folded once, so that every question reads the same arrays."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from climtrack.vocabulary.calendar import DAYS
from climtrack.vocabulary.findings import RevisionNoise
from climtrack.vocabulary.regions import Region
from climtrack.vocabulary.results import Climatology, Study
from climtrack.vocabulary.series import Series, Status
from climtrack.vocabulary.tables import YearTable, folded

T = TypeVar("T", bound=np.generic)
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """
    What the questions of one study have in common.

    Parameters
    ----------
    series : Series
        As far as the date asked for.
    region : Region
        Where.
    table : YearTable
        Values by year and day of year.
    place : array of int
        Position of each day of `series` in the flattened table, shape (time,).
    climatology : Climatology or None
        By day of year.
    anomalies : YearTable or None
        `table` minus `climatology`.
    noise : RevisionNoise
        By how much values still move.
    """

    series: Series
    region: Region
    table: YearTable
    place: npt.NDArray[np.int64]
    climatology: Climatology | None
    anomalies: YearTable | None
    noise: RevisionNoise

    @property
    def day(self) -> dt.date:
        """Date of the last value."""
        return self.series.end

    @property
    def column(self) -> int:
        """Column of the last value."""
        return int(self.place[-1]) % DAYS

    @property
    def row(self) -> int:
        """Row of the last value's year: the last one."""
        return self.table.years.size - 1

    def daily(self, values: npt.NDArray[T]) -> npt.NDArray[T]:
        """Anything by (year, day), laid out day after day, shape (time,)."""
        return np.asarray(values.ravel()[self.place])

    def date_at(self, index: int | np.integer[Any]) -> dt.date:
        """Date of a row of the series."""
        return self.series.start + dt.timedelta(days=int(index))

    def preliminary_between(self, first: dt.date, last: dt.date) -> tuple[int, int]:
        """Preliminary days and days with a value in a period."""
        lo, hi = max((first - self.series.start).days, 0), (last - self.series.start).days + 1
        status = self.series.status[lo:hi]
        return int((status == Status.PRELIMINARY).sum()), int((status != Status.MISSING).sum())


def frame_of(study: Study) -> Frame:
    """
    The frame of a finished study, for the questions that come later.

    Parameters
    ----------
    study : Study
        One series on one day.

    Returns
    -------
    Frame
        The same arrays.
    """
    table, place = folded(study.series)
    noise = study.findings.revision_noise
    return Frame(study.series, study.region, table, place, study.climatology, study.anomalies, noise)

"""YearTable: a daily series folded into (year × day of year)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from climtrack.vocabulary import calendar
from climtrack.vocabulary.calendar import DAYS
from climtrack.vocabulary.series import Floats, Series

Alignment = Literal["date", "slot"]


@dataclass(frozen=True, slots=True, eq=False)
class YearTable:
    """One row a year, one column a day."""

    years: npt.NDArray[np.int64]  # Consecutive calendar years, shape (year,)
    values: Floats  # degC, shape (year, 366), NaN where there is no value
    # Column j is day of year j + 1 with 1 March always 61 (``date``), or 1 January + j days (``slot``)
    alignment: Alignment = "date"

    def row(self, year: int) -> Floats:
        i = year - int(self.years[0])
        return self.values[i] if 0 <= i < self.years.size else np.full(DAYS, np.nan)


def year_table(series: Series, alignment: Alignment = "date") -> YearTable:
    """Daily series folded into (year × day)."""
    return folded(series, alignment)[0]


def folded(series: Series, alignment: Alignment = "date") -> tuple[YearTable, calendar.Ints]:
    """Daily series folded into (year × day), with the place of each day."""
    years = np.arange(series.start.year, series.end.year + 1)
    leap = (years % 4 == 0) & ((years % 100 != 0) | (years % 400 == 0))
    exists = np.ones((years.size, DAYS), dtype=bool)
    exists[~leap, calendar.LEAP_DAY - 1 if alignment == "date" else DAYS - 1] = False
    skip = series.start.timetuple().tm_yday - 1
    place = np.flatnonzero(exists)[skip : skip + series.values.size]
    values = np.full(exists.shape, np.nan)
    values.ravel()[place] = series.values
    return YearTable(years, values, alignment), place

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
    """
    One row a year, one column a day.

    Parameters
    ----------
    years : array of int
        Consecutive calendar years, shape (year,).
    values : array of float
        degC, shape (year, 366), NaN where there is no value.
    alignment : {"date", "slot"}
        Column j is day of year j + 1 with 1 March always 61 (``date``), or 1 January + j days (``slot``).
    """

    years: npt.NDArray[np.int64]
    values: Floats
    alignment: Alignment = "date"

    def row(self, year: int) -> Floats:
        """
        One year.

        Parameters
        ----------
        year : int
            Calendar year.

        Returns
        -------
        array of float
            Shape (366,); all NaN for a year outside the table.
        """
        i = year - int(self.years[0])
        return self.values[i] if 0 <= i < self.years.size else np.full(DAYS, np.nan)


def year_table(series: Series, alignment: Alignment = "date") -> YearTable:
    """
    Daily series folded into (year × day).

    Parameters
    ----------
    series : Series
        Daily means in degC, shape (time,).
    alignment : {"date", "slot"}, default "date"
        What a column is.

    Returns
    -------
    YearTable
        degC, shape (year, 366).
    """
    dates = series.dates
    years = calendar.year_of(dates)
    columns = calendar.dayofyear(dates) - 1 if alignment == "date" else calendar.slot(dates)
    values = np.full((int(years[-1] - years[0]) + 1, DAYS), np.nan)
    values[years - years[0], columns] = series.values
    return YearTable(np.arange(years[0], years[-1] + 1), values, alignment)

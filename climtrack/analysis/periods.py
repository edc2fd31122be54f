"""Means, extremes and counts over a stretch of days, straight from the series."""

from __future__ import annotations

import datetime as dt

import numpy as np

from climtrack.analysis.frame import Bools
from climtrack.analysis.records import record_days
from climtrack.errors import AnalysisError
from climtrack.vocabulary import calendar
from climtrack.vocabulary.findings import Reading
from climtrack.vocabulary.series import Floats, Series, Status
from climtrack.vocabulary.tables import Alignment, YearTable, year_table


def between(series: Series, first: dt.date, last: dt.date) -> Floats:
    """
    Values of a stretch of days.

    Parameters
    ----------
    series : Series
        Daily means in degC.
    first, last : date
        Both included.

    Returns
    -------
    array of float
        Shape (day,), NaN where there is no value.
    """
    values = np.full((last - first).days + 1, np.nan)
    lo, hi = max(first, series.start), min(last, series.end)
    if lo <= hi:
        part = series.values[(lo - series.start).days : (hi - series.start).days + 1]
        values[(lo - first).days : (hi - first).days + 1] = part
    return values


def mean(series: Series, first: dt.date, last: dt.date) -> float:
    """
    Mean of a stretch of days.

    Parameters
    ----------
    series : Series
        Daily means in degC.
    first, last : date
        Both included.

    Returns
    -------
    float
        degC.

    Raises
    ------
    AnalysisError
        If more than a tenth of the days have no value.
    """
    values = between(series, first, last)
    known = values[~np.isnan(values)]
    if known.size < 0.9 * values.size:
        raise AnalysisError(f"{series.key} has only {known.size} of the {values.size} days {first} to {last}")
    return float(known.mean())


def month_span(year: int, month: int) -> tuple[dt.date, dt.date]:
    """
    First and last day of a month.

    Parameters
    ----------
    year, month : int
        Which.

    Returns
    -------
    tuple of date
        Both included.
    """
    return dt.date(year, month, 1), dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)


def normal(series: Series, first: dt.date, last: dt.date, years: range) -> float:
    """
    Mean over several years of the same stretch of days, year by year.

    Parameters
    ----------
    series : Series
        Daily means in degC.
    first, last : date
        The stretch; a month or a year keeps its own length in each year.
    years : range
        Years averaged, by the year of `first`.

    Returns
    -------
    float
        degC.
    """
    ends_month = (last + dt.timedelta(days=1)).day == 1
    means = []
    for year in years:
        end = year + last.year - first.year
        stop = month_span(end, last.month)[1] if ends_month else calendar.same_day(last, end)
        means.append(mean(series, calendar.same_day(first, year), stop))
    return float(np.mean(means))


def warmest(series: Series, first: dt.date, last: dt.date) -> Reading:
    """
    Warmest day of a stretch.

    Parameters
    ----------
    series : Series
        Daily means in degC.
    first, last : date
        Both included.

    Returns
    -------
    Reading
        The first of equals.

    Raises
    ------
    AnalysisError
        If no day has a value.
    """
    values = between(series, first, last)
    if np.isnan(values).all():
        raise AnalysisError(f"{series.key} has no value from {first} to {last}")
    day = first + dt.timedelta(days=int(np.nanargmax(values)))
    at = (day - series.start).days
    status = "preliminary" if series.status[at] == Status.PRELIMINARY else "final"
    return Reading(day, float(series.values[at]), status)


def days_above(series: Series, level: float, first: dt.date, last: dt.date) -> int:
    """
    Days above a level.

    Parameters
    ----------
    series : Series
        Daily means in degC.
    level : float
        degC; a day equal to it is not above.
    first, last : date
        Both included.

    Returns
    -------
    int
        A day without a value is not above.
    """
    return int((between(series, first, last) > level).sum())


def record_flags(
    series: Series, *, alignment: Alignment = "date", first_year: int | None = None, earlier: int = 1
) -> Bools:
    """
    Days warmer than the same day of every earlier year.

    Parameters
    ----------
    series : Series
        Daily means in degC.
    alignment : {"date", "slot"}, default "date"
        What the same day is: the calendar date, or the site's slot.
    first_year : int, optional
        Earlier years are not looked at.
    earlier : int, default 1
        Earlier years needed before a day can be a record.

    Returns
    -------
    array of bool
        One a day, shape (time,).
    """
    table = year_table(series, alignment)
    skip = 0 if first_year is None else max(first_year - int(table.years[0]), 0)
    flags = np.zeros(table.values.shape, dtype=bool)
    flags[skip:] = record_days(YearTable(table.years[skip:], table.values[skip:], alignment), earlier=earlier)
    dates = series.dates
    columns = calendar.dayofyear(dates) - 1 if alignment == "date" else calendar.slot(dates)
    return np.asarray(flags[calendar.year_of(dates) - int(table.years[0]), columns])

"""Difference from a climatology; change of baseline."""

from __future__ import annotations

import datetime as dt

import numpy as np

from climtrack.analysis.climatology import COMMON, climatology, rows
from climtrack.errors import BaselineNotCovered
from climtrack.vocabulary import calendar
from climtrack.vocabulary.calendar import DAYS
from climtrack.vocabulary.findings import BaselineAnomaly, Climatology, Spread, Unknown
from climtrack.vocabulary.registry import Baseline
from climtrack.vocabulary.series import Floats, Series, YearTable

#: Days on either side of the date that a percentile looks at: an 11-day window.
WINDOW = 5
SHIFTING_YEARS = 30


def anomalies(table: YearTable, normal: Climatology) -> YearTable:
    """
    Values minus their climatology.

    Parameters
    ----------
    normal : Climatology
        Of the same alignment: ``harmonic`` by date, ``site`` by slot.

    Returns
    -------
    YearTable
        degC (difference), shape (year, 366).

    Raises
    ------
    ValueError
        If one counts by date and the other by slot.
    """
    if table.alignment != ("slot" if normal.method == "site" else "date"):
        raise ValueError(f"a {normal.method} climatology does not fit a table aligned by {table.alignment}")
    return YearTable(table.years, table.values - normal.mean, table.alignment)


def site_anomaly(series: Series, day: dt.date, baseline: Baseline) -> float | None:
    """
    The anomaly as the site shows it.

    Parameters
    ----------
    day : date
        A day with a value.

    Returns
    -------
    float or None
        Value minus the site's own row of that baseline, by slot, where the feed carries the row; else minus our
        ``site`` climatology; None on 31 December of leap years where the row ends a slot early, or where the
        baseline is not covered.
    """
    value = series.value(day)
    if value is None:
        return None
    position = day.timetuple().tm_yday - 1
    row = series.site_climatology.get(str(baseline))
    if row is None:
        try:
            row = climatology(series, baseline, method="site").mean
        except BaselineNotCovered:
            return None
    normal = float(row[position])
    return None if np.isnan(normal) else value - normal


def percentile(window: Floats, value: float) -> float:
    """
    Share of a sample that lies below a value, ties counted half.

    Parameters
    ----------
    window : array of float
        The sample, any shape, gaps as NaN.

    Returns
    -------
    float
        In percent.
    """
    known = window[~np.isnan(window)]
    below = float((known < value).sum()) + 0.5 * float((known == value).sum())
    return 100.0 * below / known.size


def around(values: Floats, column: int) -> Floats:
    """
    The days around one day of year, across years and around New Year.

    Parameters
    ----------
    values : array of float
        Shape (year, 366).

    Returns
    -------
    array of float
        Shape (year, 11).
    """
    return values[:, np.arange(column - WINDOW, column + WINDOW + 1) % DAYS]


def detrended_spread(window: Floats) -> float:
    """
    Standard deviation about the years' own straight line.

    Parameters
    ----------
    window : array of float
        Anomalies, shape (year, day).

    Returns
    -------
    float
        degC, with n - 2 degrees of freedom by year; 0 for fewer than three years.
    """
    known = ~np.isnan(window)
    count = known.sum(axis=0)
    if window.shape[0] < 3 or count.min() < 3:
        window, known = window[:, count >= 3], known[:, count >= 3]
        count = count[count >= 3]
        if not count.size:
            return 0.0
    filled = np.where(known, window, 0.0)
    year = np.where(known, np.arange(window.shape[0])[:, np.newaxis], 0.0)
    dx = np.where(known, year - year.sum(axis=0) / count, 0.0)
    dy = np.where(known, filled - filled.sum(axis=0) / count, 0.0)
    slope = (dx * dy).sum(axis=0) / (dx * dx).sum(axis=0)
    squares = ((dy - slope * dx) ** 2).sum(axis=0)
    return float(np.sqrt((squares / (count - 2)).mean()))


def baseline_anomaly(
    series: Series, table: YearTable, normal: Climatology, *, reference: Climatology | None = None
) -> BaselineAnomaly:
    """
    The last day of a series against one baseline.

    The percentile ranks anomalies, each day of the window against its own normal, so that the season's slope within
    the window does not count.

    Parameters
    ----------
    normal : Climatology
        ``harmonic``, covered by the table; or ``published``, of which no spread and no percentile is known.
    reference : Climatology, optional
        The report's climatology, for the offset between baselines; by default `normal` itself.
    """
    day, value = series.end, float(series.values[-1])
    column = calendar.dayofyear_of(day) - 1
    anomaly = value - float(normal.mean[column])
    spread = float(normal.spread[column])
    detrended, share, site = np.nan, np.nan, None
    if normal.method != "published":  # which has none of the baseline's days
        site = site_anomaly(series, day, normal.baseline)
        window = around(table.values[rows(table, normal.baseline)] - normal.mean, column)
        detrended, share = detrended_spread(window), percentile(window, anomaly)
    base = normal if reference is None else reference
    return BaselineAnomaly(
        value=anomaly,
        normal=float(normal.mean[column]),
        site_value=site,
        spread=spread,
        sigma=anomaly / spread if spread else np.nan,
        sigma_detrended=anomaly / detrended if detrended else np.nan,
        percentile=share,
        offset=float(normal.mean[COMMON].mean() - base.mean[COMMON].mean()),
        spread_detrended=detrended,
    )


def shifting(day: dt.date) -> Baseline:
    """The 30 years before the year of a day."""
    return Baseline(day.year - SHIFTING_YEARS, day.year - 1)


def spread_beside_shifting(
    table: YearTable, day: dt.date, fixed: BaselineAnomaly | None, normal: Climatology | Unknown
) -> Spread | Unknown:
    """
    The day in its distribution on the fixed baseline and on the 30 years before it, of which `normal` tells.

    Unknown where the 30 years before are not covered.
    """
    if fixed is None:
        return Unknown("unknown.no_baseline")
    if isinstance(normal, Unknown):
        return Unknown("unknown.shifting", why=normal)
    column = calendar.dayofyear_of(day) - 1
    value = float(table.row(day.year)[column] - normal.mean[column])
    window = around(table.values[rows(table, normal.baseline)] - normal.mean, column)
    return Spread(fixed.percentile, normal.baseline, value, percentile(window, value))

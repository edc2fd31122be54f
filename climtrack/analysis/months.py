"""NOAA's months of a hemisphere: the last whole one beside its own average, a year before, and all years since 1850."""

from __future__ import annotations

import datetime as dt

import numpy as np

from climtrack.analysis.frame import claim, default_noise
from climtrack.analysis.ranking import mean, rank
from climtrack.errors import AnalysisError
from climtrack.vocabulary.calendar import Ints
from climtrack.vocabulary.findings import DailyMonth, MonthStudy, OtherRank, Rank, Unknown, WholeMonth
from climtrack.vocabulary.registry import BASELINES, PRODUCTS, Baseline, Region
from climtrack.vocabulary.series import Floats, Series, Status


def by_year(months: Series) -> tuple[Ints, Floats]:
    """
    Months folded by year.

    Parameters
    ----------
    months : Series
        Monthly departures in degC.

    Returns
    -------
    years : array of int
        Consecutive calendar years, shape (year,).
    values : array of float
        degC, shape (year, 12), NaN where there is no value.
    """
    first, last = months.start.year, months.end.year
    values = np.full((last - first + 1) * 12, np.nan)
    values[months.start.month - 1 :][: months.values.size] = months.values
    return np.arange(first, last + 1), values.reshape(-1, 12)


def _on_baseline(years: Ints, values: Floats, asked: Baseline) -> tuple[Baseline, Floats]:
    """Departures from the mean of each month over the baseline asked for, or the first named one that is covered."""
    for baseline in (asked, *BASELINES.values()):
        rows = values[(years >= baseline.first) & (years <= baseline.last)]
        if len(rows) == len(baseline.years) and not np.isnan(rows).any():
            return baseline, values - rows.mean(axis=0)
    raise AnalysisError("unknown.no_baseline")


def _place(months: Series, years: Ints, column: Floats, row: int) -> Rank:
    """Place of the last month among the same month of all years."""
    place, of, tied, margin, best = rank(column, years, row)
    return Rank(
        first=months.key.date(months.key.row(months.end)), last=months.end, value=float(column[row]), rank=place,
        of=of, tied=bool(tied), tied_with=tied, margin=margin, best_year=int(years[best]),
        best_value=float(column[best]), claim=claim(0.0 if tied else margin, default_noise(months.key)),
    )  # fmt: skip


def other_rank(months: Series, first: dt.date) -> OtherRank | None:
    """
    Place of one month in a monthly series.

    Parameters
    ----------
    months : Series
        Monthly departures in degC.
    first : date
        First day of the month.

    Returns
    -------
    OtherRank or None
        None where the series does not have the month.
    """
    if months.value(first) is None:
        return None
    years, values = by_year(months)
    place, of, *_ = rank(values[:, first.month - 1], years, first.year - int(years[0]))
    held = years[~np.isnan(values[:, first.month - 1])]
    return OtherRank(PRODUCTS[months.key.product].title, place, of, int(held[0]))


def month_study(
    months: Series,
    region: Region,
    baseline: Baseline,
    *,
    as_of: dt.date | None = None,
    daily: Series | None = None,
    overdue: int = 0,
) -> MonthStudy:
    """
    What is known of a hemisphere's sea from NOAA's months.

    Parameters
    ----------
    months : Series
        Monthly departures in degC from a base period of their own.
    region : Region
        Whose they are.
    baseline : Baseline
        Baseline asked for: a departure from it is the value minus the series' own mean of that month over its years.
    as_of : date, optional
        Nothing later is looked at: a month counts when it is over.
    daily : Series, optional
        The nearest daily series, whose mean of the same days is held beside the month.
    overdue : int, default 0
        Age in days of the newest month where it is older than usual.

    Raises
    ------
    SeriesError
        If the series begins after `as_of`.
    """
    months = months if as_of is None else months.upto(as_of)
    years, values = by_year(months)
    asked, (baseline, anomalies) = baseline, _on_baseline(years, values, baseline)
    first = months.key.date(months.key.row(months.end))
    row, column = first.year - int(years[0]), first.month - 1
    beside = anomalies[:, column]
    last_year = float(np.round(beside[row] - beside[row - 1], 9)) if row else np.nan
    flat = anomalies.ravel()
    at = row * 12 + column
    found = WholeMonth(
        month=first,
        baseline=baseline,
        departure=float(values[row, column]),
        base_period=Baseline.parse(months.source.details["base_period"]),
        anomaly=float(beside[row]),
        year_over_year=Unknown("unknown.year", year=first.year - 1) if np.isnan(last_year) else last_year,
        change=float(flat[at] - flat[at - 1]) if at and not np.isnan(flat[at - 1]) else Unknown("unknown.gaps"),
        rank=_place(months, years, beside, row),
        first=int(years[~np.isnan(beside)][0]),
        nearest=None if daily is None or np.isnan(last_year) else _nearest(daily, first, months.end, last_year),
    )
    return MonthStudy(months, region, as_of or months.end, asked, years, anomalies, found, overdue)


def _nearest(daily: Series, first: dt.date, last: dt.date, change: float) -> DailyMonth | None:
    """The same month of a daily series minus that of a year before; None where it lacks too many of its days."""
    before = first.replace(year=first.year - 1)
    end = (last + dt.timedelta(days=1)).replace(year=last.year - (last.month != 12)) - dt.timedelta(days=1)
    try:
        moved = mean(daily, first, last) - mean(daily, before, end)
    except AnalysisError:
        return None
    days = daily.status[max(daily.index(first) or 0, 0) : (daily.index(last) or 0) + 1]
    preliminary = bool((days == Status.PRELIMINARY.value).any())
    ways = round(change, 2) * round(moved, 2)
    return DailyMonth(daily.key, moved, preliminary=preliminary, differs=bool(ways < 0))

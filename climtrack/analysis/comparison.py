"""One year against another, day by day."""

from __future__ import annotations

import datetime as dt

import numpy as np

from climtrack.analysis.direction import FEWEST, FORTNIGHT
from climtrack.analysis.frame import side
from climtrack.vocabulary import calendar
from climtrack.vocabulary.calendar import LEAP_DAY
from climtrack.vocabulary.findings import Gap, Unknown, YearOverYear
from climtrack.vocabulary.series import Floats, Series, YearTable, year_table


def differences(table: YearTable, year: int, other: int) -> Floats:
    """
    One year minus another, day by day; 29 February is compared with 28 February of a year that lacks it.

    In degC, shape (366,), NaN where either is missing.
    """
    partner = table.row(other)
    leap = LEAP_DAY - 1
    if calendar.date_of(other, LEAP_DAY) is None:
        partner = partner.copy()
        partner[leap] = partner[leap - 1]
    return np.asarray(table.row(year) - partner)


def year_over_year(table: YearTable, day: dt.date, other: int | None = None) -> YearOverYear | Unknown:
    """
    One year against another up to a day, by date (1 March against 1 March); by default the one before.

    Unknown where the other year has no value on that day.
    """
    other = day.year - 1 if other is None else other
    column = calendar.dayofyear_of(day) - 1
    gap = differences(table, day.year, other)[: column + 1]
    if np.isnan(gap[-1]):
        missing = day.year if np.isnan(table.row(day.year)[column]) else other
        return Unknown("unknown.same_day", year=missing)
    day_by_day = gap[table.days(day.year)[: column + 1]]
    run, crossed = _run(table, day.year, other, day_by_day)
    # The last fortnight may reach back over New Year: then last December faces the December before the other year's.
    before = differences(table, day.year - 1, other - 1)[table.days(day.year - 1)]
    last14 = np.concatenate([before, day_by_day])[-FORTNIGHT:]
    few = Unknown("unknown.few_days", n=int(np.count_nonzero(~np.isnan(last14))), days=FORTNIGHT)
    warmest, coldest = (
        Gap(dt.date(day.year, 1, 1) + dt.timedelta(days=int(at)), float(day_by_day[at]))
        for at in (np.nanargmax(day_by_day), np.nanargmin(day_by_day))
    )
    recent, year = side(last14), side(day_by_day)
    return YearOverYear(
        date=day,
        partner=calendar.same_day(day, other),
        other_year=other,
        value=float(table.row(day.year)[column] - gap[-1]),
        difference=float(gap[-1]),
        mean_14d=few if few.facts["n"] < FEWEST else float(np.nanmean(last14)),
        days_above_last_14=int(np.count_nonzero(recent > 0)),
        days_below_last_14=int(np.count_nonzero(recent < 0)),
        days_level_last_14=int(np.count_nonzero(recent == 0)),
        run_length=run,
        last_crossing=day - dt.timedelta(days=run - 1) if crossed else None,
        warmest=warmest,
        coldest=coldest,
        days_warmer=int(np.count_nonzero(year > 0)),
        days_cooler=int(np.count_nonzero(year < 0)),
        days_level=int(np.count_nonzero(year == 0)),
        days_compared=int(np.count_nonzero(~np.isnan(day_by_day))),
        leap_day=column == LEAP_DAY - 1 and calendar.date_of(other, LEAP_DAY) is None,
    )


def _run(table: YearTable, year: int, other: int, gap: Floats) -> tuple[int, bool]:
    """
    Days on the latest one's side of the other line, and whether the line was on the other side before them.

    Beside the year before, the line is one through New Year: last December faces the December before it. A year that
    was named, 2016 for instance, faces `year` alone.
    """
    now, length, last_year = side(gap[-1:]), 0, other == year - 1
    while True:
        breaks = np.flatnonzero(side(gap) != now)
        if breaks.size:
            return length + int(gap.size - 1 - breaks[-1]), not np.isnan(gap[breaks[-1]])
        length += gap.size
        if not last_year:
            return length, False
        year, other = year - 1, other - 1
        gap = differences(table, year, other)[table.days(year)]


def two_years(series: Series, year: int, other: int, *, day: dt.date | None = None) -> YearOverYear | Unknown:
    """
    Any year against any other.

    Parameters
    ----------
    day : date, optional
        Last day looked at; by default the last of `year` that has a value.

    Returns
    -------
    YearOverYear or Unknown
        Unknown where one of them has no value on that day.
    """
    last = min(day or dt.date(year, 12, 31), dt.date(year, 12, 31), series.end)
    if last.year != year or last < series.start:
        return Unknown("unknown.year", year=year)
    known = series.upto(last)
    if known.end.year != year:
        return Unknown("unknown.year", year=year)
    return year_over_year(year_table(known), known.end, other)

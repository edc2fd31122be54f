"""Places by day of year, month, season and year."""

from __future__ import annotations

import datetime as dt

import numpy as np

from climtrack.analysis.frame import Frame
from climtrack.analysis.noise import LEVEL, claim
from climtrack.vocabulary import calendar
from climtrack.vocabulary.calendar import DAYS, LEAP_DAY, Ints
from climtrack.vocabulary.findings import Claim, Rank, Ranks, RevisionNoise, Unknown
from climtrack.vocabulary.regions import Region
from climtrack.vocabulary.series import Floats

#: A year takes part in a period's ranking while it lacks at most this share of the days.
MISSING_SHARE = 0.1
#: First months of the meteorological seasons.
SEASONS = (12, 3, 6, 9)


def rank(values: Floats, years: Ints, row: int) -> tuple[int, int, tuple[int, ...], float, int]:
    """
    Place of one year among all; 1 is warmest.

    Parameters
    ----------
    values : array of float
        One value a year, NaN for years that do not take part, shape (year,).
    years : array of int
        The years, shape (year,).
    row : int
        The year placed.

    Returns
    -------
    place : int
        1 + the years warmer by 0.005 °C or more, so that years that tie share the better place.
    of : int
        Years that take part.
    tied_with : tuple of int
        Other years equal at 0.01 °C (less than 0.005 °C away).
    margin : float
        Above the warmest other year if first (below zero where that one ties), else below the next warmer year that
        does not tie; NaN without another year.
    best : int
        Row of the warmest year.
    """
    difference = np.round(values - values[row], 9)
    warmer = difference >= LEVEL
    others = ~np.isnan(difference)
    others[row] = False
    tied = others & (np.abs(difference) < LEVEL)
    if warmer.any():
        margin = float(difference[warmer].min())
    else:
        margin = float(-difference[others].max()) if others.any() else np.nan
    best = int(np.nanargmax(values))
    return (
        int(warmer.sum()) + 1,
        int(others.sum()) + 1,
        tuple(int(y) for y in years[tied]),
        margin,
        best if difference[best] > 0 else row,
    )


def period_means(values: Floats, row: int, first: int, last: int) -> Floats:
    """
    Mean of the same period of every year.

    Only days that the ranked year knows take part, so that a gap or an unfinished period compares like with like;
    29 February counts in the years that have one.

    Parameters
    ----------
    values : array of float
        Shape (year, day).
    row : int
        The year ranked.
    first, last : int
        Columns, both included.

    Returns
    -------
    array of float
        Shape (year,), NaN for years that lack more than a tenth of the days.
    """
    part = values[:, first : last + 1]
    known = ~np.isnan(part)
    wanted = known[row].copy()
    leap = LEAP_DAY - 1 + (DAYS if first >= DAYS else 0)
    for day in (leap, leap + DAYS):
        if first < day <= last and wanted[day - 1 - first]:
            wanted[day - first] = True
    known &= wanted
    count = known.sum(axis=1)
    means = np.full(values.shape[0], np.nan)
    enough = count >= (1 - MISSING_SHARE) * wanted.sum() - 1e-9
    enough &= count > 0
    means[enough] = np.where(known[enough], part[enough], 0.0).sum(axis=1) / count[enough]
    return means


def _ranked(frame: Frame, values: Floats, row: int, first: dt.date, last: dt.date) -> Rank | Unknown:
    """Rank of a period whose values by year are at hand."""
    if np.isnan(values[row]):
        return Unknown(f"no value between {first} and {last}" if first != last else f"no value on {last}")
    years = frame.table.years
    place, of, tied_with, margin, best = rank(values, years, row)
    if of == 1:
        return Unknown("no other year to compare with")
    preliminary, days = frame.preliminary_between(first, last)
    return Rank(
        first=first,
        last=last,
        value=float(values[row]),
        rank=place,
        of=of,
        tied=bool(tied_with),
        tied_with=tied_with,
        margin=margin,
        best_year=int(years[best]),
        best_value=float(values[best]),
        claim=_claim(values, row, frame.noise, days, preliminary),
    )


def _claim(values: Floats, row: int, noise: RevisionNoise, days: int, preliminary: int) -> Claim:
    """Claim of a place: its nearest rival on either side decides."""
    others = np.delete(values, row)
    nearest = float(np.nanmin(np.abs(others - values[row])))
    return claim(nearest, noise, days=max(days, 1), preliminary=preliminary)


def ranks(frame: Frame) -> Ranks:
    """
    Places of the latest day and of the periods around it.

    Parameters
    ----------
    frame : Frame
        The series.

    Returns
    -------
    Ranks
        Day, month so far, last whole month, season so far and last whole one, year so far, last whole year. A whole
        period ends on or before the latest day.
    """
    day = frame.day
    tomorrow = day + dt.timedelta(days=1)
    month_end = tomorrow.replace(day=1) - dt.timedelta(days=1)
    season_first = season_start(day)
    whole_first = season_start(day) if season_start(tomorrow) != season_first else _season_before(season_first)
    whole_year = day.year if tomorrow.year > day.year else day.year - 1
    day_values = frame.table.values[:, frame.column]
    return Ranks(
        day=_ranked(frame, day_values, frame.row, day, day),
        month_to_date=period_rank(frame, day.replace(day=1), day),
        month=period_rank(frame, month_end.replace(day=1), month_end),
        season=period_rank(frame, whole_first, _season_end(whole_first)),
        season_name=season_name(whole_first.month, frame.region),
        year_to_date=period_rank(frame, dt.date(day.year, 1, 1), day),
        year=period_rank(frame, dt.date(whole_year, 1, 1), dt.date(whole_year, 12, 31)),
        season_to_date=period_rank(frame, season_first, day),
        season_to_date_name=season_name(season_first.month, frame.region),
    )


def period_rank(frame: Frame, first: dt.date, last: dt.date) -> Rank | Unknown:
    """
    Place of a period among the same period of all years.

    Parameters
    ----------
    frame : Frame
        The series.
    first, last : date
        Both included; at most across one New Year, and then named by the later year.

    Returns
    -------
    Rank or Unknown
        Unknown where the series lacks more than a tenth of it.
    """
    row = last.year - int(frame.table.years[0])
    if not 0 <= row <= frame.row:
        return Unknown(f"the series does not reach back to {last}")
    table = frame.table.values
    lo, hi = calendar.dayofyear_of(first) - 1, calendar.dayofyear_of(last) - 1
    if hi == LEAP_DAY - 2 and (last + dt.timedelta(days=1)).month == 3:
        hi += 1  # the whole of February: other years' 29th belongs to it
    if first.year < last.year:
        before = np.vstack([np.full(DAYS, np.nan), table[:-1]])
        table, hi = np.hstack([before, table]), hi + DAYS
    part = table[row, lo : hi + 1]
    expected = (last - first).days + 1
    if (~np.isnan(part)).sum() < (1 - MISSING_SHARE) * expected:
        return Unknown(f"more than a tenth of {first} to {last} is missing")
    return _ranked(frame, period_means(table, row, lo, hi), row, first, last)


def season_start(day: dt.date) -> dt.date:
    """
    First day of the meteorological season that holds a day.

    Parameters
    ----------
    day : date
        The day.

    Returns
    -------
    date
        1 December, March, June or September.
    """
    month = SEASONS[(day.month % 12) // 3]
    return dt.date(day.year - (month == 12 and day.month != 12), month, 1)


def _season_end(first: dt.date) -> dt.date:
    """Last day of the season that begins on a day."""
    return season_start(first + dt.timedelta(days=100)) - dt.timedelta(days=1)


def _season_before(first: dt.date) -> dt.date:
    """First day of the season before."""
    return season_start(first - dt.timedelta(days=1))


def season_name(month: int, region: Region) -> str:
    """
    Name of a season with its hemisphere.

    Parameters
    ----------
    month : int
        Its first month.
    region : Region
        Where.

    Returns
    -------
    str
        ``northern summer``, ``southern winter`` …; ``June–August`` for a region on both sides of the equator.
    """
    at = SEASONS.index(month)
    if region.southern:
        return f"southern {('summer', 'autumn', 'winter', 'spring')[at]}"
    if region.south >= 0:
        return f"northern {('winter', 'spring', 'summer', 'autumn')[at]}"
    return ("December–February", "March–May", "June–August", "September–November")[at]

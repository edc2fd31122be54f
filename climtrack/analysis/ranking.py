"""Places by day of year, month, season and year."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import numpy.typing as npt

from climtrack.analysis.climatology import COMMON
from climtrack.analysis.frame import (
    FLOOR,
    LEVEL,
    Bools,
    Frame,
    claim,
    frame_of,
    last_run,
    least,
    month_span,
    reading,
    runs,
)
from climtrack.errors import AnalysisError
from climtrack.vocabulary import calendar
from climtrack.vocabulary.calendar import DAYS, LEAP_DAY, Ints
from climtrack.vocabulary.findings import (
    Claim,
    Holder,
    Month,
    Rank,
    Ranks,
    Reading,
    Record,
    Records,
    Run,
    Streaks,
    Study,
    Unknown,
)
from climtrack.vocabulary.registry import Region
from climtrack.vocabulary.series import Floats, Series, YearTable, folded

MILESTONES = (7, 10, 14, 30, 50, 100, 150, 200, 250, 300, 365, 400, 450, 500)


def latest_run(frame: Frame, flags: Bools) -> Run | None:
    """Run that includes the latest day."""
    days = last_run(flags)
    return Run(frame.date_at(flags.size - days), frame.day, days) if days else None


def above_year(frame: Frame, year: int) -> Bools:
    """Days above the same day of a given year, shape (time,); a gap is never above."""
    bar = frame.table.row(year)
    leap = LEAP_DAY - 1
    if np.isnan(bar[leap]):
        bar = bar.copy()
        bar[leap] = bar[leap - 1]
    return np.asarray(frame.series.values > bar[frame.place % DAYS])


def run_above(study: Study, year: int) -> Run | None:
    """
    Run of days above the same day of a given year, for instance the one that held the record.

    None unless the latest day lies above it; a gap ends the run.
    """
    frame = frame_of(study)
    return latest_run(frame, above_year(frame, year))


def beside_last_year(frame: Frame) -> Floats:
    """
    Each day minus the same day a year before.

    In degC, shape (time,); 29 February is compared with 28 February, gaps are NaN.
    """
    before = np.full(frame.table.values.shape, np.nan)
    before[1:] = frame.table.values[:-1]
    leap = LEAP_DAY - 1
    before[:, leap] = np.where(np.isnan(before[:, leap]), before[:, leap - 1], before[:, leap])
    return np.asarray(frame.series.values - frame.daily(before))


def streaks(frame: Frame, ahead: Floats, longest: Run | None) -> Streaks:
    """
    Runs, rebuilt from the data: they go through New Year, and a gap ends them.

    Parameters
    ----------
    ahead : array of float
        As `lead` gives it.
    longest : Run or None
        Longest run of record days.
    """
    running = latest_run(frame, frame.daily(unbeaten(ahead)))
    beside = beside_last_year(frame)
    ever = np.flatnonzero(frame.daily(record_days(ahead)))
    last = frame.date_at(ever[-1]) if ever.size else None
    return Streaks(
        record_days=running,
        longest_record_days=longest,
        above_last_year=latest_run(frame, beside > LEVEL - 1e-9),
        below_last_year=latest_run(frame, beside < -LEVEL + 1e-9),
        above_average=None if frame.anomaly is None else latest_run(frame, frame.anomaly > 0),
        last_record=last,
        days_since_record=None if last is None else (frame.day - last).days,
        next_milestone=None if running is None else next_milestone(running.days),
    )


def next_milestone(days: int) -> int:
    """The first milestone above the length of a streak; whole hundreds past 500."""
    return next((m for m in MILESTONES if m > days), (days // 100 + 1) * 100)


#: Earlier years that a date must have seen before it can set a record; a quarter of that for 29 February.
EARLIER_YEARS = 10
#: Record runs that are remembered.
LEDGER = 5


def lead(table: YearTable, *, earlier: int = EARLIER_YEARS) -> Floats:
    """
    By how much each day is warmer than the same day of every earlier year.

    Parameters
    ----------
    table : YearTable
        By date (29 February is compared with leap years only) or by slot.
    earlier : int, default 10
        Earlier years needed; a quarter of that for 29 February.

    Returns
    -------
    array of float
        In degC, shape (year, 366); NaN where too few earlier years have the day.
    """
    ahead = table.values - _best_before(table.values)
    needed = np.full(DAYS, max(earlier, 1))
    if table.alignment == "date":
        needed[LEAP_DAY - 1] = max(earlier // 4, 1)
    seen = np.cumsum(~np.isnan(table.values), axis=0, dtype=np.int16)
    ahead[1:][seen[:-1] < needed] = np.nan
    ahead[:1] = np.nan
    return ahead


def _best_before(values: Floats) -> Floats:
    """Highest value of each date in the years before, shape (year, day), minus infinity where there is none."""
    best = np.vstack([np.full(DAYS, -np.inf), values[:-1]])
    return np.fmax.accumulate(best, axis=0, out=best)


def unbeaten(ahead: Floats) -> Bools:
    """
    Days on which no earlier year was warmer: what a record run is made of.

    Parameters
    ----------
    ahead : array of float
        As `lead` gives it.

    Returns
    -------
    array of bool
        A tie, less than 0.005 °C away, does not end a run; too few earlier years, or a gap, do.
    """
    return np.asarray(ahead > -LEVEL + 1e-9)


def record_days(ahead: Floats) -> Bools:
    """
    Days that take the record of their date.

    Parameters
    ----------
    ahead : array of float
        As `lead` gives it, by date.

    Returns
    -------
    array of bool
        Warmer than every earlier year by 0.005 °C: of equals the earlier year keeps the date. 29 February takes none.
    """
    flags = np.asarray(ahead > LEVEL - 1e-9)
    flags[:, LEAP_DAY - 1] = False
    return flags


def longest_runs(frame: Frame, flags: Bools) -> tuple[Run, ...]:
    """The longest runs, the longest first and the earlier of equals."""
    starts, stops = runs(flags)
    order = np.argsort(starts - stops, kind="stable")[:LEDGER]
    return tuple(Run(frame.date_at(starts[i]), frame.date_at(stops[i] - 1), int(stops[i] - starts[i])) for i in order)


def _record(frame: Frame, values: Floats, days: npt.NDArray[np.int64]) -> Record:
    """
    The highest of daily `values` on some `days`, which ascend and have values.

    Its rivals are the days of other years; those of its own year only decide which day.
    """
    found = values[days]
    at = int(days[np.argmax(found)])
    value, preliminary = float(values[at]), frame.series.preliminary
    new_year = np.searchsorted(frame.place, frame.place[at] // DAYS * DAYS)
    earlier = int(np.searchsorted(days, new_year))
    beaten = int(days[np.argmax(found[:earlier])]) if earlier else None
    near = days[found > value - least(frame.noise, 1.0)]
    below = np.round(value - values[near], 9)
    own = frame.place[near] // DAYS == frame.place[at] // DAYS
    close = ~own & (below < np.where(preliminary[near] | preliminary[at], least(frame.noise, 1.0), FLOOR))
    rivals, away = near[close], below[close]
    rival = rivals[::-1][np.argmin(away[::-1])] if rivals.size else None  # the nearest, of equals the latest
    unsure = bool(preliminary[at] or (rival is not None and preliminary[rival]))
    return Record(
        date=frame.date_at(at),
        value=value,
        previous=None if beaten is None else reading(frame.series, beaten, float(values[beaten])),
        margin=np.nan if beaten is None else value - float(values[beaten]),
        claim=claim(float(away.min(initial=np.inf)), frame.noise, preliminary=unsure),
        tied_with=tuple(frame.date_at(i) for i in rivals),
        days=tuple(frame.date_at(i) for i in near[own & (below < LEVEL)]),
        rival=None if rival is None else reading(frame.series, int(rival), float(values[rival])),
        noise=least(frame.noise, float(unsure)),
    )


def records(frame: Frame, ahead: Floats) -> Records:
    """
    The three records, the record days of this year, and the ledger of record runs.

    Each record beats every other year of this series; days of other years that lie too near to it are named, and the
    nearest of them decides the claim.

    Parameters
    ----------
    ahead : array of float
        As `lead` gives it.
    """
    values = frame.series.values
    everyday = np.flatnonzero(~np.isnan(values))
    years = np.flatnonzero(~np.isnan(frame.table.values[:, frame.column]))
    same_date = np.searchsorted(frame.place, years * DAYS + frame.column)
    largest: Record | Unknown = Unknown("unknown.no_baseline")
    if frame.anomaly is not None:
        largest = _record(frame, frame.anomaly, everyday)
    new_year = max((dt.date(frame.day.year, 1, 1) - frame.series.start).days, 0)
    this_year = new_year + np.flatnonzero(frame.daily(record_days(ahead))[new_year:])
    return Records(
        warmest_day=_record(frame, values, everyday),
        warmest_for_date=_record(frame, values, same_date) if same_date.size > 1 else Unknown("unknown.no_other_date"),
        largest_anomaly=largest,
        days=tuple(frame.date_at(i) for i in this_year),
        warm_holders=holders(frame, 1.0),
        cold_holders=holders(frame, -1.0),
        runs=longest_runs(frame, frame.daily(unbeaten(ahead))),
    )


def holders(frame: Frame, sign: float) -> tuple[Holder, ...]:
    """
    Years that hold the records of the calendar.

    Parameters
    ----------
    sign : float
        1 for the highest values, -1 for the lowest.

    Returns
    -------
    tuple of Holder
        Most dates first, then the earlier year; a date is held by the last year that took its record.
    """
    years, values = frame.table.years, sign * frame.table.values
    taken = values - _best_before(values) > LEVEL - 1e-9
    holder = years.size - 1 - np.argmax(taken[::-1], axis=0)
    count = np.bincount(holder[COMMON[np.asarray(taken.any(axis=0))[COMMON]]], minlength=years.size)
    row, column = np.divmod(frame.place[frame.series.preliminary], DAYS)
    unsure = np.bincount(row[(holder[column] == row) & (column != LEAP_DAY - 1)], minlength=count.size)
    order = np.argsort(-count, kind="stable")
    held = np.column_stack([years, count, unsure])[order[: np.count_nonzero(count)]]
    return tuple(Holder(*row) for row in held.tolist())


# Means, extremes and counts over a stretch of days, straight from the series.


def between(series: Series, first: dt.date, last: dt.date) -> Floats:
    """Values of a stretch of days, both ends included, shape (day,), NaN where there is no value."""
    values = np.full((last - first).days + 1, np.nan)
    lo, hi = max(first, series.start), min(last, series.end)
    if lo <= hi:
        part = series.values[(lo - series.start).days : (hi - series.start).days + 1]
        values[(lo - first).days : (hi - first).days + 1] = part
    return values


def gaps(first: Series, second: Series) -> tuple[dt.date, Floats]:
    """
    The first series minus the second from the first day that both reach, NaN where one has no value.

    Raises
    ------
    AnalysisError
        If they have no day in common.
    """
    start, end = max(first.start, second.start), min(first.end, second.end)
    found = between(first, start, end) - between(second, start, end) if start <= end else np.empty(0)
    if np.isnan(found).all():
        raise AnalysisError("analysis.no_day_of_both", first=str(first.key), second=str(second.key))
    return start, found


def mean(series: Series, first: dt.date, last: dt.date) -> float:
    """
    Mean of a stretch of days.

    Raises
    ------
    AnalysisError
        If more than a tenth of the days have no value.
    """
    values = between(series, first, last)
    known = values[~np.isnan(values)]
    if known.size < 0.9 * values.size:
        raise AnalysisError(
            "analysis.few_days", key=series.key.label, known=known.size, days=values.size, first=first, last=last
        )
    return float(known.mean())


def normal(series: Series, first: dt.date, last: dt.date, years: range) -> float:
    """
    Mean over several years of the same stretch of days, year by year.

    Parameters
    ----------
    first, last : date
        The stretch; a month or a year keeps its own length in each year.
    years : range
        Years averaged, by the year of `first`.
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
        raise AnalysisError("analysis.no_value", key=series.key.label, first=first, last=last)
    day = first + dt.timedelta(days=int(np.nanargmax(values)))
    return reading(series, (day - series.start).days)


def days_above(series: Series, level: float, first: dt.date, last: dt.date) -> int:
    """
    Days above a level.

    Parameters
    ----------
    level : float
        degC; a day equal to it is not above.

    Returns
    -------
    int
        A day without a value is not above.
    """
    return int((between(series, first, last) > level).sum())


def record_flags(series: Series) -> Bools:
    """Days on which no earlier year was warmer, of which one is enough, shape (time,)."""
    table, place = folded(series)
    return np.asarray(unbeaten(lead(table, earlier=1)).ravel()[place])


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
    best = int(np.argmax(np.fmax(values, -np.inf)))
    return (
        int(np.count_nonzero(warmer)) + 1,
        int(np.count_nonzero(others)) + 1,
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
    first, last : int
        Columns, both included.

    Returns
    -------
    array of float
        Shape (year,), NaN for years that lack more than a tenth of the days.
    """
    part = values[:, first : last + 1]
    known = ~np.isnan(part)
    counted = known[row].copy()
    leap = LEAP_DAY - 1 + (DAYS if first >= DAYS else 0)
    for day in (leap, leap + DAYS):
        if first < day <= last and counted[day - 1 - first]:
            counted[day - first] = True
    known &= counted
    count = known.sum(axis=1)
    enough = count >= max((1 - MISSING_SHARE) * counted.sum() - 1e-9, 1)
    return np.where(enough, np.where(known, part, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)


def _ranked(frame: Frame, values: Floats, row: int, first: dt.date, last: dt.date) -> Rank | Unknown:
    """Rank of a period whose values by year are at hand."""
    if np.isnan(values[row]):
        return Unknown("unknown.period", first=first, last=last) if first != last else Unknown("unknown.day", day=last)
    years = frame.table.years
    place, of, tied_with, margin, best = rank(values, years, row)
    if of == 1:
        return Unknown("unknown.no_other_year")
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
        preliminary=preliminary,
        **_claim(frame, values, row, max(days, 1), preliminary),
    )


def _claim(frame: Frame, values: Floats, row: int, days: int, preliminary: int) -> dict[str, Any]:
    """How much a place will bear: its nearest rival on either side decides."""
    away = np.abs(values - values[row])
    away[row] = np.nan
    nearest = int(np.argmin(np.fmin(away, np.inf)))
    noise = least(frame.noise, preliminary / days)
    found = claim(float(away[nearest]), frame.noise, days=days, preliminary=preliminary)
    if found is not Claim.WITHIN_NOISE:
        return {"claim": found, "noise": noise}
    place = rank(values, frame.table.years, nearest)[0]
    return {"claim": found, "rival": int(frame.table.years[nearest]), "rival_rank": place, "noise": noise}


def ranks(frame: Frame) -> Ranks:
    """
    Places of the latest day and of the periods around it.

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
    first, last : date
        Both included; at most across one New Year, and then named by the later year.

    Returns
    -------
    Rank or Unknown
        Unknown where the series lacks more than a tenth of it.
    """
    row = last.year - int(frame.table.years[0])
    if not 0 <= row <= frame.row:
        return Unknown("unknown.begins_later", day=last)
    table = frame.table.values
    lo, hi = calendar.dayofyear_of(first) - 1, calendar.dayofyear_of(last) - 1
    if hi == LEAP_DAY - 2 and (last + dt.timedelta(days=1)).month == 3:
        hi += 1  # the whole of February: other years' 29th belongs to it
    if first.year < last.year:
        before = np.vstack([np.full(DAYS, np.nan), table[:-1]])
        table, hi = np.hstack([before, table]), hi + DAYS
    part = table[row, lo : hi + 1]
    expected = (last - first).days + 1
    if np.count_nonzero(~np.isnan(part)) < (1 - MISSING_SHARE) * expected:
        return Unknown("unknown.gaps", first=first, last=last)
    return _ranked(frame, period_means(table, row, lo, hi), row, first, last)


def month(frame: Frame, place: Rank | Unknown) -> Month | Unknown:
    """
    A month's anomaly.

    Parameters
    ----------
    place : Rank or Unknown
        The month's place: it has been ranked, so that no more than a tenth of its days is missing.

    Returns
    -------
    Month or Unknown
        The change from a year before is that of the days which both years have; 29 February has no partner.
    """
    if isinstance(place, Unknown):
        return place
    if frame.anomalies is None:
        return Unknown("unknown.no_baseline")
    row = place.last.year - int(frame.table.years[0])
    days = slice(calendar.dayofyear_of(place.first) - 1, calendar.dayofyear_of(place.last))
    ours, theirs = frame.anomalies.values[row, days], frame.anomalies.row(place.last.year - 1)[days]
    change = ours - theirs
    enough = (~np.isnan(change)).sum() >= (1 - MISSING_SHARE) * (~np.isnan(ours)).sum()
    return Month(
        first=place.first,
        last=place.last,
        anomaly=float(np.nanmean(ours)),
        year_over_year=float(np.nanmean(change)) if enough else Unknown("unknown.year", year=place.last.year - 1),
        rank=place.rank,
        of=place.of,
    )


def season_start(day: dt.date) -> dt.date:
    """First day of the meteorological season that holds a day: 1 December, March, June or September."""
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

    ``northern summer``, ``southern winter`` …; ``June–August`` for a region on both sides of the equator.
    """
    at = SEASONS.index(month)
    if region.southern:
        return f"southern {('summer', 'autumn', 'winter', 'spring')[at]}"
    if region.south >= 0:
        return f"northern {('winter', 'spring', 'summer', 'autumn')[at]}"
    return ("December–February", "March–May", "June–August", "September–November")[at]

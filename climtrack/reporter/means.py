"""Means of the anomalies that pictures and sentences share, so that both say the same number."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from climtrack.vocabulary import calendar
from climtrack.vocabulary.findings import AnyStudy, MonthStudy, Study, YearOverYear
from climtrack.vocabulary.series import Floats, YearTable, means_of_days

Dates = npt.NDArray[np.datetime64]
#: A year counts as whole with this many days.
WHOLE = 360
#: A mean since 1 January may lack so many days.
ABSENT = 10
DECADE = 10
WEEK, FORTNIGHT = 7, 14


@lru_cache(maxsize=8)
def daily(study: Study) -> Floats:
    """Anomaly of every day of the series."""
    if study.climatology is None:
        return np.full(study.series.values.size, np.nan)
    return study.series.values - study.climatology.mean[calendar.dayofyear(study.series.dates) - 1]


def on_days(study: AnyStudy, dates: Dates, *, years: int = 0) -> Floats:
    """Anomaly on some days, or on the same days some years earlier, of months that of their month; NaN if not known."""
    if isinstance(study, MonthStudy):
        months = dates.astype("datetime64[M]").astype(int) - 12 * years
        places, every = months - 12 * (int(study.years[0]) - 1970), study.anomalies.ravel()
    else:
        days = [calendar.same_day(day, day.year - years) for day in dates.astype(object)] if years else dates
        places = (np.array(days, dtype="datetime64[D]") - np.datetime64(study.series.start)).astype(int)
        every = daily(study)
    known = (places >= 0) & (places < every.size)
    return np.where(known, every[np.where(known, places, 0)], np.nan)


def year_mean(study: AnyStudy) -> float | None:
    """The last fortnight, or month, beside the same of last year; None where too little is known."""
    found = study.findings.year_over_year
    mean = found.mean_14d if isinstance(found, YearOverYear) else found
    return mean if isinstance(mean, float) else None


def average_mean(study: AnyStudy) -> float | None:
    """The last fortnight, or month, beside the average."""
    found = study.findings.anomaly if isinstance(study, MonthStudy) else study.findings.direction.mean_14d
    return found if isinstance(found, float) else None


def windows(study: Study, days: int) -> tuple[float, float]:
    """Mean anomaly of the last `days` and of as many before; NaN where fewer than ten of fourteen are known."""
    values = daily(study)
    parts = values[-days:], values[-2 * days : -days]
    now, before = (float(np.nanmean(p)) if 14 * (~np.isnan(p)).sum() >= 10 * days else np.nan for p in parts)
    return now, before


def fortnights(study: Study) -> Floats:
    """Mean anomaly of each 14 days that end with a day from the 14th on; NaN where fewer than ten are known."""
    return means_of_days(daily(study), FORTNIGHT, 10)


def annual(study: Study) -> dict[int, float]:
    """Mean anomaly of each whole year."""
    if study.anomalies is None:
        return {}
    values = study.anomalies.values
    whole = (~np.isnan(values)).sum(axis=1) >= WHOLE
    means = np.nanmean(values[whole], axis=1) if whole.any() else []
    return dict(zip(study.anomalies.years[whole].tolist(), (float(v) for v in means), strict=True))


def to_date(study: Study) -> YearTable:
    """Mean anomaly from 1 January to each day; none for an earlier year that lacks more than ten days until then."""
    if study.anomalies is None:
        return study.table
    values = study.anomalies.values
    known, absent = ~np.isnan(values), np.isnan(values)
    absent[:, calendar.LEAP_DAY - 1] = False
    means = np.cumsum(np.where(known, values, 0.0), axis=1) / np.maximum(np.cumsum(known, axis=1), 1)
    whole = np.cumsum(absent, axis=1) <= ABSENT
    whole[-1] = True
    return YearTable(study.anomalies.years, np.where(known & whole, means, np.nan))


def year_normal(study: Study) -> float:
    """Average of this year's days: what lies between its mean and its mean anomaly."""
    if study.climatology is None:
        return float("nan")
    return float(study.climatology.mean[study.table.days(study.year)].mean())


def decades(years: dict[int, float]) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """First and last ten whole years."""
    held = list(years)
    if len(held) < 2 * DECADE:
        return None
    first, last = held[:DECADE], held[-DECADE:]
    if first[-1] - first[0] >= DECADE or last[-1] - last[0] >= DECADE:
        return None
    return (first[0], first[-1]), (last[0], last[-1])


def span_mean(years: dict[int, float], span: tuple[int, int]) -> float:
    return float(np.mean([value for year, value in years.items() if span[0] <= year <= span[1]]))


def weekly(study: Study) -> Floats:
    """Centred 7-day mean of the anomaly."""
    values = daily(study)
    if values.size < WEEK:
        return np.full(values.size, np.nan)
    means = np.lib.stride_tricks.sliding_window_view(values, WEEK).mean(axis=1)
    return np.pad(means, WEEK // 2, constant_values=np.nan)


def share_below(study: Study) -> dict[int, float]:
    """Share of each whole year's 7-day means that lie below average."""
    means = weekly(study)
    years = calendar.year_of(study.series.dates)
    known = ~np.isnan(means)
    found = {}
    for year in np.unique(years).tolist():
        held = means[(years == year) & known]
        if held.size >= WHOLE - WEEK:
            found[year] = float((held < 0).mean())
    return found


def days_below(study: Study, span: tuple[int, int]) -> tuple[int, int]:
    """Days of some years whose 7-day mean lies below average, and how many have one."""
    means, years = weekly(study), calendar.year_of(study.series.dates)
    held = means[(years >= span[0]) & (years <= span[1]) & ~np.isnan(means)]
    return int((held < 0).sum()), held.size


def first_above_last_below(study: Study) -> tuple[dt.date | None, dt.date | None]:
    """Middle of the first week above average, and of the last one below."""
    means = weekly(study)
    above, below = np.flatnonzero(means > 0), np.flatnonzero(means < 0)
    start = study.series.start
    return (
        start + dt.timedelta(days=int(above[0])) if above.size else None,
        start + dt.timedelta(days=int(below[-1])) if below.size else None,
    )

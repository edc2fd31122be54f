"""
Day of year on the 366-day calendar, and the leap-day rule.

1 March is day 61 in every year; day 60 is 29 February and exists in leap years only. The feed counts otherwise:
its *slot* i is 1 January + i days. Both are kept apart here and nowhere else.
"""

from __future__ import annotations

import datetime as dt
from calendar import isleap
from contextlib import suppress

import numpy as np
import numpy.typing as npt

from climtrack.errors import ConfigError

Dates = npt.NDArray[np.datetime64]
Ints = npt.NDArray[np.int64]

DAYS = 366
LEAP_DAY = 60
#: Day of year on which each month begins.
MONTH_STARTS: tuple[int, ...] = (1, 32, 61, 92, 122, 153, 183, 214, 245, 275, 306, 336)


def year_of(dates: Dates) -> Ints:
    """Calendar year of each date."""
    return np.asarray(dates.astype("datetime64[Y]").astype(np.int64) + 1970)


def slot(dates: Dates) -> Ints:
    """Days since 1 January, 0 to 365, as the feed counts."""
    return np.asarray((dates - dates.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64))


def dayofyear(dates: Dates) -> Ints:
    """Day of year, 1 to 366, with 1 March always 61."""
    years, slots = year_of(dates), slot(dates)
    leap = (years % 4 == 0) & ((years % 100 != 0) | (years % 400 == 0))
    return np.asarray(slots + 1 + ((slots >= LEAP_DAY - 1) & ~leap), dtype=np.int64)


def dayofyear_of(day: dt.date) -> int:
    """Day of year of one date, 1 to 366, with 1 March always 61."""
    count = day.timetuple().tm_yday
    return count + (count >= LEAP_DAY and not isleap(day.year))


def date_of(year: int, day: int) -> dt.date | None:
    """Date of a day of year, or None where the year lacks it."""
    if day == LEAP_DAY and not isleap(year):
        return None
    return dt.date(year, 1, 1) + dt.timedelta(days=day - 1 - (day > LEAP_DAY and not isleap(year)))


def day_or_time(text: str) -> dt.date | dt.datetime:
    """What ``2026-08-04`` or ``2026-08-04T12:00`` stands for; a time without an offset is UTC."""
    with suppress(ValueError):
        return dt.date.fromisoformat(text)
    try:
        time = dt.datetime.fromisoformat(text)
        return time.replace(tzinfo=dt.UTC) if time.tzinfo is None else time.astimezone(dt.UTC)
    except (ValueError, OverflowError) as problem:
        raise ConfigError("cli.bad_time", value=text[:40]) from problem


def same_day(day: dt.date, year: int) -> dt.date:
    """The same calendar day of another year; 28 February stands in for 29 February."""
    if day.month == 2 and day.day == 29 and not isleap(year):
        return dt.date(year, 2, 28)
    return day.replace(year=year)

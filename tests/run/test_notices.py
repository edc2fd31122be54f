"""What is said of old data, and when the clock is doubted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from climtrack.run.series import age, english, late_notices, newest
from climtrack.vocabulary.series import Series, SeriesKey, Source, Status

NOW = dt.datetime(2026, 8, 22, 17, tzinfo=dt.UTC)


def ending(end: dt.date, region: str = "world2") -> Series:
    """A series of one day."""
    source = Source("https://example.org/", NOW, "0" * 64)
    return Series(
        SeriesKey("oisst", "sst", region), end, np.array([20.0]), np.array([Status.FINAL], dtype=np.int8), source
    )


def stale(series: Sequence[Series], now: dt.datetime, beside: Sequence[Series] = ()) -> tuple[str, ...]:
    """The lines in English."""
    return tuple(english(notice) for notice in late_notices(series, now, beside=beside))


def test_the_newest_of_all_series_judges_the_clock() -> None:
    """One that ended years ago has its age beside a fresh one; alone, it leaves the clock in doubt."""
    fresh, old = ending(dt.date(2026, 8, 21)), ending(dt.date(2020, 12, 31), "natlan")
    assert stale([old, fresh], NOW) == ("natlan-sst: no new data for 2060 days; normal is up to 5.",)
    assert stale([old], NOW, beside=[fresh]) == stale([old, fresh], NOW)
    assert stale([fresh], NOW, beside=[old]) == ()
    assert age(old.end, NOW, newest([old, fresh])) == 2060
    assert stale([old], NOW) == ("this computer's clock says 2026-08-22; newest data 2020-12-31. Ages are not shown.",)


def test_a_clock_before_the_data_is_told_whatever_else_is_held() -> None:
    """Years behind the newest value, or years ahead of every one."""
    fresh, old = ending(dt.date(2026, 8, 21)), ending(dt.date(2020, 12, 31), "natlan")
    for year in (2025, 2036):
        (line,) = stale([old, fresh], NOW.replace(year=year))
        assert line.endswith("newest data 2026-08-21. Ages are not shown.")


def test_a_series_made_of_old_years_raises_no_doubt() -> None:
    """It was computed this year from grids that end in 2020."""
    old = ending(dt.date(2020, 12, 31), "nh")
    made = replace(old, source=replace(old.source, details=MappingProxyType({"weights": "exact"})))
    assert stale([made], NOW) == ("nh-sst: no new data for 2060 days; normal is up to 5.",)

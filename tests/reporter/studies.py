"""Studies of the sample, read by way of the site's own dialect, and of real snapshots."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

from climtrack.analysis.months import month_study
from climtrack.analysis.survey import study
from climtrack.fetcher import noaa
from climtrack.fetcher.reanalyzer import series_from_payload
from climtrack.fetcher.sample import payload
from climtrack.vocabulary.findings import MonthStudy, Study
from climtrack.vocabulary.registry import DEFAULT, REGIONS
from climtrack.vocabulary.series import Series, SeriesKey, Source

#: Four dates of the year: January, a leap day, summer and late autumn.
DATES = (dt.date(2026, 1, 9), dt.date(2024, 2, 29), dt.date(2025, 7, 20), dt.date(2026, 11, 17))
TODAY = dt.date(2026, 11, 23)


def key(region: str, variable: str = "t2m") -> SeriesKey:
    """Key of a series of the site."""
    return SeriesKey("era5" if variable == "t2m" else "oisst", variable, region)


@cache
def series(region: str, variable: str = "t2m") -> Series:
    """A simulated series."""
    source = Source("https://example.org/x.json", dt.datetime(2026, 11, 23, tzinfo=dt.UTC), "0" * 64)
    return series_from_payload(payload(key(region, variable), TODAY), key(region, variable), source)


@cache
def sample(region: str = "nh", variable: str = "t2m", as_of: dt.date = DATES[-1]) -> Study:
    """The study of a simulated series on a day."""
    return study(series(region, variable), REGIONS[region], as_of=as_of)


@cache
def sample_months(region: str = "nh", *, simulated: bool = True) -> MonthStudy:
    """The study of simulated months."""
    endpoint = noaa.ENDPOINTS[SeriesKey("noaaglobaltemp", "ocean", region)]
    source = Source("https://example.org/x.json", dt.datetime(2026, 11, 23, tzinfo=dt.UTC), "0" * 64)
    body = payload(endpoint.key, TODAY)
    months = noaa.read(body if simulated else body.replace(b"(simulated by climtrack)", b""), endpoint, source)
    return month_study(months, REGIONS[region], DEFAULT, daily=series("natlan", "sst"))


@cache
def real(path: Path, region: str, variable: str = "t2m", as_of: dt.date | None = None) -> Study:
    """The study of a real snapshot on a day, by default its last."""
    source = Source("https://example.org/x.json", dt.datetime(2026, 8, 22, tzinfo=dt.UTC), "0" * 64)
    return study(series_from_payload(path.read_bytes(), key(region, variable), source), REGIONS[region], as_of=as_of)

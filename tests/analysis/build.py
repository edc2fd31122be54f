"""Series for the tests of this room: made ones, and the real ones read without the fetcher."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from climtrack.analysis.frame import runs
from climtrack.analysis.ranking import lead
from climtrack.vocabulary import calendar
from climtrack.vocabulary.findings import Run, Unknown
from climtrack.vocabulary.series import (
    Alignment,
    Floats,
    Series,
    SeriesKey,
    Source,
    Status,
    YearTable,
    trimmed,
    year_table,
)


def ols(x: Floats, y: Floats) -> Any:
    """Statsmodels' straight line; imported here, for it takes a second that only its readers should pay."""
    from statsmodels.regression.linear_model import OLS

    return OLS(y, np.column_stack([np.ones(x.size), x])).fit()


def why(found: object) -> str:
    """The reason of a fact that cannot be known, in English."""
    assert isinstance(found, Unknown)
    return str(found)


SOURCE = Source("test", dt.datetime(2024, 7, 11, 16, 42, tzinfo=dt.UTC), "0" * 64)


def made(
    first: dt.date,
    last: dt.date,
    value: Callable[[Floats], Floats] | float = 0.0,
    *,
    key: str = "era5.t2m.nh",
    preliminary: int = 0,
) -> Series:
    """Series whose values are a constant, or a function of days since `first`."""
    days = np.arange((last - first).days + 1, dtype=np.float64)
    values = value(days) if callable(value) else np.full(days.size, float(value))
    return of(first, values, key=key, preliminary=preliminary)


def of(first: dt.date, values: Floats, *, key: str = "era5.t2m.nh", preliminary: int = 0) -> Series:
    """Series of given values, the last `preliminary` days preliminary."""
    status = np.where(np.isnan(values), Status.MISSING, Status.FINAL).astype(np.int8)
    if preliminary:
        tail = status[-preliminary:]
        tail[tail == Status.FINAL] = Status.PRELIMINARY
    return trimmed(SeriesKey.parse(key), first, np.asarray(values, dtype=np.float64), status, SOURCE)


def longest_record_run(series: Series, first_year: int = 0, alignment: Alignment = "date") -> Run | None:
    """Longest run of days warmer than the same day of every earlier year from `first_year` on, the first of equals."""
    table = year_table(series, alignment)
    skip = max(first_year - int(table.years[0]), 0)
    flags = np.zeros(table.values.shape, dtype=bool)
    flags[skip:] = lead(YearTable(table.years[skip:], table.values[skip:], alignment), earlier=1) > 0
    dates = series.dates
    columns = calendar.dayofyear(dates) - 1 if alignment == "date" else calendar.slot(dates)
    starts, stops = runs(flags[calendar.year_of(dates) - int(table.years[0]), columns])
    if not starts.size:
        return None
    i = int(np.argmax(stops - starts))
    first = series.start + dt.timedelta(days=int(starts[i]))
    days = int(stops[i] - starts[i])
    return Run(first, first + dt.timedelta(days=days - 1), days)


def real(path: Path, key: str) -> Series:
    """A stored snapshot of the feed: slot i is 1 January + i days."""
    rows = {row["name"]: row["data"] for row in json.loads(path.read_text(encoding="utf-8"))}
    years = sorted(int(name) for name in rows if len(name) == 4 and name.isdigit())
    start = dt.date(years[0], 1, 1)
    values = np.full((dt.date(years[-1], 12, 31) - start).days + 1, np.nan)
    status = np.zeros(values.size, dtype=np.int8)
    layers = [(year, rows[str(year)], Status.FINAL) for year in years]
    if "Preliminary" in rows:
        layers.append((years[-1], rows["Preliminary"], Status.PRELIMINARY))
    for year, data, flag in layers:
        offset = (dt.date(year, 1, 1) - start).days
        for slot, value in enumerate(data):
            if value is not None:
                values[offset + slot], status[offset + slot] = value, flag
    own = {
        name: np.array([np.nan if v is None else v for v in data])
        for name, data in rows.items()
        if name != "Preliminary" and not (len(name) == 4 and name.isdigit())
    }
    return trimmed(SeriesKey.parse(key), start, values, status, SOURCE, own)


def pulse(path: Path, key: str) -> tuple[Series, Floats | None]:
    """A Climate Pulse file: its series, and its climatology column day by day where it has one."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    rows = list(csv.DictReader(lines))
    name = next(column for column in rows[0] if column in ("2t", "sst", "temp"))
    series = of(dt.date.fromisoformat(rows[0]["date"]), np.array([float(row[name]) for row in rows]), key=key)
    column = np.array([float(row["clim_91-20"]) for row in rows]) if "clim_91-20" in rows[0] else None
    return series, column

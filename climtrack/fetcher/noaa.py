"""
NOAA's monthly tables → Series of months: hemispheres since 1850 (JSON), the El Niño indices (columns of text).

A departure is from the month's own mean over the base period that the table names; a season's index stands at the
middle one of its three months.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from climtrack.errors import Notice
from climtrack.fetcher.pulse import lines_of
from climtrack.fetcher.reanalyzer import SIMULATED, YEARS, Endpoint, changed, parsed
from climtrack.vocabulary.notice import plain
from climtrack.vocabulary.registry import FEEDS
from climtrack.vocabulary.series import RONI, Series, SeriesKey, Source, Status, trimmed

SEASONS = ("DJF", "JFM", "FMA", "MAM", "AMJ", "MJJ", "JJA", "JAS", "ASO", "SON", "OND", "NDJ")
#: How NOAA calls our regions.
PLACES = MappingProxyType({"nh": "nhem", "sh": "shem", "world": "globe"})
_MONTH = re.compile(r"(\d{4})(0[1-9]|1[0-2])", re.ASCII)
_PERIOD = re.compile(r"[12]\d{3}-[12]\d{3}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,3}(\.\d{1,20})?", re.ASCII)


def read(body: bytes, endpoint: Endpoint, source: Source) -> Series:
    """Read one of NOAA's tables."""
    source = replace(source, simulated=SIMULATED.encode() in body[:300])
    return (_departures if endpoint.path.endswith(".json") else _index)(body, endpoint.key, source)


def endpoint(key: SeriesKey, path: str) -> Endpoint:
    """A table of NOAA's."""
    return Endpoint(key, path, read=read, host=key.feed.bases[0] if key.feed else "")


def _months(region: str, kind: str) -> Endpoint:
    """Months of a hemisphere, or of the globe."""
    key = SeriesKey("noaaglobaltemp", kind, region)
    return endpoint(key, FEEDS[f"noaaglobaltemp.{kind}"].files[0].replace("{region}", PLACES[region]))


ENDPOINTS: Mapping[SeriesKey, Endpoint] = MappingProxyType(
    {
        one.key: one
        for one in (
            *(_months(region, kind) for region in PLACES for kind in ("ocean", "land", "land_ocean")),
            endpoint(RONI, FEEDS["cpc.roni"].files[0]),
        )
    }
)


def _departures(body: bytes, key: SeriesKey, source: Source) -> Series:
    """Departures by month from a base period that must be named: values from two such periods are never mixed."""
    notes: list[Notice] = []
    table = parsed(body, notes)
    rows = table.get("data") if isinstance(table, dict) else None
    if not isinstance(rows, dict):
        changed("no_column", name="data")
    description = table.get("description")
    period = description.get("base_period") if isinstance(description, dict) else None
    if not isinstance(period, str) or not _PERIOD.fullmatch(period):
        changed("no_column", name="base_period")
    found = []
    for name, row in rows.items():
        month = _MONTH.fullmatch(name)
        if not month:
            changed("date", text=plain(name, 12) or Notice("fetch.format.empty"))
        value = row.get("departure") if isinstance(row, dict) else None
        found.append((int(month[1]), int(month[2]), _number(str(value))))
    named = replace(source, data_source=f"NOAAGlobalTemp, {period}", details={"base_period": period})
    return _series(key, found, replace(named, notes=(*source.notes, *notes)))


def _index(body: bytes, key: SeriesKey, source: Source) -> Series:
    """An index by overlapping seasons, its columns found by name."""
    header, *rows = (line.split() for line in lines_of(body))
    for name in ("SEAS", "YR", "ANOM"):
        if name not in header:
            changed("no_column", name=name)
    season, year, value = map(header.index, ("SEAS", "YR", "ANOM"))
    found = []
    for row in rows:
        if len(row) != len(header):
            changed("ragged")
        if row[season] not in SEASONS or not re.fullmatch(r"\d{4}", row[year], re.ASCII):
            changed("date", text=plain(f"{row[season]} {row[year]}", 12))
        found.append((int(row[year]), SEASONS.index(row[season]) + 1, _number(row[value])))
    return _series(key, found, replace(source, data_source=f"NOAA CPC, {key.variable.upper()}"))


def _series(key: SeriesKey, found: Iterable[tuple[int, int, float]], source: Source) -> Series:
    """Months in order, each given once."""
    values: dict[int, float] = {}
    for year, month, value in found:
        if year not in YEARS:
            changed("year", year=year)
        row = key.row(dt.date(year, month, 1))
        if values.setdefault(row, value) != value:
            changed("month_twice", month=f"{year}-{month:02d}")
    if not values:
        changed("no_value")
    first = min(values)
    whole = np.full(max(values) - first + 1, np.nan)
    whole[np.array(list(values)) - first] = list(values.values())
    status = np.where(np.isnan(whole), Status.MISSING, Status.FINAL).astype(np.int8)
    return trimmed(key, key.date(first), whole, status, source)


def _number(text: str) -> float:
    """A number as NOAA writes them."""
    if not _NUMBER.fullmatch(text):
        changed("cell", text=plain(text, 12))
    return float(text)

"""
Copernicus Climate Pulse CSV → Series: the second source, held against the first and never spliced into it.

Two columns are understood by name, the date and the value (``2t``, formerly ``temp``; ``sst``), and two more where they
are there: the status, and Copernicus's own 1991-2020 climatology. Comment lines begin with ``#``; their number has
changed, and so has the header.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from climtrack.errors import Notice, SourceChanged
from climtrack.fetcher.reanalyzer import Endpoint, changed
from climtrack.vocabulary import calendar
from climtrack.vocabulary.notice import plain
from climtrack.vocabulary.registry import FEEDS
from climtrack.vocabulary.series import Floats, Series, SeriesKey, Source, Status, trimmed

_AIR, _SEA = SeriesKey("climate-pulse", "t2m", "world"), SeriesKey("climate-pulse", "sst", "world2")


def _read(body: bytes, endpoint: Endpoint, source: Source) -> Series:
    return series_from_csv(body, endpoint.key, source)


#: Below `cross_check_url` of config.toml.
PULSE: Mapping[SeriesKey, Endpoint] = MappingProxyType(
    {
        endpoint.key: endpoint
        for endpoint in (
            Endpoint(_AIR, FEEDS["climate-pulse.t2m"].files[0], levels=(8.2, 20.2), read=_read),
            Endpoint(_SEA, FEEDS["climate-pulse.sst"].files[0], levels=(16.6, 24.2), read=_read),
        )
    }
)
#: The series of the site that each is held against.
COUNTERPARTS: Mapping[SeriesKey, SeriesKey] = MappingProxyType(
    {
        SeriesKey("era5", "t2m", "world"): _AIR,
        SeriesKey("oisst", "sst", "world2"): _SEA,
    }
)
MAX_LINES = 120_000
_VALUES = {"t2m": ("2t", "temp", "t2m"), "sst": ("sst",)}
_CLIMATOLOGY = ("clim_91-20", "1991-2020")
_NUMBER = re.compile(r"-?\d{1,3}(\.\d{1,6})?", re.ASCII)
_DATE = re.compile(r"[12]\d{3}-\d\d-\d\d", re.ASCII)


def series_from_csv(body: bytes, key: SeriesKey, source: Source) -> Series:
    """Read a Climate Pulse file."""
    header, rows = _table(body)
    value_at = _column(header, *_VALUES[key.variable])
    status_at, normal_at = _column(header, "status"), _column(header, _CLIMATOLOGY[0])
    if value_at is None:
        changed("no_column", name=_VALUES[key.variable][0])
    found: dict[dt.date, tuple[float, Status]] = {}
    normals = np.full(calendar.DAYS, np.nan)
    for row in rows:
        day, value = _date(row[0]), _number(row[value_at])
        final = status_at is None or row[status_at].strip().upper() == "FINAL"
        entry = (value, Status.FINAL if final else Status.PRELIMINARY)
        if found.setdefault(day, entry) != entry:
            raise SourceChanged("fetch.day_twice", day=day)
        if normal_at is not None:
            normals[calendar.dayofyear_of(day) - 1] = _number(row[normal_at])
    start, stop = min(found), max(found)
    values = np.full((stop - start).days + 1, np.nan)
    status = np.full(values.size, Status.MISSING, np.int8)
    for day, (value, state) in found.items():
        values[(day - start).days], status[(day - start).days] = value, state
    status[np.isnan(values)] = Status.MISSING
    if np.isnan(values).all():
        changed("no_value")
    climatology: dict[str, Floats] = {}
    if not np.isnan(normals).all():
        normals.flags.writeable = False
        climatology[_CLIMATOLOGY[1]] = normals
    origin = replace(source, data_source="Copernicus Climate Pulse")
    return trimmed(key, start, values, status, origin, MappingProxyType(climatology))


def _table(body: bytes) -> tuple[list[str], list[list[str]]]:
    """Header and rows, all of one length."""
    try:
        header, *rows = csv.reader(lines_of(body), strict=True)
    except csv.Error as problem:
        changed("csv", reason=plain(str(problem), 30))
    header = [name.strip() for name in header]
    if not header or header[0] != "date":
        changed("no_column", name="date")
    if not rows:
        changed("header_only")
    if any(len(row) != len(header) for row in rows):
        changed("ragged")
    return header, rows


def lines_of(body: bytes) -> list[str]:
    """Lines of a text that are neither empty nor a comment."""
    if body.lstrip()[:1] == b"<":
        raise SourceChanged("fetch.web_page", size=len(body))
    try:
        lines = body.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        changed("utf8")
    lines = [line for line in lines if line.strip() and not line.startswith("#")]
    if not lines:
        raise SourceChanged("fetch.empty")
    if len(lines) > MAX_LINES:
        changed("many_rows")
    return lines


def _column(header: list[str], *names: str) -> int | None:
    """Place of a column by any of its names; None where there is none."""
    return next((header.index(name) for name in names if name in header), None)


def _date(text: str) -> dt.date:
    """A date of four, two and two digits, between 1850 and 2200."""
    day = None
    if _DATE.fullmatch(text):
        with suppress(ValueError):  # a date that no calendar has
            day = dt.date.fromisoformat(text)
    if day is None or not 1850 <= day.year < 2200:
        changed("date", text=plain(text, 12) or Notice("fetch.format.empty"))
    return day


def _number(text: str) -> float:
    """A number with at most six decimals, or a gap."""
    cell = text.strip()
    if cell in {"", "nan", "NaN", "NA"}:
        return float("nan")  # what CSV writers put for nothing
    if not _NUMBER.fullmatch(cell):
        changed("cell", text=plain(cell, 12))
    return float(cell)

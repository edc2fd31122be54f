"""Series: daily values of one quantity in one place, where they came from, and the same folded by year."""

from __future__ import annotations

import datetime as dt
import hashlib
from calendar import isleap
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from types import MappingProxyType
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from climtrack.errors import Notice, SeriesError
from climtrack.vocabulary import calendar
from climtrack.vocabulary.calendar import DAYS, Dates
from climtrack.vocabulary.registry import FEEDS, VARIABLES, Feed


@dataclass(frozen=True, slots=True)
class Payload:
    """One whole answer."""

    url: str
    body: bytes  # Content, decoded from its transfer and content encodings
    etag: str = ""  # Validators for the next conditional request; empty where the server gave none
    last_modified: str = ""
    served: str = ""  # The server's own clock, as it wrote it

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


class Transport(Protocol):
    """Anything that answers a request for a path: the network, the sample, a test's fake."""

    def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Payload | None: ...


EPOCH = dt.date(1970, 1, 1)
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.int8]


class Status(IntEnum):
    """What is known of a day's value; the numbers are the store's flag values."""

    MISSING = 0
    FINAL = 1
    PRELIMINARY = 2


#: The product that answers for a variable, unless config.toml names another.
LEADING: Mapping[str, str] = MappingProxyType({"t2m": "era5", "sst": "oisst"})


@dataclass(frozen=True, slots=True, order=True)
class SeriesKey:
    """Which series: product, variable, region."""

    product: str  # Short names, as in the registries
    variable: str
    region: str

    def __str__(self) -> str:
        return f"{self.product}.{self.variable}.{self.region}"

    @property
    def stem(self) -> str:
        """Region and variable, as the files of a report name the series that leads: ``nh-air``."""
        if self.monthly:
            return f"{self.region}-{self.variable}".replace("_", "-")
        variable = VARIABLES.get(self.variable)
        return f"{self.region}-{variable.option if variable else self.variable}"

    @property
    def label(self) -> str:
        """The same as lines and exports name a series; one of another than the usual product says so."""
        usual = self.product == LEADING.get(self.variable, self.product)
        return self.stem if usual else f"{self.stem}-{self.product.removeprefix('climate-')}"

    @property
    def feed(self) -> Feed | None:
        """The source's files that hold this series, if we know of any."""
        return FEEDS.get(f"{self.product}.{self.variable}")

    @property
    def monthly(self) -> bool:
        """Whether it has one value a month, not one a day."""
        return self.variable in VARIABLES and VARIABLES[self.variable].monthly

    @property
    def unit(self) -> Literal["D", "M"]:
        """Step from one row to the next, as numpy names it."""
        return "M" if self.monthly else "D"

    def row(self, day: dt.date) -> int:
        """Days or months from 1970-01-01 to a date."""
        return (day.year - 1970) * 12 + day.month - 1 if self.monthly else (day - EPOCH).days

    def date(self, row: int) -> dt.date:
        """The day, or the first day of the month, of a row counted from 1970-01-01."""
        return dt.date(1970 + row // 12, row % 12 + 1, 1) if self.monthly else EPOCH + dt.timedelta(days=row)

    @classmethod
    def parse(cls, text: str) -> SeriesKey:
        """Key written as ``era5.t2m.nh``."""
        parts = text.split(".", 2)
        if len(parts) < 3 or not all(parts):
            raise SeriesError("series.key", text=repr(text[:60])[1:-1])
        return cls(*parts)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a series came from."""

    url: str  # Address of the payload, or what the series was computed from
    retrieved: dt.datetime  # When it was received, in UTC
    sha256: str
    data_source: str = ""  # What the payload calls its own source; empty where it says nothing
    etag: str = ""  # Validators for the next conditional request; empty where the server gave none
    last_modified: str = ""
    simulated: bool = False  # True for the sample: everything made from it says so
    notes: tuple[Notice, ...] = ()  # What was unusual about it
    # Further provenance (files, weights, versions of a computed series)
    details: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Daily means of one variable over one region, or its months, which no daily arithmetic takes."""

    key: SeriesKey
    start: dt.date  # Date of the first row, of a month its first day; the first and last rows hold values
    values: Floats  # Means (by month: departures) in degC, shape (time,), one row a day or month, gaps as NaN
    status: Flags  # `Status` of each row, shape (time,); MISSING exactly where the value is NaN
    source: Source
    # The provider's own climatology rows by name (``1991-2020``), degC by slot, shape (366,), NaN where empty
    site_climatology: Mapping[str, Floats] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if self.values.ndim != 1 or self.values.shape != self.status.shape or not self.values.size:
            raise SeriesError(
                "series.lengths", key=self.key.label, values=str(self.values.shape), flags=str(self.status.shape)
            )
        missing = np.isnan(self.values)
        if not np.array_equal(missing, self.status == Status.MISSING):
            raise SeriesError("series.status", key=self.key.label)
        if missing[0] or missing[-1]:
            raise SeriesError("series.ends", key=self.key.label)
        if not np.isfinite(self.values[~missing]).all():
            raise SeriesError("series.infinite", key=self.key.label)

    @property
    def dates(self) -> Dates:
        """Days or months of the rows, shape (time,)."""
        return np.datetime64(self.start, self.key.unit) + np.arange(self.values.size)

    @property
    def first(self) -> int:
        """Days or months from 1970-01-01 to the first row."""
        return self.key.row(self.start)

    @property
    def end(self) -> dt.date:
        """Last day that the last row tells of."""
        return self.key.date(self.first + self.values.size) - dt.timedelta(days=1)

    @property
    def preliminary(self) -> npt.NDArray[np.bool_]:
        """Which days are still preliminary, shape (time,)."""
        return np.asarray(self.status == Status.PRELIMINARY.value)  # a member would be compared as int64

    @property
    def last_final(self) -> dt.date:
        """Last final day; the day before the first where none is."""
        final = np.flatnonzero(self.status == Status.FINAL)
        return self.key.date(self.first + int(final[-1] + 1 if final.size else 0)) - dt.timedelta(days=1)

    @property
    def digest(self) -> str:
        """Hash of key, dates, values and status, the same on every machine."""
        head = f"{self.key} {self.start.isoformat()} {self.values.size}\n".encode()
        body = self.values.astype("<f8").tobytes() + self.status.astype("<i1").tobytes()
        return hashlib.sha256(head + body).hexdigest()

    def index(self, day: dt.date) -> int | None:
        """Row of a date."""
        i = self.key.row(day) - self.first
        return i if 0 <= i < self.values.size else None

    def value(self, day: dt.date) -> float | None:
        i = self.index(day)
        return None if i is None or np.isnan(self.values[i]) else float(self.values[i])

    def upto(self, day: dt.date) -> Series:
        """The series as far as a date."""
        if day >= self.end:
            return self
        rows = self.key.row(day + dt.timedelta(days=1)) - self.first  # a month is known when it is over
        known = np.flatnonzero(~np.isnan(self.values[: max(rows, 0)]))
        if not known.size:
            raise SeriesError("series.later", key=self.key.label, start=self.start, day=day)
        stop = int(known[-1]) + 1
        return replace(self, values=self.values[:stop], status=self.status[:stop])


def trimmed(
    key: SeriesKey,
    start: dt.date,
    values: Floats,
    status: Flags,
    source: Source,
    site_climatology: Mapping[str, Floats] | None = None,
) -> Series:
    """Series of rows that may begin or end with gaps, cut to the first and last value."""
    known = np.flatnonzero(~np.isnan(values))
    if not known.size:
        raise SeriesError("series.empty", key=key.label)
    first, stop = int(known[0]), int(known[-1]) + 1
    return Series(
        key,
        key.date(key.row(start) + first),
        values[first:stop],
        status[first:stop],
        source,
        site_climatology or MappingProxyType({}),
    )


Alignment = Literal["date", "slot"]


@dataclass(frozen=True, slots=True, eq=False)
class YearTable:
    """One row a year, one column a day."""

    years: npt.NDArray[np.int64]  # Consecutive calendar years, shape (year,)
    values: Floats  # degC, shape (year, 366), NaN where there is no value
    # Column j is day of year j + 1 with 1 March always 61 (``date``), or 1 January + j days (``slot``)
    alignment: Alignment = "date"

    def row(self, year: int) -> Floats:
        i = year - int(self.years[0])
        return self.values[i] if 0 <= i < self.years.size else np.full(DAYS, np.nan)

    def days(self, year: int) -> npt.NDArray[np.bool_]:
        """Which columns are days of a year."""
        exist = np.ones(DAYS, dtype=bool)
        exist[calendar.LEAP_DAY - 1 if self.alignment == "date" else -1] = isleap(year)
        return exist


def year_table(series: Series, alignment: Alignment = "date") -> YearTable:
    """Daily series folded into (year × day)."""
    return folded(series, alignment)[0]


def folded(series: Series, alignment: Alignment = "date") -> tuple[YearTable, calendar.Ints]:
    """Daily series folded into (year × day), with the place of each day."""
    if series.key.monthly:
        raise SeriesError("series.monthly", key=series.key.label)
    years = np.arange(series.start.year, series.end.year + 1)
    leap = (years % 4 == 0) & ((years % 100 != 0) | (years % 400 == 0))
    exists = np.ones((years.size, DAYS), dtype=bool)
    exists[~leap, calendar.LEAP_DAY - 1 if alignment == "date" else DAYS - 1] = False
    skip = series.start.timetuple().tm_yday - 1
    place = np.flatnonzero(exists)[skip : skip + series.values.size]
    values = np.full(exists.shape, np.nan)
    values.ravel()[place] = series.values
    return YearTable(years, values, alignment), place


def means_of_days(values: Floats, days: int, fewest: int) -> Floats:
    """Means of so many days in a row, by the last of them; NaN where fewer than needed have a value."""

    def over(figures: npt.NDArray[Any]) -> Floats:
        sums = np.concatenate([[0], np.cumsum(figures)])
        return np.asarray(sums[days:] - sums[:-days])

    known = ~np.isnan(values)
    if known.all():
        return over(values) / days
    held = over(known)
    return np.where(held >= fewest, over(np.where(known, values, 0.0)) / np.maximum(held, 1), np.nan)


#: The sea of a region, best first; the site itself has no hemispheric sea surface.
SEAS: Mapping[str, tuple[SeriesKey, ...]] = MappingProxyType(
    {
        "world": (SeriesKey("oisst", "sst", "world2"),),
        "nh": (SeriesKey("oisst", "sst", "nh"), SeriesKey("oisst", "sst", "natlan")),
        "sh": (SeriesKey("oisst", "sst", "sh"),),
    }
)


#: NOAA's relative Oceanic Niño Index, which decides the state of El Niño.
RONI = SeriesKey("cpc", "roni", "nino3.4")

#: Series that climtrack computes from grids; nobody serves them.
COMPUTED = frozenset({SeriesKey("oisst", "sst", "nh"), SeriesKey("oisst", "sst", "sh")})


#: NOAA's months by what they stand beside: land and sea by the air, the sea by the sea, RONI by Niño 3.4.
MONTHS: Mapping[tuple[str, str], SeriesKey] = MappingProxyType(
    {
        (region, option): SeriesKey("noaaglobaltemp", variable, region)
        for region, option, variable in (
            ("nh", "air", "land_ocean"), ("sh", "air", "land_ocean"), ("world", "air", "land_ocean"),
            ("nh", "sst", "ocean"), ("sh", "sst", "ocean"),
        )
    } | {("nino3.4", "sst"): RONI}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pairing:
    """The series that answer for a region."""

    region: str
    air: SeriesKey | None
    sst: SeriesKey | None
    sea_named: bool  # True where the sea is another region's, named as such everywhere (North Atlantic for ``nh``)
    sea_computed: bool  # True where the sea was computed from grids


def pairing(region: str, known: Collection[SeriesKey]) -> Pairing:
    """Choose the series that answer for a region; of each there is one product among those known."""
    there = {(key.variable, key.region): key for key in known if key.product != "climate-pulse"}
    seas = SEAS.get(region, (SeriesKey(LEADING["sst"], "sst", region),))
    sea = next((there[place] for key in seas if (place := (key.variable, key.region)) in there), None)
    return Pairing(
        region,
        there.get(("t2m", region)),
        sea,
        sea_named=sea is not None and sea.region != region,
        sea_computed=sea in COMPUTED,
    )

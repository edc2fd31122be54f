"""
What a gridded file means, read from its CF metadata and never from its name.

Accepted dialects: OISST as NCEI and as PSL write it, ERA5 as the Climate Data Store writes it (``time`` or
``valid_time``, `expver` as a coordinate or as a dimension), and any file with CF units on its axes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from climtrack.errors import SeriesError
from climtrack.grids.opening import Reader, Var, as_text
from climtrack.vocabulary.registry import VARIABLES
from climtrack.vocabulary.series import Flags, Status

Array = npt.NDArray[Any]
Times = npt.NDArray[np.datetime64]
DAY = np.timedelta64(86400, "s")
#: Stored numbers of cells never written, by type: missing where a file names no other (NetCDF Users Guide, Appendix B).
UNWRITTEN: Mapping[str, float] = {
    "i2": -(2**15) + 1, "i4": -(2**31) + 1, "i8": -(2**63) + 2, "u2": 2**16 - 1, "u4": 2**32 - 1, "u8": 2**64 - 2,
    "f4": 15 * 2.0**119, "f8": 15 * 2.0**119,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Packing:
    """How stored numbers become degC, and which of them are none."""

    scale: float = 1.0  # Value = stored × scale + offset, then minus 273.15 where `kelvin`
    offset: float = 0.0
    fills: tuple[float, ...] = ()  # Stored numbers that mean missing
    low: float = -np.inf  # Valid range of the stored numbers, both ends included
    high: float = np.inf
    kelvin: bool = False

    def celsius(self, stored: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return stored * self.scale + (self.offset - (273.15 if self.kelvin else 0.0))

    def valid(
        self, field: Array, out: npt.NDArray[np.bool_] | None = None, hit: npt.NDArray[np.bool_] | None = None
    ) -> npt.NDArray[np.bool_] | None:
        """Which cells hold a value, computed in `out` and `hit`; None for all of them where nothing can be missing."""
        if field.dtype.kind == "f":
            good = np.isfinite(field, out=out)
            limits: np.iinfo[Any] | np.finfo[Any] = np.finfo(field.dtype)
        else:
            good, limits = None, np.iinfo(field.dtype)
        tests = [(np.not_equal, fill) for fill in self.fills]
        for test, bound in (*tests, (np.greater_equal, self.low), (np.less_equal, self.high)):
            if float(limits.min) <= bound <= float(limits.max):  # a bound beyond the type excludes nothing
                passed = test(field, field.dtype.type(bound), out=out if good is None else hit)
                good = passed if good is None else np.logical_and(good, passed, out=good)
        return good


def is_kelvin(units: str) -> bool | None:
    """Whether units are kelvin; None where they are no temperature known here."""
    plain = re.sub(r"[\s_.°]", "", units).lower()
    if plain in {"k", "kelvin", "kelvins", "degk", "degreesk", "degreek", "degreeskelvin"}:
        return True
    if plain in {"c", "celsius", "degc", "degreec", "degreesc", "degreecelsius", "degreescelsius"}:
        return False
    return None


def packing_of(var: Var) -> Packing:
    """How a variable's stored numbers become degC."""
    kelvin = is_kelvin(var.text("units"))
    if kelvin is None:
        raise SeriesError("grid.units", name=var.name, units=var.text("units"))
    if as_text(var.attrs.get("_Unsigned", "")).lower() == "true":
        raise SeriesError("grid.unsigned", name=var.name)
    fills = set(_fills(var))
    if not fills and (fill := UNWRITTEN.get(f"{var.dtype.kind}{var.dtype.itemsize}")) is not None:
        fills = {fill}
    # The valid range counts in stored numbers unless its type says that it was unpacked (CF 1.11 §2.5.1).
    packed = {"scale_factor", "add_offset"} & set(var.attrs)
    span = np.ravel(var.attrs.get("valid_range", ()))

    def limit(key: str, both: Array, unbounded: float) -> float:
        limits = np.ravel(var.attrs.get(key, both if span.size == 2 else ()))
        known = [float(v) for v in limits if not packed or np.asarray(v).dtype == var.dtype]
        return known[-1] if known else unbounded

    return Packing(
        float(np.ravel(var.attrs.get("scale_factor", 1.0))[0]),
        float(np.ravel(var.attrs.get("add_offset", 0.0))[0]),
        tuple(sorted(v for v in fills if not np.isnan(v))),
        limit("valid_min", span[:1], -np.inf),
        limit("valid_max", span[1:], np.inf),
        kelvin,
    )


def _fills(var: Var) -> list[float]:
    """Stored numbers that a variable calls missing."""
    return [float(v) for key in ("_FillValue", "missing_value") for v in np.ravel(var.attrs.get(key, ()))]


#: Standard names, then words of the long name, then words that rule a variable out.
WORDS: Mapping[str, tuple[frozenset[str], re.Pattern[str], re.Pattern[str]]] = {
    "sst": (
        frozenset({"sea_surface_temperature", "sea_surface_foundation_temperature"}),
        re.compile(r"sea[ _]surface[ _](foundation )?temperature", re.IGNORECASE),
        re.compile(r"anomal|error|deviation|maximum|minimum|climatolog|long term|difference", re.IGNORECASE),
    ),
    "t2m": (
        frozenset({"air_temperature"}),
        re.compile(
            r"\b(2|two)[ _-]?(m|met(re|er)s?)\b.*temp|temp\w*\W+(at )?\(?(2|two)[ _-]?m|air temperature", re.IGNORECASE
        ),
        re.compile(r"anomal|error|deviation|dew|maximum|minimum|climatolog|potential", re.IGNORECASE),
    ),
}


def axis_of(var: Var) -> str:
    """Role of a coordinate variable."""
    units, standard = var.text("units"), var.text("standard_name")
    if standard == "latitude" or re.fullmatch(r"degrees?_?n(orth)?", units, re.IGNORECASE):
        return "latitude"
    if standard == "longitude" or re.fullmatch(r"degrees?_?e(ast)?", units, re.IGNORECASE):
        return "longitude"
    return "time" if " since " in units and standard != "forecast_reference_time" else ""


def roles(reader: Reader, var: Var) -> tuple[str, ...]:
    """Role of each dimension of a data variable; one of a single step needs none."""
    found = []
    for dim, length in zip(var.dims, var.shape, strict=True):
        role = axis_of(reader.variables[dim]) if dim in reader.variables else ""
        if not role and dim in ("time", "valid_time") and length > 1:
            role = "time"
        if dim == "expver":
            role = "expver"
        if not role and length > 1:
            raise SeriesError("grid.dimension", name=var.name, dim=dim, length=length)
        found.append(role)
    if found.count("latitude") != 1 or found.count("longitude") != 1:
        raise SeriesError("grid.no_plane", name=var.name, dims=var.dims or ("none",))
    return tuple(found)


def data_variable(reader: Reader, variable: str, name: str = "") -> Var:
    """The variable of a file that holds a quantity."""
    names = ", ".join(v.name for v in reader.variables.values() if len(v.dims) > 1)[:80] or "no gridded variable"
    if name:
        if name not in reader.variables:
            raise SeriesError("grid.no_variable", name=name, names=names)
        return reader.variables[name]
    candidates, title = _fitting(reader, variable), VARIABLES[variable].title
    if not candidates and (others := [one for one in WORDS if one != variable and _fitting(reader, one)]):
        raise SeriesError("grid.other_variable", other=others[0], holds=VARIABLES[others[0]].title, expected=title)
    if len(candidates) != 1:
        fitting = tuple(var.name for var in candidates) or ("none",)
        raise SeriesError("grid.which_variable", expected=title, fitting=fitting, names=names)
    return candidates[0]


def _fitting(reader: Reader, variable: str) -> list[Var]:
    """Variables whose metadata fit a quantity best."""
    standard, words, never = WORDS[variable]
    fits: list[tuple[int, Var]] = []
    for var in reader.variables.values():
        label = " ".join(map(var.text, ("long_name", "short_name", "GRIB_name", "GRIB_shortName")))
        if len(var.dims) < 2 or never.search(label) or never.search(var.text("standard_name")):
            continue
        score = 2 * (var.text("standard_name") in standard) + bool(words.search(label))
        if score and is_kelvin(var.text("units")) is not None:
            fits.append((score, var))
    best = max((score for score, _ in fits), default=0)
    return [var for score, var in fits if score == best]


def product(reader: Reader) -> str:
    """Which product a file belongs to, by its own words; empty where they do not tell."""
    words = " ".join(map(reader.text, ("title", "dataset_title", "product", "id", "source", "summary")))
    if re.search(r"oisst|optimum interpolation sea surface temperature|daily-oi", words, re.IGNORECASE):
        version = " ".join((words, reader.text("History"), reader.text("product_version")))
        if re.search(r"version 2\.1|v02r01|v2\.1", version, re.IGNORECASE):
            return "oisst"
        # PSL titles its files "v2" or without a number; since 2020 they hold version 2.1 throughout.
        psl = "psl" in f"{reader.text('References')} {reader.text('references')} {words}".lower()
        return "oisst" if psl and not re.search(r"version 2\.0", version, re.IGNORECASE) else ""
    makers = " ".join(map(reader.text, ("institution", "GRIB_centre", "title", "source", "history")))
    if re.search(r"era5[- ]?land", makers, re.IGNORECASE):
        return ""
    return "era5" if re.search(r"\bera5\b|ecmwf|ecmf|medium-range weather", makers, re.IGNORECASE) else ""


SINCE = re.compile(
    r"\s*(\w+?)s?\s+since\s+(\d{1,4})-(\d{1,2})-(\d{1,2})(?:[T\s]+(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.\d*)?)?)?"
    r"(?:\s*(?:Z|UTC|GMT)|\s*([+-]\d{1,2})(?::?(\d\d))?|\s+00?:00)?)?\s*",
    re.IGNORECASE,
)
SECONDS = {
    "day": 86400, "d": 86400, "hour": 3600, "hr": 3600, "h": 3600,
    "minute": 60, "min": 60, "second": 1, "sec": 1, "s": 1,
}  # fmt: skip
#: Seconds from 1970 that a time may lie away, for long-term means of year 1 and more.
FAR = 64e9


def instants(values: Array, units: str, calendar: str = "standard") -> Times:
    match = SINCE.fullmatch(units)
    if not match or match[1].lower() not in SECONDS:
        raise SeriesError("grid.clock", units=units[:40])
    calendar = calendar.lower() or "standard"
    if calendar not in {"standard", "gregorian", "proleptic_gregorian"}:
        raise SeriesError("grid.calendar", calendar=calendar)
    year, month, day = int(match[2]), int(match[3]), int(match[4])
    clock = [int(part or 0) for part in match.group(5, 6, 7)]
    east = 3600 * int(match[8] or 0) + (-60 if (match[8] or "").startswith("-") else 60) * int(match[9] or 0)
    unit = SECONDS[match[1].lower()]
    if calendar != "proleptic_gregorian" and (year, month, day) < (1582, 10, 15):
        # Files of the 1990s count from year 1 on the mixed Julian calendar; cftime knows its rule.
        import cftime

        start = cftime.datetime(year, month, day, *clock, calendar="standard")
        shift = int((cftime.datetime(1970, 1, 1, calendar="standard") - start).total_seconds())
        origin = np.datetime64("1970-01-01T00:00:00", "s") - np.timedelta64(shift, "s")
    else:
        origin = np.datetime64(f"{year:04d}-{month:02d}-{day:02d}T{clock[0]:02d}:{clock[1]:02d}:{clock[2]:02d}", "s")
    exact = np.rint(np.asarray(values, dtype=np.float64) * unit) - east
    if not (np.abs(exact + float(origin.astype(np.int64))) < FAR).all():  # missing ones too
        raise SeriesError("grid.time_missing", units=units[:40])
    return np.asarray(origin + exact.astype(np.int64).astype("timedelta64[s]"))


def _bounds(reader: Reader, clock: Var, count: int) -> Times | None:
    """Beginning and end of each step, shape (time, 2), where the file gives them."""
    bounds = reader.variables.get(clock.text("bounds"))
    if bounds is None or bounds.shape != (count, 2):
        return None
    units = bounds.text("units") or clock.text("units")
    return instants(reader.values(bounds.name).ravel(), units, clock.text("calendar")).reshape(-1, 2)


def step_times(reader: Reader, var: Var, dims: tuple[str, ...]) -> Times:
    """Time of each step: the middle of its bounds where the file gives them."""
    names = [var.dims[dims.index("time")]] if "time" in dims else ["time", "valid_time"]
    clock = next((reader.variables[name] for name in names if name in reader.variables), None)
    if clock is None:
        raise SeriesError("grid.no_clock", name=var.name)
    numbers = np.atleast_1d(reader.values(clock.name)).ravel()
    if not numbers.size:
        raise SeriesError("grid.no_step", name=var.name)
    numbers = np.where(np.isin(numbers, _fills(clock)), np.nan, numbers)
    times = instants(numbers, clock.text("units"), clock.text("calendar"))
    ends = _bounds(reader, clock, times.size)
    if ends is not None and (ends[:, 1] > ends[:, 0]).all():
        times = ends[:, 0] + (ends[:, 1] - ends[:, 0]) // 2
    return times


def version(value: Any) -> str:
    """One of ERA5's versions, `expver`, as text, whether it is kept as text or as a number."""
    return as_text(value).strip("\0 ").lstrip("0").removesuffix(".0")


def status(reader: Reader, times: Times) -> Flags:
    """
    Final or preliminary, by the file's own words.

    NCEI titles its daily analyses ``Version 2.1 - Final`` or ``- Interim``; ERA5 marks its first release ``expver`` 5.
    """
    words = f"{reader.text('title')} {reader.text('id')}"
    early = re.search(r"preliminary|(?<!ERA-)(?<!ERA )\binterim\b", words, re.IGNORECASE)
    flags = np.full(times.size, Status.PRELIMINARY if early else Status.FINAL, dtype=np.int8)
    expver = reader.variables.get("expver")
    if expver is not None and expver.shape == (times.size,) and expver.dims != ("expver",):
        flags[[version(v) == "5" for v in np.atleast_1d(reader.values("expver"))]] = Status.PRELIMINARY
    return flags


def daily(reader: Reader, var: Var, times: Times) -> bool:
    """Whether the file says that each step is the mean of a day."""
    methods = var.text("cell_methods")
    if other := re.search(r"\btime: (maximum|minimum|sum|range|median|mode|variance|standard_deviation)\b", methods):
        raise SeriesError("grid.no_mean", name=var.name, method=other[1])
    if "time: point" in methods or (np.diff(np.unique(times)) < DAY).any():
        return False
    for clock in reader.variables.values():
        ends = _bounds(reader, clock, times.size) if axis_of(clock) == "time" else None
        if ends is not None and (ends[:, 1] != ends[:, 0]).all():
            return bool((ends[:, 1] - ends[:, 0] == DAY).all())
    words = " ".join((var.text("long_name"), var.text("var_desc"), reader.text("title")))
    if re.search(r"\bmonth|\bweek", words, re.IGNORECASE):
        return False
    return bool(re.search(r"\bdaily\b|\bday\b", words, re.IGNORECASE)) or "time: mean" in methods

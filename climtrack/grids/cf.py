"""
What a gridded file means, read from its CF metadata and never from its name.

Nothing here opens a file: a reader hands over a `Description` and the values of the small coordinate variables.
Accepted dialects: OISST as NCEI and as PSL write it, ERA5 as the Climate Data Store writes it (``time`` or
``valid_time``, `expver` as a coordinate or as a dimension), and any file with CF units on its axes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from climtrack.errors import SeriesError
from climtrack.grids.opening import Description, Var, as_text, version
from climtrack.vocabulary.registry import VARIABLES
from climtrack.vocabulary.series import Flags, Status

# Packing: how a file's stored numbers become degrees Celsius, and which of them are none.


#: Stored numbers of cells never written, by type: missing where a file names no other (NetCDF Users Guide, Appendix B).
UNWRITTEN: Mapping[str, float] = {
    "i2": -(2**15) + 1, "i4": -(2**31) + 1, "i8": -(2**63) + 2, "u2": 2**16 - 1, "u4": 2**32 - 1, "u8": 2**64 - 2,
    "f4": 15 * 2.0**119, "f8": 15 * 2.0**119,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Packing:
    """How stored numbers become degC."""

    scale: float = 1.0  # Value = stored × scale + offset, then minus 273.15 where `kelvin`
    offset: float = 0.0  # Value = stored × scale + offset, then minus 273.15 where `kelvin`
    fills: tuple[float, ...] = ()  # Stored numbers that mean missing
    low: float = -np.inf  # Valid range of the stored numbers, both ends included
    high: float = np.inf  # Valid range of the stored numbers, both ends included
    kelvin: bool = False

    def celsius(self, stored: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Stored means as degC."""
        return stored * self.scale + (self.offset - (273.15 if self.kelvin else 0.0))


def kelvin(units: str) -> bool | None:
    plain = re.sub(r"[\s_.°]", "", units).lower()
    if plain in {"k", "kelvin", "kelvins", "degk", "degreesk", "degreek", "degreeskelvin"}:
        return True
    if plain in {"c", "celsius", "degc", "degreec", "degreesc", "degreecelsius", "degreescelsius"}:
        return False
    return None


def packing_of(var: Var) -> Packing:
    """How a variable's stored numbers become degC."""
    hot = kelvin(var.text("units"))
    if hot is None:
        raise SeriesError(f"variable {var.name!r} is in {var.text('units')!r}, neither kelvin nor degrees Celsius")
    if as_text(var.attrs.get("_Unsigned", "")).lower() == "true":
        raise SeriesError(f"variable {var.name!r} is marked _Unsigned", "Rewrite it as signed or as float")
    fills = {float(v) for key in ("_FillValue", "missing_value") for v in np.ravel(var.attrs.get(key, ()))}
    if not fills and (unwritten := UNWRITTEN.get(f"{var.dtype.kind}{var.dtype.itemsize}")) is not None:
        fills = {unwritten}
    # The valid range counts in stored numbers unless its type says that it was unpacked (CF 1.11 §2.5.1).
    packed = {"scale_factor", "add_offset"} & set(var.attrs)
    low, high = -np.inf, np.inf
    limits = np.ravel(var.attrs.get("valid_range", ()))
    lows, highs = (limits[:1], limits[1:2]) if limits.size == 2 else ((), ())
    for found, key in ((lows, "valid_min"), (highs, "valid_max")):
        for v in np.ravel(var.attrs.get(key, found)):
            if not packed or np.asarray(v).dtype == var.dtype:
                low, high = (float(v), high) if key == "valid_min" else (low, float(v))
    return Packing(
        float(np.ravel(var.attrs.get("scale_factor", 1.0))[0]),
        float(np.ravel(var.attrs.get("add_offset", 0.0))[0]),
        tuple(sorted(v for v in fills if not np.isnan(v))),
        low,
        high,
        hot,
    )


#: Dimensions of one step besides time, latitude and longitude may be this long, except `expver`.
SINGLE = 1
NORTH = re.compile(r"degrees?_?n(orth)?", re.IGNORECASE)
EAST = re.compile(r"degrees?_?e(ast)?", re.IGNORECASE)
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
    if standard == "latitude" or NORTH.fullmatch(units):
        return "latitude"
    if standard == "longitude" or EAST.fullmatch(units):
        return "longitude"
    if " since " in units and standard != "forecast_reference_time":
        return "time"
    return ""


def roles(var: Var, description: Description) -> tuple[str, ...]:
    """Role of each dimension of a data variable."""
    found = []
    for dim, length in zip(var.dims, var.shape, strict=True):
        coordinate = description.variables.get(dim)
        role = axis_of(coordinate) if coordinate is not None else ""
        if not role and dim in ("time", "valid_time") and length > SINGLE:
            role = "time"
        if dim == "expver":
            role = "expver"
        if not role and length > SINGLE:
            raise SeriesError(
                f"variable {var.name!r}: dimension {dim!r} of {length} is neither time, latitude nor longitude",
                "Give a regular latitude-longitude grid with one level and one member",
            )
        found.append(role)
    if found.count("latitude") != 1 or found.count("longitude") != 1:
        raise SeriesError(
            f"variable {var.name!r} has dimensions {', '.join(var.dims) or 'none'}, not a latitude and a longitude",
            "Give a regular latitude-longitude grid whose axes carry CF units",
        )
    return tuple(found)


def data_variable(description: Description, variable: str, name: str = "") -> Var:
    """The variable of a file that holds a quantity."""
    if name:
        if name not in description.variables:
            raise SeriesError(f"the file has no variable {name!r}", f"It has {_names(description)}")
        return description.variables[name]
    chosen = _fitting(description, variable)
    if not chosen and (others := [one for one in WORDS if one != variable and _fitting(description, one)]):
        raise SeriesError(
            f"the file holds {VARIABLES[others[0]].title}, not {VARIABLES[variable].title}",
            f"Choose it with --variable {others[0]}",
        )
    if len(chosen) != 1:
        found = ", ".join(var.name for var in chosen) or "none"
        raise SeriesError(
            f"which variable holds {VARIABLES[variable].title}? By its metadata: {found}",
            f"Name it (--name): the file has {_names(description)}",
        )
    return chosen[0]


def _fitting(description: Description, variable: str) -> list[Var]:
    """Variables whose metadata fit a quantity best."""
    standard, words, never = WORDS[variable]
    fits: list[tuple[int, Var]] = []
    for var in description.variables.values():
        label = f"{var.text('long_name')} {var.text('short_name')} {var.text('GRIB_name')} {var.text('GRIB_shortName')}"
        if len(var.dims) < 2 or never.search(label) or never.search(var.text("standard_name")):
            continue
        score = 2 * (var.text("standard_name") in standard) + bool(words.search(label))
        if score and kelvin(var.text("units")) is not None:
            fits.append((score, var))
    best = max((score for score, _ in fits), default=0)
    return [var for score, var in fits if score == best]


def _names(description: Description) -> str:
    """Names of the variables with at least two dimensions."""
    return ", ".join(v.name for v in description.variables.values() if len(v.dims) > 1)[:80] or "no gridded variable"


def product(description: Description) -> str:
    """Which product a file belongs to, by its own words."""
    words = " ".join(description.text(n) for n in ("title", "dataset_title", "product", "id", "source", "summary"))
    if re.search(r"oisst|optimum interpolation sea surface temperature|daily-oi", words, re.IGNORECASE):
        version = " ".join((words, description.text("History"), description.text("product_version")))
        if re.search(r"version 2\.1|v02r01|v2\.1", version, re.IGNORECASE):
            return "oisst"
        # PSL titles its files "v2" or without a number; since 2020 they hold version 2.1 throughout.
        psl = "psl" in f"{description.text('References')} {description.text('references')} {words}".lower()
        return "oisst" if psl and not re.search(r"version 2\.0", version, re.IGNORECASE) else ""
    makers = " ".join(description.text(n) for n in ("institution", "GRIB_centre", "title", "source", "history"))
    if re.search(r"era5[- ]?land", makers, re.IGNORECASE):
        return ""
    return "era5" if re.search(r"\bera5\b|ecmwf|ecmf|medium-range weather", makers, re.IGNORECASE) else ""


# When the steps of a gridded file are, whether each is a day, and whether it is final: by its CF metadata.


Array = npt.NDArray[Any]
Times = npt.NDArray[np.datetime64]
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
#: What a step may hold besides the mean of its time.
OTHER = re.compile(r"\btime: (maximum|minimum|sum|range|median|mode|variance|standard_deviation)\b")
DAY = np.timedelta64(86400, "s")


def instants(values: Array, units: str, calendar: str = "standard") -> Times:
    """Times of CF numbers."""
    match = SINCE.fullmatch(units)
    if not match or match[1].lower() not in SECONDS:
        raise SeriesError(f"time counts in {units[:40]!r}, not in hours or days since a date")
    calendar = calendar.lower() or "standard"
    if calendar not in {"standard", "gregorian", "proleptic_gregorian"}:
        raise SeriesError(f"the file uses the calendar {calendar!r}, whose days are not real ones")
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
        raise SeriesError(f"a time is missing, or absurd in {units[:40]!r}", "Check the file's times")
    return np.asarray(origin + exact.astype(np.int64).astype("timedelta64[s]"))


def step_times(var: Var, dims: tuple[str, ...], description: Description, values: Callable[[str], Array]) -> Times:
    """Time of each step: the middle of its bounds where the file gives them."""
    if "time" in dims:
        clock = description.variables.get(var.dims[dims.index("time")])
    else:
        named = [description.variables[n] for n in ("time", "valid_time") if n in description.variables]
        clock = next(iter(named), None)
    if clock is None:
        raise SeriesError(f"variable {var.name!r} does not say which time it is for")
    units, calendar = clock.text("units"), clock.text("calendar")
    numbers = np.atleast_1d(values(clock.name)).ravel()
    if not numbers.size:
        raise SeriesError(f"variable {var.name!r} has not one time step", "Check the file")
    fills = [float(v) for key in ("_FillValue", "missing_value") for v in np.ravel(clock.attrs.get(key, ()))]
    times = instants(np.where(np.isin(numbers, fills), np.nan, numbers), units, calendar)
    bounds = description.variables.get(clock.text("bounds"))
    if bounds is not None and bounds.shape == (times.size, 2):
        ends = instants(values(bounds.name).ravel(), bounds.text("units") or units, calendar).reshape(-1, 2)
        width = ends[:, 1] - ends[:, 0]
        if (width > np.timedelta64(0)).all():
            times = ends[:, 0] + width // 2
    return times


def status(times: Times, description: Description, values: Callable[[str], Array]) -> Flags:
    """
    Final or preliminary, by the file's own words.

    NCEI titles its daily analyses ``Version 2.1 - Final`` or ``- Interim``; ERA5 marks its first release ``expver`` 5.
    """
    words = f"{description.text('title')} {description.text('id')}"
    early = re.search(r"preliminary|(?<!ERA-)(?<!ERA )\binterim\b", words, re.IGNORECASE)
    flags = np.full(times.size, Status.PRELIMINARY if early else Status.FINAL, dtype=np.int8)
    expver = description.variables.get("expver")
    if expver is not None and expver.shape == (times.size,) and expver.dims != ("expver",):
        versions = list(map(version, np.atleast_1d(values("expver"))))
        flags[[v == "5" for v in versions]] = Status.PRELIMINARY
    return flags


def daily(var: Var, times: Times, description: Description, values: Callable[[str], Array]) -> bool:
    """Whether the file says that each step is the mean of a day."""
    methods = var.text("cell_methods")
    if other := OTHER.search(methods):
        raise SeriesError(f"variable {var.name!r} holds the {other[1]} of each step, not its mean", "Give daily means")
    steps = np.unique(times)
    if "time: point" in methods or (np.diff(steps) < DAY).any():
        return False
    for clock in description.variables.values():
        bounds = description.variables.get(clock.text("bounds"))
        if axis_of(clock) == "time" and bounds is not None and bounds.shape == (times.size, 2):
            ends = instants(
                values(bounds.name).ravel(), bounds.text("units") or clock.text("units"), clock.text("calendar")
            )
            widths = ends[1::2] - ends[::2]
            if widths.all():
                return bool((widths == DAY).all())
    words = " ".join((var.text("long_name"), var.text("var_desc"), description.text("title")))
    if re.search(r"\bmonth|\bweek", words, re.IGNORECASE):
        return False
    return bool(re.search(r"\bdaily\b|\bday\b", words, re.IGNORECASE)) or "time: mean" in methods

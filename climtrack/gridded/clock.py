"""When the steps of a gridded file are, whether each is a day, and whether it is final: by its CF metadata."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from climtrack.errors import SeriesError
from climtrack.gridded.cf import axis_of
from climtrack.gridded.description import Description, Var, version
from climtrack.vocabulary.series import Flags, Status

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

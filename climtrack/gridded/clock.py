"""When the steps of a gridded file are, whether each is a day, and whether it is final: by its CF metadata."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from climtrack.errors import SeriesError
from climtrack.gridded.cf import Array, Description, Var, as_text, axis_of
from climtrack.vocabulary.series import Flags, Status

Times = npt.NDArray[np.datetime64]
SINCE = re.compile(
    r"\s*(\w+?)s?\s+since\s+(\d{1,4})-(\d{1,2})-(\d{1,2})(?:[T\s]+(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?\S*)?"
)
SECONDS = {
    "day": 86400, "d": 86400, "hour": 3600, "hr": 3600, "h": 3600,
    "minute": 60, "min": 60, "second": 1, "sec": 1, "s": 1,
}  # fmt: skip


def instants(values: Array, units: str, calendar: str = "standard") -> Times:
    """
    Times of CF numbers.

    Parameters
    ----------
    values : array
        Numbers, shape (time,).
    units : str
        ``days since 1978-01-01 12:00:00`` and the like.
    calendar : str, default "standard"
        CF calendar.

    Returns
    -------
    array of datetime64[s]
        The times in UTC, to the second.

    Raises
    ------
    SeriesError
        If the units or the calendar are not those of real days.
    """
    match = SINCE.match(units)
    if not match or match[1].lower() not in SECONDS:
        raise SeriesError(f"time counts in {units[:40]!r}, not in hours or days since a date")
    calendar = calendar.lower() or "standard"
    if calendar not in {"standard", "gregorian", "proleptic_gregorian"}:
        raise SeriesError(f"the file uses the calendar {calendar!r}, whose days are not real ones")
    year, month, day = int(match[2]), int(match[3]), int(match[4])
    clock = [int(part or 0) for part in match.group(5, 6, 7)]
    unit = SECONDS[match[1].lower()]
    if calendar != "proleptic_gregorian" and (year, month, day) < (1582, 10, 15):
        # Files of the 1990s count from year 1 on the mixed Julian calendar; cftime knows its rule.
        import cftime

        start = cftime.datetime(year, month, day, *clock, calendar="standard")
        shift = int((cftime.datetime(1970, 1, 1, calendar="standard") - start).total_seconds())
        origin = np.datetime64("1970-01-01T00:00:00", "s") - np.timedelta64(shift, "s")
    else:
        origin = np.datetime64(f"{year:04d}-{month:02d}-{day:02d}T{clock[0]:02d}:{clock[1]:02d}:{clock[2]:02d}", "s")
    seconds = np.rint(np.asarray(values, dtype=np.float64) * unit).astype(np.int64)
    return np.asarray(origin + seconds.astype("timedelta64[s]"))


def step_times(var: Var, dims: tuple[str, ...], description: Description, values: Callable[[str], Array]) -> Times:
    """
    Time of each step: the middle of its bounds where the file gives them.

    Parameters
    ----------
    var : Var
        The data variable.
    dims : tuple of str
        Roles of its dimensions.
    description : Description
        The file.
    values : callable
        Gives the values of a small variable by name.

    Returns
    -------
    array of datetime64[s]
        Shape (time,); one entry for a file without a time dimension.

    Raises
    ------
    SeriesError
        If the file does not say when.
    """
    if "time" in dims:
        clock = description.variables.get(var.dims[dims.index("time")])
    else:
        named = [description.variables[n] for n in ("time", "valid_time") if n in description.variables]
        clock = next(iter(named), None)
    if clock is None:
        raise SeriesError(f"variable {var.name!r} does not say which time it is for")
    units, calendar = clock.text("units"), clock.text("calendar")
    times = instants(np.atleast_1d(values(clock.name)).ravel(), units, calendar)
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

    Parameters
    ----------
    times : array of datetime64
        Steps, shape (time,).
    description : Description
        The file.
    values : callable
        Gives the values of a small variable by name.

    Returns
    -------
    array of int8
        `Status` of each step, shape (time,).
    """
    words = f"{description.text('title')} {description.text('id')}"
    early = re.search(r"preliminary|(?<!ERA-)(?<!ERA )\binterim\b", words, re.IGNORECASE)
    flags = np.full(times.size, Status.PRELIMINARY if early else Status.FINAL, dtype=np.int8)
    expver = description.variables.get("expver")
    if expver is not None and expver.shape == (times.size,) and expver.dims != ("expver",):
        versions = [as_text(v).strip("\0 ").lstrip("0") for v in np.atleast_1d(values("expver"))]
        flags[[v == "5" for v in versions]] = Status.PRELIMINARY
    return flags


def daily(var: Var, times: Times, description: Description, values: Callable[[str], Array]) -> bool:
    """
    Whether the file says that each step is the mean of a day.

    Parameters
    ----------
    var : Var
        The data variable.
    times : array of datetime64
        Its steps, shape (time,).
    description : Description
        The file.
    values : callable
        Gives the values of a small variable by name.

    Returns
    -------
    bool
        False where nothing says so: a lone hour must not pass for its day.
    """
    words = " ".join((var.text("long_name"), var.text("var_desc"), description.text("title")))
    if re.search(r"\bmonth|\bweek", words, re.IGNORECASE):
        return False
    if re.search(r"\bdaily\b|\bday\b", words, re.IGNORECASE) or "time: mean" in var.text("cell_methods"):
        return True
    for clock in description.variables.values():
        bounds = description.variables.get(clock.text("bounds"))
        if axis_of(clock) == "time" and bounds is not None and bounds.shape == (times.size, 2):
            ends = instants(
                values(bounds.name).ravel(), bounds.text("units") or clock.text("units"), clock.text("calendar")
            )
            return bool((ends[1::2] - ends[::2] == np.timedelta64(86400, "s")).all())
    return False

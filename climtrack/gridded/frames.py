"""Fields of single days, whatever files they lie in: found by date, turned one way, in degC."""

from __future__ import annotations

import datetime as dt
from collections import Counter, OrderedDict
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np
import numpy.typing as npt

from climtrack.errors import BaselineNotCovered, SeriesError
from climtrack.gridded import grids
from climtrack.gridded.grids import GridFile
from climtrack.gridded.packing import Packing
from climtrack.vocabulary.baselines import Baseline
from climtrack.vocabulary.counting import counted
from climtrack.vocabulary.series import Floats

#: Days of a calendar without 29 February.
DAYS = 365
#: Files kept open at once.
OPEN = 48
Fields32 = npt.NDArray[np.float32]


class Frames:
    """Fields of single days out of many files, the last few kept open."""

    def __init__(self, files: Sequence[GridFile]) -> None:
        if len({file.grid.digest for file in files}) != 1:
            raise SeriesError("the files are on different grids", "Give files of one grid")
        if len(told := {file.product for file in files}) != 1:
            raise SeriesError(
                f"the files belong to different products: {', '.join(sorted(one or 'unknown' for one in told))}",
                "Give files of one product",
            )
        ripening = sorted(files, key=lambda file: -int(file.status.max()))  # final ones last
        self._where = {day: (file, step) for file in ripening for step, day in enumerate(dates(file))}
        self._open: OrderedDict[str, tuple[ExitStack, grids.OpenGrid]] = OrderedDict()
        self.first = files[0]
        self._alike = len({file.packing for file in files}) == 1
        #: How `field` gives its numbers: as stored, or in degC where the files are packed each in its own way.
        self.packing = files[0].packing if self._alike else Packing()

    @property
    def days(self) -> frozenset[dt.date]:
        """Days that there are."""
        return frozenset(self._where)

    def covered(self, baseline: Baseline) -> None:
        """Refuse a baseline that is not covered."""
        held = Counter(day.year for day in self._where)
        short = [year for year in baseline.years if held[year] < DAYS - 10]
        if short:
            lacking = counted(len(short), "year lacks", "years lack")
            raise BaselineNotCovered(
                f"{baseline} not covered: {lacking} days, the first is {short[0]}",
                "Give all years of it",
            )

    def field(self, day: dt.date) -> npt.NDArray[Any]:
        """Numbers of a day by `packing`, in the file's own order."""
        file, step = self._where[day]
        if file.location not in self._open:
            if len(self._open) >= OPEN:
                self._open.popitem(last=False)[1][0].close()
            stack = ExitStack()
            self._open[file.location] = stack, stack.enter_context(grids.OpenGrid(file))
        self._open.move_to_end(file.location)
        held = next(self._open[file.location][1].fields(step, step + 1))[0]
        return held if self._alike else in_celsius(file.packing, held)

    def close(self) -> None:
        """Close every file."""
        while self._open:
            self._open.popitem()[1][0].close()


def dates(file: GridFile) -> list[dt.date]:
    """Dates of a file's steps; long-term means, dated in year 1 of a mixed calendar, are counted from 1 January."""
    if file.times[0] >= np.datetime64("1800-01-01"):
        days = file.times.astype("datetime64[D]")
        if (np.diff(days) <= np.timedelta64(0, "D")).any() or (days.size == 1 and not file.daily):
            raise SeriesError(f"{file.label} holds hours, not means of days", "Give daily means, one field a day")
        return list(days.astype(object))
    if file.times.size not in (DAYS, DAYS + 1):
        raise SeriesError(f"{file.label} has {file.times.size} long-term means, not one for each calendar day")
    first = dt.date(1 if file.times.size == DAYS else 4, 1, 1)
    return [first + dt.timedelta(days=i) for i in range(file.times.size)]


def westward(longitude: Floats) -> Floats:
    """Longitudes from 180 W eastward."""
    return (longitude + 180) % 360 - 180


def oriented(file: GridFile, field: npt.NDArray[Any], out: npt.NDArray[Any] | None = None) -> npt.NDArray[Any]:
    """A field turned south to north and eastward from 180 W."""
    rows = field if file.grid.latitude[0] < file.grid.latitude[-1] else field[::-1]
    west = westward(file.grid.longitude)
    cut = int(np.argmin(west))
    if (np.diff(np.roll(west, -cut)) > 0).all():  # two slices do what an index would do cell by cell
        return np.concatenate((rows[:, cut:], rows[:, :cut]), axis=1, out=out)
    return np.take(rows, np.argsort(west, kind="stable"), axis=1, out=out)


def celsius(file: GridFile, field: npt.NDArray[Any]) -> Fields32:
    """A stored field in degC, turned south to north and eastward from 180 W."""
    return in_celsius(file.packing, oriented(file, field))


def in_celsius(packing: Packing, field: npt.NDArray[Any]) -> Fields32:
    """A stored field in degC, in the file's own order; computed in float64 unless it is of shorts."""
    short = field.dtype.kind in "iu" and field.dtype.itemsize <= 2
    values: npt.NDArray[np.floating[Any]] = field.astype(np.float32 if short else np.float64)
    values *= packing.scale
    values += packing.offset - (273.15 if packing.kelvin else 0.0)
    gone = missing(packing, field)
    if gone is not None:
        values[gone] = np.nan
    return np.asarray(values, dtype=np.float32)


def missing(packing: Packing, field: npt.NDArray[Any]) -> npt.NDArray[np.bool_] | None:
    """Which cells hold no value."""
    gone = ~np.isfinite(field) if field.dtype.kind == "f" else None
    limits: np.iinfo[Any] | np.finfo[Any] = np.iinfo(field.dtype) if gone is None else np.finfo(field.dtype)
    tests = [(np.equal, fill) for fill in packing.fills] + [(np.less, packing.low), (np.greater, packing.high)]
    for test, bound in tests:
        if float(limits.min) <= bound <= float(limits.max):
            hit = test(field, field.dtype.type(bound))
            gone = hit if gone is None else gone | hit
    return gone

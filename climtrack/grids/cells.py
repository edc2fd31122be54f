"""
Fields of single days, cell by cell: the climatology of every cell, a day's field, one year minus another.

All years of one calendar day are read, then those of the next, so that only one running sum is held. The 365 means are
projected on the mean and the first 8 annual harmonics as they come, which is the very smoothing that regional series
get (`climtrack.analysis.climatology.harmonic`); what remains is 17 fields instead of 366, whatever the number of years.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from climtrack.errors import BaselineNotCovered, SeriesError
from climtrack.grids import grids, opening
from climtrack.grids.cf import Packing
from climtrack.grids.grids import GridFile
from climtrack.grids.opening import Reader
from climtrack.vocabulary.calendar import date_of
from climtrack.vocabulary.registry import Baseline
from climtrack.vocabulary.series import Floats

#: Days of a calendar without 29 February.
DAYS = 365
#: Files kept open at once.
OPEN = 48
#: A cell needs a value on this share of the years.
ENOUGH = 0.5
HARMONICS = 8
#: Calendar days that are projected together: a matrix product instead of as many rank-one updates.
BATCH = 8
Fields32 = npt.NDArray[np.float32]


class Frames:
    """Fields of single days out of many files, the last few kept open."""

    def __init__(self, files: Sequence[GridFile]) -> None:
        if len({file.grid.digest for file in files}) != 1:
            raise SeriesError("grid.other_grids")
        if len(products := sorted({file.product or "unknown" for file in files})) != 1:
            raise SeriesError("grid.mixed_products", products=products)
        final_last = sorted(files, key=lambda file: -int(file.status.max()))
        self._where = {day: (file, step) for file in final_last for step, day in enumerate(dates(file))}
        self._open: OrderedDict[str, Reader] = OrderedDict()
        self.first = files[0]
        self._alike = len({file.packing for file in files}) == 1
        #: How `field` gives its numbers: as stored, or in degC where the files are packed each in its own way.
        self.packing = files[0].packing if self._alike else Packing()

    @property
    def days(self) -> frozenset[dt.date]:
        return frozenset(self._where)

    def field(self, day: dt.date) -> npt.NDArray[Any]:
        """Numbers of a day by `packing`, in the file's own order."""
        file, step = self._where[day]
        if file.location not in self._open:
            if len(self._open) >= OPEN:
                self._open.popitem(last=False)[1].close()
            self._open[file.location] = opening.open_reader(file.location)
        self._open.move_to_end(file.location)
        field, _ = next(grids.read(file, self._open[file.location], step, step + 1))
        return field if self._alike else in_celsius(file.packing, field)

    def close(self) -> None:
        while self._open:
            self._open.popitem()[1].close()


def dates(file: GridFile) -> list[dt.date]:
    """Dates of a file's steps; long-term means, dated in year 1 of a mixed calendar, are counted from 1 January."""
    if file.times[0] >= np.datetime64("1800-01-01"):
        days = file.times.astype("datetime64[D]")
        if (np.diff(days) <= np.timedelta64(0, "D")).any() or (days.size == 1 and not file.daily):
            raise SeriesError("grid.hours", file=file.label)
        return list(days.astype(object))
    if file.times.size not in (DAYS, DAYS + 1):
        raise SeriesError("grid.long_term", file=file.label, count=file.times.size)
    first = dt.date(1 if file.times.size == DAYS else 4, 1, 1)
    return [first + dt.timedelta(days=i) for i in range(file.times.size)]


def axes(file: GridFile) -> tuple[Floats, Floats]:
    """Latitudes and longitudes of a field that `oriented` has turned."""
    return np.sort(file.grid.latitude), np.sort((file.grid.longitude + 180) % 360 - 180)


def oriented(file: GridFile, field: npt.NDArray[Any], out: npt.NDArray[Any] | None = None) -> npt.NDArray[Any]:
    """A field turned south to north and eastward from 180 W."""
    rows = field if file.grid.latitude[0] < file.grid.latitude[-1] else field[::-1]
    west = (file.grid.longitude + 180) % 360 - 180
    cut = int(np.argmin(west))
    if (np.diff(np.roll(west, -cut)) > 0).all():  # two slices do what an index would do cell by cell
        return np.concatenate((rows[:, cut:], rows[:, :cut]), axis=1, out=out)
    return np.take(rows, np.argsort(west, kind="stable"), axis=1, out=out)


def in_celsius(packing: Packing, field: npt.NDArray[Any]) -> Fields32:
    """A stored field in degC, in the file's own order; computed in float64 unless it is of shorts."""
    short = field.dtype.kind in "iu" and field.dtype.itemsize <= 2
    values: npt.NDArray[np.floating[Any]] = field.astype(np.float32 if short else np.float64)
    values *= packing.scale
    values += packing.offset - (273.15 if packing.kelvin else 0.0)
    good = packing.valid(field)
    if good is not None:
        values[~good] = np.nan
    return np.asarray(values, dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class CellClimatology:
    """The annual cycle of every cell."""

    product: str
    variable: str
    baseline: Baseline  # First and last year, both included
    latitude: Floats  # Centres, south to north
    longitude: Floats  # Centres, eastward from 180 W
    # degC: mean, then cosine and sine of each harmonic, shape (17, latitude, longitude); NaN without a climatology
    coefficients: Fields32

    def day(self, day: dt.date) -> Fields32:
        """The average field of a calendar day."""
        slot = _slot(day)
        weights = (_basis(58) + _basis(59)) / 2 if slot is None else _basis(slot)
        return np.tensordot(weights.astype(np.float32), self.coefficients, axes=1).astype(np.float32)


def _slot(day: dt.date) -> int | None:
    """Day of the 365-day calendar, from 0; None for 29 February."""
    if (day.month, day.day) == (2, 29):
        return None
    return dt.date(2001, day.month, day.day).timetuple().tm_yday - 1


def _basis(slot: int) -> Floats:
    """Mean, cosines and sines at one day of the 365-day calendar, shape (17,)."""
    angles = 2 * np.pi * slot / DAYS * np.arange(1, HARMONICS + 1)
    return np.concatenate(([1.0], np.stack((np.cos(angles), np.sin(angles)), axis=1).ravel()))


def climatology(
    files: Sequence[GridFile], baseline: Baseline, *, progress: Callable[[int, int], None] | None = None
) -> CellClimatology:
    """Annual cycle of every cell over a baseline."""
    frames = Frames(files)
    file, known = frames.first, frames.days
    years = _years(frames, baseline)
    rows, columns = file.grid.shape
    coefficients = np.zeros((1 + 2 * HARMONICS, rows * columns), dtype=np.float32)
    good = np.ones(rows * columns, dtype=np.bool_)
    batch = np.empty((BATCH, rows * columns), dtype=np.float32)
    basis = np.stack([_basis(slot) for slot in range(DAYS)]) * (2 / DAYS)
    basis[:, 0] = 1 / DAYS
    try:
        for slot in range(DAYS):
            dates = [day for year in years if (day := _dated(year, slot)) in known]
            if not dates:
                raise BaselineNotCovered("grid.no_field", baseline=str(baseline), day=f"{_dated(2001, slot):%d %B}")
            mean, count = _mean(frames, dates)
            good &= (count >= ENOUGH * len(dates)).ravel()
            batch[slot % BATCH] = mean.ravel()
            if slot % BATCH == BATCH - 1 or slot == DAYS - 1:
                size = slot % BATCH + 1
                weights = basis[slot + 1 - size : slot + 1].T.astype(np.float32)
                for k, row in enumerate(weights):  # one row at a time: the product of all would be another 70 MB
                    coefficients[k] += row @ batch[:size]
            if progress is not None:
                progress(slot + 1, DAYS)
    finally:
        frames.close()
    packing = frames.packing
    coefficients *= np.float32(packing.scale)
    coefficients[0] += np.float32(packing.offset - (273.15 if packing.kelvin else 0))
    coefficients[:, ~good] = np.nan
    turned = coefficients.reshape(-1, rows, columns)
    for k, term in enumerate(turned):
        turned[k] = oriented(file, term)
    return CellClimatology(file.product, file.variable, baseline, *axes(file), turned)


def _years(frames: Frames, baseline: Baseline) -> tuple[int, ...]:
    """Years to average; a long-term mean has one, before any observation."""
    last = max(frames.days).year
    if last < 1800:
        return (last,)
    held = Counter(day.year for day in frames.days)
    if short := [year for year in baseline.years if held[year] < DAYS - 10]:
        raise BaselineNotCovered("grid.years_lack", baseline=str(baseline), n=len(short), first=str(short[0]))
    return tuple(baseline.years)


def _dated(year: int, slot: int) -> dt.date:
    """Date of a day of the 365-day calendar."""
    found = date_of(year, slot + 1 + (slot >= 59))
    assert found is not None  # noqa: S101  (29 February has no slot)
    return found


def _mean(frames: Frames, dates: Sequence[dt.date]) -> tuple[Fields32, npt.NDArray[np.int16]]:
    """Mean of the stored numbers over some days and how many there are, cell by cell."""
    total: npt.NDArray[Any] = np.zeros(0)
    count = np.zeros(0, dtype=np.int16)
    for day in dates:
        field = frames.field(day)
        kind: type[Any] = np.int32 if field.dtype.kind in "iu" and field.dtype.itemsize <= 2 else np.float64
        good = frames.packing.valid(field)
        kept = field if good is None else np.where(good, field, field.dtype.type(0))
        if not total.size:
            total, count = np.zeros(field.shape, dtype=kind), np.zeros(field.shape, dtype=np.int16)
        total += kept
        count += np.True_ if good is None else good
    mean = np.divide(total, np.maximum(count, 1), dtype=np.float32, casting="same_kind")
    return mean, count


def to_netcdf(held: CellClimatology, path: Path, attributes: Mapping[str, str]) -> None:
    import netCDF4

    with netCDF4.Dataset(path, "w") as out:
        out.setncatts({
            "Conventions": "CF-1.11", "title": f"Daily climatology {held.baseline} of every cell",
            "product": held.product, "variable": held.variable, "baseline": str(held.baseline),
            "comment": "Mean and first 8 annual harmonics on the 365-day calendar: value of day d (0 = 1 January) is "
            "c0 + sum over k of a_k cos(2 pi k d/365) + b_k sin(2 pi k d/365)",
        } | dict(attributes))  # fmt: skip
        out.createDimension("term", held.coefficients.shape[0])
        for name, axis, units in (
            ("latitude", held.latitude, "degrees_north"), ("longitude", held.longitude, "degrees_east"),
        ):  # fmt: skip
            out.createDimension(name, axis.size)
            out.createVariable(name, "f8", (name,))[:] = axis
            out[name].setncatts({"units": units, "standard_name": name})
        shape = ("term", "latitude", "longitude")
        var = out.createVariable(
            "coefficients", "f4", shape, zlib=True, complevel=1, shuffle=True, fill_value=np.float32(np.nan),
            chunksizes=(1, *held.coefficients.shape[1:]), least_significant_digit=4,
        )  # fmt: skip
        var.setncatts({"units": "degC", "long_name": "mean, then cosine and sine of each annual harmonic"})
        for k, term in enumerate(held.coefficients):  # one at a time: the whole would be copied twice
            var[k] = term


def from_netcdf(path: Path) -> CellClimatology:
    import netCDF4

    try:
        with netCDF4.Dataset(path) as held:
            held.set_auto_mask(False)
            return CellClimatology(
                held.product,
                held.variable,
                Baseline.parse(held.baseline),
                np.asarray(held["latitude"][:], dtype=np.float64),
                np.asarray(held["longitude"][:], dtype=np.float64),
                np.asarray(held["coefficients"][:], dtype=np.float32),
            )
    except (OSError, AttributeError, IndexError) as error:
        raise SeriesError("grid.no_climatology_file", file=path.name) from error


def difference(
    this: Sequence[GridFile], other: Sequence[GridFile], days: Sequence[tuple[dt.date, dt.date]]
) -> Iterator[Fields32]:
    """Day by day, one field minus another: this year minus last."""
    one, two = Frames(this), Frames(other)
    if one.first.grid.digest != two.first.grid.digest:
        raise SeriesError("grid.two_years")
    values, turned = (np.empty(one.first.grid.shape, dtype=np.float32) for _ in range(2))  # used again and again
    try:
        for day, partner in days:
            _minus(one.packing, one.field(day), two.packing, two.field(partner), values)
            yield oriented(one.first, values, turned)
    finally:
        one.close()
        two.close()


def _minus(this: Packing, one: npt.NDArray[Any], other: Packing, two: npt.NDArray[Any], values: Fields32) -> None:
    """Difference of two fields in degC into `values`, NaN where either has no value."""
    if one.dtype.kind in "iu" and one.dtype.itemsize <= 2 and two.dtype == one.dtype and this == other:
        np.subtract(one, two, out=values, dtype=np.float32)  # packed alike: the offsets cancel, shorts are exact
        values *= np.float32(this.scale)
        for good in (this.valid(one), other.valid(two)):
            if good is not None:
                np.copyto(values, np.nan, where=~good)
        return
    np.subtract(in_celsius(this, one), in_celsius(other, two), out=values)

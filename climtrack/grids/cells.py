"""
The climatology of every cell, in one pass and bounded memory, and a day's difference from it.

All years of one calendar day are read, then those of the next, so that only one running sum is held. The 365 means are
projected on the mean and the first 8 annual harmonics as they come, which is the very smoothing that regional series
get (`climtrack.analysis.climatology.harmonic`); what remains is 17 fields instead of 366, whatever the number of years.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from climtrack.errors import BaselineNotCovered, SeriesError
from climtrack.grids.cf import Packing
from climtrack.grids.grids import GridFile
from climtrack.grids.percentiles import day_of_year_percentile
from climtrack.grids.reduce import DAYS, Fields32, Frames, in_celsius, missing, oriented, westward
from climtrack.vocabulary.calendar import DAYS as DAYS_OF_YEAR
from climtrack.vocabulary.calendar import LEAP_DAY, date_of, dayofyear
from climtrack.vocabulary.registry import Baseline
from climtrack.vocabulary.series import Floats

# The average year of each cell and its threshold, smoothed: from packed days to a mean and a percentile by day of year.
#
# The rules are those of regional series (`climtrack.analysis.heatwaves`): the days within half a window of each day of
# year, over all years of the baseline; percentile and mean; both smoothed by a circular mean of 31 days.


SMOOTHING = 31
#: A window needs a value on this share of its days.
ENOUGH = 0.5
#: Laid-by hundredths of a degree that stand for no value.
GONE = -32768
#: Cells whose windows are added together.
SOME = 256
Shorts = npt.NDArray[np.int16]


def cycles(
    values: Shorts, days: npt.NDArray[np.datetime64], baseline: Baseline, percentile: float, window: int
) -> Floats:
    """Smoothed mean and percentile of each cell by day of year."""
    high = day_of_year_percentile(values, days, baseline, percentile=percentile, window=window, missing=GONE)
    mean = _means(values, days, window // 2)
    high[np.isnan(mean)] = np.nan
    return 0.01 * np.stack((_smooth(mean), _smooth(high)))


def _means(values: Shorts, days: npt.NDArray[np.datetime64], half: int) -> Floats:
    """Mean of the days around each day of year, NaN where fewer than half of them have a value; shape (366, cells)."""
    place = dayofyear(days)
    windows = []
    for day in (*range(LEAP_DAY - 1), *range(LEAP_DAY, DAYS_OF_YEAR)):
        middles = np.flatnonzero(place == day + 1)
        windows.append((day, np.maximum(middles - half, 0), np.minimum(middles + half + 1, days.size)))
    result = np.full((DAYS_OF_YEAR, values.shape[1]), np.nan)
    for start in range(0, values.shape[1], SOME):
        some = values[:, start : start + SOME]
        there = some != GONE
        total = _added(np.where(there, some, 0))
        number = None if there.all() else _added(there)
        for day, low, high in windows:
            whole = (high - low).sum()
            count = np.asarray(whole) if number is None else (number[high] - number[low]).sum(axis=0)
            mean = (total[high] - total[low]).sum(axis=0) / np.maximum(count, 1)
            result[day, start : start + SOME] = np.where((count > 0) & (count >= ENOUGH * whole), mean, np.nan)
    result[LEAP_DAY - 1] = (result[LEAP_DAY - 2] + result[LEAP_DAY]) / 2
    return result


def _added(values: npt.NDArray[Any]) -> npt.NDArray[np.int32]:
    """Sums of the rows before each, one more than there are rows."""
    total = np.zeros((len(values) + 1, values.shape[1]), dtype=np.int32)
    np.cumsum(values, axis=0, out=total[1:])
    return total


def _smooth(cycle: Floats) -> Floats:
    """Circular mean of 31 days down the first axis."""
    half = SMOOTHING // 2
    around = np.concatenate([cycle[-half:], cycle, cycle[:half]])
    total = np.zeros_like(cycle)
    for shift in range(SMOOTHING):
        total += around[shift : shift + len(cycle)]
    return total / SMOOTHING


HARMONICS = 8
#: Calendar days that are projected together: a matrix product instead of as many rank-one updates.
BATCH = 8


@dataclass(frozen=True, slots=True, eq=False)
class CellClimatology:
    """The annual cycle of every cell."""

    product: str
    variable: str
    baseline: Baseline  # First and last year, both included
    latitude: Floats  # Centres, south to north and eastward from 180 W
    longitude: Floats  # Centres, south to north and eastward from 180 W
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
    files: Sequence[GridFile],
    baseline: Baseline,
    *,
    progress: Callable[[int, int], None] | None = None,
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
                raise BaselineNotCovered(f"{baseline} not covered: no field for {_dated(2001, slot):%d %B}")
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
    latitude, longitude = np.sort(file.grid.latitude), np.sort(westward(file.grid.longitude))
    return CellClimatology(file.product, file.variable, baseline, latitude, longitude, turned)


def _years(frames: Frames, baseline: Baseline) -> tuple[int, ...]:
    """Years to average; a long-term mean has one, before any observation."""
    last = max(frames.days).year
    if last < 1800:
        return (last,)
    frames.covered(baseline)
    return tuple(baseline.years)


def _dated(year: int, slot: int) -> dt.date:
    """Date of a day of the 365-day calendar."""
    found = date_of(year, slot + 1 + (slot >= 59))
    assert found is not None  # noqa: S101  (29 February has no slot)
    return found


def _mean(frames: Frames, dates: Sequence[dt.date]) -> tuple[Fields32, npt.NDArray[np.int16]]:
    """Mean of the stored numbers over some days and how many there are, cell by cell."""
    total, count = None, None
    for day in dates:
        field = frames.field(day)
        kind: type[Any] = np.int32 if field.dtype.kind in "iu" and field.dtype.itemsize <= 2 else np.float64
        gone = missing(frames.packing, field)
        none = np.zeros(field.shape, dtype=np.bool_) if gone is None else gone
        kept = np.where(none, field.dtype.type(0), field)
        if total is None or count is None:
            total, count = kept.astype(kind), (~none).astype(np.int16)
        else:
            total += kept
            count += ~none
    assert total is not None  # noqa: S101  (dates is not empty)
    assert count is not None  # noqa: S101
    mean = np.divide(total, np.maximum(count, 1), dtype=np.float32, casting="same_kind")
    return mean, count


def to_netcdf(held: CellClimatology, path: Path, attributes: Mapping[str, str]) -> None:
    """Write a climatology of cells."""
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
    """Read a climatology of cells."""
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
        raise SeriesError(
            f"{path.name} is no climatology of cells", "Make one with climtrack grid climatology"
        ) from error


def difference(
    this: Sequence[GridFile], other: Sequence[GridFile], days: Sequence[tuple[dt.date, dt.date]]
) -> Iterator[Fields32]:
    """Day by day, one field minus another: this year minus last."""
    one, two = Frames(this), Frames(other)
    if one.first.grid.digest != two.first.grid.digest:
        raise SeriesError("the two years are on different grids", "Give files of one product")
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
        for gone in (missing(this, one), missing(other, two)):
            if gone is not None:
                np.copyto(values, np.nan, where=gone)
        return
    np.subtract(in_celsius(this, one), in_celsius(other, two), out=values)

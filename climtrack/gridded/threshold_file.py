"""DOOR. The file of thresholds: average and percentile of every cell, a day of year in each chunk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import IO

import numpy as np

from climtrack.errors import SeriesError
from climtrack.gridded.cycles import GONE, SMOOTHING, Shorts
from climtrack.gridded.frames import Fields32, Frames, in_celsius, oriented, westward
from climtrack.gridded.packing import Packing
from climtrack.vocabulary.baselines import Baseline
from climtrack.vocabulary.calendar import DAYS, dayofyear_of
from climtrack.vocabulary.series import Floats
from climtrack.vocabulary.variables import VARIABLES

#: How results are packed: finely, for a threshold rounded to OISST's hundredths would tie with days that exceed it.
PACKED: Mapping[str, Packing] = MappingProxyType(
    {"sst": Packing(0.001, 15.0, (GONE,)), "t2m": Packing(0.0025, -15.0, (GONE,))}
)


@dataclass(frozen=True, slots=True, eq=False)
class Threshold:
    """Average and threshold of every cell on one day of year."""

    product: str
    variable: str
    baseline: Baseline  # First and last year, both included
    percentile: float
    window: int
    latitude: Floats  # Centres, south to north and eastward from 180 W
    longitude: Floats  # Centres, south to north and eastward from 180 W
    mean: Fields32  # degC, shape (latitude, longitude); NaN without a value
    high: Fields32  # degC, shape (latitude, longitude); NaN without a value


def packed(variable: str, values: Floats) -> Shorts:
    """DegC as the file stores them."""
    packing = PACKED[variable]
    whole = np.rint((np.nan_to_num(values, nan=packing.offset) - packing.offset) / packing.scale)
    if np.abs(whole).max() > -GONE - 1:
        raise SeriesError(f"cells of {np.nanmax(np.abs(values)):.0f} °C are no temperatures", "Check the files' units")
    return np.where(np.isnan(values), GONE, whole).astype(np.int16)


def write(
    frames: Frames,
    baseline: Baseline,
    path: Path,
    attributes: Mapping[str, str],
    results: IO[bytes],
    percentile: float,
    window: int,
) -> None:
    """Write the results, laid by as they are stored: all days of year of the mean, then of the threshold."""
    import netCDF4

    file = frames.first
    rows, columns = file.grid.shape
    about, packing = VARIABLES[file.variable], PACKED[file.variable]
    with netCDF4.Dataset(path, "w") as out:
        out.setncatts({
            "Conventions": "CF-1.11", "title": f"Average and percentile of every cell by day of year, {baseline}",
            "product": file.product, "variable": file.variable, "baseline": str(baseline),
            "percentile": percentile, "window": np.int32(window), "smoothing": np.int32(SMOOTHING),
            "comment": f"Of the days within {window // 2} days of each day of year in {baseline}; both smoothed by a "
            f"circular mean of {SMOOTHING} days; 29 February lies half-way between its neighbours",
            "references": "Hobday et al. (2016), doi:10.1016/j.pocean.2015.12.014",
        } | dict(attributes))  # fmt: skip
        out.createDimension("dayofyear", DAYS)
        out.createVariable("dayofyear", "i2", ("dayofyear",))[:] = np.arange(1, DAYS + 1)
        out["dayofyear"].long_name = "day of year, 29 February is 60, 1 March always 61"
        for name, axis, units, letter in (
            ("latitude", np.sort(file.grid.latitude), "degrees_north", "Y"),
            ("longitude", np.sort(westward(file.grid.longitude)), "degrees_east", "X"),
        ):
            out.createDimension(name, axis.size)
            out.createVariable(name, "f8", (name,))[:] = axis
            out[name].setncatts({"units": units, "standard_name": name, "axis": letter})
        field = np.empty((rows, columns), dtype=np.int16)
        results.seek(0)
        for name, words in (("mean", "average"), ("threshold", f"percentile {percentile:g}")):
            var = out.createVariable(
                name, "i2", ("dayofyear", "latitude", "longitude"), zlib=True, complevel=1, shuffle=True,
                chunksizes=(1, rows, columns), fill_value=np.int16(GONE),
            )  # fmt: skip
            var.set_auto_maskandscale(False)
            var.setncatts({
                "standard_name": about.standard_name, "long_name": f"{words} of {about.title} by day of year",
                "units": "degC", "units_metadata": "temperature: on_scale",
                "scale_factor": packing.scale, "add_offset": packing.offset,
            })  # fmt: skip
            for day in range(DAYS):
                results.readinto(field.data)  # type: ignore[attr-defined]
                var[day] = oriented(file, field)


def read(path: Path, day: dt.date) -> Threshold:
    """Average and threshold of every cell on a calendar day."""
    import netCDF4

    try:
        with netCDF4.Dataset(path) as held:
            held.set_auto_maskandscale(False)
            mean, high = (
                in_celsius(PACKED[held.variable], np.asarray(held[name][dayofyear_of(day) - 1]))
                for name in ("mean", "threshold")
            )
            return Threshold(
                held.product,
                held.variable,
                Baseline.parse(held.baseline),
                float(held.percentile),
                int(held.window),
                np.asarray(held["latitude"][:], dtype=np.float64),
                np.asarray(held["longitude"][:], dtype=np.float64),
                mean,
                high,
            )
    except (OSError, AttributeError, LookupError) as error:
        raise SeriesError(
            f"{path.name} holds no thresholds of cells", "Make them with climtrack grid climatology --percentile 90"
        ) from error

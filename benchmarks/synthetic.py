"""
Made-up grids in the dialects of the real ones, for tests and benchmarks; nothing here is an observation.

A year of sea surface that behaves like OISST: zonal and seasonal pattern, eddies that drift, continents and a fixed
land mask, two decimals as packed shorts, deflate 4 with shuffle, one chunk a day.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import numpy.typing as npt

from climtrack.vocabulary.registry import REGIONS

FILL = -999
OISST = "NOAA/NCEI 1/4 Degree Daily Optimum Interpolation Sea Surface Temperature (OISST) Analysis"


def land(rows: int, columns: int, seed: int = 0) -> npt.NDArray[np.bool_]:
    """Continents: about a third of the cells, the same for every day; every named sea stays partly sea."""
    rng = np.random.default_rng(seed)
    field = _smooth(rng, rows, columns, 6)
    dry = field > np.quantile(field, 0.67)
    for region in REGIONS.values():
        if region.east - region.west < 180:
            south, north = (round((v + 90) / 180 * rows) for v in (region.south, region.north))
            west, east = (round(v % 360 / 360 * columns) for v in (region.west, region.east))
            dry[(south + north) // 2 : north + 1, west : east or columns] = False
    return dry


def _smooth(rng: np.random.Generator, rows: int, columns: int, waves: int) -> npt.NDArray[np.float64]:
    """A field of a few random waves, periodic in longitude, unit variance."""
    lat = np.linspace(-np.pi / 2, np.pi / 2, rows)[:, None]
    lon = np.linspace(0, 2 * np.pi, columns, endpoint=False)[None, :]
    total = np.zeros((rows, columns))
    for _ in range(2 * waves):
        k, m = rng.integers(1, waves + 1), rng.integers(1, waves + 1)
        total += rng.normal() * np.cos(k * lon + rng.uniform(0, 6.3)) * np.cos(m * lat + rng.uniform(0, 6.3))
    return total / total.std()


def sea_days(
    first: np.datetime64, days: int, rows: int = 720, columns: int = 1440, seed: int = 0
) -> Iterator[npt.NDArray[np.int16]]:
    """Packed fields of consecutive days, south to north, from the Greenwich meridian eastward."""
    rng = np.random.default_rng(seed)
    lat = np.deg2rad((np.arange(rows) + 0.5) * 180 / rows - 90)[:, None]
    mask = land(rows, columns, seed)
    eddies = [_smooth(rng, rows, columns, n) for n in (4, 12, 40)]
    # Unlike the waves, analysis noise does not compress: its size sets the stored size of a day (about 0.62 MB).
    grain = rng.normal(0, 0.02, (rows, 2 * columns))
    start = int(first.astype("datetime64[D]").astype(int))
    for day in range(start, start + days):
        season = np.cos(2 * np.pi * ((day % 365.25) / 365.25 - 0.62))
        base = 29.5 * np.cos(lat) ** 1.6 - 1.8 + 3.5 * np.sin(lat) * np.cos(lat) * 2 * season
        field = base + np.zeros((rows, columns))
        for size, pattern, speed in zip((1.0, 0.6, 0.3), eddies, (1, 2, 3), strict=True):
            field += size * np.roll(pattern, day * speed % columns, axis=1)
        shift = day * 37 % columns
        field += grain[:, shift : shift + columns]
        stored = np.rint(np.clip(field, -1.8, 35) * 100).astype(np.int16)
        stored[mask] = FILL
        yield stored


def write_psl_year(
    path: Path, year: int, rows: int = 720, columns: int = 1440, *, days: int = 0, seed: int = 0, **storage: Any
) -> Path:
    """A yearly file as PSL lays it out: `sst(time, lat, lon)`, days since 1800, packed shorts."""
    first = np.datetime64(f"{year}-01-01")
    count = days or int((np.datetime64(f"{year + 1}-01-01") - first).astype(int))
    with netCDF4.Dataset(path, "w") as out:
        out.title = (
            "NOAA/NCEI 1/4 Degree Daily Optimum Interpolation Sea Surface Temperature (OISST) Analysis, Version 2.1"
        )
        out.Conventions = "CF-1.5"
        out.comment = "SIMULATED by climtrack's benchmark; not an observation"
        _axes(out, rows, columns, "days since 1800-01-01 00:00:0.0")
        out["time"][:] = np.arange(count) + int((first - np.datetime64("1800-01-01")).astype(int))
        options = {"zlib": True, "complevel": 4, "shuffle": True, "chunksizes": (1, rows, columns)} | storage
        var = out.createVariable("sst", "i2", ("time", "lat", "lon"), fill_value=np.int16(FILL), **options)
        var.set_auto_maskandscale(False)
        var.setncatts({
            "long_name": "Daily Sea Surface Temperature", "standard_name": "sea_surface_temperature", "units": "degC",
            "scale_factor": np.float32(0.01), "add_offset": np.float32(0), "missing_value": np.int16(FILL),
        })  # fmt: skip
        for i, field in enumerate(sea_days(first, count, rows, columns, seed)):
            var[i] = field
    return path


def write_ncei_day(
    path: Path, day: np.datetime64, rows: int = 720, columns: int = 1440, *, preliminary: bool = False, seed: int = 0
) -> Path:
    """A daily file as NCEI lays it out: `sst`, `anom`, `err`, `ice` on (time, zlev, lat, lon)."""
    field = next(sea_days(day, 1, rows, columns, seed))
    state = "Interim" if preliminary else "Final"
    with netCDF4.Dataset(path, "w") as out:
        out.Conventions = "CF-1.6, ACDD-1.3"
        out.title = f"{OISST}, Version 2.1 - {state}"
        out.id = path.name
        out.summary = "A preliminary version of this file is produced in near-real time. SIMULATED, not an observation"
        _axes(out, rows, columns, "days since 1978-01-01 12:00:00", level=True)
        out["time"][:] = [int((day - np.datetime64("1978-01-01")).astype(int))]
        for name, words in (
            ("sst", "Daily sea surface temperature"),
            ("anom", "Daily sea surface temperature anomalies"),
            ("err", "Estimated error standard deviation of analysed_sst"),
            ("ice", "Sea ice concentration"),
        ):
            var = out.createVariable(
                name, "i2", ("time", "zlev", "lat", "lon"), fill_value=np.int16(FILL), zlib=True, complevel=4,
                shuffle=True, chunksizes=(1, 1, rows, columns),
            )  # fmt: skip
            var.set_auto_maskandscale(False)
            units = "%" if name == "ice" else "Celsius"
            var.setncatts({
                "long_name": words, "units": units, "scale_factor": np.float32(0.01), "add_offset": np.float32(0),
                "valid_min": np.int16(-300), "valid_max": np.int16(4500),
            })  # fmt: skip
            var[0, 0] = field if name == "sst" else np.where(field == FILL, FILL, 10).astype(np.int16)
    return path


def _axes(out: netCDF4.Dataset, rows: int, columns: int, since: str, *, level: bool = False) -> None:
    """Time, level, latitude and longitude as NOAA writes them."""
    out.createDimension("time", None)
    time = out.createVariable("time", "f8", ("time",))
    time.setncatts({"long_name": "Center time of the day", "units": since, "standard_name": "time", "axis": "T"})
    if level:
        out.createDimension("zlev", 1)
        out.createVariable("zlev", "f4", ("zlev",))[:] = 0
        out["zlev"].setncatts({"long_name": "Sea surface height", "units": "meters", "positive": "down"})
    for name, size, units, first in (("lat", rows, "degrees_north", -90.0), ("lon", columns, "degrees_east", 0.0)):
        out.createDimension(name, size)
        axis = out.createVariable(name, "f4", (name,))
        step = (180 if name == "lat" else 360) / size
        axis[:] = first + step * (np.arange(size) + 0.5)
        axis.units = units


def write_grid(
    path: Path,
    stored: npt.NDArray[Any],
    latitude: npt.ArrayLike,
    longitude: npt.ArrayLike,
    hours: npt.ArrayLike,
    *,
    attrs: dict[str, Any],
    title: str = f"{OISST}, Version 2.1 - Final",
    time: str = "time",
    since: str = "hours since 2023-01-01 00:00:00",
    bounds: npt.NDArray[Any] | None = None,
    name: str = "sst",
    dims: tuple[str, ...] = ("time", "lat", "lon"),
    kind: str = "NETCDF4",
    fill: Any = None,
    **storage: Any,
) -> Path:
    """Any small grid: stored numbers as given, of shape (time, latitude, longitude) whatever the order of `dims`."""
    with netCDF4.Dataset(path, "w", format=kind) as out:
        out.title = title
        for axis, values, units in (
            (time, hours, since), ("lat", latitude, "degrees_north"), ("lon", longitude, "degrees_east"),
        ):  # fmt: skip
            out.createDimension(axis, len(np.asarray(values)))
            out.createVariable(axis, "f8", (axis,))[:] = values
            out[axis].units = units
        if bounds is not None:
            out.createDimension("nv", 2)
            out.createVariable("lat_bnds", "f8", ("lat", "nv"))[:] = bounds
            out["lat"].bounds = "lat_bnds"
        named = tuple(time if d == "time" else d for d in dims)
        dtype = stored.dtype.newbyteorder(">" if storage.get("endian") == "big" else "=")
        var = out.createVariable(name, dtype, named, fill_value=fill, **storage)
        var.set_auto_maskandscale(False)
        var.setncatts(attrs)
        var[:] = stored.transpose([("time", "lat", "lon").index(d) for d in dims])
    return path

"""
A series as the bytes of a CF-1.11 NetCDF-4 file, for other programs; never read back.

Built in memory: HDF5 never sees the disk, where a full one ends it with a segmentation fault.
"""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Mapping
from typing import Any

import netCDF4
import numpy as np

from climtrack.store.store import EPOCH, source_to_json
from climtrack.vocabulary.calendar import DAYS, dayofyear
from climtrack.vocabulary.findings import Climatology
from climtrack.vocabulary.registry import PRODUCTS, REGIONS, VARIABLES
from climtrack.vocabulary.series import Series, SeriesKey, Status

CONVENTIONS = "CF-1.11 ACDD-1.3"
_TIMES = "days since 1970-01-01 00:00:00"
#: HDF5 is not safe to enter from two threads, even through separate files.
_HDF5 = threading.Lock()


def to_netcdf(series: Series, normal: Climatology | None = None) -> bytes:
    """Series as a NetCDF-4 file."""
    with _HDF5:
        file = netCDF4.Dataset("series.nc", "w", format="NETCDF4", memory=1 << 18)
        try:
            _describe(file, series)
            _times(file, series)
            _values(file, series)
            _place(file, series.key)
            _site_rows(file, series)
            if normal is not None:
                _anomalies(file, series, normal)
        except BaseException:  # whatever it was, HDF5 must not keep the file
            file.close()
            raise
        return _trimmed(bytes(file.close()))  # not by `with`: closing is what gives the bytes


def plain(text: str) -> str:
    """Text from a feed without control characters and lone surrogates."""
    return "".join(c if c.isprintable() else " " for c in text)


def _trimmed(data: bytes) -> bytes:
    """File without the unused end of the memory it was built in."""
    version, end = data[8], int.from_bytes(data[28:36], "little")  # HDF5 superblock: version, end-of-file address
    return data[:end] if version in (2, 3) and 48 < end <= len(data) else data


def _describe(file: Any, series: Series) -> None:
    """Global attributes: what, whose, whence, under which terms."""
    key, source = series.key, series.source
    product, variable, region = PRODUCTS.get(key.product), VARIABLES.get(key.variable), REGIONS.get(key.region)
    what = variable.title if variable else key.variable
    where = region.title if region else key.region
    when = f"{source.retrieved.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
    origin = product.title if product else (source.data_source or key.product)
    texts: Mapping[str, str] = {
        "Conventions": CONVENTIONS,
        "title": f"Daily mean {what}, {where}, {origin}" + (" (SIMULATED)" if source.simulated else ""),
        "summary": f"Area-weighted daily mean {what} over {where}, one value a day, as published by its provider.",
        "keywords": f"{what}, {where}, {origin}, daily mean, reanalysis",
        "institution": product.provider if product else "unknown",
        "source": source.data_source or origin,
        "references": product.citation if product else source.url,
        "license": product.licence if product else "unknown",
        "acknowledgement": product.attribution(source.retrieved.year) if product else source.url,
        "history": f"{when} climtrack: read from {source.url}",
        "source_url": source.url,
        "date_retrieved": when,
        "payload_sha256": source.sha256,
        "payload_etag": source.etag,
        "payload_last_modified": source.last_modified,
        "comment": "; ".join(source.notes) or "Values are kept as published; gaps are not filled.",
        "time_coverage_start": series.start.isoformat(),
        "time_coverage_end": series.end.isoformat(),
        "time_coverage_resolution": "P1D",
        "climtrack_key": str(key),
        "climtrack_start": series.start.isoformat(),
        "climtrack_digest": series.digest,
        "climtrack_source": source_to_json(source),
        "climtrack_site_rows": json.dumps(list(series.site_climatology)),
    }
    file.setncatts({name: plain(text) for name, text in texts.items()})


def _times(file: Any, series: Series) -> None:
    """Dates, with the bounds of the day that each mean covers."""
    size = series.values.size
    file.createDimension("time", size)
    file.createDimension("bounds", 2)
    first = (series.start - EPOCH).days
    time = file.createVariable("time", "i4", ("time",), zlib=True, chunksizes=(size,))
    time.setncatts({
        "standard_name": "time", "long_name": "day", "units": _TIMES, "calendar": "standard", "axis": "T",
        "units_metadata": "leap_seconds: none", "bounds": "time_bounds",
    })  # fmt: skip
    days = np.arange(first, first + size, dtype=np.int32)
    time[:] = days
    bounds = file.createVariable("time_bounds", "i4", ("time", "bounds"), zlib=True, chunksizes=(size, 2))
    bounds[:] = np.stack([days, days + 1], axis=1)


def _values(file: Any, series: Series) -> None:
    """The temperatures, on an absolute scale, and what is known of each day."""
    key, size = series.key, series.values.size
    variable, region = VARIABLES.get(key.variable), REGIONS.get(key.region)
    coordinates = (["height"] if variable and variable.height is not None else []) + (
        ["latitude", "longitude"] if region else []
    )
    data = file.createVariable(
        key.variable, "f8", ("time",), zlib=True, complevel=4, shuffle=True, chunksizes=(size,), fill_value=np.nan
    )
    data.setncatts(
        {
            "standard_name": variable.standard_name if variable else "air_temperature",
            "long_name": f"daily mean {variable.title if variable else key.variable}",
            "units": "degC",
            "units_metadata": "temperature: on_scale",
            "cell_methods": variable.cell_methods if variable else "area: mean time: mean",
            "ancillary_variables": "status",
        }
        | ({"coordinates": " ".join(coordinates)} if coordinates else {})
    )
    data[:] = series.values
    status = file.createVariable("status", "i1", ("time",), zlib=True, chunksizes=(size,))
    status.setncatts({
        "standard_name": "status_flag", "long_name": "status of the day's value",
        "flag_values": np.array([s.value for s in Status], dtype=np.int8),
        "flag_meanings": " ".join(s.name.lower() for s in Status),
    })  # fmt: skip
    status[:] = series.status


def _place(file: Any, key: SeriesKey) -> None:
    """Height above the surface and the region's bounds, as scalar coordinates."""
    variable, region = VARIABLES.get(key.variable), REGIONS.get(key.region)
    if variable and variable.height is not None:
        height = file.createVariable("height", "f8", ())
        height.setncatts({
            "standard_name": "height", "long_name": "height above the surface", "units": "m", "positive": "up",
            "axis": "Z",
        })  # fmt: skip
        height[...] = variable.height
    if region is None:
        return
    east = region.east + 360 if region.east < region.west else region.east
    for name, low, high, units in (
        ("latitude", region.south, region.north, "degrees_north"),
        ("longitude", region.west, east, "degrees_east"),
    ):
        middle = file.createVariable(name, "f8", ())
        middle.setncatts({"standard_name": name, "long_name": f"{name} of the region's middle", "units": units,
                          "bounds": f"{name}_bounds"})  # fmt: skip
        middle[...] = (low + high) / 2
        bounds = file.createVariable(f"{name}_bounds", "f8", ("bounds",))
        bounds[:] = (low, high)
    file.setncatts({
        "geospatial_lat_min": region.south, "geospatial_lat_max": region.north,
        "geospatial_lon_min": region.west, "geospatial_lon_max": east,
    })  # fmt: skip


def _site_rows(file: Any, series: Series) -> None:
    """The provider's own climatology rows, by slot of the feed (1 January + i days)."""
    rows = series.site_climatology
    if not rows:
        return
    names = [plain(name)[:64] for name in rows]
    width = max(len(name.encode()) for name in names)
    file.createDimension("site_row", len(names))
    file.createDimension("slot", DAYS)
    file.createDimension("characters", width)
    label = file.createVariable("site_row_name", "S1", ("site_row", "characters"))
    label.setncatts({"long_name": "name of the row in the provider's file"})
    label[:] = np.array([list(name.encode().ljust(width, b"\0")) for name in names], dtype=np.uint8).view("S1")
    mean = file.createVariable(
        "site_climatology", "f8", ("site_row", "slot"), zlib=True, shuffle=True, fill_value=np.nan
    )
    mean.setncatts({
        "long_name": "provider's own mean annual cycle, by days since 1 January", "units": "degC",
        "units_metadata": "temperature: on_scale", "coordinates": "site_row_name",
    })  # fmt: skip
    mean[:] = np.stack([np.asarray(row, dtype=np.float64) for row in rows.values()])


def _anomalies(file: Any, series: Series, normal: Climatology) -> None:
    """Mean annual cycle, its spread, and each day's difference from it: the plain standard name, as CF 1.13 §7.5.2."""
    variable, years = VARIABLES.get(series.key.variable), str(normal.baseline)
    name = variable.standard_name if variable else "air_temperature"
    methods = variable.cell_methods if variable else "area: mean time: mean"
    file.createDimension("dayofyear", DAYS)
    day = file.createVariable("dayofyear", "i2", ("dayofyear",))
    day.setncatts({"long_name": "day of year, 1 March always 61", "units": "1"})
    day[:] = np.arange(1, DAYS + 1)
    for label, values, told in (
        ("climatology", normal.mean, {"long_name": f"{years} average", "units_metadata": "temperature: on_scale",
                                      "cell_methods": "area: mean time: mean within years time: mean over years"}),
        ("climatology_spread", normal.spread, {"long_name": f"standard deviation across {years}",
                                               "units_metadata": "temperature: difference"}),
    ):  # fmt: skip
        cycle = file.createVariable(label, "f8", ("dayofyear",), zlib=True, fill_value=np.nan)
        cycle.setncatts({"standard_name": name, "units": "degC", "baseline": years} | told)
        cycle[:] = values
    anomaly = file.createVariable(f"{series.key.variable}_anomaly", "f8", ("time",), zlib=True, fill_value=np.nan)
    anomaly.setncatts({
        "standard_name": name, "long_name": f"difference from the {years} average", "units": "degC",
        "units_metadata": "temperature: difference", "cell_methods": f"{methods} time: anomaly_wrt climatology",
        "baseline": years, "climatology_method": normal.method, "ancillary_variables": "status",
    })  # fmt: skip
    anomaly[:] = series.values - normal.mean[dayofyear(series.dates) - 1]

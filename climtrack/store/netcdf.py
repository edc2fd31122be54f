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

from climtrack.store.store import source_to_json
from climtrack.vocabulary.calendar import DAYS, dayofyear
from climtrack.vocabulary.findings import Climatology
from climtrack.vocabulary.registry import PRODUCTS, REGIONS, VARIABLES
from climtrack.vocabulary.series import Series, SeriesKey, Status
from climtrack.words.attribution import attribution
from climtrack.words.language import Language, capitalised

CONVENTIONS = "CF-1.11 ACDD-1.3"
_TIMES = "days since 1970-01-01 00:00:00"
#: HDF5 is not safe to enter from two threads, even through separate files.
_HDF5 = threading.Lock()


def to_netcdf(series: Series, normal: Climatology | None = None) -> bytes:
    """Series as a NetCDF-4 file, with its mean annual cycle and anomalies where there is one."""
    with _HDF5:
        file = netCDF4.Dataset("series.nc", "w", format="NETCDF4", memory=1 << 18)
        try:
            _describe(file, series)
            _values(file, series)
            _place(file, series.key)
            _site_rows(file, series)
            if normal is not None:
                _anomalies(file, series, normal)
        except BaseException:  # whatever it was, HDF5 must not keep the file
            file.close()
            raise
        return _trimmed(bytes(file.close()))  # not by `with`: closing is what gives the bytes


def _printable(text: str) -> str:
    """Text from a feed without control characters and lone surrogates."""
    return "".join(c if c.isprintable() else " " for c in text)


def _trimmed(data: bytes) -> bytes:
    """File without the unused end of the memory it was built in."""
    version, end = data[8], int.from_bytes(data[28:36], "little")  # HDF5 superblock: version, end-of-file address
    return data[:end] if version in (2, 3) and 48 < end <= len(data) else data


def _add(file: Any, name: str, kind: str, dimensions: tuple[str, ...], values: Any, **attributes: Any) -> None:
    """A variable in one compressed chunk; of floats, NaN is the missing value."""
    sizes = [file.dimensions[dimension].size for dimension in dimensions]
    fill = np.nan if kind == "f8" and dimensions else None
    made = file.createVariable(name, kind, dimensions, zlib=bool(sizes), chunksizes=sizes or None, fill_value=fill)
    made.setncatts(attributes)
    made[...] = values


def _describe(file: Any, series: Series) -> None:
    """Global attributes: what, whose, whence, under which terms."""
    key, source = series.key, series.source
    product, region = PRODUCTS.get(key.product), REGIONS.get(key.region)
    what, step = _what(key), "month" if key.monthly else "day"
    where = region.title if region else key.region
    when = f"{source.retrieved.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
    origin = product.title if product else (source.data_source or key.product)
    texts: Mapping[str, str] = {
        "Conventions": CONVENTIONS,
        "title": f"{capitalised(what)}, {where}, {origin}" + (" (SIMULATED)" if source.simulated else ""),
        "summary": f"Area-weighted {what} over {where}, one value a {step}, as published by its provider.",
        "keywords": f"{what}, {where}, {origin}",
        "institution": product.provider if product else "unknown",
        "source": source.data_source or origin,
        "references": (product.citation if product else "") or source.url,
        "license": product.licence if product else "unknown",
        "acknowledgement": " ".join(attribution(series, Language("en"), citation=False)) if product else source.url,
        "history": f"{when} climtrack: read from {source.url}",
        "source_url": source.url,
        "date_retrieved": when,
        "payload_sha256": source.sha256,
        "payload_etag": source.etag,
        "payload_last_modified": source.last_modified,
        "comment": "; ".join(map(str, source.notes)) or "Values are kept as published; gaps are not filled.",
        "time_coverage_start": series.start.isoformat(),
        "time_coverage_end": series.end.isoformat(),
        "time_coverage_resolution": "P1M" if key.monthly else "P1D",
        "climtrack_key": str(key),
        "climtrack_start": series.start.isoformat(),
        "climtrack_digest": series.digest,
        "climtrack_source": source_to_json(source),
        "climtrack_site_rows": json.dumps(list(series.site_climatology)),
    }
    file.setncatts({name: _printable(text) for name, text in texts.items()})


def _what(key: SeriesKey) -> str:
    variable = VARIABLES.get(key.variable)
    return f"{'departures of' if key.monthly else 'daily mean'} {variable.title if variable else key.variable}"


def _values(file: Any, series: Series) -> None:
    """Days or months with their bounds, temperatures, and what is known of each."""
    key, size = series.key, series.values.size
    variable = VARIABLES.get(key.variable)
    file.createDimension("time", size)
    file.createDimension("bounds", 2)
    edges = (np.datetime64(series.start, key.unit) + np.arange(size + 1)).astype("datetime64[D]").astype(np.int32)
    step, scale = ("month", "difference") if key.monthly else ("day", "on_scale")
    _add(file, "time", "i4", ("time",), edges[:-1], standard_name="time", long_name=step, units=_TIMES,
         calendar="standard", axis="T", units_metadata="leap_seconds: none", bounds="time_bounds")  # fmt: skip
    _add(file, "time_bounds", "i4", ("time", "bounds"), np.stack([edges[:-1], edges[1:]], axis=1))
    height = ["height"] if variable and variable.height is not None else []
    coordinates = " ".join(height + (["latitude", "longitude"] if key.region in REGIONS else []))
    _add(
        file, key.variable, "f8", ("time",), series.values,
        standard_name=variable.standard_name if variable else "air_temperature",
        long_name=_what(key), units="degC", units_metadata=f"temperature: {scale}",
        cell_methods=variable.cell_methods if variable else "area: mean time: mean",
        ancillary_variables="status", **({"coordinates": coordinates} if coordinates else {}),
        **({"baseline": series.source.details["base_period"]} if "base_period" in series.source.details else {}),
    )  # fmt: skip
    _add(
        file, "status", "i1", ("time",), series.status, standard_name="status_flag",
        long_name=f"status of the {step}'s value", flag_values=np.array([s.value for s in Status], dtype=np.int8),
        flag_meanings=" ".join(s.name.lower() for s in Status),
    )  # fmt: skip


def _place(file: Any, key: SeriesKey) -> None:
    """Height above the surface and the region's bounds, as scalar coordinates."""
    variable, region = VARIABLES.get(key.variable), REGIONS.get(key.region)
    if variable and variable.height is not None:
        _add(file, "height", "f8", (), variable.height, standard_name="height", long_name="height above the surface",
             units="m", positive="up", axis="Z")  # fmt: skip
    if region is None:
        return
    east = region.east + 360 if region.east < region.west else region.east
    for name, low, high, units in (
        ("latitude", region.south, region.north, "degrees_north"),
        ("longitude", region.west, east, "degrees_east"),
    ):
        _add(file, name, "f8", (), (low + high) / 2, standard_name=name, long_name=f"{name} of the region's middle",
             units=units, bounds=f"{name}_bounds")  # fmt: skip
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
    names = [_printable(name)[:64].encode() for name in rows]
    file.createDimension("site_row", len(names))
    file.createDimension("slot", DAYS)
    file.createDimension("characters", width := max(map(len, names)))
    label = file.createVariable("site_row_name", "S1", ("site_row", "characters"))
    label.setncatts({"long_name": "name of the row in the provider's file"})
    label[:] = np.array([list(name.ljust(width, b"\0")) for name in names], dtype=np.uint8).view("S1")
    _add(file, "site_climatology", "f8", ("site_row", "slot"), np.stack(list(rows.values())),
         long_name="provider's own mean annual cycle, by days since 1 January", units="degC",
         units_metadata="temperature: on_scale", coordinates="site_row_name")  # fmt: skip


def _anomalies(file: Any, series: Series, normal: Climatology) -> None:
    """Mean annual cycle, its spread, and each day's difference from it: the plain standard name, as CF 1.13 §7.5.2."""
    variable, years = VARIABLES.get(series.key.variable), str(normal.baseline)
    methods = variable.cell_methods if variable else "area: mean time: mean"
    common = {"standard_name": variable.standard_name if variable else "air_temperature", "units": "degC"}
    file.createDimension("dayofyear", DAYS)
    day = file.createVariable("dayofyear", "i2", ("dayofyear",))
    day.setncatts({"long_name": "day of year, 1 March always 61", "units": "1"})
    day[:] = np.arange(1, DAYS + 1)
    _add(file, "climatology", "f8", ("dayofyear",), normal.mean, **common, baseline=years, long_name=f"{years} average",
         units_metadata="temperature: on_scale",
         cell_methods="area: mean time: mean within years time: mean over years")  # fmt: skip
    _add(file, "climatology_spread", "f8", ("dayofyear",), normal.spread, **common, baseline=years,
         long_name=f"standard deviation across {years}", units_metadata="temperature: difference")  # fmt: skip
    _add(file, f"{series.key.variable}_anomaly", "f8", ("time",),
         series.values - normal.mean[dayofyear(series.dates) - 1], **common,
         long_name=f"difference from the {years} average", units_metadata="temperature: difference",
         cell_methods=f"{methods} time: anomaly_wrt climatology", baseline=years, climatology_method=normal.method,
         ancillary_variables="status")  # fmt: skip

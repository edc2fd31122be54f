"""
Series as xarray with CF metadata, and back.

Temperatures are in degC on an absolute scale, differences say ``units_metadata: temperature: difference``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from climtrack.errors import AnalysisError
from climtrack.vocabulary.baselines import Baseline
from climtrack.vocabulary.series import Series, SeriesKey, Source, Status, trimmed
from climtrack.vocabulary.variables import VARIABLES

if TYPE_CHECKING:
    import xarray as xr

DIFFERENCE = "temperature: difference"


def to_array(series: Series) -> xr.DataArray:
    """Series with the same metadata as its stored file."""
    import xarray as xr

    from climtrack.store.cf import to_netcdf

    with xr.open_dataset(to_netcdf(series), engine="netcdf4") as file:
        data = file[series.key.variable].load()
        attributes = {
            name: file.attrs[name]
            for name in ("title", "institution", "source", "references", "license", "acknowledgement", "source_url",
                         "date_retrieved", "comment", "climtrack_key")
        }  # fmt: skip
        data = data.assign_coords(status=("time", file["status"].values, file["status"].attrs))
    data.attrs |= attributes | {"simulated": str(series.source.simulated).lower()}
    data.attrs.pop("ancillary_variables", None)
    return data


def from_array(data: xr.DataArray) -> Series:
    """Daily values of an array, whoever made it; days that it lacks are gaps."""
    if data.dims != ("time",):
        raise AnalysisError(f"the array has dimensions {data.dims}, not ('time',)", "Reduce it to one region first")
    if str(data.attrs.get("units", "degC")) not in ("degC", "°C", "celsius", "Celsius", "degree_Celsius"):
        raise AnalysisError(
            f"the array is in {data.attrs['units']}, not degC", "Convert it and say so in its attributes"
        )
    days = data["time"].values.astype("datetime64[D]")
    if days.size == 0 or (np.diff(days) <= np.timedelta64(0, "D")).any():
        raise AnalysisError("the days of the array do not follow one another", "Sort it by time, one value a day")
    rows = (days - days[0]).astype(int)
    values = np.full(int(rows[-1]) + 1, np.nan)
    values[rows] = np.asarray(data.values, dtype=np.float64)
    status = np.full(values.size, Status.MISSING, dtype=np.int8)
    given = np.asarray(data["status"].values) if "status" in data.coords else np.full(rows.size, Status.FINAL)
    status[rows] = np.where(given == Status.PRELIMINARY, Status.PRELIMINARY, Status.FINAL)
    status[np.isnan(values)] = Status.MISSING
    name = str(data.attrs.get("climtrack_key", f"own.{data.name or 'temperature'}.own"))
    source = Source(
        "memory:", dt.datetime.fromtimestamp(0, dt.UTC), "", simulated=data.attrs.get("simulated") == "true"
    )
    return trimmed(SeriesKey.parse(name), days[0].item(), values, status, source)


def normal_attributes(data: xr.DataArray, years: Baseline, method: str) -> Mapping[str, str]:
    """CF attributes of a climatology."""
    attributes = {
        "long_name": f"{years} average: {data.attrs.get('long_name', data.name)}",
        "units": "degC",
        "units_metadata": "temperature: on_scale",
        "cell_methods": "area: mean time: mean within years time: mean over years",
        "baseline": str(years),
        "climatology_method": method,
    }
    standard = data.attrs.get(
        "standard_name", VARIABLES[str(data.name)].standard_name if data.name in VARIABLES else ""
    )
    return attributes | ({"standard_name": standard} if standard else {})

"""Series of regions as xarray, their climatology and anomaly."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Literal, get_args, overload

import numpy as np

from climtrack.errors import AnalysisError, ConfigError, SeriesNotFound
from climtrack.vocabulary import calendar
from climtrack.vocabulary.registry import (
    DEFAULT,
    OPTIONS,
    VARIABLES,
    Baseline,
    RegionName,
    VariableName,
    unknown_name,
)
from climtrack.vocabulary.series import Pairing, Series, SeriesKey, Source, Status, trimmed

if TYPE_CHECKING:
    import xarray as xr

    from climtrack.config import Config


#: Rules of a climatology.
Method = Literal["harmonic", "site"]


def config() -> Config:
    """Settings as the command line finds them."""
    from climtrack.config import load

    return load(None, os.environ)


def now() -> dt.datetime:
    """The time, read once per call."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def pairing_of(region: str) -> Pairing:
    """Series that answer for a region."""
    require(region, str, "api.one_region")
    from climtrack.run.run import Run

    return Run(config(), now()).pairings((region,), tuple(OPTIONS))[0]


def stored_series(
    variable: str, region: str, *, known_on: str | dt.date | dt.datetime | None, offline: bool, sample: bool
) -> Series:
    """The series asked for, and no other one in its place."""
    variable = next((option for option, known in OPTIONS.items() if known.name == variable), variable)
    one_of(variable, tuple(OPTIONS), "variable")
    pair = pairing_of(region)
    key = pair.air if variable == "air" else pair.sst
    if key is None:
        raise ConfigError("api.no_series", variable=variable, region=region[:40])
    if key.region != pair.region and pair.region != "world":
        raise ConfigError("api.no_sea", region=pair.region, other=key.region)
    return series_of(key, known_on=known_on, offline=offline, sample=sample)


def series_of(key: SeriesKey, *, known_on: str | dt.date | dt.datetime | None, offline: bool, sample: bool) -> Series:
    """The series of a key."""
    from climtrack.run.run import Run, sampled

    require(known_on, str | dt.date | None, "api.day")
    if sample:
        found = sampled([key], now())
        if key not in found:
            raise SeriesNotFound("run.no_sample", label=key.label)
        return found[key]
    known = calendar.day_or_time(str(known_on)) if isinstance(known_on, str | dt.datetime) else known_on
    with Run(config(), now(), offline=offline, sample=False, known_on=known) as run:
        return run.series([key])[key]


def require(value: object, kind: type | UnionType, message: str) -> None:
    """Refuse what is no such thing in a line that says what is."""
    if not isinstance(value, kind):
        raise ConfigError(message, given=type(value).__name__)


def one_of(value: object, known: Sequence[str], kind: str) -> None:
    """Refuse a word that is none of some."""
    if value not in known:
        raise unknown_name(kind, str(value), known)


def baseline_of(value: str | Baseline) -> Baseline:
    """Baseline, however it was given."""
    return value if isinstance(value, Baseline) else Baseline.parse(str(value))


def chosen(value: str | Baseline) -> Baseline | None:
    """The same, or None for ``auto``."""
    return None if value == "auto" else baseline_of(value)


def date_of(value: str | dt.date | None) -> dt.date | None:
    """Date, however it was given."""
    if not isinstance(value, str):
        require(value, dt.date | None, "api.day")
        return value
    try:
        return dt.date.fromisoformat(value)
    except ValueError as problem:
        raise ConfigError("api.date", value=value[:40]) from problem


#: CF's word for an anomaly or a spread; temperatures are on an absolute scale.
DIFFERENCE = "temperature: difference"


def to_array(series: Series) -> xr.DataArray:
    """Series with the same metadata as its stored file."""
    import xarray as xr

    from climtrack.store.netcdf import to_netcdf

    with xr.open_dataset(to_netcdf(series), engine="netcdf4") as file:
        # a hemisphere's middle would keep it from being merged with the other one
        data = file[series.key.variable].drop_vars(["latitude", "longitude"], errors="ignore").load()
        attributes = {
            name: file.attrs[name]
            for name in ("title", "institution", "source", "references", "license", "acknowledgement", "source_url",
                         "date_retrieved", "comment", "climtrack_key")
        }  # fmt: skip
        data = data.assign_coords(status=("time", file["status"].values, file["status"].attrs))
    data.attrs |= attributes | {"simulated": str(series.source.simulated).lower()}
    data.attrs.pop("ancillary_variables", None)
    data.encoding.pop("coordinates", None)
    return data


def together(arrays: Mapping[str, xr.DataArray]) -> xr.Dataset:
    """Series on the days that any of them has; the status of `nh` is `nh_status`."""
    import xarray as xr

    named = [one.rename(name).rename(status=f"{name}_status") for name, one in arrays.items()]
    missing = {f"{name}_status": Status.MISSING.value for name in arrays}
    found = xr.merge(named, join="outer", compat="no_conflicts", fill_value=missing)
    found.attrs = {"Conventions": "CF-1.11"}
    return found


def from_array(data: xr.DataArray) -> Series:
    """Daily values of an array, whoever made it; days that it lacks are gaps."""
    import xarray as xr

    require(data, xr.DataArray, "api.array")
    if data.dims != ("time",):
        raise AnalysisError("api.dimensions", dims=str(data.dims))
    if str(data.attrs.get("units", "degC")) not in ("degC", "°C", "celsius", "Celsius", "degree_Celsius"):
        raise AnalysisError("api.units", units=data.attrs["units"])
    days = data["time"].values.astype("datetime64[D]")
    if days.size == 0 or (np.diff(days) <= np.timedelta64(0, "D")).any():
        raise AnalysisError("api.unsorted")
    rows = (days - days[0]).astype(int)
    values = np.full(int(rows[-1]) + 1, np.nan)
    values[rows] = np.asarray(data.values, dtype=np.float64)
    status = np.full(values.size, Status.MISSING, dtype=np.int8)
    own = data.coords.get(f"{data.name}_status", data.coords.get("status"))
    given = np.full(rows.size, Status.FINAL) if own is None else np.asarray(own.values)
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


def climatology(data: xr.DataArray, baseline: str | Baseline = DEFAULT, *, method: Method = "harmonic") -> xr.DataArray:
    """
    Mean annual cycle of a daily series over a baseline.

    Parameters
    ----------
    data : xarray.DataArray
        Daily means in degC, shape (time,): from `climtrack.open`, or your own.
    baseline : str or Baseline, default "1991-2020"
        First and last year, both included.
    method : {"harmonic", "site"}, default "harmonic"
        First 8 annual harmonics by day of year, or the site's 5-slot circular mean by slot.

    Returns
    -------
    xarray.DataArray
        Climatology in degC, shape (dayofyear: 366,), with ``spread``, the standard deviation across the baseline years,
        as a coordinate.

    Raises
    ------
    BaselineNotCovered
        If the series lacks days of the baseline.

    Examples
    --------
    >>> normal = climtrack.climatology(climtrack.open("air", "nh", sample=True), "1981-2010")
    >>> normal.sizes["dayofyear"]
    366
    """
    import xarray as xr

    from climtrack.analysis.climatology import climatology as compute

    one_of(method, get_args(Method), "rule")
    years = baseline_of(baseline)
    found = compute(from_array(data), years, method=method)
    spread = {"units": "degC", "units_metadata": DIFFERENCE, "long_name": f"standard deviation across {years}"}
    return xr.DataArray(
        found.mean,
        dims="dayofyear",
        coords={
            "dayofyear": ("dayofyear", np.arange(1, calendar.DAYS + 1), {"long_name": _counted(method)}),
            "spread": ("dayofyear", found.spread, spread),
        },
        name="climatology",
        attrs=normal_attributes(data, years, method),
    )


def anomaly(data: xr.DataArray, baseline: str | Baseline = DEFAULT, *, method: Method = "harmonic") -> xr.DataArray:
    """
    Difference of a daily series from its climatology.

    Parameters
    ----------
    data : xarray.DataArray
        Daily means in degC, shape (time,): from `climtrack.open`, or your own.
    baseline : str or Baseline, default "1991-2020"
        First and last year, both included.
    method : {"harmonic", "site"}, default "harmonic"
        As in `climtrack.climatology`; ``site`` gives the anomaly that the site shows.

    Returns
    -------
    xarray.DataArray
        Differences in degC, shape (time,). The standard name stays the plain one; ``cell_methods`` says
        ``anomaly_wrt`` (CF 1.13 §7.5.2) and the ``climatology`` of each date stands beside as a coordinate.

    Raises
    ------
    BaselineNotCovered
        If the series lacks days of the baseline.

    Examples
    --------
    >>> warm = climtrack.anomaly(climtrack.open("air", "nh", sample=True), baseline="1979-2000")
    >>> warm.attrs["units_metadata"], warm.attrs["baseline"]
    ('temperature: difference', '1979-2000')
    """
    import xarray as xr

    from climtrack.analysis.climatology import climatology as compute

    one_of(method, get_args(Method), "rule")
    years, series = baseline_of(baseline), from_array(data)
    cycle = compute(series, years, method=method)
    columns = calendar.slot(series.dates) if method == "site" else calendar.dayofyear(series.dates) - 1
    normal = cycle.mean[columns]
    methods = str(data.attrs.get("cell_methods", "time: mean"))
    return xr.DataArray(
        series.values - normal,
        dims="time",
        coords={
            "time": series.dates.astype("datetime64[ns]"),
            "climatology": ("time", normal, normal_attributes(data, years, method)),
            **{name: data.coords[name] for name in ("height",) if name in data.coords},
        },
        name=f"{data.name or 'temperature'}_anomaly",
        attrs=dict(data.attrs)
        | {
            "title": f"Difference from the {years} average: {data.attrs.get('title', data.name)}",
            "long_name": f"difference from the {years} average: {data.attrs.get('long_name', data.name)}",
            "units": "degC",
            "units_metadata": DIFFERENCE,
            "cell_methods": f"{methods} time: anomaly_wrt climatology",
            "baseline": str(years),
            "climatology_method": method,
        },
    )


def year_over_year(data: xr.DataArray) -> xr.DataArray:
    """Value minus that of the same calendar day a year before; 28 February stands in for 29 February."""
    series = from_array(data)
    days = series.dates.astype(object)
    rows = np.array([(calendar.same_day(day, day.year - 1) - series.start).days for day in days])
    before = np.where(rows >= 0, series.values[np.maximum(rows, 0)], np.nan)
    out = data.copy(data=series.values - before)
    out.attrs = {
        "long_name": "difference from the same day a year before",
        "units": "degC",
        "units_metadata": DIFFERENCE,
    }
    return out


def _counted(method: str) -> str:
    """What the positions of a climatology are."""
    return "days since 1 January, plus one" if method == "site" else "day of year, 1 March always 61"


@overload
def open(  # numpydoc ignore=GL08
    variable: VariableName = "air",
    region: RegionName | str = "nh",
    *,
    as_of: str | dt.date | None = None,
    known_on: str | dt.date | dt.datetime | None = None,
    offline: bool = False,
    sample: bool = False,
) -> xr.DataArray: ...
@overload
def open(  # numpydoc ignore=GL08
    variable: VariableName,
    region: list[str] | tuple[str, ...],
    *,
    as_of: str | dt.date | None = None,
    known_on: str | dt.date | dt.datetime | None = None,
    offline: bool = False,
    sample: bool = False,
) -> xr.Dataset: ...
@overload
def open(  # numpydoc ignore=GL08
    variable: list[str] | tuple[str, ...],
    *,
    as_of: str | dt.date | None = None,
    known_on: str | dt.date | dt.datetime | None = None,
    offline: bool = False,
    sample: bool = False,
) -> xr.Dataset: ...
def open(
    variable: VariableName | list[str] | tuple[str, ...] = "air",
    region: RegionName | str | list[str] | tuple[str, ...] = "nh",
    *,
    as_of: str | dt.date | None = None,
    known_on: str | dt.date | dt.datetime | None = None,
    offline: bool = False,
    sample: bool = False,
) -> xr.DataArray | xr.Dataset:
    """
    Daily series of one variable over one region, or over several.

    Parameters
    ----------
    variable : {"air", "sst"}, default "air"
        Air temperature 2 m above the surface (``t2m`` too), or sea surface temperature; or the regions themselves,
        ``open(["nh", "sh"])``, of the air.
    region : str or list of str, default "nh"
        ``world``, ``nh``, ``sh``, ``tropics``, ``arctic``, ``antarctic`` for the air; ``world``, ``natlan``,
        ``natlsp``, ``atlhmdr``, ``gom``, ``gomex``, ``nino3.4`` for the sea, and what config.toml or
        ``climtrack grid`` added.
    as_of : str or date, optional
        Last day wanted.
    known_on : str, date or datetime, optional
        As it was known on this day, or by this time (UTC without an offset), before later revisions.
    offline : bool, default False
        Do not ask the source: use what is stored.
    sample : bool, default False
        The simulated sample instead of real data, which needs no network; its attributes say so.

    Returns
    -------
    xarray.DataArray
        Daily means in degC, shape (time,), gaps as NaN; ``status`` (1 final, 2 preliminary) is a coordinate, and the
        source, its licence and the time of retrieval in the attributes. Of a list of regions an xarray.Dataset with a
        variable for each, on the days that any of them has; the status of ``nh`` is ``nh_status``.

    Raises
    ------
    ConfigError
        If there is no such series.
    FetchError
        If nothing is stored and the source does not answer: simulated data are never returned unasked.

    Examples
    --------
    >>> import climtrack
    >>> air = climtrack.open("air", "nh", sample=True)
    >>> air.dims, air.attrs["units"], air.attrs["units_metadata"]
    (('time',), 'degC', 'temperature: on_scale')
    >>> both = climtrack.open("air", ["nh", "sh"], sample=True)
    >>> both.nh.dims, both.sh.attrs["climtrack_key"]
    (('time',), 'era5.t2m.sh')
    """
    if isinstance(variable, list | tuple):
        variable, region = "air", variable
    if isinstance(region, list | tuple):
        one = partial(open, variable, as_of=as_of, known_on=known_on, offline=offline, sample=sample)
        return together({name: one(name) for name in region})
    series = stored_series(variable, region, known_on=known_on, offline=offline, sample=sample)
    return to_array(series.upto(last) if (last := date_of(as_of)) else series)


def compare(
    *regions: RegionName | str,
    variable: VariableName = "air",
    baseline: str | Baseline = DEFAULT,
    as_of: str | dt.date | None = None,
    offline: bool = False,
    sample: bool = False,
) -> xr.Dataset:
    """
    Regions side by side, on the days that all of them have; the series are those of `climtrack.open`.

    Parameters
    ----------
    *regions : str
        Two or more regions; by default both hemispheres.
    baseline : str or Baseline, default "1991-2020"
        Years of the average.

    Returns
    -------
    xarray.Dataset
        ``temperature``, ``anomaly`` and ``year_over_year`` (value minus the same calendar day a year before) in degC,
        shape (region, time).

    Raises
    ------
    BaselineNotCovered
        If a series lacks days of the baseline.

    Examples
    --------
    >>> both = climtrack.compare("nh", "sh", sample=True)
    >>> sorted(both.data_vars), list(both.region.values)
    (['anomaly', 'temperature', 'year_over_year'], ['nh', 'sh'])
    """
    import xarray as xr

    for name in regions:
        require(name, str, "api.one_region")
    names = tuple(dict.fromkeys(regions or ("nh", "sh")))
    values = [open(variable, name, as_of=as_of, offline=offline, sample=sample) for name in names]
    plain = [one.drop_vars([c for c in one.coords if c != "time"]) for one in values]
    warm = [anomaly(one, baseline).drop_vars([c for c in one.coords if c not in ("time", "status")]) for one in values]
    index = xr.Variable("region", list(names), {"long_name": "region"})
    parts = {
        "temperature": plain,
        "anomaly": [one.drop_vars([c for c in one.coords if c != "time"]) for one in warm],
        "year_over_year": [year_over_year(one) for one in plain],
    }
    return xr.Dataset(
        {
            name: xr.concat(arrays, index, join="inner", combine_attrs="drop_conflicts").rename(name)
            for name, arrays in parts.items()
        },
        attrs={"baseline": str(baseline_of(baseline)), "Conventions": "CF-1.11"},
    )


def reduce(
    paths: str | Path | Sequence[str | Path],
    *regions: RegionName | str,
    variable: Literal["sst", "air"] = "sst",
    rule: Literal["exact", "site"] = "exact",
) -> xr.Dataset:
    """
    Daily means of regions from gridded files, without touching the store.

    Parameters
    ----------
    paths : str, Path or sequence of them
        NetCDF files, folders, globs, Zarr stores, OPeNDAP addresses.
    *regions : str
        Names, GeoJSON files or ``SET:NAME`` of regionmask, all reduced in one pass; by default both hemispheres.
    variable : {"sst", "air"}, default "sst"
        What is in the files.
    rule : {"exact", "site"}, default "exact"
        Whether cells on a region's edge count by the part inside, or as the site counts them.

    Returns
    -------
    xarray.Dataset
        Means in degC and ``coverage``, the share of the area with a value, shape (region, time).

    Raises
    ------
    SeriesError
        If the files are no grid of that variable, or do not cover a region.
    """
    import xarray as xr

    from climtrack.run import grids
    from climtrack.run.run import Run

    require(paths, str | Path | list | tuple, "api.paths")
    one_of(variable, tuple(OPTIONS), "variable")
    one_of(rule, ("exact", "site"), "rule")
    settings, given = config(), [paths] if isinstance(paths, str | Path) else list(paths)
    names = tuple(dict.fromkeys(regions or ("nh", "sh")))
    outlines, files = grids.regions(names, settings), [str(path) for path in given]
    found = grids.reduce(Run(settings, now()), files, outlines, variable, rule=rule, store=False)
    parts = []
    for name, one in zip(names, found, strict=True):
        data = to_array(one.series)
        coverage = (("time",), one.coverage, {"units": "1", "long_name": "share of the area with a value"})
        plain = data.drop_vars([c for c in data.coords if c not in ("time", "status")])
        parts.append(plain.to_dataset().assign(coverage=coverage).expand_dims(region=[name]))
    return xr.concat(parts, "region", join="outer", combine_attrs="drop_conflicts")

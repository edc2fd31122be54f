"""
climtrack for scientists: daily series as xarray, with CF metadata, and what climtrack knows about them.

``import climtrack`` is enough: the names below are found there, and nothing heavy is imported before one is used.
Temperatures are in degC on an absolute scale, differences say ``units_metadata: temperature: difference``.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from climtrack.errors import AnalysisError, ConfigError
from climtrack.vocabulary import calendar
from climtrack.vocabulary.baselines import DEFAULT, Baseline
from climtrack.vocabulary.pairing import Pairing
from climtrack.vocabulary.series import Series, SeriesKey, Source, Status, trimmed
from climtrack.vocabulary.tables import year_table
from climtrack.vocabulary.variables import OPTIONS, VARIABLES

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

    from climtrack.config import Config
    from climtrack.vocabulary.assets import Asset
    from climtrack.vocabulary.results import Method, Study

_DIFFERENCE = "temperature: difference"


def open(  # noqa: A001 - climtrack.open, as xarray.open_dataset
    variable: str = "air",
    region: str = "nh",
    *,
    as_of: str | dt.date | None = None,
    known_on: str | dt.date | None = None,
    offline: bool = False,
    sample: bool = False,
) -> xr.DataArray:
    """
    Daily series of one variable over one region.

    Parameters
    ----------
    variable : {"air", "sst"}, default "air"
        Air temperature 2 m above the surface, or sea surface temperature.
    region : str, default "nh"
        ``world``, ``nh``, ``sh``, ``tropics``, ``arctic``, ``antarctic`` for the air; ``world``, ``natlan``,
        ``natlsp``, ``atlhmdr``, ``gom``, ``gomex``, ``nino3.4`` for the sea, and what config.toml or
        ``climtrack grid`` added.
    as_of : str or date, optional
        Last day wanted.
    known_on : str or date, optional
        As it was known on this day, before later revisions.
    offline : bool, default False
        Do not ask the source: use what is stored.
    sample : bool, default False
        The simulated sample instead of real data, which needs no network; its attributes say so.

    Returns
    -------
    xarray.DataArray
        Daily means in degC, shape (time,), gaps as NaN; ``status`` (1 final, 2 preliminary) is a coordinate, and the
        source, its licence and the time of retrieval in the attributes.

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
    """
    series = _series(variable, region, known_on=known_on, offline=offline, sample=sample)
    return _array(series.upto(last) if (last := _date(as_of)) else series)


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

    years = _baseline(baseline)
    found = compute(_from_array(data), years, method=method)
    spread = {"units": "degC", "units_metadata": _DIFFERENCE, "long_name": f"standard deviation across {years}"}
    return xr.DataArray(
        found.mean,
        dims="dayofyear",
        coords={
            "dayofyear": ("dayofyear", np.arange(1, calendar.DAYS + 1), {"long_name": _slots(method)}),
            "spread": ("dayofyear", found.spread, spread),
        },
        name="climatology",
        attrs=_normal_attributes(data, years, method),
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

    years, series = _baseline(baseline), _from_array(data)
    cycle = compute(series, years, method=method)
    columns = calendar.slot(series.dates) if method == "site" else calendar.dayofyear(series.dates) - 1
    normal = cycle.mean[columns]
    methods = str(data.attrs.get("cell_methods", "time: mean"))
    return xr.DataArray(
        series.values - normal,
        dims="time",
        coords={
            "time": series.dates.astype("datetime64[ns]"),
            "climatology": ("time", normal, _normal_attributes(data, years, method)),
            **{name: data.coords[name] for name in ("height", "latitude", "longitude") if name in data.coords},
        },
        name=f"{data.name or 'temperature'}_anomaly",
        attrs=dict(data.attrs)
        | {
            "title": f"Difference from the {years} average: {data.attrs.get('title', data.name)}",
            "long_name": f"difference from the {years} average: {data.attrs.get('long_name', data.name)}",
            "units": "degC",
            "units_metadata": _DIFFERENCE,
            "cell_methods": f"{methods} time: anomaly_wrt climatology",
            "baseline": str(years),
            "climatology_method": method,
        },
    )


def compare(
    *regions: str,
    variable: str = "air",
    baseline: str | Baseline = DEFAULT,
    as_of: str | dt.date | None = None,
    offline: bool = False,
    sample: bool = False,
) -> xr.Dataset:
    """
    Regions side by side, on the days that all of them have.

    Parameters
    ----------
    *regions : str
        Two or more regions; by default both hemispheres.
    variable : {"air", "sst"}, default "air"
        As in `climtrack.open`.
    baseline : str or Baseline, default "1991-2020"
        Years of the average.
    as_of : str or date, optional
        Last day wanted.
    offline, sample : bool, default False
        As in `climtrack.open`.

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

    names = regions or ("nh", "sh")
    values = [open(variable, name, as_of=as_of, offline=offline, sample=sample) for name in names]
    plain = [one.drop_vars([c for c in one.coords if c != "time"]) for one in values]
    warm = [anomaly(one, baseline).drop_vars([c for c in one.coords if c not in ("time", "status")]) for one in values]
    index = xr.Variable("region", list(names), {"long_name": "region"})
    parts = {
        "temperature": plain,
        "anomaly": [one.drop_vars([c for c in one.coords if c != "time"]) for one in warm],
        "year_over_year": [_year_over_year(one) for one in plain],
    }
    return xr.Dataset(
        {
            name: xr.concat(arrays, index, join="inner", combine_attrs="drop_conflicts").rename(name)
            for name, arrays in parts.items()
        },
        attrs={"baseline": str(_baseline(baseline)), "Conventions": "CF-1.11"},
    )


def study(
    variable: str = "air",
    region: str = "nh",
    *,
    baseline: str | Baseline = DEFAULT,
    as_of: str | dt.date | None = None,
    known_on: str | dt.date | None = None,
    offline: bool = False,
    sample: bool = False,
) -> Study:
    """
    Every question that climtrack asks of a series, answered.

    Parameters
    ----------
    variable, region : str
        As in `climtrack.open`.
    baseline : str or Baseline, default "1991-2020"
        Years of the average.
    as_of, known_on : str or date, optional
        As in `climtrack.open`.
    offline, sample : bool, default False
        As in `climtrack.open`.

    Returns
    -------
    Study
        The series, its climatology, tables by year and day, and ``findings``.

    Examples
    --------
    >>> found = climtrack.study("air", "nh", sample=True).findings
    >>> found.year_over_year.difference < 0, found.anomaly.value > 0   # doctest: +SKIP
    (True, True)
    """
    from climtrack.analysis.survey import study as survey

    settings = _config()
    series = _series(variable, region, known_on=known_on, offline=offline, sample=sample)
    return survey(series, settings.region(series.key.region), baseline=_baseline(baseline), as_of=_date(as_of))


def chart(
    chart: str = "year-lines",
    *studies: Study,
    preset: str = "wide",
    theme: str = "light",
    language: str = "en",
    fmt: str = "png",
) -> Asset:
    """
    A finished picture, as `climtrack report` draws it.

    Parameters
    ----------
    chart : str, default "year-lines"
        A chart of the catalogue: ``climtrack report --help`` lists them.
    *studies : Study
        From `climtrack.study`: one, or two for charts that compare; by default the air of the northern hemisphere.
    preset : str, default "wide"
        Size and composition: ``wide``, ``post``, ``email``, ``phone``, ``card`` …
    theme : {"light", "dark"}, default "light"
        Colours.
    language : {"en", "es", "es-MX"}, default "en"
        Of the words in it.
    fmt : {"png", "svg", "webp", "pdf"}, default "png"
        File format.

    Returns
    -------
    Asset
        ``data`` holds the file, ``words`` its title, caption and alt text; shown as a picture in a notebook.

    Raises
    ------
    RenderError
        If it cannot be drawn from these data.
    """
    from climtrack.reporter.render import render

    return render(
        chart.replace("-", "_"), studies or (study(),), preset=preset, theme=theme, language=language, fmt=fmt
    )


def plot(data: xr.DataArray, ax: Axes | None = None) -> Axes:
    """
    A line per year on your own axes: this year strongest, last year in orange, the rest in grey.

    Parameters
    ----------
    data : xarray.DataArray
        From `climtrack.open` or `climtrack.anomaly`, shape (time,).
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default new axes on a figure of their own, without pyplot.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, x in days since 1 January, for you to go on with.
    """
    from matplotlib.figure import Figure

    from climtrack.reporter.theme import THEMES

    ink = THEMES["light"]
    if ax is None:
        ax = Figure(figsize=(9, 5), layout="constrained").add_subplot()
    table = year_table(_from_array(data))
    days, last = np.arange(calendar.DAYS), int(table.years[-1])
    styles = {last: (ink.this_year, 2.6, 4), last - 1: (ink.last_year, 1.7, 3)}
    for year, row in zip(table.years.tolist(), table.values, strict=True):
        color, width, order = styles.get(year, (ink.oldest, 0.6, 1))
        lived = np.delete(days, calendar.LEAP_DAY - 1) if calendar.date_of(year, calendar.LEAP_DAY) is None else days
        ax.plot(lived, row[lived], color=color, linewidth=width, zorder=order)
        if year in styles and (known := np.flatnonzero(~np.isnan(row))).size:
            end = (float(known[-1]), float(row[known[-1]]))
            ax.annotate(str(year), end, (5, 0), textcoords="offset points", color=color, va="center", weight="bold")
    ax.set_xticks([start - 1 for start in calendar.MONTH_STARTS], list("JFMAMJJASOND"), ha="left")
    ax.set_xlim(0, calendar.DAYS - 1)
    ax.set_ylabel("°C")
    ax.set_title(str(data.attrs.get("title", data.name or "")), loc="left")
    return ax


def facts(
    region: str = "nh",
    *,
    baseline: str | Baseline = DEFAULT,
    as_of: str | dt.date | None = None,
    offline: bool = False,
    sample: bool = False,
) -> dict[str, Any]:
    """
    The document that ``climtrack facts --json`` prints.

    Parameters
    ----------
    region : str, default "nh"
        Region, with the sea that answers for it.
    baseline : str or Baseline, default "1991-2020"
        Years of the average.
    as_of : str or date, optional
        As in `climtrack.open`.
    offline, sample : bool, default False
        As in `climtrack.open`.

    Returns
    -------
    dict
        ``climtrack.facts/1``, as its JSON Schema in the package describes it.
    """
    import json

    from climtrack.reporter.documents import facts_json

    pair = _pairing(region)
    found = [
        study(option, key.region, baseline=baseline, as_of=as_of, offline=offline, sample=sample)
        for option, key in (("air", pair.air), ("sst", pair.sst))
        if key is not None
    ]
    document: dict[str, Any] = json.loads(facts_json(pair, found).data)
    return document


def _config() -> Config:
    """Settings as the command line finds them: the API is a door too."""
    from climtrack.config import load

    return load(None, os.environ)


def _pairing(region: str) -> Pairing:
    """Series that answer for a region."""
    from climtrack.pipeline.studies import pairings
    from climtrack.store.netcdf import Store

    config = _config()
    return pairings((region,), ("air", "sst"), config, Store(config.home))[0]


def _series(variable: str, region: str, *, known_on: str | dt.date | None, offline: bool, sample: bool) -> Series:
    """The series asked for, and no other one in its place."""
    from climtrack.pipeline.source import open_transport
    from climtrack.pipeline.studies import Freshness, sampled, stock
    from climtrack.store.netcdf import Store

    if variable not in OPTIONS:
        raise ConfigError(f"unknown variable {variable[:40]!r}", "Known are air and sst")
    config, now = _config(), dt.datetime.now(dt.UTC).replace(microsecond=0)
    pair = _pairing(region)
    key = pair.air if variable == "air" else pair.sst
    if key is None:
        raise ConfigError(f"there is no series of {variable} for {region[:40]}", "See climtrack fetch --help")
    if key.region != region and region != "world":
        raise ConfigError(f"there is no sea-surface series for {region}", f"Open {key.region!r}, or use climtrack grid")
    if sample:
        return sampled([key], now)[key]
    with open_transport(config, offline=offline) as transport:
        goods = stock(
            [key],
            config=config,
            store=Store(config.home),
            transport=transport,
            now=now,
            freshness=Freshness(offline=offline, sample=False, known_on=_date(known_on)),
        )
    return goods.series[key]


def _array(series: Series) -> xr.DataArray:
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


def _from_array(data: xr.DataArray) -> Series:
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


def _year_over_year(data: xr.DataArray) -> xr.DataArray:
    """Value minus that of the same calendar day a year before; 28 February stands in for 29 February."""
    series = _from_array(data)
    days = series.dates.astype(object)
    rows = np.array([(calendar.same_day(day, day.year - 1) - series.start).days for day in days])
    before = np.where(rows >= 0, series.values[np.maximum(rows, 0)], np.nan)
    out = data.copy(data=series.values - before)
    out.attrs = {
        "long_name": "difference from the same day a year before",
        "units": "degC",
        "units_metadata": _DIFFERENCE,
    }
    return out


def _normal_attributes(data: xr.DataArray, years: Baseline, method: str) -> Mapping[str, str]:
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


def _slots(method: str) -> str:
    return "days since 1 January, plus one" if method == "site" else "day of year, 1 March always 61"


def _baseline(value: str | Baseline) -> Baseline:
    return value if isinstance(value, Baseline) else Baseline.parse(value)


def _date(value: str | dt.date | None) -> dt.date | None:
    if not isinstance(value, str):
        return value
    try:
        return dt.date.fromisoformat(value)
    except ValueError as problem:
        raise ConfigError(f"{value[:40]!r} is not a date", "Write it as YYYY-MM-DD") from problem

"""Climatology, anomaly and year over year of any daily series."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from climtrack.api.access import baseline_of
from climtrack.api.arrays import DIFFERENCE, from_array, normal_attributes
from climtrack.vocabulary import calendar
from climtrack.vocabulary.baselines import DEFAULT, Baseline

if TYPE_CHECKING:
    import xarray as xr

    from climtrack.vocabulary.results import Method


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
            **{name: data.coords[name] for name in ("height", "latitude", "longitude") if name in data.coords},
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

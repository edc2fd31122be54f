"""Series of regions: stored, side by side, or computed from grids."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from climtrack.api.access import baseline_of, config, date_of, now, stored_series
from climtrack.api.anomalies import anomaly, year_over_year
from climtrack.api.arrays import to_array
from climtrack.vocabulary.baselines import DEFAULT, Baseline

if TYPE_CHECKING:
    import xarray as xr


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
    series = stored_series(variable, region, known_on=known_on, offline=offline, sample=sample)
    return to_array(series.upto(last) if (last := date_of(as_of)) else series)


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
    paths: str | Path | Sequence[str | Path], *regions: str, variable: str = "sst", rule: str = "exact"
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

    from climtrack.pipeline import grid

    settings, given = config(), [paths] if isinstance(paths, str | Path) else list(paths)
    names = tuple(dict.fromkeys(regions or ("nh", "sh")))
    found = grid.reduce(
        [str(path) for path in given],
        grid.regions(names, settings),
        variable,
        config=settings,
        now=now(),
        rule=rule,
        store=False,
    )
    parts = []
    for name, one in zip(names, found, strict=True):
        data = to_array(one.reduced.series)
        coverage = (("time",), one.reduced.coverage, {"units": "1", "long_name": "share of the area with a value"})
        plain = data.drop_vars([c for c in data.coords if c not in ("time", "status")])
        parts.append(plain.to_dataset().assign(coverage=coverage).expand_dims(region=[name]))
    return xr.concat(parts, "region", join="outer", combine_attrs="drop_conflicts")

"""Marine heatwaves and El Niños as xarray objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from climtrack.api.access import baseline_of
from climtrack.api.arrays import DIFFERENCE, from_array
from climtrack.vocabulary.baselines import DEFAULT, Baseline

if TYPE_CHECKING:
    import xarray as xr

    from climtrack.vocabulary.results import Study


def heatwaves(data: xr.DataArray, baseline: str | Baseline = DEFAULT) -> xr.Dataset:
    """
    Marine heatwaves of a daily sea surface temperature series (Hobday et al. 2016, 2018).

    Parameters
    ----------
    data : xarray.DataArray
        Daily means in degC, shape (time,), of a local series: on the mean of a basin the categories saturate.
    baseline : str or Baseline, default "1991-2020"
        Years of climatology and threshold.

    Returns
    -------
    xarray.Dataset
        One row an event, dimension ``event``: ``first``, ``last``, ``peak``, ``duration`` in days, ``intensity_max``
        and ``intensity_mean`` in degC above the climatology, ``category`` 1 to 4; and ``climatology`` and ``threshold``
        by ``dayofyear``.

    Raises
    ------
    BaselineNotCovered
        If the series lacks days of the baseline.
    """
    import xarray as xr

    from climtrack.analysis.climatology import require_covered
    from climtrack.analysis.heatwaves import events, threshold
    from climtrack.vocabulary.calendar import DAYS
    from climtrack.vocabulary.tables import folded

    series, years = from_array(data), baseline_of(baseline)
    table, place = folded(series)
    require_covered(table, years)
    bar = threshold(series.values, place, table.years, years)
    found = events(series.values, place % DAYS, bar)
    days = series.dates.astype("datetime64[ns]")
    degrees = {"units": "degC", "units_metadata": DIFFERENCE}
    return xr.Dataset(
        {
            "first": ("event", days[found.first]),
            "last": ("event", days[found.last]),
            "peak": ("event", days[found.peak]),
            "duration": ("event", found.last - found.first + 1, {"long_name": "days, both ends included"}),
            "intensity_max": ("event", found.intensity_max, degrees),
            "intensity_mean": ("event", found.intensity_mean, degrees),
            "category": ("event", found.category, {"flag_values": np.arange(1, 5),
                                                   "flag_meanings": "moderate strong severe extreme"}),
            "climatology": ("dayofyear", bar.mean, {"units": "degC"}),
            "threshold": ("dayofyear", bar.high, {"units": "degC", "long_name": "90th percentile"}),
        },
        coords={"dayofyear": np.arange(1, DAYS + 1)},
        attrs={"baseline": str(years), "references": "doi:10.1016/j.pocean.2015.12.014, doi:10.5670/oceanog.2018.205"},
    )  # fmt: skip


def el_nino_overlay(study: Study, nino: Study) -> xr.DataArray:
    """
    Anomalies of a series around each El Niño, aligned on its onset.

    Parameters
    ----------
    study : Study
        The series to lay over itself.
    nino : Study
        ``climtrack.study("sst", "nino3.4")``, which decides when an El Niño began.

    Returns
    -------
    xarray.DataArray
        degC, shape (episode, day): days since the onset; coordinates ``onset``, ``peak`` (largest three-month mean in
        Niño 3.4) and ``current``, true for the one under way.

    Raises
    ------
    AnalysisError
        If there is no climatology to tell anomalies by.
    """
    import xarray as xr

    from climtrack.analysis.enso import overlay
    from climtrack.errors import AnalysisError
    from climtrack.vocabulary.findings import Unknown

    found = overlay(study, nino)
    if isinstance(found, Unknown):
        raise AnalysisError(found.why)
    lines = [*found.past, *([found.current] if found.current else [])]
    return xr.DataArray(
        np.array([line.values for line in lines]).reshape(len(lines), found.days.size),
        dims=("episode", "day"),
        coords={
            "episode": [line.label for line in lines],
            "day": ("day", found.days, {"units": "days", "long_name": "days since the onset"}),
            "onset": ("episode", np.array([line.onset for line in lines], dtype="datetime64[ns]")),
            "peak": ("episode", [line.peak for line in lines], {"units": "degC"}),
            "current": ("episode", [line is found.current for line in lines]),
        },
        name=f"{study.series.key.variable}_anomaly",
        attrs={"units": "degC", "units_metadata": DIFFERENCE, "baseline": str(found.baseline), "rule": found.rule},
    )

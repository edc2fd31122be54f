"""What climtrack knows about a series or a region, and questions beyond one series on one day."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np

from climtrack.api.data import (
    DIFFERENCE,
    baseline_of,
    chosen,
    config,
    date_of,
    from_array,
    now,
    pairing_of,
    require,
    stored_series,
)
from climtrack.vocabulary.registry import DEFAULT, OPTIONS, REGIONS, Baseline, RegionName, VariableName

if TYPE_CHECKING:
    import xarray as xr

    from climtrack.vocabulary.findings import (
        Agreement,
        Comparison,
        NinoState,
        Reconciled,
        Study,
        Unknown,
        YearOverYear,
    )


def require_studies(*studies: object) -> None:
    """Refuse what is no study: an array, a name."""
    from climtrack.vocabulary.findings import AnyStudy

    for one in studies:
        require(one, AnyStudy, "api.study")


def study(
    variable: VariableName = "air",
    region: RegionName | str = "nh",
    *,
    baseline: str | Baseline = "auto",
    as_of: str | dt.date | None = None,
    known_on: str | dt.date | dt.datetime | None = None,
    offline: bool = False,
    sample: bool = False,
) -> Study:
    """
    Every question that climtrack asks of a series, answered; the series is that of `climtrack.open`.

    Parameters
    ----------
    baseline : str or Baseline, default "auto"
        Years of the average; by default 1991-2020, or the usual ones that the series covers.

    Returns
    -------
    Study
        The series, its climatology, tables by year and day, and ``findings``.

    Raises
    ------
    BaselineNotCovered
        If the series lacks days of the baseline.

    Examples
    --------
    >>> found = climtrack.study("air", "nh", sample=True).findings
    >>> found.year_over_year.difference < 0, found.anomaly.value > 0   # doctest: +SKIP
    (True, True)
    """
    from climtrack.analysis.survey import study as survey

    settings = config()
    series = stored_series(variable, region, known_on=known_on, offline=offline, sample=sample)
    return survey(series, settings.region(series.key.region), baseline=chosen(baseline), as_of=date_of(as_of))


def facts(
    region: RegionName | str = "nh",
    *,
    baseline: str | Baseline = "auto",
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

    Returns
    -------
    dict
        ``climtrack.facts/1``, as its JSON Schema in the package describes it.
    """
    import json

    from climtrack.reporter.documents.facts import facts_json
    from climtrack.run.run import Run, sampled
    from climtrack.run.series import report_keys

    pair, options = pairing_of(region), tuple(OPTIONS)
    keys = report_keys([pair], options)
    with Run(config(), now(), offline=offline, sample=False) as run:
        series = sampled(keys, now()) if sample else run.series(keys)
        found = run.shown(pair, options, series, baseline=chosen(baseline), as_of=date_of(as_of))
    document: dict[str, Any] = json.loads(facts_json(pair, found).data)
    return document


def study_of(
    data: xr.DataArray,
    region: RegionName | str = "world",
    *,
    baseline: str | Baseline = "auto",
    as_of: str | dt.date | None = None,
) -> Study:
    """
    Every question that climtrack asks, asked of a series of your own.

    Parameters
    ----------
    data : xarray.DataArray
        Daily means in degC, shape (time,).
    region : str, default "world"
        Where: a name of `climtrack.REGIONS` or of config.toml, which decides seasons and cautions.
    baseline : str or Baseline, default "auto"
        Years of the average; by default 1991-2020, or the usual ones that the series covers.
    as_of : str or date, optional
        Nothing later is looked at.

    Returns
    -------
    Study
        As `climtrack.study` gives it.
    """
    from climtrack.analysis.survey import study

    require(region, str, "api.one_region")
    where = config().region(region)
    return study(from_array(data), where, baseline=chosen(baseline), as_of=date_of(as_of))


def two_years(data: xr.DataArray, year: int, other: int) -> YearOverYear | Unknown:
    """
    Any year against any other, day by day, by calendar date; 29 February against 28 February.

    Parameters
    ----------
    data : xarray.DataArray
        Daily means in degC, shape (time,).

    Returns
    -------
    YearOverYear or Unknown
        Up to the last day of `year` that has a value.

    Examples
    --------
    >>> found = climtrack.two_years(climtrack.open("air", "nh", sample=True), 2024, 2016)
    >>> found.days_warmer + found.days_cooler + found.days_level == found.days_compared
    True
    """
    from climtrack.analysis.comparison import two_years as compared

    for one in (year, other):
        require(one, int, "api.year")
    return compared(from_array(data), year, other)


def contrast(*studies: Study) -> Comparison:
    """
    Studies against one another on their last common day, and the hemispheres' shares of the world's anomaly.

    Parameters
    ----------
    *studies : Study
        Two or more; the first is the one that the others are compared with.

    Returns
    -------
    Comparison
        Sides, differences, and the shares where the world and both hemispheres are among them.

    Raises
    ------
    AnalysisError
        If there are fewer than two, or no common day.
    """
    from climtrack.analysis.hemispheres import compare

    require_studies(*studies)
    return compare(studies)


def el_nino(nino: Study, *, offline: bool = False) -> NinoState | Unknown:
    """
    Where El Niño stands by NOAA's relative index (RONI), on the day of a study.

    Parameters
    ----------
    nino : Study
        ``climtrack.study("sst", "nino3.4")``; of the sample, RONI is simulated too.
    offline : bool, default False
        Do not ask NOAA: use what is stored.

    Returns
    -------
    NinoState or Unknown
        The latest season and its state; `estimate` is RONI to date by the running Niño 3.4 anomaly, with its offset
        and range; `rule` states the rule.
    """
    from climtrack.analysis.enso import nino_state
    from climtrack.api.data import series_of
    from climtrack.vocabulary.series import RONI

    require_studies(nino)
    roni = series_of(RONI, known_on=None, offline=offline, sample=nino.simulated)
    return nino_state(roni, nino, as_of=nino.as_of)


def agreement(first: xr.DataArray, second: xr.DataArray) -> Agreement:
    """
    How far two series of one quantity agree, day by day.

    Parameters
    ----------
    first, second : xarray.DataArray
        Daily means in degC, shape (time,), for instance world air from `climtrack.open` and from Climate Pulse.

    Returns
    -------
    Agreement
        Root mean square, mean and largest difference, overall and by decade; first minus second.

    Raises
    ------
    AnalysisError
        If they measure different variables or have no day in common.
    """
    from climtrack.analysis.reconciliation import agreement as compared

    return compared(from_array(first), from_array(second))


def reconcile(*data: xr.DataArray) -> tuple[Reconciled, ...]:
    """
    Figures that Copernicus, NOAA and the University of Maine published, beside ours.

    Parameters
    ----------
    *data : xarray.DataArray
        From `climtrack.open`.

    Returns
    -------
    tuple of Reconciled
        Those that the series allow.
    """
    from climtrack.analysis.reconciliation import reconcile as compared
    from climtrack.vocabulary.findings import Unknown

    held = {series.key: series for series in map(from_array, data)}
    return tuple(row for row in compared(held) if not isinstance(row.ours, Unknown))


def heatwaves(data: xr.DataArray, baseline: str | Baseline = DEFAULT) -> xr.Dataset:
    """
    Marine heatwaves of a daily sea surface temperature series (Hobday et al. 2016, 2018).

    Parameters
    ----------
    data : xarray.DataArray
        Daily means in degC, shape (time,), of a region of at most two million km².
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
    AnalysisError
        If it is the mean of a hemisphere or a basin, where the categories saturate.
    BaselineNotCovered
        If the series lacks days of the baseline.
    """
    import xarray as xr

    from climtrack.analysis.climatology import require_covered
    from climtrack.analysis.heatwaves import events, require_local, threshold
    from climtrack.vocabulary.calendar import DAYS
    from climtrack.vocabulary.series import folded

    series, years = from_array(data), baseline_of(baseline)
    if series.key.region in REGIONS:
        require_local(REGIONS[series.key.region])
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

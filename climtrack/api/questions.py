"""Questions beyond one series on one day: other years, hemispheres, El Niño, other people's figures."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from climtrack.api.access import baseline_of, config, date_of
from climtrack.api.arrays import from_array
from climtrack.vocabulary.baselines import DEFAULT, Baseline

if TYPE_CHECKING:
    import xarray as xr

    from climtrack.vocabulary.context import Agreement, AirSea, Comparison, NinoState, Reconciled, Since
    from climtrack.vocabulary.findings import Unknown, YearOverYear
    from climtrack.vocabulary.results import Study
    from climtrack.vocabulary.tables import Alignment


def study_of(
    data: xr.DataArray,
    region: str = "world",
    *,
    baseline: str | Baseline = DEFAULT,
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
    baseline : str or Baseline, default "1991-2020"
        Years of the average.
    as_of : str or date, optional
        Nothing later is looked at.

    Returns
    -------
    Study
        As `climtrack.study` gives it.
    """
    from climtrack.analysis.survey import study

    where = config().region(region)
    return study(from_array(data), where, baseline=baseline_of(baseline), as_of=date_of(as_of))


def two_years(data: xr.DataArray, year: int, other: int, *, method: Alignment = "date") -> YearOverYear | Unknown:
    """
    Any year against any other, day by day.

    Parameters
    ----------
    data : xarray.DataArray
        Daily means in degC, shape (time,).
    year, other : int
        The years.
    method : {"date", "slot"}, default "date"
        By calendar date, 29 February against 28 February; or by slot, as the site draws its lines.

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

    return compared(from_array(data), year, other, method=method)


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

    return compare(studies)


def air_minus_sea(air: Study, sea: Study) -> AirSea | Unknown:
    """
    The air's anomaly minus the sea's on their last common day.

    Parameters
    ----------
    air, sea : Study
        From `climtrack.study`.

    Returns
    -------
    AirSea or Unknown
        Unknown where no baseline is covered by both.
    """
    from climtrack.analysis.hemispheres import air_minus_sea as difference

    return difference(air, sea)


def since(study: Study, date: str | dt.date) -> Since:
    """
    What a line did since a given date.

    Parameters
    ----------
    study : Study
        From `climtrack.study`.
    date : str or date
        Of the last issue.

    Returns
    -------
    Since
        Change of value, split into season and anomaly; new days; places moved.
    """
    from climtrack.analysis.since import since as account

    return account(study, date_of(date) or study.series.end)


def el_nino(nino: Study) -> NinoState | Unknown:
    """
    Where El Niño stands.

    Parameters
    ----------
    nino : Study
        ``climtrack.study("sst", "nino3.4")``.

    Returns
    -------
    NinoState or Unknown
        Relative to the region's own climatology; `rule` states the rule.
    """
    from climtrack.analysis.enso import nino_state

    return nino_state(nino)


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
    from climtrack.analysis.crosscheck import agreement as compared

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

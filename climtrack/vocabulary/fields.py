"""FieldMap: one day's difference from average, cell by cell, ready to be drawn."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from climtrack.vocabulary.baselines import Baseline
from climtrack.vocabulary.regions import Region
from climtrack.vocabulary.series import Floats, Source, Status


@dataclass(frozen=True, slots=True)
class Extreme:
    """The largest difference of one sign: degC, and where."""

    value: float
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, eq=False)
class FieldMap:
    """
    A day's anomalies over a region.

    Parameters
    ----------
    product, variable : str
        Short names.
    region : Region
        What is shown.
    date : date
        The day.
    status : Status
        FINAL or PRELIMINARY.
    baseline : Baseline
        Years of the average.
    latitude, longitude : array of float
        Centres in degrees, ascending, shapes (latitude,) and (longitude,).
    anomaly : array of float
        degC, shape (latitude, longitude); NaN where there is no value.
    mean : float
        Area-weighted mean over the region's cells that have a value.
    warmer : float
        Share of that area, 0 to 1, that is warmer than average.
    warmest, coldest : Extreme
        The largest differences of either sign within the region.
    source : Source
        Where field and climatology came from.
    """

    product: str
    variable: str
    region: Region
    date: dt.date
    status: Status
    baseline: Baseline
    latitude: Floats
    longitude: Floats
    anomaly: Floats
    mean: float
    warmer: float
    warmest: Extreme
    coldest: Extreme
    source: Source

    def __post_init__(self) -> None:
        if self.anomaly.ndim != 2 or not np.isfinite(self.anomaly).any():
            raise ValueError(f"a map of {self.anomaly.shape} without one value")

    def at(self, latitude: Floats, longitude: Floats) -> Floats:
        """
        Anomaly of the cells that hold some places.

        Parameters
        ----------
        latitude, longitude : array of float
            Degrees, any shape; NaN gives NaN.

        Returns
        -------
        array of float
            degC, the same shape.
        """
        known = np.isfinite(latitude) & np.isfinite(longitude)
        rows, down = _cells(self.latitude, np.where(known, latitude, 0.0))
        turned = np.where(known, longitude, 0.0)
        columns, across = _cells(self.longitude, np.mod(turned - self.longitude[0] + 1e-9, 360) + self.longitude[0])
        # A place between the last column and the first belongs to the nearer of the two.
        wrapped = ~across & (np.ptp(self.longitude) > 355)
        columns, across = np.where(wrapped, 0, columns), across | wrapped
        return np.where(known & down & across, self.anomaly[rows, columns], np.nan)


def _cells(centres: Floats, places: Floats) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Index of the cell that holds each place, and whether any does."""
    middle = (centres[1:] + centres[:-1]) / 2
    first, last = 2 * centres[0] - middle[0], 2 * centres[-1] - middle[-1]
    return np.searchsorted(middle, places), (places >= first) & (places <= last)

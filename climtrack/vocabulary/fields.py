"""FieldMap and HeatwaveMap: one day cell by cell, against its average or its threshold, ready to be drawn."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from climtrack.vocabulary.registry import Baseline, Region
from climtrack.vocabulary.series import Floats, Source, Status


@dataclass(frozen=True, slots=True)
class Extreme:
    """The largest difference of one sign: degC, and where."""

    value: float
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, eq=False)
class FieldMap:
    """A day's anomalies over a region."""

    product: str
    variable: str
    region: Region
    date: dt.date
    status: Status
    baseline: Baseline
    latitude: Floats  # Centres in degrees, ascending, shapes (latitude,) and (longitude,)
    longitude: Floats  # Centres in degrees, ascending, shapes (latitude,) and (longitude,)
    anomaly: Floats  # degC, shape (latitude, longitude); NaN where there is no value
    mean: float  # Area-weighted mean over the region's cells that have a value
    warmer: float  # Share of that area, 0 to 1, that is warmer than average
    warmest: Extreme  # The largest differences of either sign within the region
    coldest: Extreme  # The largest differences of either sign within the region
    source: Source
    coverage: float = 1.0  # Share of the region's area, 0 to 1, that has a value

    def __post_init__(self) -> None:
        if self.anomaly.ndim != 2 or not np.isfinite(self.anomaly).any():
            raise ValueError(f"a map of {self.anomaly.shape} without one value")

    def at(self, latitude: Floats, longitude: Floats) -> Floats:
        """Anomaly of the cells that hold some places."""
        rows, columns, known = places(self.latitude, self.longitude, latitude, longitude)
        return np.where(known, self.anomaly[rows, columns], np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class HeatwaveMap:
    """Which cells of the sea a day finds above the threshold of marine heatwaves, and how far (Hobday et al. 2018)."""

    product: str
    variable: str
    region: Region
    date: dt.date
    status: Status
    baseline: Baseline  # Years of average and threshold
    latitude: Floats  # Centres in degrees, ascending, shapes (latitude,) and (longitude,)
    longitude: Floats  # Centres in degrees, ascending, shapes (latitude,) and (longitude,)
    # How many times the distance from average to threshold, in whole numbers up to 4: 0 not above the threshold, 1
    # moderate, 2 strong, 3 severe, 4 extreme; -1 without a value; shape (latitude, longitude)
    category: npt.NDArray[np.int8]
    shares: tuple[float, float, float, float]  # Share of the region's sea, 0 to 1, in the categories 1 to 4
    # Difference from average in degC where the sea is most times above it; None where nothing is above
    strongest: Extreme | None
    source: Source  # Where field and threshold came from

    def __post_init__(self) -> None:
        if self.category.ndim != 2 or (self.category < 0).all():
            raise ValueError(f"a map of {self.category.shape} without one value")

    @property
    def share(self) -> float:
        """Share of the region's sea above the threshold."""
        return sum(self.shares)

    def at(self, latitude: Floats, longitude: Floats) -> npt.NDArray[np.int8]:
        """Category of the cells that hold some places."""
        rows, columns, known = places(self.latitude, self.longitude, latitude, longitude)
        return np.where(known, self.category[rows, columns], np.int8(-1))


def places(
    rows: Floats, columns: Floats, latitude: Floats, longitude: Floats
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Cells that hold some places."""
    known = np.isfinite(latitude) & np.isfinite(longitude)
    found, down = _cells(rows, np.where(known, latitude, 0.0))
    turned = np.where(known, longitude, 0.0)
    across, within = _cells(columns, np.mod(turned - columns[0] + 1e-9, 360) + columns[0])
    # A place between the last column and the first belongs to the nearer of the two.
    wrapped = ~within & (np.ptp(columns) > 355)
    return found, np.where(wrapped, 0, across), known & down & (within | wrapped)


def _cells(centres: Floats, places: Floats) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Index of the cell that holds each place, and whether any does."""
    middle = (centres[1:] + centres[:-1]) / 2
    first, last = 2 * centres[0] - middle[0], 2 * centres[-1] - middle[-1]
    return np.searchsorted(middle, places), (places >= first) & (places <= last)

"""FieldMap: one day cell by cell against its average, ready to be drawn."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from climtrack.vocabulary.registry import Baseline, Region
from climtrack.vocabulary.series import Floats, Source, Status


@dataclass(frozen=True, slots=True)
class Extreme:
    """The largest difference of one sign whose surroundings agree: degC, and where."""

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
    latitude: Floats  # Centres in degrees, ascending, shape (latitude,)
    longitude: Floats  # Centres in degrees, ascending, shape (longitude,)
    anomaly: Floats  # degC, shape (latitude, longitude); NaN where there is no value
    mean: float  # Area-weighted mean over the region's cells that have a value
    warmer: float  # Share of that area, 0 to 1, that is warmer than average
    warmest: Extreme | None  # The largest differences of either sign within the region; None without one
    coldest: Extreme | None
    source: Source
    coverage: float = 1.0  # Share of the region's area, 0 to 1, that has a value
    ice: npt.NDArray[np.bool_] | None = None  # Cells with sea ice, shape as `anomaly`; None where the file is silent

    def __post_init__(self) -> None:
        if self.anomaly.ndim != 2 or not np.isfinite(self.anomaly).any():
            raise ValueError(f"a map of {self.anomaly.shape} without one value")

    def at(self, latitude: Floats, longitude: Floats) -> Floats:
        """Anomaly of the cells that hold some places."""
        rows, columns, known = places(self.latitude, self.longitude, latitude, longitude)
        return np.where(known, self.anomaly[rows, columns], np.nan)

    def icy(self, latitude: Floats, longitude: Floats) -> npt.NDArray[np.bool_]:
        """Whether the cells that hold some places have sea ice."""
        if self.ice is None:
            return np.zeros(latitude.shape, dtype=np.bool_)
        rows, columns, known = places(self.latitude, self.longitude, latitude, longitude)
        return known & self.ice[rows, columns]


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

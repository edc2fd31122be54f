"""Frame: one series folded once, so that every question reads the same arrays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt

from climtrack.errors import Notice
from climtrack.vocabulary.calendar import DAYS
from climtrack.vocabulary.findings import FLOOR as FLOOR
from climtrack.vocabulary.findings import LEVEL as LEVEL
from climtrack.vocabulary.findings import Claim, Climatology, Reading, RevisionNoise, Study
from climtrack.vocabulary.registry import Region
from climtrack.vocabulary.series import Floats, Series, SeriesKey, Status, YearTable, folded

_SST = Notice("finding.noise_sst")
_AIR = Notice("finding.noise_air")


def _measured(typical: float, largest: float, bias: float, deviation: float) -> RevisionNoise:
    """Size, maximum, mean and standard deviation of the changes of 19 days, degC."""
    return RevisionNoise(typical, largest, 19, _SST, bias, deviation, dt.date(2026, 7, 19), dt.date(2026, 8, 6))


#: Changes between a day's preliminary and final value.
MEASURED: Mapping[str, RevisionNoise] = MappingProxyType(
    {
        "world2": _measured(0.020, 0.086, -0.018, 0.023),
        "natlan": _measured(0.026, 0.079, -0.003, 0.034),
        "nino3.4": _measured(0.045, 0.101, 0.011, 0.058),
        "atlhmdr": _measured(0.065, 0.147, -0.040, 0.069),
        "natlsp": _measured(0.070, 0.220, 0.008, 0.100),
        "gomex": _measured(0.078, 0.181, 0.054, 0.078),
        "gom": _measured(0.128, 0.340, 0.020, 0.164),
    }
)


def default_noise(key: SeriesKey) -> RevisionNoise:
    """
    Revision noise of a series whose own history is still too short to tell.

    As measured once on stored copies of the feed; for a sea that was never measured, that of the widest region
    for hemispheres (their means are as broad) and of the noisiest one otherwise.
    """
    if key.variable != "sst":
        return RevisionNoise(0.0, 0.0, 31047, _AIR)
    if key.region in MEASURED:
        return MEASURED[key.region]
    like = "world2" if key.region in ("nh", "sh", "world") else "gom"
    borrowed = MEASURED[like]
    origin = Notice("finding.noise_like", region=like, origin=borrowed.origin)
    return replace(borrowed, origin=origin)


def claim(margin: float, noise: RevisionNoise, *, days: int = 1, preliminary: int = 0) -> Claim:
    """
    How much a place or a record will bear.

    Parameters
    ----------
    margin : float
        Distance to the nearest rival in degC.
    noise : RevisionNoise
        By how much one day's value still moves.
    days : int, default 1
        Days in the mean that is claimed.
    preliminary : int, default 0
        How many of them are preliminary.

    Returns
    -------
    Claim
        A tie where the margin vanishes at 0.01 °C; within noise where it is less than the typical revision of the
        preliminary days, or than 0.01 °C; preliminary for a preliminary day, and for a mean whose preliminary days,
        all revised by two standard deviations, could turn it; else safe.
    """
    distance = round(abs(margin), 9)
    share = preliminary / days
    if distance < LEVEL:
        return Claim.TIE
    if distance < least(noise, share):
        return Claim.WITHIN_NOISE
    if preliminary and (days == 1 or distance <= 2 * noise.deviation * share):
        return Claim.PRELIMINARY
    return Claim.SAFE


def least(noise: RevisionNoise, share: float) -> float:
    """Distance in degC below which two means are not told apart, where `share` of the days is preliminary."""
    return max(noise.typical * share, FLOOR)


def reading(series: Series, at: int, value: float | None = None) -> Reading:
    """
    A day's value.

    Parameters
    ----------
    value : float, optional
        What is read on that day, degC; by default the mean itself.
    """
    status: Literal["final", "preliminary"] = "preliminary" if series.status[at] == Status.PRELIMINARY else "final"
    day = series.start + dt.timedelta(days=at)
    return Reading(day, float(series.values[at]) if value is None else value, status)


T = TypeVar("T", bound=np.generic)
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """
    What the questions of one study have in common.

    Parameters
    ----------
    series : Series
        As far as the date asked for.
    place : array of int
        Position of each day of `series` in the flattened table, shape (time,).
    anomalies : YearTable or None
        `table` minus `climatology`.
    noise : RevisionNoise
        By how much values still move.
    anomaly : array of float or None
        `anomalies` day after day, shape (time,).
    day : date
        Date of the last value.
    """

    series: Series
    region: Region
    table: YearTable
    place: npt.NDArray[np.int64]
    climatology: Climatology | None
    anomalies: YearTable | None
    noise: RevisionNoise
    anomaly: Floats | None = field(init=False)
    day: dt.date = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "day", self.series.end)
        object.__setattr__(self, "anomaly", None if self.anomalies is None else self.daily(self.anomalies.values))

    @property
    def column(self) -> int:
        """Column of the last value."""
        return int(self.place[-1]) % DAYS

    @property
    def row(self) -> int:
        """Row of the last value's year: the last one."""
        return self.table.years.size - 1

    def daily(self, values: npt.NDArray[T]) -> npt.NDArray[T]:
        """Anything by (year, day), laid out day after day, shape (time,)."""
        return np.asarray(values.ravel()[self.place])

    def date_at(self, index: int | np.integer[Any]) -> dt.date:
        """Date of a row of the series."""
        return self.series.start + dt.timedelta(days=int(index))

    def preliminary_between(self, first: dt.date, last: dt.date) -> tuple[int, int]:
        """Preliminary days and days with a value in a period."""
        lo, hi = max((first - self.series.start).days, 0), (last - self.series.start).days + 1
        status = self.series.status[lo:hi]
        return int((status == Status.PRELIMINARY.value).sum()), int((status != Status.MISSING.value).sum())


def runs(flags: Bools) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """
    Where runs of True begin and end.

    Returns
    -------
    starts : array of int
        First day of each run.
    stops : array of int
        The day after its last.
    """
    edges = np.flatnonzero(np.diff(flags, prepend=False, append=False))
    return edges[::2], edges[1::2]


def side(difference: Floats) -> Floats:
    """1 where a difference is warmer, -1 where cooler, 0 where level at 0.01 °C; NaN where there is none."""
    return np.where(np.abs(np.round(difference, 9)) < LEVEL, 0.0, np.sign(difference))


def month_span(year: int, month: int) -> tuple[dt.date, dt.date]:
    """First and last day of a month."""
    return dt.date(year, month, 1), dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)


def last_run(flags: Bools) -> int:
    """Length of the run of True that ends the array."""
    return flags.size if flags.all() else int(np.argmin(flags[::-1]))


def frame_of(study: Study) -> Frame:
    """The frame of a finished study, for the questions that come later."""
    table, place = folded(study.series)
    noise = study.findings.revision_noise
    return Frame(study.series, study.region, table, place, study.climatology, study.anomalies, noise)

"""Is the line coming down? The seasonal fall and the fall of the anomaly, told apart."""

from __future__ import annotations

import numpy as np

from climtrack.analysis.frame import Frame
from climtrack.analysis.regression import line
from climtrack.vocabulary.findings import Direction, Slope, Unknown, Verdict
from climtrack.vocabulary.series import Floats

WINDOWS = (14, 30)
#: Effective days from which an interval says something of the weather: with fewer, Student's t makes most of it.
SHARP = 3.5


def slope(values: Floats, days: int) -> Slope | Unknown:
    """
    Slope of the last days of a series.

    Parameters
    ----------
    values : array of float
        One value a day, gaps as NaN, shape (time,).
    days : int
        Length of the window.

    Returns
    -------
    Slope or Unknown
        degC per day with its 95 % interval; Unknown where more than a fifth of the days are missing.
    """
    window = values[-days:]
    known = np.flatnonzero(~np.isnan(window))
    if known.size < max(0.8 * days, 4):
        return Unknown(f"only {known.size} of the last {days} days {'has' if known.size == 1 else 'have'} a value")
    fit = line(known.astype(np.float64), window[known])
    return Slope(fit.slope, fit.low, fit.high, days, blurred=fit.n_effective < SHARP)


def direction(frame: Frame) -> Direction:
    """
    Slopes of the last 14 and 30 days, of the temperature and of the anomaly, and a verdict on the anomaly.

    Parameters
    ----------
    frame : Frame
        The series.

    Returns
    -------
    Direction
        `seasonal_14d` and `seasonal_30d` are the slopes of the climatology over the same days; temperature = season +
        anomaly.
    """
    raw = [slope(frame.series.values, days) for days in WINDOWS]
    if frame.climatology is None:
        why = Unknown("no baseline is covered, so season and anomaly cannot be told apart")
        return Direction(raw[0], raw[1], why, why, why, why, why)
    normal = frame.climatology.mean[frame.place[-WINDOWS[-1] :] % frame.climatology.mean.size]
    values = frame.series.values[-WINDOWS[-1] :]
    anomaly = [slope(values - normal, days) for days in WINDOWS]
    seasonal = [slope(np.where(np.isnan(values), np.nan, normal), days) for days in WINDOWS]
    share = [part.per_day if isinstance(part, Slope) else part for part in seasonal]
    return Direction(raw[0], raw[1], anomaly[0], anomaly[1], share[0], share[1], verdict(anomaly[0]))


def verdict(found: Slope | Unknown) -> Verdict | Unknown:
    """
    Falling, steady or rising.

    Parameters
    ----------
    found : Slope or Unknown
        Of the anomaly.

    Returns
    -------
    Verdict or Unknown
        Steady while zero lies inside the interval.
    """
    if isinstance(found, Unknown):
        return found
    if found.low <= 0 <= found.high:
        return Verdict.STEADY
    return Verdict.FALLING if found.per_day < 0 else Verdict.RISING

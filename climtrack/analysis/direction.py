"""Is the line coming down? The last fortnight beside the one before, and the way from the highest 12 months."""

from __future__ import annotations

import numpy as np

from climtrack.analysis.frame import Frame
from climtrack.analysis.trend import slope
from climtrack.vocabulary.findings import Answer, Direction, Peak, Slope, Unknown, beyond
from climtrack.vocabulary.series import Floats, means_of_days

FORTNIGHT, FEWEST = 14, 10
#: No change of a fortnight's mean is said to be one below this.
LEAST = 0.05
#: Steps of earlier years count where they end within so many days of the same date; so many of them are needed.
SEASON, STEPS = 45, 500
#: A mean of 12 months may lack this many of its 365 days; a peak is looked for among the means of a year at least.
YEAR, LACKING = 365, 10
#: Days that count as one while revisions of neighbouring days correlate by 0.6: (1 + 0.6) / (1 - 0.6).
ALIKE = 4.0


def direction(frame: Frame) -> Direction:
    """
    Whether the line comes down: the mean of the last 14 days beside that of the 14 days before.

    The line's own change is the season's plus the anomaly's; the answer is about the anomaly's.
    """
    values, anomaly = frame.series.values, frame.anomaly
    found = None if anomaly is None else means_of_days(anomaly, FORTNIGHT, FEWEST)
    slopes = _slopes(values, anomaly)
    days = [int((~np.isnan(part)).sum()) for part in (values[-FORTNIGHT:], values[-2 * FORTNIGHT : -FORTNIGHT])]
    if min(days) < FEWEST:
        few = Unknown("unknown.few_days", n=min(days), days=FORTNIGHT)
        return Direction(few, few, few, few, few, few, few, few, _peak(frame), *slopes)
    before, *_, latest = means_of_days(values[-2 * FORTNIGHT :], FORTNIGHT, FEWEST).tolist()
    line = latest - before
    if anomaly is None or found is None:
        why = Unknown("unknown.no_season")
        return Direction(why, why, why, why, line, why, max(noise(frame, values)), why, why, *slopes)
    steps = found[FORTNIGHT:] - found[:-FORTNIGHT]
    change, (revision, settled) = float(steps[-1]), noise(frame, anomaly)
    least = max(revision, settled)
    way = beyond(change, least)
    return Direction(
        answer={-1: Answer.YES, 0: Answer.LEVEL, 1: Answer.NO}[way],
        settled=all(beyond(change + move, settled) == way for move in (-revision, revision)),
        mean_14d=float(found[-1]),
        change_14d=change,
        line_14d=line,
        season_14d=line - change,
        noise=least,
        share_of_steps_as_large=_share(frame, steps),
        peak_12m=_peak(frame),
        slope_14d=slopes[0],
        slope_30d=slopes[1],
        anomaly_slope_14d=slopes[2],
        anomaly_slope_30d=slopes[3],
    )


def noise(frame: Frame, values: Floats) -> tuple[float, float]:
    """
    How sure the change between two fortnights is.

    Parameters
    ----------
    values : array of float
        Anomalies day by day, or the temperature itself where there are none, shape (time,).

    Returns
    -------
    revision : float
        Twice the standard deviation of what revisions of preliminary days will still do to the change, degC.
    settled : float
        Least change that will be said to be one when all days are final: 0.05 °C, widened by twice the error that
        missing days make, who may all lie on one side, degC.
    """
    revision = gap = 0.0
    for last in (values.size, values.size - FORTNIGHT):
        days = slice(last - FORTNIGHT, last)
        known = ~np.isnan(values[days])
        waiting, held = int((frame.series.preliminary[days] & known).sum()), int(known.sum())
        if waiting:
            alike = min(ALIKE / waiting, 1.0)
            revision += (frame.noise.deviation * waiting / held) ** 2 * alike
        if held < FORTNIGHT:
            gap += ((FORTNIGHT - held) / FORTNIGHT * _scatter(values)) ** 2
    return float(2 * np.sqrt(revision)), float(np.hypot(LEAST, 2 * np.sqrt(gap)))


def _scatter(values: Floats) -> float:
    """Standard deviation of a day about the mean of its fortnight, from the whole series."""
    mean, square = (means_of_days(part, FORTNIGHT, FEWEST) for part in (values, values**2))
    return float(np.nanmean(np.maximum(square - mean**2, 0.0)) ** 0.5)


def _share(frame: Frame, steps: Floats) -> float | Unknown:
    """Share of the steps of earlier years at this time of year that are at least as large, the same way."""
    years = frame.table.years[: frame.row]
    months = (12 * (years - 1970) + frame.day.month - 1).astype("datetime64[M]")
    days = np.minimum(months.astype("datetime64[D]") + frame.day.day, (months + 1).astype("datetime64[D]")) - 1
    ends = (days - np.datetime64(frame.series.start)).astype(np.int64)
    near = (ends[:, np.newaxis] + np.arange(-SEASON, SEASON + 1)).ravel() - 2 * FORTNIGHT + 1
    past = steps[near[near >= 0]]
    past = past[~np.isnan(past)]
    if past.size < STEPS:
        return Unknown("unknown.few_steps", n=past.size)
    return float((np.sign(steps[-1]) * past > abs(steps[-1]) - 1e-9).mean())


def _peak(frame: Frame) -> Peak | Unknown:
    """The highest mean of 365 days, and the latest."""
    if frame.anomaly is None:
        return Unknown("unknown.no_baseline")
    year = means_of_days(frame.anomaly, YEAR, YEAR - LACKING)
    if frame.series.values.size <= 2 * YEAR or np.isnan(year[-1]):
        return Unknown("unknown.no_12_months")
    at = int(np.nanargmax(year))
    return Peak(frame.date_at(at + YEAR - 1), float(year[at]), float(year[-1]))


def _slopes(values: Floats, anomaly: Floats | None) -> tuple[Slope | Unknown, ...]:
    """Slopes of the last 14 and 30 days, of the temperature and of the anomaly."""
    why = Unknown("unknown.no_season")
    return (
        *(slope(values, days) for days in (14, 30)),
        *(why if anomaly is None else slope(anomaly, days) for days in (14, 30)),
    )

"""El Niño and La Niña from the Niño 3.4 series."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from climtrack.analysis.frame import frame_of, last_run, runs
from climtrack.errors import Notice
from climtrack.vocabulary.calendar import DAYS, MONTH_STARTS
from climtrack.vocabulary.findings import Episode, NinoState, Phase, Study, Unknown
from climtrack.vocabulary.series import Floats

THRESHOLD = 0.5
#: Overlapping three-month means in a row that make an episode.
EPISODE = 5
#: A month counts while at most a tenth of its days is missing.
MISSING_SHARE = 0.1

RULE = Notice("finding.nino_rule", threshold=THRESHOLD)


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """
    Monthly and three-month anomalies.

    Parameters
    ----------
    year, month : int
        Of the first element.
    monthly : array of float
        Whole months only, degC, shape (month,).
    three_months : array of float
        Mean of each month and its two neighbours, shape (month,), NaN at the ends.
    """

    year: int
    month: int
    monthly: Floats
    three_months: Floats

    def first_day(self, index: int) -> dt.date:
        """First day of an element's month; an index past the end is the month that follows."""
        months = self.year * 12 + self.month - 1 + index
        return dt.date(months // 12, months % 12 + 1, 1)


def nino_index(nino: Study) -> Index | Unknown:
    """
    Monthly and three-month anomalies of Niño 3.4, the latter comparable with NOAA's Oceanic Niño Index.

    NOAA moves its base period every five years and uses another analysis (ERSSTv5); differences stay within
    about 0.3 °C. Unknown where no baseline is covered.
    """
    if nino.anomalies is None:
        return Unknown("unknown.no_baseline")
    values = nino.anomalies.values
    edges = np.array(MONTH_STARTS) - 1
    known = ~np.isnan(values)
    total = np.add.reduceat(np.where(known, values, 0.0), edges, axis=1)
    count = np.add.reduceat(known, edges, axis=1, dtype=np.int64)
    length = np.diff([*MONTH_STARTS, DAYS + 1])
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(count >= (1 - MISSING_SHARE) * length, total / count, np.nan).ravel()
    end = nino.series.end
    running = (end.year - int(nino.table.years[0])) * 12 + end.month - 1
    if (end + dt.timedelta(days=1)).day == 1:
        running += 1
    means = means[:running]
    first = int(np.flatnonzero(~np.isnan(means))[0]) if not np.isnan(means).all() else means.size
    means = means[first:]
    if means.size < 3:
        return Unknown("unknown.three_months")
    three = np.full(means.size, np.nan)
    three[1:-1] = (means[:-2] + means[1:-1] + means[2:]) / 3
    return Index(int(nino.table.years[0]) + first // 12, first % 12 + 1, means, three)


def episodes(index: Index) -> tuple[Episode, ...]:
    """
    El Niño and La Niña episodes by the usual rule.

    Oldest first; at least five overlapping three-month means in a row at or beyond ±0.5 °C.
    """
    found = []
    for phase, sign in ((Phase.EL_NINO, 1), (Phase.LA_NINA, -1)):
        starts, stops = runs(_beyond(index.three_months, sign))
        found += [
            _episode(index, phase, int(a), int(b)) for a, b in zip(starts, stops, strict=True) if b - a >= EPISODE
        ]
    return tuple(sorted(found, key=lambda episode: episode.onset))


def nino_state(nino: Study) -> NinoState | Unknown:
    """Where Niño 3.4 stands; unknown where no baseline is covered."""
    index = nino_index(nino)
    if isinstance(index, Unknown) or nino.baseline is None or nino.anomalies is None:
        return index if isinstance(index, Unknown) else Unknown("unknown.no_baseline")
    latest = float(index.three_months[-2])
    phase = _phase(latest)
    sign = {Phase.EL_NINO: 1, Phase.LA_NINA: -1, Phase.NEUTRAL: 0}[phase]
    side = _beyond(index.three_months, sign) if sign else np.abs(index.three_months) < THRESHOLD
    running = last_run(side[:-1])
    anomaly = frame_of(nino).daily(nino.anomalies.values)
    under_way = [episode for episode in episodes(index) if not episode.complete]
    return NinoState(
        date=nino.series.end,
        baseline=nino.baseline,
        day=float(anomaly[-1]),
        last_30_days=float(np.nanmean(anomaly[-30:])),
        month=float(index.monthly[-1]),
        month_first=index.first_day(index.monthly.size - 1),
        three_months=latest,
        season_first=index.first_day(index.monthly.size - 3),
        phase=phase,
        months_running=running,
        episode=under_way[0] if under_way else None,
        onset=index.first_day(side.size - 1 - running) if sign else None,
        rule=RULE,
    )


def _beyond(values: Floats, sign: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """At or beyond the threshold on one side, judged at 0.01 °C as such indices are published."""
    return np.asarray(np.round(sign * values, 2) >= THRESHOLD)


def _phase(value: float) -> Phase:
    """Phase of one three-month mean."""
    if round(value, 2) >= THRESHOLD:
        return Phase.EL_NINO
    return Phase.LA_NINA if round(value, 2) <= -THRESHOLD else Phase.NEUTRAL


def _episode(index: Index, phase: Phase, start: int, stop: int) -> Episode:
    """Episode of three-month means `start` to `stop`, the latter not included."""
    means = index.three_months[start:stop]
    peak = start + int(np.argmax(np.abs(means)))
    return Episode(
        phase=phase,
        onset=index.first_day(start),
        end=index.first_day(stop) - dt.timedelta(days=1),
        months=stop - start,
        peak=float(index.three_months[peak]),
        peak_month=index.first_day(peak),
        complete=stop < index.three_months.size - 1,
    )

"""El Niño and La Niña by NOAA's relative index (RONI), and what Niño 3.4 says of it to date."""

from __future__ import annotations

import datetime as dt

import numpy as np

from climtrack.analysis.frame import frame_of, last_run, runs
from climtrack.errors import Notice
from climtrack.vocabulary.findings import Episode, NinoEstimate, NinoState, Phase, Study, Unknown
from climtrack.vocabulary.series import Floats, Series, means_of_days

THRESHOLD = 0.5
#: Overlapping seasons in a row that make an episode.
EPISODE = 5
#: Days of the running mean, about as many as a season has, and the share of them that must be known.
RUNNING, KNOWN = 90, 0.9
#: Newest seasons that tell how far Niño 3.4 stands above RONI: fewer follow its drift, more only make the error larger.
SEASONS = 3
#: Estimates of the past, at least, that a range is drawn from, and its share.
JUDGED, LEVEL = 60, 0.9

RULE = Notice("finding.nino_rule", threshold=THRESHOLD)


def published(roni: Series, day: dt.date) -> Series | None:
    """The seasons known on a day: each once its third month is over; None where none was."""
    rows = np.flatnonzero(~np.isnan(roni.values))
    known = [int(i) for i in rows if roni.key.date(roni.first + int(i) + 2) <= day]
    return roni.upto(roni.key.date(roni.first + known[-1] + 1)) if known else None


def phases(roni: Series) -> tuple[Phase, ...]:
    """The side of the threshold on which each season stands, judged at 0.01 °C as the index is published."""
    sides = np.where(_beyond(roni.values, 1), 1, np.where(_beyond(roni.values, -1), -1, 0))
    return tuple({1: Phase.EL_NINO, -1: Phase.LA_NINA, 0: Phase.NEUTRAL}[side] for side in sides.tolist())


def episodes(roni: Series) -> tuple[Episode, ...]:
    """
    El Niño and La Niña episodes as NOAA's table has them.

    Oldest first; at least five overlapping seasons in a row at or beyond ±0.5 °C.
    """
    found = []
    for phase, sign in ((Phase.EL_NINO, 1), (Phase.LA_NINA, -1)):
        starts, stops = runs(_beyond(roni.values, sign))
        found += [_episode(roni, phase, int(a), int(b)) for a, b in zip(starts, stops, strict=True) if b - a >= EPISODE]
    return tuple(sorted(found, key=lambda episode: episode.onset))


def nino_state(roni: Series, nino: Study | None = None, *, as_of: dt.date | None = None) -> NinoState | Unknown:
    """
    State by the latest season of RONI, and what it would be to date by the running Niño 3.4 anomaly.

    Parameters
    ----------
    roni : Series
        NOAA's relative Oceanic Niño Index by season, each at its middle month, degC, shape (month,).
    nino : Study, optional
        Daily Niño 3.4, which gives the estimate to date.
    as_of : datetime.date, optional
        Use only the seasons that were over on this day.

    Returns
    -------
    NinoState or Unknown
        Unknown where no season was over.

    References
    ----------
    .. [1] L'Heureux, M. L. et al. (2024), A relative sea surface temperature index for classifying ENSO events in a
       changing climate, J. Climate 37, 1197–1211.
    """
    known = published(roni, as_of or dt.date.max)
    if known is None:
        return Unknown("unknown.no_roni")
    phase = phases(known)[-1]
    sign = {Phase.EL_NINO: 1, Phase.LA_NINA: -1, Phase.NEUTRAL: 0}[phase]
    side = _beyond(known.values, sign) if sign else np.abs(np.round(known.values, 2)) < THRESHOLD
    running = last_run(side)
    last = known.first + known.values.size - 1
    under_way = [episode for episode in episodes(known) if not episode.complete]
    return NinoState(
        season_first=known.key.date(last - 1),
        season_last=known.key.date(last + 1),
        roni=float(known.values[-1]),
        phase=phase,
        seasons_running=running,
        onset=known.key.date(last + 1 - running) if sign else None,
        episode=under_way[0] if under_way else None,
        rule=RULE,
        estimate=Unknown("unknown.no_nino") if nino is None else nino_estimate(known, nino),
    )


def nino_estimate(roni: Series, nino: Study) -> NinoEstimate | Unknown:
    """
    RONI to date: the mean anomaly of the last 90 days less what such means stood above RONI in its newest seasons.

    The offset drifts with the warming of the tropics, which RONI takes away. The range is that of the errors of the
    same estimate at the end of every earlier season.

    Parameters
    ----------
    roni : Series
        RONI by season, degC, shape (month,).
    nino : Study
        Daily Niño 3.4.

    Returns
    -------
    NinoEstimate or Unknown
        Unknown where no baseline is covered, or too few seasons and days are common to both.
    """
    if nino.anomalies is None or nino.baseline is None:
        return Unknown("unknown.no_baseline")
    above, last = offsets(roni, nino), float(_running(nino)[-1])
    before = np.lib.stride_tricks.sliding_window_view(above, SEASONS).mean(axis=1) if above.size >= SEASONS else above
    errors = above[SEASONS:] - before[:-1]
    errors = errors[~np.isnan(errors)]
    if errors.size < JUDGED or np.isnan(before[-1]) or np.isnan(last):
        return Unknown("unknown.few_seasons", n=JUDGED + SEASONS)
    low, high = np.quantile(errors, [(1 + LEVEL) / 2, (1 - LEVEL) / 2])
    value = last - float(before[-1])
    return NinoEstimate(
        date=nino.series.end,
        baseline=nino.baseline,
        running=last,
        preliminary_days=int(nino.series.preliminary[-RUNNING:].sum()),
        offset=float(before[-1]),
        value=value,
        low=value - float(low),
        high=value - float(high),
        judged=int(errors.size),
    )


def offsets(roni: Series, nino: Study) -> Floats:
    """
    What the running mean of Niño 3.4 stood above RONI on the last day of each season.

    Parameters
    ----------
    roni : Series
        RONI by season, degC, shape (month,).
    nino : Study
        Daily Niño 3.4 with its anomalies.

    Returns
    -------
    array of float
        In degC, shape (month,), NaN where the days do not reach.
    """
    means = _running(nino)
    ends = (roni.key.date(roni.first + i + 2) - dt.timedelta(days=1) for i in range(roni.values.size))
    rows = (nino.series.index(end) for end in ends)
    return np.array([np.nan if i is None else means[i] for i in rows]) - roni.values


def _running(nino: Study) -> Floats:
    """Mean anomaly of the 90 days that end with each day; NaN where too few of them are known."""
    if nino.anomalies is None:
        return np.full(nino.series.values.size, np.nan)
    daily = frame_of(nino).daily(nino.anomalies.values)
    found = means_of_days(daily, RUNNING, round(KNOWN * RUNNING))
    return np.concatenate([np.full(RUNNING - 1, np.nan), found])[-daily.size :]


def _beyond(values: Floats, sign: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """At or beyond the threshold on one side."""
    return np.asarray(np.round(sign * values, 2) >= THRESHOLD)


def _episode(roni: Series, phase: Phase, start: int, stop: int) -> Episode:
    """Episode of seasons `start` to `stop`, the latter not included."""
    values = roni.values[start:stop]
    peak = start + int(np.argmax(np.abs(values)))
    return Episode(
        phase=phase,
        onset=roni.key.date(roni.first + start),
        end=roni.key.date(roni.first + stop) - dt.timedelta(days=1),
        seasons=stop - start,
        peak=float(roni.values[peak]),
        peak_month=roni.key.date(roni.first + peak),
        complete=stop < roni.values.size,
    )

"""What a line did since a given date."""

from __future__ import annotations

import datetime as dt
from typing import TypedDict

import numpy as np

from climtrack.analysis.frame import Frame, frame_of
from climtrack.analysis.ranking import beside_last_year, record_days
from climtrack.analysis.survey import study as study_of
from climtrack.vocabulary.calendar import Ints
from climtrack.vocabulary.findings import Gap, Reading, Since, Study, Unknown, YearEnd
from climtrack.vocabulary.series import Floats


def since(study: Study, date: dt.date) -> Since:
    """
    What a line did since a given date: change of value and of anomaly, new days, places moved.

    Parameters
    ----------
    date : date
        Date of the last issue; the last value not after it is where the account begins.

    Returns
    -------
    Since
        Both moments are judged from the values as they stand now and on the same climatology.

    Raises
    ------
    SeriesError
        If the series begins after `date`.
    """
    frame = frame_of(study)
    before = study_of(
        study.series, study.region, baseline=study.requested, as_of=date, revision_noise=study.findings.revision_noise
    )
    then, now = before.findings, study.findings
    days = (now.latest.date - then.latest.date).days
    fresh = np.arange(study.series.values.size - days, study.series.values.size)
    missing = int(np.isnan(study.series.values[fresh]).sum())
    gap = beside_last_year(frame)[fresh]
    record = frame.daily(record_days(study.table))[fresh]
    return Since(
        asked=date,
        then=then.latest,
        now=now.latest,
        **_changes(frame, then.latest, fresh),
        new_days=days - missing,
        missing_days=missing,
        below_last_year=int((gap < 0).sum()),
        compared_with_last_year=int((~np.isnan(gap)).sum()),
        record_days=tuple(frame.date_at(i) for i in fresh[record]),
        rank_then=then.ranks.year_to_date,
        rank_now=now.ranks.year_to_date,
        day_rank_then=then.ranks.day,
        day_rank_now=now.ranks.day,
        year_end_then=_estimate(then.year_end),
        year_end_now=_estimate(now.year_end),
    )


class _Changes(TypedDict):
    """The part of `Since` that compares two values."""

    change: float
    season: float | Unknown
    anomaly_then: float | Unknown
    anomaly_now: float | Unknown
    anomaly_change: float | Unknown
    anomaly_mean: float | Unknown
    warmest: Gap | Unknown
    coldest: Gap | Unknown


def _changes(frame: Frame, then: Reading, fresh: Ints) -> _Changes:
    """Change of the value, split into season and anomaly."""
    values = frame.series.values
    change = float(values[-1]) - then.value
    if frame.anomalies is None:
        why = Unknown("unknown.no_baseline")
        return _Changes(
            change=change, season=why, anomaly_then=why, anomaly_now=why, anomaly_change=why, anomaly_mean=why,
            warmest=why, coldest=why,
        )  # fmt: skip
    anomaly = frame.daily(frame.anomalies.values)
    first, last = float(anomaly[-1 - fresh.size]), float(anomaly[-1])
    new = anomaly[fresh]
    none = Unknown("unknown.no_new_day")
    return _Changes(
        change=change,
        season=change - (last - first),
        anomaly_then=first,
        anomaly_now=last,
        anomaly_change=last - first,
        anomaly_mean=float(np.nanmean(new)) if new.size else none,
        warmest=_extreme(frame, anomaly, fresh[np.nanargmax(new)]) if new.size else none,
        coldest=_extreme(frame, anomaly, fresh[np.nanargmin(new)]) if new.size else none,
    )


def _extreme(frame: Frame, anomaly: Floats, at: np.int64) -> Gap:
    """A day's anomaly."""
    return Gap(frame.date_at(at), float(anomaly[at]))


def _estimate(found: YearEnd | Unknown) -> float | Unknown:
    """Annual mean expected."""
    return found.estimate if isinstance(found, YearEnd) else found

"""What a line did since a given date."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np

from climtrack.analysis.direction import FEWEST, FORTNIGHT
from climtrack.analysis.frame import Frame, frame_of, side
from climtrack.analysis.ranking import beside_last_year, lead, record_days
from climtrack.analysis.survey import study as study_of
from climtrack.vocabulary.calendar import Ints
from climtrack.vocabulary.findings import Gap, Since, Study, Unknown, YearEnd
from climtrack.vocabulary.series import Floats


def since(study: Study, date: dt.date) -> Since:
    """
    What a line did since a given date: the mean of the new days against as many before, new days, places moved.

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
    before = study_of(study.series, study.region, as_of=date, revision_noise=study.findings.revision_noise)
    then, now = before.findings, study.findings
    days = (now.latest.date - then.latest.date).days
    fresh = np.arange(study.series.values.size - days, study.series.values.size)
    missing = int(np.isnan(study.series.values[fresh]).sum())
    gap = beside_last_year(frame)[fresh]
    record = frame.daily(record_days(lead(study.table)))[fresh]
    why = Unknown("unknown.no_baseline")
    made = Since(
        asked=date,
        then=then.latest,
        now=now.latest,
        change=_change(study.series.values, days),
        season=why,
        anomaly_then=why,
        anomaly_now=why,
        anomaly_change=why,
        warmest=why,
        coldest=why,
        new_days=days - missing,
        missing_days=missing,
        below_last_year=int((side(gap) < 0).sum()),
        compared_with_last_year=int((~np.isnan(gap)).sum()),
        record_days=tuple(frame.date_at(i) for i in fresh[record]),
        rank_then=then.ranks.year_to_date,
        rank_now=now.ranks.year_to_date,
        day_rank_then=then.ranks.day,
        day_rank_now=now.ranks.day,
        year_end_then=_estimate(then.year_end),
        year_end_now=_estimate(now.year_end),
    )
    return _anomalies(made, frame, fresh)


def _change(values: Floats, days: int) -> float | Unknown:
    """Mean of the last days minus that of as many before."""
    if not days:
        return Unknown("unknown.no_new_day")
    parts = values[-days:], values[-2 * days : -days]
    known = min(int((~np.isnan(part)).sum()) for part in parts)
    if known * FORTNIGHT < FEWEST * days:
        return Unknown("unknown.few_days", n=known, days=days)
    return float(np.nanmean(parts[0]) - np.nanmean(parts[1]))


def _anomalies(made: Since, frame: Frame, fresh: Ints) -> Since:
    """The change split into season and anomaly, and the anomalies of the new days."""
    if frame.anomaly is None:
        return made
    new, change = frame.anomaly[fresh], _change(frame.anomaly, fresh.size)
    if isinstance(change, Unknown) or isinstance(made.change, Unknown):
        made = replace(made, season=change, anomaly_then=change, anomaly_now=change, anomaly_change=change)
    else:
        now = float(np.nanmean(new))
        season = made.change - change
        made = replace(made, season=season, anomaly_then=now - change, anomaly_now=now, anomaly_change=change)
    if not new.size:
        return replace(made, warmest=Unknown("unknown.no_new_day"), coldest=Unknown("unknown.no_new_day"))
    warmest, coldest = (Gap(frame.date_at(fresh[at]), float(new[at])) for at in (np.nanargmax(new), np.nanargmin(new)))
    return replace(made, warmest=warmest, coldest=coldest)


def _estimate(found: YearEnd | Unknown) -> float | Unknown:
    """Annual mean expected."""
    return found.mean if isinstance(found, YearEnd) else found

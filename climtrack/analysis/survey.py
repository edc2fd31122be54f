"""Every question asked once: one series in, one study out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from climtrack.analysis.anomaly import anomalies, baseline_anomaly, shifting, spread_beside_shifting
from climtrack.analysis.climatology import mean_cycles, published, uncovered
from climtrack.analysis.comparison import year_over_year
from climtrack.analysis.direction import direction
from climtrack.analysis.frame import Frame, default_noise, reading, runs
from climtrack.analysis.months import other_rank
from climtrack.analysis.outlook import outlook, score
from climtrack.analysis.preindustrial import REFERENCE, preindustrial
from climtrack.analysis.ranking import lead, month, ranks, records, streaks
from climtrack.analysis.trend import TREND_LATE, annual_means, trend
from climtrack.analysis.year_end import year_end, year_end_score
from climtrack.errors import BaselineNotCovered
from climtrack.vocabulary.findings import (
    BaselineAnomaly,
    Climatology,
    Estimate,
    Findings,
    Rank,
    Ranks,
    Records,
    RevisionNoise,
    Run,
    Study,
    Unknown,
    YearEnd,
)
from climtrack.vocabulary.registry import BASELINES, DEFAULT, Baseline, Region
from climtrack.vocabulary.series import Series, YearTable, folded

#: Stands in for 1981–2010 where 1981 is partial; the air needs no such substitute.
SEA_ONLY = Baseline(1982, 2010)


def study(
    series: Series,
    region: Region,
    *,
    baseline: Baseline | None = None,
    as_of: dt.date | None = None,
    today: dt.date | None = None,
    revision_noise: RevisionNoise | None = None,
    kept: Sequence[Estimate] = (),
    months: Series | None = None,
) -> Study:
    """
    Everything known of one series on one day.

    Parameters
    ----------
    series : Series
        Daily means in degC.
    region : Region
        Where, which decides seasons and cautions.
    baseline : Baseline, optional
        By default 1991-2020 where the series covers it, else the first covered named one, and the anomaly on 1991-2020
        is `Unknown` with the years at fault.
    as_of : date, optional
        Nothing later is looked at; by default the last day.
    today : date, optional
        The day from which the next issue is counted; by default `as_of`, else the last day.
    revision_noise : RevisionNoise, optional
        By how much values of this series still move, measured from its own history; by default as measured once on
        stored copies of the feed.
    kept : sequence of Estimate, optional
        What was expected of this series, as it was first said.
    months : Series, optional
        NOAA's months of land and sea of the same region, whose place for the last whole month is told beside ours.

    Raises
    ------
    BaselineNotCovered
        If the series lacks days of the baseline asked for: another is never put in its place.
    SeriesError
        If the series begins after `as_of`.
    """
    known = series if as_of is None else series.upto(as_of)
    table, place = folded(known)
    named = [one for one in BASELINES.values() if series.key.variable == "sst" or one != SEA_ONLY]
    named = list(dict.fromkeys([baseline or DEFAULT, *named]))
    normals = _climatologies(known, table, [*named, shifting(known.end)])
    if baseline is not None and isinstance(why := normals[baseline], Unknown):
        covered = [str(one) for one in named if isinstance(normals[one], Climatology)]
        raise BaselineNotCovered("analysis.baseline", label=series.key.label, why=why, covered=[*covered, "auto"])
    chosen = next((normal for one in named if isinstance(normal := normals[one], Climatology)), None)
    frame = Frame(
        series=known,
        region=region,
        table=table,
        place=place,
        climatology=chosen,
        anomalies=None if chosen is None else anomalies(table, chosen),
        noise=revision_noise or default_noise(series.key),
    )
    flags = np.full(table.values.shape, np.nan)
    flags.ravel()[place[known.preliminary]] = 1.0
    found = _findings(frame, named, normals, as_of or today, kept, months and months.upto(as_of or months.end))
    return Study(
        series=known,
        region=region,
        as_of=as_of or known.end,
        requested=baseline or DEFAULT,
        climatology=chosen,
        table=table,
        anomalies=frame.anomalies,
        preliminary=YearTable(table.years, flags),
        findings=found if chosen is None or chosen.method != "published" else _unranked(found),
    )


def _climatologies(
    series: Series, table: YearTable, baselines: Sequence[Baseline]
) -> dict[Baseline, Climatology | Unknown]:
    """Climatology of each baseline, from the series' own years or as it came with them, or why there is none."""
    why = {baseline: uncovered(table, baseline) for baseline in baselines}
    covered = iter(mean_cycles(table, [baseline for baseline in why if not why[baseline]]))
    return {one: next(covered) if reason is None else published(series, one) or reason for one, reason in why.items()}


def _findings(
    frame: Frame,
    named: Sequence[Baseline],
    normals: dict[Baseline, Climatology | Unknown],
    today: dt.date | None,
    kept: Sequence[Estimate],
    months: Series | None,
) -> Findings:
    """The answers."""
    series, chosen = frame.series, frame.climatology
    cards: dict[str, BaselineAnomaly | Unknown] = {
        str(one): normal
        if isinstance(normal := normals[one], Unknown)
        else baseline_anomaly(series, frame.table, normal, reference=chosen)
        for one in named
    }
    means, places = annual_means(frame.table), ranks(frame)
    if months is not None and isinstance(places.month, Rank):
        places = replace(places, month=replace(places.month, other=other_rank(months, places.month.first)))
    ahead = lead(frame.table)
    taken = records(frame, ahead)
    fixed = None if chosen is None else cards[str(chosen.baseline)]
    preliminary = np.flatnonzero(series.preliminary)
    this_year = frame.table.values[frame.row, : frame.column + 1]
    days_known = int(np.count_nonzero(~np.isnan(this_year)))
    no_baseline = Unknown("unknown.no_baseline")
    to_date: float | Unknown = no_baseline
    above: int | Unknown = no_baseline
    if frame.anomalies is not None:
        year = frame.anomalies.values[frame.row, : frame.column + 1]
        to_date, above = float(np.nanmean(year)), int(np.count_nonzero(year > 0))
    return Findings(
        first_date=series.start,
        latest=reading(series, series.values.size - 1),
        preliminary_from=frame.date_at(preliminary[0]) if preliminary.size else None,
        missing=_missing(frame),
        baseline=None if chosen is None else chosen.baseline,
        anomalies=cards,
        anomaly_year_to_date=to_date,
        days_above_average=above,
        days_known=days_known,
        year_over_year=year_over_year(frame.table, frame.day),
        direction=direction(frame),
        ranks=places,
        month=month(frame, places.month),
        month_to_date=month(frame, places.month_to_date),
        records=taken,
        streaks=streaks(frame, ahead, next(iter(taken.runs), None)),
        trend=trend(frame.table, means=means),
        trend_30y=trend(frame.table, means=means, last=TREND_LATE),
        year_end=year_end(frame.table, frame.column, means=means),
        outlook=outlook(frame, today),
        outlook_score=score(series, kept),
        year_end_score=year_end_score(frame.table, kept),
        spread=spread_beside_shifting(
            frame.table, frame.day, fixed if isinstance(fixed, BaselineAnomaly) else None, normals[shifting(frame.day)]
        ),
        preindustrial=preindustrial(series.key, frame.table, (frame.row, frame.column), normals[REFERENCE]),
        revision_noise=frame.noise,
        absent_years=tuple(int(y) for y in frame.table.years[np.isnan(frame.table.values).all(axis=1)]),
    )


def _unranked(found: Findings) -> Findings:
    """The answers of a series whose average came with it: what needs its whole record cannot be known."""
    why = Unknown("unknown.whole_record", first=found.first_date)
    names = found.ranks.season_name, found.ranks.season_to_date_name
    return replace(
        found,
        direction=replace(found.direction, peak_12m=why),
        ranks=Ranks(why, why, why, why, names[0], why, why, why, names[1]),
        month=why,
        month_to_date=why,
        records=Records(why, why, why, why),
        streaks=replace(found.streaks, record_days=None, longest_record_days=None, last_record=None,
                        days_since_record=None, next_milestone=None),
        trend=why,
        trend_30y=why,
        year_end=why,
        outlook=why,
    )  # fmt: skip


def _missing(frame: Frame) -> tuple[Run, ...]:
    """Gaps between 1 January of this year and the latest day."""
    new_year = max((dt.date(frame.day.year, 1, 1) - frame.series.start).days, 0)
    starts, stops = runs(np.isnan(frame.series.values[new_year:]))
    return tuple(
        Run(frame.date_at(new_year + a), frame.date_at(new_year + b - 1), int(b - a))
        for a, b in zip(starts, stops, strict=True)
    )


#: Days of a month in which its estimate of the year is kept: two sets of estimates are a week apart.
FIRST_DAYS = 7


def estimates(found: Findings) -> tuple[Estimate, ...]:
    """What is expected of days to come, and once a month of the year, to be kept and scored when they are here."""
    made, end = found.latest.date, found.year_end
    days = () if isinstance(found.outlook, Unknown) else found.outlook
    kept = [
        Estimate(
            "outlook", made, day.date, day.normal + day.anomaly, day.normal + day.low, day.normal + day.high,
            day.chance_below_last_year,
        )
        for day in days
    ]  # fmt: skip
    if isinstance(end, YearEnd) and made.day <= FIRST_DAYS:
        last = dt.date(end.year, 12, 31)
        kept.append(Estimate("year_end", made, last, end.mean, end.low, end.high, end.chance_of_rank["1"]))
    return tuple(kept)

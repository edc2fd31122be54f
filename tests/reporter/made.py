"""Studies made by hand: the figures of one November day, and whatever a test changes in them."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np

from climtrack.analysis.survey import study as survey
from climtrack.errors import Notice
from climtrack.vocabulary.findings import (
    Answer,
    BaselineAnomaly,
    Claim,
    Climatology,
    Direction,
    Findings,
    Gap,
    Peak,
    Rank,
    Reading,
    Record,
    RevisionNoise,
    Slope,
    Spread,
    Streaks,
    Study,
    Trend,
    Unknown,
    YearOverYear,
    beyond,
)
from climtrack.vocabulary.registry import REGIONS, Baseline, Region
from climtrack.vocabulary.series import Series, SeriesKey, Source, Status, YearTable, year_table

DAY = dt.date(2026, 11, 17)
UNKNOWN = Unknown("not asked in this test")
BASE = Baseline(1991, 2020)


def anomaly(value: float = 0.6, site: float | None = 0.61) -> BaselineAnomaly:
    """The latest day against 1991–2020."""
    return BaselineAnomaly(value, 12.0, site, 0.4, value / 0.4, value / 0.35, 96.0, 0.0)


def rank(
    place: int = 4, of: int = 87, claim: Claim = Claim.SAFE, tied_with: tuple[int, ...] = (), day: dt.date = DAY
) -> Rank:
    """Place of the latest day."""
    return Rank(day, day, 12.6, place, of, bool(tied_with), tied_with, 0.1, 2024, 13.0, claim)


def yoy(
    difference: float = -0.3, run: int = 31, crossing: dt.date | None = dt.date(2026, 10, 18), **changes: Any
) -> YearOverYear:
    """The latest day against 2025."""
    made = YearOverYear(
        date=DAY, partner=dt.date(2025, 11, 17), other_year=2025, value=12.9, difference=difference,
        mean_14d=difference,        days_below_last_14=14 * (difference < 0), days_above_last_14=14 * (difference > 0),
        days_level_last_14=14 * (difference == 0), run_length=run,
        last_crossing=crossing, warmest=Gap(dt.date(2026, 2, 6), 1.2), coldest=Gap(dt.date(2026, 11, 11), -0.9),
        days_warmer=170, days_cooler=151, days_level=0, days_compared=321, leap_day=False,
    )  # fmt: skip
    return replace(made, **changes)


def direction(change: float = -0.004, line: float = -1.4, share: float = 0.17) -> Direction:
    """The last fortnight beside the one before, and slopes per day."""
    answer = {-1: Answer.YES, 0: Answer.LEVEL, 1: Answer.NO}[beyond(change, 0.05)]
    peak = Peak(dt.date(2024, 7, 1), 0.98, 0.81)
    slopes = [Slope(rate, rate - 0.01, rate + 0.01, days) for rate in (-0.1, -0.004) for days in (14, 30)]
    return Direction(answer, True, 0.62, change, line, line - change, 0.05, share, peak, *slopes)


@cache
def _computed() -> Findings:
    """What the analysis finds in the made series: whatever is not set by hand."""
    return survey(series(), REGIONS["nh"]).findings


def findings(**changes: Any) -> Findings:
    """17 November 2026 as the wording was designed on it."""
    made = replace(
        _computed(),
        first_date=dt.date(1940, 1, 1),
        latest=Reading(DAY, 12.6, "preliminary"),
        preliminary_from=dt.date(2026, 11, 13),
        missing=(),
        baseline=BASE,
        anomalies=MappingProxyType({"1991-2020": anomaly()}),
        anomaly_year_to_date=0.8,
        days_above_average=321,
        days_known=321,
        year_over_year=yoy(),
        direction=direction(),
        ranks=replace(
            _computed().ranks,
            day=rank(),
            month_to_date=UNKNOWN,
            month=UNKNOWN,
            season=UNKNOWN,
            year_to_date=UNKNOWN,
            year=UNKNOWN,
            season_to_date=UNKNOWN,
        ),
        month=UNKNOWN,
        month_to_date=UNKNOWN,
        records=replace(
            _computed().records,
            warmest_day=Record(dt.date(2024, 7, 22), 23.2, Reading(dt.date(2023, 7, 6), 23.0), 0.2, Claim.SAFE),
            warmest_for_date=Record(
                dt.date(2024, 11, 17), 13.0, Reading(dt.date(2023, 11, 17), 12.95), 0.05, Claim.SAFE
            ),
            largest_anomaly=Record(dt.date(2024, 2, 6), 1.9, Reading(dt.date(2023, 11, 17), 1.8), 0.1, Claim.SAFE),
            days=(dt.date(2026, 1, 27), dt.date(2026, 1, 28)),
            warm_holders=(),
            cold_holders=(),
        ),
        streaks=replace(_computed().streaks, **dict.fromkeys(field.name for field in fields(Streaks))),
        trend=Trend(1940, 2025, 0.2, 0.15, 0.25, 0.6, 30.0),
        trend_30y=UNKNOWN,
        year_end=UNKNOWN,
        outlook=UNKNOWN,
        outlook_score=UNKNOWN,
        year_end_score=UNKNOWN,
        spread=Spread(96.0, Baseline(1996, 2025), 0.4, 88.0),
        preindustrial=UNKNOWN,
        revision_noise=RevisionNoise(0.005, 0.02, 300, Notice("measured")),
    )
    return replace(made, **changes)


@cache
def series(
    end: dt.date = DAY, start: dt.date = dt.date(1940, 1, 1), key: str = "era5.t2m.nh", simulated: bool = False
) -> Series:
    """A smooth season with a slow warming, good for anything that reads arrays."""
    count = (end - start).days + 1
    days = np.arange(count)
    values = 14 - 6 * np.cos(2 * np.pi * (days - 20) / 365.2425) + 1.5 * days / 31000 - 0.75
    source = Source(
        "https://climatereanalyzer.org/x.json",
        dt.datetime(2026, 11, 24, 16, 42, tzinfo=dt.UTC),
        "0" * 64,
        simulated=simulated,
    )
    return Series(SeriesKey.parse(key), start, values, np.full(count, Status.FINAL, np.int8), source)


@cache
def folded(held: Series, baseline: Baseline | None) -> tuple[YearTable, Climatology | None, YearTable | None]:
    """Table, climatology and anomalies of a made series."""
    table = year_table(held)
    if baseline is None:
        return table, None, None
    rows = [table.row(year) for year in baseline.years]
    mean = np.nanmean(np.where(np.isnan(rows), np.nanmean(rows), rows), axis=0)
    climatology = Climatology(baseline, mean, np.full(366, 0.4), "harmonic")
    return table, climatology, YearTable(table.years, table.values - mean)


def study(
    region: str | Region = "nh",
    key: str = "era5.t2m.nh",
    simulated: bool = False,
    requested: Baseline = BASE,
    start: dt.date = dt.date(1940, 1, 1),
    end: dt.date | None = None,
    **changes: Any,
) -> Study:
    """A study whose findings a test may change by name."""
    found = findings(**changes)
    held = series(end or found.latest.date, start, key, simulated)
    table, climatology, anomalies = folded(held, found.baseline)
    where = REGIONS[region] if isinstance(region, str) else region
    blank = YearTable(table.years, np.full_like(table.values, np.nan))
    return Study(held, where, found.latest.date, requested, climatology, table, anomalies, blank, found)

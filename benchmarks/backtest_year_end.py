"""
The year-end estimate made at the end of each month of past years, from what was known then, beside two plain ones.

"The last 30 days persist": their anomaly is that of the rest of the year. "As last year": the mean of the year before.
"""

from __future__ import annotations

import datetime as dt
import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from climtrack.analysis.survey import study
from climtrack.analysis.trend import annual_means
from climtrack.analysis.year_end import LEVEL, RECENT, YEARS
from climtrack.fetcher.reanalyzer import series_from_payload
from climtrack.vocabulary.calendar import LEAP_DAY
from climtrack.vocabulary.findings import YearEnd
from climtrack.vocabulary.registry import REGIONS
from climtrack.vocabulary.series import Series, SeriesKey, Source, YearTable, folded

#: Region of each series, and the first year judged: of the sea, 18 years must lie before it.
JUDGED: Mapping[str, int] = {
    "world": 1996, "world2": 2000, "natlan": 2000, "natlsp": 2000, "atlhmdr": 2000, "gom": 2000, "gomex": 2000,
    "nino3.4": 2000,
}  # fmt: skip
AIR = "climate_reanalyzer_constructed/2026-02-08/clim/t2_daily/json/era5_{}_t2_day.json"
SEA = "climate_reanalyzer/2026-08-22/clim/sst_daily/json_2clim/oisst2.1_{}_sst_day.json"
#: Bounds of the chances that are counted together.
BINS = (0.0, 0.005, 0.1, 0.3, 0.5, 0.7, 0.9, 0.995, 1.01)


@dataclass(frozen=True, slots=True)
class Case:
    """What was said at the end of a month, and what came."""

    year: int
    month: int
    found: YearEnd
    persists: float
    last_year: float
    truth: float
    rank: int  # Of the truth among the years before


def cases(series: Series, first: int) -> list[Case]:
    """Every month end from January of `first` to November of the last whole year."""
    table, _ = folded(series)
    means = annual_means(table)
    found = []
    for row in np.flatnonzero((table.years >= first) & ~np.isnan(means)).tolist():
        year = int(table.years[row])
        for month in range(1, 12):
            known = series.upto(dt.date(year, month + 1, 1) - dt.timedelta(days=1))
            end = study(known, REGIONS[series.key.region]).findings.year_end
            assert isinstance(end, YearEnd), f"{series.key} {year}-{month}: {end}"
            rank = 1 + int((means[:row] > means[row]).sum())
            carried = persistence(folded(known)[0])
            found.append(Case(year, month, end, carried, float(means[row - 1]), float(means[row]), rank))
    return found


def persistence(table: YearTable) -> float:
    """Mean of the last year of a table where the anomaly of its last 30 days persists."""
    past = np.flatnonzero(~np.isnan(annual_means(table)[:-1]))[-YEARS:]
    normal = np.nanmean(table.values[past], axis=0)
    normal[LEAP_DAY - 1] = (normal[LEAP_DAY - 2] + normal[LEAP_DAY]) / 2
    this = table.values[-1].copy()
    column = int(np.flatnonzero(~np.isnan(this))[-1])
    anomaly = np.nanmean((this - normal)[column + 1 - RECENT : column + 1])
    this[column + 1 :] = normal[column + 1 :] + anomaly
    if table.years[-1] % 4:
        this[LEAP_DAY - 1] = np.nan
    return float(np.nanmean(this))


def rmse(errors: Iterable[float]) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(np.square([*errors]))))


def errors(judged: Iterable[Case]) -> tuple[float, float, float]:
    """Root mean square error of the estimate, of persistence, of last year's mean."""
    of = [(one.found.mean - one.truth, one.persists - one.truth, one.last_year - one.truth) for one in judged]
    estimate, persists, last = zip(*of, strict=True)
    return rmse(estimate), rmse(persists), rmse(last)


def held(judged: Iterable[Case]) -> list[bool]:
    """Whether the range held the truth."""
    return [one.found.low <= one.truth <= one.found.high for one in judged]


def rejected(hits: list[bool]) -> bool:
    """Whether as many hits or fewer likely ones have a probability below 5 % (two-sided binomial test)."""
    n = len(hits)
    chance = [math.comb(n, k) * LEVEL**k * (1 - LEVEL) ** (n - k) for k in range(n + 1)]
    return sum(one for one in chance if one <= chance[sum(hits)] * (1 + 1e-9)) < 0.05


def by_month(judged: list[Case]) -> list[list[Case]]:
    """The cases of January, February … November."""
    return [[one for one in judged if one.month == month] for month in range(1, 12)]


def ratio(judged: list[Case]) -> float:
    """Error of the estimate over that of the better plain one."""
    estimate, persists, last = errors(judged)
    return estimate / min(persists, last)


def section(judged: Mapping[str, list[Case]]) -> list[str]:
    """The tables of docs/backtest.md."""
    lines = [
        "| series | cases | error (rms) | 30 days persist | as last year | range holds | worst month beside them | "
        "months rejected |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for region, every in judged.items():
        estimate, persists, last = errors(every)
        months = by_month(every)
        lines.append(
            f"| {REGIONS[region].title}, {every[0].year}–{every[-1].year} | {len(every)} | **{estimate:.3f}** | "
            f"{persists:.3f} | {last:.3f} | {np.mean(held(every)):.0%} | {max(map(ratio, months)):.2f} | "
            f"{sum(rejected(held(one)) for one in months)} of 11 |"
        )
    for region in ("world", "world2"):
        lines += ["", f"{REGIONS[region].title}, by the month after which it is made:", ""]
        months = by_month(judged[region])
        three = [errors(one) for one in months]
        lines += [
            "| | " + " | ".join(f"{dt.date(2000, month, 1):%b}" for month in range(1, 12)) + " |",
            "| --- |" + " ---: |" * 11,
            *(
                f"| {name} | " + " | ".join(f"{one[i]:.3f}" for one in three) + " |"
                for i, name in enumerate(("error (rms)", "30 days persist", "as last year"))
            ),
            "| range holds | " + " | ".join(f"{sum(held(one))} of {len(one)}" for one in months) + " |",
        ]
    said, came = [], []
    for one in (case for every in judged.values() for case in every):
        for place, chance in one.found.chance_of_rank.items():
            said.append(chance)
            came.append(one.rank == int(place))
    which = np.digitize(said, BINS) - 1
    groups = [which == i for i in range(len(BINS) - 1)]
    lines += [
        "", "Chances of ranks 1 to 5, all series together:", "",
        "| said | " + " | ".join(f"{np.mean(np.array(said)[one]):.0%}" for one in groups) + " |",
        "| --- |" + " ---: |" * len(groups),
        "| came true | " + " | ".join(f"{np.mean(np.array(came)[one]):.0%}" for one in groups) + " |",
        "| cases | " + " | ".join(f"{one.sum():,}" for one in groups) + " |",
    ]  # fmt: skip
    return lines


def read(folder: Path, region: str) -> Series:
    """A series of the stored copies of the feed."""
    key = SeriesKey.parse(f"era5.t2m.{region}" if region == "world" else f"oisst.sst.{region}")
    path = folder / (AIR if key.variable == "t2m" else SEA).format(region)
    return series_from_payload(path.read_bytes(), key, Source(str(key), dt.datetime(2026, 8, 22, tzinfo=dt.UTC), ""))


def page() -> tuple[str, bool]:
    """The section of the page, and whether the goals are met."""
    folder = Path(os.environ.get("CLIMTRACK_SHARED_DATA", "../shared/data"))
    judged = {region: cases(read(folder, region), first) for region, first in JUDGED.items()}
    met = errors(judged["world"])[0] <= 0.058 and errors(judged["world2"])[0] <= 0.042
    return "\n".join(["## Year end", "", *section(judged), ""]), met

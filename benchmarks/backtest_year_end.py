"""
The year-end estimate made at the end of each month of past years, from what was known then, beside two plain ones.

"The last 30 days persist": their anomaly is that of the rest of the year. "As last year": the mean of the year before.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from benchmarks.backtest import series
from climtrack.analysis.survey import study
from climtrack.analysis.trend import annual_means
from climtrack.analysis.year_end import LEVEL, RECENT, YEARS
from climtrack.vocabulary.calendar import LEAP_DAY
from climtrack.vocabulary.findings import YearEnd
from climtrack.vocabulary.registry import REGIONS
from climtrack.vocabulary.series import Series, YearTable, folded

#: First year judged, and the largest error that is good enough; 18 years of the sea must lie before it.
GOALS = {"era5.t2m.world": (1996, 0.058), "oisst.sst.world2": (2000, 0.042)}
OTHERS = ("natlan", "natlsp", "atlhmdr", "gom", "gomex", "nino3.4")
#: In no month more of the better plain estimate's error than this; of the cases, the range holds so many.
WORSE, COVERED = 1.05, (0.85, 0.95)
#: Bounds of the chances that are counted together.
BINS = (0.0, 0.005, 0.1, 0.3, 0.5, 0.7, 0.9, 0.995, 1.01)


HEAD = """## Year end

The mean expected of the year at the end of each month from January to November, from the values up to that day,
beside "the last 30 days persist" and "as last year"; root mean square errors in °C. The range is to hold 90 % of the
years. Worst month: the largest ratio of the error to that of the better plain estimate. Months rejected: those in
which a binomial test (5 %) does not believe in 90 %. In brackets, in percent: how likely a share at least as far from
90 % is by that test. The eleven estimates of a year tend to miss together, so that fewer cases count there.
"""


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


def cases(whole: Series, first: int) -> list[Case]:
    """Every month end from January of `first` to November of the last whole year."""
    table, _ = folded(whole)
    means = annual_means(table)
    found = []
    for row in np.flatnonzero((table.years >= first) & ~np.isnan(means)).tolist():
        year = int(table.years[row])
        for month in range(1, 12):
            known = whole.upto(dt.date(year, month + 1, 1) - dt.timedelta(days=1))
            end = study(known, REGIONS[whole.key.region]).findings.year_end
            assert isinstance(end, YearEnd), f"{whole.key} {year}-{month}: {end}"
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


def likely(hits: int, n: int) -> float:
    """Probability of as many hits or less likely ones (two-sided binomial test)."""
    chance = [math.comb(n, k) * LEVEL**k * (1 - LEVEL) ** (n - k) for k in range(n + 1)]
    return sum(one for one in chance if one <= chance[hits] * (1 + 1e-9))


def rejected(hits: list[bool]) -> bool:
    """Whether that probability is below 5 %."""
    return likely(sum(hits), len(hits)) < 0.05


def alike(judged: list[Case]) -> float:
    """How many cases count as one: the variance of a year's misses over that of as many independent ones."""
    missed = ~np.reshape(held(judged), (-1, 11))
    return float(missed.sum(axis=1).var(ddof=1) / (11 * missed.mean() * (1 - missed.mean())))


def by_month(judged: list[Case]) -> list[list[Case]]:
    """The cases of January, February … November."""
    return [[one for one in judged if one.month == month] for month in range(1, 12)]


def ratio(judged: list[Case]) -> float:
    """Error of the estimate over that of the better plain one."""
    estimate, persists, last = errors(judged)
    return estimate / min(persists, last)


def reliability(judged: Iterable[Case]) -> list[str]:
    """The chances of ranks 1 to 5 beside the share that came true."""
    pairs = [(chance, one.rank == int(place)) for one in judged for place, chance in one.found.chance_of_rank.items()]
    said, came = np.array(pairs).T
    which = np.digitize(said, BINS) - 1
    groups = [which == i for i in range(len(BINS) - 1)]
    return [
        "| said | " + " | ".join(f"{said[one].mean():.0%}" for one in groups) + " |",
        "| --- |" + " ---: |" * len(groups),
        "| came true | " + " | ".join(f"{came[one].mean():.0%}" for one in groups) + " |",
        "| cases | " + " | ".join(f"{one.sum():,}" for one in groups) + " |",
    ]


def months_table(judged: list[Case]) -> list[str]:
    """Errors and cases held by the month after which the estimate is made."""
    months = by_month(judged)
    three = [errors(one) for one in months]
    names = ("error", "30 days persist", "as last year")
    rows = [f"| {name} | " + " | ".join(f"{one[i]:.3f}" for one in three) + " |" for i, name in enumerate(names)]
    return [
        "| | " + " | ".join(f"{dt.date(2000, month, 1):%b}" for month in range(1, 12)) + " |",
        "| --- |" + " ---: |" * 11,
        *rows,
        f"| range holds, of {len(months[0])} | " + " | ".join(str(sum(held(one))) for one in months) + " |",
    ]


def page() -> tuple[str, bool]:
    """The section of the page, and whether every goal is met."""
    lines = [
        "| series | cases | error | 30 days persist | as last year | range holds | worst month | months rejected |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    details: list[str] = []
    keys = *GOALS, *(f"oisst.sst.{name}" for name in OTHERS)
    found = {key: cases(series(key), GOALS.get(key, (2000, 0))[0]) for key in keys}
    together = float(np.mean([alike(judged) for judged in found.values()]))
    met = True
    for key, judged in found.items():
        first, goal = GOALS.get(key, (2000, math.inf))
        name = REGIONS[key.split(".", 2)[2]].title
        estimate, persists, last = errors(judged)
        hits, months = sum(held(judged)), by_month(judged)
        share = hits / len(judged)
        luck = likely(round(hits / together), round(len(judged) / together))
        worst, bad = max(map(ratio, months)), sum(rejected(held(one)) for one in months)
        lines.append(
            f"| {name}, from {first} | {len(judged)} | **{estimate:.3f}** | {persists:.3f} | {last:.3f} "
            f"| {share:.0%} ({100 * luck:.0f}) | {worst:.2f} | {bad} of 11 |"
        )
        met &= estimate <= goal and worst <= WORSE and not bad
        if key in GOALS:
            met &= COVERED[0] <= share <= COVERED[1]
            details += [f"{name}, by the month after which it is made:", "", *months_table(judged), ""]
    every = [one for judged in found.values() for one in judged]
    lines += [
        "",
        f"{together:.1f} cases count as one: the misses of a year vary by so much more than independent ones would.",
    ]
    details += ["Chances of ranks 1 to 5, all series together:", "", *reliability(every)]
    return "\n".join((HEAD, *lines, "", *details, "")), met

"""The outlook in past weeks: its error, its range and its chance of being below last year's line."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from benchmarks.backtest import series
from climtrack.analysis.climatology import mean_cycle
from climtrack.analysis.outlook import HIGH, LOW, expectation
from climtrack.vocabulary.calendar import DAYS
from climtrack.vocabulary.registry import DEFAULT, REGIONS
from climtrack.vocabulary.series import Floats, SeriesKey, folded

LEADS, SHOWN = np.arange(3, 29), (3, 7, 14, 21, 28)
#: First year judged, and the largest Brier score 14 days ahead that is good enough.
GOALS = {"era5.t2m.world": (1995, 0.14), "oisst.sst.natlan": (2005, 0.095), "oisst.sst.world2": (2005, 0.08)}
OTHERS = ("natlsp", "atlhmdr", "gom", "gomex", "nino3.4")
BINS, ENOUGH, WITHIN = 10, 50, 0.08
#: Simulated outcomes beside which the worst bin of a series and lead stands.
DRAWS = 400
COVERED = 0.87, 0.93
HEAD = f"""## Outlook

An outlook a week, each from the values up to its own day. In brackets: the same for "the anomaly of today stays".
Brier score: mean square of the chance of being below last year's line minus what came, 1 or 0. The range is to hold
90% of the days. Worst bin: the largest distance between the chance said and the share that came true, over tenths of
the chance with at least {ENOUGH} cases; the last table has these tenths, in percent. By luck: how often outcomes
drawn with the very chances said, as alike from week to week as the errors are, have a worst bin at least as far off
({DRAWS} draws: the errors' normal scores, their Fourier phases shuffled). Where every chance is right a tenth with
{ENOUGH} cases still has a standard error of 0.07. So a bin beyond {WITHIN} shows no fault: right chances have as
many.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Weekly outlooks beside what came: shape (origin, lead) each, degC."""

    error: Floats
    inside: Floats
    chance: Floats
    below: Floats
    persistence: Floats  # Error of "the anomaly stays"
    persisting: Floats  # Whether that is below last year's line


def judge(key: str, first: int) -> Judged:
    """An outlook each week from 1 January of a year on, each from the values up to its own day."""
    one = series(key)
    table, place = folded(one)
    columns, values = place % DAYS, one.values
    partner = place - DAYS - (columns == 59)  # 28 February for the 29th
    last_year = np.where(partner >= 0, table.values.ravel()[partner], np.nan)
    rows: list[tuple[Floats, ...]] = []
    normal = mean_cycle(table, DEFAULT).mean  # serves "the anomaly stays" only
    for last in range((dt.date(first, 1, 1) - one.start).days, values.size - int(LEADS.max()), 7):
        then = last + LEADS
        found = expectation(values[: last + 1], columns[: last + 1], LEADS, columns[then])
        if isinstance(found, int):
            continue
        came, line = values[then], last_year[then]
        stays = values[last] - normal[columns[last]] + normal[columns[then]]
        inside = (came >= found.quantile(LOW)) & (came <= found.quantile(HIGH))
        chance = found.chance_below(line)
        rows.append((found.values - came, inside, chance, came < line, stays - came, stays < line))
    return Judged(*(np.array(column, dtype=np.float64) for column in zip(*rows, strict=True)))


def reliability(chance: Floats, below: Floats) -> list[tuple[int, float, float]]:
    """Cases, mean chance and share that came true, by tenths of the chance."""
    tenth = np.minimum((chance * BINS).astype(int), BINS - 1)
    kept = [tenth == i for i in range(BINS) if (tenth == i).sum() >= ENOUGH]
    return [(int(one.sum()), float(chance[one].mean()), float(below[one].mean())) for one in kept]


def worst(chance: Floats, below: Floats) -> float:
    """The largest distance between a chance said and the share that came true."""
    return max(abs(said - came) for _, said, came in reliability(chance, below))


def luck(rng: np.random.Generator, error: Floats, chance: Floats) -> Floats:
    """Worst bins of outcomes that are drawn with these very chances, as alike from week to week as the errors are."""
    normal = np.vectorize(NormalDist().inv_cdf)((np.argsort(np.argsort(error)) + 0.5) / error.size)
    size, limit = np.abs(np.fft.rfft(normal)), np.vectorize(NormalDist().inv_cdf)(chance)
    phases = np.exp(1j * rng.uniform(0, 2 * np.pi, (DRAWS, size.size)))
    drawn = np.fft.irfft(size * phases, error.size)
    return np.array([worst(chance, one) for one in drawn / drawn.std(axis=1, keepdims=True) < limit])


def told(chance: Floats, below: Floats) -> str:
    """Tenths as the second table has them."""
    return " · ".join(f"{100 * said:.0f}: {100 * came:.0f} ({n:,})" for n, said, came in reliability(chance, below))


def page() -> tuple[str, bool]:
    """The section of the page, and whether every goal is met."""
    lines = [
        "| series | days ahead | error (rms), °C | range holds | Brier score | worst bin | by luck |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    every = [
        f"| leads of 3 to 28 days | range holds | no bin beyond {WITHIN} | by luck | worse than 95% of draws |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    bins = ["| 14 days ahead | chance said: came true (cases) |", "| --- | --- |"]
    met, pooled, rng = True, [], np.random.default_rng(13)
    for key in (*GOALS, *(f"oisst.sst.{name}" for name in OTHERS)):
        first, goal = GOALS.get(key, (2005, 1.0))
        title = f"{REGIONS[SeriesKey.parse(key).region].title}, from {first}"
        found = judge(key, first)
        rmse, stays = (np.sqrt((one**2).mean(axis=0)) for one in (found.error, found.persistence))
        brier = ((found.chance - found.below) ** 2).mean(axis=0)
        sign = (found.persisting != found.below).mean(axis=0)
        held = found.inside.mean(axis=0)
        off = np.array([worst(*one) for one in zip(found.chance.T, found.below.T, strict=True)])
        drawn = np.array([luck(rng, *one) for one in zip(found.error.T, found.chance.T, strict=True)])
        by_luck = (drawn >= off[:, np.newaxis]).mean(axis=1)
        lines += [
            f"| {title} | {LEADS[i]} | {rmse[i]:.3f} ({stays[i]:.3f}) | {held[i]:.0%} "
            f"| {brier[i]:.3f} ({sign[i]:.3f}) | {off[i]:.2f} | {by_luck[i]:.0%} |"
            for i in np.array(SHOWN if key in GOALS else (14,)) - LEADS[0]
        ]
        every.append(
            f"| {title} | {held.min():.1%} to {held.max():.1%} | {(off <= WITHIN).sum()} of {off.size} "
            f"| {(drawn <= WITHIN).mean(axis=1).sum():.0f} | {(by_luck < 0.05).sum()} |"
        )
        i = 14 - LEADS[0]
        bins.append(f"| {title} | {told(found.chance[:, i], found.below[:, i])} |")
        pooled.append((found.chance[:, i], found.below[:, i]))
        if key in GOALS:
            met &= COVERED[0] <= held.min() and held.max() <= COVERED[1]
            met &= brier[i] <= goal and off[i] <= WITHIN
    three, eight = (told(*(np.concatenate(one) for one in zip(*pooled[:n], strict=True))) for n in (len(GOALS), None))
    bins += [f"| the first three | {three} |", f"| all eight | {eight} |"]
    return "\n".join((HEAD, *lines, "", *every, "", *bins, "")), bool(met)

"""The outlook in past weeks: its error, its range and its chance of being below last year's line."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

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
COVERED = 0.87, 0.93
HEAD = f"""## Outlook

An outlook a week, each from the values up to its own day. In brackets: the same for "the anomaly of today stays". Brier
score: mean square of the chance of being below last year's line minus what came, 1 or 0. The range is to hold 90% of
the days. Worst bin: the largest distance between the chance said and the share that came true, over tenths of the
chance with at least {ENOUGH} cases; the second table has these tenths, in percent.
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


def told(chance: Floats, below: Floats) -> str:
    """Tenths as the second table has them."""
    return " · ".join(f"{100 * said:.0f}: {100 * came:.0f} ({n:,})" for n, said, came in reliability(chance, below))


def page() -> tuple[str, bool]:
    """The section of the page, and whether every goal is met."""
    lines = [
        "| series | days ahead | error (rms), °C | range holds | Brier score | worst bin |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    bins = ["| 14 days ahead | chance said: came true (cases) |", "| --- | --- |"]
    met, spans, pooled = True, [], []
    for key in (*GOALS, *(f"oisst.sst.{name}" for name in OTHERS)):
        first, goal = GOALS.get(key, (2005, 1.0))
        title = f"{REGIONS[SeriesKey.parse(key).region].title}, from {first}"
        found = judge(key, first)
        rmse, stays = (np.sqrt((one**2).mean(axis=0)) for one in (found.error, found.persistence))
        brier = ((found.chance - found.below) ** 2).mean(axis=0)
        sign = (found.persisting != found.below).mean(axis=0)
        held = found.inside.mean(axis=0)
        for lead in SHOWN if key in GOALS else (14,):
            i = lead - LEADS[0]
            kept = reliability(found.chance[:, i], found.below[:, i])
            worst = max(abs(said - came) for _, said, came in kept)
            lines.append(
                f"| {title} | {lead} | {rmse[i]:.3f} ({stays[i]:.3f}) | {held[i]:.0%} | {brier[i]:.3f} ({sign[i]:.3f}) "
                f"| {worst:.2f} |"
            )
            if lead == 14:
                bins.append(f"| {title} | {told(found.chance[:, i], found.below[:, i])} |")
                met &= key not in GOALS or (brier[i] <= goal and worst <= WITHIN)
        if key in GOALS:
            spans.append(f"{held.min():.1%} to {held.max():.1%} ({title})")
            met &= COVERED[0] <= held.min() and held.max() <= COVERED[1]
            pooled.append((found.chance[:, 14 - LEADS[0]], found.below[:, 14 - LEADS[0]]))
    bins.append(f"| the first three | {told(*(np.concatenate(one) for one in zip(*pooled, strict=True)))} |")
    every = f"At every lead from 3 to 28 days the range holds {', '.join(spans)}."
    return "\n".join((HEAD, *lines, "", every, "", *bins, "")), met

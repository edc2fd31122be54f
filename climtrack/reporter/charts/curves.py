"""Curves of one study: what the flagship, the hemispheres and their difference panels share."""

from __future__ import annotations

import datetime as dt
from calendar import isleap
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from climtrack.reporter.panel import LAST, THIS, Panel, trace
from climtrack.vocabulary.calendar import DAYS, LEAP_DAY, dayofyear_of
from climtrack.vocabulary.findings import Study
from climtrack.vocabulary.series import YearTable

Floats = npt.NDArray[np.float64]
X: Floats = np.arange(DAYS, dtype=np.float64) + 0.5
DOTTED = (0, (0.15, 1.75))


@dataclass(frozen=True, slots=True, eq=False)
class Years:
    """The rows of a table by the part they play."""

    this: Floats
    last: Floats
    settled: Floats  # This year without its preliminary days
    pending: Floats  # The preliminary days with the last settled one in front, so that the dots join the line
    others: tuple[int, ...]  # Years that hold any value, without these two


def years(study: Study, table: YearTable) -> Years:
    """Rows of a table by the part they play."""
    this = table.row(study.year)
    preliminary = study.preliminary.row(study.year) == 1.0
    settled = np.where(preliminary, np.nan, this)
    pending = np.where(preliminary, this, np.nan)
    first = int(np.argmax(preliminary)) if preliminary.any() else 0
    before = np.flatnonzero(~np.isnan(settled[:first]))
    if preliminary.any() and before.size and first - before[-1] <= 2:
        pending[before[-1]] = settled[before[-1]]
    others = tuple(
        int(year)
        for year, row in zip(table.years, table.values, strict=True)
        if year not in (study.year, study.year - 1) and not np.isnan(row).all()
    )
    return Years(this, table.row(study.year - 1), settled, pending, others)


def envelope(table: YearTable) -> tuple[Floats, Floats]:
    """Lowest and highest value of each day of year."""
    known = ~np.isnan(table.values)
    low = np.where(known, table.values, np.inf).min(axis=0)
    high = np.where(known, table.values, -np.inf).max(axis=0)
    return np.where(np.isinf(low), np.nan, low), np.where(np.isinf(high), np.nan, high)


def extremes(table: YearTable, years: Sequence[int]) -> tuple[Floats, Floats]:
    """Lowest and highest value of each day of year among some years, 29 February from its neighbours."""
    chosen = YearTable(table.years, table.values[np.isin(table.years, years)], table.alignment)
    low, high = envelope(chosen)
    for edge in (low, high):
        edge[LEAP_DAY - 1] = (edge[LEAP_DAY - 2] + edge[LEAP_DAY]) / 2
    return low, high


def end(study: Study, table: YearTable) -> tuple[float, float]:
    """Last point of this year's line."""
    day = dayofyear_of(study.series.end)
    return day - 0.5, float(table.row(study.year)[day - 1])


def absolute(panel: Panel, study: Study, *, thin_before: int | None = None) -> Floats:
    """Draw all years, the band, the average, last year and this year."""
    table, rows = study.table, years(study, study.table)
    shown = [y for y in rows.others if thin_before is None or y >= thin_before or y % 2 == 0]
    panel.years([trace(table.row(year), leap=isleap(year)) for year in shown])
    if study.climatology is not None:
        mean, spread = study.climatology.mean, study.climatology.spread
        panel.band(X, mean - 2 * spread, mean + 2 * spread)
        panel.average(X, mean)
    return _front(panel, study, rows)


def difference(panel: Panel, study: Study) -> Floats:
    """Draw the same as differences from the average: the band, zero, last year and this year."""
    if study.climatology is None or study.anomalies is None:
        raise ValueError("a study without a climatology has no differences")
    panel.band(X, -2 * study.climatology.spread, 2 * study.climatology.spread)
    panel.average(np.array([0.0, DAYS], dtype=np.float64), np.zeros(2))
    return _front(panel, study, years(study, study.anomalies), lighter=0.85)


def recent(panel: Panel, study: Study, first: dt.date) -> Floats:
    """Draw the differences of the last days, across New Year."""
    if study.climatology is None or study.anomalies is None:
        raise ValueError("a study without a climatology has no differences")
    days = [first + dt.timedelta(days=i) for i in range((study.series.end - first).days + 1)]
    columns = np.array([dayofyear_of(day) - 1 for day in days])
    values = np.array([study.anomalies.row(day.year)[c] for day, c in zip(days, columns, strict=True)])
    waiting = np.array([study.preliminary.row(day.year)[c] == 1.0 for day, c in zip(days, columns, strict=True)])
    current = np.array([day.year == study.year for day in days])
    xs: Floats = np.arange(len(days), dtype=np.float64) + 0.5
    spread = study.climatology.spread[columns]
    panel.band(xs, -2 * spread, 2 * spread)
    panel.average(np.array([0.0, len(days)], dtype=np.float64), np.zeros(2))
    # Last year's line reaches the first day of this one, so that the colour changes without a gap.
    joined = ~current | np.concatenate([[False], ~current[:-1]])
    panel.heavy(xs, np.where(joined, values, np.nan), panel.theme.last_year, LAST, z=5, gid="last-year")
    settled = current & ~waiting
    panel.heavy(xs, np.where(settled, values, np.nan), panel.theme.this_year, THIS, z=6, gid="this-year")
    if waiting.any():
        pending = waiting | np.concatenate([waiting[1:], [False]])
        panel.heavy(
            xs,
            np.where(pending & current, values, np.nan),
            panel.theme.this_year,
            THIS,
            z=6,
            gid="preliminary",
            dash=DOTTED,
        )
    panel.dot(float(xs[-1]), float(values[-1]))
    return panel.points(xs, np.where(current, values, np.nan))


def _front(panel: Panel, study: Study, rows: Years, lighter: float = 1.0) -> Floats:
    """Last year and this year, its preliminary days dotted, its last point hollow."""
    xs, leap = trace(rows.this, leap=isleap(study.year))[0], isleap(study.year)
    panel.heavy(
        *trace(rows.last, leap=isleap(study.year - 1)), panel.theme.last_year, LAST * lighter, z=5, gid="last-year"
    )
    panel.heavy(xs, trace(rows.settled, leap=leap)[1], panel.theme.this_year, THIS * lighter, z=6, gid="this-year")
    if not np.isnan(rows.pending).all():
        panel.heavy(
            xs,
            trace(rows.pending, leap=leap)[1],
            panel.theme.this_year,
            THIS * lighter,
            z=6,
            gid="preliminary",
            dash=DOTTED,
        )
    day = dayofyear_of(study.series.end)
    panel.dot(day - 0.5, float(rows.this[day - 1]))
    return panel.points(*trace(rows.this, leap=leap))

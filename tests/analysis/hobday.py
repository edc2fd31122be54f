"""
Marine heatwaves written a second time, straight from the papers, one day after another.

It shares no line with the package: dates are datetime.date, windows are loops, percentiles are sorted lists. Slow on
purpose; the tests hold the fast detection against it.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass


@dataclass
class Event:
    """One event."""

    first: dt.date
    last: dt.date
    peak: dt.date
    intensity_max: float
    intensity_mean: float
    category: int


def _doy(day: dt.date) -> int:
    """Day of year, 1 March always 61."""
    return (dt.date(2000, day.month, day.day) - dt.date(2000, 1, 1)).days + 1


def _percentile(sample: list[float], q: float) -> float:
    """Percentile by linear interpolation."""
    ordered = sorted(sample)
    at = (len(ordered) - 1) * q / 100
    low = math.floor(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def _smooth(cycle: dict[int, float]) -> dict[int, float]:
    """31-day mean around the year."""
    return {day: sum(cycle[(day - 1 + k) % 366 + 1] for k in range(-15, 16)) / 31 for day in cycle}


def climate(values: dict[dt.date, float], first: int, last: int) -> tuple[dict[int, float], dict[int, float]]:
    """Mean and 90th percentile by day of year, from the 11 days around each in the baseline years."""
    pools: dict[int, list[float]] = {day: [] for day in range(1, 367) if day != 60}
    start, end = dt.date(first, 1, 1), dt.date(last, 12, 31)
    day = start
    while day <= end:
        if _doy(day) != 60:
            for k in range(-5, 6):
                near = day + dt.timedelta(days=k)
                if start <= near <= end and near in values:
                    pools[_doy(day)].append(values[near])
        day += dt.timedelta(days=1)
    mean = {d: sum(pool) / len(pool) for d, pool in pools.items()}
    high = {d: _percentile(pool, 90) for d, pool in pools.items()}
    for line in (mean, high):
        line[60] = (line[59] + line[61]) / 2
    return _smooth(mean), _smooth(high)


def detect(values: dict[dt.date, float], first: int, last: int) -> list[Event]:
    """Runs of five days or more above the threshold, joined over gaps of one or two days."""
    mean, high = climate(values, first, last)
    spans: list[list[dt.date]] = []
    run: list[dt.date] = []
    day, end = min(values), max(values)
    while day <= end + dt.timedelta(days=1):
        if day in values and values[day] > high[_doy(day)]:
            run.append(day)
        else:
            if len(run) >= 5:
                if spans and (run[0] - spans[-1][1]).days - 1 <= 2:
                    spans[-1][1] = run[-1]
                else:
                    spans.append([run[0], run[-1]])
            run = []
        day += dt.timedelta(days=1)
    events = []
    for a, b in spans:
        days = [a + dt.timedelta(days=k) for k in range((b - a).days + 1)]
        known = [d for d in days if d in values]
        above = {d: values[d] - mean[_doy(d)] for d in known}
        peak = max(known, key=lambda d: above[d])
        times = max(above[d] / (high[_doy(d)] - mean[_doy(d)]) for d in known)
        category = min(max(math.floor(times), 1), 4)
        events.append(Event(a, b, peak, above[peak], sum(above.values()) / len(known), category))
    return events

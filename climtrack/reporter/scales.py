"""Scales: limits rounded outward and ticks at round numbers."""

from __future__ import annotations

import math

STEPS = (0.1, 0.2, 0.5, 1.0, 2.0, 4.0, 5.0, 10.0, 20.0)


def step(span: float, most: float = 5) -> float:
    """Distance of ticks."""
    return next((s for s in STEPS if span / s <= most), STEPS[-1])


def ticks(low: float, high: float, by: float) -> tuple[float, ...]:
    """Round numbers inside limits."""
    first, last = math.ceil(low / by - 1e-9), math.floor(high / by + 1e-9)
    return tuple(round(i * by, 6) for i in range(first, last + 1))


def outward(low: float, high: float, grain: float) -> tuple[float, float]:
    """Limits rounded outward."""
    first, last = math.floor(low / grain), math.ceil(high / grain)
    if first == last:
        first, last = first - 1, last + 1
    return first * grain, last * grain

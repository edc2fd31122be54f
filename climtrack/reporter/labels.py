"""Labels at line ends: moved apart by as little as possible, in the order of the lines."""

from __future__ import annotations

from collections.abc import Sequence


def spread(centres: Sequence[float], heights: Sequence[float], low: float, high: float) -> tuple[float, ...]:
    """
    Positions of labels that would overlap, moved apart by least squares with their order kept.

    Taking from each centre the room that the labels above it need turns "do not overlap" into "do not
    decrease", which is isotonic regression; pool adjacent violators solves it exactly. Clamping the pooled values to
    the room keeps them optimal.
    """
    order = sorted(range(len(centres)), key=lambda i: (centres[i], i))
    offsets, above = [], 0.0
    for i in order:
        offsets.append(above + heights[i] / 2)
        above += heights[i]
    pools: list[tuple[float, int]] = []  # mean and count
    for i, offset in zip(order, offsets, strict=True):
        mean, count = centres[i] - offset, 1
        while pools and pools[-1][0] > mean:
            before, n = pools.pop()
            mean, count = (before * n + mean * count) / (n + count), n + count
        pools.append((mean, count))
    top = max(low, min(high - above, high))
    flat = [min(max(mean, low), max(top, low)) for mean, count in pools for _ in range(count)]
    placed = [0.0] * len(order)
    for i, offset, value in zip(order, offsets, flat, strict=True):
        placed[i] = value + offset
    return tuple(placed)

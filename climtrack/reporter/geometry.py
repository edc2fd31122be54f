"""Rectangles of a picture in CSS pixels, y **down** from the upper left; scales; where labels and notes find room."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from climtrack.vocabulary.series import Floats

STEPS = (0.1, 0.2, 0.5, 1.0, 2.0, 4.0, 5.0, 10.0, 20.0)


def tick_step(span: float, most: float = 5) -> float:
    return next((s for s in STEPS if span / s <= most), STEPS[-1])


def tick_values(low: float, high: float, by: float) -> tuple[float, ...]:
    """Round numbers inside limits."""
    first, last = math.ceil(low / by - 1e-9), math.floor(high / by + 1e-9)
    return tuple(round(i * by, 6) for i in range(first, last + 1))


def outward(low: float, high: float, grain: float) -> tuple[float, float]:
    """Limits rounded outward."""
    first, last = math.floor(low / grain), math.ceil(high / grain)
    if first == last:
        first, last = first - 1, last + 1
    return first * grain, last * grain


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


def crosses(segment: Floats, line: Floats) -> bool:
    """Whether a segment crosses or touches a line of many points, shape (n, 2), gaps as NaN."""
    (x, y), along = segment[0], segment[1] - segment[0]
    # On which side of the segment each point lies, and on which side of each piece the segment's ends lie.
    sides = along[0] * (line[:, 1] - y) - along[1] * (line[:, 0] - x)
    step = np.diff(line, axis=0)
    first, last = (step[:, 0] * (end[1] - line[:-1, 1]) - step[:, 1] * (end[0] - line[:-1, 0]) for end in segment)
    through = (sides[1:] * sides[:-1] <= 0) & (first * last <= 0) & (np.abs(step).sum(axis=1) > 0)
    share = np.clip(((line - segment[0]) @ along) / max(float(along @ along), 1e-9), 0, 1)
    near = np.hypot(*(line - segment[0] - share[:, None] * along).T) < 1.0
    return bool(through.any() or near.any())


@dataclass(frozen=True, slots=True)
class Rect:
    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def grown(self, x: float, y: float | None = None) -> Rect:
        """The rectangle with its sides moved outwards."""
        y = x if y is None else y
        return Rect(self.left - x, self.top - y, self.right + x, self.bottom + y)

    def lowered(self, by: float) -> Rect:
        """The rectangle with its upper side moved down."""
        return Rect(self.left, self.top + by, self.right, self.bottom)

    def touches(self, other: Rect) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def contains(self, other: Rect) -> bool:
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )


@dataclass(frozen=True, slots=True)
class Box:
    """A text in the picture, and the place it takes."""

    name: str  # What it is, such as ``title``, ``callout`` or ``tick``
    text: str
    rect: Rect  # From the top of its capitals to the foot of its descenders
    size: float  # Type size in CSS pixels
    colour: str


CELL = 2.0


class Emptiness:
    """A coarse occupancy grid of part of a picture."""

    def __init__(self, area: Rect) -> None:
        self.area = area
        self.columns = max(int(area.width / CELL), 1)
        self.rows = max(int(area.height / CELL), 1)
        self.taken = np.zeros((self.rows, self.columns), dtype=bool)

    def copy(self) -> Emptiness:
        """A grid that can be tried on."""
        copy = Emptiness(self.area)
        copy.taken[:] = self.taken
        return copy

    def occupy(self, rect: Rect) -> None:
        left, right = (rect.left - self.area.left) / CELL, (rect.right - self.area.left) / CELL
        top, bottom = (rect.top - self.area.top) / CELL, (rect.bottom - self.area.top) / CELL
        self.taken[
            max(int(np.floor(top)), 0) : max(int(np.ceil(bottom)), 0),
            max(int(np.floor(left)), 0) : max(int(np.ceil(right)), 0),
        ] = True

    def occupy_between(self, xs: Floats, tops: Floats, bottoms: Floats) -> None:
        """Take what lies between two curves given at the same, increasing x; gaps as NaN."""
        known = ~(np.isnan(tops) | np.isnan(bottoms))
        if not known.any():
            return
        edges = self.area.left + np.arange(self.columns + 1) * CELL
        inside = (edges[1:] >= xs[known][0]) & (edges[:-1] <= xs[known][-1])
        # The curve may be finer or coarser than a cell: look at both edges of each column and all points between.
        high = np.minimum(np.interp(edges[:-1], xs[known], tops[known]), np.interp(edges[1:], xs[known], tops[known]))
        low = np.maximum(
            np.interp(edges[:-1], xs[known], bottoms[known]), np.interp(edges[1:], xs[known], bottoms[known])
        )
        column = ((xs[known] - self.area.left) / CELL).astype(int)
        valid = (column >= 0) & (column < self.columns)
        np.minimum.at(high, column[valid], tops[known][valid])
        np.maximum.at(low, column[valid], bottoms[known][valid])
        rows = self.area.top + np.arange(self.rows) * CELL
        self.taken |= inside[None, :] & (rows[:, None] + CELL > high[None, :]) & (rows[:, None] < low[None, :])

    def place(self, width: float, height: float, cost: Callable[[Floats, Floats], Floats]) -> Rect | None:
        """The cheapest free place for a rectangle."""
        free = self._free(int(np.ceil(width / CELL)), int(np.ceil(height / CELL)))
        if free is None:
            return None
        left: Floats = self.area.left + np.arange(free.shape[1], dtype=np.float64)[None, :] * CELL
        top: Floats = self.area.top + np.arange(free.shape[0], dtype=np.float64)[:, None] * CELL
        costs = np.where(free, np.broadcast_to(cost(left, top), free.shape), np.inf)
        row, column = divmod(int(costs.argmin()), free.shape[1])
        if not np.isfinite(costs[row, column]):
            return None
        x, y = self.area.left + column * CELL, self.area.top + row * CELL
        return Rect(x, y, x + width, y + height)

    def roomiest(self, width: float, height: float) -> Rect | None:
        """The free place for a rectangle that is farthest from anything drawn."""
        w, h = int(np.ceil(width / CELL)), int(np.ceil(height / CELL))
        best: tuple[int, npt.NDArray[np.bool_]] | None = None
        for margin in range(0, 60, 2):
            free = self._free(w + 2 * margin, h + 2 * margin)
            if free is None or not free.any():
                break
            best = margin, free
        if best is None:
            return None
        margin, free = best
        # Many places may share the widest margin: take the one nearest to their middle.
        rows, columns = np.nonzero(free)
        nearest = int(np.argmin((rows - rows.mean()) ** 2 + (columns - columns.mean()) ** 2))
        x = self.area.left + (int(columns[nearest]) + margin) * CELL
        y = self.area.top + (int(rows[nearest]) + margin) * CELL
        return Rect(x, y, x + width, y + height)

    def _free(self, w: int, h: int) -> npt.NDArray[np.bool_] | None:
        """Which places a rectangle of cells fits."""
        if w > self.columns or h > self.rows:
            return None
        total = np.zeros((self.rows + 1, self.columns + 1), dtype=np.int64)
        total[1:, 1:] = self.taken.cumsum(0).cumsum(1)
        return np.asarray((total[h:, w:] - total[:-h, w:] - total[h:, :-w] + total[:-h, :-w]) == 0)

"""Emptiness: where in a picture nothing is drawn yet, and what fits there."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from climtrack.reporter.geometry import Rect

Floats = npt.NDArray[np.float64]
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
        twin = Emptiness(self.area)
        twin.taken[:] = self.taken
        return twin

    def occupy(self, rect: Rect) -> None:
        """Take a rectangle."""
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

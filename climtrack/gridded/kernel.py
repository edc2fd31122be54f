"""
One field in, the mean and the coverage of every region out.

Packed shorts are summed as integers, so the sums are exact whatever the order; a field is always reduced whole, by the
same operations in the same order, so no chunk, thread, process or cluster can change a bit of the answer. float32
kelvin fields have the same property: 24-bit numbers of one magnitude add up exactly in float64.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from climtrack.gridded.packing import Packing
from climtrack.gridded.weights import Plan
from climtrack.vocabulary.series import Floats

#: Rows that numpy widens to 32 bits together. Less than 128 kB: what is larger, a dask worker's malloc asks of the
#: system anew for each field.
ROWS = 20
Field = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]


class Kernel:
    """
    Reduces fields of one grid, one after another; each thread has its own.

    The land mask of a product hardly ever changes, so the areas under the last mask are kept and used again while the
    mask stays the same.
    """

    def __init__(self, plan: Plan, packing: Packing) -> None:
        self._plan = plan
        self._packing = packing
        self._under = np.zeros(len(plan.regions))
        # Buffers used for every field: fresh memory would cost as much as the arithmetic.
        self._products = np.empty_like(plan.heights)
        self._sums: Field = np.empty(0)
        self._mask, self._good, self._hit = (np.zeros(plan.shape, dtype=np.bool_) for _ in range(3))
        self._kept: Field = np.empty(0)

    def __call__(self, field: Field) -> tuple[Floats, Floats]:
        """Area-weighted means of one field."""
        good = self._valid(field)
        if not np.array_equal(good, self._mask):
            self._mask, self._good = good, self._mask
            self._under = self._weighed(good)
        total = self._weighed(self._zeroed(field, good))
        with np.errstate(invalid="ignore", divide="ignore"):
            stored = np.where(self._under > 0, total / self._under, np.nan)
        return self._packing.celsius(stored), self._under / self._plan.areas

    def _valid(self, field: Field) -> Mask:
        """Which cells hold a value: not missing, inside the valid range."""
        packing, good = self._packing, self._good
        if field.dtype.kind == "f":
            limits: np.iinfo[Any] | np.finfo[Any] = np.finfo(field.dtype)
            np.isfinite(field, out=good)
        else:
            limits = np.iinfo(field.dtype)
            good.fill(True)
        tests = [np.not_equal for _ in packing.fills]
        bounds = [*packing.fills, packing.low, packing.high]
        for test, bound in zip([*tests, np.greater_equal, np.less_equal], bounds, strict=True):
            if float(limits.min) <= bound <= float(limits.max):  # a bound beyond the type excludes nothing
                np.logical_and(good, test(field, field.dtype.type(bound), out=self._hit), out=good)
        return good

    def _zeroed(self, field: Field, good: Mask) -> Field:
        """The field with zero where it holds no value, in float64 unless it is of integers."""
        dtype = field.dtype if field.dtype.kind in "iu" else np.dtype(np.float64)
        if self._kept.dtype != dtype or self._kept.shape != field.shape:
            self._kept = np.empty(field.shape, dtype=dtype)
        if field.dtype.kind in "iu":
            return np.asarray(np.multiply(field, good, out=self._kept))
        self._kept.fill(0)
        np.copyto(self._kept, field, where=good)
        return self._kept

    def _weighed(self, field: Field) -> Floats:
        """Sum of weight times number over each region, shape (region,)."""
        plan = self._plan
        if field.dtype.kind == "f":
            kind: type[Any] = np.float64
        else:  # 2**31 holds a row of shorts narrower than 65,536 columns, of unsigned ones half as wide
            wide = 2**15 if field.dtype.kind == "u" else 2**16
            kind = np.int32 if field.dtype.itemsize <= 2 and field.shape[1] < wide else np.int64
        if self._sums.dtype != kind or not self._sums.size:
            self._sums = np.empty((len(field), plan.starts.size), dtype=kind)
        for first in range(0, len(field), ROWS):
            some = slice(first, first + ROWS)
            np.add.reduceat(field[some], plan.starts, axis=1, dtype=kind, out=self._sums[some])
        sums = self._sums[plan.rows]
        np.multiply(plan.shares[:, :1], sums[:, 0], out=self._products)
        for run in range(1, plan.starts.size):
            self._products += plan.shares[:, run, None] * sums[:, run]
        self._products *= plan.heights
        found = np.add.reduce(self._products, axis=1)
        for cells in plan.cells:
            found[cells.region] = np.add.reduce(cells.weight * field.ravel()[cells.position])
        return np.asarray(found)

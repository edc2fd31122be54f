"""Packed shorts are summed exactly, however wide the grid."""

from __future__ import annotations

import math

import numpy as np
import pytest

from climtrack.grids.cf import Packing
from climtrack.grids.weights import Kernel, grid, plan
from climtrack.vocabulary.registry import REGIONS


@pytest.mark.parametrize("columns", [1440, 60_000, 72_000])
@pytest.mark.parametrize("dtype", [np.int16, np.int32])
def test_wide_rows_are_exact(columns: int, dtype: type) -> None:
    """Rows whose sums leave float32's 24 bits and, wider than 65,536 columns, the 32 bits of an integer."""
    on = grid(np.array([-67.5, -22.5, 22.5, 67.5]), (np.arange(columns) + 0.5) * 360 / columns)
    rng = np.random.default_rng(columns)
    field = rng.integers(32_000, 32_767, (4, columns)).astype(dtype)
    held = plan(on, [REGIONS["world"], REGIONS["nh"]])
    found, coverage = Kernel(held, Packing(fills=(-999,)))(field)
    areas = np.diff(np.sin(np.deg2rad([-90, -45, 0, 45, 90])))
    rows = [math.fsum(row.tolist()) / columns for row in field]
    assert found[0] == pytest.approx(math.fsum(a * r for a, r in zip(areas, rows, strict=True)) / 2, rel=1e-14)
    assert found[1] == pytest.approx(math.fsum(a * r for a, r in zip(areas[2:], rows[2:], strict=True)), rel=1e-14)
    assert coverage.tolist() == [1, 1]

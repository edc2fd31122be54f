"""Weights: true areas, worked out by hand."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from climtrack.errors import SeriesError
from climtrack.grids.cf import Packing
from climtrack.grids.weights import Grid, Kernel, grid, plan
from climtrack.vocabulary.registry import REGIONS, Region

SIN30 = 0.5


def mean(on: Grid, field: np.ndarray, region: Region, rule: str = "exact") -> float:
    """Mean of a field over one region."""
    return float(Kernel(plan(on, [region], rule), Packing())(field)[0][0])  # type: ignore[arg-type]


def six_rows() -> Grid:
    """Cells of 30 degrees by 90: areas as sin differences are .134, .366, .5 each way from the poles."""
    return grid(np.arange(-75.0, 90, 30), np.arange(45.0, 360, 90))


def test_areas_are_differences_of_sines() -> None:
    """Rows 90–60, 60–30, 30–0 hold 1-√3/2, √3/2-1/2 and 1/2 of a hemisphere."""
    field = np.repeat([[0.0], [0], [0], [1], [2], [3]], 4, axis=1)
    by_hand = 1 * SIN30 + 2 * (np.sqrt(3) / 2 - SIN30) + 3 * (1 - np.sqrt(3) / 2)
    assert mean(six_rows(), field, REGIONS["nh"]) == pytest.approx(by_hand, rel=1e-15)


def test_equator_row_counts_half_in_each_hemisphere() -> None:
    """Rows centred at -90, -30, 30, 90 and 0: the middle row's two halves go to two hemispheres."""
    on = grid(np.array([-60.0, 0, 60]), np.arange(0.0, 360, 90))
    field = np.repeat([[10.0], [20], [40]], 4, axis=1)
    # Edges at ±30: the hemisphere is half middle row (sin 30 = 1/2), half polar row.
    assert mean(on, field, REGIONS["nh"]) == pytest.approx(0.5 * 20 + 0.5 * 40)
    assert mean(on, field, REGIONS["sh"]) == pytest.approx(0.5 * 20 + 0.5 * 10)


def test_site_rule_counts_the_equator_row_in_full_in_both() -> None:
    """By the cosine of the centre: 1 for the equator, 1/2 at 60 degrees."""
    on = grid(np.array([-60.0, 0, 60]), np.arange(0.0, 360, 90))
    field = np.repeat([[10.0], [20], [40]], 4, axis=1)
    assert mean(on, field, REGIONS["nh"], "site") == pytest.approx((20 + 0.5 * 40) / 1.5)
    assert mean(on, field, REGIONS["sh"], "site") == pytest.approx((20 + 0.5 * 10) / 1.5)


def test_edge_rule_of_a_node_centred_grid_moves_a_hemisphere() -> None:
    """Full or half equator row on a quarter-degree grid with poles: about 0.04 °C for the northern air."""
    lat = np.linspace(90, -90, 721)
    field = np.repeat((27 * np.cos(np.deg2rad(lat)) ** 2 - 1)[:, None], 4, axis=1)
    on = grid(lat, np.arange(0.0, 360, 90))
    gap = mean(on, field, REGIONS["nh"], "site") - mean(on, field, REGIONS["nh"])
    # The extra half row is 0.125° of sin: weight 0.0022 of a hemisphere, 9 °C warmer than the mean of 17 °C.
    assert gap == pytest.approx(np.deg2rad(0.125) * (26 - 17), rel=0.02)


def test_polar_row_keeps_its_cap() -> None:
    """A row centred on the pole has the area of its cap, which its cosine would deny."""
    on = grid(np.array([-90.0, -45, 0, 45, 90]), np.arange(0.0, 360, 90))
    field = np.zeros((5, 4))
    field[4] = 1
    cap = 1 - np.sin(np.deg2rad(67.5))
    assert mean(on, field, REGIONS["nh"]) == pytest.approx(cap, rel=1e-9)
    assert mean(on, field, REGIONS["nh"], "site") == pytest.approx(0, abs=1e-15)


def test_field_linear_in_latitude_matches_the_integral() -> None:
    """Mean of latitude over the hemisphere is π/2 - 1 radians: the integral of φ cos φ."""
    rows = 3600
    lat = (np.arange(rows) + 0.5) * 180 / rows - 90
    field = np.repeat(np.deg2rad(lat)[:, None], 4, axis=1)
    on = grid(lat, np.arange(0.0, 360, 90))
    assert mean(on, field, REGIONS["nh"]) == pytest.approx(np.pi / 2 - 1, abs=1e-6)
    assert mean(on, field, REGIONS["world"]) == pytest.approx(0, abs=1e-12)


def test_columns_count_by_the_part_inside() -> None:
    """A box from 0 to 135 degrees east takes one column of 90 degrees whole and half of the next."""
    field = np.tile([1.0, 3, 100, 100], (6, 1))
    box = Region("box", "Box", "la caja", -30, 30, 0, 135)
    assert mean(six_rows(), field, box) == pytest.approx((1 * 90 + 3 * 45) / 135)


def test_box_across_the_date_line() -> None:
    """From 90 east to 90 west: the two columns on either side of 180."""
    field = np.tile([1.0, 2, 4, 8], (6, 1))
    box = Region("pacific", "Pacific", "el Pacífico", -30, 30, 90, -90)
    assert mean(six_rows(), field, box) == pytest.approx(3)
    west = grid(np.arange(-75.0, 90, 30), np.arange(-135.0, 180, 90))  # the same box on a -180…180 file
    assert mean(west, np.roll(field, 2, axis=1), box) == pytest.approx(3)


@pytest.mark.parametrize("name", sorted(REGIONS))
@pytest.mark.parametrize("rule", ["exact", "site"])
def test_constant_field_is_its_own_mean(name: str, rule: str) -> None:
    """Whatever the region and the rule."""
    on = grid(np.linspace(-90, 90, 181), np.arange(0.0, 360, 1))
    assert mean(on, np.full(on.shape, 13.7), REGIONS[name], rule) == pytest.approx(13.7, rel=1e-14)


def test_gaussian_grid_takes_its_quadrature_weights() -> None:
    """Edges of a Gaussian grid are such that areas are the quadrature weights: cos² integrates exactly."""
    nodes, _ = np.polynomial.legendre.leggauss(32)
    lat = np.round(np.rad2deg(np.arcsin(nodes)), 4)[::-1]
    field = np.repeat((np.cos(np.deg2rad(lat)) ** 2)[:, None], 4, axis=1)
    assert mean(grid(lat, np.arange(0.0, 360, 90)), field, REGIONS["world"]) == pytest.approx(2 / 3, abs=1e-6)


def test_bounds_of_the_file_come_first() -> None:
    """Two rows whose bounds say 90–0 and 0–-90 although the centres sit at 80 and -10."""
    bounds = np.array([[0.0, 90], [-90, 0]])
    on = grid(np.array([80.0, -10]), np.arange(0.0, 360, 90), bounds)
    assert mean(on, np.array([[1.0] * 4, [3.0] * 4]), REGIONS["world"]) == pytest.approx(2)


def test_regional_grid_is_refused_for_a_hemisphere() -> None:
    """North America is not the Northern Hemisphere."""
    with pytest.raises(SeriesError, match=r"covers .* of region 'nh'"):
        plan(grid(np.arange(50, 24.9, -0.25), np.arange(-125, -65.9, 0.25)), [REGIONS["nh"]])


@pytest.mark.parametrize(
    ("lat", "lon"),
    [([0.0, 10, 5], [0.0, 90, 180, 270]), ([-45.0, 45, 95], [0.0, 90, 180]), ([-45.0, 45], [0.0, 180, 360.1])],
)
def test_axes_that_are_no_grid_are_refused(lat: list[float], lon: list[float]) -> None:
    """Latitudes that turn back, leave the Earth, or longitudes that lap."""
    with pytest.raises(SeriesError):
        grid(np.array(lat), np.array(lon))


def test_outline_counts_the_share_of_each_cell() -> None:
    """A triangle over half of one cell, weighed against a whole neighbour."""
    on = grid(np.array([-5.0, 5]), np.arange(5.0, 360, 10))
    ring = [[0, 0], [20, 0], [10, 10], [0, 10], [0, 0]]  # cell 0–10 whole, cell 10–20 half
    shape = json.dumps({"type": "Polygon", "coordinates": [ring]})
    region = Region("trapezium", "Trapezium", "el trapecio", 0, 10, 0, 20, outline=shape)
    field = np.zeros(on.shape)
    field[1, 0], field[1, 1] = 3, 6
    assert mean(on, field, region) == pytest.approx((3 * 1 + 6 * 0.5) / 1.5)


def test_outline_across_the_date_line_on_either_convention() -> None:
    """An outline written past 180 finds its cells in a -180…180 file."""
    ring = [[170, 0], [190, 0], [190, 10], [170, 10], [170, 0]]
    shape = json.dumps({"type": "Polygon", "coordinates": [ring]})
    region = Region("dateline", "Date line", "la línea de fecha", 0, 10, 170, -170, outline=shape)
    east, west = (
        grid(np.array([-5.0, 5]), np.arange(5.0, 360, 10)),
        grid(np.array([-5.0, 5]), np.arange(-175.0, 180, 10)),
    )
    field = np.zeros((2, 36))
    field[1, 17:19] = 1, 5
    assert mean(east, field, region) == mean(west, np.roll(field, 18, axis=1), region) == pytest.approx(3)


def test_outline_equal_to_a_box_gives_the_box() -> None:
    """The two ways to count agree."""
    on = grid(np.linspace(-89.5, 89.5, 180), np.arange(0.5, 360, 1))
    box = REGIONS["natlsp"]
    ring = [[-45, 45], [-20, 45], [-20, 60], [-45, 60], [-45, 45]]
    outlined = replace(box, outline=json.dumps({"type": "Polygon", "coordinates": [ring]}))
    field = np.random.default_rng(1).normal(size=on.shape)
    assert mean(on, field, outlined) == pytest.approx(mean(on, field, box), rel=1e-12)


def test_an_outline_around_the_pole_ends_at_the_pole() -> None:
    """On a grid with a row on the pole its cells reach half a step from it and no further: the cap is the box."""
    on = grid(np.linspace(-90, 90, 37), np.arange(0.0, 360, 5))
    assert on.latitude_edges.min() == -90
    assert on.latitude_edges.max() == 90
    box = Region("cap", "Cap", "el casquete", 62.5, 90, -180, 180)
    ring = [[-180, 62.5], [180, 62.5], [180, 90], [-180, 90], [-180, 62.5]]
    outlined = replace(box, outline=json.dumps({"type": "Polygon", "coordinates": [ring]}))
    field = np.random.default_rng(1).normal(size=on.shape)
    assert mean(on, field, outlined) == pytest.approx(mean(on, field, box), rel=1e-12)


def test_axes_stored_as_float32_are_regular_again() -> None:
    """A tenth of a degree is no float32: edges still fall on region edges."""
    on = grid(np.float32(np.arange(-89.95, 90, 0.1)), np.float32(np.arange(0.05, 360, 0.1)))
    assert on.latitude_edges[900, 0] == 0.0
    assert np.abs(np.diff(on.longitude_edges, axis=1) - 0.1).max() < 1e-9


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

"""A field is found by its day, whatever its file; what is no day is refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from benchmarks import synthetic
from climtrack.errors import SeriesError
from climtrack.grids import cells, grids
from climtrack.grids.cf import Packing
from climtrack.grids.grids import GridFile
from climtrack.vocabulary.registry import Baseline

LAT, LON = np.array([-45.0, 45.0]), np.array([45.0, 135, 225, 315])
DAILY = {"long_name": "Daily sea surface temperature", "units": "degC"}


def made(path: Path, stored: np.ndarray, hours: np.ndarray, **attrs: object) -> GridFile:
    """A small file."""
    return grids.open_grid(
        str(synthetic.write_grid(path, stored, LAT, LON, hours, attrs=DAILY | attrs)), "sst"
    )  # fmt: skip


def test_files_packed_each_in_its_own_way_are_added_in_degrees(tmp_path: Path) -> None:
    """A year of 10 °C in tenths and one of 20 °C in hundredths make 15 °C, as ERA5's yearly files need."""
    stored = np.ones((365, 2, 4), dtype=np.int16)
    hours = 24 * np.arange(365)
    one = made(tmp_path / "a.nc", 100 * stored, hours, scale_factor=0.1)
    leap = np.full((366, 2, 4), 2000, dtype=np.int16)
    two = made(tmp_path / "b.nc", leap, 24 * (365 + np.arange(366)), scale_factor=0.01)
    average = cells.climatology([one, two], Baseline(2023, 2024)).day(dt.date(2023, 7, 5))
    np.testing.assert_allclose(average, 15, atol=1e-4)
    (gap,) = cells.difference([two], [one], [(dt.date(2024, 7, 5), dt.date(2023, 7, 5))])
    np.testing.assert_allclose(gap, 10, atol=1e-5)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_final_field_takes_the_place_of_a_preliminary_one(order: tuple[int, int], tmp_path: Path) -> None:
    """In a folder of NCEI's files the preliminary one of a day comes after the final one."""
    title = f"{synthetic.OISST}, Version 2.1 - "
    files = [
        grids.open_grid(str(synthetic.write_grid(
            tmp_path / f"{state}.nc", np.full((1, 2, 4), value, dtype=np.int16), LAT, LON, [12], attrs=DAILY,
            title=title + state,
        )), "sst")
        for state, value in (("Final", 7), ("Interim", 9))
    ]  # fmt: skip
    assert cells.Frames([files[i] for i in order]).field(dt.date(2023, 1, 1)).tolist() == [[7] * 4] * 2


def test_hours_do_not_pass_for_days(tmp_path: Path) -> None:
    """Neither the last hour of each day nor a lone one."""
    stored = np.ones((48, 2, 4), dtype=np.int16)
    with pytest.raises(SeriesError, match="hours, not means of days"):
        cells.Frames([made(tmp_path / "a.nc", stored, np.arange(48))])
    attrs = {"long_name": "sea surface temperature", "units": "degC"}
    lone = synthetic.write_grid(tmp_path / "b.nc", stored[:1], LAT, LON, [12], attrs=attrs, title="an hour")
    with pytest.raises(SeriesError, match="hours, not means of days"):
        cells.Frames([grids.open_grid(str(lone), "sst")])


def test_what_lies_outside_the_valid_range_is_missing() -> None:
    """As the regional means have it; a bound beyond the type excludes nothing."""
    field = np.array([-999, -301, -300, 4500, 4501], dtype=np.int16)
    good = Packing(fills=(-999,), low=-300, high=4500).valid(field)
    assert good is not None
    assert good.tolist() == [False, False, True, True, False]
    assert Packing(fills=(1e20,)).valid(field) is None
    assert np.isnan(cells.in_celsius(Packing(0.01, low=-300), field)[:2]).all()


def test_products_are_never_mixed(tmp_path: Path) -> None:
    """OISST and something that does not say what it is."""
    stored = np.ones((2, 2, 4), dtype=np.int16)
    one = made(tmp_path / "a.nc", stored, 24 * np.arange(2))
    path = synthetic.write_grid(tmp_path / "b.nc", stored, LAT, LON, 48 + 24 * np.arange(2), attrs=DAILY, title="mine")
    with pytest.raises(SeriesError, match="different products: oisst, unknown"):
        cells.Frames([one, grids.open_grid(str(path), "sst")])

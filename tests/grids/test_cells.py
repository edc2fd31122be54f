"""The climatology of every cell is the one that regional series get, in bounded memory."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from benchmarks import synthetic
from climtrack.analysis.climatology import harmonic
from climtrack.errors import BaselineNotCovered, SeriesError
from climtrack.grids import cells, grids
from climtrack.grids.cf import Packing
from climtrack.grids.grids import GridFile
from climtrack.vocabulary.calendar import DAYS, LEAP_DAY
from climtrack.vocabulary.registry import Baseline

YEARS = Baseline(2022, 2024)


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> list[GridFile]:
    """Three small made-up years, one of them a leap year."""
    folder = tmp_path_factory.mktemp("years")
    return [
        grids.open_grid(str(synthetic.write_psl_year(folder / f"{y}.nc", y, 9, 18, chunksizes=(1, 9, 18))), "sst")
        for y in YEARS.years
    ]


def daily(file: GridFile) -> dict[dt.date, np.ndarray]:
    """Every field of a file in degC."""
    dates = file.times.astype("datetime64[D]").astype(object)
    return {
        day: cells.in_celsius(file.packing, cells.oriented(file, field))
        for day, (field, _) in zip(dates, grids.fields(file), strict=True)
    }


def test_it_is_the_regional_climatology_of_each_cell(years: list[GridFile]) -> None:
    """Mean by calendar day, then 8 harmonics on 365 days: as `analysis.climatology.harmonic` does, to 0.0001 °C."""
    made = cells.climatology(years, YEARS)
    fields = {day: field for file in years for day, field in daily(file).items()}
    cycle = np.full((9, 18, DAYS), np.nan)
    for slot in range(DAYS):
        if slot != LEAP_DAY - 1:
            day = dt.date(2024, 1, 1) + dt.timedelta(days=slot)
            cycle[..., slot] = np.mean([fields[day.replace(year=y)] for y in YEARS.years], axis=0)
    expected = harmonic(cycle)
    for day in (dt.date(2023, 1, 1), dt.date(2024, 2, 29), dt.date(2023, 3, 1), dt.date(2023, 12, 31)):
        slot = (dt.date(2024, day.month, day.day) - dt.date(2024, 1, 1)).days
        np.testing.assert_allclose(made.day(day), expected[..., slot], atol=1e-4)
    assert np.isnan(made.coefficients[0]).any()  # land


def test_a_pure_annual_cycle_is_kept_exactly(tmp_path: Path) -> None:
    """10 + 5 cos(2πd/365) in packed hundredths comes back to the packing's own precision."""
    days = np.arange(365)
    stored = np.rint(100 * (10 + 5 * np.cos(2 * np.pi * days / 365))).astype(np.int16)
    field = np.broadcast_to(stored[:, None, None], (365, 6, 12)).copy()
    attrs = {"long_name": "Daily sea surface temperature", "units": "degC", "scale_factor": 0.01}
    path = synthetic.write_grid(
        tmp_path / "a.nc", field, np.arange(-75.0, 90, 30), np.arange(15.0, 360, 30), 24 * days, attrs=attrs
    )
    made = cells.climatology([grids.open_grid(str(path), "sst")], Baseline(2023, 2023))
    assert made.day(dt.date(2023, 1, 1))[2, 3] == pytest.approx(15, abs=2e-3)
    assert made.day(dt.date(2023, 7, 2))[2, 3] == pytest.approx(5, abs=2e-3)


def test_fields_are_turned_south_to_north_and_from_180_west(tmp_path: Path) -> None:
    """North-up 0…360 fields come out ascending, each value in its place."""
    lat, lon = np.array([45.0, -45.0]), np.array([45.0, 135, 225, 315])
    field = np.array([[[1, 2, 3, 4], [5, 6, 7, 8]]], dtype=np.int16)
    attrs = {"long_name": "Daily sea surface temperature", "units": "degC"}
    file = grids.open_grid(str(synthetic.write_grid(tmp_path / "a.nc", field, lat, lon, [0], attrs=attrs)), "sst")
    np.testing.assert_array_equal(cells.oriented(file, field[0]), [[7, 8, 5, 6], [3, 4, 1, 2]])


def test_kept_and_read_again(years: list[GridFile], tmp_path: Path) -> None:
    """The file gives back the cycle to the ten-thousandth of a degree."""
    made = cells.climatology(years, YEARS)
    cells.to_netcdf(made, tmp_path / "c.nc", {"source": "test"})
    read = cells.from_netcdf(tmp_path / "c.nc")
    assert (read.product, read.variable, read.baseline) == ("oisst", "sst", YEARS)
    np.testing.assert_allclose(read.day(dt.date(2023, 7, 5)), made.day(dt.date(2023, 7, 5)), atol=1e-3)
    (tmp_path / "no.nc").write_bytes(b"no")
    with pytest.raises(SeriesError, match="no climatology"):
        cells.from_netcdf(tmp_path / "no.nc")


def test_a_year_that_is_missing_is_named(years: list[GridFile]) -> None:
    """A baseline is covered by all its years or not at all."""
    with pytest.raises(BaselineNotCovered, match="2021"):
        cells.climatology(years, Baseline(2021, 2024))


def test_this_year_minus_last(years: list[GridFile]) -> None:
    """Day by day, on the calendar."""
    pair = (dt.date(2024, 7, 5), dt.date(2023, 7, 5))
    (got,) = cells.difference(years[2:], years[1:2], [pair])
    expected = daily(years[2])[pair[0]] - daily(years[1])[pair[1]]
    np.testing.assert_allclose(got, expected, atol=1e-5)


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

"""Thresholds of cells are those of regional series, whatever the memory, the disk and the layout of the files."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import netCDF4
import numpy as np
import pytest

from benchmarks import synthetic
from climtrack.analysis import heatwaves
from climtrack.errors import BaselineNotCovered, DiskError, SeriesError
from climtrack.grids import grids, thresholds
from climtrack.grids.cf import Packing
from climtrack.grids.grids import GridFile
from climtrack.vocabulary.calendar import DAYS, dayofyear
from climtrack.vocabulary.registry import Baseline

YEARS = Baseline(2022, 2024)
LAT, LON = np.array([60.0, -30.0]), np.array([45.0, 135, 225, 315])
DATES = np.arange("2022-01-01", "2025-01-01", dtype="datetime64[D]")


def stored() -> np.ndarray:
    """Hundredths of made-up days: land in one cell, a gap of a month in another, shape (time, 2, 4)."""
    rng = np.random.default_rng(3)
    cycle = 600 * np.cos(2 * np.pi * np.arange(DATES.size) / 365.25)[:, None, None]
    values = np.rint(cycle + rng.normal(1500, 80, (DATES.size, 2, 4))).astype(np.int16)
    values[:, 1, 2] = synthetic.FILL
    values[200:230, 0, 1] = synthetic.FILL
    return values


def written(path: Path, values: np.ndarray, dates: np.ndarray = DATES, **attrs: object) -> GridFile:
    """As a file, its steps in days."""
    told = {"long_name": "Daily sea surface temperature", "units": "degC", "scale_factor": 0.01} | attrs
    hours = 24 * (dates - np.datetime64("2023-01-01")).astype(int)
    fill = None if values.dtype.kind == "f" else np.int16(synthetic.FILL)
    return grids.open_grid(str(synthetic.write_grid(path, values, LAT, LON, hours, attrs=told, fill=fill)), "sst")


def field(path: Path, which: str) -> np.ndarray:
    """A variable of the result as stored."""
    with netCDF4.Dataset(path) as held:
        held.set_auto_maskandscale(False)
        return np.asarray(held[which][:])


def test_each_cell_has_the_threshold_of_its_series(tmp_path: Path) -> None:
    """Mean and 90th percentile as `analysis.heatwaves` makes them of a regional series, to half a thousandth."""
    values = stored()
    thresholds.make([written(tmp_path / "a.nc", values)], YEARS, tmp_path / "t.nc", {})
    place = (DATES.astype("datetime64[Y]").astype(int) - 52) * DAYS + dayofyear(DATES) - 1
    for row, column, down, across in ((0, 0, 1, 2), (1, 3, 0, 1), (0, 1, 1, 3)):
        series = np.where(values[:, row, column] == synthetic.FILL, np.nan, values[:, row, column] / 100)
        bar = heatwaves.threshold(series, place, np.arange(2022, 2025), YEARS)
        for day in (dt.date(2023, 1, 1), dt.date(2024, 2, 29), dt.date(2023, 3, 1), dt.date(2023, 7, 29)):
            found = thresholds.read(tmp_path / "t.nc", day)
            at = int(dayofyear(np.array([day], dtype="datetime64[D]"))[0]) - 1
            assert found.mean[down, across] == pytest.approx(bar.mean[at], abs=6e-4)
            assert found.high[down, across] == pytest.approx(bar.high[at], abs=6e-4)
    assert found.latitude.tolist() == [-30, 60]
    assert found.longitude.tolist() == [-135, -45, 45, 135]
    assert np.isnan(found.high[0, 0])  # land, at 225 east
    assert np.isfinite(found.high).sum() == 7


@pytest.mark.parametrize(("memory", "rows"), [(2 * DATES.size * 3, 2), (1, 1), (10**9, 1)])
def test_neither_memory_nor_disk_changes_a_bit(memory: int, rows: int, tmp_path: Path) -> None:
    """Blocks of three cells, of one, and a pass for each row give the same file as one block."""
    file = written(tmp_path / "a.nc", stored())
    thresholds.make([file], YEARS, tmp_path / "one.nc", {})
    told: list[thresholds.Room] = []
    free = 8 * DAYS * 8 + rows * 2 * DATES.size * 4
    thresholds.make([file], YEARS, tmp_path / "two.nc", {}, free=free, memory=memory, tell=told.append)
    assert (told[0].passes, told[0].rows) == (3 - rows, rows)
    assert told[0].disk <= free
    for which in ("mean", "threshold"):
        np.testing.assert_array_equal(field(tmp_path / "one.nc", which), field(tmp_path / "two.nc", which))


def test_many_files_of_any_order_and_packing_make_one(tmp_path: Path) -> None:
    """A file a year, one in float32 kelvin, one south-up: the thresholds of the single file."""
    values, years = stored(), DATES.astype("datetime64[Y]").astype(int) + 1970
    thresholds.make([written(tmp_path / "a.nc", values)], YEARS, tmp_path / "one.nc", {})
    kelvin = np.where(values == synthetic.FILL, np.nan, values / 100 + 273.15).astype(np.float32)
    files = [
        written(tmp_path / "c.nc", kelvin[years == 2023], DATES[years == 2023], units="K", scale_factor=1.0),
        written(tmp_path / "d.nc", values[years == 2024], DATES[years == 2024]),
        written(tmp_path / "b.nc", values[years == 2022], DATES[years == 2022]),
    ]
    thresholds.make(files, YEARS, tmp_path / "two.nc", {})
    for which in ("mean", "threshold"):
        np.testing.assert_array_equal(field(tmp_path / "one.nc", which), field(tmp_path / "two.nc", which))


def test_the_folder_is_left_as_it_was_even_when_it_fails(tmp_path: Path) -> None:
    """What is laid by has no name, so not even a kill leaves it behind."""
    (tmp_path / "out").mkdir()
    file = written(tmp_path / "a.nc", stored())
    seen: list[list[Path]] = []

    def look(done: int, total: int) -> None:
        seen.append(list((tmp_path / "out").iterdir()))
        if done > DATES.size // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        thresholds.make([file], YEARS, tmp_path / "out" / "t.nc", {}, progress=look)
    assert not any(seen)
    assert len(seen) > DATES.size // 2
    assert list((tmp_path / "out").iterdir()) == []


def test_progress_ends_at_its_end(tmp_path: Path) -> None:
    """However many passes."""
    told: list[tuple[int, int]] = []
    free = 8 * DAYS * 8 + 2 * DATES.size * 4
    thresholds.make(
        [written(tmp_path / "a.nc", stored())], YEARS, tmp_path / "t.nc", {}, free=free,
        progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    assert told[-1][0] == told[-1][1]
    assert told == sorted(told)


def test_room() -> None:
    """30 years of OISST: 25.8 GB in one pass, four passes on a disk of 10 GB, 1,460 cells at once; or a refusal."""
    days = 10_958
    whole = thresholds.room((720, 1440), days, free=30 * 10**9)
    assert (whole.rows, whole.passes, whole.cells) == (720, 1, 1_460)
    assert whole.disk == 2 * 720 * 1440 * (days + 1464)
    assert thresholds.room((720, 1440), days, free=10 * 10**9).passes == 4
    with pytest.raises(DiskError, match=r"3\.1 GB of disk"):
        thresholds.room((720, 1440), days, free=10**9)


def test_values_on_less_than_half_of_a_window_make_no_threshold(tmp_path: Path) -> None:
    """Ice for two years of three: none in those weeks, one in the others."""
    values = stored()
    values[:90, 0, 0] = values[366 : 366 + 90, 0, 0] = synthetic.FILL
    thresholds.make([written(tmp_path / "a.nc", values)], YEARS, tmp_path / "t.nc", {})
    assert np.isnan(thresholds.read(tmp_path / "t.nc", dt.date(2023, 2, 10)).high[1, 2])
    assert np.isfinite(thresholds.read(tmp_path / "t.nc", dt.date(2023, 7, 10)).high[1, 2])


def test_what_makes_no_sense_is_refused(tmp_path: Path) -> None:
    """Before any work: a missing year, a percentile beyond 100, an even window, another file."""
    file = written(tmp_path / "a.nc", stored())
    with pytest.raises(BaselineNotCovered, match="2021"):
        thresholds.make([file], Baseline(2021, 2024), tmp_path / "t.nc", {})
    for wrong in ({"percentile": 101.0}, {"window": 10}):
        with pytest.raises(SeriesError):
            thresholds.make([file], YEARS, tmp_path / "t.nc", {}, **wrong)  # type: ignore[arg-type]
    with pytest.raises(SeriesError, match="no thresholds"):
        thresholds.read(tmp_path / "a.nc", dt.date(2023, 1, 1))
    with pytest.raises(SeriesError, match="no temperature"):
        thresholds.hundredths(Packing(), np.array([300.0, 1e6]))
    assert not (tmp_path / "t.nc").exists()


def test_the_community_checker_finds_no_error(tmp_path: Path) -> None:
    """IOOS compliance checker, CF 1.11."""
    runner = pytest.importorskip("compliance_checker.runner")
    runner.CheckSuite.load_all_available_checkers()
    path = tmp_path / "t.nc"
    thresholds.make([written(tmp_path / "a.nc", stored())], YEARS, path, {"source": "a.nc", "history": "today"})
    suite = runner.CheckSuite()
    dataset = suite.load_dataset(str(path))
    results, errors = suite.run_all(dataset, ["cf:1.11"], [])["cf:1.11"]
    dataset.close()
    assert not errors
    assert [text for one in results if one.value[0] < one.value[1] for text in one.msgs] == []

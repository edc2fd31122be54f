"""What made other programs slow, large or wrong on such grids (docs/benchmarks-grid.md): ours steps into none of it."""

from __future__ import annotations

import datetime as dt
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from benchmarks import grid as bench
from benchmarks import synthetic
from climtrack.grids import cells, grids, reduce
from climtrack.grids.reduce import STEPS, Request, file_means
from climtrack.grids.weights import grid, plan
from climtrack.vocabulary.registry import REGIONS, Baseline

NINE = tuple(REGIONS[name] for name in bench.NINE)
LAT, LON = np.arange(-85.0, 90, 10), np.arange(5.0, 360, 10)
SST = {"long_name": "Daily sea surface temperature", "units": "degC", "scale_factor": 0.01}


def year(path: Path, days: int) -> Path:
    """Days of packed fields, one chunk each."""
    field = np.random.default_rng(1).integers(0, 3000, (days, LAT.size, LON.size)).astype(np.int16)
    options = {"zlib": True, "shuffle": True, "chunksizes": (1, LAT.size, LON.size)}
    return synthetic.write_grid(path, field, LAT, LON, 24 * np.arange(days), attrs=SST, **options)


def peak(path: Path) -> int:
    """Most memory held at once while a file is reduced, in bytes."""
    tracemalloc.start()
    file_means([str(path)], Request("sst", NINE, hashed=False), scheduler="serial")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def test_memory_does_not_grow_with_days(tmp_path: Path) -> None:
    """NCO and xcdat hold every field: here a day adds its row of the table, where its chunk lies, and its time."""
    few, many = year(tmp_path / "a.nc", 2 * STEPS), year(tmp_path / "b.nc", 20 * STEPS)
    peak(few)  # what is imported on the way
    field = LAT.size * LON.size * 2
    assert (peak(many) - peak(few)) / (18 * STEPS) < field / 2


def test_memory_of_a_climatology_does_not_grow_with_years(tmp_path: Path) -> None:
    """All years of one calendar day, then those of the next: never a year of fields."""
    names = [synthetic.write_psl_year(tmp_path / f"{y}.nc", y, 36, 72) for y in range(2017, 2021)]

    def most(years: range) -> int:
        files = [grids.open_grid(str(names[y - 2017]), "sst") for y in years]
        tracemalloc.start()
        cells.climatology(files, Baseline(years[0], years[-1]))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    most(range(2017, 2018))
    grown = most(range(2017, 2021)) - most(range(2017, 2018))
    assert grown < 3 * 365 * (36 * 72 * 2) / 4  # the fields of the three years more would be 5.7 MB


def test_a_cluster_is_a_farm_of_large_tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A task for every day and region would choke dask: here a task for 64 steps, whatever the number of regions."""
    sizes: list[int] = []

    def run(work: object, tasks: list[object], **_: object) -> list[object]:
        sizes.append(len(tasks))
        return [work(task) for task in tasks]  # type: ignore[operator]

    monkeypatch.setattr(reduce, "run", run)
    monkeypatch.setattr("climtrack.grids.reduce.LARGE", 0)
    path = year(tmp_path / "a.nc", 3 * STEPS)
    for regions in (NINE[:1], NINE):
        file_means([str(path)], Request("sst", regions), scheduler="tcp://somewhere:8786")
    assert sizes == [3, 3]
    monkeypatch.setattr("climtrack.grids.reduce.LARGE", 8_000_000)
    days = [str(year(tmp_path / f"{i}.nc", 1)) for i in range(5)]
    file_means(days, Request("sst", NINE), scheduler="tcp://somewhere:8786")
    assert sizes[2:] == [1]


def test_means_are_not_packed_again(tmp_path: Path) -> None:
    """CDO rounds a mean of hundredths to hundredths unless told `-b F64`: ours keep every digit, the bench tells it."""
    means = file_means([str(year(tmp_path / "a.nc", 9))], Request("sst", NINE), scheduler="serial")[0].values
    assert np.abs(means - np.round(means, 4)).max() > 1e-6
    for name in bench.NINE:
        command = bench.cdo(name, "a.nc", Path("b.nc"))
        assert command[command.index("-b") + 1] == "F64"


@pytest.mark.parametrize("rule", ["exact", "site"])
def test_weights_are_float64(rule: str) -> None:
    """A cosine in float32 misses by 1e-7; its sum over a grid by more."""
    held = plan(grid(np.arange(-89.875, 90, 0.25), np.arange(0.125, 360, 0.25)), NINE, rule)  # type: ignore[arg-type]
    lat = np.deg2rad(np.arange(-89.875, 90, 0.25))
    world = held.heights[bench.NINE.index("world")]
    edge = np.deg2rad(0.125)
    expected = np.cos(lat) if rule == "site" else np.sin(lat + edge) - np.sin(lat - edge)
    assert held.heights.dtype == held.shares.dtype == np.float64
    np.testing.assert_allclose(world, expected, rtol=0, atol=1e-15)


def test_leap_years_keep_their_days_apart(tmp_path: Path) -> None:
    """1 March of a leap year is averaged with 1 March, not with 29 February: a step of 20 °C there stays one."""
    stored = []
    for y in (2023, 2024):
        start, end = np.datetime64(f"{y}-01-01"), np.datetime64(f"{y + 1}-01-01")
        spring = np.arange(start, end) >= np.datetime64(f"{y}-03-01")
        field = np.broadcast_to(np.where(spring, 2000, 0)[:, None, None], (spring.size, 2, 4)).astype(np.int16)
        hours = 24 * (np.arange(spring.size) + int((start - np.datetime64("2023-01-01")).astype(int)))
        path = synthetic.write_grid(
            tmp_path / f"{y}.nc", field, np.array([-45.0, 45]), np.arange(45.0, 360, 90), hours, attrs=SST
        )
        stored.append(grids.open_grid(str(path), "sst"))
    both = cells.climatology(stored, Baseline(2023, 2024))
    plain = cells.climatology(stored[:1], Baseline(2023, 2023))
    for day in (dt.date(2024, 2, 28), dt.date(2024, 3, 1), dt.date(2024, 12, 31)):
        np.testing.assert_array_equal(both.day(day), plain.day(day))

"""Who does the work cannot change the answer; a day is complete or it is not published."""

from __future__ import annotations

import datetime as dt
import os
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import synthetic
from climtrack.errors import ConfigError, SeriesError, StoreError
from climtrack.grids import daily, reduce
from climtrack.grids.daily import Days, RegionSeries
from climtrack.grids.reduce import FileMeans, Request, file_means
from climtrack.vocabulary.registry import REGIONS
from climtrack.vocabulary.series import Status
from tests.grids.dying import die, die_once

NAMED = tuple(REGIONS[n] for n in ("nh", "sh", "world"))
REQUEST = Request("sst", NAMED)
NOW = dt.datetime(2024, 7, 11, 16, 42, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small made-up year of OISST."""
    return synthetic.write_psl_year(tmp_path_factory.mktemp("grids") / "sea.nc", 2023, 36, 72)


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Seven daily files, the last two preliminary."""
    folder = tmp_path_factory.mktemp("week")
    first = np.datetime64("2023-12-29")
    return [str(synthetic.write_ncei_day(folder / f"{i}.nc", first + i, 36, 72, preliminary=i > 4)) for i in range(7)]


def table(found: tuple[FileMeans, ...], request: Request = REQUEST) -> tuple[RegionSeries, ...]:
    """Series of some files."""
    return daily.series(
        daily.days(found), request, product=daily.product_of(found), retrieved=NOW, version="0.1.0"
    )  # fmt: skip


def test_synthetic_year_equals_plain_float64(year: Path) -> None:
    """Every day of the year, both hemispheres, to 1e-12 relative of cell-by-cell float64 arithmetic."""
    import netCDF4

    got = file_means([str(year)], REQUEST)[0].values
    with netCDF4.Dataset(year) as data:
        data.set_auto_maskandscale(False)
        stored, scale = data["sst"][:], float(data["sst"].scale_factor)
    edges = np.sin(np.deg2rad(np.linspace(-90, 90, 37)))
    area = np.repeat(np.diff(edges)[:, None], 72, axis=1)
    good = stored != synthetic.FILL
    celsius = np.where(good, stored.astype(np.float64) * scale, 0)
    for i, rows in enumerate((slice(18, 36), slice(0, 18), slice(0, 36))):
        weight = area[rows] * good[:, rows]
        expected = (celsius[:, rows] * weight).sum(axis=(1, 2)) / weight.sum(axis=(1, 2))
        np.testing.assert_allclose(got[:, i], expected, rtol=1e-12)


@pytest.mark.parametrize("scheduler", ["threads", "processes"])
@pytest.mark.parametrize("workers", [1, 2])
def test_scheduler_cannot_change_a_bit(
    scheduler: str, workers: int, year: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Threads, processes, one or two: the same bytes as one loop, in tasks of another size."""
    whole = file_means([str(year)], REQUEST, scheduler="serial")[0]
    monkeypatch.setattr("climtrack.grids.reduce.LARGE", 0)
    split = file_means([str(year)], REQUEST, scheduler=scheduler, workers=workers)[0]
    for field in ("values", "coverage", "times", "status"):
        assert getattr(split, field).tobytes() == getattr(whole, field).tobytes()
    assert (split.sha256, split.size) == (whole.sha256, whole.size)


def test_cluster_cannot_change_a_bit_and_survives_a_lost_worker(
    year: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A dask cluster whose first worker is killed at its first task gives the same bytes.

    One of our own stands beside it, and neither takes the port that dask likes best: no warning, no error.
    """
    whole = file_means([str(year)], REQUEST, scheduler="serial")[0]
    monkeypatch.setattr("climtrack.grids.reduce.LARGE", 0)
    import distributed

    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50, scheduler_kwargs=reduce.ANY_PORT
        ) as cluster,
        reduce.cluster(1) as other,
    ):
        assert other.startswith("tcp://127.0.0.1:")
        victims = [worker.process.pid for worker in cluster.workers.values()]
        killed: list[int] = []

        def kill_one(done: int, total: int) -> None:
            if not killed:
                killed.append(victims[0])
                os.kill(victims[0], signal.SIGKILL)

        found = file_means([str(year)], REQUEST, scheduler=cluster.scheduler_address, progress=kill_one)[0]
    assert killed
    assert found.values.tobytes() == whole.values.tobytes()


def test_processes_survive_a_lost_worker(tmp_path: Path) -> None:
    """Two of four tasks kill their worker once; all four results arrive, in order."""
    tasks = [str(tmp_path / name) for name in "abcd"]
    for name in "bd":
        (tmp_path / name).touch()
    assert reduce.run(die_once, tasks, scheduler="processes", workers=2) == list("abcd")


def test_processes_that_always_die_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, not an endless loop."""
    monkeypatch.setattr(reduce, "LOSSES", 1)
    with pytest.raises(StoreError, match="died"):
        reduce.run(die, ["a", "b"], scheduler="processes", workers=2)


@pytest.mark.parametrize("name", ["thread", "fast", "tcp://127.0.0.1:1"])
def test_unknown_schedulers_are_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also an address where nobody answers."""
    monkeypatch.setattr(reduce, "ANSWER", 0.5)
    with pytest.raises(ConfigError):
        reduce.run(str, [1, 2], scheduler=name)


def test_progress_counts_every_day(year: Path) -> None:
    """From the first task to the last."""
    seen: list[tuple[int, int]] = []
    file_means([str(year)], REQUEST, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1]


def test_a_week_of_daily_files(week: list[str]) -> None:
    """Across New Year, in any order, with what is still preliminary."""
    one = table(file_means(week, REQUEST))[0].series
    other = table(file_means(week[::-1], REQUEST))[0].series
    assert str(one.key) == "oisst.sst.nh"
    assert (one.start, one.end) == (dt.date(2023, 12, 29), dt.date(2024, 1, 4))
    assert one.status.tolist() == [Status.FINAL] * 5 + [Status.PRELIMINARY] * 2
    assert one.digest == other.digest


def test_provenance_is_complete_and_private(week: list[str]) -> None:
    """Every file with its hash, the rule, the grid, the program; nothing of this computer's folders."""
    import hashlib

    source = table(file_means(week, REQUEST))[0].series.source
    lines = source.details["files"].splitlines()
    assert lines[0] == f"{hashlib.sha256(Path(week[0]).read_bytes()).hexdigest()}  0.nc"
    assert len(lines) == 7
    assert source.details["weights"].startswith("exact: ")
    assert source.details["grid"].startswith("36 × 72 cells of 5° × 5°")
    assert source.details["program"] == "climtrack 0.1.0"
    assert source.sha256 == hashlib.sha256(source.details["files"].encode()).hexdigest()
    assert str(Path(week[0]).parent) not in repr(source)


def test_final_replaces_preliminary(tmp_path: Path) -> None:
    """Both kinds of one day in a folder: the final one counts."""
    day = np.datetime64("2024-01-01")
    early = synthetic.write_ncei_day(tmp_path / "a.nc", day, 36, 72, preliminary=True, seed=1)
    final = synthetic.write_ncei_day(tmp_path / "b.nc", day, 36, 72)
    both = table(file_means([str(early), str(final)], REQUEST))[0].series
    alone = table(file_means([str(final)], REQUEST))[0].series
    assert both.digest == alone.digest
    assert both.status.tolist() == [Status.FINAL]


def test_two_final_values_of_a_day_are_an_error(tmp_path: Path) -> None:
    """Not a choice, whatever the order."""
    day = np.datetime64("2024-01-01")
    one = synthetic.write_ncei_day(tmp_path / "a.nc", day, 36, 72, seed=1)
    two = synthetic.write_ncei_day(tmp_path / "b.nc", day, 36, 72, seed=2)
    with pytest.raises(SeriesError, match=r"a\.nc and b\.nc differ on 2024-01-01"):
        daily.days(file_means([str(one), str(two)], REQUEST))


def means(
    times: np.ndarray, values: np.ndarray, *, daily: bool = False, coverage: float | np.ndarray = 0.7
) -> FileMeans:
    """Means as a file of one region would give them."""
    n = times.size
    return FileMeans(
        "a.nc", "0" * 64, 1, "era5", "ERA5", "t2m", "grid", daily, times, np.full(n, Status.FINAL, np.int8),
        values.reshape(n, 1), np.broadcast_to(np.asarray(coverage, dtype=float), (n,)).reshape(n, 1).copy(),
    )  # fmt: skip


HOURS = np.datetime64("2024-02-28T00:00:00", "s") + np.arange(72) * np.timedelta64(3600, "s")


def test_hourly_days_are_means_of_all_hours() -> None:
    """0…23, 24…47: 11.5, 35.5, across a leap day; the third day lacks an hour and is named."""
    found = daily.days([means(HOURS[:71], np.arange(71.0))])
    assert found.dates.astype(str).tolist() == ["2024-02-28", "2024-02-29"]
    assert found.values.tolist() == [[11.5], [35.5]]
    assert "2024-03-01" in str(found.notes[0])


@given(st.permutations(range(48)), st.integers(0, 48))
def test_order_and_split_of_hours_cannot_change_a_bit(order: list[int], cut: int) -> None:
    """Hours in any order, in one file or two."""
    values = np.random.default_rng(5).normal(280, 10, 48)
    plain = daily.days([means(HOURS[:48], values)])
    at = np.array(order)
    parts = [means(HOURS[some], values[some]) for some in (at[:cut], at[cut:]) if some.size]
    assert daily.days(parts).values.tobytes() == plain.values.tobytes()


def test_a_lone_hour_is_not_a_day() -> None:
    """One step without a word that it is a daily mean is refused; with that word it is a day."""
    with pytest.raises(SeriesError, match="mean of a day"):
        daily.days([means(HOURS[:1], np.zeros(1))])
    assert daily.days([means(HOURS[:1], np.zeros(1), daily=True)]).dates.size == 1


def test_months_are_not_days() -> None:
    """Steps 31 days apart are refused."""
    months = np.array(["2023-01-01", "2023-02-01"], dtype="datetime64[s]")
    with pytest.raises(SeriesError, match="744 hours apart"):
        daily.days([means(months, np.zeros(2))])


def series(found: Days) -> RegionSeries:
    """The one region's series."""
    request = Request("t2m", (REGIONS["world"],))
    return daily.series(found, request, product="era5", retrieved=NOW, version="0")[0]


def test_a_day_with_holes_is_left_out_and_named() -> None:
    """Coverage of 0.7 on all days but one of 0.6: that day is a gap, not a biased mean."""
    times = np.datetime64("2024-01-01", "s") + np.arange(5) * np.timedelta64(86400, "s")
    found = daily.days([means(times, np.arange(5.0), daily=True, coverage=np.array([0.7, 0.7, 0.6, 0.7, 0.7]))])
    got = series(found)
    assert np.isnan(got.series.values[2])
    assert got.series.status[2] == Status.MISSING
    assert "2024-01-03" in str(got.series.source.notes[0])
    assert got.coverage[2] == pytest.approx(0.6)
    assert got.usual == pytest.approx(0.7)


def test_a_field_in_wrong_units_is_refused() -> None:
    """285 °C is kelvin by mistake."""
    day = np.array(["2024-01-01"], dtype="datetime64[s]")
    with pytest.raises(SeriesError, match=r"285\.0 °C"):
        series(daily.days([means(day, np.array([285.0]), daily=True)]))


def test_products_are_never_spliced(week: list[str]) -> None:
    """Files of two products, of none, of one named by the user."""
    found = file_means(week[:1], REQUEST)[0]
    other, silent = replace(found, product="era5"), replace(found, product="")
    with pytest.raises(SeriesError, match="different products"):
        daily.product_of([found, other])
    with pytest.raises(SeriesError, match="--product"):
        daily.product_of([silent])
    assert daily.product_of([silent], "oisst") == "oisst"
    with pytest.raises(SeriesError):
        daily.product_of([found], "era5")


def test_long_lists_of_files_are_kept_by_year() -> None:
    """700 daily files: two lines, each the hash of its year's own listing, whatever the order."""
    files = [(f"{i}.nc", f"{i:064x}", 2022 + i // 365) for i in range(700)]
    lines = daily.manifest(files)
    assert [line.split("  ")[1] for line in lines.splitlines()] == [
        "listing of 365 files of 2022", "listing of 335 files of 2023",
    ]  # fmt: skip
    assert daily.manifest(files[::-1]) == lines


@pytest.fixture(scope="module")
def alone(year: Path) -> bytes:
    """The northern hemisphere's means, computed without other regions."""
    return file_means([str(year)], Request("sst", (REGIONS["nh"],)), scheduler="serial")[0].values.tobytes()


@settings(max_examples=25)
@given(st.sets(st.sampled_from(sorted(REGIONS)), max_size=6))
def test_other_regions_in_the_pass_cannot_change_a_bit(year: Path, alone: bytes, names: set[str]) -> None:
    """A hemisphere alone or in company of any others."""
    company = (*(REGIONS[n] for n in sorted(names)), REGIONS["nh"])
    found = file_means([str(year)], Request("sst", company), scheduler="serial")[0].values
    assert found[:, -1:].tobytes() == alone

"""Files of other makers: read as they were meant, or refused in one line; never a wrong number."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pytest

from benchmarks import synthetic
from climtrack.errors import SeriesError
from climtrack.grids import cf, grids
from climtrack.grids.cf import Packing
from climtrack.grids.daily import days
from climtrack.grids.reduce import FileMeans, Request, file_means
from climtrack.grids.weights import Kernel, grid, plan
from climtrack.vocabulary.registry import REGIONS
from climtrack.vocabulary.series import Status

WHERE = tuple(REGIONS[name] for name in ("world", "nh", "natlan", "nino3.4"))
LAT, LON = np.arange(-87.5, 90, 5), np.arange(0.0, 360, 5)
SST = {"long_name": "Daily sea surface temperature", "units": "degC"}
AIR = {"long_name": "2 metre temperature", "units": "degC"}


def sea(steps: int = 2, lon: np.ndarray = LON) -> np.ndarray:
    """Fields in degC, a third of them missing."""
    rng = np.random.default_rng(3)
    field = rng.uniform(-1, 30, (steps, LAT.size, lon.size)).astype(np.float32)
    field[:, rng.random((LAT.size, lon.size)) < 0.3] = np.nan
    return field


def made(path: Path, field: np.ndarray, lon: np.ndarray = LON, **options: Any) -> Path:
    """A file of daily fields."""
    hours = 24 * np.arange(len(field)) if "hours" not in options else options.pop("hours")
    return synthetic.write_grid(path, field, LAT, lon, hours, **({"attrs": SST} | options))


def means(path: Path, variable: str = "sst", **options: Any) -> FileMeans:
    """Means over some regions."""
    return file_means([str(path)], Request(variable, WHERE, **options), scheduler="serial")[0]


@pytest.mark.parametrize("first", [0.0, -180.0])
@pytest.mark.parametrize("rule", ["exact", "site"])
def test_a_meridian_that_stands_at_both_ends_counts_once(first: float, rule: str, tmp_path: Path) -> None:
    """0 and 360, or -180 and 180, as plotting programs write them."""
    lon = first + LON
    field = sea(lon=lon)
    plain = means(made(tmp_path / "a.nc", field, lon), rule=rule)
    lapped = np.concatenate((field, field[:, :, :1]), axis=2)
    twice = means(made(tmp_path / "b.nc", lapped, np.append(lon, first + 360)), rule=rule)
    np.testing.assert_allclose(twice.values, plain.values, rtol=1e-12)
    np.testing.assert_allclose(twice.coverage, plain.coverage, rtol=1e-12)


def test_a_file_that_begins_without_a_value(tmp_path: Path) -> None:
    """A first field of NaN is a day without a mean, and the next one counts."""
    field = sea()
    field[0] = np.nan
    found = means(made(tmp_path / "a.nc", field)).values
    assert np.isnan(found[0]).all()
    assert np.isfinite(found[1]).all()


@pytest.mark.parametrize(
    ("mark", "attrs"),
    [
        (np.float32(np.inf), {}),  # what a division left on land
        (np.float32(9.969209968386869e36), {}),  # never written, and no attribute that says so
        (np.float32(999), {"valid_min": -5.0, "valid_max": 50.0}),  # a range of another type
        (np.float32(np.nan), {"missing_value": 1e300}),  # beyond the type
    ],
)
def test_every_way_to_say_missing(mark: np.float32, attrs: dict[str, Any], tmp_path: Path) -> None:
    """The same means as with NaN."""
    field = sea()
    other = np.where(np.isnan(field), mark, field)
    got = means(made(tmp_path / "b.nc", other, attrs=SST | attrs))
    np.testing.assert_array_equal(got.values, means(made(tmp_path / "a.nc", field)).values)


def test_shorts_never_written_are_missing(tmp_path: Path) -> None:
    """NetCDF fills them with -32767 where a file names no other; one named by the file leaves that number a value."""
    field = np.full((1, LAT.size, LON.size), 1000, dtype=np.int16)
    field[0, 20:, 7] = -32767
    attrs = SST | {"scale_factor": 0.01}
    assert means(made(tmp_path / "a.nc", field, attrs=attrs)).values == pytest.approx(10)
    named = means(made(tmp_path / "b.nc", field, attrs=attrs | {"missing_value": np.int16(-999)}))
    assert (named.values[0, :2] < 10).all()


def test_unsigned_shorts_are_exact_on_wide_grids() -> None:
    """A row of 40,000 columns near 65,535 leaves 32 bits."""
    on = grid(np.array([-45.0, 45]), (np.arange(40_000) + 0.5) * 360 / 40_000)
    field = np.full(on.shape, 65_000, dtype=np.uint16)
    assert Kernel(plan(on, [REGIONS["world"]]), Packing())(field)[0][0] == 65_000


@pytest.mark.parametrize(
    ("units", "first"),
    [
        ("days since 2024-01-01 02:00:00 +05:30", "2023-12-31T20:30:00"),
        ("days since 2024-01-01 20:00:00 -9:00", "2024-01-02T05:00:00"),
        ("hours since 2024-01-01 00:00:00 -0030", "2024-01-01T00:30:00"),
        ("Days Since 2024-01-01T12:00:00Z", "2024-01-01T12:00:00"),
        ("days since 2024-01-01 12", "2024-01-01T12:00:00"),
        ("seconds since 2024-1-1 0:00:00 0:00", "2024-01-01T00:00:00"),
    ],
)
def test_clocks_of_other_zones(units: str, first: str) -> None:
    """An offset moves the day."""
    assert str(cf.instants(np.array([0]), units)[0]) == first


@pytest.mark.parametrize("units", ["days since 2024-01-01 12:00 local", "days since 2024-01-01, 12:00"])
def test_clocks_that_are_not_understood_are_refused(units: str) -> None:
    """Rather than read in half."""
    with pytest.raises(SeriesError, match="time counts in"):
        cf.instants(np.array([0]), units)


@pytest.mark.parametrize("absurd", [np.nan, 9.96921e36, -2147483647.0])
def test_a_missing_time_is_refused(absurd: float, tmp_path: Path) -> None:
    """One line, not a day of the year 24000."""
    with pytest.raises(SeriesError, match="a time is missing, or absurd"):
        means(made(tmp_path / "a.nc", sea(), hours=[0, absurd]))


def test_a_time_marked_missing_is_refused(tmp_path: Path) -> None:
    """By the clock's own attribute, whatever the number."""
    path = made(tmp_path / "a.nc", sea(), hours=[0, 24])
    with netCDF4.Dataset(path, "a") as out:
        out["time"].missing_value = 24.0
    with pytest.raises(SeriesError, match="a time is missing"):
        means(path)


def test_axes_without_values_and_files_without_steps_are_named(tmp_path: Path) -> None:
    """Neither is «damaged»: downloading it again would not help."""
    path = made(tmp_path / "a.nc", sea())
    with netCDF4.Dataset(path, "a") as out:
        out["lat"][3] = np.nan
    with pytest.raises(SeriesError, match="the latitude axis lacks values"):
        means(path)
    with pytest.raises(SeriesError, match="has not one time step"):
        means(made(tmp_path / "b.nc", sea(0)))


def test_a_files_own_bounds_say_when_and_where(tmp_path: Path) -> None:
    """A step stamped at its end belongs to the day that its bounds enclose; rows reach as far as theirs."""
    field = np.zeros((2, LAT.size, LON.size), dtype=np.float32)
    field[:, 0] = 1
    attrs = {"long_name": "sea surface temperature", "units": "degC"}
    path = made(tmp_path / "a.nc", field, hours=[24, 48], attrs=attrs, title="hours of a day")
    rows = np.stack((LAT - 2.5, LAT + 2.5), axis=1)
    rows[0, 1] = rows[1, 0] = -82
    with netCDF4.Dataset(path, "a") as out:
        out.createDimension("two", 2)
        for axis, bounds in (("time", [[0, 24], [24, 48]]), ("lat", rows)):
            out.createVariable(f"{axis}_bnds", "f8", (axis, "two"))[:] = bounds
            out[axis].bounds = f"{axis}_bnds"
    found = means(path)
    assert found.daily
    assert found.times.astype("datetime64[D]").astype(str).tolist() == ["2023-01-01", "2023-01-02"]
    assert found.values[0, 0] == pytest.approx((1 - np.sin(np.deg2rad(82))) / 2, rel=1e-9)


@pytest.mark.parametrize(
    ("attrs", "words"),
    [
        (SST | {"units": "1"}, "which variable holds"),
        (SST | {"_Unsigned": "true"}, "is marked _Unsigned"),
        (SST | {"long_name": "sea surface temperature anomaly"}, "which variable holds"),
    ],
)
def test_what_the_metadata_rule_out_is_refused(attrs: dict[str, Any], words: str, tmp_path: Path) -> None:
    with pytest.raises(SeriesError, match=words):
        means(made(tmp_path / "a.nc", sea(), attrs=attrs))


@pytest.mark.parametrize("method", ["maximum", "minimum", "sum"])
def test_what_is_no_mean_is_refused(method: str, tmp_path: Path) -> None:
    """The warmest hour of each day would pass for its mean."""
    with pytest.raises(SeriesError, match=f"holds the {method} of each step"):
        means(made(tmp_path / "a.nc", sea(), attrs=SST | {"cell_methods": f"area: mean time: {method}"}))


def test_one_hour_of_each_day_is_said(tmp_path: Path) -> None:
    """ERA5 of 12 UTC only cannot be told from daily means by its times; it is used, and said."""
    path = made(tmp_path / "a.nc", sea(3), attrs=AIR, name="t2m", title="ERA5", hours=[12, 36, 60])
    found = days([means(path, "t2m")])
    assert found.dates.size == 3
    assert [str(note) for note in found.notes] == [
        "the files have one step a day and do not say that it is the mean of the day"
    ]
    daily = made(tmp_path / "b.nc", sea(3), attrs=AIR | {"cell_methods": "time: mean"}, name="t2m", title="ERA5")
    assert days([means(daily, "t2m")]).notes == ()


def test_hourly_means_are_not_days(tmp_path: Path) -> None:
    """`time: mean` is the mean of the step, which is an hour here: two days of 24."""
    field = np.broadcast_to(np.arange(48, dtype=np.float32)[:, None, None], (48, LAT.size, LON.size))
    path = made(
        tmp_path / "a.nc", field, attrs=AIR | {"cell_methods": "time: mean"}, name="t2m", title="ERA5",
        hours=np.arange(48),
    )  # fmt: skip
    assert days([means(path, "t2m")]).values[:, 0] == pytest.approx([11.5, 35.5])


def test_one_day_at_noon_and_at_midnight_is_one_day(tmp_path: Path) -> None:
    """NCEI's preliminary day (12:00) and PSL's year (00:00) together: no day is lost, PSL's final value stands."""
    early = synthetic.write_ncei_day(tmp_path / "a.nc", np.datetime64("2023-01-02"), 36, 72, preliminary=True)
    year = synthetic.write_psl_year(tmp_path / "b.nc", 2023, 36, 72, days=3)
    found = days([means(early), means(year)])
    assert [str(date)[-2:] for date in found.dates] == ["01", "02", "03"]
    assert set(found.status) == {Status.FINAL}
    assert found.notes == ()


@pytest.mark.parametrize("versions", [[1, 5], [5, 1], [5.0, 1.0]])
def test_either_order_of_versions(versions: list[float], tmp_path: Path) -> None:
    """The first step has both fields, the second the first release only, wherever `expver` 1 stands."""
    path = tmp_path / "e.nc"
    with netCDF4.Dataset(path, "w") as out:
        out.title = "ERA5"
        for name, values, units in (("time", [0, 1], "hours since 2024-01-01"), ("expver", versions, "1"),
                                    ("lat", LAT, "degrees_north"), ("lon", LON, "degrees_east")):  # fmt: skip
            out.createDimension(name, len(values))
            out.createVariable(name, "i4" if isinstance(values[0], int) else "f8", (name,))[:] = values
            out[name].units = units
        var = out.createVariable("t2m", "f4", ("time", "expver", "lat", "lon"), fill_value=np.float32(np.nan))
        var.setncatts(AIR)
        final, early = versions.index(1), versions.index(5)
        var[0, final], var[0, early], var[1, final], var[1, early] = 7, 8, np.nan, 17
    found = means(path, "t2m")
    np.testing.assert_allclose(found.values[:, 0], [7, 17])
    assert found.status.tolist() == [Status.FINAL, Status.PRELIMINARY]


def test_packed_files_are_told_to_be_unpacked(tmp_path: Path) -> None:
    """As the Climate Data Store sends them, or kept small."""
    path = tmp_path / "a.nc"
    for content in (gzip.compress(b"CDF"), b"PK\x03\x04 and more"):
        path.write_bytes(content)
        with pytest.raises(SeriesError, match="is packed") as refused:
            grids.open_grid(str(path), "sst")
        assert refused.value.remedy == "Unpack it first"

"""Every dialect of a gridded file gives the same answer, and is known by its metadata alone."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import synthetic
from climtrack.errors import SeriesError
from climtrack.grids import cf, grids, opening
from climtrack.grids.cf import Packing, packing_of
from climtrack.grids.reduce import Request, file_means
from climtrack.grids.weights import Kernel, grid, plan
from climtrack.vocabulary.registry import REGIONS, Region
from climtrack.vocabulary.series import Status

REGION_SET = tuple(REGIONS[n] for n in ("world", "nh", "sh", "tropics", "arctic", "natlan", "nino3.4"))
TASMAN = Region("tasman", "Tasmania", "Tasmania", -43, -41, 147.5, 148.5)
SST = {"long_name": "Daily sea surface temperature", "units": "Celsius", "scale_factor": 0.01, "add_offset": 0.0}
LAT, LON = np.arange(-87.5, 90, 5), np.arange(2.5, 360, 5)


def stored(days: int = 3, seed: int = 0) -> np.ndarray:
    """Packed fields with land."""
    rng = np.random.default_rng(seed)
    field = rng.integers(-180, 3200, (days, LAT.size, LON.size)).astype(np.int16)
    field[:, rng.random((LAT.size, LON.size)) < 0.3] = -999
    return field


def write(path: Path, field: np.ndarray, lat: Any = LAT, lon: Any = LON, **options: Any) -> Path:
    """A packed file of daily fields at noon."""
    hours = 12 + 24 * np.arange(len(field))
    return synthetic.write_grid(path, field, lat, lon, hours, **({"attrs": SST, "fill": np.int16(-999)} | options))


def values(path: Path | str, **request: Any) -> np.ndarray:
    """Means of all regions, shape (time, region)."""
    return file_means([str(path)], Request("sst", REGION_SET, **request), scheduler="serial")[0].values


def reference(field: np.ndarray) -> np.ndarray:
    """The same by the plainest float64 arithmetic, cell by cell."""
    south, west = LAT - 2.5, LON - 2.5
    out = np.empty((len(field), len(REGION_SET)))
    for i, region in enumerate(REGION_SET):
        low, high = np.clip(south, region.south, region.north), np.clip(south + 5, region.south, region.north)
        heights = np.sin(np.deg2rad(high)) - np.sin(np.deg2rad(low))
        first, width = region.west, region.east - region.west
        share = np.zeros(LON.size)
        for turn in (-360, 0, 360):
            share += np.clip(np.minimum(west + 5, first + turn + width) - np.maximum(west, first + turn), 0, None)
        weight = heights[:, None] * share[None, :]
        for t, one in enumerate(field):
            good = one != -999
            out[t, i] = (np.where(good, one * 0.01, 0) * weight).sum() / (weight * good).sum()
    return out


def test_packed_file_equals_plain_float64(tmp_path: Path) -> None:
    """To 1e-12 relative of sum(w·x)/sum(w), cell by cell."""
    field = stored()
    path = write(tmp_path / "a.nc", field, zlib=True, shuffle=True, chunksizes=(1, LAT.size, LON.size))
    np.testing.assert_allclose(values(path), reference(field), rtol=1e-12)


LAYOUTS: dict[str, dict[str, Any]] = {
    "contiguous": {},
    "one chunk a day": {"zlib": True, "shuffle": True, "chunksizes": (1, LAT.size, LON.size)},
    "no shuffle": {"zlib": True, "shuffle": False, "chunksizes": (1, LAT.size, LON.size)},
    "chunks across days": {"zlib": True, "chunksizes": (2, 7, 11)},
    "checksummed": {"zlib": True, "fletcher32": True, "chunksizes": (1, 36, 72)},
    "zstandard": {"compression": "zstd", "chunksizes": (1, 36, 72)},
    "chunked, not compressed": {"chunksizes": (1, 20, 72)},
    "big-endian": {"endian": "big", "zlib": True, "shuffle": True, "chunksizes": (1, 36, 72)},
    "NetCDF-3": {"kind": "NETCDF3_CLASSIC"},
    "NetCDF-3, 64-bit": {"kind": "NETCDF3_64BIT_OFFSET"},
    "transposed": {"dims": ("lon", "time", "lat")},
    "time last": {"dims": ("lat", "lon", "time"), "zlib": True},
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_storage_cannot_change_a_bit(layout: str, tmp_path: Path) -> None:
    """Chunks, filters, byte order, format: identical means."""
    field = stored()
    plain = values(write(tmp_path / "plain.nc", field))
    assert values(write(tmp_path / "other.nc", field, **LAYOUTS[layout])).tobytes() == plain.tobytes()


def test_zarr_cannot_change_a_bit(tmp_path: Path) -> None:
    """A Zarr store made from the file gives the file's numbers."""
    path = write(tmp_path / "a.nc", stored())
    with xr.open_dataset(path, decode_cf=False) as data:
        data.chunk({"time": 2}).to_zarr(tmp_path / "a.zarr", zarr_format=2)
    assert values(tmp_path / "a.zarr").tobytes() == values(path).tobytes()


@given(
    roll=st.integers(0, LON.size - 1),
    flip=st.booleans(),
    west=st.booleans(),
    deep=st.integers(1, 3),
    seed=st.integers(0, 9),
)
def test_orientation_and_convention_cannot_change_a_bit(
    roll: int, flip: bool, west: bool, deep: int, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """North up or south up, starting at any meridian, 0…360 or -180…180, any depth of chunk."""
    folder = tmp_path_factory.mktemp("turned")
    field = stored(seed=seed)
    lon = np.roll(LON, roll)
    lon = np.where(lon > 180, lon - 360, lon) if west else lon
    turned = np.roll(field, roll, axis=2)[:, :: -1 if flip else 1]
    options = {"zlib": True, "shuffle": True, "chunksizes": (deep, LAT.size, LON.size)}
    one = values(write(folder / "one.nc", field))
    other = values(write(folder / "two.nc", turned, LAT[:: -1 if flip else 1], lon, **options))
    assert one.tobytes() == other.tobytes()


@given(st.integers(0, 1000))
def test_halves_make_the_world(seed: int) -> None:
    """Northern and southern sums are the world's, on a grid whose cells straddle the equator."""
    on = grid(np.arange(-90.0, 91, 6), np.arange(0.0, 360, 6))
    field = np.random.default_rng(seed).normal(10, 20, on.shape)
    nh, sh, world = Kernel(plan(on, [REGIONS[n] for n in ("nh", "sh", "world")]), Packing())(field)[0]
    assert (nh + sh) / 2 == pytest.approx(world, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    ("offset", "scale", "kelvin"), [(0.0, 0.01, False), (273.15, 0.01, True), (280.0, 0.0008, True)]
)
def test_units_and_packing(offset: float, scale: float, kelvin: bool, tmp_path: Path) -> None:
    """One field of 1000 units, in kelvin or degrees Celsius."""
    field = np.full((1, LAT.size, LON.size), 1000, dtype=np.int16)
    attrs = SST | {"scale_factor": scale, "add_offset": offset, "units": "K" if kelvin else "degree_C"}
    got = values(write(tmp_path / "k.nc", field, attrs=attrs))
    np.testing.assert_allclose(got, 1000 * scale + offset - (273.15 if kelvin else 0), rtol=0, atol=1e-11)


def test_float_field_equals_packed_field(tmp_path: Path) -> None:
    """float32 with NaN for land instead of packed shorts: the same to float32's precision."""
    field = stored()
    plain = np.where(field == -999, np.nan, field * 0.01).astype(np.float32)
    attrs = {"long_name": "Daily sea surface temperature", "units": "degC"}
    got = values(write(tmp_path / "f.nc", plain, attrs=attrs, fill=np.float32(np.nan)))
    np.testing.assert_allclose(got, values(write(tmp_path / "p.nc", field)), rtol=1e-6)


def test_values_beyond_the_valid_range_are_missing(tmp_path: Path) -> None:
    """A cell of 327 °C inside a field of 10 °C does not count."""
    field = np.full((1, LAT.size, LON.size), 1000, dtype=np.int16)
    field[0, 20, 20] = 32700
    attrs = SST | {"valid_min": np.int16(-300), "valid_max": np.int16(4500)}
    np.testing.assert_allclose(values(write(tmp_path / "v.nc", field, attrs=attrs)), 10, rtol=1e-12)


def test_oisst_daily_and_yearly_dialects_agree(tmp_path: Path) -> None:
    """NCEI's daily file (four variables, a level) and PSL's yearly one hold the same sea."""
    day = np.datetime64("2023-01-01")
    daily = synthetic.write_ncei_day(tmp_path / "x1", day, 72, 144)
    yearly = synthetic.write_psl_year(tmp_path / "x2", 2023, 72, 144, days=2)
    one, two = (file_means([str(p)], Request("sst", REGION_SET))[0] for p in (daily, yearly))
    assert one.product == two.product == "oisst"
    assert one.times[0].astype("datetime64[D]") == two.times[0].astype("datetime64[D]") == day
    assert one.values[0].tobytes() == two.values[0].tobytes()


@pytest.mark.parametrize("preliminary", [False, True])
def test_status_comes_from_the_title(preliminary: bool, tmp_path: Path) -> None:
    """`Interim` in NCEI's own title, not `_preliminary` in a name; its summary mentions both kinds always."""
    path = synthetic.write_ncei_day(tmp_path / "a.nc", np.datetime64("2023-01-01"), 36, 72, preliminary=preliminary)
    assert grids.open_grid(str(path), "sst").status.tolist() == [Status.PRELIMINARY if preliminary else Status.FINAL]


ERA5 = {"long_name": "2 metre temperature", "standard_name": "unknown", "units": "K", "GRIB_shortName": "2t"}


@pytest.mark.parametrize("clock", ["time", "valid_time"])
def test_era5_dialects(clock: str, tmp_path: Path) -> None:
    """Old and new Climate Data Store files: north up, nodes at the poles, hourly, packed or float."""
    lat, lon = np.linspace(90, -90, 37), np.arange(0.0, 360, 5)
    field = np.full((24, 37, 72), 288.15, dtype=np.float32) + np.arange(24, dtype=np.float32)[:, None, None]
    path = synthetic.write_grid(
        tmp_path / "e.nc", field, lat, lon, np.arange(24), attrs=ERA5, title="ERA5", time=clock, name="t2m",
        since="hours since 1900-01-01", fill=np.float32(np.nan),
    )  # fmt: skip
    found = grids.open_grid(str(path), "air")
    assert (found.product, found.variable, found.daily, found.times.size) == ("era5", "t2m", False, 24)
    assert found.times[5] == np.datetime64("1900-01-01T05:00:00")


def test_era5_first_release_by_expver(tmp_path: Path) -> None:
    """`expver` 0005 along time marks the first release."""
    path = synthetic.write_grid(
        tmp_path / "e.nc", np.full((3, 36, 72), 288, np.float32), LAT, LON, [0, 1, 2], attrs=ERA5, title="ERA5"
    )
    import netCDF4

    with netCDF4.Dataset(path, "a") as out:
        out.createVariable("expver", str, ("time",))[:] = np.array(["0001", "0001", "0005"], dtype=object)
    assert grids.open_grid(str(path), "t2m").status.tolist() == [Status.FINAL, Status.FINAL, Status.PRELIMINARY]


def test_era5_expver_dimension_prefers_final_fields(tmp_path: Path) -> None:
    """Final and first-release fields side by side: the first step has a final field, the second has not."""
    import netCDF4

    path = tmp_path / "e.nc"
    with netCDF4.Dataset(path, "w") as out:
        out.title = "ERA5"
        for name, data, units in (("time", [0, 1], "hours since 2024-01-01"), ("expver", [1, 5], "1"),
                                  ("lat", LAT, "degrees_north"), ("lon", LON, "degrees_east")):  # fmt: skip
            out.createDimension(name, len(data))
            out.createVariable(name, "f8", (name,))[:] = data
            out[name].units = units
        var = out.createVariable("t2m", "f4", ("time", "expver", "lat", "lon"), fill_value=np.float32(np.nan))
        var.setncatts(ERA5)
        var[0, 0], var[0, 1], var[1, 0], var[1, 1] = 280.15, np.nan, np.nan, 290.15
    found = file_means([str(path)], Request("t2m", REGION_SET))[0]
    np.testing.assert_allclose(found.values[:, 0], [7, 17], atol=1e-4)
    assert found.status.tolist() == [Status.FINAL, Status.PRELIMINARY]


def test_folders_globs_and_stores_are_found(tmp_path: Path) -> None:
    """A folder gives its files in order, a glob its matches, each once; a missing path is named."""
    for name in ("b.nc", "a.nc", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "z.zarr").mkdir()
    (tmp_path / "z.zarr" / ".zgroup").write_text("{}")
    found = grids.locate([str(tmp_path), str(tmp_path / "*.nc"), "http://127.0.0.1/x.nc"])
    assert [Path(f).name if "://" not in f else f for f in found] == ["a.nc", "b.nc", "z.zarr", "http://127.0.0.1/x.nc"]
    with pytest.raises(SeriesError, match="nothing to read"):
        grids.locate([str(tmp_path / "none*.nc")])


@pytest.mark.parametrize("content", [b"", b"<html>Houston</html>", b"\x89HDF\r\n\x1a\n" + b"\0" * 100, b"CDF\x01 no"])
def test_files_that_are_no_grids_are_named(content: bytes, tmp_path: Path) -> None:
    """One line, with the path cut to 60 characters: two files of one name are told apart."""
    path = tmp_path / "page.nc"
    path.write_bytes(content)
    with pytest.raises(SeriesError, match=r"page\.nc") as caught:
        grids.open_grid(str(path), "sst")
    assert str(path)[-39:] in str(caught.value)
    assert len(str(caught.value)) <= 200


def test_a_cut_file_is_refused(tmp_path: Path) -> None:
    """The last chunk missing: an error, not a mean of what is there."""
    path = write(tmp_path / "a.nc", stored(), zlib=True, shuffle=True, chunksizes=(1, LAT.size, LON.size))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    with pytest.raises(SeriesError):
        values(path)


def test_damaged_chunk_is_refused(tmp_path: Path) -> None:
    """A flipped byte inside a chunk is found when it is inflated."""
    path = write(tmp_path / "a.nc", stored(), zlib=True, shuffle=True, chunksizes=(1, LAT.size, LON.size))
    import h5py

    with h5py.File(path) as file:
        place = file["sst"].id.get_chunk_info(1).byte_offset
    whole = bytearray(path.read_bytes())
    whole[place + 40] ^= 255
    path.write_bytes(whole)
    with pytest.raises(SeriesError, match=r"damaged|cut short"):
        values(path)


@pytest.mark.parametrize(
    ("numbers", "units", "calendar", "first"),
    [
        ([0], "days since 1978-01-01 12:00:00", "", "1978-01-01T12:00:00"),
        ([80353], "days since 1800-01-01 00:00:0.0", "standard", "2020-01-01T00:00:00"),
        ([1], "hours since 1900-01-01 00:00:0.0", "gregorian", "1900-01-01T01:00:00"),
        ([86400], "seconds since 1970-01-01", "proleptic_gregorian", "1970-01-02T00:00:00"),
        ([17067072], "hours since 1-1-1 00:00:0.0", "standard", "1948-01-01T00:00:00"),
    ],
)
def test_times(numbers: list[int], units: str, calendar: str, first: str) -> None:
    """The dialects of NOAA, ECMWF and of files that count from year 1 on the mixed calendar."""
    assert str(cf.instants(np.array(numbers), units, calendar)[0]) == first


@pytest.mark.parametrize(("units", "calendar"), [("yyyymm", ""), ("days since 2000-01-01", "noleap")])
def test_times_that_are_no_days_are_refused(units: str, calendar: str) -> None:
    """Months written as numbers, years of 365 days."""
    with pytest.raises(SeriesError):
        cf.instants(np.array([197901]), units, calendar)


@pytest.mark.shared
def test_real_grids_give_the_known_figures(shared_data: Path) -> None:
    """Gaussian weights 12.291 °C; 60S–60N sea of 31 December 1981 19.96 °C; see MANIFEST for the rest."""

    def means(name: str, variable: str, field_name: str, rule: str, *regions: str) -> list[float]:
        with opening.open_reader(str(shared_data / "grids" / name)) as reader:
            var = cf.data_variable(reader, variable)
            on = grid(*(reader.values(n) for n in ("lat", "lon")))
            field = np.squeeze(reader.values(field_name))
        kernel = Kernel(plan(on, [REGIONS[r] for r in regions], rule), packing_of(var))  # type: ignore[arg-type]
        return kernel(field)[0].tolist()

    gaussian = means("ncep_t2m_197901_T62gaussian.nc", "t2m", "T", "exact", "world", "nh", "sh")
    assert gaussian == pytest.approx([12.291, 7.847, 16.736], abs=6e-4)
    assert means("ncep_t2m_197901_T62gaussian.nc", "t2m", "T", "site", "world") == pytest.approx([12.290], abs=6e-4)
    nodes = means("ncep_t2m_197901_1x1.nc", "t2m", "T", "site", "world", "nh", "sh")
    assert nodes == pytest.approx([12.293, 8.003, 16.816], abs=6e-4)
    halves = means("ncep_t2m_197901_1x1.nc", "t2m", "T", "exact", "world", "nh", "sh")
    assert 7.690 < halves[1] < 8.003
    assert (halves[1] + halves[2]) / 2 == pytest.approx(halves[0], abs=1e-12)
    assert means("oisst_avhrr-only-v2_19811231_2deg.nc", "sst", "sst", "exact", "world2") == pytest.approx(
        [19.96], abs=0.005
    )


@pytest.mark.shared
def test_real_files_are_recognised(shared_data: Path) -> None:
    """Three dialects; version 2.0 of OISST is not taken for 2.1."""
    old = grids.open_grid(str(shared_data / "grids/oisst_avhrr-only-v2_19811231_2deg.nc"), "sst")
    assert (old.product, old.times[0].item().date(), old.grid.shape) == ("", dt.date(1981, 12, 31), (90, 180))
    era5 = grids.open_grid(str(shared_data / "grids/era5_us_1995-07-14T12.nc"), "air")
    assert (era5.product, era5.packing.kelvin, era5.daily) == ("era5", True, False)
    with pytest.raises(SeriesError, match="nh"):
        file_means([era5.location], Request("t2m", (REGIONS["nh"],)))
    sea = file_means([str(shared_data / "grids/oisst_regional_2003_2004.nc")], Request("sst", (TASMAN,)))[0]
    assert sea.times.size == 731

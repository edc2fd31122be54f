"""The file is CF: the community's own checker finds no error, and every attribute that was asked for is there."""

from __future__ import annotations

import json
from pathlib import Path

import netCDF4

from climtrack.store.netcdf import to_netcdf
from tests.store.build import AIR, NOW, SEA, build, full


def opened(data: bytes) -> netCDF4.Dataset:
    """File in memory."""
    return netCDF4.Dataset("a.nc", memory=data)


def test_the_air_file_says_what_it_holds_in_cf_words() -> None:
    """Names, units, scale, cell methods, height, flags, region."""
    with opened(to_netcdf(build(AIR, preliminary=1, rows=True))) as file:
        data = file["t2m"]
        assert data.standard_name == "air_temperature"
        assert (data.units, data.units_metadata) == ("degC", "temperature: on_scale")
        assert data.cell_methods == "area: mean time: mean"
        assert data.ancillary_variables == "status"
        assert data.coordinates == "height latitude longitude"
        assert (float(file["height"][...]), file["height"].units) == (2.0, "m")
        assert file["status"].flag_meanings == "missing final preliminary"
        assert file["status"].flag_values.tolist() == [0, 1, 2]
        assert file["status"][:].tolist() == [1, 1, 1, 2]
        assert file["latitude_bounds"][:].tolist() == [0, 90]
        assert netCDF4.num2date(file["time"][0], file["time"].units, file["time"].calendar).isoformat() == (
            "2024-06-01T00:00:00"
        )
        assert (file.Conventions, file.institution) == ("CF-1.11 ACDD-1.3", "C3S/ECMWF")
        assert "Contains modified Copernicus Climate Change Service information 2024" in file.acknowledgement
        assert file.date_retrieved == "2024-07-11T16:42:00Z"
        assert file.history == "2024-07-11T16:42:00Z climtrack: read from https://example.org/a.json"


def test_the_sea_file_has_no_height_and_crosses_longitudes_eastward() -> None:
    """The North Atlantic runs from 80W to 0."""
    with opened(to_netcdf(build(SEA))) as file:
        assert "height" not in file.variables
        assert file["sst"].cell_methods == "area: mean where sea time: mean"
        assert file["longitude_bounds"][:].tolist() == [-80, 0]


def test_feed_text_cannot_break_an_attribute() -> None:
    """Control characters and lone surrogates become harmless; the exact text survives in the JSON."""
    series = build(data_source="evil\x1b[31m\n\ud800", etag="\x00")
    with opened(to_netcdf(series)) as file:
        assert file.source == "evil [31m  "
        assert json.loads(file.climtrack_source)["data_source"] == series.source.data_source


def test_the_community_checker_finds_no_error(tmp_path: Path) -> None:
    """IOOS compliance checker, CF 1.11, air and sea."""
    from compliance_checker import runner  # half a second

    runner.CheckSuite.load_all_available_checkers()
    for series in (full(), build(SEA, preliminary=2, rows=True)):
        path = tmp_path / f"{series.key}.nc"
        path.write_bytes(to_netcdf(series))
        suite = runner.CheckSuite()
        dataset = suite.load_dataset(str(path))
        results, errors = suite.run_all(dataset, ["cf:1.11"], [])["cf:1.11"]
        dataset.close()
        assert not errors
        wrong = [m for r in results if r.weight >= 3 and r.value[0] < r.value[1] for m in r.msgs]
        assert wrong == []
        assert NOW.year == 2024

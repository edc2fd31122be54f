"""From files, or from the public places, to a map with its words."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pytest

from benchmarks import synthetic
from climtrack.cli.app import main
from climtrack.config import load
from climtrack.errors import ConfigError, Notice, SeriesError, StoreBusy
from climtrack.grids import cells
from climtrack.run import maps
from climtrack.run.run import Run
from climtrack.vocabulary.fields import FieldMap
from climtrack.vocabulary.registry import REGIONS, Baseline, Region
from climtrack.words.language import Language
from tests.loopback import serving

NOW = dt.datetime(2024, 7, 11, tzinfo=dt.UTC)
DAY = dt.date(2024, 7, 5)
YEARS = Baseline(2022, 2023)


@pytest.fixture(scope="module")
def grids(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two made-up years, and a day two degrees above their average."""
    folder = tmp_path_factory.mktemp("maps")
    for year in YEARS.years:
        synthetic.write_psl_year(folder / f"sst.day.mean.{year}.nc", year, 36, 72)
    return folder


@pytest.fixture
def day(grids: Path, tmp_path: Path) -> Path:
    """The climatology of the day plus 2 °C, as NCEI would publish it."""
    config = load(None, {"CLIMTRACK_HOME": str(tmp_path / "home")})
    path = maps.make_climatology(Run(config, NOW), [str(grids)], "sst", YEARS)
    average = cells.from_netcdf(path).day(DAY)
    site = tmp_path / "ncei" / "202407"
    site.mkdir(parents=True)
    file = synthetic.write_ncei_day(site / "oisst-avhrr-v02r01.20240705.nc", np.datetime64(DAY), 36, 72)
    overwrite(file, average + 2)
    return file


def field_map(run: Run, day: dt.date, region: Region, *given: Any, **options: Any) -> FieldMap:
    """The map of one region."""
    return maps.field_maps(run, day, [region], *given, **options)[0]


def overwrite(file: Path, field: np.ndarray) -> None:
    """A field that begins at 180 W in the place of a file's own, which begins at Greenwich."""
    turned = np.roll(field, 36, axis=1)
    with netCDF4.Dataset(file, "a") as data:
        data["sst"].set_auto_maskandscale(False)
        data["sst"][0, 0] = np.where(np.isnan(turned), synthetic.FILL, np.rint(100 * np.nan_to_num(turned))).astype(
            "i2"
        )


def test_a_field_two_degrees_above_average_says_two_degrees(day: Path, tmp_path: Path) -> None:
    """Mean 2.00 °C, everything warmer, whatever the region."""
    config = load(None, {"CLIMTRACK_HOME": str(tmp_path / "home")})
    for name in ("nh", "sh", "world", "natlan"):
        shown = field_map(Run(config, NOW), DAY, REGIONS[name], "sst", YEARS, paths=[str(day)])
        assert shown.mean == pytest.approx(2, abs=0.003)
        assert shown.warmer == 1
        assert shown.warmest is not None
        assert REGIONS[name].south - 5 <= shown.warmest.latitude <= REGIONS[name].north + 5


def test_an_extreme_has_neighbours_that_agree(day: Path, tmp_path: Path) -> None:
    """Neither a lone cell nor one beside land or ice; of a sign that no neighbourhood has, there is none."""
    config = load(None, {"CLIMTRACK_HOME": str(tmp_path / "home")})
    with netCDF4.Dataset(day, "a") as data:
        for name in ("sst", "ice"):
            data[name].set_auto_maskandscale(False)
        data["sst"][0, 0, 23:26, 28:31] += 100  # 25–40° N, 140–155° E
        data["sst"][0, 0, 24, 29] += 50
        data["sst"][0, 0, 16, 30] = -300  # alone
        data["sst"][0, 0, 25:28, 40:43] += 900
        data["sst"][0, 0, 26, 41] = synthetic.FILL
        data["sst"][0, 0, 3:6, 32:35] += 900
        data["ice"][0, 0, 3:6, 32:35] = 15
    shown = field_map(Run(config, NOW), DAY, REGIONS["world"], "sst", YEARS, paths=[str(day)])
    assert shown.warmest is not None
    assert (shown.warmest.latitude, shown.warmest.longitude) == (32.5, 147.5)
    assert shown.warmest.value == pytest.approx(3.5, abs=0.02)
    assert shown.coldest is None
    assert shown.ice is not None
    assert shown.ice.sum() == 9
    assert shown.ice[3:6, 68:71].all()  # eastward from 180 W
    gulf = field_map(Run(config, NOW), DAY, REGIONS["natlan"], "sst", YEARS, paths=[str(day)])
    assert gulf.warmest is not None
    assert gulf.warmest.value == pytest.approx(2, abs=0.02)


def test_the_day_is_downloaded_and_deleted(day: Path, tmp_path: Path) -> None:
    """One small file, once for all regions; nothing is left of it; its address and hash are kept."""
    (tmp_path / "config.toml").write_text("")
    with serving(tmp_path / "ncei") as (base, log):
        (tmp_path / "config.toml").write_text(f'[grid]\nbases = {{ ncei = "{base}" }}\n')
        config = load(tmp_path / "config.toml", {"CLIMTRACK_HOME": str(tmp_path / "home")})
        said: list[Notice] = []
        regions = [REGIONS["nh"], REGIONS["sh"]]
        shown, other = maps.field_maps(Run(config, NOW), DAY, regions, "sst", YEARS, tell=said.append)
        assert shown.source.url.startswith(base)
    assert len(shown.source.sha256) == 64
    assert (other.region.name, other.source) == ("sh", shown.source)
    assert [code for _, code, _ in log if code == 200] == [200]  # a recent day's preliminary file is sought too
    assert [Language("en").say(one) for one in said] == ["ncei: 1 file, 1.6 MB, for 2024-07-05."]
    assert list((config.home / "grids" / "passing-maps").iterdir()) == []


def test_the_long_term_mean_of_psl_serves_where_there_is_no_climatology(day: Path, tmp_path: Path) -> None:
    """Fetched once, made into a climatology, deleted; the next map asks nobody."""
    site = tmp_path / "psl"
    site.mkdir()
    years = cells.from_netcdf(next((tmp_path / "home" / "grids").glob("*.nc")))
    fields = np.stack([years.day(dt.date(2023, 1, 1) + dt.timedelta(days=i)) for i in range(365)])
    stored = np.where(np.isnan(fields), -999, np.rint(100 * np.nan_to_num(fields))).astype(np.int16)
    attrs = {"long_name": "Daily Long Term Mean Sea Surface Temperature", "units": "degC", "scale_factor": 0.01}
    synthetic.write_grid(
        site / "sst.day.mean.ltm.1991-2020.nc", stored, years.latitude, years.longitude, 24.0 * np.arange(365),
        attrs=attrs, fill=np.int16(-999), since="hours since 0001-01-01", title="NOAA OISST LTM", name="sst",
    )  # fmt: skip
    with serving(site) as (base, log):
        (tmp_path / "config.toml").write_text(f'[grid]\nbases = {{ psl = "{base}" }}\n')
        config = load(tmp_path / "config.toml", {"CLIMTRACK_HOME": str(tmp_path / "home")})
        for _ in range(2):
            shown = field_map(Run(config, NOW), DAY, REGIONS["nh"], "sst", Baseline(1991, 2020), paths=[str(day)])
    assert shown.mean == pytest.approx(2, abs=0.01)
    assert sum("ltm" in path for path, _, _ in log) == 2  # its size, then itself


def test_what_is_missing_is_said(day: Path, tmp_path: Path) -> None:
    """No climatology for the years, no field for the day, no public air."""
    config = load(None, {"CLIMTRACK_HOME": str(tmp_path / "home")})
    with pytest.raises(ConfigError, match="grid climatology"):
        field_map(Run(config, NOW), DAY, REGIONS["nh"], "sst", Baseline(1961, 1990), paths=[str(day)])
    with pytest.raises(SeriesError, match="none of these files"):
        field_map(Run(config, NOW), dt.date(2020, 1, 1), REGIONS["nh"], "sst", YEARS, paths=[str(day)])
    with pytest.raises(ConfigError, match="account"):
        field_map(Run(config, NOW), DAY, REGIONS["nh"], "t2m", YEARS)


def test_from_the_command_line(
    day: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two languages, two presets: four pictures, each with its caption and alt text beside it; the numbers as JSON."""
    monkeypatch.setenv("CLIMTRACK_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as left:
        main(["grid", "map", str(day), "--date", "2024-07-05", "--baseline", "2022-2023", "--lang", "en,es", "--json"])
    assert not left.value.code
    (one,) = json.loads(capsys.readouterr().out)["maps"]
    assert one["mean"] == pytest.approx(2, abs=0.003)
    assert len(one["pictures"]) == 4
    for name in one["pictures"]:
        assert (tmp_path / "climtrack-map" / name).read_bytes()[:4] == b"\x89PNG"
        assert "Alt: " in (tmp_path / "climtrack-map" / f"{name}.txt").read_text()


def test_climatologies_keep_where_they_come_from_and_one_is_made_at_a_time(grids: Path, tmp_path: Path) -> None:
    """Files with their hashes; what a killed run left is removed; a second run waits its turn."""
    config = load(None, {"CLIMTRACK_HOME": str(tmp_path / "home")})
    folder = tmp_path / "home" / "grids"
    folder.mkdir(parents=True)
    (folder / ".climtrack-99-oisst.nc").write_bytes(b"cut short")

    def second(done: int, total: int) -> None:
        if done == 1:
            with pytest.raises(StoreBusy, match="climatology"):
                maps.make_climatology(Run(config, NOW), [str(grids)], "sst", YEARS)

    path = maps.make_climatology(Run(config, NOW), [str(grids)], "sst", YEARS, progress=second)
    with netCDF4.Dataset(path) as held:
        lines = held.files.splitlines()
        assert "2024-07-11" in held.history
    assert [line.partition("  ")[2] for line in lines] == ["sst.day.mean.2022.nc", "sst.day.mean.2023.nc"]
    assert lines[0].startswith(hashlib.sha256((grids / "sst.day.mean.2022.nc").read_bytes()).hexdigest())
    assert not list(folder.glob(".climtrack-[0-9]*"))


def test_a_field_on_another_grid_or_of_hours_is_refused(day: Path, tmp_path: Path) -> None:
    """Shifted by half a cell in longitude; the first hour of a day does not stand for it."""
    config = load(None, {"CLIMTRACK_HOME": str(tmp_path / "home")})
    lat, lon = np.arange(-87.5, 90, 5), np.arange(0.0, 360, 5)
    attrs = {"long_name": "Daily sea surface temperature", "units": "degC"}
    field = np.full((2, 36, 72), 10, dtype=np.int16)
    hours = 24 * (np.datetime64(DAY) - np.datetime64("2023-01-01")).astype(int)
    other = synthetic.write_grid(tmp_path / "a.nc", field[:1], lat, lon, [hours], attrs=attrs)
    hourly = synthetic.write_grid(tmp_path / "b.nc", field, lat, lon + 2.5, [hours, hours + 1], attrs=attrs)
    for path, words in ((other, "different grids"), (hourly, "hours, not means of days")):
        with pytest.raises(SeriesError, match=words):
            field_map(Run(config, NOW), DAY, REGIONS["nh"], "sst", YEARS, paths=[str(path)])

"""From files, or from the public places, to a map with its words."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import netCDF4
import numpy as np
import pytest

from benchmarks import synthetic
from climtrack.cli.app import main
from climtrack.config import load
from climtrack.errors import ConfigError, SeriesError
from climtrack.pipeline import maps
from climtrack.vocabulary.baselines import Baseline
from climtrack.vocabulary.regions import REGIONS
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
    path = maps.make_climatology([str(grids)], "sst", YEARS, config=config)
    average = maps.cells.from_netcdf(path).day(DAY)
    site = tmp_path / "ncei" / "202407"
    site.mkdir(parents=True)
    file = synthetic.write_ncei_day(site / "oisst-avhrr-v02r01.20240705.nc", np.datetime64(DAY), 36, 72)
    with netCDF4.Dataset(file, "a") as data:
        data["sst"].set_auto_maskandscale(False)
        warm = np.roll(average + 2, 36, axis=1)
        data["sst"][0, 0] = np.where(np.isnan(warm), synthetic.FILL, np.rint(100 * np.nan_to_num(warm))).astype(
            np.int16
        )
    return file


def test_a_field_two_degrees_above_average_says_two_degrees(day: Path, tmp_path: Path) -> None:
    """Mean 2.00 °C, everything warmer, whatever the region."""
    config = load(None, {"CLIMTRACK_HOME": str(tmp_path / "home")})
    for name in ("nh", "sh", "world", "natlan"):
        shown = maps.field_map(DAY, REGIONS[name], "sst", YEARS, config=config, now=NOW, paths=[str(day)])
        assert shown.mean == pytest.approx(2, abs=0.003)
        assert shown.warmer == 1
        assert REGIONS[name].south - 5 <= shown.warmest.latitude <= REGIONS[name].north + 5


def test_the_day_is_downloaded_and_deleted(day: Path, tmp_path: Path) -> None:
    """One small file from the configured place; nothing is left of it; its address and hash are kept."""
    (tmp_path / "config.toml").write_text("")
    with serving(tmp_path / "ncei") as (base, log):
        (tmp_path / "config.toml").write_text(f'[grid]\nbases = {{ ncei = "{base}" }}\n')
        config = load(tmp_path / "config.toml", {"CLIMTRACK_HOME": str(tmp_path / "home")})
        said: list[str] = []
        shown = maps.field_map(DAY, REGIONS["nh"], "sst", YEARS, config=config, now=NOW, tell=said.append)
        assert shown.source.url.startswith(base)
    assert len(shown.source.sha256) == 64
    assert [code for _, code, _ in log] == [200]
    assert "1.6 MB" in said[0]
    assert list((config.home / "grids" / "passing").iterdir()) == []


def test_the_long_term_mean_of_psl_serves_where_there_is_no_climatology(day: Path, tmp_path: Path) -> None:
    """Fetched once, made into a climatology, deleted; the next map asks nobody."""
    site = tmp_path / "psl"
    site.mkdir()
    years = maps.cells.from_netcdf(next((tmp_path / "home" / "grids").glob("*.nc")))
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
            shown = maps.field_map(
                DAY, REGIONS["nh"], "sst", Baseline(1991, 2020), config=config, now=NOW, paths=[str(day)]
            )
    assert shown.mean == pytest.approx(2, abs=0.01)
    assert sum("ltm" in path for path, _, _ in log) == 2  # its size, then itself


def test_what_is_missing_is_said(day: Path, tmp_path: Path) -> None:
    """No climatology for the years, no field for the day, no public air."""
    config = load(None, {"CLIMTRACK_HOME": str(tmp_path / "home")})
    with pytest.raises(ConfigError, match="grid climatology"):
        maps.field_map(DAY, REGIONS["nh"], "sst", Baseline(1961, 1990), config=config, now=NOW, paths=[str(day)])
    with pytest.raises(SeriesError, match="none of these files"):
        maps.field_map(dt.date(2020, 1, 1), REGIONS["nh"], "sst", YEARS, config=config, now=NOW, paths=[str(day)])
    with pytest.raises(ConfigError, match="account"):
        maps.field_map(DAY, REGIONS["nh"], "t2m", YEARS, config=config, now=NOW)


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

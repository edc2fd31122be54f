"""Gridded files end in the store, with every file they came from, and never spliced with anything else."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import synthetic
from climtrack.config import Config, load
from climtrack.errors import ConfigError, SeriesError
from climtrack.run import grids
from climtrack.run.run import Run
from climtrack.store.store import Store
from climtrack.vocabulary.registry import REGIONS
from climtrack.vocabulary.series import SeriesKey, Status

NOW = dt.datetime(2024, 1, 20, 6, tzinfo=dt.UTC)
NH = SeriesKey("oisst", "sst", "nh")
HALVES = [REGIONS["nh"], REGIONS["sh"]]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Settings with a store of their own."""
    return load(None, {"CLIMTRACK_HOME": str(tmp_path / "home")})


def day(folder: Path, date: str, *, preliminary: bool = False, seed: int = 0) -> str:
    """One made-up daily file."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{date}{'p' if preliminary else ''}.nc"
    return str(synthetic.write_ncei_day(path, np.datetime64(date), 36, 72, preliminary=preliminary, seed=seed))


def test_a_second_run_continues_the_first(config: Config, tmp_path: Path) -> None:
    """New days are added, a preliminary one is replaced, all files stay listed, nothing is done twice."""
    files = tmp_path / "files"
    first = [day(files, "2024-01-01"), day(files, "2024-01-02", preliminary=True, seed=3)]
    grids.reduce(Run(config, NOW), first, HALVES, "sst")
    second = [day(files, "2024-01-02"), day(files, "2024-01-03")]
    stored = grids.reduce(Run(config, NOW), second, HALVES, "sst")[0]
    assert stored.merged is not None
    assert (stored.merged.added, stored.merged.revised, stored.merged.finalised) == (1, 1, 1)
    held = Store(config.home).read(NH)
    assert (str(held.start), str(held.end), held.status.tolist()) == ("2024-01-01", "2024-01-03", [Status.FINAL] * 3)
    names = [line.split("  ")[1] for line in held.source.details["files"].splitlines()]
    assert names == ["2024-01-01.nc", "2024-01-02.nc", "2024-01-02p.nc", "2024-01-03.nc"]
    before = Store(config.home).read(NH).digest
    again = grids.reduce(Run(config, NOW), second, HALVES, "sst")[0]
    assert again.merged is not None
    assert not again.merged.added
    assert Store(config.home).read(NH).digest == before


def test_older_files_fill_in_behind(config: Config, tmp_path: Path) -> None:
    """Days before those held keep their files in the list too."""
    files = tmp_path / "files"
    grids.reduce(Run(config, NOW), [day(files, "2024-01-03")], HALVES, "sst")
    grids.reduce(Run(config, NOW), [day(files, "2024-01-01")], HALVES, "sst")
    held = Store(config.home).read(NH)
    assert (str(held.start), str(held.end)) == ("2024-01-01", "2024-01-03")
    assert np.isnan(held.values[1])
    assert held.source.details["files"].count("\n") == 1


def test_another_rule_is_never_spliced_in(config: Config, tmp_path: Path) -> None:
    """Exact and site weights, or another grid, do not stand in one series."""
    files = tmp_path / "files"
    grids.reduce(Run(config, NOW), [day(files, "2024-01-01")], HALVES, "sst")
    with pytest.raises(SeriesError, match="another way"):
        grids.reduce(Run(config, NOW), [day(files, "2024-01-02")], HALVES, "sst", rule="site")
    coarse = synthetic.write_ncei_day(tmp_path / "c.nc", np.datetime64("2024-01-02"), 18, 36)
    with pytest.raises(SeriesError, match="another way"):
        grids.reduce(Run(config, NOW), [str(coarse)], HALVES, "sst")
    assert Store(config.home).read(NH).values.size == 1


def test_one_bad_region_stores_nothing(config: Config, tmp_path: Path) -> None:
    """All regions of a run are stored, or none."""
    path = day(tmp_path / "files", "2024-01-01")
    inland = grids.from_geojson('{"type":"Polygon","coordinates":[[[0,0],[0.1,0],[0.1,0.1],[0,0]]]}', "speck")
    import netCDF4

    with netCDF4.Dataset(path, "a") as data:
        data["sst"].set_auto_maskandscale(False)
        data["sst"][0, 0, 18, 0] = synthetic.FILL
    with pytest.raises(SeriesError, match="speck"):
        grids.reduce(Run(config, NOW), [path], [*HALVES, inland], "sst")
    assert Store(config.home).keys() == ()


def test_csv_leaves_the_store_alone(config: Config, tmp_path: Path) -> None:
    """Values at full precision, status, coverage."""
    found = grids.reduce(Run(config, NOW), [day(tmp_path / "f", "2024-01-01")], HALVES, "sst", store=False)
    grids.write_csv(found, tmp_path / "days.csv")
    lines = (tmp_path / "days.csv").read_text().splitlines()
    assert lines[0] == "series,date,value,status,coverage"
    assert lines[1].startswith("oisst.sst.nh,2024-01-01,")
    assert float(lines[1].split(",")[2]) == found[0].series.values[0]
    assert Store(config.home).keys() == ()


def test_regions_of_the_user(tmp_path: Path) -> None:
    """A box, a GeoJSON file beside config.toml, a name of regionmask, a file on the command line."""
    square = {"type": "Polygon", "coordinates": [[[0, 40], [10, 40], [10, 50], [0, 50], [0, 40]]]}
    (tmp_path / "square.geojson").write_text(json.dumps(square))
    (tmp_path / "config.toml").write_text(
        '[regions.alboran]\ntitle = "Alborán Sea"\ntitle_es = "el mar de Alborán"\noutline = "square.geojson"\n'
        '[regions.mediterranean]\ntitle = "Mediterranean"\noutline = "srex:MED"\n'
        '[regions.box]\ntitle = "Box"\nsouth = 10\nnorth = 20\n'
    )
    settings = load(tmp_path / "config.toml", {"CLIMTRACK_HOME": str(tmp_path)})
    assert grids.region("alboran", settings).north == 50
    assert grids.region("alboran", settings).title_es == "el mar de Alborán"
    assert grids.region("mediterranean", settings).name == "mediterranean"
    assert grids.region(str(tmp_path / "square.geojson"), settings).name == "square"
    assert grids.region("srex:MED", settings).name == "srex.med"
    assert grids.region("box", settings).outline == ""
    with pytest.raises(ConfigError):
        grids.region("atlantis", settings)


def box(path: Path, west: int) -> str:
    """A square of 20 degrees as a GeoJSON file."""
    path.parent.mkdir(exist_ok=True)
    corners = [[west, 10], [west + 20, 10], [west + 20, 30], [west, 30], [west, 10]]
    path.write_text(json.dumps({"type": "Polygon", "coordinates": [corners]}))
    return str(path)


def test_a_file_never_takes_the_name_of_a_known_region(tmp_path: Path) -> None:
    """nh.geojson would be stored and reported as the Northern Hemisphere; a region's own outline may bear its name."""
    box(tmp_path / "alboran.geojson", 0)
    (tmp_path / "config.toml").write_text('[regions.alboran]\ntitle = "Alborán Sea"\noutline = "alboran.geojson"\n')
    settings = load(tmp_path / "config.toml", {"CLIMTRACK_HOME": str(tmp_path)})
    with pytest.raises(ConfigError, match=r"NH\.geojson would take the name of region nh") as refused:
        grids.region(box(tmp_path / "NH.geojson", 0), settings)
    assert refused.value.remedy == "Rename the file"
    with pytest.raises(ConfigError, match="the name of region alboran"):
        grids.region(box(tmp_path / "sub" / "alboran.geojson", 40), settings)
    assert grids.region(str(tmp_path / "alboran.geojson"), settings).name == "alboran"


def test_accents_of_a_files_name_are_only_taken_off(config: Config, tmp_path: Path) -> None:
    """España.geojson is `espana`, not `espaa`."""
    assert grids.region(box(tmp_path / "España del Sur.geojson", 0), config).name == "espanadelsur"


def test_two_regions_of_a_pass_never_bear_one_name(config: Config, tmp_path: Path) -> None:
    """Their rows could not be told apart; the same one named twice is one."""
    here, there = box(tmp_path / "a" / "box.geojson", 0), box(tmp_path / "b" / "box.geojson", 40)
    with pytest.raises(ConfigError, match="two different regions are called box"):
        grids.regions([here, there], config)
    assert [one.name for one in grids.regions(["sh", here, "sh", here], config)] == ["sh", "box"]


def test_another_outline_of_one_name_is_never_spliced_in(config: Config, tmp_path: Path) -> None:
    """A second day over another box of the same name is refused, and the first stays."""
    here, there = box(tmp_path / "a" / "box.geojson", 0), box(tmp_path / "b" / "box.geojson", 40)
    grids.reduce(Run(config, NOW), [day(tmp_path / "f", "2024-01-01")], grids.regions([here], config), "sst")
    with pytest.raises(SeriesError, match="another way"):
        grids.reduce(Run(config, NOW), [day(tmp_path / "f", "2024-01-02")], grids.regions([there], config), "sst")
    assert Store(config.home).read(SeriesKey("oisst", "sst", "box")).values.size == 1


def test_a_region_without_a_place_is_named_in_the_settings(tmp_path: Path) -> None:
    """Neither bounds nor outline: file, line, remedy."""
    (tmp_path / "config.toml").write_text('[regions.box]\ntitle = "Box"\nsouth = 10\n')
    with pytest.raises(ConfigError, match=r"config\.toml:1.*north missing"):
        load(tmp_path / "config.toml", {"CLIMTRACK_HOME": str(tmp_path)})

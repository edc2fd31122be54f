"""`climtrack grid` from the command line."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import numpy as np
import pytest

from benchmarks import synthetic
from climtrack.cli.app import main
from tests.loopback import serving


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of its own."""
    monkeypatch.setenv("CLIMTRACK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CLIMTRACK_NOW", "2024-01-20T06:00:00Z")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


def run(*words: str) -> int:
    """Exit code of a command."""
    with pytest.raises(SystemExit) as left:
        main(words)
    return int(left.value.code or 0)


def test_reduce_then_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two days of one file, both hemispheres, in one JSON document; then they are in the store."""
    synthetic.write_psl_year(tmp_path / "sea.nc", 2023, 36, 72, days=2)
    assert run("grid", "reduce", "*.nc", "--region", "nh,sh", "--variable", "sst", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "climtrack.grid/1"
    assert [one["key"] for one in document["series"]] == ["oisst.sst.nh", "oisst.sst.sh"]
    assert document["series"][0]["last_date"] == "2023-01-02"
    assert 0.5 < document["series"][0]["coverage"] < 0.9
    assert run("status", "--json") == 0
    assert "oisst.sst.nh" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("none.nc",), "nothing to read at 'none.nc'"),
        (("/none/such.nc",), "nothing to read at '/none/such.nc'"),
        (("sea.nc", "--region", "atlantis"), "unknown region"),
        (("sea.nc", "--variable", "wind"), "unknown variable"),
        (("sea.nc", "--weights", "cosine"), "unknown rule"),
        (("sea.nc", "--scheduler", "magic"), "unknown"),
        (("sea.nc", "--variable", "t2m"), "Choose it with --variable sst"),
        (("other.nc",), "which variable holds"),
        (("./sub/cut.nc",), "'sub/cut.nc' is cut short or damaged"),
        (("sea.nc", "--region", "bow.geojson"), "spans 340 degrees"),
    ],
)
def test_mistakes_end_in_one_line(
    words: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, what was found, what to do."""
    synthetic.write_ncei_day(tmp_path / "sea.nc", np.datetime64("2024-01-01"), 36, 72)
    attrs = {"long_name": "ice", "units": "1"}
    field = np.zeros((1, 2, 4), dtype=np.int16)
    synthetic.write_grid(tmp_path / "other.nc", field, [-45, 45], [45, 135, 225, 315], [0], attrs=attrs)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "cut.nc").write_bytes((tmp_path / "sea.nc").read_bytes()[:9000])
    ring = [[170, -10], [-170, -10], [-170, 10], [170, -10]]
    (tmp_path / "bow.geojson").write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    assert run("grid", "reduce", *words) == 2
    line = capsys.readouterr().err.strip()
    assert said in line
    assert "\n" not in line
    assert len(line) <= 200


@pytest.mark.parametrize(
    ("address", "code", "said"),
    [
        ("http://127.0.0.1:1/x.nc", 4, "'http://127.0.0.1:1/x.nc' cannot be read: the server refused the connection."),
        ("http://127.0.0.1:1/x.zarr", 4, "cannot be read: the server refused the connection."),
        ("http://nowhere.invalid/x.nc", 4, "cannot be read: the server nowhere.invalid was not found."),
    ],
)
def test_an_address_out_of_reach_is_one_line_of_the_networks(
    address: str, code: int, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nothing of the C library's own, no name of a class."""
    assert run("grid", "reduce", address) == code
    err = capfd.readouterr().err.strip()
    assert said in err
    assert len(err.splitlines()) == 1


def test_a_server_without_the_file_is_one_line_too(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The server answers and has no grid: the C library's complaints stay unheard."""
    with serving(tmp_path) as (base, _):
        assert run("grid", "reduce", f"{base}x.nc") in (2, 4)
    err = capfd.readouterr().err.strip()
    assert f"{base}x.nc" in err
    assert "Error" not in err
    assert len(err.splitlines()) == 1


def test_a_server_that_never_answers_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """It takes the connection and says nothing: the C library would wait for ever and hear no Ctrl-C."""
    monkeypatch.setattr("climtrack.grids.opening.LONGEST", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/x.nc"
        assert run("grid", "reduce", address) == 4
    err = capfd.readouterr().err.strip()
    assert "the answer did not come, or was cut off" in err
    assert len(err.splitlines()) == 1


def test_a_backfill_takes_whole_years(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both ends: 1990 to 1991 are 730 days."""
    assert run("grid", "backfill", "--since", "1990", "--until", "1991", "--dry-run", "--json") == 0
    assert json.loads(capsys.readouterr().out)["days"] == 730

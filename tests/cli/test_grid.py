"""`climtrack grid` from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import synthetic
from climtrack.cli.app import main


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
        (("sea.nc", "--region", "atlantis"), "unknown region"),
        (("sea.nc", "--variable", "wind"), "unknown variable"),
        (("sea.nc", "--weights", "cosine"), "unknown rule"),
        (("sea.nc", "--scheduler", "magic"), "unknown"),
        (("sea.nc", "--variable", "t2m"), "which variable holds"),
    ],
)
def test_mistakes_end_in_one_line(
    words: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, what was found, what to do."""
    synthetic.write_ncei_day(tmp_path / "sea.nc", np.datetime64("2024-01-01"), 36, 72)
    assert run("grid", "reduce", *words) == 2
    line = capsys.readouterr().err.strip()
    assert said in line
    assert "\n" not in line
    assert len(line) <= 200

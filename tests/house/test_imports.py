"""Start-up: which modules each command imports, in a process of its own."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from benchmarks import synthetic
from climtrack.run.run import sampled
from climtrack.store.store import Store
from climtrack.vocabulary.series import SeriesKey

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import json, sys
before = set(sys.modules)
for action in {actions!r}:
    try:
        exec(action)
    except SystemExit as end:
        assert end.code in (None, 0), (action, end.code)
sys.stdout.flush()
print("\\nMODULES " + json.dumps(sorted(set(sys.modules) - before)))
"""


def modules(environment: Mapping[str, str], folder: Path, *actions: str) -> set[str]:
    """Modules outside the standard library that some actions import, in a fresh interpreter."""
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(actions=actions)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    found: list[str] = json.loads(run.stdout.rsplit("MODULES ", 1)[1])
    return {name for name in found if name.partition(".")[0] not in sys.stdlib_module_names}


def command(*words: str) -> str:
    """The call that the console script makes."""
    return f"from climtrack.cli.app import main; main({list(words)!r})"


def test_importing_climtrack_imports_nothing_else(tmp_path: Path) -> None:
    """`import climtrack` costs nothing."""
    assert modules({}, tmp_path, "import climtrack") == {"climtrack"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A store with the northern hemisphere's simulated air and sea, and a source that refuses."""
    folder = tmp_path_factory.mktemp("home")
    now = dt.datetime(2026, 11, 20, 18, tzinfo=dt.UTC)
    keys = [SeriesKey.parse("era5.t2m.nh"), SeriesKey.parse("oisst.sst.natlan")]
    with Store(folder).writer(now) as writer:
        for series in sampled(keys, now).values():
            writer.put(series)
    return {
        "CLIMTRACK_HOME": str(folder),
        "CLIMTRACK_NOW": now.isoformat(),
        "CLIMTRACK_BASE_URL": "http://127.0.0.1:9/",
    }


def among(found: set[str], *names: str) -> set[str]:
    """Which of some packages or modules were imported."""
    return {name for name in names if name in found}


def test_status_reads_without_pictures_and_tables(home: Mapping[str, str], tmp_path: Path) -> None:
    """`status` needs neither matplotlib nor xarray nor pandas."""
    found = modules(home, tmp_path, command("status"))
    assert not among(found, "matplotlib", "xarray", "pandas", "scipy", "PIL")


def test_findings_need_no_pictures(home: Mapping[str, str], tmp_path: Path) -> None:
    """Numbers come without matplotlib, and like every warm path without pandas, xarray and scipy."""
    asked = (("facts", "--region", "nh", "--offline"), ("records", "--region", "nh", "--offline"))
    found = modules(home, tmp_path, *(command(*words) for words in (*asked, ("history", "--region", "nh"))))
    assert not among(found, "matplotlib.figure", "xarray", "pandas", "scipy", "PIL")
    assert "numpy" in found


def test_a_week_of_grids_needs_neither_cluster_nor_compiler(tmp_path: Path) -> None:
    """Daily files by the usual way, as a refresh reduces them: without xarray, dask, numba and pandas."""
    for i in range(7):
        day = np.datetime64("2024-01-01") + i
        synthetic.write_ncei_day(tmp_path / f"{day}.nc", day, 36, 72)
    where = {"CLIMTRACK_HOME": str(tmp_path / "home")}
    found = modules(where, tmp_path, command("grid", "reduce", ".", "--region", "nh,sh"))
    assert not among(found, "xarray", "dask", "distributed", "numba", "pandas", "scipy", "matplotlib")
    assert "climtrack.grids.weights" in found


def test_a_warm_report_imports_what_it_draws_with_and_no_more(home: Mapping[str, str], tmp_path: Path) -> None:
    """Drawn with matplotlib but not pyplot; neither pandas nor xarray nor scipy nor netCDF4."""
    words = ("report", "--region", "nh", "--variable", "air", "--chart", "year-lines", "--preset", "phone")
    found = modules(home, tmp_path, command(*words, "--lang", "en", "--offline"))
    assert not among(
        found, "pandas", "netCDF4", "xarray", "scipy", "dask", "matplotlib.pyplot", "apscheduler", "starlette"
    )
    assert {"matplotlib.figure", "numpy"} <= found


def test_help_imports_no_numbers_and_no_pictures(tmp_path: Path) -> None:
    """Help and version import neither numpy nor matplotlib nor any library of the second half."""
    heavy = {"numpy", "matplotlib", "pandas", "xarray", "netCDF4", "scipy", "PIL", "urllib3", "babel", "jinja2",
             "apscheduler"}  # fmt: skip
    asked = ("--version",), ("--help",), ("report", "--help"), ("fetch", "--help")
    assert not modules({}, tmp_path, *(command(*words) for words in asked)) & heavy

"""Start-up: which modules each command imports, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import json, sys
before = set(sys.modules)
try:
    {action}
except SystemExit as end:
    assert end.code in (None, 0), end.code
finally:
    sys.stdout.flush()
    print("\\nMODULES " + json.dumps(sorted(set(sys.modules) - before)))
"""


def modules(action: str, environment: Mapping[str, str], folder: Path) -> set[str]:
    """Modules outside the standard library that an action imports, in a fresh interpreter."""
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(action=action)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
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
    assert modules("import climtrack", {}, tmp_path) == {"climtrack"}


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("fetch", "--help")])
def test_help_imports_no_numbers_and_no_pictures(words: Sequence[str], tmp_path: Path) -> None:
    """Help and version import neither numpy nor matplotlib nor any library of the second half."""
    heavy = {"numpy", "matplotlib", "pandas", "xarray", "netCDF4", "scipy", "PIL", "urllib3", "babel", "jinja2",
             "apscheduler"}  # fmt: skip
    assert not modules(command(*words), {}, tmp_path) & heavy

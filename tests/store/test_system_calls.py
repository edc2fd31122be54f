"""Every system call that writes, SQLite's included, killed or refused once: by strace, where it is installed."""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from climtrack.store.netcdf import Store
from tests.conftest import ROOT
from tests.store.faults import leftovers, sound
from tests.store.test_faults import day_of, refresh

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")

CALLS = "write,pwrite64,fsync,fdatasync,ftruncate,rename,unlink,mkdir"
SCRIPT = """
import os, sys
from pathlib import Path
from climtrack.errors import DiskError
from tests.store.test_faults import refresh
try:
    os.unlink("/climtrack-begins-here")
except OSError:
    pass
try:
    refresh(Path(sys.argv[1]), 1)
except DiskError as error:
    os._exit(5 if len(str(error)) <= 200 and error.remedy and error.path else 4)
os._exit(0)
"""


def traced(home: Path, log: Path, *inject: str) -> int:
    """Exit status of one refresh under strace; negative for a signal."""
    command = [
        "strace",
        "-qq",
        "-o",
        str(log),
        "-e",
        f"trace={CALLS}",
        *inject,
        sys.executable,
        "-c",
        SCRIPT,
        str(home),
    ]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, env=environment, check=False, cwd=ROOT, timeout=60).returncode


def calls(home: Path, log: Path) -> list[tuple[str, int]]:
    """Calls of a refresh, each with its number among those of its name since the process began."""
    assert traced(home, log) == 0
    count: Counter[str] = Counter()
    found: list[tuple[str, int]] = []
    begun = False
    for line in log.read_text().splitlines():
        if match := re.match(r"(\w+)\(", line):
            count[match[1]] += 1
            if begun:
                found.append((match[1], count[match[1]]))
            begun = begun or "climtrack-begins-here" in line
    return found


def examine(tmp_path: Path, every: int, errors: tuple[str, ...]) -> None:
    """Kill and refuse each `every`-th call; the state is old or new, and the next refresh mends the rest."""
    home, log = tmp_path / "home", tmp_path / "log"
    refresh(home, 0)
    shutil.copytree(home, tmp_path / "measured")
    found = calls(tmp_path / "measured", log)
    assert len(found) > 60
    for i, (name, number) in enumerate(found):
        for kind in ("signal=KILL", f"error={errors[i % len(errors)]}"):
            if (i + len(kind)) % every:
                continue
            copy = tmp_path / "copy"
            shutil.copytree(home, copy)
            code = traced(copy, log, "-e", f"inject={name}:{kind}:when={number}")
            assert code in ((0, -9, 137) if "KILL" in kind else (0, 5)), (name, number, kind)
            assert day_of(copy) in ((1,) if code == 0 else (0, 1)), (name, number, kind)
            refresh(copy, 2)
            assert day_of(copy) == 2
            assert leftovers(copy) == []
            assert sound(copy)
            assert not Store(copy).notices
            shutil.rmtree(copy)


def test_some_system_calls_killed_or_refused(tmp_path: Path) -> None:
    """C2 and C3, a sample."""
    examine(tmp_path, 19, ("ENOSPC", "EIO", "EDQUOT"))


@pytest.mark.soak
def test_all_system_calls_killed_or_refused(tmp_path: Path) -> None:
    """C2 and C3, all of them, each with every error."""
    assert errno.ENOSPC
    for error in ("ENOSPC", "EIO", "EACCES", "EROFS", "EMFILE", "EDQUOT", "EINTR"):
        examine(tmp_path / error, 1, (error,))

"""Every system call that writes, the lock's included, killed or refused once: by strace, where it is installed."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from climtrack.errors import DiskError
from climtrack.store.store import Store
from tests.store.faults import leftovers, sound
from tests.store.test_faults import day_of, refresh

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")

CALLS = (
    "write", "pwrite64", "fsync", "fdatasync", "ftruncate", "fallocate", "rename", "renameat", "renameat2", "link",
    "linkat", "unlink", "unlinkat", "mkdir", "mkdirat", "openat",
)  # fmt: skip
ERRORS = ("ENOSPC", "EIO", "EACCES", "EROFS", "EMFILE", "EDQUOT", "EINTR")
#: prctl: let any process trace this one, where the kernel would allow it to its parents only.
PR_SET_PTRACER, ANYBODY = 0x59616D61, -1


def traced(home: Path, log: Path, *inject: str) -> int:
    """Exit status of one refresh under strace; negative for a signal, 5 for a good word about this computer."""
    gate, opener = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 99
        try:
            ctypes.CDLL(None).prctl(PR_SET_PTRACER, ANYBODY)
            os.read(gate, 1)
            try:
                refresh(home, 1)
                code = 0
            except DiskError as error:
                code = 5 if len(str(error)) <= 200 and error.remedy and error.path else 4
        finally:
            os._exit(code)
    command = ["strace", "-p", str(pid), "-o", str(log), "-e", "trace=" + ",".join(f"?{name}" for name in CALLS)]
    with subprocess.Popen([*command, *inject], stderr=subprocess.PIPE, text=True) as strace:
        assert strace.stderr
        if "attached" not in (said := strace.stderr.readline()):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            pytest.skip(f"strace may not look into a process here: {said.strip()}")
        os.write(opener, b"x")
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        strace.wait(120)
    os.close(gate)
    os.close(opener)
    return code


def calls(home: Path, log: Path) -> Iterator[tuple[str, int]]:
    """Calls of a refresh that write, each with its number among those of its name."""
    assert traced(home, log) == 0
    count: Counter[str] = Counter()
    for line in log.read_text().splitlines():
        if match := re.match(r"(\w+)\(", line):
            count[match[1]] += 1
            if match[1] != "openat" or "O_CREAT" in line:
                yield match[1], count[match[1]]


def examine(tmp_path: Path, every: int) -> Counter[str]:
    """Kill each `every`-th call, and refuse it with each error; the state is old or new, the next refresh mends it."""
    home, log, counts = tmp_path / "home", tmp_path / "log", Counter[str]()
    refresh(home, 0)
    shutil.copytree(home, tmp_path / "measured")
    found = list(calls(tmp_path / "measured", log))
    assert len(found) > 15
    assert {"openat", "write", "fsync", "rename"} <= {name for name, _ in found}
    kinds = ["signal=KILL", *(f"error={error}" for error in ERRORS)]
    for i, ((name, number), kind) in enumerate((call, kind) for call in found for kind in kinds):
        if i % every:
            continue
        copy = tmp_path / "copy"
        shutil.copytree(home, copy)
        code = traced(copy, log, "-e", f"inject={name}:{kind}:when={number}")
        assert code in ((0, -9) if "KILL" in kind else (0, 5)), (name, number, kind)
        assert "INJECTED" in log.read_text() or "KILL" in kind, (name, number, kind)
        assert day_of(copy) in ((1,) if code == 0 else (0, 1)), (name, number, kind)
        assert not Store(copy).notices, (name, number, kind)
        refresh(copy, 2)
        assert day_of(copy) == 2
        assert leftovers(copy) == []
        assert sound(copy)
        shutil.rmtree(copy)
        counts[kind.partition("=")[2]] += 1
        counts[f"exit {code}"] += 1
    counts["calls"] = len(found)
    return counts


def test_some_system_calls_killed_or_refused(tmp_path: Path) -> None:
    """C2 and C3, a sample."""
    examine(tmp_path, 7)


@pytest.mark.soak
def test_all_system_calls_killed_or_refused(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    """C2 and C3: every call that writes, killed, and refused with each of seven errors (a minute)."""
    for name, count in examine(tmp_path, 1).items():
        record_property(name, count)

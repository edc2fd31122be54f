"""Every call of a whole round that writes, refused once by the computer or never returned from (C2, C3)."""

from __future__ import annotations

import ctypes
import errno
import itertools
import mmap
import os
import shutil
import subprocess
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from climtrack.errors import ClimtrackError
from climtrack.publish.folder import JOURNAL, STAGING
from climtrack.run import refresh
from climtrack.run.run import Run
from climtrack.run.series import english
from tests.run.killed import Clock, Field
from tests.run.site import AIR
from tests.store.faults import at_call, dying, raising

CLONE_NEWNS = 0x20000
#: Bytes that a round certainly needs no more than.
ENOUGH, FILES = 6_000_000, 60
ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS, errno.EMFILE, errno.EDQUOT, errno.EINTR)


def attempted(field: Field, number: int, what: Callable[[str], None]) -> tuple[int, int]:
    """A round in a process of its own, `what` in place of one call; its exit code, and how many calls it made."""
    told = os.pipe()
    pid = os.fork()
    if pid == 0:
        code, made = 99, []
        try:
            with at_call(number, what) as made:
                try:
                    run = Run(field.config, field.now, transport=field.site)
                    refresh.unattended_round(run)
                    code, lines = run.outcome.code, [english(line) for line in run.outcome.notices]
                except ClimtrackError as problem:
                    code, lines = 5, [str(problem)]
            assert all(line.isprintable() and len(line) <= 200 for line in lines), lines
            assert not code or lines
        except AssertionError as problem:
            code = 98
            os.write(2, repr(problem.args).encode())
        finally:
            os.write(told[1], len(made).to_bytes(4))
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(told[1])
    count = os.read(told[0], 4)
    os.close(told[0])
    return code, int.from_bytes(count)


def refused(folder: Path, monkeypatch: pytest.MonkeyPatch, *, every: int) -> Counter[str]:
    """Each `every`-th call once with an error, in turn, and once with a kill; then a round that must end well."""
    field = Field(folder / "field", Clock())
    assert field.go() == 0
    assert field.examine()
    shutil.copytree(field.folder, folder / "pristine")
    held, now = dict(field.held), field.now
    errors, counts = itertools.cycle(ERRORS), Counter[str]()
    for number in itertools.count(1, every):
        for what in (raising(next(errors)), dying):
            field.held, field.now = dict(held), now
            field.next_day()
            code, made = attempted(field, number, what)
            assert code in ((0, 5) if what is not dying else (0, -9)), (number, code)
            counts[f"exit {code}"] += 1
            field.examine()
            if number % (every * 4) == 1 or code == 5:
                field.left_alone()
                assert field.examine()
                assert field.litter() == []
            shutil.rmtree(field.folder)
            shutil.copytree(folder / "pristine", field.folder)
            if code == 0 and 0 < made < number:
                counts["calls"] = made
                return counts
    raise AssertionError


def test_some_calls_of_a_round_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """C2 and C3 over a whole round, a sample."""
    assert refused(tmp_path, monkeypatch, every=97)["exit 5"] >= 1


class NoDisk(Exception):
    """Root in a container may have no right to mount one."""


def on_a_small_disk(folder: Path, steps: int, *, files: bool = False) -> int:
    """Rounds on a disk of their own (tmpfs) with ever more room, or `files`, from none to enough; then all is well."""
    folder.mkdir()
    try:
        if ctypes.CDLL(None).unshare(CLONE_NEWNS):
            raise NoDisk
        mount("--make-rprivate", "/")
        mount("-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder))
    except subprocess.CalledProcessError:
        raise NoDisk from None
    field = Field(folder, Clock())
    assert field.go() == 0
    assert field.examine()
    refused = 0
    for step in range(steps):
        disk = os.statvfs(folder)
        inodes, used = disk.f_files - disk.f_ffree, (disk.f_blocks - disk.f_bfree) * disk.f_frsize
        limit = f"nr_inodes={inodes + step * FILES // steps}" if files else f"size={used + step * ENOUGH // steps}"
        mount("-o", f"remount,{limit}", str(folder))
        held = field.held[AIR]
        field.next_day()
        try:
            run = Run(field.config, field.now, transport=field.site)
            refresh.unattended_round(run)
            code, lines = run.outcome.code, [english(line) for line in run.outcome.notices]
        except ClimtrackError as problem:
            code, lines = 5, [str(problem)]
        assert code in (0, 5)
        assert not code or any("no room" in line and ("no more files" in line) == files for line in lines), lines
        assert all(line.isprintable() and len(line) <= 200 for line in lines), lines
        field.examine()
        if code:
            text = "The new data are stored" if held != field.held[AIR] else "Nothing was changed"
            assert any(text in line for line in lines), lines
            staging = folder / "site" / STAGING
            assert (staging / JOURNAL).exists() or not staging.exists()
        refused += code == 5
        mount("-o", "remount,size=64m,nr_inodes=9000", str(folder))
        assert field.go() == 0
        assert field.examine()
        assert field.litter() == []
    assert steps // 3 <= refused < max(steps, 3)
    return refused


def mount(*words: str) -> None:
    """The command of this name."""
    subprocess.run(["mount", *words], check=True, timeout=120)


def small_disk(folder: Path, steps: int, *, files: bool = False) -> int:
    """In a process and a mount namespace of its own; how many rounds were refused."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("only root mounts disks")
    told = mmap.mmap(-1, 1)
    pid = os.fork()
    if pid == 0:
        code = 99
        try:
            told[0] = on_a_small_disk(folder, steps, files=files)
            code = 0
        except NoDisk:
            code = 77
        except BaseException:  # told here: nobody else hears of this process
            traceback.print_exc()
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code == 77:
        pytest.skip("the kernel lets nobody mount disks here")
    assert code == 0
    return told[0]


@pytest.mark.parametrize("files", [False, True])
def test_a_disk_that_fills(tmp_path: Path, files: bool) -> None:
    """C5: a whole round where the disk has room for nothing, and for some of it; for no more files alike."""
    small_disk(tmp_path / "disk", 1 if files else 2, files=files)


@pytest.mark.soak
def test_a_disk_that_fills_anywhere(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    """C5: 60 whole rounds with ever more room, then with ever more files: it ends at every write (6 minutes)."""
    record_property("rounds", 120)
    record_property("refused", small_disk(tmp_path / "disk", 60))
    record_property("refused for files", small_disk(tmp_path / "disk of files", 60, files=True))


@pytest.mark.soak
def test_all_calls_of_a_round_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    """C2 and C3 over a whole round: every call that writes, store, history, site and book-keeping (15 minutes)."""
    for name, count in refused(tmp_path, monkeypatch, every=1).items():
        record_property(name, count)

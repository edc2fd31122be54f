"""Helping processes never outlive the one that they help."""

from __future__ import annotations

import os
import select
import signal
import sys
import time

import pytest

from climtrack.grids import reduce
from climtrack.signals import die_with_parent

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's help is Linux's own")


@pytest.mark.parametrize("late", [False, True])
def test_a_helper_ends_with_its_parent(late: bool) -> None:
    """Also one that asks for it only after its parent was killed: nobody would tell it any more."""
    life, end = os.pipe()  # the helper alone holds `end` open in the end, as it would hold a lock
    parent = os.fork()
    if parent == 0:
        mine = os.getpid()
        if os.fork() == 0:
            while late and os.getppid() == mine:
                time.sleep(0.001)
            die_with_parent(mine)
            os.write(end, b"x")
            time.sleep(120)
            os._exit(0)
        os.write(end, b"p")
        os.close(end)
        time.sleep(120)
        os._exit(0)
    os.close(end)
    assert {os.read(life, 1) for _ in range(1 if late else 2)} == ({b"p"} if late else {b"p", b"x"})
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    assert select.select([life], [], [], 60)[0]
    assert os.read(life, 1) == b""
    os.close(life)


def ignores_sigint(_: int) -> bool:
    """Whether Ctrl-C does nothing to this process."""
    return signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_workers_leave_ctrl_c_to_who_started_them() -> None:
    """A terminal sends it to all: each would print a traceback of its own."""
    assert reduce.run(ignores_sigint, [1, 2], scheduler="processes", workers=2) == [True, True]
    assert not ignores_sigint(0)

"""Processes that help another one and must not outlive it."""

from __future__ import annotations

import contextlib
import os
import signal

_PR_SET_PDEATHSIG = 1


def die_with(parent: int) -> None:
    """
    End this process when the one that started it ends, however it ends; on Linux, where the kernel sees to it.

    A helper that outlived a killed round would hold its lock for ever: it has inherited the open file.

    Parameters
    ----------
    parent : int
        Process that started this one, as it knew itself: where it has died already, nobody will send a signal.
    """
    if os.name == "nt":
        return
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)

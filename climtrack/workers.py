"""Processes that help another one and must not outlive it."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

_PR_SET_PDEATHSIG = 1


def die_with(parent: int) -> None:
    """
    End this process when the one that started it ends, however it ends; on Linux, where the kernel sees to it.

    A helper that outlived a killed round would hold its lock for ever: it has inherited the open file.
    """
    if os.name == "nt":
        return
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


@contextmanager
def deaf() -> Iterator[None]:
    """
    Let helpers that are started in the block hear no Ctrl-C; who started them hears it, and tells them.

    A terminal sends it to all of them, and each would end in a traceback of its own. One that comes meanwhile is held
    back until the block ends.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # begun meanwhile, it would let the signal through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

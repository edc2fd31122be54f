"""SIGTERM and Ctrl-C raise `KeyboardInterrupt` in the main thread; a block that must be whole defers them."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
_PR_SET_PDEATHSIG = 1
_received = threading.Event()


def handle_signals() -> None:
    """From now on, SIGTERM and Ctrl-C interrupt; a Ctrl-C that a shell's background ignores stays ignored."""
    _received.clear()
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)
    if hasattr(signal, "setitimer") and sys.unraisablehook is not _dropped:
        global _unraisable
        _unraisable, sys.unraisablehook = sys.unraisablehook, _dropped


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    _received.set()
    raise KeyboardInterrupt


_unraisable = sys.unraisablehook


def _dropped(problem: sys.UnraisableHookArgs) -> None:
    """Python drops what is raised in a weak reference's callback or a finaliser: an interrupt is sent once more."""
    if problem.exc_type is not KeyboardInterrupt:
        _unraisable(problem)
        return
    signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGTERM))
    signal.setitimer(signal.ITIMER_REAL, 0.01)


def interrupted() -> bool:
    """
    Whether an interrupt was received.

    Compiled code, such as pydantic while it builds a model, turns `KeyboardInterrupt` into exceptions of its own.
    """
    return _received.is_set()


@contextmanager
def defer_signals() -> Iterator[None]:
    """Let an interrupt wait until the block is over: for what is short and must not be left half done."""
    if threading.current_thread() is not threading.main_thread():  # nothing is raised in any other
        yield
        return
    waiting: list[int] = []
    before = {number: signal.signal(number, lambda number, _: waiting.append(number)) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if waiting:
            signal.raise_signal(waiting[0])


def ignore_signals() -> None:
    """When all is done: Python, on its way out, gives each signal its usual effect back, which is to kill."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def ignore_sigint() -> None:
    """In a worker process: a terminal sends Ctrl-C to all, but who started the workers is the one to end them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def die_with_parent(parent: int) -> None:
    """
    In a worker process: end when the process that started it ends, however it ends; Linux only.

    A worker that outlives a killed round holds its lock for ever: it has inherited the open file.
    """
    if os.name == "nt":
        return
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)

"""
A wish to stop, Ctrl-C or a service manager's SIGTERM, that nothing on its way can lose.

Python raises `KeyboardInterrupt` wherever the main thread happens to be. In a destructor or a weak reference's callback
it is dropped with a traceback; where it meets the end of a compiled function, or the building of a model, it comes out
as another exception. Here the first is delivered once more, and the second is known for what it is.
"""

from __future__ import annotations

import _thread
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

# Processes that help another one and must not outlive it.


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


#: What says it: Ctrl-C, and a service manager.
WISHES = (signal.SIGINT, signal.SIGTERM)
#: Seconds until a dropped wish is delivered again: by then whatever dropped it is over.
AGAIN = 0.05

#: Whether one was heard, and the exit code once everything is done.
_heard = False
_leaving: int | None = None


def listen() -> None:
    """From now on, take SIGTERM as Ctrl-C, and note that either was heard."""
    for wish in WISHES:
        if wish is signal.SIGTERM or signal.getsignal(wish) is not signal.SIG_IGN:  # as in a shell's background
            signal.signal(wish, _hear)


def _hear(_number: int, _frame: FrameType | None) -> None:
    """Ctrl-C or SIGTERM."""
    global _heard
    if _leaving is not None:
        os._exit(_leaving)
    _heard = True
    raise KeyboardInterrupt


def wished() -> bool:
    """Whether a wish to stop was heard since `listen`, whatever became of it."""
    return _heard


def leave(code: int | str | None) -> NoReturn:
    """
    Exit when everything is done: a wish to stop that comes now is fulfilled at once, without another word.

    Python's own leaving would answer it with a traceback.
    """
    global _leaving
    _leaving = code if isinstance(code, int) else int(code is not None)
    listen()
    # `python -m` dies of SIGINT, whatever the code, once KeyboardInterrupt has passed through the execution of a string
    # (as for any dataclass); the execution of another takes that back.
    exec("")  # noqa: S102
    sys.exit(code)


def ignore_wishes() -> None:
    """From now on, hear no wish to stop: nothing is left that could take time."""
    for wish in WISHES:
        signal.signal(wish, signal.SIG_IGN)


def deliver_again() -> None:
    """From now on, deliver a wish to stop once more wherever Python drops it."""
    sys.unraisablehook = _unraisable


def _unraisable(dropped: sys.UnraisableHookArgs) -> None:
    """What Python calls with an exception that it cannot raise."""
    if not isinstance(dropped.exc_value, KeyboardInterrupt):
        sys.__unraisablehook__(dropped)
        return
    later = threading.Timer(AGAIN, _deliver)
    later.daemon = True
    later.start()


def _deliver() -> None:
    """The wish, to the main thread, waking it where it waits; Ctrl-C may be ignored, as in a shell's background."""
    unheard = signal.getsignal(signal.SIGTERM) in (signal.SIG_DFL, signal.SIG_IGN, None)
    number = signal.SIGINT if unheard else signal.SIGTERM
    main = threading.main_thread().ident
    if sys.platform != "win32" and main is not None:
        signal.pthread_kill(main, number)
    else:
        _thread.interrupt_main(number)


def is_wish_to_stop(problem: BaseException) -> bool:
    """Whether an exception is `KeyboardInterrupt`, or what a compiled function made of it."""
    if _heard:
        return True
    cause: BaseException | None = problem
    while cause is not None and not isinstance(cause, KeyboardInterrupt):
        cause = cause.__cause__
    return cause is not None


@contextmanager
def stoppable() -> Iterator[None]:
    """Let a wish to stop leave the block as `KeyboardInterrupt`, whatever it met inside."""
    try:
        yield
    except Exception as problem:  # no other reading of it: asked whether it is a wish to stop, and passed on
        if is_wish_to_stop(problem):
            raise KeyboardInterrupt from problem
        raise


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let a wish to stop wait until the block is over: for what is short and must not be left half done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: list[int] = []
    before = {wish: signal.signal(wish, lambda number, _: heard.append(number)) for wish in WISHES}
    try:
        yield
    finally:
        for wish, handler in before.items():
            signal.signal(wish, handler)
        if heard:
            signal.raise_signal(heard[0])

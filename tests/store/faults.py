"""A computer that fails, or dies, at the k-th call that writes."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

CALLS = ("open", "write", "fsync", "replace", "mkdir", "unlink")


@contextmanager
def at_call(number: int, what: Callable[[str], None]) -> Iterator[list[str]]:
    """Do `what` in place of the `number`-th call that writes, counted from 1; the list names the calls made."""
    made: list[str] = []
    real = {name: getattr(os, name) for name in CALLS}

    def counted(name: str) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            if name == "open" and not args[1] & (os.O_CREAT | os.O_WRONLY | os.O_RDWR):
                return real[name](*args, **named)
            made.append(name)
            if len(made) == number:
                what(name)
            return real[name](*args, **named)

        return call

    for name in CALLS:
        setattr(os, name, counted(name))
    try:
        yield made
    finally:
        for name in CALLS:
            setattr(os, name, real[name])


def raising(number: int) -> Callable[[str], None]:
    """The call fails with this errno."""

    def fail(name: str) -> None:
        raise OSError(number, os.strerror(number), f"at {name}")

    return fail


def dying(name: str) -> None:
    """The process is gone, with no clean-up of any kind."""
    os.kill(os.getpid(), signal.SIGKILL)


def in_child(work: Callable[[], int | None]) -> int:
    """Exit status of `work` in a process of its own; negative for a signal."""
    pid = os.fork()
    if pid == 0:
        code = 99
        with suppress(BaseException):  # the child must never return into the test
            code = work() or 0
        os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def leftovers(home: Path) -> list[str]:
    """Files in a store that nothing needs."""
    marks = (".climtrack-*", ".writer.json", "*-wal", "*-shm", "*-journal")
    return sorted(path.name for mark in marks for path in home.rglob(mark))


def sound(home: Path) -> bool:
    """Whether SQLite finds nothing wrong with the file."""
    file = home / "climtrack.sqlite"
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?immutable=1", uri=True)) as base:
        return bool(base.execute("PRAGMA integrity_check").fetchone() == ("ok",))

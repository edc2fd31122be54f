"""
One writer at a time, across processes.

The lock is the kernel's (flock, by `filelock`): it goes with its holder, so a dead process never blocks. Who holds it
stands in a file of its own beside it, read only to name the holder.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from climtrack.errors import Notice, StoreBusy
from climtrack.files import disk_error, remove, write_whole
from climtrack.signals import defer_signals

#: Looks for who holds a lock, 20 ms apart: a slow disk may take seconds to keep the holder's word.
PATIENCE = 250


@contextmanager
def writers_lock(home: Path, now: dt.datetime, name: str = "writer") -> Iterator[None]:
    """Hold a lock of a store, by default the writer's."""
    path, holder = home / f".{name}.lock", home / f".{name}.json"
    lock = FileLock(path, thread_local=False)
    try:
        try:
            other = _take(lock, holder)
        except OSError as error:
            raise disk_error(error, path) from error
        if other:
            run = name if name in ("climatology", "backfill") else "refresh"
            raise StoreBusy(f"store.busy.{run}", path=path, holder=other)
        write_whole(holder, json.dumps({"pid": os.getpid(), "since": now.isoformat(timespec="seconds")}).encode())
        yield
    finally:
        with defer_signals():
            if lock.is_locked:
                remove(holder)
                lock.release()


def _take(lock: FileLock, holder: Path) -> Notice | None:
    """
    Take the lock, or name who has it.

    One that has only just begun is given a moment to say so, and one that has only just ended leaves the lock to us.
    """
    for _ in range(PATIENCE):
        # Ctrl-C in the middle would leave it locked, and nobody to unlock it.
        with suppress(Timeout), defer_signals():
            lock.acquire(blocking=False)
            return None
        with suppress(OSError, ValueError, KeyError, TypeError):
            fields = json.loads(holder.read_bytes()[:1000])
            since = dt.datetime.fromisoformat(fields["since"])
            return Notice("store.holder", process=str(int(fields["pid"])), time=f"{since:%H:%M} UTC")
        time.sleep(0.02)
    return Notice("store.holder_unknown")

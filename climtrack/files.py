"""
Whole files or none: every file that climtrack leaves behind is written here.

A temporary neighbour is written, flushed to disk and renamed over the target, and the folder is flushed after it, so
that a reader, a kill or a power cut meets the old file or the new one and nothing between.
"""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

from climtrack.errors import DiskError

#: Beginning of the name of every file that is not finished; whoever cleans a folder looks for it.
TEMPORARY = ".climtrack-"

_REMEDIES = {
    errno.ENOSPC: "Free some space and run it again; nothing was changed",
    errno.EDQUOT: "Free some of your quota and run it again; nothing was changed",
    errno.EFBIG: "Raise the file size limit (ulimit -f); nothing was changed",
    errno.EACCES: "Give this user the right to write there, or choose another folder; nothing was changed",
    errno.EPERM: "Give this user the right to write there, or choose another folder; nothing was changed",
    errno.EROFS: "The disk is read-only: choose another folder; nothing was changed",
    errno.EMFILE: "Raise the limit of open files (ulimit -n); nothing was changed",
}


def disk_error(problem: OSError, path: Path) -> DiskError:
    """
    What the computer refused, as one of our errors.

    Parameters
    ----------
    problem : OSError
        As raised by the system call.
    path : Path
        File or folder that was to be written or read.

    Returns
    -------
    DiskError
        Naming the file and the remedy.
    """
    reason = (problem.strerror or str(problem)).lower()
    remedy = _REMEDIES.get(problem.errno or 0, "Check the folder and the disk; nothing was changed")
    return DiskError(f"cannot use {_short(path)}: {reason}", remedy, path=path)


def _short(path: Path) -> str:
    """Path that fits in a line."""
    text = str(path)
    return text if len(text) <= 80 else f"…{text[-79:]}"


def make_folder(folder: Path) -> None:
    """
    Create a folder and its parents.

    Parameters
    ----------
    folder : Path
        The folder; there may be one already.

    Raises
    ------
    DiskError
        If it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise disk_error(problem, folder) from problem


def flush_folder(folder: Path) -> None:
    """
    Flush a folder's own entries to disk, so that a rename in it survives a power cut.

    Parameters
    ----------
    folder : Path
        The folder.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path: Path, data: bytes) -> None:
    """
    Write a file whole or not at all; its folder must exist.

    Parameters
    ----------
    path : Path
        Target, replaced if it exists.
    data : bytes
        The whole content.

    Raises
    ------
    DiskError
        If the computer refuses; the target is then as it was.
    """
    temporary = path.with_name(f"{TEMPORARY}{os.getpid()}-{path.name[-80:]}")
    try:
        with temporary.open("wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(path)
        flush_folder(path.parent)
    except OSError as problem:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise disk_error(problem, path) from problem

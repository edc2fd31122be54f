"""
DOOR: every byte that the store writes goes to disk here.

A file is written beside its place, flushed to the disk, renamed, and its folder flushed, so that a kill or a power cut
leaves the old file or the new one. What the computer refuses becomes a `DiskError` that names the file and the remedy.
"""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import suppress
from pathlib import Path

from climtrack.errors import DiskError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DENIED = {errno.EACCES, errno.EPERM}
_MISPLACED = {errno.ENOTDIR, errno.EEXIST, errno.EISDIR}
_BUSY = {errno.EMFILE, errno.ENFILE, errno.ENOMEM}
#: Ending of every file that is not yet whole; what is left of them is removed at the next start, under the lock.
UNFINISHED = ".part"


def disk_error(path: Path, error: OSError, *, needed: int = 0) -> DiskError:
    """
    What this computer refused, and what the user can do.

    Parameters
    ----------
    path : Path
        File or folder at fault.
    error : OSError
        What the system said.
    needed : int, default 0
        Bytes that were to be written.

    Returns
    -------
    DiskError
        One line naming the file.
    """
    name = shortened(path)
    number = error.errno or 0
    if number in _FULL:
        what = f"no room for {name}: needed {needed / 1e6:.1f} MB, free {_free(path) / 1e6:.1f} MB"
        return DiskError(
            f"{what}. Nothing was changed", "Free some space or raise the quota, then try again", path=path
        )
    if number == errno.EROFS:
        return DiskError(
            f"cannot write {name}: read-only disk. Nothing was changed",
            "Set CLIMTRACK_HOME to a folder of yours",
            path=path,
        )
    if number in _DENIED:
        what = f"cannot write {name} (owner {_owner(path)})"
        return DiskError(f"{what}. Nothing was changed", "Change its rights or set CLIMTRACK_HOME", path=path)
    if number in _MISPLACED:
        return DiskError(
            f"{name} cannot be used: a file stands where a folder belongs, or the reverse", "Move it", path=path
        )
    if number == errno.ENAMETOOLONG:
        return DiskError(
            f"the name {name} is too long for this disk", "Set CLIMTRACK_HOME to a shorter path", path=path
        )
    if number == errno.ENOENT:
        return DiskError(f"{name} has gone while it was in use", "Make the folder again, then try again", path=path)
    if number in _BUSY:
        return DiskError(
            f"this computer has no handles or memory left for {name}", "Close programs, then try again", path=path
        )
    return DiskError(
        f"cannot use {name}: {error.strerror or type(error).__name__}. Nothing was changed",
        "Check the disk, then try again",
        path=path,
    )


def shortened(path: Path, width: int = 70) -> str:
    """
    Path that fits into a message.

    Parameters
    ----------
    path : Path
        Any path.
    width : int, default 70
        Most characters.

    Returns
    -------
    str
        The path, its middle left out where it is longer.
    """
    text = "".join(c if c.isprintable() else "?" for c in str(path))
    return text if len(text) <= width else f"{text[: width // 3]}…{text[-(width - width // 3 - 1) :]}"


def make_folder(path: Path) -> None:
    """
    Folder that exists, its name flushed to the disk.

    Parameters
    ----------
    path : Path
        The folder; its parents are made too.

    Raises
    ------
    DiskError
        If the computer refuses.
    """
    if path.is_dir():
        return
    try:
        path.mkdir(parents=True, exist_ok=True)
        sync_folder(path.parent)
    except OSError as error:
        raise disk_error(path, error) from error


def sync_folder(path: Path) -> None:
    """
    Flush the names in a folder to the disk.

    Parameters
    ----------
    path : Path
        The folder.
    """
    if os.name == "nt":  # Windows opens no folders and keeps renames in its journal
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write(path: Path, data: bytes) -> None:
    """
    Replace a file, wholly or not at all.

    Parameters
    ----------
    path : Path
        The file.
    data : bytes
        Its content.

    Raises
    ------
    DiskError
        If the computer refuses; the old file stays and nothing is left beside it.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}{UNFINISHED}")
    try:
        try:
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
            try:
                view = memoryview(data)
                while view:
                    view = view[os.write(handle, view) :]
                os.fsync(handle)
            finally:
                os.close(handle)
            beside.replace(path)
        except BaseException:  # an interrupt too must leave nothing beside
            with suppress(OSError):
                beside.unlink()
            raise
    except OSError as error:
        raise disk_error(path, error, needed=len(data)) from error
    try:
        sync_folder(path.parent)
    except OSError as error:
        raise DiskError(
            f"{shortened(path)} is written, but the disk did not confirm it: {error.strerror or type(error).__name__}",
            "Check the disk, then try again",
            path=path,
        ) from error


def move(path: Path, target: Path) -> None:
    """
    Rename a file within the store, flushed to the disk.

    Parameters
    ----------
    path : Path
        The file.
    target : Path
        Its new name, in a folder that exists.

    Raises
    ------
    DiskError
        If the computer refuses.
    """
    try:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        path.replace(target)
        sync_folder(target.parent)
        sync_folder(path.parent)
    except OSError as error:
        raise disk_error(path, error) from error


def remove(path: Path) -> None:
    """
    Remove a file that nothing needs any more; one that will not go is tried again at the next start.

    Parameters
    ----------
    path : Path
        The file.
    """
    with suppress(OSError):
        path.unlink()


def _free(path: Path) -> int:
    """Bytes free where `path` is, 0 where that cannot be told."""
    for folder in path.parents:
        with suppress(OSError):
            return shutil.disk_usage(folder).free
    return 0


def _owner(path: Path) -> str:
    """Owner of the nearest thing that exists."""
    for place in (path, *path.parents):
        with suppress(OSError, KeyError, NotImplementedError):
            return place.owner()
    return "unknown"

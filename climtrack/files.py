"""
Whole files or none: every file that climtrack leaves behind is written here.

A temporary neighbour is written, flushed to disk and renamed over the target, and the folder is flushed after it, so
that a reader, a kill or a power cut meets the old file or the new one and nothing between.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from pathlib import Path

from climtrack.errors import DiskError

#: Beginning of the name of every file that is not finished; whoever cleans a folder looks for it.
TEMPORARY = ".climtrack-"

#: No room, and which notice says why.
_FULL = {errno.ENOSPC: "disk.full", errno.EDQUOT: "disk.quota", errno.EFBIG: "disk.file_limit"}
_PLAIN = {
    errno.EROFS: "disk.read_only",
    errno.ENOTDIR: "disk.misplaced",
    errno.EEXIST: "disk.misplaced",
    errno.EISDIR: "disk.misplaced",
    errno.ENAMETOOLONG: "disk.long_name",
    errno.ENOENT: "disk.absent",
    errno.EMFILE: "disk.scarce",
    errno.ENFILE: "disk.scarce",
    errno.ENOMEM: "disk.scarce",
}


def disk_error(problem: OSError, path: Path, *, needed: int = 0) -> DiskError:
    """What the computer refused, as one of our errors."""
    number = problem.errno or 0
    name, reason = shortened(path), number or (problem.strerror or type(problem).__name__).lower()
    if number == errno.ENOSPC and _inodes_used_up(path):
        return DiskError("disk.files", path=path, name=name)
    if number in _FULL:
        return DiskError(_FULL[number], path=path, name=name, needed=needed, free=_free(path))
    if number in (errno.EACCES, errno.EPERM):
        return DiskError("disk.denied", path=path, name=name, owner=_owner(path), reason=reason)
    if number in (errno.ELOOP, errno.ENOTDIR, errno.EEXIST, errno.EISDIR) and (link := dangling_link(path)):
        return DiskError("disk.dangling_link", path=path, name=shortened(link))
    return DiskError(_PLAIN.get(number, "disk.refused"), path=path, name=name, reason=reason)


def shortened(path: Path, width: int = 60) -> str:
    """Path that fits into a message."""
    text = "".join(c if c.isprintable() else "?" for c in str(path))
    return text if len(text) <= width else f"{text[: width // 3]}…{text[-(width - width // 3 - 1) :]}"


def dangling_link(path: Path) -> Path | None:
    """The link on the way to a place that leads nowhere, as one to a disk that is not mounted."""
    return next((place for place in (path, *path.parents) if place.is_symlink() and not place.exists()), None)


def make_folder(folder: Path) -> None:
    """Create a folder and its parents."""
    if folder.is_dir():
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        flush_folder(folder.parent)
    except OSError as problem:
        raise disk_error(problem, folder) from problem


def flush_folder(folder: Path) -> None:
    """Flush a folder's own entries to disk, so that a rename in it survives a power cut."""
    if os.name == "nt":  # Windows opens no folders and keeps renames in its journal
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; its folder must exist."""
    temporary = path.with_name(f"{TEMPORARY}{os.getpid()}-{path.name[-80:]}")
    try:
        try:
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
            try:
                view = memoryview(data)
                while view:
                    view = view[os.write(handle, view) :]
                os.fsync(handle)
            finally:
                os.close(handle)
            temporary.replace(path)
        except BaseException:  # an interrupt too must leave nothing beside
            remove(temporary)
            raise
    except OSError as problem:
        raise disk_error(problem, path, needed=len(data)) from problem
    try:
        flush_folder(path.parent)
    except OSError as problem:
        reason = problem.errno or (problem.strerror or "error").lower()
        raise DiskError("disk.unconfirmed", path=path, name=shortened(path), reason=reason) from problem


def move(path: Path, target: Path) -> None:
    """Rename a file on the same disk, flushed before and after."""
    try:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        path.replace(target)
        flush_folder(target.parent)
        flush_folder(path.parent)
    except OSError as problem:
        raise disk_error(problem, path) from problem


def remove(path: Path) -> None:
    """Remove a file that nothing needs any more; one that will not go is only litter."""
    with contextlib.suppress(OSError):
        path.unlink()


def _free(path: Path) -> int:
    """Bytes free where `path` is, 0 where that cannot be told."""
    for folder in path.absolute().parents:
        with contextlib.suppress(OSError):
            return shutil.disk_usage(folder).free
    return 0


def _inodes_used_up(path: Path) -> bool:
    """Whether the disk of `path` has room for bytes, but for no file more; not every kind of disk counts them."""
    for folder in path.absolute().parents:
        with contextlib.suppress(OSError, AttributeError):
            disk = os.statvfs(folder)
            return disk.f_files > 0 and disk.f_favail == 0
    return False


def _owner(path: Path) -> str:
    """Owner of the nearest thing that exists."""
    for place in (path, *path.absolute().parents):
        with contextlib.suppress(OSError, KeyError, NotImplementedError):
            return place.owner()
    return "?"

"""
Whole files or none: every file that climtrack leaves behind is written here.

A temporary neighbour is written, flushed to disk and renamed over the target, and the folder is flushed after it, so
that a reader, a kill or a power cut meets the old file or the new one and nothing between. What the computer refuses
becomes a `DiskError` that names the file and the remedy.
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

#: No room, and why, where it is not the disk itself.
_FULL = {errno.ENOSPC: "", errno.EDQUOT: " within the quota", errno.EFBIG: " above the limit of a file"}
_DENIED = {errno.EACCES, errno.EPERM}
_MISPLACED = {errno.ENOTDIR, errno.EEXIST, errno.EISDIR}
_SCARCE = {errno.EMFILE, errno.ENFILE, errno.ENOMEM}


def disk_error(problem: OSError, path: Path, *, needed: int = 0) -> DiskError:
    """What the computer refused, as one of our errors."""
    name, number = shortened(path), problem.errno or 0
    reason = (problem.strerror or type(problem).__name__).lower()
    what, remedy = f"cannot use {name}: {reason}. Nothing was changed", "Check the disk, then try again"
    if number in _FULL:
        room = _FULL[number] or f", free {_size(_free(path))}"
        what = f"no room for {name}: needed {_size(needed)}{room}. Nothing was changed"
        remedy = "Free some space or raise the quota, then try again"
        if number == errno.EFBIG:
            remedy = "Raise the limit (ulimit -f), then try again"
    elif number == errno.EROFS:
        what, remedy = f"cannot write {name}: read-only disk. Nothing was changed", "Choose another folder"
    elif number in _DENIED:
        what = f"cannot use {name} (owner {_owner(path)}): {reason}. Nothing was changed"
        remedy = "Change its rights, or choose another folder"
    elif number in {errno.ELOOP, *_MISPLACED} and (link := astray(path)):
        what = f"cannot use {shortened(link)}: it is a link to what is not there"
        remedy = "Make the folder it leads to, or remove it"
    elif number in _MISPLACED:
        what, remedy = f"cannot use {name}: a file stands where a folder belongs, or the reverse", "Move it away"
    elif number == errno.ENAMETOOLONG:
        what, remedy = f"cannot use {name}: its name is too long for this disk", "Choose a shorter path"
    elif number == errno.ENOENT:
        what, remedy = f"cannot use {name}: it is not there, or no longer", "Make the folder, then try again"
    elif number in _SCARCE:
        what = f"cannot use {name}: {reason}. Nothing was changed"
        remedy = "Close programs or raise the limit (ulimit -n), then try again"
    return DiskError(what, remedy, path=path)


def shortened(path: Path, width: int = 70) -> str:
    """Path that fits into a message."""
    text = "".join(c if c.isprintable() else "?" for c in str(path))
    return text if len(text) <= width else f"{text[: width // 3]}…{text[-(width - width // 3 - 1) :]}"


def astray(path: Path) -> Path | None:
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
        raise DiskError(
            f"{shortened(path)} is written, but the disk did not confirm it: {(problem.strerror or 'error').lower()}",
            "Check the disk, then try again",
            path=path,
        ) from problem


def write_over(path: Path, data: bytes) -> bool:
    """
    Write over a small file in place, for a note that must go on when a full disk has no room for a new file.

    Its blocks are there already. A kill in the middle may leave it torn, which its reader must take for nothing: the
    last resort after `write_whole`, and for notes only.
    """
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0))
        try:
            if os.fstat(handle).st_size == len(data) == os.write(handle, data):
                os.fsync(handle)
                return True
        finally:
            os.close(handle)
    return False


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


def _size(count: int) -> str:
    """Bytes as a person reads them."""
    return f"{count / 1e6:.1f} MB" if count >= 100_000 else f"{-(-count // 1000)} kB"


def _free(path: Path) -> int:
    """Bytes free where `path` is, 0 where that cannot be told."""
    for folder in path.absolute().parents:
        with contextlib.suppress(OSError):
            return shutil.disk_usage(folder).free
    return 0


def _owner(path: Path) -> str:
    """Owner of the nearest thing that exists."""
    for place in (path, *path.absolute().parents):
        with contextlib.suppress(OSError, KeyError, NotImplementedError):
            return place.owner()
    return "unknown"

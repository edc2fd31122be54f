"""DOOR. Opening a gridded file: the reader that fits it, and in our words what none of them can read."""

from __future__ import annotations

import zlib
from pathlib import Path

from climtrack.errors import SeriesError, SourceUnavailable
from climtrack.files import shortened
from climtrack.gridded.addresses import LATER, reach
from climtrack.gridded.classic import expected_size
from climtrack.gridded.readers import Classic, Hdf5, Reader, Zarr

#: First bytes of what holds files: zip, as the Climate Data Store sends several, gzip, bzip2, xz, zstd.
PACKED = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
#: What h5py, netCDF4, zarr and its codecs raise for files that are damaged, cut short or out of reach; not the errors
#: of a slip in this program, which stay a bug.
DAMAGE = (OSError, RuntimeError, ValueError, LookupError, EOFError, zlib.error)


def opened(location: str) -> Reader:
    """The reader that fits a file, chosen by its first bytes."""
    name = shown(location)
    try:
        if "://" in location:
            reach(location)
            return Zarr(location) if location.rstrip("/").endswith(".zarr") else Classic(location)
        path = Path(location)
        if path.is_dir():
            return Zarr(location)
        with path.open("rb") as file:
            head = file.read(8)
            if head[:3] == b"CDF":
                file.seek(0)
                if path.stat().st_size < expected_size(file):
                    raise SeriesError(f"{name!r} is cut short", "Download it again")
                return Classic(location)
        if head == b"\x89HDF\r\n\x1a\n":
            return Hdf5(location)
    except FileNotFoundError as error:
        raise SeriesError(f"there is no file {name!r}", "Check the path") from error
    except DAMAGE as error:
        raise unreadable(location, error) from error
    if head.startswith(PACKED):
        raise SeriesError(f"{name!r} is packed", "Unpack it first")
    raise SeriesError(f"{name!r} is neither NetCDF nor Zarr", "Give NetCDF-3, NetCDF-4 or Zarr")


def shown(location: str) -> str:
    """A path or address as it was typed, fit for a message."""
    return location[:90] if "://" in location else shortened(Path(location))


def unreadable(location: str, error: Exception) -> SeriesError | SourceUnavailable:
    """What a library could not read, as one of our errors."""
    if "://" in location and "I/O failure" in str(error):
        return SourceUnavailable(
            f"{location[:90]!r} cannot be read: the answer did not come, or was cut off", LATER, url=location
        )
    if "://" in location:
        return SourceUnavailable(
            f"{location[:90]!r} gives no grid: the server answers, but not with one", "Check the address", url=location
        )
    name = shown(location)
    if isinstance(error, PermissionError):
        return SeriesError(f"{name!r} cannot be read: its rights forbid it", "Change its rights")
    return SeriesError(f"{name!r} is cut short or damaged", "Check or download it again")

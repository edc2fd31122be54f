"""The same series gives the same bytes, at whatever time it is written."""

from __future__ import annotations

import time

import netCDF4
import numpy as np
import pytest

from climtrack.store.timeless import timeless


def made(extra: int = 0) -> bytes:
    """A small file, built in memory, with as much more in its header as is asked for."""
    file = netCDF4.Dataset("made.nc", "w", memory=1 << 14)
    file.setncatts({f"note_{n}": "x" * 7 * n for n in range(extra)})
    file.createDimension("time", 3)
    file.createVariable("t2m", "f8", ("time",))[:] = [1.0, 2.0, 3.0]
    return bytes(file.close())


def next_second() -> None:
    """Wait until the clock shows another second."""
    before = int(time.time())
    while int(time.time()) == before:
        time.sleep(0.01)


@pytest.mark.parametrize("extra", [0, 1, 2, 3, 5])
def test_two_files_of_different_times_are_one(extra: int) -> None:
    """NetCDF notes the second in which a file is made in memory; without that note they are equal, and readable."""
    first = made(extra)
    next_second()
    second = made(extra)
    assert first != second
    assert timeless(first) == timeless(second)
    with netCDF4.Dataset("read.nc", memory=timeless(first)) as file:  # HDF5 checks the checksum as it opens
        assert np.array_equal(file["t2m"][:], [1.0, 2.0, 3.0])
        assert len(file.ncattrs()) == extra


def test_it_is_done_once() -> None:
    """A second time changes nothing."""
    assert timeless(timeless(made())) == timeless(made())


def test_a_header_that_is_damaged_stays_as_it_is() -> None:
    """A right checksum is never put under wrong bytes."""
    data = bytearray(made())
    data[int.from_bytes(data[36:44], "little") + 40] ^= 1
    assert timeless(bytes(data)) == bytes(data)


@pytest.mark.parametrize("data", [b"", b"\x89HDF\r\n\x1a\n\x02", bytes(200), b"OHDR\x02\xff" * 30])
def test_what_is_no_such_file_stays_as_it_is(data: bytes) -> None:
    """Cut or strange bytes too."""
    assert timeless(data) == data

"""
DOOR. The stored chunks of an HDF5 variable, read and inflated outside the HDF5 library.

HDF5 reads one chunk at a time under one lock, with zlib. Its chunk index, taken once, says where each chunk lies;
any number of threads then read and inflate with libdeflate at three times the speed. Used for chunks that are shuffled
and deflated, or plain; `index` returns None for everything else, which `climtrack.gridded.readers` reads the usual way.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from climtrack.errors import SeriesError
from climtrack.gridded.layout import Layout

SHUFFLE, DEFLATE = 2, 1
#: Inflated bytes that one block of steps may take; larger chunks are left to the HDF5 library.
BLOCK = 48_000_000


@dataclass(frozen=True, slots=True, eq=False)
class ChunkIndex:
    """Where the chunks of one variable lie."""

    shape: tuple[int, int, int]  # Steps, rows, columns
    chunk: tuple[int, int, int]
    dtype: np.dtype[Any]  # Stored type with its byte order
    shuffle: bool
    deflate: bool
    # Offset and stored bytes of each chunk, shape (blocks, down, across, 2); offset -1 where never written
    places: npt.NDArray[np.int64]
    fill: float  # Stored number of a chunk never written


def index(dataset: Any, layout: Layout) -> ChunkIndex | None:
    """Where the chunks of a variable lie, if they can be read without the HDF5 library."""
    plist = dataset.id.get_create_plist()
    filters = [plist.get_filter(i)[0] for i in range(plist.get_nfilters())]
    if dataset.chunks is None or filters not in ([], [DEFLATE], [SHUFFLE, DEFLATE]) or dataset.dtype.kind not in "if":
        return None
    along = layout.step
    others = [i for i in range(dataset.ndim) if i not in (along, layout.row, layout.column)]
    if (layout.row, layout.column) != (dataset.ndim - 2, dataset.ndim - 1) or any(
        dataset.shape[i] != 1 for i in others
    ):
        return None
    steps = dataset.shape[along] if along is not None else 1
    chunk = (dataset.chunks[along] if along is not None else 1, dataset.chunks[-2], dataset.chunks[-1])
    rows, columns = dataset.shape[-2:]
    counts = tuple(-(-n // c) for n, c in zip((steps, rows, columns), chunk, strict=True))
    if any(dataset.chunks[i] != 1 for i in others) or (
        chunk[0] * counts[1] * chunk[1] * counts[2] * chunk[2] * dataset.dtype.itemsize > BLOCK
    ):
        return None
    places = np.full((*counts, 2), -1, dtype=np.int64)
    masked = []

    def note(info: Any) -> None:
        at = info.chunk_offset
        step = at[along] // chunk[0] if along is not None else 0
        places[step, at[-2] // chunk[1], at[-1] // chunk[2]] = info.byte_offset, info.size
        masked.append(info.filter_mask)

    dataset.id.chunk_iter(note)
    if any(masked):
        return None  # a filter was skipped for some chunks
    return ChunkIndex(
        (steps, rows, columns), chunk, dataset.dtype, SHUFFLE in filters, DEFLATE in filters, places,
        float(np.asarray(dataset.fillvalue).ravel()[0]),
    )  # fmt: skip


class ChunkReader:
    """
    Fields of one variable, read and inflated chunk by chunk into buffers that are used again and again.

    Fresh memory for every field would cost as much as inflating it: the kernel clears each page anew.
    """

    def __init__(self, path: str, where: ChunkIndex) -> None:
        self._name, self._where = os.path.basename(path), where  # noqa: PTH119
        self._handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        self._stored = memoryview(bytearray(max(int(where.places[..., 1].max()), 0)))
        self._joined = np.empty(where.chunk, dtype=np.uint16)

    def close(self) -> None:
        """Close the file."""
        os.close(self._handle)

    def fields(self, first: int, stop: int) -> Iterator[npt.NDArray[Any]]:
        """Fields of consecutive steps."""
        deep = self._where.chunk[0]
        for block in range(first // deep, -(-stop // deep)):
            held = self._block(block)
            begin = block * deep
            for step in range(max(first, begin), min(stop, begin + deep)):
                yield held[step - begin]

    def _block(self, block: int) -> npt.NDArray[Any]:
        """All rows and columns of the steps that share a row of chunks."""
        where = self._where
        deep, down, across = where.chunk
        _, rows, columns = where.shape
        places = where.places[block]
        if places.shape[:2] == (1, 1):
            return self._chunk(places[0, 0])[:, :rows, :columns]
        whole = np.empty((deep, places.shape[0] * down, places.shape[1] * across), where.dtype.newbyteorder("="))
        for i in range(places.shape[0]):
            for j in range(places.shape[1]):
                part = self._chunk(places[i, j])
                whole[:, i * down : (i + 1) * down, j * across : (j + 1) * across] = part
        return whole[:, :rows, :columns]

    def _chunk(self, place: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
        """One chunk, inflated and unshuffled."""
        where, offset, size = self._where, int(place[0]), int(place[1])
        native = where.dtype.newbyteorder("=")
        if offset < 0:
            return np.full(where.chunk, where.fill, dtype=native)
        count = where.chunk[0] * where.chunk[1] * where.chunk[2]
        width = where.dtype.itemsize
        data = np.frombuffer(self._inflated(offset, size, count * width), dtype=np.uint8)
        if not where.shuffle:
            return _shaped(data, where)
        planes = data.reshape(width, count)
        if width == 2:  # shorts, the case that matters: two passes instead of a transposition
            big = where.dtype.newbyteorder("=") != where.dtype
            low, high = (planes[1], planes[0]) if big else (planes[0], planes[1])
            joined = self._joined.reshape(-1)
            joined[:] = high
            joined <<= 8
            joined |= low
            return self._joined.view(native)
        return _shaped(np.ascontiguousarray(planes.T).reshape(-1), where)

    def _inflated(self, offset: int, size: int, count: int) -> bytes | bytearray | memoryview:
        """The bytes of one chunk."""
        import deflate

        stored = self._stored[:size]
        got = os.preadv(self._handle, [stored], offset)
        if got == size:
            try:
                raw = deflate.zlib_decompress(stored, count) if self._where.deflate else stored
            except deflate.DeflateError as error:
                raise SeriesError(f"a chunk of {self._name} is damaged", "Download the file again") from error
            if len(raw) == count:
                return raw
        raise SeriesError(f"a chunk of {self._name} is cut short", "Download the file again")


def _shaped(data: npt.NDArray[np.uint8], where: ChunkIndex) -> npt.NDArray[Any]:
    """Bytes as numbers in this machine's order."""
    numbers: npt.NDArray[Any] = data.view(where.dtype)
    return numbers.astype(where.dtype.newbyteorder("="), copy=False).reshape(where.chunk)

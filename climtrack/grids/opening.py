"""
Readers of gridded files: what a file says of itself, its small variables, its fields.

HDF5 is read with h5py, where possible chunk by chunk outside the library; NetCDF-3 and OPeNDAP with netCDF4; Zarr with
xarray. All deliver stored numbers, never decoded ones, so that all give the same answer.
"""

from __future__ import annotations

import math
import os
import socket
import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO, Protocol, Self
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import numpy as np
import numpy.typing as npt

from climtrack.errors import ExtraMissing, SeriesError, SourceUnavailable
from climtrack.files import shortened
from climtrack.vocabulary import notice

Array = npt.NDArray[Any]
#: Inflated bytes that one block of steps may take; larger chunks are left to the HDF5 library.
BLOCK = 48_000_000
#: netCDF4-python crashes when two threads read, even through separate handles.
NETCDF = threading.Lock()
#: Seconds for a connection to an address, and for one answer of an OPeNDAP server: a field of 2 MB at 20 kB/s.
PATIENCE, LONGEST = 20.0, 100
#: First bytes of what holds files: zip, as the Climate Data Store sends several, gzip, bzip2, xz, zstd.
PACKED = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
#: What h5py, netCDF4, zarr and its codecs raise for files that are damaged, cut short or out of reach; not the errors
#: of a slip in this program, which stay a bug.
DAMAGE = (OSError, RuntimeError, ValueError, LookupError, EOFError, zlib.error)


def as_text(value: Any) -> str:
    """An attribute's value as text, whatever a reader made of it."""
    if isinstance(value, np.ndarray):
        value = value.ravel()[0] if value.size else ""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


@dataclass(frozen=True, slots=True, eq=False)
class Var:
    """One variable of a file: dimensions, shape, stored type, attributes."""

    name: str
    dims: tuple[str, ...]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    attrs: Mapping[str, Any]

    def text(self, name: str) -> str:
        return as_text(self.attrs.get(name, ""))


@dataclass(frozen=True, slots=True)
class Layout:
    """What the dimensions of a data variable are."""

    step: int | None  # Positions of the dimensions; `step` is None for a variable of one field
    row: int
    column: int
    fixed: tuple[int, ...]  # Index taken in each dimension that is none of the three; others are ignored


class Reader(Protocol):
    """An open file or address."""

    @property
    def variables(self) -> Mapping[str, Var]: ...

    @property
    def attrs(self) -> Mapping[str, Any]: ...

    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def text(self, name: str) -> str:
        """A global attribute."""
        return as_text(self.attrs.get(name, ""))

    def values(self, name: str) -> Array:
        """A small variable, whole."""
        ...

    def fields(self, name: str, layout: Layout, first: int, stop: int) -> Iterator[Array]:
        """Fields of consecutive steps; one may be overwritten when the next is asked for."""
        ...


class Hdf5(Reader):
    """A NetCDF-4 file."""

    def __init__(self, path: str) -> None:
        try:
            import h5py
        except ImportError as error:
            raise ExtraMissing("grid.needs_h5py") from error
        self._path, self._file = path, h5py.File(path, "r")
        self._chunks: dict[tuple[str, Layout], Chunks | None] = {}

    def close(self) -> None:
        for chunks in self._chunks.values():
            if chunks is not None:
                chunks.close()
        self._file.close()

    @cached_property
    def variables(self) -> Mapping[str, Var]:
        found = {}
        for name, item in self._file.items():
            if not hasattr(item, "dtype") or item.attrs.get("NAME", b"")[:32] == b"This is a netCDF dimension but n":
                continue
            dims = tuple(
                (Path(dim[0].name or "").name if len(dim) else name if item.ndim == 1 else f"dim{i}")
                for i, dim in enumerate(item.dims)
            )
            found[name] = Var(name, dims, tuple(item.shape), item.dtype, self._plain(item.attrs))
        return found

    @cached_property
    def attrs(self) -> Mapping[str, Any]:
        return self._plain(self._file.attrs)

    @staticmethod
    def _plain(attrs: Any) -> dict[str, Any]:
        """Attributes without HDF5's bookkeeping, some of which h5py cannot read."""
        own = {"DIMENSION_LIST", "REFERENCE_LIST", "CLASS", "NAME"}
        return {key: attrs[key] for key in attrs if key not in own and not key.startswith(("_Netcdf4", "_NCP"))}

    def values(self, name: str) -> Array:
        return np.asarray(self._file[name][()])

    def fields(self, name: str, layout: Layout, first: int, stop: int) -> Iterator[Array]:
        item = self._file[name]
        if (name, layout) not in self._chunks:
            self._chunks[name, layout] = Chunks.of(self._path, item, layout)
        chunks = self._chunks[name, layout]
        if chunks is None:
            return _slices(item, layout, first, stop, item.chunks)
        return chunks.fields(first, stop)


class Chunks:
    """
    The stored chunks of an HDF5 variable, read and inflated outside the HDF5 library.

    HDF5 reads one chunk at a time under one lock, with zlib. Its chunk index, taken once, says where each chunk lies;
    any number of threads then read and inflate with libdeflate at three times the speed. Buffers are used again and
    again: the kernel clears each page of fresh memory, which would cost as much as inflating.
    """

    SHUFFLE, DEFLATE = 2, 1

    def __init__(self, path: str, places: npt.NDArray[np.int64], chunk: tuple[int, ...], item: Any, filters: list[int]):
        self._name, self._handle = os.path.basename(path), os.open(path, os.O_RDONLY)  # noqa: PTH119
        #: Offset and stored bytes of each chunk, shape (blocks, down, across, 2); offset -1 where never written.
        self._places, self._chunk_shape = places, chunk
        self._rows, self._columns = item.shape[-2:]
        self._dtype, self._native = item.dtype, item.dtype.newbyteorder("=")
        self._shuffle, self._deflate = self.SHUFFLE in filters, self.DEFLATE in filters
        self._fill = float(np.asarray(item.fillvalue).ravel()[0])
        self._stored = memoryview(bytearray(max(int(places[..., 1].max()), 0)))
        self._joined = np.empty(chunk, dtype=np.uint16)

    @classmethod
    def of(cls, path: str, item: Any, layout: Layout) -> Chunks | None:
        """The chunks of a variable, if they can be read without the HDF5 library: shuffled and deflated, or plain."""
        plist, along = item.id.get_create_plist(), layout.step
        filters = [plist.get_filter(i)[0] for i in range(plist.get_nfilters())]
        known = filters in ([], [cls.DEFLATE], [cls.SHUFFLE, cls.DEFLATE]) and item.dtype.kind in "if"
        if item.chunks is None or not known or find_spec("deflate") is None:
            return None
        others = [i for i in range(item.ndim) if i not in (along, layout.row, layout.column)]
        last = (layout.row, layout.column) == (item.ndim - 2, item.ndim - 1)
        if not last or any(item.shape[i] != 1 or item.chunks[i] != 1 for i in others):
            return None
        steps, deep = (1, 1) if along is None else (item.shape[along], item.chunks[along])
        chunk = (deep, *item.chunks[-2:])
        counts = tuple(-(-n // c) for n, c in zip((steps, *item.shape[-2:]), chunk, strict=True))
        if deep * counts[1] * chunk[1] * counts[2] * chunk[2] * item.dtype.itemsize > BLOCK:
            return None
        places, masked = np.full((*counts, 2), -1, dtype=np.int64), []

        def add(info: Any) -> None:
            at = info.chunk_offset
            step = at[along] // deep if along is not None else 0
            places[step, at[-2] // chunk[1], at[-1] // chunk[2]] = info.byte_offset, info.size
            masked.append(info.filter_mask)

        item.id.chunk_iter(add)
        return None if any(masked) else cls(path, places, chunk, item, filters)  # masked: a filter was skipped

    def close(self) -> None:
        os.close(self._handle)

    def fields(self, first: int, stop: int) -> Iterator[Array]:
        deep = self._chunk_shape[0]
        for block in range(first // deep, -(-stop // deep)):
            held = self._block(self._places[block])[:, : self._rows, : self._columns]
            begin = block * deep
            for step in range(max(first, begin), min(stop, begin + deep)):
                yield held[step - begin]

    def _block(self, places: npt.NDArray[np.int64]) -> Array:
        """All rows and columns of the steps that share a row of chunks."""
        deep, down, across = self._chunk_shape
        if places.shape[:2] == (1, 1):
            return self._chunk(places[0, 0])
        whole = np.empty((deep, places.shape[0] * down, places.shape[1] * across), self._native)
        for i, j in np.ndindex(places.shape[:2]):
            whole[:, i * down : (i + 1) * down, j * across : (j + 1) * across] = self._chunk(places[i, j])
        return whole

    def _chunk(self, place: npt.NDArray[np.int64]) -> Array:
        """One chunk, inflated and unshuffled."""
        offset, size = int(place[0]), int(place[1])
        if offset < 0:
            return np.full(self._chunk_shape, self._fill, dtype=self._native)
        count, width = math.prod(self._chunk_shape), self._dtype.itemsize
        data = np.frombuffer(self._inflated(offset, size, count * width), dtype=np.uint8)
        if self._shuffle and width == 2:  # shorts, the case that matters: two passes instead of a transposition
            low, high = data.reshape(2, count)[:: -1 if self._dtype != self._native else 1]
            joined = self._joined.reshape(-1)
            joined[:] = high
            joined <<= 8
            joined |= low
            return self._joined.view(self._native)
        if self._shuffle:
            data = np.ascontiguousarray(data.reshape(width, count).T).reshape(-1)
        stored: Array = data.view(self._dtype)
        return stored.astype(self._native, copy=False).reshape(self._chunk_shape)

    def _inflated(self, offset: int, size: int, count: int) -> bytes | bytearray | memoryview:
        import deflate

        stored = self._stored[:size]
        if os.preadv(self._handle, [stored], offset) == size:
            try:
                raw = deflate.zlib_decompress(stored, count) if self._deflate else stored
            except deflate.DeflateError as error:
                raise SeriesError("grid.chunk_damaged", file=self._name) from error
            if len(raw) == count:
                return raw
        raise SeriesError("grid.chunk_cut", file=self._name)


class Classic(Reader):
    """A NetCDF-3 file or an OPeNDAP address, through the netCDF C library."""

    def __init__(self, location: str) -> None:
        import netCDF4

        self._location = location
        with self._alone():
            # Unless told, the C library waits for ever and leaves Ctrl-C unanswered meanwhile.
            netCDF4.rc_set("HTTP.TIMEOUT", str(LONGEST))
            # Kept in memory, an answer that is cut off reads on into whatever lies behind it.
            whole = f"{location}{'&' if '#' in location else '#'}fetch=disk" if "://" in location else location
            self._file = netCDF4.Dataset(whole)
            self._file.set_auto_maskandscale(False)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One thread at a time in the library; what it prints about an address is kept from the terminal."""
        with NETCDF:
            try:
                kept = os.dup(2) if "://" in self._location else None
            except OSError:  # closed already, as under some services
                kept = None
            if kept is None:
                yield
                return
            nowhere = os.open(os.devnull, os.O_WRONLY)
            try:
                os.dup2(nowhere, 2)
                yield
            finally:
                os.dup2(kept, 2)
                os.close(kept)
                os.close(nowhere)

    def close(self) -> None:
        with self._alone():
            self._file.close()

    @cached_property
    def variables(self) -> Mapping[str, Var]:
        with self._alone():
            return {
                name: Var(
                    name, tuple(item.dimensions), tuple(item.shape), np.dtype(item.dtype),
                    {key: item.getncattr(key) for key in item.ncattrs()},
                )
                for name, item in self._file.variables.items()
            }  # fmt: skip

    @cached_property
    def attrs(self) -> Mapping[str, Any]:
        with self._alone():
            return {key: self._file.getncattr(key) for key in self._file.ncattrs()}

    def values(self, name: str) -> Array:
        with self._alone():
            return np.asarray(self._file.variables[name][...])

    def fields(self, name: str, layout: Layout, first: int, stop: int) -> Iterator[Array]:
        source = _slices(self._file.variables[name], layout, first, stop, None)
        while True:
            with self._alone():
                field = next(source, None)
            if field is None:
                return
            yield field


class Zarr(Reader):
    """A Zarr store, through xarray."""

    def __init__(self, location: str) -> None:
        try:
            import xarray
            import zarr  # noqa: F401  (xarray needs it and says so less clearly)
        except ImportError as error:
            raise ExtraMissing("grid.needs_zarr") from error
        # Decoding is left to this package, so that packed numbers stay packed.
        try:
            self._data = xarray.open_zarr(location, decode_cf=False, chunks=None, consolidated=True)
        except (KeyError, ValueError):  # no consolidated metadata: asked for it, xarray would warn the reader
            self._data = xarray.open_zarr(location, decode_cf=False, chunks=None, consolidated=False)

    def close(self) -> None:
        self._data.close()

    @cached_property
    def variables(self) -> Mapping[str, Var]:
        return {
            str(name): Var(
                str(name), tuple(map(str, item.dims)), tuple(item.shape), item.dtype, {**item.encoding, **item.attrs}
            )
            for name, item in self._data.variables.items()
        }

    @cached_property
    def attrs(self) -> Mapping[str, Any]:
        return dict(self._data.attrs)

    def values(self, name: str) -> Array:
        return np.asarray(self._data.variables[name].values)

    def fields(self, name: str, layout: Layout, first: int, stop: int) -> Iterator[Array]:
        item = self._data.variables[name]
        yield from _slices(item, layout, first, stop, item.encoding.get("chunks"))


def _slices(item: Any, layout: Layout, first: int, stop: int, chunk: tuple[int, ...] | None) -> Iterator[Array]:
    """Fields of an array-like, in this machine's byte order; a row of chunks is read at once if not too large."""
    place: list[Any] = list(layout.fixed)
    place[layout.row] = place[layout.column] = slice(None)
    if layout.step is None:
        fields: Iterator[Array] = iter([np.asarray(item[tuple(place)])])
    else:
        fields = _steps(item, layout, place, first, stop, chunk[layout.step] if chunk else 1)
    for field in fields:
        upright = field if layout.row < layout.column else field.T
        yield np.ascontiguousarray(upright, dtype=field.dtype.newbyteorder("="))


def _steps(item: Any, layout: Layout, place: list[Any], first: int, stop: int, deep: int) -> Iterator[Array]:
    assert layout.step is not None  # noqa: S101
    field_bytes = item.shape[layout.row] * item.shape[layout.column] * item.dtype.itemsize
    deep = max(1, min(deep, BLOCK // field_bytes))
    before = sum(i in (layout.row, layout.column) for i in range(layout.step))  # where the steps are in the result
    for block in range(first // deep, -(-stop // deep)):
        place[layout.step] = slice(max(first, block * deep), min(stop, (block + 1) * deep))
        yield from np.moveaxis(np.asarray(item[tuple(place)]), before, 0)


def expected_size(file: BinaryIO) -> int:
    """
    Bytes that a NetCDF-3 file must have at the least, by its header (NetCDF Users Guide, File Format Specifications).

    The netCDF library reads what is cut off as zeros and says nothing.
    """
    version = file.read(4)[3]
    widths = {1: 1, 2: 1, 3: 2, 4: 4, 5: 4, 6: 8, 7: 1, 8: 2, 9: 4, 10: 8, 11: 8}

    def number(size: int = 8 if version == 5 else 4) -> int:
        data = file.read(size)
        if len(data) != size:
            raise EOFError("the header is cut short")
        return int.from_bytes(data, "big")

    def items() -> range:
        """Elements of the next list, after its tag."""
        number(4)
        return range(number())

    def skip(size: int) -> None:
        """Over some bytes, filled up to whole words."""
        file.seek(-(-size // 4) * 4, 1)

    def skip_attributes() -> None:
        for _ in items():
            skip(number())
            width = widths[number(4)]
            skip(width * number())

    records, lengths = number(), []
    for _ in items():
        skip(number())
        lengths.append(number())
    skip_attributes()
    fixed, along = 0, []
    for _ in items():
        skip(number())
        shape = [lengths[number()] for _ in range(number())]
        skip_attributes()
        width = widths[number(4)]
        number()  # the size it states is of no use beyond 4 GB
        begin = number(4 if version == 1 else 8)
        if shape and not shape[0]:
            along.append((begin, width * math.prod(shape[1:])))
        else:
            fixed = max(fixed, begin + width * math.prod(shape))
    if not along or not records or records == (1 << (64 if version == 5 else 32)) - 1:  # being streamed: unknown
        return max(fixed, file.tell())
    # One record variable alone is not filled up to whole words.
    step = along[0][1] if len(along) == 1 else sum(-(-size // 4) * 4 for _, size in along)
    return max(fixed, file.tell(), *(begin + (records - 1) * step + size for begin, size in along))


def open_reader(location: str) -> Reader:
    """The reader that fits a file, chosen by its first bytes."""
    name = display_name(location)
    try:
        if "://" in location:
            _reach(location)
            return Zarr(location) if location.rstrip("/").endswith(".zarr") else Classic(location)
        path = Path(location)
        if path.is_dir():
            return Zarr(location)
        with path.open("rb") as file:
            head = file.read(8)
            if head[:3] == b"CDF":
                file.seek(0)
                if path.stat().st_size < expected_size(file):
                    raise SeriesError("grid.cut", file=name)
                return Classic(location)
        if head == b"\x89HDF\r\n\x1a\n":
            return Hdf5(location)
    except FileNotFoundError as error:
        raise SeriesError("grid.no_file", file=name) from error
    except DAMAGE as error:
        raise reading_error(location, error) from error
    raise SeriesError("grid.packed" if head.startswith(PACKED) else "grid.unknown_format", file=name)


def _reach(location: str) -> None:
    """Connect to a server once, unless a proxy stands between: the C library does not tell why it could not."""
    parts = urlsplit(location)
    host, usual = parts.hostname or "", {"http": 80, "https": 443}.get(parts.scheme)
    if usual is None or (parts.scheme in getproxies() and not proxy_bypass(host)):
        return
    try:
        socket.create_connection((host, parts.port or usual), timeout=PATIENCE).close()
    except (OSError, ValueError) as error:  # ValueError: a port or a name that can be none
        problem = notice.network(error, host)
        raise SourceUnavailable("grid.out_of_reach", url=location, address=location[:90], problem=problem) from error


def display_name(location: str) -> str:
    """A path or address as it was typed, fit for a message."""
    return location[:90] if "://" in location else shortened(Path(location))


def reading_error(location: str, error: Exception) -> SeriesError | SourceUnavailable:
    """What a library could not read, as one of our errors."""
    if "://" in location:
        failed = "grid.no_answer" if "I/O failure" in str(error) else "grid.no_grid_there"
        return SourceUnavailable(failed, url=location, address=location[:90])
    failed = "grid.forbidden" if isinstance(error, PermissionError) else "grid.damaged"
    return SeriesError(failed, file=display_name(location))

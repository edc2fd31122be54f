"""DOOR. Opening a gridded file: the reader that fits it, and in our words what none of them can read."""

from __future__ import annotations

import math
import os
import socket
import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol, Self
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import numpy as np
import numpy.typing as npt

from climtrack.errors import ExtraMissing, SeriesError, SourceUnavailable
from climtrack.files import shortened
from climtrack.vocabulary import notice

# DOOR. Addresses of grids: whether anybody answers there, and the C library's own complaints kept from the terminal.
#
# The netCDF C library prints what went wrong on standard error and hands on a number that does not tell; so the address
# is tried with a plain connection first.


PATIENCE = 20.0
LATER = "Run the same command again later"
_PORTS = {"http": 80, "https": 443}


def reach(location: str) -> None:
    """Connect to an address's server once, unless a proxy stands between."""
    parts = urlsplit(location)
    host = parts.hostname or ""
    if parts.scheme not in _PORTS or (parts.scheme in getproxies() and not proxy_bypass(host)):
        return
    try:
        socket.create_connection((host, parts.port or _PORTS[parts.scheme]), timeout=PATIENCE).close()
    except (OSError, ValueError) as error:  # ValueError: a port or a name that can be none
        raise unavailable(location, error) from error


def unavailable(location: str, error: Exception) -> SourceUnavailable:
    """An address that gave nothing, as one of our errors."""
    host = urlsplit(location).hostname or ""
    return SourceUnavailable(f"{location[:90]!r} cannot be read: {notice.network(error, host)}", LATER, url=location)


@contextmanager
def quiet(location: str) -> Iterator[None]:
    """Standard error closed to C libraries while an address is read."""
    if "://" not in location:
        yield
        return
    try:
        kept = os.dup(2)
    except OSError:  # closed already, as under some services
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


# What a gridded file says of itself: its variables and their attributes, whatever read them.


@dataclass(frozen=True, slots=True, eq=False)
class Var:
    """One variable of a file: dimensions, shape, stored type, attributes."""

    name: str
    dims: tuple[str, ...]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    attrs: Mapping[str, Any]

    def text(self, name: str) -> str:
        """An attribute as text."""
        return as_text(self.attrs.get(name, ""))


@dataclass(frozen=True, slots=True, eq=False)
class Description:
    """A file's variables and global attributes."""

    variables: Mapping[str, Var]
    attrs: Mapping[str, Any]

    def text(self, name: str) -> str:
        """A global attribute as text."""
        return as_text(self.attrs.get(name, ""))


def as_text(value: Any) -> str:
    """An attribute's value as text, whatever a reader made of it."""
    if isinstance(value, np.ndarray):
        value = value.ravel()[0] if value.size else ""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def version(value: Any) -> str:
    """One of ERA5's versions, `expver`, as text, whether it is kept as text or as a number."""
    return as_text(value).strip("\0 ").lstrip("0").removesuffix(".0")


# Layout: what the dimensions of a data variable are.


@dataclass(frozen=True, slots=True)
class Layout:
    """What the dimensions of a data variable are."""

    step: int | None  # Their positions; `step` is None for a variable of one field
    row: int  # Their positions; `step` is None for a variable of one field
    column: int  # Their positions; `step` is None for a variable of one field
    fixed: tuple[int, ...]  # Index taken in each dimension that is none of the three; others are ignored
    stride: int = 1  # Only every so many rows and columns are read: a light, approximate run

    @property
    def thinned(self) -> slice:
        """Rows or columns that are read, the first half a stride from the edge."""
        return slice(self.stride // 2, None, self.stride) if self.stride > 1 else slice(None)

    @property
    def dropped(self) -> int:
        """How many dimensions before the step disappear when one index is taken in each."""
        return sum(i not in (self.row, self.column) for i in range(self.step or 0))


# DOOR. The stored chunks of an HDF5 variable, read and inflated outside the HDF5 library.
#
# HDF5 reads one chunk at a time under one lock, with zlib. Its chunk index, taken once, says where each chunk lies;
# any number of threads then read and inflate with libdeflate at three times the speed. Used for chunks that are
# shuffled and deflated, or plain; `index` returns None for everything else, which `climtrack.grids.opening` reads the
# usual way.


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


# How long a NetCDF-3 file has to be: the netCDF library reads what is cut off as zeros and says nothing.


#: Bytes of each external type, by its number.
WIDTHS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 4, 6: 8, 7: 1, 8: 2, 9: 4, 10: 8, 11: 8}


@dataclass(slots=True)
class _Header:
    """A header being read; counts take 8 bytes in the 64-bit data format, offsets in all but the first."""

    file: BinaryIO
    version: int

    def number(self, size: int = 0) -> int:
        """The next number."""
        size = size or (8 if self.version == 5 else 4)
        data = self.file.read(size)
        if len(data) != size:
            raise EOFError("the header is cut short")
        return int.from_bytes(data, "big")

    def skip(self, size: int) -> None:
        """Over some bytes, filled up to whole words."""
        self.file.seek(-(-size // 4) * 4, 1)

    def count(self) -> int:
        """Elements of the next list."""
        self.number(4)
        return self.number()

    def attributes(self) -> None:
        """Over a list of attributes."""
        for _ in range(self.count()):
            self.skip(self.number())
            width = WIDTHS[self.number(4)]
            self.skip(width * self.number())


def expected_size(file: BinaryIO) -> int:
    """
    Bytes that a NetCDF-3 file must have at the least, by its header.

    References
    ----------
    .. [1] NetCDF Users Guide, File Format Specifications: the classic format, its 64-bit offset and data variants.
    """
    version = file.read(4)[3]
    header = _Header(file, version)
    records = header.number()
    lengths = []
    for _ in range(header.count()):
        header.skip(header.number())
        lengths.append(header.number())
    header.attributes()
    fixed, along = 0, []
    for _ in range(header.count()):
        header.skip(header.number())
        shape = [lengths[header.number()] for _ in range(header.number())]
        header.attributes()
        width = WIDTHS[header.number(4)]
        header.number()  # the size it states is of no use beyond 4 GB
        begin = header.number(4 if version == 1 else 8)
        if shape and not shape[0]:
            along.append((begin, width * math.prod(shape[1:])))
        else:
            fixed = max(fixed, begin + width * math.prod(shape))
    if not along or not records or records == (1 << (64 if version == 5 else 32)) - 1:  # being streamed: unknown
        return max(fixed, file.tell())
    # One record variable alone is not filled up to whole words.
    step = along[0][1] if len(along) == 1 else sum(-(-size // 4) * 4 for _, size in along)
    return max(fixed, file.tell(), *(begin + (records - 1) * step + size for begin, size in along))


# DOOR. Readers of gridded files: what a file says of itself, its small variables, its fields.
#
# Each gives the same few answers whatever the format. HDF5 files are read with h5py, where possible chunk by chunk
# outside the library (`climtrack.grids.opening`); NetCDF-3 and OPeNDAP with netCDF4, which must never be entered by two
# threads at once; Zarr with xarray. All deliver stored numbers, never decoded ones, so that all give the same answer.


Array = npt.NDArray[Any]
#: netCDF4-python crashes when two threads read, even through separate handles.
NETCDF = threading.Lock()
#: Seconds that one answer of an OPeNDAP server may take: a field of 2 MB at 20 kB/s.
LONGEST = 100
INSTALL = "In climtrack's folder: pip install '.[grid]'"


class Reader(Protocol):
    """What every format answers."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def describe(self) -> Description:
        """Variables and attributes."""
        ...

    def values(self, name: str) -> Array:
        """A small variable, whole."""
        ...

    def fields(self, name: str, layout: Layout, first: int, stop: int) -> Iterator[Array]:
        """Fields of consecutive steps."""
        ...


class Hdf5:
    """A NetCDF-4 file."""

    def __init__(self, path: str) -> None:
        try:
            import h5py
        except ImportError as error:
            raise ExtraMissing("reading NetCDF-4 grids needs h5py", INSTALL) from error
        self._path = path
        self._file = h5py.File(path, "r")
        self._chunks: dict[tuple[str, Layout], ChunkReader | None] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for direct in self._chunks.values():
            if direct is not None:
                direct.close()
        self._file.close()

    def describe(self) -> Description:
        """Variables and attributes, without HDF5's own bookkeeping."""
        found = {}
        for name, item in self._file.items():
            if not hasattr(item, "dtype") or item.attrs.get("NAME", b"")[:32] == b"This is a netCDF dimension but n":
                continue
            dims = tuple(
                (Path(dim[0].name or "").name if len(dim) else name if item.ndim == 1 else f"dim{i}")
                for i, dim in enumerate(item.dims)
            )
            found[name] = Var(name, dims, tuple(item.shape), item.dtype, _plain(item.attrs))
        return Description(found, _plain(self._file.attrs))

    def values(self, name: str) -> Array:
        """A small variable, whole."""
        return np.asarray(self._file[name][()])

    def fields(self, name: str, layout: Layout, first: int, stop: int) -> Iterator[Array]:
        """Fields of consecutive steps."""
        item = self._file[name]
        if (name, layout) not in self._chunks:
            where = index(item, layout) if _deflate() else None
            self._chunks[name, layout] = None if where is None else ChunkReader(self._path, where)
        direct = self._chunks[name, layout]
        if direct is not None:
            for field in direct.fields(first, stop):
                yield field[layout.thinned, layout.thinned]
        else:
            yield from _sliced(item, layout, first, stop, item.chunks)


class Classic:
    """A NetCDF-3 file or an OPeNDAP address, through the netCDF C library."""

    def __init__(self, location: str) -> None:
        import netCDF4

        self._location = location
        with NETCDF, quiet(location):
            # Unless told, the C library waits for ever, and no wish to stop is heard meanwhile.
            netCDF4.rc_set("HTTP.TIMEOUT", str(LONGEST))
            # Kept in memory, an answer that is cut off reads on into whatever lies behind it.
            whole = f"{location}{'&' if '#' in location else '#'}fetch=disk" if "://" in location else location
            self._file = netCDF4.Dataset(whole)
            self._file.set_auto_maskandscale(False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with NETCDF, quiet(self._location):
            self._file.close()

    def describe(self) -> Description:
        """Variables and attributes, as the library gives them."""
        with NETCDF, quiet(self._location):
            found = {
                name: Var(
                    name,
                    tuple(item.dimensions),
                    tuple(item.shape),
                    np.dtype(item.dtype),
                    {key: item.getncattr(key) for key in item.ncattrs()},
                )
                for name, item in self._file.variables.items()
            }
            return Description(found, {key: self._file.getncattr(key) for key in self._file.ncattrs()})

    def values(self, name: str) -> Array:
        """A small variable, whole."""
        with NETCDF, quiet(self._location):
            return np.asarray(self._file.variables[name][...])

    def fields(self, name: str, layout: Layout, first: int, stop: int) -> Iterator[Array]:
        """Fields of consecutive steps."""
        item = self._file.variables[name]
        source = _sliced(item, layout, first, stop, None)
        while True:
            with NETCDF, quiet(self._location):
                field = next(source, None)
            if field is None:
                return
            yield field


class Zarr:
    """A Zarr store, through xarray."""

    def __init__(self, location: str) -> None:
        try:
            import xarray
            import zarr  # noqa: F401  (xarray needs it and says so less clearly)
        except ImportError as error:
            raise ExtraMissing("reading Zarr needs xarray and zarr", INSTALL) from error
        # Decoding is left to this package, so that packed numbers stay packed.
        try:
            self._data = xarray.open_zarr(location, decode_cf=False, chunks=None, consolidated=True)
        except (KeyError, ValueError):  # no consolidated metadata: asked for it, xarray would warn the reader
            self._data = xarray.open_zarr(location, decode_cf=False, chunks=None, consolidated=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._data.close()

    def describe(self) -> Description:
        """Variables and attributes, as the store gives them."""
        found = {
            str(name): Var(
                str(name), tuple(map(str, item.dims)), tuple(item.shape), item.dtype, {**item.encoding, **item.attrs}
            )
            for name, item in self._data.variables.items()
        }
        return Description(found, self._data.attrs)

    def values(self, name: str) -> Array:
        """A small variable, whole."""
        return np.asarray(self._data.variables[name].values)

    def fields(self, name: str, layout: Layout, first: int, stop: int) -> Iterator[Array]:
        """Fields of consecutive steps."""
        item = self._data.variables[name]
        yield from _sliced(item, layout, first, stop, item.encoding.get("chunks"))


def _sliced(item: Any, layout: Layout, first: int, stop: int, chunk: tuple[int, ...] | None) -> Iterator[Array]:
    """Fields of an array-like; a row of chunks is read at once where it is not too large."""
    place: list[Any] = list(layout.fixed)
    place[layout.row] = place[layout.column] = layout.thinned
    if layout.step is None:
        yield _native(np.asarray(item[tuple(place)]), layout)
        return
    field_bytes = item.shape[layout.row] * item.shape[layout.column] * item.dtype.itemsize
    deep = max(1, min(chunk[layout.step] if chunk else 1, BLOCK // field_bytes))
    for block in range(first // deep, -(-stop // deep)):
        begin, end = max(first, block * deep), min(stop, (block + 1) * deep)
        place[layout.step] = slice(begin, end)
        for field in np.moveaxis(np.asarray(item[tuple(place)]), layout.step - layout.dropped, 0):
            yield _native(field, layout)


def _native(field: Array, layout: Layout) -> Array:
    """A field with rows first, in this machine's byte order."""
    field = field if layout.row < layout.column else field.T
    return np.ascontiguousarray(field, dtype=field.dtype.newbyteorder("="))


def _plain(attrs: Any) -> dict[str, Any]:
    """Attributes without HDF5's bookkeeping, each as h5py gives it."""
    hidden = {
        "DIMENSION_LIST",
        "REFERENCE_LIST",
        "CLASS",
        "NAME",
        "_Netcdf4Dimid",
        "_Netcdf4Coordinates",
        "_NCProperties",
    }
    return {key: attrs[key] for key in attrs if key not in hidden}


def _deflate() -> bool:
    """Whether libdeflate is installed; without it the HDF5 library inflates."""
    try:
        import deflate  # noqa: F401
    except ImportError:
        return False
    return True


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

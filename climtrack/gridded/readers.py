"""
DOOR. Readers of gridded files: what a file says of itself, its small variables, its fields.

Each gives the same few answers whatever the format. HDF5 files are read with h5py, where possible chunk by chunk
outside the library (`climtrack.gridded.chunks`); NetCDF-3 and OPeNDAP with netCDF4, which must never be entered by two
threads at once; Zarr with xarray. All deliver stored numbers, never decoded ones, so that all give the same answer.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt

from climtrack.errors import ExtraMissing
from climtrack.gridded import chunks
from climtrack.gridded.addresses import quiet
from climtrack.gridded.chunks import ChunkReader
from climtrack.gridded.description import Description, Var
from climtrack.gridded.layout import Layout

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
            where = chunks.index(item, layout) if _deflate() else None
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
    deep = max(1, min(chunk[layout.step] if chunk else 1, chunks.BLOCK // field_bytes))
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

"""A damaged file is named in one line, whichever library meets the damage; never a bug, never a wrong number unsaid."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pytest
import xarray

from benchmarks import synthetic
from climtrack.errors import SeriesError
from climtrack.grids import grids
from climtrack.grids.opening import expected_size
from climtrack.grids.reduce import Request, file_means
from climtrack.vocabulary.registry import REGIONS

LAT, LON = np.arange(-87.5, 90, 5), np.arange(2.5, 360, 5)
ASKED = Request("sst", (REGIONS["nh"],))
ATTRS = {"long_name": "Daily sea surface temperature", "units": "degC", "scale_factor": 0.01}
#: Chunks that this package inflates, chunks and bytes that HDF5 reads, NetCDF-3.
KINDS: dict[str, dict[str, Any]] = {
    "deflate": {"zlib": True, "shuffle": True, "chunksizes": (1, 36, 72)},
    "checked": {"zlib": True, "fletcher32": True, "chunksizes": (1, 36, 72)},
    "contiguous": {"contiguous": True},
    "classic": {"kind": "NETCDF3_CLASSIC"},
}


def written(path: Path, kind: str) -> Path:
    """Four days of noise, so that damage to a stored number cannot pass for another day's."""
    rng = np.random.default_rng(0)
    stored = rng.integers(0, 3000, (4, 36, 72)).astype(np.int16)
    return synthetic.write_grid(path, stored, LAT, LON, 24 * np.arange(4), attrs=ATTRS, **KINDS[kind])


def read(path: Path) -> bool:
    """Whether a file is read; a damaged one must say so in its own words."""
    said = ""
    try:
        file_means([str(path)], ASKED, scheduler="serial")
    except SeriesError as error:
        said = str(error)
    assert len(said) <= 200
    return not said


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_cut_anywhere_is_refused_or_whole(kind: str, tmp_path: Path) -> None:
    """At any of thirty places; the last one is its full length."""
    whole = written(tmp_path / "whole.nc", kind).read_bytes()
    part = tmp_path / "part.nc"
    for size in np.linspace(1, len(whole) - 1, 30).astype(int):
        part.write_bytes(whole[:size])
        assert not read(part) or size > len(whole) - 8, size
    part.write_bytes(whole)
    assert read(part)


@pytest.mark.parametrize("kind", KINDS)
def test_flipped_bytes_end_in_one_line_or_change_nothing_that_matters(kind: str, tmp_path: Path) -> None:
    """Sixty bursts of eight bytes, in header, index and data alike: an error of ours or an answer, never another's."""
    whole = written(tmp_path / "whole.nc", kind).read_bytes()
    rng = np.random.default_rng(7)
    refused = 0
    for place in rng.integers(8, len(whole) - 8, 60):
        damaged = bytearray(whole)
        damaged[place : place + 8] = bytes(b ^ 0xA5 for b in damaged[place : place + 8])
        (tmp_path / "d.nc").write_bytes(damaged)
        refused += not read(tmp_path / "d.nc")
    if kind in ("deflate", "checked"):  # checksums see what plain bytes cannot
        assert refused > 40


def test_a_zarr_store_without_some_of_its_files_is_refused(tmp_path: Path) -> None:
    """Metadata cut short or gone; a chunk of rubbish."""
    store = tmp_path / "a.zarr"
    with xarray.open_dataset(written(tmp_path / "a.nc", "deflate"), decode_cf=False) as data:
        data.load().drop_encoding().to_zarr(store, zarr_format=2, consolidated=False)
    assert read(store)
    for damage in (".zattrs", "sst/.zarray", "sst/.zattrs", "lat/.zarray"):
        copy = tmp_path / "copy.zarr"
        shutil.copytree(store, copy)
        (copy / damage).write_bytes((copy / damage).read_bytes()[:20] if damage != "lat/.zarray" else b"")
        assert not read(copy), damage
        shutil.rmtree(copy)
    chunk = next(path for path in sorted((store / "sst").iterdir()) if not path.name.startswith("."))
    chunk.write_bytes(b"rubbish")
    assert not read(store)


@pytest.mark.parametrize("kind", ["NETCDF3_CLASSIC", "NETCDF3_64BIT_OFFSET", "NETCDF3_64BIT_DATA"])
@pytest.mark.parametrize("variables", [1, 2])
@pytest.mark.parametrize("days", [0, 3])
def test_a_classic_file_says_how_long_it_is(kind: str, variables: int, days: int, tmp_path: Path) -> None:
    """Fixed and record variables of odd sizes, one or several: to the last value, filled up to whole words or not."""
    path = tmp_path / "a.nc"
    with netCDF4.Dataset(path, "w", format=kind) as out:
        out.title = "odd"
        out.createDimension("time", None)
        out.createDimension("x", 5)
        out.createVariable("x", "f8", ("x",))[:] = np.arange(5)
        for i in range(variables):
            var = out.createVariable(f"v{i}", "i2", ("time", "x"))
            var.units = "K"
            var[:days] = np.ones((days, 5))
    with path.open("rb") as file:
        size = expected_size(file)
    assert path.stat().st_size - 4 < size <= path.stat().st_size


def test_an_older_zarr_store_is_opened_without_a_word(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    """Without consolidated metadata xarray would warn on the reader's terminal."""
    with xarray.open_dataset(written(tmp_path / "a.nc", "deflate"), decode_cf=False) as data:
        data.load().drop_encoding().to_zarr(tmp_path / "a.zarr", zarr_format=2, consolidated=False)
    assert read(tmp_path / "a.zarr")
    assert not [str(one.message) for one in recwarn]


def test_a_file_that_shrinks_after_it_was_opened_is_told(tmp_path: Path) -> None:
    """Its chunk index is good, the bytes behind it are gone: cut short, not a number less."""
    path = written(tmp_path / "shrinks.nc", "deflate")
    held = grids.open_grid(str(path), "sst")
    fields = grids.fields(held)
    next(fields)
    os.truncate(path, 3 * path.stat().st_size // 4)
    with pytest.raises(SeriesError, match="cut short"):
        list(fields)

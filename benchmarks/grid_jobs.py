"""The jobs that `benchmarks.grid` times, one process each: ``python -m benchmarks.grid_jobs JOB ARGUMENT…``."""

from __future__ import annotations

import sys
from pathlib import Path

NINE = ("world", "nh", "sh", "tropics", "arctic", "antarctic", "world2", "natlan", "nino3.4")


def prepare(folder: str, *years: str) -> None:
    """Write the made-up files, once: whole years, and a week of daily files."""
    import numpy as np

    from benchmarks import synthetic

    for year in years:
        path = Path(folder) / f"sst.day.mean.{year}.nc"
        if not path.exists():
            synthetic.write_psl_year(path.with_suffix(".part"), int(year)).replace(path)
    for i in range(7):
        day = np.datetime64("2024-01-01") + i
        path = Path(folder) / f"oisst-avhrr-v02r01.{str(day).replace('-', '')}.nc"
        if not path.exists():
            synthetic.write_ncei_day(path.with_suffix(".part"), day).replace(path)


def start() -> None:
    """Start and imports alone: what any job of ours pays before its first day."""
    import climtrack.grids.reduce
    import climtrack.vocabulary.registry  # noqa: F401


def inflate(*paths: str) -> None:
    """A bare libdeflate loop over the stored chunks: what no reader can undercut."""
    import os

    import deflate
    import h5py

    for path in paths:
        places: list[tuple[int, int]] = []
        with h5py.File(path) as file:
            data = file["sst"]
            data.id.chunk_iter(lambda info: places.append((info.byte_offset, info.size)))  # noqa: B023
            size = data.shape[-1] * data.shape[-2] * data.dtype.itemsize
        handle = os.open(path, os.O_RDONLY)
        for offset, stored in places:
            deflate.zlib_decompress(os.pread(handle, stored, offset), size)
        os.close(handle)


def reduce(scheduler: str, workers: str, count: str, hashed: str, *paths: str) -> None:
    """Our reduction through the library, `count` regions in one pass; says how long the work itself took."""
    import hashlib
    import time

    from climtrack.grids.reduce import Request, file_means
    from climtrack.vocabulary.registry import REGIONS

    request = Request("sst", tuple(REGIONS[name] for name in NINE[: int(count)]), hashed=hashed == "hash")
    begin = time.perf_counter()
    found = file_means(list(paths), request, scheduler=scheduler, workers=int(workers))
    spent = time.perf_counter() - begin
    whole = hashlib.sha256(b"".join(f.values.tobytes() + f.coverage.tobytes() for f in found)).hexdigest()
    loaded = [name for name in ("xarray", "dask", "pandas", "numba", "netCDF4") if name in sys.modules]
    print(whole[:16], f"{spent:.3f}", ",".join(loaded) or "-")


def cluster(workers: str, *paths: str) -> None:
    """The same on a dask cluster that is already up: its start is not the reduction's."""
    import time

    from climtrack.grids import reduce
    from climtrack.grids.reduce import Request, file_means
    from climtrack.vocabulary.registry import REGIONS

    request = Request("sst", tuple(REGIONS[name] for name in NINE))
    with reduce.cluster(int(workers)) as address:
        file_means(list(paths[:1]), request, scheduler=address)  # workers import what they need
        begin = time.perf_counter()
        file_means(list(paths), request, scheduler=address)
        print(f"{time.perf_counter() - begin:.3f}")


def naive(how: str, *paths: str) -> None:
    """
    What a tutorial does: xarray's weighted mean by the cosine of latitude, nine regions in one dask.compute.

    With ``masks`` the cells outside a region are masked out, as for any shape; with ``boxes`` each region is cut out by
    slices, which does for boxes alone and spares most of the work.
    """
    import dask
    import numpy as np
    import xarray as xr

    from climtrack.vocabulary.registry import REGIONS

    with xr.open_mfdataset(list(paths), chunks={"time": 30}) as data:
        field = data["sst"]
        weights = np.cos(np.deg2rad(field.lat))
        means = []
        for name in NINE:
            region = REGIONS[name]
            width = region.east - region.west
            if how == "masks":
                inside = (field.lat > region.south) & (field.lat < region.north)
                part = field.where(inside & ((field.lon - region.west) % 360 < width) if width < 360 else inside)
            else:
                part = field.sel(lat=slice(region.south, region.north))
                if width < 360:
                    part = part.sel(lon=slice(region.west % 360, region.east % 360 or 360))
            means.append(part.weighted(weights).mean(("lat", "lon")))
        dask.compute(*means, scheduler="threads", num_workers=1)


def reference(*paths: str) -> None:
    """Largest relative difference of our means from plain float64 arithmetic, cell by cell."""
    import netCDF4
    import numpy as np

    from climtrack.grids.reduce import Request, file_means
    from climtrack.vocabulary.registry import REGIONS

    names = ("world", "nh", "sh", "natlan")
    found = file_means(list(paths), Request("sst", tuple(REGIONS[n] for n in names)))
    worst = 0.0
    for file, path in zip(found, paths, strict=True):
        with netCDF4.Dataset(path) as data:
            data.set_auto_maskandscale(False)
            var, lon = data["sst"], np.asarray(data["lon"][:], dtype=np.float64)
            rows, scale = var.shape[1], float(var.scale_factor)
            area = np.diff(np.sin(np.deg2rad(np.linspace(-90, 90, rows + 1))))[:, None]
            lat = (np.arange(rows) + 0.5) * 180 / rows - 90
            for day in range(0, var.shape[0], 7):
                stored = var[day]
                good = stored != var._FillValue
                celsius = np.where(good, stored.astype(np.float64) * scale, 0.0)
                for i, name in enumerate(names):
                    region = REGIONS[name]
                    east = (
                        np.ones(lon.size, bool)
                        if region.east - region.west >= 360
                        else (lon - region.west) % 360 < (region.east - region.west)
                    )
                    weight = area * ((lat > region.south) & (lat < region.north))[:, None] * east[None] * good
                    plain = (celsius * weight).sum() / weight.sum()
                    worst = max(worst, abs(file.values[day, i] / plain - 1))
    print(f"{worst:.1e}")


def climatology(out: str, first: str, last: str, *paths: str) -> None:
    """Climatology of every cell, written to a file."""
    from climtrack.grids import cells, grids
    from climtrack.vocabulary.registry import Baseline

    files = [grids.open_grid(path, "sst") for path in paths]
    cells.to_netcdf(cells.climatology(files, Baseline(int(first), int(last))), Path(out), {})


def difference(out: str, this: str, other: str) -> None:
    """Every day of one year minus that of the other, written packed and not compressed, as CDO does."""
    import netCDF4
    import numpy as np

    from climtrack.grids import cells, grids
    from climtrack.vocabulary.calendar import same_day

    one, two = grids.open_grid(this, "sst"), grids.open_grid(other, "sst")
    days = one.times.astype("datetime64[D]").astype(object)
    pairs = [(day, same_day(day, int(two.times[0].astype("datetime64[Y]").astype(int)) + 1970)) for day in days]
    with netCDF4.Dataset(out, "w") as file:
        file.createDimension("time", len(pairs))
        file.createDimension("lat", one.grid.shape[0])
        file.createDimension("lon", one.grid.shape[1])
        var = file.createVariable("sst", "i2", ("time", "lat", "lon"), fill_value=np.int16(-999))
        var.set_auto_maskandscale(False)
        var.scale_factor = 0.01
        hundredths = np.empty(one.grid.shape, dtype=np.float32)
        for i, field in enumerate(cells.difference([one], [two], pairs)):
            np.multiply(field, 100, out=hundredths)
            np.rint(hundredths, out=hundredths)
            np.copyto(hundredths, -999, where=np.isnan(field))
            var[i] = hundredths.astype(np.int16)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])

# %% [markdown]
# # 4. From grids to a hemisphere's sea
#
# The site publishes no sea temperature of a whole hemisphere. It can be computed from the grids behind it, NOAA's OISST: a weighted
# mean of every cell that holds sea. This notebook does it twice on a small made-up grid, first step by step, then with the
# function that does it for years of real files.

# %%
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import xarray as xr

import climtrack

# %% [markdown]
# ## A small grid
#
# Five degrees, two days, a sea that is warm at the equator and cold at the poles, and two continents. Simulated: it means
# nothing.

# %%
latitude = np.arange(-87.5, 90, 5.0)
longitude = np.arange(2.5, 360, 5.0)
field = 29.0 - 30.0 * np.sin(np.deg2rad(latitude))[:, None] ** 2 + 0.5 * np.cos(np.deg2rad(longitude))
land = (np.abs(latitude)[:, None] < 60) & ((longitude > 280) & (longitude < 310) | (longitude > 10) & (longitude < 40))
sea = xr.DataArray(
    np.stack([np.where(land, np.nan, field), np.where(land, np.nan, field + 0.1)]),
    dims=("time", "lat", "lon"),
    coords={
        "time": np.array(["2024-07-04", "2024-07-05"], dtype="datetime64[ns]"),
        "lat": ("lat", latitude, {"units": "degrees_north", "standard_name": "latitude"}),
        "lon": ("lon", longitude, {"units": "degrees_east", "standard_name": "longitude"}),
    },
    name="sst",
    attrs={"units": "degC", "standard_name": "sea_surface_temperature", "cell_methods": "time: mean"},
)

# %% [markdown]
# ## The area of a cell
#
# Between two latitudes lies a share of the sphere's surface that grows with the difference of their sines. Cos φ at the cell's middle is
# nearly the same, except at the poles.

# %%
edges = np.deg2rad(np.arange(-90, 91, 5.0))
area = xr.DataArray(np.diff(np.sin(edges)), dims="lat", coords={"lat": sea.lat})
north = sea.where(sea.lat > 0)
by_hand = north.weighted(area).mean(("lat", "lon"))
by_hand.values

# %% [markdown]
# Without weights the cold polar rows count as much as the wide tropical ones:

# %%
print(f"weighted {float(by_hand[0]):.3f} °C, unweighted {float(north[0].mean()):.3f} °C")

# %% [markdown]
# ## The same, for files of any size
#
# `climtrack.reduce` takes NetCDF files, folders, Zarr stores and addresses, recognises what is in them by their metadata, and reduces
# all regions in one pass. On the command line it is `climtrack grid reduce`, which also keeps the series, so that reports
# use it from then on.

# %%
with TemporaryDirectory() as folder:
    path = Path(folder) / "oisst.nc"
    sea.to_dataset().assign_attrs(
        title="NOAA/NCEI 1/4 Degree Daily Optimum Interpolation Sea Surface Temperature (OISST) Analysis, Version 2.1 - Final"
    ).to_netcdf(path)
    reduced = climtrack.reduce([path], "nh", "sh", "world", variable="sst")
reduced

# %%
np.testing.assert_allclose(reduced.sst.sel(region="nh"), by_hand, rtol=1e-12)
print("by hand and by climtrack: the same to twelve digits")

# %% [markdown]
# ## What is covered
#
# The share of each region's area that holds a value: here, what is not land.

# %%
reduced.coverage.isel(time=0).to_pandas().round(3)

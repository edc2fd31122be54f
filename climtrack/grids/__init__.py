"""NetCDF and Zarr grids → regional daily means."""

"""
The same job as anyone would write it first: xarray, groupby, pyplot, constrained layout.

``python -m benchmarks.straightforward STORE OUT`` reads every stored series, computes climatology, anomalies, year over
year, ranks and trend of each, and draws four charts of the northern hemisphere's air as PNG and SVG.
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

SIZE = {"figsize": (12, 6.75), "layout": "constrained"}


def facts(values: xr.DataArray) -> dict[str, object]:
    """Everything asked of one series."""
    normal = values.sel(time=slice("1991", "2020")).groupby("time.dayofyear").mean()
    spread = values.sel(time=slice("1991", "2020")).groupby("time.dayofyear").std()
    anomaly = values.groupby("time.dayofyear") - normal
    today = values.time[-1]
    same_day = values.where(values.time.dt.dayofyear == today.dt.dayofyear, drop=True)
    rank = int((same_day > values[-1]).sum()) + 1
    annual = values.resample(time="YE").mean()
    trend = annual.polyfit("time", 1)
    before = values.sel(time=today - np.timedelta64(365, "D"), method="nearest")
    record = values.groupby("time.dayofyear").max()
    return {
        "normal": normal, "spread": spread, "anomaly": anomaly, "rank": rank, "trend": trend,
        "year_over_year": values[-1] - before, "record": record, "annual": annual,
    }  # fmt: skip


def rows(values: xr.DataArray) -> dict[int, xr.DataArray]:
    """One line per year."""
    return {int(year): group for year, group in values.groupby("time.year")}


def save(figure: plt.Figure, out: Path, name: str) -> None:
    """As PNG and SVG."""
    figure.savefig(out / f"{name}.png", dpi=200)
    figure.savefig(out / f"{name}.svg")
    plt.close(figure)


def main(store: Path, out: Path) -> None:
    """Read, compute, draw."""
    found = {}
    for path in sorted(store.rglob("*.nc")):
        if path.stem.split("-")[-1] not in ("air", "sst"):  # NOAA's months
            continue
        with xr.open_dataset(path) as file:
            name = "t2m" if "t2m" in file else "sst"
            values = file[name].load()
        found[path.name] = (values, facts(values))
    values, known = next(pair for name, pair in found.items() if name == "nh-air.nc")
    years = rows(values)
    newest = max(years)

    figure, axes = plt.subplots(**SIZE)
    for year, line in years.items():
        style = {newest: ("black", 2.6), newest - 1: ("orange", 1.7)}.get(year, ("0.8", 0.6))
        axes.plot(line.time.dt.dayofyear, line, color=style[0], linewidth=style[1])
    axes.plot(known["normal"].dayofyear, known["normal"], "b--")
    axes.fill_between(known["normal"].dayofyear, known["normal"] - 2 * known["spread"],
                      known["normal"] + 2 * known["spread"], alpha=0.2)  # fmt: skip
    axes.set_title("Northern Hemisphere air")
    save(figure, out, "year-lines")

    figure, axes = plt.subplots(**SIZE)
    for year, line in rows(known["anomaly"]).items():
        style = {newest: ("black", 2.6), newest - 1: ("orange", 1.7)}.get(year, ("0.8", 0.6))
        axes.plot(line.time.dt.dayofyear, line, color=style[0], linewidth=style[1])
    axes.set_title("Difference from average")
    save(figure, out, "anomaly")

    figure, axes = plt.subplots(**SIZE)
    this, last = years[newest].values, years[newest - 1].values[: years[newest].size]
    axes.bar(np.arange(this.size), this - last, color=np.where(this > last, "firebrick", "steelblue"), width=1.0)
    axes.set_title("Difference from last year")
    save(figure, out, "year-over-year")

    figure, axes = plt.subplots(**SIZE)
    annual = known["annual"]
    axes.bar(annual.time.dt.year, np.ones(annual.size), width=1.0,
             color=mpl.colormaps["RdBu_r"]((annual - annual.min()) / (annual.max() - annual.min())))  # fmt: skip
    axes.set_title("Stripes")
    save(figure, out, "stripes")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

"""
Means of steps to days, and days to daily series with where they came from.

A day is the exactly rounded mean of its steps (`math.fsum`), so their order cannot matter, and counts only when all of
its steps are there and cover the region as usual: one half of which has no value that day is not the region. Where a
day comes twice, the final value replaces the preliminary one; two different final values are an error, not a choice.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from climtrack.errors import Notice, SeriesError
from climtrack.grids.cf import DAY, Times
from climtrack.grids.grids import GridFile
from climtrack.grids.reduce import FileMeans, Request
from climtrack.grids.weights import RULES
from climtrack.vocabulary.registry import PRODUCTS, VARIABLES, Region, short_name
from climtrack.vocabulary.series import Flags, Floats, Series, SeriesKey, Source, Status, trimmed

#: Two final values of one step must agree to this, in degC.
SAME = 1e-9
#: Files are listed one by one up to this many, by year beyond.
LISTED = 400
#: A day covered by less than this share of the usual is left out.
ENOUGH = 0.95
#: A file's label, its SHA-256, and the year of its first day.
File = tuple[str, str, int]


@dataclass(frozen=True, slots=True, eq=False)
class Days:
    """Complete days over all regions, in order, and the files that they come from."""

    dates: Times  # Shape (time,)
    status: Flags  # PRELIMINARY where any step of the day is
    values: Floats  # Means in degC, NaN where the region has no value, shape (time, region)
    coverage: Floats  # Share of each region's area that has a value, shape (time, region)
    files: tuple[File, ...]
    grid: str
    name: str  # Of the variable in the files
    notes: tuple[Notice, ...] = ()  # What was unusual


def days(files: Sequence[FileMeans]) -> Days:
    """Daily means of the steps of some files."""
    times, status, values, coverage = (
        np.concatenate([getattr(file, name) for file in files]) for name in ("times", "status", "values", "coverage")
    )
    origin = np.repeat(np.arange(len(files)), [file.times.size for file in files])
    if whole := all(file.daily for file in files):  # NCEI dates a day at its noon, PSL at its midnight
        times = times.astype("datetime64[D]").astype(times.dtype)
    order = np.lexsort((origin, status, times))  # FINAL sorts before PRELIMINARY
    first = np.concatenate(([True], times[order][1:] != times[order][:-1]))
    for i, j in zip(order[:-1][~first[1:]], order[1:][~first[1:]], strict=True):
        if status[i] == status[j] and not np.allclose(values[i], values[j], rtol=0, atol=SAME, equal_nan=True):
            one, two = files[origin[i]].label, files[origin[j]].label
            raise SeriesError("grid.differ", one=one, two=two, day=str(times[i].astype("datetime64[D]")))
    keep = order[first]
    times, status, values, coverage = times[keep], status[keep], values[keep], coverage[keep]
    steps = _steps_a_day(times, whole)
    dates = times.astype("datetime64[D]")
    starts = np.flatnonzero(np.concatenate(([True], dates[1:] != dates[:-1])))
    complete = np.diff([*starts, dates.size]) == steps
    at = starts[complete]

    def mean(table: Floats) -> Floats:
        """Exactly rounded means of each day's steps."""
        rows = [[math.fsum(column) / steps for column in table[i : i + steps].T] for i in at]
        return np.array(rows).reshape(at.size, table.shape[1])

    notes = []
    if short := [str(day) for day in dates[starts[~complete]]]:
        notes.append(Notice("grid.note.short_days", n=len(short), steps=steps, days=_first(short)))
    if steps == 1 and not whole:
        notes.append(Notice("grid.note.one_step"))
    sources = tuple((f.label, f.sha256, f.times.min().astype("datetime64[D]").item().year) for f in files)
    flags = np.array([status[i : i + steps].max() for i in at], dtype=np.int8)
    return Days(dates[at], flags, mean(values), mean(coverage), sources, files[0].grid, files[0].name, tuple(notes))


def _steps_a_day(times: Times, daily: bool) -> int:
    """How many steps make a day: from the shortest time between two of them."""
    if daily:
        return 1
    if times.size < 2:
        raise SeriesError("grid.lone_step")
    gap = np.diff(times).min()
    if gap > DAY or DAY % gap != np.timedelta64(0, "s"):
        raise SeriesError("grid.steps_apart", hours=gap / np.timedelta64(3600, "s"))
    return int(DAY // gap)


def _first(dates: Sequence[str]) -> str:
    return ", ".join(dates[:3]) + (" …" if len(dates) > 3 else "")


def manifest(files: Sequence[File]) -> str:
    """The files used, as `sha256sum` lists them; by year where there are many."""
    lines = [f"{sha256 or '-' * 64}  {label}" for label, sha256, _ in files]
    if len(lines) <= LISTED:
        return "\n".join(lines)
    years: dict[int, list[str]] = {}
    for line, (_, _, year) in zip(lines, files, strict=True):
        years.setdefault(year, []).append(line)
    digests = {year: hashlib.sha256("\n".join(sorted(some)).encode()).hexdigest() for year, some in years.items()}
    return "\n".join(f"{digests[year]}  listing of {len(years[year])} files of {year}" for year in sorted(years))


def product_of(files: Sequence[FileMeans | GridFile], name: str = "") -> str:
    """The one product that all files belong to; `name` where they do not tell."""
    products = sorted({file.product for file in files})
    if name and name not in PRODUCTS:
        raise SeriesError("grid.unknown_product", name=name[:40], known=tuple(PRODUCTS))
    if name and set(products) <= {"", name}:
        return name
    if name:
        raise SeriesError("grid.other_product", products=[one for one in products if one], expected=name)
    if len(products) != 1:
        raise SeriesError("grid.other_products", products=[one or "unknown" for one in products])
    if not products[0]:
        label, title = files[0].label[:60], files[0].title[:40]
        raise SeriesError("grid.no_product", file=label, title=title, known=tuple(PRODUCTS))
    return products[0]


@dataclass(frozen=True, slots=True, eq=False)
class RegionSeries:
    """A region's daily series and the coverage of each of its days."""

    series: Series
    coverage: Floats  # Share of the region's area that has a value, shape (time,), NaN on days without
    usual: float


def series(
    table: Days,
    request: Request,
    *,
    product: str,
    retrieved: dt.datetime,
    version: str,
    url: str = "",
) -> tuple[RegionSeries, ...]:
    """Daily series of each region, with full provenance."""
    if not table.dates.size:
        raise SeriesError("grid.no_day", notes="; ".join(map(str, table.notes))[:80])
    labels = [label for label, _, _ in table.files]
    listing = manifest(table.files)
    start = table.dates[0].item()
    at = (table.dates - table.dates[0]).astype(int)
    found = []
    for i, region in enumerate(request.regions):
        key = SeriesKey(product, short_name(request.variable), region.name)
        values, coverage = np.full(at[-1] + 1, np.nan), np.full(at[-1] + 1, np.nan)
        status = np.full(values.size, Status.MISSING, dtype=np.int8)
        values[at], coverage[at], status[at] = table.values[:, i], table.coverage[:, i], table.status
        usual = float(np.nanmedian(coverage))
        poor = np.flatnonzero(coverage < ENOUGH * usual)
        values[poor] = np.nan
        status[np.isnan(values)] = Status.MISSING
        unusual = [*table.notes]
        if poor.size:
            dates = _first([str(start + dt.timedelta(days=int(j))) for j in poor])
            unusual.append(Notice("grid.note.poor_days", n=poor.size, share=ENOUGH, days=dates))
        low = int(np.nanargmin(np.where(np.isnan(values), np.nan, coverage))) if not np.isnan(values).all() else 0
        details = {
            "files": listing,
            "variable": table.name,
            "grid": table.grid,
            "region": _bounds(region),
            "weights": f"{request.rule}: {RULES[request.rule]}",
            "coverage": f"{usual:.6f}",
            "coverage_lowest": f"{coverage[low]:.6f} on {start + dt.timedelta(days=low)}",
            "program": f"climtrack {version}",
        }
        source = Source(
            url or (labels[0] if len(labels) == 1 else f"{len(labels)} files: {labels[0]} … {labels[-1]}"),
            retrieved,
            hashlib.sha256(listing.encode()).hexdigest(),
            data_source=PRODUCTS[product].title,
            notes=tuple(unusual),
            details=MappingProxyType(details),
        )
        one = trimmed(key, start, values, status, source)
        _check_plausible(one)
        skip = (one.start - start).days
        found.append(RegionSeries(one, coverage[skip : skip + one.values.size], usual))
    return tuple(found)


def _check_plausible(series: Series) -> None:
    """Refuse what no place on Earth can be: a sign of wrong units or of a field that is no temperature."""
    low, high = VARIABLES[series.key.variable].plausible
    wrong = np.flatnonzero((series.values < low) | (series.values > high))
    if wrong.size:
        value, day = float(series.values[wrong[0]]), str(series.dates[wrong[0]])
        raise SeriesError("grid.implausible", key=str(series.key), value=value, day=day, low=low, high=high)


def _bounds(region: Region) -> str:
    """Where a region lies, in words."""
    box = f"{region.south:g} to {region.north:g} degrees north, {region.west:g} to {region.east:g} degrees east"
    return (
        f"outline within {box}, sha256 {hashlib.sha256(region.outline.encode()).hexdigest()[:12]}"
        if region.outline
        else box
    )

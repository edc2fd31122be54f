"""
Days of regions to daily series, with where they came from.

A day counts only where its coverage is the usual one: a region half of which has no value that day is not the region.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from climtrack.errors import SeriesError
from climtrack.grids.reduce import FileMeans, Request
from climtrack.grids.weights import RULES
from climtrack.vocabulary.notice import counted
from climtrack.vocabulary.registry import PRODUCTS, VARIABLES, Region
from climtrack.vocabulary.series import Floats, Series, SeriesKey, Source, Status, trimmed

# Means of steps to days.
#
# A day is the exactly rounded mean of its steps (`math.fsum`), so their order cannot matter, and counts only when all
# of its steps are there. Where a day comes twice, the final value replaces the preliminary one; two different final
# values are an error, not a choice.


DAY = np.timedelta64(86400, "s")
#: Two final values of one step must agree to this, in degC.
SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Day:
    """One day over all regions."""

    date: dt.date
    status: Status  # PRELIMINARY if any of its steps is
    # Means in degC (NaN where the region has no value) and share of the area with a value, one for each region
    values: tuple[float, ...]
    # Means in degC (NaN where the region has no value) and share of the area with a value, one for each region
    coverage: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Days:
    """Complete days of some files, in order, and what was left out."""

    days: tuple[Day, ...]
    notes: tuple[str, ...] = ()  # What was unusual, one sentence each


def days(found: Sequence[FileMeans]) -> Days:
    """Daily means of the steps of some files."""
    times = np.concatenate([f.times for f in found])
    status = np.concatenate([f.status for f in found])
    values = np.concatenate([f.values for f in found])
    coverage = np.concatenate([f.coverage for f in found])
    origin = np.repeat(np.arange(len(found)), [f.times.size for f in found])
    if whole := all(f.daily for f in found):  # NCEI dates a day at its noon, PSL at its midnight
        times = times.astype("datetime64[D]").astype(times.dtype)
    order = np.lexsort((origin, status, times))  # FINAL sorts before PRELIMINARY
    first = np.concatenate(([True], times[order][1:] != times[order][:-1]))
    for i, j in zip(order[:-1][~first[1:]], order[1:][~first[1:]], strict=True):
        if status[i] == status[j] and not np.allclose(values[i], values[j], rtol=0, atol=SAME, equal_nan=True):
            raise SeriesError(
                f"{found[origin[i]].label} and {found[origin[j]].label} differ on {times[i].astype('datetime64[D]')}",
                "Give one of them",
            )
    keep = order[first]
    times, status, values, coverage = times[keep], status[keep], values[keep], coverage[keep]
    steps = _steps_a_day(times, whole)
    dates = times.astype("datetime64[D]")
    result, short = [], []
    starts = np.flatnonzero(np.concatenate(([True], dates[1:] != dates[:-1])))
    for begin, end in zip(starts, [*starts[1:], dates.size], strict=True):
        if end - begin != steps:
            short.append(str(dates[begin]))
            continue
        flag = Status.PRELIMINARY if (status[begin:end] == Status.PRELIMINARY).any() else Status.FINAL
        result.append(
            Day(dates[begin].item(), flag, _means(values[begin:end]), _means(coverage[begin:end]))
        )  # fmt: skip
    notes = [f"{counted(len(short), 'day')} with fewer than {steps} steps left out: {some(short)}"] if short else []
    if steps == 1 and not whole:
        notes.append("the files have one step a day and do not say that it is the mean of the day")
    return Days(tuple(result), tuple(notes))


def _means(rows: Floats) -> tuple[float, ...]:
    """Exactly rounded mean of each column."""
    if len(rows) == 1:
        return tuple(float(v) for v in rows[0])
    return tuple(math.fsum(column) / len(rows) for column in rows.T)


def _steps_a_day(times: np.ndarray[tuple[int], np.dtype[np.datetime64]], daily: bool) -> int:
    """How many steps make a day: from the shortest time between two of them."""
    if daily:
        return 1
    if times.size < 2:
        raise SeriesError(
            "the file holds one step and does not say that it is the mean of a day", "Give all hours of the day"
        )
    gap = np.diff(times).min()
    if gap > DAY or DAY % gap != np.timedelta64(0, "s"):
        raise SeriesError(
            f"steps are {gap / np.timedelta64(3600, 's'):g} hours apart, neither daily nor parts of a day"
        )
    return int(DAY // gap)


def some(dates: Sequence[str]) -> str:
    """The first of many dates."""
    return ", ".join(dates[:3]) + (" …" if len(dates) > 3 else "")


# Which files were used: each with its hash, all of one product.


#: Files are listed one by one up to this many, by year beyond.
LISTED = 400


@dataclass(frozen=True, slots=True)
class FileRecord:
    """Name, hash, size and first day of a file that was used."""

    label: str
    sha256: str
    size: int
    first: dt.date


def records(found: Sequence[FileMeans]) -> tuple[FileRecord, ...]:
    """Which files were used."""
    return tuple(FileRecord(f.label, f.sha256, f.size, f.times.min().astype("datetime64[D]").item()) for f in found)


def manifest(files: Sequence[FileRecord]) -> str:
    """The files used, as `sha256sum` lists them; by year where there are many."""
    lines = [f"{f.sha256 or '-' * 64}  {f.label}" for f in files]
    if len(lines) <= LISTED:
        return "\n".join(lines)
    years: dict[int, list[str]] = {}
    for line, file in zip(lines, files, strict=True):
        years.setdefault(file.first.year, []).append(line)
    digests = {year: hashlib.sha256("\n".join(sorted(some)).encode()).hexdigest() for year, some in years.items()}
    return "\n".join(f"{digests[year]}  listing of {len(years[year])} files of {year}" for year in sorted(years))


def product_of(found: Sequence[FileMeans], wanted: str = "") -> str:
    """The one product that all files belong to."""
    told = sorted({f.product for f in found})
    if wanted and wanted not in PRODUCTS:
        raise SeriesError(f"product {wanted[:40]!r} is unknown", f"Known are {', '.join(PRODUCTS)}")
    if wanted and set(told) <= {"", wanted}:
        return wanted
    if wanted:
        raise SeriesError(f"the files belong to {', '.join(t for t in told if t)}, not to {wanted}")
    if len(told) != 1:
        raise SeriesError(f"the files belong to different products: {', '.join(t or 'unknown' for t in told)}")
    if not told[0]:
        raise SeriesError(
            f"{found[0].label[:60]} does not say which product it is (title: {found[0].title[:40]!r})",
            f"Name it (--product): {', '.join(PRODUCTS)}",
        )
    return told[0]


#: A day covered by less than this share of the usual is left out.
ENOUGH = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class Reduced:
    """A region's daily series and the coverage of each of its days."""

    series: Series
    coverage: Floats  # Share of the region's area that has a value, shape (time,), NaN on days without
    usual: float


def series(
    table: Days,
    files: Sequence[FileRecord],
    request: Request,
    *,
    product: str,
    grid: str,
    name: str,
    retrieved: dt.datetime,
    version: str,
    url: str = "",
    usual: Mapping[str, float] = MappingProxyType({}),
    notes: Sequence[str] = (),
) -> tuple[Reduced, ...]:
    """Daily series of each region, with full provenance."""
    if not table.days:
        raise SeriesError("not one complete day in these files", "; ".join(table.notes)[:80])
    labels = [f.label for f in files]
    named = labels[0] if len(labels) == 1 else f"{len(labels)} files: {labels[0]} … {labels[-1]}"
    listing = manifest(files)
    start = table.days[0].date
    size = (table.days[-1].date - start).days + 1
    at = np.array([(day.date - start).days for day in table.days])
    found = []
    for i, region in enumerate(request.regions):
        key = SeriesKey(product, request.variable, region.name)
        values, coverage = np.full(size, np.nan), np.full(size, np.nan)
        values[at] = [day.values[i] for day in table.days]
        coverage[at] = [day.coverage[i] for day in table.days]
        median = usual.get(region.name) or float(np.nanmedian(coverage))
        poor = np.flatnonzero(coverage < ENOUGH * median)
        values[poor] = np.nan
        status = np.full(size, Status.MISSING, dtype=np.int8)
        status[at] = [day.status for day in table.days]
        status[np.isnan(values)] = Status.MISSING
        dates = [str(start + dt.timedelta(days=int(j))) for j in poor]
        said = [*table.notes, *notes]
        if dates:
            lost = counted(len(dates), "day")
            said.append(f"{lost} with less than {ENOUGH:.0%} of the usual coverage left out: {some(dates)}")
        low = int(np.nanargmin(np.where(np.isnan(values), np.nan, coverage))) if not np.isnan(values).all() else 0
        details = {
            "files": listing,
            "variable": name,
            "grid": grid,
            "region": _bounds(region),
            "weights": f"{request.rule}: {RULES[request.rule]}",
            "coverage": f"{median:.6f}",
            "coverage_lowest": f"{coverage[low]:.6f} on {start + dt.timedelta(days=low)}",
            "program": f"climtrack {version}",
        }
        source = Source(
            url or named,
            retrieved,
            hashlib.sha256(listing.encode()).hexdigest(),
            data_source=PRODUCTS[product].title,
            notes=tuple(said),
            details=MappingProxyType(details),
        )
        one = trimmed(key, start, values, status, source)
        skip = (one.start - start).days
        found.append(Reduced(one, coverage[skip : skip + one.values.size], median))
    _plausible(found)
    return tuple(found)


def _plausible(found: Sequence[Reduced]) -> None:
    """Refuse what no place on Earth can be: a sign of wrong units or of a field that is no temperature."""
    for reduced in found:
        one = reduced.series
        low, high = VARIABLES[one.key.variable].plausible
        wrong = np.flatnonzero((one.values < low) | (one.values > high))
        if wrong.size:
            raise SeriesError(
                f"{one.key}: {one.values[wrong[0]]:.1f} °C on {one.dates[wrong[0]]} lies outside {low:g}…{high:g}",
                "Check that the files hold temperatures",
            )


def _bounds(region: Region) -> str:
    """Where a region lies, in words."""
    box = f"{region.south:g} to {region.north:g} degrees north, {region.west:g} to {region.east:g} degrees east"
    return (
        f"outline within {box}, sha256 {hashlib.sha256(region.outline.encode()).hexdigest()[:12]}"
        if region.outline
        else box
    )

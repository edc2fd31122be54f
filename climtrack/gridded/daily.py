"""
Days of regions to daily series, with where they came from.

A day counts only where its coverage is the usual one: a region half of which has no value that day is not the region.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from climtrack.errors import SeriesError
from climtrack.gridded.days import Days, some
from climtrack.gridded.listing import FileRecord, manifest
from climtrack.gridded.reduction import Request
from climtrack.gridded.weights import RULES
from climtrack.vocabulary.counting import counted
from climtrack.vocabulary.products import PRODUCTS
from climtrack.vocabulary.regions import Region
from climtrack.vocabulary.series import Floats, Series, SeriesKey, Source, Status, trimmed
from climtrack.vocabulary.variables import VARIABLES

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

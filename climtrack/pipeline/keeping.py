"""Series computed from grids: kept in the store, never spliced with others; what became of each, as line and table."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from climtrack.config import Config
from climtrack.errors import SeriesError
from climtrack.files import write_whole
from climtrack.gridded.daily import Reduced
from climtrack.pipeline.selection import reached
from climtrack.store.merge import Merged, merge
from climtrack.store.netcdf import Store
from climtrack.store.writer import Writer
from climtrack.vocabulary.counting import counted
from climtrack.vocabulary.series import Series, Source, Status

#: What two runs must have in common before their days may stand in one series.
SAME = ("weights", "grid", "region")


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """What became of one region."""

    reduced: Reduced  # Its series from these files, and their coverage
    merged: Merged | None  # What it changed in the store; None where nothing was stored
    refused: SeriesError | None = None  # Why the store keeps what it has

    def row(self) -> str:
        """The outcome in a line."""
        one = self.reduced.series
        count = int(np.count_nonzero(~np.isnan(one.values)))
        early = int(one.preliminary.sum())
        words = f"{one.key}: {counted(count, 'day')}, {one.start} to {one.end}"
        if early:
            words += f", {early} of them preliminary"
        if (new := self.merged) is not None:
            words += f"; {len(new.added):,} new, {len(new.revised):,} revised, {new.finalised:,} made final"
        low = float(np.nanmin(self.reduced.coverage))
        return f"{words}; {self.reduced.usual:.1%} of the area has values (never less than {low:.1%})."

    def document(self) -> dict[str, Any]:
        """The outcome for machines."""
        one = self.reduced.series
        return {
            "key": str(one.key),
            "first_date": one.start.isoformat(),
            "last_date": one.end.isoformat(),
            "latest": one.value(one.end),
            "preliminary": int(one.preliminary.sum()),
            "coverage": self.reduced.usual,
            "coverage_lowest": float(np.nanmin(self.reduced.coverage)),
            "added": len(self.merged.added) if self.merged else None,
            "revised": len(self.merged.revised) if self.merged else None,
            "finalised": self.merged.finalised if self.merged else None,
            "refused": self.refused.what if self.refused else None,
            "notes": list(one.source.notes),
            "details": dict(one.source.details),
        }


def keep(made: Sequence[Reduced], config: Config, now: dt.datetime) -> tuple[Stored, ...]:
    """Store some series; one that the store holds in another form does not keep the others out."""
    stored = []
    with Store(config.home).writer(now) as writer:
        for one in made:
            try:
                stored.append(Stored(one, put(writer, one.series)))
            except SeriesError as problem:
                stored.append(Stored(one, None, problem))
    first = next((one.refused for one in stored if one.refused is not None), None)
    if first is not None and all(one.refused is not None for one in stored):
        raise first
    return tuple(stored)


def put(writer: Writer, new: Series) -> Merged:
    """Store a computed series, its files listed with those of the days already held."""
    held = writer.held(new.key)
    if held is None or held.source.simulated:
        return writer.put(new)
    ours, theirs = new.source.details, held.source.details
    if any(ours[part] != theirs.get(part) for part in SAME):
        how = theirs.get("weights", "the site's own series").split(":")[0]
        raise SeriesError(
            f"{new.key} is held already, made in another way ({how}, {theirs.get('grid', 'no grid')[:40]})",
            "Series are never spliced: write these to a file with --csv, or use another region name",
        )
    merged = merge(held, new)
    writer.put(replace(merged.series, source=_joined(held.source, new.source, reached(held))))
    return merged


def _joined(held: Source, new: Source, present: bool) -> Source:
    """Provenance of both: every line of either list of files, and whether the present was reached before."""
    lines = dict.fromkeys((*held.details["files"].splitlines(), *new.details["files"].splitlines()))
    by_label = {line.partition("  ")[2]: line for line in lines}  # a file read again is listed as it is now
    details = dict(new.details) | {
        "files": "\n".join(sorted(by_label.values(), key=lambda line: line.partition("  ")[2]))
    }
    if present:
        details["reached_present"] = "yes"
    return replace(new, details=MappingProxyType(details))


def table_csv(stored: Sequence[Stored]) -> bytes:
    """The days of some regions as CSV."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(("series", "date", "value", "status", "coverage"))
    for one in (item.reduced for item in stored):
        for i, day in enumerate(one.series.dates):
            if not np.isnan(one.series.values[i]):
                status = Status(int(one.series.status[i])).name.lower()
                rows.writerow(
                    (one.series.key, day, repr(float(one.series.values[i])), status, f"{one.coverage[i]:.6f}")
                )
    return out.getvalue().encode()


def write_csv(stored: Sequence[Stored], path: Path) -> None:
    """Write the days of some regions."""
    write_whole(path, table_csv(stored))

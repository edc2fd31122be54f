"""Which files were used: each with its hash, all of one product."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from climtrack.errors import SeriesError
from climtrack.gridded.reduction import FileMeans
from climtrack.vocabulary.products import PRODUCTS

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

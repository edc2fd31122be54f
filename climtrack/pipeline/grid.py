"""Gridded files → regional daily series → the same store as everything else."""

from __future__ import annotations

import csv
import datetime as dt
import io
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from climtrack.config import Config
from climtrack.errors import ConfigError, SeriesError
from climtrack.files import write_whole
from climtrack.gridded import days, grids
from climtrack.gridded.days import Reduced
from climtrack.gridded.outlines import from_geojson, named
from climtrack.gridded.reduction import Request, file_means
from climtrack.pipeline.selection import reached
from climtrack.store.merge import Merged, merge
from climtrack.store.netcdf import Store
from climtrack.store.writer import Writer
from climtrack.vocabulary.counting import counted
from climtrack.vocabulary.regions import REGIONS, Region
from climtrack.vocabulary.series import Series, Source, Status
from climtrack.vocabulary.variables import short_name

#: What two runs must have in common before their days may stand in one series.
SAME = ("weights", "grid", "region")


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """
    What became of one region.

    Parameters
    ----------
    reduced : Reduced
        Its series from these files, and their coverage.
    merged : Merged or None
        What it changed in the store; None where nothing was stored.
    refused : SeriesError or None
        Why the store keeps what it has.
    """

    reduced: Reduced
    merged: Merged | None
    refused: SeriesError | None = None

    def row(self) -> str:
        """
        The outcome in a line.

        Returns
        -------
        str
            Series, days, coverage.
        """
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
        """
        The outcome for machines.

        Returns
        -------
        dict
            Dates, values, coverage, provenance.
        """
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


def region(text: str, config: Config) -> Region:
    """
    Region that the user named.

    Parameters
    ----------
    text : str
        A short name, a GeoJSON file, or ``SET:NAME`` of regionmask.
    config : Config
        The settings.

    Returns
    -------
    Region
        The region.

    Raises
    ------
    ConfigError
        If there is none, or a file would take the name of a region that lies elsewhere.
    """
    if text.lower().endswith((".geojson", ".json")):
        path = Path(text)
        plain = unicodedata.normalize("NFKD", path.stem.lower())  # España.geojson is `espana`
        name = "".join(c for c in plain if c.isascii() and (c.isalnum() or c == ".")).strip(".") or "outline"
        try:
            own = from_geojson(path.read_text("utf-8-sig"), name)
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{text[:120]!r} cannot be read", "Give a GeoJSON file in UTF-8") from error
        # Series are kept and told by their region's name: a box of one's own must not stand there as a hemisphere.
        if (name in REGIONS or name in config.regions) and config.region(name).outline != own.outline:
            raise ConfigError(f"{path.name[:80]} would take the name of region {name}", "Rename the file")
        return own
    return named(text) if ":" in text else config.region(text)


def regions(texts: Sequence[str], config: Config) -> tuple[Region, ...]:
    """
    Regions of one pass, as the user named them.

    Parameters
    ----------
    texts : sequence of str
        Each as `region` takes it.
    config : Config
        The settings.

    Returns
    -------
    tuple of Region
        Each once, in the order named.

    Raises
    ------
    ConfigError
        If one is unknown, or two different ones bear the same name.
    """
    found: dict[str, Region] = {}
    for text in texts:
        one = region(text, config)
        other = found.setdefault(one.name, one)
        if replace(one, title=other.title, title_es=other.title_es) != other:
            raise ConfigError(f"two different regions are called {one.name}", "Rename one of the files")
    return tuple(found.values())


def reduce(
    paths: Sequence[str],
    regions: Sequence[Region],
    variable: str,
    *,
    config: Config,
    now: dt.datetime,
    rule: str = "exact",
    name: str = "",
    product: str = "",
    scheduler: str = "threads",
    workers: int = 0,
    store: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Stored, ...]:
    """
    Daily means of regions from gridded files.

    Parameters
    ----------
    paths : sequence of str
        Files, folders, globs, Zarr stores, addresses.
    regions : sequence of Region
        All reduced in one pass.
    variable : str
        ``sst``, or ``t2m`` (``air``).
    config : Config
        The settings.
    now : datetime
        The time.
    rule : {"exact", "site"}
        How cells on an edge count.
    name, product : str, default ""
        Variable in the files and product, where the files do not tell.
    scheduler : str, default "threads"
        Who does the work.
    workers : int, default 0
        How many at once; 0 for one per core.
    store : bool, default True
        Whether the store keeps the series.
    progress : callable, optional
        Called with fields done and in all.

    Returns
    -------
    tuple of Stored
        One a region.

    Raises
    ------
    SeriesError
        If the files cannot be read as one product, or would be spliced with something else.
    """
    request = Request(variable, tuple(regions), "site" if rule == "site" else "exact", name)
    found = file_means(grids.locate(paths), request, scheduler=scheduler, workers=workers, progress=progress)
    request = replace(request, variable=short_name(variable))
    shapes = {one.grid for one in found}
    if len(shapes) > 1:
        raise SeriesError(
            f"the files are on {len(shapes)} different grids", "Reduce them apart: they are not one series"
        )
    made = days.series(
        days.days(found),
        days.records(found),
        request,
        product=days.product_of(found, product),
        grid=found[0].grid,
        name=found[0].name,
        retrieved=now,
        version=program_version(),
    )
    return keep(made, config, now) if store else tuple(Stored(one, None) for one in made)


def keep(made: Sequence[Reduced], config: Config, now: dt.datetime) -> tuple[Stored, ...]:
    """
    Store some series; one that the store holds in another form does not keep the others out.

    Parameters
    ----------
    made : sequence of Reduced
        Computed from grids.
    config : Config
        The settings.
    now : datetime
        The time.

    Returns
    -------
    tuple of Stored
        One a series, with its reason where it was refused.

    Raises
    ------
    SeriesError
        If the store refuses all of them.
    """
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


def program_version() -> str:
    """
    Version of this program, for provenance.

    Returns
    -------
    str
        ``unreleased`` where it runs from its sources.
    """
    try:
        return version("climtrack")
    except PackageNotFoundError:
        return "unreleased"


def put(writer: Writer, new: Series) -> Merged:
    """
    Store a computed series, its files listed with those of the days already held.

    Parameters
    ----------
    writer : Writer
        Open on the store.
    new : Series
        Computed from grids.

    Returns
    -------
    Merged
        What changed.

    Raises
    ------
    SeriesError
        If the held series was made in another way: it must not be spliced.
    """
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
    """
    The days of some regions as CSV.

    Parameters
    ----------
    stored : sequence of Stored
        What was reduced.

    Returns
    -------
    bytes
        Columns series, date, value (degC), status, coverage; gaps left out.
    """
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
    """
    Write the days of some regions.

    Parameters
    ----------
    stored : sequence of Stored
        What was reduced.
    path : Path
        Replaced if it exists.
    """
    write_whole(path, table_csv(stored))

"""Gridded files → regional daily series → the same store as everything else."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from climtrack.config import Config
from climtrack.errors import ConfigError, SeriesError
from climtrack.gridded import daily, days, grids, listing
from climtrack.gridded.outlines import from_geojson, named
from climtrack.gridded.reduction import Request, file_means
from climtrack.pipeline.keeping import Stored, keep
from climtrack.vocabulary.regions import REGIONS, Region
from climtrack.vocabulary.variables import short_name


def region(text: str, config: Config) -> Region:
    """Region that the user named."""
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
    """Regions of one pass, as the user named them."""
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
    """Daily means of regions from gridded files."""
    request = Request(variable, tuple(regions), "site" if rule == "site" else "exact", name)
    found = file_means(grids.locate(paths), request, scheduler=scheduler, workers=workers, progress=progress)
    request = replace(request, variable=short_name(variable))
    shapes = {one.grid for one in found}
    if len(shapes) > 1:
        raise SeriesError(
            f"the files are on {len(shapes)} different grids", "Reduce them apart: they are not one series"
        )
    made = daily.series(
        days.days(found),
        listing.records(found),
        request,
        product=listing.product_of(found, product),
        grid=found[0].grid,
        name=found[0].name,
        retrieved=now,
        version=program_version(),
    )
    return keep(made, config, now) if store else tuple(Stored(one, None) for one in made)


def program_version() -> str:
    """Version of this program, for provenance."""
    try:
        return version("climtrack")
    except PackageNotFoundError:
        return "unreleased"

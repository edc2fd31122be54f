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

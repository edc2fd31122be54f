"""A day's difference from average, cell by cell: field, climatology, picture, words."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from climtrack.config import Config
from climtrack.errors import ConfigError, SeriesError, SourceUnavailable
from climtrack.files import flush_folder, make_folder, write_whole
from climtrack.gridded import catalogue, cells, grids, weights
from climtrack.gridded.cells import CellClimatology
from climtrack.gridded.cf import Packing
from climtrack.gridded.downloads import Downloader, Policy
from climtrack.gridded.grids import GridFile
from climtrack.gridded.kernel import Kernel
from climtrack.pipeline.backfill import default_policy, grids_folder
from climtrack.pipeline.grid import found_variable, program_version
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.baselines import Baseline
from climtrack.vocabulary.fields import Extreme, FieldMap
from climtrack.vocabulary.regions import Region
from climtrack.vocabulary.series import Source, Status

Counting = Callable[[int, int], None]


def climatology_path(product: str, variable: str, baseline: Baseline, config: Config) -> Path:
    """
    Where a climatology of cells is kept.

    Parameters
    ----------
    product, variable : str
        Short names.
    baseline : Baseline
        Its years.
    config : Config
        The settings.

    Returns
    -------
    Path
        Beside the store.
    """
    return grids_folder(config) / f"{product}.{variable}.climatology.{baseline}.nc"


def make_climatology(
    paths: Sequence[str],
    variable: str,
    baseline: Baseline,
    *,
    config: Config,
    name: str = "",
    product: str = "",
    progress: Counting | None = None,
) -> Path:
    """
    Make and keep the climatology of every cell.

    Parameters
    ----------
    paths : sequence of str
        Daily fields of all years of the baseline, or a provider's long-term means.
    variable : str
        ``sst``, or ``t2m`` (``air``).
    baseline : Baseline
        First and last year, both included.
    config : Config
        The settings.
    name, product : str, default ""
        Variable in the files and product, where the files do not tell.
    progress : callable, optional
        Called with calendar days done and in all.

    Returns
    -------
    Path
        The file.
    """
    files = [grids.open_grid(path, variable, name=name) for path in grids.locate(paths)]
    made = cells.climatology(files, baseline, progress=progress)
    made = replace(made, product=product or made.product)
    if not made.product:
        raise SeriesError("the files do not say which product they are", "Name it (--product): oisst, era5")
    path = climatology_path(made.product, made.variable, baseline, config)
    make_folder(path.parent)
    temporary = path.with_name(f".climtrack-{os.getpid()}-{path.name}")
    named = ", ".join(file.label for file in files[:3]) + (f" … ({len(files)} files)" if len(files) > 3 else "")
    try:
        cells.to_netcdf(made, temporary, {"source": named, "history": f"climtrack {program_version()}"})
        temporary.replace(path)
        flush_folder(path.parent)
    finally:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
    return path


def field_map(
    day: dt.date,
    region: Region,
    variable: str,
    baseline: Baseline,
    *,
    config: Config,
    now: dt.datetime,
    paths: Sequence[str] = (),
    policy: Policy | None = None,
    tell: Callable[[str], None] = lambda _: None,
    progress: Counting | None = None,
) -> FieldMap:
    """
    A day's anomalies over a region.

    Parameters
    ----------
    day : date
        Which day.
    region : Region
        What is shown.
    variable : str
        ``sst``, or ``t2m`` (``air``).
    baseline : Baseline
        Years of the average.
    config : Config
        The settings.
    now : datetime
        The time.
    paths : sequence of str, optional
        Where the day's field is; by default OISST's daily file is downloaded, and deleted again.
    policy : Policy, optional
        How servers are asked.
    tell : callable, optional
        Told of downloads before they begin.
    progress : callable, optional
        Called while a climatology is made.

    Returns
    -------
    FieldMap
        Ready to be drawn.

    Raises
    ------
    SeriesError
        If no file holds the day, or grids differ.
    """
    wanted = found_variable(variable)
    with _day_file(day, wanted, config, paths, policy or default_policy(config), now, tell) as (location, sha256, url):
        file = grids.open_grid(location, wanted)
        step = int(np.flatnonzero(file.times.astype("datetime64[D]") == np.datetime64(day))[0])
        with grids.OpenGrid(file) as held:
            field, status = next(held.fields(step, step + 1))
            values = cells.celsius(file, field)
    product = file.product or "oisst"
    normal = _climatology(product, wanted, baseline, config, policy or default_policy(config), tell, progress)
    average = normal.day(day)
    if average.shape != values.shape or not np.allclose(normal.latitude, np.sort(file.grid.latitude)):
        raise SeriesError("field and climatology are on different grids", "Make the climatology from the same product")
    anomaly = values.astype(np.float64) - average
    source = Source(
        url or file.label,
        now,
        sha256 or hashlib.sha256(field.tobytes()).hexdigest(),
        data_source=file.title,
        details=MappingProxyType({"climatology": str(baseline), "program": f"climtrack {program_version()}"}),
    )
    return _summed(file, region, day, Status(status), baseline, normal, anomaly, source, product)


def _summed(
    file: GridFile,
    region: Region,
    day: dt.date,
    status: Status,
    baseline: Baseline,
    normal: CellClimatology,
    anomaly: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    source: Source,
    product: str,
) -> FieldMap:
    """The field with what can be said of it in numbers."""
    plan = weights.plan(weights.grid(normal.latitude, normal.longitude), [region])
    mean, _ = Kernel(plan, Packing())(anomaly)
    share, _ = Kernel(plan, Packing())(np.where(np.isnan(anomaly), np.nan, (anomaly > 0).astype(np.float64)))
    if np.isnan(mean[0]):
        raise SeriesError(f"region {region.name!r} has no value on {day}", "Choose a region of this variable")
    shown = np.where(weights.inside(plan, 0), anomaly, np.nan)

    def extreme(place: int) -> Extreme:
        row, column = np.unravel_index(place, shown.shape)
        return Extreme(float(shown[row, column]), float(normal.latitude[row]), float(normal.longitude[column]))

    return FieldMap(
        product, file.variable, region, day, status, baseline, normal.latitude, normal.longitude, shown,
        float(mean[0]), float(share[0]), extreme(int(np.nanargmax(shown))), extreme(int(np.nanargmin(shown))), source,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A map and its pictures."""

    map: FieldMap
    pictures: tuple[Asset, ...]

    def document(self) -> dict[str, Any]:
        """
        What the map says, for machines.

        Returns
        -------
        dict
            Numbers, and the words of every language.
        """
        shown = self.map
        words = {one.language: one.words for one in self.pictures if one.words is not None}
        return {
            "region": shown.region.name,
            "variable": shown.variable,
            "product": shown.product,
            "date": shown.date.isoformat(),
            "status": shown.status.name.lower(),
            "baseline": str(shown.baseline),
            "mean": shown.mean,
            "warmer_share": shown.warmer,
            "warmest": asdict(shown.warmest),
            "coldest": asdict(shown.coldest),
            "source_url": shown.source.url,
            "sha256": shown.source.sha256,
            "pictures": [one.path for one in self.pictures],
            "words": {language: asdict(told) for language, told in words.items()},
        }


def draw(
    day: dt.date,
    region: Region,
    variable: str,
    baseline: Baseline,
    folder: Path,
    *,
    languages: Sequence[str],
    presets: Sequence[str],
    themes: Sequence[str],
    config: Config,
    now: dt.datetime,
    paths: Sequence[str] = (),
    tell: Callable[[str], None] = lambda _: None,
    progress: Counting | None = None,
) -> Drawn:
    """
    Pictures of a day's anomalies, each with its words beside it.

    Parameters
    ----------
    day : date
        Which day.
    region : Region
        What is shown.
    variable : str
        ``sst``, or ``t2m`` (``air``).
    baseline : Baseline
        Years of the average.
    folder : Path
        Where they go.
    languages, presets, themes : sequence of str
        One picture for each combination.
    config : Config
        The settings.
    now : datetime
        The time.
    paths : sequence of str, optional
        Where the day's field is.
    tell : callable, optional
        Told of downloads before they begin.
    progress : callable, optional
        Called while a climatology is made.

    Returns
    -------
    Drawn
        The map and its pictures.
    """
    from climtrack.reporter.field_map import render_map

    shown = field_map(
        day, region, variable, baseline, config=config, now=now, paths=paths, tell=tell, progress=progress
    )  # fmt: skip
    pictures = tuple(
        render_map(shown, preset=preset, theme=theme, language=language)
        for language in languages
        for preset in presets
        for theme in themes
    )
    make_folder(folder)
    for one in pictures:
        write_whole(folder / one.path, one.data)
        if one.words is not None:
            text = f"{one.words.caption}\n\nAlt: {one.words.alt}\n"
            write_whole(folder / f"{one.path}.txt", text.encode())
    return Drawn(shown, pictures)


@contextmanager
def _day_file(
    day: dt.date,
    variable: str,
    config: Config,
    paths: Sequence[str],
    policy: Policy,
    now: dt.datetime,
    tell: Callable[[str], None],
) -> Iterator[tuple[str, str, str]]:
    """Location, hash and address of the file that holds a day."""
    for path in grids.locate(paths):
        if np.datetime64(day) in grids.open_grid(path, variable).times.astype("datetime64[D]"):
            yield path, "", ""
            return
    if paths:
        raise SeriesError(f"none of these files holds {day}", "Give the file of that day")
    if variable != "sst":
        raise ConfigError("air temperature fields are not public without an account", "Give the file of that day")
    place = catalogue.PLACES[config.grid.source]
    place = place if place.per == "day" else catalogue.PLACES["ncei"]
    base = {str(name): url for name, url in config.grid.bases.items()}.get(place.name, place.base)
    (item,) = catalogue.items(place, day, day, done=(), today=now.date()) or (None,)
    tell(f"{place.name}: 1 file, {place.megabytes:.1f} MB, for {day}.")
    folder = grids_folder(config) / "passing"
    make_folder(folder)
    with contextlib.closing(Downloader(base, policy)) as downloader:
        got = downloader.fetch(item.paths, folder) if item is not None else None
    if got is None:
        raise SourceUnavailable(f"{place.name} has no file for {day}", "Choose a day from 1981-09-01 to yesterday")
    try:
        yield str(got.path), got.sha256, got.url
    finally:
        got.path.unlink()


def _climatology(
    product: str,
    variable: str,
    baseline: Baseline,
    config: Config,
    policy: Policy,
    tell: Callable[[str], None],
    progress: Counting | None,
) -> CellClimatology:
    """The kept climatology; for OISST one made from PSL's long-term means where there is none."""
    path = climatology_path(product, variable, baseline, config)
    if not path.is_file():
        means = catalogue.LONG_TERM_MEANS.get(str(baseline)) if (product, variable) == ("oisst", "sst") else None
        if means is None:
            raise ConfigError(
                f"there is no climatology {baseline} of {product} {variable}",
                f"climtrack grid climatology PATH… --baseline {baseline}",
            )
        base = {str(name): url for name, url in config.grid.bases.items()}.get("psl", catalogue.PLACES["psl"].base)
        folder = grids_folder(config) / "passing"
        make_folder(folder)
        with contextlib.closing(Downloader(base, policy)) as downloader:
            size = downloader.size(means)
            tell(f"psl: 1 file{f', {size / 1e6:.0f} MB' if size else ''}, average of {baseline}; kept as 30 MB.")
            got = downloader.fetch((means,), folder)
        if got is None:
            raise SourceUnavailable(f"psl has no {means}", "Make one with climtrack grid climatology")
        try:
            make_climatology(
                [str(got.path)], variable, baseline, config=config, name="sst", product=product, progress=progress
            )
        finally:
            got.path.unlink()
    return cells.from_netcdf(path)

"""A day cell by cell against its average: the climatology of every cell, kept beside the store, and maps of a day."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from climtrack import __version__
from climtrack.config import Config
from climtrack.errors import ConfigError, Notice, SeriesError, SourceUnavailable
from climtrack.files import TEMPORARY, make_folder, move, remove, write_whole
from climtrack.grids import cells, download, grids, weights
from climtrack.grids.cells import CellClimatology
from climtrack.grids.cf import Packing
from climtrack.grids.daily import manifest, product_of
from climtrack.grids.download import Downloader, Received
from climtrack.grids.grids import GridFile
from climtrack.grids.weights import Kernel
from climtrack.run.grids import address, default_policy, grids_folder
from climtrack.store.lock import writers_lock
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.fields import Extreme, FieldMap
from climtrack.vocabulary.registry import Baseline, Region, short_name
from climtrack.vocabulary.series import Floats, Source, Status

if TYPE_CHECKING:
    from climtrack.run.run import Run

Tell = Callable[[Notice], None]
Progress = Callable[[int, int], None]


def make_climatology(
    run: Run,
    paths: Sequence[str],
    variable: str,
    baseline: Baseline,
    *,
    name: str = "",
    product: str = "",
    progress: Progress | None = None,
) -> Path:
    """Make and keep the climatology of every cell; put in place whole, and what a killed run left is removed."""
    files = _open_files(grids.locate(paths), variable, name, product)
    labels = ", ".join(file.label for file in files[:3])
    listed = [(file.label, grids.file_hash(file.location)[0], cells.dates(file)[0].year) for file in files]
    provenance = {
        "source": labels + (f" … ({len(files)} files)" if len(files) > 3 else ""),
        "files": manifest(listed),
        "history": f"{run.now:%Y-%m-%dT%H:%M:%SZ} climtrack {__version__}",
    }
    path = _climatology_path(run, files[0], baseline)
    with writers_lock(path.parent, run.now, "climatology"):
        for left in path.parent.glob(f"{TEMPORARY}[0-9]*"):
            remove(left)
        temporary = path.with_name(f"{TEMPORARY}{os.getpid()}-{path.name}")
        try:
            cells.to_netcdf(cells.climatology(files, baseline, progress=progress), temporary, provenance)
            move(temporary, path)
        finally:
            remove(temporary)
    return path


def _climatology_path(run: Run, file: GridFile, baseline: Baseline) -> Path:
    return grids_folder(run.config) / f"{file.product}.{file.variable}.climatology.{baseline}.nc"


def _open_files(locations: Sequence[str], variable: str, name: str, product: str) -> list[GridFile]:
    """Files of one product that has a name."""
    files = [grids.open_grid(location, variable, name=name) for location in locations]
    product = product_of(files, product)
    return [replace(file, product=product) for file in files]


def field_maps(
    run: Run,
    day: dt.date,
    regions: Sequence[Region],
    variable: str,
    baseline: Baseline,
    *,
    paths: Sequence[str] = (),
    name: str = "",
    product: str = "",
    tell: Tell = lambda _: None,
    progress: Progress | None = None,
) -> tuple[FieldMap, ...]:
    """A day's anomalies over some regions; its field is fetched and read once for all."""
    with _day_file(run, day, short_name(variable), paths, name, tell) as (location, received):
        (file,) = _open_files([location], variable, name, product)
        step = cells.dates(file).index(day)
        field, status = next(grids.fields(file, step, step + 1))
        values = cells.in_celsius(file.packing, cells.oriented(file, field)).astype(np.float64)
        ice = grids.sea_ice(file, step)
        ice = None if ice is None else cells.oriented(file, ice)
    average = _climatology(run, file, baseline, tell, progress)
    centres = average.latitude, average.longitude
    if any(a.shape != b.shape or not np.allclose(a, b) for a, b in zip(cells.axes(file), centres, strict=True)):
        raise SeriesError("grid.other_climatology")
    anomaly = values - average.day(day)
    source = Source(
        received.url if received else file.label,
        run.now,
        received.sha256 if received else hashlib.sha256(field.tobytes()).hexdigest(),
        data_source=file.title,
        details=MappingProxyType({"climatology": str(baseline), "program": f"climtrack {__version__}"}),
    )
    return tuple(_map(file, status, region, day, average, anomaly, ice, source) for region in regions)


@contextmanager
def _day_file(
    run: Run, day: dt.date, variable: str, paths: Sequence[str], name: str, tell: Tell
) -> Iterator[tuple[str, Received | None]]:
    """The file that holds a day: one of those given, else from the public place, deleted afterwards."""
    for path in grids.locate(paths):
        if np.datetime64(day) in grids.open_grid(path, variable, name=name).times.astype("datetime64[D]"):
            yield path, None
            return
    if paths:
        raise SeriesError("grid.no_day_file", day=day)
    if variable != "sst":
        raise ConfigError("grid.no_public_air")
    place = download.PLACES[run.config.grid.source]
    place = place if place.per == "day" else download.PLACES["ncei"]
    tell(Notice("grid.map.day", place=place.name, megabytes=place.megabytes, day=day))
    items = download.items(place, day, day, today=run.now.date())
    got = _download(place.name, items[0].paths, run.config) if items else None
    if got is None:
        raise SourceUnavailable("grid.no_public_day", place=place.name, day=day)
    try:
        yield str(got.path), got
    finally:
        got.path.unlink()


def _download(place: str, paths: tuple[str, ...], config: Config) -> Received | None:
    folder = grids_folder(config) / "passing-maps"
    make_folder(folder)
    with contextlib.closing(Downloader(address(place, config), default_policy(config))) as downloader:
        return downloader.fetch(paths, folder)


def _climatology(
    run: Run, file: GridFile, baseline: Baseline, tell: Tell, progress: Progress | None
) -> CellClimatology:
    """The kept climatology; for OISST one made from PSL's long-term means where there is none."""
    path = _climatology_path(run, file, baseline)
    if not path.is_file():
        public = (file.product, file.variable) == ("oisst", "sst")
        means = download.LONG_TERM_MEANS.get(str(baseline)) if public else None
        if means is None:
            raise ConfigError(
                "grid.no_climatology", baseline=str(baseline), product=file.product, variable=file.variable
            )
        with contextlib.closing(Downloader(address("psl", run.config), default_policy(run.config))) as downloader:
            size = downloader.size(means)
        weight = Notice("grid.map.size", megabytes=size / 1e6) if size else ""
        tell(Notice("grid.map.average", size=weight, baseline=str(baseline)))
        got = _download("psl", (means,), run.config)
        if got is None:
            raise SourceUnavailable("grid.no_means", file=means)
        try:
            make_climatology(
                run, [str(got.path)], file.variable, baseline, name="sst", product=file.product, progress=progress
            )  # fmt: skip
        finally:
            got.path.unlink()
    return cells.from_netcdf(path)


def _map(
    file: GridFile,
    status: Status,
    region: Region,
    day: dt.date,
    average: CellClimatology,
    anomaly: Floats,
    ice: npt.NDArray[np.bool_] | None,
    source: Source,
) -> FieldMap:
    """The field with what can be said of it in numbers."""
    plan = weights.plan(weights.grid(average.latitude, average.longitude), [region])
    mean, coverage = Kernel(plan, Packing())(anomaly)
    share, _ = Kernel(plan, Packing())(np.where(np.isnan(anomaly), np.nan, (anomaly > 0).astype(np.float64)))
    if np.isnan(mean[0]):
        raise SeriesError("grid.region_without", region=region.name, day=day)
    within, clear = weights.inside(plan, 0), anomaly if ice is None else np.where(ice, np.nan, anomaly)

    def extreme(sign: int) -> Extreme | None:
        """The largest difference of a sign among cells whose eight neighbours are of that sign too: no shore or ice."""
        supported = within.copy()
        for step in np.ndindex(3, 3):
            supported &= sign * np.roll(clear, np.array(step) - 1, (0, 1)) > 0
        supported[[0, -1]] = False  # no neighbours beyond the last row, nor the last column of part of the globe
        supported[:, [0, -1]] &= np.ptp(average.longitude) > 350
        if not supported.any():
            return None
        row, column = np.unravel_index(np.argmax(np.where(supported, sign * clear, -np.inf)), clear.shape)
        return Extreme(float(clear[row, column]), float(average.latitude[row]), float(average.longitude[column]))

    return FieldMap(
        file.product, file.variable, region, day, status, average.baseline, average.latitude, average.longitude,
        np.where(within, anomaly, np.nan), float(mean[0]), float(share[0]), extreme(1), extreme(-1),
        source, float(coverage[0]), ice,
    )  # fmt: skip


def draw(
    shown: FieldMap, folder: Path, languages: Sequence[str], presets: Sequence[str], themes: Sequence[str]
) -> tuple[Asset, ...]:
    """Pictures of a map, each with its words beside it."""
    from climtrack.reporter.field_map import render_map

    pictures = tuple(
        render_map(shown, language=language, preset=preset, theme=theme)
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
    return pictures


def document(shown: FieldMap, pictures: Sequence[Asset]) -> dict[str, Any]:
    words = {one.language: one.words for one in pictures if one.words is not None}
    return {
        "region": shown.region.name,
        "variable": shown.variable,
        "product": shown.product,
        "date": shown.date.isoformat(),
        "status": shown.status.name.lower(),
        "baseline": str(shown.baseline),
        "mean": shown.mean,
        "coverage": shown.coverage,
        "warmer_share": shown.warmer,
        "warmest": asdict(shown.warmest) if shown.warmest else None,
        "coldest": asdict(shown.coldest) if shown.coldest else None,
        "source_url": shown.source.url,
        "sha256": shown.source.sha256,
        "pictures": [one.path for one in pictures],
        "words": {language: asdict(one) for language, one in words.items()},
    }

"""Averages and thresholds of every cell: made of files, kept beside the store, found again."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from climtrack.config import Config
from climtrack.errors import ConfigError, SeriesError, SourceUnavailable
from climtrack.files import TEMPORARY, make_folder, move, remove, shortened
from climtrack.gridded import catalogue, cells, frames, grids, threshold_file, thresholds
from climtrack.gridded.cells import CellClimatology
from climtrack.gridded.downloads import Downloader, Policy
from climtrack.gridded.grids import GridFile
from climtrack.gridded.listing import FileRecord, manifest
from climtrack.gridded.threshold_file import Threshold
from climtrack.pipeline.grid import program_version
from climtrack.pipeline.jobs import grids_folder
from climtrack.pipeline.passing import address
from climtrack.store.lock import writers_lock
from climtrack.vocabulary.baselines import Baseline
from climtrack.vocabulary.products import PRODUCTS

Counting = Callable[[int, int], None]


def climatology_path(product: str, variable: str, baseline: Baseline, config: Config) -> Path:
    """Where a climatology of cells is kept."""
    return grids_folder(config) / f"{product}.{variable}.climatology.{baseline}.nc"


def threshold_path(
    product: str, variable: str, baseline: Baseline, config: Config, *, percentile: float = 90, window: int = 11
) -> Path:
    """Where thresholds of cells are kept."""
    kind = f"threshold.p{percentile:g}.w{window}"
    return grids_folder(config) / f"{product}.{variable}.{kind}.{baseline}.nc"


def make_climatology(
    paths: Sequence[str],
    variable: str,
    baseline: Baseline,
    *,
    config: Config,
    now: dt.datetime,
    name: str = "",
    product: str = "",
    progress: Counting | None = None,
) -> Path:
    """Make and keep the climatology of every cell."""
    files = files_of_one_product(paths, variable, name, product)
    path = climatology_path(files[0].product, files[0].variable, baseline, config)
    with _kept(path, now) as temporary:
        cells.to_netcdf(cells.climatology(files, baseline, progress=progress), temporary, _provenance(files, now))
    return path


def make_thresholds(
    paths: Sequence[str],
    variable: str,
    baseline: Baseline,
    *,
    config: Config,
    now: dt.datetime,
    percentile: float = 90,
    window: int = 11,
    name: str = "",
    product: str = "",
    tell: Callable[[str], None] = lambda _: None,
    progress: Counting | None = None,
) -> Path:
    """Make and keep a percentile of every cell by day of year."""
    files = files_of_one_product(paths, variable, name, product)
    path = threshold_path(files[0].product, files[0].variable, baseline, config, percentile=percentile, window=window)
    with _kept(path, now) as temporary:
        thresholds.make(
            files, baseline, temporary, _provenance(files, now), percentile=percentile, window=window,
            tell=lambda room: tell(
                f"thresholds: {room.disk / 1e9:.1f} GB of disk meanwhile in {shortened(path.parent)}"
                + (f", {room.passes} passes over the files for want of more." if room.passes > 1 else ".")
            ),
            progress=progress,
        )  # fmt: skip
    return path


def files_of_one_product(paths: Sequence[str], variable: str, name: str, product: str) -> list[GridFile]:
    """Files of one product that has a name."""
    files = [grids.open_grid(path, variable, name=name) for path in grids.locate(paths)]
    files = [replace(file, product=file.product or product) for file in files]
    told = sorted({file.product for file in files})
    if product and told != [product]:
        raise SeriesError(f"the files belong to {', '.join(told)}, not to {product[:40]}")
    if not all(told):
        raise SeriesError("the files do not say which product they are", f"Name it (--product): {', '.join(PRODUCTS)}")
    if told[0] not in PRODUCTS:
        raise SeriesError(f"product {told[0][:40]!r} is unknown", f"Known are {', '.join(PRODUCTS)}")
    return files


def _provenance(files: Sequence[GridFile], now: dt.datetime) -> dict[str, str]:
    """Which files a climatology is made of, when and by what."""
    named = ", ".join(file.label for file in files[:3]) + (f" … ({len(files)} files)" if len(files) > 3 else "")
    listed = [
        FileRecord(file.label, *grids.file_hash(file.location), frames.dates(file)[0]) for file in files
    ]  # fmt: skip
    return {
        "source": named,
        "files": manifest(listed),
        "history": f"{now:%Y-%m-%dT%H:%M:%SZ} climtrack {program_version()}",
    }


@contextmanager
def _kept(path: Path, now: dt.datetime) -> Iterator[Path]:
    """A name to write to; the finished file is put in place whole, and what a killed run left is removed."""
    make_folder(path.parent)
    with writers_lock(path.parent, now, "climatology"):
        for left in path.parent.glob(f"{TEMPORARY}[0-9]*"):
            remove(left)
        temporary = path.with_name(f"{TEMPORARY}{os.getpid()}-{path.name}")
        try:
            yield temporary
            move(temporary, path)
        finally:
            remove(temporary)


def climatology(
    product: str,
    variable: str,
    baseline: Baseline,
    *,
    config: Config,
    now: dt.datetime,
    policy: Policy,
    tell: Callable[[str], None] = lambda _: None,
    progress: Counting | None = None,
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
        folder = grids_folder(config) / "passing-maps"
        make_folder(folder)
        with contextlib.closing(Downloader(address("psl", config), policy)) as downloader:
            size = downloader.size(means)
            tell(f"psl: 1 file{f', {size / 1e6:.0f} MB' if size else ''}, average of {baseline}; kept as 30 MB.")
            got = downloader.fetch((means,), folder)
        if got is None:
            raise SourceUnavailable(f"psl has no {means}", "Make one with climtrack grid climatology")
        try:
            make_climatology(
                [str(got.path)], variable, baseline, config=config, now=now, name="sst", product=product,
                progress=progress,
            )  # fmt: skip
        finally:
            got.path.unlink()
    return cells.from_netcdf(path)


def threshold(product: str, variable: str, baseline: Baseline, day: dt.date, *, config: Config) -> Threshold:
    """The kept thresholds of marine heatwaves on a day: 90th percentile, 11 days."""
    path = threshold_path(product, variable, baseline, config)
    if not path.is_file():
        raise ConfigError(
            f"there are no thresholds {baseline} of {product} {variable}",
            f"climtrack grid climatology PATH… --baseline {baseline} --percentile 90",
        )
    return threshold_file.read(path, day)

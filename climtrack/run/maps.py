"""A day cell by cell, against its average or its threshold."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from climtrack.config import Config
from climtrack.errors import ConfigError, SeriesError, SourceUnavailable
from climtrack.files import TEMPORARY, make_folder, move, remove, shortened, write_whole
from climtrack.grids import cells, download, grids, reduce, thresholds, weights
from climtrack.grids.cells import CellClimatology
from climtrack.grids.cf import Packing
from climtrack.grids.daily import FileRecord, manifest
from climtrack.grids.download import Downloader, Policy
from climtrack.grids.grids import GridFile
from climtrack.grids.thresholds import Threshold
from climtrack.grids.weights import Kernel
from climtrack.run.grids import address, default_policy, grids_folder, program_version
from climtrack.store.lock import writers_lock
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.fields import Extreme, FieldMap, HeatwaveMap
from climtrack.vocabulary.registry import PRODUCTS, Baseline, Region, short_name
from climtrack.vocabulary.series import Floats, Source, Status

# Averages and thresholds of every cell: made of files, kept beside the store, found again.


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
        FileRecord(file.label, *grids.file_hash(file.location), reduce.dates(file)[0]) for file in files
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
        means = download.LONG_TERM_MEANS.get(str(baseline)) if (product, variable) == ("oisst", "sst") else None
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
    return thresholds.read(path, day)


# The field of a day: from the files given or from the public place, with where it came from.


@dataclass(frozen=True, slots=True, eq=False)
class DayField:
    """A day's field, and where it came from."""

    file: GridFile
    values: npt.NDArray[np.float32]  # degC, turned south to north and eastward from 180 W
    status: Status
    url: str  # Address that it was downloaded from; empty where the file was given
    sha256: str  # Hash of the downloaded file, else of the field

    def source(self, now: dt.datetime, details: Mapping[str, str]) -> Source:
        """Provenance of a map made of it."""
        return Source(
            self.url or self.file.label,
            now,
            self.sha256,
            data_source=self.file.title,
            details=MappingProxyType({**details, "program": f"climtrack {program_version()}"}),
        )

    def refuse_another_grid(self, latitude: Floats, longitude: Floats) -> None:
        """Refuse an average on another grid."""
        own = np.sort(self.file.grid.latitude), np.sort(reduce.westward(self.file.grid.longitude))
        if any(a.shape != b.shape or not np.allclose(a, b) for a, b in zip(own, (latitude, longitude), strict=True)):
            raise SeriesError(
                "field and climatology are on different grids", "Make the climatology from the same product"
            )


def day_field(
    day: dt.date,
    variable: str,
    config: Config,
    now: dt.datetime,
    paths: Sequence[str],
    name: str,
    product: str,
    policy: Policy,
    tell: Callable[[str], None],
) -> DayField:
    """The field of a day, from the files given or from the public place."""
    wanted = short_name(variable)
    with _day_file(day, wanted, config, paths, name, policy, now, tell) as (location, sha256, url):
        (file,) = files_of_one_product([location], wanted, name, product)
        step = reduce.dates(file).index(day)
        with grids.OpenGrid(file) as held:
            field, status = next(held.fields(step, step + 1))
            values = reduce.celsius(file, field)
        return DayField(file, values, Status(status), url, sha256 or hashlib.sha256(field.tobytes()).hexdigest())


@contextmanager
def _day_file(
    day: dt.date,
    variable: str,
    config: Config,
    paths: Sequence[str],
    name: str,
    policy: Policy,
    now: dt.datetime,
    tell: Callable[[str], None],
) -> Iterator[tuple[str, str, str]]:
    """Location, hash and address of the file that holds a day."""
    for path in grids.locate(paths):
        if np.datetime64(day) in grids.open_grid(path, variable, name=name).times.astype("datetime64[D]"):
            yield path, "", ""
            return
    if paths:
        raise SeriesError(f"none of these files holds {day}", "Give the file of that day")
    if variable != "sst":
        raise ConfigError("air temperature fields are not public without an account", "Give the file of that day")
    place = download.PLACES[config.grid.source]
    place = place if place.per == "day" else download.PLACES["ncei"]
    (item,) = download.items(place, day, day, done=(), today=now.date()) or (None,)
    tell(f"{place.name}: 1 file, {place.megabytes:.1f} MB, for {day}.")
    folder = grids_folder(config) / "passing-maps"
    make_folder(folder)
    with contextlib.closing(Downloader(address(place.name, config), policy)) as downloader:
        got = downloader.fetch(item.paths, folder) if item is not None else None
    if got is None:
        raise SourceUnavailable(f"{place.name} has no file for {day}", "Choose a day from 1981-09-01 to yesterday")
    try:
        yield str(got.path), got.sha256, got.url
    finally:
        got.path.unlink()


# Pictures of maps: drawn, written with their words beside them, told to machines.


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A map and its pictures."""

    map: FieldMap | HeatwaveMap
    pictures: tuple[Asset, ...]

    def document(self) -> dict[str, Any]:
        """What the map says, for machines."""
        shown = self.map
        words = {one.language: one.words for one in self.pictures if one.words is not None}
        if isinstance(shown, FieldMap):
            numbers = {
                "mean": shown.mean,
                "coverage": shown.coverage,
                "warmer_share": shown.warmer,
                "warmest": asdict(shown.warmest),
                "coldest": asdict(shown.coldest),
            }
        else:
            named = zip(("moderate", "strong", "severe", "extreme"), shown.shares, strict=True)
            numbers = {
                "heatwave_share": shown.share,
                "categories": dict(named),
                "strongest": asdict(shown.strongest) if shown.strongest is not None else None,
            }
        return {
            "region": shown.region.name,
            "variable": shown.variable,
            "product": shown.product,
            "date": shown.date.isoformat(),
            "status": shown.status.name.lower(),
            "baseline": str(shown.baseline),
            **numbers,
            "source_url": shown.source.url,
            "sha256": shown.source.sha256,
            "pictures": [one.path for one in self.pictures],
            "words": {language: asdict(told) for language, told in words.items()},
        }


def draw(
    shown: FieldMap | HeatwaveMap,
    folder: Path,
    *,
    languages: Sequence[str],
    presets: Sequence[str],
    themes: Sequence[str],
) -> Drawn:
    """Pictures of a map, each with its words beside it."""
    from climtrack.reporter.field_map import render_map

    looks = [
        {"language": language, "preset": preset, "theme": theme}
        for language in languages
        for preset in presets
        for theme in themes
    ]
    pictures = tuple(render_map(shown, **look) for look in looks if isinstance(shown, FieldMap))
    make_folder(folder)
    for one in pictures:
        write_whole(folder / one.path, one.data)
        if one.words is not None:
            text = f"{one.words.caption}\n\nAlt: {one.words.alt}\n"
            write_whole(folder / f"{one.path}.txt", text.encode())
    return Drawn(shown, pictures)


def field_maps(
    day: dt.date,
    regions: Sequence[Region],
    variable: str,
    baseline: Baseline,
    *,
    config: Config,
    now: dt.datetime,
    paths: Sequence[str] = (),
    name: str = "",
    product: str = "",
    policy: Policy | None = None,
    tell: Callable[[str], None] = lambda _: None,
    progress: Counting | None = None,
) -> tuple[FieldMap, ...]:
    """A day's anomalies over some regions; its field is fetched and read once for all."""
    policy = policy or default_policy(config)
    one = day_field(day, variable, config, now, paths, name, product, policy, tell)
    normal = climatology(
        one.file.product, one.file.variable, baseline, config=config, now=now, policy=policy, tell=tell,
        progress=progress,
    )  # fmt: skip
    one.refuse_another_grid(normal.latitude, normal.longitude)
    anomaly = one.values.astype(np.float64) - normal.day(day)
    source = one.source(now, {"climatology": str(baseline)})
    return tuple(_summed(one, region, day, baseline, normal, anomaly, source) for region in regions)


def heatwave_maps(
    day: dt.date,
    regions: Sequence[Region],
    variable: str,
    baseline: Baseline,
    *,
    config: Config,
    now: dt.datetime,
    paths: Sequence[str] = (),
    name: str = "",
    product: str = "",
    policy: Policy | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> tuple[HeatwaveMap, ...]:
    """
    Where a day finds the sea of some regions above the threshold of marine heatwaves, and how far.

    References
    ----------
    .. [1] Hobday, A. J. et al. (2018), Categorizing and naming marine heatwaves, Oceanography, 31(2), 162-173.
    """
    if short_name(variable) != "sst":
        raise ConfigError("marine heatwaves are the sea's", "Leave --heatwave out, or use --variable sst")
    if not paths:
        threshold("oisst", "sst", baseline, day, config=config)  # is missed before anything is downloaded
    one = day_field(day, variable, config, now, paths, name, product, policy or default_policy(config), tell)
    bar = threshold(one.file.product, "sst", baseline, day, config=config)
    one.refuse_another_grid(bar.latitude, bar.longitude)
    above, reach = one.values.astype(np.float64) - bar.mean, bar.high.astype(np.float64) - bar.mean
    known = np.isfinite(above) & np.isfinite(reach)
    times = np.where(known & (reach > 0), above / np.where(reach > 0, reach, 1), 0)
    over = known & (above > reach)
    category = np.where(over, np.clip(np.floor(times), 1, 4), 0).astype(np.int8)
    grid = weights.grid(bar.latitude, bar.longitude)
    source = one.source(now, {"threshold": f"{baseline}, percentile {bar.percentile:g}, {bar.window} days"})

    def told(region: Region) -> HeatwaveMap:
        plan = weights.plan(grid, [region])
        kernel, inside = Kernel(plan, Packing()), weights.inside(plan, 0)
        shares = [float(kernel(np.where(known, category == which, np.nan))[0][0]) for which in (1, 2, 3, 4)]
        if np.isnan(shares[0]):
            raise SeriesError(f"region {region.name!r} has no value on {day}", "Choose a region of the sea")
        most = int(np.argmax(np.where(inside & over, times, -np.inf)))
        row, column = np.unravel_index(most, times.shape)
        place = Extreme(float(above[row, column]), float(bar.latitude[row]), float(bar.longitude[column]))
        return HeatwaveMap(
            one.file.product, "sst", region, day, one.status, baseline, bar.latitude, bar.longitude,
            np.where(inside & known, category, np.int8(-1)), (shares[0], shares[1], shares[2], shares[3]),
            place if sum(shares) > 0 else None,
            source,
        )  # fmt: skip

    return tuple(told(region) for region in regions)


def _summed(
    one: DayField,
    region: Region,
    day: dt.date,
    baseline: Baseline,
    normal: CellClimatology,
    anomaly: Floats,
    source: Source,
) -> FieldMap:
    """The field with what can be said of it in numbers."""
    plan = weights.plan(weights.grid(normal.latitude, normal.longitude), [region])
    mean, coverage = Kernel(plan, Packing())(anomaly)
    share, _ = Kernel(plan, Packing())(np.where(np.isnan(anomaly), np.nan, (anomaly > 0).astype(np.float64)))
    if np.isnan(mean[0]):
        raise SeriesError(f"region {region.name!r} has no value on {day}", "Choose a region of this variable")
    shown = np.where(weights.inside(plan, 0), anomaly, np.nan)

    def extreme(place: int) -> Extreme:
        row, column = np.unravel_index(place, shown.shape)
        return Extreme(float(shown[row, column]), float(normal.latitude[row]), float(normal.longitude[column]))

    return FieldMap(
        one.file.product, one.file.variable, region, day, one.status, baseline, normal.latitude, normal.longitude,
        shown, float(mean[0]), float(share[0]), extreme(int(np.nanargmax(shown))), extreme(int(np.nanargmin(shown))),
        source, float(coverage[0]),
    )  # fmt: skip

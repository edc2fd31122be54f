"""A day cell by cell, against its average or its threshold: field, climatology, picture, words."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from climtrack.config import Config
from climtrack.errors import ConfigError, SeriesError, SourceUnavailable
from climtrack.files import make_folder, write_whole
from climtrack.gridded import catalogue, frames, grids, weights
from climtrack.gridded.cells import CellClimatology
from climtrack.gridded.cf import Packing
from climtrack.gridded.downloads import Downloader, Policy
from climtrack.gridded.grids import GridFile
from climtrack.gridded.kernel import Kernel
from climtrack.pipeline.climatologies import Counting, climatology, files_of_one_product, threshold
from climtrack.pipeline.grid import found_variable, program_version
from climtrack.pipeline.jobs import grids_folder
from climtrack.pipeline.passing import address, default_policy
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.baselines import Baseline
from climtrack.vocabulary.fields import Extreme, FieldMap, HeatwaveMap
from climtrack.vocabulary.regions import Region
from climtrack.vocabulary.series import Floats, Source, Status


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
    """
    A day's anomalies over some regions; its field is fetched and read once for all.

    Parameters
    ----------
    day : date
        Which day.
    regions : sequence of Region
        What is shown, a map each.
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
    name, product : str, default ""
        Variable in the files and product, where the files do not tell.
    policy : Policy, optional
        How servers are asked.
    tell : callable, optional
        Told of downloads before they begin.
    progress : callable, optional
        Called while a climatology is made.

    Returns
    -------
    tuple of FieldMap
        Ready to be drawn, one a region.

    Raises
    ------
    SeriesError
        If no file holds the day, or grids differ.
    """
    policy = policy or default_policy(config)
    one = _day(day, variable, config, now, paths, name, product, policy, tell)
    normal = climatology(
        one.file.product, one.file.variable, baseline, config=config, now=now, policy=policy, tell=tell,
        progress=progress,
    )  # fmt: skip
    _same_grid(one, normal.latitude, normal.longitude)
    anomaly = one.values.astype(np.float64) - normal.day(day)
    source = one.source(now, {"climatology": str(baseline)})
    return tuple(_summed(one.file, region, day, one.status, baseline, normal, anomaly, source) for region in regions)


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

    Parameters
    ----------
    day : date
        Which day.
    regions : sequence of Region
        What is shown, a map each.
    variable : str
        ``sst``: heatwaves of this kind are the sea's.
    baseline : Baseline
        Years of the threshold.
    config : Config
        The settings.
    now : datetime
        The time.
    paths : sequence of str, optional
        Where the day's field is; by default OISST's daily file is downloaded, and deleted again.
    name, product : str, default ""
        Variable in the files and product, where the files do not tell.
    policy : Policy, optional
        How servers are asked.
    tell : callable, optional
        Told of downloads before they begin.

    Returns
    -------
    tuple of HeatwaveMap
        Ready to be drawn, one a region.

    Raises
    ------
    ConfigError
        If there are no thresholds, or the variable is not the sea's.
    SeriesError
        If no file holds the day, or grids differ.

    References
    ----------
    .. [1] Hobday, A. J. et al. (2018), Categorizing and naming marine heatwaves, Oceanography, 31(2), 162-173.
    """
    if found_variable(variable) != "sst":
        raise ConfigError("marine heatwaves are the sea's", "Leave --heatwave out, or use --variable sst")
    if not paths:
        threshold("oisst", "sst", baseline, day, config=config)  # is missed before anything is downloaded
    one = _day(day, variable, config, now, paths, name, product, policy or default_policy(config), tell)
    bar = threshold(one.file.product, "sst", baseline, day, config=config)
    _same_grid(one, bar.latitude, bar.longitude)
    above, reach = one.values.astype(np.float64) - bar.mean, bar.high.astype(np.float64) - bar.mean
    known = np.isfinite(above) & np.isfinite(reach)
    times = np.where(known & (reach > 0), above / np.where(reach > 0, reach, 1), 0)
    over = known & (above > reach)
    category = np.where(over, np.clip(np.floor(times), 1, 4), 0).astype(np.int8)
    grid = weights.grid(bar.latitude, bar.longitude)
    source = one.source(now, {"threshold": f"{baseline}, percentile {bar.percentile:g}, {bar.window} days"})

    def told(region: Region) -> HeatwaveMap:
        """The map of one region."""
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


@dataclass(frozen=True, slots=True, eq=False)
class _Day:
    """A day's field in degC, turned south to north and eastward from 180 W, and where it came from."""

    file: GridFile
    values: npt.NDArray[np.float32]
    status: Status
    url: str
    sha256: str

    def source(self, now: dt.datetime, details: Mapping[str, str]) -> Source:
        """Provenance of a map made of it."""
        return Source(
            self.url or self.file.label,
            now,
            self.sha256,
            data_source=self.file.title,
            details=MappingProxyType({**details, "program": f"climtrack {program_version()}"}),
        )


def _day(
    day: dt.date,
    variable: str,
    config: Config,
    now: dt.datetime,
    paths: Sequence[str],
    name: str,
    product: str,
    policy: Policy,
    tell: Callable[[str], None],
) -> _Day:
    """The field of a day, from the files given or from the public place."""
    wanted = found_variable(variable)
    with _day_file(day, wanted, config, paths, name, policy, now, tell) as (location, sha256, url):
        (file,) = files_of_one_product([location], wanted, name, product)
        step = frames.dates(file).index(day)
        with grids.OpenGrid(file) as held:
            field, status = next(held.fields(step, step + 1))
            values = frames.celsius(file, field)
        return _Day(file, values, Status(status), url, sha256 or hashlib.sha256(field.tobytes()).hexdigest())


def _same_grid(one: _Day, latitude: Floats, longitude: Floats) -> None:
    """Refuse a field on another grid than its average."""
    own = np.sort(one.file.grid.latitude), np.sort(frames.westward(one.file.grid.longitude))
    if any(a.shape != b.shape or not np.allclose(a, b) for a, b in zip(own, (latitude, longitude), strict=True)):
        raise SeriesError("field and climatology are on different grids", "Make the climatology from the same product")


def _summed(
    file: GridFile,
    region: Region,
    day: dt.date,
    status: Status,
    baseline: Baseline,
    normal: CellClimatology,
    anomaly: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
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
        file.product, file.variable, region, day, status, baseline, normal.latitude, normal.longitude, shown,
        float(mean[0]), float(share[0]), extreme(int(np.nanargmax(shown))), extreme(int(np.nanargmin(shown))), source,
        float(coverage[0]),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A map and its pictures."""

    map: FieldMap | HeatwaveMap
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
    """
    Pictures of a map, each with its words beside it.

    Parameters
    ----------
    shown : FieldMap or HeatwaveMap
        What they show.
    folder : Path
        Where they go.
    languages, presets, themes : sequence of str
        One picture for each combination.

    Returns
    -------
    Drawn
        The map and its pictures.
    """
    from climtrack.reporter.field_map import render_map
    from climtrack.reporter.heatwave_map import render_heatwaves

    looks = [
        {"language": language, "preset": preset, "theme": theme}
        for language in languages
        for preset in presets
        for theme in themes
    ]
    pictures = tuple(
        render_map(shown, **look) if isinstance(shown, FieldMap) else render_heatwaves(shown, **look) for look in looks
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
    place = catalogue.PLACES[config.grid.source]
    place = place if place.per == "day" else catalogue.PLACES["ncei"]
    (item,) = catalogue.items(place, day, day, done=(), today=now.date()) or (None,)
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

"""The field of a day: from the files given or from the public place, with where it came from."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from climtrack.config import Config
from climtrack.errors import ConfigError, SeriesError, SourceUnavailable
from climtrack.files import make_folder
from climtrack.gridded import catalogue, frames, grids
from climtrack.gridded.downloads import Downloader, Policy
from climtrack.gridded.grids import GridFile
from climtrack.pipeline.climatologies import files_of_one_product
from climtrack.pipeline.grid import program_version
from climtrack.pipeline.jobs import grids_folder
from climtrack.pipeline.passing import address
from climtrack.vocabulary.series import Floats, Source, Status
from climtrack.vocabulary.variables import short_name


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
        own = np.sort(self.file.grid.latitude), np.sort(frames.westward(self.file.grid.longitude))
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
        step = frames.dates(file).index(day)
        with grids.OpenGrid(file) as held:
            field, status = next(held.fields(step, step + 1))
            values = frames.celsius(file, field)
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

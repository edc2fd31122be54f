"""A backfill as it is asked for, what is left of it, and how long that takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from climtrack.config import Config
from climtrack.errors import ConfigError
from climtrack.files import make_folder
from climtrack.gridded import catalogue
from climtrack.gridded.catalogue import Item, Place
from climtrack.gridded.journal import Journal
from climtrack.gridded.reduction import Request
from climtrack.gridded.weights import Rule
from climtrack.pipeline.passing import address
from climtrack.vocabulary.counting import counted
from climtrack.vocabulary.regions import REGIONS, Region


@dataclass(frozen=True, slots=True)
class Estimate:
    """What lies ahead."""

    place: Place
    files: int  # Downloads, and days that they hold
    days: int  # Downloads, and days that they hold
    gigabytes: float
    seconds: float | None = None  # As measured on the first file; None before it

    def line(self) -> str:
        """The estimate in a line."""
        size = f"{self.gigabytes:.1f} GB" if self.gigabytes >= 1 else f"{1000 * self.gigabytes:.0f} MB"
        files = counted(self.files, "file")
        words = f"{self.place.name}: {files}, {size}, for {counted(self.days, 'day')}"
        if self.seconds is None:
            fast, slow = (_duration(1000 * self.gigabytes / speed) for speed in (10, 1))
            return f"{words}; {fast} at 10 MB/s, {slow} at 1 MB/s; measured with the first file."
        return f"{words}; about {_duration(self.seconds)} at the speed of the first file."

    def document(self) -> dict[str, Any]:
        """The estimate for machines."""
        return {
            "schema": "climtrack.estimate/1",
            "place": self.place.name,
            "base": self.place.base,
            "files": self.files,
            "days": self.days,
            "gigabytes": self.gigabytes,
            "seconds": self.seconds,
        }


def _duration(seconds: float) -> str:
    """A length of time in words."""
    if seconds < 90:
        return counted(round(seconds), "second")
    return counted(round(seconds / 60), "minute") if seconds < 5400 else f"{seconds / 3600:.1f} hours"


@dataclass(frozen=True, slots=True)
class Job:
    """A backfill as the user asked for it."""

    place: Place
    regions: tuple[Region, ...]
    since: dt.date  # Days wanted, both included
    until: dt.date  # Days wanted, both included
    rule: str = "exact"  # How cells on an edge count
    stride: int = 1  # Every so many rows and columns of an OPeNDAP location

    @property
    def request(self) -> Request:
        """
        What is asked of every file.

        All regions that have a name are computed in the same pass: a later wish for one of them costs no download.
        """
        named = [r for r in REGIONS.values() if r.name not in {own.name for own in self.regions}]
        rule: Rule = "site" if self.rule == "site" else "exact"
        return Request(self.place.variable, (*self.regions, *named), rule, stride=self.stride)


def job(
    source: str,
    regions: Sequence[Region],
    since: dt.date,
    until: dt.date,
    config: Config,
    *,
    rule: str,
    stride: int = 1,
) -> Job:
    """A backfill from a place of the catalogue, at the address that the settings give."""
    if source not in catalogue.PLACES:
        raise ConfigError(f"there is no place {source[:40]!r}", f"Known are {', '.join(catalogue.PLACES)}")
    place = catalogue.PLACES[source]
    if stride > 1 and not place.opendap:
        raise ConfigError("--stride saves nothing on whole files", "Use it with --from psl-opendap")
    if since > until:
        raise ConfigError(f"{since} lies after {until}", "Set --since before --until")
    return Job(replace(place, base=address(source, config)), tuple(regions), since, until, rule, stride)


def grids_folder(config: Config) -> Path:
    """Where journals, climatologies and passing downloads are: beside the store."""
    return config.home / "grids"


def journal_of(work: Job, config: Config) -> Journal:
    """The journal of a job: daily places share one, for their files are the same."""
    kind = "daily" if work.place.per == "day" else work.place.name
    thin = f".stride{work.stride}" if work.stride > 1 else ""
    folder = grids_folder(config)
    make_folder(folder)
    return Journal(folder / f"{work.place.product}.{work.place.variable}.{kind}.{work.rule}{thin}.jsonl")


def estimate(work: Job, *, config: Config, today: dt.date) -> Estimate:
    """What a backfill still has to do."""
    return ahead(work, left(work, journal_of(work, config), today))


def left(work: Job, journal: Journal, today: dt.date) -> tuple[Item, ...]:
    """Downloads that are left."""
    return catalogue.items(
        work.place,
        work.since,
        work.until,
        done=journal.final(work.regions),
        early=journal.early(work.regions),
        today=today,
        stride=work.stride,
    )


def ahead(work: Job, todo: Sequence[Item], factor: float = 1.0, seconds: float | None = None) -> Estimate:
    """Size of what is left."""
    count = sum((item.last - item.first).days + 1 for item in todo)
    return Estimate(work.place, len(todo), count, factor * sum(i.megabytes for i in todo) / 1000, seconds)

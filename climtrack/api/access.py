"""The door of the Python interface: settings, time, and the series asked for."""

from __future__ import annotations

import datetime as dt
import os
from typing import TYPE_CHECKING

from climtrack.errors import ConfigError
from climtrack.vocabulary.baselines import Baseline
from climtrack.vocabulary.pairing import Pairing
from climtrack.vocabulary.series import Series
from climtrack.vocabulary.variables import OPTIONS

if TYPE_CHECKING:
    from climtrack.config import Config


def config() -> Config:
    """Settings as the command line finds them: the API is a door too."""
    from climtrack.config import load

    return load(None, os.environ)


def now() -> dt.datetime:
    """The time, read once per call."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def pairing_of(region: str) -> Pairing:
    """Series that answer for a region."""
    from climtrack.pipeline.selection import pairings
    from climtrack.store.netcdf import Store

    settings = config()
    return pairings((region,), ("air", "sst"), settings, Store(settings.home))[0]


def stored_series(variable: str, region: str, *, known_on: str | dt.date | None, offline: bool, sample: bool) -> Series:
    """The series asked for, and no other one in its place."""
    from climtrack.pipeline.source import open_transport
    from climtrack.pipeline.studies import Freshness, sampled, stock
    from climtrack.store.netcdf import Store

    if variable not in OPTIONS:
        raise ConfigError(f"unknown variable {variable[:40]!r}", "Known are air and sst")
    settings, moment = config(), now()
    pair = pairing_of(region)
    key = pair.air if variable == "air" else pair.sst
    if key is None:
        raise ConfigError(f"there is no series of {variable} for {region[:40]}", "See climtrack fetch --help")
    if key.region != region and region != "world":
        raise ConfigError(f"there is no sea-surface series for {region}", f"Open {key.region!r}, or use climtrack grid")
    if sample:
        return sampled([key], moment)[key]
    with open_transport(settings, offline=offline) as transport:
        goods = stock(
            [key],
            config=settings,
            store=Store(settings.home, known_on=date_of(known_on)),
            transport=transport,
            now=moment,
            freshness=Freshness(offline=offline, sample=False, known_on=date_of(known_on)),
        )
    return goods.series[key]


def baseline_of(value: str | Baseline) -> Baseline:
    """Baseline, however it was given."""
    return value if isinstance(value, Baseline) else Baseline.parse(value)


def date_of(value: str | dt.date | None) -> dt.date | None:
    """Date, however it was given."""
    if not isinstance(value, str):
        return value
    try:
        return dt.date.fromisoformat(value)
    except ValueError as problem:
        raise ConfigError(f"{value[:40]!r} is not a date", "Write it as YYYY-MM-DD") from problem

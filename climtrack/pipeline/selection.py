"""Which series answer for which regions, and which of them a round brings up to date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from climtrack.config import Config
from climtrack.errors import ConfigError
from climtrack.pipeline.update import endpoints, held
from climtrack.store.netcdf import Store
from climtrack.vocabulary.baselines import Baseline
from climtrack.vocabulary.pairing import SEAS, Pairing, pairing
from climtrack.vocabulary.series import Series, SeriesKey

#: Of every region, a round refreshes both.
VARIABLES = ("air", "sst")
#: A computed series that ended so many days before it was made, or fewer, is one of the present, not of chosen years.
PRESENT = 45


def known_keys(config: Config, store: Store) -> frozenset[SeriesKey]:
    """
    Series that are stored or can be fetched, and are fit to answer for a region.

    The true sea of a hemisphere takes the North Atlantic's place only when it covers the years of the average and has
    reached the present: until then a report of it could say nothing that it is read for.
    """
    return frozenset({*endpoints(config), *store.keys()} - set(unfit(config, store)))


def unfit(config: Config, store: Store) -> dict[SeriesKey, Series | None]:
    """Stored series in whose place another one answers, for they lack years."""
    replaced = [keys[0] for keys in SEAS.values() if len(keys) > 1 and keys[0] in store.manifest.series]
    found = {key: held(store, key) for key in replaced}
    return {key: one for key, one in found.items() if one is None or not (_covers(one, config) and reached(one))}


def _covers(series: Series, config: Config) -> bool:
    """Whether a series has the years of the average; of those before OISST's first whole year none are asked."""
    years = Baseline.parse(config.report.baseline)
    return series.start <= dt.date(max(years.first, 1982), 1, 1) and series.end >= dt.date(years.last, 12, 31)


def stand_ins(pairs: Sequence[Pairing], config: Config, store: Store) -> tuple[str, ...]:
    """What is said where a computed series is stored and another one answers in its place."""
    asked = {pair.region for pair in pairs if pair.sea_named}
    return tuple(
        f"{key.label}: stored from {one.start} to {one.end}, too little for an average and this year; another stands"
        f" in. Complete it with `climtrack grid backfill sst --region {key.region} --since 1982`."
        for key, one in unfit(config, store).items()
        if one is not None and key.region in asked
    )


def wanted(pairs: Sequence[Pairing], variables: Collection[str]) -> tuple[SeriesKey, ...]:
    """Series of some regions."""
    keys = [key for pair in pairs for option, key in (("air", pair.air), ("sst", pair.sst)) if option in variables]
    return tuple(dict.fromkeys(key for key in keys if key is not None))


def pairings(regions: Sequence[str], variables: Collection[str], config: Config, store: Store) -> tuple[Pairing, ...]:
    """Series that answer for each region."""
    known = known_keys(config, store)
    pairs = tuple(pairing(config.region(name).name, known) for name in regions)
    for pair in pairs:
        if not wanted([pair], variables):
            asked = " or ".join(sorted(variables))
            if pair.region in ("nh", "sh") and "sst" in variables:
                raise ConfigError(
                    f"the site has no sea-surface series for {pair.region}",
                    f"Compute the true one with `climtrack grid backfill sst --region {pair.region}`",
                )
            raise ConfigError(f"{pair.region} has no series for {asked}", "Choose the other variable, or both")
    return pairs


def reached(series: Series) -> bool:
    """Whether a computed series ever came within some weeks of the day on which it was made."""
    late = (series.source.retrieved.date() - series.end).days
    return late <= PRESENT or bool(series.source.details.get("reached_present"))


def kept_up(series: Series, config: Config) -> bool:
    """Whether a round fetches the newest days of a series from daily grids."""
    details = series.source.details
    if series.key.product != "oisst" or not details.get("weights") or "every" in details["variable"]:
        return False
    return series.key.region in config.refresh.regions and reached(series)


def brought(series: Series, config: Config) -> bool:
    """Whether rounds can bring a series up to date, so that its age says something."""
    return not series.source.details.get("weights") or kept_up(series, config)


def refreshed(config: Config, store: Store) -> tuple[SeriesKey, ...]:
    """Series that a round brings up to date: those of ``[refresh] regions``."""
    return wanted(pairings(config.refresh.regions, VARIABLES, config, store), VARIABLES)

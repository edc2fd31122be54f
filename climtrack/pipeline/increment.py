"""The newest days of computed series: a few small files, for the daily refresh."""

from __future__ import annotations

import datetime as dt

import numpy as np

from climtrack.config import Config
from climtrack.errors import ClimtrackError, SeriesError
from climtrack.gridded import catalogue
from climtrack.gridded.downloads import Policy, hurried
from climtrack.pipeline.backfill import backfill, default_policy, job
from climtrack.pipeline.grid import Stored
from climtrack.pipeline.update import Update
from climtrack.store.netcdf import Store
from climtrack.vocabulary.series import Series, Status

#: Days that a refresh fetches one by one; more is a backfill's work.
LONGEST = 60


def _computed(config: Config) -> tuple[Series, ...]:
    """Stored series that were computed from OISST's whole grids."""
    store = Store(config.home)
    keys = store.keys()
    found = (store.read(key) for key in keys if key.product == "oisst")
    return tuple(
        one for one in found if one.source.details.get("weights") and "every" not in one.source.details["variable"]
    )


def increment(*, config: Config, now: dt.datetime, policy: Policy | None = None) -> tuple[Stored, ...]:
    """
    The newest days of every series that was computed from OISST: a few small files, for the daily refresh.

    Parameters
    ----------
    config : Config
        The settings.
    now : datetime
        The time.
    policy : Policy, optional
        How servers are asked.

    Returns
    -------
    tuple of Stored
        One a series; none where nothing was ever computed.

    Raises
    ------
    SourceUnavailable
        If the server fails; what came before it did is stored.
    SeriesError
        If the series end too long ago for a refresh.
    """
    wanted = []
    for held in _computed(config):
        final = np.flatnonzero(held.status == Status.FINAL)
        since = held.start + dt.timedelta(days=int(final[-1]) + 1 if final.size else 0)
        wanted.append((held.source.details["weights"].partition(":")[0], since, config.region(held.key.region)))
    found: list[Stored] = []
    source = config.grid.source if catalogue.PLACES[config.grid.source].per == "day" else "ncei"
    for rule in sorted({rule for rule, _, _ in wanted}):
        some = [(since, region) for own, since, region in wanted if own == rule]
        since = min(since for since, _ in some)
        until = now.date() - dt.timedelta(days=1)
        if (until - since).days > LONGEST:
            raise SeriesError(
                f"computed series end {(until - since).days} days ago",
                f"climtrack grid backfill sst --since {since.year}",
            )
        if since <= until:
            work = job(source, [region for _, region in some], since, until, config, rule=rule)
            found += backfill(work, config=config, now=now, policy=policy or hurried(default_policy(config)))
    return tuple(found)


def increments(*, config: Config, now: dt.datetime, policy: Policy | None = None) -> tuple[Update, ...]:
    """
    What the daily increment did to each computed series, in the words of a refresh.

    Parameters
    ----------
    config : Config
        The settings.
    now : datetime
        The time.
    policy : Policy, optional
        How servers are asked.

    Returns
    -------
    tuple of Update
        One a computed series; a failure leaves its last good state alone and is named.
    """
    keys = [one.key for one in _computed(config)]
    if not keys:
        return ()
    try:
        found = {one.reduced.series.key: one for one in increment(config=config, now=now, policy=policy)}
    except ClimtrackError as problem:
        store = Store(config.home)
        return tuple(Update(key, store.read(key), error=problem) for key in keys)
    store, updates = Store(config.home), []
    for key in keys:
        merged = found[key].merged if key in found else None
        if merged is None:
            updates.append(Update(key, store.read(key)))
            continue
        counts = len(merged.added), len(merged.revised), merged.finalised
        updates.append(Update(key, store.read(key), *counts, largest_revision=merged.largest))
    return tuple(updates)

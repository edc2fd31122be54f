"""The newest days of computed series: a few small files, for the daily refresh."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from climtrack.config import Config
from climtrack.errors import ClimtrackError, SeriesError
from climtrack.gridded import catalogue
from climtrack.gridded.downloads import Policy, hurried
from climtrack.pipeline.backfill import backfill
from climtrack.pipeline.jobs import job
from climtrack.pipeline.keeping import Stored
from climtrack.pipeline.passing import default_policy
from climtrack.pipeline.selection import kept_up
from climtrack.pipeline.update import Update
from climtrack.store.netcdf import Store
from climtrack.vocabulary.series import Series, SeriesKey, Status

#: Days that a refresh fetches one by one; more is a backfill's work.
LONGEST = 60


def _computed(config: Config) -> tuple[Series, ...]:
    """Stored series that rounds keep up."""
    store = Store(config.home)
    found = (store.read(key) for key in store.manifest.series if key.product == "oisst")
    return tuple(one for one in found if kept_up(one, config))


def increment(*, config: Config, now: dt.datetime, policy: Policy | None = None) -> tuple[Stored, ...]:
    """The newest days of the series that rounds keep up: a few small files, for the daily refresh."""
    found: list[Stored] = []
    for group in _groups(_computed(config)).values():
        found += _brought(group, config, now, policy)
    return tuple(found)


def _groups(series: Sequence[Series]) -> dict[tuple[str, str], list[Series]]:
    """Series that are made alike, by weighting rule and grid."""
    groups: dict[tuple[str, str], list[Series]] = {}
    for one in series:
        rule = one.source.details["weights"].partition(":")[0]
        groups.setdefault((rule, one.source.details["grid"]), []).append(one)
    return dict(sorted(groups.items()))


def _since(series: Series) -> dt.date:
    """The first day after the last final one."""
    final = np.flatnonzero(series.status == Status.FINAL)
    return series.start + dt.timedelta(days=int(final[-1]) + 1 if final.size else 0)


def _old(series: Series, now: dt.datetime) -> SeriesError | None:
    """Why a series is left to a backfill, if it is."""
    since = _since(series)
    late = (now.date() - since).days - 1
    if late <= LONGEST:
        return None
    return SeriesError(f"{series.key} ends {late} days ago", f"climtrack grid backfill sst --since {since.year}")


def _brought(group: Sequence[Series], config: Config, now: dt.datetime, policy: Policy | None) -> tuple[Stored, ...]:
    """Series that are made alike, brought up to date together."""
    if problem := next(filter(None, (_old(one, now) for one in group)), None):
        raise problem
    since, until = min(map(_since, group)), now.date() - dt.timedelta(days=1)
    if since > until:
        return ()
    source = config.grid.source if catalogue.PLACES[config.grid.source].per == "day" else "ncei"
    rule = group[0].source.details["weights"].partition(":")[0]
    work = job(source, [config.region(one.key.region) for one in group], since, until, config, rule=rule)
    return backfill(work, config=config, now=now, policy=policy or hurried(default_policy(config)))


def increments(*, config: Config, now: dt.datetime, policy: Policy | None = None) -> tuple[Update, ...]:
    """What the daily increment did to each computed series, in the words of a refresh."""
    series = _computed(config)
    found: dict[SeriesKey, Stored] = {}
    errors: dict[SeriesKey, ClimtrackError] = {one.key: old for one in series if (old := _old(one, now)) is not None}
    # One that is too old, or made in another way, must not keep the others from their newest days.
    for group in _groups([one for one in series if one.key not in errors]).values():
        try:
            brought = _brought(group, config, now, policy)
            found |= {one.reduced.series.key: one for one in brought}
            errors |= {one.reduced.series.key: one.refused for one in brought if one.refused is not None}
        except ClimtrackError as problem:
            errors |= {one.key: problem for one in group}
    store, updates = Store(config.home), []
    for one in series:
        merged = found[one.key].merged if one.key in found else None
        if merged is None:
            updates.append(Update(one.key, store.read(one.key), error=errors.get(one.key)))
            continue
        counts = len(merged.added), len(merged.revised), merged.finalised
        updates.append(Update(one.key, store.read(one.key), *counts, largest_revision=merged.largest))
    return tuple(updates)

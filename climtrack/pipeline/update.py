"""Fetch → check → merge → store, series by series: one that fails leaves the others and its own past alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from climtrack.config import Config
from climtrack.errors import (
    ClimtrackError,
    ConfigError,
    SeriesError,
    SeriesNotFound,
    SourceChanged,
    SourceUnavailable,
    StoreDamaged,
)
from climtrack.fetcher.endpoints import ENDPOINTS, Endpoint
from climtrack.fetcher.fetch import Outcome, fetch_all
from climtrack.fetcher.policy import HttpPolicy
from climtrack.pipeline.notices import overdue
from climtrack.store.netcdf import Store
from climtrack.vocabulary.pairing import COMPUTED
from climtrack.vocabulary.payload import Transport
from climtrack.vocabulary.series import Series, SeriesKey

if TYPE_CHECKING:
    from climtrack.store.writer import Writer

#: Age of a copy, older than usual, from which it is asked for in full: a cache may say "not modified" for ever.
DOUBT = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, eq=False)
class Update:
    """What became of one series."""

    key: SeriesKey
    series: Series | None
    added: int = 0  # Days that are new, changed, or no longer preliminary
    revised: int = 0  # Days that are new, changed, or no longer preliminary
    finalised: int = 0  # Days that are new, changed, or no longer preliminary
    largest_revision: float = 0.0  # Largest change of a value, degC
    notes: tuple[str, ...] = ()
    error: ClimtrackError | None = None


def http_policy(config: Config) -> HttpPolicy:
    """How the source is asked, as config.toml says."""
    fetch = config.fetch
    return HttpPolicy(
        base_urls=fetch.base_urls,
        user_agent=fetch.user_agent,
        connect_timeout=fetch.connect_timeout,
        read_timeout=fetch.read_timeout,
        total_timeout=fetch.total_timeout,
    )


def endpoints(config: Config) -> dict[SeriesKey, Endpoint]:
    """Every series that can be asked for."""
    own = (Endpoint(SeriesKey.parse(entry.key), entry.path, entry.data_source) for entry in config.endpoints)
    return {**ENDPOINTS, **{endpoint.key: endpoint for endpoint in own}}


def held(store: Store, key: SeriesKey) -> Series | None:
    """What is stored under a key, if anything sound is."""
    try:
        return store.read(key)
    except (SeriesNotFound, StoreDamaged):
        return None


def computed(key: SeriesKey, config: Config, store: Store) -> bool:
    """Whether a series is made from grids on this computer, so that the source is not asked for it."""
    if key in COMPUTED:
        return True
    one = None if key in endpoints(config) else held(store, key)
    return one is not None and "weights" in one.source.details


def update(
    keys: Iterable[SeriesKey],
    *,
    config: Config,
    store: Store,
    transport: Transport,
    now: dt.datetime,
    on_done: Callable[[SeriesKey], None] = lambda _: None,
    accept: frozenset[SeriesKey] = frozenset(),
    only: frozenset[dt.date] = frozenset(),
    table: Mapping[SeriesKey, Endpoint] | None = None,
) -> tuple[Update, ...]:
    """Bring series up to date with their source; when interrupted, what had arrived by then is stored."""
    table = endpoints(config) if table is None else table
    wanted = list(dict.fromkeys(keys))
    if unknown := [key for key in wanted if key not in table]:
        raise ConfigError(f"no address is known for {unknown[0]}", "Add an [[endpoints]] entry to config.toml")
    with store.writer(now) as writer:
        waiting = {key: wish for key in wanted if (wish := _wish(store, key, now)) is not None}
        asked = [table[key] for key in wanted if key not in waiting]
        found = {key: Update(key, held(store, key), error=error) for key, error in waiting.items()}

        def done(outcome: Outcome) -> None:
            found[outcome.key] = _stored(outcome, store, writer, now, accept=outcome.key in accept, only=only)
            on_done(outcome.key)

        try:
            fetch_all(
                asked,
                lambda key: held(store, key),
                transport=transport,
                now=now,
                on_done=done,
                accept=accept,
                only=only,
                doubted=lambda series: overdue(series, now) > 0 and now - series.source.retrieved > DOUBT,
            )
        except KeyboardInterrupt:
            writer.commit()
            raise
    return tuple(found[key] for key in wanted)


def _stored(
    outcome: Outcome, store: Store, writer: Writer, now: dt.datetime, *, accept: bool, only: frozenset[dt.date]
) -> Update:
    """One series merged, confirmed or refused."""
    key, error = outcome.key, outcome.error
    if error is None and outcome.series is not None:
        try:
            merged = writer.put(outcome.series, accept=accept, only=only)
        except SeriesError as contradiction:
            error = SourceChanged(contradiction.what, contradiction.remedy)
        else:
            counts = len(merged.added), len(merged.revised), merged.finalised
            return Update(key, merged.series, *counts, merged.largest, outcome.notes)
    if error is None:
        writer.confirm(key)
    else:
        writer.reject(key, error, now)
    return Update(key, held(store, key), notes=outcome.notes, error=error)


def _wish(store: Store, key: SeriesKey, now: dt.datetime) -> SourceUnavailable | None:
    """The server's wish to be left alone, from an earlier run, where it is still to be obeyed."""
    until = store.health(key).not_before
    # More than a week ahead is a clock gone wrong, not a wish.
    if until is None or not now < until <= now + dt.timedelta(days=7):
        return None
    when = until.strftime("%Y-%m-%d %H:%M UTC")
    return SourceUnavailable(f"the server asked not to be called before {when}", "Run again after that")

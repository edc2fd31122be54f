"""Fetch → check → merge → store, series by series: one that fails leaves the others and its own past alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from climtrack.config import Config
from climtrack.errors import ClimtrackError, ConfigError, FetchError, SeriesNotFound, SourceUnavailable, StoreDamaged
from climtrack.fetcher.endpoints import ENDPOINTS, Endpoint
from climtrack.fetcher.fetch import Outcome, fetch_all
from climtrack.fetcher.transport import HttpPolicy, Transport
from climtrack.pipeline.state import Check, read_state, write_state
from climtrack.store.netcdf import Store
from climtrack.vocabulary.series import Series, SeriesKey


@dataclass(frozen=True, slots=True, eq=False)
class Update:
    """
    What became of one series.

    Parameters
    ----------
    key : SeriesKey
        Which.
    series : Series or None
        What is stored now.
    added, revised, finalised : int
        Days that are new, changed, or no longer preliminary.
    largest_revision : float
        Largest change of a value, degC.
    notes : tuple of str
        What was unusual.
    error : ClimtrackError or None
        Why it was not updated.
    """

    key: SeriesKey
    series: Series | None
    added: int = 0
    revised: int = 0
    finalised: int = 0
    largest_revision: float = 0.0
    notes: tuple[str, ...] = ()
    error: ClimtrackError | None = None


def http_policy(config: Config) -> HttpPolicy:
    """
    How the source is asked, as config.toml says.

    Parameters
    ----------
    config : Config
        The settings.

    Returns
    -------
    HttpPolicy
        The fetcher's own settings.
    """
    fetch = config.fetch
    policy = HttpPolicy(
        base_urls=fetch.base_urls,
        connect_timeout=fetch.connect_timeout,
        read_timeout=fetch.read_timeout,
        total_timeout=fetch.total_timeout,
    )
    if not fetch.user_agent:
        return policy
    from dataclasses import replace

    return replace(policy, user_agent=fetch.user_agent)


def endpoints(config: Config) -> dict[SeriesKey, Endpoint]:
    """
    Every series that can be asked for.

    Parameters
    ----------
    config : Config
        The settings, which may add to the built-in table.

    Returns
    -------
    dict of SeriesKey to Endpoint
        By key.
    """
    own = (Endpoint(SeriesKey.parse(entry.key), entry.path, entry.data_source) for entry in config.endpoints)
    return {**ENDPOINTS, **{endpoint.key: endpoint for endpoint in own}}


def held(store: Store, key: SeriesKey) -> Series | None:
    """
    What is stored under a key, if anything sound is.

    Parameters
    ----------
    store : Store
        The store.
    key : SeriesKey
        Which series.

    Returns
    -------
    Series or None
        None where nothing is stored or nothing of it can be used.
    """
    try:
        return store.read(key)
    except (SeriesNotFound, StoreDamaged):
        return None


def update(
    keys: Iterable[SeriesKey],
    *,
    config: Config,
    store: Store,
    transport: Transport,
    now: dt.datetime,
    on_done: Callable[[SeriesKey], None] = lambda _: None,
) -> tuple[Update, ...]:
    """
    Bring series up to date with their source.

    Parameters
    ----------
    keys : iterable of SeriesKey
        Which series; those that climtrack computes itself are passed over.
    config : Config
        The settings.
    store : Store
        Where they are kept.
    transport : Transport
        How the source is reached.
    now : datetime
        The time.
    on_done : callable, optional
        Told of each series as it is done.

    Returns
    -------
    tuple of Update
        In the order of `keys`.

    Raises
    ------
    ConfigError
        If a key is neither in the table nor computed.
    StoreBusy
        If another process is writing.
    StoreError
        If this computer refuses.
    """
    table = endpoints(config)
    wanted = list(dict.fromkeys(keys))
    if unknown := [key for key in wanted if key not in table]:
        raise ConfigError(f"no address is known for {unknown[0]}", "Add an [[endpoints]] entry to config.toml")
    with store.writer(now) as writer:
        state = read_state(config.home)
        waiting = {key: check.not_before for key in wanted if (check := state.get(key)) and check.not_before}
        asked = [table[key] for key in wanted if not (key in waiting and _later(waiting[key], now))]
        outcomes = {
            outcome.key: outcome
            for outcome in fetch_all(
                asked,
                lambda key: held(store, key),
                transport=transport,
                now=now,
                on_done=lambda outcome: on_done(outcome.key),
            )
        }
        updates = []
        for key in wanted:
            outcome = outcomes.get(key) or _told_to_wait(key, table[key].path, waiting[key])
            if outcome.series is not None:
                merged = writer.put(outcome.series)
                sizes = [abs(change.new - change.old) for change in merged.revised]
                updates.append(
                    Update(
                        key,
                        merged.series,
                        len(merged.added),
                        len(merged.revised),
                        merged.finalised,
                        max(sizes, default=0.0),
                        outcome.notes,
                    )
                )
            else:
                if outcome.error is not None and outcome.error.body:
                    writer.reject(key, outcome.error, now)
                updates.append(Update(key, held(store, key), notes=outcome.notes, error=outcome.error))
            if key in outcomes:
                state[key] = _checked(state.get(key), outcome, now)
    write_state(config.home, state)
    return tuple(updates)


def _later(moment: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether a moment named by the server is still to come; a week away is a clock gone wrong, not a wish."""
    return moment is not None and now < moment < now + dt.timedelta(days=7)


def _told_to_wait(key: SeriesKey, path: str, until: dt.datetime | None) -> Outcome:
    """The server's wish from an earlier run, obeyed."""
    moment = until.strftime("%Y-%m-%d %H:%M UTC") if until else "later"
    error = SourceUnavailable(f"the server asked not to be called before {moment}", "Run again after that", url=path)
    return Outcome(key, None, error, False, ())


def _checked(before: Check | None, outcome: Outcome, now: dt.datetime) -> Check:
    """What to remember of an attempt."""
    error: FetchError | None = outcome.error
    if error is None:
        return Check(now, now)
    wait = error.retry_after if isinstance(error, SourceUnavailable) else None
    not_before = now + dt.timedelta(seconds=min(wait, 7 * 86400 - 1)) if wait else None
    return Check(now, before.succeeded if before else None, error.what, not_before)

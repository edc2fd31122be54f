"""The series in hand for one run, and what is known of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from climtrack.analysis.survey import study
from climtrack.config import Config
from climtrack.errors import (
    ClimtrackError,
    ConfigError,
    DiskError,
    Notice,
    SeriesError,
    SeriesNotFound,
    SourceChanged,
    SourceUnavailable,
    StoreBusy,
    StoreDamaged,
    StoreNewer,
)
from climtrack.fetcher.fetch import Outcome, fetch_all
from climtrack.fetcher.http import HttpPolicy
from climtrack.fetcher.reanalyzer import ENDPOINTS, Endpoint
from climtrack.fetcher.sample import SampleTransport
from climtrack.store.store import Store
from climtrack.vocabulary.findings import Study
from climtrack.vocabulary.pairing import COMPUTED, SEAS, Pairing, pairing
from climtrack.vocabulary.registry import Baseline
from climtrack.vocabulary.series import Series, SeriesKey, Transport

if TYPE_CHECKING:
    from climtrack.store.store import Writer


# One line per cause: what happened, what is used instead with its date, what to do.


#: Days after which the newest value is older than the provider's usual delay; a 304 is then no longer believed.
NORMAL_LAG = {"t2m": 10, "sst": 5}


def newest(series: Iterable[Series]) -> dt.date | None:
    """
    The day that this computer's clock is judged by: the newest that any series has, and none other.

    A series computed from grids may have been old already on the day it was made, which its files' arrival proves; such
    a one counts as of that day.
    """
    days = (
        max(one.end, one.source.retrieved.date()) if one.source.details.get("weights") else one.end for one in series
    )
    return max(days, default=None)


def age(end: dt.date, now: dt.datetime, newest: dt.date | None = None) -> int | None:
    """Days since the newest value."""
    days = (now.date() - max(end, newest or end)).days
    return (now.date() - end).days if 0 <= days <= 3 * 366 else None


def dated(series: Series, now: dt.datetime) -> str:
    """Date and age of the newest value."""
    return span([series.end], now)


def failures(failed: Iterable[tuple[SeriesKey, ClimtrackError, Series | None]], now: dt.datetime) -> tuple[str, ...]:
    """Lines for series that were not updated; the same cause is joined, but never series with data and without."""
    causes: dict[tuple[str, str, bool], list[tuple[str, Series | None]]] = {}
    for key, error, held in failed:
        causes.setdefault((error.what, error.remedy, held is None), []).append((key.label, held))
    return tuple(_failure(what, remedy, hit, now) for (what, remedy, _), hit in causes.items())


def _failure(what: str, remedy: str, hit: Sequence[tuple[str, Series | None]], now: dt.datetime) -> str:
    """One cause: what happened, what is used instead, what to do."""
    kept = [series.end for _, series in hit if series is not None]
    used = f"Using data as of {span(kept, now)}" if kept else "Nothing is stored"
    line = f"{', '.join(name for name, _ in hit)}: not updated: {what}. {used}."
    return f"{line} {remedy}." if remedy else line


def span(ends: Iterable[dt.date], now: dt.datetime) -> str:
    """Dates and ages of the newest values of some series."""
    ends = sorted(set(ends))
    first, last = age(ends[-1], now), age(ends[0], now, ends[-1])
    dates = str(ends[0]) if len(ends) == 1 else f"{ends[0]} to {ends[-1]}"
    if first is None or last is None:
        return dates
    days = f"{first}" if first == last else f"{first} to {last}"
    return f"{dates} ({days} day{'' if days == '1' else 's'} old)"


def overdue(series: Series, now: dt.datetime, newest: dt.date | None = None) -> int:
    """Age of the newest value where it is older than usual."""
    days = age(series.end, now, newest) or 0
    return days if days > NORMAL_LAG.get(series.key.variable, 10) else 0


def stale(series: Sequence[Series], now: dt.datetime, *, beside: Iterable[Series] = ()) -> tuple[str, ...]:
    """Lines for series whose newest value is older than usual, and for a clock that cannot be right."""
    lines = []
    last = newest((*series, *beside))
    if series and last is not None and age(last, now) is None:
        lines.append(f"this computer's clock says {now.date()}; newest data {last}. Ages are not shown.")
    late: dict[tuple[int, int], list[str]] = {}
    for one in series:
        if days := overdue(one, now, last):
            late.setdefault((days, NORMAL_LAG.get(one.key.variable, 10)), []).append(one.key.label)
    for (days, normal), names in late.items():
        lines.append(f"{', '.join(names)}: no new data for {days} days; normal is up to {normal}.")
    return tuple(lines)


# Fetch → check → merge → store, series by series: one that fails leaves the others and its own past alone.


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
    notes: tuple[Notice | str, ...] = ()
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
            found[outcome.key] = _stored(outcome, store, writer, accept=outcome.key in accept, only=only)
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


def _stored(outcome: Outcome, store: Store, writer: Writer, *, accept: bool, only: frozenset[dt.date]) -> Update:
    """One series merged, confirmed or refused."""
    key, error = outcome.key, outcome.error
    if error is None and outcome.series is not None:
        try:
            merged = writer.put(outcome.series, accept=accept, only=only)
        except SeriesError as contradiction:
            error = SourceChanged(contradiction.what, contradiction.remedy)
        else:
            counts = merged.added, merged.revised, merged.finalised
            return Update(key, merged.series, *counts, merged.largest, outcome.notes)
    if error is None:
        writer.confirm(key)
    else:
        writer.reject(key, error)
    return Update(key, held(store, key), notes=outcome.notes, error=error)


def _wish(store: Store, key: SeriesKey, now: dt.datetime) -> SourceUnavailable | None:
    """The server's wish to be left alone, from an earlier run, where it is still to be obeyed."""
    until = store.health(key).not_before
    # More than a week ahead is a clock gone wrong, not a wish.
    if until is None or not now < until <= now + dt.timedelta(days=7):
        return None
    when = until.strftime("%Y-%m-%d %H:%M UTC")
    return SourceUnavailable(f"the server asked not to be called before {when}", "Run again after that")


# The way to the source, opened only when something is asked.


@contextmanager
def open_transport(
    config: Config, *, offline: bool, base_urls: tuple[str, ...] = ()
) -> Iterator[Callable[[], Transport]]:
    """HTTP transport that opens at its first use and closes with the block."""
    with ExitStack() as stack:
        opened: list[Transport] = []

        def transport() -> Transport:
            if offline:
                raise AssertionError("the source was asked although the run is offline")
            if not opened:
                from climtrack.fetcher.http import Http

                policy = http_policy(config)
                opened.append(stack.enter_context(Http(replace(policy, base_urls=base_urls) if base_urls else policy)))
            return opened[0]

        yield transport


@contextmanager
def second_source(config: Config) -> Iterator[Callable[[], Transport] | None]:
    """
    HTTP transport to Climate Pulse, where config.toml wants the cross-check.

    A source on this computer's loopback is a test or a rehearsal: then nobody outside is asked either.
    """
    address = config.fetch.cross_check_url
    rehearsal = all(url.startswith("http://") for url in config.fetch.base_urls)
    if not config.fetch.cross_check or (rehearsal and not address.startswith("http://")):
        yield None
        return
    with open_transport(config, offline=False, base_urls=(address,)) as transport:
        yield transport


# Which series answer for which regions, and which of them a round brings up to date.


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
    replaced = [keys[0] for keys in SEAS.values() if len(keys) > 1 and keys[0] in store]
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


@dataclass(frozen=True, slots=True)
class Freshness:
    """How hard to try for new data."""

    offline: bool = False  # Do not ask the source
    sample: bool = True  # Fall back on the simulated sample where nothing is stored and nothing can be had
    known_on: dt.date | None = None  # Use only what was known on this day, without asking the source


@dataclass(frozen=True, slots=True, eq=False)
class Stock:
    """Series in hand for one run."""

    series: dict[SeriesKey, Series]
    updates: tuple[Update, ...] = ()  # What became of each one asked for; empty offline
    lines: tuple[str, ...] = ()  # For standard error: what could not be had, and what is older than usual
    # For the report: which series departs from the second source. What a network did today is not in it, so that the
    # same data make the same report.
    departures: Mapping[SeriesKey, str] = field(default_factory=lambda: MappingProxyType({}))
    missing: tuple[SeriesKey, ...] = ()
    stale: bool = False  # Whether some were not updated or are older than usual
    simulated: bool = False
    # Why this computer could not store anything new, where what is stored is shown all the same
    refusal: DiskError | None = None


def stock(
    keys: Sequence[SeriesKey],
    *,
    config: Config,
    store: Store,
    transport: Callable[[], Transport],
    now: dt.datetime,
    freshness: Freshness,
    on_done: Callable[[SeriesKey], None] = lambda _: None,
) -> Stock:
    """The freshest series that can be had."""
    if freshness.known_on is not None:
        return _past(keys, config, freshness.known_on, now)
    fetchable = [key for key in keys if not computed(key, config, store)]
    updates: tuple[Update, ...] = ()
    lines: list[str] = []
    refused: DiskError | None = None
    if not freshness.offline and fetchable:
        try:
            updates = update(fetchable, config=config, store=store, transport=transport(), now=now, on_done=on_done)
        except (StoreBusy, StoreNewer) as refusal:
            lines.append(f"{refusal.what}; showing what is stored")
        except DiskError as refusal:
            refused = refusal
            lines.append(str(refusal))
    series = {key: found for key in keys if (found := held(store, key)) is not None}
    failed = [(one.key, one.error, one.series) for one in updates if one.error is not None]
    lines.extend(failures(failed, now))
    if not series and refused:
        raise refused
    if not series:
        problem: ClimtrackError = (
            failed[0][1] if failed else SeriesNotFound("the source was not asked", "Run it once without --offline")
        )
        reached = any(isinstance(error, SourceChanged) or getattr(error, "body", b"") for _, error, _ in failed)
        if reached or not freshness.sample:  # a site that answers is no reason to simulate
            problem.id = f"{', '.join(key.label for key in keys)}: {problem.what}, and nothing is stored"
            raise problem
        lines.append("No data are stored yet: this report shows SIMULATED data, which mean nothing. Run it online.")
        return Stock(sampled(keys, now), updates, tuple(lines), simulated=True)
    if freshness.offline:
        lines.append(f"offline: using stored data as of {span([one.end for one in series.values()], now)}.")
    if refused:
        lines.append(f"showing what is stored: data as of {span([one.end for one in series.values()], now)}.")
    told = {key for key, *_ in failed}
    lines.extend(stale([one for key, one in series.items() if key not in told and not freshness.offline], now))
    old = stale(tuple(series.values()), now)
    missing = tuple(key for key in keys if key not in series)
    late = bool(old or failed or refused)
    return Stock(series, updates, tuple(lines), missing=missing, stale=late, refusal=refused)


def _past(keys: Sequence[SeriesKey], config: Config, day: dt.date, now: dt.datetime) -> Stock:
    """What was known on a day, and how old it was then."""
    store = Store(config.home, known_on=day)
    series = {key: store.read(key) for key in keys if key in store}
    if not series:
        names = ", ".join(key.label for key in keys)
        raise SeriesNotFound(f"{names}: nothing was stored by {day}", "Choose a later date")
    old = stale(tuple(series.values()), seen_at(now, day))
    return Stock(series, (), store.notices, missing=tuple(key for key in keys if key not in series), stale=bool(old))


def seen_at(now: dt.datetime, known_on: dt.date | None) -> dt.datetime:
    """The time by which ages are told: now, or the end of the day whose knowledge is shown."""
    return now if known_on is None else min(now, dt.datetime.combine(known_on, dt.time(23, 59, 59), dt.UTC))


def sampled(keys: Sequence[SeriesKey], now: dt.datetime) -> dict[SeriesKey, Series]:
    """The simulated sample, through the real parser."""
    from climtrack.fetcher.reanalyzer import ENDPOINTS

    asked = [ENDPOINTS[key] for key in keys if key in ENDPOINTS]
    outcomes = fetch_all(asked, lambda _: None, transport=SampleTransport(now.date()), now=now, on_done=lambda _: None)
    return {outcome.key: outcome.series for outcome in outcomes if outcome.series is not None}


def studies_of(
    pair: Pairing,
    variables: Collection[str],
    series: dict[SeriesKey, Series],
    *,
    config: Config,
    store: Store,
    baseline: Baseline,
    as_of: dt.date | None,
    now: dt.datetime | None = None,
) -> tuple[Study, ...]:
    """What is known of a region's air and sea."""
    return tuple(
        replace(
            study(
                series[key],
                config.region(key.region),
                baseline=baseline,
                as_of=as_of,
                revision_noise=None if series[key].source.simulated else store.revision_noise(key),
            ),
            overdue=overdue(series[key], now) if now and as_of is None and not series[key].source.simulated else 0,
        )
        for key in wanted([pair], variables)
        if key in series
    )

"""The series in hand for one run, and what is known of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from climtrack.analysis.survey import study
from climtrack.config import Config
from climtrack.errors import ClimtrackError, DiskError, SeriesNotFound, SourceChanged, StoreBusy, StoreNewer
from climtrack.fetcher.fetch import fetch_all
from climtrack.pipeline.notices import failures, overdue, span, stale
from climtrack.pipeline.selection import wanted
from climtrack.pipeline.update import Update, computed, held, update
from climtrack.sample import SampleTransport
from climtrack.store.netcdf import Store
from climtrack.vocabulary.baselines import Baseline
from climtrack.vocabulary.pairing import Pairing
from climtrack.vocabulary.payload import Transport
from climtrack.vocabulary.results import Study
from climtrack.vocabulary.series import Series, SeriesKey


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
            problem.what = f"{', '.join(key.label for key in keys)}: {problem.what}, and nothing is stored"
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
    series = {key: store.read(key) for key in keys if key in store.manifest.series}
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
    from climtrack.fetcher.endpoints import ENDPOINTS

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

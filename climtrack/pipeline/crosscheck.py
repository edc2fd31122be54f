"""The series of the site held against Copernicus Climate Pulse, and our figures against the published ones."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from climtrack.analysis.crosscheck import agreement
from climtrack.analysis.reconciliation import reconcile
from climtrack.config import Config, FetchSettings
from climtrack.errors import AnalysisError, ClimtrackError, SeriesNotFound, StoreBusy
from climtrack.fetcher.pulse import COUNTERPARTS, PULSE
from climtrack.pipeline.notices import failures
from climtrack.pipeline.source import open_transport
from climtrack.pipeline.update import held, update
from climtrack.reporter.documents.facts import fact
from climtrack.store.netcdf import Store
from climtrack.vocabulary.context import Agreement, Reconciled
from climtrack.vocabulary.findings import Unknown
from climtrack.vocabulary.payload import Transport
from climtrack.vocabulary.series import SeriesKey

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class CrossCheck:
    """
    The outcome of a cross-check.

    Parameters
    ----------
    agreements : tuple of (SeriesKey, Agreement or Unknown)
        By series of the site.
    published : tuple of Reconciled
        Published figures that the stored series allow.
    lines : tuple of str
        For standard error.
    departures : tuple of str
        Those of them that tell of a series that departs from Climate Pulse.
    """

    agreements: tuple[tuple[SeriesKey, Agreement | Unknown], ...]
    published: tuple[Reconciled, ...]
    lines: tuple[str, ...]
    departures: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """
        The cross-check for machines.

        Returns
        -------
        dict
            By schema ``climtrack.crosscheck/1``.
        """
        return {
            "schema": "climtrack.crosscheck/1",
            "agreements": {str(key): fact(found) for key, found in self.agreements},
            "published": [{**fact(row), "published": _figure(row)} for row in self.published],
        }


def cross_check(
    *,
    config: Config,
    transport: Callable[[], Transport] | None,
    now: dt.datetime,
    on_done: Callable[[SeriesKey], None] = lambda _: None,
) -> CrossCheck:
    """
    Hold what is stored against Climate Pulse and against published figures.

    Climate Pulse is a second source: it is stored under its own product name and never spliced into another's series.

    Parameters
    ----------
    config : Config
        The settings.
    transport : callable or None
        Opens the way to Climate Pulse; None uses what is stored of it.
    now : datetime
        The time.
    on_done : callable, optional
        Told of each series as it is done.

    Returns
    -------
    CrossCheck
        Unknown where one of the two is not at hand.

    Raises
    ------
    SeriesNotFound
        If nothing of the site is stored.
    StoreError
        If this computer refuses.
    """
    store = Store(config.home)
    keys = store.keys()
    stored = [key for key in keys if key not in PULSE]
    if not stored:
        raise SeriesNotFound("nothing is stored that could be checked", "Begin with: climtrack fetch")
    lines = list(store.notices)
    if transport is not None:
        wanted = [COUNTERPARTS[key] for key in stored if key in COUNTERPARTS]
        try:
            updates = update(
                wanted, config=config, store=store, transport=transport(), now=now, on_done=on_done, table=PULSE
            )
        except StoreBusy as busy:
            lines.append(f"{busy.what}; checking against what is stored")
        else:
            lines += failures([(one.key, one.error, one.series) for one in updates if one.error is not None], now)
    keys = (*keys, *PULSE)
    series = {key: found for key in keys if (found := held(store, key)) is not None}
    agreements: list[tuple[SeriesKey, Agreement | Unknown]] = []
    for key, other in COUNTERPARTS.items():
        if key not in series:
            continue
        if other not in series:
            agreements.append((key, Unknown(f"no {other} is stored")))
            continue
        try:
            agreements.append((key, agreement(series[key], series[other])))
        except AnalysisError as problem:
            agreements.append((key, Unknown(problem.what)))
    departures = tuple(
        f"{key.label} departs from Climate Pulse by {found.usual.rms:.3f} °C rms, most on {found.usual.largest.date}; "
        f"normal is up to {found.tolerance:.3f}"
        for key, found in agreements
        if isinstance(found, Agreement) and not found.agrees
    )
    published = tuple(row for row in reconcile(series) if not isinstance(row.ours, Unknown))
    return CrossCheck(tuple(agreements), published, tuple(dict.fromkeys((*lines, *departures))), departures)


def second_opinion(config: Config, now: dt.datetime) -> tuple[str, ...]:
    """
    The daily cross-check of a round: silent while the two agree.

    Climate Pulse is asked at its own address unless config.toml says otherwise. Where the source itself has been
    replaced by another address (a mirror, a copy on this computer) and Climate Pulse has not, nobody is asked. That
    it cannot be reached is no trouble of the round, and stands in the log only.

    Parameters
    ----------
    config : Config
        The settings.
    now : datetime
        The time.

    Returns
    -------
    tuple of str
        One line per series that departs from Climate Pulse.
    """
    usual = FetchSettings()
    chosen = config.fetch
    replaced = chosen.base_urls != usual.base_urls and chosen.cross_check_url == usual.cross_check_url
    if not chosen.cross_check or replaced or set(Store(config.home).keys()).isdisjoint(COUNTERPARTS):
        return ()
    try:
        with open_transport(config, offline=False, base_urls=(chosen.cross_check_url,)) as transport:
            found = cross_check(config=config, transport=transport, now=now)
    except ClimtrackError as problem:
        log.info("cross-check: %s", problem)
        return ()
    for line in found.lines:
        log.info("cross-check: %s", line)
    return found.departures


def _figure(row: Reconciled) -> dict[str, Any]:
    """A published figure for machines."""
    figure = row.published
    return {
        "key": str(figure.key),
        "quantity": figure.quantity,
        "period": figure.period,
        "value": figure.value,
        "decimals": figure.decimals,
        "source": figure.source,
        "why": figure.why,
    }

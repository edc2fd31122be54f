"""The series of the site held against Copernicus Climate Pulse, and our figures against the published ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from climtrack.analysis.crosscheck import agreement
from climtrack.analysis.reconciliation import reconcile
from climtrack.config import Config
from climtrack.errors import AnalysisError, SeriesNotFound, StoreBusy
from climtrack.fetcher.pulse import COUNTERPARTS, PULSE
from climtrack.pipeline.notices import failures
from climtrack.pipeline.update import held, update
from climtrack.reporter.documents.facts import fact
from climtrack.store.netcdf import Store
from climtrack.vocabulary.context import Agreement, Reconciled
from climtrack.vocabulary.findings import Unknown
from climtrack.vocabulary.payload import Transport
from climtrack.vocabulary.series import SeriesKey


@dataclass(frozen=True, slots=True, eq=False)
class CrossCheck:
    """The outcome of a cross-check."""

    agreements: tuple[tuple[SeriesKey, Agreement | Unknown], ...]
    published: tuple[Reconciled, ...]  # Published figures that the stored series allow
    lines: tuple[str, ...]
    # Those of them that tell of a series that departs from Climate Pulse, by series of the site
    departures: Mapping[SeriesKey, str] = field(default_factory=lambda: MappingProxyType({}))

    def document(self) -> dict[str, Any]:
        """The cross-check for machines."""
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
    departures = {
        key: f"{key.label} departs from Climate Pulse by {found.usual.rms:.3f} °C rms, "
        f"most on {found.usual.largest.date}; normal is up to {found.tolerance:.3f}"
        for key, found in agreements
        if isinstance(found, Agreement) and not found.agrees
    }
    published = tuple(row for row in reconcile(series) if not isinstance(row.ours, Unknown))
    return CrossCheck(tuple(agreements), published, tuple(dict.fromkeys((*lines, *departures.values()))), departures)


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

"""What a chart needs besides its own series: the other hemisphere, the state of El Niño, the date of the last issue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from climtrack.config import Config
from climtrack.errors import ClimtrackError
from climtrack.pipeline.selection import known_keys, wanted
from climtrack.pipeline.studies import Freshness, Stock, sampled, stock, studies_of
from climtrack.reporter.charts import CHARTS, Chart
from climtrack.store.netcdf import Store
from climtrack.vocabulary.baselines import Baseline
from climtrack.vocabulary.findings import Unknown
from climtrack.vocabulary.pairing import pairing
from climtrack.vocabulary.payload import Transport
from climtrack.vocabulary.results import Study
from climtrack.vocabulary.series import SeriesKey

NINO = SeriesKey("oisst", "sst", "nino3.4")


@dataclass(frozen=True, slots=True, eq=False)
class Companions:
    """Studies and dates that complete a picture."""

    # North and south, by variable name
    hemispheres: Mapping[str, tuple[Study, ...]] = field(default_factory=lambda: MappingProxyType({}))
    nino: Study | None = None
    since: dt.date | None = None  # Date of the last issue; None for a fortnight ago

    def subjects(self, chart: Chart, studies: Sequence[Study]) -> list[tuple[tuple[Study, ...], Mapping[str, Any]]]:
        """What a chart is drawn of, with what it alone understands."""
        if chart.series[0] > 1:
            names = dict.fromkeys(study.series.key.variable for study in studies)
            return [(self.hemispheres[name], {}) for name in names if name in self.hemispheres]
        if chart.name == "since_last_issue":
            return [((study,), {"since": self.since} if self.since else {}) for study in studies]
        if chart.name == "el_nino_overlay":
            from climtrack.analysis.enso import overlay

            laid = [(study, overlay(study, self.nino)) for study in studies] if self.nino is not None else []
            return [((study,), {"overlay": found}) for study, found in laid if not isinstance(found, Unknown)]
        return [((study,), {}) for study in studies]


def companions(
    charts: Sequence[str],
    variables: Sequence[str],
    goods: Stock,
    *,
    config: Config,
    store: Store,
    transport: Callable[[], Transport],
    now: dt.datetime,
    freshness: Freshness,
    baseline: Baseline,
    as_of: dt.date | None,
    since: dt.date | None,
) -> Companions:
    """What the charts asked for need besides their own series; a companion that cannot be had is left out."""
    known = known_keys(config, store)
    pairs = [pairing(name, known) for name in ("nh", "sh")] if any(CHARTS[c].series[0] > 1 for c in charts) else []
    needed = [key for key in wanted(pairs, variables) if key.region in ("nh", "sh")]
    needed += [NINO] if "el_nino_overlay" in charts and NINO in known else []
    series = dict(goods.series)
    if missing := [key for key in needed if key not in series]:
        if goods.simulated:
            series |= sampled(missing, now)
        else:
            with suppress(ClimtrackError):  # the chart that needs it is then left out, the report is not
                more = replace(freshness, sample=False)
                series |= stock(
                    missing, config=config, store=store, transport=transport, now=now, freshness=more
                ).series
    found = {
        study.series.key: study
        for pair in [*pairs, *([pairing(NINO.region, known)] if NINO in needed else [])]
        for study in studies_of(
            pair,
            ("air", "sst"),
            {key: series[key] for key in needed if key in series},
            config=config,
            store=store,
            baseline=baseline,
            as_of=as_of,
            now=now,
        )
    }
    both: dict[str, tuple[Study, ...]] = {}
    for key in needed:
        if key in found and key != NINO:
            both[key.variable] = (*both.get(key.variable, ()), found[key])
    whole = {name: halves for name, halves in both.items() if len(halves) == 2}
    return Companions(MappingProxyType(whole), found.get(NINO), since)

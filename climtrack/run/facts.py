"""What `facts` and `records` know: studies of some regions, without pictures."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Any

from climtrack.analysis.comparison import two_years
from climtrack.analysis.hemispheres import air_minus_sea, compare
from climtrack.analysis.outlook import score
from climtrack.analysis.reconciliation import agreement, reconcile
from climtrack.analysis.succession import side_by_side
from climtrack.analysis.year_end import year_end_score
from climtrack.errors import AnalysisError, ClimtrackError, Notice, SeriesNotFound, StoreBusy
from climtrack.fetcher.pulse import COUNTERPARTS, PULSE
from climtrack.reporter.documents.facts import series_facts, to_json
from climtrack.run.run import SOME, Run
from climtrack.run.series import Change, failure_notices, late_notices, moves, report_keys
from climtrack.store.store import Store
from climtrack.vocabulary.findings import (
    Agreement,
    AirSea,
    AnyStudy,
    Comparison,
    MonthStudy,
    NinoState,
    Reconciled,
    SideBySide,
    Study,
    Unknown,
)
from climtrack.vocabulary.registry import DEFAULT, VARIABLES, Baseline
from climtrack.vocabulary.series import RONI, Pairing, SeriesKey, pairing, year_table
from climtrack.words.language import Language


def version_rows(store: Store, keys: Sequence[SeriesKey], language: Language) -> list[tuple[str, ...]]:
    """The downloads that changed each series."""
    return [
        (key.label, str(one.generation), _moment(one.seen), language.count(one.days), one.source)
        for key in keys
        for one in store.versions(key)
    ]


def score_rows(store: Store, keys: Sequence[SeriesKey], language: Language) -> list[tuple[str, ...]]:
    """How the outlooks of each series have done."""
    found = ((key, score(store.read(key), store.estimates(key))) for key in keys)
    return [
        (
            key.label,
            str(one.since),
            language.count(one.days),
            language.percent(100 * one.held),
            "–" if math.isnan(one.brier) else language.number(one.brier, 2),
            language.text("cell.score.hits", hits=language.count(one.hits), chances=language.count(one.chances)),
        )
        for key, one in found
        if not isinstance(one, Unknown)
    ]


def day_rows(store: Store, keys: Sequence[SeriesKey], day: dt.date, language: Language) -> list[tuple[str, ...]]:
    """Every value a day ever had, and its month in the series of months."""
    return [
        (
            f"{key.label} {one.date:%Y-%m}" if key.monthly else key.label,
            "" if one.value is None else language.number(one.value, _decimals(one.value)),
            language.text(f"cell.{one.status.name.lower()}"),
            _moment(one.seen),
            _moment(one.replaced) if one.replaced else "",
        )
        for key in keys
        for one in store.values(key, day)
    ]


def versions_document(store: Store, keys: Sequence[SeriesKey]) -> dict[str, Any]:
    """The downloads that changed each series, and by how much its values move, for machines."""
    series = {}
    for key in keys:
        noise = store.revision_noise(key)
        series[str(key)] = {
            "versions": [asdict(one) | {"seen": one.seen.isoformat()} for one in store.versions(key)],
            "revision_noise": to_json(noise),
        }
        if not key.monthly:
            series[str(key)] |= {
                "outlook_score": to_json(score(store.read(key), store.estimates(key))),
                "year_end_score": to_json(year_end_score(year_table(store.read(key)), store.estimates(key))),
            }
    return {"schema": "climtrack.history/1", "snapshot": store.snapshot, "series": series}


def day_document(store: Store, keys: Sequence[SeriesKey], day: dt.date) -> dict[str, Any]:
    """The same for machines."""
    series = {
        str(key): [
            {
                **({"month": f"{one.date:%Y-%m}"} if key.monthly else {}),
                "value": one.value,
                "status": one.status.name.lower(),
                "first_seen": one.seen.isoformat(),
                "replaced": one.replaced.isoformat() if one.replaced else None,
            }
            for one in store.values(key, day)
        ]
        for key in keys
    }
    return {"schema": "climtrack.history/1", "snapshot": store.snapshot, "date": day.isoformat(), "series": series}


def _decimals(value: float) -> int:
    """As many as are stored."""
    return len(f"{value:.9f}".rstrip("0").partition(".")[2])


def _moment(moment: dt.datetime) -> str:
    """As a person reads it."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True, slots=True, eq=False)
class CrossCheck:
    """Stored series beside Climate Pulse and beside published figures."""

    agreements: tuple[tuple[SeriesKey, Agreement | Unknown], ...]
    published: tuple[Reconciled, ...]  # Published figures whose period the stored series reach
    departures: Mapping[SeriesKey, Notice]  # Of series of the site that depart from Climate Pulse

    def document(self) -> dict[str, Any]:
        return {
            "schema": "climtrack.crosscheck/1",
            "agreements": {str(key): to_json(found) for key, found in self.agreements},
            "published": [_reconciled(row) for row in self.published],
        }


def _reconciled(row: Reconciled) -> dict[str, Any]:
    """A published figure beside ours for machines; how ours is computed is no part of it."""
    found: dict[str, Any] = to_json(row)
    figure = {name: value for name, value in found["published"].items() if name != "measure"}
    return found | {"published": figure | {"key": str(row.published.key)}}


def cross_check(run: Run) -> CrossCheck:
    """
    Hold what is stored against Climate Pulse and against published figures.

    Climate Pulse is a second source: it is stored under its own product name and never spliced into another's series.
    """
    keys = run.store.keys()
    stored = [key for key in keys if key not in PULSE]
    if not stored:
        raise SeriesNotFound("run.nothing_to_check")
    second = run.second_source
    changes: tuple[Change, ...] = ()
    if second is not None:
        try:
            changes = run.update(
                [COUNTERPARTS[key] for key in stored if key in COUNTERPARTS], table=PULSE, transport=second
            )
        except StoreBusy as busy:
            run.say(Notice("run.checking_stored", cause=busy))
        else:
            late = late_notices([one.series for one in changes if one.series and not one.error], run.now)
            moved = [line for one in changes if one.series and not one.error for line in moves(one.series)]
            failed = SOME if any(one.error for one in changes) else 0
            run.say(*failure_notices(changes, run.now), *moved, *late, failed=failed, stale=bool(late))
    elif not run.offline:
        run.say(Notice("run.pulse_off"))
    series = {key: found for key in (*keys, *PULSE) if (found := run.held(key)) is not None}
    agreements: list[tuple[SeriesKey, Agreement | Unknown]] = []
    for key, other in COUNTERPARTS.items():
        if key not in series:
            continue
        if other not in series:
            agreements.append((key, Unknown("unknown.not_stored", key=other.label)))
            continue
        try:
            agreements.append((key, agreement(series[key], series[other])))
        except AnalysisError as problem:
            agreements.append((key, Unknown(problem.id, **problem.facts)))
    departures = {
        key: Notice(
            "run.departs", label=key.label, rms=found.usual.rms, date=found.usual.largest.date, usual=found.tolerance
        )
        for key, found in agreements
        if isinstance(found, Agreement) and not found.agrees
    }
    run.say(*departures.values())
    published = tuple(
        row for row in reconcile(series) if not isinstance(row.ours, Unknown) or row.ours.id == "unknown.data_end"
    )
    return CrossCheck(tuple(agreements), published, departures)


#: Studies by region, air before sea.
RegionStudies = tuple[tuple[Pairing, tuple[AnyStudy, ...]], ...]


def region_studies(
    run: Run,
    regions: Sequence[str],
    variables: Sequence[str],
    *,
    baseline: Baseline | None,
    as_of: dt.date | None = None,
    against: int | None = None,
) -> RegionStudies:
    """
    What is known of some regions.

    Years are compared with the one before, or with `against`.
    """
    pairs, series = run.answer(regions, variables)
    found = ((pair, run.shown(pair, variables, series, baseline=baseline, as_of=as_of)) for pair in pairs)
    if against is None:
        return tuple(found)
    return tuple(
        (pair, tuple(_against(one, against) if isinstance(one, Study) else one for one in studies))
        for pair, studies in found
    )


def unique_studies(regions: RegionStudies) -> tuple[Study, ...]:
    every = (study for _, found in regions for study in found if isinstance(study, Study))
    return tuple({study.series.key: study for study in every}.values())


def _against(study: Study, other: int) -> Study:
    """The study with its year held against another than the one before."""
    compared_with = two_years(study.series, study.year, other)
    return replace(study, findings=replace(study.findings, year_over_year=compared_with))


def records_document(run: Run, regions: RegionStudies) -> dict[str, Any]:
    return {
        "schema": "climtrack.records/1",
        "sample": run.simulated,
        "series": {str(study.series.key): _record_facts(study) for study in unique_studies(regions)},
    }


def _record_facts(study: Study) -> dict[str, Any]:
    findings = study.findings
    return {
        "region": study.region.name,
        "title": f"{study.region.title}: {VARIABLES[study.series.key.variable].title}",
        "first_date": to_json(findings.first_date),
        "absent_years": list(findings.absent_years),
        "latest": to_json(findings.latest),
        "baseline": to_json(findings.baseline),
        "records": to_json(findings.records),
        "streaks": to_json(findings.streaks),
        "rank": to_json(findings.ranks),
        "revision_noise": to_json(findings.revision_noise),
    }


#: Two products side by side, and what is known of each on its own.
Products = tuple[tuple[SideBySide, tuple[Study, ...]], ...]


def products(
    run: Run, region: str, variables: Sequence[str], *, baseline: Baseline | None, as_of: dt.date | None = None
) -> Products:
    """Hold the product that answers for a region against the others that are stored of it."""
    ((pair, shown),) = region_studies(run, [region], variables, baseline=baseline, as_of=as_of)
    found: list[tuple[SideBySide, tuple[Study, ...]]] = []
    for leading in (study for study in shown if isinstance(study, Study)):
        for key in run.others(leading.series.key):
            if (held := run.held(key)) is not None:
                of_it, option = replace(pair, air=key, sst=key), VARIABLES[key.variable].option
                (other,) = run.studies(of_it, (option,), {key: held}, baseline=baseline, as_of=as_of)
                found.append((side_by_side(leading.series, other.series), (leading, other)))
    if not found:
        raise AnalysisError("analysis.two_regions")
    return tuple(found)


def products_document(run: Run, found: Products) -> dict[str, Any]:
    return {
        "schema": "climtrack.products/1",
        "sample": run.simulated,
        "side_by_side": [to_json(one) for one, _ in found],
        "series": {str(study.series.key): _record_facts(study) for _, both in found for study in both},
    }


#: The region whose days estimate El Niño to date.
NINO = "nino3.4"


@dataclass(frozen=True, slots=True, eq=False)
class Contrasts:
    """Regions against one another."""

    comparisons: tuple[tuple[str, Comparison | Unknown], ...]  # By variable, ``air`` before ``sst``
    air_sea: tuple[tuple[str, AirSea | Unknown], ...]
    months: tuple[MonthStudy, ...]  # The sea of the hemispheres among them
    nino: NinoState | Unknown  # Where El Niño stands


def contrasts(
    run: Run,
    regions: Sequence[str],
    variables: Sequence[str],
    *,
    baseline: Baseline | None,
    as_of: dt.date | None = None,
) -> Contrasts:
    """
    Hold regions against one another.

    The world is read beside the two hemispheres, for their shares of its anomaly, RONI and Niño 3.4 for the state of
    El Niño; a comparison does without those that cannot be had.
    """
    if len(regions) < 2:
        raise AnalysisError("analysis.two_regions")
    found = tuple(
        (pair, tuple(one for one in shown if one.region.name == pair.region or one.region.width == 360))
        for pair, shown in region_studies(run, regions, variables, baseline=baseline, as_of=as_of)
    )  # the North Atlantic does not stand for a hemisphere here
    known = run.known_keys()

    def beside(name: str, option: str) -> Study | None:
        pair = pairing(name, known)
        series = run.additional(report_keys([pair], (option,)))
        with suppress(ClimtrackError):  # of a day before its first one, for example
            return next(iter(run.studies(pair, (option,), series, baseline=baseline, as_of=as_of)), None)
        return None

    nino = beside(NINO, "sst")
    world = beside("world", "air") if {"nh", "sh"} <= set(regions) else None
    comparisons: list[tuple[str, Comparison | Unknown]] = []
    for option in variables:
        sides = [one for one in unique_studies(found) if VARIABLES[one.series.key.variable].option == option]
        if len(sides) > 1:
            keys = {side.series.key for side in sides}
            more = [world] if world is not None and option == "air" and world.series.key not in keys else []
            comparisons.append((option, compare([*sides, *more])))
        elif len(variables) == 1 or sides:
            names = [study.region.name for study in sides]
            why = Unknown("unknown.one_side", regions=names) if names else Unknown("unknown.no_side")
            comparisons.append((option, why))
    daily = ((pair, [study for study in shown if isinstance(study, Study)]) for pair, shown in found)
    air_sea = tuple((pair.region, air_minus_sea(*studies)) for pair, studies in daily if len(studies) == 2)
    months = tuple(
        replace(study, findings=replace(study.findings, nearest=None))
        for _, shown in found for study in shown if isinstance(study, MonthStudy)
    )  # fmt: skip
    state = (nino and nino.findings.nino) or Unknown("unknown.not_stored", key=RONI.label)
    return Contrasts(tuple(comparisons), air_sea, months, state)


def contrasts_document(run: Run, regions: Sequence[str], baseline: Baseline | None, found: Contrasts) -> dict[str, Any]:
    return {
        "schema": "climtrack.compare/1",
        "sample": run.simulated,
        "baseline": str(baseline or DEFAULT),
        "regions": list(regions),
        "variables": {option: to_json(one) for option, one in found.comparisons},
        "air_minus_sea": {region: to_json(one) for region, one in found.air_sea},
        "sst_month": {study.region.name: series_facts(study) for study in found.months},
        "nino": to_json(found.nino),
    }

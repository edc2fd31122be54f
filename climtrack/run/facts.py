"""What `facts` and `records` know: studies of some regions, without pictures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType
from typing import Any

from climtrack.analysis.comparison import two_years
from climtrack.analysis.crosscheck import agreement
from climtrack.analysis.enso import nino_state
from climtrack.analysis.hemispheres import air_minus_sea, compare
from climtrack.analysis.reconciliation import reconcile
from climtrack.config import Config
from climtrack.errors import AnalysisError, ClimtrackError, SeriesNotFound, StoreBusy
from climtrack.fetcher.pulse import COUNTERPARTS, PULSE
from climtrack.reporter.documents.facts import fact, facts_document
from climtrack.run.series import (
    Freshness,
    Stock,
    failures,
    held,
    known_keys,
    pairings,
    sampled,
    stock,
    studies_of,
    update,
    wanted,
)
from climtrack.store.store import Store
from climtrack.vocabulary.findings import Agreement, AirSea, Comparison, NinoState, Reconciled, Study, Unknown
from climtrack.vocabulary.pairing import Pairing, pairing
from climtrack.vocabulary.registry import VARIABLES, Baseline
from climtrack.vocabulary.series import Alignment, SeriesKey, Transport
from climtrack.words.language import Language

# How published values changed, as rows and documents.


def version_rows(store: Store, keys: Sequence[SeriesKey], language: Language) -> list[tuple[str, ...]]:
    """The downloads that changed each series."""
    return [
        (key.label, str(one.generation), _moment(one.seen), language.count(one.days), one.source)
        for key in keys
        for one in store.versions(key)
    ]


def day_rows(store: Store, keys: Sequence[SeriesKey], day: dt.date, language: Language) -> list[tuple[str, ...]]:
    """Every value a day ever had."""
    return [
        (
            key.label,
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
            "revision_noise": fact(noise),
        }
    return {"schema": "climtrack.history/1", "snapshot": store.snapshot, "series": series}


def day_document(store: Store, keys: Sequence[SeriesKey], day: dt.date) -> dict[str, Any]:
    """Every value a day ever had, for machines."""
    series = {
        str(key): [
            {
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


# The series of the site held against Copernicus Climate Pulse, and our figures against the published ones.


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
            agreements.append((key, Unknown("unknown.not_stored", key=str(other))))
            continue
        try:
            agreements.append((key, agreement(series[key], series[other])))
        except AnalysisError as problem:
            agreements.append((key, Unknown(problem.id, **problem.facts)))
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


@dataclass(frozen=True, slots=True)
class Question:
    """Of what facts are asked."""

    regions: tuple[str, ...]
    variables: tuple[str, ...]
    baseline: Baseline
    freshness: Freshness  # How hard to try for new data
    as_of: dt.date | None = None  # State on this day; None for the newest
    against: int | None = None  # Year that this one is compared with; None for the one before
    by: Alignment = "date"  # Whether years are compared by calendar date, or by slot as the site draws its lines


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What is known of the regions."""

    question: Question
    regions: tuple[tuple[Pairing, tuple[Study, ...]], ...]  # One per region; air first
    lines: tuple[str, ...]
    missing: bool  # Whether a series asked for is not there
    stale: bool  # Whether some were not updated or are older than usual
    simulated: bool
    refused: bool = False  # Whether this computer could not store what is new

    @property
    def code(self) -> int:
        """Exit code of PRODUCT.md §3."""
        return 5 if self.refused else 3 if self.missing else 0

    @property
    def studies(self) -> tuple[Study, ...]:
        """Every study once."""
        return tuple({study.series.key: study for _, found in self.regions for study in found}.values())

    def facts(self) -> list[dict[str, Any]]:
        """The facts for machines."""
        return [facts_document(pair, found) for pair, found in self.regions if found]

    def records(self) -> dict[str, Any]:
        """Records, streaks and places for machines."""
        return {
            "schema": "climtrack.records/1",
            "sample": self.simulated,
            "series": {str(study.series.key): _record_facts(study) for study in self.studies},
        }


def answer(
    question: Question,
    *,
    config: Config,
    transport: Callable[[], Transport],
    now: dt.datetime,
    on_done: Callable[[SeriesKey], None] = lambda _: None,
) -> Answer:
    """Study some regions."""
    store = Store(config.home, known_on=question.freshness.known_on)
    pairs = pairings(question.regions, question.variables, config, store)
    goods = stock(
        wanted(pairs, question.variables),
        config=config,
        store=store,
        transport=transport,
        now=now,
        freshness=question.freshness,
        on_done=on_done,
    )
    regions = tuple((pair, studied(question, pair, goods, config, store)) for pair in pairs)
    lines = tuple(dict.fromkeys((*store.notices, *goods.lines)))
    missing, refused = bool(goods.missing) and not goods.simulated, goods.refusal is not None
    return Answer(question, regions, lines, missing, goods.stale, goods.simulated, refused)


def studied(question: Question, pair: Pairing, goods: Stock, config: Config, store: Store) -> tuple[Study, ...]:
    """Studies of one region."""
    found = studies_of(
        pair,
        question.variables,
        goods.series,
        config=config,
        store=store,
        baseline=question.baseline,
        as_of=question.as_of,
    )
    if question.against is None and question.by == "date":
        return found
    return tuple(_against(study, question.against or study.year - 1, question.by) for study in found)


def _against(study: Study, other: int, by: Alignment) -> Study:
    """The study with its year held against another than the one before, or by slot."""
    compared_with = two_years(study.series, study.year, other, method=by)
    return replace(study, findings=replace(study.findings, year_over_year=compared_with))


def _record_facts(study: Study) -> dict[str, Any]:
    """Records of one series for machines."""
    findings = study.findings
    return {
        "region": study.region.name,
        "title": f"{study.region.title}: {VARIABLES[study.series.key.variable].title}",
        "first_date": fact(findings.first_date),
        "absent_years": list(findings.absent_years),
        "latest": fact(findings.latest),
        "baseline": fact(findings.baseline),
        "records": fact(findings.records),
        "streaks": fact(findings.streaks),
        "rank": fact(findings.ranks),
        "revision_noise": fact(findings.revision_noise),
    }


# What `compare` knows: regions against one another, air minus sea, El Niño.


#: The series that tells El Niño.
NINO = "nino3.4"


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Regions against one another."""

    answer: Answer
    comparisons: tuple[tuple[str, Comparison | Unknown], ...]  # By variable, ``air`` before ``sst``
    air_sea: tuple[tuple[str, AirSea | Unknown], ...]
    nino: NinoState | Unknown  # Where El Niño stands

    def document(self) -> dict[str, Any]:
        """The comparison for machines."""
        return {
            "schema": "climtrack.compare/1",
            "sample": self.answer.simulated,
            "baseline": str(self.answer.question.baseline),
            "regions": list(self.answer.question.regions),
            "variables": {option: fact(found) for option, found in self.comparisons},
            "air_minus_sea": {region: fact(found) for region, found in self.air_sea},
            "nino": fact(self.nino),
        }


def compared(
    question: Question,
    *,
    config: Config,
    transport: Callable[[], Transport],
    now: dt.datetime,
    on_done: Callable[[SeriesKey], None] = lambda _: None,
) -> Compared:
    """
    Hold regions against one another.

    The world is read beside the two hemispheres, for their shares of its anomaly, and Niño 3.4 for the state of El
    Niño; where these cannot be had the rest is told all the same.
    """
    if len(question.regions) < 2:
        raise AnalysisError("analysis.two_regions")
    found = answer(question, config=config, transport=transport, now=now, on_done=on_done)
    beside = _beside(found, config=config, transport=transport, now=now)
    comparisons: list[tuple[str, Comparison | Unknown]] = []
    for option in question.variables:
        sides = [study for study in found.studies if VARIABLES[study.series.key.variable].option == option]
        world = [study for study in beside if study.region.name == "world" and option == "air"]
        held = {study.series.key for study in sides}
        if len(sides) > 1:
            comparisons.append((option, compare([*sides, *(w for w in world if w.series.key not in held)])))
        elif len(question.variables) == 1 or sides:
            names = [study.region.name for study in sides]
            why = Unknown("unknown.one_side", regions=names) if names else Unknown("unknown.no_side")
            comparisons.append((option, why))
    air_sea = tuple(
        (pair.region, air_minus_sea(studies[0], studies[1])) for pair, studies in found.regions if len(studies) == 2
    )
    nino = next((nino_state(study) for study in beside if study.region.name == NINO), None)
    return Compared(found, tuple(comparisons), air_sea, nino or Unknown("unknown.no_nino"))


def _beside(
    found: Answer, *, config: Config, transport: Callable[[], Transport], now: dt.datetime
) -> tuple[Study, ...]:
    """The world beside its hemispheres, and Niño 3.4, where they can be had."""
    question = found.question
    store = Store(config.home, known_on=question.freshness.known_on)
    names = [NINO, *(["world"] if {"nh", "sh"} <= set(question.regions) else [])]
    studies: list[Study] = []
    for name in names:
        pair = pairing(name, known_keys(config, store))
        options = ("sst",) if name == NINO else ("air",)
        keys: Sequence[SeriesKey] = wanted([pair], options)
        alone = replace(question, variables=options, freshness=replace(question.freshness, sample=False))
        if found.simulated:
            studies.extend(studied(alone, pair, Stock(sampled(keys, now)), config, store))
            continue
        with suppress(ClimtrackError):  # told as unknown in the comparison, which does without it
            goods = stock(keys, config=config, store=store, transport=transport, now=now, freshness=alone.freshness)
            studies.extend(studied(alone, pair, goods, config, store))
    return tuple(studies)

"""What `facts` and `records` know: studies of some regions, without pictures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from climtrack.analysis.comparison import two_years
from climtrack.config import Config
from climtrack.pipeline.selection import pairings, wanted
from climtrack.pipeline.studies import Freshness, Stock, stock, studies_of
from climtrack.reporter.documents.facts import fact, facts_document
from climtrack.store.netcdf import Store
from climtrack.vocabulary.baselines import Baseline
from climtrack.vocabulary.pairing import Pairing
from climtrack.vocabulary.payload import Transport
from climtrack.vocabulary.results import Study
from climtrack.vocabulary.series import SeriesKey
from climtrack.vocabulary.tables import Alignment
from climtrack.vocabulary.variables import VARIABLES


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

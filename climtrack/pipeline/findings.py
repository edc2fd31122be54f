"""What `facts`, `compare` and `records` know: studies of some regions, without pictures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from climtrack.analysis.comparison import two_years
from climtrack.analysis.enso import nino_state
from climtrack.analysis.hemispheres import air_minus_sea, compare
from climtrack.config import Config
from climtrack.errors import AnalysisError, ClimtrackError
from climtrack.fetcher.transport import Transport
from climtrack.pipeline.studies import Freshness, Stock, known_keys, pairings, sampled, stock, studies_of, wanted
from climtrack.reporter.documents.facts import fact, facts_document
from climtrack.store.netcdf import Store
from climtrack.vocabulary.baselines import Baseline
from climtrack.vocabulary.context import AirSea, Comparison, NinoState
from climtrack.vocabulary.findings import Unknown
from climtrack.vocabulary.pairing import Pairing, pairing
from climtrack.vocabulary.results import Study
from climtrack.vocabulary.series import SeriesKey
from climtrack.vocabulary.tables import Alignment
from climtrack.vocabulary.variables import VARIABLES

#: The series that tells El Niño.
NINO = "nino3.4"


@dataclass(frozen=True, slots=True)
class Question:
    """
    Of what facts are asked.

    Parameters
    ----------
    regions, variables : tuple of str
        As typed.
    baseline : Baseline
        Years of the average.
    freshness : Freshness
        How hard to try for new data.
    as_of : date or None
        State on this day; None for the newest.
    against : int or None
        Year that this one is compared with; None for the one before.
    by : {"date", "slot"}
        Whether years are compared by calendar date, or by slot as the site draws its lines.
    """

    regions: tuple[str, ...]
    variables: tuple[str, ...]
    baseline: Baseline
    freshness: Freshness
    as_of: dt.date | None = None
    against: int | None = None
    by: Alignment = "date"


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """
    What is known of the regions.

    Parameters
    ----------
    question : Question
        What was asked.
    regions : tuple of (Pairing, tuple of Study)
        One per region; air first.
    lines : tuple of str
        For standard error.
    missing : bool
        Whether a series asked for is not there.
    stale : bool
        Whether some were not updated or are older than usual.
    simulated : bool
        Whether this is the sample.
    """

    question: Question
    regions: tuple[tuple[Pairing, tuple[Study, ...]], ...]
    lines: tuple[str, ...]
    missing: bool
    stale: bool
    simulated: bool

    @property
    def studies(self) -> tuple[Study, ...]:
        """Every study once."""
        return tuple({study.series.key: study for _, found in self.regions for study in found}.values())

    def facts(self) -> list[dict[str, Any]]:
        """
        The facts for machines.

        Returns
        -------
        list of dict
            One per region, by schema ``climtrack.facts/1``.
        """
        return [facts_document(pair, found) for pair, found in self.regions if found]

    def records(self) -> dict[str, Any]:
        """
        Records, streaks and places for machines.

        Returns
        -------
        dict
            By schema ``climtrack.records/1``.
        """
        return {
            "schema": "climtrack.records/1",
            "sample": self.simulated,
            "series": {str(study.series.key): _record_facts(study) for study in self.studies},
        }


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """
    Regions against one another.

    Parameters
    ----------
    answer : Answer
        What is known of each.
    comparisons : tuple of (str, Comparison or Unknown)
        By variable, ``air`` before ``sst``.
    air_sea : tuple of (str, AirSea or Unknown)
        Air minus sea, by region.
    nino : NinoState or Unknown
        Where El Niño stands.
    """

    answer: Answer
    comparisons: tuple[tuple[str, Comparison | Unknown], ...]
    air_sea: tuple[tuple[str, AirSea | Unknown], ...]
    nino: NinoState | Unknown

    def document(self) -> dict[str, Any]:
        """
        The comparison for machines.

        Returns
        -------
        dict
            By schema ``climtrack.compare/1``.
        """
        return {
            "schema": "climtrack.compare/1",
            "sample": self.answer.simulated,
            "baseline": str(self.answer.question.baseline),
            "regions": list(self.answer.question.regions),
            "variables": {option: fact(found) for option, found in self.comparisons},
            "air_minus_sea": {region: fact(found) for region, found in self.air_sea},
            "nino": fact(self.nino),
        }


def answer(
    question: Question,
    *,
    config: Config,
    transport: Callable[[], Transport],
    now: dt.datetime,
    on_done: Callable[[SeriesKey], None] = lambda _: None,
) -> Answer:
    """
    Study some regions.

    Parameters
    ----------
    question : Question
        What is asked.
    config : Config
        The settings.
    transport : callable
        Opens the way to the source.
    now : datetime
        The time.
    on_done : callable, optional
        Told of each series as it is done.

    Returns
    -------
    Answer
        What is known.

    Raises
    ------
    ClimtrackError
        If nothing is known at all.
    """
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
    regions = tuple((pair, _studies(question, pair, goods, config, store)) for pair in pairs)
    lines = tuple(dict.fromkeys((*store.notices, *goods.lines)))
    return Answer(question, regions, lines, bool(goods.missing) and not goods.simulated, goods.stale, goods.simulated)


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

    Parameters
    ----------
    question : Question
        What is asked; two regions or more.
    config : Config
        The settings.
    transport : callable
        Opens the way to the source.
    now : datetime
        The time.
    on_done : callable, optional
        Told of each series as it is done.

    Returns
    -------
    Compared
        By variable, with air minus sea and El Niño.

    Raises
    ------
    AnalysisError
        If there are fewer than two regions.
    ClimtrackError
        If nothing is known at all.
    """
    if len(question.regions) < 2:
        raise AnalysisError("a comparison needs two regions", "Name them: climtrack compare nh sh")
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
            names = ", ".join(study.region.name for study in sides) or "none of them"
            comparisons.append((option, Unknown(f"of these regions only {names} has such a series")))
    air_sea = tuple(
        (pair.region, air_minus_sea(studies[0], studies[1])) for pair, studies in found.regions if len(studies) == 2
    )
    nino = next((nino_state(study) for study in beside if study.region.name == NINO), None)
    return Compared(found, tuple(comparisons), air_sea, nino or Unknown("the Niño 3.4 series is not at hand"))


def _studies(question: Question, pair: Pairing, goods: Stock, config: Config, store: Store) -> tuple[Study, ...]:
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
            studies.extend(_studies(alone, pair, Stock(sampled(keys, now)), config, store))
            continue
        with suppress(ClimtrackError):  # told as unknown in the comparison, which does without it
            goods = stock(keys, config=config, store=store, transport=transport, now=now, freshness=alone.freshness)
            studies.extend(_studies(alone, pair, goods, config, store))
    return tuple(studies)


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

"""What `compare` knows: regions against one another, air minus sea, El Niño."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from climtrack.analysis.enso import nino_state
from climtrack.analysis.hemispheres import air_minus_sea, compare
from climtrack.config import Config
from climtrack.errors import AnalysisError, ClimtrackError
from climtrack.pipeline.findings import Answer, Question, answer, studied
from climtrack.pipeline.selection import known_keys, wanted
from climtrack.pipeline.studies import Stock, sampled, stock
from climtrack.reporter.documents.facts import fact
from climtrack.store.netcdf import Store
from climtrack.vocabulary.context import AirSea, Comparison, NinoState
from climtrack.vocabulary.findings import Unknown
from climtrack.vocabulary.pairing import pairing
from climtrack.vocabulary.payload import Transport
from climtrack.vocabulary.results import Study
from climtrack.vocabulary.series import SeriesKey
from climtrack.vocabulary.variables import VARIABLES

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

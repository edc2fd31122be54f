"""`climtrack facts`, `compare` and `records`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from climtrack.cli.options import (
    AsOf,
    ConfigPath,
    Json,
    Regions,
    Variables,
    Years,
    configuration,
    date,
    now,
    several,
    variables,
)
from climtrack.cli.output import as_json, note
from climtrack.cli.progress import progress
from climtrack.cli.tables import table

if TYPE_CHECKING:
    from pathlib import Path

    from climtrack.pipeline.findings import Answer, Question

Offline = Annotated[bool, typer.Option("--offline", help="Use stored data only.")]
KnownOn = Annotated[str | None, typer.Option("--known-on", metavar="DATE", help="Only what was known on this day.")]
NoSample = Annotated[bool, typer.Option("--no-sample", help="Never fall back on simulated data.")]


def add_to(app: typer.Typer) -> None:
    """
    Give the application this file's commands.

    Parameters
    ----------
    app : typer.Typer
        The application.
    """
    for command in (facts, compare, records):
        app.command()(command)


def facts(
    region: Regions = None,
    variable: Variables = None,
    baseline: Years = None,
    as_of: AsOf = None,
    known_on: KnownOn = None,
    against: Annotated[
        int | None, typer.Option("--against", metavar="YEAR", help="Compare with this year, not the one before.")
    ] = None,
    by: Annotated[str, typer.Option("--by", metavar="date|slot", help="Days alike by date, or by the site's slot.")] = (
        "date"
    ),
    offline: Offline = False,
    no_sample: NoSample = False,
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    Print every finding of a region: anomalies, year over year, direction, ranks, records, trend, year end.

    \b
    climtrack facts --region nh
    climtrack facts --region world --baseline 1981-2010 --as-of 2024-07-23
    climtrack facts --region world --against 2016
    climtrack facts --region nh --json | jq .series.air.year_over_year
    """
    from climtrack.cli.cells import heading
    from climtrack.cli.fact_rows import fact_rows
    from climtrack.pipeline.findings import answer
    from climtrack.pipeline.source import open_transport

    settings = configuration(config)
    asked = _question(region, variable, baseline, as_of, known_on, offline, no_sample, config)
    (way,) = several([by], (), ("date", "slot"), "way to compare")
    question = replace(asked, against=against, by="slot" if way == "slot" else "date")
    with open_transport(settings, offline=offline) as transport, progress("Fetching") as told:
        found = answer(question, config=settings, transport=transport, now=now(), on_done=told)
    for line in found.lines:
        note(line)
    if json:
        documents = found.facts()
        as_json(documents[0] if len(documents) == 1 else documents)
    else:
        for study in found.studies:
            table(("fact", "value", "beside it"), fact_rows(study), heading(study))
    _leave(found)


def compare(
    region: Annotated[list[str] | None, typer.Argument(metavar="REGION…", help="Two regions or more: nh sh")] = None,
    variable: Variables = None,
    baseline: Years = None,
    as_of: AsOf = None,
    known_on: KnownOn = None,
    offline: Offline = False,
    no_sample: NoSample = False,
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    Hold regions against one another: anomalies, their shares of the world's, air minus sea, El Niño.

    \b
    climtrack compare nh sh
    climtrack compare arctic antarctic --baseline 1981-2010
    climtrack compare natlan gomex --variable sst --json
    """
    from climtrack.cli.compare_rows import air_sea_rows, contrast_rows, nino_rows, share_rows, side_rows
    from climtrack.pipeline.comparing import compared
    from climtrack.pipeline.source import open_transport
    from climtrack.vocabulary.context import NinoState, Shares
    from climtrack.vocabulary.findings import Unknown

    settings = configuration(config)
    question = _question(region or ["nh", "sh"], variable, baseline, as_of, known_on, offline, no_sample, config)
    with open_transport(settings, offline=offline) as transport, progress("Fetching") as told:
        done = compared(question, config=settings, transport=transport, now=now(), on_done=told)
    for line in done.answer.lines:
        note(line)
    if json:
        as_json(done.document())
        return _leave(done.answer)
    simulated = "SIMULATED · " if done.answer.simulated else ""
    for option, found in done.comparisons:
        if isinstance(found, Unknown):
            note(f"{option}: {found.why}.")
            continue
        years = f"against {found.baseline.label}" if found.baseline else "no common baseline"
        head = ("", *(side.key.label for side in found.sides))
        table(head, side_rows(found), f"{simulated}{option} on {found.date}, anomalies {years}")
        table(("anomaly, first minus second", "value", "beside it"), contrast_rows(found))
        if isinstance(found.shares, Shares):
            table(("share of the world's anomaly", "value", "beside it"), share_rows(found.shares))
    if done.air_sea:
        table(("air minus sea, anomalies", "value", "beside it"), air_sea_rows(done.air_sea))
    if isinstance(done.nino, NinoState):
        table(("Niño 3.4", "value", "beside it"), nino_rows(done.nino))
    return _leave(done.answer)


def records(
    region: Regions = None,
    variable: Variables = None,
    as_of: AsOf = None,
    known_on: KnownOn = None,
    offline: Offline = False,
    no_sample: NoSample = False,
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    Print record days and streaks: warmest day of all, warmest for the date, largest anomaly, kept apart.

    \b
    climtrack records --region world
    climtrack records --region nh,sh --json
    """
    from climtrack.cli.cells import heading
    from climtrack.cli.record_rows import holder_rows, record_rows, streak_rows
    from climtrack.pipeline.findings import answer
    from climtrack.pipeline.source import open_transport

    settings = configuration(config)
    question = _question(region, variable, None, as_of, known_on, offline, no_sample, config)
    with open_transport(settings, offline=offline) as transport, progress("Fetching") as told:
        found = answer(question, config=settings, transport=transport, now=now(), on_done=told)
    for line in found.lines:
        note(line)
    if json:
        as_json(found.records())
    else:
        for study in found.studies:
            head = ("record of this series", "value", "date", "claim", "before it", "margin", "level with")
            table(head, record_rows(study), heading(study))
            table(("streak", "days", "from", "to"), streak_rows(study))
            table(("who holds the calendar", "warmest", "coldest"), holder_rows(study))
    _leave(found)


def _question(
    region: list[str] | None,
    variable: list[str] | None,
    baseline: str | None,
    as_of: str | None,
    known_on: str | None,
    offline: bool,
    no_sample: bool,
    config: Path | None,
) -> Question:
    """What the options ask."""
    from climtrack.pipeline.findings import Question
    from climtrack.pipeline.studies import Freshness
    from climtrack.vocabulary.baselines import Baseline

    defaults = configuration(config).report
    return Question(
        regions=several(region, defaults.regions, (), "region"),
        variables=variables(variable, defaults.variables),
        baseline=Baseline.parse(baseline or defaults.baseline),
        freshness=Freshness(offline=offline, sample=not no_sample, known_on=date(known_on)),
        as_of=date(as_of),
    )


def _leave(found: Answer) -> None:
    """Exit 3 where a series asked for is not there."""
    if found.missing:
        raise typer.Exit(3)

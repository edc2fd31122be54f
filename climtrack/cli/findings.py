"""`climtrack facts`, `compare` and `records`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from climtrack.cli.options import (
    AsOf,
    ConfigPath,
    Json,
    KnownOn,
    NoSample,
    Offline,
    Regions,
    Tongue,
    Variables,
    Years,
    configuration,
    now,
    past,
    several,
    tongue,
    variables,
)
from climtrack.cli.output import as_json, note
from climtrack.cli.progress import progress
from climtrack.cli.tables import table

if TYPE_CHECKING:
    from pathlib import Path

    from climtrack.pipeline.findings import Answer, Question


def add_to(app: typer.Typer) -> None:
    """Give the application this file's commands."""
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
    lang: Tongue = None,
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
        language = tongue(lang)
        head = [language.text(f"cell.head.{name}") for name in ("fact", "value", "beside")]
        for study in found.studies:
            table(head, fact_rows(study, language), heading(study, language))
    _leave(found)


def compare(
    region: Annotated[list[str] | None, typer.Argument(metavar="REGION", help="Two regions or more: nh sh")] = None,
    variable: Variables = None,
    baseline: Years = None,
    as_of: AsOf = None,
    known_on: KnownOn = None,
    lang: Tongue = None,
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
    from climtrack.cli.cells import why
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
    language = tongue(lang)
    say, beside = language.text, [language.text(f"cell.head.{name}") for name in ("value", "beside")]
    for option, found in done.comparisons:
        if isinstance(found, Unknown):
            note(f"{option}: {why(found.why, language)}.")
            continue
        title = say(
            "cell.comparison" if found.baseline else "cell.comparison.none",
            variable=say(f"cell.variable.{option}"),
            date=found.date,
            years=found.baseline.label if found.baseline else "",
        )
        title = say("cell.simulated", heading=title) if done.answer.simulated else title
        table(("", *(side.key.label for side in found.sides)), side_rows(found, language), title)
        table((say("cell.head.contrast"), *beside), contrast_rows(found, language))
        if isinstance(found.shares, Shares):
            table((say("cell.head.share"), *beside), share_rows(found.shares, language))
    if done.air_sea:
        table((say("cell.head.air_sea"), *beside), air_sea_rows(done.air_sea, language))
    if isinstance(done.nino, NinoState):
        table((say("cell.head.nino"), *beside), nino_rows(done.nino, language))
    return _leave(done.answer)


def records(
    region: Regions = None,
    variable: Variables = None,
    as_of: AsOf = None,
    known_on: KnownOn = None,
    lang: Tongue = None,
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
        language = tongue(lang)
        first, second, third = (
            [language.text(f"cell.head.{name}") for name in names]
            for names in (
                ("record", "value", "date", "claim", "before", "margin", "level"),
                ("streak", "days", "from", "to"),
                ("calendar", "warmest", "coldest"),
            )
        )
        for study in found.studies:
            table(first, record_rows(study, language), heading(study, language))
            table(second, streak_rows(study, language))
            table(third, holder_rows(study, language))
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
        freshness=Freshness(offline=offline, sample=not no_sample, known_on=past(known_on, "--known-on", now())),
        as_of=past(as_of, "--as-of", now()),
    )


def _leave(found: Answer) -> None:
    """Exit 3 where a series asked for is not there."""
    if found.code:
        raise typer.Exit(found.code)

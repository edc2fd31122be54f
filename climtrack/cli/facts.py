"""`climtrack facts`, `compare` and `records`."""

from __future__ import annotations

import re
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
from climtrack.cli.output import as_json, note, progress, terminal

if TYPE_CHECKING:
    from pathlib import Path

    from climtrack.run.facts import Answer, CrossCheck, Question
    from climtrack.vocabulary.findings import Reconciled
    from climtrack.words.language import Language


# `climtrack verify`: is the site right, as far as others can tell?


def verify(
    offline: Offline = False,
    strict: Annotated[bool, typer.Option("--strict")] = False,
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    \b
    climtrack verify
    climtrack verify --offline --json
    """
    from climtrack.run.facts import cross_check
    from climtrack.run.series import open_transport

    settings = configuration(config)
    address = settings.fetch.cross_check_url
    with (
        open_transport(settings, offline=offline, base_urls=(address,)) as transport,
        progress("Asking Climate Pulse") as told,
    ):
        asked = None if offline or not settings.fetch.cross_check else transport
        found = cross_check(config=settings, transport=asked, now=now(), on_done=told)
    for line in found.lines:
        note(line)
    if json:
        as_json(found.document())
    else:
        _print(found, terminal())
    if strict and found.departures:
        raise typer.Exit(3)


def _print(found: CrossCheck, language: Language) -> None:
    """Agreement by decade, then published figures."""
    from climtrack.cli.tables import table
    from climtrack.vocabulary.findings import Unknown

    for key, agreed in found.agreements:
        if isinstance(agreed, Unknown):
            note(f"{key.label}: {agreed.why}.")
            continue
        years = agreed.known_years
        known = language.text("verify.known", first=str(years[0]), last=str(years[1])) if years else ""
        table(
            [language.text(f"cell.head.{name}") for name in ("years", "days", "rms", "mean", "largest", "on")],
            [
                (
                    f"{one.first}–{one.last}",
                    str(one.days),
                    language.number(one.rms, 4),
                    language.signed(one.bias, 4),
                    language.signed(one.largest.difference, 3),
                    str(one.largest.date),
                )
                for one in (*agreed.decades, agreed.overall)
            ],
            language.text(
                "verify.agreement",
                label=key.label,
                verdict=language.text("verify.agrees" if agreed.agrees else "verify.departs"),
                rms=language.number(agreed.usual.rms, 4),
                tolerance=language.number(agreed.tolerance, 3),
                known=known,
            ),
        )
    if found.published:
        rows = [_published(row, language) for row in found.published]
        names = ("series", "figure", "period", "published", "ours", "", "source")
        head = [language.text(f"cell.head.{name}") if name else "" for name in names]
        table(head, rows, language.text("verify.title"))


def _published(row: Reconciled, language: Language) -> tuple[str, ...]:
    """A published figure beside ours; where it was published stands as it is cited."""
    figure = row.published
    places = 3 if figure.decimals else 0
    verdict = language.text("verify.agrees" if row.agrees else "verify.differs")
    if figure.why and not row.agrees:
        verdict = language.text("verify.differs.why", why=language.text(f"verify.why.{_slug(figure.why)[:30]}"))
    return (
        figure.key.label,
        language.text(f"verify.figure.{_slug(figure.quantity)}"),
        figure.period,
        language.number(figure.value, figure.decimals),
        language.number(row.ours, places) if isinstance(row.ours, float) else "–",
        verdict,
        figure.source,
    )


def _slug(text: str) -> str:
    """A figure's name in the ids of the catalogues."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def facts(
    region: Regions = None,
    variable: Variables = None,
    baseline: Years = None,
    as_of: AsOf = None,
    known_on: KnownOn = None,
    against: Annotated[int | None, typer.Option("--against", metavar="YEAR")] = None,
    by: Annotated[str, typer.Option("--by", metavar="date|slot")] = ("date"),
    lang: Tongue = None,
    offline: Offline = False,
    no_sample: NoSample = False,
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    \b
    climtrack facts --region nh
    climtrack facts --region world --baseline 1981-2010 --as-of 2024-07-23
    climtrack facts --region world --against 2016
    climtrack facts --region nh --json | jq .series.air.year_over_year
    """
    from climtrack.cli.tables import fact_rows, heading, table
    from climtrack.run.facts import answer
    from climtrack.run.series import open_transport

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
    region: Annotated[list[str] | None, typer.Argument(metavar="REGION")] = None,
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
    \b
    climtrack compare nh sh
    climtrack compare arctic antarctic --baseline 1981-2010
    climtrack compare natlan gomex --variable sst --json
    """
    from climtrack.cli.tables import rows, side_rows, table
    from climtrack.run.facts import compared
    from climtrack.run.series import open_transport
    from climtrack.vocabulary.findings import NinoState, Shares, Unknown

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
            note(f"{option}: {language.what(found)}.")
            continue
        title = say(
            "cell.comparison" if found.baseline else "cell.comparison.none",
            variable=say(f"cell.variable.{option}"),
            date=found.date,
            years=found.baseline.label if found.baseline else "",
        )
        title = say("cell.simulated", heading=title) if done.answer.simulated else title
        table(("", *(side.key.label for side in found.sides)), side_rows(found, language), title)
        contrasts = [row for one in found.contrasts for row in rows(one, language)]
        table((say("cell.head.contrast"), *beside), contrasts)
        if isinstance(found.shares, Shares):
            table((say("cell.head.share"), *beside), rows(found.shares, language))
    if done.air_sea:
        pairs = [row for region, one in done.air_sea for row in rows(one, language, region)]
        table((say("cell.head.air_sea"), *beside), pairs)
    if isinstance(done.nino, NinoState):
        table((say("cell.head.nino"), *beside), rows(done.nino, language))
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
    \b
    climtrack records --region world
    climtrack records --region nh,sh --json
    """
    from climtrack.cli.tables import heading, holder_rows, record_rows, streak_rows, table
    from climtrack.run.facts import answer
    from climtrack.run.series import open_transport

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
                ("streak", "value", "beside"),
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
    from climtrack.run.facts import Question
    from climtrack.run.series import Freshness
    from climtrack.vocabulary.registry import Baseline

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

"""`climtrack facts`, `compare`, `records`, `verify` and `check`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypedDict

import typer

from climtrack.cli.options import (
    AsOf,
    ConfigPath,
    Json,
    KnownOn,
    NoSample,
    Offline,
    Regions,
    TableLanguage,
    Variables,
    Years,
    configuration,
    knowledge,
    now,
    past,
    places,
    table_language,
    variables,
    years,
)
from climtrack.cli.output import as_json, leave, note, notes, progress, say, terminal
from climtrack.errors import Notice
from climtrack.vocabulary.registry import Baseline

if TYPE_CHECKING:
    from climtrack.config import Config
    from climtrack.run.facts import CrossCheck
    from climtrack.run.run import Run
    from climtrack.vocabulary.findings import Reconciled
    from climtrack.words.language import Language


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
    from climtrack.run.run import SOME, Run

    settings = configuration(config)
    with progress("cli.asking_climate_pulse") as show, Run(settings, now(), offline=offline, on_done=show) as run:
        found = cross_check(run)
    run.say(failed=SOME if strict and found.departures else 0)
    notes(run)
    if json:
        as_json(found.document())
    else:
        _print(found, terminal(), offline=offline)
    leave(run)


def check(
    folder: Annotated[Path | None, typer.Argument(metavar="DIR")] = None,
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    \b
    climtrack check
    climtrack check climtrack-post/2026-11-21-nh
    """
    from climtrack.run.check import check_folder
    from climtrack.run.run import SOME

    reports = Path(configuration(config).report.folder).expanduser()
    result = check_folder(folder or reports, reports)
    if json:
        as_json(result.document)
    else:
        say(Notice("check.done", wrong=len(result.differing), n=result.checked))
        for one in result.differing:
            say(Notice("check.difference", where=one.where, printed=one.printed, recounted=one.recounted))
        if result.unknown:
            groups = {".".join(name.split()[0].split(".")[:2]) for name in result.unknown}  # of `a.b.c of d` a.b
            say(Notice("check.unknown", n=result.unknown.total(), names=sorted(groups)))
    if result.differing:
        raise typer.Exit(SOME)


def _print(found: CrossCheck, language: Language, *, offline: bool) -> None:
    """Agreement by decade, then published figures."""
    from climtrack.cli.tables import head, table
    from climtrack.vocabulary.findings import Unknown

    for key, agreed in found.agreements:
        if isinstance(agreed, Unknown):
            if agreed.id == "unknown.not_stored" and not offline:
                continue  # a line above says why it could not be had
            note(Notice("run.note", label=key.label, note=agreed))
            continue
        years = agreed.known_years
        known = language.text("verify.known", first=str(years[0]), last=str(years[1])) if years else ""
        table(
            head(language, "years", "days", "rms", "mean", "largest", "on"),
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
        columns = head(language, "series", "figure", "period", "published", "ours", "", "source")
        table(columns, rows, language.text("verify.title"))


def _published(row: Reconciled, language: Language) -> tuple[str, ...]:
    """A published figure beside ours, or why there is none yet."""
    from climtrack.vocabulary.findings import Unknown

    figure = row.published
    if isinstance(row.ours, Unknown):
        ours, verdict = "–", language.what(row.ours)
    else:
        ours = language.number(row.ours, 3 if figure.decimals else 0)
        verdict = language.text("verify.agrees" if row.agrees else "verify.differs")
    return (
        figure.key.label,
        language.what(figure.quantity),
        figure.period,
        language.number(figure.value, figure.decimals),
        ours,
        verdict,
        language.what(figure.source),
    )


def facts(
    region: Regions = None,
    variable: Variables = None,
    baseline: Years = None,
    as_of: AsOf = None,
    known_on: KnownOn = None,
    against: Annotated[int | None, typer.Option("--against", metavar="YEAR")] = None,
    lang: TableLanguage = None,
    offline: Offline = False,
    no_sample: NoSample = False,
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    \b
    climtrack facts --region nh
    climtrack facts --region world --variable air --baseline 1981-2010 --as-of 2024-07-23
    climtrack facts --region world --against 2016
    climtrack facts --region nh --json | jq .series.air.year_over_year
    """
    from climtrack.cli.tables import fact_rows, head, heading, month_heading, month_rows, table
    from climtrack.reporter.documents.facts import facts_document
    from climtrack.run.facts import region_studies, unique_studies
    from climtrack.vocabulary.findings import MonthStudy

    settings, moment = configuration(config), now()
    choice = _choice(settings, moment, region, variable, baseline, as_of)
    with _run(settings, moment, known_on, offline, no_sample) as run:
        found = region_studies(run, **choice, against=against)
    notes(run)
    if json:
        documents = [facts_document(pair, studies) for pair, studies in found if studies]
        as_json(documents[0] if len(documents) == 1 else documents)
    else:
        language = table_language(lang, settings)
        columns = head(language, "fact", "value", "beside")
        for study in unique_studies(found):
            table(columns, fact_rows(study, language), heading(study, language))
        for months in (one for _, shown in found for one in shown if isinstance(one, MonthStudy)):
            table(columns, month_rows(months, language), month_heading(months, language))
    leave(run)


def compare(
    region: Annotated[list[str] | None, typer.Argument(metavar="REGION")] = None,
    variable: Variables = None,
    baseline: Years = None,
    as_of: AsOf = None,
    known_on: KnownOn = None,
    lang: TableLanguage = None,
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
    climtrack compare world --variable air
    """
    from climtrack.cli.tables import head, month_heading, month_rows, rows, side_rows, table
    from climtrack.run.facts import contrasts, contrasts_document
    from climtrack.vocabulary.findings import NinoState, Shares, Unknown

    settings, moment = configuration(config), now()
    choice = _choice(settings, moment, region or ["nh", "sh"], variable, baseline, as_of)
    if len(choice["regions"]) == 1:
        return _products(settings, moment, choice, known_on, lang, offline=offline, no_sample=no_sample, json=json)
    with _run(settings, moment, known_on, offline, no_sample) as run:
        done = contrasts(run, **choice)
    notes(run)
    if json:
        as_json(contrasts_document(run, choice["regions"], choice["baseline"], done))
        return leave(run)
    language = table_language(lang, settings)
    say, beside = language.text, head(language, "value", "beside")
    for option, found in done.comparisons:
        if isinstance(found, Unknown):
            note(language.say(Notice("run.note", label=say(f"cell.variable.{option}"), note=found)))
            continue
        title = say(
            "cell.comparison" if found.baseline else "cell.comparison.none",
            variable=say(f"cell.variable.{option}"),
            date=found.date,
            years=found.baseline.label if found.baseline else "",
        )
        title = say("cell.simulated", heading=title) if run.simulated else title
        table(("", *(side.key.label for side in found.sides)), side_rows(found, language), title)
        table((say("cell.head.contrast"), *beside), [row for one in found.contrasts for row in rows(one, language)])
        if isinstance(found.shares, Shares):
            table((say("cell.head.share"), *beside), rows(found.shares, language))
    if done.air_sea:
        pairs = [row for region, one in done.air_sea for row in rows(one, language, region)]
        table((say("cell.head.air_sea"), *beside), pairs)
    for months in done.months:
        table(head(language, "fact", "value", "beside"), month_rows(months, language), month_heading(months, language))
    if isinstance(done.nino, NinoState):
        table((say("cell.head.nino"), *beside), rows(done.nino, language))
    return leave(run)


def _products(
    settings: Config,
    moment: dt.datetime,
    choice: _Choice,
    known_on: str | None,
    lang: str | None,
    *,
    offline: bool,
    no_sample: bool,
    json: bool,
) -> None:
    """One region: the products that are stored of it, side by side, and the records and places of each."""
    from climtrack.cli.tables import head, heading, record_rows, rows, table
    from climtrack.run.facts import products, products_document

    (region,) = choice["regions"]
    with _run(settings, moment, known_on, offline, no_sample) as run:
        chosen = choice["variables"], choice["baseline"], choice["as_of"]
        found = products(run, region, chosen[0], baseline=chosen[1], as_of=chosen[2])
    notes(run)
    if json:
        as_json(products_document(run, found))
        return leave(run)
    language = table_language(lang, settings)
    for both, studies in found:
        names = {"first": both.first.label, "second": both.second.label}
        whole = language.text("cell.products.all"), both.overall
        last = language.text("cell.products.last", both.last_year.days), both.last_year
        months = zip(language.month_names, both.months, strict=True)
        table(
            head(language, "period", "days", "difference", "low", "high"),
            [
                (name, language.count(one.days), *(language.signed(v, 2) for v in (one.mean, one.low, one.high)))
                for name, one in (whole, last, *months)
                if one is not None
            ],
            language.text("cell.products", start=both.start, end=both.end, **names),
        )
        for study in studies:
            title = f"{study.series.key.label}: {heading(study, language)}"
            columns = head(language, "record", "value", "date", "claim", "before", "margin", "level")
            table(columns, record_rows(study, language), title)
            table(head(language, "fact", "value", "beside"), rows(study.findings.ranks, language))
    return leave(run)


def records(
    region: Regions = None,
    variable: Variables = None,
    as_of: AsOf = None,
    known_on: KnownOn = None,
    lang: TableLanguage = None,
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
    from climtrack.cli.tables import head, heading, holder_rows, record_rows, streak_rows, table
    from climtrack.run.facts import records_document, region_studies, unique_studies

    settings, moment = configuration(config), now()
    choice = _choice(settings, moment, region, variable, None, as_of)
    with _run(settings, moment, known_on, offline, no_sample) as run:
        found = region_studies(run, **choice)
    notes(run)
    if json:
        as_json(records_document(run, found))
    else:
        language = table_language(lang, settings)
        columns = head(language, "record", "value", "date", "claim", "before", "margin", "level")
        for study in unique_studies(found):
            table(columns, record_rows(study, language), heading(study, language))
            table(head(language, "streak", "value", "beside"), streak_rows(study, language))
            table(head(language, "calendar", "warmest", "coldest"), holder_rows(study, language))
    leave(run)


class _Choice(TypedDict):
    """What the options of a command choose."""

    regions: tuple[str, ...]
    variables: tuple[str, ...]
    baseline: Baseline | None
    as_of: dt.date | None


def _choice(
    settings: Config,
    moment: dt.datetime,
    region: list[str] | None,
    variable: list[str] | None,
    baseline: str | None,
    as_of: str | None,
) -> _Choice:
    """What the options choose, the rest as in config.toml."""
    defaults = settings.report
    return {
        "regions": places(settings, region, defaults.regions),
        "variables": variables(variable, defaults.variables),
        "baseline": years(settings, baseline),
        "as_of": past(as_of, "--as-of", moment),
    }


@contextmanager
def _run(settings: Config, moment: dt.datetime, known_on: str | None, offline: bool, no_sample: bool) -> Iterator[Run]:
    """A run that shows which series is done."""
    from climtrack.run.run import Run

    known = knowledge(known_on, moment)
    with (
        progress() as show,
        Run(settings, moment, offline=offline, sample=not no_sample, known_on=known, on_done=show) as run,
    ):
        yield run

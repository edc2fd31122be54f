"""`climtrack fetch`, `status`, `history` and `export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from climtrack.cli.options import (
    ConfigPath,
    Json,
    Regions,
    Strict,
    TableLanguage,
    Variables,
    Years,
    configuration,
    date,
    now,
    places,
    several,
    table_language,
    variables,
    years,
)
from climtrack.cli.output import as_json, changes, leave, note, notes, progress, say
from climtrack.errors import Notice, SeriesNotFound

if TYPE_CHECKING:
    from climtrack.run.run import Run
    from climtrack.vocabulary.series import SeriesKey


def history(
    region: Regions = None,
    variable: Variables = None,
    day: Annotated[str | None, typer.Option("--date", "-d", metavar="DATE")] = None,
    lang: TableLanguage = None,
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    \b
    climtrack history --region nh
    climtrack history --region natlan --variable sst --date 2026-07-04
    climtrack report --region nh --known-on 2026-07-11
    """
    from climtrack.cli.tables import head, table
    from climtrack.run.facts import day_document, day_rows, score_rows, version_rows, versions_document
    from climtrack.run.run import Run

    run, chosen = Run(configuration(config), now()), date(day)
    store, keys = run.store, _stored(run, region, variable)
    notes(run)
    if chosen is not None and not any(True for key in keys for _ in store.values(key, chosen)):
        asked = [key.label for key in keys] if len(keys) < 4 else Notice("cli.series", n=len(keys))
        raise SeriesNotFound("cli.no_value", series=asked, date=chosen)
    if json:
        as_json(versions_document(store, keys) if chosen is None else day_document(store, keys, chosen))
    else:
        language = table_language(lang, run.config)
        if chosen is None:
            columns = head(language, "series", "commit", "first_seen", "values_changed", "source")
            table(columns, version_rows(store, keys, language))
            if scores := score_rows(store, keys, language):
                columns = head(language, "series", "since", "days", "held", "brier", "hits")
                table(columns, scores, language.text("cell.score.title"))
        else:
            columns = head(language, "series", "value", "status", "first_seen", "replaced")
            table(columns, day_rows(store, keys, chosen, language), language.text("cell.history.title", date=chosen))


def export(
    fmt: Annotated[str, typer.Option("--format", "-f", metavar="csv|netcdf|json|parquet")] = "csv",
    region: Regions = None,
    variable: Variables = None,
    baseline: Years = None,
    with_history: Annotated[bool, typer.Option("--history")] = False,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR")] = Path("climtrack-export"),
    config: ConfigPath = None,
) -> None:
    """
    \b
    climtrack export --format netcdf --region nh
    climtrack export --format csv --baseline 1991-2020 --history
    """
    from climtrack.files import make_folder, write_whole
    from climtrack.run.export import FORMATS
    from climtrack.run.export import export as make
    from climtrack.run.run import Run

    settings = configuration(config)
    chosen = several([fmt], (), FORMATS, "format")
    span = years(settings, baseline)
    run = Run(settings, now())
    keys = _stored(run, region, variable)
    formats = [one for one in FORMATS if one in chosen]
    made = [
        one for key in keys for form in formats for one in make(run, key, form, baseline=span, history=with_history)
    ]
    make_folder(out)
    for asset in made:
        write_whole(out / asset.path, asset.data)
        say(str(out / asset.path))
    notes(run)


def _stored(run: Run, region: list[str] | None, variable: list[str] | None) -> list[SeriesKey]:
    """Stored series that are asked for, of days and NOAA's months; no region means all."""
    from climtrack.run.series import report_keys
    from climtrack.vocabulary.registry import OPTIONS, VARIABLES

    held = run.store.keys()
    options = variables(variable, tuple(OPTIONS))
    regions = places(run.config, region)
    if regions:
        asked = report_keys(run.pairings(regions, options), options)
        keys = [key for key in asked if key in held]
    else:
        keys = [key for key in held if VARIABLES[key.variable].option in options]
    keys = [key for key in keys if not key.monthly or key.product == "noaaglobaltemp"]
    if not keys:
        raise SeriesNotFound("cli.nothing_stored")
    return keys


def fetch(
    region: Annotated[list[str] | None, typer.Argument(metavar="REGION")] = None,
    variable: Variables = None,
    strict: Strict = False,
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    \b
    climtrack fetch
    climtrack fetch nh sh --variable air
    """
    from climtrack.run.fetch import document
    from climtrack.run.fetch import fetch as download
    from climtrack.run.run import Run
    from climtrack.vocabulary.registry import OPTIONS

    options = variables(variable, tuple(OPTIONS))
    with progress() as show, Run(configuration(config), now(), on_done=show) as run:
        done = download(run, places(run.config, region), options)
    notes(run)
    if json:
        as_json(document(run, done))
    else:
        changes(done, run)
    leave(run, strict=strict)


def regions(lang: TableLanguage = None, json: Json = False, config: ConfigPath = None) -> None:
    """
    \b
    climtrack regions
    climtrack report --region "North Atlantic"
    """
    from climtrack.cli.tables import head, table
    from climtrack.run.run import Run
    from climtrack.run.status import place_cells, places

    run = Run(configuration(config), now())
    found = places(run)
    notes(run)
    if json:
        as_json({"schema": "climtrack.regions/1", "regions": found})
    else:
        language = table_language(lang, run.config)
        titles = ("spanish", "english") if language.spanish else ("english", "spanish")
        columns = head(language, "name", *titles, "latitude", "longitude", "air_since", "sea_since")
        table(columns, [place_cells(one, language) for one in found])


def status(
    check: Annotated[bool, typer.Option("--check")] = False,
    lang: TableLanguage = None,
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    \b
    climtrack status
    climtrack status --json
    climtrack status --check
    """
    from climtrack.cli.tables import head, table
    from climtrack.run.run import SOME, Run
    from climtrack.run.status import alarms, unjudged
    from climtrack.run.status import status as look

    run = Run(configuration(config), now())
    seen = look(run)
    wrong = alarms(run, seen) if check else ()
    run.say(failed=SOME if wrong else 0)
    for line in dict.fromkeys((*seen.notices, *wrong, *(unjudged(seen) if check else ()))):
        note(line)
    if json:
        as_json(seen.document())
    else:
        language = table_language(lang, run.config)
        columns = head(language, "series", "first_day", "last_day", "age", "preliminary", "checked", "problem")
        if seen.rows:
            table(columns, [row.cells(language) for row in seen.rows])
            say(language.text("cell.status.home", folder=seen.home))
            if seen.site.published:
                say(
                    language.text("cell.status.site", seen.site.count, size=language.count(round(seen.site.size / 1e6)))
                )
        else:
            say(language.text("cell.status.none"))
    leave(run)

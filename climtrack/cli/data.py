"""`climtrack fetch` and `status`."""

from __future__ import annotations

from typing import Annotated

import typer

from climtrack.cli.options import (
    ConfigPath,
    Json,
    Strict,
    Tongue,
    Variables,
    configuration,
    now,
    several,
    tongue,
    variables,
)
from climtrack.cli.output import as_json, note, say, tell
from climtrack.cli.progress import progress


def add_to(app: typer.Typer) -> None:
    """Give the application this file's commands."""
    app.command()(fetch)
    app.command()(status)


def fetch(
    region: Annotated[
        list[str] | None, typer.Argument(metavar="REGION", help="Regions; none means every series known.")
    ] = None,
    variable: Variables = None,
    strict: Strict = False,
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    Download what is new into the store; what did not change is not sent again.

    \b
    climtrack fetch
    climtrack fetch nh sh --variable air
    """
    from climtrack.pipeline.fetch import fetch as run
    from climtrack.pipeline.source import open_transport
    from climtrack.vocabulary.variables import VARIABLES

    settings = configuration(config)
    with open_transport(settings, offline=False) as transport, progress("Fetching") as told:
        done = run(
            several(region, (), (), "region"),
            variables(variable, tuple(v.option for v in VARIABLES.values())),
            config=settings,
            transport=transport,
            now=now(),
            on_done=told,
        )
    for line in done.lines:
        note(line)
    if json:
        as_json(done.document())
    else:
        for row in done.rows():
            tell(row)
    if done.code or (strict and done.stale):
        raise typer.Exit(done.code or 3)


def status(
    check: Annotated[
        bool, typer.Option("--check", help="For monitors: exit 3 where data are too old or the schedule is silent.")
    ] = False,
    lang: Tongue = None,
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    Show what is stored, how old it is, where it came from, what is preliminary and what went wrong last.

    \b
    climtrack status
    climtrack status --json
    climtrack status --check
    """
    from climtrack.cli.tables import table
    from climtrack.pipeline.status import overdue, unjudged
    from climtrack.pipeline.status import status as look

    settings, moment = configuration(config), now()
    seen = look(settings, now=moment)
    wrong = overdue(seen, settings, now=moment) if check else ()
    for line in dict.fromkeys((*seen.notices, *wrong, *(unjudged(seen) if check else ()))):
        note(line)
    if json:
        as_json(seen.document())
    else:
        language = tongue(lang)
        names = ("series", "first_day", "last_day", "age", "preliminary", "checked", "problem")
        if seen.rows:
            table([language.text(f"cell.head.{name}") for name in names], [row.cells(language) for row in seen.rows])
            say(language.text("cell.status.home", folder=seen.home))
        else:
            say(language.text("cell.status.none"))
    if wrong:
        raise typer.Exit(3)

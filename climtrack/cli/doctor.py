"""`climtrack doctor`: what is the matter, and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from climtrack.cli.options import ConfigPath, Json, configuration, now
from climtrack.cli.output import as_json, local, note, tell

if TYPE_CHECKING:
    from climtrack.vocabulary.notice import Symptom


# `climtrack init`: a commented config.toml.


def setup_add_to(app: typer.Typer) -> None:
    """Give the application this file's command."""
    app.command()(init)


def init(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write.")] = Path("config.toml"),
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """
    Write a commented config.toml that shows every setting and its default.

    \b
    climtrack init
    """
    from climtrack.config import TEMPLATE
    from climtrack.errors import ConfigError
    from climtrack.files import make_folder, write_whole

    if path.exists() and not force:
        raise ConfigError(f"{path} is there already", "Name another file, or replace it with --force")
    make_folder(path.parent)
    write_whole(path, TEMPLATE.read_bytes())
    tell(f"Wrote {path}: every setting with its default. Delete what you do not change.")


def add_to(app: typer.Typer) -> None:
    """Give the application this file's command."""
    app.command()(doctor)


def doctor(
    fix: Annotated[
        bool, typer.Option("--fix", help="Do what can be done safely: make the folder, mend the store.")
    ] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Leave the network alone.")] = False,
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    Check versions, settings, folder, disk, fonts, store, clock, hosts and the layout of each feed.

    Each finding comes with its remedy; exit 3 where something is the matter.

    \b
    climtrack doctor
    climtrack doctor --fix --offline
    """
    from climtrack.cli.tables import table
    from climtrack.run.doctor import document, examine, repair
    from climtrack.run.run import Run
    from climtrack.vocabulary.notice import Severity

    settings, moment = configuration(config), now()

    def look() -> tuple[Symptom, ...]:
        with Run(settings, moment, offline=offline) as run:
            return examine(settings, now=moment, transport=None if offline else run.transport)

    found = look()
    if fix:
        for line in repair(found, settings, now=moment):
            note(f"{line}.")
        found = look()
    troubles = [symptom for symptom in found if symptom.severity is Severity.PROBLEM]
    if json:
        as_json(document(found, moment))
    else:
        rows = [
            (one.topic, "" if one.severity is Severity.GOOD else str(one.severity), one.what, one.remedy)
            for one in found
        ]
        head, *cells = (tuple(map(local, row)) for row in (("topic", "", "found", "what to do"), *rows))
        table(head, cells)
        tell("Nothing is the matter." if not troubles else f"{len(troubles)} of {len(found)} need your attention.")
    if troubles:
        raise typer.Exit(3)

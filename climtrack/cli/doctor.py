"""`climtrack doctor`: what is the matter, and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from climtrack.cli.options import ConfigPath, Json, configuration, now
from climtrack.cli.output import as_json, local, tell

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
    offline: Annotated[bool, typer.Option("--offline", help="Leave the network alone.")] = False,
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    Check versions, settings, folder, disk, fonts, store, clock, hosts and the layout of each feed.

    Each finding comes with its remedy; exit 3 where something is the matter.

    \b
    climtrack doctor
    climtrack doctor --offline
    """
    from climtrack.cli.tables import table
    from climtrack.run.doctor import Severity, document, run_checks
    from climtrack.run.series import open_transport

    settings, moment = configuration(config), now()

    with open_transport(settings, offline=offline) as transport:
        found = run_checks(settings, now=moment, transport=None if offline else transport())
    troubles = [check for check in found if check.severity is Severity.PROBLEM]
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

"""`climtrack init` and `doctor`: a commented config.toml; what is the matter, and what to do."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from climtrack.cli.options import ConfigPath, Json, TableLanguage, configuration, now, table_language
from climtrack.cli.output import as_json, say
from climtrack.errors import ConfigError, Notice


def init(
    path: Annotated[Path, typer.Argument(metavar="FILE")] = Path("config.toml"),
    force: Annotated[bool, typer.Option("--force")] = False,
    contact: Annotated[str | None, typer.Option("--contact", metavar="ADDRESS")] = None,
    lang: TableLanguage = None,
) -> None:
    """
    \b
    climtrack init
    climtrack init --lang es --contact https://example.org/about
    """
    from climtrack.config import template
    from climtrack.files import make_folder, write_whole

    language = table_language(lang)
    if path.exists() and not force:
        raise ConfigError("cli.file_exists", path=path)
    if contact is None and sys.stdin.isatty():
        typer.echo(language.text("cli.contact"), nl=False)
        contact = sys.stdin.readline().strip()
    text = template(language.code, contact or "")
    make_folder(path.parent)
    write_whole(path, text.encode())
    say(Notice("cli.init", path=path))


def doctor(
    offline: Annotated[bool, typer.Option("--offline")] = False, json: Json = False, config: ConfigPath = None
) -> None:
    """
    \b
    climtrack doctor
    climtrack doctor --offline
    """
    from climtrack.cli.tables import listed, table
    from climtrack.run.doctor import Severity, document, run_checks
    from climtrack.run.run import Run
    from climtrack.words.language import Language

    settings, moment = configuration(config), now()

    with Run(settings, moment, offline=offline) as run:
        site = None if offline else run.transport
        found = run_checks(settings, now=moment, transport=site, second=run.second_source)
    troubles = [check for check in found if check.severity is Severity.PROBLEM]
    if json:
        as_json(document(found, moment))
    else:
        rows = [
            (
                listed((one.topic, *one.also), Language("en")),
                "ok" if one.severity is Severity.GOOD else str(one.severity),
                one.what,
                one.remedy,
            )
            for one in found
        ]
        table(("topic", "", "found", "what to do"), rows)
        need = f"{len(troubles)} of {len(found)} {'needs' if len(troubles) == 1 else 'need'} your attention."
        say(need if troubles else "Nothing is the matter.")
    if troubles:
        raise typer.Exit(3)

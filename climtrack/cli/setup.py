"""`climtrack init`: a commented config.toml."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from climtrack.cli.output import tell


def add_to(app: typer.Typer) -> None:
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

"""`climtrack gallery`: every chart on one page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from climtrack.cli.options import ConfigPath, Languages, configuration, now, several
from climtrack.cli.output import note, tell
from climtrack.vocabulary.counting import counted


def add_to(app: typer.Typer) -> None:
    """Give the application this file's command."""
    app.command()(gallery)


def gallery(
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder to write.")] = Path("gallery"),
    chart: Annotated[
        list[str] | None, typer.Option("--chart", metavar="NAME[,NAME]", help="year-lines, stripes …; by default all.")
    ] = None,
    lang: Languages = None,
    theme: Annotated[list[str] | None, typer.Option("--theme", metavar="light,dark", help="Themes.")] = None,
    stored: Annotated[bool, typer.Option("--stored", help="Draw stored data instead of the simulated sample.")] = False,
    config: ConfigPath = None,
) -> None:
    """
    Draw every chart in every composition, and a page to look at them.

    \b
    climtrack gallery
    climtrack gallery --lang en,es --theme light,dark --out /tmp/looks
    climtrack gallery --chart year-lines,records --stored
    """
    from climtrack.files import make_folder, write_whole
    from climtrack.pipeline.drawing import charts_of
    from climtrack.pipeline.gallery import pictures
    from climtrack.reporter.language import LANGUAGES
    from climtrack.store.netcdf import Store

    settings = configuration(config)
    assets, lines = pictures(
        settings,
        Store(settings.home) if stored else None,
        now(),
        charts=charts_of(several(chart, ("all",), (), "chart")),
        languages=several(lang, ("en",), LANGUAGES, "language"),
        themes=several(theme, ("light",), ("light", "dark"), "theme"),
    )
    make_folder(out)
    for asset in assets:
        write_whole(out / asset.path, asset.data)
    for line in lines:
        note(line)
    tell(f"{counted(len(assets) - 1, 'picture')}: open {out / assets[-1].path}")

"""`climtrack report`: the main job."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from climtrack.cli import options
from climtrack.cli.options import (
    AsOf,
    ConfigPath,
    Json,
    KnownOn,
    Languages,
    NoSample,
    Offline,
    Regions,
    Strict,
    Variables,
    Years,
    configuration,
    now,
    past,
    several,
    variables,
)
from climtrack.cli.output import as_json, leave, note, notes, progress, say, tell
from climtrack.vocabulary.notice import counted

# `climtrack gallery`: every chart on one page.


def gallery_add_to(app: typer.Typer) -> None:
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
    from climtrack.run.drawing import charts_of, gallery_pictures
    from climtrack.store.store import Store
    from climtrack.words.language import LANGUAGES

    settings = configuration(config)
    assets, lines = gallery_pictures(
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


Charts = Annotated[
    list[str] | None,
    typer.Option(
        "--chart",
        metavar="NAME[,NAME]",
        help="year-lines, anomaly, year-over-year, stripes …; or all.",
        autocompletion=options.charts,
    ),
]
Presets = Annotated[
    list[str] | None,
    typer.Option(
        "--preset", metavar="NAME[,NAME]", help="wide, post, email, phone, card …", autocompletion=options.presets
    ),
]
Themes = Annotated[list[str] | None, typer.Option("--theme", metavar="light,dark", help="Themes.")]
Formats = Annotated[list[str] | None, typer.Option("--format", metavar="png,svg,webp,pdf", help="File formats.")]


def add_to(app: typer.Typer) -> None:
    """Give the application this file's command."""
    app.command()(report)


def report(
    region: Regions = None,
    variable: Variables = None,
    lang: Languages = None,
    baseline: Years = None,
    as_of: AsOf = None,
    known_on: KnownOn = None,
    chart: Charts = None,
    preset: Presets = None,
    theme: Themes = None,
    fmt: Formats = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="Your last issue, for the chart since-last-issue.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="DIR", help="Folder to write.")] = None,
    offline: Offline = False,
    no_sample: NoSample = False,
    strict: Strict = False,
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    Fetch, analyse, draw and write a region's report; print the three answers.

    \b
    climtrack report --region nh
    climtrack report --region nh,sh --lang en,es --baseline 1981-2010
    climtrack report --region world --chart all --preset wide,email --theme dark --out this-issue
    climtrack report --region nh --as-of 2026-07-05 --offline
    """
    import json as json_module

    from climtrack.run.drawing import charts_of, known_presets
    from climtrack.run.report import Request
    from climtrack.run.report import report as make
    from climtrack.run.run import Run
    from climtrack.vocabulary.registry import Baseline
    from climtrack.words.language import LANGUAGES

    settings = configuration(config)
    defaults = settings.report
    moment = now()
    request = Request(
        regions=several(region, defaults.regions, (), "region"),
        variables=variables(variable, defaults.variables),
        languages=several(lang, defaults.languages, LANGUAGES, "language"),
        charts=charts_of(several(chart, defaults.charts, (), "chart")),
        presets=several(preset, defaults.presets, known_presets(), "preset"),
        themes=several(theme, defaults.themes, ("light", "dark"), "theme"),
        formats=several(fmt, defaults.formats, ("png", "svg", "webp", "pdf"), "format"),
        baseline=Baseline.parse(baseline or defaults.baseline),
        as_of=past(as_of, "--as-of", moment),
        since=past(since, "--since", moment),
        folder=out if out is not None else Path(defaults.folder).expanduser(),
        nested=out is None,
    )
    known = past(known_on, "--known-on", moment)
    with (
        progress("Fetching") as show,
        Run(settings, moment, offline=offline, sample=not no_sample, known_on=known, on_done=show) as run,
    ):
        regions = make(run, request)
    notes(run)
    if json:
        facts = [json_module.loads(asset.data) for one in regions for asset in one.assets if asset.path == "facts.json"]
        as_json(facts[0] if len(facts) == 1 else facts)
    else:
        for one in regions:
            for said in one.answers.values():
                for title, sentences in said:
                    say("")
                    say(title, strong=True)
                    for sentence in sentences:
                        say(f"  {sentence}")
            say("")
            pictures = sum(asset.media_type.startswith("image/") for asset in one.assets)
            drawn = counted(pictures, "picture")
            tell(f"{one.folder}{os.sep}: report.html, report.md, facts.json, tables and {drawn}")
    leave(run, strict=strict)

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
    knowledge,
    now,
    own_first,
    past,
    places,
    several,
    tongues,
    variables,
    years,
)
from climtrack.cli.output import as_json, leave, notes, progress, say
from climtrack.errors import Notice

Charts = Annotated[list[str] | None, typer.Option("--chart", metavar="NAME[,NAME]", autocompletion=options.charts)]
Presets = Annotated[list[str] | None, typer.Option("--preset", metavar="NAME[,NAME]", autocompletion=options.presets)]
Themes = Annotated[list[str] | None, typer.Option("--theme", metavar="light,dark")]
Formats = Annotated[list[str] | None, typer.Option("--format", metavar="png,svg,webp,pdf,mp4")]


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
    since: Annotated[str | None, typer.Option("--since", metavar="DATE")] = None,
    outlook: Annotated[bool, typer.Option("--outlook")] = False,
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="DIR")] = None,
    offline: Offline = False,
    no_sample: NoSample = False,
    strict: Strict = False,
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    \b
    climtrack report --region nh
    climtrack report --region nh,sh --lang en,es --variable air --baseline 1981-2010
    climtrack report --region world --chart all --preset wide,email --theme dark --out this-issue
    climtrack report --region nh --as-of 2026-07-05 --offline
    """
    import json as json_module

    from climtrack.reporter.theme import PRESETS
    from climtrack.run.drawing import VECTOR, Request, charts_of
    from climtrack.run.report import report as make
    from climtrack.run.run import Run
    from climtrack.words.language import Language

    settings = configuration(config)
    defaults = settings.report
    moment = now()
    request = Request(
        regions=places(settings, region, defaults.regions),
        variables=variables(variable, defaults.variables),
        languages=tongues(lang, own_first(settings)),
        charts=charts_of(several(chart, defaults.charts, (), "chart")),
        presets=several(preset, defaults.presets, PRESETS, "preset"),
        themes=several(theme, defaults.themes, ("light", "dark"), "theme"),
        formats=several(fmt, defaults.formats, ("png", "svg", "webp", "pdf", "mp4"), "format"),
        svg_presets=tuple(PRESETS) if fmt else VECTOR,  # what is asked for by name is drawn of every size
        baseline=years(settings, baseline),
        as_of=past(as_of, "--as-of", moment),
        since=past(since, "--since", moment),
        outlook=outlook,
        folder=out if out is not None else Path(defaults.folder).expanduser(),
        nested=out is None,
    )
    known = knowledge(known_on, moment)
    with (
        progress() as show,
        Run(settings, moment, offline=offline, sample=not no_sample, known_on=known, on_done=show) as run,
    ):
        regions = make(run, request)
    notes(run)
    if json:
        facts = [json_module.loads(asset.data) for one in regions for asset in one.assets if asset.path == "facts.json"]
        as_json(facts[0] if len(facts) == 1 else facts)
    else:
        for one in regions:
            for code, answers in one.answers.items():
                for title, sentences in answers:
                    say("")
                    say(Language(code).text("cell.simulated", heading=title) if run.simulated else title, strong=True)
                    for sentence in sentences:
                        say(f"  {sentence}")
            say("")
            pictures = sum(asset.media_type.startswith("image/") for asset in one.assets)
            written = {asset.path for asset in one.assets}
            files = ", ".join(name for name in ("report.html", "report.md", "facts.json") if name in written)
            say(Notice("cli.report", folder=f"{one.folder}{os.sep}", files=files, n=pictures))
    leave(run, strict=strict)

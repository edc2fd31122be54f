"""`climtrack post`, `embed`, `publish` and `serve`: from a report to readers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from climtrack.cli.options import (
    AsOf,
    ConfigPath,
    Json,
    Languages,
    Offline,
    Public,
    Regions,
    Variables,
    Years,
    configuration,
    now,
    past,
    serving,
    several,
    variables,
)
from climtrack.cli.output import as_json, leave, note, notes, progress, say, tell
from climtrack.cli.report import Charts, Presets
from climtrack.vocabulary.notice import counted

if TYPE_CHECKING:
    from climtrack.config import Config
    from climtrack.run.report import Request


def add_to(app: typer.Typer) -> None:
    """Give the application this file's commands."""
    app.command()(post)
    app.command()(embed)
    app.command()(publish)
    app.command()(serve)


def _request(
    settings: Config,
    region: list[str] | None,
    variable: list[str] | None,
    lang: list[str] | None,
    baseline: str | None,
    as_of: str | None,
    chart: list[str] | None,
    presets: tuple[str, ...],
    regions: tuple[str, ...],
) -> Request:
    """What the options ask for, the rest as in config.toml."""
    from climtrack.run.drawing import charts_of
    from climtrack.run.report import Request
    from climtrack.vocabulary.registry import Baseline
    from climtrack.words.language import LANGUAGES

    defaults = settings.report
    return Request(
        regions=several(region, regions, (), "region"),
        variables=variables(variable, defaults.variables),
        languages=several(lang, defaults.languages, LANGUAGES, "language"),
        charts=charts_of(several(chart, settings.refresh.charts or defaults.charts, (), "chart")),
        presets=presets,
        themes=("light",),
        formats=("png",),
        baseline=Baseline.parse(baseline or defaults.baseline),
        as_of=past(as_of, "--as-of", now()),
    )


def post(
    region: Regions = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="Day of the last issue: says what changed since.")
    ] = None,
    variable: Variables = None,
    lang: Languages = None,
    baseline: Years = None,
    as_of: AsOf = None,
    chart: Charts = None,
    preset: Presets = None,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder to write.")] = Path("climtrack-post"),
    offline: Offline = False,
    config: ConfigPath = None,
) -> None:
    """
    Write a ready section for a newsletter: answers, pictures with alt text, what changed, source.

    \b
    climtrack post --region nh --since 2026-11-03 --lang es,en
    climtrack post --region nh,sh --preset email
    """
    from climtrack.run.drawing import known_presets
    from climtrack.run.publish import write_post
    from climtrack.run.run import Run

    settings = configuration(config)
    presets = several(preset, ("post",), known_presets(), "preset")
    asked = _request(settings, region, variable, lang, baseline, as_of, chart, presets, settings.report.regions)
    issue = past(since, "--since", now())
    with progress("Fetching") as show, Run(settings, now(), offline=offline, on_done=show) as run:
        files = write_post(run, asked, issue, out)
    notes(run)
    posts = [asset.path for asset in files if asset.path.startswith("post.")]
    pictures = sum(asset.media_type.startswith("image/") for asset in files)
    tell(f"{out}: {', '.join(dict.fromkeys(posts))} and {counted(pictures, 'picture')}")
    leave(run)


def embed(
    platform: Annotated[
        list[str],
        typer.Option(
            "--for", "-f", metavar="PLATFORM",
            help="substack, ghost, wordpress, email, markdown, html, iframe, quarto, hugo.",
        ),
    ],
    region: Regions = None,
    variable: Variables = None,
    lang: Languages = None,
    baseline: Years = None,
    as_of: AsOf = None,
    chart: Charts = None,
    out: Annotated[
        Path,
        typer.Option("--out", "-o", metavar="DIR", help="Where pictures to upload go while public_url is not set."),
    ] = Path("climtrack-embed"),
    offline: Offline = False,
    json: Json = False,
    config: ConfigPath = None,
) -> None:  # fmt: skip
    """
    Print what to paste into a platform, with its alt text; the addresses are those that `publish` writes.

    \b
    climtrack embed --region nh --variable air --chart year-lines --lang en --for ghost
    climtrack embed --region nh --for email --lang es
    """
    from climtrack.publish.post import NEEDS, PLATFORMS
    from climtrack.run.publish import snippets
    from climtrack.run.run import Run

    settings = configuration(config)
    platforms = several(platform, (), PLATFORMS, "platform")
    presets = tuple(dict.fromkeys(preset for name in platforms for preset in NEEDS[name]))
    asked = _request(settings, region, variable, lang, baseline, as_of, chart, presets, settings.report.regions)
    with progress("Fetching") as show, Run(settings, now(), offline=offline, sample=False, on_done=show) as run:
        found = snippets(run, asked, platforms, out)
    notes(run)
    if json:
        as_json([{"picture": label, "platform": name, "snippet": text} for label, name, text in found])
    else:
        for label, name, text in found:
            if len(found) > 1:
                note(f"--- {label} for {name}")
            for line in text.rstrip("\n").split("\n"):
                say(line)
    leave(run)


def publish(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Folder of the site; default as in config.toml.")
    ] = None,
    region: Regions = None,
    variable: Variables = None,
    lang: Languages = None,
    baseline: Years = None,
    chart: Charts = None,
    offline: Offline = False,
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    Write the static site: pages, dated and latest pictures, feed, data. Any host can serve it.

    Nothing published is ever deleted unless `prune = true` stands in config.toml.

    \b
    climtrack publish
    climtrack publish public --region nh,sh --lang es,en
    """
    from climtrack.run.publish import PRESETS, site_folder
    from climtrack.run.publish import publish as write
    from climtrack.run.run import Run

    settings = configuration(config)
    asked = _request(settings, region, variable, lang, baseline, None, chart, PRESETS, settings.refresh.regions)
    with progress("Fetching") as show, Run(settings, now(), offline=offline, sample=False, on_done=show) as run:
        one = write(run, asked, folder)
    notes(run)
    if not settings.publish.public_url:
        note("public_url is not set in config.toml: feed, cards and snippets point at this computer.")
    root = folder or site_folder(settings)
    if json:
        as_json(
            {
                "folder": str(root),
                "publication": one.publication.id,
                "published": one.publication.published,
                "data_to": dict(one.publication.regions),
                "written": one.written,
                "unchanged": one.unchanged,
                "pruned": one.pruned,
                "bytes": one.publication.size,
            }
        )
    else:
        files = counted(one.written, "file")
        tell(f"{root}: {files} written, {one.unchanged} as they were, {one.pruned} pruned")
    leave(run)


def serve(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="A published site; default as in config.toml.")
    ] = None,
    host: Annotated[str | None, typer.Option("--host", metavar="ADDRESS", help="Address to listen on.")] = None,
    port: Annotated[
        int | None, typer.Option("--port", "-p", min=0, max=65535, help="Port; 0 for any free one.")
    ] = None,
    public: Public = False,
    config: ConfigPath = None,
) -> None:
    """
    Serve the published site over HTTP, read-only, to this computer; Ctrl-C stops it.

    \b
    climtrack serve
    climtrack serve public --port 8080
    climtrack serve --host 0.0.0.0 --public
    """
    import datetime as dt

    from climtrack.publish.server import serve as run
    from climtrack.run.publish import site_folder

    settings = configuration(config)
    chosen = serving(settings, host=host, port=port, public=public)
    root = folder if folder is not None else site_folder(settings)
    run(root, chosen, now=lambda: dt.datetime.now(dt.UTC), ready=lambda url: tell(f"Serving {root} at {url}"))

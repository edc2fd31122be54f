"""`climtrack post`, `embed`, `publish` and `serve`: from a report to readers."""

from __future__ import annotations

import os
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
    own_first,
    past,
    places,
    serving,
    several,
    tongues,
    variables,
    years,
)
from climtrack.cli.output import as_json, leave, note, notes, progress, say, terminal
from climtrack.cli.report import Charts, Presets
from climtrack.errors import Notice, PublishError

if TYPE_CHECKING:
    from climtrack.config import Config
    from climtrack.run.drawing import Request


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
    charts: tuple[str, ...] | None = None,
) -> Request:
    """What the options ask for, the rest as in config.toml."""
    from climtrack.run.drawing import Request, charts_of

    defaults = settings.report
    usual = settings.refresh.charts or defaults.charts
    return Request(
        regions=places(settings, region, regions),
        variables=variables(variable, defaults.variables),
        languages=tongues(lang, own_first(settings)),
        charts=charts_of(several(chart, usual if charts is None else charts, (), "chart")),
        presets=presets,
        themes=("light",),
        formats=("png",),
        baseline=years(settings, baseline),
        as_of=past(as_of, "--as-of", now()),
    )


def post(
    region: Regions = None,
    since: Annotated[str | None, typer.Option("--since", metavar="DATE")] = None,
    variable: Variables = None,
    lang: Languages = None,
    baseline: Years = None,
    as_of: AsOf = None,
    chart: Charts = None,
    preset: Presets = None,
    long: Annotated[bool, typer.Option("--long")] = False,
    inline: Annotated[bool, typer.Option("--inline")] = False,
    draft: Annotated[list[str] | None, typer.Option("--draft", metavar="PLATFORM")] = None,
    send: Annotated[bool, typer.Option("--send")] = False,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR")] = Path("climtrack-post"),
    offline: Offline = False,
    config: ConfigPath = None,
) -> None:
    """
    \b
    climtrack post --region nh
    climtrack post --region nh,sh --lang es,en --since "2 weeks ago"
    climtrack post --region nh --long
    climtrack post --region nh --inline
    climtrack post --region nh --lang en --draft ghost
    """
    from climtrack.publish.drafts import PLATFORMS
    from climtrack.reporter.theme import PRESETS
    from climtrack.run.drafts import clients, drafts
    from climtrack.run.publish import write_post
    from climtrack.run.run import Run

    settings = configuration(config)
    presets = several(preset, ("post",), PRESETS, "preset")
    charts = None if long else ()
    asked = _request(settings, region, variable, lang, baseline, as_of, chart, presets, settings.report.regions, charts)
    issue = past(since, "--since", now())
    to = clients(settings, os.environ, several(draft, (), PLATFORMS, "platform"), now(), send=send)
    with progress() as show, Run(settings, now(), offline=offline, on_done=show) as run:
        written = write_post(run, asked, issue, out, long=long, inline=inline)
    notes(run)
    for folder, one in written.items():
        posts = tuple(asset.path for asset in one.files if asset.path.startswith("post."))
        say(Notice("publish.post", folder=folder, files=posts, n=len(one.files) - len(posts)))
    for folder, one in written.items():
        for client in to:
            for notice in drafts(run, client, folder, one.issues, send=send):
                say(notice)
    leave(run)


def embed(
    platform: Annotated[list[str], typer.Option("--for", "-f", metavar="PLATFORM")],
    region: Regions = None,
    variable: Variables = None,
    lang: Languages = None,
    baseline: Years = None,
    as_of: AsOf = None,
    chart: Charts = None,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR")] = Path("climtrack-embed"),
    offline: Offline = False,
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    \b
    climtrack embed --region nh --variable air --chart year-lines --lang en --for ghost
    climtrack embed --region nh --for email --lang es
    """
    from climtrack.publish.post import PLATFORMS
    from climtrack.run.publish import snippets
    from climtrack.run.run import Run

    settings = configuration(config)
    platforms = several(platform, (), PLATFORMS, "platform")
    presets = tuple(dict.fromkeys(preset for name in platforms for preset in PLATFORMS[name].presets))
    asked = _request(settings, region, variable, lang, baseline, as_of, chart, presets, settings.report.regions)
    with progress() as show, Run(settings, now(), offline=offline, sample=False, on_done=show) as run:
        found = snippets(run, asked, platforms, out)
    notes(run)
    if json:
        as_json([{"picture": label, "platform": name, "snippet": text} for label, name, text in found])
    else:
        for label, name, text in found:
            if len(found) > 1:
                note(terminal().what(Notice("embed.snippet", label=label, platform=name)))
            for line in text.rstrip("\n").split("\n"):
                say(line)
    leave(run)


def publish(
    folder: Annotated[Path | None, typer.Argument(metavar="DIR")] = None,
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
    \b
    climtrack publish
    climtrack publish public --region nh,sh --lang es,en
    """
    from climtrack.run.publish import PRESETS, site_folder
    from climtrack.run.publish import publish as write
    from climtrack.run.run import Run

    settings = configuration(config)
    # A site has the order of config.toml whoever's terminal it is published from.
    ordered = lang or list(settings.report.languages)
    asked = _request(settings, region, variable, ordered, baseline, None, chart, PRESETS, settings.refresh.regions)
    with progress() as show, Run(settings, now(), offline=offline, sample=False, on_done=show) as run:
        one = write(run, asked, folder)
    notes(run)
    if not settings.publish.public_url:
        note(Notice("publish.local"))
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
        say(Notice("publish.written", folder=root, n=one.written, unchanged=one.unchanged, pruned=one.pruned))
    leave(run)


def serve(
    folder: Annotated[Path | None, typer.Argument(metavar="DIR")] = None,
    host: Annotated[str | None, typer.Option("--host", metavar="ADDRESS")] = None,
    port: Annotated[int | None, typer.Option("--port", "-p", min=0, max=65535)] = None,
    public: Public = False,
    config: ConfigPath = None,
) -> None:
    """
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
    if folder is not None and not folder.is_dir():  # that of config.toml may come with the first round: containers
        raise PublishError("serve.no_folder", folder=folder)
    root = folder if folder is not None else site_folder(settings)
    run(
        root,
        chosen,
        now=lambda: dt.datetime.now(dt.UTC),
        ready=lambda url: say(Notice("serve.at", folder=root, url=url)),
    )

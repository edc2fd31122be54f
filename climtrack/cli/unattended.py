"""`climtrack refresh`, `schedule` and `accept`: what runs without a hand, and the one time it needs one."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from climtrack.cli.options import ConfigPath, Json, Public, configuration, now, serving, several
from climtrack.cli.output import as_json, note, say
from climtrack.cli.progress import progress

if TYPE_CHECKING:
    import datetime as dt

    from climtrack.config import Config


def add_to(app: typer.Typer) -> None:
    """
    Give the application this file's commands.

    Parameters
    ----------
    app : typer.Typer
        The application.
    """
    app.command()(refresh)
    app.command()(schedule)
    app.command()(accept)


def refresh(
    strict: Annotated[bool, typer.Option("--strict", help="Exit 3 where data are older than usual.")] = False,
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    Do one unattended round: fetch, merge, analyse, draw and publish everything that config.toml names.

    \b
    climtrack refresh
    climtrack refresh --json
    """
    import signal

    from climtrack.pipeline.publish import publish_round
    from climtrack.pipeline.source import open_transport, second_source
    from climtrack.pipeline.unattended import unattended_round

    settings = configuration(config)
    publish = publish_round if settings.refresh.publish else None
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a service manager's stop is the user's Ctrl-C
    with (
        open_transport(settings, offline=False) as transport,
        second_source(settings) as second,
        progress("Refreshing") as told,
    ):
        done = unattended_round(
            config=settings, transport=transport, now=now(), publish=publish, second=second, on_done=told
        )
    for line in done.lines:
        note(line)
    if json:
        as_json(done.document())
    elif not done.interrupted:
        for row in done.rows():
            say(row)
        drawn = f"{done.pictures} picture{'' if done.pictures == 1 else 's'} drawn"
        say(f"{drawn}{', site published' if done.published else ''}.")
    if done.code or (strict and done.stale):
        raise typer.Exit(done.code or 3)


def schedule(
    serve: Annotated[bool, typer.Option("--serve", help="Serve the published site in the same process.")] = False,
    public: Public = False,
    config: ConfigPath = None,
) -> None:
    """
    Refresh every day at the hours of config.toml, until told to stop; SIGHUP reads the settings again.

    \b
    climtrack schedule
    climtrack schedule --serve
    """
    import random

    from climtrack.pipeline.publish import publish_round
    from climtrack.pipeline.source import open_transport, second_source
    from climtrack.pipeline.unattended import unattended_round
    from climtrack.schedule import Service

    def round_of(settings: Config, moment: dt.datetime) -> None:
        publish = publish_round if settings.refresh.publish else None
        with open_transport(settings, offline=False) as transport, second_source(settings) as second:
            done = unattended_round(config=settings, transport=transport, now=moment, publish=publish, second=second)
        for line in done.lines:
            note(line)
        note(f"climtrack: round of {moment:%Y-%m-%d %H:%M} UTC ended with {done.code}.")

    service = Service(lambda: configuration(config), round_of, clock=now, rng=random.Random(), say=note)  # noqa: S311
    with ExitStack() as stack:
        if serve:
            note(f"climtrack: serving {stack.enter_context(_site(service.config, public=public))}")
        service.serve_rounds()


def accept(
    series: Annotated[
        list[str], typer.Argument(metavar="SERIES…", help="nh-air, natlan-sst … or a key such as era5.t2m.nh.")
    ],
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    Take a series as the source sends it now, once, although the checks refuse it: look at `status` before.

    What was held until then stays in the history. Future dates, another source and impossible temperatures are refused
    all the same.

    \b
    climtrack accept nh-air
    """
    from climtrack.pipeline.fetch import Fetched
    from climtrack.pipeline.notices import failures
    from climtrack.pipeline.source import open_transport
    from climtrack.pipeline.update import endpoints, update
    from climtrack.store.netcdf import Store

    settings = configuration(config)
    known = {name: key for key in endpoints(settings) for name in (str(key), key.label)}
    keys = [known[name] for name in several(series, (), known, "series")]
    moment = now()
    with open_transport(settings, offline=False) as transport, progress("Fetching") as told:
        updates = update(
            keys,
            config=settings,
            store=Store(settings.home),
            transport=transport(),
            now=moment,
            on_done=told,
            accept=frozenset(keys),
        )
    done = Fetched(updates, (), False, moment)
    for line in failures(((one.key, one.error, one.series) for one in updates if one.error is not None), moment):
        note(line)
    if json:
        as_json(done.document())
    else:
        for row in done.rows():
            say(row)
    if done.code:
        raise typer.Exit(done.code)


def _site(settings: Config, *, public: bool) -> AbstractContextManager[str]:
    """The published site, served in a thread."""
    from climtrack.pipeline.publish import site_folder
    from climtrack.serve import background

    return background(site_folder(settings), serving(settings, public=public), now=now)

"""`climtrack refresh`, `schedule` and `accept`: what runs without a hand, and the one time it needs one."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from climtrack.cli.options import ConfigPath, Json, Public, Strict, configuration, now, past, serving, several
from climtrack.cli.output import as_json, complain, note, progress, say, tell
from climtrack.errors import ClimtrackError, Notice

if TYPE_CHECKING:
    import datetime as dt

    from climtrack.config import Config
    from climtrack.publish.server import ServeSettings


def refresh(
    strict: Strict = False,
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    \b
    climtrack refresh
    climtrack refresh --json
    """
    from climtrack.run.publish import publish_round
    from climtrack.run.refresh import unattended_round
    from climtrack.run.series import open_transport, second_source

    settings = configuration(config)
    publish = publish_round if settings.refresh.publish else None
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
            tell(row)
        if done.pictures or not done.trouble:  # else a line above says why nothing is shown
            kept = Notice("cli.drawn.kept", n=done.pictures - done.drawn) if done.pictures > done.drawn else ""
            site = Notice("cli.drawn.published") if done.published else ""
            say(Notice("cli.drawn", n=done.drawn, kept=kept, site=site))
    if done.code or (strict and done.stale):
        raise typer.Exit(done.code or 3)


def schedule(
    serve: Annotated[bool, typer.Option("--serve")] = False,
    public: Public = False,
    config: ConfigPath = None,
) -> None:
    """
    \b
    climtrack schedule
    climtrack schedule --serve
    """
    import random

    from climtrack.run.publish import publish_round
    from climtrack.run.refresh import unattended_round
    from climtrack.run.series import open_transport, second_source
    from climtrack.run.service import Service

    def round_of(settings: Config, moment: dt.datetime) -> None:
        publish = publish_round if settings.refresh.publish else None
        with open_transport(settings, offline=False) as transport, second_source(settings) as second:
            done = unattended_round(
                config=settings,
                transport=transport,
                now=moment,
                publish=publish,
                second=second,
                history=service.history,
            )
        for line in done.lines:
            note(line)
        note(Notice("cli.round", moment=f"{moment:%Y-%m-%d %H:%M}", code=done.code))

    def tell(message: Notice | ClimtrackError) -> None:
        complain(message) if isinstance(message, ClimtrackError) else note(message)

    site = _Site(public=public)
    service = Service(
        lambda: configuration(config), round_of, clock=now, rng=random.Random(), say=tell,  # noqa: S311
        changed=site.follow if serve else lambda _: None,
    )  # fmt: skip
    with closing(site):
        if serve:
            site.follow(service.config)
        service.serve_rounds()


def accept(
    series: Annotated[list[str], typer.Argument(metavar="SERIES")],
    day: Annotated[list[str] | None, typer.Option("--date", metavar="DATE[,DATE]")] = None,
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    \b
    climtrack accept nh-air --date 2026-11-17
    climtrack accept nh-air
    """
    from climtrack.run.fetch import Fetched
    from climtrack.run.series import endpoints, failures, open_transport, update
    from climtrack.store.store import Store

    settings = configuration(config)
    known = {name: key for key in endpoints(settings) for name in (str(key), key.label)}
    keys = [known[name] for name in several(series, (), known, "series")]
    moment = now()
    only = frozenset(one for text in several(day, (), (), "date") if (one := past(text, "--date", moment)))
    with open_transport(settings, offline=False) as transport, progress("Fetching") as told:
        updates = update(
            keys,
            config=settings,
            store=Store(settings.home),
            transport=transport(),
            now=moment,
            on_done=told,
            accept=frozenset(keys),
            only=only,
        )
    done = Fetched(updates, (), False, moment)
    for line in failures(((one.key, one.error, one.series) for one in updates if one.error is not None), moment):
        note(line)
    if json:
        as_json(done.document())
    else:
        for row in done.rows():
            tell(row)
    if done.code:
        raise typer.Exit(done.code)


class _Site:
    """The published site, served in a thread, as the settings in force say."""

    def __init__(self, *, public: bool) -> None:
        self._public = public
        self._open = ExitStack()
        self._shown: tuple[Path, ServeSettings] | None = None

    def follow(self, settings: Config) -> None:
        """Serve what these settings name; where that cannot be, go on as before and say why."""
        from climtrack.run.publish import site_folder

        before, wanted = self._shown, (site_folder(settings).absolute(), serving(settings, public=self._public))
        if wanted == before:
            return
        self.close()
        try:
            self._serve(*wanted)
        except ClimtrackError:
            if before:
                self._serve(*before)
            raise

    def _serve(self, folder: Path, settings: ServeSettings) -> None:
        """Open the server."""
        from climtrack.publish.server import background

        note(Notice("cli.serving", url=self._open.enter_context(background(folder, settings, now=now))))
        self._shown = folder, settings

    def close(self) -> None:
        """Stop serving; requests in hand are finished."""
        self._shown = None
        self._open.close()

"""`climtrack refresh`, `schedule` and `accept`: what runs without a hand, and the one time it needs one."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from climtrack.cli.options import ConfigPath, Json, Public, Strict, configuration, now, past, serving, several
from climtrack.cli.output import as_json, changes, complain, leave, note, notes, progress, say
from climtrack.errors import ClimtrackError, Notice

if TYPE_CHECKING:
    import datetime as dt

    from climtrack.config import Config
    from climtrack.publish.server import ServeSettings


def refresh(strict: Strict = False, json: Json = False, config: ConfigPath = None) -> None:
    """
    \b
    climtrack refresh
    climtrack refresh --json
    """
    from climtrack.run.refresh import unattended_round
    from climtrack.run.run import Run

    with progress("cli.refreshing") as show, Run(configuration(config), now(), on_done=show) as run:
        done = unattended_round(run)
    notes(run)
    if json:
        as_json(done.document(run))
    elif not run.outcome.interrupted:
        changes(done.changes, run)
        if done.pictures or not run.outcome.code:  # else a line above says why nothing is shown
            kept = Notice("cli.drawn.kept", n=done.pictures - done.drawn) if done.pictures > done.drawn else ""
            site = Notice("cli.drawn.published") if done.published else ""
            say(Notice("cli.drawn", n=done.drawn, kept=kept, site=site))
    leave(run, strict=strict)


def schedule(
    serve: Annotated[bool, typer.Option("--serve")] = False, public: Public = False, config: ConfigPath = None
) -> None:
    """
    \b
    climtrack schedule
    climtrack schedule --serve
    """
    import random

    from climtrack.run.refresh import unattended_round
    from climtrack.run.run import Run
    from climtrack.run.service import Service

    def round_of(settings: Config, moment: dt.datetime) -> None:
        with Run(settings, moment) as run:
            unattended_round(run, service.history)
        notes(run)
        note(Notice("cli.round", moment=f"{moment:%Y-%m-%d %H:%M}", code=run.outcome.code))

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
    from climtrack.run.fetch import accept as take
    from climtrack.run.fetch import document
    from climtrack.run.run import Run

    moment = now()
    with progress() as show, Run(configuration(config), moment, on_done=show) as run:
        known = {name: key for key in run.endpoints for name in (str(key), key.label)}
        labels = {key.label for key in run.endpoints}
        keys = [known[name] for name in several(series, (), known, "series", listed=labels)]
        only = frozenset(one for text in several(day, (), (), "date") if (one := past(text, "--date", moment)))
        done = take(run, keys, only)
    notes(run)
    if json:
        as_json(document(run, done))
    else:
        changes(done, run)
    leave(run)


class _Site:
    """The published site, served in a thread, as the settings in force say."""

    def __init__(self, *, public: bool) -> None:
        self._public = public
        self._open = ExitStack()
        self._shown: tuple[Path, ServeSettings] | None = None

    def follow(self, settings: Config) -> None:
        """Serve what these settings name; where that cannot be, go on as before and say why."""
        from climtrack.run.publish import site_folder

        before, chosen = self._shown, (site_folder(settings).absolute(), serving(settings, public=self._public))
        if chosen == before:
            return
        self.close()
        try:
            self._serve(*chosen)
        except ClimtrackError:
            if before:
                self._serve(*before)
            raise

    def _serve(self, folder: Path, settings: ServeSettings) -> None:
        from climtrack.publish.server import background

        note(Notice("cli.serving", url=self._open.enter_context(background(folder, settings, now=now))))
        self._shown = folder, settings

    def close(self) -> None:
        """Stop serving; requests in hand are finished."""
        self._shown = None
        self._open.close()

"""`climtrack refresh`, `schedule` and `accept`: what runs without a hand, and the one time it needs one."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from climtrack.cli.options import ConfigPath, Json, Public, Strict, configuration, now, past, serving, several
from climtrack.cli.output import as_json, changes, complain, leave, note, notes, progress, tell
from climtrack.errors import ClimtrackError, Notice
from climtrack.vocabulary.notice import counted

if TYPE_CHECKING:
    import datetime as dt

    from climtrack.config import Config
    from climtrack.publish.server import ServeSettings


def add_to(app: typer.Typer) -> None:
    """Give the application this file's commands."""
    app.command()(refresh)
    app.command()(schedule)
    app.command()(accept)


def refresh(
    strict: Strict = False,
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    Do one unattended round: fetch, merge, analyse, draw and publish everything that config.toml names.

    \b
    climtrack refresh
    climtrack refresh --json
    """
    from climtrack.run.refresh import unattended_round
    from climtrack.run.run import Run

    with progress("Refreshing") as show, Run(configuration(config), now(), on_done=show) as run:
        done = unattended_round(run)
    notes(run)
    if json:
        as_json(done.document(run))
    elif not run.outcome.interrupted:
        changes(done.changes, run)
        if done.pictures or not run.outcome.code:  # else a line above says why nothing is shown
            drawn = f"{counted(done.drawn, 'picture')} drawn"
            kept = f", {done.pictures - done.drawn} as they were" if done.pictures > done.drawn else ""
            tell(f"{drawn}{kept}{', site published' if done.published else ''}.")
    leave(run, strict=strict)


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

    from climtrack.run.refresh import unattended_round
    from climtrack.run.run import Run
    from climtrack.run.service import Service

    def round_of(settings: Config, moment: dt.datetime) -> None:
        with Run(settings, moment) as run:
            unattended_round(run, service.history)
        notes(run)
        note(f"climtrack: round of {moment:%Y-%m-%d %H:%M} UTC ended with {run.outcome.code}.")

    def say(message: Notice | ClimtrackError) -> None:
        complain(message) if isinstance(message, ClimtrackError) else note(message)

    site = _Site(public=public)
    service = Service(
        lambda: configuration(config), round_of, clock=now, rng=random.Random(), say=say,  # noqa: S311
        changed=site.follow if serve else lambda _: None,
    )  # fmt: skip
    with closing(site):
        if serve:
            site.follow(service.config)
        service.serve_rounds()


def accept(
    series: Annotated[
        list[str], typer.Argument(metavar="SERIES", help="nh-air, natlan-sst … or a key such as era5.t2m.nh.")
    ],
    day: Annotated[
        list[str] | None,
        typer.Option(
            "--date", metavar="DATE[,DATE]", help="Days that you have looked at; what else is odd is still refused."
        ),
    ] = None,
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    Take a series as the source sends it now, once, although the checks refuse it: look at `status` before.

    With --date only these days are let through; without it (an announced reprocessing) all of the series. What was held
    until then stays in the history. Future dates, another source and impossible temperatures are refused all the same.

    \b
    climtrack accept nh-air --date 2026-11-17
    climtrack accept nh-air
    """
    from climtrack.run.fetch import accept as take
    from climtrack.run.fetch import document
    from climtrack.run.run import Run

    moment = now()
    with progress("Fetching") as show, Run(configuration(config), moment, on_done=show) as run:
        known = {name: key for key in run.endpoints for name in (str(key), key.label)}
        keys = [known[name] for name in several(series, (), known, "series")]
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

        note(f"climtrack: serving {self._open.enter_context(background(folder, settings, now=now))}")
        self._shown = folder, settings

    def close(self) -> None:
        """Stop serving; requests in hand are finished."""
        self._shown = None
        self._open.close()

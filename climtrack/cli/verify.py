"""`climtrack verify`: is the site right, as far as others can tell?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from climtrack.cli.options import ConfigPath, Json, Offline, configuration, now
from climtrack.cli.output import as_json, note
from climtrack.cli.progress import progress
from climtrack.cli.tables import table

if TYPE_CHECKING:
    from climtrack.pipeline.crosscheck import CrossCheck
    from climtrack.vocabulary.context import Reconciled


def add_to(app: typer.Typer) -> None:
    """Give the application this file's command."""
    app.command()(verify)


def verify(
    offline: Offline = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 3 where a series departs from the other.")] = False,
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    Hold world air and sea against Copernicus Climate Pulse, and our figures against the published ones.

    \b
    climtrack verify
    climtrack verify --offline --json
    """
    from climtrack.pipeline.crosscheck import cross_check
    from climtrack.pipeline.source import open_transport

    settings = configuration(config)
    address = settings.fetch.cross_check_url
    with (
        open_transport(settings, offline=offline, base_urls=(address,)) as transport,
        progress("Asking Climate Pulse") as told,
    ):
        asked = None if offline or not settings.fetch.cross_check else transport
        found = cross_check(config=settings, transport=asked, now=now(), on_done=told)
    for line in found.lines:
        note(line)
    if json:
        as_json(found.document())
    else:
        _print(found)
    if strict and found.departures:
        raise typer.Exit(3)


def _print(found: CrossCheck) -> None:
    """Agreement by decade, then published figures."""
    from climtrack.vocabulary.findings import Unknown

    for key, agreed in found.agreements:
        if isinstance(agreed, Unknown):
            note(f"{key.label}: {agreed.why}.")
            continue
        known = f"; {agreed.known_years[0]}–{agreed.known_years[1]} are known to differ" if agreed.known_years else ""
        verdict = "agrees" if agreed.agrees else "DEPARTS"
        table(
            ("years", "days", "rms °C", "mean °C", "largest °C", "on"),
            [
                (
                    f"{one.first}–{one.last}",
                    str(one.days),
                    f"{one.rms:.4f}",
                    f"{one.bias:+.4f}",
                    f"{one.largest.difference:+.3f}",
                    str(one.largest.date),
                )
                for one in (*agreed.decades, agreed.overall)
            ],
            f"{key.label} minus Climate Pulse: {verdict}, {agreed.usual.rms:.4f} °C rms, allowed "
            f"{agreed.tolerance:.3f}{known}",
        )
    if found.published:
        rows = [_published(row) for row in found.published]
        table(("series", "figure", "period", "published", "ours", "", "source"), rows, "Published figures beside ours")


def _published(row: Reconciled) -> tuple[str, ...]:
    """A published figure beside ours."""
    figure = row.published
    places = 3 if figure.decimals else 0
    verdict = "agrees" if row.agrees else f"differs: {figure.why}" if figure.why else "DIFFERS"
    return (
        figure.key.label,
        figure.quantity,
        figure.period,
        f"{figure.value:.{figure.decimals}f}",
        f"{row.ours:.{places}f}" if isinstance(row.ours, float) else "–",
        verdict,
        figure.source,
    )

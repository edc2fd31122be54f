"""`climtrack grid`: regional daily means and maps from gridded data; what it prints about the work is English."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from climtrack.cli.options import (
    ConfigPath,
    Json,
    Languages,
    configuration,
    day,
    now,
    own_first,
    several,
    tongues,
)
from climtrack.cli.output import as_json, complain, counting, note, say
from climtrack.errors import Notice

if TYPE_CHECKING:
    from climtrack.run.grids import StoredSeries

GridRegions = Annotated[list[str] | None, typer.Option("--region", "-r", metavar="NAME[,NAME]")]
GridVariable = Annotated[str, typer.Option("--variable", "-v", metavar="sst|t2m")]
Name = Annotated[str, typer.Option("--name", metavar="NAME")]
Product = Annotated[str, typer.Option("--product", metavar="NAME")]
Scheduler = Annotated[str, typer.Option("--scheduler", metavar="NAME|tcp://…")]
Workers = Annotated[int, typer.Option("--workers", min=0, max=1024)]
Weights = Annotated[str, typer.Option("--weights", metavar="exact|site")]
BaselineYears = Annotated[str, typer.Option("--baseline", "-b", metavar="FIRST-LAST")]


def reduce(
    paths: Annotated[list[str], typer.Argument(metavar="PATH")],
    region: GridRegions = None,
    variable: GridVariable = "sst",
    weights: Weights = "exact",
    name: Name = "",
    product: Product = "",
    scheduler: Scheduler = "threads",
    workers: Workers = 0,
    table: Annotated[Path | None, typer.Option("--csv", metavar="FILE")] = None,
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    \b
    climtrack grid reduce sst.day.mean.*.nc --region nh,sh
    climtrack grid reduce era5/ --variable t2m --region mediterranean.geojson
    """
    from climtrack.run import grids
    from climtrack.run.run import Run

    settings = configuration(config)
    (variable,) = several([variable], (), ("sst", "t2m", "air"), "variable")
    (weights,) = several([weights], (), ("exact", "site"), "rule")
    regions = grids.regions(several(region, ("nh", "sh"), (), "region"), settings)
    with counting("Reducing", "fields") as progress:
        stored = grids.reduce(
            Run(settings, now()), paths, regions, variable, rule=weights, name=name, product=product,
            scheduler=scheduler, workers=workers, store=table is None, progress=progress,
        )  # fmt: skip
    if table is not None:
        grids.write_csv(stored, table)
    for unusual in dict.fromkeys(text for one in stored for text in one.series.source.notes):
        note(unusual)
    _print_stored(stored, json)


def backfill(
    variable: Annotated[str, typer.Argument(metavar="sst")] = "sst",
    region: GridRegions = None,
    since: Annotated[str, typer.Option("--since", metavar="YEAR|DATE")] = "1982",
    recent: Annotated[bool, typer.Option("--recent")] = False,
    until: Annotated[str | None, typer.Option("--until", metavar="YEAR|DATE")] = None,
    source: Annotated[str | None, typer.Option("--from", metavar="PLACE")] = None,
    weights: Weights = "exact",
    scheduler: Scheduler = "threads",
    workers: Workers = 0,
    dry: Annotated[bool, typer.Option("--dry-run")] = False,
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    \b
    climtrack grid backfill sst --region nh,sh --recent
    climtrack grid backfill sst --region nh,sh --since 1982 --dry-run
    climtrack grid backfill sst --from aws
    """
    from climtrack.run import grids
    from climtrack.run.run import Run

    settings = configuration(config)
    several([variable], (), ("sst",), "variable")
    (weights,) = several([weights], (), ("exact", "site"), "rule")
    run = Run(settings, now())
    work = grids.job(
        run,
        source or settings.grid.source,
        grids.regions(several(region, ("nh", "sh"), (), "region"), settings),
        day(f"{since}-01-01" if since.isdigit() else since),
        day(f"{until}-12-31" if until.isdigit() else until) if until else run.now.date() - dt.timedelta(days=1),
        rule=weights,
    )
    whole, short = work, grids.recent(work, settings)
    work, place = short if recent else whole, work.place
    if work.since < place.first:
        note(Notice("grid.begins", place=place.name, first=place.first))
    if dry:
        ahead, other = (grids.estimate(run, one) for one in (work, whole if recent else short))
        if json:
            as_json({**ahead.document(), "other": other.document()})
        else:
            say(ahead.notice)
            say(Notice("grid.ahead.whole" if recent else "grid.ahead.recent", ahead=other.notice, baseline=short.means))
        return
    done = total = 0
    with counting("Downloading and reducing", "files") as bar:

        def progress(number: int, of: int) -> None:
            nonlocal done, total
            done, total = number, of
            if bar is not None:
                bar(done, total)

        try:
            stored = grids.backfill(
                run, work, scheduler=scheduler, workers=workers, tell=lambda ahead: note(ahead.notice),
                progress=progress,
            )  # fmt: skip
        except KeyboardInterrupt:
            note(Notice("grid.interrupted", done=done, total=total) if total else Notice("grid.interrupted.early"))
            raise typer.Exit(130) from None
    if not stored:
        note(Notice("grid.none_of_these", place=place.name))
        raise typer.Exit(4)
    _print_stored(stored, json)


def _print_stored(stored: Sequence[StoredSeries], json: bool) -> None:
    """What became of each region; one that the store refused is named, and ends the command with 3."""
    if json:
        as_json({"schema": "climtrack.grid/1", "series": [one.document() for one in stored]})
    refused = [one.refused for one in stored if one.refused is not None]
    for one in stored:
        if one.refused is None and not json:
            say(one.notice)
    for problem in refused:
        complain(problem)
    if refused:
        raise typer.Exit(3)


def climatology(
    paths: Annotated[list[str], typer.Argument(metavar="PATH")],
    variable: GridVariable = "sst",
    baseline: BaselineYears = "1991-2020",
    name: Name = "",
    product: Product = "",
    config: ConfigPath = None,
) -> None:
    """
    \b
    climtrack grid climatology sst.day.mean.*.nc --baseline 1991-2020
    """
    from climtrack.run import maps
    from climtrack.run.run import Run
    from climtrack.vocabulary.registry import Baseline

    settings, years = configuration(config), Baseline.parse(baseline)
    (variable,) = several([variable], (), ("sst", "t2m", "air"), "variable")
    with counting("Averaging", "calendar days") as progress:
        path = maps.make_climatology(
            Run(settings, now()), paths, variable, years, name=name, product=product, progress=progress
        )
    say(Notice("grid.wrote", path=path))


def field_map(
    on: Annotated[str, typer.Option("--date", metavar="DATE")],
    region: GridRegions = None,
    variable: GridVariable = "sst",
    paths: Annotated[list[str] | None, typer.Argument(metavar="PATH")] = None,
    baseline: BaselineYears = "1991-2020",
    lang: Languages = None,
    preset: Annotated[list[str] | None, typer.Option("--preset", metavar="wide,post,email,phone")] = None,
    theme: Annotated[list[str] | None, typer.Option("--theme", metavar="light,dark")] = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR")] = Path("climtrack-map"),
    name: Name = "",
    product: Product = "",
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    \b
    climtrack grid map --date 2024-07-05 --region nh --lang en,es
    climtrack grid map --date 2024-07-05 --region natlan oisst/2024/
    """
    from climtrack.run import grids, maps
    from climtrack.run.run import Run
    from climtrack.vocabulary.registry import Baseline

    settings, on_day, years = configuration(config), day(on), Baseline.parse(baseline)
    (variable,) = several([variable], (), ("sst", "t2m", "air"), "variable")
    languages = tongues(lang, own_first(settings))
    presets = several(preset, ("wide", "email"), ("wide", "post", "email", "phone"), "preset")
    themes = several(theme, settings.report.themes, ("light", "dark"), "theme")
    regions = grids.regions(several(region, ("nh",), (), "region"), settings)
    with counting("Averaging", "calendar days") as progress:
        found = maps.field_maps(
            Run(settings, now()), on_day, regions, variable, years, paths=paths or (), name=name, product=product,
            tell=note, progress=progress,
        )  # fmt: skip
        drawn = [(one, maps.draw(one, out, languages, presets, themes)) for one in found]
    if json:
        as_json({"schema": "climtrack.map/1", "maps": [maps.document(one, pictures) for one, pictures in drawn]})
        return
    for _, pictures in drawn:
        for caption in dict.fromkeys(one.words.caption for one in pictures if one.words):  # one a language
            say(caption)
        for picture in pictures:
            say(f"  {out / picture.path}")

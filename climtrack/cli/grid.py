"""`climtrack grid`: regional daily means from gridded data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from climtrack.cli import maps
from climtrack.cli.grid_options import GridRegions, GridVariable, Name, Product
from climtrack.cli.options import ConfigPath, Json, configuration, day, now, several
from climtrack.cli.output import as_json, complain, note, tell
from climtrack.cli.progress import counting

if TYPE_CHECKING:
    from climtrack.pipeline.keeping import Stored

app = typer.Typer(
    name="grid",
    no_args_is_help=True,
    help="Regional daily means from gridded data (NetCDF, Zarr, OPeNDAP), into the same store.",
)
Scheduler = Annotated[
    str,
    typer.Option(
        "--scheduler",
        metavar="NAME|tcp://…",
        help="threads, processes, serial, cluster (dask here), or tcp://HOST:PORT.",
    ),
]
Workers = Annotated[int, typer.Option("--workers", min=0, max=1024, help="How many at once; 0: one per core.")]
Weights = Annotated[
    str, typer.Option("--weights", metavar="exact|site", help="True cell areas, or as the site counts edge rows.")
]


def add_to(root: typer.Typer) -> None:
    """Give the application this file's commands."""
    maps.add_to(app)
    root.add_typer(app)


@app.command()
def reduce(
    paths: Annotated[list[str], typer.Argument(metavar="PATH", help="Files, folders, globs, Zarr stores, addresses.")],
    region: GridRegions = None,
    variable: GridVariable = "sst",
    weights: Weights = "exact",
    name: Name = "",
    product: Product = "",
    scheduler: Scheduler = "threads",
    workers: Workers = 0,
    table: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write the days there; the store is left alone.")
    ] = None,
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    Reduce gridded files to daily means of regions, all in one pass.

    Files are known by their CF metadata, never by their names. Cells count by their true area; the equator row counts
    half in each hemisphere (--weights site: in full in both, as Climate Reanalyzer does).

    \b
    climtrack grid reduce sst.day.mean.*.nc --region nh,sh
    climtrack grid reduce era5/ --variable t2m --region mediterranean.geojson
    """
    from climtrack.pipeline import grid
    from climtrack.pipeline.keeping import write_csv

    settings = configuration(config)
    (variable,) = several([variable], (), ("sst", "t2m", "air"), "variable")
    (weights,) = several([weights], (), ("exact", "site"), "rule")
    regions = grid.regions(several(region, ("nh", "sh"), (), "region"), settings)
    with counting("Reducing", "fields") as told:
        found = grid.reduce(
            paths,
            regions,
            variable,
            config=settings,
            now=now(),
            rule=weights,
            name=name,
            product=product,
            scheduler=scheduler,
            workers=workers,
            store=table is None,
            progress=told,
        )
    if table is not None:
        write_csv(found, table)
    for line in dict.fromkeys(text for one in found for text in one.reduced.series.source.notes):
        note(line)
    _shown(found, json)


@app.command()
def backfill(
    variable: Annotated[str, typer.Argument(metavar="sst", help="Sea surface temperature (OISST v2.1).")] = "sst",
    region: GridRegions = None,
    since: Annotated[
        str, typer.Option("--since", metavar="YEAR|DATE", help="First day; OISST begins 1981-09-01.")
    ] = "1982",
    until: Annotated[
        str | None, typer.Option("--until", metavar="YEAR|DATE", help="Last day; yesterday by default.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--from", metavar="PLACE", help="ncei, aws, psl, psl-opendap; config.toml sets it.")
    ] = None,
    stride: Annotated[
        int, typer.Option("--stride", min=1, max=16, help="With psl-opendap: every so many rows; approximate.")
    ] = 1,
    weights: Weights = "exact",
    scheduler: Scheduler = "threads",
    workers: Workers = 0,
    dry: Annotated[bool, typer.Option("--dry-run", help="Say how much and stop.")] = False,
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    Compute a series from public grids: download, reduce, delete, file by file, into the store.

    Says beforehand how many gigabytes; stop it whenever you like, the same command goes on where it was. All named
    regions are computed in the same pass, so another --region later needs no download.

    \b
    climtrack grid backfill sst --region nh,sh --since 1982
    climtrack grid backfill sst --region nh --since 2024 --dry-run
    climtrack grid backfill sst --from psl-opendap --stride 4
    """
    from climtrack.pipeline import backfill as run
    from climtrack.pipeline import grid, jobs
    from climtrack.stopping import stoppable

    settings = configuration(config)
    several([variable], (), ("sst",), "variable")
    (weights,) = several([weights], (), ("exact", "site"), "rule")
    moment = now()
    work = jobs.job(
        source or settings.grid.source,
        grid.regions(several(region, ("nh", "sh"), (), "region"), settings),
        day(f"{since}-01-01" if since.isdigit() else since),
        day(f"{until}-12-31" if until.isdigit() else until) if until else moment.date() - dt.timedelta(days=1),
        settings,
        rule=weights,
        stride=stride,
    )
    if work.since < work.place.first:
        note(f"{work.place.name} begins on {work.place.first}; the days before it do not exist.")
    if dry:
        ahead = jobs.estimate(work, config=settings, today=moment.date())
        if json:
            as_json(ahead.document())
        else:
            tell(ahead.line())
        return
    count = [0, 0]
    with counting("Downloading and reducing", "files") as told:

        def counted(done: int, total: int) -> None:
            count[:] = done, total
            if told is not None:
                told(done, total)

        try:
            with stoppable():
                found = run.backfill(
                    work, config=settings, now=moment, scheduler=scheduler, workers=workers,
                    tell=lambda ahead: note(ahead.line()), progress=counted,
                )  # fmt: skip
        except KeyboardInterrupt:
            done, total = count
            if total:
                note(f"interrupted; {done:,} of {total:,} files done and stored; the same command goes on.")
            else:
                note("interrupted; what is done is stored; the same command goes on.")
            raise typer.Exit(130) from None
    if not found:
        note(f"{work.place.name} has none of these days; nothing was stored.")
        raise typer.Exit(4)
    _shown(found, json)


def _shown(found: Sequence[Stored], json: bool) -> None:
    """What became of each region; one that the store refused is named, and ends the command with 3."""
    if json:
        as_json({"schema": "climtrack.grid/1", "series": [one.document() for one in found]})
    else:
        for one in found:
            if one.refused is None:
                tell(one.row())
    refused = [one.refused for one in found if one.refused is not None]
    for problem in refused:
        complain(problem)
    if refused:
        raise typer.Exit(3)

"""`climtrack grid`: regional daily means from gridded data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from climtrack.cli.options import ConfigPath, Json, Languages, configuration, day, now, several
from climtrack.cli.output import as_json, complain, counting, note, say, tell

if TYPE_CHECKING:
    from climtrack.run.grids import Stored


# Options that the commands on grids share.


GridRegions = Annotated[
    list[str] | None,
    typer.Option("--region", "-r", metavar="NAME[,NAME]", help="Names, GeoJSON files, or srex:MED of regionmask."),
]
GridVariable = Annotated[str, typer.Option("--variable", "-v", metavar="sst|t2m", help="Sea surface or 2 m air.")]
Name = Annotated[
    str, typer.Option("--name", metavar="NAME", help="The variable's name in the files, if they do not tell.")
]
Product = Annotated[str, typer.Option("--product", metavar="NAME", help="oisst, era5 …, if the files do not tell.")]


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
    from climtrack.run import grids

    settings = configuration(config)
    (variable,) = several([variable], (), ("sst", "t2m", "air"), "variable")
    (weights,) = several([weights], (), ("exact", "site"), "rule")
    regions = grids.regions(several(region, ("nh", "sh"), (), "region"), settings)
    with counting("Reducing", "fields") as progress:
        found = grids.reduce(
            paths, regions, variable, config=settings, now=now(), rule=weights, name=name, product=product,
            scheduler=scheduler, workers=workers, store=table is None, progress=progress,
        )  # fmt: skip
    if table is not None:
        grids.write_csv(found, table)
    for line in dict.fromkeys(str(text) for one in found for text in one.reduced.series.source.notes):
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
    from climtrack.run import grids

    settings = configuration(config)
    several([variable], (), ("sst",), "variable")
    (weights,) = several([weights], (), ("exact", "site"), "rule")
    moment = now()
    work = grids.job(
        source or settings.grid.source,
        grids.regions(several(region, ("nh", "sh"), (), "region"), settings),
        day(f"{since}-01-01" if since.isdigit() else since),
        day(f"{until}-12-31" if until.isdigit() else until) if until else moment.date() - dt.timedelta(days=1),
        settings,
        rule=weights,
        stride=stride,
    )
    if work.since < work.place.first:
        note(f"{work.place.name} begins on {work.place.first}; the days before it do not exist.")
    if dry:
        ahead = grids.estimate(work, config=settings, today=moment.date())
        if json:
            as_json(ahead.document())
        else:
            tell(ahead.line())
        return
    done = total = 0
    with counting("Downloading and reducing", "files") as bar:

        def progress(number: int, of: int) -> None:
            nonlocal done, total
            done, total = number, of
            if bar is not None:
                bar(done, total)

        try:
            found = grids.backfill(
                work, config=settings, now=moment, scheduler=scheduler, workers=workers,
                tell=lambda ahead: note(ahead.line()), progress=progress,
            )  # fmt: skip
        except KeyboardInterrupt:
            files = f"{done:,} of {total:,} files done and stored" if total else "what is done is stored"
            note(f"interrupted; {files}; the same command goes on.")
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


@app.command()
def climatology(
    paths: Annotated[list[str], typer.Argument(metavar="PATH", help="Daily fields of every year of the baseline.")],
    variable: GridVariable = "sst",
    baseline: Annotated[str, typer.Option("--baseline", "-b", metavar="FIRST-LAST", help="Years.")] = "1991-2020",
    name: Name = "",
    product: Product = "",
    config: ConfigPath = None,
) -> None:
    """
    Make the climatology of every cell, for maps: one pass over the files, bounded memory.

    \b
    climtrack grid climatology sst.day.mean.*.nc --baseline 1991-2020
    """
    from climtrack.run import maps
    from climtrack.vocabulary.registry import Baseline

    settings, years = configuration(config), Baseline.parse(baseline)
    (variable,) = several([variable], (), ("sst", "t2m", "air"), "variable")
    with counting("Averaging", "calendar days") as progress:
        path = maps.make_climatology(
            paths, variable, years, config=settings, now=now(), name=name, product=product, progress=progress
        )
    tell(f"Wrote {path}.")


@app.command(name="map")
def field_map(
    on: Annotated[str, typer.Option("--date", metavar="DATE", help="Which day.")],
    region: GridRegions = None,
    variable: GridVariable = "sst",
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="PATH", help="Where the day's field is; else NOAA's daily file.")
    ] = None,
    baseline: Annotated[str, typer.Option("--baseline", "-b", metavar="FIRST-LAST", help="Years.")] = "1991-2020",
    lang: Languages = None,
    preset: Annotated[
        list[str] | None, typer.Option("--preset", metavar="wide,post,email,phone", help="Sizes of the pictures.")
    ] = None,
    theme: Annotated[list[str] | None, typer.Option("--theme", metavar="light,dark", help="Themes.")] = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the pictures go.")] = Path("climtrack-map"),
    name: Name = "",
    product: Product = "",
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    Draw a day's difference from average, cell by cell, on an equal-area map, with caption and alt text.

    Without PATH the day's OISST file (1.6 MB) is downloaded, and PSL's long-term mean once if no climatology is kept.

    \b
    climtrack grid map --date 2024-07-05 --region nh --lang en,es
    climtrack grid map --date 2024-07-05 --region natlan oisst/2024/
    """
    from climtrack.run import grids, maps
    from climtrack.vocabulary.registry import Baseline

    settings, on_day, years, moment = configuration(config), day(on), Baseline.parse(baseline), now()
    (variable,) = several([variable], (), ("sst", "t2m", "air"), "variable")
    languages = several(lang, settings.report.languages, ("en", "es", "es-MX"), "language")
    presets = several(preset, ("wide", "email"), ("wide", "post", "email", "phone"), "preset")
    themes = several(theme, settings.report.themes, ("light", "dark"), "theme")
    regions = grids.regions(several(region, ("nh",), (), "region"), settings)
    with counting("Averaging", "calendar days") as progress:
        found = maps.field_maps(
            on_day, regions, variable, years, config=settings, now=moment, paths=paths or (), name=name,
            product=product, tell=note, progress=progress,
        )  # fmt: skip
        drawn = [
            (one, maps.draw(one, out, languages=languages, presets=presets, themes=themes)) for one in found
        ]  # fmt: skip
    if json:
        as_json({"schema": "climtrack.map/1", "maps": [maps.document(one, pictures) for one, pictures in drawn]})
        return
    for _, pictures in drawn:
        for caption in dict.fromkeys(one.words.caption for one in pictures if one.words):  # one a language
            say(caption)
        for picture in pictures:
            say(f"  {out / picture.path}")

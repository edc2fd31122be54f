"""`climtrack grid`: regional daily means from gridded data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from climtrack.cli.options import ConfigPath, Json, Languages, configuration, day, now, several
from climtrack.cli.output import as_json, complain, counting, note, say, tell
from climtrack.errors import ConfigError

if TYPE_CHECKING:
    from climtrack.run.grids import Stored
    from climtrack.vocabulary.fields import FieldMap, HeatwaveMap


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


# `climtrack grid climatology` and `climtrack grid map`: averages of cells, and a day against them on a map.


def maps_add_to(grid: typer.Typer) -> None:
    """Give `climtrack grid` this file's commands."""
    grid.command()(climatology)
    grid.command(name="map")(field_map)


def climatology(
    paths: Annotated[list[str], typer.Argument(metavar="PATH", help="Daily fields of every year of the baseline.")],
    variable: GridVariable = "sst",
    baseline: Annotated[str, typer.Option("--baseline", "-b", metavar="FIRST-LAST", help="Years.")] = "1991-2020",
    percentile: Annotated[
        float | None,
        typer.Option("--percentile", min=0, max=100, metavar="90", help="Also this percentile by day of year."),
    ] = None,
    window: Annotated[
        int, typer.Option("--window", min=1, max=365, metavar="DAYS", help="Days around each date, an odd number.")
    ] = 11,
    name: Name = "",
    product: Product = "",
    config: ConfigPath = None,
) -> None:
    """
    Make the climatology of every cell, for maps: one pass over the files, bounded memory.

    With --percentile 90 also the threshold of marine heatwaves of every cell by day of year (Hobday et al. 2016), for
    `climtrack grid map --heatwave`; it says how much disk that needs meanwhile.

    \b
    climtrack grid climatology sst.day.mean.*.nc --baseline 1991-2020
    climtrack grid climatology sst.day.mean.*.nc --percentile 90
    """
    from climtrack.run import maps
    from climtrack.vocabulary.registry import Baseline

    settings, years = configuration(config), Baseline.parse(baseline)
    (variable,) = several([variable], (), ("sst", "t2m", "air"), "variable")
    if percentile is not None and window % 2 == 0:
        raise ConfigError(f"--window {window} is even", "Give an odd number of days, as many before the date as after")
    with counting("Averaging", "calendar days") as told:
        path = maps.make_climatology(
            paths, variable, years, config=settings, now=now(), name=name, product=product, progress=told
        )
    tell(f"Wrote {path}.")
    if percentile is None:
        return
    with counting("Ranking", "steps") as told:
        path = maps.make_thresholds(
            paths, variable, years, config=settings, now=now(), percentile=percentile, window=window, name=name,
            product=product, tell=note, progress=told,
        )  # fmt: skip
    tell(f"Wrote {path}.")


def field_map(
    on: Annotated[str, typer.Option("--date", metavar="DATE", help="Which day.")],
    region: GridRegions = None,
    variable: GridVariable = "sst",
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="PATH", help="Where the day's field is; else NOAA's daily file.")
    ] = None,
    heatwave: Annotated[
        bool, typer.Option("--heatwave", help="Categories of marine heatwaves instead of differences from average.")
    ] = False,
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
    --heatwave shows instead how far the sea is above its 90th percentile; `climtrack grid climatology --percentile 90`
    makes that first.

    \b
    climtrack grid map --date 2024-07-05 --region nh --lang en,es
    climtrack grid map --date 2024-07-05 --region natlan oisst/2024/
    climtrack grid map --date 2024-07-05 --heatwave
    """
    from climtrack.run import grids, maps
    from climtrack.run.maps import draw
    from climtrack.vocabulary.registry import Baseline

    settings, on_day, years, moment = configuration(config), day(on), Baseline.parse(baseline), now()
    (variable,) = several([variable], (), ("sst", "t2m", "air"), "variable")
    languages = several(lang, settings.report.languages, ("en", "es", "es-MX"), "language")
    presets = several(preset, ("wide", "email"), ("wide", "post", "email", "phone"), "preset")
    themes = several(theme, settings.report.themes, ("light", "dark"), "theme")
    regions = grids.regions(several(region, ("nh",), (), "region"), settings)
    with counting("Averaging", "calendar days") as told:
        if heatwave:
            shown: Sequence[FieldMap | HeatwaveMap] = maps.heatwave_maps(
                on_day, regions, variable, years, config=settings, now=moment, paths=paths or (), name=name,
                product=product, tell=note,
            )  # fmt: skip
        else:
            shown = maps.field_maps(
                on_day, regions, variable, years, config=settings, now=moment, paths=paths or (), name=name,
                product=product, tell=note, progress=told,
            )  # fmt: skip
        made = [draw(one, out, languages=languages, presets=presets, themes=themes) for one in shown]
    if json:
        as_json({"schema": "climtrack.map/1", "maps": [one.document() for one in made]})
        return
    for drawn in made:
        for caption in dict.fromkeys(one.words.caption for one in drawn.pictures if one.words):  # one a language
            say(caption)
        for picture in drawn.pictures:
            say(f"  {out / picture.path}")


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
    maps_add_to(app)
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
    from climtrack.run.grids import write_csv

    settings = configuration(config)
    (variable,) = several([variable], (), ("sst", "t2m", "air"), "variable")
    (weights,) = several([weights], (), ("exact", "site"), "rule")
    regions = grids.regions(several(region, ("nh", "sh"), (), "region"), settings)
    with counting("Reducing", "fields") as told:
        found = grids.reduce(
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
    from climtrack.run import grids
    from climtrack.run import grids as run

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
    count = [0, 0]
    with counting("Downloading and reducing", "files") as told:

        def counted(done: int, total: int) -> None:
            count[:] = done, total
            if told is not None:
                told(done, total)

        try:
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

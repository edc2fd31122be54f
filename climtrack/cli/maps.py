"""`climtrack grid climatology` and `climtrack grid map`: averages of cells, and a day against them on a map."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from climtrack.cli.grid_options import GridRegions, GridVariable, Name, Product
from climtrack.cli.options import ConfigPath, Json, Languages, configuration, day, now, several
from climtrack.cli.output import as_json, note, say, tell
from climtrack.cli.progress import counting
from climtrack.errors import ConfigError

if TYPE_CHECKING:
    from climtrack.vocabulary.fields import FieldMap, HeatwaveMap


def add_to(grid: typer.Typer) -> None:
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
    from climtrack.pipeline import climatologies
    from climtrack.vocabulary.baselines import Baseline

    settings, years = configuration(config), Baseline.parse(baseline)
    (variable,) = several([variable], (), ("sst", "t2m", "air"), "variable")
    if percentile is not None and window % 2 == 0:
        raise ConfigError(f"--window {window} is even", "Give an odd number of days, as many before the date as after")
    with counting("Averaging", "calendar days") as told:
        path = climatologies.make_climatology(
            paths, variable, years, config=settings, now=now(), name=name, product=product, progress=told
        )
    tell(f"Wrote {path}.")
    if percentile is None:
        return
    with counting("Ranking", "steps") as told:
        path = climatologies.make_thresholds(
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
    from climtrack.pipeline import grid, maps
    from climtrack.pipeline.map_pictures import draw
    from climtrack.vocabulary.baselines import Baseline

    settings, on_day, years, moment = configuration(config), day(on), Baseline.parse(baseline), now()
    (variable,) = several([variable], (), ("sst", "t2m", "air"), "variable")
    languages = several(lang, settings.report.languages, ("en", "es", "es-MX"), "language")
    presets = several(preset, ("wide", "email"), ("wide", "post", "email", "phone"), "preset")
    themes = several(theme, settings.report.themes, ("light", "dark"), "theme")
    regions = grid.regions(several(region, ("nh",), (), "region"), settings)
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

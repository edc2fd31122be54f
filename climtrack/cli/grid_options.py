"""Options that the commands on grids share."""

from __future__ import annotations

from typing import Annotated

import typer

GridRegions = Annotated[
    list[str] | None,
    typer.Option("--region", "-r", metavar="NAME[,NAME]", help="Names, GeoJSON files, or srex:MED of regionmask."),
]
GridVariable = Annotated[str, typer.Option("--variable", "-v", metavar="sst|t2m", help="Sea surface or 2 m air.")]
Name = Annotated[
    str, typer.Option("--name", metavar="NAME", help="The variable's name in the files, if they do not tell.")
]
Product = Annotated[str, typer.Option("--product", metavar="NAME", help="oisst, era5 …, if the files do not tell.")]

"""Variables: what is measured, in CF's words and in the reader's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Variable:
    """A measured quantity."""

    name: str  # Short name used in keys
    option: str  # What the reader types: ``air`` or ``sst``
    title: str  # Name as a reader knows it
    standard_name: str
    cell_methods: str  # CF cell methods of a regional daily mean
    height: float | None  # Height above the surface in metres, as CF's scalar coordinate
    decimals: int
    # Lowest and highest regional daily mean in degC that can be true anywhere on Earth
    plausible: tuple[float, float]


VARIABLES: Mapping[str, Variable] = MappingProxyType(
    {
        v.name: v
        for v in (
            Variable("t2m", "air", "air temperature 2 m above the surface", "air_temperature",
                     "area: mean time: mean", 2.0, 1, (-75.0, 45.0)),
            Variable("sst", "sst", "sea surface temperature", "sea_surface_temperature",
                     "area: mean where sea time: mean", None, 2, (-2.0, 36.0)),
        )
    }
)  # fmt: skip

OPTIONS: Mapping[str, Variable] = MappingProxyType({v.option: v for v in VARIABLES.values()})


def short_name(variable: str) -> str:
    """Short name of a variable that may be given as the reader types it."""
    if variable in OPTIONS:
        return OPTIONS[variable].name
    if variable not in VARIABLES:
        raise ValueError(f"variable {variable!r} is none of {', '.join(VARIABLES)}")
    return variable

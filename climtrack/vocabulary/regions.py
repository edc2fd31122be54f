"""Regions: named parts of the Earth, with their bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Region:
    """A named part of the Earth between two latitudes and two longitudes."""

    name: str  # Short name used in keys and file names: lower-case letters, digits, dots
    title: str  # English name, as it stands in a sentence without an article in front
    title_es: str  # Spanish name with its article: ``el hemisferio norte``
    south: float  # Latitudes in degrees, both included
    north: float  # Latitudes in degrees, both included
    west: float = -180.0  # Longitudes in degrees east; `west` greater than `east` crosses the date line
    east: float = 180.0  # Longitudes in degrees east; `west` greater than `east` crosses the date line
    outline: str = ""  # GeoJSON geometry of an irregular region; the bounds are then those of the box around it

    def __post_init__(self) -> None:
        if not -90 <= self.south < self.north <= 90:
            raise ValueError(f"region {self.name}: latitudes {self.south}…{self.north} are not south to north")

    @property
    def southern(self) -> bool:
        """Whether the region lies south of the equator, where the seasons are turned round."""
        return self.north <= 0


REGIONS: Mapping[str, Region] = MappingProxyType(
    {
        r.name: r
        for r in (
            Region("world", "World", "el mundo", -90, 90),
            Region("nh", "Northern Hemisphere", "el hemisferio norte", 0, 90),
            Region("sh", "Southern Hemisphere", "el hemisferio sur", -90, 0),
            Region("tropics", "Tropics", "los trópicos", -23.5, 23.5),
            Region("arctic", "Arctic", "el Ártico", 66.5, 90),
            Region("antarctic", "Antarctic", "la Antártida", -90, -66.5),
            Region("world2", "World ocean 60°S–60°N", "el océano mundial (60° S–60° N)", -60, 60),
            Region("natlan", "North Atlantic", "el Atlántico norte", 0, 60, -80, 0),
            Region("natlsp", "Subpolar North Atlantic", "el Atlántico norte subpolar", 45, 60, -45, -20),
            Region("atlhmdr", "Atlantic hurricane region", "la zona atlántica de huracanes", 10, 20, -85, -20),
            Region("gom", "Gulf of Maine", "el golfo de Maine", 42, 45, -71, -66),
            Region("gomex", "Gulf of Mexico", "el golfo de México", 20, 30, -98, -82),
            Region("nino3.4", "Niño 3.4 region", "la región Niño 3.4", -5, 5, -170, -120),
        )
    }
)

"""Which series answer for a region."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from climtrack.vocabulary.series import SeriesKey

#: The sea of a region, best first; the site itself has no hemispheric sea surface.
SEAS: Mapping[str, tuple[SeriesKey, ...]] = MappingProxyType(
    {
        "world": (SeriesKey("oisst", "sst", "world2"),),
        "nh": (SeriesKey("oisst", "sst", "nh"), SeriesKey("oisst", "sst", "natlan")),
        "sh": (SeriesKey("oisst", "sst", "sh"),),
    }
)


#: Series that climtrack computes from grids; nobody serves them.
COMPUTED = frozenset({SeriesKey("oisst", "sst", "nh"), SeriesKey("oisst", "sst", "sh")})


@dataclass(frozen=True, slots=True)
class Pairing:
    """The series that answer for a region."""

    region: str
    air: SeriesKey | None
    sst: SeriesKey | None
    sea_named: bool  # True where the sea is another region's, named as such everywhere (North Atlantic for ``nh``)
    sea_computed: bool  # True where the sea was computed from grids


def pairing(region: str, known: Collection[SeriesKey]) -> Pairing:
    """Choose the series that answer for a region."""
    air = SeriesKey("era5", "t2m", region)
    candidates = SEAS.get(region, (SeriesKey("oisst", "sst", region),))
    sea = next((key for key in candidates if key in known), None)
    return Pairing(
        region,
        air if air in known else None,
        sea,
        sea_named=sea is not None and sea.region != region,
        sea_computed=sea in COMPUTED,
    )

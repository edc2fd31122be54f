"""
Which address holds which series.

The 13 series that Climate Reanalyzer keeps up to date, as ../shared/data/FORMAT.md §3 found them. The hemispheric sea
surface is not among them: the site has none. `config.toml` adds rows without a release.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from climtrack.vocabulary.series import SeriesKey

#: The site and its mirror; the second is asked only where the first cannot be reached.
BASE_URLS = ("https://climatereanalyzer.org/", "https://cr.acg.maine.edu/")
AIR_SOURCE = "ERA5 Copernicus C3S"
SEA_SOURCE = "NOAA OISST 2.1"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One series at the source."""

    key: SeriesKey
    path: str  # Path below the base address, without a leading slash
    data_source: str = ""  # What the payload must call its own source; empty where any will do
    # Lowest and highest daily mean in degC that this region can be believed to reach: what a first download is held
    # against, when nothing is stored yet. The variable's own limits where None.
    levels: tuple[float, float] | None = None


def _air(region: str, low: float, high: float) -> Endpoint:
    """ERA5 air of a region."""
    path = f"clim/t2_daily/json/era5_{region}_t2_day.json"
    return Endpoint(SeriesKey("era5", "t2m", region), path, AIR_SOURCE, (low, high))


def _sea(region: str, low: float, high: float) -> Endpoint:
    """OISST sea surface of a region."""
    path = f"clim/sst_daily/json_2clim/oisst2.1_{region}_sst_day.json"
    return Endpoint(SeriesKey("oisst", "sst", region), path, SEA_SOURCE, (low, high))


#: Levels: the range seen since the first year (polar and tropical air: by their known climate), 3 °C wider at each end.
ENDPOINTS: Mapping[SeriesKey, Endpoint] = MappingProxyType(
    {
        endpoint.key: endpoint
        for endpoint in (
            _air("world", 8.2, 20.2),
            _air("nh", 4.0, 26.0),
            _air("sh", 7.0, 20.0),
            _air("tropics", 20.0, 31.0),
            _air("arctic", -42.0, 12.0),
            _air("antarctic", -55.0, 6.0),
            _sea("world2", 16.6, 24.2),
            _sea("natlan", 15.6, 28.4),
            _sea("natlsp", 4.5, 19.3),
            _sea("atlhmdr", 21.0, 32.7),
            _sea("gom", -1.4, 22.8),
            _sea("gomex", 17.6, 34.3),
            _sea("nino3.4", 21.0, 32.9),
        )
    }
)

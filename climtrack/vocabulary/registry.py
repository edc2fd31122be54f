"""What there is: variables, products, regions and baselines, each by its short name."""

from __future__ import annotations

import datetime as dt
import difflib
import unicodedata
from collections import ChainMap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from climtrack.errors import ConfigError, Notice

#: Names that an editor offers where a variable or a region is asked for; config.toml may add regions.
VariableName = Literal["air", "sst", "t2m"]
RegionName = Literal[
    "world", "nh", "sh", "tropics", "arctic", "antarctic", "world2", "natlan", "natlsp", "atlhmdr", "gom", "gomex",
    "nino3.4",
]  # fmt: skip


def resembling(name: str, known: Iterable[str]) -> Notice | str:
    """Which known name is perhaps meant."""
    near = difflib.get_close_matches(str(name), list(known), n=1)
    return Notice("config.near", name=near[0]) if near else ""


def unknown(kind: str, name: str, known: Iterable[str]) -> Notice:
    """That nothing is known of a name, and which known one it resembles."""
    what = Notice(f"config.kind.{kind}")
    return Notice("config.unknown", kind=what, name=repr(str(name)[:40])[1:-1], near=resembling(name, known))


def unknown_name(kind: str, name: str, known: Iterable[str], listed: Iterable[str] = ()) -> ConfigError:
    """The same as an error, which lists the known ones."""
    known = tuple(known)
    return ConfigError("config.unknown_name", what=unknown(kind, name, known), known=tuple(listed) or known)


@dataclass(frozen=True, slots=True)
class Variable:
    name: str  # Short name used in keys
    option: str  # What the reader types: ``air`` or ``sst``
    title: str  # Name as a reader knows it
    standard_name: str
    cell_methods: str  # CF cell methods of a regional daily mean
    height: float | None  # Height above the surface in metres, as CF's scalar coordinate
    decimals: int
    # Lowest and highest regional mean in degC that can be true anywhere on Earth
    plausible: tuple[float, float]
    monthly: bool = False  # Departures by month, as published: never joined with days


VARIABLES: Mapping[str, Variable] = MappingProxyType(
    {
        v.name: v
        for v in (
            Variable("t2m", "air", "air temperature 2 m above the surface", "air_temperature",
                     "area: mean time: mean", 2.0, 1, (-75.0, 45.0)),
            Variable("sst", "sst", "sea surface temperature", "sea_surface_temperature",
                     "area: mean where sea time: mean", None, 2, (-2.0, 36.0)),
            Variable("ocean", "sst", "sea surface temperature by month", "surface_temperature_anomaly",
                     "area: mean where sea time: mean", None, 2, (-3.0, 4.0), monthly=True),
            Variable("land", "air", "air temperature over land by month", "air_temperature_anomaly",
                     "area: mean where land time: mean", 2.0, 2, (-8.0, 8.0), monthly=True),
            Variable("land_ocean", "air", "temperature of land and sea by month", "surface_temperature_anomaly",
                     "area: mean time: mean", None, 2, (-4.0, 5.0), monthly=True),
            Variable("roni", "sst", "relative oceanic Niño index (RONI)", "sea_surface_temperature_anomaly",
                     "area: mean time: mean", None, 2, (-5.0, 5.0), monthly=True),
        )
    }
)  # fmt: skip

OPTIONS: Mapping[str, Variable] = MappingProxyType({v.option: v for v in VARIABLES.values() if not v.monthly})


def short_name(variable: str) -> str:
    """Short name of a variable that may be given as the reader types it."""
    if variable in OPTIONS:
        return OPTIONS[variable].name
    if variable not in VARIABLES:
        raise ValueError(f"variable {variable!r} is none of {', '.join(VARIABLES)}")
    return variable


@dataclass(frozen=True, slots=True)
class Product:
    """A data set as published."""

    name: str  # Short name used in keys
    title: str  # Name as a reader knows it
    provider: str  # Who makes it, short
    licence: str  # Terms under which it may be used
    citation: str  # Reference in the field's own form
    copernicus: bool = False  # Whether the Copernicus sentence must stand beside everything made from it
    licence_read: dt.date | None = None  # When these terms were last read at the provider's
    attribution: str = ""  # Sentence that must stand in the place of Copernicus's, as the licence gives it
    first_year: int = 0  # First year that its series have once they are whole


BUILT_IN: Mapping[str, Product] = MappingProxyType(
    {
        p.name: p
        for p in (
            Product(
                "era5",
                "ERA5",
                "C3S/ECMWF",
                "CC-BY 4.0 (Copernicus products licence), attribution required",
                "Hersbach, H. et al. (2020): The ERA5 global reanalysis. Q. J. R. Meteorol. Soc., 146, "
                "1999–2049, doi:10.1002/qj.3803",
                copernicus=True,
                licence_read=dt.date(2026, 11, 21),
            ),
            Product(
                "oisst",
                "OISST v2.1",
                "NOAA",
                "public domain (US Government)",
                "Huang, B. et al. (2021): Improvements of the Daily Optimum Interpolation Sea Surface "
                "Temperature (DOISST) Version 2.1. J. Climate, 34, 2923–2939, doi:10.1175/JCLI-D-20-0166.1",
                copernicus=False,
                licence_read=dt.date(2026, 11, 21),
            ),
            Product(
                "cfsr",
                "CFSR/CFSv2",
                "NOAA NCEP",
                "public domain (US Government)",
                "Saha, S. et al. (2010): The NCEP Climate Forecast System Reanalysis. Bull. Amer. Meteor. "
                "Soc., 91, 1015–1058, doi:10.1175/2010BAMS3001.1",
                copernicus=False,
                licence_read=dt.date(2026, 8, 22),
            ),
            Product(
                "climate-pulse",
                "ERA5",
                "C3S/ECMWF",
                "CC-BY 4.0 (Copernicus products licence), attribution required",
                "Copernicus Climate Change Service (C3S): Climate Pulse, daily series from ERA5, "
                "https://pulse.climate.copernicus.eu",
                copernicus=True,
                licence_read=dt.date(2026, 8, 22),
            ),
            Product(
                "noaaglobaltemp",
                "NOAAGlobalTemp",
                "NOAA NCEI",
                "public domain (US Government)",
                "Huang, B. et al. (2024): NOAA Global Surface Temperature Dataset (NOAAGlobalTemp), Version 6.0 "
                "(ERSST and GHCN), NOAA NCEI; Climate at a Glance, https://www.ncei.noaa.gov/access/monitoring/",
                copernicus=False,
                licence_read=dt.date(2026, 8, 22),
            ),
            Product(
                "cpc",
                "ERSSTv5",
                "NOAA CPC",
                "public domain (US Government)",
                "L'Heureux, M. L. et al. (2024): A Relative Sea Surface Temperature Index for Classifying ENSO Events "
                "in a Changing Climate. J. Climate, 37, 1197–1211, doi:10.1175/JCLI-D-23-0406.1",
                copernicus=False,
                licence_read=dt.date(2026, 8, 22),
            ),
        )
    }
)
_own: dict[str, Product] = {}
#: Every product known, those of config.toml before the built-in ones.
PRODUCTS: Mapping[str, Product] = ChainMap(_own, dict(BUILT_IN))


def use_products(products: Iterable[Product]) -> None:
    """Know the products of config.toml, in the place of those that it named before."""
    found = {product.name: product for product in products}
    for name in _own.keys() - found.keys():
        del _own[name]
    _own.update(found)


@dataclass(frozen=True, slots=True)
class Feed:
    """What is known beforehand of the files in which a source publishes one variable of one product."""

    bases: tuple[str, ...]  # Addresses that the files continue: the source's own, then its mirrors
    # Name with ``{region}`` or ``{year}``: the present one, then those before it, each asked where one is gone
    files: tuple[str, ...]
    opening: str  # How an answer begins, after comment lines; another beginning is said
    lag: int  # Days by which the newest value is usually behind, at most


_SITE = ("https://climatereanalyzer.org/", "https://cr.acg.maine.edu/")
_PULSE = ("https://sites.ecmwf.int/data/climatepulse/data/series/",)
_PULSE_SEA = ("era5_daily_series_sst_60S-60N_ocean.csv", "era5_daily_series_sst_60S-60N.csv")
_MONTHS = "access/monitoring/climate-at-a-glance/global/time-series/{{region}}/{kind}/tavg/1/0/1850-{{year}}/data.json"

#: By product and variable. Terms are those of the product; Climate Reanalyzer's pages state none of their own.
FEEDS: Mapping[str, Feed] = MappingProxyType(
    {
        "era5.t2m": Feed(_SITE, ("clim/t2_daily/json/era5_{region}_t2_day.json",), "[", 10),
        "oisst.sst": Feed(_SITE, ("clim/sst_daily/json_2clim/oisst2.1_{region}_sst_day.json",), "[", 5),
        "climate-pulse.t2m": Feed(
            _PULSE, ("era5_daily_series_2t_global.csv",), "date,2t,clim_91-20,ano_91-20,status", 10
        ),
        "climate-pulse.sst": Feed(_PULSE, _PULSE_SEA, "date,sst,clim_91-20,ano_91-20,status", 10),
        **{
            f"noaaglobaltemp.{kind}": Feed(
                ("https://www.ncei.noaa.gov/",), (_MONTHS.format(kind=kind),), '{"description":{"title":', 50
            )
            for kind in ("ocean", "land", "land_ocean")
        },
        "cpc.roni": Feed(("https://www.cpc.ncep.noaa.gov/",), ("data/indices/RONI.ascii.txt",), "SEAS YR ANOM", 80),
    }
)


@dataclass(frozen=True, slots=True)
class Region:
    """A named part of the Earth between two latitudes and two longitudes."""

    name: str  # Short name used in keys and file names: lower-case letters, digits, dots
    title: str  # English name, as it stands in a sentence without an article in front
    title_es: str  # Spanish name with its article: ``el hemisferio norte``
    south: float  # Latitudes in degrees, both included
    north: float
    west: float = -180.0  # Longitudes in degrees east; `west` greater than `east` crosses the date line
    east: float = 180.0
    outline: str = ""  # GeoJSON geometry of an irregular region; the bounds are then those of the box around it
    names: tuple[str, ...] = ()  # Everyday names in either language, besides its titles
    title_short: str = ""  # Instead of titles too long for a picture
    title_short_es: str = ""

    def __post_init__(self) -> None:
        if not -90 <= self.south < self.north <= 90:
            raise ValueError(f"region {self.name}: latitudes {self.south}…{self.north} are not south to north")

    @property
    def width(self) -> float:
        """Degrees of longitude from west to east."""
        return self.east - self.west if self.east > self.west else self.east - self.west + 360

    @property
    def southern(self) -> bool:
        """Whether the region lies south of the equator, where the seasons are turned round."""
        return self.north <= 0


_ARTICLES = ("the ", "el ", "la ", "los ", "las ")


def unaccented(text: str) -> str:
    """A text in small letters without accents."""
    return "".join(one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one))


def folded(name: str) -> str:
    """A name without what people write differently: capitals, accents, spaces, hyphens, its article."""
    words = " ".join(unaccented(name).split())
    bare = next((words.removeprefix(one) for one in _ARTICLES if words.startswith(one)), words)
    return "".join(letter for letter in bare if letter.isalnum())


REGIONS: Mapping[str, Region] = MappingProxyType(
    {
        r.name: r
        for r in (
            Region("world", "World", "el planeta", -90, 90,
                   names=("globe", "global", "planet", "whole world", "planet Earth", "Earth", "mundo", "todo el mundo",
                          "planeta Tierra", "todo el planeta", "Tierra", "globo", "mundial")),
            Region("nh", "Northern Hemisphere", "el hemisferio norte", 0, 90,
                   names=("north", "northern", "norte", "HN", "N hemisphere", "boreal", "hemisferio boreal")),
            Region("sh", "Southern Hemisphere", "el hemisferio sur", -90, 0,
                   names=("south", "southern", "sur", "HS", "S hemisphere", "austral", "hemisferio austral")),
            Region("tropics", "Tropics", "los trópicos", -23.5, 23.5,
                   names=("tropic", "trópico", "tropical", "zona tropical")),
            Region("arctic", "Arctic", "el Ártico", 66.5, 90, names=("North Pole", "polo norte")),
            Region("antarctic", "Antarctic", "la Antártida", -90, -66.5,
                   names=("Antarctica", "Antártico", "Antártica", "South Pole", "polo sur")),
            Region("world2", "World ocean 60°S–60°N", "el océano mundial (60° S–60° N)", -60, 60,
                   names=("world ocean", "global ocean", "ocean", "oceans", "60S-60N", "océano", "océanos",
                          "océano mundial", "océano global")),
            Region("natlan", "North Atlantic", "el Atlántico norte", 0, 60, -80, 0,
                   names=("N Atlantic", "northern Atlantic", "Atlántico septentrional")),
            Region("natlsp", "Subpolar North Atlantic", "el Atlántico norte subpolar", 45, 60, -45, -20,
                   names=("subpolar Atlantic", "Atlántico subpolar", "cold blob", "mancha fría")),
            Region("atlhmdr", "Atlantic hurricane region", "la zona atlántica de huracanes", 10, 20, -85, -20,
                   names=("MDR", "main development region", "hurricane region", "zona de huracanes")),
            Region("gom", "Gulf of Maine", "el golfo de Maine", 42, 45, -71, -66, names=("Maine",)),
            Region("gomex", "Gulf of Mexico", "el golfo de México", 20, 30, -98, -82),
            Region("nino3.4", "Niño 3.4 region", "la región Niño 3.4", -5, 5, -170, -120,
                   names=("niño", "niña", "ENSO", "ENOS", "niño 3 4", "región del Niño")),
        )
    }
)  # fmt: skip

#: Short names by every name there is, as `folded` leaves it.
PLACES: Mapping[str, str] = MappingProxyType(
    {folded(name): one.name for one in REGIONS.values() for name in (one.name, one.title, one.title_es, *one.names)}
)


@dataclass(frozen=True, slots=True, order=True)
class Baseline:
    """The reference years, both ends included."""

    first: int
    last: int

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ConfigError("config.baseline", value=str(self))

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"

    @property
    def label(self) -> str:
        """The years as print sets them, with an en dash."""
        return f"{self.first}–{self.last}"

    @property
    def years(self) -> range:
        return range(self.first, self.last + 1)

    @classmethod
    def parse(cls, text: str) -> Baseline:
        """Baseline written as ``1991-2020``."""
        first, _, last = text.strip().replace("–", "-").partition("-")
        if not (first.isascii() and first.isdigit() and last.isascii() and last.isdigit()) or not (
            1800 <= int(first) <= int(last) <= 2200
        ):
            raise ConfigError("config.baseline", value=repr(text[:40])[1:-1])
        return cls(int(first), int(last))


#: WMO's current normal first; the order in which a substitute is sought where one is not covered.
BASELINES: Mapping[str, Baseline] = MappingProxyType(
    {
        str(b): b
        for b in (
            Baseline(1991, 2020),
            Baseline(1981, 2010),
            Baseline(1982, 2010),
            Baseline(1979, 2000),
            Baseline(1961, 1990),
        )
    }
)
DEFAULT = BASELINES["1991-2020"]

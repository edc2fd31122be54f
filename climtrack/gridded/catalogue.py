"""
Where gridded data are to be had: public locations, as a table that `config.toml` can point elsewhere.

Sizes are what one file usually weighs, for the estimate before a long download; the download itself checks the size
that the server states. ERA5 has no entry: its store asks for an account, so its files are downloaded by their owner
and read with `climtrack grid reduce`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

#: Final analyses replace preliminary ones about this many days later; a preliminary file is sought within twice that.
FINAL_AFTER = 16
#: No final file is asked for sooner than this many days after its day: it comes 15 to 16 days later, seldom 14.
FINAL_FROM = 14


@dataclass(frozen=True, slots=True)
class Place:
    """One public location of one variable."""

    name: str
    title: str  # Short name, and name for readers
    product: str
    variable: str
    base: str  # Address that the patterns continue
    pattern: str  # Path of a file, formatted with `day` (a date) or `year`
    per: Literal["day", "year"]
    megabytes: float  # What one file usually weighs
    first: dt.date
    early: str = ""  # Path of a day's preliminary file, where it has a name of its own
    opendap: bool = False  # Read over the network instead of downloaded; `stride` then saves most of it


_DAILY = "{day:%Y%m}/oisst-avhrr-v02r01.{day:%Y%m%d}.nc"
_EARLY = "{day:%Y%m}/oisst-avhrr-v02r01.{day:%Y%m%d}_preliminary.nc"
_YEARLY = "sst.day.mean.{year}.nc"
_BEGIN = dt.date(1981, 9, 1)

PLACES: Mapping[str, Place] = MappingProxyType(
    {
        place.name: place
        for place in (
            Place("ncei", "NOAA NCEI, one file a day, preliminary days included", "oisst", "sst",
                  "https://www.ncei.noaa.gov/data/sea-surface-temperature-optimum-interpolation/v2.1/access/avhrr/",
                  _DAILY, "day", 1.6, _BEGIN, _EARLY),
            Place("aws", "NOAA Open Data on AWS, the same daily files", "oisst", "sst",
                  "https://noaa-cdr-sea-surface-temp-optimum-interpolation-pds.s3.amazonaws.com/data/v2.1/avhrr/",
                  _DAILY, "day", 1.6, _BEGIN, _EARLY),
            Place("psl", "NOAA PSL, one file a year", "oisst", "sst",
                  "https://downloads.psl.noaa.gov/Datasets/noaa.oisst.v2.highres/",
                  _YEARLY, "year", 480.0, _BEGIN),
            Place("psl-opendap", "NOAA PSL over OPeNDAP, for a light approximate run (--stride)", "oisst", "sst",
                  "https://psl.noaa.gov/thredds/dodsC/Datasets/noaa.oisst.v2.highres/",
                  _YEARLY, "year", 760.0, _BEGIN, opendap=True),
        )
    }
)  # fmt: skip

#: PSL's long-term means by calendar day, for maps without a climatology of one's own.
LONG_TERM_MEANS: Mapping[str, str] = MappingProxyType(
    {
        "1991-2020": "sst.day.mean.ltm.1991-2020.nc",
        "1982-2010": "sst.day.mean.ltm.1982-2010.nc",
    }
)


@dataclass(frozen=True, slots=True)
class Item:
    """One download."""

    paths: tuple[str, ...]  # Where it may be, likeliest first: a final file, and a recent day's preliminary one
    first: dt.date  # Days that it is wanted for, both included
    last: dt.date  # Days that it is wanted for, both included
    megabytes: float


def items(
    place: Place,
    since: dt.date,
    until: dt.date,
    *,
    done: Collection[dt.date],
    today: dt.date,
    early: Collection[dt.date] = (),
    stride: int = 1,
) -> tuple[Item, ...]:
    """
    Downloads that some days still need.

    A preliminary file is never issued again before the final one takes its place, so a day that is held as preliminary
    is left alone until that may have happened, and then its final file alone is asked for.
    """
    ripe = FINAL_FROM if place.per == "day" else FINAL_AFTER + 1
    held = {*done, *(day for day in early if (today - day).days < ripe)}
    first, last = max(since, place.first), min(until, today)
    wanted = [
        day for i in range((last - first).days + 1) if (day := first + dt.timedelta(days=i)) not in held
    ]  # fmt: skip
    if place.per == "day":
        return tuple(Item(_day_paths(place, day, today, day in early), day, day, place.megabytes) for day in wanted)
    years: dict[int, list[dt.date]] = {}
    for day in wanted:
        years.setdefault(day.year, []).append(day)
    weight = place.megabytes / stride**2
    return tuple(
        Item((place.pattern.format(year=year),), some[0], some[-1], weight) for year, some in sorted(years.items())
    )


def _day_paths(place: Place, day: dt.date, today: dt.date, held: bool) -> tuple[str, ...]:
    """The final file of a day; of a recent one also the preliminary file, first while it is all there is."""
    final, days = place.pattern.format(day=day), (today - day).days
    if held or not place.early or days > 2 * FINAL_AFTER:
        return (final,)
    early = place.early.format(day=day)
    return (early, final) if days < FINAL_FROM else (final, early)

"""
A simulated data set in the site's own dialect: for a first run without a network, for tests and notebooks.

A climate invented to look like ours: seasons, warming, El Niño, weather. The seasonal cycles are harmonics fitted to
public means of the real series (polar and tropical air: to their known climate), the noise has the size and memory that
the real ones have, and the world's air is the mean of the two hemispheres, as it must be. Every
day is invented all the same, and every row names its source with the word that the parser knows the sample by.
"""

from __future__ import annotations

import datetime as dt
from calendar import isleap
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from types import MappingProxyType

import numpy as np

from climtrack.errors import SourceUnavailable
from climtrack.fetcher import noaa, reanalyzer
from climtrack.vocabulary.registry import REGIONS, VARIABLES
from climtrack.vocabulary.series import Floats, Payload, SeriesKey

ORIGIN = np.datetime64("1940-01-01", "D")
#: (Year of the peak, height in °C) of El Niño and La Niña in the simulated Niño 3.4 region.
EVENTS = (
    (1940.9, 1.2), (1942.9, -1.1), (1945.9, -0.6), (1949.9, -1.3), (1951.8, 0.9), (1954.9, -0.9), (1955.9, -1.4),
    (1957.9, 1.6), (1963.9, 1.1), (1964.9, -0.9), (1965.9, 1.7), (1968.9, 0.9), (1970.9, -1.2), (1972.9, 2.0),
    (1973.9, -1.8), (1975.9, -1.5), (1976.9, 0.8), (1979.9, 0.5), (1982.9, 2.2), (1984.9, -1.0), (1986.9, 1.1),
    (1987.6, 1.4), (1988.9, -1.8), (1991.9, 1.6), (1994.9, 1.0), (1995.9, -0.9), (1997.9, 2.4), (1998.9, -1.5),
    (1999.9, -1.6), (2002.9, 1.2), (2004.8, 0.7), (2006.9, 0.9), (2007.9, -1.5), (2009.9, 1.5), (2010.8, -1.6),
    (2011.8, -1.0), (2014.8, 0.6), (2015.9, 2.5), (2017.9, -0.9), (2018.9, 0.8), (2020.8, -1.2), (2021.9, -1.0),
    (2022.8, -0.9), (2023.9, 2.0), (2025.0, -0.5), (2026.9, 1.0),
)  # fmt: skip
#: Years after which the list of events begins again, so that a late `today` is not without El Niño.
PERIOD = 86.0
#: (Year, cooling of the world in °C) of great volcanic eruptions.
ERUPTIONS = ((1963.2, 0.16), (1982.3, 0.16), (1991.5, 0.36))


@dataclass(frozen=True, slots=True)
class Place:
    """How one region's temperature behaves."""

    cycle: tuple[float, ...]  # Mean 1991-2020 in degC, then cosine and sine of the first harmonics of the year
    warming: float  # Share of the world's forced warming
    nino: float  # degC per degC of Niño 3.4
    lag: float  # Years after it
    leap: float  # Height in degC of the excursion that begins in 2023
    weather: float  # Standard deviation in degC of the fast noise
    memory: float  # Its persistence
    slow: float  # Standard deviation in degC of the noise that lasts for months
    winter: float = 0.0  # Relative seasonal swing of the weather, positive where January is livelier
    restless: float = 0.0  # Standard deviation in degC of the noise from day to day, more in some weeks than in others
    revision: float = 0.0  # Mean size in degC of the change from preliminary to final; 0 where nothing is preliminary


PLACES: Mapping[tuple[str, str], Place] = MappingProxyType(
    {
        ("t2m", "nh"): Place((15.33, -6.09, -2.466, -0.231, 0.092, 0.023, 0.038, 0.01, -0.001),
                             1.32, 0.07, 0.3, 0.20, 0.20, 0.73, 0.07, 0.45),
        ("t2m", "sh"): Place((13.45, 2.258, 1.49, 0.156, 0.02, 0.049, 0.007, -0.005, -0.029),
                             0.62, 0.09, 0.35, 0.12, 0.16, 0.70, 0.07, -0.28),
        ("t2m", "tropics"): Place((25.55, -0.15, 0.22, -0.34, 0.08, -0.02, 0.05),
                                  0.80, 0.22, 0.25, 0.14, 0.085, 0.74, 0.06, 0.05),
        ("t2m", "arctic"): Place((-11.0, -14.2, -5.3, -0.9, 0.3, 0.5, 0.4),
                                 2.9, 0.05, 0.4, 0.15, 1.05, 0.78, 0.35, 0.62),
        ("t2m", "antarctic"): Place((-23.6, 10.9, 2.9, 2.6, 1.4, 0.3, 0.5),
                                    0.45, 0.05, 0.4, 0.25, 1.05, 0.75, 0.35, -0.35),
        ("sst", "world2"): Place((20.343, -0.053, 0.128, -0.062, 0.084, 0.017, -0.007),
                                 0.86, 0.085, 0.2, 0.17, 0.022, 0.86, 0.035, 0.0, 0.009, 0.020),
        ("sst", "natlan"): Place((21.537, -1.175, -2.126, -0.056, 0.205, 0.007, -0.021),
                                 1.02, 0.06, 0.5, 0.40, 0.062, 0.84, 0.11, -0.15, 0.018, 0.026),
        ("sst", "natlsp"): Place((11.005, -1.484, -2.282, -0.034, 0.581, 0.097, -0.076),
                                 0.45, -0.03, 0.4, 0.75, 0.17, 0.88, 0.38, -0.35, 0.055, 0.070),
        ("sst", "atlhmdr"): Place((26.693, -0.343, -1.382, -0.161, -0.212, 0.027, 0.032),
                                  0.98, 0.10, 0.45, 0.50, 0.095, 0.82, 0.18, 0.0, 0.042, 0.065),
        ("sst", "gom"): Place((9.628, -3.362, -5.018, 0.604, 0.878, 0.06, -0.175),
                              1.7, 0.0, 0.0, 0.10, 0.34, 0.76, 0.55, -0.25, 0.19, 0.128),
        ("sst", "gomex"): Place((26.237, -2.67, -2.353, 0.001, 0.012, -0.024, 0.09),
                                1.05, -0.05, 0.2, 0.30, 0.23, 0.83, 0.25, 0.25, 0.075, 0.078),
        ("sst", "nino3.4"): Place((27.034, -0.469, 0.387, -0.069, -0.283, -0.008, -0.04),
                                  0.30, 1.0, 0.0, 0.0, 0.13, 0.85, 0.28, 0.1, 0.04, 0.045),
    }
)  # fmt: skip
#: The two hemispheres each count the equator's row of cells, so their mean is this much above the world.
EQUATOR = 0.0245


def _white(seed: int, size: int) -> Floats:
    """
    Nearly normal white noise with mean 0 and standard deviation 1, the same on every machine.

    Only the raw 64-bit stream of PCG64 is used, which numpy promises never to change; sums of its 16-bit pieces are
    turned into numbers by exact arithmetic. A longer run therefore repeats a shorter one and goes on.
    """
    raw = np.random.PCG64(seed).random_raw(3 * size).astype("<u8")
    pieces = raw.view("<u2").reshape(size, 12).sum(axis=1, dtype=np.int64)
    return np.asarray((pieces - 12 * 32767.5) / 65536.0)


def _red(seed: int, size: int, memory: float, smooth: float = 0.0) -> Floats:
    """Autocorrelated noise with mean 0 and standard deviation 1."""
    scale = (1 - memory**2) ** 0.5
    if smooth:
        # variance of an AR(2) process whose characteristic roots are `memory` and `smooth`
        a, b = memory + smooth, -memory * smooth
        scale = ((1 + b) * ((1 - b) ** 2 - a**2) / (1 - b)) ** 0.5
    values = accumulate((_white(seed, size) * scale).tolist(), lambda held, new: memory * held + new)
    if smooth:
        values = accumulate(values, lambda held, new: smooth * held + new)
    return np.fromiter(values, float, size)


def temperature(variable: str, region: str, size: int) -> Floats:
    """Daily means of the first `size` days from 1 January 1940."""
    if (variable, region) == ("t2m", "world"):
        both = temperature("t2m", "nh", size) + temperature("t2m", "sh", size)
        return np.round(both / 2 - EQUATOR, 3)
    place = PLACES[variable, region]
    seed = 1000 + list(PLACES).index((variable, region)) * 10
    dates = ORIGIN + np.arange(size)
    year = dates.astype("datetime64[Y]")
    fraction = (dates - year.astype("datetime64[D]")).astype(float) + 0.5
    season = 2 * np.pi * fraction / 365.25
    time = year.astype(int) + 1970 + fraction / 365.25

    values = np.full(size, place.cycle[0])
    for k in range(1, len(place.cycle) // 2 + 1):
        cosine, sine = place.cycle[2 * k - 1 : 2 * k + 1]
        values += cosine * np.cos(k * season) + sine * np.sin(k * season)
    liveliness = 1 + place.winter * np.cos(season)
    values += place.warming * _forced(time) * (1 + 0.6 * place.winter * np.cos(season))
    values += place.nino * _nino(time - place.lag)
    values += place.leap * _leap(time)
    values += place.weather * liveliness * _red(seed, size, place.memory, place.memory - 0.02)
    values += place.slow * _red(seed + 1, size, 0.985, 0.9)
    if place.restless:
        values += place.restless * np.exp(0.5 * _red(seed + 2, size, 0.95)) * _red(seed + 3, size, 0.7)
    return np.round(values, 3)


def revision(variable: str, region: str, size: int) -> Floats:
    """What a preliminary value is above the final one, on the first `size` days."""
    place = PLACES[variable, region]
    seed = 1005 + list(PLACES).index((variable, region)) * 10
    return np.asarray(1.25 * place.revision * np.clip(_red(seed, size, 0.75), -2.6, 2.6))


def _forced(time: Floats) -> Floats:
    """The world's forced warming in degC, zero on average over 1991-2020: faster after 1975 and again after 2012."""
    warming = 0.0005 * time + 0.0185 * _bend(time, 1974.0, 4.0) + 0.006 * _bend(time, 2011.0, 4.0)
    for start, depth in ERUPTIONS:
        age = np.clip(time - start, 0, None)
        warming -= depth * age / 0.6 * np.exp(1 - age / 0.6)
    return np.asarray(warming - _MEAN)


def _bend(time: Floats, year: float, width: float) -> Floats:
    """Nothing before a year, one more a year after it, with a soft knee."""
    return np.asarray(width * np.logaddexp(0, (time - year) / width))


def _nino(time: Floats) -> Floats:
    """Simulated Niño 3.4 excursion in degC."""
    total = np.zeros(time.shape)
    for peak, height in EVENTS:
        for shift in (0.0, PERIOD):
            total += height * np.exp(-0.5 * ((time - peak - shift) / 0.27) ** 2)
    return total


def _leap(time: Floats) -> Floats:
    """The excursion that begins in spring 2023 and fades over the years after, 1 at its height."""
    rise = 1 / (1 + np.exp(-np.clip((time - 2023.42) / 0.07, -60, 60)))
    return np.asarray(rise * np.exp(-np.clip(time - 2024.2, 0, None) / 1.6))


_MEAN = 0.0
_MEAN = float(_forced(np.arange(1991, 2021, 1 / 12)).mean())


#: The daily series simulated: those that the site serves.
KEYS = tuple(reanalyzer.ENDPOINTS)
#: Of a hemisphere's months: its share of the forced warming, degC per degC of Niño 3.4, height in degC of the excursion
#: that begins in 2023, standard deviation in degC of the noise.
MONTHS: Mapping[tuple[str, str], tuple[float, float, float, float]] = MappingProxyType(
    {
        ("ocean", "nh"): (0.95, 0.06, 0.35, 0.06),
        ("ocean", "sh"): (0.62, 0.07, 0.20, 0.05),
        ("land", "nh"): (1.90, 0.08, 0.30, 0.28),
        ("land", "sh"): (1.20, 0.16, 0.20, 0.22),
        ("land_ocean", "nh"): (1.30, 0.07, 0.33, 0.11),
        ("land_ocean", "sh"): (0.70, 0.08, 0.20, 0.07),
    }
)
NAMED = {"t2m": "ERA5 Copernicus C3S (simulated by climtrack)", "sst": "NOAA OISST 2.1 (simulated by climtrack)"}
FIRST = {"t2m": dt.date(1940, 1, 1), "sst": dt.date(1981, 9, 1)}
AIR_LAG, PRELIMINARY_LAG, FINAL_LAG = 6, 1, 15
#: Climatology rows, and whether the site fills their last slot, which only leap years have.
CLIMATOLOGIES = {
    "t2m": (((1979, 2000), True), ((1981, 2010), False), ((1991, 2020), False)),
    "sst": (((1982, 2010), False), ((1991, 2020), True)),
}


def payload(key: SeriesKey, today: dt.date) -> bytes:
    """
    What the site would answer on a day of the simulated world, byte for byte in its dialect.

    Air ends 6 days before `today`, without preliminary days; the sea's last 14 days stand in the row `Preliminary` and
    its final ones end 15 days before.
    """
    if key in noaa.ENDPOINTS:
        return _index(today) if key.product == "cpc" else _departures(key, today)
    if key not in KEYS or today.year < 1983:
        raise ValueError(f"no simulated {key} on {today}")
    sea = key.variable == "sst"
    last = today - dt.timedelta(days=FINAL_LAG if sea else AIR_LAG)
    newest = today - dt.timedelta(days=PRELIMINARY_LAG) if sea else last
    origin = ORIGIN.astype(dt.date)
    values = temperature(key.variable, key.region, (newest - origin).days + 1)
    years = {}
    for year in range(FIRST[key.variable].year, last.year + 1):
        begin = (dt.date(year, 1, 1) - origin).days
        data = np.full(366, np.nan)
        stop = min(366 if isleap(year) else 365, (last - origin).days + 1 - begin)
        data[:stop] = values[begin : begin + stop]
        if year == FIRST[key.variable].year:
            data[: FIRST[key.variable].timetuple().tm_yday - 1] = np.nan
        years[year] = data
    rows = [(str(year), data) for year, data in years.items()]
    if sea:
        ahead = np.round(values + revision(key.variable, key.region, values.size), 3)
        row = np.full(366, np.nan)
        for i in range((newest - last).days):
            day = last + dt.timedelta(days=i + 1)
            row[day.timetuple().tm_yday - 1] = ahead[(day - origin).days]
        rows.append(("Preliminary", row))
    for (first, final), filled in CLIMATOLOGIES[key.variable]:
        rows.append((f"{first}-{final}", _climatology(years, first, final, filled)))
    return reanalyzer.written(rows, NAMED[key.variable])


def _months(since: int, today: dt.date) -> Floats:
    """Middles of the months that NOAA has published by a day, in years: each from the 12th of the next one on."""
    last = today - dt.timedelta(days=11)
    return since + (np.arange((last.year - since) * 12 + last.month - 1) + 0.5) / 12


def _departures(key: SeriesKey, today: dt.date) -> bytes:
    """Departures by month in NOAA's dialect; those of the globe are the mean of the hemispheres'."""
    time, halves = _months(1850, today), []
    for region in ("nh", "sh") if key.region == "world" else (key.region,):
        warming, nino, leap, noise = MONTHS[key.variable, region]
        seed = 3000 + list(MONTHS).index((key.variable, region)) * 10
        values = warming * _forced(time) + nino * _nino(time - 0.3) + leap * _leap(time)
        halves.append(values - values[612:1812].mean() + noise * _red(seed, time.size, 0.6))
    rows = ",".join(
        f'"{1850 + i // 12}{i % 12 + 1:02d}":{{"departure":{value:.2f}}}'
        for i, value in enumerate(np.mean(halves, axis=0).tolist())
    )
    title = f"{REGIONS[key.region].title} {VARIABLES[key.variable].title} {reanalyzer.SIMULATED}"
    return f'{{"description":{{"title":"{title}","base_period":"1901-2000"}},"data":{{{rows}}}}}'.encode()


def _index(today: dt.date) -> bytes:
    """El Niño's index by season in NOAA's dialect."""
    time = _months(1950, today)[:-1]
    values = _nino(time) + 0.04 * _red(3900, time.size, 0.7)
    rows = (f" {noaa.SEASONS[i % 12]} {1950 + i // 12} {value:.2f}\n" for i, value in enumerate(values.tolist()))
    return f"# {reanalyzer.SIMULATED}\n SEAS YR ANOM\n{''.join(rows)}".encode()


@dataclass(frozen=True, slots=True)
class SampleTransport:
    """Answers for the simulated world in place of the network."""

    today: dt.date

    def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Payload | None:  # noqa: ARG002 - Transport
        """Answer a request for one of the known paths."""
        known = (*reanalyzer.ENDPOINTS.values(), *noaa.ENDPOINTS.values())
        keys = [one.key for one in known if one.path.format(year=self.today.year) == path]
        if not keys:
            raise SourceUnavailable("fetch.sample", url=f"sample:{path[:80]}")
        version = f'"sample-{self.today}"'
        if etag == version:
            return None
        return Payload(f"sample:{path}", payload(keys[0], self.today), version)


def _climatology(years: dict[int, Floats], first: int, final: int, filled: bool) -> Floats:
    """Mean by slot over the years there are, smoothed by the site's circular 5-slot mean."""
    table = np.array([data for year, data in years.items() if first <= year <= final])
    if not table.size or np.isnan(table[:, :365]).all(axis=0).any():
        return np.full(366, np.nan)
    known = ~np.isnan(table)
    mean = np.where(known, table, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    if not known[:, 365].any():
        mean[365] = (mean[364] + mean[0]) / 2
    smooth = np.asarray(np.mean([np.roll(mean, shift) for shift in range(-2, 3)], axis=0))
    if not filled:
        smooth[365] = np.nan
    return smooth

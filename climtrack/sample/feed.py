"""
The simulated series in the site's own JSON, byte for byte in its dialect.

So the first run, the tests and the notebooks go through the real parser. Air ends 6 days before `today`, without
preliminary days; the sea's last 14 days stand in the row `Preliminary` and its final ones end 15 days before. Each
row names its source with the word that the parser knows the sample by.
"""

from __future__ import annotations

import datetime as dt
import re
from calendar import isleap
from dataclasses import dataclass

import numpy as np

from climtrack.errors import SourceUnavailable
from climtrack.sample import climate
from climtrack.vocabulary.payload import Payload
from climtrack.vocabulary.series import Floats, SeriesKey

#: The series simulated: those that the site serves.
KEYS = tuple(
    SeriesKey(product, variable, region)
    for product, variable, regions in (
        ("era5", "t2m", ("world", "nh", "sh", "tropics", "arctic", "antarctic")),
        ("oisst", "sst", ("world2", "natlan", "natlsp", "atlhmdr", "gom", "gomex", "nino3.4")),
    )
    for region in regions
)
NAMED = {"t2m": "ERA5 Copernicus C3S (simulated by climtrack)", "sst": "NOAA OISST 2.1 (simulated by climtrack)"}
FIRST = {"t2m": dt.date(1940, 1, 1), "sst": dt.date(1981, 9, 1)}
AIR_LAG, PRELIMINARY_LAG, FINAL_LAG = 6, 1, 15
#: Climatology rows, and whether the site fills their last slot, which only leap years have.
CLIMATOLOGIES = {
    "t2m": (((1979, 2000), True), ((1981, 2010), False), ((1991, 2020), False)),
    "sst": (((1982, 2010), False), ((1991, 2020), True)),
}
_PATH = re.compile(r"clim/t2_daily/json/era5_(?P<t2m>[a-z]+)_t2_day\.json"
                   r"|clim/sst_daily/json_2clim/oisst2\.1_(?P<sst>[a-z0-9.]+)_sst_day\.json")  # fmt: skip


def payload(key: SeriesKey, today: dt.date) -> bytes:
    """What the site would answer on a day of the simulated world."""
    if key not in KEYS or today.year < 1983:
        raise ValueError(f"no simulated {key} on {today}")
    sea = key.variable == "sst"
    last = today - dt.timedelta(days=FINAL_LAG if sea else AIR_LAG)
    newest = today - dt.timedelta(days=PRELIMINARY_LAG) if sea else last
    origin = climate.ORIGIN.astype(dt.date)
    values = climate.temperature(key.variable, key.region, (newest - origin).days + 1)
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
        ahead = np.round(values + climate.revision(key.variable, key.region, values.size), 3)
        row = np.full(366, np.nan)
        for i in range((newest - last).days):
            day = last + dt.timedelta(days=i + 1)
            row[day.timetuple().tm_yday - 1] = ahead[(day - origin).days]
        rows.append(("Preliminary", row))
    for (first, final), filled in CLIMATOLOGIES[key.variable]:
        rows.append((f"{first}-{final}", _climatology(years, first, final, filled)))
    named = NAMED[key.variable]
    lines = ",\n".join(f'{{"data_source":"{named}","name":"{name}","data":[{_text(data)}]}}' for name, data in rows)
    return f"[\n{lines}\n]\n".encode()


@dataclass(frozen=True, slots=True)
class SampleTransport:
    """Answers for the simulated world in place of the network."""

    today: dt.date

    def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Payload | None:  # noqa: ARG002 - Transport
        """Answer a request for one of the site's paths."""
        found = _PATH.fullmatch(path)
        keys = [key for key in KEYS if found and found[key.variable] == key.region]
        if not keys:
            raise SourceUnavailable("the sample does not hold this series", url=f"sample:{path[:80]}")
        version = f'"sample-{self.today}"'
        if etag == version:
            return None
        return Payload(f"sample:{path}", payload(keys[0], self.today), version, "", "application/json")


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


def _text(data: Floats) -> str:
    """Values as the site writes them: three decimals, null where empty."""
    return ",".join(["null" if v != v else f"{v:.3f}" for v in data.tolist()])

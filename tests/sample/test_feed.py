"""The sample speaks the site's dialect and keeps its past."""

from __future__ import annotations

import datetime as dt
import json
from functools import cache

import numpy as np
import pytest

from climtrack.fetcher.sample import KEYS, SampleTransport
from climtrack.fetcher.sample import payload as made
from climtrack.vocabulary.series import SeriesKey

TODAY = dt.date(2026, 11, 21)
NH = SeriesKey("era5", "t2m", "nh")
NATLAN = SeriesKey("oisst", "sst", "natlan")
#: Each made once.
payload = cache(made)


def rows(key: SeriesKey, today: dt.date = TODAY) -> dict[str, list[float | None]]:
    """Rows of a simulated payload by name."""
    return {row["name"]: row["data"] for row in json.loads(payload(key, today))}


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_dialect(key: SeriesKey) -> None:
    """One row a line, 366 slots, fixed decimals, the trailing rows of the variable, a source that says simulated."""
    text = payload(key, TODAY).decode()
    lines = text.splitlines()
    assert text.endswith("]\n")
    assert lines[0] == "["
    found = rows(key)
    assert len(lines) == len(found) + 2
    assert all("simulated" in line for line in lines[1:-1])
    assert {len(data) for data in found.values()} == {366}
    assert ".0," not in lines[1].split("data")[-1]
    trailing = list(found)[-3:]
    expected = ["1979-2000", "1981-2010", "1991-2020"] if key.variable == "t2m" else [
        "Preliminary", "1982-2010", "1991-2020"]  # fmt: skip
    assert trailing == expected


def test_air_ends_six_days_back() -> None:
    """On 21 November 2026 the air's last value is that of 15 November, slot 318."""
    year = rows(NH)["2026"]
    assert year[318] is not None
    assert year[319] is None
    assert next(iter(rows(NH))) == "1940"


def test_sea_begins_in_september_1981_and_ends_with_fourteen_preliminary_days() -> None:
    """Final to 6 November (slot 309), preliminary on the next 14 slots, nothing else."""
    found = rows(NATLAN)
    assert found["1981"][242] is None
    assert found["1981"][243] is not None
    assert found["2026"][309] is not None
    assert found["2026"][310] is None
    filled = [i for i, v in enumerate(found["Preliminary"]) if v is not None]
    assert filled == list(range(310, 324))


def test_preliminary_runs_across_new_year() -> None:
    """On 8 January 2026 the final row is 2025's and the preliminary days stand at both ends of their row."""
    found = rows(NATLAN, dt.date(2026, 1, 8))
    assert "2026" not in found
    filled = [i for i, v in enumerate(found["Preliminary"]) if v is not None]
    assert filled == [*range(7), *range(358, 365)]


def test_the_past_does_not_change() -> None:
    """A later day of asking repeats every final value of an earlier one."""
    for key in (NH, NATLAN, SeriesKey("era5", "t2m", "world")):
        early, late = rows(key, dt.date(2024, 7, 5)), rows(key, dt.date(2027, 2, 1))
        for name, data in early.items():
            if name.isdigit():
                assert all(late[name][i] == v for i, v in enumerate(data) if v is not None), (key, name)


def test_preliminary_values_are_revised_a_little() -> None:
    """What was preliminary becomes final with a change of the size that the site shows (mean 0.026, at most 0.1)."""
    early, late = rows(NATLAN, TODAY), rows(NATLAN, dt.date(2026, 12, 31))
    change = [abs(late["2026"][i] - v) for i, v in enumerate(early["Preliminary"]) if v is not None]  # type: ignore[operator]
    assert 0.002 < float(np.mean(change)) < 0.06
    assert max(change) < 0.1


def test_climatology_is_the_sites_rule() -> None:
    """Mean by slot, then a circular 5-slot mean: slot 100 of 1991-2020 worked out from the year rows."""
    found = rows(NH)
    years = np.array([found[str(y)] for y in range(1991, 2021)], float)
    assert found["1991-2020"][100] == pytest.approx(years[:, 98:103].mean(), abs=0.0006)
    assert found["1991-2020"][365] is None
    assert found["1979-2000"][365] is not None


def test_world_is_the_mean_of_the_hemispheres() -> None:
    """As on the site, (NH + SH) / 2 exceeds the world by 0.0245 °C, the equator's row being counted twice."""
    parts = [rows(SeriesKey("era5", "t2m", r))["2025"] for r in ("nh", "sh", "world")]
    nh, sh, world = (np.array(p[:365], float) for p in parts)
    assert np.abs((nh + sh) / 2 - world - 0.0245).max() <= 0.00051


def test_levels_are_those_of_the_earth() -> None:
    """Each series stays where its region stays, and the Northern Hemisphere peaks in July, the Southern in January."""
    limits = {"nh": (6.5, 23.5), "sh": (9.5, 17.5), "world": (11, 17.5), "natlan": (18.3, 25.8), "world2": (19.4, 21.5)}
    for region, (low, high) in limits.items():
        key = next(k for k in KEYS if k.region == region)
        values = [v for name, data in rows(key).items() if name.isdigit() for v in data if v is not None]
        assert low < min(values) < max(values) < high, region
    assert 190 < int(np.argmax(np.array(rows(NH)["1991-2020"][:365], float))) < 215
    assert int(np.argmax(np.array(rows(SeriesKey("era5", "t2m", "sh"))["1991-2020"][:365], float))) < 40


def test_transport_answers_by_path() -> None:
    """The sample answers the site's own paths, and says when nothing has changed since."""
    transport = SampleTransport(TODAY)
    got = transport.get("clim/sst_daily/json_2clim/oisst2.1_natlan_sst_day.json")
    assert got is not None
    assert got.body == payload(NATLAN, TODAY)
    assert transport.get("clim/sst_daily/json_2clim/oisst2.1_natlan_sst_day.json", etag=got.etag) is None
    with pytest.raises(Exception, match="does not hold"):
        transport.get("clim/t2_daily/json/era5_mars_t2_day.json")

"""NOAA's months and El Niño indices become series of months, fetched like every other series."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from climtrack.errors import SeriesError, SourceUnavailable
from climtrack.fetcher.fetch import Answer, fetch
from climtrack.fetcher.noaa import ENDPOINTS
from climtrack.fetcher.sample import payload
from climtrack.store.store import Store
from climtrack.vocabulary.series import Payload, Series, SeriesKey, year_table

OCEAN, RONI = SeriesKey("noaaglobaltemp", "ocean", "nh"), SeriesKey("cpc", "roni", "nino3.4")
NOW = dt.datetime(2026, 8, 22, 12, tzinfo=dt.UTC)
TODAY = dt.date(2026, 8, 22)


class Noaa:
    """Answers by address; every other address is gone."""

    def __init__(self, bodies: dict[str, bytes]) -> None:
        self.bodies, self.asked = bodies, list[str]()

    def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Payload | None:
        self.asked.append(path)
        if path not in self.bodies:
            raise SourceUnavailable("fetch.gone", status=404)
        answer = Payload(path, self.bodies[path])
        return None if etag == answer.sha256 else replace(answer, etag=answer.sha256)


def address(key: SeriesKey, year: int = 2026) -> str:
    return ENDPOINTS[key].host + ENDPOINTS[key].path.format(year=year)


def ask(body: bytes, held: Series | None = None, key: SeriesKey = OCEAN, now: dt.datetime = NOW) -> Answer:
    return fetch(ENDPOINTS[key], held, transport=Noaa({address(key, now.year): body}), now=now)


def genuine(key: SeriesKey = OCEAN, today: dt.date = TODAY) -> bytes:
    return payload(key, today).replace(b" (simulated by climtrack)", b"")


def good(key: SeriesKey = OCEAN) -> Series:
    series = ask(genuine(key), key=key).series
    assert series is not None
    return series


def edited(change: Callable[[dict[str, Any]], object]) -> bytes:
    table = json.loads(genuine())
    change(table["data"])
    return json.dumps(table).encode()


def test_months_are_no_days() -> None:
    """A month's row is its first day, known on its last; no daily arithmetic takes it."""
    series = good()
    assert (series.start, series.end, str(series.dates[-1])) == (dt.date(1850, 1, 1), dt.date(2026, 7, 31), "2026-07")
    assert series.source.details["base_period"] == "1901-2000"
    assert series.value(dt.date(2026, 7, 9)) == series.values[-1]
    assert series.upto(dt.date(2026, 7, 30)).end == dt.date(2026, 6, 30)
    with pytest.raises(SeriesError, match="one value a month"):
        year_table(series)


def test_a_season_stands_at_its_middle_month() -> None:
    """The first row of the table is DJF 1950, whatever the columns' order."""
    body = b"SEAS YR ANOM\nDJF 1950 -1.19\nJFM 1950 -1.08\n"
    series = ask(body, key=RONI).series
    assert series is not None
    assert series.values.tolist() == [-1.19, -1.08]
    assert series.start == dt.date(1950, 1, 1)
    assert ask(b" SEAS YR TOTAL ANOM\n DJF 1950 25.0 -1.32\n", key=RONI).series.values.tolist() == [-1.32]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html>Not there", "web page"),
        (genuine()[:-200], "cut short"),
        (genuine().replace(b"base_period", b"base"), "base_period"),
        (edited(lambda rows: rows.update({"202608": {"departure": 1.0}})), "in the future"),
        (edited(lambda rows: rows.update({"202613": {"departure": 1.0}})), "not a date"),
        (edited(lambda rows: rows.update({"202607": {"departure": -999}})), "looks wrong (2026-07: −999.0 °C"),
        (edited(lambda rows: rows.update({"199001": {"departure": 1.9}})), "past values changed"),
        (edited(lambda rows: rows.update({"202607": {"value": 1.0}})), "not a number"),
        (b"{}", "data"),
        (b"[]", "data"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused(body: bytes, words: str) -> None:
    """Nothing of it takes the place of what is held."""
    error = ask(body, good()).error
    assert words in str(error)


def test_history_may_be_revised_a_little() -> None:
    """0.06 °C on every month is a new analysis; 0.5 °C is another series."""
    held = good()
    small, large = (
        edited(lambda rows, by=by: [row.update(departure=row["departure"] + by) for row in rows.values()])  # type: ignore[misc]
        for by in (0.06, 0.5)
    )
    assert ask(small, held).series is not None
    assert "past values changed by up to 0.50 °C (" in str(ask(large, held).error)


def test_the_address_of_next_year_is_not_there_yet() -> None:
    """In January the year's own address is gone: last year's is asked, with its validators."""
    new_year = dt.datetime(2027, 1, 5, tzinfo=dt.UTC)
    site = Noaa({address(OCEAN): genuine()})
    first = fetch(ENDPOINTS[OCEAN], None, transport=site, now=new_year)
    assert first.series is not None
    assert site.asked == [address(OCEAN, 2027), address(OCEAN, 2026)]
    assert fetch(ENDPOINTS[OCEAN], first.series, transport=site, now=new_year).unchanged
    assert "(404)" in str(fetch(ENDPOINTS[OCEAN], None, transport=Noaa({}), now=new_year).error)


def test_months_are_kept_like_days(tmp_path: Path) -> None:
    """The store tells what was known by a day, and gives back what it was given."""
    store, july, june = Store(tmp_path), good(), ask(genuine(today=dt.date(2026, 7, 20))).series
    assert june is not None
    for series in (june, replace(july, values=july.values + 0.01)):
        with store.writer(series.source.retrieved if series is june else NOW + dt.timedelta(days=9)) as writer:
            writer.put(series)
    assert Store(tmp_path).read(OCEAN).end == dt.date(2026, 7, 31)
    assert np.array_equal(Store(tmp_path, known_on=NOW).read(OCEAN).values, june.values)
    last = list(Store(tmp_path).values(OCEAN, dt.date(2026, 6, 1)))
    assert [one.value for one in last] == [june.values[-1], july.values[-2] + 0.01]


def test_real_tables(shared_data: Path) -> None:
    """July 2026 in the north: 1.25 °C; MJJ 2026; nothing of the real files is refused."""
    folder = shared_data / "sites/2026-08-22"
    ends = {}
    for key, endpoint in ENDPOINTS.items():
        answer = ask((folder / endpoint.path.format(year=2026)).read_bytes(), key=key)
        assert answer.error is None, answer.error
        assert answer.series is not None
        ends[key] = str(answer.series.dates[-1]), float(answer.series.values[-1])
    assert ends[OCEAN] == ("2026-07", 1.25)
    assert ends[RONI][0] == "2026-06"

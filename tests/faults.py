"""
Payloads that have gone wrong, by name.

Each fault takes the site's next copy (tomorrow's) and the copy that is held (today's) and returns what the server sends
instead. Beside it stands what must come of it: ``refused`` with words of the message, ``accepted`` with words of a
note, or ``kept`` where the held copy stays without complaint.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from calendar import isleap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from climtrack.fetcher.sample import payload
from climtrack.vocabulary.series import SeriesKey

WORLD = SeriesKey("era5", "t2m", "world")
ARCTIC = SeriesKey("era5", "t2m", "arctic")
NATLAN = SeriesKey("oisst", "sst", "natlan")
#: An ordinary day, New Year, the first days of January, and 1 March of a leap year.
DAYS = (dt.date(2026, 8, 20), dt.date(2026, 1, 1), dt.date(2026, 1, 4), dt.date(2028, 3, 1))


@lru_cache(maxsize=400)
def genuine(key: SeriesKey, today: dt.date) -> bytes:
    """The simulated copy of a day, passing for the site's own."""
    return payload(key, today).replace(b" (simulated by climtrack)", b"")


@dataclass(slots=True)
class Copy:
    """A copy of the feed, taken apart: `today` is the day that it is of."""

    key: SeriesKey
    today: dt.date
    rows: list[dict[str, Any]]

    @classmethod
    def of(cls, key: SeriesKey, today: dt.date) -> Copy:
        """The genuine copy of a day."""
        return cls(key, today, json.loads(genuine(key, today)))

    def row(self, name: str) -> dict[str, Any]:
        """A row by name."""
        return next(row for row in self.rows if row["name"] == name)

    @property
    def years(self) -> list[dict[str, Any]]:
        """The year rows."""
        return [row for row in self.rows if row["name"].isdigit()]

    def newest(self, count: int) -> list[tuple[dict[str, Any], int]]:
        """Row and slot of the newest final days."""
        last = self.years[-1]
        filled = [(last, i) for i, v in enumerate(last["data"]) if v is not None]
        if len(filled) < count:
            before = self.years[-2]
            filled = [(before, i) for i, v in enumerate(before["data"]) if v is not None] + filled
        return filled[-count:]

    def each(self, change: Callable[[float], float | None]) -> Copy:
        """Every value changed."""
        for row in self.rows:
            row["data"] = [None if v is None else change(v) for v in row["data"]]
        return self

    def tail(self, values: list[Any]) -> Copy:
        """The newest final days given other values."""
        for (row, slot), value in zip(self.newest(len(values)), values, strict=True):
            row["data"][slot] = value
        return self

    def body(self) -> bytes:
        """In the site's dialect again."""
        return ("[\n" + ",\n".join(json.dumps(r, separators=(",", ":")) for r in self.rows) + "\n]\n").encode()


@dataclass(frozen=True, slots=True)
class Fault:
    """What is sent, and what must come of it."""

    make: Callable[[Copy], bytes]
    outcome: str
    words: str = ""
    sea_only: bool = False


def _row(change: Callable[[dict[str, Any]], object], name: str = "1990") -> Callable[[Copy], bytes]:
    """One row changed in place."""

    def make(copy: Copy) -> bytes:
        change(copy.row(name))
        return copy.body()

    return make


def _rows(change: Callable[[Copy], object]) -> Callable[[Copy], bytes]:
    """The copy changed in place."""

    def make(copy: Copy) -> bytes:
        change(copy)
        return copy.body()

    return make


def _bytes(change: Callable[[bytes], bytes]) -> Callable[[Copy], bytes]:
    """The bytes changed."""
    return lambda copy: change(copy.body())


def _future(copy: Copy) -> None:
    """Twenty more days than there have been."""
    value = copy.newest(1)[0][0]["data"][copy.newest(1)[0][1]]
    for ahead in range(-20, 21):
        day = copy.today + dt.timedelta(days=ahead)
        if str(day.year) not in {row["name"] for row in copy.years}:
            copy.rows.insert(len(copy.years), dict(copy.years[-1], name=str(day.year), data=[None] * 366))
        row, slot = copy.row(str(day.year)), day.timetuple().tm_yday - 1
        row["data"][slot] = value if row["data"][slot] is None else row["data"][slot]


def _last(copy: Copy) -> float:
    """The value of twelve days ago, so that the repetition begins without a step."""
    row, slot = copy.newest(12)[0]
    return float(row["data"][slot])


def _leap_slot(copy: Copy) -> None:
    """Common years with their empty slot on 29 February instead of at the end."""
    for row in copy.years:
        if not isleap(int(row["name"])):
            data = row["data"][:365]
            row["data"] = [*data[:59], None, *data[59:]]


def _other(copy: Copy) -> bytes:
    """Another region's numbers under this address."""
    region = "natlsp" if copy.key.variable == "sst" else "antarctic" if copy.key.region == "world" else "world"
    return genuine(SeriesKey(copy.key.product, copy.key.variable, region), copy.today)


def _shift(copy: Copy) -> None:
    """Every value dated one day late."""
    for row in copy.years:
        data = [None, *row["data"][:365]]
        if not isleap(int(row["name"])):
            data[365] = None
        row["data"] = data


def _move_preliminary(slots: int) -> Callable[[Copy], None]:
    """The preliminary days somewhere else in the year."""

    def change(copy: Copy) -> None:
        data = copy.row("Preliminary")["data"]
        copy.row("Preliminary")["data"] = [data[(i - slots) % 366] for i in range(366)]

    return change


def _storm(share: int) -> Callable[[Copy], None]:
    """Every n-th value of the years before 2000 lost."""

    def change(copy: Copy) -> None:
        for row in copy.years:
            if "1982" <= row["name"] < "2000":
                row["data"] = [None if i % share == 7 else v for i, v in enumerate(row["data"])]

    return change


def _lost(name: str, slots: slice) -> Callable[[Copy], bytes]:
    """Values of one row lost."""

    def change(row: dict[str, Any]) -> None:
        row["data"][slots] = [None] * len(row["data"][slots])

    return _row(change, name)


def _bump(name: str, slots: slice, by: float) -> Callable[[Copy], bytes]:
    """Values of one row moved."""

    def change(row: dict[str, Any]) -> None:
        row["data"][slots] = [None if v is None else round(v + by, 3) for v in row["data"][slots]]

    return _row(change, name)


def _dicts(copy: Copy) -> bytes:
    """A layout that one public program expects and nobody has seen."""
    return json.dumps({row["name"]: row["data"] for row in copy.rows}).encode()


def _insert(row: dict[str, Any], place: int = 5) -> Callable[[Copy], bytes]:
    """One row more."""
    return _rows(lambda copy: copy.rows.insert(place, row))


def _source(name: Any) -> Callable[[Copy], None]:
    """Another name for the source in every row."""

    def change(copy: Copy) -> None:
        for row in copy.rows:
            row["data_source"] = name

    return change


def _respelled(copy: Copy) -> None:
    """The same source in other words."""
    air = copy.key.product == "era5"
    _source("ERA5 (Copernicus Climate Change Service)" if air else "NOAA OISST v2.1")(copy)


def _unpadded(copy: Copy) -> None:
    """The running year, and the preliminary days, without the empty slots after them."""
    for row in copy.rows:
        if row is copy.years[-1] or row["name"] == "Preliminary":
            while row["data"] and row["data"][-1] is None:
                row["data"].pop()


FAULTS: Mapping[str, Fault] = {
    # the words
    "empty": Fault(lambda _: b"", "refused", "empty answer"),
    "blank": Fault(lambda _: b" \n\n ", "refused", "empty answer"),
    "web page": Fault(lambda _: b"<!DOCTYPE html><html>Houston, we've had a problem</html>", "refused", "web page"),
    "plain text": Fault(lambda _: b"lapse in appropriation", "refused", "not JSON"),
    "binary": Fault(lambda _: bytes(range(256)) * 9, "refused", "not JSON"),
    "cut in half": Fault(_bytes(lambda body: body[: len(body) // 2]), "refused", "cut short"),
    "last bracket lost": Fault(_bytes(lambda body: body.rstrip()[:-1]), "refused", "cut short"),
    "sent twice": Fault(_bytes(lambda body: body + body), "refused", "not JSON"),
    "byte order mark": Fault(_bytes(lambda body: b"\xef\xbb\xbf" + body), "accepted", "byte order mark"),
    "UTF-16": Fault(_bytes(lambda body: body.decode().encode("utf-16")), "refused", "not JSON"),
    "Latin-1": Fault(_bytes(lambda body: body.replace(b'"1990"', b'"19\xe90"')), "refused", "not UTF-8"),
    "NaN token": Fault(_bytes(lambda body: body.replace(b"null", b"NaN")), "refused", "not a number"),
    "Infinity token": Fault(_bytes(lambda body: body.replace(b"null", b"Infinity", 1)), "refused", "not a number"),
    "overflow": Fault(
        _bytes(lambda body: re.sub(rb"(?<=[\[,])-?[0-9]+\.[0-9]+", b"1e999", body, count=1)), "refused", "infinite"
    ),
    "huge integer": Fault(_bytes(lambda body: body.replace(b"null", b"9" * 5000, 1)), "refused", "6 digits"),
    "deep nesting": Fault(lambda _: b"[" * 200_000 + b"]" * 200_000, "refused", "nested too deep"),
    "many empty rows": Fault(lambda _: b"[" + b"{}," * 200_000 + b"{}]", "refused", "too many rows"),
    "field twice": Fault(
        _bytes(lambda body: body.replace(b'"name":"1990"', b'"name":"1990","name":"1990"')), "refused", "field twice"
    ),
    # the layout
    "object of years": Fault(_dicts, "refused", "object instead of a list"),
    "a list of lists": Fault(lambda _: b"[[1,2],[3,4]]", "refused", "not a row"),
    "no rows": Fault(lambda _: b"[]", "refused", "without rows"),
    "no field data": Fault(_row(lambda row: row.pop("data")), "refused", 'no field "data" in row "1990"'),
    "no field name": Fault(_row(lambda row: row.pop("name")), "refused", 'no field "name"'),
    "data is null": Fault(_row(lambda row: row.update(data=None)), "refused", "not a list"),
    "365 values in common years": Fault(
        _rows(lambda copy: [r["data"].pop() for r in copy.years if not isleap(int(r["name"]))]), "accepted", ""
    ),
    "running year unpadded": Fault(_rows(_unpadded), "accepted", ""),
    "extra fields": Fault(
        _rows(lambda copy: [r.update(meta={"grid": {"shape": [[721, 1440]]}}, units=None) for r in copy.rows]),
        "accepted",
        "",
    ),
    "364 values": Fault(_row(lambda row: row["data"].__delitem__(slice(2))), "refused", "364 values instead of 366"),
    "365 values in a leap year": Fault(
        _row(lambda row: row["data"].pop(59), "1992"), "refused", "365 values instead of 366"
    ),
    "367 values": Fault(_row(lambda row: row["data"].append(None)), "refused", "367 values instead of 366"),
    "leap slot": Fault(_rows(_leap_slot), "refused", "366th value"),
    "names as numbers": Fault(
        _rows(lambda copy: [r.update(name=int(r["name"])) for r in copy.years]), "accepted", "names as numbers"
    ),
    "numbers as text": Fault(
        _rows(lambda copy: [r.update(data=[v if v is None else f"{v:.3f}" for v in r["data"]]) for r in copy.rows]),
        "accepted",
        "numbers as text",
    ),
    "data as one text": Fault(
        _rows(
            lambda copy: [r.update(data=",".join("NA" if v is None else f"{v}" for v in r["data"])) for r in copy.rows]
        ),
        "accepted",
        "data as one text",
    ),
    "a word for a number": Fault(_row(lambda row: row["data"].__setitem__(9, "warm")), "refused", "not a number: warm"),
    "text NaN": Fault(_row(lambda row: row["data"].__setitem__(9, "NaN")), "refused", "not a number"),
    "a truth value": Fault(_row(lambda row: row["data"].__setitem__(9, True)), "refused", "not a number"),
    "a list for a number": Fault(_row(lambda row: row["data"].__setitem__(9, [1.0])), "refused", ""),
    "rows reversed": Fault(_rows(lambda copy: copy.rows.reverse()), "accepted", ""),
    "unknown row": Fault(
        _insert({"name": "2030 outlook", "data": [None] * 366}), "accepted", "unknown row '2030 outlook'"
    ),
    "unknown row of another shape": Fault(_insert({"name": "meta", "data": {"unit": "K"}}), "accepted", "unknown row"),
    "hostile row name": Fault(_insert({"name": "\x1b[31m<script>\u202e", "data": []}), "accepted", "unknown row"),
    "year without meaning": Fault(_insert({"name": "1066", "data": [9.0] * 365 + [None]}), "refused", "year 1066"),
    "empty years to come": Fault(_insert({"name": "2031", "data": [None] * 366}), "accepted", ""),
    "year twice, equal": Fault(_rows(lambda copy: copy.rows.insert(0, copy.row("1990"))), "accepted", "twice"),
    "year twice, different": Fault(
        _rows(lambda copy: copy.rows.insert(0, dict(copy.row("1990"), data=copy.row("1991")["data"]))),
        "refused",
        "1990 appears twice with different values",
    ),
    "Preliminary renamed": Fault(
        _row(lambda row: row.update(name="Provisional"), "Preliminary"),
        "refused",
        'no row "Preliminary"',
        sea_only=True,
    ),
    "Preliminary in small letters": Fault(
        _row(lambda row: row.update(name="preliminary"), "Preliminary"), "accepted", "", sea_only=True
    ),
    "Preliminary two months early": Fault(_rows(_move_preliminary(-60)), "refused", "does not continue", sea_only=True),
    "Preliminary two months late": Fault(_rows(_move_preliminary(60)), "refused", "future", sea_only=True),
    "Preliminary repeated": Fault(
        _rows(lambda copy: copy.rows.append(copy.row("Preliminary"))), "accepted", "", sea_only=True
    ),
    # the source
    "another source": Fault(_rows(_source("CFSv2 NCEP")), "accepted", 'now "CFSv2 NCEP" (was'),
    "another spelling": Fault(_rows(_respelled), "accepted", "held days are the same"),
    "newest row of another source": Fault(
        _rows(lambda copy: copy.years[-1].update(data_source="ERA5T")), "accepted", "ERA5T"
    ),
    "source is a number": Fault(_rows(_source(5)), "accepted", "now missing (was"),
    "no source": Fault(
        _rows(lambda copy: [row.pop("data_source") for row in copy.rows]), "accepted", "now missing (was"
    ),
    "another source and its values": Fault(
        _rows(lambda copy: _respelled(copy.each(lambda v: round(v + 0.04, 3)))), "refused", "past values differ"
    ),
    "no source and other values": Fault(
        _rows(lambda copy: _source("")(copy.each(lambda v: round(v + 0.04, 3)))), "refused", "name is now missing"
    ),
    "other values under the old name": Fault(
        _rows(lambda copy: copy.each(lambda v: round(v + 0.1, 3))), "refused", "of the past values changed"
    ),
    "simulated": Fault(lambda copy: payload(copy.key, copy.today), "refused", "simulated"),
    # the numbers
    "kelvin": Fault(_rows(lambda copy: copy.each(lambda v: round(v + 273.15, 3))), "refused", ""),
    "kelvin at the end": Fault(_rows(lambda copy: copy.tail([286.6, 286.5, 286.7])), "refused", "look wrong"),
    "fahrenheit": Fault(_rows(lambda copy: copy.each(lambda v: round(v * 1.8 + 32, 3))), "refused", ""),
    "zeros at the end": Fault(_rows(lambda copy: copy.tail([0.0] * 3)), "refused", ""),
    "zero on the last day": Fault(_rows(lambda copy: copy.tail([0])), "refused", "wrong"),
    "sentinel -999": Fault(_rows(lambda copy: copy.tail([-999.0])), "refused", "wrong"),
    "sentinel 99.99": Fault(_rows(lambda copy: copy.tail([99.99])), "refused", "wrong"),
    "sentinel 1e20": Fault(_rows(lambda copy: copy.tail([1e20])), "refused", "wrong"),
    "spike": Fault(_bump("1990", slice(100, 101), 9.0), "refused", ""),
    "frozen": Fault(
        _rows(lambda copy: copy.tail([round(copy.years[-1]["data"][0] or copy.years[-2]["data"][200], 3)] * 40)),
        "refused",
        "",
    ),
    "other region": Fault(_other, "refused", ""),
    "days ahead": Fault(_rows(_future), "refused", ""),
    "dated a day late": Fault(_rows(_shift), "refused", ""),
    "history moved": Fault(_bump("1990", slice(0, 366), 0.8), "refused", "past values changed by up to 0.80"),
    "one old value moved": Fault(_bump("1999", slice(40, 41), 0.3), "refused", "changed by up to 0.30"),
    "one decimal": Fault(_rows(lambda copy: copy.each(lambda v: round(v, 1))), "refused", ""),
    "two decimals": Fault(_rows(lambda copy: copy.each(lambda v: round(v, 2))), "accepted", "revised, at most 0.00"),
    "climatology in kelvin": Fault(_bump("1991-2020", slice(0, 366), 273.15), "refused", 'row "1991-2020"'),
    "climatology of another place": Fault(_bump("1991-2020", slice(0, 366), 9.0), "refused", 'row "1991-2020"'),
    "newest value ten times": Fault(_rows(lambda copy: copy.tail([_last(copy)] * 12)), "refused", ""),
    "Preliminary a day late": Fault(_rows(_move_preliminary(1)), "refused", "", sea_only=True),
    "Preliminary a day early": Fault(_rows(_move_preliminary(-1)), "refused", "", sea_only=True),
    "history revised": Fault(_bump("1990", slice(0, 366), 0.05), "accepted", "365 past values revised, at most 0.050"),
    # the days
    "no values": Fault(_rows(lambda copy: copy.each(lambda _: None)), "refused", "not one value"),
    "February missing": Fault(_lost("1990", slice(31, 59)), "refused", "28 days that we hold"),
    "year missing": Fault(_rows(lambda copy: copy.rows.remove(copy.row("1990"))), "refused", "365 days that we hold"),
    "first years missing": Fault(_rows(lambda copy: copy.rows.__delitem__(slice(0, 3))), "refused", "that we hold"),
    "newest year missing": Fault(_rows(lambda copy: copy.rows.remove(copy.years[-1])), "refused", ""),
    "two months missing": Fault(_lost("1990", slice(31, 90)), "refused", "59 days that we hold"),
    "a week missing": Fault(_lost("1990", slice(31, 38)), "accepted", "7 days missing in the new copy"),
    "storm of empty days": Fault(_rows(_storm(20)), "refused", "that we hold"),
    "two days older": Fault(
        lambda copy: genuine(copy.key, copy.today - dt.timedelta(days=3)), "kept", "slightly older"
    ),
    "three weeks older": Fault(
        lambda copy: genuine(copy.key, copy.today - dt.timedelta(days=22)), "refused", "21 days older"
    ),
    "a year older": Fault(
        lambda copy: genuine(copy.key, copy.today - dt.timedelta(days=366)), "refused", "older than ours"
    ),
}

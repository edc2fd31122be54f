"""
Climate Reanalyzer JSON → Series, rows found by name and never by position.

Four dialects have been seen: CFSR and ERA5 air, legacy and current OISST sea surface. They differ in the names of the
rows after the years, never in the years: slot i is 1 January + i days, and a common year leaves slot 365 empty or out.
The layout is checked in every row; a file that counts otherwise is refused, not reinterpreted. What the rows call their
source is kept; whether it is the series we hold is for `checks` to say.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from calendar import isleap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, NoReturn

import numpy as np

from climtrack.errors import Notice, SourceChanged
from climtrack.vocabulary.notice import plain
from climtrack.vocabulary.registry import FEEDS, PRODUCTS, VARIABLES
from climtrack.vocabulary.series import Floats, Series, SeriesKey, Source, Status, folded, trimmed

MAX_DEPTH = 20  # the feed needs 3: list, row, data
MAX_BRACKETS = 10_000  # the feed needs about 360, NOAA's months 4,300
SLOTS = 366
MAX_DIGITS = 6
_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\Z)|[\[{]|[\]}]', re.DOTALL)
_NUMBER = re.compile(r"[+-]?\d{1,6}(\.\d{0,20})?([eE][+-]?\d{1,2})?", re.ASCII)
_EMPTY = frozenset({"", "null", "none", "na"})


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    data_source: str  # What the row calls its source; empty where it says nothing
    data: tuple[float, ...]  # 366 values in degC by slot, NaN where empty


def changed(found: str, **facts: Any) -> NoReturn:
    """Refuse a payload whose format is not understood."""
    raise SourceChanged("fetch.changed", found=Notice(f"fetch.format.{found}", **facts))


def _rows(body: bytes, notes: list[Notice]) -> list[_Row]:
    """Rows of a payload that we read, in its own order."""
    found: list[_Row] = []
    unknown: list[str] = []
    oddities: set[str] = set()
    table = _table(body, notes)
    running = max((str(row["name"]).strip() for row in table if _filled(row)), default="")
    for i, row in enumerate(table):
        if not isinstance(row, dict):
            changed("not_row", entry=i + 1)
        name = row.get("name")
        if isinstance(name, int) and not isinstance(name, bool):
            oddities.add("row_numbers")
            name = str(name)
        if not isinstance(name, str):
            changed("no_name", entry=i + 1)
        name = name.strip()
        if not (_YEAR.fullmatch(name) or _CLIMATOLOGY.fullmatch(name) or name.lower() == _PRELIMINARY):
            unknown.append(plain(name, 30))
            continue
        if "data" not in row:
            changed("no_data", row=plain(name, 30))
        source = row.get("data_source")
        label = " ".join(source.split()) if isinstance(source, str) else ""
        found.append(_Row(name, label, _numbers(name, row["data"], running, oddities)))
    if oddities:
        notes.append(_odd_format(*sorted(oddities)))
    if len(unknown) > 3:
        notes.append(Notice("fetch.note.many_unknown_rows", rows=unknown[:3], more=len(unknown) - 3))
    elif unknown:
        notes.append(Notice("fetch.note.unknown_rows", n=len(unknown), rows=unknown))
    return found


def _filled(row: Any) -> bool:
    """Whether an entry is the row of a year with any value."""
    if not (isinstance(row, dict) and "name" in row and _YEAR.fullmatch(str(row["name"]).strip())):
        return False
    data = row.get("data")
    return isinstance(data, str) or (isinstance(data, list) and any(value is not None for value in data))


def _odd_format(*names: str) -> Notice:
    return Notice("fetch.note.format", found=[Notice(f"fetch.format.{name}") for name in names])


def _table(body: bytes, notes: list[Notice]) -> list[Any]:
    """The outer list."""
    table = parsed(body, notes)
    if not isinstance(table, list):
        changed("object")
    if not table:
        changed("no_rows")
    return table


def parsed(body: bytes, notes: list[Notice]) -> Any:
    """A JSON document; nesting is counted before the JSON reader sees it."""
    if body.startswith(b"\xef\xbb\xbf"):
        notes.append(_odd_format("byte_order_mark"))
        body = body[3:]
    head = body[:2000].lstrip()
    if not head:
        raise SourceChanged("fetch.empty")
    if head.startswith(b"<"):
        raise SourceChanged("fetch.web_page", size=len(body))
    if not head.startswith((b"[", b"{")):
        changed("not_json")
    depth = brackets = 0
    for token in _TOKENS.finditer(body):
        first = token[0][:1]
        if first == b'"':
            continue
        depth += 1 if first in b"[{" else -1
        brackets += 1
        if depth > MAX_DEPTH or brackets > MAX_BRACKETS:
            changed("deep" if depth > MAX_DEPTH else "many_rows")
    if depth > 0:
        raise SourceChanged("fetch.cut_short")
    try:
        text = body.decode("utf-8")
        return json.loads(text, parse_constant=_refused, parse_int=_integer, object_pairs_hook=_object)
    except UnicodeDecodeError:
        changed("utf8")
    except (ValueError, RecursionError) as problem:
        raise SourceChanged("fetch.not_json", reason=plain(str(problem), 45)) from problem


def _numbers(name: str, data: Any, running: str, oddities: set[str]) -> tuple[float, ...]:
    """
    366 values of one row.

    Empty slots at the end may be left out where that can mean nothing else: the last one, except in a leap year, and
    in the running year, the row of the preliminary days and years to come all that have no value yet.
    """
    if isinstance(data, str):
        oddities.add("data_text")
        data = data.strip().removeprefix("[").removesuffix("]").split(",")
    if not isinstance(data, list):
        changed("data_not_list", row=plain(name, 30))
    year = _YEAR.fullmatch(name)
    open_end = name.lower() == _PRELIMINARY or (year and name >= running)
    least = 0 if open_end else SLOTS if year and isleap(int(name)) else SLOTS - 1
    if not least <= len(data) <= SLOTS:
        changed("length", row=plain(name, 30), count=len(data), slots=SLOTS)
    known = [v if type(v) is float else _number(name, v, oddities) for v in data]
    return (*known, *[math.nan] * (SLOTS - len(known)))


def _number(name: str, value: Any, oddities: set[str]) -> float:
    """One value that is not simply a float."""
    if value is None:
        return math.nan
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        text = value.strip().strip('"')
        oddities.add("number_text")
        if text.lower() in _EMPTY:
            return math.nan
        if _NUMBER.fullmatch(text):
            return float(text)
    changed("number", row=plain(name, 30), value=plain(str(value), 10) or Notice("fetch.format.empty"))


def _refused(token: str) -> NoReturn:
    """NaN and Infinity are no JSON."""
    raise SourceChanged("fetch.not_json", reason=Notice("fetch.json.constant", token=token))


def _integer(digits: str) -> int:
    """Integers of the length a temperature or a year can have."""
    if len(digits) > MAX_DIGITS + 1:
        raise SourceChanged("fetch.not_json", reason=Notice("fetch.json.digits", digits=MAX_DIGITS))
    return int(digits)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose fields are given once."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise SourceChanged("fetch.not_json", reason=Notice("fetch.json.twice"))
    return fields


#: The site and its mirror; the second is asked only where the first cannot be reached.
BASE_URLS = FEEDS["era5.t2m"].bases


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One series at the source."""

    key: SeriesKey
    # Path below the base address, without a leading slash; ``{year}`` is this year, or the last where that is not there
    path: str
    # Lowest and highest daily mean in degC that this region can be believed to reach: what a first download is held
    # against, when nothing is stored yet. The variable's own limits where None.
    levels: tuple[float, float] | None = None
    # What reads an answer: (body, endpoint, source); this site's JSON where None
    read: Callable[[bytes, Endpoint, Source], Series] | None = None
    host: str = ""  # Base address of its own, ending in a slash; empty where it is the site's
    hashed: bool = False  # Whether another installation publishes it, with its hash beside it


def _air(region: str, low: float, high: float) -> Endpoint:
    """ERA5 air of a region."""
    path = FEEDS["era5.t2m"].files[0].format(region=region)
    return Endpoint(SeriesKey("era5", "t2m", region), path, (low, high))


def _sea(region: str, low: float, high: float) -> Endpoint:
    """OISST sea surface of a region."""
    path = FEEDS["oisst.sst"].files[0].format(region=region)
    return Endpoint(SeriesKey("oisst", "sst", region), path, (low, high))


#: The 13 series that Climate Reanalyzer keeps up to date; it has no hemispheric sea surface. `config.toml` adds others
#: without a release. Levels: the range seen since the first year (polar and tropical air: by their known climate), 3 °C
#: wider at each end.
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


def payload(series: Series) -> bytes:
    """A series in the site's dialect, so that another installation reads it as one of the site's."""
    table, place = folded(series, "slot")
    early = place[series.preliminary]
    final = table.values.copy()
    final.ravel()[early] = np.nan
    rows = [(str(year), row) for year, row in zip(table.years, final, strict=True) if not np.isnan(row).all()]
    if early.size:
        last = np.full(SLOTS, np.nan)
        last[early % SLOTS] = table.values.ravel()[early]
        rows.append(("Preliminary", last))
    return written([*rows, *series.site_climatology.items()], PRODUCTS[series.key.product].title)


def written(rows: Iterable[tuple[str, Floats]], data_source: str) -> bytes:
    """Rows as the site writes them: three decimals, null where empty."""
    texts = ((name, ",".join("null" if v != v else f"{v:.3f}" for v in row.tolist())) for name, row in rows)
    lines = ",\n".join(f'{{"data_source":"{data_source}","name":"{name}","data":[{text}]}}' for name, text in texts)
    return f"[\n{lines}\n]\n".encode()


YEARS = range(1850, 2200)
#: What the sample adds to the name of the source that it simulates.
SIMULATED = "(simulated by climtrack)"
#: Stands between the names where rows call their source differently.
LABELS = " / "
#: Days by which preliminary values may run ahead of the final ones; normally 15, more in an outage of the final ones.
AHEAD = 120
#: Days by which a Preliminary row may repeat what has become final.
REPEATED = 31
_YEAR = re.compile(r"[12]\d{3}", re.ASCII)
_CLIMATOLOGY = re.compile(r"[12]\d{3}-[12]\d{3}( mean)?|(plus|minus) 2σ", re.ASCII)
_PRELIMINARY = "preliminary"
#: The legacy sea-surface dialect ends with this row, and its last 14 days are preliminary without saying so.
_LEGACY_SEA, _LEGACY_DAYS = "1982-2011 mean", 14


def read(body: bytes, endpoint: Endpoint, source: Source) -> Series:
    """Read an answer of the site."""
    return series_from_payload(body, endpoint.key, source)


def series_from_payload(body: bytes, key: SeriesKey, source: Source) -> Series:
    """Read a payload of the site; nothing but `SourceChanged` comes of one that is not understood."""
    notes: list[Notice] = []
    found = _rows(body, notes)
    years = _years(found, notes)
    labels = sorted({row.data_source for row in found if _YEAR.fullmatch(row.name) and row.data_source})
    simulated = any(label.endswith(SIMULATED) for label in labels)
    last = _last_final(years)
    preliminary = _preliminary(found, last, notes)

    start = dt.date(min(years), 1, 1)
    stop = max([dt.date(max(years), 12, 31), *preliminary])
    values = np.full((stop - start).days + 1, np.nan)
    for year, data in years.items():
        i, days = (dt.date(year, 1, 1) - start).days, 366 if isleap(year) else 365
        values[i : i + days] = data[:days]
    status = np.where(np.isnan(values), Status.MISSING, Status.FINAL).astype(np.int8)
    for day, value in preliminary.items():
        values[(day - start).days] = value
        status[(day - start).days] = Status.PRELIMINARY
    climatology = _climatology(found, key)
    if _LEGACY_SEA in climatology and not preliminary:
        tail = slice((last - start).days - _LEGACY_DAYS + 1, (last - start).days + 1)
        status[tail] = np.where(np.isnan(values[tail]), Status.MISSING, Status.PRELIMINARY)
    if not np.isfinite(values[~np.isnan(values)]).all():
        changed("infinite")
    label = plain(LABELS.join(labels), 80)
    origin = replace(source, data_source=label, simulated=source.simulated or simulated, notes=(*source.notes, *notes))
    return trimmed(key, start, values, status, origin, climatology)


def _years(found: Iterable[_Row], notes: list[Notice]) -> dict[int, tuple[float, ...]]:
    """Year rows by year, without empty years at the end; absent years are noted."""
    years: dict[int, tuple[float, ...]] = {}
    for row in found:
        if not _YEAR.fullmatch(row.name):
            continue
        year = int(row.name)
        if year not in YEARS:
            changed("year", year=year)
        if year in years:
            if not np.array_equal(years[year], row.data, equal_nan=True):
                raise SourceChanged("fetch.year_twice", year=year)
            notes.append(Notice("fetch.note.year_twice", year=year))
        if not isleap(year) and not np.isnan(row.data[SLOTS - 1]):
            changed("leap", year=year)
        years[year] = row.data
    if not years:
        changed("no_years")
    for year in sorted(years, reverse=True):
        if not np.isnan(years[year]).all():
            break
        del years[year]
    if not years:
        changed("no_value_in_years")
    absent = [year for year in range(min(years), max(years)) if year not in years]
    if len(absent) == 1:
        notes.append(Notice("fetch.note.absent_year", year=absent[0]))
    elif absent:
        notes.append(Notice("fetch.note.absent_years", count=len(absent), first=absent[0], last=absent[-1]))
    return dict(sorted(years.items()))


def _last_final(years: Mapping[int, tuple[float, ...]]) -> dt.date:
    """Last day that a year row holds."""
    year = max(years)
    return dt.date(year, 1, 1) + dt.timedelta(days=int(np.flatnonzero(~np.isnan(years[year]))[-1]))


def _preliminary(found: Iterable[_Row], last: dt.date, notes: list[Notice]) -> dict[dt.date, float]:
    """
    Preliminary values by date.

    The row carries no year. A filled slot is the one date with that slot that lies within `AHEAD` days after the last
    final day, so the row continues the last year row and runs on into January, whether it then wraps (December at its
    end, January at its beginning) or begins anew. A slot that can only be a day already final repeats it and is left
    out; one that fits neither way is refused rather than dated by guess.
    """
    placed: dict[dt.date, float] = {}
    repeated = 0
    for row in found:
        if row.name.lower() != _PRELIMINARY:
            continue
        for slot in np.flatnonzero(~np.isnan(row.data)).tolist():
            day, value = _dated(slot, last), row.data[slot]
            if day is None:
                changed("preliminary", day=last, slot=slot)
            if day <= last:
                repeated += 1
            elif placed.setdefault(day, value) != value:
                changed("preliminary_twice", day=day)
    if repeated:
        notes.append(Notice("fetch.note.final_already", n=repeated))
    return dict(sorted(placed.items()))


def _dated(slot: int, last: dt.date) -> dt.date | None:
    """The date of a Preliminary slot, near the last final day; None where there is none."""
    for year in (last.year - 1, last.year, last.year + 1):
        day = dt.date(year, 1, 1) + dt.timedelta(days=slot)
        if day.year == year and -REPEATED < (day - last).days <= AHEAD:
            return day
    return None


def _climatology(found: Iterable[_Row], key: SeriesKey) -> Mapping[str, Floats]:
    """The provider's own climatology rows by name, degC by slot."""
    low, high = VARIABLES[key.variable].plausible
    kept: dict[str, Floats] = {}
    for row in found:
        if not _CLIMATOLOGY.fullmatch(row.name):
            continue
        data = np.array(row.data)
        known = data[~np.isnan(data)]
        if not ((low <= known) & (known <= high)).all():
            changed("climatology_range", row=row.name, low=low, high=high)
        if row.name in kept and not np.array_equal(kept[row.name], data, equal_nan=True):
            changed("climatology_twice", row=row.name)
        data.flags.writeable = False
        kept[row.name] = data
    return MappingProxyType(kept)

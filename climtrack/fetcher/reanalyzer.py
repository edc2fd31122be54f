"""
Climate Reanalyzer JSON → Series, rows found by name and never by position.

Four dialects have been seen (FORMAT.md §2): CFSR and ERA5 air, legacy and current OISST sea surface. They differ in
the names of the rows after the years, never in the years: slot i is 1 January + i days, and a common year leaves slot
365 empty. The layout is checked in every row; a file that counts otherwise is refused, not reinterpreted.
"""

from __future__ import annotations

import datetime as dt
import re
from calendar import isleap
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from climtrack.errors import FetchError, SourceChanged
from climtrack.fetcher import syntax
from climtrack.fetcher.syntax import REPORT, SLOTS, Row, changed, shown
from climtrack.vocabulary.series import Floats, Series, SeriesKey, Source, Status, trimmed
from climtrack.vocabulary.variables import VARIABLES

YEARS = range(1850, 2200)
#: What the sample adds to the name of the source that it simulates.
SIMULATED = "(simulated by climtrack)"
#: Days by which preliminary values may run ahead of the final ones; normally 15, more in an outage of the final ones.
AHEAD = 120
#: Days by which a Preliminary row may repeat what has become final.
REPEATED = 31
_YEAR = re.compile(r"[12]\d{3}", re.ASCII)
_CLIMATOLOGY = re.compile(r"[12]\d{3}-[12]\d{3}( mean)?|(plus|minus) 2σ", re.ASCII)
_PRELIMINARY = "preliminary"
#: The legacy sea-surface dialect ends with this row, and its last 14 days are preliminary without saying so.
_LEGACY_SEA, _LEGACY_DAYS = "1982-2011 mean", 14


def series_from_payload(body: bytes, key: SeriesKey, source: Source, *, data_source: str = "") -> Series:
    """Read a payload of the site."""
    try:
        return _series(body, key, source, data_source)
    except FetchError as problem:
        raise type(problem)(problem.what, problem.remedy, url=source.url, body=body[:65536]) from problem


def _series(body: bytes, key: SeriesKey, source: Source, expected: str) -> Series:
    """As `series_from_payload`, errors without address and body."""
    found, notes = syntax.rows(body, _known)
    years = _years(found, notes)
    named, simulated = _data_source(found, expected)
    if expected and not named:
        notes.append("the payload does not name its source")
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
        changed("a value is infinite")
    origin = replace(source, data_source=named, simulated=source.simulated or simulated, notes=(*source.notes, *notes))
    return trimmed(key, start, values, status, origin, climatology)


def _known(name: str) -> bool:
    """Whether a row of this name is one that we read."""
    return bool(_YEAR.fullmatch(name) or _CLIMATOLOGY.fullmatch(name)) or name.lower() == _PRELIMINARY


def _years(found: Iterable[Row], notes: list[str]) -> dict[int, tuple[float, ...]]:
    """Year rows by year, without empty years at the end; absent years are noted."""
    years: dict[int, tuple[float, ...]] = {}
    for row in found:
        if not _YEAR.fullmatch(row.name):
            continue
        year = int(row.name)
        if year not in YEARS:
            changed(f"a row for the year {year}")
        if year in years:
            if not np.array_equal(years[year], row.data, equal_nan=True):
                raise SourceChanged(
                    f"year {year} appears twice with different values",
                    REPORT,
                )
            notes.append(f"year {year} appears twice with the same values")
        if not isleap(year) and not np.isnan(row.data[SLOTS - 1]):
            changed(f"{year} is not a leap year and has a 366th value")
        years[year] = row.data
    if not years:
        changed("no row is named for a year")
    for year in sorted(years, reverse=True):
        if not np.isnan(years[year]).all():
            break
        del years[year]
    if not years:
        changed("not one value in any year")
    absent = [year for year in range(min(years), max(years)) if year not in years]
    if absent:
        listed = f"{absent[0]}" if len(absent) == 1 else f"{len(absent)} years ({absent[0]} to {absent[-1]})"
        notes.append(f"the source does not hold {listed}")
    return dict(sorted(years.items()))


def _data_source(found: Iterable[Row], expected: str) -> tuple[str, bool]:
    """What the year rows call their source, and whether it is the sample."""
    names = {row.data_source for row in found if _YEAR.fullmatch(row.name) and row.data_source}
    if len(names) > 1:
        changed("rows of several sources: " + ", ".join(f'"{shown(n, 14)}"' for n in sorted(names)[:2]))
    name = names.pop() if names else ""
    plain = name.removesuffix(SIMULATED).strip()
    if expected and plain and plain.casefold() != expected.casefold():
        raise SourceChanged(
            f'the data now come from "{shown(plain, 24)}" instead of "{shown(expected, 24)}"',
            REPORT,
        )
    return shown(name, 80), name != plain


def _last_final(years: Mapping[int, tuple[float, ...]]) -> dt.date:
    """Last day that a year row holds."""
    year = max(years)
    return dt.date(year, 1, 1) + dt.timedelta(days=int(np.flatnonzero(~np.isnan(years[year]))[-1]))


def _preliminary(found: Iterable[Row], last: dt.date, notes: list[str]) -> dict[dt.date, float]:
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
                changed(f'row "Preliminary" does not continue {last}, slot {slot}')
            if day <= last:
                repeated += 1
            elif placed.setdefault(day, value) != value:
                changed(f'row "Preliminary" appears twice with different values for {day}')
    if repeated:
        notes.append(f"{repeated} preliminary {'day is' if repeated == 1 else 'days are'} final already")
    return dict(sorted(placed.items()))


def _dated(slot: int, last: dt.date) -> dt.date | None:
    """The date of a Preliminary slot, near the last final day; None where there is none."""
    for year in (last.year - 1, last.year, last.year + 1):
        day = dt.date(year, 1, 1) + dt.timedelta(days=slot)
        if day.year == year and -REPEATED < (day - last).days <= AHEAD:
            return day
    return None


def _climatology(found: Iterable[Row], key: SeriesKey) -> Mapping[str, Floats]:
    """The provider's own climatology rows by name, degC by slot."""
    low, high = VARIABLES[key.variable].plausible
    kept: dict[str, Floats] = {}
    for row in found:
        if not _CLIMATOLOGY.fullmatch(row.name):
            continue
        data = np.array(row.data)
        known = data[~np.isnan(data)]
        if not ((low <= known) & (known <= high)).all():
            changed(f'row "{row.name}" leaves {low:g} to {high:g} °C')
        if row.name in kept and not np.array_equal(kept[row.name], data, equal_nan=True):
            changed(f'row "{row.name}" appears twice with different values')
        data.flags.writeable = False
        kept[row.name] = data
    return MappingProxyType(kept)

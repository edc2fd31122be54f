"""Series of a run: what became of each, how old it is, which of them rounds keep up, and what to tell of that."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

from climtrack.config import Config
from climtrack.errors import ClimtrackError, Notice, SeriesNotFound, StoreDamaged
from climtrack.fetcher import noaa
from climtrack.fetcher.fetch import SOURCES
from climtrack.fetcher.http import HttpPolicy
from climtrack.fetcher.reanalyzer import Endpoint
from climtrack.store.merge import Merged
from climtrack.store.store import Store
from climtrack.vocabulary.registry import DEFAULT, PRODUCTS
from climtrack.vocabulary.series import MONTHS, Pairing, Series, SeriesKey
from climtrack.words.language import Language

#: What is told to a user.
Line = Notice | ClimtrackError

#: Of every region, a round refreshes both.
VARIABLES = ("air", "sst")
#: A computed series that ended so many days before it was made, or fewer, is one of the present, not of chosen years.
PRESENT = 45


def english(line: Line) -> str:
    """A line for logs, documents and monitors."""
    return Language("en").say(line)


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What became of one series asked for."""

    key: SeriesKey
    series: Series | None
    added: int = 0  # Days that had no value before
    revised: int = 0  # Held days whose value changed
    finalised: int = 0  # Preliminary days that became final
    largest_revision: float = 0.0  # degC
    notes: tuple[Line, ...] = ()
    error: ClimtrackError | None = None

    @classmethod
    def of(cls, merged: Merged, notes: tuple[Line, ...] = ()) -> Self:
        """What a merge changed."""
        one = merged.series
        return cls(one.key, one, merged.added, merged.revised, merged.finalised, merged.largest, notes)

    def notice(self, now: dt.datetime) -> Notice | None:
        """What changed; nothing of a series that could not be had."""
        if self.error is not None or self.series is None:
            return None
        unit, kind = ("months", "run.change.monthly") if self.key.monthly else ("days", "run.change")
        parts = [
            Notice(f"run.{unit}_{word}", n=count, largest=self.largest_revision)
            for word, count in (("added", self.added), ("final", self.finalised), ("revised", self.revised))
            if count
        ]
        changes = parts or [Notice("run.unchanged")]
        return Notice(
            kind,
            label=self.key.label,
            changes=changes,
            end=self.series.end,
            age=_age_notice([self.series.end], now),
        )

    def document(self) -> dict[str, Any]:
        return {
            "updated": self.error is None,
            "error": self.error.what if self.error else None,
            "remedy": self.error.remedy if self.error else None,
            "last_date": self.series.end.isoformat() if self.series else None,
            "added": self.added,
            "revised": self.revised,
            "finalised": self.finalised,
            "largest_revision": self.largest_revision,
            "notes": [str(note) for note in self.notes],
        }


def newest(series: Iterable[Series]) -> dt.date | None:
    """
    The day that this computer's clock is judged by: the newest that any series has, and none other.

    A series computed from grids may have been old already on the day it was made, which its files' arrival proves; such
    a one counts as of that day.
    """
    days = (
        max(one.end, one.source.retrieved.date()) if one.source.details.get("weights") else one.end for one in series
    )
    return max(days, default=None)


def age(end: dt.date, now: dt.datetime, newest: dt.date | None = None) -> int | None:
    """Days since the newest value; None where the clock cannot be right."""
    days = (now.date() - max(end, newest or end)).days
    return (now.date() - end).days if 0 <= days <= 3 * 366 else None


def usual_lag(key: SeriesKey) -> int:
    """Days after which the newest value is older than the provider's usual delay; a 304 is then no longer believed."""
    return key.feed.lag if key.feed else 50 if key.monthly else 10


def overdue(series: Series, now: dt.datetime, newest: dt.date | None = None) -> int:
    """Age of the newest value where it is older than usual, else 0."""
    days = age(series.end, now, newest) or 0
    return days if days > usual_lag(series.key) else 0


def span(ends: Iterable[dt.date], now: dt.datetime) -> Notice:
    """Dates and ages of the newest values of some series."""
    ends = sorted(set(ends))
    if len(ends) == 1:
        return Notice("run.span", end=ends[0], age=_age_notice(ends, now))
    return Notice("run.span.range", first=ends[0], last=ends[-1], age=_age_notice(ends, now))


def _age_notice(ends: Sequence[dt.date], now: dt.datetime) -> Notice | str:
    """Ages in brackets; nothing where the clock cannot be right."""
    low, high = age(ends[-1], now), age(ends[0], now, ends[-1])
    if low is None or high is None:
        return ""
    return Notice("run.age", n=low) if low == high else Notice("run.age.range", low=low, high=high)


def failure_notices(changes: Iterable[Change], now: dt.datetime) -> tuple[Notice, ...]:
    """
    Why series were not updated, and what is used instead.

    Those with the same cause are told together, but never one with data and one without, nor months with days.
    """
    groups: dict[tuple[str, str, bool, bool], list[Change]] = {}
    for one in changes:
        if one.error is not None:
            groups.setdefault((one.error.what, one.error.remedy, one.series is None, one.key.monthly), []).append(one)
    notices = []
    for alike in groups.values():
        ends = [one.series.end for one in alike if one.series is not None]
        used = Notice("run.using", span=span(ends, now)) if ends else Notice("run.none_stored")
        if ends and alike[0].key.monthly:
            used = Notice("run.using_months", end=min(ends))
        names = [one.key.label for one in alike]
        notices.append(Notice("run.not_updated", names=names, cause=alike[0].error, used=used))
    return tuple(notices)


def late_notices(series: Collection[Series], now: dt.datetime, *, beside: Iterable[Series] = ()) -> tuple[Notice, ...]:
    """Which series are older than usual, or that the clock cannot be right; `beside` only help to judge the clock."""
    notices = []
    last = newest((*series, *beside))
    if series and last is not None and age(last, now) is None:
        notices.append(Notice("run.clock", today=now.date(), newest=last))
    late: dict[tuple[int, int], list[str]] = {}
    for one in series:
        if days := overdue(one, now, last):
            late.setdefault((days, usual_lag(one.key)), []).append(one.key.label)
    notices += [Notice("run.late", names=names, days=days, usual=usual) for (days, usual), names in late.items()]
    return tuple(notices)


#: What a download says of a source that is no longer where it was, or no longer begins as it did.
MOVES = frozenset({"fetch.note.moved", "fetch.note.reworded"})


def moves(series: Series) -> tuple[Notice, ...]:
    """That the source of a series has moved, or speaks otherwise than it did."""
    notes = series.source.notes
    return tuple(Notice("run.note", label=series.key.label, note=note) for note in notes if note.id in MOVES)


# Which series there are, and which of them rounds keep up.


def http_policy(config: Config) -> HttpPolicy:
    """How the source is asked, as config.toml says."""
    fetch = config.fetch
    return HttpPolicy(
        base_urls=tuple(config.sources.get(urlsplit(url).netloc, url) for url in fetch.base_urls),
        user_agent=fetch.agent,
        proxy=fetch.proxy,
        connect_timeout=fetch.connect_timeout,
        read_timeout=fetch.read_timeout,
        total_timeout=fetch.total_timeout,
    )


def endpoints(config: Config) -> Mapping[SeriesKey, Endpoint]:
    """Every series that can be asked for; an address that config.toml names is no longer that of a built-in one."""
    keys = ((SeriesKey.parse(entry.key), entry) for entry in config.endpoints)
    own = {key: _endpoint(key, entry.path) for key, entry in keys}
    taken = {endpoint.path for endpoint in own.values()}  # at one address there is one product
    table = [one for source in SOURCES for one in source.ENDPOINTS.values() if one.path not in taken]
    return {one.key: replace(one, host=config.address(one.host)) for one in (*table, *own.values())}


def _endpoint(key: SeriesKey, path: str) -> Endpoint:
    """A series of its product's source; or another installation's, by its whole address."""
    host = urljoin(path, "/") if "://" in path else ""
    one = noaa.endpoint(key, path) if key.monthly else Endpoint(key, path, hashed=bool(host))
    return replace(one, path=path.removeprefix(host), host=host) if host else one


def held(store: Store, key: SeriesKey) -> Series | None:
    """What is stored under a key, if anything sound is."""
    try:
        return store.read(key)
    except (SeriesNotFound, StoreDamaged):
        return None


def keys_of(pairs: Iterable[Pairing], variables: Collection[str]) -> tuple[SeriesKey, ...]:
    """Series of some regions."""
    keys = [key for pair in pairs for option, key in (("air", pair.air), ("sst", pair.sst)) if option in variables]
    return tuple(dict.fromkeys(key for key in keys if key is not None))


def report_keys(pairs: Collection[Pairing], variables: Collection[str]) -> tuple[SeriesKey, ...]:
    """Series that reports of some regions read: the days, and NOAA's months beside them."""
    wanted = ((pair.region, option) for pair in pairs for option in VARIABLES if option in variables)
    return (*keys_of(pairs, variables), *(MONTHS[one] for one in wanted if one in MONTHS))


def covers(series: Series, config: Config) -> bool:
    """
    Whether a series has the years of the average; of those before OISST's first whole year none are asked.

    Or brings the average with it, and has the year before.
    """
    years = config.report.years or DEFAULT
    if str(years) in series.site_climatology and series.start <= dt.date(series.end.year - 1, 1, 1):
        return True
    return series.start <= dt.date(max(years.first, 1982), 1, 1) and series.end >= dt.date(years.last, 12, 31)


def whole(series: Series, config: Config) -> bool:
    """Whether a series has its years, so that it may lead."""
    product = PRODUCTS.get(series.key.product)
    if product is not None and product.first_year:
        return series.start.year <= product.first_year and reached(series)
    return covers(series, config) and reached(series)


def reached(series: Series) -> bool:
    """Whether a computed series ever came within some weeks of the day on which it was made."""
    late = (series.source.retrieved.date() - series.end).days
    return late <= PRESENT or bool(series.source.details.get("reached_present"))


def extended(series: Series, config: Config) -> bool:
    """Whether a round fetches the newest days of a computed series from daily grids."""
    details = series.source.details
    if series.key.product != "oisst" or not details.get("weights") or "every" in details["variable"]:
        return False
    return series.key.region in config.refresh.regions and reached(series)


def refreshable(series: Series, config: Config) -> bool:
    """Whether rounds can bring a series up to date, so that its age says something."""
    if any(series.key in source.ENDPOINTS for source in SOURCES) and series.key not in endpoints(config):
        return False  # another product has taken its address
    return not series.source.details.get("weights") or extended(series, config)

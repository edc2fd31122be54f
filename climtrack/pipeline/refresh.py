"""
One unattended round: fetch, merge, analyse, draw, publish, for everything that config.toml names.

A round holds a lock of its own from beginning to end, so that two never mix; a series, a chart or the publishing that
fails leaves the others and its own last good state alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from climtrack.config import Config
from climtrack.errors import ClimtrackError, ConfigError, PublishError, StoreBusy, StoreError
from climtrack.fetcher.pulse import COUNTERPARTS
from climtrack.files import make_folder
from climtrack.pipeline.album import Album
from climtrack.pipeline.crosscheck import cross_check
from climtrack.pipeline.drawing import charts_of
from climtrack.pipeline.fetch import Fetched
from climtrack.pipeline.increment import increments
from climtrack.pipeline.looks import looks
from climtrack.pipeline.notices import failures, stale
from climtrack.pipeline.publish import for_site, site_folder
from climtrack.pipeline.report import Report, Request, composed
from climtrack.pipeline.selection import VARIABLES, brought, pairings, wanted
from climtrack.pipeline.studies import Freshness, Stock
from climtrack.pipeline.update import Update, computed, held, update
from climtrack.publisher.addresses import latest
from climtrack.stopping import stoppable
from climtrack.store.lock import writers_lock
from climtrack.store.netcdf import Store
from climtrack.vocabulary.baselines import Baseline
from climtrack.vocabulary.payload import Transport
from climtrack.vocabulary.series import Series, SeriesKey

#: Publishes a report's regions; gives lines for standard error.
Publish = Callable[[Report, Config, dt.datetime], Sequence[str]]


@dataclass(frozen=True, slots=True, eq=False)
class Refreshed:
    """The outcome of a round."""

    at: dt.datetime
    updates: tuple[Update, ...]  # One per series asked for
    lines: tuple[str, ...] = ()  # For standard error and the log
    snapshot: str = ""  # State of the store after it
    stale: bool = False  # Whether some series is older than usual
    pictures: int = 0  # How many the report shows
    drawn: int = 0  # How many of them were drawn in this round; the others are as they were
    published: bool = False  # Whether the site now shows this state
    trouble: int = 0  # Exit code of what went wrong after the download, 0 where nothing did
    interrupted: bool = False  # Whether it was told to stop before its end

    @property
    def code(self) -> int:
        """Exit code of PRODUCT.md §3."""
        if self.interrupted:
            return 130
        return max(Fetched(self.updates, (), False, self.at).code, self.trouble)

    def rows(self) -> tuple[str, ...]:
        """One line per series that is good."""
        return Fetched(self.updates, (), self.stale, self.at).rows()

    def document(self) -> dict[str, Any]:
        """The outcome for machines."""
        return Fetched(self.updates, (), self.stale, self.at).document() | {
            "schema": "climtrack.refresh/1",
            "exit_code": self.code,
            "snapshot": self.snapshot,
            "stale": self.stale,
            "pictures": self.pictures,
            "drawn": self.drawn,
            "published": self.published,
            "interrupted": self.interrupted,
            "lines": list(self.lines),
        }


def refresh(
    *,
    config: Config,
    transport: Callable[[], Transport],
    now: dt.datetime,
    publish: Publish | None,
    second: Callable[[], Transport] | None = None,
    on_done: Callable[[SeriesKey], None] = lambda _: None,
) -> Refreshed:
    """Bring everything that config.toml names up to date, and show it."""
    make_folder(config.home)
    Store(config.home).refuse_newer()
    with writers_lock(config.home, now, "refresh"):
        store = Store(config.home)
        pairs = pairings(config.refresh.regions, VARIABLES, config, store)
        keys = wanted(pairs, VARIABLES)
        request = _request(config, write=publish is None)
        themes = looks(config, request.themes)
        done: list[SeriesKey] = []

        def told(key: SeriesKey) -> None:
            done.append(key)
            on_done(key)

        asked = [key for key in keys if not computed(key, config, store)]
        try:
            with stoppable():
                updates = update(asked, config=config, store=store, transport=transport(), now=now, on_done=told)
                updates = (*updates, *increments(config=config, now=now))
        except KeyboardInterrupt:
            return _interrupted(now, asked, done)
        series = {key: found for key in keys if (found := held(store, key)) is not None}
        failed = [(one.key, one.error, one.series) for one in updates if one.error is not None]
        names = {key for key, *_ in failed}
        noted = tuple(f"{one.key.label}: {text}" for one in updates for text in one.notes)
        judged = {key: one for key, one in series.items() if brought(one, config)}
        old = stale([one for key, one in judged.items() if key not in names], now, beside=series.values())
        lines = [*store.notices, *failures(failed, now), *noted, *old]
        overdue = stale(tuple(judged.values()), now, beside=series.values())
        whole = Refreshed(now, updates, tuple(lines), store.snapshot, bool(overdue) or not series)
        if not series:
            return whole
        try:
            with stoppable():
                doubts, departures = _doubts(series, second, config, now)
                goods = Stock(series, updates, departures=departures)
                album = Album(config.home, _shown(config, request))
                report = composed(
                    request, pairs, goods, themes,
                    config=config, store=store, transport=transport, now=now, draw=album.draw,
                )  # fmt: skip
                lines += [*doubts, *report.lines, *(publish(report, config, now) if publish else ())]
                album.save()
        except (StoreError, PublishError, ConfigError) as problem:
            return replace(whole, lines=(*dict.fromkeys(lines), str(problem)), trouble=_code(problem))
        except KeyboardInterrupt:
            return _interrupted(now, asked, done)
        return replace(
            whole,
            lines=tuple(dict.fromkeys(lines)),
            pictures=sum(asset.media_type.startswith("image/") for one in report.regions for asset in one.assets),
            drawn=album.drawn,
            published=publish is not None,
            trouble=3 if report.undrawn else 0,
        )


def _doubts(
    series: Mapping[SeriesKey, Series], second: Callable[[], Transport] | None, config: Config, now: dt.datetime
) -> tuple[tuple[str, ...], Mapping[SeriesKey, str]]:
    """Lines where the second source says something else or cannot be asked; and the former by series."""
    if second is None or not any(key in COUNTERPARTS for key in series):
        return (), {}
    found = cross_check(config=config, transport=second, now=now)
    return found.lines, found.departures


def _request(config: Config, *, write: bool) -> Request:
    """What a round draws, as config.toml says."""
    chosen = config.report
    request = Request(
        regions=config.refresh.regions,
        variables=VARIABLES,
        languages=chosen.languages,
        charts=charts_of(config.refresh.charts or chosen.charts),
        presets=chosen.presets,
        themes=chosen.themes,
        formats=chosen.formats,
        baseline=Baseline.parse(chosen.baseline),
        freshness=Freshness(offline=True, sample=False),
        folder=Path(chosen.folder).expanduser() if write else None,
        nested=True,
    )
    return request if write else for_site(request)


def _shown(config: Config, request: Request) -> Callable[[str], bytes | None]:
    """Reads a picture where the last round left it: in the site, or in a region's folder of the report."""

    def read(path: str) -> bytes | None:
        if request.folder is None:
            places = [site_folder(config) / latest(path)]
        else:
            places = [request.folder / region / path for region in request.regions]
        for place in places:
            with suppress(OSError):
                return place.read_bytes()
        return None

    return read


def _code(problem: ClimtrackError) -> int:
    """Exit code where the data are stored and the pictures or the site could not be made."""
    codes = ((StoreBusy, 6), (StoreError, 5), (ConfigError, 2), (ClimtrackError, 3))
    return next(number for kind, number in codes if isinstance(problem, kind))


def _interrupted(now: dt.datetime, asked: Sequence[SeriesKey], done: Sequence[SeriesKey]) -> Refreshed:
    """A round that was told to stop: what had arrived is stored, the rest is as it was."""
    line = f"interrupted; {len(done)} of {len(asked)} series updated, the rest unchanged."
    return Refreshed(now, (), (line,), interrupted=True)

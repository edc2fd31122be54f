"""
One unattended round: fetch, merge, analyse, draw, publish, for everything that config.toml names.

A round holds a lock of its own from beginning to end, so that two never mix; a series, a chart or the publishing that
fails leaves the others and its own last good state alone.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import numpy as np

from climtrack.config import Config
from climtrack.errors import ClimtrackError, ConfigError, Notice, PublishError, SeriesError, StoreBusy, StoreError
from climtrack.fetcher.pulse import COUNTERPARTS
from climtrack.files import make_folder
from climtrack.grids import download
from climtrack.grids.download import Policy, hurried
from climtrack.run.drawing import charts_of, themes_of
from climtrack.run.facts import cross_check
from climtrack.run.fetch import Fetched
from climtrack.run.grids import Stored, backfill, default_policy, job
from climtrack.run.notify import notify
from climtrack.run.publish import for_site
from climtrack.run.report import Report, Request, composed
from climtrack.run.schedule import HistoryFile, RunHistory
from climtrack.run.series import (
    VARIABLES,
    Freshness,
    Stock,
    Update,
    brought,
    computed,
    failures,
    held,
    kept_up,
    pairings,
    stale,
    update,
    wanted,
)
from climtrack.store.lock import writers_lock
from climtrack.store.store import Store
from climtrack.vocabulary.registry import Baseline
from climtrack.vocabulary.series import Series, SeriesKey, Status, Transport
from climtrack.words.language import Language

# The log of unattended rounds: one file in the home folder, rotated, in UTC.


FOLDER, FILE = "log", "climtrack.log"


class _Quiet(RotatingFileHandler):
    """A log that cannot be written is no reason to stop, nor to print a traceback."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the base class's own name
        """Go on without this line."""


class _Plain(logging.Formatter):
    """One line a message, whatever a feed has put into it."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the base class's own name
        """Message without control characters."""
        return "".join(c if c.isprintable() else " " for c in super().formatMessage(record))


@contextmanager
def run_log(home: Path) -> Iterator[logging.Logger]:
    """Log to the home folder while the block runs."""
    log = logging.getLogger("climtrack")
    handler: logging.Handler = logging.NullHandler()
    with suppress(OSError):
        (home / FOLDER).mkdir(parents=True, exist_ok=True)
        handler = _Quiet(home / FOLDER / FILE, maxBytes=1_000_000, backupCount=5, encoding="utf-8", delay=True)
    form = _Plain("%(asctime)sZ %(process)d %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")
    form.converter = time.gmtime
    handler.setFormatter(form)
    before = log.level
    log.setLevel(logging.INFO)
    log.addHandler(handler)
    try:
        yield log
    finally:
        log.removeHandler(handler)
        log.setLevel(before)
        with suppress(OSError):  # what a full disk refused to take is still in its buffer
            handler.close()


# The newest days of computed series: a few small files, for the daily refresh.


#: Days that a refresh fetches one by one; more is a backfill's work.
LONGEST = 60


def _computed(config: Config) -> tuple[Series, ...]:
    """Stored series that rounds keep up."""
    store = Store(config.home)
    found = (store.read(key) for key in store if key.product == "oisst")
    return tuple(one for one in found if kept_up(one, config))


def increment(*, config: Config, now: dt.datetime, policy: Policy | None = None) -> tuple[Stored, ...]:
    """The newest days of the series that rounds keep up: a few small files, for the daily refresh."""
    found: list[Stored] = []
    for group in _groups(_computed(config)).values():
        found += _brought(group, config, now, policy)
    return tuple(found)


def _groups(series: Sequence[Series]) -> dict[tuple[str, str], list[Series]]:
    """Series that are made alike, by weighting rule and grid."""
    groups: dict[tuple[str, str], list[Series]] = {}
    for one in series:
        rule = one.source.details["weights"].partition(":")[0]
        groups.setdefault((rule, one.source.details["grid"]), []).append(one)
    return dict(sorted(groups.items()))


def _since(series: Series) -> dt.date:
    """The first day after the last final one."""
    final = np.flatnonzero(series.status == Status.FINAL)
    return series.start + dt.timedelta(days=int(final[-1]) + 1 if final.size else 0)


def _old(series: Series, now: dt.datetime) -> SeriesError | None:
    """Why a series is left to a backfill, if it is."""
    since = _since(series)
    late = (now.date() - since).days - 1
    if late <= LONGEST:
        return None
    return SeriesError(f"{series.key} ends {late} days ago", f"climtrack grid backfill sst --since {since.year}")


def _brought(group: Sequence[Series], config: Config, now: dt.datetime, policy: Policy | None) -> tuple[Stored, ...]:
    """Series that are made alike, brought up to date together."""
    if problem := next(filter(None, (_old(one, now) for one in group)), None):
        raise problem
    since, until = min(map(_since, group)), now.date() - dt.timedelta(days=1)
    if since > until:
        return ()
    source = config.grid.source if download.PLACES[config.grid.source].per == "day" else "ncei"
    rule = group[0].source.details["weights"].partition(":")[0]
    work = job(source, [config.region(one.key.region) for one in group], since, until, config, rule=rule)
    return backfill(work, config=config, now=now, policy=policy or hurried(default_policy(config)))


def increments(*, config: Config, now: dt.datetime, policy: Policy | None = None) -> tuple[Update, ...]:
    """What the daily increment did to each computed series, in the words of a refresh."""
    series = _computed(config)
    found: dict[SeriesKey, Stored] = {}
    errors: dict[SeriesKey, ClimtrackError] = {one.key: old for one in series if (old := _old(one, now)) is not None}
    # One that is too old, or made in another way, must not keep the others from their newest days.
    for group in _groups([one for one in series if one.key not in errors]).values():
        try:
            brought = _brought(group, config, now, policy)
            found |= {one.reduced.series.key: one for one in brought}
            errors |= {one.reduced.series.key: one.refused for one in brought if one.refused is not None}
        except ClimtrackError as problem:
            errors |= {one.key: problem for one in group}
    store, updates = Store(config.home), []
    for one in series:
        merged = found[one.key].merged if one.key in found else None
        if merged is None:
            updates.append(Update(one.key, store.read(one.key), error=errors.get(one.key)))
            continue
        counts = merged.added, merged.revised, merged.finalised
        updates.append(Update(one.key, store.read(one.key), *counts, largest_revision=merged.largest))
    return tuple(updates)


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
        themes = themes_of(config, request.themes)
        done: list[SeriesKey] = []

        def told(key: SeriesKey) -> None:
            done.append(key)
            on_done(key)

        asked = [key for key in keys if not computed(key, config, store)]
        try:
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
            doubts, departures = _doubts(series, second, config, now)
            goods = Stock(series, updates, departures=departures)
            report = composed(
                request, pairs, goods, themes,
                config=config, store=store, transport=transport, now=now,
            )  # fmt: skip
            lines += [*doubts, *report.lines, *(publish(report, config, now) if publish else ())]
        except (StoreError, PublishError, ConfigError) as problem:
            return replace(whole, lines=(*dict.fromkeys(lines), str(problem)), trouble=_code(problem))
        except KeyboardInterrupt:
            return _interrupted(now, asked, done)
        return replace(
            whole,
            lines=tuple(dict.fromkeys(lines)),
            pictures=sum(asset.media_type.startswith("image/") for one in report.regions for asset in one.assets),
            drawn=sum(asset.media_type.startswith("image/") for one in report.regions for asset in one.assets),
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


def _code(problem: ClimtrackError) -> int:
    """Exit code where the data are stored and the pictures or the site could not be made."""
    codes = ((StoreBusy, 6), (StoreError, 5), (ConfigError, 2), (ClimtrackError, 3))
    return next(number for kind, number in codes if isinstance(problem, kind))


def _interrupted(now: dt.datetime, asked: Sequence[SeriesKey], done: Sequence[SeriesKey]) -> Refreshed:
    """A round that was told to stop: what had arrived is stored, the rest is as it was."""
    line = f"interrupted; {len(done)} of {len(asked)} series updated, the rest unchanged."
    return Refreshed(now, (), (line,), interrupted=True)


# A round with its book-keeping: the log, what is on disk for the schedule, and who is told.


#: Failures in a row before somebody is told: one that the next try cures is nobody's business.
_WORTH_TELLING = 2


def unattended_round(
    *,
    config: Config,
    transport: Callable[[], Transport],
    now: dt.datetime,
    publish: Publish | None,
    second: Callable[[], Transport] | None = None,
    on_done: Callable[[SeriesKey], None] = lambda _: None,
    history: HistoryFile | None = None,
) -> Refreshed:
    """One round, remembered on disk."""
    history = history or HistoryFile(config.home)
    with run_log(config.home) as log:
        log.info("round begins")
        try:
            done = refresh(config=config, transport=transport, now=now, publish=publish, second=second, on_done=on_done)
        except StoreBusy as busy:
            log.warning("%s", busy)
            raise
        except ClimtrackError as problem:
            log.error("%s", problem)
            _remember(config, history, now, 2 if isinstance(problem, ConfigError) else 5, False, (str(problem),), log)
            raise
        except Exception:  # a bug: into the log, where a person finds it, and on to whoever called
            log.exception("a bug ended the round")
            _remember(config, history, now, 1, False, ("a bug ended the round; it is in the log",), log)
            raise
        for line in done.lines:
            log.warning("%s", line)
        changed = sum(bool(one.added or one.revised or one.finalised) for one in done.updates)
        log.info(
            "round ends: exit %d, %d of %d series changed, snapshot %s, %d of %d pictures drawn, %s",
            done.code, changed, len(done.updates), done.snapshot or "none", done.drawn, done.pictures,
            "published" if done.published else "not published",
        )  # fmt: skip
        if done.interrupted:
            return done
        lines = _remember(config, history, now, done.code, done.stale, done.lines, log)
        return replace(done, lines=(*done.lines, *lines))


def _remember(
    config: Config,
    history: HistoryFile,
    now: dt.datetime,
    code: int,
    stale: bool,
    lines: tuple[str, ...],
    log: logging.Logger,
) -> tuple[str, ...]:
    """Write what the schedule needs; tell of a failure that lasts, and of its end."""
    before = history.read()
    after = before.after(now, code, stale=stale)
    problems: tuple[Notice, ...] = ()
    if code and not before.notified and (after.tries >= _WORTH_TELLING or code == 5):
        given, problems = notify(config.notify, _message("failure", now, code, after, lines))
        after = replace(after, notified=given)
    elif not code and before.notified:
        given, problems = notify(config.notify, _message("recovery", now, code, before, lines))
        after = replace(after, notified=not given)
    told = tuple(map(Language("en").say, problems))
    for line in told:
        log.warning("%s", line)
    try:
        history.write(after)
    except ClimtrackError as problem:
        return (*told, str(problem))
    return told


def _message(event: str, now: dt.datetime, code: int, history: RunHistory, lines: tuple[str, ...]) -> dict[str, Any]:
    """What a monitor or a person is told."""
    return {
        "schema": "climtrack.notice/1",
        "event": event,
        "at": now.isoformat(),
        "exit_code": code,
        "failing_since": history.failing_since.isoformat() if history.failing_since else None,
        "last_success": history.success.isoformat() if history.success else None,
        "lines": list(lines),
    }

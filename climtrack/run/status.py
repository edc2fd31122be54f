"""What is stored, how old, from where, what is preliminary, what went wrong last."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from climtrack.errors import ClimtrackError, ConfigError, DiskError, Notice, SeriesNotFound, StoreDamaged
from climtrack.fetcher.pulse import COUNTERPARTS
from climtrack.fetcher.sample import FIRST
from climtrack.publish.folder import Folder
from climtrack.publish.site import Publication
from climtrack.reporter.sentences import place
from climtrack.run import schedule
from climtrack.run.run import Run
from climtrack.run.series import (
    VARIABLES,
    Line,
    age,
    english,
    extended,
    late_notices,
    moves,
    newest,
    refreshable,
    report_keys,
    usual_lag,
)
from climtrack.store.store import Health
from climtrack.vocabulary.notice import fitted
from climtrack.vocabulary.registry import REGIONS
from climtrack.vocabulary.series import MONTHS, Series, SeriesKey, pairing
from climtrack.words.language import Language

#: Written by `schedule` every minute; an old one means that it is no more.
HEARTBEAT = "heartbeat.json"
SILENCE, BUSY = dt.timedelta(minutes=10), dt.timedelta(minutes=40)  # a round draws for minutes without a beat
#: Rounds that fail, or do not come, for so long concern a monitor: two of a day.
MISSED = dt.timedelta(hours=48)
#: Where a region is, in degrees.
BOUNDS = ("south", "north", "west", "east")


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    key: SeriesKey
    series: Series | None
    age: int | None  # Days since the newest value; None where the clock cannot be right
    health: Health  # How its source has behaved
    damage: Notice | None = None  # What is wrong with what is stored
    judged: bool = True  # Whether rounds bring it up to date, so that its age says something

    def cells(self, language: Language) -> tuple[str, ...]:
        problem = self.problem(language)
        checked = self.health.checked.strftime("%Y-%m-%d %H:%M UTC") if self.health.checked else ""
        if self.series is None:
            return (self.key.label, "", "", "", "", checked, problem)
        return (
            self.key.label,
            str(self.series.dates[0]),
            str(self.series.dates[-1]),
            "" if self.age is None else language.text("days", self.age),
            language.count(int(np.count_nonzero(self.series.preliminary))),
            checked,
            problem,
        )

    def problem(self, language: Language) -> str:
        """What went wrong last, in a line; empty where nothing did."""
        problem = self.damage or self.health.error
        return fitted(language.say(problem)) if problem else ""


@dataclass(frozen=True, slots=True, eq=False)
class Status:
    """The store and the published site at a glance."""

    home: Path
    snapshot: str
    rows: tuple[Row, ...]
    notices: tuple[Line, ...]
    site: Publication
    missing: tuple[SeriesKey, ...] = ()  # Series that rounds are to bring and of which nothing is stored
    damage: tuple[Line, ...] = ()  # Those of the notices that tell of a damaged file, whose other copy is used

    def document(self) -> dict[str, Any]:
        return {
            "schema": "climtrack.status/1",
            "snapshot": self.snapshot,
            "series": {str(row.key): _entry(row) for row in self.rows},
            "site": {"published": self.site.published or None, "files": self.site.count, "bytes": self.site.size},
            "notices": [english(line) for line in self.notices],
        }


def status(run: Run) -> Status:
    """Look at the store, and at the site."""
    from climtrack.run.publish import site_folder

    store, config, now = run.store, run.config, run.now
    rows = []
    notices: list[Line] = []
    keys = refreshed = store.keys()
    try:
        refreshed = report_keys(run.pairings(config.refresh.regions, VARIABLES), VARIABLES)
        refreshed += tuple(COUNTERPARTS[key] for key in refreshed if key in COUNTERPARTS and config.fetch.cross_check)
    except ConfigError as problem:  # what is stored can be shown all the same; a round would say this too
        notices.append(problem)
    for key in sorted({*keys, *store.sources()}):
        series: Series | None = None
        damage: Notice | None = None
        try:
            series = store.read(key)
        except SeriesNotFound:
            pass  # asked for, and never received
        except StoreDamaged as problem:
            damage = problem.notice
        judged = key in refreshed
        if series is not None:
            judged = (judged and refreshable(series, config)) or extended(series, config)
        rows.append(Row(key, series, None, store.health(key), damage, judged))
    stored = [row.series for row in rows if row.series is not None]
    last = newest(stored)
    rows = [row if row.series is None else replace(row, age=age(row.series.end, now, last)) for row in rows]
    judged_series = [row.series for row in rows if row.series is not None and row.judged]
    notices += _failing(run)
    notices += [line for one in stored for line in moves(one)]
    notices += late_notices(judged_series, now, beside=stored)
    missing = tuple(key for key in refreshed if key not in keys)
    site = Publication()
    try:
        site = Folder(site_folder(config)).read()
    except ClimtrackError as problem:
        notices.append(problem)
    run.say(*notices)
    damaged = () if store.newer else store.notices
    return Status(config.home, store.snapshot, tuple(rows), run.outcome.notices, site, missing, damaged)


def alarms(run: Run, seen: Status) -> tuple[Line, ...]:
    """What a monitor must know: data older than config.toml allows, rounds that fail or are missed, a damaged store."""
    limit, today = run.config.schedule.stale_days, run.now.date()
    lines: list[Line] = [*seen.damage]
    lines += [Notice("run.damaged", label=row.key.label, cause=row.damage) for row in seen.rows if row.damage]
    lines += [
        Notice("run.unchecked", label=row.key.label, cause=row.health.error)
        for row in seen.rows
        if row.judged and row.key in COUNTERPARTS.values() and row.health.error
    ]
    ages = {row.key: row.age for row in seen.rows if row.judged and row.series is not None}
    old = [
        Notice("run.too_late.series", label=key.label, n=age)
        for key, age in ages.items()
        if age and age > (max(limit, usual_lag(key)) if key.monthly else limit)
    ]
    if all(row.series is None for row in seen.rows):
        lines.append(Notice("run.nothing_yet"))
    elif seen.missing:
        lines.append(Notice("run.never_received", names=[key.label for key in seen.missing]))
    if old:
        lines.append(Notice("run.too_late", n=limit, series=old))
    if any(age is None for age in ages.values()):
        lines.append(Notice("run.clock_wrong", today=today))
    rounds = schedule.read(run.config.home)
    if rounds.code == DiskError.exit_code or (rounds.failing_since and run.now - rounds.failing_since > MISSED):
        lines += _failing(run)
    home = run.config.home
    if home.is_dir() and not shutil.disk_usage(home).free:  # a round could not even note that it failed
        lines.append(Notice("run.no_room", home=home))
    if rounds.attempt and run.now - rounds.attempt > MISSED:
        lines.append(Notice("run.missed", moment=f"{rounds.attempt:%Y-%m-%d %H:%M} UTC"))
    beat = _heartbeat(run.config.home)
    if beat is not None and not -SILENCE <= run.now - beat[0] <= beat[1]:
        lines.append(Notice("run.silent", moment=f"{beat[0]:%Y-%m-%d %H:%M} UTC"))
    return tuple(lines)


def _failing(run: Run) -> tuple[Notice, ...]:
    """Since when rounds have failed, if the last one did."""
    since, home = schedule.read(run.config.home).failing_since, run.config.home.name
    return (Notice("run.failing", moment=f"{since:%Y-%m-%d %H:%M} UTC", home=home),) if since else ()


def unjudged(seen: Status) -> tuple[Notice, ...]:
    """Which stored series a monitor is not told of, for no round brings them up to date."""
    names = [row.key.label for row in seen.rows if not row.judged and row.key.product != "climate-pulse"]
    return (Notice("run.not_judged", names=names),) if names else ()


def _heartbeat(home: Path) -> tuple[dt.datetime, dt.timedelta] | None:
    """Last sign of life of `schedule`, and how long it may be silent after it; None where it was stopped."""
    try:
        beat = json.loads((home / HEARTBEAT).read_bytes())
        return dt.datetime.fromisoformat(beat["at"]).astimezone(dt.UTC), BUSY if beat["busy"] else SILENCE
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _entry(row: Row) -> dict[str, Any]:
    series, health = row.series, row.health
    source = None if series is None else series.source
    return {
        "first_date": series.start.isoformat() if series else None,
        "last_date": series.end.isoformat() if series else None,
        "age_days": row.age,
        "preliminary_days": int(np.count_nonzero(series.preliminary)) if series else None,
        "source_url": source.url if source else None,
        "retrieved_at": source.retrieved.isoformat() if source else None,
        "sha256": source.sha256 if source else None,
        "last_success": health.checked.isoformat() if health.checked else None,
        "failing_since": health.failing_since.isoformat() if health.failing_since else None,
        "not_before": health.not_before.isoformat() if health.not_before else None,
        "refreshed": row.judged,
        "error": row.problem(Language("en")) or None,
    }


def places(run: Run) -> list[dict[str, Any]]:
    """Every region by its names, where it is, and which series answer, by day else by month, with their first year."""
    known, found = run.known_keys(), []
    for name in dict.fromkeys((*REGIONS, *run.config.regions)):
        region, pair = run.config.region(name), pairing(name, known)
        titles = {"title": region.title, "title_es": place(region, Language("es")).name}
        bounds = {side: getattr(region, side) for side in BOUNDS}
        series = {"air": _first(run, pair.air), "sst": _first(run, pair.sst or MONTHS.get((name, "sst")))}
        found.append({"name": name, **titles, "also": list(region.names), **bounds, **series})
    return found


def _first(run: Run, key: SeriesKey | None) -> dict[str, Any] | None:
    """A series and the first year that it has, or that its source has where it is not stored yet."""
    if key is None:
        return None
    held = run.held(key)
    first = FIRST.get(key.variable, dt.date(1850, 1, 1))  # of NOAA's months
    return {"series": key.label, "first_year": (held.start if held else first).year}


def place_cells(entry: dict[str, Any], language: Language) -> tuple[str, ...]:
    """A region as a table shows it, the language's own title first; a series of another name is named."""
    titles = [entry["title"], entry["title_es"]]
    cells = [entry["name"], *(reversed(titles) if language.spanish else titles)]
    ends = {name: language.number(entry[name], 0 if entry[name] % 1 == 0 else 1) for name in BOUNDS}
    cells += (f"{ends[low]}…{ends[high]}" for low, high in (BOUNDS[:2], BOUNDS[2:]))
    for option in ("air", "sst"):
        one = entry[option] or {"first_year": "", "series": f"{entry['name']}-{option}"}
        other = "" if one["series"] == f"{entry['name']}-{option}" else f" ({one['series']})"
        cells.append(f"{one['first_year']}{other}")
    return tuple(cells)

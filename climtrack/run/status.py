"""What is stored, how old, from where, what is preliminary, what went wrong last."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from climtrack.config import Config
from climtrack.errors import ConfigError, SeriesNotFound, StoreDamaged
from climtrack.reporter.messages import spanish_line
from climtrack.run import schedule
from climtrack.run.series import age, brought, kept_up, newest, refreshed, stale
from climtrack.store.store import Health, Store
from climtrack.vocabulary.notice import counted
from climtrack.vocabulary.series import Series, SeriesKey
from climtrack.words.language import Language

#: Written by `schedule` every minute; an old one means that it is no more.
HEARTBEAT = "heartbeat.json"
SILENCE, BUSY = dt.timedelta(minutes=10), dt.timedelta(minutes=40)  # a round draws for minutes without a beat


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One stored series."""

    key: SeriesKey
    series: Series | None
    age: int | None  # Days since the newest value; None where the clock cannot be right
    health: Health  # How its source has behaved
    damage: str = ""  # What is wrong with the stored file; empty where nothing is
    judged: bool = True  # Whether rounds bring it up to date, so that its age says something

    def cells(self, language: Language) -> tuple[str, ...]:
        """The row as text."""
        problem = self.damage or self.health.error
        if language.spanish:
            problem = spanish_line(problem, language.code)
        checked = self.health.checked.strftime("%Y-%m-%d %H:%M UTC") if self.health.checked else ""
        if self.series is None:
            return (self.key.label, "", "", "", "", checked, problem)
        return (
            self.key.label,
            str(self.series.start),
            str(self.series.end),
            "" if self.age is None else language.text("days", self.age),
            language.count(int(np.count_nonzero(self.series.preliminary))),
            checked,
            problem,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Status:
    """The store at a glance."""

    home: Path
    snapshot: str
    rows: tuple[Row, ...]
    notices: tuple[str, ...]
    missing: tuple[SeriesKey, ...] = ()  # Series that rounds are to bring and of which nothing is stored
    damage: tuple[str, ...] = ()  # Those of the notices that tell of a damaged file, whose other copy is used

    def document(self) -> dict[str, Any]:
        """The same for machines."""
        return {
            "schema": "climtrack.status/1",
            "snapshot": self.snapshot,
            "series": {str(row.key): _entry(row) for row in self.rows},
            "notices": list(self.notices),
        }


def status(config: Config, *, now: dt.datetime) -> Status:
    """Look at the store."""
    store = Store(config.home)
    rows = []
    notices: list[str] = []
    try:
        wanted = refreshed(config, store)
    except ConfigError as problem:  # what is stored can be shown all the same; a round would say this too
        notices.append(str(problem))
        wanted = store.keys()
    for key in sorted({*store.keys(), *store.sources()}):
        series, damage = None, ""
        try:
            series = store.read(key)
        except SeriesNotFound:
            pass  # asked for, and never received
        except StoreDamaged as problem:
            damage = problem.what
        if series is None:
            judged = key in wanted
        else:
            judged = (key in wanted and brought(series, config)) or kept_up(series, config)
        rows.append(Row(key, series, None, store.health(key), damage, judged))
    held = [row.series for row in rows if row.series is not None]
    last = newest(held)
    rows = [row if row.series is None else replace(row, age=age(row.series.end, now, last)) for row in rows]
    old = stale([row.series for row in rows if row.series is not None and row.judged], now, beside=held)
    if (since := schedule.read(config.home).failing_since) is not None:
        notices.append(
            f"rounds have failed since {since:%Y-%m-%d %H:%M} UTC; see log/climtrack.log in {config.home.name}."
        )
    missing = tuple(key for key in wanted if key not in store)
    told = tuple(dict.fromkeys((*store.notices, *notices, *old)))
    return Status(config.home, store.snapshot, tuple(rows), told, missing, () if store.newer else store.notices)


def overdue(seen: Status, config: Config, *, now: dt.datetime) -> tuple[str, ...]:
    """What a monitor must know: data older than config.toml allows, a silent schedule, a damaged store."""
    limit = config.schedule.stale_days
    lines = [*seen.damage, *(f"{row.key.label}: {row.damage}" for row in seen.rows if row.damage)]
    judged = [row for row in seen.rows if row.judged]
    ages = {row.key.label: row.age for row in judged if row.series is not None}
    old = [f"{label} ({counted(age, 'day')})" for label, age in ages.items() if age is not None and age > limit]
    if all(row.series is None for row in seen.rows):
        lines.append("nothing is stored yet. Run `climtrack refresh`.")
    elif seen.missing:
        lines.append(f"never received: {', '.join(key.label for key in seen.missing)}"[:198])
    if old:
        lines.append(f"older than {counted(limit, 'day')}: {', '.join(old)}"[:198])
    if any(age is None for age in ages.values()):
        lines.append(f"this computer's clock says {now.date()}, which cannot be right beside the data.")
    beat = _heartbeat(config.home)
    if beat is not None and not -SILENCE <= now - beat[0] <= beat[1]:
        when = f"{beat[0]:%Y-%m-%d %H:%M} UTC"
        lines.append(f"`climtrack schedule` has given no sign of life since {when}. Start it again.")
    return tuple(lines)


def unjudged(seen: Status) -> tuple[str, ...]:
    """Which stored series a monitor is not told of, for no round brings them up to date."""
    names = [row.key.label for row in seen.rows if not row.judged and row.key.product != "climate-pulse"]
    return (f"not judged, for no round refreshes them: {', '.join(names)}"[:198],) if names else ()


def _heartbeat(home: Path) -> tuple[dt.datetime, dt.timedelta] | None:
    """Last sign of life of `schedule`, and how long it may be silent after it; None where it was stopped."""
    try:
        said = json.loads((home / HEARTBEAT).read_bytes())
        return dt.datetime.fromisoformat(said["at"]).astimezone(dt.UTC), BUSY if said["busy"] else SILENCE
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _entry(row: Row) -> dict[str, Any]:
    """One series for machines."""
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
        "error": row.damage or health.error or None,
    }

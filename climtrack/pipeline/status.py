"""What is stored, how old, from where, what is preliminary, what went wrong last."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from climtrack.config import Config
from climtrack.errors import SeriesNotFound, StoreDamaged
from climtrack.pipeline.notices import age, stale
from climtrack.store.manifest import Health
from climtrack.store.netcdf import Store
from climtrack.vocabulary.series import Series, SeriesKey

#: Written by `schedule` every minute; an old one means that it is no more.
HEARTBEAT = "heartbeat.json"
SILENCE, BUSY = dt.timedelta(minutes=10), dt.timedelta(minutes=40)  # a round draws for minutes without a beat


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """
    One stored series.

    Parameters
    ----------
    key : SeriesKey
        Which.
    series : Series or None
        What is stored; None where it is damaged.
    age : int or None
        Days since the newest value; None where the clock cannot be right.
    health : Health
        How its source has behaved.
    damage : str
        What is wrong with the stored file; empty where nothing is.
    """

    key: SeriesKey
    series: Series | None
    age: int | None
    health: Health
    damage: str = ""

    def cells(self) -> tuple[str, ...]:
        """
        The row as text.

        Returns
        -------
        tuple of str
            Series, first day, last day, age, preliminary days, last check, problem.
        """
        problem = self.damage or self.health.error
        checked = self.health.checked.strftime("%Y-%m-%d %H:%M UTC") if self.health.checked else ""
        if self.series is None:
            return (self.key.label, "", "", "", "", checked, problem)
        return (
            self.key.label,
            str(self.series.start),
            str(self.series.end),
            "" if self.age is None else f"{self.age} days",
            str(int(np.count_nonzero(self.series.preliminary))),
            checked,
            problem,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Status:
    """
    The store at a glance.

    Parameters
    ----------
    home : Path
        Its folder.
    snapshot : str
        Its snapshot id.
    rows : tuple of Row
        One per series.
    notices : tuple of str
        What needs attention.
    """

    home: Path
    snapshot: str
    rows: tuple[Row, ...]
    notices: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """
        The same for machines.

        Returns
        -------
        dict
            By schema ``climtrack.status/1``.
        """
        return {
            "schema": "climtrack.status/1",
            "snapshot": self.snapshot,
            "series": {str(row.key): _entry(row) for row in self.rows},
            "notices": list(self.notices),
        }


def status(config: Config, *, now: dt.datetime) -> Status:
    """
    Look at the store.

    Parameters
    ----------
    config : Config
        The settings.
    now : datetime
        The time.

    Returns
    -------
    Status
        What is there.
    """
    store = Store(config.home)
    rows = []
    for key in sorted({*store.keys(), *store.manifest.health}):
        series, damage = None, ""
        try:
            series = store.read(key)
        except SeriesNotFound:
            pass  # asked for, and never received
        except StoreDamaged as problem:
            damage = problem.what
        rows.append(Row(key, series, None if series is None else age(series.end, now), store.health(key), damage))
    old = stale([row.series for row in rows if row.series is not None], now)
    return Status(config.home, store.snapshot, tuple(rows), tuple(dict.fromkeys((*store.notices, *old))))


def overdue(seen: Status, config: Config, *, now: dt.datetime) -> tuple[str, ...]:
    """
    What a monitor must know: data older than config.toml allows, a schedule that has gone silent, a damaged store.

    Parameters
    ----------
    seen : Status
        What is stored.
    config : Config
        The settings.
    now : datetime
        The time.

    Returns
    -------
    tuple of str
        One line each; empty where all is well.
    """
    limit = config.schedule.stale_days
    lines = [f"{row.key.label}: {row.damage}" for row in seen.rows if row.damage]
    ages = {row.key.label: row.age for row in seen.rows if row.series is not None}
    old = [f"{label} ({age} days)" for label, age in ages.items() if age is not None and age > limit]
    if not ages:
        lines.append("nothing is stored yet. Run `climtrack refresh`.")
    if old:
        lines.append(f"older than {limit} days: {', '.join(old)}"[:198])
    if any(age is None for age in ages.values()):
        lines.append(f"this computer's clock says {now.date()}, which cannot be right beside the data.")
    beat = _heartbeat(config.home)
    if beat is not None and not -SILENCE <= now - beat[0] <= beat[1]:
        when = f"{beat[0]:%Y-%m-%d %H:%M} UTC"
        lines.append(f"`climtrack schedule` has given no sign of life since {when}. Start it again.")
    return tuple(lines)


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
        "error": row.damage or health.error or None,
    }

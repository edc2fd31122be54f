"""What is stored, how old, from where, what is preliminary, what went wrong last."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from climtrack.config import Config
from climtrack.errors import StoreDamaged
from climtrack.pipeline.notices import age, stale
from climtrack.pipeline.state import Check, read_state
from climtrack.store.netcdf import Store
from climtrack.vocabulary.series import Series, SeriesKey


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
    check : Check or None
        The last attempt to update it.
    damage : str
        What is wrong with the stored file; empty where nothing is.
    """

    key: SeriesKey
    series: Series | None
    age: int | None
    check: Check | None
    damage: str = ""

    def cells(self) -> tuple[str, ...]:
        """
        The row as text.

        Returns
        -------
        tuple of str
            Series, first day, last day, age, preliminary days, last check, problem.
        """
        problem = self.damage or (self.check.error if self.check else "")
        checked = self.check.checked.strftime("%Y-%m-%d %H:%M UTC") if self.check else ""
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
    state = read_state(config.home)
    rows = []
    for key in sorted({*store.keys(), *state}):
        series, damage = None, ""
        if key in store:
            try:
                series = store.read(key)
            except StoreDamaged as problem:
                damage = problem.what
        rows.append(Row(key, series, None if series is None else age(series.end, now), state.get(key), damage))
    old = stale([row.series for row in rows if row.series is not None], now)
    return Status(config.home, store.snapshot, tuple(rows), tuple(dict.fromkeys((*store.notices, *old))))


def _entry(row: Row) -> dict[str, Any]:
    """One series for machines."""
    series, check = row.series, row.check
    source = None if series is None else series.source
    return {
        "first_date": series.start.isoformat() if series else None,
        "last_date": series.end.isoformat() if series else None,
        "age_days": row.age,
        "preliminary_days": int(np.count_nonzero(series.preliminary)) if series else None,
        "source_url": source.url if source else None,
        "retrieved_at": source.retrieved.isoformat() if source else None,
        "sha256": source.sha256 if source else None,
        "last_checked": check.checked.isoformat() if check else None,
        "last_success": check.succeeded.isoformat() if check and check.succeeded else None,
        "not_before": check.not_before.isoformat() if check and check.not_before else None,
        "error": row.damage or (check.error if check else "") or None,
    }

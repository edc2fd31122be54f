"""Fetch the series of some regions, or all of them, into the store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from climtrack.config import Config
from climtrack.run.series import Update, computed, dated, endpoints, failures, pairings, stale, update, wanted
from climtrack.store.store import Store
from climtrack.vocabulary.notice import counted
from climtrack.vocabulary.registry import OPTIONS
from climtrack.vocabulary.series import SeriesKey, Transport


@dataclass(frozen=True, slots=True, eq=False)
class Fetched:
    """The outcome of a round of downloads."""

    updates: tuple[Update, ...]
    lines: tuple[str, ...]
    stale: bool  # Whether something is older than usual
    now: dt.datetime

    @property
    def code(self) -> int:
        """Exit code: 0 all, 3 some, 4 none."""
        failed = sum(one.error is not None for one in self.updates)
        return 0 if not failed else 4 if failed == len(self.updates) else 3

    def rows(self) -> tuple[str, ...]:
        """One line per series that is good."""
        return tuple(
            f"{one.key.label}: {_change(one)}; data to {dated(one.series, self.now)}."
            for one in self.updates
            if one.error is None and one.series is not None
        )

    def document(self) -> dict[str, Any]:
        """The outcome for machines."""
        return {
            "schema": "climtrack.fetch/1",
            "at": self.now.isoformat(),
            "exit_code": self.code,
            "series": {
                str(one.key): {
                    "updated": one.error is None,
                    "error": one.error.what if one.error else None,
                    "remedy": one.error.remedy if one.error else None,
                    "last_date": one.series.end.isoformat() if one.series else None,
                    "added": one.added,
                    "revised": one.revised,
                    "finalised": one.finalised,
                    "largest_revision": one.largest_revision,
                    "notes": [str(note) for note in one.notes],
                }
                for one in self.updates
            },
        }


def fetch(
    regions: Sequence[str],
    variables: Collection[str],
    *,
    config: Config,
    transport: Callable[[], Transport],
    now: dt.datetime,
    on_done: Callable[[SeriesKey], None] = lambda _: None,
) -> Fetched:
    """Download what is new."""
    store = Store(config.home)
    names = {OPTIONS[option].name for option in variables}
    keys = (
        [
            key
            for key in wanted(pairings(regions, variables, config, store), variables)
            if not computed(key, config, store)
        ]
        if regions
        else [key for key in endpoints(config) if key.variable in names]
    )
    updates = update(keys, config=config, store=store, transport=transport(), now=now, on_done=on_done) if keys else ()
    old = stale([one.series for one in updates if one.series is not None], now)
    failed = failures(((one.key, one.error, one.series) for one in updates if one.error is not None), now)
    noted = tuple(f"{one.key.label}: {text}" for one in updates for text in one.notes)
    return Fetched(updates, tuple(dict.fromkeys((*store.notices, *failed, *noted, *old))), bool(old), now)


def _change(one: Update) -> str:
    """What a download changed, in words."""
    parts = [
        f"{counted(count, 'day')} {word}"
        for count, word in ((one.added, "new"), (one.finalised, "made final"), (one.revised, "revised"))
        if count
    ]
    if one.revised:
        parts[-1] += f" by at most {one.largest_revision:.2f} °C"
    return ", ".join(parts) or "unchanged"

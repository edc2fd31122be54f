"""Fetch the series of some regions, or all of them, into the store."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from climtrack.errors import Notice
from climtrack.run.run import ALL, SOME, Run
from climtrack.run.series import Change, failure_notices, late_notices, report_keys
from climtrack.vocabulary.registry import VARIABLES
from climtrack.vocabulary.series import SeriesKey


def fetch(run: Run, regions: Sequence[str], variables: Collection[str]) -> tuple[Change, ...]:
    """Download what is new; of no region in particular, every series known."""
    if regions:
        keys = run.fetchable(report_keys(run.pairings(regions, variables, months=True), variables))
    else:
        keys = [key for key in run.endpoints if VARIABLES[key.variable].option in variables]
    changes = run.update(keys) if keys else ()
    say_failures(run, changes)
    old = late_notices([one.series for one in changes if one.series is not None], run.now)
    run.say(*old, stale=bool(old))
    return changes


def accept(run: Run, keys: Sequence[SeriesKey], only: frozenset[Any] = frozenset()) -> tuple[Change, ...]:
    """Take series as the source sends them now, although the checks refuse them; with `only`, these days of them."""
    changes = run.update(keys, accept=True, only=only)
    say_failures(run, changes)
    return changes


def say_failures(run: Run, changes: Sequence[Change]) -> None:
    """Note what could not be had, and what was unusual about the rest."""
    failed = sum(one.error is not None for one in changes)
    run.say(*failure_notices(changes, run.now), failed=0 if not failed else ALL if failed == len(changes) else SOME)
    run.say(*(Notice("run.note", label=one.key.label, note=note) for one in changes for note in one.notes))


def document(run: Run, changes: Sequence[Change]) -> dict[str, Any]:
    """What became of every series, for machines."""
    return {
        "schema": "climtrack.fetch/1",
        "at": run.now.isoformat(),
        "exit_code": run.outcome.code,
        "series": {str(one.key): one.document() for one in changes},
    }

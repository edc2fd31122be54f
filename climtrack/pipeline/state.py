"""What the last refreshes met: when each series was checked, what failed, when the server may be asked again."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from climtrack.files import disk_error, make_folder, write_whole
from climtrack.vocabulary.series import SeriesKey

NAME = "state.json"


@dataclass(frozen=True, slots=True)
class Check:
    """
    The last time a series was asked for.

    Parameters
    ----------
    checked : datetime
        When, in UTC.
    succeeded : datetime or None
        When it last went well.
    error : str
        What went wrong this time; empty where nothing did.
    not_before : datetime or None
        When the server may be asked again, where it said so.
    """

    checked: dt.datetime
    succeeded: dt.datetime | None
    error: str = ""
    not_before: dt.datetime | None = None


def read_state(home: Path) -> dict[SeriesKey, Check]:
    """
    Checks of earlier runs.

    Parameters
    ----------
    home : Path
        Folder of the store.

    Returns
    -------
    dict of SeriesKey to Check
        Empty where nothing was kept, or what was kept cannot be read: it only saves asking.
    """
    try:
        raw = json.loads((home / NAME).read_bytes())
        return {SeriesKey.parse(key): _check(entry) for key, entry in raw["series"].items()}
    except FileNotFoundError:
        return {}
    except OSError as problem:
        raise disk_error(problem, home / NAME) from problem
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def write_state(home: Path, state: Mapping[SeriesKey, Check]) -> None:
    """
    Keep the checks for the next run.

    Parameters
    ----------
    home : Path
        Folder of the store.
    state : mapping of SeriesKey to Check
        Everything known.

    Raises
    ------
    DiskError
        If the folder cannot be written.
    """
    make_folder(home)
    series = {
        str(key): {
            "checked": check.checked.isoformat(),
            "succeeded": check.succeeded.isoformat() if check.succeeded else None,
            "error": check.error,
            "not_before": check.not_before.isoformat() if check.not_before else None,
        }
        for key, check in sorted(state.items())
    }
    write_whole(home / NAME, json.dumps({"schema": "climtrack.state/1", "series": series}, indent=1).encode())


def _check(entry: Mapping[str, str | None]) -> Check:
    """One entry of the file."""
    checked = _time(entry["checked"])
    if checked is None:
        raise ValueError("a check without its time")
    return Check(checked, _time(entry["succeeded"]), entry["error"] or "", _time(entry["not_before"]))


def _time(text: str | None) -> dt.datetime | None:
    """Time in UTC."""
    return None if text is None else dt.datetime.fromisoformat(text).astimezone(dt.UTC)

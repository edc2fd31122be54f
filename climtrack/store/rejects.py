"""
Rejects: what a source sent and the checks refused, kept so that a person can look.

The last three of each series: the first 64 KB as received, and beside it the reason, the address and the hash.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

from climtrack.errors import FetchError
from climtrack.files import make_folder, remove, write_whole
from climtrack.vocabulary.series import SeriesKey

FOLDER = "rejects"
KEPT = 3
HEAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class Reject:
    """One refused payload."""

    key: SeriesKey
    refused: dt.datetime
    reason: str
    url: str
    sha256: str  # Hash of all that was received
    size: int
    path: Path


def keep(home: Path, key: SeriesKey, error: FetchError, now: dt.datetime) -> Reject | None:
    """Keep what was refused and forget the fourth before it."""
    if not error.body:
        return None
    folder = home / FOLDER
    make_folder(folder)
    path = folder / f"{file_stem(key)}.{now:%Y%m%dT%H%M%S%fZ}.body"
    reject = Reject(key, now, str(error), error.url, hashlib.sha256(error.body).hexdigest(), len(error.body), path)
    write_whole(path, error.body[:HEAD])
    fields = {
        "series": str(key),
        "refused": now.isoformat(),
        "reason": reject.reason,
        "url": reject.url,
        "sha256": reject.sha256,
        "size": reject.size,
    }
    write_whole(path.with_suffix(".json"), (json.dumps(fields, indent=1) + "\n").encode())
    for old in sorted(folder.glob(f"{file_stem(key)}.2*.body"))[:-KEPT]:
        remove(old)
        remove(old.with_suffix(".json"))
    return reject


def kept(home: Path, key: SeriesKey) -> tuple[Reject, ...]:
    """What was refused of a series, newest first."""
    found = []
    for path in sorted((home / FOLDER).glob(f"{file_stem(key)}.2*.json"), reverse=True):
        try:
            fields = json.loads(path.read_bytes())
            refused = dt.datetime.fromisoformat(fields["refused"])
            texts = (fields["reason"], fields["url"], fields["sha256"], int(fields["size"]))
        except (OSError, ValueError, LookupError, TypeError):  # half of a pair, or not ours: nothing to show
            continue
        found.append(Reject(key, refused, *texts, path.with_suffix(".body")))
    return tuple(found)


def file_stem(key: SeriesKey) -> str:
    """Name of a series that any disk takes."""
    text = str(key)
    if re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,79}", text):
        return text
    return "series-" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]

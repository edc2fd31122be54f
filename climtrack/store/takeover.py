"""
The store of climtrack 0.1.0, read once.

It kept every accepted change in history.sqlite, and in manifest.json which of them were committed and how the sources
had behaved. Both are read and left where they are.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from contextlib import closing, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from climtrack.errors import StoreDamaged
from climtrack.store import store
from climtrack.vocabulary.series import Status

DAYS = np.dtype([("day", "<i4"), ("value", "<f8"), ("status", "<i1")])


def take_over(home: Path, base: sqlite3.Connection) -> bool:
    """Fill an empty base with what 0.1.0 had stored; whether there was anything."""
    files = [path for name in ("history.sqlite", "history.backup.sqlite") if (path := home / name).is_file()]
    if not files:
        return False
    manifest: dict[str, Any] = {}
    with suppress(OSError, ValueError):  # then all changes count, and the sources are asked how they are
        manifest = json.loads((home / "manifest.json").read_bytes())
    last = manifest.get("generation", 2**62)
    for path in files:
        try:
            with closing(sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)) as old:
                rows = old.execute(
                    "SELECT series, generation, whole, seen, days, digest, source, site_rows, changes, sha256"
                    " FROM change WHERE generation <= ? ORDER BY series, generation",
                    (last,),
                ).fetchall()
                _copy(base, rows, dict(old.execute("SELECT sha256, data FROM attachment").fetchall()))
            break
        except (sqlite3.Error, ValueError, LookupError, TypeError, AttributeError, zlib.error):
            base.execute("DELETE FROM change")
    else:
        raise StoreDamaged("store.old_damaged", path=files[0])
    health = [
        (
            key,
            one["checked"],
            one["failing_since"],
            json.dumps({"id": one["error"], "facts": {}}) if one["error"] else None,
            one["not_before"],
        )
        for key, one in manifest.get("health", {}).items()
    ]
    base.executemany("INSERT INTO health VALUES (?, ?, ?, ?, ?)", health)
    base.commit()
    return True


def _copy(base: sqlite3.Connection, rows: list[tuple[Any, ...]], attachments: dict[str, bytes]) -> None:
    """Rows of the old table as rows of ours; a series that was begun anew has its whole state there."""
    previous, series = "", ""
    for row in rows:
        key, number, whole, seen, _, digest, source, site_rows, changes, sha = row
        if hashlib.sha256("\n".join(map(str, row[:8])).encode() + b"\n" + changes).hexdigest() != sha:
            raise ValueError(key)
        table = np.frombuffer(zlib.decompress(changes), dtype=DAYS)
        if whole:
            table = table[table["status"] != Status.MISSING]
        days = store.pack((table["day"].astype(np.int64), table["value"], table["status"]))
        site = {name: np.frombuffer(attachments[one], "<f8") for name, one in json.loads(site_rows).items()}
        origin = store.provenance(source, MappingProxyType(site))
        state = days if whole and key == series else None
        previous = "" if key != series else previous
        series = key
        fields = (key, number, seen, digest, origin, source, store.pack_site(site), days, state)
        previous = store.insert(base, fields, previous)

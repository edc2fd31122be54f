"""
Manifest: which file holds which series; replaced last, so that all series change at one instant.

It carries its own checksum, the hash of every file and of every series' values, and what is known of each source's
health. Health is not part of the snapshot: a refresh that finds nothing new leaves the snapshot's name as it was.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any

from climtrack.errors import Notice, StoreDamaged, StoreNewer
from climtrack.vocabulary.findings import RevisionNoise
from climtrack.vocabulary.series import SeriesKey

FILE, FOLDER, FORMAT = "manifest.json", "series", 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored series."""

    file: str  # Name of its file in the folder of series
    sha256: str
    digest: str  # Hash of key, dates, values and status (`Series.digest`)
    provenance: str  # Hash of what it carries beside them
    end: dt.date  # Last day held
    generation: int  # Commit in which it last changed
    noise: RevisionNoise | None = None  # By how much its values still moved after they were first seen


@dataclass(frozen=True, slots=True)
class Health:
    """How a series' source has behaved."""

    checked: dt.datetime | None = None  # When it last answered well, with new data or "not modified"
    failing_since: dt.datetime | None = None  # First failure since then; None while it is well
    error: str = ""  # The last failure in one line, empty while it is well
    not_before: dt.datetime | None = None  # When the source asked to be asked again


@dataclass(frozen=True, slots=True)
class Manifest:
    """State of the whole store."""

    generation: int = 0  # Number of this commit, from 1; 0 for an empty store
    committed: dt.datetime | None = None
    series: Mapping[SeriesKey, Entry] = field(default_factory=lambda: MappingProxyType({}))
    health: Mapping[SeriesKey, Health] = field(default_factory=lambda: MappingProxyType({}))
    format: int = FORMAT  # That of the file; a higher one than ours is only read

    @property
    def snapshot(self) -> str:
        """Name of the state of all values and their provenance, 16 hexadecimal digits; empty for an empty store."""
        if not self.series:
            return ""
        lines = sorted(f"{key} {entry.digest} {entry.provenance}\n" for key, entry in self.series.items())
        return hashlib.sha256("".join(lines).encode()).hexdigest()[:16]


def to_json(manifest: Manifest) -> bytes:
    """Manifest as a small JSON document with its checksum."""
    body: dict[str, Any] = {
        "format": FORMAT,
        "generation": manifest.generation,
        "committed": _stamp(manifest.committed),
        "snapshot": manifest.snapshot,
        "series": {
            str(key): asdict(entry) | {"end": entry.end.isoformat()} for key, entry in sorted(manifest.series.items())
        },
        "health": {
            str(key): {
                "checked": _stamp(health.checked),
                "failing_since": _stamp(health.failing_since),
                "error": health.error,
                "not_before": _stamp(health.not_before),
            }
            for key, health in sorted(manifest.health.items())
        },
    }
    return (json.dumps(body | {"checksum": _checksum(body)}, indent=1) + "\n").encode()


def from_json(data: bytes) -> Manifest:
    number: Any = FORMAT
    try:
        body: dict[str, Any] = json.loads(data)
        number = body["format"]
        if body.pop("checksum") != _checksum(body):
            raise ValueError("checksum")
        return Manifest(
            body["generation"],
            _moment(body["committed"]),
            MappingProxyType({SeriesKey.parse(key): _entry(fields) for key, fields in body["series"].items()}),
            MappingProxyType({SeriesKey.parse(key): _health(fields) for key, fields in body["health"].items()}),
            int(number),
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(number, int) and number > FORMAT:
            raise newer(number) from error
        raise StoreDamaged("the store's manifest does not hold what was written") from error


def newer(number: int) -> StoreNewer:
    """Say that a newer climtrack wrote the store."""
    return StoreNewer(
        f"this data folder was written by a newer climtrack (format {number}; this one knows {FORMAT})",
        "Upgrade climtrack, or set CLIMTRACK_HOME to another folder",
    )


def _checksum(body: Mapping[str, Any]) -> str:
    """Hash of the content, whatever its layout."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _entry(fields: dict[str, Any]) -> Entry:
    noise = fields["noise"]
    if noise:
        origin = noise["origin"]
        origin = Notice(origin) if isinstance(origin, str) else Notice(origin["id"], **origin["facts"])
        noise |= {"origin": origin}
    names = ("file", "sha256", "digest", "provenance", "generation")  # what a newer climtrack may add is not ours
    return Entry(
        **{name: fields[name] for name in names},
        end=dt.date.fromisoformat(fields["end"]),
        noise=RevisionNoise(**noise) if noise else None,
    )


def _health(fields: dict[str, Any]) -> Health:
    return Health(
        _moment(fields["checked"]), _moment(fields["failing_since"]), fields["error"], _moment(fields["not_before"])
    )


def _stamp(moment: dt.datetime | None) -> str | None:
    """Moment as text."""
    return None if moment is None else moment.isoformat()


def _moment(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(text)

"""
DOOR. What a long run has done already, one line a file, safe against a kill at any instant.

Each line is flushed to disk before the downloaded file is deleted, so a finished file is never downloaded twice; a line
cut short by a kill is ignored. The lines hold every region of the run at full precision: the series are made from them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from climtrack.gridded import days, listing
from climtrack.gridded.days import Day, Days
from climtrack.gridded.listing import FileRecord
from climtrack.gridded.reduction import FileMeans
from climtrack.vocabulary.regions import Region
from climtrack.vocabulary.series import Status

FORMAT = "climtrack.journal/1"


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One file that was reduced."""

    record: FileRecord  # Name, hash, size, first day
    grid: str  # The grid and the variable's name
    name: str  # The grid and the variable's name
    regions: tuple[str, ...]  # Regions with the hash of their definition
    days: tuple[Day, ...]  # Over those regions


def tag(region: Region) -> str:
    """A region's name with the hash of its definition, so that a changed one is computed again."""
    text = f"{region.south!r} {region.north!r} {region.west!r} {region.east!r} {region.outline}"
    return f"{region.name}#{hashlib.sha256(text.encode()).hexdigest()[:8]}"


class Journal:
    """The journal of one variable, one place and one rule."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._entries: list[Entry] = []
        whole = path.read_bytes() if path.is_file() else b""
        complete = whole[: whole.rfind(b"\n") + 1]
        self._torn = len(complete) if len(complete) != len(whole) else -1
        for line in complete.splitlines():
            entry = _entry(line)
            if entry is not None:
                self._entries.append(entry)

    def add(self, found: FileMeans, regions: Sequence[Region], *, sha256: str = "", url: str = "") -> Entry:
        """Note a file that was reduced, and flush the note to disk."""
        record = listing.records([found])[0]
        record = FileRecord(url or record.label, sha256 or record.sha256, record.size, record.first)
        entry = Entry(record, found.grid, found.name, tuple(map(tag, regions)), days.days([found]).days)
        if self._torn >= 0:
            # The line that a kill cut short would spoil the next one; whoever only looks leaves it alone.
            with self._path.open("r+b") as file:
                file.truncate(self._torn)
            self._torn = -1
        line = json.dumps(_document(entry), separators=(",", ":"), allow_nan=False) + "\n"
        with self._path.open("ab") as file:
            file.write(line.encode())
            file.flush()
            os.fsync(file.fileno())
        self._entries.append(entry)
        return entry

    def final(self, regions: Iterable[Region]) -> frozenset[dt.date]:
        """Days that are final for all of some regions."""
        return self._with(Status.FINAL, regions)

    def early(self, regions: Iterable[Region]) -> frozenset[dt.date]:
        """Days that are preliminary, and not final yet, for all of some regions."""
        wanted = tuple(regions)
        return self._with(Status.PRELIMINARY, wanted) - self.final(wanted)

    def _with(self, status: Status, regions: Iterable[Region]) -> frozenset[dt.date]:
        """Days that were noted with a status for all of some regions."""
        wanted = set(map(tag, regions))
        return frozenset(
            day.date
            for entry in self._entries
            if wanted <= set(entry.regions)
            for day in entry.days
            if day.status == status
        )

    def table(self, regions: Sequence[Region]) -> tuple[Days, tuple[FileRecord, ...], str, str]:
        """Everything noted about some regions."""
        wanted = [tag(region) for region in regions]
        latest: dict[dt.date, tuple[Day, Entry]] = {}
        for entry in self._entries:
            if not set(wanted) <= set(entry.regions):
                continue
            at = [entry.regions.index(name) for name in wanted]
            for day in entry.days:
                held = latest.get(day.date)
                if held is not None and held[0].status == Status.FINAL and day.status != Status.FINAL:
                    continue
                picked = Day(day.date, day.status, tuple(day.values[i] for i in at), tuple(day.coverage[i] for i in at))
                latest[day.date] = picked, entry
        ordered = [latest[date] for date in sorted(latest)]
        files = dict.fromkeys(entry.record for _, entry in ordered)
        last = ordered[-1][1] if ordered else None
        return (
            Days(tuple(day for day, _ in ordered)),
            tuple(files),
            last.grid if last else "",
            last.name if last else "",
        )


def _document(entry: Entry) -> dict[str, Any]:
    """An entry as JSON; numbers keep every bit."""
    return {
        "format": FORMAT,
        "file": entry.record.label,
        "sha256": entry.record.sha256,
        "size": entry.record.size,
        "grid": entry.grid,
        "name": entry.name,
        "regions": entry.regions,
        "days": [
            [day.date.isoformat(), int(day.status), [None if np.isnan(v) else v for v in day.values], day.coverage]
            for day in entry.days
        ],
    }


def _entry(line: bytes) -> Entry | None:
    """An entry of a line; None for one that is damaged or of another format."""
    try:
        found = json.loads(line)
        if found["format"] != FORMAT:
            return None
        listed = tuple(
            Day(
                dt.date.fromisoformat(date),
                Status(status),
                tuple(float("nan") if v is None else float(v) for v in values),
                tuple(map(float, coverage)),
            )
            for date, status, values, coverage in found["days"]
        )
        record = FileRecord(found["file"], found["sha256"], found["size"], listed[0].date)
    except (ValueError, KeyError, TypeError, IndexError):
        return None
    return Entry(record, found["grid"], found["name"], tuple(found["regions"]), listed)

"""
Publication: what a site holds after a publish, file by file.

It is kept in the site itself as ``publication.json``. The server answers only what stands in it, the next publish reads
from it what is already there, and the feed and the front page remember in it the days and regions of earlier runs.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any

from climtrack.errors import PublishError

FORMAT = "climtrack.publication/1"
NAME = "publication.json"


@dataclass(frozen=True, slots=True)
class File:
    """A file to publish."""

    path: str  # In the site, with forward slashes
    media_type: str
    data: bytes
    immutable: bool = False  # True where the name holds the hash of the bytes, so that they never change

    @property
    def record(self) -> Record:
        """What the publication keeps of it."""
        return Record(hashlib.sha256(self.data).hexdigest(), len(self.data), self.media_type, self.immutable)


@dataclass(frozen=True, slots=True)
class Record:
    """A published file: hash, bytes, media type, and whether its name fixes its bytes."""

    sha256: str
    size: int
    media_type: str
    immutable: bool


@dataclass(frozen=True, slots=True)
class Shot:
    """A published picture: path in the site, pixels, bytes, alternative text."""

    path: str
    width: int
    height: int
    size: int
    alt: str


@dataclass(frozen=True, slots=True)
class Card:
    """One chart of the front page, in one language."""

    subject: str
    language: str
    title: str
    caption: str
    day: str  # Last day of its data, ISO
    light: Shot | None  # Pictures for the page, for dark readers, for phones and for social cards
    dark: Shot | None  # Pictures for the page, for dark readers, for phones and for social cards
    phone: Shot | None  # Pictures for the page, for dark readers, for phones and for social cards
    card: Shot | None  # Pictures for the page, for dark readers, for phones and for social cards
    uses: tuple[str, ...] = ()  # Paths of all dated pictures that its page shows: none of them is ever pruned


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the feed: a region on a day, in one language."""

    region: str
    day: str
    language: str
    updated: str  # When these words last changed, RFC 3339
    title: str
    answers: tuple[str, ...]
    page: str
    shot: Shot | None


@dataclass(frozen=True, slots=True)
class Publication:
    """A site's content."""

    files: Mapping[str, Record] = field(default_factory=lambda: MappingProxyType({}))
    cards: tuple[Card, ...] = ()  # The front page, in its order
    entries: tuple[Entry, ...] = ()  # The feed, newest first
    # Last day of the data by series, ISO
    regions: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    published: str = ""  # When it was written, RFC 3339; empty for a site that holds nothing yet

    @property
    def id(self) -> str:
        """Hash of the content, whenever it was written."""
        text = "".join(f"{path}\0{record.sha256}\n" for path, record in sorted(self.files.items()))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(record.size for record in self.files.values())

    @property
    def when(self) -> dt.datetime | None:
        """`published` as a moment."""
        return dt.datetime.fromisoformat(self.published) if self.published else None

    def to_json(self) -> bytes:
        """The form that is written."""
        whole = {
            "format": FORMAT,
            "published": self.published,
            "regions": dict(self.regions),
            "cards": [asdict(card) for card in self.cards],
            "entries": [asdict(entry) for entry in self.entries],
            "files": {path: asdict(record) for path, record in sorted(self.files.items())},
        }
        return json.dumps(whole, ensure_ascii=False, indent=1).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Publication:
        """Read what `to_json` wrote."""
        try:
            whole = json.loads(data)
            if whole["format"] != FORMAT:
                raise PublishError(
                    f"{NAME} has format {str(whole['format'])[:40]!r}, not {FORMAT!r}",
                    "Use the climtrack that wrote it",
                )
            for day in whole["regions"].values():
                dt.date.fromisoformat(day)
            if whole["published"] and dt.datetime.fromisoformat(whole["published"]).tzinfo is None:
                raise ValueError(f"published has no zone: {whole['published']}")
            return cls(
                MappingProxyType({path: Record(**record) for path, record in whole["files"].items()}),
                tuple(_card(card) for card in whole["cards"]),
                tuple(_entry(entry) for entry in whole["entries"]),
                MappingProxyType(dict(whole["regions"])),
                whole["published"],
            )
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise PublishError(
                f"{NAME} is damaged: {str(problem)[:80]}",
                "Publish into a new folder, then put it in the old one's place",
            ) from problem


def _shot(value: Mapping[str, Any] | None) -> Shot | None:
    """A picture, if there is one."""
    return Shot(**value) if value else None


def _card(value: Mapping[str, Any]) -> Card:
    """A chart of the front page."""
    shots = {name: _shot(value[name]) for name in ("light", "dark", "phone", "card")}
    return Card(**{**value, **shots, "uses": tuple(value["uses"])})


def _entry(value: Mapping[str, Any]) -> Entry:
    """An entry of the feed."""
    return Entry(**{**value, "answers": tuple(value["answers"]), "shot": _shot(value["shot"])})

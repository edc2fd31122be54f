"""
One publication in memory, so that every answer comes from a whole one.

Names that change are read at once, checked against the hashes of the publication and kept; dated names, whose bytes
cannot change, are read when asked for, checked likewise, and kept while room lasts. What is not in the publication's
list does not exist, whatever lies in the folder: dot files, temporary files, links, strangers.
"""

from __future__ import annotations

import gzip
import hashlib
import html
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from climtrack.errors import PublishError
from climtrack.publisher.folder import Folder, open_inside
from climtrack.publisher.publication import Publication, Record

#: Bytes of dated files kept in memory.
CACHE = 64_000_000
_SMALL = 600
_COMPRESSED = ("text/", "application/json", "application/xml", "application/atom+xml", "image/svg+xml")
_POLICY = re.compile(rb'<meta http-equiv="Content-Security-Policy" content="([^"]{1,600})">')


class Torn(PublishError):
    """A publication is just being put in place; the next look will find it whole."""


@dataclass(frozen=True, slots=True)
class Body:
    """A file ready to be sent."""

    record: Record  # Hash, size and type
    data: bytes
    packed: bytes | None  # With gzip, where that saves something
    policy: str  # The page's own content security policy; empty for what is no page


def body(record: Record, data: bytes) -> Body:
    """Prepare a file for sending."""
    packed = gzip.compress(data, 6, mtime=0) if record.media_type.startswith(_COMPRESSED) else b""
    found = _POLICY.search(data, 0, 4000) if record.media_type.startswith("text/html") else None
    policy = html.unescape(found[1].decode()) if found else ""
    smaller = packed if _SMALL < len(packed) + _SMALL < len(data) else None
    return Body(record, data, smaller, policy)


class Snapshot:
    """A publication and its bytes."""

    def __init__(self, root: Path, publication: Publication, bodies: Mapping[str, Body]) -> None:
        self.root = root
        self.publication = publication
        self.bodies = bodies
        self._kept: OrderedDict[str, Body] = OrderedDict()
        self._size = 0

    def ready(self, path: str) -> Body | None:
        """A file that is in memory."""
        return self.bodies.get(path) or self._kept.get(path)

    def read(self, path: str) -> Body | None:
        """A dated file, from disk."""
        record = self.publication.files.get(path)
        if record is None:
            return None
        try:
            data = open_inside(self.root, path)
        except OSError:
            return None
        if hashlib.sha256(data).hexdigest() != record.sha256:
            return None
        return body(record, data)

    def keep(self, path: str, found: Body) -> None:
        """Hold a dated file, dropping those not asked for the longest."""
        if path in self._kept:
            return
        self._kept[path] = found
        self._size += found.record.size
        while self._size > CACHE:
            _, dropped = self._kept.popitem(last=False)
            self._size -= dropped.record.size

    def inherit(self, before: Snapshot) -> None:
        """Take over the dated files that an earlier snapshot held and this one still publishes."""
        for path, found in before._kept.items():
            if self.publication.files.get(path) == found.record:
                self.keep(path, found)


def take(root: Path, before: Snapshot | None = None, *, lenient: bool = False) -> Snapshot:
    """Read the publication of a folder."""
    publication, staged = Folder(root).state()
    held = {} if before is None else before.bodies
    bodies: dict[str, Body] = {}
    for path, record in publication.files.items():
        if record.immutable:
            continue
        known = held.get(path)
        found = known if known and known.record == record else _checked(root, path, staged.get(path), record)
        if found is not None:
            bodies[path] = found
        elif not lenient:
            raise Torn(f"{path[:80]} is not what was published", "Run `climtrack publish` again")
    snapshot = Snapshot(root, publication, bodies)
    if before is not None:
        snapshot.inherit(before)
    return snapshot


def _checked(root: Path, path: str, staged: str | None, record: Record) -> Body | None:
    """Bytes that are the publication's own, from their place or on their way to it."""
    for place in (path, staged, path):  # it may be moved between the first two looks
        if place is None:
            continue
        try:
            data = open_inside(root, place)
        except OSError:
            continue
        if hashlib.sha256(data).hexdigest() == record.sha256:
            return body(record, data)
    return None

"""A site that answers from memory, with its own moods."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from climtrack.config import Config
from climtrack.errors import SourceUnavailable
from climtrack.fetcher import noaa
from climtrack.fetcher.reanalyzer import ENDPOINTS
from climtrack.vocabulary.series import Payload, SeriesKey
from tests.faults import genuine

NATLAN = SeriesKey("oisst", "sst", "natlan")
AIR = SeriesKey("era5", "t2m", "nh")
NOON = dt.datetime(2026, 7, 11, 12, tzinfo=dt.UTC)


class Site:
    """Copies of a day; `mood` may change a body or raise for a key."""

    def __init__(self, today: dt.date, since: int = 0) -> None:
        self.today, self.since = today, since
        self.asked: list[SeriesKey] = []
        self.mood: Callable[[SeriesKey, bytes], bytes] = lambda _, body: body

    def copy(self, key: SeriesKey, today: dt.date) -> bytes:
        """The copy of a day, without the years before `since`: for proofs that take many."""
        lines = genuine(key, today).splitlines(keepends=True)
        years = (re.search(rb'"name": ?"(\d{4})"', line) for line in lines)
        return b"".join(line for line, year in zip(lines, years, strict=True) if not year or int(year[1]) >= self.since)

    def get_body(self, key: SeriesKey) -> bytes:
        """The copy of today, as it is."""
        return genuine(key, self.today)

    def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Payload | None:
        """The copy of today, or None where the caller has it."""
        table = {**ENDPOINTS, **noaa.ENDPOINTS}.items()
        key = next(key for key, one in table if path == one.host + one.path.format(year=self.today.year))
        self.asked.append(key)
        body = self.mood(key, self.copy(key, self.today))
        tag = hashlib.sha256(body).hexdigest()[:16]
        if etag == tag:
            return None
        return Payload(url=f"https://example.org/{path}", body=body, etag=tag, last_modified="")


def down(key: SeriesKey, body: bytes) -> bytes:
    """Nobody answers."""
    raise SourceUnavailable("fetch.timeout", seconds=30)


@contextmanager
def full(folder: Path, *, frozen: bool = False) -> Iterator[None]:
    """A disk without room for a new file in a folder; or one that takes nothing at all there."""
    real = os.open

    def open_(path: Any, flags: int, *more: Any, **named: Any) -> int:
        writes = flags & (os.O_WRONLY | os.O_RDWR) if frozen else flags & os.O_CREAT
        if writes and Path(os.fsdecode(path)).is_relative_to(folder):
            number = errno.EROFS if frozen else errno.ENOSPC
            raise OSError(number, os.strerror(number), os.fsdecode(path))
        return real(path, flags, *more, **named)

    os.open = open_
    try:
        yield
    finally:
        os.open = real


def settings(home: Path, *regions: str, folder: Path | None = None) -> Config:
    """Built-in settings for a quick round: one small picture a series, of those that are drawn fastest."""
    config = Config(home=home)
    report = {
        "languages": ("en",),
        "charts": ("stripes",),
        "presets": ("email",),
        "themes": ("light",),
        "folder": str(folder or home.with_name("report")),
    }
    return config.model_copy(
        update={
            "refresh": config.refresh.model_copy(update={"regions": regions or ("nh",), "publish": False}),
            "report": config.report.model_copy(update=report),
        }
    )

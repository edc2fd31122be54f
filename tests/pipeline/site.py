"""A site that answers from memory, with its own moods."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from pathlib import Path

from climtrack.config import Config
from climtrack.errors import SourceUnavailable
from climtrack.fetcher.endpoints import ENDPOINTS
from climtrack.vocabulary.payload import Payload
from climtrack.vocabulary.series import SeriesKey
from tests.faults import genuine

NATLAN = SeriesKey("oisst", "sst", "natlan")
AIR = SeriesKey("era5", "t2m", "nh")
NOON = dt.datetime(2026, 7, 11, 12, tzinfo=dt.UTC)


class Site:
    """Copies of a day; `mood` may change a body or raise for a key."""

    def __init__(self, today: dt.date) -> None:
        self.today = today
        self.asked: list[SeriesKey] = []
        self.mood: Callable[[SeriesKey, bytes], bytes] = lambda _, body: body

    def __call__(self) -> Site:
        """The transport, as the pipeline opens it."""
        return self

    def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Payload | None:
        """The copy of today, or None where the caller has it."""
        key = next(key for key, endpoint in ENDPOINTS.items() if endpoint.path == path)
        self.asked.append(key)
        body = self.mood(key, genuine(key, self.today))
        tag = hashlib.sha256(body).hexdigest()[:16]
        if etag == tag:
            return None
        return Payload(url=f"https://example.org/{path}", body=body, etag=tag, last_modified="")


def down(key: SeriesKey, body: bytes) -> bytes:
    """Nobody answers."""
    raise SourceUnavailable("the server did not answer within 30 s", "Will try again at the next refresh")


def settings(home: Path, *regions: str, folder: Path | None = None) -> Config:
    """Built-in settings for a quick round: one small picture a series."""
    config = Config(home=home)
    report = {
        "languages": ("en",),
        "charts": ("year-lines",),
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

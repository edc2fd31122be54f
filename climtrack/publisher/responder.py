"""
Answers of the built-in server: which publication is in hand, what is asked, what is said of its health.

Knows nothing of sockets; `climtrack.serve` puts it behind an ASGI server.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

from climtrack.errors import ClimtrackError
from climtrack.publisher import answers
from climtrack.publisher.answers import Answer
from climtrack.publisher.folder import STAGING
from climtrack.publisher.publication import NAME
from climtrack.publisher.snapshot import Snapshot, Torn, take

logger = logging.getLogger(__name__)

#: Seconds between two looks for a new publication.
WATCH = 0.5
#: Looks after which a file that does not fit its publication is no longer taken for one on its way.
PATIENCE = 10
#: Days of age beyond which it is the clock that cannot be right, as before the data.
BELIEVED = 3 * 366
#: Shown where a picture of a site that has published nothing yet is asked for.
NO_DATA = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 675" width="1200" height="675"><rect width="1200" '
    'height="675" fill="#fff"/><text x="600" y="337" text-anchor="middle" font-family="sans-serif" font-size="40" '
    'fill="#55606a">No data yet · Aún no hay datos</text></svg>'
)


class Responder:
    """What is answered for one folder."""

    def __init__(self, root: Path, allowed: frozenset[str], now: Callable[[], dt.datetime]) -> None:
        self.root = root
        self.allowed = allowed
        self.now = now
        self.snapshot: Snapshot | None = None
        self.problem = ""
        self.counts: Counter[int] = Counter()
        self.sent = 0
        self._seen: object = None
        self._torn = 0

    def look(self) -> None:
        """Take the newest publication, if there is a new one and it is whole; else keep the one in hand."""
        seen = self._marks()
        if self.snapshot is not None and seen == self._seen:
            return
        try:
            self.snapshot = take(self.root, self.snapshot, lenient=self._torn >= PATIENCE)
            self._seen, self._torn, self.problem = seen, 0, ""
        except Torn as torn:  # most likely it is just being put in place: look again
            self._torn += 1
            if self._torn == PATIENCE:
                logger.error("%s The rest is served.", torn)
        except ClimtrackError as problem:
            if str(problem) != self.problem:
                logger.error("%s The publication in hand goes on being served.", problem)
            self._seen, self.problem = seen, str(problem)

    def _marks(self) -> tuple[object, ...]:
        """What changes when a publication is written."""
        marks: list[object] = []
        for path in (self.root / NAME, self.root / STAGING):
            try:
                stat = path.stat()
                marks.append((stat.st_ino, stat.st_mtime_ns, stat.st_size))
            except OSError:
                marks.append(None)
        return tuple(marks)

    async def watch(self) -> None:
        """Look again and again, off the loop, so that reading never holds up a reader."""
        while True:
            await asyncio.sleep(WATCH)
            await asyncio.to_thread(self.look)

    async def reply(self, method: str, path: str, headers: Mapping[str, str]) -> Answer:
        """The answer to one request."""
        if method not in {"GET", "HEAD"}:
            return answers.plain(405, "Only GET and HEAD.\n", (b"allow", b"GET, HEAD"))
        if not answers.host_allowed(headers.get("host", ""), self.allowed):
            return answers.plain(421, "This server does not answer for that name.\n")
        if path == "/healthz":
            return self.health()
        if path == "/metrics":
            return answers.plain(200, self.metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")
        snapshot = self.snapshot
        if snapshot is None or not snapshot.publication.files:
            return _nothing_yet(path)
        name = answers.name_of(path)
        found = snapshot.ready(name)
        if found is None and name in snapshot.publication.files:
            found = await asyncio.to_thread(snapshot.read, name)
            if found is None:
                return answers.plain(503, "This file is damaged; it will be written again.\n", (b"retry-after", b"600"))
            snapshot.keep(name, found)
        if found is not None:
            return answers.answer(name, found, headers)
        if f"{name}/index.html" in snapshot.publication.files:
            return answers.plain(308, "", (b"location", f"{name.rsplit('/', 1)[-1]}/".encode()))
        missing = snapshot.ready("404.html")
        return answers.answer("404.html", missing, headers, 404) if missing else answers.plain(404, "Not found.\n")

    def count(self, status: int, sent: int) -> None:
        """Keep the counters of `metrics`."""
        self.counts[status] += 1
        self.sent += sent

    def health(self) -> Answer:
        """Age of data and of the last publication."""
        publication = self.snapshot.publication if self.snapshot else None
        if publication is None or publication.when is None:
            return answers.plain(503, '{"status": "empty"}\n', media_type="application/json")
        now = self.now()
        newest = max(publication.regions.values(), default="")
        age = (now.date() - dt.date.fromisoformat(newest)).days if newest else None
        whole = {
            "status": "damaged" if self.problem else "ok",
            "last_refresh": publication.published,
            "seconds_since_refresh": round((now - publication.when).total_seconds()),
            "data_to": dict(publication.regions),
            "data_age_days": age if age is not None and 0 <= age <= BELIEVED else None,
            "publication": publication.id,
            "problem": self.problem,
        }
        return answers.plain(200, json.dumps(whole, indent=1) + "\n", media_type="application/json")

    def metrics(self) -> str:
        """Counters and ages, as Prometheus reads them."""
        lines = ["# HELP climtrack_requests_total Requests answered.", "# TYPE climtrack_requests_total counter"]
        lines += [f'climtrack_requests_total{{status="{code}"}} {n}' for code, n in sorted(self.counts.items())]
        lines += [
            "# HELP climtrack_sent_bytes_total Bytes of bodies sent.",
            "# TYPE climtrack_sent_bytes_total counter",
            f"climtrack_sent_bytes_total {self.sent}",
        ]
        publication = self.snapshot.publication if self.snapshot else None
        if publication is None or publication.when is None:
            return "\n".join(lines) + "\n"
        lines += [
            "# HELP climtrack_last_refresh_timestamp_seconds When the site was last published.",
            "# TYPE climtrack_last_refresh_timestamp_seconds gauge",
            f"climtrack_last_refresh_timestamp_seconds {publication.when.timestamp():.0f}",
            "# HELP climtrack_data_timestamp_seconds Last day of the data of a series.",
            "# TYPE climtrack_data_timestamp_seconds gauge",
        ]
        for series, day in sorted(publication.regions.items()):
            moment = dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC).timestamp()
            lines.append(f'climtrack_data_timestamp_seconds{{series="{series}"}} {moment:.0f}')
        lines.append("# HELP climtrack_site_bytes Bytes of all published files.")
        lines += ["# TYPE climtrack_site_bytes gauge", f"climtrack_site_bytes {publication.size}"]
        return "\n".join(lines) + "\n"


def _nothing_yet(path: str) -> Answer:
    """503 that a browser shows as a picture where one was asked for."""
    retry = (b"retry-after", b"600")
    if path.endswith((".png", ".svg", ".webp")):
        return answers.plain(503, NO_DATA, retry, media_type="image/svg+xml")
    return answers.plain(503, "No data yet. Aún no hay datos.\n", retry)

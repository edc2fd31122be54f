"""
The published site over HTTP: read-only, whole publications only, 127.0.0.1 unless told otherwise.

uvicorn comes with the extra ``serve``. A watcher looks for a new publication twice a second and swaps the snapshot in
one step; readers of the old one finish on it. Requests that dawdle with their headers, or send too many, are cut off;
bodies go out in pieces, so that a slow reader costs a piece and not a file.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import gzip
import hashlib
import html
import json
import logging
import re
import signal
import socket
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from climtrack.errors import ClimtrackError, ConfigError, DiskError, ExtraMissing, PublishError
from climtrack.publish.folder import STAGING, Folder, inside, intact
from climtrack.publish.site import DATED, NAME, Record

if TYPE_CHECKING:
    import uvicorn

logger = logging.getLogger(__name__)

# One publication in memory, so that every answer comes from a whole one.
#
# Names that change are read at once, checked against the hashes of the publication and kept; dated pictures are read
# when asked for, checked against the hash in their name, and kept while room lasts. All else does not exist, whatever
# lies in the folder: dot files, temporary files, links, strangers.


#: Bytes of dated pictures kept in memory.
CACHE = 16_000_000
_PICTURES = {
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
    "mp4": "video/mp4",
}  # the others are image/ and their suffix
_SMALL = 600
_COMPRESSED = ("text/", "application/json", "application/xml", "application/atom+xml", "image/svg+xml")
_POLICY = re.compile(rb'<meta http-equiv="Content-Security-Policy" content="([^"]{1,600})">')


class PartialPublish(PublishError):
    """A publication is just being put in place; the next look will find it whole."""


@dataclass(frozen=True, slots=True)
class Body:
    """A file ready to be sent."""

    record: Record  # Hash, size and type
    data: bytes
    packed: bytes | None  # With gzip, where that saves something
    policy: str  # The page's own content security policy; empty for what is no page


def body(record: Record, data: bytes) -> Body:
    packed = gzip.compress(data, 6, mtime=0) if record.media_type.startswith(_COMPRESSED) else b""
    smaller = packed if _SMALL < len(packed) + _SMALL < len(data) else None
    found = _POLICY.search(data, 0, 4000) if record.media_type.startswith("text/html") else None
    return Body(record, data, smaller, html.unescape(found[1].decode()) if found else "")


def _checked(root: Path, path: str, record: Record) -> Body | None:
    """A file's bytes, if they are the publication's own."""
    data = inside(root, path)
    return body(record, data) if data is not None and hashlib.sha256(data).hexdigest() == record.sha256 else None


class Snapshot:
    """A publication and its bytes."""

    def __init__(self, root: Path, before: Snapshot | None = None, *, lenient: bool = False) -> None:
        self.root = root
        self.publication, staged = Folder(root).state()
        self._bodies: dict[str, Body] = {}
        self._dated: dict[str, Body] = before._dated if before else {}
        for path, record in self.publication.files.items():
            found = before.ready(path) if before else None
            if not found or found.record != record:
                places = (path, staged.get(path), path)  # it may be moved between the first two looks
                found = next((one for place in places if place and (one := _checked(root, place, record))), None)
            if found:
                self._bodies[path] = found
            elif not lenient:
                raise PartialPublish("publish.partial", path=path[:80])

    def ready(self, path: str) -> Body | None:
        """A file that is in memory."""
        return self._bodies.get(path) or self._dated.get(path)

    def keep(self, path: str, data: bytes | None) -> Body | None:
        """A dated picture, if it is what its name says; those read the longest ago give way."""
        if data is None or not intact(path, data):
            return None
        suffix = path.rpartition(".")[2]
        record = Record(hashlib.sha256(data).hexdigest(), len(data), _PICTURES.get(suffix, f"image/{suffix}"))
        self._dated[path] = body(record, data)
        while sum(one.record.size for one in self._dated.values()) > CACHE:
            del self._dated[next(iter(self._dated))]
        return self._dated.get(path)


# HTTP, as values: a question and a file → an answer.
#
# Nothing of the question is ever echoed; the only names that are looked up are those of the publication's list.


YEAR = "public, max-age=31536000, immutable"
HOUR = "public, max-age=3600"
MINUTES = "public, max-age=300"
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
_SHARED = ("image/", "application/json", "text/csv", "application/atom+xml")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})

Headers = tuple[tuple[bytes, bytes], ...]

#: On every answer, whatever it is.
ALWAYS: Headers = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"))
CLOSED: Headers = ((b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back."""

    status: int
    headers: Headers  # But for those of the server itself
    data: bytes = b""  # Body; not sent for HEAD


def text_answer(
    status: int, text: str, *more: tuple[bytes, bytes], media_type: str = "text/plain; charset=utf-8"
) -> Answer:
    """A short answer that nobody keeps."""
    data = text.encode()
    own = ((b"content-type", media_type.encode()), _length(data), (b"cache-control", b"no-store"))
    return Answer(status, (*ALWAYS, *CLOSED, *own, *more), data)


def _length(data: bytes) -> tuple[bytes, bytes]:
    return b"content-length", str(len(data)).encode()


def host_allowed(host: str, allowed: frozenset[str]) -> bool:
    """Whether a request is meant for this server: no page of another name may read it through a browser."""
    if not allowed or not host:
        return True
    name = host.rsplit(":", 1)[0] if re.search(r":\d{1,5}$", host) else host
    return name.lower().rstrip(".") in allowed


def answer(path: str, body: Body, headers: Mapping[str, str], status: int = 200) -> Answer:
    """A file, or the part of it that was asked for, or the word that it has not changed."""
    part = headers.get("range", "")
    packed = body.packed is not None and not part and "gzip" in _accepted(headers.get("accept-encoding", ""))
    data = body.packed if packed and body.packed is not None else body.data
    tag = f'"{body.record.sha256[:32]}{"-gz" if packed else ""}"'
    lifetime = HOUR if path.startswith(("latest/", "data/", "oembed/")) else MINUTES
    own = [
        (b"content-type", body.record.media_type.encode()),
        (b"cache-control", (MINUTES if status != 200 else YEAR if DATED.fullmatch(path) else lifetime).encode()),
        (b"content-security-policy", _policy(path, body).encode()),
        *_sharing(path, body),
    ]
    if body.packed is not None:
        own.append((b"vary", b"accept-encoding"))
    if status == 200:
        own += [(b"etag", tag.encode()), (b"accept-ranges", b"bytes")]
        if _unchanged(headers.get("if-none-match", ""), tag):
            return Answer(304, (*ALWAYS, *own[1:]))
        if headers.get("if-range", tag) == tag and (asked := _RANGE.fullmatch(part.strip())):
            partial = _partial(asked[1], asked[2], data, own)
            if partial:
                return partial
    if packed:
        own.append((b"content-encoding", b"gzip"))
    return Answer(status, (*ALWAYS, *own, _length(data)), data)


def _partial(begin: str, end: str, data: bytes, own: list[tuple[bytes, bytes]]) -> Answer | None:
    """206, or 416 for a part that lies behind the end; nothing for what is no range (RFC 9110 §14)."""
    size = len(data)
    if not (begin or end) or (begin and end and int(end) < int(begin)):
        return None
    first = int(begin) if begin else size - min(int(end), size)
    last = min(int(end), size - 1) if begin and end else size - 1
    if first >= size:
        empty = ((b"content-range", f"bytes */{size}".encode()), _length(b""))
        return Answer(416, (*ALWAYS, *own[1:], *empty))
    cut = data[first : last + 1]
    place = (b"content-range", f"bytes {first}-{last}/{size}".encode())
    return Answer(206, (*ALWAYS, *own, place, _length(cut)), cut)


def _accepted(header: str) -> frozenset[str]:
    """Encodings that the reader takes; those with q=0 it refuses."""
    parts = (part.partition(";") for part in header.lower().split(","))
    return frozenset(name.strip() for name, _, q in parts if not re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", q))


def _unchanged(header: str, tag: str) -> bool:
    """If-None-Match: any of these tags, or anything at all."""
    return header.strip() == "*" or tag in {part.strip().removeprefix("W/") for part in header.split(",")}


def _policy(path: str, body: Body) -> str:
    """What a page may load, and who may frame it; pictures and data may nothing."""
    if body.record.media_type.startswith("image/svg"):
        return "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    own = body.policy or "default-src 'none'"
    return own if path.startswith("embed/") else f"{own}; frame-ancestors 'self'"


def _sharing(path: str, body: Body) -> list[tuple[bytes, bytes]]:
    """Pictures and data are for every site; pages for themselves, but for those made to be embedded."""
    if body.record.media_type.startswith(_SHARED):
        return [(b"access-control-allow-origin", b"*"), (b"cross-origin-resource-policy", b"cross-origin")]
    embedded = path.startswith("embed/")
    return [(b"cross-origin-resource-policy", b"cross-origin" if embedded else b"same-origin")]


#: Seconds between two looks for a new publication.
WATCH = 0.5
#: Looks after which a file that does not fit its publication is no longer taken for one on its way.
PATIENCE = 10
#: Days of age beyond which it is the clock that cannot be right, as before the data.
BELIEVED = 3 * 366
#: Days beyond the usual delay of a series, and hours without a publication (two daily rounds), that make a site stale.
GRACE, MISSED = 2, 49
#: Shown where a picture of a site that has published nothing yet is asked for.
NO_DATA = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 675" width="1200" height="675"><rect width="1200" '
    'height="675" fill="#fff"/><text x="600" y="337" text-anchor="middle" font-family="sans-serif" font-size="40" '
    'fill="#55606a">No data yet · Aún no hay datos</text></svg>'
)
PIECE = 65_536
READER_SECONDS = 60.0

Message = dict[str, Any]


class Responder:
    """The ASGI application of one folder."""

    def __init__(self, root: Path, allowed: frozenset[str], now: Callable[[], dt.datetime]) -> None:
        self.root = root
        self.allowed = allowed
        self.now = now
        self.snapshot: Snapshot | None = None
        self.problem = ""
        self.counts: Counter[int] = Counter()
        self.sent = 0
        self._seen: object = None
        self._partial = 0

    async def __call__(
        self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await asyncio.to_thread(self.look)
            watcher = asyncio.create_task(self._watch())
            await send({"type": "lifespan.startup.complete"})
            await receive()
            watcher.cancel()
            await send({"type": "lifespan.shutdown.complete"})
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        reply = await self.reply(scope["method"], scope["path"], headers)
        await send({"type": "http.response.start", "status": reply.status, "headers": list(reply.headers)})
        data = memoryview(b"" if scope["method"] == "HEAD" else reply.data)
        self.counts[reply.status] += 1
        self.sent += len(data)
        for start in range(0, len(data) or 1, PIECE):
            async with asyncio.timeout(READER_SECONDS):  # a reader that takes nothing for a minute is gone
                piece = {"body": bytes(data[start : start + PIECE]), "more_body": start + PIECE < len(data)}
                await send({"type": "http.response.body", **piece})

    def look(self) -> None:
        """Take the newest publication, if there is a new one and it is whole; else keep the one in hand."""
        seen = self._marks()
        if self.snapshot is not None and seen == self._seen:
            return
        try:
            self.snapshot = Snapshot(self.root, self.snapshot, lenient=self._partial >= PATIENCE)
            self._seen, self._partial, self.problem = seen, 0, ""
        except PartialPublish as partial:  # most likely it is just being put in place: look again
            self._partial += 1
            if self._partial == PATIENCE:
                logger.error("%s The rest is served.", partial)
        except ClimtrackError as problem:
            if str(problem) != self.problem:
                logger.error("%s The publication in hand goes on being served.", problem)
            self._seen, self.problem = seen, str(problem)

    def _marks(self) -> tuple[object, ...]:
        """What changes when a publication is written."""
        marks = []
        for path in (self.root / NAME, self.root / STAGING):
            with contextlib.suppress(OSError):
                stat = path.stat()
                marks.append((path, stat.st_ino, stat.st_mtime_ns, stat.st_size))
        return tuple(marks)

    async def _watch(self) -> None:
        """Look again and again, off the loop, so that reading never holds up a reader."""
        while True:
            await asyncio.sleep(WATCH)
            await asyncio.to_thread(self.look)

    async def reply(self, method: str, path: str, headers: Mapping[str, str]) -> Answer:
        """The answer to one request."""
        if method not in {"GET", "HEAD"}:
            return text_answer(405, "Only GET and HEAD.\n", (b"allow", b"GET, HEAD"))
        if not host_allowed(headers.get("host", ""), self.allowed):
            return text_answer(421, "This server does not answer for that name.\n")
        if path == "/healthz":
            return self.health()
        if path == "/metrics":
            return text_answer(200, self.metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")
        snapshot = self.snapshot
        if snapshot is None or not snapshot.publication.files:
            return _nothing_yet(path)
        name, files = path.removeprefix("/"), snapshot.publication.files
        if not name or name.endswith("/"):
            name += "index.html"
        found, known = snapshot.ready(name), name in files
        if found is None and DATED.fullmatch(name):
            data = await asyncio.to_thread(inside, self.root, name)
            known, found = data is not None, snapshot.keep(name, data)
        if found:
            return answer(name, found, headers)
        if known:
            return text_answer(503, "This file is damaged.\n", (b"retry-after", b"600"))
        if f"{name}/index.html" in files:
            return text_answer(308, "", (b"location", f"{name.rsplit('/', 1)[-1]}/".encode()))
        missing = snapshot.ready("404.html")
        return answer("404.html", missing, headers, 404) if missing else text_answer(404, "Not found.\n")

    def health(self) -> Answer:
        """Age of data and of the last publication; 503 where nobody keeps the site up, by its worst series."""
        publication = self.snapshot.publication if self.snapshot else None
        if publication is None or publication.when is None:
            return text_answer(503, '{"status": "empty"}\n', media_type="application/json")
        now = self.now()
        seconds = round((now - publication.when).total_seconds())
        ages = {key: (now.date() - dt.date.fromisoformat(day)).days for key, day in publication.regions.items()}
        beyond = {key: ages[key] - usual for key, usual in publication.usual.items()}
        worst = max(beyond or ages, key=(beyond or ages).__getitem__, default="")
        status = "damaged" if self.problem else "ok"
        if ages and not 0 <= min(ages.values()) <= BELIEVED:
            status, ages = "clock wrong", {}
        elif seconds > MISSED * 3600 or beyond.get(worst, 0) > GRACE:
            status = "stale"
        whole = {
            "status": status,
            "last_refresh": publication.published,
            "seconds_since_refresh": seconds,
            "data_to": dict(publication.regions),
            "worst": worst,
            "data_age_days": ages.get(worst),
            "usual_age_days": publication.usual.get(worst),
            "publication": publication.id,
            "problem": self.problem,
        }
        kept = status in {"ok", "damaged"}
        return text_answer(200 if kept else 503, json.dumps(whole, indent=1) + "\n", media_type="application/json")

    def metrics(self) -> str:
        """Counters and ages, as Prometheus reads them."""
        requests = [(f'{{status="{code}"}}', n) for code, n in sorted(self.counts.items())]
        lines = _metric("requests_total", "counter", "Requests answered.", *requests)
        lines += _metric("sent_bytes_total", "counter", "Bytes of bodies sent.", ("", self.sent))
        stale = int(self.health().status != 200)
        lines += _metric("stale", "gauge", "1 while /healthz answers 503, 0 while the site is kept up.", ("", stale))
        publication = self.snapshot.publication if self.snapshot else None
        if publication is not None and publication.when is not None:
            when = round(publication.when.timestamp())
            days = [
                (f'{{series="{series}"}}', round(dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC).timestamp()))
                for series, day in sorted(publication.regions.items())
            ]
            lines += _metric("last_refresh_timestamp_seconds", "gauge", "When the site was last published.", ("", when))
            lines += _metric("data_timestamp_seconds", "gauge", "Last day of the data of a series.", *days)
            lines += _metric("site_bytes", "gauge", "Bytes of all published files.", ("", publication.size))
        return "\n".join(lines) + "\n"


def _metric(name: str, kind: str, meaning: str, *values: tuple[str, int]) -> list[str]:
    head = [f"# HELP climtrack_{name} {meaning}", f"# TYPE climtrack_{name} {kind}"]
    return [*head, *(f"climtrack_{name}{labels} {value}" for labels, value in values)]


def _nothing_yet(path: str) -> Answer:
    """503 that a browser shows as a picture where one was asked for."""
    retry = (b"retry-after", b"600")
    if path.endswith((".png", ".svg", ".webp")):
        return text_answer(503, NO_DATA, retry, media_type="image/svg+xml")
    return text_answer(503, "No data yet. Aún no hay datos.\n", retry)


HEADER_BYTES = 32_768
HEADER_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """How the site is served."""

    host: str = "127.0.0.1"
    port: int = 8000
    # Host names answered besides those of this computer; used where `host` is a loopback address
    names: frozenset[str] = frozenset()

    @property
    def loopback(self) -> bool:
        """Whether only this computer can connect."""
        return self.host in {"localhost", "::1"} or self.host.startswith("127.")

    @property
    def allowed(self) -> frozenset[str]:
        """Host names answered; empty for all."""
        return frozenset({*LOOPBACK, self.host, *self.names}) if self.loopback else frozenset()


def _protocol() -> Any:
    """The protocol of uvicorn with limits on headers; its plain one where httptools is not installed."""
    try:
        from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
    except ImportError:
        return "h11"

    class Guarded(HttpToolsProtocol):
        """Headers must arrive within their time and size."""

        _clock: asyncio.TimerHandle | None = None
        _bytes = 0

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._start()

        def _start(self) -> None:
            self._bytes = 0
            self._clock = self.loop.call_later(HEADER_SECONDS, self.transport.abort)

        def data_received(self, data: bytes) -> None:
            if self.cycle is None or self.cycle.response_complete:
                if self._clock is None:
                    self._start()
                self._bytes += len(data)
                if self._bytes > HEADER_BYTES:
                    self._refuse("431 Request Header Fields Too Large")
                    return
            super().data_received(data)

        def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - what was wrong is the sender's to know
            self._refuse("400 Bad Request")

        def _refuse(self, status: str) -> None:
            own = (*ALWAYS, *CLOSED, (b"cache-control", b"no-store"), (b"content-length", b"0"))
            lines = b"".join(name + b": " + value + b"\r\n" for name, value in own)
            self.transport.write(f"HTTP/1.1 {status}\r\nconnection: close\r\n".encode() + lines + b"\r\n")
            self.transport.close()

        def on_headers_complete(self) -> None:
            self._stop()
            super().on_headers_complete()

        def _stop(self) -> None:
            self._bytes = 0
            if self._clock is not None:
                self._clock.cancel()
                self._clock = None

        def connection_lost(self, exc: Exception | None) -> None:
            self._stop()
            super().connection_lost(exc)

    return Guarded


def _server(root: Path, settings: ServeSettings, now: Callable[[], dt.datetime]) -> uvicorn.Server:
    """The server, not yet started."""
    try:
        import uvicorn
    except ImportError as problem:
        raise ExtraMissing("serve.extra") from problem
    _more_files()
    return uvicorn.Server(
        uvicorn.Config(
            Responder(root, settings.allowed, now),
            http=_protocol(),
            ws="none",
            lifespan="on",
            log_level="critical",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            headers=[],
            timeout_keep_alive=15,
            timeout_graceful_shutdown=5,
            h11_max_incomplete_event_size=HEADER_BYTES,
            backlog=2048,
        )
    )


def listen(settings: ServeSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except (socket.gaierror, ValueError) as problem:  # ValueError: a name that cannot be one, too long or with a NUL
        raise ConfigError("serve.address", host=settings.host[:60]) from problem
    except OSError as problem:
        port, other = str(settings.port), str(settings.port + 1)
        if problem.errno in {48, 98}:
            raise DiskError("serve.taken", port=port, other=other) from problem
        raise DiskError("serve.port", port=port, other=other, reason=(problem.strerror or "").lower()) from problem


def serve(
    root: Path,
    settings: ServeSettings,
    *,
    now: Callable[[], dt.datetime],
    ready: Callable[[str], None] = lambda _: None,
) -> None:
    """Serve until interrupted or terminated; requests in hand are finished."""
    running = _server(root, settings, now)
    with listen(settings) as sock:
        ready(_address(sock))
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)  # uvicorn stops gracefully, then hands the signal back to us
        running.run(sockets=[sock])


@contextlib.contextmanager
def background(root: Path, settings: ServeSettings, *, now: Callable[[], dt.datetime]) -> Iterator[str]:
    """Serve in a thread of this process, for as long as the block lasts."""
    running = _server(root, settings, now)
    with listen(settings) as sock:
        thread = threading.Thread(target=running.run, kwargs={"sockets": [sock]}, name="climtrack-serve", daemon=True)
        thread.start()
        try:
            yield _address(sock)
        finally:
            running.should_exit = True
            thread.join(timeout=10)


def _address(sock: socket.socket) -> str:
    """Where a socket listens, as an address to open."""
    host, port = sock.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def _more_files() -> None:
    """Room for many readers at once, where the system allows it."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 65_536)), hard))

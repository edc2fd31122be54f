"""
The published site over HTTP: read-only, whole publications only, 127.0.0.1 unless told otherwise.

Starlette and uvicorn come with the extra ``serve``. A watcher looks for a new publication twice a second and swaps the
snapshot in one step; readers of the old one finish on it. Requests that dawdle with their headers, or send too many,
are cut off; bodies go out in pieces, so that a slow reader costs a piece and not a file.
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
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from climtrack.errors import ClimtrackError, ConfigError, DiskError, ExtraMissing, PublishError
from climtrack.publish.folder import STAGING, Folder, open_inside
from climtrack.publish.site import NAME, Publication, Record

if TYPE_CHECKING:
    import uvicorn
    from starlette.applications import Starlette
    from starlette.types import Receive, Scope, Send


# One publication in memory, so that every answer comes from a whole one.
#
# Names that change are read at once, checked against the hashes of the publication and kept; dated names, whose bytes
# cannot change, are read when asked for, checked likewise, and kept while room lasts. What is not in the publication's
# list does not exist, whatever lies in the folder: dot files, temporary files, links, strangers.


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


# HTTP, as values: a question and a snapshot → an answer.
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
ALWAYS: Headers = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
CLOSED: Headers = ((b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back."""

    status: int
    headers: Headers  # But for those of the server itself
    data: bytes = b""  # Body; not sent for HEAD


def plain(status: int, text: str, *more: tuple[bytes, bytes], media_type: str = "text/plain; charset=utf-8") -> Answer:
    """A short answer that nobody keeps."""
    data = text.encode()
    own = (
        (b"content-type", media_type.encode()),
        (b"content-length", str(len(data)).encode()),
        (b"cache-control", b"no-store"),
    )
    return Answer(status, (*ALWAYS, *CLOSED, *own, *more), data)


def name_of(path: str) -> str:
    """File that an address stands for."""
    if not path.startswith("/"):  # `*`, which is no address
        return path
    name = path[1:]
    return f"{name}index.html" if not name or name.endswith("/") else name


def host_allowed(host: str, allowed: frozenset[str]) -> bool:
    """Whether a request is meant for this server: no page of another name may read it through a browser."""
    if not allowed or not host:
        return True
    name = host.rsplit(":", 1)[0] if re.search(r":\d{1,5}$", host) else host
    return name.lower().rstrip(".") in allowed


def lifetime(path: str, body: Body) -> str:
    """How long a file may be kept."""
    if body.record.immutable:
        return YEAR
    return HOUR if path.startswith(("latest/", "data/", "oembed/")) else MINUTES


def answer(path: str, body: Body, headers: Mapping[str, str], status: int = 200) -> Answer:
    """A file, or the part of it that was asked for, or the word that it has not changed."""
    wanted = headers.get("range", "")
    packed = body.packed is not None and not wanted and "gzip" in _accepted(headers.get("accept-encoding", ""))
    data = body.packed if packed and body.packed is not None else body.data
    tag = f'"{body.record.sha256[:32]}{"-gz" if packed else ""}"'
    own = [
        (b"content-type", body.record.media_type.encode()),
        (b"cache-control", (lifetime(path, body) if status == 200 else MINUTES).encode()),
        (b"content-security-policy", _policy(path, body).encode()),
        *_sharing(path, body),
    ]
    if body.packed is not None:
        own.append((b"vary", b"accept-encoding"))
    if status == 200:
        own += [(b"etag", tag.encode()), (b"accept-ranges", b"bytes")]
        if _unchanged(headers.get("if-none-match", ""), tag):
            return Answer(304, (*ALWAYS, *own[1:]))
        part = _part(wanted, len(data)) if headers.get("if-range", tag) == tag else None
        if part is not None:
            return _partial(part, data, own)
    if packed:
        own.append((b"content-encoding", b"gzip"))
    return Answer(status, (*ALWAYS, *own, (b"content-length", str(len(data)).encode())), data)


def _partial(part: tuple[int, int] | bool, data: bytes, own: list[tuple[bytes, bytes]]) -> Answer:
    """206, or 416 for a part that lies behind the end."""
    if isinstance(part, bool):
        empty = ((b"content-range", f"bytes */{len(data)}".encode()), (b"content-length", b"0"))
        return Answer(416, (*ALWAYS, *own[1:], *empty))
    first, last = part
    cut = data[first : last + 1]
    shown = (b"content-range", f"bytes {first}-{last}/{len(data)}".encode())
    return Answer(206, (*ALWAYS, *own, shown, (b"content-length", str(len(cut)).encode())), cut)


def _part(wanted: str, size: int) -> tuple[int, int] | bool | None:
    """First and last byte of a single range, False for one that cannot be, None for what is no such range."""
    found = _RANGE.fullmatch(wanted.strip())
    if not found or found.groups() == ("", ""):
        return None
    if not found[1]:
        count = min(int(found[2]), size)
        return (size - count, size - 1) if count else False
    first = int(found[1])
    last = min(int(found[2]), size - 1) if found[2] else size - 1
    if found[2] and int(found[2]) < first:
        return None
    return (first, last) if first < size else False


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


# Answers of the built-in server: which publication is in hand, what is asked, what is said of its health.
#
# Knows nothing of sockets; `climtrack.publish.server` puts it behind an ASGI server.


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
            return plain(405, "Only GET and HEAD.\n", (b"allow", b"GET, HEAD"))
        if not host_allowed(headers.get("host", ""), self.allowed):
            return plain(421, "This server does not answer for that name.\n")
        if path == "/healthz":
            return self.health()
        if path == "/metrics":
            return plain(200, self.metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")
        snapshot = self.snapshot
        if snapshot is None or not snapshot.publication.files:
            return _nothing_yet(path)
        name = name_of(path)
        found = snapshot.ready(name)
        if found is None and name in snapshot.publication.files:
            found = await asyncio.to_thread(snapshot.read, name)
            if found is None:
                return plain(503, "This file is damaged; it will be written again.\n", (b"retry-after", b"600"))
            snapshot.keep(name, found)
        if found is not None:
            return answer(name, found, headers)
        if f"{name}/index.html" in snapshot.publication.files:
            return plain(308, "", (b"location", f"{name.rsplit('/', 1)[-1]}/".encode()))
        missing = snapshot.ready("404.html")
        return answer("404.html", missing, headers, 404) if missing else plain(404, "Not found.\n")

    def count(self, status: int, sent: int) -> None:
        """Keep the counters of `metrics`."""
        self.counts[status] += 1
        self.sent += sent

    def health(self) -> Answer:
        """Age of data and of the last publication."""
        publication = self.snapshot.publication if self.snapshot else None
        if publication is None or publication.when is None:
            return plain(503, '{"status": "empty"}\n', media_type="application/json")
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
        return plain(200, json.dumps(whole, indent=1) + "\n", media_type="application/json")

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
        return plain(503, NO_DATA, retry, media_type="image/svg+xml")
    return plain(503, "No data yet. Aún no hay datos.\n", retry)


PIECE = 65_536
HEADER_BYTES = 32_768
HEADER_SECONDS = 15.0
READER_SECONDS = 60.0


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


class Application:
    """The ASGI application of a site."""

    def __init__(self, responder: Responder) -> None:
        self.responder = responder

    async def __call__(self, scope: Scope, _: Receive, send: Send) -> None:
        """Answer one request."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        reply = await self.responder.reply(scope["method"], scope["path"], headers)
        await send({"type": "http.response.start", "status": reply.status, "headers": list(reply.headers)})
        data = b"" if scope["method"] == "HEAD" else reply.data
        self.responder.count(reply.status, len(data))
        if len(data) <= PIECE:
            await send({"type": "http.response.body", "body": data})
            return
        view = memoryview(data)
        for start in range(0, len(data), PIECE):
            async with asyncio.timeout(READER_SECONDS):  # a reader that takes nothing for a minute is gone
                piece = {"body": view[start : start + PIECE], "more_body": start + PIECE < len(data)}
                await send({"type": "http.response.body", **piece})


def application(responder: Responder) -> Starlette:
    """The site as a Starlette application, with its watcher."""
    try:
        from starlette.applications import Starlette
    except ImportError as problem:
        raise ExtraMissing(
            "the server needs Starlette and uvicorn", "Install them, in climtrack's folder: pip install '.[serve]'"
        ) from problem

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await asyncio.to_thread(responder.look)
        watcher = asyncio.create_task(responder.watch())
        yield
        watcher.cancel()

    app = Starlette(lifespan=lifespan)
    app.router.default = Application(responder)  # no route: what none matches Starlette answers in its own bare way
    return app


def _protocol() -> Any:
    """The protocol of uvicorn, with an end to its patience; its plain one where that is not installed."""
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


def server(responder: Responder) -> uvicorn.Server:
    """The server, not yet started."""
    app = application(responder)
    try:
        import uvicorn
    except ImportError as problem:
        raise ExtraMissing(
            "the server needs Starlette and uvicorn", "Install them, in climtrack's folder: pip install '.[serve]'"
        ) from problem
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=_protocol(),
            ws="none",
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
        raise ConfigError(f"{settings.host[:60]!r} is no address of this computer", "Use --host 127.0.0.1") from problem
    except OSError as problem:
        reason = "is in use" if problem.errno in {48, 98} else f"cannot be used: {(problem.strerror or '').lower()}"
        raise DiskError(f"port {settings.port} {reason}", f"Try --port {settings.port + 1}") from problem


def serve(
    root: Path,
    settings: ServeSettings,
    *,
    now: Callable[[], dt.datetime],
    ready: Callable[[str], None] = lambda _: None,
) -> None:
    """Serve until interrupted or terminated; requests in hand are finished."""
    running = server(Responder(root, settings.allowed, now))
    _more_files()
    with listen(settings) as sock:
        ready(_address(sock))
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)  # uvicorn stops gracefully, then hands the signal back to us
        running.run(sockets=[sock])


@contextlib.contextmanager
def background(root: Path, settings: ServeSettings, *, now: Callable[[], dt.datetime]) -> Iterator[str]:
    """Serve in a thread of this process, for as long as the block lasts."""
    running = server(Responder(root, settings.allowed, now))
    _more_files()
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

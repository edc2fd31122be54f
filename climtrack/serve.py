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
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from climtrack.errors import ConfigError, DiskError, ExtraMissing
from climtrack.publisher import answers
from climtrack.publisher.responder import Responder

if TYPE_CHECKING:
    import uvicorn
    from starlette.applications import Starlette
    from starlette.types import Receive, Scope, Send

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
        return frozenset({*answers.LOOPBACK, self.host, *self.names}) if self.loopback else frozenset()


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
            own = (*answers.ALWAYS, *answers.CLOSED, (b"cache-control", b"no-store"), (b"content-length", b"0"))
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

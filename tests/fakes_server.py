"""
A web server on loopback that misbehaves to order.

It speaks HTTP by hand, so that it can also speak it wrongly. Serve bodies with `put`, give a path a fault with `fault`;
every request is kept in `requests`. A fault is called with the connection and the number of the request for that path,
counted from 1, and writes what it likes; returning True lets the good answer follow. Whoever asks it may go by a
`Clock`, so that limits of time are tried whatever the computer's speed.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

#: Seconds after which a client that neither speaks nor reads is given up.
PATIENCE = 60.0


class Clock:
    """
    Time that goes on by `step` at each look, and while somebody sleeps by it.

    Parameters
    ----------
    step : float
        Seconds between two looks.
    """

    def __init__(self, step: float = 0.0) -> None:
        self.now, self.step, self.slept = 1000.0, step, list[float]()

    def __call__(self) -> float:
        """The time; later at each call."""
        self.now += self.step
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass, and nobody wait."""
        self.now += seconds
        self.slept.append(seconds)


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came."""

    path: str
    headers: Mapping[str, str]
    connection: int
    body: bytes = b""


@dataclass(slots=True)
class Talk:
    """One connection, to be written to as one likes."""

    sock: socket.socket
    request: Request
    count: int
    site: FakeSite

    def send(self, data: bytes) -> None:
        """Bytes as they are; a client that has gone away is no surprise."""
        with contextlib.suppress(OSError):
            self.sock.sendall(data)

    def answer(self, status: str, body: bytes = b"", *headers: str, length: int | None = None) -> None:
        """A whole answer."""
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
        self.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)

    def drip(self, data: bytes, pause: float) -> None:
        """A few bytes at a time, for as long as the client stays."""
        for i in range(0, len(data), 2):
            if self.site.closing.wait(pause):
                return
            try:
                self.sock.sendall(data[i : i + 2])
            except OSError:
                return

    def stall(self) -> None:
        """Say nothing until the client goes away."""
        self.sock.settimeout(0.05)
        while not self.site.closing.is_set():
            try:
                if not self.sock.recv(1024):
                    return
            except TimeoutError:
                continue
            except OSError:
                return

    def reset(self) -> None:
        """Break the connection off hard."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


Fault = Callable[[Talk], bool | None]


@dataclass
class FakeSite:
    """
    The site, as a context manager.

    Parameters
    ----------
    tls : SSLContext, optional
        Serve HTTPS with it.
    compress : bool
        Answer with gzip where the client accepts it.
    """

    tls: ssl.SSLContext | None = None
    compress: bool = True
    bodies: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._listener.settimeout(0.05)
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        for thread in self._threads:
            thread.join(PATIENCE)
        self._listener.close()

    @property
    def port(self) -> int:
        """Port listened at."""
        return int(self._listener.getsockname()[1])

    @property
    def url(self) -> str:
        """Base address, ending in a slash."""
        return f"http{'s' if self.tls else ''}://{'localhost' if self.tls else '127.0.0.1'}:{self.port}/"

    def put(self, path: str, body: bytes) -> None:
        """Serve a body at a path (without a leading slash)."""
        self.bodies[path] = body

    def fault(self, path: str, fault: Fault) -> None:
        """Let a path misbehave; ``*`` is every path."""
        self.faults[path] = fault

    def asked(self, path: str) -> list[Request]:
        """Requests for a path."""
        return [request for request in self.requests if request.path == path]

    def _accept(self) -> None:
        number = 0
        while not self.closing.is_set():
            try:
                sock, _ = self._listener.accept()
            except TimeoutError:
                continue
            number += 1
            thread = threading.Thread(target=self._serve, args=(sock, number), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket, number: int) -> None:
        try:
            sock.settimeout(PATIENCE)
            if self.tls is not None:
                sock = self.tls.wrap_socket(sock, server_side=True)
            while self._one(sock, number):
                pass
        except OSError:
            pass  # the client went away, or did not like the certificate
        finally:
            sock.close()

    def _one(self, sock: socket.socket, number: int) -> bool:
        """One request and its answer; whether the connection goes on."""
        head = b""
        sock.settimeout(0.05)
        while b"\r\n\r\n" not in head:
            try:
                piece = sock.recv(65536)
            except TimeoutError:
                if self.closing.is_set():
                    return False
                continue
            if not piece:
                return False
            head += piece
        sock.settimeout(PATIENCE)
        head, _, body = head.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        while len(body) < int(headers.get("content-length", "0")):  # left unread it would reset the connection
            body += sock.recv(65536)
        request = Request(first.split(" ")[1].lstrip("/"), headers, number, body)
        with self._lock:
            self.requests.append(request)
            count = len(self.asked(request.path))
        talk = Talk(sock, request, count, self)
        fault = self.faults.get(request.path) or self.faults.get("*")
        if fault is not None and not fault(talk):
            return False
        self.good(talk)
        return True

    def good(self, talk: Talk) -> None:
        """What a well-behaved server answers."""
        body = self.bodies.get(talk.request.path)
        if body is None:
            talk.answer("404 Not Found", b"<html>Houston, we've had a problem</html>", "Content-Type: text/html")
            return
        etag = f'ETag: "{hashlib.sha256(body).hexdigest()[:16]}"'
        if talk.request.headers.get("if-none-match") == etag[6:]:
            talk.send(f"HTTP/1.1 304 Not Modified\r\n{etag}\r\n\r\n".encode())
            return
        kind = "Content-Type: application/json"
        if self.compress and "gzip" in talk.request.headers.get("accept-encoding", ""):
            talk.answer("200 OK", gzip.compress(body, 1), kind, etag, "Content-Encoding: gzip")
        else:
            talk.answer("200 OK", body, kind, etag)


def once(fault: Fault, times: int = 1) -> Fault:
    """A fault that passes."""
    return lambda talk: fault(talk) if talk.count <= times else True


def status(line: str, *headers: str, body: bytes = b"") -> Fault:
    """An answer without data."""
    return lambda talk: talk.answer(line, body, *headers)

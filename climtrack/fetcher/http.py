"""DOOR: HTTP GET with one deadline, polite retries, bounds and conditional requests → Payload."""

from __future__ import annotations

import http.client
import io
import ipaddress
import logging
import random
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import SplitResult, urljoin, urlsplit

from urllib3 import BaseHTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, IncompleteRead, InvalidHeader, ProtocolError

from climtrack.errors import FetchError, SourceChanged, SourceUnavailable
from climtrack.fetcher.reanalyzer import BASE_URLS, LATER, MOVED, shown
from climtrack.vocabulary import notice
from climtrack.vocabulary.series import Payload, Transport

# How the source is asked: addresses, patience, and the most that is taken from it.


MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class HttpPolicy:
    """How the source is asked."""

    # Addresses that serve the same paths, best first, each ending in a slash: https, or http on this computer's own
    # loopback. No other host is ever contacted; the second is asked only where the first gives no answer.
    base_urls: tuple[str, ...] = BASE_URLS
    user_agent: str = ""  # Who asks, with a way to reach them; empty for climtrack's own
    connect_timeout: float = 5.0  # Seconds to wait for a connection, and for each piece of an answer
    read_timeout: float = 10.0  # Seconds to wait for a connection, and for each piece of an answer
    total_timeout: float = 30.0  # Seconds for one path, all attempts, hosts and pauses together
    max_bytes: int = 4 * MEGABYTE  # Most bytes of an answer, on the wire and inflated
    attempts: int = 4  # Most requests for one path, redirects and the mirror included

    def __post_init__(self) -> None:
        for url in self.base_urls:
            parts = urlsplit(url)
            allowed = parts.scheme == "https" or (parts.scheme == "http" and loopback(parts.hostname or ""))
            if not allowed or not parts.hostname or "@" in parts.netloc or parts.query or not url.endswith("/"):
                raise ValueError(f"{shown(url, 80)!r} is no https address that ends in a slash")
        if not self.base_urls:
            raise ValueError("no address to ask")


def loopback(host: str) -> bool:
    """Whether a host is this computer by name, so that plain HTTP and local addresses are allowed for it."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


# One HTTP answer → Payload, or the error that says what it was instead.
#
# Bytes are inflated here and not by the HTTP client, so that a small body cannot become a large one.


KEPT = 65_536
_PIECE = 65_536
REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Passing(SourceUnavailable):
    """An error worth asking again for in the same run."""


class Silent(Passing):
    """No answer at all: asking for other paths is likely to end the same way."""


class Elsewhere(Passing):
    """An error that asking this host again cannot cure, but its mirror may."""


def payload(response: BaseHTTPResponse, url: str, *, max_bytes: int, conditional: bool) -> Payload | None:
    """Read an answer that is no redirect."""
    status, headers = response.status, response.headers
    if status == 304 and conditional:
        return None
    if status != 200:
        raise _refusal(status, headers, url, _head(response))
    length = headers.get("Content-Length", "")
    if length.isascii() and length.isdigit() and int(length[:18]) > max_bytes:
        raise too_large(max_bytes, url)
    wire = _body(response, max_bytes, url)
    body = _decoded(wire, headers.get("Content-Encoding", "").strip().lower(), max_bytes, url)
    media_type = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    start = body[:512].lstrip()
    if not start:
        raise Passing("received an empty answer", LATER, url=url)
    if start.startswith(b"<") or (media_type == "text/html" and not start.startswith((b"[", b"\xef\xbb\xbf["))):
        raise Passing(
            f"received a web page instead of data (text/html, {len(body) / 1000:.1f} kB)",
            MOVED,
            url=url,
            body=body[:KEPT],
        )
    etag, modified, served = (_printable(headers, name) for name in ("ETag", "Last-Modified", "Date"))
    return Payload(url, body, etag, modified, media_type[:80], served)


def too_large(max_bytes: int, url: str) -> FetchError:
    """The error for an answer that does not end."""
    return SourceChanged(f"answer larger than {max_bytes / 1e6:g} MB; stopped", LATER, url=url)


def _refusal(status: int, headers: Mapping[str, str], url: str, head: bytes) -> FetchError:
    """The error for a status that brings no data."""
    wait = _retry_after(headers)
    if status in {429, 503} and wait is not None:
        asked = f"the server asks to wait {_duration(wait)} ({status})"
        return Passing(asked, "Will not ask again before then", url=url, body=head, retry_after=wait)
    if status == 429:
        return Passing("the server says that it is asked too often (429)", LATER, url=url, body=head)
    if status >= 500:
        return Passing(f"the server reports an error of its own ({status})", LATER, url=url, body=head)
    if status in {401, 403, 407}:
        remedy = "See `user_agent` in the manual"
        return SourceUnavailable(f"the server refused this program ({status})", remedy, url=url, body=head)
    if status in {404, 410}:
        return SourceUnavailable(f"the address no longer exists ({status})", MOVED, url=url, body=head)
    return SourceUnavailable(f"the server answered with status {status} and no data", LATER, url=url, body=head)


def _body(response: BaseHTTPResponse, max_bytes: int, url: str) -> bytes:
    """The body as it came over the wire."""
    pieces, size = [], 0
    for piece in response.stream(_PIECE, decode_content=False):
        size += len(piece)
        if size > max_bytes:
            raise too_large(max_bytes, url)
        pieces.append(piece)
    return b"".join(pieces)


def _head(response: BaseHTTPResponse) -> bytes:
    """Beginning of an error page, for a person to look at; it may fail to come."""
    try:
        return response.read(KEPT, decode_content=False)
    except Exception:  # the status is what matters, whatever happens to the page under it
        return b""


def _decoded(wire: bytes, encoding: str, max_bytes: int, url: str) -> bytes:
    """The body without its content encoding."""
    if encoding in {"", "identity"}:
        return wire
    if encoding not in {"gzip", "x-gzip"}:
        found = "".join(c for c in encoding if c.isalnum())[:20]
        raise SourceChanged(f"the answer is encoded in a way nobody asked for ({found})", LATER, url=url)
    inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        body = inflate.decompress(wire, max_bytes + 1)
    except zlib.error as problem:
        raise Passing("the answer is damaged (gzip)", LATER, url=url, body=wire[:KEPT]) from problem
    if len(body) > max_bytes:
        raise too_large(max_bytes, url)
    if not inflate.eof or inflate.unused_data:
        raise Passing("the answer is damaged (gzip)", LATER, url=url, body=wire[:KEPT])
    return body


def _printable(headers: Mapping[str, str], name: str) -> str:
    """A header that may be stored and sent back: printable and short, else nothing."""
    value = headers.get(name, "")
    return value if value.isascii() and value.isprintable() and len(value) <= 200 else ""


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks to wait; None where it does not say."""
    text = headers.get("Retry-After", "").strip()
    if not text or len(text) > 40:
        return None
    try:
        if text.isascii() and text.isdigit():
            seconds = float(text)
        else:
            until = parsedate_to_datetime(text)
            seconds = until.timestamp() - time.time()
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), 31 * 86400.0)


def _duration(seconds: float) -> str:
    """Seconds in the unit in which a person would say them."""
    for unit, name in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * unit or (name == "h" and seconds >= unit):
            return f"{round(seconds / unit)} {name}"
    return f"{seconds:.0f} s"


# A connection that cannot be talked into waiting, reading or reaching farther than it should.
#
# urllib3 speaks HTTP and TLS; this file adds what no client has: one deadline over every byte (a server that drips
# keeps each single read short, so timeouts per read never end it), a cap on bytes before they are parsed, and a look
# at the address behind the name before a packet is sent to it, so that neither settings nor DNS can point the program
# at the local network.


#: Most seconds that a single name may take to resolve; the resolver itself knows no limit.
RESOLVE = 5.0


class DeadlinePassed(TimeoutError):
    """The time for the whole request is used up; `lively` tells whether the server was still sending."""

    def __init__(self, lively: bool) -> None:
        super().__init__("deadline passed")
        self.lively = lively


class TooMuch(OSError):
    """More bytes arrived than any answer may have."""


class Forbidden(OSError):
    """The name stands for an address that is not to be contacted; the message says which."""


@dataclass(slots=True)
class Limits:
    """What is left of a request's time and bytes."""

    deadline: float  # When it must be over, by `monotonic`
    pause: float  # Most seconds without a byte
    left: int  # Bytes that may still arrive
    monotonic: Callable[[], float]
    heard: float = float("-inf")  # When the last byte came

    def wait(self) -> float:
        """Seconds that the next read may take."""
        now = self.monotonic()
        if now >= self.deadline:
            raise DeadlinePassed(lively=now - self.heard < self.pause / 2)
        return min(self.pause, self.deadline - now)

    def renew(self, deadline: float, left: int) -> None:
        """Begin again, for the next request on the same connection."""
        self.deadline, self.left, self.heard = deadline, left, float("-inf")

    def spend(self, size: int) -> None:
        """Count bytes that arrived."""
        self.left -= size
        self.heard = self.monotonic()
        if self.left < 0:
            raise TooMuch("too many bytes")


class _Reader(io.RawIOBase):
    """The reading end of a socket under `Limits`."""

    def __init__(self, sock: socket.socket, limits: Limits) -> None:
        self._sock, self._limits = sock, limits
        self._raw = sock.makefile("rb", buffering=0)  # keeps the socket open while the response is read

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(self._limits.wait())
        try:
            size = self._raw.readinto(buffer) or 0
        except TimeoutError:
            self._limits.wait()  # says so if it was the whole deadline that passed
            raise
        self._limits.spend(size)
        return size

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Socket:
    """A socket whose reading end is a `_Reader`."""

    def __init__(self, sock: socket.socket, limits: Limits) -> None:
        self._sock, self._limits = sock, limits

    def makefile(self, *_: Any) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self._sock, self._limits))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


class Plain(HTTPConnection):
    """HTTP, for this computer's own loopback."""

    limits: Limits

    def _new_conn(self) -> socket.socket:
        return _connected(self.host, self.port, self.limits, self.timeout)

    def connect(self) -> None:
        """Connect, and put the socket under the limits."""
        super().connect()
        self.sock = _Socket(self.sock, self.limits)


class Secure(HTTPSConnection):
    """HTTPS, certificate and name verified."""

    limits: Limits

    def _new_conn(self) -> socket.socket:
        return _connected(self.host, self.port, self.limits, self.timeout)

    def connect(self) -> None:
        """Connect, and put the socket under the limits."""
        super().connect()
        self.sock = _Socket(self.sock, self.limits)


def trust() -> ssl.SSLContext:
    """Certificates that are believed: this computer's own and Mozilla's."""
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _connected(host: str, port: int, limits: Limits, timeout: Any) -> socket.socket:
    """Socket to the first allowed address that answers."""
    problem: OSError = OSError(f"no address for {host}")
    for family, address in _addresses(host, port, limits):
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(min(limits.wait(), float(timeout)))
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(limits.wait())  # TLS shakes hands under it, as one piece
        except OSError as refused:
            sock.close()
            problem = refused
        else:
            return sock
    raise problem


def _addresses(host: str, port: int, limits: Limits) -> list[tuple[int, Any]]:
    """Addresses of a host, all of them allowed."""
    found: list[Any] = []

    def resolve() -> None:
        try:
            found.append(socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM))
        except OSError as unknown:
            found.append(unknown)

    worker = threading.Thread(target=resolve, daemon=True, name="climtrack-resolve")
    worker.start()
    worker.join(min(RESOLVE, limits.wait()))
    if not found:
        raise TimeoutError("name resolution")
    if isinstance(found[0], OSError):
        raise found[0]
    local = loopback(host)
    for *_, address in found[0]:
        ip = ipaddress.ip_address(address[0].partition("%")[0])
        ip = getattr(ip, "ipv4_mapped", None) or ip
        if ip.is_loopback if local else ip.is_global and not ip.is_multicast:
            continue
        raise Forbidden(f"the name {host} stands for {ip}, an address of the local network; not contacted")
    return [(family, address) for family, _, _, _, address in found[0]]


# Why an exchange failed, in words: the network's errors, of four libraries and many kinds, become ours.
#
# The same cause has the same words whichever layer noticed it. What asking again may cure is `Passing`; `Silent` where
# nobody answered at all, `Elsewhere` where only another host can help.


def explained(problem: Exception, url: str, *, total: float, max_bytes: int) -> FetchError:
    """The error that a user understands for one of the network's."""
    causes = notice.causes(problem)
    for cause in causes:
        if isinstance(cause, TooMuch):
            return too_large(max_bytes, url)
        if isinstance(cause, Forbidden):
            return SourceUnavailable(str(cause), "Set base_urls to the true address", url=url)
        if isinstance(cause, DeadlinePassed) and cause.lively:
            return Silent(f"the server kept sending for {total:g} s without finishing", LATER, url=url)
        if isinstance(cause, TimeoutError):
            return Silent(f"the server did not answer within {total:g} s", LATER, url=url)
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Elsewhere(_untrusted(cause), LATER, url=url)
        if isinstance(cause, ssl.SSLError):
            return Passing(notice.INSECURE, LATER, url=url)
        if isinstance(cause, socket.gaierror):
            host = shown(urlsplit(url).hostname or "", 60)
            return Silent(notice.unknown(host), "Is this computer online? " + LATER, url=url)
        if isinstance(cause, ConnectionRefusedError):
            return Silent(notice.REFUSED, LATER, url=url)
        if isinstance(cause, IncompleteRead | http.client.IncompleteRead):
            return Passing(notice.SHORT, LATER, url=url)
        if isinstance(cause, ConnectionError | http.client.RemoteDisconnected):
            return Silent(notice.BROKEN_OFF, LATER, url=url)
    if any(
        isinstance(cause, http.client.HTTPException | ProtocolError | InvalidHeader | ValueError) for cause in causes
    ):
        return SourceChanged(notice.NOT_HTTP, LATER, url=url)
    if isinstance(problem, OSError):
        return Silent(notice.UNREACHABLE, "Is this computer online? " + LATER, url=url)
    return Silent(notice.BROKEN_OFF, LATER, url=url)


def _untrusted(problem: ssl.SSLCertVerificationError) -> str:
    """Why a certificate is not believed, with this computer's clock where that explains it."""
    clock = f"; this computer's clock says {time.strftime('%Y-%m-%d')}"
    reasons = {
        9: f"the certificate is not valid yet{clock}",
        10: f"the certificate has expired{clock}",
        18: "the certificate is signed by itself only",
        19: "the certificate is signed by nobody this computer knows",
        20: "the certificate is signed by nobody this computer knows",
        62: "the certificate is for another name",
        64: "the certificate is for another name",
    }
    return reasons.get(problem.verify_code, f"the certificate is not accepted ({shown(problem.verify_message)})")


__all__ = ["USER_AGENT", "Http", "HttpPolicy", "Payload", "Transport"]

log = logging.getLogger(__name__)

#: Connections open at once, whoever asks.
CONNECTIONS = 2
#: Redirects followed for one request, all of them to the same scheme, host and port.
HOPS = 3
#: A host that has not answered is asked after the others in this run; after a path that nobody answered, the next one
#: is asked for once and for this many seconds, so that a dead source does not cost the whole limit thirteen times over.
BRIEF = 4.0
#: Bytes that status line and headers may have on top of the body.
HEADERS = 262_144
USER_AGENT = "climtrack/{version} (+https://github.com/climtrack/climtrack; daily climate series for newsletters)"


class Http:
    """The network, as a context manager: connections stay open until it ends and are used again."""

    def __init__(
        self,
        policy: HttpPolicy,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        rng: random.Random | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._policy, self._sleep, self._monotonic = policy, sleep, monotonic
        self._rng = rng or random.Random()  # noqa: S311 - jitter, not a secret
        self._tls = tls
        self._agent = policy.user_agent or USER_AGENT.format(version=_version())
        self._slots = threading.BoundedSemaphore(CONNECTIONS)
        self._lock = threading.Lock()
        self._idle: list[tuple[str, Plain | Secure]] = []
        self._silent: set[str] = set()
        self._dark = False
        self._not_before: dict[str, tuple[float, SourceUnavailable]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are not in use."""
        with self._lock:
            idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.close()

    def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Payload | None:
        """Ask for a path, first host first, again where that may help."""
        headers = {
            "User-Agent": self._agent,
            "Accept": "application/json, text/csv;q=0.9, */*;q=0.1",
            "Accept-Encoding": "gzip",
        }
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        with self._slots:
            brief = self._dark
            total = min(BRIEF, self._policy.total_timeout) if brief else self._policy.total_timeout
            task = _Task(path, headers, self._monotonic() + total, 1 if brief else self._policy.attempts, total)
            try:
                payload = self._patiently(task)
            except Passing as problem:
                self._dark = isinstance(problem, Silent)
                raise SourceUnavailable(
                    problem.what, problem.remedy, url=problem.url, body=problem.body, retry_after=problem.retry_after
                ) from problem
            self._dark = False
            return payload

    def _patiently(self, task: _Task) -> Payload | None:
        """Ask host after host until there is an answer, the attempts are used up, or asking again cannot help."""
        with self._lock:
            bases = sorted(self._policy.base_urls, key=self._silent.__contains__)
        share = max(task.requests // len(bases), 1)
        first: Passing | None = None
        for i, base in enumerate(bases):
            if task.requests <= 0 or self._monotonic() >= task.deadline:
                break
            allowed = task.requests if i == len(bases) - 1 else min(share, task.requests)
            try:
                payload = self._from_host(base, task, allowed)
            except Passing as problem:
                first = first or problem
                if isinstance(problem, Silent):
                    with self._lock:
                        self._silent.add(base)
                if problem.retry_after is not None:
                    break  # the mirror is the same people's machine
            else:
                with self._lock:
                    self._silent.discard(base)
                return payload
        raise first or Silent(
            f"the server did not answer within {task.total:g} s", LATER, url=urljoin(bases[0], task.path)
        )

    def _from_host(self, base: str, task: _Task, allowed: int) -> Payload | None:
        """Ask one host, at most `allowed` times."""
        floor = task.requests - allowed
        pause = 0.5
        while True:
            self._respect(base)
            try:
                return self._followed(urljoin(base, task.path), task)
            except Passing as problem:
                wait = pause * (0.5 + self._rng.random()) if problem.retry_after is None else problem.retry_after
                late = self._monotonic() + wait >= task.deadline
                if problem.retry_after is not None and late:
                    with self._lock:
                        self._not_before[base] = (self._monotonic() + wait, problem)
                if task.requests <= floor or late or isinstance(problem, Elsewhere):
                    raise
                log.info("%s: %s; asking again in %.1f s", problem.url, problem.what, wait)
                self._sleep(wait)
                pause *= 2

    def _respect(self, base: str) -> None:
        """Leave a host alone that has asked for it in this run."""
        with self._lock:
            until, said = self._not_before.get(base, (float("-inf"), None))
        left = until - self._monotonic()
        if said is not None and left > 0:
            raise Passing(said.what, said.remedy, url=said.url, retry_after=left)

    def _followed(self, url: str, task: _Task) -> Payload | None:
        """Ask for an address and follow redirects within the same scheme, host and port."""
        start = urlsplit(url)
        for _ in range(HOPS + 1):
            result = self._exchange(url, task)
            if not isinstance(result, str):
                return result
            target = urlsplit(urljoin(url, result))
            if (target.scheme, target.netloc) != (start.scheme, start.netloc):
                place = shown(f"{target.scheme}://{target.netloc.rpartition('@')[2]}", 60)
                raise SourceUnavailable(f"the server pointed to another place ({place}); not followed", LATER, url=url)
            url = target._replace(fragment="").geturl()
            if task.requests <= 0:
                break
        raise SourceUnavailable("the server sent us round in circles", "See `user_agent` in the manual", url=url)

    def _exchange(self, url: str, task: _Task) -> Payload | str | None:
        """One request and its answer: a payload, None for 304, or where a redirect points."""
        parts = urlsplit(url)
        task.requests -= 1
        limits = Limits(task.deadline, self._policy.read_timeout, self._policy.max_bytes + HEADERS, self._monotonic)
        connection = self._connection(parts, limits)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        response: BaseHTTPResponse | None = None
        reusable = False
        try:
            connection.request("GET", target, headers=task.headers, preload_content=False, decode_content=False)
            response = connection.getresponse()
            if response.status in REDIRECTS:
                return response.headers.get("Location", "")[:2000]
            conditional = "If-None-Match" in task.headers or "If-Modified-Since" in task.headers
            found = payload(response, url, max_bytes=self._policy.max_bytes, conditional=conditional)
            reusable = True
        except (OSError, HTTPError, http.client.HTTPException, ValueError) as problem:
            # ValueError: a port or header that http.client cannot make sense of
            raise explained(problem, url, total=task.total, max_bytes=self._policy.max_bytes) from problem
        finally:
            if reusable:
                with self._lock:
                    self._idle.append((f"{parts.scheme}://{parts.netloc}", connection))
            else:
                connection.close()
            if response is not None:
                response.close()
        return found

    def _connection(self, parts: SplitResult, limits: Limits) -> Plain | Secure:
        """An open connection used before, or a new one."""
        place = f"{parts.scheme}://{parts.netloc}"
        with self._lock:
            for i, (where, held) in enumerate(self._idle):
                if where == place:
                    del self._idle[i]
                    if held.is_connected:
                        held.limits.renew(limits.deadline, limits.left)
                        return held
                    held.close()
                    break
            if parts.scheme == "https" and self._tls is None:
                self._tls = trust()
        host, port = parts.hostname or "", parts.port
        connection: Plain | Secure
        if parts.scheme == "https":
            connection = Secure(host, port or 443, timeout=self._policy.connect_timeout, ssl_context=self._tls)
        else:
            connection = Plain(host, port or 80, timeout=self._policy.connect_timeout)
        connection.limits = limits
        return connection


@dataclass(slots=True)
class _Task:
    """One path on its way: what is asked, until when, and how many requests are left."""

    path: str
    headers: dict[str, str]
    deadline: float
    requests: int
    total: float


def _version() -> str:
    """Version of this program, as installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("climtrack")
    except PackageNotFoundError:
        return "0"

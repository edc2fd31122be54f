"""
HTTP GET with one deadline, polite retries, bounds and conditional requests → Payload.

`http.client` speaks HTTP; this file adds what no client has: one deadline over every byte (a server that drips keeps
each single read short, so timeouts per read never end it), caps on what arrives and on what it inflates to, and a look
at the address behind a name before a packet is sent to it, so that neither settings nor DNS can point the program at
the local network.
"""

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
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Self, cast
from urllib.parse import SplitResult, urljoin, urlsplit

from climtrack import __version__
from climtrack.errors import FetchError, Notice, SourceChanged, SourceUnavailable
from climtrack.fetcher.reanalyzer import BASE_URLS
from climtrack.vocabulary.notice import causes, network, plain
from climtrack.vocabulary.series import Payload

log = logging.getLogger(__name__)

MEGABYTE = 1_000_000
#: Connections open at once, whoever asks.
CONNECTIONS = 2
#: Redirects followed for one request, all of them to the same scheme, host and port.
HOPS = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: After a path that nobody answered, the next one is asked for once and for this many seconds, so that a dead source
#: does not cost the whole limit thirteen times over.
BRIEF = 4.0
#: Most seconds that a name may take to resolve; the resolver itself knows no limit.
RESOLVE = 5.0
#: Bytes of a refused answer that travel with its error.
KEPT = 65_536
_PIECE = 65_536

#: No answer at all: the host is asked after the others from then on.
_SILENT = frozenset({
    "fetch.timeout", "fetch.dripping", "fetch.unknown_host", "fetch.connection_refused", "fetch.broken_off",
    "fetch.unreachable",
})  # fmt: skip
#: Asking the same host again in the same run may help.
_PASSING = _SILENT | {
    "fetch.tls", "fetch.cut_short", "fetch.wait", "fetch.too_often", "fetch.server_error", "fetch.empty",
    "fetch.web_page", "fetch.gzip",
}  # fmt: skip
#: Only another host can help.
_CERTIFICATES = {
    9: "fetch.certificate.early", 10: "fetch.certificate.expired", 18: "fetch.certificate.self_signed",
    19: "fetch.certificate.stranger", 20: "fetch.certificate.stranger", 62: "fetch.certificate.other_name",
    64: "fetch.certificate.other_name",
}  # fmt: skip
#: Statuses that say more than that there are no data.
_REFUSALS = {
    401: "fetch.refused", 403: "fetch.refused", 404: "fetch.gone", 407: "fetch.refused", 410: "fetch.gone",
    429: "fetch.too_often",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class HttpPolicy:
    """How the source is asked: addresses, patience, and the most that is taken from it."""

    # Addresses that serve the same paths, best first, each ending in a slash: https, or http on this computer's own
    # loopback. No other host is ever contacted; the second is asked only where the first gives no answer.
    base_urls: tuple[str, ...] = BASE_URLS
    user_agent: str = f"climtrack/{__version__}"  # Who asks, with a way to reach them where config.toml says one
    proxy: str = ""  # The way to every host but this computer, which then finds their addresses; empty for none
    connect_timeout: float = 5.0  # Seconds to wait for a connection
    read_timeout: float = 10.0  # Seconds to wait for each piece of an answer
    total_timeout: float = 30.0  # Seconds for one path, all attempts, hosts and pauses together
    max_bytes: int = 4 * MEGABYTE  # Most bytes of an answer, on the wire and inflated
    attempts: int = 4  # Most requests for one path, redirects and the mirror included

    def __post_init__(self) -> None:
        for url in self.base_urls:
            parts = urlsplit(url)
            allowed = parts.scheme == "https" or (parts.scheme == "http" and loopback(parts.hostname or ""))
            if not allowed or not parts.hostname or "@" in parts.netloc or parts.query or not url.endswith("/"):
                raise ValueError(f"{plain(url, 80)!r} is no https address that ends in a slash")
        if not self.base_urls:
            raise ValueError("no address to ask")


def loopback(host: str) -> bool:
    """Whether a host is this computer by name, so that plain HTTP and local addresses are allowed for it."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def trust() -> ssl.SSLContext:
    """Certificates that are believed: this computer's own and Mozilla's."""
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


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
        self._slots = threading.BoundedSemaphore(CONNECTIONS)
        self._connecting = threading.Lock()
        self._idle: list[_Connection] = []
        self._silent: set[str] = set()  # hosts that did not answer in this run
        self._dark: dict[str, bool] = {}  # by source: whether nobody answered for the last path
        self._not_before: dict[str, tuple[float, SourceUnavailable]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are not in use."""
        while self._idle:
            self._idle.pop().close()

    def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Payload | None:
        """
        Ask for a path, first host first, again where that may help; None where it is as it was.

        A path that is a whole address is that of a source with one host of its own.
        """
        headers = {
            "User-Agent": self._policy.user_agent,
            "Accept": "application/json, text/csv;q=0.9, */*;q=0.1",
            "Accept-Encoding": "gzip",
        }
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        own = urlsplit(path)
        bases = (f"{own.scheme}://{own.netloc}/",) if own.netloc else self._policy.base_urls
        with self._slots:
            dark = self._dark.get(bases[0], False)
            total = min(BRIEF, self._policy.total_timeout) if dark else self._policy.total_timeout
            attempts = 1 if dark else self._policy.attempts
            request = _Request(path, headers, total, self._monotonic() + total, attempts)
            try:
                payload = self._ask_hosts(bases, request)
            except FetchError as problem:
                self._dark[bases[0]] = problem.id in _SILENT
                raise
            self._dark[bases[0]] = False
            return payload

    def _ask_hosts(self, bases: Sequence[str], request: _Request) -> Payload | None:
        """Ask host after host until there is an answer, the attempts are used up, or asking again cannot help."""
        bases = sorted(bases, key=self._silent.__contains__)
        share = max(request.attempts // len(bases), 1)
        first: FetchError | None = None
        for base in bases:
            if request.attempts <= 0 or self._monotonic() >= request.deadline:
                break
            allowed = request.attempts if base == bases[-1] else min(share, request.attempts)
            try:
                payload = self._ask_host(base, request, allowed)
            except SourceUnavailable as problem:
                if problem.id not in _PASSING and not problem.id.startswith("fetch.certificate."):
                    raise
                first = first or problem
                if problem.id in _SILENT:
                    self._silent.add(base)
                if problem.retry_after is not None:
                    break  # the mirror is the same people's machine
            else:
                self._silent.discard(base)
                return payload
        raise first or SourceUnavailable("fetch.timeout", url=urljoin(bases[0], request.path), seconds=request.total)

    def _ask_host(self, base: str, request: _Request, allowed: int) -> Payload | None:
        """Ask one host, at most `allowed` times, and leave it alone if it has asked for that in this run."""
        left_over = request.attempts - allowed
        pause = 0.5
        while True:
            until, asked = self._not_before.get(base, (0.0, None))
            if asked is not None and (left := until - self._monotonic()) > 0:
                raise SourceUnavailable(asked.id, url=asked.url, retry_after=left, **asked.facts)
            try:
                return self._follow(urljoin(base, request.path), request)
            except SourceUnavailable as problem:
                wait = pause * (0.5 + self._rng.random()) if problem.retry_after is None else problem.retry_after
                late = self._monotonic() + wait >= request.deadline
                if problem.retry_after is not None and late:
                    self._not_before[base] = self._monotonic() + wait, problem
                if request.attempts <= left_over or late or problem.id not in _PASSING:
                    raise
                log.info("%s: %s; asking again in %.1f s", problem.url, problem.what, wait)
                self._sleep(wait)
                pause *= 2

    def _follow(self, url: str, request: _Request) -> Payload | None:
        """Ask for an address and follow redirects within the same scheme, host and port."""
        start = urlsplit(url)
        for _ in range(HOPS + 1):
            result = self._exchange(url, request)
            if not isinstance(result, str):
                return result
            target = urlsplit(result)
            if (target.scheme, target.netloc) != (start.scheme, start.netloc):
                place = plain(f"{target.scheme}://{target.netloc.rpartition('@')[2]}", 60)
                raise SourceUnavailable("fetch.elsewhere", url=url, place=place)
            url = target._replace(fragment="").geturl()
            if request.attempts <= 0:
                break
        raise SourceUnavailable("fetch.circles", url=url)

    def _exchange(self, url: str, request: _Request) -> Payload | str | None:
        """One request and its answer: a payload, None for 304, or where a redirect points."""
        parts = urlsplit(url)
        request.attempts -= 1
        connection: _Connection | None = None
        response: http.client.HTTPResponse | None = None
        whole = False
        try:
            connection = self._connection(parts)
            connection.seconds_left = lambda reading: self._seconds_left(request, reading)
            connection.request("GET", parts.path + (f"?{parts.query}" if parts.query else ""), headers=request.headers)
            response = connection.getresponse()
            if response.status in REDIRECTS:
                return urljoin(url, response.headers.get("Location", "")[:2000])
            payload = self._read(response, url, request)
            whole = True
            return payload
        except FetchError as problem:
            problem.url = url
            raise
        except (OSError, http.client.HTTPException, ValueError) as problem:
            # ValueError: a port, header or address that nobody can make sense of
            error = _explained(problem, parts.hostname or "", request.total)
            error.url = url
            raise error from problem
        finally:
            if response is not None:
                response.close()
            if connection is not None and whole and connection.sock is not None:
                self._idle.append(connection)
            elif connection is not None:
                connection.close()

    def _connection(self, parts: SplitResult) -> _Connection:
        """An open connection used before, or a new one."""
        origin = f"{parts.scheme}://{parts.netloc}"
        with self._connecting:
            for connection in self._idle:
                if connection.origin == origin:
                    self._idle.remove(connection)
                    return connection
            if parts.scheme == "https" and self._tls is None:
                self._tls = trust()
        tls = self._tls if parts.scheme == "https" else None
        host, port = parts.hostname or "", parts.port
        proxy = urlsplit("" if loopback(host) else self._policy.proxy)
        if not proxy.hostname:
            return _Connection(origin, host, port, tls, self._policy.connect_timeout)
        connection = _Connection(origin, proxy.hostname, proxy.port, tls, self._policy.connect_timeout)
        connection.set_tunnel(host, port or 443)
        return connection

    def _seconds_left(self, request: _Request, reading: bool) -> float:
        """Seconds that the next step may take; a server that has come to the deadline while it was read was sending."""
        left = request.deadline - self._monotonic()
        if left <= 0:
            raise SourceUnavailable("fetch.dripping" if reading else "fetch.timeout", seconds=request.total)
        return min(self._policy.read_timeout, left)

    def _read(self, response: http.client.HTTPResponse, url: str, request: _Request) -> Payload | None:
        """Read an answer that is no redirect."""
        status, headers, most = response.status, response.headers, self._policy.max_bytes
        if status == 304 and ("If-None-Match" in request.headers or "If-Modified-Since" in request.headers):
            return None
        if status != 200:
            raise _refusal(response)
        if len(set(headers.get_all("Content-Length", []))) > 1:
            raise SourceChanged("fetch.not_http")
        too_large = SourceChanged("fetch.too_large", megabytes=most / MEGABYTE)
        if (response.length or 0) > most:
            raise too_large
        wire = b""
        while piece := response.read(_PIECE):
            wire += piece
            if len(wire) > most:
                raise too_large
        if response.length:
            raise SourceUnavailable("fetch.cut_short")
        encoding = headers.get("Content-Encoding", "").strip().lower()
        if encoding in {"", "identity"}:
            body = wire
        elif encoding in {"gzip", "x-gzip"}:
            body = _inflated(wire, most)
            if len(body) > most:
                raise too_large
        else:
            name = "".join(c for c in encoding if c.isalnum())[:20]
            raise SourceChanged("fetch.encoding", encoding=name)
        html = headers.get("Content-Type", "").partition(";")[0].strip().lower() == "text/html"
        start = body[:512].lstrip()
        if not start:
            raise SourceUnavailable("fetch.empty")
        if start.startswith(b"<") or (html and not start.startswith((b"[", b"\xef\xbb\xbf["))):
            raise SourceUnavailable("fetch.web_page", body=body[:KEPT], size=len(body))
        etag, modified, served = (_printable(headers, name) for name in ("ETag", "Last-Modified", "Date"))
        return Payload(url, body, etag, modified, served)


@dataclass(slots=True)
class _Request:
    """One path on its way: what is asked, until when, and how many requests are left."""

    path: str
    headers: dict[str, str]
    total: float
    deadline: float
    attempts: int


class _Connection(http.client.HTTPConnection):
    """HTTP over a socket to an allowed address, every read of which has its limit; HTTPS where there is a context."""

    seconds_left: Callable[[bool], float]

    def __init__(self, origin: str, host: str, port: int | None, tls: ssl.SSLContext | None, timeout: float) -> None:
        self.origin, self._context, self._patience = origin, tls, timeout
        self.default_port = 443 if tls else 80
        super().__init__(host, port)
        self.response_class = cast("type[http.client.HTTPResponse]", self._response)

    def connect(self) -> None:
        """Connect to the first allowed address that answers."""
        problem = OSError("no address")
        through: str | None = getattr(self, "_tunnel_host", None)  # the host that a proxy is asked to connect to
        seconds = min(RESOLVE, self.seconds_left(False))
        for family, address in _addresses(self.host, self.port, seconds, anywhere=through is not None):
            sock = socket.socket(family, socket.SOCK_STREAM)
            try:
                sock.settimeout(min(self._patience, self.seconds_left(False)))
                sock.connect(address)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.settimeout(self.seconds_left(False))  # TLS shakes hands under it, as one piece
                self.sock = sock
                if through:
                    cast("Any", self)._tunnel()
                if self._context:
                    self.sock = self._context.wrap_socket(sock, server_hostname=through or self.host)
                return
            except OSError as refused:
                sock.close()
                problem = refused
        raise problem

    def _response(self, sock: socket.socket, *args: Any, **options: Any) -> http.client.HTTPResponse:
        response = http.client.HTTPResponse(sock, *args, **options)
        response.fp = io.BufferedReader(_TimedReader(response.fp.detach(), sock, self.seconds_left))
        return response


class _TimedReader(io.RawIOBase):
    """The reading end of a socket, each read of which may take no longer than the whole exchange has left."""

    def __init__(self, raw: Any, sock: socket.socket, seconds_left: Callable[[bool], float]) -> None:
        self._raw, self._sock, self._seconds_left = raw, sock, seconds_left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(self._seconds_left(True))
        return self._raw.readinto(buffer) or 0

    def close(self) -> None:
        self._raw.close()
        super().close()


def _addresses(host: str, port: int, seconds: float, *, anywhere: bool = False) -> list[tuple[int, Any]]:
    """Addresses of a host, all of them allowed; those of the proxy that config.toml names may be `anywhere`."""
    found: list[Any] = []

    def resolve() -> None:
        try:
            found.append(socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM))
        except OSError as unknown:
            found.append(unknown)

    worker = threading.Thread(target=resolve, daemon=True, name="climtrack-resolve")
    worker.start()
    worker.join(seconds)
    if not found:
        raise TimeoutError("name resolution")
    if isinstance(found[0], OSError):
        raise found[0]
    local = loopback(host)
    for *_, address in found[0]:
        ip = ipaddress.ip_address(address[0].partition("%")[0])
        ip = getattr(ip, "ipv4_mapped", None) or ip
        if not (anywhere or (ip.is_loopback if local else ip.is_global and not ip.is_multicast)):
            raise SourceUnavailable("fetch.forbidden_address", host=host, address=str(ip))
    return [(family, address) for family, _, _, _, address in found[0]]


def _explained(problem: Exception, host: str, total: float) -> FetchError:
    """One of the network's errors as ours."""
    for cause in causes(problem):
        if isinstance(cause, ssl.SSLCertVerificationError):
            name = _CERTIFICATES.get(cause.verify_code, "fetch.certificate.other")
            today, reason = time.strftime("%Y-%m-%d"), plain(cause.verify_message, 30)
            return SourceUnavailable(name, today=today, reason=reason)
    fault = network(problem, plain(host, 60))
    if fault.id == "fetch.late":
        return SourceUnavailable("fetch.timeout", seconds=total)
    if fault.id == "fetch.not_http" or isinstance(problem, ValueError):
        return SourceChanged("fetch.not_http")
    return SourceUnavailable(fault.id, **fault.facts)


def _refusal(response: http.client.HTTPResponse) -> SourceUnavailable:
    """The error for a status that brings no data, with the beginning of its page for a person to look at."""
    try:
        head = response.read(KEPT)
    except (OSError, http.client.HTTPException, ValueError, FetchError):  # the status is what matters
        head = b""
    status, wait = response.status, _retry_after(response.headers)
    if status in {429, 503} and wait is not None:
        return SourceUnavailable("fetch.wait", body=head, retry_after=wait, status=status, wait=_duration(wait))
    name = _REFUSALS.get(status, "fetch.server_error" if status >= 500 else "fetch.status")
    return SourceUnavailable(name, body=head, status=status)


def _inflated(wire: bytes, most: int) -> bytes:
    """The body without gzip, at most one byte longer than allowed."""
    inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        body = inflate.decompress(wire, most + 1)
    except zlib.error as problem:
        raise SourceUnavailable("fetch.gzip", body=wire[:KEPT]) from problem
    if len(body) <= most and (not inflate.eof or inflate.unused_data):
        raise SourceUnavailable("fetch.gzip", body=wire[:KEPT])
    return body


def _printable(headers: http.client.HTTPMessage, name: str) -> str:
    """A header that may be stored and sent back: printable and short, else nothing."""
    value = headers.get(name, "")
    return value if value.isascii() and value.isprintable() and len(value) <= 200 else ""


def _retry_after(headers: http.client.HTTPMessage) -> float | None:
    """Seconds that the server asks to wait, which it may give as a number or a date; None where it does not say."""
    text = headers.get("Retry-After", "").strip()
    if not text or len(text) > 40:
        return None
    try:
        if text.isascii() and text.isdigit():
            seconds = float(text)
        else:
            seconds = parsedate_to_datetime(text).timestamp() - time.time()
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), 31 * 86400.0)


def _duration(seconds: float) -> Notice:
    """Seconds in the unit in which a person would say them."""
    for unit, least, name in ((86400, 2, "days"), (3600, 1, "hours"), (60, 2, "minutes")):
        if seconds >= least * unit:
            return Notice(f"fetch.wait.{name}", count=round(seconds / unit))
    return Notice("fetch.wait.seconds", count=round(seconds))

"""
A connection that cannot be talked into waiting, reading or reaching farther than it should.

urllib3 speaks HTTP and TLS; this file adds what no client has: one deadline over every byte (a server that drips keeps
each single read short, so timeouts per read never end it), a cap on bytes before they are parsed, and a look at the
address behind the name before a packet is sent to it, so that neither settings nor DNS can point the program at the
local network.
"""

from __future__ import annotations

import io
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection

from climtrack.fetcher.policy import loopback

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

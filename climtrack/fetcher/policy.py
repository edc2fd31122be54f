"""How the source is asked: addresses, patience, and the most that is taken from it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from climtrack.fetcher.endpoints import BASE_URLS
from climtrack.fetcher.syntax import shown

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

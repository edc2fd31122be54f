"""DOOR: HTTP GET with deadline, retry, bounds and conditional requests → Payload."""

from __future__ import annotations

from dataclasses import dataclass

from climtrack.fetcher.endpoints import BASE_URLS
from climtrack.vocabulary.payload import Payload, Transport

__all__ = ["HttpPolicy", "Payload", "Transport"]

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class HttpPolicy:
    """
    How the source is asked.

    Parameters
    ----------
    base_urls : tuple of str
        Addresses that serve the same paths, best first, each ending in a slash: https, or http on this computer's
        own loopback. No other host is ever contacted.
    user_agent : str
        Who asks, with a way to reach them; empty for climtrack's own.
    connect_timeout, read_timeout : float
        Seconds to wait for a connection, and for each piece of an answer.
    total_timeout : float
        Seconds for one path, all attempts, hosts and pauses together.
    max_bytes : int
        Most bytes of an answer, on the wire and inflated.
    attempts : int
        Most requests for one path.
    """

    base_urls: tuple[str, ...] = BASE_URLS
    user_agent: str = ""
    connect_timeout: float = 5.0
    read_timeout: float = 10.0
    total_timeout: float = 30.0
    max_bytes: int = 4 * MEGABYTE
    attempts: int = 4

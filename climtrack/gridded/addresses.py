"""
DOOR. Addresses of grids: whether anybody answers there, and the C library's own complaints kept from the terminal.

The netCDF C library prints what went wrong on standard error and hands on a number that does not tell; so the address
is tried with a plain connection first.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from climtrack.errors import SourceUnavailable
from climtrack.vocabulary import faults

PATIENCE = 20.0
LATER = "Run the same command again later"
_PORTS = {"http": 80, "https": 443}


def reach(location: str) -> None:
    """Connect to an address's server once, unless a proxy stands between."""
    parts = urlsplit(location)
    host = parts.hostname or ""
    if parts.scheme not in _PORTS or (parts.scheme in getproxies() and not proxy_bypass(host)):
        return
    try:
        socket.create_connection((host, parts.port or _PORTS[parts.scheme]), timeout=PATIENCE).close()
    except (OSError, ValueError) as error:  # ValueError: a port or a name that can be none
        raise unavailable(location, error) from error


def unavailable(location: str, error: Exception) -> SourceUnavailable:
    """An address that gave nothing, as one of our errors."""
    host = urlsplit(location).hostname or ""
    return SourceUnavailable(f"{location[:90]!r} cannot be read: {faults.network(error, host)}", LATER, url=location)


@contextmanager
def quiet(location: str) -> Iterator[None]:
    """Standard error closed to C libraries while an address is read."""
    if "://" not in location:
        yield
        return
    try:
        kept = os.dup(2)
    except OSError:  # closed already, as under some services
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)

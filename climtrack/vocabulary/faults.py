"""Faults of the network in words: the same cause is told the same way wherever it is met."""

from __future__ import annotations

import http.client
import socket
import ssl

LATE = "the server did not answer in time"
INSECURE = "the secure connection could not be made (TLS)"
REFUSED = "the server refused the connection"
SHORT = "the answer is cut short"
BROKEN_OFF = "the server broke off the connection"
NOT_HTTP = "the server's answer is not HTTP as we know it"
UNREACHABLE = "the network cannot be reached"
#: Causes are wrapped in one another; a ring of them ends here.
_DEEPEST = 20


def network(problem: BaseException, host: str = "") -> str:
    """Why a server gave nothing."""
    found = causes(problem)
    for cause in found:
        if isinstance(cause, TimeoutError):
            return LATE
        if isinstance(cause, ssl.SSLError):
            return INSECURE
        if isinstance(cause, socket.gaierror):
            return unknown(host[:60] or "the server")
        if isinstance(cause, ConnectionRefusedError):
            return REFUSED
        if isinstance(cause, http.client.IncompleteRead):
            return SHORT
        if isinstance(cause, ConnectionError):  # RemoteDisconnected is one
            return BROKEN_OFF
    if any(isinstance(cause, http.client.HTTPException) for cause in found):
        return NOT_HTTP
    if any(isinstance(cause, OSError) for cause in found):
        return UNREACHABLE
    return BROKEN_OFF


def unknown(host: str) -> str:
    """That a name leads nowhere."""
    return f"no address is known for {host}"


def causes(problem: BaseException) -> list[BaseException]:
    """An error and what lies behind it: causes, contexts, wrapped errors."""
    found: list[BaseException] = []
    rest: list[object] = [problem]
    while rest and len(found) < _DEEPEST:
        item = rest.pop(0)
        if isinstance(item, BaseException) and item not in found:
            found.append(item)
            rest += [*item.args, item.__cause__, item.__context__]
    return found

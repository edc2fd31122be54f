"""Faults of the network in words: the same cause is told the same way wherever it is met."""

from __future__ import annotations

import http.client
import socket
import ssl

#: Causes are wrapped in one another; a ring of them ends here.
_DEEPEST = 20


def network(problem: BaseException, host: str = "") -> str:
    """
    Why a server gave nothing.

    Parameters
    ----------
    problem : BaseException
        As raised by the socket, TLS or HTTP layer.
    host : str, default ""
        Whom was asked.

    Returns
    -------
    str
        One clause without a full stop; never the name of a class.
    """
    causes = _causes(problem)
    for cause in causes:
        if isinstance(cause, TimeoutError):
            return "the server did not answer in time"
        if isinstance(cause, ssl.SSLError):
            return "the secure connection could not be made (TLS)"
        if isinstance(cause, socket.gaierror):
            return f"no address is known for {host[:60] or 'the server'}"
        if isinstance(cause, ConnectionRefusedError):
            return "the server refused the connection"
        if isinstance(cause, http.client.IncompleteRead):
            return "the answer is cut short"
        if isinstance(cause, ConnectionError):  # RemoteDisconnected is one
            return "the server broke off the connection"
    if any(isinstance(cause, http.client.HTTPException) for cause in causes):
        return "the server's answer is not HTTP as we know it"
    if any(isinstance(cause, OSError) for cause in causes):
        return "the network cannot be reached"
    return "the server broke off the connection"


def _causes(problem: BaseException) -> list[BaseException]:
    """An error and what lies behind it: causes, contexts, wrapped errors."""
    found: list[BaseException] = []
    rest: list[object] = [problem]
    while rest and len(found) < _DEEPEST:
        item = rest.pop(0)
        if isinstance(item, BaseException) and item not in found:
            found.append(item)
            rest += [*item.args, item.__cause__, item.__context__]
    return found

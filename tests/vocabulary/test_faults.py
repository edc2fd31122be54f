"""Whatever library noticed it, a fault of the network has the same words."""

from __future__ import annotations

import socket
import ssl

import pytest
from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection
from urllib3.exceptions import NameResolutionError, ProtocolError, ReadTimeoutError

from climtrack.vocabulary.notice import network

POOL = HTTPConnectionPool("example.org")


def caused(error: Exception, cause: BaseException) -> Exception:
    """An error raised from another."""
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (
            NameResolutionError("example.org", HTTPConnection("example.org"), socket.gaierror(-2, "unknown")),
            "the server example.org was not found",
        ),
        (caused(ReadTimeoutError(POOL, "/", "slow"), TimeoutError()), "the server did not answer in time"),
        (ProtocolError("aborted", ConnectionResetError()), "the server broke off the connection"),
        (ConnectionRefusedError(), "the server refused the connection"),
        (ssl.SSLError(), "the secure connection could not be made (TLS)"),
        (OSError(101, "unreachable"), "the network cannot be reached"),
    ],
)
def test_causes_have_words(problem: Exception, words: str) -> None:
    """Wrapped or bare; never the name of a class."""
    if isinstance(problem, NameResolutionError):
        problem = caused(problem, socket.gaierror(-2, "unknown"))
    assert str(network(problem, "example.org")) == words

"""Payload: what a source answered, before anyone has read it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Payload:
    """One whole answer."""

    url: str
    body: bytes  # Content, decoded from its transfer and content encodings
    etag: str = ""  # Validators for the next conditional request; empty where the server gave none
    last_modified: str = ""  # Validators for the next conditional request; empty where the server gave none
    media_type: str = ""  # As the server calls it, without parameters
    served: str = ""  # The server's own clock, as it wrote it

    @property
    def sha256(self) -> str:
        """Hash of the body."""
        return hashlib.sha256(self.body).hexdigest()


class Transport(Protocol):
    """Anything that answers a request for a path: the network, the sample, a test's fake."""

    def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Payload | None:
        """Ask for a path."""
        ...

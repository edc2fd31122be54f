"""Payload: what a source answered, before anyone has read it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Payload:
    """
    One whole answer.

    Parameters
    ----------
    url : str
        Address that answered.
    body : bytes
        Content, decoded from its transfer and content encodings.
    etag, last_modified : str, default ""
        Validators for the next conditional request; empty where the server gave none.
    media_type : str, default ""
        As the server calls it, without parameters.
    served : str, default ""
        The server's own clock, as it wrote it.
    """

    url: str
    body: bytes
    etag: str = ""
    last_modified: str = ""
    media_type: str = ""
    served: str = ""

    @property
    def sha256(self) -> str:
        """Hash of the body."""
        return hashlib.sha256(self.body).hexdigest()


class Transport(Protocol):
    """Anything that answers a request for a path: the network, the sample, a test's fake."""

    def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Payload | None:
        """
        Ask for a path.

        Parameters
        ----------
        path : str
            Path below the source's base address, without a leading slash.
        etag, last_modified : str, default ""
            Validators of the copy that the caller holds; empty where it holds none.

        Returns
        -------
        Payload or None
            None where the source says that the caller's copy is still current.

        Raises
        ------
        SourceUnavailable
            If there is no answer worth reading now.
        SourceChanged
            If the answer cannot be the data asked for.
        """
        ...

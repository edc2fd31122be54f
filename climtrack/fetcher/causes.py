"""
Why an exchange failed, in words: the network's errors, of four libraries and many kinds, become ours.

The same cause has the same words whichever layer noticed it. What asking again may cure is `Passing`; `Silent` where
nobody answered at all, `Elsewhere` where only another host can help.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from urllib.parse import urlsplit

from urllib3.exceptions import IncompleteRead, InvalidHeader, ProtocolError

from climtrack.errors import FetchError, SourceChanged, SourceUnavailable
from climtrack.fetcher import answer
from climtrack.fetcher.answer import Elsewhere, Passing, Silent
from climtrack.fetcher.connection import DeadlinePassed, Forbidden, TooMuch
from climtrack.fetcher.syntax import LATER, shown
from climtrack.vocabulary import faults


def explained(problem: Exception, url: str, *, total: float, max_bytes: int) -> FetchError:
    """The error that a user understands for one of the network's."""
    causes = faults.causes(problem)
    for cause in causes:
        if isinstance(cause, TooMuch):
            return answer.too_large(max_bytes, url)
        if isinstance(cause, Forbidden):
            return SourceUnavailable(str(cause), "Set base_urls to the true address", url=url)
        if isinstance(cause, DeadlinePassed) and cause.lively:
            return Silent(f"the server kept sending for {total:g} s without finishing", LATER, url=url)
        if isinstance(cause, TimeoutError):
            return Silent(f"the server did not answer within {total:g} s", LATER, url=url)
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Elsewhere(_untrusted(cause), LATER, url=url)
        if isinstance(cause, ssl.SSLError):
            return Passing(faults.INSECURE, LATER, url=url)
        if isinstance(cause, socket.gaierror):
            host = shown(urlsplit(url).hostname or "", 60)
            return Silent(faults.unknown(host), "Is this computer online? " + LATER, url=url)
        if isinstance(cause, ConnectionRefusedError):
            return Silent(faults.REFUSED, LATER, url=url)
        if isinstance(cause, IncompleteRead | http.client.IncompleteRead):
            return Passing(faults.SHORT, LATER, url=url)
        if isinstance(cause, ConnectionError | http.client.RemoteDisconnected):
            return Silent(faults.BROKEN_OFF, LATER, url=url)
    if any(
        isinstance(cause, http.client.HTTPException | ProtocolError | InvalidHeader | ValueError) for cause in causes
    ):
        return SourceChanged(faults.NOT_HTTP, LATER, url=url)
    if isinstance(problem, OSError):
        return Silent(faults.UNREACHABLE, "Is this computer online? " + LATER, url=url)
    return Silent(faults.BROKEN_OFF, LATER, url=url)


def _untrusted(problem: ssl.SSLCertVerificationError) -> str:
    """Why a certificate is not believed, with this computer's clock where that explains it."""
    clock = f"; this computer's clock says {time.strftime('%Y-%m-%d')}"
    reasons = {
        9: f"the certificate is not valid yet{clock}",
        10: f"the certificate has expired{clock}",
        18: "the certificate is signed by itself only",
        19: "the certificate is signed by nobody this computer knows",
        20: "the certificate is signed by nobody this computer knows",
        62: "the certificate is for another name",
        64: "the certificate is for another name",
    }
    return reasons.get(problem.verify_code, f"the certificate is not accepted ({shown(problem.verify_message)})")

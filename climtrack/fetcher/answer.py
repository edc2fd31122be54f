"""
One HTTP answer → Payload, or the error that says what it was instead.

Bytes are inflated here and not by the HTTP client, so that a small body cannot become a large one.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from urllib3 import BaseHTTPResponse

from climtrack.errors import FetchError, SourceChanged, SourceUnavailable
from climtrack.fetcher.syntax import LATER, MOVED
from climtrack.vocabulary.payload import Payload

KEPT = 65_536
_PIECE = 65_536
REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Passing(SourceUnavailable):
    """An error worth asking again for in the same run."""


class Silent(Passing):
    """No answer at all: asking for other paths is likely to end the same way."""


class Elsewhere(Passing):
    """An error that asking this host again cannot cure, but its mirror may."""


def payload(response: BaseHTTPResponse, url: str, *, max_bytes: int, conditional: bool) -> Payload | None:
    """Read an answer that is no redirect."""
    status, headers = response.status, response.headers
    if status == 304 and conditional:
        return None
    if status != 200:
        raise _refusal(status, headers, url, _head(response))
    length = headers.get("Content-Length", "")
    if length.isascii() and length.isdigit() and int(length[:18]) > max_bytes:
        raise too_large(max_bytes, url)
    wire = _body(response, max_bytes, url)
    body = _decoded(wire, headers.get("Content-Encoding", "").strip().lower(), max_bytes, url)
    media_type = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    start = body[:512].lstrip()
    if not start:
        raise Passing("received an empty answer", LATER, url=url)
    if start.startswith(b"<") or (media_type == "text/html" and not start.startswith((b"[", b"\xef\xbb\xbf["))):
        raise Passing(
            f"received a web page instead of data (text/html, {len(body) / 1000:.1f} kB)",
            MOVED,
            url=url,
            body=body[:KEPT],
        )
    etag, modified, served = (_printable(headers, name) for name in ("ETag", "Last-Modified", "Date"))
    return Payload(url, body, etag, modified, media_type[:80], served)


def too_large(max_bytes: int, url: str) -> FetchError:
    """The error for an answer that does not end."""
    return SourceChanged(f"answer larger than {max_bytes / 1e6:g} MB; stopped", LATER, url=url)


def _refusal(status: int, headers: Mapping[str, str], url: str, head: bytes) -> FetchError:
    """The error for a status that brings no data."""
    wait = _retry_after(headers)
    if status in {429, 503} and wait is not None:
        asked = f"the server asks to wait {_duration(wait)} ({status})"
        return Passing(asked, "Will not ask again before then", url=url, body=head, retry_after=wait)
    if status == 429:
        return Passing("the server says that it is asked too often (429)", LATER, url=url, body=head)
    if status >= 500:
        return Passing(f"the server reports an error of its own ({status})", LATER, url=url, body=head)
    if status in {401, 403, 407}:
        remedy = "See `user_agent` in the manual"
        return SourceUnavailable(f"the server refused this program ({status})", remedy, url=url, body=head)
    if status in {404, 410}:
        return SourceUnavailable(f"the address no longer exists ({status})", MOVED, url=url, body=head)
    return SourceUnavailable(f"the server answered with status {status} and no data", LATER, url=url, body=head)


def _body(response: BaseHTTPResponse, max_bytes: int, url: str) -> bytes:
    """The body as it came over the wire."""
    pieces, size = [], 0
    for piece in response.stream(_PIECE, decode_content=False):
        size += len(piece)
        if size > max_bytes:
            raise too_large(max_bytes, url)
        pieces.append(piece)
    return b"".join(pieces)


def _head(response: BaseHTTPResponse) -> bytes:
    """Beginning of an error page, for a person to look at; it may fail to come."""
    try:
        return response.read(KEPT, decode_content=False)
    except Exception:  # the status is what matters, whatever happens to the page under it
        return b""


def _decoded(wire: bytes, encoding: str, max_bytes: int, url: str) -> bytes:
    """The body without its content encoding."""
    if encoding in {"", "identity"}:
        return wire
    if encoding not in {"gzip", "x-gzip"}:
        found = "".join(c for c in encoding if c.isalnum())[:20]
        raise SourceChanged(f"the answer is encoded in a way nobody asked for ({found})", LATER, url=url)
    inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        body = inflate.decompress(wire, max_bytes + 1)
    except zlib.error as problem:
        raise Passing("the answer is damaged (gzip)", LATER, url=url, body=wire[:KEPT]) from problem
    if len(body) > max_bytes:
        raise too_large(max_bytes, url)
    if not inflate.eof or inflate.unused_data:
        raise Passing("the answer is damaged (gzip)", LATER, url=url, body=wire[:KEPT])
    return body


def _printable(headers: Mapping[str, str], name: str) -> str:
    """A header that may be stored and sent back: printable and short, else nothing."""
    value = headers.get(name, "")
    return value if value.isascii() and value.isprintable() and len(value) <= 200 else ""


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks to wait; None where it does not say."""
    text = headers.get("Retry-After", "").strip()
    if not text or len(text) > 40:
        return None
    try:
        if text.isascii() and text.isdigit():
            seconds = float(text)
        else:
            until = parsedate_to_datetime(text)
            seconds = until.timestamp() - time.time()
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), 31 * 86400.0)


def _duration(seconds: float) -> str:
    """Seconds in the unit in which a person would say them."""
    for unit, name in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * unit or (name == "h" and seconds >= unit):
            return f"{round(seconds / unit)} {name}"
    return f"{seconds:.0f} s"

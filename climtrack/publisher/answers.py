"""
HTTP, as values: a question and a snapshot → an answer.

Nothing of the question is ever echoed; the only names that are looked up are those of the publication's list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from climtrack.publisher.snapshot import Body

YEAR = "public, max-age=31536000, immutable"
HOUR = "public, max-age=3600"
MINUTES = "public, max-age=300"
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
_SHARED = ("image/", "application/json", "text/csv", "application/atom+xml")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})

Headers = tuple[tuple[bytes, bytes], ...]

#: On every answer, whatever it is.
ALWAYS: Headers = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
CLOSED: Headers = ((b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back."""

    status: int
    headers: Headers  # But for those of the server itself
    data: bytes = b""  # Body; not sent for HEAD


def plain(status: int, text: str, *more: tuple[bytes, bytes], media_type: str = "text/plain; charset=utf-8") -> Answer:
    """A short answer that nobody keeps."""
    data = text.encode()
    own = (
        (b"content-type", media_type.encode()),
        (b"content-length", str(len(data)).encode()),
        (b"cache-control", b"no-store"),
    )
    return Answer(status, (*ALWAYS, *CLOSED, *own, *more), data)


def name_of(path: str) -> str:
    """File that an address stands for."""
    if not path.startswith("/"):  # `*`, which is no address
        return path
    name = path[1:]
    return f"{name}index.html" if not name or name.endswith("/") else name


def host_allowed(host: str, allowed: frozenset[str]) -> bool:
    """Whether a request is meant for this server: no page of another name may read it through a browser."""
    if not allowed or not host:
        return True
    name = host.rsplit(":", 1)[0] if re.search(r":\d{1,5}$", host) else host
    return name.lower().rstrip(".") in allowed


def lifetime(path: str, body: Body) -> str:
    """How long a file may be kept."""
    if body.record.immutable:
        return YEAR
    return HOUR if path.startswith(("latest/", "data/", "oembed/")) else MINUTES


def answer(path: str, body: Body, headers: Mapping[str, str], status: int = 200) -> Answer:
    """A file, or the part of it that was asked for, or the word that it has not changed."""
    wanted = headers.get("range", "")
    packed = body.packed is not None and not wanted and "gzip" in _accepted(headers.get("accept-encoding", ""))
    data = body.packed if packed and body.packed is not None else body.data
    tag = f'"{body.record.sha256[:32]}{"-gz" if packed else ""}"'
    own = [
        (b"content-type", body.record.media_type.encode()),
        (b"cache-control", (lifetime(path, body) if status == 200 else MINUTES).encode()),
        (b"content-security-policy", _policy(path, body).encode()),
        *_sharing(path, body),
    ]
    if body.packed is not None:
        own.append((b"vary", b"accept-encoding"))
    if status == 200:
        own += [(b"etag", tag.encode()), (b"accept-ranges", b"bytes")]
        if _unchanged(headers.get("if-none-match", ""), tag):
            return Answer(304, (*ALWAYS, *own[1:]))
        part = _part(wanted, len(data)) if headers.get("if-range", tag) == tag else None
        if part is not None:
            return _partial(part, data, own)
    if packed:
        own.append((b"content-encoding", b"gzip"))
    return Answer(status, (*ALWAYS, *own, (b"content-length", str(len(data)).encode())), data)


def _partial(part: tuple[int, int] | bool, data: bytes, own: list[tuple[bytes, bytes]]) -> Answer:
    """206, or 416 for a part that lies behind the end."""
    if isinstance(part, bool):
        empty = ((b"content-range", f"bytes */{len(data)}".encode()), (b"content-length", b"0"))
        return Answer(416, (*ALWAYS, *own[1:], *empty))
    first, last = part
    cut = data[first : last + 1]
    shown = (b"content-range", f"bytes {first}-{last}/{len(data)}".encode())
    return Answer(206, (*ALWAYS, *own, shown, (b"content-length", str(len(cut)).encode())), cut)


def _part(wanted: str, size: int) -> tuple[int, int] | bool | None:
    """First and last byte of a single range, False for one that cannot be, None for what is no such range."""
    found = _RANGE.fullmatch(wanted.strip())
    if not found or found.groups() == ("", ""):
        return None
    if not found[1]:
        count = min(int(found[2]), size)
        return (size - count, size - 1) if count else False
    first = int(found[1])
    last = min(int(found[2]), size - 1) if found[2] else size - 1
    if found[2] and int(found[2]) < first:
        return None
    return (first, last) if first < size else False


def _accepted(header: str) -> frozenset[str]:
    """Encodings that the reader takes; those with q=0 it refuses."""
    parts = (part.partition(";") for part in header.lower().split(","))
    return frozenset(name.strip() for name, _, q in parts if not re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", q))


def _unchanged(header: str, tag: str) -> bool:
    """If-None-Match: any of these tags, or anything at all."""
    return header.strip() == "*" or tag in {part.strip().removeprefix("W/") for part in header.split(",")}


def _policy(path: str, body: Body) -> str:
    """What a page may load, and who may frame it; pictures and data may nothing."""
    if body.record.media_type.startswith("image/svg"):
        return "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    own = body.policy or "default-src 'none'"
    return own if path.startswith("embed/") else f"{own}; frame-ancestors 'self'"


def _sharing(path: str, body: Body) -> list[tuple[bytes, bytes]]:
    """Pictures and data are for every site; pages for themselves, but for those made to be embedded."""
    if body.record.media_type.startswith(_SHARED):
        return [(b"access-control-allow-origin", b"*"), (b"cross-origin-resource-policy", b"cross-origin")]
    embedded = path.startswith("embed/")
    return [(b"cross-origin-resource-policy", b"cross-origin" if embedded else b"same-origin")]

"""
DOOR. Large files over HTTP into a folder: whole, of the stated size, or not at all.

A cut connection is continued where it stopped (`Range`, guarded by `If-Range`); a server that fails is asked again a
few times, then left for the next run. Redirects are followed on the same host only; no other host is ever asked.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from climtrack.errors import SourceChanged, SourceUnavailable
from climtrack.vocabulary import faults

BLOCK = 1 << 18
#: First bytes of a NetCDF file; a web page sent with status 200 begins otherwise.
MAGIC = (b"\x89HDF\r\n\x1a\n", b"CDF\x01", b"CDF\x02", b"CDF\x05")


@dataclass(frozen=True, slots=True)
class Policy:
    """How a server is asked."""

    user_agent: str  # Names the program and a contact
    connect: float = 10.0  # Seconds for a connection, and without a byte
    read: float = 30.0  # Seconds for a connection, and without a byte
    slowest: float = 20_000.0  # Bytes per second below which a download counts as hanging, after a minute's grace
    attempts: int = 4
    most: int = 3_000_000_000  # Bytes of the largest file
    patience: float = 30.0  # Seconds that a server may ask us to wait


@dataclass(frozen=True, slots=True)
class Received:
    """A file that has arrived: address, path, hash, bytes."""

    url: str
    path: Path
    sha256: str
    size: int


class Downloader:
    """Downloads from one place."""

    def __init__(
        self,
        base: str,
        policy: Policy,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._base = base if base.endswith("/") else base + "/"
        self._policy = policy
        self._sleep, self._clock = sleep, clock
        self._stopped = False
        self._pool = urllib3.PoolManager(
            num_pools=2,
            maxsize=2,
            retries=False,
            headers={"User-Agent": policy.user_agent, "Accept-Encoding": "identity"},
        )

    def size(self, path: str) -> int | None:
        """Bytes that the server states for a file."""
        try:
            answer = self._ask("HEAD", urljoin(self._base, path), {})
        except HTTPError:
            return None
        answer.drain_conn()
        stated = answer.headers.get("Content-Length", "")
        return int(stated) if answer.status == 200 and stated.isdigit() else None

    def fetch(self, paths: tuple[str, ...], folder: Path) -> Received | None:
        """The first of some files that the server has."""
        for path in paths:
            found = self._fetch(urljoin(self._base, path), folder / path.rsplit("/", 1)[-1])
            if found is not None:
                return found
        return None

    def _fetch(self, url: str, target: Path) -> Received | None:
        """One file, continued from what an earlier attempt left."""
        part, mark = target.with_name(target.name + ".part"), target.with_name(target.name + ".etag")
        problem = ""
        for attempt in range(self._policy.attempts):
            if self._stopped:
                break
            if attempt:
                self._sleep(min(2.0**attempt, self._policy.patience))
            try:
                outcome = self._attempt(url, part, mark)
            except (HTTPError, OSError) as error:
                if (
                    isinstance(error, OSError)
                    and not isinstance(error, (ConnectionError, TimeoutError))
                    and error.errno in (28, 13, 30)
                ):
                    raise
                problem = faults.network(error, urlsplit(url).hostname or "")
                continue
            if outcome == "absent":
                return None
            if outcome == "whole":
                return self._kept(url, part, mark, target)
            problem = outcome
        raise SourceUnavailable(
            f"{urlsplit(url).hostname} did not give {target.name}: {problem}",
            "Run the same command again later",
            url=url,
        )

    def _attempt(self, url: str, part: Path, mark: Path) -> str:
        """One request: ``whole``, ``absent``, or what went wrong."""
        held = part.stat().st_size if part.is_file() else 0
        etag = mark.read_text() if held and mark.is_file() else ""
        headers = {"Range": f"bytes={held}-", "If-Range": etag} if held and etag else {}
        answer = self._ask("GET", url, headers)
        try:
            if answer.status in (404, 410):
                return "absent"
            if answer.status in (429, 503):
                wait = answer.headers.get("Retry-After", "")
                if wait.isdigit() and 0 < int(wait) <= self._policy.patience:
                    self._sleep(float(wait))
                return f"it asked us to come back later ({answer.status})"
            if answer.status == 416:
                part.unlink(missing_ok=True)
                return "what was held is no part of the file any more"
            if answer.status not in (200, 206):
                return f"it answered {answer.status}"
            continued = answer.status == 206
            if continued and not answer.headers.get("Content-Range", "").startswith(f"bytes {held}-"):
                part.unlink(missing_ok=True)
                return "it sent another part than asked for"
            return self._receive(answer, part, mark, held if continued else 0)
        finally:
            answer.close()

    def _receive(self, answer: Any, part: Path, mark: Path, held: int) -> str:
        """Bytes of one answer onto the disk."""
        stated = answer.headers.get("Content-Length", "")
        if not stated.isdigit():
            return "it does not state the size"
        total = held + int(stated)
        if total > self._policy.most:
            raise SourceChanged(f"a file of {total / 1e9:.1f} GB is larger than any we know", url=answer.geturl() or "")
        tag = answer.headers.get("ETag", "") or answer.headers.get("Last-Modified", "")
        if tag and not tag.startswith("W/"):
            mark.write_text(tag)
        begin, size = self._clock(), held
        with part.open("ab" if held else "wb") as out:
            for block in answer.stream(BLOCK):
                if not size and not block.startswith(MAGIC):
                    raise SourceChanged(
                        "received something that is no NetCDF file", "Look at the address in a browser",
                        url=answer.geturl() or "", body=block[:4096],
                    )  # fmt: skip
                size += out.write(block)
                spent = self._clock() - begin
                if self._stopped:
                    return "the run was stopped"  # the part stays, to be continued
                if size > total or (spent > 60 and (size - held) / spent < self._policy.slowest):
                    return "it sent too much" if size > total else "it sends too slowly"
        return "whole" if size == total else f"it stopped after {size} of {total} bytes"

    def _kept(self, url: str, part: Path, mark: Path, target: Path) -> Received:
        """The finished file under its own name, hashed."""
        whole, size = hashlib.sha256(), 0
        with part.open("rb") as file:
            while block := file.read(1 << 20):
                whole.update(block)
                size += len(block)
        part.replace(target)
        with contextlib.suppress(FileNotFoundError):
            mark.unlink()
        return Received(url, target, whole.hexdigest(), size)

    def _ask(self, method: str, url: str, headers: dict[str, str]) -> Any:
        """One request, redirected on the same host at most twice."""
        timeout = urllib3.Timeout(connect=self._policy.connect, read=self._policy.read)
        sent = dict(self._pool.headers) | headers
        for _ in range(3):
            answer = self._pool.request(
                method, url, headers=sent, timeout=timeout, preload_content=False, redirect=False, retries=False
            )
            if answer.status not in (301, 302, 307, 308):
                return answer
            there = urljoin(url, answer.headers.get("Location", ""))
            answer.close()
            if urlsplit(there)[:2] != urlsplit(url)[:2]:
                raise SourceUnavailable(
                    f"{urlsplit(url).hostname} points to {there[:80]}; not followed",
                    "Set the place in config.toml",
                    url=url,
                )
            url = there
        raise SourceUnavailable(f"{urlsplit(url).hostname} sent us round in circles", url=url)

    def stop(self) -> None:
        """End what is on its way in other threads at its next block; nothing more is asked for."""
        self._stopped = True

    def close(self) -> None:
        """Close all connections."""
        self._pool.clear()


def hurried(policy: Policy) -> Policy:
    """The same manners for a few small files, as in a daily refresh."""
    return replace(policy, attempts=2, patience=5.0)

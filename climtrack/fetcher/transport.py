"""DOOR: HTTP GET with one deadline, polite retries, bounds and conditional requests → Payload."""

from __future__ import annotations

import http.client
import logging
import random
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import SplitResult, urljoin, urlsplit

from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError

from climtrack.errors import SourceUnavailable
from climtrack.fetcher import answer
from climtrack.fetcher.answer import REDIRECTS, Elsewhere, Passing, Silent
from climtrack.fetcher.causes import explained
from climtrack.fetcher.connection import Limits, Plain, Secure, trust
from climtrack.fetcher.policy import HttpPolicy
from climtrack.fetcher.syntax import LATER, shown
from climtrack.vocabulary.payload import Payload, Transport

__all__ = ["USER_AGENT", "Http", "HttpPolicy", "Payload", "Transport"]

log = logging.getLogger(__name__)

#: Connections open at once, whoever asks.
CONNECTIONS = 2
#: Redirects followed for one request, all of them to the same scheme, host and port.
HOPS = 3
#: A host that has not answered is asked after the others in this run; after a path that nobody answered, the next one
#: is asked for once and for this many seconds, so that a dead source does not cost the whole limit thirteen times over.
BRIEF = 4.0
#: Bytes that status line and headers may have on top of the body.
HEADERS = 262_144
USER_AGENT = "climtrack/{version} (+https://github.com/climtrack/climtrack; daily climate series for newsletters)"


class Http:
    """The network, as a context manager: connections stay open until it ends and are used again."""

    def __init__(
        self,
        policy: HttpPolicy,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        rng: random.Random | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._policy, self._sleep, self._monotonic = policy, sleep, monotonic
        self._rng = rng or random.Random()  # noqa: S311 - jitter, not a secret
        self._tls = tls
        self._agent = policy.user_agent or USER_AGENT.format(version=_version())
        self._slots = threading.BoundedSemaphore(CONNECTIONS)
        self._lock = threading.Lock()
        self._idle: list[tuple[str, Plain | Secure]] = []
        self._silent: set[str] = set()
        self._dark = False
        self._not_before: dict[str, tuple[float, SourceUnavailable]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are not in use."""
        with self._lock:
            idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.close()

    def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Payload | None:
        """Ask for a path, first host first, again where that may help."""
        headers = {
            "User-Agent": self._agent,
            "Accept": "application/json, text/csv;q=0.9, */*;q=0.1",
            "Accept-Encoding": "gzip",
        }
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        with self._slots:
            brief = self._dark
            total = min(BRIEF, self._policy.total_timeout) if brief else self._policy.total_timeout
            task = _Task(path, headers, self._monotonic() + total, 1 if brief else self._policy.attempts, total)
            try:
                payload = self._patiently(task)
            except Passing as problem:
                self._dark = isinstance(problem, Silent)
                raise SourceUnavailable(
                    problem.what, problem.remedy, url=problem.url, body=problem.body, retry_after=problem.retry_after
                ) from problem
            self._dark = False
            return payload

    def _patiently(self, task: _Task) -> Payload | None:
        """Ask host after host until there is an answer, the attempts are used up, or asking again cannot help."""
        with self._lock:
            bases = sorted(self._policy.base_urls, key=self._silent.__contains__)
        share = max(task.requests // len(bases), 1)
        first: Passing | None = None
        for i, base in enumerate(bases):
            if task.requests <= 0 or self._monotonic() >= task.deadline:
                break
            allowed = task.requests if i == len(bases) - 1 else min(share, task.requests)
            try:
                payload = self._from_host(base, task, allowed)
            except Passing as problem:
                first = first or problem
                if isinstance(problem, Silent):
                    with self._lock:
                        self._silent.add(base)
                if problem.retry_after is not None:
                    break  # the mirror is the same people's machine
            else:
                with self._lock:
                    self._silent.discard(base)
                return payload
        raise first or Silent(
            f"the server did not answer within {task.total:g} s", LATER, url=urljoin(bases[0], task.path)
        )

    def _from_host(self, base: str, task: _Task, allowed: int) -> Payload | None:
        """Ask one host, at most `allowed` times."""
        floor = task.requests - allowed
        pause = 0.5
        while True:
            self._respect(base)
            try:
                return self._followed(urljoin(base, task.path), task)
            except Passing as problem:
                wait = pause * (0.5 + self._rng.random()) if problem.retry_after is None else problem.retry_after
                late = self._monotonic() + wait >= task.deadline
                if problem.retry_after is not None and late:
                    with self._lock:
                        self._not_before[base] = (self._monotonic() + wait, problem)
                if task.requests <= floor or late or isinstance(problem, Elsewhere):
                    raise
                log.info("%s: %s; asking again in %.1f s", problem.url, problem.what, wait)
                self._sleep(wait)
                pause *= 2

    def _respect(self, base: str) -> None:
        """Leave a host alone that has asked for it in this run."""
        with self._lock:
            until, said = self._not_before.get(base, (float("-inf"), None))
        left = until - self._monotonic()
        if said is not None and left > 0:
            raise Passing(said.what, said.remedy, url=said.url, retry_after=left)

    def _followed(self, url: str, task: _Task) -> Payload | None:
        """Ask for an address and follow redirects within the same scheme, host and port."""
        start = urlsplit(url)
        for _ in range(HOPS + 1):
            result = self._exchange(url, task)
            if not isinstance(result, str):
                return result
            target = urlsplit(urljoin(url, result))
            if (target.scheme, target.netloc) != (start.scheme, start.netloc):
                place = shown(f"{target.scheme}://{target.netloc.rpartition('@')[2]}", 60)
                raise SourceUnavailable(f"the server pointed to another place ({place}); not followed", LATER, url=url)
            url = target._replace(fragment="").geturl()
            if task.requests <= 0:
                break
        raise SourceUnavailable("the server sent us round in circles", "See `user_agent` in the manual", url=url)

    def _exchange(self, url: str, task: _Task) -> Payload | str | None:
        """One request and its answer: a payload, None for 304, or where a redirect points."""
        parts = urlsplit(url)
        task.requests -= 1
        limits = Limits(task.deadline, self._policy.read_timeout, self._policy.max_bytes + HEADERS, self._monotonic)
        connection = self._connection(parts, limits)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        response: BaseHTTPResponse | None = None
        reusable = False
        try:
            connection.request("GET", target, headers=task.headers, preload_content=False, decode_content=False)
            response = connection.getresponse()
            if response.status in REDIRECTS:
                return response.headers.get("Location", "")[:2000]
            conditional = "If-None-Match" in task.headers or "If-Modified-Since" in task.headers
            found = answer.payload(response, url, max_bytes=self._policy.max_bytes, conditional=conditional)
            reusable = True
        except (OSError, HTTPError, http.client.HTTPException, ValueError) as problem:
            # ValueError: a port or header that http.client cannot make sense of
            raise explained(problem, url, total=task.total, max_bytes=self._policy.max_bytes) from problem
        finally:
            if reusable:
                with self._lock:
                    self._idle.append((f"{parts.scheme}://{parts.netloc}", connection))
            else:
                connection.close()
            if response is not None:
                response.close()
        return found

    def _connection(self, parts: SplitResult, limits: Limits) -> Plain | Secure:
        """An open connection used before, or a new one."""
        place = f"{parts.scheme}://{parts.netloc}"
        with self._lock:
            for i, (where, held) in enumerate(self._idle):
                if where == place:
                    del self._idle[i]
                    if held.is_connected:
                        held.limits.renew(limits.deadline, limits.left)
                        return held
                    held.close()
                    break
            if parts.scheme == "https" and self._tls is None:
                self._tls = trust()
        host, port = parts.hostname or "", parts.port
        connection: Plain | Secure
        if parts.scheme == "https":
            connection = Secure(host, port or 443, timeout=self._policy.connect_timeout, ssl_context=self._tls)
        else:
            connection = Plain(host, port or 80, timeout=self._policy.connect_timeout)
        connection.limits = limits
        return connection


@dataclass(slots=True)
class _Task:
    """One path on its way: what is asked, until when, and how many requests are left."""

    path: str
    headers: dict[str, str]
    deadline: float
    requests: int
    total: float


def _version() -> str:
    """Version of this program, as installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("climtrack")
    except PackageNotFoundError:
        return "0"

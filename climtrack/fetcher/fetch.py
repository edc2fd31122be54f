"""Ask for every series, at most two at a time, each with its own answer."""

from __future__ import annotations

import datetime as dt
import logging
import queue
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from climtrack.errors import FetchError, Notice, SourceChanged
from climtrack.fetcher import checks, reanalyzer
from climtrack.fetcher.reanalyzer import Endpoint
from climtrack.vocabulary.series import Payload, Series, SeriesKey, Source, Transport

log = logging.getLogger(__name__)

#: Sources that runs keep up to date: modules with ``ENDPOINTS``.
SOURCES = (reanalyzer,)
WORKERS = 2
#: Head of a refused body that travels with the error, so that a person can look at it.
KEPT = 65_536


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What became of one series."""

    key: SeriesKey
    series: Series | None = None  # The new state, checked; None where there is none
    error: FetchError | None = None  # Why there is none; what is held stays
    notes: tuple[Notice, ...] = ()  # What was unusual

    @property
    def unchanged(self) -> bool:
        """Whether the held series is still the best there is."""
        return self.series is None and self.error is None


def fetch_all(
    endpoints: Iterable[Endpoint],
    held: Callable[[SeriesKey], Series | None],
    *,
    transport: Transport,
    now: dt.datetime,
    on_done: Callable[[Answer], None] = lambda _: None,
    accept: frozenset[SeriesKey] = frozenset(),
    only: frozenset[dt.date] = frozenset(),
    doubted: Callable[[Series], bool] = lambda _: False,
) -> tuple[Answer, ...]:
    """Ask for every endpoint; an error of one never touches another."""
    asked = list(endpoints)
    stored = [held(endpoint.key) for endpoint in asked]
    todo: queue.SimpleQueue[int] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[int, Answer | BaseException]] = queue.SimpleQueue()
    stop = threading.Event()
    for i in range(len(asked)):
        todo.put(i)

    def work() -> None:
        while not stop.is_set():
            try:
                i = todo.get_nowait()
            except queue.Empty:
                return
            key, known = asked[i].key, stored[i]
            whole = known is not None and doubted(known)
            try:
                done.put(
                    (
                        i,
                        fetch(
                            asked[i], known, transport=transport, now=now, accept=key in accept, only=only, whole=whole
                        ),
                    )
                )
            except BaseException as bug:  # a bug, not an outcome: it ends the run in the calling thread
                done.put((i, bug))
                return

    # Daemon threads: after Ctrl-C the program ends at once, whatever a server is still sending.
    for n in range(min(WORKERS, len(asked))):
        threading.Thread(target=work, name=f"climtrack-fetch-{n}", daemon=True).start()
    answers: dict[int, Answer] = {}
    try:
        while len(answers) < len(asked):
            i, result = done.get()
            if isinstance(result, BaseException):
                raise result
            answers[i] = result
            on_done(result)
    finally:
        stop.set()
    return tuple(answers[i] for i in range(len(asked)))


def fetch(
    endpoint: Endpoint,
    held: Series | None,
    *,
    transport: Transport,
    now: dt.datetime,
    accept: bool = False,
    only: frozenset[dt.date] = frozenset(),
    whole: bool = False,
) -> Answer:
    """Ask for one endpoint."""
    payload: Payload | None = None
    # validators belong to this address; the sample's are nobody else's business
    known = held.source if held is not None and held.source.url.endswith(endpoint.path) and not accept else None
    asked = known if known is not None and not known.simulated and not whole else None
    try:
        payload = transport.get(
            endpoint.path,
            etag=asked.etag if asked else "",
            last_modified=asked.last_modified if asked else "",
        )
        if payload is None or (known is not None and payload.sha256 == known.sha256):
            return Answer(endpoint.key)
        source = Source(payload.url, now, payload.sha256, etag=payload.etag, last_modified=payload.last_modified)
        if endpoint.published:
            source = replace(source, details=_verified(payload, endpoint, transport))
        new = (endpoint.read or reanalyzer.read)(payload.body, endpoint, source)
        notes = checks.check(new, held, today=now.date(), accept=accept, only=only, levels=endpoint.levels)
    except FetchError as problem:
        if payload is not None and not problem.body:
            problem.url, problem.body = payload.url, payload.body[:KEPT]
        log.info("%s: %s", endpoint.key, problem)
        return Answer(endpoint.key, error=problem)
    found = None if checks.is_older(new, held) else new
    return Answer(endpoint.key, found, notes=(*new.source.notes, *notes))


def _verified(payload: Payload, endpoint: Endpoint, transport: Transport) -> Mapping[str, str]:
    """Where a published series is from, if it is what its maker hashed."""
    beside = transport.get(f"{endpoint.path}.sha256")
    if beside is None or beside.body[:64] != payload.sha256.encode():
        raise SourceChanged("fetch.other_hash")
    return MappingProxyType({"published": payload.url})

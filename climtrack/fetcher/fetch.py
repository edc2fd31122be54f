"""Ask for every series, at most two at a time, each with its own answer."""

from __future__ import annotations

import datetime as dt
import logging
import queue
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from urllib.parse import urlsplit

from climtrack.errors import ConfigError, FetchError, Notice, SourceChanged, SourceUnavailable
from climtrack.fetcher import checks, noaa, reanalyzer
from climtrack.fetcher.reanalyzer import Endpoint
from climtrack.vocabulary.notice import plain
from climtrack.vocabulary.series import Payload, Series, SeriesKey, Source, Transport

log = logging.getLogger(__name__)

#: Sources that runs keep up to date: modules with ``ENDPOINTS``.
SOURCES = (reanalyzer, noaa)
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
    """Ask for every endpoint; an error of one, foreseen or not, never touches another."""
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
            ask = partial(fetch, asked[i], known, transport=transport, now=now, accept=key in accept, only=only)
            try:
                done.put((i, ask(whole=known is not None and doubted(known))))
            except BaseException as end:  # Ctrl-C, or a mistake of the user's: it ends the run in the calling thread
                done.put((i, end))
                return

    # Daemon threads: after Ctrl-C the program ends at once, whatever a server is still sending.
    for n in range(min(WORKERS, len(asked))):
        threading.Thread(target=work, name=f"climtrack-fetch-{n}", daemon=True).start()
    answers: dict[int, Answer] = {}
    try:
        while len(answers) < len(asked):
            i, answer = done.get()
            if isinstance(answer, BaseException):
                raise answer
            answers[i] = answer
            on_done(answer)
    finally:
        stop.set()
    return tuple(answers[i] for i in range(len(asked)))


def stumbled(bug: Exception) -> FetchError:
    """What nobody foresaw in one series, as the outcome of that series; its traceback is for the log."""
    error = SourceChanged("fetch.stumbled", kind=type(bug).__name__)
    error.__cause__ = bug
    return error


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
    held_source = held.source if held is not None and not accept else None
    try:
        path, payload = _payload(endpoint, None if whole else held_source, transport, now.year)
        if payload is None or (
            held_source is not None and held_source.url.endswith(path) and payload.sha256 == held_source.sha256
        ):
            return Answer(endpoint.key)
        source = Source(
            payload.url, now, payload.sha256, etag=payload.etag, last_modified=payload.last_modified,
            notes=_oddities(endpoint, payload, now.year), details=_verified(endpoint, payload, transport),
        )  # fmt: skip
        new = (endpoint.read or reanalyzer.read)(payload.body, endpoint, source)
        notes = checks.check(
            new,
            held,
            today=now.date(),
            accept=accept,
            only=only,
            levels=endpoint.levels,
            named=endpoint.read is None,
        )
        found = None if checks.is_older(new, held) else new
    except ConfigError:
        raise
    except Exception as problem:
        error = problem if isinstance(problem, FetchError) else stumbled(problem)
        if payload is not None and not error.body:
            error.url, error.body = payload.url, payload.body[:KEPT]
        log.info("%s: %s", endpoint.key, error)
        return Answer(endpoint.key, error=error)
    return Answer(endpoint.key, found, notes=(*new.source.notes, *notes))


def _names(path: str, year: int) -> tuple[str, ...]:
    """A name with this year and, for it is not there before the year's first month is known, with the last."""
    return tuple(dict.fromkeys(path.format(year=year - back) for back in (0, 1)))


def _payload(endpoint: Endpoint, held: Source | None, transport: Transport, year: int) -> tuple[str, Payload | None]:
    """The answer under the present name of a file, or else under one that it had before, and that name."""
    region = endpoint.key.region
    files = [name.replace("{region}", region) for name in endpoint.key.feed.files] if endpoint.key.feed else []
    former = files[1:] if endpoint.path in files[:1] else []
    *paths, last = (name for path in (endpoint.path, *former) for name in _names(path, year))

    def ask(path: str) -> tuple[str, Payload | None]:
        # validators belong to this address; the sample's are nobody else's business
        known = held if held is not None and held.url.endswith(path) and not held.simulated else None
        etag, modified = (known.etag, known.last_modified) if known else ("", "")
        return path, transport.get(endpoint.host + path, etag=etag, last_modified=modified)

    for path in paths:
        try:
            return ask(path)
        except SourceUnavailable as problem:
            if problem.id != "fetch.gone":
                raise
    return ask(last)


def _verified(endpoint: Endpoint, payload: Payload, transport: Transport) -> Mapping[str, str]:
    """Where a series that another installation publishes is from, if it is what its maker hashed."""
    if not endpoint.hashed:
        return MappingProxyType({})
    beside = transport.get(f"{endpoint.host}{endpoint.path}.sha256")
    if beside is None or beside.body[:64] != payload.sha256.encode():
        raise SourceChanged("fetch.other_hash")
    return MappingProxyType({"published": payload.url})


def _oddities(endpoint: Endpoint, payload: Payload, year: int) -> tuple[Notice, ...]:
    """Whether the file came from another place than it should, or begins with other words."""
    notes = []
    if not payload.url.endswith(_names(endpoint.path, year)):
        found, known = plain(urlsplit(payload.url).path, 80), plain(endpoint.path.rpartition("/")[2], 60)
        notes.append(Notice("fetch.note.moved", found=found, known=known))
    if (feed := endpoint.key.feed) is not None:
        lines = payload.body[:KEPT].decode("utf-8-sig", "replace").splitlines()
        first = next((" ".join(line.split()) for line in lines if line.strip() and not line.startswith("#")), "")
        if not first.startswith(feed.opening):
            notes.append(Notice("fetch.note.reworded", found=plain(first, 45), known=feed.opening))
    return tuple(notes)

"""
Everything that may stand between the user and a chart, looked at once, each finding with its remedy.

Nothing is changed by looking, and one finding never hides another. Only operators read this: it is in English.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import re
import shutil
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from climtrack.config import Config
from climtrack.errors import ClimtrackError, ConfigError, FetchError, Notice, StoreError
from climtrack.fetcher.fetch import fetch
from climtrack.fetcher.http import Http, HttpPolicy
from climtrack.fetcher.pulse import PULSE
from climtrack.fetcher.reanalyzer import Endpoint
from climtrack.files import TEMPORARY, dangling_link, disk_error
from climtrack.grids.download import PLACES
from climtrack.run.grids import address
from climtrack.run.series import endpoints, held, http_policy, overdue, usual_lag
from climtrack.store.store import Store
from climtrack.vocabulary.notice import plain
from climtrack.vocabulary.registry import FEEDS, PRODUCTS
from climtrack.vocabulary.series import Payload, Series, SeriesKey, Transport
from climtrack.words.language import Language

#: Bytes that a year of default settings needs, generously: history and log; dated pictures (docs/soaks.md).
NEEDED = {"data folder": 100_000_000, "published folder": 500_000_000}
#: Packages that a report needs, and the oldest release that is known to be safe or to work.
PACKAGES: Mapping[str, tuple[int, ...]] = {
    "numpy": (2, 0), "netCDF4": (1, 7), "xarray": (2025, 1), "matplotlib": (3, 10), "pillow": (11,),
    "urllib3": (2, 6, 3),
    "pydantic": (2, 10), "jinja2": (3, 1, 5), "typer": (0, 16), "apscheduler": (3, 11), "certifi": (2024,),
}  # fmt: skip
#: Seconds by which this computer's clock may differ from a server's before it is worth a word, and before it is wrong.
SKEW, WRONG = 300, 86_400
#: Words in a User-Agent for which the site has been seen to refuse a program.
SHUNNED = ("curl", "wget", "python", "urllib", "requests", "httpx", "bot")
#: A good answer takes less than a second; more than this many is worth a word.
SLOW = 10.0
#: What the feeds looked like when they were last studied (August 2026), by variable. The reader understands more than
#: the feeds are known to hold, so a changed feed would go unnoticed for months.
KNOWN: Mapping[str, Mapping[str, str]] = {
    "t2m": {
        "first year": "1940", "other rows": "1979-2000, 1981-2010, 1991-2020", "fields": "data, data_source, name",
        "decimals": "3", "empty slots": "null", "source": "ERA5 Copernicus C3S",
    },
    "sst": {
        "first year": "1981", "other rows": "Preliminary, 1982-2010, 1991-2020", "fields": "data, data_source, name",
        "decimals": "3", "empty slots": "null", "source": "NOAA OISST 2.1",
    },
}  # fmt: skip


class Severity(StrEnum):
    """How much a finding matters."""

    GOOD = "good"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at, and what was found."""

    topic: str  # In a word or two: ``clock``, ``store``, ``nh-air``
    severity: Severity
    found: Notice | ClimtrackError
    also: tuple[str, ...] = ()  # Other topics that have the same cause

    @property
    def what(self) -> str:
        return Language("en").what(self.found)

    @property
    def remedy(self) -> str:
        return Language("en").remedy(self.found)


def _good(topic: str, id: str, **facts: Any) -> Check:  # noqa: A002
    return Check(topic, Severity.GOOD, Notice(f"doctor.{id}", **facts))


def _note(topic: str, id: str, **facts: Any) -> Check:  # noqa: A002
    return Check(topic, Severity.NOTE, Notice(f"doctor.{id}", **facts))


def _problem(topic: str, id: str, **facts: Any) -> Check:  # noqa: A002
    return Check(topic, Severity.PROBLEM, Notice(f"doctor.{id}", **facts))


def _size(size: int) -> str:
    """Bytes as a person counts them."""
    return f"{size / 1e9:,.0f} GB" if size >= 10e9 else f"{size / 1e6:,.0f} MB"


def run_checks(
    config: Config,
    *,
    now: dt.datetime,
    transport: Transport | None = None,
    second: Transport | None = None,
    keys: Collection[SeriesKey] = (),
    on_done: Callable[[str], None] = lambda _: None,
) -> tuple[Check, ...]:
    """Look at everything; at the network, and at the second source, only where there is a transport."""
    parts: list[tuple[str, Callable[[], Iterable[Check]]]] = [
        ("versions", check_versions),
        ("config", lambda: check_settings(config)),
        ("folder", lambda: check_folders(config)),
        ("fonts", lambda: check_fonts(config)),
        ("store", lambda: check_store(config, now)),
        ("site", lambda: check_site(config)),
        ("sources", lambda: check_sources(config)),
    ]
    if transport is not None:
        table = endpoints(config)
        chosen = [table[key] for key in (keys or table) if key in table]
        if chosen:
            parts.append(("network", lambda: check_hosts(http_policy(config), chosen[0].path, now=now)))
        asked = [(one, transport) for one in chosen]
        asked += [(one, second) for one in PULSE.values() if second is not None and not keys]
        for one, way in asked:

            def look(endpoint: Endpoint = one, transport: Transport = way) -> Iterable[Check]:
                return check_feed(endpoint, held(Store(config.home), endpoint.key), transport=transport, now=now)

            parts.append((one.key.label, look))
    checks: list[Check] = []
    for topic, part in parts:
        try:
            checks += part()
        except ClimtrackError as problem:
            checks.append(Check(topic, Severity.PROBLEM, problem))
        except OSError as problem:
            refusal = disk_error(problem, Path(os.fsdecode(problem.filename or config.home)))
            checks.append(Check(topic, Severity.PROBLEM, refusal))
        except Exception as bug:  # where all may be broken, what breaks one look must not hide the others
            checks.append(_problem(topic, "bug", name=type(bug).__name__, text=str(bug)[:80]))
        on_done(topic)
    return tuple(_by_cause(checks))


def _by_cause(checks: Iterable[Check]) -> Iterator[Check]:
    """What troubles many, such as a computer that is offline, once: at the first, with the names of the others."""
    causes: dict[object, Check] = {}
    for number, check in enumerate(checks):
        problem = check.found.facts.get("problem", check.found)  # that of a host is nested
        facts = sorted((name, str(fact)) for name, fact in problem.facts.items() if name != "host")
        cause = number if check.severity is Severity.GOOD else (check.severity, problem.id, *facts)
        first = causes.setdefault(cause, check)
        if first is not check and check.topic != first.topic:
            causes[cause] = replace(first, also=(*first.also, check.topic))
    yield from causes.values()


def check_versions() -> Iterator[Check]:
    """Python and the packages."""
    known: dict[str, str] = {}
    bad: list[Check] = []
    for name, oldest in PACKAGES.items():
        try:
            known[name] = version(name)
        except PackageNotFoundError:
            bad.append(_problem("versions", "package.absent", name=name))
            continue
        if tuple(int(part) for part in known[name].split(".")[: len(oldest)] if part.isdigit()) < oldest:
            needed = ".".join(map(str, oldest))
            bad.append(_problem("versions", "package.old", name=name, found=known[name], oldest=needed))
    packages = [f"{name} {number}" for name, number in known.items()]
    python, system = platform.python_version(), platform.system()
    yield _good("versions", "versions", python=python, system=system, packages=packages)
    yield from bad


def check_settings(config: Config) -> Iterator[Check]:
    """The settings and the time zone."""
    yield _good("config", "settings.file", path=config.path) if config.path else _good("config", "settings.built_in")
    if loopback := [url for url in config.fetch.base_urls if url.startswith("http://")]:
        yield _note("config", "settings.loopback", url=loopback[0])
    fetch = config.fetch
    yield _good("config", "contact", agent=fetch.agent) if fetch.contact else _note("config", "contact.none")
    if fetch.proxy:
        yield _note("network", "proxy", proxy=fetch.proxy)
    elif named := [name for name in ("HTTPS_PROXY", "https_proxy") if os.environ.get(name)]:
        yield _note("network", "proxy.ignored", name=named[0])
    zone = config.schedule.zone
    here = dt.datetime.now(ZoneInfo(zone)).strftime("%H:%M")
    hours = [f"{hour}:00" for hour in config.schedule.hours]
    yield _good("time zone", "settings.zone", zone=zone, time=here, hours=hours)
    if config.notify.urls and not find_spec("apprise"):
        yield Check("config", Severity.PROBLEM, Notice("notify.extra"))
    if config.serve.host not in {"127.0.0.1", "localhost", "::1"}:
        yield _note("config", "settings.public", host=config.serve.host)


def check_folders(config: Config) -> Iterator[Check]:
    """The folders that are written to."""
    from climtrack.run.publish import site_folder

    for topic, folder in (("data folder", config.home), ("published folder", site_folder(config))):
        there = folder
        while not there.exists() and there != there.parent:
            there = there.parent
        if link := dangling_link(folder):
            yield _problem(topic, "folder.dangling_link", path=link)
        elif not there.is_dir():
            yield _problem(topic, "folder.file", path=there)
        elif not os.access(there, os.W_OK | os.X_OK):
            yield _problem(topic, "folder.denied", path=there)
        else:
            if there == folder:
                yield _good(topic, "folder.writable", path=folder)
            elif topic == "data folder":
                yield _note(topic, "folder.absent", path=folder)
            else:
                yield _good(topic, "folder.can_be_made", path=folder)
            free = shutil.disk_usage(there).free
            facts = {"free": _size(free), "needed": _size(NEEDED[topic])}
            if free < NEEDED[topic]:
                yield _problem("disk", "disk.full", path=folder, **facts)
            else:
                yield _good("disk", "disk", purpose=topic, **facts)


def check_fonts(config: Config) -> Iterator[Check]:
    """The typefaces of the charts, and what [theme] makes of them."""
    from climtrack.reporter.fonts import FACES, font_file
    from climtrack.reporter.theme import themed
    from climtrack.run.drawing import themes_of

    try:
        missing = [face for face in FACES if not font_file(themed("light"), face).is_file()]
    except ModuleNotFoundError:
        missing = list(FACES)
    if missing:
        yield _problem("fonts", "fonts.absent", faces=missing)
        return
    try:
        themes_of(config, ("light", "dark"))
    except ConfigError as problem:
        yield Check("fonts", Severity.PROBLEM, problem)
    else:
        yield _good("fonts", "fonts")


def check_store(config: Config, now: dt.datetime) -> Iterator[Check]:
    """Every stored series, and through it this computer's clock."""
    store = Store(config.home)
    checks: list[Check] = []
    whole = 0
    ends: list[dt.date] = []
    stored = store.keys()
    for key in stored:
        try:
            ends.append(store.read(key).end)
        except StoreError as problem:
            checks.append(_problem("store", "damaged", damage=problem))
            continue
        whole += not store.notices  # else only a copy of it is
        health = store.health(key)
        if health.error:
            checks.append(_note(key.label, "last_time", error=health.error))
    yield _good("store", "stored", n=whole)
    yield from checks
    if store.newer:
        yield _problem("store", "newer", notice=store.notices[0])
    else:
        for notice in store.notices:
            yield _problem("store", "damaged", damage=notice)
    if config.home.is_dir() and any(config.home.rglob(f"{TEMPORARY}[0-9]*")):
        yield _note("store", "leftovers")
    if ends and not max(ends) <= now.date() <= max(ends) + dt.timedelta(days=3 * 366):
        yield _problem("clock", "clock.data", today=now.date(), newest=max(ends))


def check_site(config: Config) -> Iterator[Check]:
    """The published site: how large it is, and whether all of it is as it was published."""
    from climtrack.publish.folder import Folder
    from climtrack.run.publish import site_folder

    folder = Folder(site_folder(config))
    if (site := folder.read()).published:
        yield _good("site", "site", n=site.count, size=_size(site.size))
    if faults := folder.faults():
        yield _problem("site", "site.faults", n=len(faults), path=faults[0])


def check_sources(config: Config) -> Iterator[Check]:
    """What is known of every source: where it stands, on what terms, how far behind it usually is."""
    place = PLACES[config.grid.source]
    known = {name.partition(".")[0]: (feed.bases[0], feed.lag) for name, feed in FEEDS.items()}
    for name, (url, lag) in (*known.items(), (f"{place.product} grids", (address(place.name, config), place.lag))):
        product = PRODUCTS[name.partition(" ")[0]]
        facts = {"host": urlsplit(url).netloc, "licence": product.licence, "read": product.licence_read, "n": lag}
        yield _good(name, "source", **facts)


def check_hosts(policy: HttpPolicy, path: str, *, now: dt.datetime) -> tuple[Check, ...]:
    """Does each host answer by itself, how fast, with what clock?"""
    checks: list[Check] = []
    if words := [word for word in SHUNNED if word in policy.user_agent.lower()]:
        checks.append(_note("network", "agent", word=words[0]))
    failures: list[Check] = []
    for base in policy.base_urls:
        host = plain(urlsplit(base).netloc, 60)
        start = time.monotonic()
        try:
            with Http(replace(policy, base_urls=(base,), attempts=min(policy.attempts, 2))) as network:
                payload = network.get(path)
        except FetchError as problem:
            failures.append(_problem("network", "host.failed", host=host, problem=problem))
            continue
        seconds = time.monotonic() - start
        slow = seconds > SLOW
        checks.append(
            (_note if slow else _good)("network", "host.slow" if slow else "host", host=host, seconds=seconds)
        )
        if payload is not None:
            checks += _check_clock(host, payload.served, now + dt.timedelta(seconds=seconds))
    if len(failures) < len(policy.base_urls):  # a mirror that is down is no more than a note
        failures = [replace(check, severity=Severity.NOTE) for check in failures]
    return (*checks, *failures)


def _check_clock(host: str, served: str, now: dt.datetime) -> Iterator[Check]:
    """This computer's clock against a server's."""
    try:
        theirs = parsedate_to_datetime(served)
        skew = abs((now - theirs).total_seconds())
    except (ValueError, TypeError, OverflowError):  # no date, or one without a zone
        return
    if skew <= SKEW:
        yield _good("clock", "clock.agrees", host=host, seconds=skew)
        return
    here, there = f"{now:%Y-%m-%d %H:%M}", f"{theirs:%Y-%m-%d %H:%M}"
    yield (_problem if skew > WRONG else _note)("clock", "clock.wrong", here=here, host=host, there=there)


def check_feed(endpoint: Endpoint, held: Series | None, *, transport: Transport, now: dt.datetime) -> Iterator[Check]:
    """Does a feed answer, is it read, would it be accepted, does it look as it did?"""
    topic = endpoint.key.label
    watched = _Watched(transport)
    answer = fetch(endpoint, held, transport=watched, now=now)
    if answer.error is not None:
        yield Check(topic, Severity.PROBLEM, answer.error)
        return
    checks = [Check(topic, Severity.NOTE, note) for note in answer.notes]
    known = KNOWN.get(endpoint.key.variable)
    if known is not None and endpoint.path.endswith(".json"):
        found = layout(watched.body)
        for aspect, value in known.items():
            if found[aspect] != value:
                checks.append(_note(topic, "feed.layout", aspect=aspect, found=found[aspect], known=value))
    if newest := answer.series or held:
        if days := overdue(newest, now):
            checks.append(
                _note(topic, "feed.stale", days=days, newest=str(newest.dates[-1]), usual=usual_lag(newest.key))
            )
        yield _good(topic, "feed.data" if checks else "feed.known", newest=str(newest.dates[-1]))
    yield from checks


def layout(body: bytes) -> dict[str, str]:
    """How a payload that can be read is made."""
    rows = json.loads(body.decode("utf-8-sig"))
    cells = [cell for row in rows for cell in (row["data"] if isinstance(row.get("data"), list) else [])]
    years = [str(row["name"]) for row in rows if re.fullmatch(r"\d{4}", str(row["name"]))]
    others = [plain(str(row["name"]), 30) for row in rows if str(row["name"]) not in years]
    return {
        "first year": min(years),
        "other rows": ", ".join(others),
        "fields": ", ".join(sorted({plain(field, 30) for row in rows for field in row})),
        "decimals": str(max((len(str(cell).partition(".")[2]) for cell in cells if cell is not None), default=0)),
        "empty slots": ", ".join(["null", *(["text"] if any(isinstance(cell, str) for cell in cells) else [])]),
        "source": ", ".join(sorted({plain(str(row.get("data_source", "")), 80) for row in rows})),
    }


class _Watched:
    """A transport without validators, and the last body that it brought."""

    def __init__(self, transport: Transport) -> None:
        self._transport, self.body = transport, b""

    def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Payload | None:  # noqa: ARG002 - Transport
        payload = self._transport.get(path)
        self.body = payload.body if payload else b""
        return payload


def document(checks: Iterable[Check], now: dt.datetime) -> dict[str, Any]:
    found = list(checks)
    return {
        "schema": "climtrack.doctor/1",
        "at": now.isoformat(),
        "python": sys.version.split()[0],
        "problems": sum(check.severity is Severity.PROBLEM for check in found),
        "findings": [
            {"topic": c.topic, "also": c.also, "severity": str(c.severity), "what": c.what, "remedy": c.remedy or None}
            for c in found
        ],
    }

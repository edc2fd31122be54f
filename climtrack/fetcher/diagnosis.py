"""
What a person should know of the source: which host answers, and whether each feed looks as it did.

The reader understands more than the feeds are known to hold, so a changed feed may go unnoticed for months. This
examination compares with what was seen when the reader was written (FORMAT.md §2) and names every difference, whether
it matters or not.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from urllib.parse import urlsplit

from climtrack.errors import FetchError
from climtrack.fetcher.fetch import Outcome, fetch
from climtrack.fetcher.http import Http, HttpPolicy
from climtrack.fetcher.reanalyzer import AIR_SOURCE, SEA_SOURCE, Endpoint, shown
from climtrack.vocabulary.notice import Severity, Symptom
from climtrack.vocabulary.series import Payload, Series, Transport

#: Seconds by which this computer's clock may differ from a server's before it is worth a word, and before it is wrong.
SKEW, WRONG = 300, 86_400
#: Words in a User-Agent for which the site has been seen to refuse a program.
SHUNNED = ("curl", "wget", "python", "urllib", "requests", "httpx", "bot")
#: A good answer takes less than a second; more than this many is worth a word.
SLOW = 10.0
_REPORT = "The reader copes; please report it, so that it goes on coping"


@dataclass(frozen=True, slots=True)
class Layout:
    """How a payload is made."""

    first_year: int
    trailing: tuple[str, ...]  # Names of the rows that are no years, in order
    fields: tuple[str, ...]
    data_source: str  # What the rows call their source
    decimals: int
    missing: tuple[str, ...] = ("null",)  # How empty slots are written


#: What the feeds looked like when they were last studied (August 2026), by variable.
_FIELDS = ("data", "data_source", "name")
KNOWN: Mapping[str, Layout] = MappingProxyType(
    {
        "t2m": Layout(1940, ("1979-2000", "1981-2010", "1991-2020"), _FIELDS, AIR_SOURCE, 3),
        "sst": Layout(1981, ("Preliminary", "1982-2010", "1991-2020"), _FIELDS, SEA_SOURCE, 3),
    }
)


def layout(body: bytes) -> Layout:
    """How a payload that can be read is made."""
    rows = json.loads(body.decode("utf-8-sig"))
    years = [int(row["name"]) for row in rows if re.fullmatch(r"\d{4}", str(row["name"]))]
    cells = [cell for row in rows for cell in (row["data"] if isinstance(row.get("data"), list) else [])]
    values = [str(cell) for cell in cells if cell is not None]
    return Layout(
        first_year=min(years),
        trailing=tuple(shown(str(row["name"])) for row in rows if not re.fullmatch(r"\d{4}", str(row["name"]))),
        fields=tuple(sorted({shown(field) for row in rows for field in row})),
        data_source=", ".join(sorted({shown(str(row.get("data_source", "")), 80) for row in rows})),
        decimals=max((len(value.partition(".")[2]) for value in values), default=0),
        missing=tuple(
            sorted({"null" if cell is None else "text" for cell in cells if cell is None or isinstance(cell, str)})
        ),
    )


def differences(found: Layout, known: Layout) -> tuple[str, ...]:
    """In what a layout differs from the known one."""
    told = []
    if found.first_year != known.first_year:
        told.append(f"begins in {found.first_year} instead of {known.first_year}")
    if new := [name for name in found.trailing if name not in known.trailing]:
        told.append(f"new rows {', '.join(new[:3])}")
    if gone := [name for name in known.trailing if name not in found.trailing]:
        told.append(f"no row {', '.join(gone)}")
    if not new and not gone and found.trailing != known.trailing:
        told.append("rows in another order")
    if found.fields != known.fields:
        told.append(f"fields {', '.join(found.fields)} instead of {', '.join(known.fields)}")
    if found.data_source != known.data_source:
        told.append(f'source called "{found.data_source}"')
    if found.decimals != known.decimals:
        told.append(f"{found.decimals} decimals instead of {known.decimals}")
    if set(found.missing) - set(known.missing):
        told.append(f"numbers or empty slots written as {', '.join(found.missing)}")
    return tuple(told)


def feed(endpoint: Endpoint, held: Series | None, *, transport: Transport, now: dt.datetime) -> tuple[Symptom, ...]:
    """Examine one feed: does it answer, is it read, would it be accepted, does it look as it did?"""
    seen: list[Payload] = []
    outcome = _examined(endpoint, held, seen, transport, now)
    topic = endpoint.key.label
    if outcome.error is not None:
        return (Symptom(topic, Severity.PROBLEM, outcome.error.what, outcome.error.remedy),)
    symptoms = [Symptom(topic, Severity.NOTE, note) for note in outcome.notes]
    known = KNOWN.get(endpoint.key.variable) if endpoint.path.endswith(".json") else None
    if known is not None:
        changes = differences(layout(seen[0].body), replace(known, data_source=endpoint.data_source))
        symptoms += [Symptom(topic, Severity.NOTE, f"the layout is new: {change}", _REPORT) for change in changes]
    newest = outcome.series.end if outcome.series is not None else held.end if held is not None else None
    reached = f"data to {newest}" if newest else "answers"
    if not symptoms:
        reached += ", laid out as known"
    return (Symptom(topic, Severity.GOOD, reached), *symptoms)


def _examined(
    endpoint: Endpoint, held: Series | None, seen: list[Payload], transport: Transport, now: dt.datetime
) -> Outcome:
    """The outcome of a fetch whose payload is kept."""

    class Watching:
        """The transport, without validators and with a memory."""

        def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Payload | None:  # noqa: ARG002
            payload = transport.get(path)
            if payload is not None:
                seen.append(payload)
            return payload

    return fetch(endpoint, held, transport=Watching(), now=now)


def hosts(
    policy: HttpPolicy,
    path: str,
    *,
    now: dt.datetime,
    connect: Callable[[HttpPolicy], Http] = Http,
    monotonic: Callable[[], float] = time.monotonic,
) -> tuple[Symptom, ...]:
    """Examine the hosts: does each answer by itself, how fast, with what clock?"""
    symptoms: list[Symptom] = []
    if words := [word for word in SHUNNED if word in policy.user_agent.lower()]:
        what = f'user_agent contains "{words[0]}", which the site has been seen to refuse'
        symptoms.append(Symptom("network", Severity.NOTE, what, "Choose another user_agent in config.toml"))
    answered = 0
    for base in policy.base_urls:
        host = shown(urlsplit(base).netloc, 60)
        start = monotonic()
        try:
            with connect(replace(policy, base_urls=(base,), attempts=min(policy.attempts, 2))) as network:
                payload = network.get(path)
        except FetchError as problem:
            symptoms.append(Symptom("network", Severity.PROBLEM, f"{host}: {problem.what}", problem.remedy))
            continue
        answered += 1
        took = monotonic() - start
        slow = took > SLOW
        what = f"{host} answers in {took:.1f} s"
        remedy = "Raise total_timeout in config.toml if downloads fail" if slow else ""
        symptoms.append(Symptom("network", Severity.NOTE if slow else Severity.GOOD, what, remedy))
        if payload is not None:
            symptoms += _clock(host, payload.served, now + dt.timedelta(seconds=took))
    if answered:  # a mirror that is down is no more than a note while another host answers
        symptoms = [
            replace(s, severity=Severity.NOTE) if s.severity is Severity.PROBLEM and s.topic == "network" else s
            for s in symptoms
        ]
    return tuple(symptoms)


def _clock(host: str, served: str, now: dt.datetime) -> list[Symptom]:
    """This computer's clock against a server's."""
    try:
        theirs = parsedate_to_datetime(served)
        skew = (now - theirs).total_seconds()
    except (ValueError, TypeError, OverflowError):  # no date, or one without a zone
        return []
    if abs(skew) <= SKEW:
        return [Symptom("clock", Severity.GOOD, f"this computer's clock agrees with {host}'s to {abs(skew):.0f} s")]
    severity = Severity.PROBLEM if abs(skew) > WRONG else Severity.NOTE
    what = f"this computer's clock says {now:%Y-%m-%d %H:%M} UTC, {host}'s says {theirs:%Y-%m-%d %H:%M} UTC"
    return [Symptom("clock", severity, what, "Set the clock, best by network time (NTP)")]

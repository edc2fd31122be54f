"""Lines: a notice in one line that fits, whatever it has to name; what to do about it is never what gives way."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from dataclasses import dataclass
from enum import StrEnum

# Counting: how many of what, as English says it in notices and reasons; readers' languages have their catalogues.


def counted(number: int, one: str, many: str = "") -> str:
    """How many of something: ``1 day``, ``2 days``, ``31,000 days``."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


# Faults of the network in words: the same cause is told the same way wherever it is met.


LATE = "the server did not answer in time"
INSECURE = "the secure connection could not be made (TLS)"
REFUSED = "the server refused the connection"
SHORT = "the answer is cut short"
BROKEN_OFF = "the server broke off the connection"
NOT_HTTP = "the server's answer is not HTTP as we know it"
UNREACHABLE = "the network cannot be reached"
#: Causes are wrapped in one another; a ring of them ends here.
_DEEPEST = 20


def network(problem: BaseException, host: str = "") -> str:
    """Why a server gave nothing."""
    found = causes(problem)
    for cause in found:
        if isinstance(cause, TimeoutError):
            return LATE
        if isinstance(cause, ssl.SSLError):
            return INSECURE
        if isinstance(cause, socket.gaierror):
            return unknown(host[:60] or "the server")
        if isinstance(cause, ConnectionRefusedError):
            return REFUSED
        if isinstance(cause, http.client.IncompleteRead):
            return SHORT
        if isinstance(cause, ConnectionError):  # RemoteDisconnected is one
            return BROKEN_OFF
    if any(isinstance(cause, http.client.HTTPException) for cause in found):
        return NOT_HTTP
    if any(isinstance(cause, OSError) for cause in found):
        return UNREACHABLE
    return BROKEN_OFF


def unknown(host: str) -> str:
    """That a name leads nowhere."""
    return f"no address is known for {host}"


def causes(problem: BaseException) -> list[BaseException]:
    """An error and what lies behind it: causes, contexts, wrapped errors."""
    found: list[BaseException] = []
    rest: list[object] = [problem]
    while rest and len(found) < _DEEPEST:
        item = rest.pop(0)
        if isinstance(item, BaseException) and item not in found:
            found.append(item)
            rest += [*item.args, item.__cause__, item.__context__]
    return found


# Symptoms: what an examination found, each with its remedy.


class Severity(StrEnum):
    """How much a symptom matters."""

    GOOD = "good"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Symptom:
    """One thing that was looked at."""

    topic: str  # What was looked at, in a word or two: ``clock``, ``store``, ``nh-air``
    severity: Severity
    what: str  # What was found, one sentence without a full stop
    remedy: str = ""  # What the user can do, one sentence without a full stop
    fix: str = ""  # Name of a repair that the program can safely do by itself; empty where there is none


#: Characters of a line, in whatever language (RELIABILITY.md, K2).
LONGEST = 200
#: How the names that are left out are counted, by language.
REST = {"en": ("and", "more"), "es": ("y", "más")}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_NAMES = re.compile(r"([\w.-]+(?:, [\w.-]+)+)(?=: )")


def cleaned(text: str) -> str:
    """A text without what would steer a terminal: control characters and marks of writing direction."""
    return _CONTROL.sub("", text)


def fitted(line: str, *, language: str = "en", limit: int = LONGEST) -> str:
    """
    A line that fits: the list of names at its head gives way first, then the end of its first sentence.

    What follows the first sentence, what is used instead and what to do, stays whole.
    """
    if len(line) > limit and (found := _NAMES.match(line)):
        line = _counted(found[1].split(", "), line[found.end() :], language, limit)
    if len(line) <= limit:
        return line
    first, _, rest = line.partition(". ")
    room = limit - len(rest) - 1
    if not rest or room < limit // 4:  # no sentence follows, or it is the long one
        return f"{line[: limit - 1]}…"
    cut = first[: room - 2]
    whole = cut.rpartition(" ")[0] if len(cut) - cut.rfind(" ") < 20 else cut  # an address has no end of a word
    cut = whole.rstrip(" ,;:(")
    return f"{cut}{'…)' if cut.count('(') > cut.count(')') else '…'} {rest}"


def _counted(names: list[str], text: str, language: str, limit: int) -> str:
    """As many names as there is room for, at least one, and how many more there are."""
    joint, more = REST[language]
    for shown in range(len(names) - 1, 0, -1):
        line = f"{', '.join(names[:shown])} {joint} {len(names) - shown} {more}{text}"
        if len(line) <= limit:
            break
    return line

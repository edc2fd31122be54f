"""Notices that several parts give: causes of a failing network, text of others made harmless, lines that fit."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import unicodedata

from climtrack.errors import Notice

#: Causes are wrapped in one another; a ring of them ends here.
_DEEPEST = 20


def network(problem: BaseException, host: str = "") -> Notice:
    """Why a server gave nothing."""
    found = causes(problem)
    for cause in found:
        if isinstance(cause, TimeoutError):
            return Notice("fetch.late")
        if isinstance(cause, ssl.SSLError):
            return Notice("fetch.tls")
        if isinstance(cause, socket.gaierror):
            return Notice("fetch.unknown_host", host=host[:60]) if host else Notice("fetch.unknown_server")
        if isinstance(cause, ConnectionRefusedError):
            return Notice("fetch.connection_refused")
        if isinstance(cause, http.client.IncompleteRead):
            return Notice("fetch.cut_short")
        if isinstance(cause, ConnectionError):  # RemoteDisconnected is one
            return Notice("fetch.broken_off")
    if any(isinstance(cause, http.client.HTTPException) for cause in found):
        return Notice("fetch.not_http")
    if any(isinstance(cause, OSError) for cause in found):
        return Notice("fetch.unreachable")
    return Notice("fetch.broken_off")


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


#: Characters of a line, in whatever language.
LONGEST = 200
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def cleaned(text: str) -> str:
    """A text without what would steer a terminal: control characters and marks of writing direction."""
    return _CONTROL.sub("", text)


def fitted(line: str, limit: int = LONGEST) -> str:
    """
    A line that fits: the end of its first sentence gives way.

    What follows the first sentence, what is used instead and what to do, stays whole.
    """
    if len(line) <= limit:
        return line
    first, _, rest = line.partition(". ")
    room = limit - len(rest) - 1
    if not rest or room < limit // 4:  # no sentence follows, or it is the long one
        head, _, end = line[: limit - 1].rpartition(" ")
        return f"{head.rstrip(' ,;:(')}…" if head and len(end) < 20 else f"{line[: limit - 1]}…"
    cut = first[: room - 2]
    whole = cut.rpartition(" ")[0] if len(cut) - cut.rfind(" ") < 20 else cut  # an address has no end of a word
    cut = whole.rstrip(" ,;:(")
    return f"{cut}{'…)' if cut.count('(') > cut.count(')') else '…'} {rest}"


# Text from feeds and settings, made harmless before it meets a line, a terminal or any markup.


#: Characters of a text from outside; names get less.
LONGEST_TEXT = 1000
_BREAKS = frozenset("\t\r\n\u2028\u2029")
#: Format marks that scripts need; the others turn the direction of writing or hide.
_JOINERS = frozenset("\u200c\u200d")
#: What Markdown, or Pandoc's and Goldmark's extensions of it, may take for markup.
_MARKUP = re.compile(r"([\\`*_{}\[\]<>|$@^~&])")
#: What opens a heading, a list or a definition, and only at the beginning of a line.
_OPENER = re.compile(r"^(\s*|\s*\d+(?=[.)]))([.):]|#+|[-+=]+)(?=\s|$)", re.MULTILINE)


def clean(text: str, longest: int = LONGEST_TEXT) -> str:
    """
    Words of our own, with what others' names bring into them, as one line that cannot steer a browser.

    Escaping is the templates' work; here go the characters that no escaping cures: controls, lone surrogates, private
    and unassigned code points, format marks. What is too long ends in an ellipsis.
    """
    short = text[: 4 * longest]
    spaced = (" " if c in _BREAKS else c for c in short)
    kept = (c for c in spaced if c in _JOINERS or unicodedata.category(c)[0] != "C")
    line = re.sub(" {2,}", " ", "".join(kept)).strip()
    return line if len(line) <= longest and len(text) <= 4 * longest else f"{line[: longest - 1].rstrip()}…"


#: Characters of a name from outside.
LONGEST_NAME = 60


def plain(text: str, longest: int = LONGEST_NAME) -> str:
    """
    A name or a cell from outside as one line of what can be printed, for messages, files and pictures.

    White space of any kind becomes one space; what is too long ends in an ellipsis, after a whole word where it can.
    """
    kept = (c if c.isprintable() else " " if c.isspace() else "" for c in text[: 20 * longest])
    line = " ".join("".join(kept).split())
    if len(line) <= longest:
        return line
    words = line[:longest].rpartition(" ")[0]
    return f"{words if len(words) > longest // 2 else line[: longest - 1].rstrip()}…"


def markdown(text: str) -> str:
    """Text as CommonMark, Pandoc and Goldmark show it, character by character."""
    return _OPENER.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", text))

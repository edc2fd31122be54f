"""Lines: a notice in one line that fits, whatever it has to name; what to do about it is never what gives way."""

from __future__ import annotations

import re

#: Characters of a line, in whatever language (RELIABILITY.md, K2).
LONGEST = 200
#: How the names that are left out are counted, by language.
REST = {"en": ("and", "more"), "es": ("y", "más")}
_NAMES = re.compile(r"([\w.-]+(?:, [\w.-]+)+)(?=: )")


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

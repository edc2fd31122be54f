"""Plain text: names that came from a feed or a configuration, made safe before they stand in a sentence."""

from __future__ import annotations

import re
import unicodedata

LONGEST_NAME = 60
#: What Markdown or the HTML inside it may take for markup.
_MARKUP = re.compile(r"([\\`*_\[\]<>|~$&])")
#: What opens a heading, a list or a quotation, and only at the beginning of a line.
_OPENER = re.compile(r"^(\s*|\s*\d+(?=[.)]))([.)]|#+|[-+=]+)(?=\s|$)", re.MULTILINE)


def plain(text: str, longest: int = LONGEST_NAME) -> str:
    """
    Text of one line without controls.

    Control and format characters go (escape sequences, direction marks, zero-width spaces), white space becomes one
    space, and what is too long ends in an ellipsis.
    """
    kept = "".join(
        " " if c.isspace() else c for c in text[: 20 * longest] if c.isspace() or unicodedata.category(c)[0] != "C"
    )
    line = " ".join(kept.split(" ")).strip()
    line = re.sub(r" {2,}", " ", line)
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def markdown(text: str) -> str:
    """Text as Markdown shows it, character by character."""
    escaped = _MARKUP.sub(r"\\\1", text)
    return _OPENER.sub(r"\1\\\2", escaped)

"""
What comes from feeds and settings, made harmless before it meets any markup.

Escaping is the templates' work; here go the characters that no escaping cures: controls, lone surrogates, marks that
turn the direction of writing, and lengths that no reader wants.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from climtrack.vocabulary.assets import Words

LONGEST = 1000
#: Controls, lone surrogates, private and unassigned code points; format marks but for the joiners that scripts need.
_UNWANTED = frozenset({"Cc", "Cs", "Co", "Cn"})
_KEPT_FORMAT = frozenset("\u200c\u200d")


def clean(text: str, longest: int = LONGEST) -> str:
    """Text that cannot break a line, a terminal or the direction of writing."""
    short = text[: 4 * longest]
    kept = "".join(" " if c in "\t\r\n\u2028\u2029" else c for c in short if _wanted(c))
    line = re.sub(" {2,}", " ", kept).strip()
    return line if len(line) <= longest and len(text) <= 4 * longest else f"{line[: longest - 1].rstrip()}…"


def _wanted(character: str) -> bool:
    """Whether a character may stay."""
    if character in "\t\r\n\u2028\u2029":
        return True
    kind = unicodedata.category(character)
    return kind not in _UNWANTED and (kind != "Cf" or character in _KEPT_FORMAT)


def clean_words(words: Words) -> Words:
    """A picture's words, each made harmless."""
    return Words(**{field.name: clean(getattr(words, field.name)) for field in fields(words)})


def slug(parts: Iterable[str]) -> str:
    """Name that is safe as file name, address and HTML id."""
    name = re.sub(r"[^A-Za-z0-9.]+", "-", "-".join(parts))[:80]
    return re.sub(r"\.{2,}", ".", name).strip("-.") or "x"


def script_json(value: Any) -> str:
    """JSON for a data block inside HTML."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def markdown(text: str) -> str:
    """Text as a Markdown paragraph that reads as written, in CommonMark, Pandoc and Goldmark."""
    escaped = re.sub(r"([\\`*_{}\[\]<>|$@^~&])", r"\\\1", text)
    return re.sub(r"^(?:([-+#=:!])|(\d+)([.)]))", r"\2\\\1\3", escaped)

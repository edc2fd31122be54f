"""
Catalogues: one gettext file a language, which any gettext editor opens, read as it is once per process.

Ids are symbolic, so that neither language is a translation of the other. Babel's own reader takes five times as long,
at the start of every command that prints a sentence. Fluent was weighed and left: its runtime costs four times the
import for a grammar that two languages do not need.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

#: Catalogues of a language, the first that has a message wins.
CATALOGUES: Mapping[str, tuple[str, ...]] = {"en": ("en",), "es": ("es",), "es-MX": ("es_MX", "es")}
#: A keyword of a catalogue and its text, which may go on over several lines; PO escapes as JSON does.
_ENTRY = re.compile(r'^(msgid|msgid_plural|msgstr(?:\[\d\])?) ("[^\n]*"(?:\n"[^\n]*")*)$', re.MULTILINE)

Forms = tuple[str, ...]


@cache
def catalogue(language: str) -> Mapping[str, Forms]:
    """Messages of a language by id: one form, or two where they count something."""
    found: dict[str, Forms] = {}
    for name in reversed(CATALOGUES[language]):
        found |= _file(name)
    return found


@cache
def _file(name: str) -> Mapping[str, Forms]:
    text = (files("climtrack.words") / "locale" / f"{name}.po").read_text(encoding="utf-8")
    found: dict[str, Forms] = {}
    message = ""
    for keyword, quoted in _ENTRY.findall(text):
        content = "".join(json.loads(line) for line in quoted.splitlines())
        if keyword == "msgid":
            message = content
        elif keyword != "msgid_plural":
            found[message] = (*found.get(message, ()), content)
    del found[""]  # the header
    return found

"""
Bytes → rows of names and numbers, refusing what is not JSON, not a table, or too deep or long to be one.

The payload comes from outside: nesting is counted before the JSON reader sees it, NaN and Infinity are not numbers,
and nothing but `SourceChanged` leaves this file.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from climtrack.errors import SourceChanged
from climtrack.vocabulary import faults

MAX_DEPTH = 4  # the feed needs 3: list, row, data
MAX_BRACKETS = 5_000  # the feed needs about 360
SLOTS = 366
MOVED = "If it stays so: a newer climtrack may know the new address"
LATER = "Will try again at the next refresh"
REPORT = "Please report it: `climtrack doctor`"
_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\Z)|[\[{]|[\]}]', re.DOTALL)
_NUMBER = re.compile(r"[+-]?\d{1,6}(\.\d{0,20})?([eE][+-]?\d{1,2})?", re.ASCII)
_EMPTY = frozenset({"", "null", "none", "na"})


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table."""

    name: str
    data_source: str  # What the row calls its source; empty where it says nothing
    data: tuple[float, ...]  # 366 values in degC by slot, NaN where empty


def shown(text: str, limit: int = 30) -> str:
    """Text from outside as it may stand in a message: one line, nothing that cannot be printed, not long."""
    clean = "".join(c for c in text[: 4 * limit] if c.isprintable()).strip()
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


def changed(found: str) -> NoReturn:
    """Refuse a payload whose format is not understood."""
    raise SourceChanged(f"the format changed ({found})", REPORT)


def rows(body: bytes, wanted: Callable[[str], bool]) -> tuple[list[Row], list[str]]:
    """Rows of a payload, in its own order."""
    notes: list[str] = []
    table = _table(body, notes)
    found: list[Row] = []
    unknown: list[str] = []
    oddities: set[str] = set()
    for i, row in enumerate(table):
        if not isinstance(row, dict):
            changed(f"entry {i + 1} is not a row with a name")
        name = row.get("name")
        if isinstance(name, int) and not isinstance(name, bool):
            oddities.add("row names as numbers")
            name = str(name)
        if not isinstance(name, str):
            changed(f'no field "name" in entry {i + 1}')
        name = name.strip()
        if not wanted(name):
            unknown.append(shown(name) or "(empty)")
            continue
        if "data" not in row:
            changed(f'no field "data" in row "{shown(name)}"')
        source = row.get("data_source")
        if not isinstance(source, str | None):
            changed(f'"data_source" of row "{shown(name)}" is not text')
        found.append(Row(name, " ".join((source or "").split()), _numbers(name, row["data"], oddities)))
    if oddities:
        notes.append(f"read with a changed format ({', '.join(sorted(oddities))})")
    if unknown:
        listed = ", ".join(f'"{name}"' for name in unknown[:3])
        more = f" and {len(unknown) - 3} more" if len(unknown) > 3 else ""
        notes.append(f"unknown row{'s' if len(unknown) > 1 else ''} {listed}{more} ignored")
    return found, notes


def _table(body: bytes, notes: list[str]) -> list[Any]:
    """The outer list."""
    if body.startswith(b"\xef\xbb\xbf"):
        notes.append("read with a changed format (byte order mark)")
        body = body[3:]
    head = body[:2000].lstrip()
    if not head:
        raise SourceChanged("received an empty answer", LATER)
    if head.startswith(b"<"):
        raise SourceChanged(
            f"received a web page instead of data (text/html, {len(body) / 1000:.1f} kB)",
            MOVED,
        )
    if not head.startswith((b"[", b"{")):
        changed("the answer is not JSON")
    depth = brackets = 0
    for token in _TOKENS.finditer(body):
        first = token[0][:1]
        if first == b'"':
            continue
        depth += 1 if first in b"[{" else -1
        brackets += 1
        if depth > MAX_DEPTH or brackets > MAX_BRACKETS:
            changed("nested too deep" if depth > MAX_DEPTH else "too many rows")
    if depth > 0:
        raise SourceChanged(faults.SHORT, LATER)
    try:
        text = body.decode("utf-8")
        table = json.loads(text, parse_constant=_refused, parse_int=_integer, object_pairs_hook=_object)
    except UnicodeDecodeError:
        changed("not UTF-8 text")
    except (ValueError, RecursionError) as problem:
        found = shown(str(problem), 45)
        raise SourceChanged(f"the answer is not JSON ({found})", LATER) from problem
    if not isinstance(table, list):
        changed("an object instead of a list of rows")
    if not table:
        changed("a list without rows")
    return table


def _numbers(name: str, data: Any, oddities: set[str]) -> tuple[float, ...]:
    """366 values of one row."""
    if isinstance(data, str):
        oddities.add("data as one text")
        data = data.strip().removeprefix("[").removesuffix("]").split(",")
    if not isinstance(data, list):
        changed(f'"data" of row "{shown(name)}" is not a list')
    if len(data) != SLOTS:
        changed(f'row "{shown(name)}" has {len(data)} values instead of {SLOTS}')
    return tuple([v if type(v) is float else _number(name, v, oddities) for v in data])


def _number(name: str, value: Any, oddities: set[str]) -> float:
    """One value that is not simply a float."""
    if value is None:
        return math.nan
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        text = value.strip().strip('"')
        oddities.add("numbers as text")
        if text.lower() in _EMPTY:
            return math.nan
        if _NUMBER.fullmatch(text):
            return float(text)
    changed(f'a value of row "{shown(name)}" is not a number: {shown(str(value), 10) or "empty"}')


def _refused(token: str) -> NoReturn:
    """NaN and Infinity are no JSON."""
    raise ValueError(f"{token} is not a number")


def _integer(digits: str) -> int:
    """Integers of the length a temperature or a year can have."""
    if len(digits) > 7:
        raise ValueError("a number of more than 6 digits")
    return int(digits)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose fields are given once."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a row gives a field twice")
    return fields

"""
What the page, the post and the feed say of their own: buttons, headings, sources. Findings come in as words already.

The words themselves are in ``web/words.toml``; the keys that ``web/page.js`` asks for are `_SCRIPT`.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from climtrack.errors import ConfigError
from climtrack.vocabulary.rounding import rounded

NBSP = "\u00a0"


@dataclass(frozen=True, slots=True)
class Texts:
    """One language."""

    mark: str
    months: tuple[str, ...]  # Twelve full names
    words: Mapping[str, str]  # Everything else by key; braces stand for what is filled in

    def __getitem__(self, key: str) -> str:
        return self.words[key]

    def number(self, value: float, decimals: int) -> str:
        """Number as this language prints it, rounded half away from zero."""
        return str(rounded(value, decimals)).replace("-", "−").replace(".", self.mark)

    def degrees(self, value: float, decimals: int = 2) -> str:
        """Temperature with its unit."""
        return f"{self.number(value, decimals)}{NBSP}°C"

    def signed(self, value: float, decimals: int) -> str:
        """Number with its sign, a bare zero where it prints as zero."""
        text = self.number(value, decimals)
        return text if text.startswith("−") or not text.strip(f"0{self.mark}") else f"+{text}"

    def difference(self, value: float, decimals: int = 2) -> str:
        """Difference with its sign and unit."""
        return f"{self.signed(value, decimals)}{NBSP}°C"

    def day(self, date: dt.date, *, short: bool = False) -> str:
        """Date with its year."""
        month = self.months[date.month - 1]
        pattern, name = (self["shortDate"], month[:3]) if short else (self["fullDate"], month)
        return pattern.format(day=date.day, month=name, year=date.year)

    def script(self) -> dict[str, Any]:
        """The words that ``web/page.js`` needs."""
        return {key: self[key] for key in _SCRIPT} | {
            "mark": self.mark,
            "months": self.months,
            "shortMonths": [month[:3] for month in self.months],
            "initials": [month[0].upper() for month in self.months],
        }


#: Words that the page's script needs.
_SCRIPT = ("dayMonth", "shortDate", "average", "band", "shaded", "versus", "versusAverage", "averageOf", "preliminary",
           "final", "noData", "keys", "mode", "lines", "language_choice")  # fmt: skip


def _read() -> Mapping[str, Texts]:
    """The catalogue; Mexican Spanish is Spanish but for a few words."""
    tables = tomllib.loads((Path(__file__).parent / "web" / "words.toml").read_text("utf-8"))
    tables["es-MX"] = tables["es"] | tables["es-MX"]
    return {code: Texts(t.pop("mark"), tuple(t.pop("months")), MappingProxyType(t)) for code, t in tables.items()}


#: By language.
TEXTS: Mapping[str, Texts] = MappingProxyType(_read())


def texts(language: str) -> Texts:
    """The words of a language."""
    if language not in TEXTS:
        raise ConfigError(f"language {language[:20]!r} is not spoken here", f"Use {', '.join(TEXTS)}")
    return TEXTS[language]

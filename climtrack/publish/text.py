"""
What comes from feeds and settings, made harmless before it meets any markup.

Escaping is the templates' work; here go the characters that no escaping cures: controls, lone surrogates, marks that
turn the direction of writing, and lengths that no reader wants.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

from climtrack.errors import ConfigError
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.findings import Study
from climtrack.vocabulary.pairing import COMPUTED
from climtrack.vocabulary.registry import PRODUCTS
from climtrack.words.language import rounded

# What the page, the post and the feed say of their own: buttons, headings, sources. Findings come in as words already.
#
# The words themselves are in ``web/words.toml``; the keys that ``web/page.js`` asks for are `_SCRIPT`.


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


# Where the data come from, in the words that must stand beside them.


def source_line(study: Study, ui: Texts) -> str:
    """Where the data come from, in one sentence."""
    key = study.series.key
    product = PRODUCTS.get(key.product)
    title, provider = (product.title, product.provider) if product else (key.product, study.series.source.data_source)
    made = key in COMPUTED or study.series.source.details
    sentence = ui["computed" if made else "source"].format(title=clean(title), provider=clean(provider))
    return f"{ui['simulated']} {sentence}" if study.simulated else sentence


def source_lines(studies: Sequence[Study], ui: Texts) -> list[str]:
    """Sources, and the sentence that Copernicus asks for."""
    lines = list(dict.fromkeys(source_line(study, ui) for study in studies))
    known = [(PRODUCTS.get(study.series.key.product), study.series.source.retrieved.year) for study in studies]
    years = [year for product, year in known if product is not None and product.copernicus]
    return [*lines, *([ui["copernicus"].format(year=max(years))] if years else [])]

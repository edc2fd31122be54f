"""
Language: numbers, dates and sentences as a reader of English or Spanish expects them.

Numbers and dates come from Babel's CLDR data, sentences from the catalogues.

Three decisions a reader may ask about:

* **Rounding.** Once, from full precision, half away from zero, as a spreadsheet and a school do, so that a figure and
  its opposite always print alike. Binary dust beyond the ninth decimal is dropped first: 21.895 − 20.82 is 1.075 on
  paper, so it prints as 1.08. Words (warmer, level, cooler) are chosen from the rounded figure: `direction`.
* **English is British** in its dates ("17 November 2026") and lists ("a, b and c"); months are cut to three letters in
  both languages, where CLDR says "Sept" and "sept".
* **Thousands** are set apart by a comma in English (5,734), by a space in Spanish from 10 000 on. Spanish writes a
  decimal comma, Mexican Spanish the point.
"""

from __future__ import annotations

import datetime as dt
import errno
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from string import Formatter
from typing import Any, Literal

from babel import Locale
from babel.lists import format_list
from babel.numbers import format_decimal

from climtrack.errors import ClimtrackError, ConfigError, Notice
from climtrack.vocabulary.notice import cleaned
from climtrack.words.catalogue import catalogue

LANGUAGES: tuple[str, ...] = ("en", "es", "es-MX")
NBSP = "\u00a0"
MINUS = "\u2212"

#: Babel's locale.
_LOCALES: Mapping[str, str] = {"en": "en_GB", "es": "es", "es-MX": "es_MX"}
_WORD_ORDINALS = 10
_SPACED_THOUSANDS = 10_000
_LAST_YEAR = 9999  # a whole number up to here may be a year


@cache
def _locale(code: str) -> Locale:
    return Locale.parse(_LOCALES[code])


def rounded(value: float, decimals: int) -> Decimal:
    """A number as it will be printed."""
    exact = Decimal(repr(round(float(value), 9)))
    return exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) + 0


def direction(value: float, decimals: int) -> int:
    """Which word a difference deserves."""
    figure = rounded(value, decimals)
    return (figure > 0) - (figure < 0)


def capitalised(text: str) -> str:
    """A sentence's beginning."""
    return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class Language:
    code: str  # ``en``, ``es`` or ``es-MX``

    def __post_init__(self) -> None:
        if self.code not in _LOCALES:
            raise ConfigError("config.language", name=self.code[:20], known=LANGUAGES)

    @property
    def spanish(self) -> bool:
        return self.code.startswith("es")

    def number(self, value: float, decimals: int = 1) -> str:
        """Number with a fixed count of decimals: ``12.6``, ``−0,3``."""
        figure = rounded(value, decimals)
        pattern = "0." + "0" * decimals if decimals else "0"
        return str(format_decimal(abs(figure), pattern, locale=_locale(self.code))).join((MINUS * (figure < 0), ""))

    def signed(self, value: float, decimals: int = 1) -> str:
        """Number with its sign: ``+0.6``, ``−0.3``; a bare ``0.0`` where it prints as zero."""
        if math.isnan(value):
            return "–"
        return "+" * (direction(value, decimals) > 0) + self.number(value, decimals)

    def temperature(self, value: float, decimals: int = 1) -> str:
        """Temperature: ``12.6 °C`` with U+00A0."""
        return f"{self.number(value, decimals)}{NBSP}°C"

    def size(self, value: float, decimals: int = 1) -> str:
        """Size of a difference whose direction a word tells: ``0.3 °C``."""
        return self.temperature(abs(value), decimals)

    def difference(self, value: float, decimals: int = 1) -> str:
        """Difference with its sign: ``−0.3 °C``, ``+0.6 °C``; where it prints as zero, say "level" instead."""
        return f"{self.signed(value, decimals)}{NBSP}°C"

    def percent(self, value: float, decimals: int = 0) -> str:
        """Percentage: ``97%`` in English, ``97 %`` in Spanish."""
        return f"{self.number(value, decimals)}{NBSP if self.spanish else ''}%"

    def share(self, part: float) -> str:
        """Part of some days, never rounded to none or all: ``45%``, ``under 1%``, ``el 45 %``, ``menos del 1 %``."""
        whole = rounded(100 * part, 0)
        kind = "under" if whole == 0 < part else "over" if whole == 100 > 100 * part else "exact"
        return self.text(f"share.{kind}", percent=self.percent(100 * part))

    def percentile(self, value: float) -> str:
        """Percentile, never rounded to the end of the scale: ``97``, ``>99``."""
        if math.isnan(value):
            return "–"
        whole = rounded(value, 0)
        return "<1" if whole == 0 < value else ">99" if whole == 100 > value else self.number(value, 0)

    def count(self, number: int) -> str:
        """Whole number of things: ``321``, ``5,734`` or ``5734``, ``31,000`` or ``31 000``."""
        if self.spanish and abs(number) < _SPACED_THOUSANDS:
            return self.number(number, 0)
        return f"{number:,}".replace("-", MINUS).replace(",", NBSP if self.spanish else ",")

    def date_long(self, day: dt.date) -> str:
        """Date in full: ``17 November 2026``, ``17 de noviembre de 2026``."""
        return f"{self.date_day(day)} {'de ' * self.spanish}{day.year}"

    def date_day(self, day: dt.date) -> str:
        """Date without its year: ``17 November``, ``17 de noviembre``."""
        return f"{day.day} {'de ' * self.spanish}{self.month_names[day.month - 1]}"

    def month(self, day: dt.date, *, year: bool = True) -> str:
        """The month of a date: ``November 2026``, ``noviembre de 2026``."""
        name = self.month_names[day.month - 1]
        return f"{name} {'de ' * self.spanish}{day.year}" if year else name

    def date_short(self, day: dt.date) -> str:
        """Date as a label: ``17 Nov``, ``17 nov``."""
        return f"{day.day} {self.month_short[day.month - 1]}"

    def date_range(self, first: dt.date, last: dt.date) -> str:
        """Days as a label: ``3–7 May``, ``30 Apr – 2 May``, ``30 Dec 2025 – 2 Jan 2026``; one day alone as itself."""
        if first == last:
            return self.date_short(first)
        if first.year != last.year:
            return f"{self.date_short(first)} {first.year} – {self.date_short(last)} {last.year}"
        if first.month != last.month:
            return f"{self.date_short(first)} – {self.date_short(last)}"
        return f"{first.day}–{self.date_short(last)}"

    def moment(self, instant: dt.datetime) -> str:
        """Instant to the minute, in UTC: ``11 July 2024 16:42 UTC``."""
        utc = instant.astimezone(dt.UTC)
        return f"{self.date_long(utc.date())} {'a las ' * self.spanish}{utc:%H:%M} UTC"

    @property
    def month_names(self) -> tuple[str, ...]:
        """Twelve full names."""
        return tuple(str(name) for _, name in sorted(_locale(self.code).months["format"]["wide"].items()))

    @property
    def month_short(self) -> tuple[str, ...]:
        """Twelve names of three letters."""
        return tuple(name[:3] for name in self.month_names)

    @property
    def month_initials(self) -> tuple[str, ...]:
        """Twelve capital letters."""
        return tuple(name[0].upper() for name in self.month_names)

    def ordinal(self, number: int) -> str:
        """Place in a ranking before a masculine noun: ``third``, ``tercer``; ``12th``, ``12.º`` beyond the tenth."""
        if number <= _WORD_ORDINALS:
            return self.text(f"ordinal.{number}")
        if self.spanish:
            return f"{number}.º"
        ending = "th" if 11 <= number % 100 <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        return f"{number}{ending}"

    def list(self, items: Sequence[str], style: Literal["standard", "or"] = "standard") -> str:
        """Things one after another: ``a, b and c``, ``a, b y c``."""
        if not items:
            return ""
        joined = str(format_list(list(items), style, _locale(self.code)))
        last = items[-1].lower()
        if (
            style == "standard"
            and self.spanish
            and last.startswith(("i", "í", "hi", "hí"))
            and not last.startswith("hie")
        ):
            head, _, tail = joined.rpartition(" y ")
            return f"{head} e {tail}" if head else joined
        return joined

    def text(self, message: str, n: int | None = None, /, **values: Any) -> str:
        forms = catalogue(self.code)[message]
        if n is None:
            return forms[0].format(**values)
        form = forms[0 if _locale(self.code).plural_form(n) == "one" else -1]
        return form.format(n=self.count(n), **values)

    def say(self, message: Notice | ClimtrackError) -> str:
        """A notice or an error as a sentence; what to do about it follows where the catalogue says so."""
        what, remedy = self.what(message), self.remedy(message)
        if not remedy:
            return what if what.endswith(("?", ".", "…", "/")) else f"{what}."
        return f"{what if what.endswith('?') else f'{what}.'} {remedy}."

    def what(self, message: Notice | ClimtrackError) -> str:
        """What happened, without a full stop; a message that is no id of the catalogue stands for itself."""
        text = self._filled(message.id, message.facts)
        return message.id if text is None else text

    def remedy(self, message: Notice | ClimtrackError) -> str:
        """What the reader can do, without a full stop, or nothing."""
        return self._filled(f"{message.id}.remedy", message.facts) or ""

    def _filled(self, message: str, facts: Mapping[str, Any]) -> str | None:
        forms = catalogue(self.code).get(message) or catalogue("en").get(message)  # operators' messages are English
        if forms is None:
            return None
        one = len(forms) > 1 and _locale(self.code).plural_form(facts["n"]) == "one"
        counted = {**facts, "n": self.count(facts["n"])} if len(forms) > 1 else facts
        return _Facts(self, facts).vformat(forms[0 if one else -1], (), counted)


class _Facts(Formatter):
    """
    Facts of a message as a language writes them.

    Whole numbers, dates (ISO, unless ``long`` or ``month``) and nested notices need no format; ``{x:.2f}`` and
    ``{x:+.2f}`` are numbers with two decimals, ``{x:g}`` has as many as it needs, ``{x:bytes}`` is the size of a file;
    a sequence is joined by commas, or as ``{x:and}``, ``{x:or}`` and ``{x:lines}`` say; ``{x!r}`` is a text as it was
    written, in the language's quotes; ``{x:remedy}`` is what a nested error advises, ``{x:errno}``
    what the system calls an error by its number; ``{x:?a:b}`` is the message a where there is an x,
    else b, which may be left out.
    """

    def __init__(self, language: Language, facts: Mapping[str, Any]) -> None:
        self._language, self._facts = language, facts

    def convert_field(self, value: Any, conversion: str | None) -> Any:
        if conversion is None:
            return value
        if isinstance(value, tuple | list):
            return [self.convert_field(one, conversion) for one in value]
        text = repr(value)
        return f"«{text[1:-1]}»" if isinstance(value, str) and self._language.spanish else text

    def format_field(self, value: Any, spec: str) -> str:
        language = self._language
        if spec.startswith("?"):
            there, _, absent = spec[1:].partition(":")
            message = absent if value is None or value is False or value in ("", ()) else there
            return language.what(Notice(message, **self._facts))
        if isinstance(value, Notice | ClimtrackError):
            return language.remedy(value) if spec == "remedy" else language.what(value)
        if isinstance(value, tuple | list):
            items = [self.format_field(one, "" if spec in ("and", "or", "lines") else spec) for one in value]
            if spec in ("and", "or"):
                return language.list(items, "standard" if spec == "and" else "or")
            return ("\n" if spec == "lines" else ", ").join(items)
        if isinstance(value, dt.date):
            return {"long": language.date_long, "month": language.month}.get(spec, str)(value)
        if spec == "errno":
            name = f"errno.{errno.errorcode.get(value)}" if isinstance(value, int) else ""
            return language._filled(name, {}) or (os.strerror(value).lower() if name else str(value))
        if isinstance(value, int) and not isinstance(value, bool) and not spec:
            return language.count(value) if abs(value) > _LAST_YEAR else language.number(value, 0)
        if spec == "g":
            return language.number(value, len(f"{value:g}".partition(".")[2]))
        if spec == "bytes":
            unit, size = ("MB", 1e6) if value >= 1e5 else ("kB", 1e3) if value >= 1e3 else ("bytes", 1)
            return f"{language.number(value / size, int(size > 1))} {unit}"
        if isinstance(value, int | float) and spec.endswith("f"):
            decimals = int(spec.strip("+.f"))
            return language.signed(value, decimals) if spec.startswith("+") else language.number(value, decimals)
        return format(value if isinstance(value, int | float) else " ".join(cleaned(str(value)).splitlines()), spec)

"""
Numbers read back from sentences, and the facts that they must be the rounding of.

A sentence is held against the catalogues, from which it was made: the message and the field in which a number stands
say which fact it is. Rules name the fact of a field; a field that no rule names may be any fact of its kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import Any

from climtrack.check.rules import facts_of
from climtrack.words.catalogue import catalogue

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
}
#: Digits that are part of a name.
_NAMES = r"Niño 3[.,]4|\d+(?:[.,]\d+)?(?:–\d+(?:[.,]\d+)?)?°\s?[NSEWO]\b|\bv\d\.\d"
#: A number in a masked text is one private character, and may have a unit behind it.
_MASK = "[\ue000-\uf8ff]"
_UNIT = r"(?:\s?(?:°c|%))?"
#: The part of a message's name that tells which way a difference without a sign goes.
_WAYS = {"above": 1, "warmer": 1, "rises": 1, "rose": 1, "warmed": 1, "no": 1,
         "below": -1, "cooler": -1, "falls": -1, "fell": -1, "cooled": -1, "yes": -1}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is printed: its figure and decimals, or the days or years that a date or span names."""

    text: str
    kind: str  # "date", "span", "year", "celsius", "percent", "plain", "word", "time"
    value: float = 0.0
    decimals: int = 0
    signed: bool = False
    bound: str = ""  # ">" and "<" of percentiles that would round to the end of their scale
    parts: tuple[tuple[int | None, ...], ...] = ()

    @property
    def types(self) -> tuple[type, ...]:
        """What a fact is that it can be."""
        kinds = {"date": (str,), "span": (str,), "year": (str, int), "word": (int,)}
        return kinds.get(self.kind, (int, float))

    def says(self, fact: Any, way: int = 0) -> bool:
        """Whether it is the rounding of a fact; `way` is the sign that words give it."""
        if isinstance(fact, bool) or not isinstance(fact, int | float):
            return False
        if self.bound:
            return bool(fact > self.value if self.bound == ">" else fact < self.value)
        half = 0.5 * 10.0**-self.decimals + 1e-9
        if self.signed or self.kind != "celsius":
            return abs(self.value - fact) <= half
        return abs(self.value - abs(fact)) <= half and (way * fact >= 0 or abs(fact) <= half)


#: Messages that no report holds.
_UNSAID = re.compile(
    r"(accept|api|callout|cell|check|cli|config|disk|doctor|draw|embed|errno|fetch|grid|help|label|notify|numeral|ordinal"
    r"|page|picture|publish|run|serve|service|store|verify)\."
    r"|table\.rank\.of|title\.on"  # too short: any "2 of 5" or "el 99 %" would be one
)
#: More than the letters of any message.
UNLIKELY = 1000.0
#: Where one sentence ends and the next begins.
_SENTENCES = re.compile("(?<=[.?!]) (?=[A-ZÁÉÍÓÚÑ¿¡{\ue000-\uf8ff])")


@cache
def _words(language: str) -> Mapping[str, int]:
    """Numbers that a language writes in letters."""
    messages = catalogue(language)
    return {messages[f"{kind}.{n}"][0]: n for kind in ("ordinal", "numeral") for n in range(1, 11)}


@cache
def _grammar(spanish: bool) -> re.Pattern[str]:
    """What counts as one number."""
    months = [name for code in ("en", "es") for name in _MONTHS[code].split()] if spanish else _MONTHS["en"].split()
    month = "|".join([*months, *(name[:3] for name in months)])
    de = "(?:de )?" if spanish else ""
    thousands = "\u00a0" if spanish else ","
    point = "[.,]" if spanish else r"\."
    return re.compile(
        rf"(?P<name>{_NAMES})|(?P<iso>\d{{4}}-\d\d-\d\d)|(?P<time>\d\d:\d\d)"
        rf"|(?P<date>(?:(?:\b\d\d?, )*\b\d\d? (?:and|y|e) |\b\d\d?–)?\b\d\d? {de}(?:{month})\b(?: {de}\d{{4}}\b)?)"
        rf"|(?P<span>\b\d{{4}}[–-]\d{{2,4}}\b)"
        rf"|(?P<word>\b(?:{'|'.join(_words('es' if spanish else 'en'))})\b)"
        rf"|(?P<ordinal>(?<!\w)\d+(?:st|nd|rd|th|\.[ºª]))"
        rf"|(?P<number>(?<![\w.,])[<>+−]?(?:\d{{1,3}}(?:{thousands}\d{{3}})+|\d+)(?:{point}\d+)?)",
        re.IGNORECASE,
    )


def _number(found: re.Match[str], spanish: bool) -> Number:
    """One match of the grammar, read."""
    text, kind = found[0], str(found.lastgroup)
    if kind == "iso":
        return Number(text, "date", parts=(tuple(map(int, reversed(text.split("-")))),))
    if kind == "date":
        months = [name[:3].lower() for code in ("en", "es") for name in _MONTHS[code].split()]
        word = next(word for word in re.findall(r"[a-zA-Z]{3,}", text) if word[:3].lower() in months and word != "and")
        days, _, year = text.partition(word)
        month, named = months.index(word[:3].lower()) % 12 + 1, re.search(r"\d+", year)
        parts = ((int(day), month, int(named[0]) if named else None) for day in re.findall(r"\d+", days))
        return Number(text, "date", parts=tuple(parts))
    if kind == "span":
        first, last = re.split("[–-]", text)
        return Number(text, "span", parts=((int(first), int(first[: 4 - len(last)] + last)),))
    if kind == "time":
        return Number(text, kind)
    if kind == "word":
        return Number(text, kind, _words("es" if spanish else "en")[text.lower()])
    digits = text.lstrip("<>+−").translate({0xA0: None} | ({0x2C: "."} if spanish else {0x2C: None}))
    digits = re.sub(r"(?:st|nd|rd|th|\.[ºª])$", "", digits)
    value = float(digits) * (-1 if text.startswith("−") else 1)
    behind = found.string[found.end() : found.end() + 3].lstrip()
    unit = {"°C": "celsius", "%": "percent"}.get(behind[:2] if behind.startswith("°") else behind[:1], "plain")
    if unit == "plain" and text.isdigit() and 1800 <= value <= 2100:
        unit = "year"
    decimals = len(digits.partition(".")[2])
    return Number(text, unit, value, decimals, signed=text[0] in "+−", bound=text[0] if text[0] in "<>" else "")


def masked(text: str, language: str) -> tuple[str, list[Number]]:
    """A text with each number made one private character, and these numbers."""
    spanish = language.startswith("es")
    numbers: list[Number] = []

    def mask(found: re.Match[str]) -> str:
        if found.lastgroup == "name":
            return found[0]
        numbers.append(_number(found, spanish))
        return chr(0xE000 + len(numbers) - 1)

    return _grammar(spanish).sub(mask, text), numbers


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a catalogue as a pattern over masked texts."""

    id: str
    pattern: str
    fields: tuple[str, ...]
    constants: tuple[str, ...]  # Numbers that stand in the message itself
    hint: str  # Its longest piece, which a text must hold
    weight: int
    open: bool  # Whether a field ends it


@cache
def _messages(language: str) -> tuple[Message, ...]:
    """Every message that can hold a number."""
    return tuple(
        message
        for name, forms in catalogue(language).items()
        if not _UNSAID.match(name)
        for form in forms
        for sentence in _SENTENCES.split(form)
        if (message := _message(name, sentence, language)) is not None
    )


def _message(name: str, form: str, language: str) -> Message | None:
    # Two years with a dash between them are one number.
    pieces = re.split(r"\{([^{}:]*)[^{}]*\}", re.sub(r"\}–\{", "–", form))
    pattern = ""
    fields: list[str] = []
    constants: list[str] = []
    literals: list[str] = []
    for n, piece in enumerate(pieces):
        if n % 2:
            ends = (n == 1 and not pieces[0]) or (n == len(pieces) - 2 and not pieces[-1])
            pattern += f"(?P<f{len(fields)}>{_MASK}{_UNIT}" + (")?" if ends else "|.{0,160}?)")
            fields.append(piece)
            continue
        text, numbers = masked(piece, language)
        for part in re.split(f"({_MASK})", text):
            if re.fullmatch(_MASK, part):
                pattern += f"(?P<c{len(constants)}>{_MASK})"
                constants.append(numbers[ord(part) - 0xE000].text)
            else:
                pattern += re.escape(part.lower())
                literals.append(part.lower())
    weight = sum(map(len, literals))
    if not (fields or constants) or sum(c.isalpha() for c in "".join(literals)) < 2:
        return None
    return Message(name, pattern, tuple(fields), tuple(constants), max(literals, key=len), weight, not pieces[-1])


@dataclass(slots=True)
class Place:
    """Where a number stands: the messages and fields that it may fill."""

    number: Number
    fields: list[tuple[str, str]] = field(default_factory=list)
    around: set[str] = field(default_factory=set)  # Messages of which a field holds the words around it
    constant: bool = False  # A number of the message itself
    weight: float = -2 * UNLIKELY


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a sentence as a message, its numbers by their private characters."""

    weight: float
    constants: tuple[tuple[str, str], ...]
    fields: tuple[tuple[str, tuple[str, str]], ...]
    inside: frozenset[str]  # Numbers that its other fields hold among words
    message: str


def places(text: str, language: str) -> list[Place]:
    """Each number of a text, and the fields of the likeliest message in which it stands."""
    found: list[Place] = []
    for sentence in _SENTENCES.split(text):
        hidden, numbers = masked(sentence, language)
        own = {chr(0xE000 + n): Place(number) for n, number in enumerate(numbers)}
        for reading in _readings(hidden.lower(), language):
            if any(own[at].number.text != said for at, said in reading.constants):
                continue
            for at, name in (*((at, None) for at, _ in reading.constants), *reading.fields):
                place = own[at]
                if reading.weight > place.weight:
                    place.weight, place.fields, place.constant = reading.weight, [], False
                if reading.weight == place.weight and name is not None:
                    place.fields.append(name)
                elif reading.weight == place.weight:
                    place.constant = True
            for at in reading.inside & own.keys():
                own[at].around.add(reading.message)
        found += own.values()
    return found


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@cache
def _readings(hidden: str, language: str) -> tuple[Reading, ...]:
    """Every message that a sentence may be, whatever its numbers."""
    found = []
    for message in _messages(language):
        if message.hint not in hidden:
            continue
        for match in _matches(_compiled(message.pattern), hidden):
            groups = [match[f"f{n}"] or "" for n in range(len(message.fields))]
            alone = [bool(re.fullmatch(f"{_MASK}{_UNIT}", group)) for group in groups]
            # What a field swallows beside a number makes it less likely that the message is meant.
            weight = message.weight - 0.1 * sum(len(g) for g, one in zip(groups, alone, strict=True) if not one)
            constants = tuple((match[f"c{n}"], said) for n, said in enumerate(message.constants))
            inside = frozenset("".join(group for group, one in zip(groups, alone, strict=True) if not one))
            named = [(g[0], (message.id, f)) for g, f, one in zip(groups, message.fields, alone, strict=True) if one]
            if message.open and alone[-1] and re.match(r"\s?\w", hidden[match.end() :]):
                # A word goes on behind the number that ends it: most likely both are one field.
                found.append(Reading(weight - UNLIKELY, constants, (named.pop(),), frozenset(), message.id))
            found.append(Reading(weight, constants, tuple(named), inside, message.id))
    return tuple(found)


def _matches(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Every match, also those that begin inside another."""
    at = 0
    while match := pattern.search(text, at):
        yield match
        at = match.start() + 1


def way_of(message: str) -> int:
    return next((_WAYS[part] for part in message.split(".")[1:] if part in _WAYS), 0)


def leaves(value: Any) -> Iterator[Any]:
    """Every figure and date of a nest of facts, and the days that its names speak of."""
    match value:
        case Mapping():
            if "first_year" in value:
                yield f"{value['first_year']}-{value['last_year']}"
            for name, one in value.items():
                yield from map(int, re.findall(r"_(\d+)d\b", name))
                yield from leaves(one)
        case list() | tuple():
            yield len(value)
            for one in value:
                yield from leaves(one)
        case _:
            yield value


@dataclass(frozen=True)
class Finding:
    """The figures of some facts, by kind."""

    dates: frozenset[tuple[int, int, int]]
    spans: frozenset[tuple[int, int]]
    whole: frozenset[int]
    figures: frozenset[float]

    @classmethod
    def of(cls, facts: Any) -> Finding:
        every = [*leaves(facts)]
        words = [value for value in every if isinstance(value, str)]
        dates = {(d, m, y) for value in words if (found := re.match(r"(\d{4})-(\d\d)-(\d\d)(?:T|$)", value))
                 for y, m, d in [map(int, found.groups())]}  # fmt: skip
        spans = {(int(value[:4]), int(value[5:])) for value in words if re.fullmatch(r"\d{4}-\d{4}", value)}
        years = {date[2] for date in dates} | {year for span in spans for year in span}
        return cls(
            frozenset(dates),
            frozenset(spans),
            frozenset(value for value in every if isinstance(value, int)) | years,
            frozenset(value for value in every if isinstance(value, float)),
        )

    def knows(self, number: Number) -> bool:
        """Whether a number is one of these figures."""
        if number.kind == "date":
            days = {date[:2] for date in self.dates}
            return all(part in self.dates if part[2] else part[:2] in days for part in number.parts)
        if number.kind == "span":
            return number.parts[0] in self.spans
        if number.kind in ("year", "plain", "word") and not number.decimals and not number.signed:
            return number.value in self.whole or (number.kind == "plain" and any(map(number.says, self.figures)))
        shares = (100 * value for value in self.figures) if number.kind == "percent" else ()
        return any(map(number.says, chain(self.figures, shares)))


@dataclass(frozen=True)
class Book:
    """What is known of one series: its facts by name, all of them, and each finding for itself."""

    facts: Mapping[str, Any]
    everything: Finding
    findings: Sequence[Finding]

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Book:
        common = facts["said"]["new_year"], facts["baseline"]
        return cls(facts, Finding.of(facts), [Finding.of([name, one, *common]) for name, one in nests(facts)])

    def at(self, path: str) -> list[Any]:
        """Facts of a name, in which ``*`` is the report's baseline and ``[]`` every one of a list."""
        found: list[Any] = [self.facts]
        for part in path.split("."):
            name, _, every = part.partition("[")
            name = str(self.facts["baseline"]) if name == "*" else name
            found = [one[name] for one in found if isinstance(one, Mapping) and name in one]
            if every:
                found = [inner for one in found if isinstance(one, list) for inner in one]
        return [one for one in found if one is not None]


def nests(facts: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every finding that has others around it, with its name."""
    for name, inner in facts.items():
        for one in inner if isinstance(inner, list) else [inner]:
            if isinstance(one, Mapping):
                yield name, one
                yield from nests(one)


def judge(place: Place, books: Sequence[Book]) -> tuple[bool | None, Sequence[Any]]:
    """
    Whether a number is what it should be, and the facts that it was held against.

    None where nothing is known that it could be.
    """
    number, around = place.number, frozenset(place.around)
    facts: list[Any] = []
    for message, name in place.fields:
        named = [fact for book in books for path in facts_of(message, name, around) for fact in book.at(path)]
        expected = [fact for fact in named if isinstance(fact, number.types)]
        if any(_fits(number, fact, way_of(message)) for fact in expected):
            return True, expected
        facts += expected
    if facts:
        return False, facts
    return True if any(book.everything.knows(number) for book in books) else None, ()


def judge_row(numbers: Sequence[Number], books: Sequence[Book]) -> list[bool]:
    """The same for the numbers of a table's row, which speaks of one finding; nothing where it is unknown which."""
    known = [[finding.knows(number) for number in numbers] for book in books for finding in book.findings]
    best = max(known, key=sum, default=[])
    return best if 2 * sum(best) > len(numbers) else []


def _fits(number: Number, fact: Any, way: int) -> bool:
    if isinstance(fact, str) and number.kind == "date" and re.match(r"\d{4}-\d\d-\d\d", fact):
        year, month, day = int(fact[:4]), int(fact[5:7]), int(fact[8:10])
        return all(part in ((day, month, year), (day, month, None)) for part in number.parts)
    if isinstance(fact, str) and number.kind == "year":
        return fact.startswith(number.text)
    return number.says(
        100 * fact if number.kind == "percent" and isinstance(fact, float) and abs(fact) <= 1 else fact, way
    )

"""
What a chart is, and how its words are made to fit.

A module of `climtrack.reporter.charts` holds everything of one chart: `tell` (what it says), `table` (the numbers
behind it), `draw`, and the `CHART` that puts them into the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from climtrack.reporter.sentences import Phrases, preliminary, sources
from climtrack.vocabulary.assets import Words

if TYPE_CHECKING:
    from matplotlib.artist import Artist

COMMON = ("wide", "post", "email", "phone", "card")
#: Columns and rows; numbers are printed to six decimals, gaps are empty.
Table = tuple[Sequence[str], Sequence[Sequence[object]]]

TITLE, SUBTITLE, CAPTION, ALT_SHORT, ALT, LONG = 90, 150, 400, 125, 300, 1000
#: Spanish needs a tenth more room.
SPANISH_TITLE = 99


@dataclass(frozen=True, slots=True)
class Chart:
    name: str  # Short name, also that of its module
    order: int  # Its place in the catalogue
    tell: Callable[..., Draft]  # (phrases of each study, **options)
    draw: Callable[..., None]  # (canvas, studies, words, **options)
    # (studies, **options); None where the series' own table, day by day, holds everything that the picture shows
    table: Callable[..., Table] | None = None
    presets: tuple[str, ...] = COMMON  # Where it can be drawn, its home first
    series: tuple[int, int] = (1, 1)  # Fewest and most series it takes
    # What it is drawn of: any series, both hemispheres of a variable, air and sea of a region, or a hemisphere's months
    needs: Literal["series", "hemispheres", "both", "months"] = "series"
    options: tuple[str, ...] = ()  # What else `tell`, `table` and `draw` understand
    # (canvas, studies): what each frame of an animation adds to the picture without its lines; None where it is still
    frames: Callable[..., Iterator[Sequence[Artist]]] | None = None
    thins: bool = False  # Whether `draw` takes `thin_before`, for a PNG that is too large

    @property
    def slug(self) -> str:
        """Name in file names."""
        return self.name.replace("_", "-")


@dataclass(frozen=True, slots=True)
class Draft:
    """
    What a picture has to say in one language, before it is made to fit.

    Wordings of a text that say the same stand fullest first, and there are as many in every language.
    """

    each: Sequence[Phrases]  # Of its series
    titles: Sequence[str]
    subtitles: Sequence[str]
    lead: str  # First sentence of the caption
    alts_short: Sequence[str]
    alts: Sequence[str]
    lead_brief: str = ""  # Instead of `lead` where that is too long in some language
    titles_brief: Sequence[str] = ()  # Instead of `titles` where those are too long in some language
    extras: Sequence[str] = ()  # Further sentences of the caption, by priority; an empty one is not said
    more: Sequence[str] = ()  # Sentences for the long description only

    @property
    def preliminary(self) -> str:
        """Said in every caption and alternative text, whatever else must go."""
        return preliminary(self.each)

    @property
    def phrases(self) -> Phrases:
        """Of the first series."""
        return self.each[0]

    @property
    def late(self) -> str:
        """The last day, to be said behind the title: where all series ended long ago."""
        return max(self.each, key=lambda one: one.day).late if all(one.late for one in self.each) else ""

    @property
    def title_limit(self) -> int:
        """Most characters of a title; what has no shorter wording takes as many without the date behind it."""
        whole = SPANISH_TITLE if self.phrases.language.spanish else TITLE
        return max(whole - len(self.late), min(whole, *map(len, (*self.titles, *self.titles_brief))))


def fitted(drafts: Mapping[str, Draft]) -> dict[str, Words]:
    """
    A picture's words by language, none longer than its limit.

    What does not fit in one language is left out of all, so that every reader learns the same.
    """
    every = tuple(drafts.values())
    whole = all(min(map(len, one.titles)) <= one.title_limit for one in every)
    warning = max(len(one.phrases.simulated) for one in every)
    caveat = max(len(one.preliminary) + 1 for one in every)
    warning_short = max(len(one.phrases.simulated_short) for one in every)

    def words(own: Draft) -> Words:
        titles = own.titles if whole else own.titles_brief or own.titles
        title = f"{_fullest(titles, [titles], own.title_limit)}{own.late}".replace(") (", "; ")  # one bracket
        alt = own.phrases.simulated + _fullest(own.alts, [one.alts for one in every], ALT - warning - caveat)
        return Words(
            title=title,
            subtitle=_fullest(own.subtitles, [own.subtitles], SUBTITLE),
            caption=own.phrases.simulated + _sentences(own, every, CAPTION - warning, more=False),
            alt_short=own.phrases.simulated_short
            + _fullest(own.alts_short, [one.alts_short for one in every], ALT_SHORT - warning_short),
            alt=f"{alt} {own.preliminary}".rstrip(),
            long=f"{alt} {_sentences(own, every, LONG - ALT - 1, more=True)}",
        )

    return {code: words(draft) for code, draft in drafts.items()}


def _fullest(own: Sequence[str], every: Sequence[Sequence[str]], limit: int) -> str:
    """The fullest wording that fits in every language; the last, cut, where none does."""
    for i, wording in enumerate(own):
        if all(len(wordings[i]) <= limit for wordings in every):
            return wording
    return _cut(own[-1], limit)


def _sentences(own: Draft, every: Sequence[Draft], limit: int, *, more: bool) -> str:
    """Lead, those further sentences that fit in every language, what is preliminary, and the source."""
    ends = {id(one): f"{one.preliminary} {sources(one.each)}".lstrip() for one in every}
    room = {name: limit - 1 - len(end) for name, end in ends.items()}
    whole = all(len(one.lead) <= room[id(one)] for one in every)
    leads = {id(one): _cut(one.lead if whole else one.lead_brief or one.lead, room[id(one)]) for one in every}
    lengths = [len(leads[id(one)]) + 1 + len(ends[id(one)]) for one in every]
    kept = [leads[id(own)]]
    for i, sentence in enumerate((*own.extras, *(own.more if more else ()))):
        longer = [n + 1 + len((*one.extras, *one.more)[i]) for n, one in zip(lengths, every, strict=True)]
        if sentence and max(longer) <= limit:
            kept.append(sentence)
            lengths = longer
    return " ".join((*kept, ends[id(own)]))


def _cut(text: str, limit: int) -> str:
    """Text no longer than a limit, broken between words."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    return (head.rsplit(" ", 1)[0] if " " in head else head).rstrip(" ,;:.—–") + "…"

"""
Story: one picture's words, put together so that no limit is ever broken.

What does not fit in one language is left out of all, so that every reader is told the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from climtrack.reporter.prose.voice import Voice
from climtrack.vocabulary.assets import Words

TITLE, SUBTITLE, CAPTION, ALT_SHORT, ALT, LONG = 90, 130, 400, 125, 300, 1000
#: Spanish needs a tenth more room.
SPANISH_TITLE = 99


def cut(text: str, limit: int) -> str:
    """Text no longer than a limit, broken between words."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    return (head.rsplit(" ", 1)[0] if " " in head else head).rstrip(" ,;:.—–") + "…"


def story(
    voice: Voice,
    *,
    titles: Sequence[str],
    titles_brief: Sequence[str] = (),
    subtitles: Sequence[str],
    subtitles_placed: Sequence[str] = (),
    lead: str,
    extras: Sequence[str] = (),
    alts_short: Sequence[str],
    alts: Sequence[str],
    more: Sequence[str] = (),
) -> Story:
    """A story about one series, or about several of which this is the first."""
    return Story(
        titles=tuple(titles),
        titles_brief=tuple(titles_brief or titles),
        subject=voice.subject,
        subtitles=tuple(subtitles),
        subtitles_placed=tuple(subtitles_placed or subtitles),
        lead=lead,
        extras=tuple(extras),
        source=voice.source,
        alts_short=tuple(alts_short),
        alts=tuple(alts),
        more=tuple(more),
        simulated=voice.simulated,
        simulated_short=voice.simulated_short,
        spanish=voice.language.spanish,
    )


@dataclass(frozen=True, slots=True)
class Story:
    """What a picture has to say, before it is made to fit."""

    titles: tuple[str, ...]  # Wordings that say the same, fullest first, and others that say less
    titles_brief: tuple[str, ...]  # Wordings that say the same, fullest first, and others that say less
    subject: str  # What has a temperature, in full; where the title does not say it, the subtitle names the place
    subtitles: tuple[str, ...]  # Wordings without the place and with it, fullest first
    subtitles_placed: tuple[str, ...]  # Wordings without the place and with it, fullest first
    lead: str  # First sentence of the caption
    extras: tuple[str, ...]  # Its further sentences, dearest first; an empty one is not said
    source: str
    alts_short: tuple[str, ...]  # Wordings, fullest first, as many in every language
    alts: tuple[str, ...]  # Wordings, fullest first, as many in every language
    more: tuple[str, ...]  # Sentences for the long description only
    simulated: str  # The warning, with a space behind it, or nothing
    simulated_short: str  # The warning, with a space behind it, or nothing
    spanish: bool  # Whether titles may be a tenth longer

    @property
    def title_limit(self) -> int:
        """Most characters of a title."""
        return SPANISH_TITLE if self.spanish else TITLE

    def words(self, twins: Sequence[Story]) -> Words:
        """The story within its limits."""
        warn = max(len(twin.simulated) for twin in twins)
        warn_short = max(len(twin.simulated_short) for twin in twins)
        whole = all(min(map(len, twin.titles)) <= twin.title_limit for twin in twins)
        title = self._fullest("titles" if whole else "titles_brief", (self,), self.title_limit)
        placed = "subtitles" if self.subject.lower() in title.lower() else "subtitles_placed"
        alt = self.simulated + self._fullest("alts", twins, ALT - warn)
        return Words(
            title=title,
            subtitle=self._fullest(placed, (self,), SUBTITLE),
            caption=self.simulated + self._told(twins, CAPTION - warn, more=False),
            alt_short=self.simulated_short + self._fullest("alts_short", twins, ALT_SHORT - warn_short),
            alt=alt,
            long=f"{alt} {self._told(twins, LONG - ALT - 1, more=True)}",
        )

    def _fullest(self, field: str, twins: Sequence[Story], limit: int) -> str:
        """The fullest wording that fits in every twin; the last, cut, where none does."""
        own: tuple[str, ...] = getattr(self, field)
        for i, wording in enumerate(own):
            if all(len(getattr(twin, field)[i]) <= limit for twin in twins):
                return wording
        return cut(own[-1], limit)

    def _told(self, twins: Sequence[Story], limit: int, *, more: bool) -> str:
        """Lead, those further sentences that fit in every language, and the source."""
        lengths = [min(len(twin.lead), limit - 1 - len(twin.source)) + 1 + len(twin.source) for twin in twins]
        kept = [cut(self.lead, limit - 1 - len(self.source))]
        for i, own in enumerate((*self.extras, *(self.more if more else ()))):
            longer = [n + 1 + len((*twin.extras, *twin.more)[i]) for n, twin in zip(lengths, twins, strict=True)]
            if own and max(longer) <= limit:
                kept.append(own)
                lengths = longer
        return " ".join((*kept, self.source))

"""year_lines in words: where is this region today against every year on record?"""

from __future__ import annotations

from collections.abc import Sequence

from climtrack.reporter.prose.answers import falling
from climtrack.reporter.prose.story import Story, story
from climtrack.reporter.prose.titles import line_titles
from climtrack.reporter.prose.voice import Voice, side
from climtrack.words.language import capitalised


def brief(voice: Voice) -> str:
    """Both differences in a few words: ``0.3 °C below 2025 and 0.6 °C above average``."""
    language, decimals = voice.language, voice.decimals
    parts = []
    if voice.yoy is not None:
        gap = voice.yoy.difference
        parts.append(
            language.text(
                f"brief.year.{side(gap, decimals)}", size=language.size(gap, decimals), other=voice.yoy.other_year
            )
        )
    if voice.anomaly is not None:
        parts.append(voice.average_relation("brief.average"))
    if len(parts) == 2:
        return language.text("brief.two", one=parts[0], two=parts[1])
    return parts[0] if parts else language.text("brief.value", value=voice.value)


def briefest(voice: Voice) -> str:
    """The difference from average alone, or the value: never last year's alone."""
    return voice.average_relation("brief.average") or voice.language.text("brief.value", value=voice.value)


def course(voice: Voice) -> str:
    """How the year ran against the average and where it ends."""
    findings, language = voice.findings, voice.language
    above, known = findings.days_above_average, findings.days_known
    values = {"year": voice.day.year, "baseline": voice.baseline, "day": voice.day_month, "relation": brief(voice)}
    if not isinstance(above, int) or voice.anomaly is None:
        return language.text("alt.lines.plain", **values)
    if above == known:
        return language.text("alt.lines.allabove", **values)
    return language.text("alt.lines.some", above=language.count(above), known=language.text("days", known), **values)


def shorts(voice: Voice, message: str) -> tuple[str, ...]:
    """Short alternative texts: subject, day, both differences; then ever less."""
    return tuple(
        voice.language.text(message, subject=subject, day=voice.date, relation=relation)
        for subject, relation in (
            (voice.subject, brief(voice)),
            (voice.short, brief(voice)),
            (voice.short, briefest(voice)),
        )
    )


def tell(voices: Sequence[Voice]) -> Story:
    """What ``year_lines`` says."""
    voice = voices[0]
    language = voice.language
    common = {"years": voice.years, "date": voice.date, "name": voice.place.name}
    quantity = {"quantity": voice.quantity, "Quantity": capitalised(voice.quantity)}
    plain_end = language.text("alt.lines.plain", year=voice.day.year, day=voice.day_month, relation=brief(voice))
    return story(
        voice,
        titles=line_titles(voice),
        subtitles=(language.text("subtitle.lines", **quantity, **common), language.text("subtitle.short", **common)),
        subtitles_placed=(
            language.text("subtitle.lines.place", **quantity, **common),
            language.text("subtitle.short.place", **common),
        ),
        lead=voice.averaged(),
        extras=(voice.uncovered(), voice.gaps(), voice.preliminary(), voice.ranked()),
        alts_short=shorts(voice, "alt.short.lines"),
        alts=tuple(
            language.text("alt.lines", finding=finding, series=voice.measured, years=voice.years)
            for finding in (course(voice), plain_end)
        ),
        more=(falling(voice),),
    )

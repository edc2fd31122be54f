"""
stripes in words: the long story in one glance, with the numbers that colour cannot give.

The title compares the trends of two series where both are beyond doubt; of one series it gives the change from its
first ten whole years to its last ten.
"""

from __future__ import annotations

from collections.abc import Sequence

from climtrack.reporter import means
from climtrack.reporter.prose.story import Story, story
from climtrack.reporter.prose.titles import worded
from climtrack.reporter.prose.voice import Voice
from climtrack.vocabulary.findings import Trend
from climtrack.words.language import capitalised, direction

FINE = 2
TWICE = (1.75, 2.25)
ALIKE = 1.25


def _span(years: tuple[int, int]) -> str:
    """Years as print sets them."""
    return f"{years[0]}–{years[1]}"


def _faster(one: Voice, two: Voice) -> tuple[str, ...]:
    """Which warms faster; nothing where a trend is not beyond doubt."""
    a, b = one.findings.trend, two.findings.trend
    if not (isinstance(a, Trend) and isinstance(b, Trend) and a.low > 0 and b.low > 0):
        return ()
    if a.per_decade < b.per_decade:
        one, two, a, b = two, one, b, a
    ratio = a.per_decade / b.per_decade
    message = "stripes.alike" if ratio < ALIKE else "stripes.twice" if TWICE[0] <= ratio < TWICE[1] else "stripes.times"
    return (
        one.language.text(message, Short=capitalised(one.short), short2=two.short, ratio=one.language.number(ratio, 1)),
    )


def _change(voice: Voice) -> tuple[float, tuple[int, int], tuple[int, int]] | None:
    """Change from the first ten whole years to the last ten, and these years."""
    years = means.annual(voice.study)
    spans = means.decades(years)
    if spans is None:
        return None
    return means.span_mean(years, spans[1]) - means.span_mean(years, spans[0]), *spans


def tell(voices: Sequence[Voice]) -> Story:
    """What ``stripes`` says."""
    voice, say = voices[0], voices[0].language.text
    language = voice.language
    changes = [found for found in map(_change, voices) if found is not None]
    common = {
        "baseline": voice.baseline, "years": voice.years, "year": voice.day.year, "day": voice.day_month,
        "name": voice.place.name, "quantity": voice.quantity, "Quantity": capitalised(voice.quantity),
        "subject": voice.subject, "Subject": capitalised(voice.subject), "of": voice.of,
    }  # fmt: skip
    titles = _faster(*voices) if len(voices) == 2 else ()
    lead = say("stripes.lead.plain", **common)
    alts: tuple[str, ...] = (say("alt.stripes.plain", **common),)
    shorts = alts
    if len(changes) == len(voices) and len({found[1:] for found in changes}) == 1:
        spans = {"first": _span(changes[0][1]), "last": _span(changes[0][2])}
        way = {1: "warmed", 0: "level", -1: "cooled"}[direction(changes[0][0], FINE - 1)]
        titles = titles or worded(
            voice, f"stripes.{way}", size=language.size(changes[0][0], FINE - 1), first=spans["first"]
        )
        each = [
            say("stripes.change", difference=language.difference(change, FINE), short=v.short)
            for v, (change, _, _) in zip(voices, changes, strict=True)
        ]
        if len(voices) == 1:
            each = [language.difference(changes[0][0], FINE)]
        values = {"difference": language.difference(changes[0][0], FINE), **spans, **common}
        if len(voices) == 1:
            lead = say("stripes.lead", **values)
        else:
            other = {"subject2": voices[1].subject, "of2": voices[1].of}
            lead = say("stripes.lead.two", difference2=language.difference(changes[1][0], FINE), **other, **values)
        alts = (say("alt.stripes", changes=language.list(each), **spans, **common), *alts)
        shorts = (say("alt.short.stripes", changes=language.list(each), **spans, **common), *shorts)
    placed = "" if len(voices) > 1 else ".place"
    return story(
        voice,
        titles=titles or worded(voice, "stripes.plain"),
        subtitles=(say("subtitle.stripes", **common), say("subtitle.stripes.short", **common)),
        subtitles_placed=(say(f"subtitle.stripes{placed}", **common), say(f"subtitle.stripes.short{placed}", **common)),
        lead=lead,
        extras=(
            *(_to_date(v) for v in voices),
            say("stripes.hawkins"),
            *(_trend(v) for v in voices),
            voice.uncovered(),
        ),
        alts_short=shorts,
        alts=alts,
    )


def _to_date(voice: Voice) -> str:
    """The year in progress."""
    mean = voice.findings.anomaly_year_to_date
    if not isinstance(mean, float):
        return ""
    return voice.language.text(
        "stripes.todate",
        year=voice.day.year,
        day=voice.day_month,
        subject=voice.subject,
        difference=voice.language.difference(mean, FINE),
    )


def _trend(voice: Voice) -> str:
    """Degrees a decade."""
    trend, language = voice.findings.trend, voice.language
    if not isinstance(trend, Trend):
        return ""
    return language.text(
        "stripes.trend",
        subject=voice.subject,
        of=voice.of,
        first=trend.first_year,
        last=trend.last_year,
        trend=language.difference(trend.per_decade, FINE),
        low=language.difference(trend.low, FINE),
        high=language.difference(trend.high, FINE),
    )

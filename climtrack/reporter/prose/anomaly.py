"""
anomaly in words: how unusual is each day, season removed?

Its title is the first that holds: the latest day has the largest difference of the series (safe or preliminary);
January; the difference is falling or rising beyond doubt, which is what the author asks; every day of the year lies on
one side; the count of days above.
"""

from __future__ import annotations

from collections.abc import Sequence

from climtrack.reporter.prose.answers import FINE
from climtrack.reporter.prose.story import Story, story
from climtrack.reporter.prose.titles import worded
from climtrack.reporter.prose.voice import Voice, side
from climtrack.reporter.prose.year_lines import briefest
from climtrack.vocabulary.findings import Claim, Record, Slope, Verdict
from climtrack.words.language import capitalised


def _titles(voice: Voice) -> tuple[str, ...]:
    """The finding's wordings."""
    findings, language = voice.findings, voice.language
    anomaly = voice.anomaly
    year, known, above = voice.day.year, findings.days_known, findings.days_above_average
    if anomaly is None:
        return worded(voice, "title.value", value=voice.value, day=voice.day_month)
    size = language.size(anomaly.value, voice.decimals)
    way = side(anomaly.value, voice.decimals)
    largest = findings.records.largest_anomaly
    if isinstance(largest, Record) and largest.date == voice.day and largest.claim in {Claim.SAFE, Claim.PRELIMINARY}:
        return worded(voice, f"title.largest.{largest.claim.value}", size=size, first=voice.first)
    if voice.young:
        return worded(voice, f"title.start.{way}", size=size, year=year)
    verdict = findings.direction.verdict
    if isinstance(verdict, Verdict) and verdict is not Verdict.STEADY and way != "level":
        return worded(voice, f"title.{verdict.value}.{way}", size=size)
    if not isinstance(above, int):
        return worded(voice, f"title.average.{way}", size=size)
    whole = _whole(voice)
    if above in {0, known}:
        return (language.text(f"title.every.{'above' if above else 'below'}{whole}", year=year),)
    return (language.text(f"title.most{whole}", above, known=language.text("days", known), year=year),)


def _whole(voice: Voice) -> str:
    """What the message of a finished year is called besides."""
    return ".whole" if (voice.day.month, voice.day.day) == (12, 31) else ""


def _brief(voice: Voice) -> tuple[str, ...]:
    """The same of the largest difference, without its size."""
    largest = voice.findings.records.largest_anomaly
    if isinstance(largest, Record) and largest.date == voice.day and largest.claim in {Claim.SAFE, Claim.PRELIMINARY}:
        return worded(voice, f"title.largest.brief.{largest.claim.value}", first=voice.first)[1:]
    return ()


def _course(voice: Voice) -> str:
    """Where the difference is going."""
    found, language = voice.findings.direction, voice.language
    slope = found.anomaly_slope_14d
    if not isinstance(found.verdict, Verdict) or not isinstance(slope, Slope):
        return ""
    change, low, high = (rate * slope.days for rate in (slope.per_day, slope.low, slope.high))
    return language.text(
        f"anomaly.{found.verdict.value}",
        days=slope.days,
        size=language.size(change, FINE),
        low=language.difference(low, FINE),
        high=language.difference(high, FINE),
    )


def tell(voices: Sequence[Voice]) -> Story:
    """What ``anomaly`` says."""
    voice = voices[0]
    language, findings = voice.language, voice.findings
    common = {"name": voice.topic, "baseline": voice.baseline, "date": voice.date, "year": voice.day.year}
    above, mean = findings.days_above_average, findings.anomaly_year_to_date
    tally = known = ""
    if isinstance(above, int) and isinstance(mean, float) and findings.days_known > 1:  # one day has no mean
        known = language.text("days", findings.days_known)
        shown = language.difference(mean, voice.decimals)
        every = ".all" if above == findings.days_known else ""
        tally = language.text(f"anomaly.mean{every}{_whole(voice)}", above, known=known, mean=shown, **common)
    largest = findings.records.largest_anomaly
    record = ""
    if isinstance(largest, Record) and largest.date != voice.day:
        difference = language.difference(largest.value, voice.decimals)
        record = language.text("anomaly.largest", difference=difference, date=language.date_long(largest.date))
    short = language.text("alt.short.lines", subject=voice.subject, day=voice.date, relation=briefest(voice))
    alts = [short]
    if known and isinstance(above, int):
        values = {"subject": voice.subject, "of": voice.of, "day": voice.day_month, "relation": briefest(voice)}
        every = ".all" if above == findings.days_known else ""
        alts.insert(0, language.text(f"alt.anomaly{every}", above, known=known, **values, **common))
    lead = language.text(
        "anomaly.lead",
        Subject=capitalised(voice.subject),
        relation=voice.average_relation("of.average"),
        date=voice.date,
    )
    return story(
        voice,
        titles=_titles(voice),
        titles_brief=_brief(voice),
        subtitles=(
            language.text("subtitle.anomaly", **common),
            language.text("subtitle.short.place", years=voice.years, **common),
        ),
        lead=lead if voice.anomaly is not None else voice.averaged(),
        extras=(voice.uncovered(), voice.gaps(), voice.preliminary(), tally, _course(voice), record),
        alts_short=(
            short,
            language.text("alt.short.lines", subject=voice.short, day=voice.date, relation=briefest(voice)),
        ),
        alts=alts,
        more=(voice.ranked(),),
    )

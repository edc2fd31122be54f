"""
Titles of the pictures of one line: the finding, chosen by rule.

The first that holds:

1. the latest day is the warmest of the whole series (as safe, tied, preliminary or too close to call as it is);
2. it is the warmest for its date, with the same four degrees of certainty;
3. January, fewer than 15 days known: how the year starts;
4. level with last year: that, and the difference from average;
5. on the same side of last year's line for three days or more, below it and above average: cooler than a year ago
   (picture and caption carry the average; a line below both is titled by its average);
6. second or third for its date, safely;
7. the difference from average;
8. where there is no average at all: the value. Never last year alone.
"""

from __future__ import annotations

from typing import Any

from climtrack.reporter.prose.voice import Voice, side
from climtrack.vocabulary.findings import Claim
from climtrack.words.language import capitalised, direction

SETTLED = 3
PODIUM = 3


def worded(voice: Voice, message: str, **values: Any) -> tuple[str, ...]:
    """A title about the whole subject, and the same about its short name."""
    change = values.pop("warmer", None)
    found = []
    for subject in (voice.subject, voice.short):
        if change is not None:
            values["warmer"] = voice.adjective(change, subject)
        found.append(
            voice.language.text(
                message,
                Subject=capitalised(subject),
                Short=capitalised(voice.short),
                subject=subject,
                short=voice.short,
                **values,
            )
        )
    return tuple(found)


def line_titles(voice: Voice) -> tuple[str, ...]:
    """Titles of ``year_lines``."""
    findings, language, decimals = voice.findings, voice.language, voice.decimals
    common = {"day": voice.day_month, "first": voice.first, "year": voice.day.year, "value": voice.value}
    record = findings.records.warmest_day
    if record.date == voice.day:
        return worded(voice, f"title.warmest.{record.claim.value}", **common)
    rank = voice.rank
    if rank is not None and rank.rank == 1 and rank.of > 1:
        return worded(voice, f"title.date.{rank.claim.value}", **common)
    anomaly, yoy = voice.anomaly, voice.yoy
    if anomaly is None:
        return worded(voice, "title.value", **common)
    above = side(anomaly.value, decimals)
    size = language.size(anomaly.value, decimals)
    if voice.young:
        return worded(voice, f"title.start.{above}", size=size, **common)
    if yoy is not None:
        change = direction(yoy.difference, decimals)
        if change == 0 and above != "level":
            return worded(voice, f"title.year.level.{above}", other=yoy.other_year, size=size)
        if change < 0 and above == "above" and yoy.run_length >= SETTLED:
            message = "title.year.ago" if yoy.other_year == voice.day.year - 1 else "title.year.other"
            gap = language.size(yoy.difference, decimals)
            return worded(voice, message, size=gap, warmer=yoy.difference, other=yoy.other_year)
    if rank is not None and 1 < rank.rank <= PODIUM and rank.claim is Claim.SAFE and not rank.tied:
        return worded(voice, "title.rank", ordinal=language.ordinal(rank.rank), **common)
    return worded(voice, f"title.average.{above}", size=size)

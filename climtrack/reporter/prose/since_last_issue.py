"""since_last_issue in words: what the line did since a given date; "come down" is said of the anomaly only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from climtrack.errors import RenderError
from climtrack.reporter import means
from climtrack.reporter.prose.answers import below
from climtrack.reporter.prose.story import Story, story
from climtrack.reporter.prose.titles import worded
from climtrack.reporter.prose.voice import Voice
from climtrack.vocabulary.calendar import same_day
from climtrack.vocabulary.findings import Study
from climtrack.words.language import capitalised, rounded

#: Days between two issues where no date is given.
FORTNIGHT = 14
#: From so many days on a date needs its year.
A_YEAR = 360


def moment(study: Study, since: dt.date | None) -> dt.date:
    """The day from which a chart since a date counts."""
    if since is None:
        since = max(study.series.end - dt.timedelta(days=FORTNIGHT), study.series.start)
    if since < study.series.start:
        raise RenderError(f"{study.series.key} begins on {study.series.start}, after {since}", "Choose a later date")
    return study.series.upto(since).end


def _beside(study: Study, then: dt.date, other: int) -> tuple[int, int]:
    """New days below the same day of the other year, and how many could be compared."""
    below = compared = 0
    day = then + dt.timedelta(days=1)
    while day <= study.series.end:
        ours, theirs = study.series.value(day), study.series.value(same_day(day, day.year - 1))
        if ours is not None and theirs is not None and day.year - 1 == other:
            compared += 1
            below += rounded(ours - theirs, 2) < 0
        day += dt.timedelta(days=1)
    return below, compared


def tell(voices: Sequence[Voice], *, since: dt.date | None = None) -> Story:
    """What ``since_last_issue`` says."""
    voice, language, say = voices[0], voices[0].language, voices[0].language.text
    study, decimals = voice.study, voice.decimals
    then = moment(study, since)
    series = means.daily(study)
    start = series[(then - study.series.start).days]
    now = series[-1]
    if np.isnan(now):
        raise RenderError(f"{study.series.key} has no average to compare with", "Choose a baseline that it covers")
    a, b = language.difference(float(start), decimals), language.difference(float(now), decimals)
    new = int((~np.isnan(study.series.values[(then - study.series.start).days + 1 :])).sum())
    day = language.date_day(then) if (voice.day - then).days < A_YEAR else language.date_long(then)
    order = int(rounded(float(now), decimals).compare(rounded(float(start), decimals)))
    way = "nothing" if not new else {1: "rose", 0: "level", -1: "fell"}[order]
    common = {
        "name": voice.topic, "baseline": voice.baseline, "then": a, "now": b, "day": day, "date": voice.date,
        "subject": voice.subject, "of": voice.of, "range": language.date_range(then, voice.day),
    }  # fmt: skip
    yoy = voice.yoy
    beside = ""
    if yoy is not None and new:
        under, compared = _beside(study, then, yoy.other_year)
        if compared > 1:
            every = {0: ".none", compared: ".all"}.get(under, "")
            beside = say(f"since.below{every}", under, compared=compared, other=yoy.other_year)
    lead = say("since.lead", new, Subject=capitalised(voice.subject), value=voice.value, **common)
    return story(
        voice,
        titles=worded(voice, f"since.{way}", then=a, now=b, day=day),
        titles_brief=worded(voice, f"since.{way}.brief", then=a, now=b),
        subtitles=(say("subtitle.since", **{**common, "then": day}),),
        lead=lead if new else voice.averaged(),
        extras=(say("since.change", **common), beside, voice.preliminary(), voice.uncovered(), voice.ranked()),
        alts_short=(
            say("alt.short.since", **common),
            say("alt.short.since", **{**common, "subject": voice.short}),
        ),
        alts=(say("alt.since", **common),),
        more=(below(voice),),
    )

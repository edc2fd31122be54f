"""year_over_year in words: which part of this year beat last year? The average always stands beside it."""

from __future__ import annotations

from collections.abc import Sequence

from climtrack.reporter.prose.story import Story, story
from climtrack.reporter.prose.titles import worded
from climtrack.reporter.prose.voice import Voice, side
from climtrack.reporter.prose.year_lines import shorts
from climtrack.vocabulary.findings import YearOverYear
from climtrack.words.language import capitalised, direction


def _titles(voice: Voice, yoy: YearOverYear) -> tuple[str, ...]:
    """The run's length; a single day's size; level."""
    language, decimals = voice.language, voice.decimals
    way = direction(yoy.difference, decimals)
    last = yoy.other_year == voice.day.year - 1
    if way == 0:
        if voice.anomaly is not None and side(voice.anomaly.value, decimals) != "level":
            message = f"title.year.level.{side(voice.anomaly.value, decimals)}"
            return worded(voice, message, other=yoy.other_year, size=language.size(voice.anomaly.value, decimals))
        return worded(voice, "title.yoy.level", other=yoy.other_year)
    if yoy.run_length < 2 or (last and voice.old_run and voice.young):  # a few bars cannot show a longer run
        size = language.size(yoy.difference, decimals)
        message = "title.year.ago" if last else "title.year.other"
        return worded(voice, message, size=size, warmer=yoy.difference, other=yoy.other_year)
    whole = "whole." if last and voice.old_run else ""  # the bars show this year alone
    message = f"title.run.{whole}{'warmer' if way > 0 else 'cooler'}{'' if last else '.other'}"
    word, years = voice.adjective(yoy.difference, voice.short), {"year": voice.day.year, "other": yoy.other_year}
    told = language.text(message, yoy.run_length, Short=capitalised(voice.short), warmer=word, cooler=word, **years)
    return (told,)


def _tally(voice: Voice, yoy: YearOverYear) -> str:
    """Days warmer and days cooler, where there are several; all of them by that word."""
    compared = voice.language.text("days", yoy.days_compared)
    if yoy.days_compared < 2:
        return ""
    for way, days in (("warmer", yoy.days_warmer), ("cooler", yoy.days_cooler)):
        if days == yoy.days_compared:
            return voice.language.text(f"yoy.tally.{way}", compared=compared)
    warmer = voice.language.text("yoy.warmer", yoy.days_warmer)
    cooler = voice.language.text("yoy.cooler", yoy.days_cooler)
    return voice.language.text("yoy.tally", compared=compared, warmer=warmer, cooler=cooler)


def tell(voices: Sequence[Voice]) -> Story:
    """What ``year_over_year`` says."""
    voice = voices[0]
    language, decimals, yoy = voice.language, voice.decimals, voice.yoy
    if yoy is None:
        return story(
            voice,
            titles=worded(voice, "title.value", value=voice.value, day=voice.day_month),
            subtitles=(
                language.text(
                    "subtitle.yoy", name=voice.topic, year=voice.day.year, other=voice.day.year - 1, date=voice.date
                ),
            ),
            lead=voice.averaged(),
            extras=(voice.alone, voice.gaps()),
            alts_short=shorts(voice, "alt.short.bars"),
            alts=shorts(voice, "alt.short.bars"),
        )
    way = {1: "warmer", 0: "level", -1: "cooler"}[direction(yoy.difference, decimals)]
    common = {"name": voice.topic, "year": voice.day.year, "other": yoy.other_year, "date": voice.date}
    run = max(yoy.run_length, 1)
    word = voice.adjective(yoy.difference, voice.subject)
    counted = () if way == "level" else (run,)
    named = "" if way == "level" or yoy.other_year == voice.day.year - 1 else ".other"
    lead = language.text(
        f"yoy.lead.{way}{named}",
        *counted,
        Subject=capitalised(voice.subject),
        size=language.size(yoy.difference, decimals),
        warmer=word,
        cooler=word,
        **common,
    )
    tally = _tally(voice, yoy)
    relation = voice.average_relation("of.average")
    still = ""
    if voice.anomaly is not None:
        contrary = way == "cooler" and side(voice.anomaly.value, decimals) == "above"
        still = language.text("yoy.still" if contrary else "yoy.is", relation=relation)
    widest = max(yoy.warmest, yoy.coldest, key=lambda gap: abs(gap.difference))
    gap = {"difference": language.difference(widest.difference, decimals), "day": language.date_day(widest.date)}
    leap = language.text("note.leap") + "." if yoy.leap_day else ""
    brief = shorts(voice, "alt.short.bars")
    alts = list(brief)
    if relation:
        bars = voice.day.timetuple().tm_yday
        every = bars > 1 and max(yoy.days_warmer, yoy.days_cooler) == bars
        message, drawn = f"alt.yoy.{way}{'.all' * (every and bool(counted))}", tuple(min(n, bars) for n in counted)
        values = common | gap | {"subject": voice.subject, "of": voice.of, "relation": relation}
        alts.insert(0, language.text(message, *drawn, **values))
    return story(
        voice,
        titles=_titles(voice, yoy),
        subtitles=(language.text("subtitle.yoy", **common),),
        lead=lead,
        extras=(still, leap, voice.preliminary(), tally, language.text("yoy.widest", **gap), voice.uncovered()),
        alts_short=brief,
        alts=alts,
        more=(voice.ranked(), voice.gaps()),
    )

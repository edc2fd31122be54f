"""records in words: who holds the calendar? Records of this series, and said so."""

from __future__ import annotations

from collections.abc import Sequence

from climtrack.errors import RenderError
from climtrack.reporter.prose.story import Story, story
from climtrack.reporter.prose.voice import Voice
from climtrack.vocabulary.findings import Holder


def _titles(voice: Voice, warm: Sequence[Holder], total: int) -> tuple[str, ...]:
    """The year that holds most dates, or those that share the lead."""
    say, top = voice.language.text, warm[0].days
    leaders = [holder.year for holder in warm if holder.days == top]
    if len(leaders) > 1:
        years = voice.language.list([str(year) for year in sorted(leaders)[:4]])
        return (say("records.joint", top, years=years, total=total),)
    now = leaders[0] == voice.day.year
    return (say("records.already" if now else "records.still", top, year=leaders[0], total=total),)


def tell(voices: Sequence[Voice]) -> Story:
    """What ``records`` says."""
    voice, say = voices[0], voices[0].language.text
    found = voice.findings.records
    warm, cold = found.warm_holders, found.cold_holders
    if not warm or not cold:
        raise RenderError(f"{voice.study.series.key} holds no records to count", "Draw another chart of it")
    total = sum(holder.days for holder in warm)
    first, coldest, year = warm[0], cold[0], voice.day.year
    values = {
        "year": first.year, "n": first.days, "total": total, "cold": coldest.year, "m": coldest.days,
        "subject": voice.subject, "of": voice.of, "years": voice.years, "name": voice.topic, "date": voice.date,
    }  # fmt: skip
    own = next((holder for holder in warm if holder.year == year), Holder(year, 0))
    this = say("records.this", own.days, year=year) if own.year != first.year else ""
    if own.preliminary and own.preliminary == own.days:
        this = say("records.this.all", own.days, year=year)
    elif own.preliminary:
        this = say("records.this.preliminary", own.preliminary, year=year, held=own.days)
    return story(
        voice,
        titles=_titles(voice, warm, total),
        subtitles=(say("subtitle.records", **values),),
        lead=say("records.lead", **values),
        extras=(this, say("records.series", first=voice.first), say("records.ties"), voice.gaps()),
        alts_short=(say("alt.short.records", **values),),
        alts=(say("alt.records", **values), say("alt.short.records", **values)),
        more=(voice.preliminary(),),
    )

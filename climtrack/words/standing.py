"""What a place or a record may be called: ranks and records are put into words here, as far as a claim bears."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from climtrack.vocabulary.findings import FLOOR, LEVEL, Claim, Rank, Reading, Record, Run, Study
from climtrack.words.language import Language

#: Forms that say a place as a sentence, and what it lacks as another one.
SENTENCES = frozenset({"rank", "post.rank", "months.place"})
#: A place is worth a superlative this far down.
SUPERLATIVES = 10
#: Years or days that are named as level.
NAMED = 3
FINE, EXACT = 2, 3


def standing(form: str, found: Rank | Record, language: Language, **values: Any) -> str:
    """
    A place or a record in the words that its claim allows.

    `form` says what is written: a title (``title.date``, ``title.warmest``, ``title.largest``), a sentence (``rank`` of
    a day or month, ``post.rank`` of the year so far), a label (``label.record``) or a cell (``claim``).
    """
    if form == "claim" and found.claim is Claim.SAFE and isinstance(found, Rank) and found.preliminary:
        return language.text("claim.safe.preliminary", found.preliminary)
    facts = values | _facts(form, found, language)
    text = language.text(f"{form}.{_bears(form, found)}", **facts)
    if form == "rank" and isinstance(found, Rank) and (other := found.other) is not None:
        place = {"product": other.product, "rank": other.rank, "of": other.of, "first": other.first}
        text = f"{text} {language.text('rank.other', **place)}"
    if form not in SENTENCES or not isinstance(found, Rank) or found.rank > SUPERLATIVES:
        return text
    if found.claim is Claim.WITHIN_NOISE and found.rival is not None:
        return f"{text} {language.text(f'rank.near.{_measure(found)}', **facts)}"
    if found.claim is Claim.PRELIMINARY and found.rank == 1:
        return f"{text} {language.text('rank.preliminary')}"
    return text


def _bears(form: str, found: Rank | Record) -> str:
    """The end of a message's name: what is claimed of a record or of a first place, else the place."""
    if form in SENTENCES and isinstance(found, Rank):
        place = "first" if found.rank == 1 else "nth" if found.rank <= SUPERLATIVES else "far"
        return f"joint.{place}" if found.tied else place
    if not form.startswith("title"):
        return found.claim.value
    if found.claim in {Claim.TIE, Claim.WITHIN_NOISE}:
        return f"{found.claim.value}.preliminary" if _measure(found) == "preliminary" else found.claim.value
    return found.claim.value


def _measure(found: Rank | Record) -> str:
    """Whether a distance is held against the agreement of final values or against the revisions of preliminary ones."""
    return "preliminary" if found.noise > FLOOR else "final"


def _facts(form: str, found: Rank | Record, language: Language) -> dict[str, Any]:
    """What the messages name: the place, the days of a record, and the rivals, one by one."""
    final = _measure(found) == "final"
    facts: dict[str, Any] = {"noise": language.size(found.noise, FINE if final else EXACT)}
    if isinstance(found, Rank):
        rivals = [str(year) for year in found.tied_with[:NAMED]] or [str(found.rival)] * (found.rival is not None)
        facts |= {"rank": found.rank, "of": found.of, "ordinal": language.ordinal(found.rank)}
        if found.rival_rank is not None:
            which = "rank.rival.first" if found.rival_rank == 1 else "rank.rival"
            ordinal = language.ordinal(found.rival_rank)
            facts["rival"] = language.text(which, ordinal=ordinal, year=found.rival)
    else:
        rivals = []
        if found.rival:
            day = found.rival.date
            rivals = [f"{language.date_short(day)} {day.year}" if form.startswith("label") else language.date_long(day)]
        facts |= {"peak": peak(found, language), "days": days_of(found, language)}
    return facts | {"others": language.list(rivals)}


def peak(record: Record, language: Language) -> str:
    """The days of a record as a label: ``22–23 Jul 2024``."""
    days = record.days or (record.date,)
    if days[-1] - days[0] == dt.timedelta(days=len(days) - 1):
        return f"{language.date_range(days[0], days[-1])} {record.date.year}"
    return f"{language.list([language.date_short(day) for day in days[:NAMED]])} {record.date.year}"


def days_of(record: Record, language: Language, *, year: bool = True) -> str:
    """The same in a sentence: ``22 and 23 July 2024``."""
    *first, last = (record.days or (record.date,))[-NAMED:]
    near = [str(day.day) if day.month == last.month else language.date_day(day) for day in first]
    return language.list([*near, language.date_long(last) if year else language.date_day(last)])


def seen_from(record: Record, day: dt.date, value: float) -> Record | None:
    """The record as a day has a part in it: its own, or another year's that it comes near; None where it has none."""
    if day == record.date or day in record.days:
        return replace(record, date=day, value=value)
    if day not in record.tied_with:
        return None
    level = round(abs(record.value - value), 9) < LEVEL
    held = Reading(record.date, record.value)
    return replace(
        record, date=day, value=value, days=(day,), rival=held, claim=Claim.TIE if level else Claim.WITHIN_NOISE
    )


def begun(run: Run, study: Study, language: Language) -> str:
    """The first day of a run, which may have begun in a gap before it."""
    day = language.date_long(run.first)
    known = study.series.value(run.first - dt.timedelta(days=1)) is not None
    return day if known else language.text("streak.open", day=day)

"""Records, streaks and the holders of the calendar as rows of text."""

from __future__ import annotations

from itertools import zip_longest

from climtrack.cli.cells import (
    DASH,
    Rows,
    listed,
    run_cells,
    why,
)
from climtrack.reporter.language import Language
from climtrack.vocabulary.findings import (
    Record,
    Unknown,
)
from climtrack.vocabulary.results import Study

SHOWN_HOLDERS = 8


def record_rows(study: Study, language: Language) -> Rows:
    """The three records."""
    found, say = study.findings.records, language.text
    years = study.baseline.label if study.baseline else ""
    rows: Rows = []
    for name, record, sign in (
        (say("cell.record.day"), found.warmest_day, False),
        (say("cell.record.date"), found.warmest_for_date, False),
        (say("cell.record.anomaly", years=years), found.largest_anomaly, True),
    ):
        if isinstance(record, Unknown):
            rows.append((name, DASH, why(record.why, language), "", "", "", ""))
            continue
        rows.append(
            (
                name,
                _value(record.value, sign, language),
                str(record.date),
                say(f"claim.{record.claim.value}"),
                _before(record, sign, language),
                "" if record.previous is None else language.difference(record.margin, 3),
                listed(record.tied_with, language),
            )
        )
    return rows


def _value(value: float, sign: bool, language: Language) -> str:
    """A record's value, to the thousandth."""
    return language.difference(value, 3) if sign else language.temperature(value, 3)


def _before(record: Record, sign: bool, language: Language) -> str:
    """What an earlier year had."""
    if record.previous is None:
        return language.text("cell.record.none")
    value = _value(record.previous.value, sign, language)
    return language.text("cell.on", value=value, date=record.previous.date)


def streak_rows(study: Study, language: Language) -> Rows:
    """The ledger of runs."""
    found, say = study.findings.streaks, language.text
    days = study.findings.records.days
    rows: Rows = [
        (say("cell.streak.record.now"), *run_cells(found.record_days, language)),
        (say("cell.streak.record.longest"), *run_cells(found.longest_record_days, language)),
        (say("cell.streak.above.year"), *run_cells(found.above_last_year, language)),
        (say("cell.streak.below.year"), *run_cells(found.below_last_year, language)),
        (say("cell.streak.above.average"), *run_cells(found.above_average, language)),
    ]
    name = say("cell.streak.days", year=study.year)
    ends = (str(days[0]), str(days[-1])) if days else ("", "")
    rows.append((name, language.count(len(days)), *ends))
    if found.last_record is not None and found.days_since_record is not None:
        since = language.count(found.days_since_record)
        rows.append((say("cell.streak.since"), since, str(found.last_record), str(study.series.end)))
    if found.next_milestone is not None:
        rows.append((say("cell.streak.next"), language.count(found.next_milestone), "", ""))
    return rows


def holder_rows(study: Study, language: Language) -> Rows:
    """Who holds the calendar."""
    say = language.text
    warm, cold = study.findings.records.warm_holders, study.findings.records.cold_holders
    top = zip_longest(warm[:SHOWN_HOLDERS], cold[:SHOWN_HOLDERS])
    rows: Rows = [
        (
            str(i + 1),
            *(say("cell.holder", year=one.year, days=say("days", one.days)) if one else "" for one in pair),
        )
        for i, pair in enumerate(top)
    ]
    others = [sum(one.days for one in side[SHOWN_HOLDERS:]) for side in (warm, cold)]
    return [*rows, (say("cell.others"), *(say("days", days) for days in others))]

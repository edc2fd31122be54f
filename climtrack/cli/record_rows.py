"""Records, streaks and the holders of the calendar as rows of text."""

from __future__ import annotations

from itertools import zip_longest

from climtrack.cli.cells import (
    CLAIMS,
    Rows,
    listed,
    number,
    run_cells,
    signed,
)
from climtrack.vocabulary.findings import (
    Record,
    Unknown,
)
from climtrack.vocabulary.results import Study

SHOWN_HOLDERS = 8


def record_rows(study: Study) -> Rows:
    """
    The three records.

    Parameters
    ----------
    study : Study
        What is known.

    Returns
    -------
    list of tuple of str
        Record, value, date, claim, previous, margin, days level with it.
    """
    found = study.findings.records
    rows: Rows = []
    for name, record, sign in (
        ("warmest day of all", found.warmest_day, False),
        ("warmest for the date", found.warmest_for_date, False),
        (f"largest anomaly, {study.baseline}", found.largest_anomaly, True),
    ):
        if isinstance(record, Unknown):
            rows.append((name, "–", record.why, "", "", "", ""))
            continue
        rows.append(
            (
                name,
                signed(record.value, 3) if sign else f"{number(record.value, 3)} °C",
                str(record.date),
                CLAIMS[record.claim],
                _before(record, sign),
                "" if record.previous is None else signed(record.margin, 3),
                listed(record.tied_with),
            )
        )
    return rows


def _before(record: Record, sign: bool) -> str:
    """What an earlier year had."""
    if record.previous is None:
        return "no earlier year"
    value = signed(record.previous.value, 3) if sign else f"{number(record.previous.value, 3)} °C"
    return f"{value} on {record.previous.date}"


def streak_rows(study: Study) -> Rows:
    """
    The ledger of runs.

    Parameters
    ----------
    study : Study
        What is known.

    Returns
    -------
    list of tuple of str
        Streak, days, first and last day.
    """
    found = study.findings.streaks
    records = study.findings.records
    rows: Rows = [
        ("record days in a row, now", *run_cells(found.record_days)),
        ("record days in a row, longest", *run_cells(found.longest_record_days)),
        ("above last year, now", *run_cells(found.above_last_year)),
        ("below last year, now", *run_cells(found.below_last_year)),
        ("above average, now", *run_cells(found.above_average)),
    ]
    if records.days:
        rows.append(
            (f"record days of {study.year}", str(len(records.days)), str(records.days[0]), str(records.days[-1]))
        )
    else:
        rows.append((f"record days of {study.year}", "0", "", ""))
    if found.last_record is not None:
        rows.append(
            ("since the last record day", str(found.days_since_record), str(found.last_record), str(study.series.end))
        )
    if found.next_milestone is not None:
        rows.append(("next milestone", str(found.next_milestone), "", ""))
    return rows


def holder_rows(study: Study) -> Rows:
    """
    Who holds the calendar.

    Parameters
    ----------
    study : Study
        What is known.

    Returns
    -------
    list of tuple of str
        Place; year and days of the warmest and of the coldest, at most eight, then all others.
    """
    warm, cold = study.findings.records.warm_holders, study.findings.records.cold_holders
    top = zip_longest(warm[:SHOWN_HOLDERS], cold[:SHOWN_HOLDERS])
    rows: Rows = [
        (str(i + 1), *(f"{one.year}: {one.days} days" if one else "" for one in pair)) for i, pair in enumerate(top)
    ]
    others = [sum(one.days for one in side[SHOWN_HOLDERS:]) for side in (warm, cold)]
    return [*rows, ("all other years", *(f"{days} days" for days in others))]

"""What changed between two issues of a newsletter: new days, revised days, moves in rank, streaks begun and ended."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from climtrack.publisher.texts import Texts
from climtrack.vocabulary.findings import Rank, Run, Streaks
from climtrack.vocabulary.results import Study
from climtrack.vocabulary.series import Series, Status

#: Streaks that are told of, by name in `Streaks`.
TOLD = ("record_days", "below_last_year", "above_last_year", "above_average")


@dataclass(frozen=True, slots=True)
class StreakMove:
    """A streak that goes on, began or ended; `run` is as it is now, or as it was when it last was told of."""

    name: str
    move: str
    run: Run


@dataclass(frozen=True, slots=True)
class Changes:
    """One series, between two days."""

    since: dt.date  # Last day of the data that are compared with
    new: Run | None  # Days that came since; `days` counts those with a value
    finalised: int  # Days that were preliminary then and are final now
    revised: int  # Days known then whose value is another now
    largest: float  # Largest of these revisions, degC, without its sign
    # Place of the year so far, then and now; None where either is not known or the year is another
    rank: tuple[Rank, Rank] | None
    streaks: tuple[StreakMove, ...]
    watched: bool = True  # Whether revisions would have been seen: False where nothing was stored at the last issue
    issue: dt.date | None = None  # Day of the last issue; None where it is not known what was stored then


def changes(before: Study, now: Study, *, watched: bool = True, issue: dt.date | None = None) -> Changes:
    """Compare what is known with what was known."""
    old, new = before.series, now.series
    revised, largest, finalised = _revisions(old, new)
    places = (before.findings.ranks.year_to_date, now.findings.ranks.year_to_date)
    then, today = places
    same_year = isinstance(then, Rank) and isinstance(today, Rank) and then.last.year == today.last.year
    return Changes(
        old.end,
        _new_days(old.end, new),
        finalised,
        revised,
        largest,
        (then, today) if same_year and isinstance(then, Rank) and isinstance(today, Rank) else None,
        _streaks(before.findings.streaks, now.findings.streaks),
        watched,
        issue,
    )


def _new_days(end: dt.date, series: Series) -> Run | None:
    """Days with a value behind the last one known then."""
    if series.end <= end:
        return None
    first = series.index(end + dt.timedelta(days=1)) or 0
    known = int(np.count_nonzero(~np.isnan(series.values[first:])))
    return Run(end + dt.timedelta(days=1), series.end, known)


def _revisions(old: Series, new: Series) -> tuple[int, float, int]:
    """Days whose value moved, by how much at most, and days that became final."""
    first = max(old.start, new.start)
    days = (min(old.end, new.end) - first).days + 1
    if days <= 0:
        return 0, 0.0, 0
    there, here = (first - old.start).days, (first - new.start).days
    then, now = old.values[there : there + days], new.values[here : here + days]
    moved = np.abs(now - then)
    # Half a thousandth: less is not a revision but the way a number was written.
    revised = np.nan_to_num(moved, nan=0.0) > 0.0005
    settled = (old.status[there : there + days] == Status.PRELIMINARY) & (
        new.status[here : here + days] == Status.FINAL
    )
    return int(revised.sum()), float(moved[revised].max(initial=0.0)), int(settled.sum())


def _streaks(before: Streaks, now: Streaks) -> tuple[StreakMove, ...]:
    """Each streak that was running then or is running now."""
    found = []
    for name in TOLD:
        then, today = getattr(before, name), getattr(now, name)
        if today is not None and then is not None and today.first == then.first:
            found.append(StreakMove(name, "goes_on", today))
            continue
        if then is not None:
            found.append(StreakMove(name, "ended", then))
        if today is not None:
            found.append(StreakMove(name, "began", today))
    return tuple(found)


def heading(found: Changes, ui: Texts) -> str:
    """What the changes are counted from: the last issue and the data it had, or these data alone."""
    if found.issue is None:
        return ui["changes"].format(date=ui.day(found.since))
    return ui["changes_issue"].format(issue=ui.day(found.issue), date=ui.day(found.since))


def sentences(found: Changes, ui: Texts) -> tuple[str, ...]:
    """The changes in words."""
    said = []
    if found.new is None:
        said.append(ui["changes_no_new_days"])
    elif found.new.first == found.new.last:
        said.append(ui["changes_new_day"].format(first=ui.day(found.new.first)))
    else:
        said.append(
            ui["changes_new_days"].format(n=found.new.days, first=ui.day(found.new.first), last=ui.day(found.new.last))
        )
    if found.revised:
        key = "changes_revised_one" if found.revised == 1 else "changes_revised"
        said.append(ui[key].format(n=found.revised, most=ui.degrees(found.largest)))
    else:
        said.append(ui["changes_not_revised" if found.watched else "changes_unwatched"])
    if found.finalised:
        key = "changes_final_one" if found.finalised == 1 else "changes_final"
        said.append(ui[key].format(n=found.finalised))
    if found.rank:
        then, today = found.rank
        key = "changes_rank_same" if then.rank == today.rank else "changes_rank"
        said.append(ui[key].format(rank=today.rank, of=today.of, before=then.rank, date=ui.day(then.last)))
    for streak in found.streaks:
        run, name = streak.run, ui[f"streak_{streak.name}"]
        one = "_one" if run.days == 1 else ""
        said.append(
            ui[f"streak_{streak.move}{one}"].format(
                name=name, days=run.days, first=ui.day(run.first), last=ui.day(run.last)
            )
        )
    return tuple(said)

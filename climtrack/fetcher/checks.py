"""
Is this the series we know? Trust is comparison with what is held.

A payload is accepted or refused as a whole, never repaired value by value. The limits come from measurements of the
real feeds (RELIABILITY.md §1.3): largest revision of a final value 0.05 °C, of a preliminary one 0.34 °C (Gulf of
Maine, whose days differ by up to 2 °C). What needs nothing held is in `soundness`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from climtrack.errors import ConfigError
from climtrack.fetcher import soundness
from climtrack.fetcher.soundness import ACCEPT, days, refuse, runs, span
from climtrack.fetcher.syntax import LATER, REPORT
from climtrack.vocabulary.counting import counted
from climtrack.vocabulary.series import Floats, Series, Status

#: degC by which a final value may change.
REVISION = 0.06
#: Times the largest day-to-day step ever by which a preliminary value may change; the real ones reach 0.7.
PRELIMINARY = 2.0
#: Newest days by which a copy may be shorter than ours: a mirror or cache that lags.
SHORTER = 4
#: Held days that a new copy may lack, in how many gaps: an outage, not a missing month nor a storm; ours stay.
LACKING, LACKING_GAPS = 20, 3
#: Newest days that are looked at for values dated one day too early or too late.
TAIL = 60


def check(
    new: Series,
    held: Series | None,
    *,
    today: dt.date,
    accept: bool = False,
    only: frozenset[dt.date] = frozenset(),
    levels: tuple[float, float] | None = None,
) -> tuple[str, ...]:
    """Decide whether a downloaded series may take the place of the held one."""
    held = _counted(new, held)
    if accept and only:
        check(_without(new, held, only), held, today=today, levels=levels)
    if held is not None:
        _source(new, held)
    soundness.future(new, today)
    soundness.levels(new, held, accept=accept, believed=levels)
    if held is None:
        notes = soundness.gaps(new, accept=accept)
    else:
        notes = (*_age(new, held, accept), *_lacking(new, held, accept), *_past(new, held, accept))
    if not accept:
        soundness.steps(new, held)
        soundness.precision(new)
        soundness.climatology(new)
    return notes


def _without(new: Series, held: Series | None, named: frozenset[dt.date]) -> Series:
    """The series with the named days as if nothing were odd about them: as held, else between their neighbours."""
    there = [i for day in named if (i := new.index(day)) is not None and not np.isnan(new.values[i])]
    if len(there) < len(named):
        strange = min(named - {new.start + dt.timedelta(days=i) for i in there})
        raise ConfigError(f"{new.key.label}: there is no value on {strange}", "Name days that it has with --date")
    values = new.values.copy()
    values[there] = np.nan
    known = np.flatnonzero(~np.isnan(values))
    if not known.size:
        raise ConfigError(f"{new.key.label}: all its days were named", "Leave --date away to accept the whole of it")
    values[there] = np.round(np.interp(there, known, values[known]), soundness.DECIMALS)
    if held is not None:
        for i in there:
            j = held.index(new.start + dt.timedelta(days=i))
            if j is not None and not np.isnan(held.values[j]):
                values[i] = held.values[j]
    return replace(new, values=values)


def is_older(new: Series, held: Series | None) -> bool:
    """Whether a downloaded copy ends before the held one and has nothing final that the held one lacks."""
    held = _counted(new, held)
    return held is not None and new.end < held.end and _last_final(new) <= _last_final(held)


def _counted(new: Series, held: Series | None) -> Series | None:
    """What is held, if it counts: the sample is nothing beside real data."""
    return None if held is not None and held.source.simulated and not new.source.simulated else held


def _source(new: Series, held: Series) -> None:
    """The product must be the one that is held: two products are never joined."""
    if new.source.simulated and not held.source.simulated:
        refuse("received simulated data in place of real ones", "Check base_urls and CLIMTRACK_BASE_URL")
    before, after = held.source.data_source, new.source.data_source
    if before and after and before.casefold() != after.casefold():
        refuse(f'the data now come from "{after[:24]}" instead of "{before[:24]}"', REPORT)


def _age(new: Series, held: Series, accept: bool) -> list[str]:
    """A copy from yesterday's cache is harmless; one that is weeks old is a fault."""
    short = (held.end - new.end).days
    if short <= 0:
        return []
    if short > SHORTER and not accept:
        unknown = next((note for note in new.source.notes if note.startswith("unknown row")), "")
        if unknown and held.preliminary.any() and not new.preliminary.any():
            refuse(f'the format changed (no row "Preliminary"; {unknown[:40]})', REPORT)
        refuse(f"the copy is {counted(short, 'day')} older than ours", LATER)
    return ["the server sent a slightly older copy; keeping ours"]


def _lacking(new: Series, held: Series, accept: bool) -> list[str]:
    """Held days that the new copy lacks, up to its end; and gaps in what it adds."""
    notes: list[str] = []
    values = _on_dates_of(held, new, new.values)
    lost = ~np.isnan(held.values) & np.isnan(values) & (held.dates <= np.datetime64(new.end, "D"))
    count = int(lost.sum())
    if (count > LACKING or runs(lost) > LACKING_GAPS) and not accept:
        refuse(f"{days(count)} that we hold {'is' if count == 1 else 'are'} missing ({span(held, lost)})", LATER)
    if count:
        notes.append(f"{days(count)} missing in the new copy ({span(held, lost)}); ours are kept")
    added = np.isnan(new.values) & (new.dates > np.datetime64(held.end, "D"))
    if added.any():
        notes.append(f"{days(int(added.sum()))} missing ({span(new, added)})")
    return notes


def _past(new: Series, held: Series, accept: bool) -> list[str]:
    """Revisions: small ones are normal, of preliminary values up to the size of the weather itself."""
    notes: list[str] = []
    values = _on_dates_of(held, new, new.values)
    change = np.nan_to_num(np.abs(values - held.values))
    if not accept:
        _shifted(values, held)
    # a slightly older copy still calls preliminary what is final here
    final = (held.status == Status.FINAL) & (_on_dates_of(held, new, new.status) == Status.FINAL)
    steps = np.abs(np.diff(held.values))
    largest = float(np.nanmax(steps)) if np.isfinite(steps).any() else 0.0
    for chosen, limit, kind in (
        (final, REVISION, "past"),
        (~final, max(REVISION, PRELIMINARY * largest), "preliminary"),
    ):
        changed = chosen & (change > 5e-7)
        if not changed.any():
            continue
        worst = float(change[changed].max())
        if worst > limit + 1e-6 and not accept:
            day = held.start + dt.timedelta(days=int(np.argmax(np.where(changed, change, 0))))
            refuse(f"past values changed by up to {worst:.2f} °C ({day})", ACCEPT)
        count = int(changed.sum())
        notes.append(f"{count:,} {kind} value{'s' * (count > 1)} revised, at most {worst:.3f} °C")
    return notes


def _shifted(values: Floats, held: Series) -> None:
    """Newest values that are the held ones of the day before or after: the days were counted wrongly."""
    new, old = values[-TAIL:], held.values[-TAIL:]
    if new.size < TAIL:
        return
    for late, mine, theirs in (("late", old[:-1], new[1:]), ("early", old[1:], new[:-1])):
        moved = (mine == theirs) & (new[1:] != old[1:])
        if int(moved[~np.isnan(theirs)].sum()) >= 8:
            refuse(f"the newest values are dated a day {late}", REPORT)


def _on_dates_of(held: Series, new: Series, rows: npt.NDArray[np.generic]) -> Floats:
    """Rows of the new series on the days of the held one, NaN where there are none."""
    found = np.full(held.values.size, np.nan)
    offset = (new.start - held.start).days
    begin, stop = max(offset, 0), min(offset + rows.size, held.values.size)
    if begin < stop:
        found[begin:stop] = rows[begin - offset : stop - offset]
    return found


def _last_final(series: Series) -> dt.date:
    """Last final day; the day before the first where none is."""
    final = np.flatnonzero(series.status == Status.FINAL)
    return series.start + dt.timedelta(days=int(final[-1]) if final.size else -1)

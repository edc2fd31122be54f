"""
Is this the series we know? Trust is comparison with what is held.

A payload is accepted or refused as a whole, never repaired value by value. The limits come from measurements of the
real feeds (RELIABILITY.md §1.3): largest revision of a final value 0.05 °C, of a preliminary one 0.34 °C (Gulf of
Maine, whose days differ by up to 2 °C). What needs nothing held is in `soundness`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import NoReturn

import numpy as np
import numpy.typing as npt

from climtrack.errors import ConfigError, SourceChanged
from climtrack.fetcher.reanalyzer import LATER, REPORT
from climtrack.vocabulary import calendar
from climtrack.vocabulary.notice import counted
from climtrack.vocabulary.registry import VARIABLES
from climtrack.vocabulary.series import Floats, Series, Status, year_table

# Can this be true at all? What a downloaded series must be by itself, whoever holds what.
#
# Each function refuses the whole series by raising `SourceChanged`, or lets it pass. The limits come from the real
# feeds (RELIABILITY.md §1.3): largest step in 85 years 0.216 °C (world air), no value repeated on more than 4 days at
# three decimals and 15 at two, climatology rows always inside the range of their years.


#: degC beyond the range of the held series that a new value may reach.
MARGIN = 3.0
#: Times the largest day-to-day step ever (of a first download: the step that one day in a thousand exceeds).
STEPS = 3.0
#: Days and separate gaps that a first download may lack inside the years that it has.
FIRST_LACKING, FIRST_GAPS = 92, 12
#: Days on which one value may repeat, at three decimals and at fewer.
REPEATS, REPEATS_COARSE = 10, 30
#: Decimals that the source has always given.
DECIMALS = 2
#: Years that a climatology row is held against, at least.
YEARS = 5
ACCEPT = "If true: `climtrack accept`"


def refuse(what: str, remedy: str) -> NoReturn:
    """Refuse the whole payload."""
    raise SourceChanged(what, remedy)


def future(new: Series, today: dt.date) -> None:
    """No value can be known before its day has come."""
    ahead = (new.end - today).days
    if ahead > 0:
        count = int((~np.isnan(new.values[-ahead:])).sum())
        refuse(
            f"{count:,} value{'s' * (count > 1)} in the future (to {new.end}; this computer's clock says {today})",
            "Set the clock, or report it",
        )


def check_levels(new: Series, held: Series | None, *, accept: bool, believed: tuple[float, float] | None) -> None:
    """Kelvin, sentinels, another region: values where this series has never been."""
    possible = VARIABLES[new.key.variable].plausible
    low, high = believed or possible
    known = f"believable here is {low:.1f}...{high:.1f}"
    if held is not None:
        reached = float(np.nanmin(held.values)), float(np.nanmax(held.values))
        low, high = reached[0] - MARGIN, reached[1] + MARGIN
        known = f"this series has never left {reached[0]:.1f}...{reached[1]:.1f}"
    if accept:
        (low, high), known = possible, f"possible is {possible[0]:.0f}...{possible[1]:.0f}"
    _odd(new, (new.values < low) | (new.values > high), known)


def steps(new: Series, held: Series | None) -> None:
    """A spike: a step from one day to the next several times larger than any before."""
    moved = np.abs(np.diff(new.values))
    before = moved if held is None else np.abs(np.diff(held.values))
    before = before[~np.isnan(before)]
    if before.size < 365:
        return
    usual = float(np.quantile(before, 0.999)) if held is None else float(before.max())
    # exactly zero is what programs write for nothing: it has to be reached by a step that has been seen
    limit = np.where((new.values[1:] == 0) | (new.values[:-1] == 0), 1.0, STEPS) * max(usual, 0.05)
    wide = np.concatenate([[False], moved > limit])
    spikes = wide & np.append(wide[1:], False)
    wide[1:] &= ~spikes[:-1]  # the way back from a spike: the day after it is as it should be
    _odd(new, wide, f"day to day this series moves {usual:.2f} at most")


def precision(new: Series) -> None:
    """Values rounded more than ever before, or that stand still: a sentinel, a filled gap, a frozen instrument."""
    known = new.values[~np.isnan(new.values)]
    if known.size < 30:
        return  # too few to tell rounding from chance
    scaled = known * 10 ** (DECIMALS - 1)
    if np.abs(scaled - np.round(scaled)).max() < 1e-6:
        refuse(f"the values have fewer than {DECIMALS} decimals", REPORT)
    scaled = known * 10**DECIMALS
    coarse = np.abs(scaled - np.round(scaled)).max() < 1e-6
    same = np.concatenate([[False], np.diff(new.values) == 0, [False]])
    starts = np.flatnonzero(~same)
    lengths = np.diff(starts)
    allowed = np.where(new.values[starts[:-1]] == 0, 1, REPEATS_COARSE if coarse else REPEATS)
    worst = int((lengths - allowed).argmax())
    if lengths[worst] > allowed[worst]:
        i = int(starts[worst])
        day = new.start + dt.timedelta(days=i)
        refuse(f"the value {new.values[i]:g} °C is repeated for {lengths[worst]} days from {day}", ACCEPT)


def gaps(new: Series, *, accept: bool) -> tuple[str, ...]:
    """A first download with holes: whole years may be absent, a storm of empty days may not."""
    empty = np.isnan(new.values)
    years = calendar.year_of(new.dates)
    for year in np.unique(years[empty]):
        whole = years == year
        if empty[whole].all():
            empty[whole] = False
    count = int(empty.sum())
    if not count:
        return ()
    holes = runs(empty)
    if not accept and (count > FIRST_LACKING or holes > FIRST_GAPS):
        refuse(f"{count:,} days are missing in the middle, in {counted(holes, 'gap')}", LATER)
    return (f"{days(count)} missing ({span(new, empty)})",)


def climatology(new: Series) -> None:
    """The provider's own averages must lie within the range of the years that they are averages of."""
    rows = {name: row for name, row in new.site_climatology.items() if name[0].isdigit()}
    if not rows or new.values.size < YEARS * 366:
        return
    table = year_table(new, "slot").values
    seen = ~np.isnan(table).all(axis=0)
    low, high = np.nanmin(table[:, seen], axis=0), np.nanmax(table[:, seen], axis=0)
    for name, row in rows.items():
        beyond = np.fmax(low - row[seen], row[seen] - high)
        if np.nanmax(np.append(beyond, -np.inf)) > MARGIN / 2:
            refuse(f'the row "{name}" is not an average of these years', REPORT)


def runs(chosen: npt.NDArray[np.bool_]) -> int:
    """Number of separate stretches."""
    return int((np.diff(np.concatenate([[False], chosen]).astype(int)) == 1).sum())


def days(count: int) -> str:
    return f"{count:,} day{'s' if count != 1 else ''}"


def span(series: Series, chosen: npt.NDArray[np.bool_]) -> str:
    """First and last of some days."""
    first, last = (series.start + dt.timedelta(days=int(np.flatnonzero(chosen)[i])) for i in (0, -1))
    return f"{first}" if first == last else f"{first} to {last}"


def _odd(series: Series, wrong: npt.NDArray[np.bool_], known: str) -> None:
    """Refuse a series some of whose values look wrong."""
    count = int(wrong.sum())
    if count:
        i = int(np.flatnonzero(wrong)[-1])
        day, value = series.start + dt.timedelta(days=i), float(series.values[i])
        reads = f"{value:.1f}" if abs(value) < 1e5 else f"{value:.0e}"
        looks = "value looks" if count == 1 else "values look"
        refuse(f"{count:,} {looks} wrong ({day}: {reads} °C, {known})", ACCEPT)


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
    future(new, today)
    check_levels(new, held, accept=accept, believed=levels)
    if held is None:
        notes = gaps(new, accept=accept)
    else:
        notes = (*_age(new, held, accept), *_lacking(new, held, accept), *_past(new, held, accept))
    if not accept:
        steps(new, held)
        precision(new)
        climatology(new)
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
    values[there] = np.round(np.interp(there, known, values[known]), DECIMALS)
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

"""
Is this the series we know? Trust is comparison with what is held.

A payload is accepted or refused as a whole, never repaired value by value. The limits come from measurements of the
real feeds (RELIABILITY.md §1.3): largest step in 85 years 0.216 °C (world air), largest revision of a final value
0.05 °C, of a preliminary one 0.34 °C (Gulf of Maine, whose days differ by up to 2 °C).
"""

from __future__ import annotations

import datetime as dt
from typing import NoReturn

import numpy as np
import numpy.typing as npt

from climtrack.errors import SourceChanged
from climtrack.fetcher.syntax import LATER, REPORT
from climtrack.vocabulary import calendar
from climtrack.vocabulary.series import Floats, Series, Status
from climtrack.vocabulary.variables import VARIABLES

#: degC beyond the range of the held series that a new value may reach.
MARGIN = 3.0
#: Times the largest day-to-day step ever (of a first download: the step that one day in a thousand exceeds).
STEPS = 3.0
#: degC by which a final value may change.
REVISION = 0.06
#: Times the largest day-to-day step ever by which a preliminary value may change; the real ones reach 0.7.
PRELIMINARY = 2.0
#: Newest days by which a copy may be shorter than ours: a mirror or cache that lags.
SHORTER = 4
#: Held days that a new copy may lack; ours stay.
LACKING = 31
#: Days and separate gaps that a first download may lack inside the years that it has.
FIRST_LACKING, FIRST_GAPS = 92, 12
#: Days on which one value may repeat; the real feeds reach 3 (air) and 11 (sea, two decimals).
REPEATS = 30
_ACCEPT = "If true: `climtrack accept`"


def check(
    new: Series,
    held: Series | None,
    *,
    today: dt.date,
    accept: bool = False,
    levels: tuple[float, float] | None = None,
) -> tuple[str, ...]:
    """
    Decide whether a downloaded series may take the place of the held one.

    Parameters
    ----------
    new : Series
        What was downloaded, degC.
    held : Series or None
        What the store holds; None at the first download. A simulated one counts as none.
    today : date
        The day by this computer's clock, in UTC.
    accept : bool, default False
        A person has looked: let a changed past, missing days, an older copy and unusual values through once. Dates
        in the future, another source and impossible temperatures are refused all the same.
    levels : tuple of float, optional
        Lowest and highest value in degC to believe at the first download; the variable's own limits by default.

    Returns
    -------
    tuple of str
        What was unusual but acceptable, one sentence each without a full stop.

    Raises
    ------
    SourceChanged
        If the series is not to be trusted; says why and what to do.
    """
    notes: list[str] = []
    held = _counted(new, held)
    _source(new, held)
    _future(new, today)
    _range(new, held, accept, levels)
    if held is None:
        _gaps(new, accept, notes)
    else:
        _age(new, held, accept, notes)
        _lacking(new, held, accept, notes)
        _past(new, held, accept, notes)
    if not accept:
        _steps(new, held)
        _repeats(new)
    return tuple(notes)


def is_older(new: Series, held: Series | None) -> bool:
    """
    Whether a downloaded copy ends before the held one and has nothing final that the held one lacks.

    Parameters
    ----------
    new : Series
        What was downloaded.
    held : Series or None
        What the store holds.

    Returns
    -------
    bool
        True where the held series should simply stay.
    """
    held = _counted(new, held)
    return held is not None and new.end < held.end and _last_final(new) <= _last_final(held)


def _counted(new: Series, held: Series | None) -> Series | None:
    """What is held, if it counts: the sample is nothing beside real data."""
    return None if held is not None and held.source.simulated and not new.source.simulated else held


def _refuse(what: str, remedy: str) -> NoReturn:
    """Refuse the whole payload."""
    raise SourceChanged(what, remedy)


def _source(new: Series, held: Series | None) -> None:
    """The product must be the one that is held: two products are never joined."""
    if held is None:
        return
    if new.source.simulated and not held.source.simulated:
        _refuse("received simulated data in place of real ones", "Check base_urls and CLIMTRACK_BASE_URL")
    before, after = held.source.data_source, new.source.data_source
    if before and after and before.casefold() != after.casefold():
        _refuse(
            f'the data now come from "{after[:24]}" instead of "{before[:24]}"',
            REPORT,
        )


def _future(new: Series, today: dt.date) -> None:
    """No value can be known before its day has come."""
    ahead = (new.end - today).days
    if ahead > 0:
        count = int((~np.isnan(new.values[-ahead:])).sum())
        _refuse(
            f"{count:,} value{'s' * (count > 1)} in the future (to {new.end}; this computer's clock says {today})",
            "Set the clock, or report it",
        )


def _range(new: Series, held: Series | None, accept: bool, levels: tuple[float, float] | None) -> None:
    """Kelvin, sentinels, another region: values where this series has never been."""
    possible = VARIABLES[new.key.variable].plausible
    low, high = levels or possible
    known = f"believable here is {low:.1f}...{high:.1f}"
    if held is not None:
        reached = float(np.nanmin(held.values)), float(np.nanmax(held.values))
        low, high = reached[0] - MARGIN, reached[1] + MARGIN
        known = f"this series has never left {reached[0]:.1f}...{reached[1]:.1f}"
    if accept:
        (low, high), known = possible, f"possible is {possible[0]:.0f}...{possible[1]:.0f}"
    _odd(new, (new.values < low) | (new.values > high), known)


def _steps(new: Series, held: Series | None) -> None:
    """A spike: a step from one day to the next several times larger than any before."""
    steps = np.abs(np.diff(new.values))
    before = steps if held is None else np.abs(np.diff(held.values))
    before = before[~np.isnan(before)]
    if before.size < 365:
        return
    usual = float(np.quantile(before, 0.999)) if held is None else float(before.max())
    # exactly zero is what programs write for nothing: it has to be reached by a step that has been seen
    limit = np.where((new.values[1:] == 0) | (new.values[:-1] == 0), 1.0, STEPS) * max(usual, 0.05)
    wide = np.concatenate([[False], steps > limit])
    _odd(new, wide, f"day to day this series moves {usual:.2f} at most")


def _repeats(new: Series) -> None:
    """A value that stands still: a sentinel, a filled gap, a frozen instrument."""
    same = np.concatenate([[False], np.diff(new.values) == 0, [False]])
    edges = np.flatnonzero(~same)
    lengths = np.diff(edges)
    zero = new.values[edges[:-1]] == 0.0
    worst = lengths + np.where(zero, REPEATS - 1, 0)
    if worst.size and worst.max() > REPEATS:
        i = int(edges[:-1][worst.argmax()])
        day, count = new.start + dt.timedelta(days=i), int(lengths[worst.argmax()])
        _refuse(f"the value {new.values[i]:g} °C is repeated for {count} days from {day}", _ACCEPT)


def _gaps(new: Series, accept: bool, notes: list[str]) -> None:
    """A first download with holes: whole years may be absent, a storm of empty days may not."""
    empty = np.isnan(new.values)
    years = calendar.year_of(new.dates)
    for year in np.unique(years[empty]):
        whole = years == year
        if empty[whole].all():
            empty[whole] = False
    count = int(empty.sum())
    if not count:
        return
    runs = int((np.diff(empty.astype(int)) == 1).sum())
    if not accept and (count > FIRST_LACKING or runs > FIRST_GAPS):
        _refuse(f"{count:,} days are missing in the middle, in {runs} gaps", LATER)
    notes.append(f"{_days(count)} missing ({_span(new, empty)})")


def _age(new: Series, held: Series, accept: bool, notes: list[str]) -> None:
    """A copy from yesterday's cache is harmless; one that is weeks old is a fault."""
    short = (held.end - new.end).days
    if short <= 0:
        return
    unknown = next((note for note in new.source.notes if note.startswith("unknown row")), "")
    if short > SHORTER and not accept:
        if unknown and held.preliminary.any() and not new.preliminary.any():
            _refuse(
                f'the format changed (no row "Preliminary"; {unknown[:40]})',
                REPORT,
            )
        _refuse(f"the copy is {short} days older than ours", LATER)
    notes.append("the server sent a slightly older copy; keeping ours")


def _lacking(new: Series, held: Series, accept: bool, notes: list[str]) -> None:
    """Held days that the new copy lacks, up to its end; and gaps in what it adds."""
    values = _on_dates_of(held, new, new.values)
    lost = ~np.isnan(held.values) & np.isnan(values) & (held.dates <= np.datetime64(new.end, "D"))
    count = int(lost.sum())
    if count > LACKING and not accept:
        _refuse(f"{count:,} days that we hold are missing ({_span(held, lost)})", LATER)
    if count:
        notes.append(f"{_days(count)} missing in the new copy ({_span(held, lost)}); ours are kept")
    added = np.isnan(new.values) & (new.dates > np.datetime64(held.end, "D"))
    if added.any():
        notes.append(f"{_days(int(added.sum()))} missing ({_span(new, added)})")


def _past(new: Series, held: Series, accept: bool, notes: list[str]) -> None:
    """Revisions: small ones are normal, of preliminary values up to the size of the weather itself."""
    change = np.nan_to_num(np.abs(_on_dates_of(held, new, new.values) - held.values))
    # a slightly older copy still calls preliminary what is final here
    final = (held.status == Status.FINAL) & (_on_dates_of(held, new, new.status) == Status.FINAL)
    steps = np.abs(np.diff(held.values))
    largest = float(np.nanmax(steps)) if np.isfinite(steps).any() else 0.0
    limits = ((final, REVISION), (~final, max(REVISION, PRELIMINARY * largest)))
    for days, limit in limits:
        changed = days & (change > 5e-7)
        if not changed.any():
            continue
        worst = float(change[changed].max())
        if worst > limit + 1e-6 and not accept:
            day = held.start + dt.timedelta(days=int(np.argmax(np.where(changed, change, 0))))
            _refuse(f"past values changed by up to {worst:.2f} °C ({day})", _ACCEPT)
        kind = "past values" if days is final else "preliminary values"
        notes.append(f"{int(changed.sum()):,} {kind} revised, at most {worst:.3f} °C")


def _odd(series: Series, wrong: npt.NDArray[np.bool_], known: str) -> None:
    """Refuse a series some of whose values look wrong."""
    count = int(wrong.sum())
    if count:
        i = int(np.flatnonzero(wrong)[-1])
        day, value = series.start + dt.timedelta(days=i), float(series.values[i])
        reads = f"{value:.1f}" if abs(value) < 1e5 else f"{value:.0e}"
        looks = "value looks" if count == 1 else "values look"
        _refuse(f"{count:,} {looks} wrong ({day}: {reads} °C, {known})", _ACCEPT)


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


def _span(series: Series, days: npt.NDArray[np.bool_]) -> str:
    """First and last of some days."""
    first, last = (series.start + dt.timedelta(days=int(np.flatnonzero(days)[i])) for i in (0, -1))
    return f"{first}" if first == last else f"{first} to {last}"


def _days(count: int) -> str:
    """A count of days."""
    return f"{count:,} day{'s' if count != 1 else ''}"

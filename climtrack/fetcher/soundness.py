"""
Can this be true at all? What a downloaded series must be by itself, whoever holds what.

Each function refuses the whole series by raising `SourceChanged`, or lets it pass. The limits come from the real feeds
(RELIABILITY.md §1.3): largest step in 85 years 0.216 °C (world air), no value repeated on more than 4 days at three
decimals and 15 at two, climatology rows always inside the range of their years.
"""

from __future__ import annotations

import datetime as dt
from typing import NoReturn

import numpy as np
import numpy.typing as npt

from climtrack.errors import SourceChanged
from climtrack.fetcher.syntax import LATER, REPORT
from climtrack.vocabulary import calendar
from climtrack.vocabulary.counting import counted
from climtrack.vocabulary.series import Series
from climtrack.vocabulary.tables import year_table
from climtrack.vocabulary.variables import VARIABLES

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


def levels(new: Series, held: Series | None, *, accept: bool, believed: tuple[float, float] | None) -> None:
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

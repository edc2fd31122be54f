"""
Is this the series we know? Trust is comparison with what is held, and with what can be true at all.

A payload is accepted or refused as a whole, never repaired value by value: each check raises `SourceChanged` or lets it
pass. The limits come from measurements of the real feeds: largest revision of a final value
0.05 °C, of a preliminary one 0.34 °C (Gulf of Maine, whose days differ by up to 2 °C), largest step in 85 years
0.216 °C (world air), no value repeated on more than 4 days at three decimals and 15 at two, climatology rows always
inside the range of their years.

What decides whether a download is the series we hold is its values: those of two products differ on nearly every day,
those of one product on next to none, whatever it is called. Only a first download has nothing but its name.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from climtrack.errors import ConfigError, Notice, SourceChanged
from climtrack.fetcher.reanalyzer import LABELS
from climtrack.vocabulary import calendar
from climtrack.vocabulary.notice import plain
from climtrack.vocabulary.registry import VARIABLES
from climtrack.vocabulary.series import Floats, Series, Status, year_table

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
#: degC by which a final value may change; one of a month, whose stations and ships go on reporting for years.
REVISION, REVISION_MONTHLY = 0.06, 0.25
#: Share of the held final days that a copy of the same product has in common with ours, at least.
SAME = 0.99
#: Times the largest day-to-day step ever by which a preliminary value may change; the real ones reach 0.7.
PRELIMINARY = 2.0
#: Newest days by which a copy may be shorter than ours: a mirror or cache that lags.
SHORTER = 4
#: Held days that a new copy may lack, in how many gaps: an outage, not a missing month nor a storm; ours stay.
LACKING, LACKING_GAPS = 20, 3
#: Newest days that are looked at for values dated one day too early or too late.
TAIL = 60

Days = npt.NDArray[np.bool_]


def check(
    new: Series,
    held: Series | None,
    *,
    today: dt.date,
    accept: bool = False,
    only: frozenset[dt.date] = frozenset(),
    levels: tuple[float, float] | None = None,
    named: bool = True,
) -> tuple[Notice, ...]:
    """Decide whether a downloaded series may take the place of the held one; what is unusual and accepted is noted."""
    held = _comparable(new, held)
    if accept and only:
        check(_without(new, held, only), held, today=today, levels=levels, named=named)
    if held is None and named and not accept:
        _named(new)
    _future(new, today)
    _levels(new, held, accept=accept, believed=levels)
    if held is None:
        notes = _gaps(new, accept=accept)
    else:
        notes = (
            *_source(new, held, accept), *_age(new, held, accept), *_lacking(new, held, accept),
            *_past(new, held, accept),
        )  # fmt: skip
    if not accept:
        _steps(new, held)
        _precision(new)
        _climatology(new)
    return notes


def _without(new: Series, held: Series | None, named: frozenset[dt.date]) -> Series:
    """The series with the named days as if nothing were odd about them: as held, else between their neighbours."""
    where = {day: i for day in named if (i := new.index(day)) is not None and not np.isnan(new.values[i])}
    if strange := min(named - set(where), default=None):
        raise ConfigError("accept.no_value", series=new.key.label, day=strange)
    values, there = new.values.copy(), list(where.values())
    values[there] = np.nan
    known = np.flatnonzero(~np.isnan(values))
    if not known.size:
        raise ConfigError("accept.all_days", series=new.key.label)
    values[there] = np.round(np.interp(there, known, values[known]), DECIMALS)
    if held is not None:
        for day, i in where.items():
            j = held.index(day)
            if j is not None and not np.isnan(held.values[j]):
                values[i] = held.values[j]
    return replace(new, values=values)


def is_older(new: Series, held: Series | None) -> bool:
    """Whether a downloaded copy ends before the held one and has nothing final that the held one lacks."""
    held = _comparable(new, held)
    return held is not None and new.end < held.end and new.last_final <= held.last_final


def _comparable(new: Series, held: Series | None) -> Series | None:
    """What is held, if it counts: the sample is nothing beside real data."""
    return None if held is not None and held.source.simulated and not new.source.simulated else held


def _named(new: Series) -> None:
    """With nothing held, every name that the payload itself gives its source must name the product."""
    called, product = new.source.data_source, new.key.product
    if not all(_letters(product) in _letters(label) for label in called.split(LABELS)):
        raise SourceChanged("fetch.unnamed", found=_quoted(called), expected=product)


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _quoted(label: str, length: int = 24) -> Notice:
    """A name of the source in a sentence, which may be none."""
    return Notice("fetch.label", label=plain(label, length)) if label else Notice("fetch.no_label")


def _source(new: Series, held: Series, accept: bool) -> list[Notice]:
    """Another name for the source is noted if the values are those held: two products are never joined."""
    if new.source.simulated and not held.source.simulated:
        raise SourceChanged("fetch.simulated")
    before, after = held.source.data_source, new.source.data_source
    if before.casefold() == after.casefold():
        return []
    same, both = _alike(new, held)
    if not accept and same < SAME * both:
        raise SourceChanged("fetch.other_source", found=_quoted(after), n=both - same)
    return [Notice("fetch.note.relabelled", before=_quoted(before, 40), after=_quoted(after, 40), n=same)]


def _alike(new: Series, held: Series) -> tuple[int, int]:
    """How many of the days that are final in both have the same value, and how many there are."""
    both = (held.status == Status.FINAL) & (_on_dates_of(held, new, new.status) == Status.FINAL)
    change = np.abs(_on_dates_of(held, new, new.values) - held.values)[both]
    return int((change <= 5e-7).sum()), change.size


def _age(new: Series, held: Series, accept: bool) -> list[Notice]:
    """A copy from yesterday's cache is harmless; one that is weeks old is a fault."""
    short = (held.end - new.end).days
    if short <= 0:
        return []
    if held.key.row(held.end) - held.key.row(new.end) > SHORTER and not accept:
        unknown = next((n for n in new.source.notes if n.id.endswith("unknown_rows")), None)
        if unknown and held.preliminary.any() and not new.preliminary.any():
            raise SourceChanged("fetch.changed", found=Notice("fetch.format.no_preliminary", unknown=unknown))
        raise SourceChanged("fetch.older", n=short)
    return [Notice("fetch.note.older_copy")]


def _lacking(new: Series, held: Series, accept: bool) -> list[Notice]:
    """Held days that the new copy lacks, up to its end; and gaps in what it adds."""
    notes: list[Notice] = []
    values = _on_dates_of(held, new, new.values)
    lost = ~np.isnan(held.values) & np.isnan(values) & (held.dates <= np.datetime64(new.end, "D"))
    count = int(lost.sum())
    if (count > LACKING or _runs(lost) > LACKING_GAPS) and not accept:
        raise SourceChanged("fetch.lost", n=count, span=_span(held, lost))
    if count:
        notes.append(Notice("fetch.note.lacking", n=count, span=_span(held, lost)))
    added = np.isnan(new.values) & (new.dates > np.datetime64(held.end, "D"))
    if added.any():
        notes.append(Notice("fetch.note.missing", n=int(added.sum()), span=_span(new, added)))
    return notes


def _past(new: Series, held: Series, accept: bool) -> list[Notice]:
    """Revisions: small ones are normal, of preliminary values up to the size of the weather itself."""
    notes: list[Notice] = []
    values = _on_dates_of(held, new, new.values)
    change = np.nan_to_num(np.abs(values - held.values))
    if not accept:
        _shifted(values, held)
    # a slightly older copy still calls preliminary what is final here
    final = (held.status == Status.FINAL) & (_on_dates_of(held, new, new.status) == Status.FINAL)
    steps = np.abs(np.diff(held.values))
    largest = float(np.nanmax(steps)) if np.isfinite(steps).any() else 0.0
    for chosen, limit, kind in (
        (final, REVISION_MONTHLY if held.key.monthly else REVISION, "past"),
        (~final, max(REVISION, PRELIMINARY * largest), "preliminary"),
    ):
        changed = chosen & (change > 5e-7)
        if not changed.any():
            continue
        worst = float(change[changed].max())
        if worst > limit + 1e-6 and not accept:
            day = str(held.dates[np.argmax(np.where(changed, change, 0))])
            same, both = _alike(new, held)
            kind = "fetch.past" if kind == "preliminary" or same >= SAME * both else "fetch.other_values"
            raise SourceChanged(kind, worst=worst, day=day, n=both - same)
        notes.append(Notice(f"fetch.note.revised_{kind}", n=int(changed.sum()), worst=worst))
    return notes


def _shifted(values: Floats, held: Series) -> None:
    """Newest values that are the held ones of the day before or after: the days were counted wrongly."""
    new, old = values[-TAIL:], held.values[-TAIL:]
    if new.size < TAIL:
        return
    for late, mine, theirs in (("late", old[:-1], new[1:]), ("early", old[1:], new[:-1])):
        moved = (mine == theirs) & (new[1:] != old[1:])
        if int(moved[~np.isnan(theirs)].sum()) >= 8:
            raise SourceChanged(f"fetch.dated_{late}")


def _on_dates_of(held: Series, new: Series, rows: npt.NDArray[np.generic]) -> Floats:
    """Rows of the new series on the days of the held one, NaN where there are none."""
    found = np.full(held.values.size, np.nan)
    offset = new.first - held.first
    begin, stop = max(offset, 0), min(offset + rows.size, held.values.size)
    if begin < stop:
        found[begin:stop] = rows[begin - offset : stop - offset]
    return found


def _future(new: Series, today: dt.date) -> None:
    """No value can be known before its day has come."""
    ahead = new.dates >= np.datetime64(today + dt.timedelta(days=1), new.key.unit)  # a month is over on its last day
    if ahead.any():
        count = int((~np.isnan(new.values[ahead])).sum())
        raise SourceChanged("fetch.future", n=count, end=str(new.dates[-1]), today=today)


def _levels(new: Series, held: Series | None, *, accept: bool, believed: tuple[float, float] | None) -> None:
    """Kelvin, sentinels, another region: values where this series has never been."""
    possible = VARIABLES[new.key.variable].plausible
    low, high = believed or possible
    known = Notice("fetch.known.believable", low=low, high=high)
    if held is not None:
        reached = float(np.nanmin(held.values)), float(np.nanmax(held.values))
        low, high = reached[0] - MARGIN, reached[1] + MARGIN
        known = Notice("fetch.known.range", low=reached[0], high=reached[1])
    if accept:
        low, high = possible
        known = Notice("fetch.known.possible", low=low, high=high)
    _odd(new, (new.values < low) | (new.values > high), known)


def _steps(new: Series, held: Series | None) -> None:
    """A spike: a step from one day to the next several times larger than any before."""
    moved = np.abs(np.diff(new.values))
    before = moved if held is None else np.abs(np.diff(held.values))
    before = before[~np.isnan(before)]
    if before.size < 365:
        return
    usual = float(np.quantile(before, 0.999)) if held is None else float(before.max())
    # exactly zero is what programs write for nothing: it has to be reached by a step that has been seen
    zero = (new.values == 0) & (not new.key.monthly)
    limit = np.where(zero[1:] | zero[:-1], 1.0, STEPS) * max(usual, 0.05)
    wide = np.concatenate([[False], moved > limit])
    spikes = wide & np.append(wide[1:], False)
    wide[1:] &= ~spikes[:-1]  # the way back from a spike: the day after it is as it should be
    _odd(new, wide, Notice("fetch.known.step", usual=usual))


def _precision(new: Series) -> None:
    """Values rounded more than ever before, or that stand still: a sentinel, a filled gap, a frozen instrument."""
    known = new.values[~np.isnan(new.values)]
    if known.size < 30:
        return  # too few to tell rounding from chance
    scaled = known * 10 ** (DECIMALS - 1)
    if np.abs(scaled - np.round(scaled)).max() < 1e-6:
        raise SourceChanged("fetch.decimals", decimals=DECIMALS)
    scaled = known * 10**DECIMALS
    coarse = np.abs(scaled - np.round(scaled)).max() < 1e-6
    same = np.concatenate([[False], np.diff(new.values) == 0, [False]])
    starts = np.flatnonzero(~same)
    lengths = np.diff(starts)
    zero = (new.values[starts[:-1]] == 0) & (not new.key.monthly)
    allowed = np.where(zero, 1, REPEATS_COARSE if coarse else REPEATS)
    worst = int((lengths - allowed).argmax())
    if lengths[worst] > allowed[worst]:
        i = int(starts[worst])
        day, count = str(new.dates[i]), int(lengths[worst])
        raise SourceChanged("fetch.repeated", value=float(new.values[i]), count=count, day=day)


def _gaps(new: Series, *, accept: bool) -> tuple[Notice, ...]:
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
    holes = _runs(empty)
    if not accept and (count > FIRST_LACKING or holes > FIRST_GAPS):
        raise SourceChanged("fetch.holes", n=holes, count=count)
    return (Notice("fetch.note.missing", n=count, span=_span(new, empty)),)


def _climatology(new: Series) -> None:
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
            raise SourceChanged("fetch.not_average", row=name)


def _runs(chosen: Days) -> int:
    """Number of separate stretches."""
    return int((np.diff(np.concatenate([[False], chosen]).astype(int)) == 1).sum())


def _span(series: Series, chosen: Days) -> Notice | str:
    """First and last of some days."""
    first, last = (str(series.dates[chosen][i]) for i in (0, -1))
    return first if first == last else Notice("fetch.span", first=first, last=last)


def _odd(series: Series, wrong: Days, known: Notice) -> None:
    """Refuse a series some of whose values look wrong."""
    if wrong.any():
        i = int(np.flatnonzero(wrong)[-1])
        day, value = str(series.dates[i]), float(series.values[i])
        shown = Notice("fetch.degrees", value=value) if abs(value) < 1e5 else f"{value:.0e} °C"
        raise SourceChanged("fetch.odd", n=int(wrong.sum()), day=day, value=shown, known=known)

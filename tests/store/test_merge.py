"""Held and new days, day by day."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from climtrack.errors import SeriesError
from climtrack.store.merge import Merged, merge
from climtrack.vocabulary.series import Series, Status, trimmed
from tests.store.build import AIR, NOW, SEA, START, build

NAN = float("nan")
F, P, M = Status.FINAL, Status.PRELIMINARY, Status.MISSING


def day(i: int) -> dt.date:
    """The i-th day of the series made here."""
    return START + dt.timedelta(days=i)


def changed(merged: Merged) -> bool:
    """Whether any day differs from before."""
    return bool(merged.added or merged.revised or merged.finalised)


def test_the_first_copy_is_all_added() -> None:
    """Nothing held: every day is new and nothing is revised."""
    new = build(values=(20.1, NAN, 20.3))
    merged = merge(None, new)
    assert merged.series is new
    assert merged.added == 2
    assert (merged.revised, merged.finalised) == (0, 0)


def test_new_days_are_added_and_final_values_replace_preliminary_ones() -> None:
    """A usual sea refresh: one day final (moved), one final (same), one preliminary day more."""
    held = build(values=(20.1, 20.2, 20.3), preliminary=2)
    new = build(values=(20.1, 20.25, 20.3, 20.4), preliminary=1)
    merged = merge(held, new)
    assert merged.series.values.tolist() == [20.1, 20.25, 20.3, 20.4]
    assert merged.series.status.tolist() == [F, F, F, P]
    assert merged.added == 1
    assert (merged.revised, merged.finalised) == (1, 2)
    assert merged.largest == pytest.approx(0.05)


def test_an_older_copy_never_rewinds() -> None:
    """Values, status and length of the newer state stay, whatever an older copy says."""
    newer = build(values=(20.1, 20.25, 20.3, 20.4), preliminary=1)
    older = build(values=(20.1, 20.2, 20.29), preliminary=2, retrieved=NOW + dt.timedelta(days=1))
    merged = merge(newer, older)
    assert merged.older
    assert not changed(merged)
    assert merged.series.digest == newer.digest
    assert merged.series.source == newer.source


def test_an_older_copy_may_fill_a_gap_and_says_so() -> None:
    """Days that we lack are taken from any copy, with a note in the provenance."""
    held = build(values=(20.1, NAN, 20.3, 20.4))
    merged = merge(held, build(values=(20.1, 20.2, 20.3)))
    assert merged.added == 1
    assert merged.series.values.tolist() == [20.1, 20.2, 20.3, 20.4]
    assert [str(note) for note in merged.series.source.notes] == [
        "some days are from an older copy, retrieved 2024-07-11"
    ]
    assert merged.series.source.etag == held.source.etag


def test_held_days_that_the_new_copy_lacks_stay() -> None:
    """A hole in the new copy is no reason to forget a value."""
    merged = merge(build(values=(20.1, 20.2, 20.3)), build(values=(20.1, NAN, 20.3, 20.4)))
    assert merged.series.values.tolist() == [20.1, 20.2, 20.3, 20.4]


def test_a_final_value_never_becomes_preliminary_again() -> None:
    """Even in a copy that reaches farther."""
    held = build(values=(20.1, 20.2, 20.3))
    new = build(values=(20.1, 20.2, 20.35, 20.4, 20.5), preliminary=3)
    new = replace(new, status=np.array([F, F, P, F, P], dtype=np.int8))
    merged = merge(held, new)
    assert merged.series.values.tolist() == [20.1, 20.2, 20.3, 20.4, 20.5]
    assert merged.series.status.tolist() == [F, F, F, F, P]


def test_a_late_back_fill_before_the_first_day_is_taken() -> None:
    """The series may grow at its beginning too."""
    held = build(values=(20.3, 20.4), start=day(2))
    merged = merge(held, build(values=(20.1, 20.2, 20.3, 20.4)))
    assert merged.added == 2
    assert merged.series.start == day(0)


def test_a_revision_of_final_values_is_taken_and_counted() -> None:
    """A reprocessing that the checks let through replaces the old values."""
    merged = merge(build(values=(20.1, 20.2)), build(values=(20.15, 20.2)))
    assert merged.series.values.tolist() == [20.15, 20.2]
    assert (merged.revised, merged.finalised, merged.largest) == (1, 0, pytest.approx(0.05))


def test_an_accepted_copy_wins_on_every_day_it_has() -> None:
    """A person decided: even a shorter copy overrules, and days it lacks stay, unless it is of another product."""
    merged = merge(build(values=(20.1, 20.2, 20.3)), build(values=(20.1, 21.2)), accept=True)
    assert merged.series.values.tolist() == [20.1, 21.2, 20.3]
    assert merged.revised == 1
    merged = merge(build(values=(20.1, 20.2, 20.3)), build(values=(21.1, 21.2)), accept=True)
    assert merged.series.values.tolist() == [21.1, 21.2]
    assert merged.revised == 2


def test_a_person_may_decide_for_some_days_only() -> None:
    """The named final day is reopened; the other, and what the shorter copy lacks, stay as ever."""
    held = build(values=(20.1, 20.2, 20.3))
    merged = merge(held, build(values=(21.1, 21.2), preliminary=2), accept=True, only=frozenset({day(1)}))
    assert merged.series.values.tolist() == [20.1, 21.2, 20.3]
    assert merged.revised == 1
    assert merged.older


def test_different_series_are_never_spliced() -> None:
    """Neither another key nor simulated days continue a real series."""
    with pytest.raises(SeriesError, match="never spliced"):
        merge(build(SEA), build(AIR))
    with pytest.raises(SeriesError, match="simulated"):
        merge(build(), build(simulated=True))
    real = build(values=(1.0, 2.0))
    assert merge(build(simulated=True), real).series is real


temperatures = st.integers(1900, 2200).map(lambda n: n / 100)
cells = st.tuples(temperatures, st.sampled_from([F, F, P])) | st.just((NAN, M))


@st.composite
def copies(draw: st.DrawFn) -> Series:
    """Any copy of the sea series: gaps, preliminary days anywhere, any first day."""
    rows = draw(st.lists(cells, min_size=1, max_size=12).filter(lambda found: any(s for _, s in found)))
    values = np.array([v for v, _ in rows])
    status = np.array([s for _, s in rows], dtype=np.int8)
    return trimmed(SEA, day(draw(st.integers(0, 6))), values, status, build().source)


@given(copies(), copies())
def test_no_day_is_lost_and_no_value_invented(held: Series, new: Series) -> None:
    """Every day of either is there, with a value of one of the two, and final stays final."""
    merged = merge(held, new)
    for i in range(merged.series.values.size):
        at = merged.series.start + dt.timedelta(days=i)
        known = [v for v in (held.value(at), new.value(at)) if v is not None]
        assert (merged.series.value(at) in known) if known else merged.series.value(at) is None
        was = held.index(at)
        if was is not None and held.status[was] == F:
            assert merged.series.status[i] == F
    assert merged.series.start == min(held.start, new.start)
    assert merged.series.end == max(held.end, new.end)


@given(copies(), copies())
def test_merging_twice_changes_nothing_more(held: Series, new: Series) -> None:
    """The same copy again adds, revises and finalises nothing."""
    once = merge(held, new).series
    assert not changed(merge(once, new))
    assert not changed(merge(once, once))

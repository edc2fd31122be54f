"""Every fault of the payload comes to its own end, and none of them to a wrong value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pytest
from _pytest.mark import ParameterSet

from climtrack.errors import SourceChanged
from climtrack.fetcher.fetch import Answer, fetch
from climtrack.fetcher.reanalyzer import ENDPOINTS
from climtrack.vocabulary.series import Payload, Series, SeriesKey
from tests.faults import ARCTIC, DAYS, FAULTS, NATLAN, WORLD, Copy, Fault, genuine

#: What a message may hold beside series, age and date, so that the whole line stays within 200 characters.
ROOM = 122


class Site:
    """A transport that has one answer."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Payload | None:
        """The answer."""
        return Payload(f"https://example.org/{path}", self.body)


def ask(key: SeriesKey, body: bytes, held: Series | None, today: dt.date) -> Answer:
    """What becomes of a body."""
    now = dt.datetime(today.year, today.month, today.day, 16, tzinfo=dt.UTC)
    return fetch(ENDPOINTS[key], held, transport=Site(body), now=now)


def held_on(key: SeriesKey, today: dt.date) -> Series:
    """The series as it was downloaded on a day."""
    series = ask(key, genuine(key, today), None, today).series
    assert series is not None
    return series


@pytest.fixture(scope="module")
def held() -> dict[tuple[SeriesKey, dt.date], Series]:
    """The held series of every combination."""
    return {(key, day): held_on(key, day) for key in (WORLD, NATLAN, ARCTIC) for day in DAYS}


def combinations() -> Iterator[ParameterSet]:
    """Every fault of every series on every day; one of the twelve in turn by default, all of them in the soak."""
    for i, name in enumerate(FAULTS):
        sea = FAULTS[name].sea_only
        for j, key in enumerate((WORLD, NATLAN, ARCTIC)):
            for k, day in enumerate(DAYS):
                marks = [] if i % len(DAYS) == k and (i % 3 == j or sea) else [pytest.mark.soak]
                if not sea or key.variable == "sst":
                    yield pytest.param(name, key, day, marks=marks, id=f"{name}-{key.region}-{day}")


@pytest.mark.parametrize(("name", "key", "day"), list(combinations()))
def test_fault(name: str, key: SeriesKey, day: dt.date, held: dict[tuple[SeriesKey, dt.date], Series]) -> None:
    """A held series meets tomorrow's copy with one thing wrong in it."""
    fault: Fault = FAULTS[name]
    tomorrow = day + dt.timedelta(days=1)
    mine = held[key, day]
    outcome = ask(key, fault.make(Copy.of(key, tomorrow)), mine, tomorrow)
    if fault.outcome == "refused":
        assert outcome.series is None
        assert isinstance(outcome.error, SourceChanged)
        assert fault.words in outcome.error.what
        line = f"{outcome.error.what}. {outcome.error.remedy}."
        assert outcome.error.remedy
        assert line.isprintable()
        assert len(line) <= ROOM, line
    elif fault.outcome == "kept":
        assert outcome.error is None
        assert outcome.series is None
        assert outcome.unchanged
        assert any(fault.words in str(note) for note in outcome.notes)
    else:
        assert outcome.error is None
        assert outcome.series is not None
        assert outcome.series.end == ask(key, genuine(key, tomorrow), None, tomorrow).series.end  # type: ignore[union-attr]
        assert not fault.words or any(fault.words in str(note) for note in outcome.notes), outcome.notes
        assert all(str(note).isprintable() for note in outcome.notes)
        assert np.nanmin(outcome.series.values) >= np.nanmin(mine.values) - 3
        assert np.nanmax(outcome.series.values) <= np.nanmax(mine.values) + 3


@pytest.mark.parametrize("day", DAYS, ids=str)
@pytest.mark.parametrize("key", ENDPOINTS, ids=str)
def test_no_fault(key: SeriesKey, day: dt.date) -> None:
    """The genuine copies of a day, the next and a month later follow one another without complaint."""
    mine = held_on(key, day)
    for later in (1, 30):
        today = day + dt.timedelta(days=later)
        outcome = ask(key, genuine(key, today), mine, today)
        assert outcome.error is None
        assert outcome.series is not None
        assert outcome.series.end > mine.end
        mine = outcome.series


#: What only the held series can tell, or what a first download may well be.
NEEDS_HELD = {
    "February missing",
    "Preliminary a day late",
    "Preliminary a day early",
    "other region",
    "dated a day late",
    "history moved",
    "one old value moved",
    "year missing",
    "first years missing",
    "newest year missing",
    "two months missing",
    "three weeks older",
    "a year older",
    "Preliminary renamed",
    "another source and its values",
    "other values under the old name",
    "simulated",
}


@pytest.mark.parametrize("key", [pytest.param(ARCTIC, marks=pytest.mark.soak), NATLAN], ids=str)
@pytest.mark.parametrize("name", [n for n, f in FAULTS.items() if f.outcome == "refused" and n not in NEEDS_HELD])
def test_first_download(name: str, key: SeriesKey) -> None:
    """With nothing held, what cannot be this series is refused all the same."""
    fault, today = FAULTS[name], DAYS[0]
    key = NATLAN if fault.sea_only else key  # air has no preliminary row
    assert isinstance(ask(key, fault.make(Copy.of(key, today)), None, today).error, SourceChanged)

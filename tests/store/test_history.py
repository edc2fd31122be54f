"""What was known when, value for value."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from climtrack.errors import SeriesNotFound, StoreDamaged
from climtrack.store.history import History, Known
from climtrack.store.netcdf import Store
from climtrack.vocabulary.series import Series, Status
from tests.store.build import AIR, NOW, SEA, START, build, full

F, P = Status.FINAL, Status.PRELIMINARY
NAN = float("nan")


def put(home: Path, series: Series, days: int) -> Store:
    """One refresh, so many days after the first."""
    store = Store(home)
    with store.writer(NOW + dt.timedelta(days=days)) as writer:
        writer.put(series)
    return store


def three_days(home: Path) -> tuple[Series, Series, Series]:
    """Three refreshes of the sea: one day more each time, the last two days preliminary."""
    states = (
        build(values=(20.1, 20.2, 20.3), preliminary=2, rows=True),
        build(values=(20.1, 20.25, 20.3, 20.4), preliminary=2, rows=True, etag='"e2"'),
        build(values=(20.1, 20.25, 20.3, 20.45, 20.5), preliminary=1, rows=True, etag='"e3"'),
    )
    for i, state in enumerate(states):
        put(home, state, i)
    return states


def test_each_state_is_reproduced_by_date(tmp_path: Path) -> None:
    """Values, status, provenance and climatology rows of then."""
    states = three_days(tmp_path)
    history = Store(tmp_path).history
    for i, state in enumerate(states):
        then = history.known_on(SEA, (NOW + dt.timedelta(days=i)).date())
        assert then.digest == state.digest
        assert then.source == state.source
        np.testing.assert_array_equal(then.site_climatology["1991-2020"], state.site_climatology["1991-2020"])
    assert history.known_on(SEA, NOW + dt.timedelta(hours=23)).digest == states[0].digest
    with pytest.raises(SeriesNotFound, match="nothing was stored by 2024-07-10"):
        history.known_on(SEA, dt.date(2024, 7, 10))
    assert [version.days for version in history.versions(SEA)] == [3, 2, 3]


def test_a_gap_in_what_came_first_is_no_change(tmp_path: Path) -> None:
    """Counted are the days that have a value."""
    put(tmp_path, build(values=(20.1, NAN, NAN, 20.3)), 0)
    assert [version.days for version in Store(tmp_path).history.versions(SEA)] == [2]


def test_a_day_tells_its_story(tmp_path: Path) -> None:
    """First seen preliminary, replaced once by its final value."""
    three_days(tmp_path)
    day, later = START + dt.timedelta(days=1), NOW + dt.timedelta(days=1)
    assert list(Store(tmp_path).history.values(SEA, day)) == [
        Known(day, 20.2, P, NOW, later),
        Known(day, 20.25, F, later, None),
    ]
    assert list(Store(tmp_path).history.values(SEA, dt.date(1999, 1, 1))) == []
    assert len(list(Store(tmp_path).history.values(SEA))) == 8


def test_revision_noise_is_measured_on_days_that_were_watched(tmp_path: Path) -> None:
    """Forty preliminary days become final, 0.02 higher, one 0.06; days final from the first do not count."""
    values = np.full(60, 20.0)
    put(tmp_path, build(values=values, preliminary=40), 0)
    assert Store(tmp_path).revision_noise(SEA) is None
    values[20:] += 0.02
    values[59] += 0.04
    store = put(tmp_path, build(values=values), 1)
    noise = store.revision_noise(SEA)
    assert noise is not None
    assert noise.days == 40
    assert noise.typical == pytest.approx((39 * 0.02 + 0.06) / 40)
    assert noise.largest == pytest.approx(0.06)
    assert noise.origin == "measured here since 2024-07-11"
    assert Store(tmp_path).history.revision_noise(SEA) == noise


def test_a_final_series_is_watched_from_its_second_download_on(tmp_path: Path) -> None:
    """Air days that came after the first download and stayed as they were for a month: noise 0."""
    values = np.full(80, 12.0)
    for i in range(3):
        put(tmp_path, build(AIR, values[: 10 + 35 * i]), 35 * i)
    noise = Store(tmp_path).revision_noise(AIR)
    assert noise is not None
    assert (noise.typical, noise.largest) == (0, 0)
    assert noise.days == 35  # those of the second download; the third's were watched for no time


def test_a_year_of_all_series_stays_small(tmp_path: Path) -> None:
    """60 daily refreshes of a full-length series: scaled to 13 series and a year, under 50 MB."""
    series = full(SEA)
    put(tmp_path, series, 0)
    base = (tmp_path / "history.sqlite").stat().st_size
    for i in range(1, 61):
        put(tmp_path, build(SEA, np.append(series.values, 12 + 0.01 * np.arange(i)), start=series.start, rows=True,
                            preliminary=14, etag=f'"{i}"'), i)  # fmt: skip
    growth = ((tmp_path / "history.sqlite").stat().st_size - base) / 60
    assert 13 * (base + 365 * growth) < 50e6


def test_an_interrupted_commit_is_not_seen_and_is_removed(tmp_path: Path) -> None:
    """Rows written before a manifest that never came belong to nothing."""
    store = put(tmp_path, build(), 0)
    late = build(values=(1.0, 2.0, 3.0, 4.0, 5.0))
    store.history.append({SEA: late}, 2, NOW + dt.timedelta(days=1))
    assert Store(tmp_path).history.at(SEA, 99).digest == build().digest
    put(tmp_path, build(values=(20.1, 20.2, 20.3, 20.4, 20.5)), 2)
    assert [version.generation for version in History(tmp_path).versions(SEA)] == [1, 2]
    assert Store(tmp_path).history.at(SEA, 2).values[-1] == 20.5


@pytest.mark.parametrize("where", [0.02, 0.3, 0.6, 0.9])
def test_a_damaged_history_is_mended_from_its_copy(tmp_path: Path, where: float) -> None:
    """A flipped byte anywhere: never a wrong value; the next refresh brings every state back."""
    states = three_days(tmp_path)
    path = tmp_path / "history.sqlite"
    data = bytearray(path.read_bytes())
    data[int(len(data) * where)] ^= 0xFF
    path.write_bytes(data)
    for i, state in enumerate(states):
        with suppress(StoreDamaged):  # whatever cannot be read is refused; whatever can is right
            assert Store(tmp_path).history.at(SEA, i + 1).digest == state.digest
    put(tmp_path, states[-1], 3)
    for i, state in enumerate(states):
        assert Store(tmp_path).history.at(SEA, i + 1).digest == state.digest


@pytest.mark.parametrize(
    "injury",
    [
        "UPDATE change SET source = CAST(x'7bff7d' AS TEXT)",  # no UTF-8: Python's own complaint, not SQLite's
        "UPDATE change SET seen = 7",
        "UPDATE change SET changes = 'text'",
        "UPDATE attachment SET data = 'text'",
    ],
)
def test_a_column_that_is_not_what_it_was_is_damage(tmp_path: Path, injury: str) -> None:
    """One flipped bit can change a column's text or its type: damage, of which the next refresh knows the remedy."""
    states = three_days(tmp_path)
    with sqlite3.connect(tmp_path / "history.sqlite") as base:
        base.execute(injury)
    base.close()
    with pytest.raises(StoreDamaged, match="is damaged"):
        History(tmp_path, 3).at(SEA, 1)  # as the writer reads, who is to mend it
    assert Store(tmp_path).history.at(SEA, 1).digest == states[0].digest
    with Store(tmp_path).writer(NOW + dt.timedelta(days=9)):
        pass
    assert [Store(tmp_path).history.at(SEA, i + 1).digest for i in range(3)] == [state.digest for state in states]


def test_a_name_that_is_none_is_damage(tmp_path: Path) -> None:
    """Without a manifest the history says which series there are; a name that it cannot mean is damage, not a bug."""
    states = three_days(tmp_path)
    (tmp_path / "manifest.json").unlink()
    for name in ("'oisst,sst,natlan'", "x'00'", "5"):
        with sqlite3.connect(tmp_path / "history.sqlite") as base:
            base.execute(f"UPDATE OR REPLACE change SET series = {name}")
        base.close()
        with pytest.raises(StoreDamaged, match="is damaged"):
            History(tmp_path).manifest()
        assert Store(tmp_path).read(SEA).digest == states[2].digest


def test_a_history_lost_with_its_copy_begins_anew_from_the_series(tmp_path: Path) -> None:
    """What is current is kept; the loss is said."""
    states = three_days(tmp_path)
    for name in ("history.sqlite", "history.backup.sqlite"):
        (tmp_path / name).write_bytes(b"not a base at all" * 100)
    store = Store(tmp_path)
    with store.writer(NOW + dt.timedelta(days=9)) as writer:
        assert writer.notices == (
            "The damaged history was set aside in damaged/ and made anew from its copy and the series.",
        )
    assert store.read(SEA).digest == states[-1].digest
    assert Store(tmp_path).history.at(SEA, 3).digest == states[-1].digest


def test_asking_leaves_nothing_behind(tmp_path: Path) -> None:
    """SQLite's side files go with the last reader."""
    states = three_days(tmp_path)
    assert {p.name for p in tmp_path.glob("history*")} == {"history.sqlite", "history.backup.sqlite"}
    for i, state in enumerate(states):
        assert Store(tmp_path).history.at(SEA, i + 1).digest == state.digest
    assert {p.name for p in tmp_path.glob("history*")} == {"history.sqlite", "history.backup.sqlite"}


def test_the_table_can_be_asked_by_any_sqlite(tmp_path: Path) -> None:
    """The file is an ordinary base in write-ahead mode."""
    three_days(tmp_path)
    base = sqlite3.connect(tmp_path / "history.sqlite")
    assert base.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert base.execute("SELECT COUNT(*), SUM(days) FROM change").fetchone() == (3, 8)
    base.close()


steps = st.lists(
    st.lists(st.sampled_from([NAN, 20.0, 20.1, -0.0, 0.0, 20.123456789012345]), min_size=1, max_size=6).filter(
        lambda found: any(v == v for v in found)
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=40)
@given(steps)
def test_every_state_comes_back_bit_for_bit(tmp_path_factory: pytest.TempPathFactory, found: list[list[float]]) -> None:
    """Whatever the sequence of refreshes, each state equals the store's own at that time."""
    home = tmp_path_factory.mktemp("h")
    seen = {}
    for i, values in enumerate(found):
        known = [j for j, v in enumerate(values) if v == v]
        series = build(values=values[known[0] : known[-1] + 1], start=START + dt.timedelta(days=known[0]))
        store = put(home, series, i)
        seen[store.manifest.generation] = store.read(SEA).values.tobytes()
    for generation, values in seen.items():
        assert Store(home).history.at(SEA, generation).values.tobytes() == values


@pytest.mark.parametrize("how", ["garbage", "gone", "flipped"])
def test_a_damaged_history_is_read_from_its_copy(tmp_path: Path, how: str) -> None:
    """Readers get every state of the history, and one line that names the copy, which stays as it is."""
    states = three_days(tmp_path)
    file = tmp_path / "history.sqlite"
    if how == "gone":
        file.unlink()
    elif how == "garbage":
        file.write_bytes(b"no base at all" * 1000)
    else:
        with sqlite3.connect(file) as base:
            base.execute("UPDATE change SET changes = x'00' WHERE generation = 1")
        base.close()
    before = (tmp_path / "history.backup.sqlite").read_bytes()
    store = Store(tmp_path)
    for i, state in enumerate(states):
        moment = (NOW + dt.timedelta(days=i)).date()
        assert store.history.known_on(SEA, moment).digest == state.digest
        assert Store(tmp_path, known_on=moment).read(SEA).digest == state.digest
    assert len(store.history.versions(SEA)) == 3
    assert [one.value for one in store.history.values(SEA, START + dt.timedelta(days=1))] == [20.2, 20.25]
    (line,) = store.notices
    last = NOW + dt.timedelta(days=2)
    assert f"history.sqlite is damaged; using its copy of {last:%Y-%m-%d %H:%M} UTC, history.backup.sqlite." in line
    assert len(line) <= 200
    assert (tmp_path / "history.backup.sqlite").read_bytes() == before
    assert not list(tmp_path.glob("*backup*-*")), "a reader leaves nothing beside it"
    with Store(tmp_path).writer(NOW + dt.timedelta(days=3)):
        pass
    mended = Store(tmp_path)
    assert mended.history.known_on(SEA, NOW.date()).digest == states[0].digest
    assert mended.notices == ()


def test_where_the_copy_is_damaged_too_the_history_is_named(tmp_path: Path) -> None:
    """An error, and of the right file."""
    three_days(tmp_path)
    for name in ("history.sqlite", "history.backup.sqlite"):
        (tmp_path / name).write_bytes(b"no base at all" * 1000)
    with pytest.raises(StoreDamaged, match=r"history\.sqlite is damaged"):
        Store(tmp_path).history.versions(SEA)

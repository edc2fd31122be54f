"""The store gives back what it took, as of any day, changes at one instant, and notices damage."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from climtrack.errors import (
    Notice,
    SeriesNotFound,
    SourceChanged,
    SourceUnavailable,
    StoreBusy,
    StoreDamaged,
    StoreNewer,
)
from climtrack.store import store as module
from climtrack.store.store import COPY, FILE, FORMAT, Known, Store
from climtrack.vocabulary.findings import Estimate
from climtrack.vocabulary.series import Series, SeriesKey, Status
from tests.store.build import AIR, NOW, SEA, START, build, full

F, P = Status.FINAL, Status.PRELIMINARY
NAN = float("nan")
DAY = dt.timedelta(days=1)


def stored(home: Path, *series: Series, now: dt.datetime = NOW) -> Store:
    """Store with these series committed at once."""
    store = Store(home)
    with store.writer(now) as writer:
        for one in series:
            writer.put(one)
    return store


def said(store: Store) -> list[str]:
    """What a store has to tell, in English."""
    return [str(notice) for notice in store.notices]


def three_days(home: Path) -> tuple[Series, Series, Series]:
    """Three refreshes of the sea: one day more each time, the last two days preliminary."""
    states = (
        build(values=(20.1, 20.2, 20.3), preliminary=2, rows=True),
        build(values=(20.1, 20.25, 20.3, 20.4), preliminary=2, rows=True, etag='"e2"'),
        build(values=(20.1, 20.25, 20.3, 20.45, 20.5), preliminary=1, rows=True, etag='"e3"'),
    )
    for i, state in enumerate(states):
        stored(home, state, now=NOW + i * DAY)
    return states


def test_an_empty_store_has_no_series_and_makes_no_folder(tmp_path: Path) -> None:
    """Reading alone leaves no trace."""
    store = Store(tmp_path / "home")
    assert (store.keys(), store.snapshot, store.notices) == ((), "", ())
    with pytest.raises(SeriesNotFound, match="climtrack fetch"):
        store.read(AIR)
    assert not (tmp_path / "home").exists()


def test_the_order_of_arrival_leaves_no_trace(tmp_path: Path) -> None:
    """Two series downloaded at once: whichever comes first, every file of the store has the same bytes."""
    for home, order in (("one", (build(rows=True), full())), ("other", (full(), build(rows=True)))):
        stored(tmp_path / home, *order)
    one, other = (
        {p.relative_to(h): p.read_bytes() for p in h.rglob("*") if p.is_file()}
        for h in (tmp_path / "one", tmp_path / "other")
    )
    assert one == other
    assert {str(name) for name in one} == {FILE, COPY, ".writer.lock"}
    assert one[Path(FILE)] == one[Path(COPY)]


def test_what_is_put_comes_back_exactly(tmp_path: Path) -> None:
    """Values, gaps, status, provenance and climatology rows, from another instance."""
    odd = Notice("fetch.note.format", found=[Notice("fetch.format.data_text")])
    note = Notice("fetch.note.unknown_rows", n=1, rows=['"outlook"'])
    series = build(
        values=(20.123456789012345, NAN, -1.7, 20.4), preliminary=2, rows=True,
        notes=(Notice("3 σ off"), Notice("a\tb"), note, odd),
        details=MappingProxyType({"files": "a.nc, ñ.nc"}), data_source="evil\x1b[31m\n\ud800", etag="\x00",
    )  # fmt: skip
    stored(tmp_path, series, full())
    found = Store(tmp_path).read(SEA)
    assert found.digest == series.digest
    assert found.source == series.source
    assert list(found.site_climatology) == ["1982-2010", "1991-2020"]
    for name, row in series.site_climatology.items():
        np.testing.assert_array_equal(found.site_climatology[name], row)
    assert Store(tmp_path).read(AIR).digest == full().digest


def test_nothing_is_committed_when_the_writer_fails(tmp_path: Path) -> None:
    """An exception inside leaves the last snapshot, and no file of the attempt."""
    store = stored(tmp_path, build())
    before = sorted(p.name for p in tmp_path.rglob("*"))

    def fail() -> None:
        with store.writer(NOW) as writer:
            writer.put(build(values=(1.0, 2.0, 3.0, 4.0, 5.0)))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert Store(tmp_path).read(SEA).values.size == 4
    assert sorted(p.name for p in tmp_path.rglob("*")) == before


def test_an_open_store_keeps_its_snapshot_while_others_commit(tmp_path: Path) -> None:
    """A reader never sees a mixture, however many commits happen behind its back, or if all its files go."""
    stored(tmp_path, build(), build(AIR))
    reader, snapshot = Store(tmp_path), Store(tmp_path).snapshot
    air = reader.read(AIR)
    for i in range(4):
        more = (20.1, 20.2, 20.3, 20.4, *(21.0 + i,) * (i + 1))
        stored(tmp_path, build(values=more), build(AIR, more), now=NOW + i * DAY)
    shutil.copy(tmp_path / COPY, tmp_path.with_name("kept"))
    shutil.rmtree(tmp_path)
    assert reader.read(SEA).values.size == air.values.size == 4
    assert (reader.snapshot, reader.notices) == (snapshot, ())
    tmp_path.mkdir()
    shutil.copy(tmp_path.with_name("kept"), tmp_path / FILE)
    assert Store(tmp_path).read(SEA).values.size == 8


def test_a_refresh_with_nothing_new_keeps_the_snapshot_and_notes_the_time(tmp_path: Path) -> None:
    """Not modified: same snapshot, later health."""
    before = stored(tmp_path, build())
    with Store(tmp_path).writer(NOW + DAY) as writer:
        writer.put(build())
    store = Store(tmp_path)
    assert (store.snapshot, store.generation) == (before.snapshot, before.generation)
    assert store.health(SEA).checked == NOW + DAY
    assert len(store.versions(SEA)) == 1


def test_a_second_writer_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    """Process and time stand in the message; readers are not disturbed."""
    store = stored(tmp_path, build())
    with store.writer(NOW), pytest.raises(StoreBusy, match=rf"process {os.getpid()}, since 16:42 UTC"):  # noqa: SIM117
        with Store(tmp_path).writer(NOW):
            pass
    with store.writer(NOW):
        assert Store(tmp_path).read(SEA).values.size == 4


def test_a_dead_holder_never_blocks(tmp_path: Path) -> None:
    """The kernel drops the lock of a killed process; its leftovers are cleaned."""
    stored(tmp_path, build())
    code = (
        "import datetime as dt, os, signal, sys; from pathlib import Path\n"
        "from climtrack.store.store import Store\n"
        "home = Path(sys.argv[1])\n"
        "with Store(home).writer(dt.datetime.now(dt.UTC)):\n"
        "    (home / '.climtrack-1-x').write_text('half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert ended.returncode == -9
    with Store(tmp_path).writer(NOW):
        pass
    assert {p.name for p in tmp_path.iterdir()} == {FILE, COPY, ".writer.lock"}


INJURIES = ["flip", "truncate", "empty", "delete", "foreign", "folder"]


def spoil(path: Path, how: str) -> None:
    """Damage a file."""
    data = path.read_bytes()
    path.unlink()
    if how == "foreign":
        path.write_bytes(b"CDF\x01 not ours")
    elif how == "flip":
        middle = len(data) // 2
        path.write_bytes(data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :])
    elif how == "folder":
        path.mkdir()
    elif how != "delete":
        path.write_bytes(data[: len(data) // 2] if how == "truncate" else b"")


@pytest.mark.parametrize("how", INJURIES)
def test_a_damaged_file_is_read_from_its_copy_and_mended(tmp_path: Path, how: str) -> None:
    """Every state and its history come from the copy, with one notice; the next writer sets aside and mends."""
    states = three_days(tmp_path)
    spoil(tmp_path / FILE, how)
    store = Store(tmp_path)
    assert store.read(SEA).digest == states[2].digest
    assert said(store) == [f"{FILE} is damaged or missing; using its copy of 2024-07-13 16:42 UTC"]
    for i, state in enumerate(states):
        assert Store(tmp_path, known_on=NOW + i * DAY).read(SEA).digest == state.digest
    with store.writer(NOW + 3 * DAY):
        pass
    again = Store(tmp_path)
    assert (again.read(SEA).digest, again.notices) == (states[2].digest, ())
    assert len(again.versions(SEA)) == 3
    assert (tmp_path / FILE).read_bytes() == (tmp_path / COPY).read_bytes()
    assert how == "delete" or len(list((tmp_path / "damaged").iterdir())) == 1


@pytest.mark.parametrize("how", INJURIES)
def test_a_damaged_copy_is_made_anew_by_the_next_refresh(tmp_path: Path, how: str) -> None:
    """Although it brings nothing new: what protects must not wait until it is needed."""
    three_days(tmp_path)
    spoil(tmp_path / COPY, how)
    assert Store(tmp_path).notices == ()
    with Store(tmp_path).writer(NOW + 3 * DAY):
        pass
    assert (tmp_path / FILE).read_bytes() == (tmp_path / COPY).read_bytes()


@pytest.mark.parametrize("how", ["truncate", "empty", "foreign", "folder"])
def test_where_nothing_is_left_all_is_fetched_anew(tmp_path: Path, how: str) -> None:
    """Said loudly; what was there is set aside and not deleted."""
    three_days(tmp_path)
    for name in (FILE, COPY):
        spoil(tmp_path / name, how)
    store = Store(tmp_path)
    line = f"{FILE} and its copy are damaged, and nothing in them is whole: all is fetched anew"
    assert (store.keys(), said(store)) == ((), [line]) or how == "truncate"
    stored(tmp_path, build())
    assert (Store(tmp_path).read(SEA).digest, Store(tmp_path).notices) == (build().digest, ())
    assert len(list((tmp_path / "damaged").iterdir())) == 2


def test_of_two_damaged_files_every_whole_row_is_used(tmp_path: Path) -> None:
    """Damaged in different places: all values; in the same: the version before it, and the notice names its time."""
    states = three_days(tmp_path)
    for name, number in ((FILE, 1), (COPY, 2)):
        with closing(sqlite3.connect(tmp_path / name)) as base, base:
            base.execute("UPDATE change SET source = CAST(x'7bff7d' AS TEXT) WHERE number = ?", (number,))
    store = Store(tmp_path)
    assert store.read(SEA).digest == states[2].digest
    assert said(store) == [f"{FILE} and its copy are damaged; using what is whole of both, of 2024-07-13 16:42 UTC"]
    for name in (FILE, COPY):
        with closing(sqlite3.connect(tmp_path / name)) as base, base:
            base.execute("UPDATE change SET days = 'text' WHERE number = 3")
    store = Store(tmp_path)
    assert store.read(SEA).digest == states[1].digest
    assert said(store) == [f"{FILE} and its copy are damaged; using what is whole of both, of 2024-07-12 16:42 UTC"]
    stored(tmp_path, states[2], now=NOW + 4 * DAY)
    again = Store(tmp_path)
    assert (again.read(SEA).digest, again.notices, len(again.versions(SEA))) == (states[2].digest, (), 3)


def newer(home: Path, *, legible: bool) -> dict[str, bytes]:
    """Make a store one of a later climtrack, with fields of its own; give all its files."""
    for name in (FILE, COPY):
        path = home / name
        with closing(sqlite3.connect(path)) as base, base:
            base.execute(f"PRAGMA user_version = {FORMAT + 1}")
            base.execute("CREATE TABLE colour (name TEXT)")
            if not legible:
                base.execute("ALTER TABLE change RENAME TO changes")
        with closing(sqlite3.connect(path)) as base:
            image = base.serialize()
        path.write_bytes(image + hashlib.sha256(image).digest())
    return {str(file): file.read_bytes() for file in home.rglob("*") if file.is_file()}


def test_a_newer_format_is_read_and_untouched(tmp_path: Path) -> None:
    """A store of a later climtrack gives its series and says so; not one file of it is written, made or removed."""
    stored(tmp_path, build())
    before = newer(tmp_path, legible=True)
    store = Store(tmp_path)
    assert store.read(SEA).digest == build().digest
    assert said(store) == [
        "this data folder was written by a newer climtrack (format 3; this one knows 2): it is read and not written"
    ]
    with pytest.raises(StoreNewer, match="newer climtrack"), store.writer(NOW):
        pytest.fail("it may write")
    assert {str(file): file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


@pytest.mark.parametrize("end", ["whole", "of another kind"])
def test_a_newer_format_that_cannot_be_read_is_refused(tmp_path: Path, end: str) -> None:
    """Not taken for damage, which would be mended: a later climtrack may name or check its rows in another way."""
    stored(tmp_path, build())
    newer(tmp_path, legible=False)
    if end != "whole":
        for name in (FILE, COPY):
            (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:-32])
    before = {str(file): file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    with pytest.raises(StoreNewer, match=r"newer climtrack \(format 3; this one knows 2\)"):
        Store(tmp_path)
    assert {str(file): file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


def test_refused_payloads_are_kept_three_a_series_and_failures_remembered(tmp_path: Path) -> None:
    """64 KB of head, hash, reason; the first failure's time stays until the source answers well."""
    store = stored(tmp_path, build(), build(AIR))
    body = b"<html>" + bytes(100_000)
    wrong = SourceChanged("received a web page \ud800", url="https://example.org/a.json", body=body)
    for i in range(5):
        with store.writer(NOW + dt.timedelta(hours=i)) as writer:
            writer.reject(SEA, wrong)
            writer.reject(AIR, wrong)
    with closing(sqlite3.connect(tmp_path / FILE)) as base:
        found = base.execute("SELECT * FROM reject WHERE series = ? ORDER BY refused DESC", (str(SEA),)).fetchall()
    assert len(found) == 3
    sha = hashlib.sha256(body).hexdigest()
    assert found[0][1:] == (
        (NOW + dt.timedelta(hours=4)).isoformat(), "received a web page ?.", "https://example.org/a.json", sha, 100_006,
        body[:65_536],
    )  # fmt: skip
    assert store.health(SEA).failing_since == NOW
    assert store.health(SEA).checked == NOW
    assert Store(tmp_path).health(SEA).error == Notice("received a web page \ud800")
    with store.writer(NOW) as writer:
        writer.reject(SEA, SourceUnavailable("asked to wait", retry_after=60))
    assert Store(tmp_path).health(SEA).not_before == NOW + dt.timedelta(seconds=60)
    with store.writer(NOW) as writer:
        writer.confirm(SEA)
    assert store.health(SEA).error is None


def test_unusual_keys_are_kept(tmp_path: Path) -> None:
    """Text from a configuration never becomes a path."""
    keys = [SeriesKey("x", "t2m", "../../etc"), SeriesKey("x", "t2m", "é" * 300), SeriesKey("x", "sst", "a b")]
    stored(tmp_path, *(build(key) for key in keys))
    assert all(Store(tmp_path).read(key).key == key for key in keys)
    assert {p.name for p in tmp_path.rglob("*")} == {FILE, COPY, ".writer.lock"}


def test_an_earlier_state_can_be_restored(tmp_path: Path) -> None:
    """Undo is a new commit; the history keeps both states."""
    store = stored(tmp_path, build())
    stored(tmp_path, build(values=(20.1, 20.2, 20.3, 20.45, 20.6)), now=NOW + DAY)
    with store.writer(NOW + 2 * DAY) as writer:
        writer.replace(Store(tmp_path, known_on=NOW).read(SEA))
    assert store.read(SEA).digest == build().digest
    assert store.generation == 3
    assert Store(tmp_path, known_on=NOW + DAY).read(SEA).values.size == 5
    assert [one.value for one in store.values(SEA, START + 4 * DAY)] == [20.6, None]


def test_simulated_and_computed_provenance_survives(tmp_path: Path) -> None:
    """The mark SIMULATED is in the file for every later reader."""
    series = build()
    stored(tmp_path, replace(series, source=replace(series.source, simulated=True)))
    assert Store(tmp_path).read(SEA).source.simulated


def test_each_state_is_reproduced_by_date(tmp_path: Path) -> None:
    """Values, status, provenance and climatology rows of then."""
    states = three_days(tmp_path)
    for i, state in enumerate(states):
        then = Store(tmp_path, known_on=(NOW + i * DAY).date()).read(SEA)
        assert then.digest == state.digest
        assert then.source == state.source
        np.testing.assert_array_equal(then.site_climatology["1991-2020"], state.site_climatology["1991-2020"])
    assert Store(tmp_path, known_on=NOW + dt.timedelta(hours=23)).read(SEA).digest == states[0].digest
    with pytest.raises(SeriesNotFound):
        Store(tmp_path, known_on=dt.date(2024, 7, 10)).read(SEA)
    assert [version.days for version in Store(tmp_path).versions(SEA)] == [3, 2, 3]
    assert [version.days for version in Store(tmp_path, known_on=NOW + DAY).versions(SEA)] == [3, 2]


def test_a_snapshot_names_the_state_of_then(tmp_path: Path) -> None:
    """The same name for the same values, whether they are of now or of an earlier day."""
    names = []
    for i, state in enumerate((build(), build(values=(20.1, 20.2, 20.3, 20.5)), build(values=(20.1,)))):
        names.append(stored(tmp_path, state, now=NOW + i * DAY).snapshot)
    assert len(names[0]) == 16
    assert names[0] != names[1] == names[2]  # an older copy changes nothing
    assert [Store(tmp_path, known_on=NOW + i * DAY).snapshot for i in range(3)] == names


def test_a_gap_in_what_came_first_is_no_change(tmp_path: Path) -> None:
    """Counted are the days that have a value."""
    stored(tmp_path, build(values=(20.1, NAN, NAN, 20.3)))
    assert [version.days for version in Store(tmp_path).versions(SEA)] == [2]


def test_a_day_tells_its_story(tmp_path: Path) -> None:
    """First seen preliminary, replaced once by its final value."""
    three_days(tmp_path)
    day = START + DAY
    assert list(Store(tmp_path).values(SEA, day)) == [
        Known(day, 20.2, P, NOW, NOW + DAY),
        Known(day, 20.25, F, NOW + DAY, None),
    ]
    assert list(Store(tmp_path).values(SEA, dt.date(1999, 1, 1))) == []
    assert list(Store(tmp_path).values(AIR)) == []
    assert len(list(Store(tmp_path).values(SEA))) == 8


def test_revision_noise_is_measured_on_days_that_were_watched(tmp_path: Path) -> None:
    """Forty preliminary days become final, 0.02 higher, one 0.06; days final from the first do not count."""
    values = np.full(60, 20.0)
    values[7] = NAN  # a gap of the first download, filled later, was not watched from its beginning
    stored(tmp_path, build(values=values, preliminary=40))
    assert Store(tmp_path).revision_noise(SEA) is None
    values[7] = 19.0
    values[20:] += 0.02
    values[59] += 0.04
    noise = stored(tmp_path, build(values=values), now=NOW + DAY).revision_noise(SEA)
    assert noise is not None
    assert noise.days == 40
    assert noise.typical == pytest.approx((39 * 0.02 + 0.06) / 40)
    assert noise.largest == pytest.approx(0.06)
    assert noise.origin == Notice("finding.noise_here", since=NOW.date())
    assert Store(tmp_path, known_on=NOW).revision_noise(SEA) is None
    assert Store(tmp_path).revision_noise(AIR) is None


def test_a_final_series_is_watched_from_its_second_download_on(tmp_path: Path) -> None:
    """Air days that came after the first download and stayed as they were for a month: noise 0."""
    values = np.full(80, 12.0)
    for i in range(3):
        stored(tmp_path, build(AIR, values[: 10 + 35 * i]), now=NOW + 35 * i * DAY)
    noise = Store(tmp_path).revision_noise(AIR)
    assert noise is not None
    assert (noise.typical, noise.largest) == (0, 0)
    assert noise.days == 35  # those of the second download; the third's were watched for no time


def test_what_was_expected_stays_as_it_was_first_said(tmp_path: Path) -> None:
    """Once a week of values, never overwritten, known as of a day; whole rows outlive two damaged files."""
    home = tmp_path / "home"
    first = Estimate("outlook", START, START + 7 * DAY, 20.3, 20.1, 20.6, 0.75)
    store = stored(home, build())
    with store.writer(NOW) as writer:
        assert writer.due(SEA, START)
        writer.freeze(SEA, [first, replace(first, kind="year_end", chance=NAN)])
    with store.writer(NOW + DAY) as writer:
        assert not writer.due(SEA, START + 6 * DAY)
        assert writer.due(SEA, START + 7 * DAY)
        writer.freeze(SEA, [replace(first, expected=99.0), replace(first, made=START + 7 * DAY)])
    for known in (store, Store(home)):
        kept = known.estimates(SEA)
        assert kept[:2] == (first, replace(first, made=START + 7 * DAY))
        assert np.isnan(kept[2].chance)
    assert len(Store(home, known_on=NOW.date()).estimates(SEA)) == 2
    assert store.estimates(AIR) == ()
    for name in (FILE, COPY):
        with (home / name).open("r+b") as file:
            file.seek(-40, os.SEEK_END)  # the hash of the file alone
            file.write(b"?")
    assert Store(home).estimates(SEA)[:2] == kept[:2]


def test_a_store_without_estimates_is_given_them(tmp_path: Path) -> None:
    """The first stores of this format had no such table."""
    home = tmp_path / "home"
    stored(home, build())
    data = (home / FILE).read_bytes()
    base = sqlite3.connect(":memory:")
    base.deserialize(data[:-32])
    base.execute("DROP TABLE estimate")
    base.execute("DROP TABLE issue")
    base.execute("DROP TABLE sent")
    image = base.serialize()
    for name in (FILE, COPY):
        (home / name).write_bytes(image + hashlib.sha256(image).digest())
    base.close()
    assert Store(home).estimates(SEA) == ()
    with Store(home).writer(NOW) as writer:
        writer.freeze(SEA, [Estimate("outlook", START, START + 7 * DAY, 20.3, 20.1, 20.6, 0.75)])
        for n in range(6):
            writer.tell(SEA, START + n * DAY, f"kind{n}", START + (n + 6) * DAY)
    assert len(Store(home).estimates(SEA)) == 1
    assert Store(home).told(SEA, START + 5 * DAY) == ("kind1", "kind2", "kind3", "kind4")  # not the issue of the day
    assert Store(home).last_issue(SEA, START + 11 * DAY) == START + 10 * DAY
    assert Store(home).last_issue(SEA, START + 6 * DAY) is None


def test_a_year_of_all_series_stays_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """45 daily refreshes with whole states more often than usual: scaled to 13 series and a year, under 60 MB."""
    monkeypatch.setattr(module, "EVERY", 20)
    series = full(SEA)
    stored(tmp_path, series)
    base = (tmp_path / FILE).stat().st_size
    for i in range(1, 46):
        more = np.append(series.values, 12 + 0.01 * np.arange(i))
        one = build(SEA, more, start=series.start, rows=True, preliminary=14, etag=f'"{i}"')
        stored(tmp_path, one, now=NOW + i * DAY)
    growth = ((tmp_path / FILE).stat().st_size - base) / 45
    assert 13 * (base + 365 * growth) < 60e6
    assert Store(tmp_path).read(SEA).digest == one.digest
    assert Store(tmp_path, known_on=NOW).read(SEA).digest == series.digest


def test_the_file_can_be_asked_by_any_sqlite(tmp_path: Path) -> None:
    """It is an ordinary base; asking leaves nothing beside it."""
    three_days(tmp_path)
    with closing(sqlite3.connect(f"file:{tmp_path / FILE}?mode=ro", uri=True)) as base:
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert base.execute("SELECT COUNT(*), MAX(number) FROM change").fetchone() == (3, 3)
    assert {p.name for p in tmp_path.iterdir()} == {FILE, COPY, ".writer.lock"}


steps = st.lists(
    st.lists(st.sampled_from([NAN, 20.0, 20.1, -0.0, 0.0, 20.123456789012345]), min_size=1, max_size=6).filter(
        lambda found: any(v == v for v in found)
    ),
    min_size=1,
    max_size=7,
)


@settings(max_examples=25)
@given(steps, st.booleans())
def test_every_state_comes_back_bit_for_bit(
    tmp_path_factory: pytest.TempPathFactory, found: list[list[float]], undo: bool
) -> None:
    """Whatever the sequence of refreshes, each state equals the store's own at that time; also around whole states."""
    home = tmp_path_factory.mktemp("h")
    seen = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "EVERY", 2)
        for i, values in enumerate(found):
            known = [j for j, v in enumerate(values) if v == v]
            series = build(values=values[known[0] : known[-1] + 1], start=START + known[0] * DAY)
            store = Store(home)
            with store.writer(NOW + i * DAY) as writer:
                (writer.replace if undo else writer.put)(series)
            seen[i] = store.read(SEA).values.tobytes()
            assert not undo or seen[i] == series.values.tobytes()
    for i, values in seen.items():
        assert Store(home, known_on=NOW + i * DAY).read(SEA).values.tobytes() == values


def test_a_wrong_clock_does_not_tear_a_state_apart(tmp_path: Path) -> None:
    """A commit made in "2036" stands before the next one; what was known then is what had been committed then."""
    stored(tmp_path, build(values=(20.1,)))
    stored(tmp_path, build(values=(20.1, 20.2)), now=NOW + 4000 * DAY)
    stored(tmp_path, build(values=(20.1, 20.2, 20.3)), now=NOW + 2 * DAY)
    assert Store(tmp_path, known_on=NOW + DAY).read(SEA).values.size == 1
    assert Store(tmp_path, known_on=NOW + 2 * DAY).read(SEA).values.size == 3


def test_changes_that_do_not_add_up_are_never_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The digest of the whole is asked after every reading, as against a mistake of ours."""
    three_days(tmp_path)
    store = Store(tmp_path)
    real = module._unpack
    monkeypatch.setattr(module, "_unpack", lambda packed: (*real(packed)[:1], real(packed)[1] + 0.001, real(packed)[2]))
    with pytest.raises(StoreDamaged, match="do not add up"):
        store.read(SEA)


def test_a_new_file_begins_after_so_many_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the past is lost with it: days, values, versions, estimates, health and issues are as without."""
    kept = []
    for name, every in (("one", 60), ("many", 3)):
        monkeypatch.setattr(module, "EVERY", every)
        home = tmp_path / name
        for i in range(11):
            series = build(values=[20 + n / 100 + (n > i) / 1000 for n in range(i + 3)], preliminary=2, rows=i % 4 == 0)
            with Store(home).writer(NOW + i * DAY) as writer:
                writer.put(replace(series, source=replace(series.source, etag=f'"{i}"')))
                if i in (0, 5):
                    writer.put(build(AIR, [10.0 + i, 11.0]), accept=True)
                if writer.due(SEA, START + i * DAY):
                    writer.freeze(SEA, [Estimate("outlook", START + i * DAY, START + 30 * DAY, 20.3, 20.1, 20.6, 0.75)])
        days = [NOW + (i - 0.5) * DAY for i in range(1, 13)]
        then = [Store(home, known_on=day) for day in days]
        kept.append((
            [[one.read(key).digest for key in one] for one in then],
            [tuple(one.read(SEA).site_climatology) for one in then],
            [(list(one.values(SEA)), one.versions(SEA), one.estimates(SEA), one.revision_noise(SEA)) for one in then],
            [Store(home).health(key) for key in Store(home)],
            Store(home).snapshot,
        ))  # fmt: skip
        assert not Store(home).notices
    assert kept[0] == kept[1]
    assert len(list((tmp_path / "many").glob("climtrack.0*.sqlite"))) == 2 * 4
    assert len(list((tmp_path / "one").glob("*.sqlite"))) == 2


def test_damage_of_an_earlier_file_is_said_and_its_copy_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its copy stands in; without both the present is whole; without the present the newest earlier one is used."""
    monkeypatch.setattr(module, "EVERY", 3)
    for i in range(8):
        stored(tmp_path, build(values=[20 + n / 100 for n in range(i + 3)]), now=NOW + i * DAY)
    first, *_, newest = sorted(path for path in tmp_path.glob("climtrack.0*Z.sqlite"))
    spare = first.with_name(f"{first.stem}.copy.sqlite")
    first.write_bytes(first.read_bytes()[:-9])
    then = Store(tmp_path, known_on=NOW + DAY)
    assert then.read(SEA).values.size == 4
    assert said(then) == [f"{first.name} or its copy is damaged: of what was known before, what is whole is used"]
    assert not Store(tmp_path).notices
    spare.unlink()
    first.unlink()
    assert len(Store(tmp_path).versions(SEA)) == 6
    assert Store(tmp_path).read(SEA).values.size == 10
    for name in (FILE, COPY):
        (tmp_path / name).unlink()
    assert Store(tmp_path).read(SEA).values.size == 9
    stored(tmp_path, build(values=[20 + n / 100 for n in range(11)]), now=NOW + 9 * DAY)
    assert Store(tmp_path).read(SEA).values.size == 11
    assert Store(tmp_path, known_on=NOW + 5 * DAY).read(SEA).values.size == 8
    assert newest.is_file()

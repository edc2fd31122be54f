"""Kills, full disks, damage, crowds: the store holds the old state or the new one, and says what is wrong."""

from __future__ import annotations

import datetime as dt
import errno
import itertools
import json
import mmap
import os
import random
import resource
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filelock import FileLock

from climtrack.errors import DiskError, SeriesNotFound, StoreBusy, StoreDamaged, StoreError
from climtrack.files import write_whole
from climtrack.reporter.messages import spanish_line
from climtrack.store import writer
from climtrack.store.netcdf import Store
from climtrack.vocabulary.series import Series
from tests.store.build import AIR, NOW, SEA, build
from tests.store.faults import at_call, dying, in_child, leftovers, raising, sound

DAY = dt.timedelta(days=1)
Record = Callable[[str, object], None]
ERRORS = (
    errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS, errno.EMFILE, errno.EDQUOT, errno.ENOENT, errno.EFBIG,
)  # fmt: skip


def state(i: int) -> tuple[Series, Series]:
    """Both series on the i-th day: one day more each day, so that their lengths tell the day."""
    values = np.round(20 + 0.01 * np.arange(5 + i), 2)
    return build(SEA, values, preliminary=2, rows=True), build(AIR, values)


def refresh(home: Path, i: int) -> Store:
    """The i-th refresh."""
    store = Store(home)
    with store.writer(NOW + i * DAY) as writer:
        for series in state(i):
            writer.put(series)
    return store


def day_of(home: Path) -> int:
    """Which refresh the store shows: the same in both series, exactly, and in the history."""
    store = Store(home)
    found = [store.read(key) for key in (SEA, AIR)]
    day = found[0].values.size - 5
    expected = state(day)
    assert [s.values.tobytes() for s in found] == [s.values.tobytes() for s in expected], "a mixture"
    assert [store.history.at(s.key, store.manifest.generation).digest for s in found] == [s.digest for s in found]
    return day


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Store after its first refresh."""
    refresh(tmp_path, 0)
    return tmp_path


def test_a_kill_at_every_writing_call_leaves_the_old_state_or_the_new(home: Path) -> None:
    """C2: killed before the k-th call, for every k; the next refresh succeeds and cleans up."""
    seen = set()
    for number in itertools.count(1):
        copy = home.with_name(f"{home.name}-{number}")
        shutil.copytree(home, copy)

        def work(copy: Path = copy, number: int = number) -> None:
            with at_call(number, dying):
                refresh(copy, 1)

        code = in_child(work)
        seen.add(day_of(copy))
        if code == 0:
            break
        assert code == -signal.SIGKILL
        refresh(copy, 2)
        assert day_of(copy) == 2
        assert leftovers(copy) == []
        assert sound(copy)
        shutil.rmtree(copy)
    assert seen == {0, 1}
    assert number > 25


def test_a_kill_during_the_very_first_refresh_leaves_an_empty_store_or_a_full_one(tmp_path: Path) -> None:
    """The same before there is anything to fall back on, and no word of damage."""
    for number in itertools.count(1):
        home = tmp_path / str(number)

        def work(home: Path = home, number: int = number) -> None:
            with at_call(number, dying):
                refresh(home, 0)

        code = in_child(work)
        assert Store(home).notices == ()
        assert Store(home).keys() in ((), (AIR, SEA))
        if code == 0:
            break
        assert refresh(home, 1).notices == ()
        assert day_of(home) == 1
        assert leftovers(home) == []


def test_every_writing_call_may_fail_once(home: Path) -> None:
    """C3: one line with file and remedy, the last good state whole, the next refresh fine."""
    errors = itertools.cycle(ERRORS)
    failed = 0
    for number in itertools.count(1):
        copy = home.with_name(f"{home.name}-{number}")
        shutil.copytree(home, copy)
        with at_call(number, raising(next(errors))) as made:
            try:
                refresh(copy, 1)
                problem = None
            except DiskError as error:
                problem = error
        if problem:
            failed += 1
            assert problem.remedy
            assert problem.path is not None
            assert len(str(problem)) <= 200
            assert "\n" not in str(problem)
        assert day_of(copy) in (0, 1)
        refresh(copy, 2)
        assert day_of(copy) == 2
        assert leftovers(copy) == []
        shutil.rmtree(copy)
        if len(made) < number:
            break
    assert failed > 20


def test_a_wish_to_stop_waits_for_a_commit(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C at each file that a commit writes: it is done to its end, then the wish is heard."""

    def told_to_stop(path: Path, data: bytes) -> None:
        signal.raise_signal(signal.SIGINT)
        write_whole(path, data)

    monkeypatch.setattr(writer, "write_whole", told_to_stop)
    with pytest.raises(KeyboardInterrupt):
        refresh(home, 1)
    assert day_of(home) == 1
    assert leftovers(home) == []


def test_a_wish_to_stop_leaves_no_lock_behind(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C at the instant of locking and of unlocking: the same process can lock again, as where it stores anyway."""
    for name in ("acquire", "release"):
        wishes = iter((signal.SIGINT,))
        real = getattr(FileLock, name)

        def told_to_stop(*words: object, wishes: Any = wishes, real: Any = real, **named: object) -> object:
            done = real(*words, **named)
            if not named.get("force"):  # which is the way of locks that are cleared away
                for wish in wishes:
                    signal.raise_signal(wish)
            return done

        with monkeypatch.context() as patch:
            patch.setattr(FileLock, name, told_to_stop)
            with pytest.raises(KeyboardInterrupt) as told:
                refresh(home, 1)
        assert told.value.__traceback__ is not None  # it keeps alive what it met
        refresh(home, 2)


def test_each_rename_follows_a_flush_and_is_followed_by_one_of_the_folder(home: Path, monkeypatch: object) -> None:
    """C4: file flushed, renamed, folder flushed; data before history, history before manifest."""
    events: list[tuple[str, str]] = []
    real = {name: getattr(os, name) for name in ("fsync", "replace")}

    def fsync(handle: int) -> None:
        events.append(("fsync", str(Path(f"/proc/self/fd/{handle}").readlink())))
        real["fsync"](handle)

    def replace(source: object, target: object) -> None:
        events.append(("replace", f"{source}\n{target}"))
        real["replace"](source, target)

    monkeypatch.setattr(os, "fsync", fsync)  # type: ignore[attr-defined]
    monkeypatch.setattr(os, "replace", replace)  # type: ignore[attr-defined]
    refresh(home, 1)
    targets = []
    for i, (what, names) in enumerate(events):
        if what == "replace":
            source, target = names.split("\n")
            assert ("fsync", source) in events[:i]
            assert ("fsync", str(Path(target).parent)) in events[i:]
            targets.append(Path(target).name)
    assert targets[-1] == "manifest.json"
    assert targets[-2] == "history.backup.sqlite"
    assert [name.endswith(".nc") for name in targets[1:-2]] == [True, True]


@pytest.mark.parametrize("limit", [0, 100, 1000, 5000, 20_000])
def test_a_file_size_limit_is_a_message_not_a_signal(home: Path, limit: int) -> None:
    """RLIMIT_FSIZE at any size: exit by our error, state whole, fine again when lifted."""

    def work() -> int:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        try:
            refresh(home, 1)
        except DiskError:
            return 5
        return 0

    before = sorted(p.name for p in (home / "series").iterdir())
    assert in_child(work) == 5
    assert day_of(home) == 0
    assert sorted(p.name for p in (home / "series").iterdir()) == before
    refresh(home, 1)
    assert day_of(home) == 1
    assert leftovers(home) == []


def test_a_file_where_the_folder_belongs_is_named(tmp_path: Path) -> None:
    """Nothing is moved or deleted."""
    (tmp_path / "home").write_text("precious")
    with pytest.raises(DiskError, match="a file stands where a folder belongs"):
        refresh(tmp_path / "home", 0)
    assert (tmp_path / "home").read_text() == "precious"


def test_a_folder_removed_while_running_is_an_error_of_ours(home: Path) -> None:
    """The reader says it, the writer too, and a later refresh begins anew."""
    store = Store(home)

    def work() -> None:
        with store.writer(NOW + DAY) as writer:
            for series in state(1):
                writer.put(series)
            shutil.rmtree(home)

    with pytest.raises(StoreError):
        work()
    with pytest.raises(StoreError):
        store.read(SEA)
    with pytest.raises(SeriesNotFound):
        Store(home).read(SEA)
    refresh(home, 1)
    assert day_of(home) == 1


@pytest.mark.parametrize("name", ["with blanks and ñ 数", "n" * 255, "🌡" * 60])
def test_any_folder_name_will_do(tmp_path: Path, name: str) -> None:
    """Blanks, non-ASCII, the longest name there is."""
    refresh(tmp_path / name, 0)
    assert day_of(tmp_path / name) == 0


@pytest.fixture
def open_home() -> Iterator[Path]:
    """Store in a folder that another user may read."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        refresh(Path(folder), 0)
        yield Path(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs another user to become")
def test_another_user_reads_and_is_told_why_he_cannot_write(open_home: Path) -> None:
    """A folder that is not ours: reading and the history go on, writing is refused with the owner's name."""

    def work() -> int:
        os.setuid(65534)
        if day_of(open_home) != 0:
            return 1
        try:
            refresh(open_home, 1)
        except DiskError as error:
            return 0 if "owner root" in str(error) and "another folder" in error.remedy else 2
        return 3

    before = sorted(p.name for p in open_home.rglob("*"))
    assert in_child(work) == 0
    assert sorted(p.name for p in open_home.rglob("*")) == before


def test_random_kills_never_hurt(home: Path) -> None:
    """C1, small: 25 kills at random instants of refreshes."""
    killed_at_random(home, 25, random.Random(1))


@pytest.mark.soak
def test_a_thousand_random_kills_never_hurt(home: Path) -> None:
    """C1: 1,000 kills of the store's own refresh (a minute)."""
    killed_at_random(home, 1000, random.Random(2))


def killed_at_random(home: Path, kills: int, rng: random.Random) -> None:
    """Refreshes in a child that is killed at a random instant; the state is old or new, then refreshes go on."""
    began = time.perf_counter()
    refresh(home, 1)
    usual, day = time.perf_counter() - began, 1
    for _ in range(kills):
        pid = os.fork()
        if pid == 0:
            try:
                refresh(home, day + 1)
            finally:
                os._exit(0)
        time.sleep(rng.uniform(0, 1.2 * usual))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        found = day_of(home)
        assert found in (day, day + 1)
        day = found
        if rng.random() < 0.3:
            day += 1
            refresh(home, day)
            assert day_of(home) == day
            assert leftovers(home) == []
    refresh(home, day + 1)
    assert leftovers(home) == []
    assert sound(home)


def test_of_two_writers_one_is_told(home: Path) -> None:
    """C6, small: pairs at once; both end, at least one commits, the other is busy or comes after."""
    for pair in range(5):

        def work(pair: int = pair) -> int:
            try:
                refresh(home, pair + 1)
            except StoreBusy as error:
                return 6 if "another refresh is running (process" in str(error) else 1
            return 0

        pids = []
        for _ in range(2):
            pid = os.fork()
            if pid == 0:
                code = 99
                try:
                    code = work()
                finally:
                    os._exit(code)
            pids.append(pid)
        codes = sorted(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids)
        assert codes in ([0, 0], [0, 6])
        assert day_of(home) == pair + 1


def test_readers_never_fail_and_never_see_a_mixture(home: Path) -> None:
    """C7, small: three readers in a loop during thirty refreshes."""
    readers_during(home, readers=3, refreshes=30)


@pytest.mark.soak
def test_many_readers_during_many_refreshes(home: Path, record_property: Record) -> None:
    """C7: eight readers, 80,000 readings in all at the least, during 500 refreshes (10 minutes)."""
    readings = readers_during(home, readers=8, refreshes=500, least=80_000)
    record_property("readings", readings)


def readers_during(home: Path, *, readers: int, refreshes: int, least: int = 0) -> int:
    """Readers loop until a file says stop; each exits 0 if it never failed. How often they have read."""
    pids = []
    tally = mmap.mmap(-1, 8 * readers)
    for number in range(readers):
        pid = os.fork()
        if pid == 0:
            code, count = 1, 0
            try:
                while not (home / "stop").exists() or not count:
                    store = Store(home)
                    lengths = {store.read(key).values.size for key in (SEA, AIR)}
                    assert len(lengths) == 1
                    assert store.notices == ()
                    count += 1
                    tally[8 * number : 8 * number + 8] = count.to_bytes(8, "little")
                code = 0
            finally:
                os._exit(code)
        pids.append(pid)
    try:
        for day in range(1, refreshes + 1):
            refresh(home, day)
            until = time.monotonic() + 60
            while (readings := int(np.frombuffer(tally, dtype="<i8").sum())) < least * day // refreshes:
                assert time.monotonic() < until, "the readers have stopped"
                time.sleep(0.01)
    finally:
        (home / "stop").touch()
        codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
    assert codes == [0] * readers
    return readings


def test_damage_anywhere_is_noticed_before_a_value_is_used(home: Path) -> None:
    """C8, small: 40 random injuries to any single file."""
    injured(home, 40, random.Random(3))


@pytest.mark.soak
def test_two_thousand_injuries_are_noticed(home: Path) -> None:
    """C8: 2,000 of them (4 minutes)."""
    injured(home, 2000, random.Random(4))


def injured(home: Path, times: int, rng: random.Random) -> None:
    """One file flipped, cut, zeroed, deleted or replaced: right values or our error, and the next refresh mends it."""
    for i in range(1, 4):
        refresh(home, i)
    pristine = home.with_name(home.name + "-pristine")
    shutil.copytree(home, pristine)
    foreign = home.with_name("foreign.nc")
    other = home.with_name("other")
    with Store(other).writer(NOW) as writer:
        writer.put(build(SEA, (1.0, 2.0)))
    foreign.write_bytes(next((other / "series").glob("*.nc")).read_bytes())
    files = sorted(p.relative_to(home) for p in home.rglob("*") if p.is_file() and p.suffix != ".lock")
    for _ in range(times):
        path = home / rng.choice(files)
        data = path.read_bytes()
        how = rng.choice(["flip", "cut", "zero", "delete", "folder", "foreign"])
        if how == "flip":
            i = rng.randrange(len(data))
            path.write_bytes(data[:i] + bytes([data[i] ^ (1 << rng.randrange(8))]) + data[i + 1 :])
        elif how == "cut":
            path.write_bytes(data[: rng.randrange(len(data))])
        elif how == "zero":
            i = rng.randrange(len(data))
            path.write_bytes(data[:i] + bytes(min(4096, len(data) - i)) + data[i + 4096 :])
        elif how in {"delete", "folder"}:
            path.unlink()
            if how == "folder":
                path.mkdir()
                (path / "stray").touch()
        else:
            shutil.copy(foreign, path)
        store = Store(home)
        for series in state(3):
            assert store.read(series.key).digest == series.digest, (path.name, how)
        for day, series in itertools.product(range(4), state(0)):
            try:
                then = store.history.at(series.key, day + 1)
            except StoreDamaged:
                assert path.name.startswith("history")
            else:
                assert then.values.size == 5 + day
                assert then.values.tobytes() == state(day)[0].values.tobytes()
        with store.writer(NOW + 9 * DAY):
            pass
        assert day_of(home) == 3, (path.name, how)
        assert Store(home).notices == ()
        for day, series in itertools.product(range(4), state(0)):
            assert Store(home).history.at(series.key, day + 1).values.size == 5 + day, (path.name, how)
        shutil.rmtree(home)
        shutil.copytree(pristine, home)


def broken(path: Path, how: str) -> None:
    """A file of which nothing is left to read, or not the file at all."""
    if how == "zero":
        path.write_bytes(bytes(path.stat().st_size))
        return
    path.unlink()
    if how == "folder":
        path.mkdir()


@pytest.mark.parametrize("how", ["zero", "delete", "folder"])
@pytest.mark.parametrize("copy", [True, False])
def test_without_manifest_and_history_the_rest_is_used(home: Path, how: str, copy: bool) -> None:
    """Values come from the history's copy, or from the series' own files; the next refresh mends all of it."""
    refresh(home, 1)
    for name in ("manifest.json", "history.sqlite", *(() if copy else ("history.backup.sqlite",))):
        broken(home / name, how)
    for _ in range(2):
        store = Store(home)
        (notice,) = store.notices
        assert ("from the history" if copy else "using the series' files") in notice
        assert "está dañado" in spanish_line(notice, "es") or "están dañados" in spanish_line(notice, "es")
        for series in state(1):
            assert store.read(series.key).digest == series.digest
    refresh(home, 2)
    store = Store(home)
    assert (day_of(home), store.notices) == (2, ())
    assert len(store.history.versions(state(0)[0].key)) == (3 if copy else 2)
    if how != "delete":
        assert {path.name.split(".2")[0] for path in (home / "damaged").iterdir()} >= {
            "manifest.json",
            "history.sqlite",
        }


def test_a_store_of_which_nothing_is_left_is_fetched_anew(home: Path) -> None:
    """Said loudly; what was there is set aside and not deleted, and the next state is whole."""
    files = [path for path in home.rglob("*") if path.is_file() and path.suffix != ".lock"]
    for path in files:
        broken(path, "zero")
    store = Store(home)
    assert store.keys() == ()
    assert store.notices == (
        "The store's manifest and history are damaged, and no series' file is whole: all is fetched anew.",
    )
    assert "se descarga todo de nuevo" in spanish_line(store.notices[0], "es")
    refresh(home, 1)
    assert (day_of(home), Store(home).notices) == (1, ())
    aside = {path.name.partition(".2026")[0].partition(".2024")[0] for path in (home / "damaged").iterdir()}
    assert {"manifest.json", "history.sqlite", "history.backup.sqlite"} <= aside


def test_any_of_the_last_thirty_refreshes_can_be_restored(home: Path) -> None:
    """C9: 30 of 30 value-identical."""
    for i in range(1, 31):
        refresh(home, i)
    store = Store(home)
    for i in range(31):
        for series in state(i):
            assert store.history.at(series.key, i + 1).digest == series.digest
    with store.writer(NOW + 40 * DAY) as writer:
        for key in (SEA, AIR):
            writer.restore(key, 8)
    assert day_of(home) == 7


def test_a_holder_that_has_only_just_begun_is_still_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between taking the lock and saying who has it lies a moment, in which another may ask."""
    note = json.dumps({"pid": 4711, "since": NOW.isoformat()})
    monkeypatch.setattr("climtrack.store.lock.time.sleep", lambda _: (tmp_path / ".writer.json").write_text(note))
    held = FileLock(tmp_path / ".writer.lock")
    with held, pytest.raises(StoreBusy, match="process 4711"), Store(tmp_path).writer(NOW):
        pytest.fail("two writers")


def test_a_holder_that_has_only_just_ended_leaves_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It took its name away between our asking for the lock and our asking whose it is."""
    held = FileLock(tmp_path / ".writer.lock")
    held.acquire()
    monkeypatch.setattr("climtrack.store.lock.time.sleep", lambda _: held.release())
    refresh(tmp_path, 0)
    assert day_of(tmp_path) == 0

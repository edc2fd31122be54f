"""Kills, full disks, damage, crowds: the store holds the old state or the new one, and says what is wrong."""

from __future__ import annotations

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
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filelock import FileLock

from climtrack.errors import ClimtrackError, DiskError, SeriesNotFound, StoreBusy, StoreNewer
from climtrack.files import write_whole
from climtrack.store import store as module
from climtrack.store.store import COPY, FILE, Store
from climtrack.vocabulary.series import Series
from tests.store.build import AIR, NOW, SEA, build
from tests.store.faults import at_call, dying, in_child, leftovers, raising, sound
from tests.store.test_store import DAY

Record = Callable[[str, object], None]
ERRORS = (
    errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS, errno.EMFILE, errno.EDQUOT, errno.ENOENT, errno.EFBIG,
)  # fmt: skip


def state(i: int) -> tuple[Series, Series]:
    """Both series on the i-th day: one day more each day, so that their lengths tell the day."""
    values = np.round(20 + 0.01 * np.arange(5 + i), 2)
    return build(SEA, values, preliminary=2, rows=True), build(AIR, values)


def refresh(home: Path, i: int, *, before: Callable[[], object] = lambda: None) -> Store:
    """The i-th refresh, and what is done right before it commits."""
    store = Store(home)
    with store.writer(NOW + i * DAY) as writer:
        for series in state(i):
            writer.put(series)
        before()
    return store


def day_of(home: Path) -> int:
    """Which refresh the store shows: the same in both series, exactly, and in the history."""
    store = Store(home)
    found = [store.read(key) for key in (SEA, AIR)]
    day = found[0].values.size - 5
    expected = state(day)
    assert [s.values.tobytes() for s in found] == [s.values.tobytes() for s in expected], "a mixture"
    assert [s.status.tobytes() for s in found] == [s.status.tobytes() for s in expected], "a mixture"
    assert [store.versions(s.key)[-1].digest for s in found] == [s.digest for s in found]
    return day


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Store after its first refresh."""
    refresh(tmp_path / "home", 0)
    return tmp_path / "home"


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
        assert Store(copy).notices == ()
        if code == 0:
            break
        assert code == -signal.SIGKILL
        refresh(copy, 2)
        assert day_of(copy) == 2
        assert leftovers(copy) == []
        assert sound(copy)
        assert (copy / FILE).read_bytes() == (copy / COPY).read_bytes()
        shutil.rmtree(copy)
    assert seen == {0, 1}
    assert number > 15


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
    assert fails_at_every_call(home, lambda: [next(errors)]) > 12


@pytest.mark.soak
def test_every_writing_call_may_fail_once_in_every_way(home: Path, record_property: Record) -> None:
    """The same with each of eight errors."""
    record_property("failures", fails_at_every_call(home, lambda: ERRORS))


def fails_at_every_call(home: Path, errors: Callable[[], Sequence[int]]) -> int:
    """Each call that writes, refused with these errors; how often that ended in an error."""
    failed = 0
    for number in itertools.count(1):
        for code in errors():
            copy = home.with_name(f"{home.name}-{number}")
            shutil.copytree(home, copy)
            with at_call(number, raising(code)) as made:
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
                assert day_of(copy) == 0 or "is written" in str(problem), str(problem)
            else:
                assert day_of(copy) == 1
            assert Store(copy).notices == ()
            refresh(copy, 2)
            assert day_of(copy) == 2
            assert leftovers(copy) == []
            shutil.rmtree(copy)
        if len(made) < number:
            return failed
    raise AssertionError("it never ends")


def test_ctrl_c_waits_for_a_commit(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At each file that a commit writes: it is done to its end, then the interrupt is raised."""

    def interrupted(path: Path, data: bytes) -> None:
        signal.raise_signal(signal.SIGINT)
        write_whole(path, data)

    monkeypatch.setattr(module, "write_whole", interrupted)
    with pytest.raises(KeyboardInterrupt):
        refresh(home, 1)
    assert day_of(home) == 1
    assert leftovers(home) == []


def test_ctrl_c_leaves_no_lock_behind(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the instant of locking and of unlocking: the same process can lock again, as where it stores anyway."""
    for name in ("acquire", "release"):
        signals = iter((signal.SIGINT,))
        real = getattr(FileLock, name)

        def interrupted(*words: object, signals: Any = signals, real: Any = real, **named: object) -> object:
            done = real(*words, **named)
            if not named.get("force"):  # which is the way of locks that are cleared away
                for one in signals:
                    signal.raise_signal(one)
            return done

        with monkeypatch.context() as patch:
            patch.setattr(FileLock, name, interrupted)
            with pytest.raises(KeyboardInterrupt) as caught:
                refresh(home, 1)
        assert caught.value.__traceback__ is not None  # it keeps alive what it met
        refresh(home, 2)


def test_each_rename_follows_a_flush_and_is_followed_by_one_of_the_folder(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C4: file flushed, renamed, folder flushed; the copy before the file that readers use."""
    events: list[tuple[str, str]] = []
    real = {name: getattr(os, name) for name in ("fsync", "replace")}

    def fsync(handle: int) -> None:
        events.append(("fsync", str(Path(f"/proc/self/fd/{handle}").readlink())))
        real["fsync"](handle)

    def rename(source: object, target: object) -> None:
        events.append(("replace", f"{source}\n{target}"))
        real["replace"](source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", rename)
    refresh(home, 1)
    targets = []
    for i, (what, names) in enumerate(events):
        if what == "replace":
            source, target = names.split("\n")
            assert ("fsync", source) in events[:i]
            assert ("fsync", str(Path(target).parent)) in events[i:]
            targets.append(Path(target).name)
    assert targets == [".writer.json", COPY, FILE]


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

    before = {p.name: p.read_bytes() for p in home.iterdir()}
    assert in_child(work) == 5
    assert day_of(home) == 0
    assert {p.name: p.read_bytes() for p in home.iterdir()} == before
    refresh(home, 1)
    assert day_of(home) == 1
    assert leftovers(home) == []


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("unshare") is None, reason="needs a disk of its own")
@pytest.mark.parametrize("size", [20, 60, 90, 100, 120, 140, 160, 200])
def test_a_small_disk_is_a_message(tmp_path: Path, size: int) -> None:
    """C5: a tmpfs of so many kB: it all fits, or exit by our error with the state before whole and readable."""
    import ctypes

    def work() -> int:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(0x00020000) or libc.mount(None, b"/", None, 1 << 18 | 1 << 14, None):
            return 77
        small = tmp_path / "small"
        small.mkdir()
        if libc.mount(b"none", bytes(small), b"tmpfs", 0, f"size={size}k".encode()):
            return 77
        last = -1
        for i in range(40):
            try:
                refresh(small / "home", 6 * i)
            except DiskError as error:
                if len(str(error)) > 200 or not error.remedy:
                    return 2
                if last >= 0 and (day_of(small / "home") != last or Store(small / "home").notices):
                    return 3
                if leftovers(small / "home"):
                    return 4
                return 5
            last = 6 * i
            if day_of(small / "home") != last:
                return 6
        return 0

    code = in_child(work)
    if code == 77:
        pytest.skip("no disk can be mounted here")
    assert code in (0, 5)


def test_a_file_where_the_folder_belongs_is_named(tmp_path: Path) -> None:
    """Nothing is moved or deleted."""
    (tmp_path / "home").write_text("precious")
    with pytest.raises(DiskError, match="a file stands where a folder belongs"):
        refresh(tmp_path / "home", 0)
    assert (tmp_path / "home").read_text() == "precious"


def test_a_folder_removed_while_running_is_an_error_of_ours(home: Path) -> None:
    """The writer says it, and a later refresh begins anew."""
    store = Store(home)

    def work() -> None:
        with store.writer(NOW + DAY) as writer:
            for series in state(1):
                writer.put(series)
            shutil.rmtree(home)

    with pytest.raises(DiskError):
        work()
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
@pytest.mark.parametrize("copy", [True, False])
def test_another_user_reads_and_is_told_why_he_cannot_write(open_home: Path, copy: bool) -> None:
    """A folder that is not ours: reading goes on, from the copy too, writing is refused with the owner's name."""
    if copy:
        (open_home / FILE).write_bytes(b"damaged")

    def work() -> int:
        os.setuid(65534)
        if day_of(open_home) != 0:
            return 1
        try:
            refresh(open_home, 1)
        except DiskError as error:
            return 0 if "owner root" in str(error) and "another folder" in error.remedy else 2
        return 3

    before = {p.name: p.read_bytes() for p in open_home.iterdir()}
    assert in_child(work) == 0
    assert {p.name: p.read_bytes() for p in open_home.iterdir()} == before


@pytest.mark.skipif(os.geteuid() != 0, reason="needs another user to become")
def test_a_file_that_may_not_be_read_is_named(open_home: Path) -> None:
    """Its owner stands in the line; the copy is not taken for the better one."""
    (open_home / FILE).chmod(0o600)

    def work() -> int:
        os.setuid(65534)
        try:
            Store(open_home)
        except DiskError as error:
            return 0 if "owner root" in str(error) and FILE in str(error) else 2
        return 3

    assert in_child(work) == 0


def test_random_kills_never_hurt(home: Path, record_property: Record) -> None:
    """C1, small: 25 kills at random instants of refreshes."""
    killed_at_random(home, 25, random.Random(1), record_property)


@pytest.mark.soak
def test_a_thousand_random_kills_never_hurt(home: Path, record_property: Record) -> None:
    """C1: 1,000 kills of the store's own refresh (a minute)."""
    killed_at_random(home, 1000, random.Random(2), record_property)


def killed_at_random(home: Path, kills: int, rng: random.Random, record: Record) -> None:
    """A refresh in a child, killed at any instant of it or of its commit; then refreshes go on."""
    times = [time.perf_counter()]
    refresh(home, 1, before=lambda: times.append(time.perf_counter()))
    whole, commit = time.perf_counter() - times[0], time.perf_counter() - times[1]
    day, counts, stage = 1, Counter[str](), mmap.mmap(-1, 1)
    for _ in range(kills):
        stage[0] = 0
        pid = os.fork()
        if pid == 0:
            try:
                refresh(home, day + 1, before=lambda: stage.__setitem__(0, 1))
                stage[0] = 2
            finally:
                os._exit(0)
        if aimed := rng.random() < 0.7:
            until = time.monotonic() + 60
            while not stage[0] and time.monotonic() < until:
                time.sleep(0.0002)
        time.sleep(rng.uniform(0, 1.3 * (commit if aimed else whole)))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        found = day_of(home)
        assert found == day + 1 if stage[0] == 2 else found in (day, day + 1), "a commit reported done was lost"
        assert Store(home).notices == ()
        counts["killed in the commit"] += stage[0] == 1
        counts["reported done" if stage[0] == 2 else "new" if found > day else "old"] += 1
        day = found
        if rng.random() < 0.3:
            day += 1
            refresh(home, day)
            assert day_of(home) == day
            assert leftovers(home) == []
        if day > 60:
            shutil.rmtree(home)
            day = 0
            refresh(home, day)
    refresh(home, day + 1)
    assert leftovers(home) == []
    assert sound(home)
    for name, count in counts.items():
        record(name, count)


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


def test_damage_anywhere_is_noticed_before_a_value_is_used(home: Path, record_property: Record) -> None:
    """C8, small: 40 random injuries."""
    injured(home, 40, random.Random(3), record_property)


@pytest.mark.soak
def test_two_thousand_injuries_are_noticed(home: Path, record_property: Record) -> None:
    """C8: 2,000 of them (5 minutes)."""
    injured(home, 2000, random.Random(4), record_property)


def injure(path: Path, how: str, rng: random.Random, foreign: bytes) -> None:
    """One file flipped, cut, zeroed, deleted or replaced."""
    data = path.read_bytes()
    if how == "flip":
        i = rng.randrange(len(data))
        path.write_bytes(data[:i] + bytes([data[i] ^ (1 << rng.randrange(8))]) + data[i + 1 :])
    elif how == "cut":
        path.write_bytes(data[: rng.randrange(len(data))])
    elif how == "zero":
        i = rng.randrange(len(data))
        path.write_bytes(data[:i] + bytes(min(4096, len(data) - i)) + data[i + 4096 :])
    elif how == "foreign":
        path.write_bytes(foreign)
    else:
        path.unlink()
        if how == "folder":
            path.mkdir()
            (path / "stray").touch()


def injured(home: Path, times: int, rng: random.Random, record: Record) -> None:
    """
    Right values or, where both files are injured, a version before them that is named; the next refresh mends it.

    A third of the injuries are of both files, each in its own way; half happen under an open reader.
    """
    for i in range(1, 30):
        refresh(home, i)
    pristine = home.with_name(home.name + "-pristine")
    shutil.copytree(home, pristine)
    foreign = b"CDF\x01" + rng.randbytes(20_000)
    counts = Counter[str]()
    for _ in range(times):
        reader = Store(home) if rng.random() < 0.5 else None
        names = rng.choice([(FILE,), (COPY,), (FILE, COPY)])
        hows = [rng.choice(["flip", "flip", "cut", "zero", "delete", "folder", "foreign"]) for _ in names]
        for name, how in zip(names, hows, strict=True):
            injure(home / name, how, rng, foreign)
        for side in ("-wal", "-shm", "-journal"):  # a foreign program's: ours neither makes nor reads them
            if rng.random() < 0.2:
                (home / f"{FILE}{side}").write_bytes(rng.randbytes(5000))
        try:
            store = Store(home)
        except StoreNewer:  # one flipped bit in the number of its format, and no other file
            assert len(names) == 2
            counts["refused"] += 1
            shutil.rmtree(home)
            shutil.copytree(pristine, home)
            continue
        whole = (home / FILE).is_file() and module._whole((home / FILE).read_bytes())
        assert bool(store.notices) == (not whole and any((home / name).exists() for name in (FILE, COPY)))
        last = {}
        for series in state(29):
            if series.key not in store:
                assert len(names) == 2
                assert store.notices or hows == ["delete", "delete"]
                last[series.key] = 0
                continue
            found = store.read(series.key)
            day = last[series.key] = found.values.size - 5
            assert found.digest == next(one.digest for one in state(day) if one.key == series.key)
            assert day == 29 or len(names) == 2, (names, hows)
            for earlier in range(0, day + 1, 7):
                then = Store(home, known_on=NOW + earlier * DAY).read(series.key)
                assert then.values.tobytes() == state(earlier)[0].values.tobytes()
        kind = (
            "right" if set(last.values()) == {29} else "earlier, and named" if all(last.values()) else "lost, and named"
        )
        counts[f"{kind} ({'one file' if len(names) == 1 else 'both files'})"] += 1
        if reader:
            assert [reader.read(series.key).digest for series in state(29)] == [series.digest for series in state(29)]
        refresh(home, 30)
        assert (day_of(home), Store(home).notices) == (30, ())
        assert (home / FILE).read_bytes() == (home / COPY).read_bytes()
        if len(names) == 1:
            for earlier in range(30):
                assert Store(home, known_on=NOW + earlier * DAY).read(SEA).values.size == 5 + earlier
        shutil.rmtree(home)
        shutil.copytree(pristine, home)
    for name, count in counts.items():
        record(name, count)


def test_any_of_the_last_thirty_refreshes_can_be_restored(home: Path) -> None:
    """C9: 30 of 30 value-identical."""
    for i in range(1, 31):
        refresh(home, i)
    for i in range(31):
        then = Store(home, known_on=NOW + i * DAY)
        for series in state(i):
            assert then.read(series.key).digest == series.digest
    with Store(home).writer(NOW + 40 * DAY) as writer:
        for key in (SEA, AIR):
            writer.replace(Store(home, known_on=NOW + 7 * DAY).read(key))
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


def test_no_error_but_ours_leaves_a_store_of_random_bytes(tmp_path: Path) -> None:
    """Whatever stands in the place of the file, SQLite's own complaints do not reach the caller."""
    rng = random.Random(5)
    refresh(tmp_path, 0)
    image = (tmp_path / FILE).read_bytes()
    for _ in range(200):
        data = bytearray(image)
        for _ in range(rng.choice([1, 3, 30, 3000])):
            data[rng.randrange(16, len(data))] = rng.randrange(256)
        for name in (FILE, COPY):
            (tmp_path / name).write_bytes(data)
        try:
            store = Store(tmp_path)
        except ClimtrackError:
            continue
        for key in store:
            assert store.read(key).digest in {series.digest for series in state(0)}
        assert store.notices or data == image

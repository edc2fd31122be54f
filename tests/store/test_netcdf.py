"""The store gives back what it took, changes at one instant, and notices damage."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from climtrack.errors import SeriesNotFound, SourceChanged, SourceUnavailable, StoreBusy, StoreDamaged, StoreNewer
from climtrack.store.netcdf import Store
from climtrack.store.rejects import kept
from climtrack.vocabulary.series import SeriesKey
from tests.store.build import AIR, NOW, SEA, build, full

NAN = float("nan")


def stored(home: Path, *series: object, now: dt.datetime = NOW) -> Store:
    """Store with these series committed at once."""
    store = Store(home)
    with store.writer(now) as writer:
        for one in series:
            writer.put(one)  # type: ignore[arg-type]
    return store


def test_an_empty_store_has_no_series_and_makes_no_folder(tmp_path: Path) -> None:
    """Reading alone leaves no trace."""
    store = Store(tmp_path / "home")
    assert store.keys() == ()
    assert store.snapshot == ""
    with pytest.raises(SeriesNotFound, match="climtrack fetch"):
        store.read(AIR)
    assert not (tmp_path / "home").exists()


def test_the_order_of_arrival_leaves_no_trace(tmp_path: Path) -> None:
    """Two series downloaded at once: whichever comes first, every file of the store has the same bytes."""
    for home, order in (("one", (build(rows=True), full())), ("other", (full(), build(rows=True)))):
        stored(tmp_path / home, *order)
    one, other = ({p.relative_to(h): p.read_bytes() for p in h.rglob("*") if p.is_file()} for h in (
        tmp_path / "one", tmp_path / "other"
    ))  # fmt: skip
    assert one == other
    assert len(one) > 4


def test_what_is_put_comes_back_exactly(tmp_path: Path) -> None:
    """Values, gaps, status, provenance and climatology rows, from another instance."""
    series = build(
        values=(20.123456789012345, NAN, -1.7, 20.4), preliminary=2, rows=True, notes=("3 σ off", "a\tb"),
        details=MappingProxyType({"files": "a.nc, ñ.nc"}),
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
    """A reader never sees a mixture, however many commits happen behind its back."""
    stored(tmp_path, build(), build(AIR))
    reader, snapshot = Store(tmp_path), Store(tmp_path).snapshot
    air = reader.read(AIR)
    for i in range(4):
        more = (20.1, 20.2, 20.3, 20.4, *(21.0 + i,) * (i + 1))
        stored(tmp_path, build(values=more), build(AIR, more), now=NOW + dt.timedelta(days=i))
    assert reader.read(SEA).values.size == air.values.size == 4
    assert reader.snapshot == snapshot
    assert reader.notices == ()
    assert Store(tmp_path).read(SEA).values.size == 8
    assert len(list((tmp_path / "series").glob("*.nc"))) <= 4


def test_a_refresh_with_nothing_new_keeps_the_snapshot_and_notes_the_time(tmp_path: Path) -> None:
    """Not modified: same snapshot, later health."""
    snapshot = stored(tmp_path, build()).snapshot
    later = NOW + dt.timedelta(days=1)
    with Store(tmp_path).writer(later) as writer:
        writer.confirm(SEA)
    store = Store(tmp_path)
    assert store.snapshot == snapshot
    assert store.health(SEA).checked == later
    assert store.committed == NOW


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
        "from climtrack.store.netcdf import Store\n"
        "home = Path(sys.argv[1])\n"
        "with Store(home).writer(dt.datetime.now(dt.UTC)):\n"
        "    (home / '.climtrack-1-x').write_text('half'); (home / 'series' / 'left.nc').write_text('half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert ended.returncode == -9
    with Store(tmp_path).writer(NOW):
        pass
    assert [p.name for p in (tmp_path / "series").iterdir()] == [p.name for p in (tmp_path / "series").glob("oisst*")]
    assert not list(tmp_path.glob(".climtrack-*"))


@pytest.mark.parametrize("how", ["flip", "truncate", "empty", "delete", "foreign"])
def test_a_damaged_series_is_read_from_the_history_and_mended(tmp_path: Path, how: str) -> None:
    """Detected before a value is used, named, set aside and made anew by the next writer."""
    series = build(rows=True)
    stored(tmp_path, series, build(AIR))
    spoil(next((tmp_path / "series").glob("oisst*.nc")), how)
    store = Store(tmp_path)
    assert store.read(SEA).digest == series.digest
    assert "stored file damaged; using its copy in the history, data to 2024-06-04" in store.notices[0]
    with store.writer(NOW) as writer:
        assert writer.notices
    again = Store(tmp_path)
    assert again.read(SEA).digest == series.digest
    assert again.notices == ()
    assert how == "delete" or len(list((tmp_path / "damaged").iterdir())) == 1


@pytest.mark.parametrize("how", ["flip", "truncate", "empty", "delete", "foreign"])
def test_a_damaged_manifest_is_rebuilt_from_the_history(tmp_path: Path, how: str) -> None:
    """All series are still read, the damage is named, the next writer mends it."""
    series = build(rows=True)
    stored(tmp_path, series, build(AIR))
    spoil(tmp_path / "manifest.json", how)
    store = Store(tmp_path)
    assert store.keys() == (AIR, SEA)
    assert store.read(SEA).digest == series.digest
    assert "using the version of 2024-07-11 16:42 UTC" in store.notices[0]
    with store.writer(NOW):
        pass
    again = Store(tmp_path)
    assert again.read(SEA).digest == series.digest
    assert again.notices == ()


def test_the_last_good_state_is_named_when_no_copy_is_left(tmp_path: Path) -> None:
    """Series and history both damaged: an error, not a value; the next writer lets it be fetched anew."""
    stored(tmp_path, build(), build(AIR))
    spoil(next((tmp_path / "series").glob("oisst*.nc")), "flip")
    for name in ("history.sqlite", "history.backup.sqlite"):
        spoil(tmp_path / name, "empty")
    store = Store(tmp_path)
    with pytest.raises(StoreDamaged, match="no other copy is left"):
        store.read(SEA)
    with store.writer(NOW) as writer:
        assert writer.held(SEA) is None
        writer.put(build())
    assert Store(tmp_path).read(SEA).digest == build().digest
    assert Store(tmp_path).read(AIR).digest == build(AIR).digest


def newer(home: Path, *, legible: bool) -> dict[str, bytes]:
    """Make a store one of a later climtrack, with fields of its own; give all its files."""
    from climtrack.store import manifest

    path = home / "manifest.json"
    body = json.loads(path.read_text())
    del body["checksum"]
    body["format"] = 2
    for entry in body["series"].values():
        entry["colour"] = "green"
    path.write_text(json.dumps(body | {"checksum": manifest._checksum(body) if legible else "of another kind"}))
    return {str(file): file.read_bytes() for file in home.rglob("*") if file.is_file()}


def test_a_second_copy_of_the_history_that_was_taken_away_is_made_again(tmp_path: Path) -> None:
    """By the next refresh, although it brings nothing new: what protects must not wait until it is needed."""
    store = stored(tmp_path, build())
    (tmp_path / "history.backup.sqlite").unlink()
    with store.writer(NOW) as writer:
        writer.confirm(SEA)
    spoil(tmp_path / "history.sqlite", "empty")
    with store.writer(NOW):
        pass
    assert [one.generation for one in Store(tmp_path).history.versions(SEA)] == [1]


def test_a_newer_format_is_read_and_untouched(tmp_path: Path) -> None:
    """A store of a later climtrack gives its series and says so; not one file of it is written, made or removed."""
    stored(tmp_path, build())
    before = newer(tmp_path, legible=True)
    store = Store(tmp_path)
    assert store.read(SEA).digest == build().digest
    assert store.notices == (
        "this data folder was written by a newer climtrack (format 2; this one knows 1): it is read and not written.",
    )
    with pytest.raises(StoreNewer, match="newer climtrack"), store.writer(NOW):
        pytest.fail("it may write")
    assert {str(file): file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


def test_a_newer_format_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """Not taken for damage, which would be mended: a later climtrack may count its checksum in another way."""
    stored(tmp_path, build())
    before = newer(tmp_path, legible=False)
    with pytest.raises(StoreNewer, match=r"newer climtrack \(format 2; this one knows 1\)"):
        Store(tmp_path)
    assert {str(file): file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


def test_refused_payloads_are_kept_three_a_series_and_failures_remembered(tmp_path: Path) -> None:
    """64 KB of head, hash, reason; the first failure's time stays until the source answers well."""
    store = stored(tmp_path, build())
    body = b"<html>" + bytes(100_000)
    for i in range(5):
        now = NOW + dt.timedelta(hours=i)
        with store.writer(now) as writer:
            writer.reject(SEA, SourceChanged("received a web page", url="https://example.org/a.json", body=body), now)
    found = kept(tmp_path, SEA)
    assert len(found) == 3
    assert found[0].refused == NOW + dt.timedelta(hours=4)
    assert (found[0].size, found[0].path.stat().st_size) == (100_006, 65_536)
    assert store.health(SEA).failing_since == NOW
    assert store.health(SEA).checked == NOW
    with store.writer(NOW) as writer:
        writer.reject(SEA, SourceUnavailable("asked to wait", retry_after=60), NOW)
    assert Store(tmp_path).health(SEA).not_before == NOW + dt.timedelta(seconds=60)
    with store.writer(NOW) as writer:
        writer.confirm(SEA)
    assert store.health(SEA).error == ""


def test_unusual_keys_make_usual_file_names(tmp_path: Path) -> None:
    """Text from a configuration never becomes a path."""
    keys = [SeriesKey("x", "t2m", "../../etc"), SeriesKey("x", "t2m", "é" * 300), SeriesKey("x", "sst", "a b")]
    stored(tmp_path, *(build(key) for key in keys))
    assert all(Store(tmp_path).read(key).key == key for key in keys)
    assert {p.parent for p in tmp_path.rglob("*.nc")} == {tmp_path / "series"}


def test_an_earlier_state_can_be_restored(tmp_path: Path) -> None:
    """Undo is a new commit; the history keeps both states."""
    store = stored(tmp_path, build())
    stored(tmp_path, build(values=(20.1, 20.2, 20.3, 20.45, 20.6)), now=NOW + dt.timedelta(days=1))
    with store.writer(NOW + dt.timedelta(days=2)) as writer:
        writer.restore(SEA, 1)
    assert store.read(SEA).digest == build().digest
    assert store.manifest.generation == 3
    assert store.history.at(SEA, 2).values.size == 5


def test_simulated_and_computed_provenance_survives(tmp_path: Path) -> None:
    """The mark SIMULATED is in the file for every later reader."""
    series = build()
    stored(tmp_path, replace(series, source=replace(series.source, simulated=True)))
    assert Store(tmp_path).read(SEA).source.simulated


def spoil(path: Path, how: str) -> None:
    """Damage a file."""
    data = path.read_bytes()
    if how == "delete":
        path.unlink()
    elif how == "foreign":
        path.write_bytes(b"CDF\x01 not ours")
    elif how == "flip":
        middle = len(data) // 2
        path.write_bytes(data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :])
    else:
        path.write_bytes(data[: len(data) // 2] if how == "truncate" else b"")

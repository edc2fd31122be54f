"""A folder of climtrack 0.1.0 is read once: every state of it, and how its sources had behaved."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sqlite3
import zlib
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from climtrack.errors import Notice, StoreDamaged
from climtrack.store.store import COPY, FILE, Store, source_to_json
from climtrack.store.takeover import DAYS
from climtrack.vocabulary.series import Series
from tests.store.build import AIR, NOW, SEA, build

DAY = dt.timedelta(days=1)
STATES = (
    build(values=(20.1, float("nan"), 20.3), preliminary=1, rows=True),
    build(values=(20.1, 20.2, 20.35, 20.4), preliminary=1, rows=True, etag='"e2"'),
    build(values=(20.1, 20.2, 20.35, 20.45, 20.5), etag='"e3"'),
)


def old_row(
    series: Series, generation: int, changed: Sequence[int], *, whole: bool
) -> tuple[tuple[object, ...], dict[str, bytes]]:
    """A row of history.sqlite as 0.1.0 wrote it, and its attachments."""
    table = np.zeros(len(changed), dtype=DAYS)
    table["day"] = [(series.start - dt.date(1970, 1, 1)).days + i for i in changed]
    table["value"], table["status"] = series.values[list(changed)], series.status[list(changed)]
    blobs = {name: row.astype("<f8").tobytes() for name, row in series.site_climatology.items()}
    hashes = {name: hashlib.sha256(blob).hexdigest() for name, blob in blobs.items()}
    seen = (NOW + (generation - 1) * DAY).isoformat()
    row = (str(series.key), generation, int(whole), seen, len(changed), series.digest, source_to_json(series.source))
    row = (*row, json.dumps(hashes), zlib.compress(table.tobytes(), 9))
    sha = hashlib.sha256("\n".join(map(str, row[:-1])).encode() + b"\n" + bytes(row[-1])).hexdigest()
    return (*row, sha), {hashes[name]: blob for name, blob in blobs.items()}


def old_store(home: Path, *, anew: bool = False) -> None:
    """A folder as 0.1.0 left it: three commits of the sea, one of the air, and a fourth that was interrupted."""
    home.mkdir(parents=True, exist_ok=True)
    rows = [
        old_row(STATES[0], 1, (0, 1, 2), whole=True),
        old_row(build(AIR), 1, (0, 1, 2, 3), whole=True),
        old_row(STATES[1], 2, (0, 1, 2, 3) if anew else (1, 2, 3), whole=anew),
        old_row(STATES[2], 3, (3, 4), whole=False),
        old_row(build(values=(1.0,)), 4, (0,), whole=False),
    ]
    for name in ("history.sqlite", "history.backup.sqlite"):
        with closing(sqlite3.connect(home / name)) as base, base:
            base.execute("PRAGMA journal_mode = WAL")
            base.execute(
                "CREATE TABLE change (series TEXT NOT NULL, generation INTEGER NOT NULL, whole INTEGER NOT NULL,"
                " seen TEXT NOT NULL, days INTEGER NOT NULL, digest TEXT NOT NULL, source TEXT NOT NULL,"
                " site_rows TEXT NOT NULL, changes BLOB NOT NULL, sha256 TEXT NOT NULL,"
                " PRIMARY KEY (series, generation))"
            )
            base.execute("CREATE TABLE attachment (sha256 TEXT PRIMARY KEY, data BLOB NOT NULL)")
            for row, blobs in rows:
                base.execute(f"INSERT INTO change VALUES ({','.join('?' * 10)})", row)
                base.executemany("INSERT OR IGNORE INTO attachment VALUES (?, ?)", blobs.items())
    health: Mapping[str, object] = {
        str(SEA): {
            "checked": NOW.isoformat(),
            "failing_since": NOW.isoformat(),
            "error": "no answer",
            "not_before": None,
        }
    }
    (home / "manifest.json").write_text(json.dumps({"format": 1, "generation": 3, "series": {}, "health": health}))
    (home / "series").mkdir(exist_ok=True)
    (home / "series" / "oisst.sst.natlan.0.nc").write_bytes(b"left where it is")


def content(home: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}


@pytest.mark.parametrize("anew", [False, True])
def test_every_state_is_taken_over_and_the_old_files_stay(tmp_path: Path, anew: bool) -> None:
    """Values, provenance, history and health; by a reader without a trace, by the first refresh for good."""
    old_store(tmp_path, anew=anew)
    before = content(tmp_path)
    for turn in range(2):
        store = Store(tmp_path)
        assert store.notices == ()
        assert store.keys() == (AIR, SEA)
        for i, state in enumerate(STATES):
            then = Store(tmp_path, known_on=NOW + i * DAY).read(SEA)
            assert (then.digest, then.source) == (state.digest, state.source)
            assert list(then.site_climatology) == list(state.site_climatology)
        assert [one.days for one in store.versions(SEA)] == [2, 4 if anew else 3, 2]
        assert [one.value for one in store.values(SEA, STATES[0].start + DAY)] == [20.2]
        assert store.health(SEA).error == Notice("no answer")
        if turn:
            break
        assert content(tmp_path) == before
        with store.writer(NOW + 5 * DAY):
            pass
        line = f"the data of climtrack 0.1.0 were taken over into {FILE}; its files are left as they are"
        assert [str(notice) for notice in store.notices] == [line]
    after = content(tmp_path)
    assert {name: after[name] for name in before} == before
    assert after[FILE] == after[COPY]
    with Store(tmp_path).writer(NOW + 6 * DAY) as writer:
        writer.put(build(values=(20.1, 20.2, 20.35, 20.45, 20.5, 20.6)))
    assert Store(tmp_path).generation == 4


def test_the_names_of_snapshots_stay(tmp_path: Path) -> None:
    """What was published with the name of its snapshot can still be asked for."""
    old_store(tmp_path / "old")
    with Store(tmp_path / "new").writer(NOW) as writer:
        writer.put(STATES[2])
        writer.put(build(AIR))
    assert Store(tmp_path / "old").snapshot == Store(tmp_path / "new").snapshot


def test_a_damaged_history_is_taken_over_from_its_copy(tmp_path: Path) -> None:
    """Where both are damaged: an error with a remedy, and nothing is written."""
    old_store(tmp_path)
    data = bytearray((tmp_path / "history.sqlite").read_bytes())
    data[data.index(STATES[1].digest.encode())] ^= 1
    (tmp_path / "history.sqlite").write_bytes(data)
    assert Store(tmp_path).read(SEA).digest == STATES[2].digest
    (tmp_path / "history.backup.sqlite").write_bytes(b"nothing at all")
    before = content(tmp_path)
    with pytest.raises(StoreDamaged, match="in this folder are damaged") as caught:
        Store(tmp_path)
    assert "fetch all anew" in caught.value.remedy
    assert content(tmp_path) == before


def test_a_damaged_manifest_does_not_hold_it_up(tmp_path: Path) -> None:
    """Then what was interrupted counts too: it was written whole."""
    old_store(tmp_path)
    (tmp_path / "manifest.json").write_text("{")
    assert Store(tmp_path, known_on=NOW + 2 * DAY).read(SEA).digest == STATES[2].digest

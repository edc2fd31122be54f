"""Ten years of daily changes: what a commit and a look at an earlier day cost then, beside a fresh store."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from climtrack.store.store import EVERY, FILE, Store
from climtrack.vocabulary.series import Series, SeriesKey, Status
from tests.store.build import build

KEYS = SeriesKey("era5", "t2m", "nh"), SeriesKey("oisst", "sst", "natlan")
BEGIN = dt.date(2016, 8, 1)
DAYS = 3650


def series(key: SeriesKey, day: int) -> Series:
    """A series as the site would give it on a day: one value more, the sea's last fortnight preliminary."""
    start = dt.date(1940 if key.variable == "t2m" else 1982, 1, 1)
    size = (BEGIN - start).days + day
    noise = np.random.default_rng(KEYS.index(key)).normal(0, 0.2, (BEGIN - start).days + DAYS)[:size]
    values = np.round(12 + 6 * np.sin(np.arange(size) / 58.1) + noise, 3)
    early = 14 if key.variable == "sst" else 0
    values[size - early :] += 0.02
    made = build(key, values, start=start, preliminary=early, retrieved=moment(day), rows=True)
    return replace(made, source=replace(made.source, sha256=f"{day:064d}", etag=f'"{day}"'))


def moment(day: int) -> dt.datetime:
    return dt.datetime.combine(BEGIN, dt.time(17), dt.UTC) + dt.timedelta(days=day)


def seconds(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


@pytest.mark.soak
def test_ten_years_on_it_costs_what_it_did(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    """At most half as much again, in processor time; every earlier day as it was then."""

    def commit(day: int) -> None:
        with Store(tmp_path).writer(moment(day)) as writer:
            for one in new:
                writer.put(one)

    def look(day: int) -> None:
        store = Store(tmp_path, known_on=moment(day))
        assert [store.read(key).end for key in KEYS] == [BEGIN + dt.timedelta(days=day - 1)] * len(KEYS)

    spent, looks = [], []
    for day in range(DAYS):
        new = [series(key, day) for key in KEYS]
        spent.append(seconds(lambda day=day: commit(day)))
        if day in (20, 21, 22, 23, 24):
            looks.append(seconds(lambda day=day: look(day // 2)))
    fresh, late = float(np.mean(spent[5:25])), float(np.mean(spent[-EVERY:]))
    earlier = [seconds(lambda day=day: look(day)) for day in range(5, DAYS, 97)]
    record_property("commit, fresh", f"{fresh:.4f} s")
    record_property("commit, after ten years", f"{late:.4f} s, {late / fresh:.2f} times")
    record_property("as known on a day, fresh", f"{np.mean(looks):.4f} s")
    ratio = np.mean(earlier) / np.mean(looks)
    record_property("as known on a day, after ten years", f"{np.mean(earlier):.4f} s, {ratio:.2f} times")
    record_property("file", f"{(tmp_path / FILE).stat().st_size / 1e6:.1f} MB")
    whole = sum(path.stat().st_size for path in tmp_path.iterdir()) / 1e6
    record_property("all files", f"{len(list(tmp_path.glob('*.sqlite')))}, {whole:.0f} MB")
    assert len(Store(tmp_path).versions(KEYS[0])) == DAYS
    sea = [one for one in Store(tmp_path).values(KEYS[1], BEGIN) if one.status != Status.MISSING]
    assert [one.status for one in sea] == [Status.PRELIMINARY, Status.FINAL]
    assert late <= 1.5 * fresh
    assert ratio <= 1.5

"""Which sea answers for the Northern Hemisphere while its true one is being computed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from climtrack.config import load
from climtrack.run.run import Run
from climtrack.run.series import english
from climtrack.store.store import Store
from climtrack.vocabulary.series import Series, SeriesKey, Source, Status

NOW = dt.datetime(2026, 8, 22, 17, tzinfo=dt.UTC)
NH = SeriesKey("oisst", "sst", "nh")


@pytest.mark.parametrize(
    ("start", "end", "sea"),
    [
        (dt.date(2026, 6, 20), dt.date(2026, 8, 21), "natlan"),  # 63 days
        (dt.date(1982, 1, 1), dt.date(1991, 12, 31), "natlan"),  # a backfill that was stopped
        (dt.date(1991, 1, 1), dt.date(2020, 12, 31), "natlan"),  # the baseline, and no line of this year
        (dt.date(1991, 1, 2), dt.date(2026, 8, 21), "natlan"),  # a day short
        (dt.date(1991, 1, 1), dt.date(2026, 8, 21), "nh"),
    ],
)
def test_the_true_sea_answers_when_it_can_say_something(tmp_path: Path, start: dt.date, end: dt.date, sea: str) -> None:
    """With the years of the average and of the present; before that the North Atlantic stays, and a line says why."""
    config = load(None, {"CLIMTRACK_HOME": str(tmp_path)})
    size = (end - start).days + 1
    source = Source("https://example.org/", NOW, "0" * 64, details=MappingProxyType({"weights": "exact"}))
    with Store(tmp_path).writer(NOW) as writer:
        writer.put(Series(NH, start, np.full(size, 20.0), np.full(size, Status.FINAL, dtype=np.int8), source))
    run = Run(config, NOW)
    pairs = run.pairings(("nh",), ("air", "sst"))
    assert pairs[0].sst == SeriesKey("oisst", "sst", sea)
    lines = [english(notice) for notice in run.fallback_notices(pairs)]
    assert len(lines) == (sea == "natlan")
    assert all(f"{start} to {end}" in line and "backfill sst --region nh" in line for line in lines)

"""The real copies of the sea feed of August 2026, in order and out of order, through parser, checks and store."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path

import numpy as np
import pytest

from climtrack.fetcher.checks import check, is_older
from climtrack.fetcher.reanalyzer import ENDPOINTS, series_from_payload
from climtrack.store.merge import Merged
from climtrack.store.store import Store
from climtrack.vocabulary.series import Series, SeriesKey, Source, Status

DAYS = ("2026-08-03", "2026-08-14", "2026-08-22")
REGIONS = ("world2", "natlan", "natlsp", "atlhmdr", "gom", "gomex", "nino3.4")


def copy(shared_data: Path, day: str, key: SeriesKey) -> Series:
    """The feed as it stood on a day."""
    path = shared_data / "climate_reanalyzer" / day / ENDPOINTS[key].path
    when = dt.datetime.fromisoformat(f"{day}T18:00:00+00:00")
    return series_from_payload(path.read_bytes(), key, Source(f"https://example.org/{path.name}", when, day))


def put(home: Path, series: Series, when: dt.datetime) -> Merged:
    """One refresh."""
    store = Store(home)
    with store.writer(when) as writer:
        return writer.put(series)


@pytest.mark.parametrize("region", REGIONS)
def test_in_order_preliminary_values_become_final_and_each_state_is_reproduced(
    shared_data: Path, tmp_path: Path, region: str
) -> None:
    """What the store holds is always the newest copy, and what it held stays known."""
    key = SeriesKey("oisst", "sst", region)
    copies = [copy(shared_data, day, key) for day in DAYS]
    merged = []
    for i, one in enumerate(copies):
        held = copies[i - 1] if i else None
        check(one, held, today=one.source.retrieved.date())
        merged.append(put(tmp_path, one, one.source.retrieved))
        assert Store(tmp_path).read(key).digest == one.digest
    for before, after, change in zip(copies[:-1], copies[1:], merged[1:], strict=True):
        gained = [d for d in before.dates[before.preliminary] if after.status[after.index(d.item())] == Status.FINAL]
        assert change.finalised == len(gained) > 7
        finals = before.dates[before.status == Status.FINAL]
        assert all(before.value(d.item()) == after.value(d.item()) for d in finals)
        assert 0 < change.largest <= 0.34  # the largest of all regions
        assert change.added == (after.end - before.end).days
    for one in copies:
        assert Store(tmp_path, known_on=one.source.retrieved.date()).read(key).digest == one.digest


@pytest.mark.parametrize("order", list(itertools.permutations(DAYS)))
def test_in_any_order_the_newest_state_wins(shared_data: Path, tmp_path: Path, order: tuple[str, ...]) -> None:
    """An older copy never rewinds a newer state."""
    key = SeriesKey("oisst", "sst", "natlan")
    newest = copy(shared_data, DAYS[-1], key)
    reached = ""
    for i, day in enumerate(order):
        new = copy(shared_data, day, key)
        held = Store(tmp_path).read(key) if i else None
        assert is_older(new, held) == (day < reached)
        merged = put(tmp_path, new, newest.source.retrieved + dt.timedelta(days=i))
        assert merged.older == (day < reached)
        assert bool(merged.added or merged.revised or merged.finalised) == (day > reached)
        reached = max(day, reached)
        assert Store(tmp_path).read(key).digest == copy(shared_data, reached, key).digest


def test_revision_noise_is_of_the_size_that_the_feed_shows(shared_data: Path, tmp_path: Path) -> None:
    """Fewer than 30 days were watched, so nothing is claimed yet; the changes are those that were measured."""
    key = SeriesKey("oisst", "sst", "gom")
    for day in DAYS:
        one = copy(shared_data, day, key)
        put(tmp_path, one, one.source.retrieved)
    known = [one for one in Store(tmp_path).values(key) if one.value is not None]
    moves = [
        abs(after.value - before.value)
        for before, after in itertools.pairwise(known)
        if before.date == after.date and before.value != after.value
    ]
    assert Store(tmp_path).revision_noise(key) is None
    assert 0.05 < float(np.mean(moves)) < 0.25

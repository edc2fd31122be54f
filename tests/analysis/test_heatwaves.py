"""Marine heatwaves: against a second implementation, by hand, and refused for basins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pytest

from climtrack.analysis.heatwaves import BASIN, Threshold, area, events, require_local, threshold
from climtrack.errors import AnalysisError
from climtrack.vocabulary.calendar import DAYS
from climtrack.vocabulary.registry import REGIONS, Baseline
from climtrack.vocabulary.series import Series, folded
from tests.analysis import hobday

Snapshot = Callable[[str, str], Series]
FLAT = Threshold(Baseline(1991, 2020), np.zeros(DAYS), np.ones(DAYS))


@pytest.mark.parametrize("region", ["gom", "gomex"])
def test_against_a_second_implementation(snapshot: Snapshot, region: str) -> None:
    """Every event since 1981 has the same days, peak, intensities and category as the slow reference finds."""
    series = snapshot("climate_reanalyzer/2026-08-22", f"oisst.sst.{region}")
    table, place = folded(series)
    found = events(series.values, place % DAYS, threshold(series.values, place, table.years, Baseline(1991, 2020)))
    values = {series.start + dt.timedelta(days=i): float(v) for i, v in enumerate(series.values)}
    theirs = hobday.detect(values, 1991, 2020)
    assert len(theirs) > 50
    day = [series.start + dt.timedelta(days=int(i)) for i in range(series.values.size)]
    assert [day[i] for i in found.first] == [event.first for event in theirs]
    assert [day[i] for i in found.last] == [event.last for event in theirs]
    assert [day[i] for i in found.peak] == [event.peak for event in theirs]
    assert found.category.tolist() == [event.category for event in theirs]
    assert found.intensity_max == pytest.approx([event.intensity_max for event in theirs])
    assert found.intensity_mean == pytest.approx([event.intensity_mean for event in theirs])


def test_threshold_skips_gaps_as_the_reference_does(snapshot: Snapshot) -> None:
    """With made-up gaps the pools differ in size, and the percentiles still agree."""
    series = snapshot("climate_reanalyzer/2026-08-22", "oisst.sst.gom")
    values = series.values.copy()
    values[5000:5009] = np.nan
    values[8000:8300:40] = np.nan
    table, place = folded(series)
    bar = threshold(values, place, table.years, Baseline(1991, 2020))
    held = {series.start + dt.timedelta(days=i): float(v) for i, v in enumerate(values) if not np.isnan(v)}
    mean, high = hobday.climate(held, 1991, 2020)
    assert bar.mean == pytest.approx([mean[d] for d in range(1, 367)])
    assert bar.high == pytest.approx([high[d] for d in range(1, 367)])


def _events(values: list[float]) -> list[tuple[int, int]]:
    """First and last day of each event above a threshold of 1."""
    found = events(np.array(values), np.arange(len(values)), FLAT)
    return list(zip(found.first.tolist(), found.last.tolist(), strict=True))


def test_five_days_make_an_event() -> None:
    """Four days are none; five are one."""
    assert _events([0, 2, 2, 2, 2, 0]) == []
    assert _events([0, 2, 2, 2, 2, 2, 0]) == [(1, 5)]


def test_gaps_of_two_days_are_bridged_between_events_only() -> None:
    """Two cool days join two events, three do not, and a short run is not joined to a long one."""
    five = [2.0] * 5
    assert _events([*five, 0, 0, *five]) == [(0, 11)]
    assert _events([*five, 0, 0, 0, *five]) == [(0, 4), (8, 12)]
    assert _events([*five, 0, 2, 2, 0]) == [(0, 4)]


def test_a_missing_day_is_never_above() -> None:
    """NaN inside five warm days leaves no event; between two events it is a gap, and enters no mean."""
    assert _events([2, 2, np.nan, 2, 2]) == []
    found = events(np.array([2.0] * 5 + [np.nan] + [3.0] * 5), np.arange(11), FLAT)
    assert (found.first.tolist(), found.last.tolist()) == ([0], [10])
    assert found.intensity_mean[0] == pytest.approx(2.5)
    assert (found.peak[0], found.intensity_max[0]) == (6, 3.0)


def test_categories_count_multiples_of_the_threshold() -> None:
    """1.9 times is moderate, 2 strong, 3.5 severe, 9 extreme."""
    levels = [1.9, 2.0, 3.5, 9.0]
    values = np.concatenate([np.r_[np.full(5, level), np.zeros(4)] for level in levels])
    assert events(values, np.arange(values.size), FLAT).category.tolist() == [1, 2, 3, 4]


def test_basins_are_refused() -> None:
    """The world's box has the Earth's area; the two gulfs are local, the rest too large for the categories."""
    assert area(REGIONS["world"]) == pytest.approx(510.1e6, rel=1e-3)
    local = {name for name, region in REGIONS.items() if area(region) <= BASIN}
    assert local == {"gom", "gomex"}
    require_local(REGIONS["gom"])
    with pytest.raises(AnalysisError, match="natlan"):
        require_local(REGIONS["natlan"])


def test_no_event_at_all() -> None:
    """A constant sea has a threshold equal to its mean and no day above it."""
    assert _events([1.0] * 300) == []

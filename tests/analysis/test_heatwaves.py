"""Marine heatwaves: against a second implementation, by hand, and with the caution for basins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pytest

from climtrack.analysis.heatwaves import Threshold, area, caution, events, threshold
from climtrack.analysis.survey import study
from climtrack.vocabulary.calendar import DAYS
from climtrack.vocabulary.findings import Heatwaves
from climtrack.vocabulary.registry import REGIONS, Baseline
from climtrack.vocabulary.series import Series, folded
from tests.analysis import hobday
from tests.analysis.build import made, of, why

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


def test_an_event_under_way(snapshot: Snapshot) -> None:
    """Gulf of Mexico, 20 August 2026: events of the year, without the caution for basins."""
    series = snapshot("climate_reanalyzer/2026-08-22", "oisst.sst.gomex")
    found = study(series, REGIONS["gomex"]).findings.heatwaves
    assert isinstance(found, Heatwaves)
    assert str(found.caution) == ""
    assert all(event.last.year == 2026 and event.days >= 5 for event in found.this_year)
    assert found.days_this_year == sum((e.last - max(e.first, dt.date(2026, 1, 1))).days + 1 for e in found.this_year)
    if found.current is not None:
        assert found.current.last == series.end


def test_a_basin_mean_saturates_and_says_so(snapshot: Snapshot) -> None:
    """World ocean, July 2024: the whole year is one event, so the shifting category and the caution stand beside."""
    series = snapshot("climate_reanalyzer_constructed/2024-07-05", "oisst.sst.world2")
    found = study(series, REGIONS["world2"]).findings.heatwaves
    assert isinstance(found, Heatwaves)
    assert found.current is not None
    assert found.days_this_year == 186
    assert "saturate" in str(found.caution)
    assert found.current.category_shifting <= found.current.category


def test_what_counts_as_a_basin() -> None:
    """The world's box has the Earth's area; the two gulfs are local, the rest are basins."""
    assert area(REGIONS["world"]) == pytest.approx(510.1e6, rel=1e-3)
    local = {name for name, region in REGIONS.items() if not str(caution(region))}
    assert local == {"gom", "gomex"}


def test_air_has_no_marine_heatwaves() -> None:
    """The question is refused for air, and for a sea without a covered baseline."""
    air = study(made(dt.date(2020, 1, 1), dt.date(2021, 1, 1)), REGIONS["nh"]).findings.heatwaves
    assert why(air) == "marine heatwaves are defined for the sea surface"
    sea = study(made(dt.date(2020, 1, 1), dt.date(2021, 1, 1), key="oisst.sst.gom"), REGIONS["gom"])
    assert why(sea.findings.heatwaves) == "no baseline is covered"


def test_no_event_at_all() -> None:
    """A constant sea has a threshold equal to its mean and no day above it."""
    series = of(
        dt.date(1991, 1, 1), np.full((dt.date(2021, 6, 1) - dt.date(1991, 1, 1)).days, 20.0), key="oisst.sst.gom"
    )
    found = study(series, REGIONS["gom"]).findings.heatwaves
    assert isinstance(found, Heatwaves)
    assert (found.current, found.this_year, found.days_this_year) == (None, (), 0)

"""Mean annual cycle: the harmonic and the site's method, leap days, cover."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from climtrack.analysis.climatology import climatology, harmonic, running_mean, uncovered
from climtrack.errors import BaselineNotCovered
from climtrack.vocabulary.calendar import DAYS
from climtrack.vocabulary.registry import BASELINES, Baseline
from climtrack.vocabulary.series import Series, year_table
from tests.analysis.build import made, of, pulse

REGIONS = ("world2", "natlan", "natlsp", "atlhmdr", "gom", "gomex", "nino3.4")
Snapshot = Callable[[str, str], Series]


def test_a_pure_annual_wave_is_its_own_climatology() -> None:
    """The first harmonics pass untouched, and 29 February lies between its neighbours."""
    table = year_table(made(dt.date(1991, 1, 1), dt.date(2020, 12, 31)))
    day = np.delete(np.arange(DAYS), 59)
    wave = np.full(DAYS, np.nan)
    wave[day] = 10 + 5 * np.cos(2 * np.pi * np.arange(365) / 365) + np.sin(2 * np.pi * 8 * np.arange(365) / 365)
    smooth = harmonic(wave)
    assert np.abs(smooth[day] - wave[day]).max() < 1e-12
    assert smooth[59] == (smooth[58] + smooth[60]) / 2
    assert not np.isnan(climatology(table, Baseline(1991, 2020)).mean).any()


def test_the_ninth_harmonic_is_removed() -> None:
    """Weather that happens to repeat nine times a year is no climate."""
    cycle = np.zeros(DAYS)
    cycle[np.delete(np.arange(DAYS), 59)] = np.cos(2 * np.pi * 9 * np.arange(365) / 365)
    assert np.abs(harmonic(cycle)).max() < 1e-12


def test_spread_is_the_sample_standard_deviation_across_years() -> None:
    """Years at 1, 2 and 3 °C have mean 2 and, divided by n - 1, spread 1."""
    years = [np.full(365 + (year == 2004), 1.0 + year - 2003) for year in (2003, 2004, 2005)]
    found = climatology(of(dt.date(2003, 1, 1), np.concatenate(years)), Baseline(2003, 2005))
    assert found.mean == pytest.approx(np.full(DAYS, 2.0))
    assert found.spread == pytest.approx(np.full(DAYS, 1.0))


def test_site_method_is_the_mean_by_slot_then_five_slots() -> None:
    """Three common years of a ramp by slot give the ramp, wrapped at the ends; slot 365 leans on its neighbours."""
    ramp = np.arange(365.0)
    series = of(dt.date(2001, 1, 1), np.concatenate([ramp, ramp, ramp]))
    found = climatology(series, Baseline(2001, 2003), method="site")
    assert found.mean[100] == pytest.approx(100.0)
    assert found.mean[2] == pytest.approx(2.0)


def test_running_mean_goes_round_new_year() -> None:
    """One warm slot warms two slots on either side by a fifth."""
    cycle = np.zeros(DAYS)
    cycle[0] = 5.0
    found = running_mean(cycle)
    assert np.flatnonzero(found).tolist() == [0, 1, 2, 364, 365]
    assert found[365] == pytest.approx(1.0)


def test_a_partial_year_is_never_used(snapshot: Snapshot) -> None:
    """The sea of 1981 begins in September, so 1981–2010 is refused and says why."""
    sea = snapshot("climate_reanalyzer/2026-08-22", "oisst.sst.natlan")
    with pytest.raises(BaselineNotCovered, match="1981 has only 122 days") as caught:
        climatology(sea, BASELINES["1981-2010"])
    assert "1991-2020" in caught.value.remedy


def test_absent_years_are_named(northern: Series) -> None:
    """The Northern Hemisphere file of July 2024 lacks 2001–2022."""
    found = uncovered(year_table(northern), BASELINES["1991-2020"])
    assert str(found) == "the series does not cover 1991–2020 (years 2001–2020 absent)"
    assert not uncovered(year_table(northern), BASELINES["1979-2000"])


def test_a_few_gaps_are_skipped_and_never_zero() -> None:
    """Ten missing days in a year leave a constant climate constant; eleven refuse the baseline."""
    values = np.full(365 * 3, 15.0)
    values[400:410] = np.nan
    series = of(dt.date(2001, 1, 1), values)
    assert climatology(series, Baseline(2001, 2003)).mean == pytest.approx(np.full(DAYS, 15.0))
    values[410] = np.nan
    with pytest.raises(BaselineNotCovered):
        climatology(of(dt.date(2001, 1, 1), values), Baseline(2001, 2003))


def test_copernicus_column_is_reproduced(shared_data: Path, world: Series) -> None:
    """Eight harmonics give Copernicus's own daily climatology to 0.01 °C, from its file and from the site's."""
    file = shared_data / "climate_pulse" / "2024-02-23" / "era5_daily_series_2t_global.csv"
    series, column = pulse(file, "climate-pulse.t2m.world")
    assert column is not None
    theirs = year_table(of(series.start, column)).row(2020)
    for ours in (climatology(series, BASELINES["1991-2020"]), climatology(world, BASELINES["1991-2020"])):
        assert np.abs(ours.mean - theirs).max() < 0.01


BUILT = "climate_reanalyzer_constructed/2024-07-05"
#: Every snapshot that carries the site's own rows to three decimals.
WITH_ROWS = [
    *((folder, "era5.t2m.world") for folder in ("climate_reanalyzer/2024-09-04", BUILT)),
    ("climate_reanalyzer_constructed/2026-02-08", "era5.t2m.world"),
    (BUILT, "era5.t2m.nh"),
    *(
        (folder, f"oisst.sst.{region}")
        for folder in (*(f"climate_reanalyzer/2026-08-{day}" for day in ("03", "14", "22")), BUILT)
        for region in REGIONS
    ),
]


def test_site_rows_are_reproduced_in_every_snapshot(snapshot: Snapshot) -> None:
    """The site's own climatology rows come out to 0.001 °C wherever their years are in the file."""
    compared = 0
    for folder, key in WITH_ROWS:
        series = snapshot(folder, key)
        table = year_table(series, "slot")
        for name, row in series.site_climatology.items():
            baseline = Baseline.parse(name)
            if uncovered(table, baseline):
                continue
            ours = climatology(table, baseline, method="site").mean
            assert np.nanmax(np.abs(ours - row)) < 0.001, (folder, key, name)
            compared += 1
    assert compared >= 3 * 3 + 1 + 2 * 28

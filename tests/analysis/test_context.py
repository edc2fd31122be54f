"""Several series or several moments: hemispheres, shares, air minus sea, since, cross-check, pre-industrial."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from climtrack.analysis.anomaly import anomalies
from climtrack.analysis.climatology import climatology
from climtrack.analysis.hemispheres import air_minus_sea, compare
from climtrack.analysis.preindustrial import OFFSETS, above_preindustrial
from climtrack.analysis.reconciliation import agreement
from climtrack.analysis.survey import study
from climtrack.errors import AnalysisError
from climtrack.vocabulary.findings import AirSea, Gap, Preindustrial, Shares, Study, Unknown
from climtrack.vocabulary.registry import BASELINES, REGIONS, Baseline
from climtrack.vocabulary.series import Series, YearTable, year_table
from tests.analysis.build import made, of, pulse

FIRST = dt.date(1991, 1, 1)
Snapshot = Callable[[str, str], Series]


def _level(region: str, last: dt.date, above: float, *, base: float = 10.0, product: str = "era5.t2m") -> Study:
    """Thirty level years, then `above` them from 2021 on."""
    values = np.full((last - FIRST).days + 1, base)
    values[(dt.date(2021, 1, 1) - FIRST).days :] += above
    return study(of(FIRST, values, key=f"{product}.{region}"), REGIONS[region])


def test_compare_on_the_last_common_day() -> None:
    """North to 5 July, south to 3 July: both are judged on the 3rd."""
    north, south = _level("nh", dt.date(2022, 7, 5), 1.0), _level("sh", dt.date(2022, 7, 3), 0.25)
    found = compare([north, south])
    assert found.date == dt.date(2022, 7, 3)
    assert [side.anomaly for side in found.sides] == pytest.approx([1.0, 0.25])
    (contrast,) = found.contrasts
    assert contrast.difference == pytest.approx(0.75)
    assert contrast.difference_year_to_date == pytest.approx(0.75)
    assert (contrast.days_first_warmer, contrast.days_compared) == (184, 184)
    assert isinstance(found.shares, Unknown)


def test_compare_falls_back_to_a_common_baseline(northern: Series, world: Series) -> None:
    """Only 1979–2000 is covered by both."""
    found = compare([study(northern, REGIONS["nh"]), study(world, REGIONS["world"])])
    assert found.baseline == BASELINES["1979-2000"]
    assert found.date == dt.date(2024, 7, 5)
    assert found.contrasts[0].correlation > 0.5


def test_compare_needs_two_and_a_common_day() -> None:
    """One series, or two without a common day, are refused."""
    early = study(made(dt.date(1950, 1, 1), dt.date(1951, 1, 1)), REGIONS["nh"])
    late = study(made(dt.date(1960, 1, 1), dt.date(1961, 1, 1)), REGIONS["nh"])
    with pytest.raises(AnalysisError, match="two series"):
        compare([early])
    with pytest.raises(AnalysisError, match="no day in common"):
        compare([early, late])


def test_without_a_common_baseline_values_are_still_compared() -> None:
    """No anomaly, no contrast; the values and the year-over-year stand."""
    early = study(made(dt.date(2019, 1, 1), dt.date(2021, 1, 1), 1.0), REGIONS["nh"])
    late = study(made(dt.date(2019, 1, 1), dt.date(2021, 1, 1), 2.0), REGIONS["world"])
    found = compare([early, late])
    assert (found.baseline, found.contrasts) == (None, ())
    assert [side.value for side in found.sides] == [1.0, 2.0]
    assert isinstance(found.sides[0].anomaly, Unknown)
    assert found.sides[0].year_over_year == 0.0


def test_shares_add_up_but_for_the_equator() -> None:
    """North +1.2, south +0.4, world +0.8: shares 0.6 and 0.2; the halves' absolute mean lies 0.025 above the world."""
    last = dt.date(2022, 7, 5)
    world, north, south = _level("world", last, 0.8, base=9.975), _level("nh", last, 1.2), _level("sh", last, 0.4)
    found = compare([world, north, south]).shares
    assert isinstance(found, Shares)
    assert (found.north_share, found.south_share) == pytest.approx((0.6, 0.2))
    assert found.remainder == pytest.approx(0.0)
    assert found.equator == pytest.approx(0.025)
    assert (found.twice, found.odd) == (True, False)
    assert found.north_percent == pytest.approx(75)
    inside = compare([north, south, world]).shares
    assert inside == found


def test_the_equator_explains_only_what_it_can() -> None:
    """Halves by exact areas leave nothing to explain; a world 0.2 °C colder than its halves is another matter."""
    last = dt.date(2022, 7, 5)
    north, south = _level("nh", last, 1.2), _level("sh", last, 0.4)
    exact = compare([_level("world", last, 0.8), north, south]).shares
    odd = compare([_level("world", last, 0.6), north, south]).shares
    assert isinstance(exact, Shares)
    assert isinstance(odd, Shares)
    assert (exact.twice, exact.odd) == (False, False)
    assert (odd.twice, odd.odd) == (False, True)


def test_no_percentage_of_opposite_signs() -> None:
    """North +1, south −0.5: shares yes, a percentage no."""
    last = dt.date(2022, 7, 5)
    found = compare([_level("world", last, 0.25), _level("nh", last, 1.0), _level("sh", last, -0.5)]).shares
    assert isinstance(found, Shares)
    assert isinstance(found.north_percent, Unknown)


def test_shares_of_real_days_of_may_2026(shared_data: Path) -> None:
    """The equator effect on the nine days of the site that we hold is 0.024 to 0.025 °C."""
    text = (shared_data / "climate_reanalyzer_derived" / "tothur_latest_2026-05-25_2026-06-02.csv").read_text()
    days: dict[str, dict[str, float]] = {}
    for row in csv.DictReader(text.splitlines()):
        if row["series"] == "t2":
            days.setdefault(row["fetched_utc"], {})[row["region"]] = float(row["value"])
    whole = [day for day in days.values() if {"world", "nh", "sh"} <= set(day)]
    assert len(whole) == 9
    for day in whole:
        values = np.zeros((dt.date(2026, 5, 20) - FIRST).days + 1)
        sides = []
        for region in ("world", "nh", "sh"):
            values[-1] = day[region]
            sides.append(study(of(FIRST, values.copy(), key=f"era5.t2m.{region}"), REGIONS[region]))
        found = compare(sides).shares
        assert isinstance(found, Shares)
        assert 0.0235 <= found.equator <= 0.0255


def test_air_minus_sea() -> None:
    """Air +1.0 and sea +0.4 differ by 0.6 on the last common day."""
    air = _level("nh", dt.date(2022, 7, 5), 1.0)
    sea = _level("natlan", dt.date(2022, 7, 4), 0.4, product="oisst.sst")
    found = air_minus_sea(air, sea)
    assert isinstance(found, AirSea)
    assert found.date == dt.date(2022, 7, 4)
    assert (found.air, found.sea, found.difference, found.difference_30d) == pytest.approx((1.0, 0.4, 0.6, 0.6))
    assert found.days == 185


def test_air_minus_sea_without_a_common_baseline(northern: Series, snapshot: Snapshot) -> None:
    """The air of 1979–2000 and the sea from 1982 share none."""
    sea = study(snapshot("climate_reanalyzer_constructed/2024-07-05", "oisst.sst.natlan"), REGIONS["natlan"])
    assert isinstance(air_minus_sea(study(northern, REGIONS["nh"]), sea), Unknown)


@pytest.fixture(scope="module")
def climate_pulse(shared_data: Path) -> tuple[Series, np.ndarray]:
    """Climate Pulse world air, February 2024, with its climatology column."""
    series, column = pulse(
        shared_data / "climate_pulse" / "2024-02-23" / "era5_daily_series_2t_global.csv", "climate-pulse.t2m.world"
    )
    assert column is not None
    return series, column


def test_the_site_agrees_with_climate_pulse(world: Series, climate_pulse: tuple[Series, np.ndarray]) -> None:
    """Root mean square 0.005 outside 1971–1978, where the site departs by up to 0.147 on 22 May 1972."""
    found = agreement(world, climate_pulse[0])
    assert found.agrees
    assert found.usual.rms <= 0.011
    assert found.usual.rms == pytest.approx(0.0049, abs=1e-4)
    assert found.overall.largest == Gap(dt.date(1972, 5, 22), pytest.approx(0.147))
    assert found.known_years == (1971, 1978)
    assert found.days == 30733
    assert {period.first // 10 * 10: period.rms > 0.02 for period in found.decades}[1970]
    assert sum(period.days for period in found.decades) == found.days


def test_the_wrong_leap_rule_would_not_agree(world: Series, climate_pulse: tuple[Series, np.ndarray]) -> None:
    """A series one day late no longer agrees: the check has teeth."""
    late = of(world.start + dt.timedelta(days=1), world.values, key=str(world.key))
    found = agreement(late, climate_pulse[0])
    assert not found.agrees
    assert found.usual.rms > 0.03


def test_two_analyses_of_the_sea(snapshot: Snapshot, shared_data: Path) -> None:
    """OISST and ERA5 share their course to 0.07 °C rms, and drift apart by decade."""
    ours = snapshot("climate_reanalyzer/2026-08-22", "oisst.sst.world2")
    theirs, _ = pulse(
        shared_data / "climate_pulse" / "2024-02-23" / "era5_daily_series_sst_60S-60N.csv", "climate-pulse.sst.world2"
    )
    found = agreement(ours, theirs)
    assert (found.agrees, found.known_years, found.tolerance) == (True, (), 0.15)
    assert found.overall.rms == pytest.approx(0.0727, abs=1e-4)
    assert found.decades[0].bias < -0.05 < 0.05 < found.decades[-1].bias


def test_unlike_series_are_not_compared(world: Series) -> None:
    """Air is not held against sea, nor a series against another century."""
    with pytest.raises(AnalysisError, match="not the same quantity"):
        agreement(world, made(dt.date(2020, 1, 1), dt.date(2020, 2, 1), key="oisst.sst.world2"))
    with pytest.raises(AnalysisError, match="no day in common"):
        agreement(world, made(dt.date(1900, 1, 1), dt.date(1900, 2, 1), key="climate-pulse.t2m.world"))


def test_every_day_of_2023_was_above_one_degree(climate_pulse: tuple[Series, np.ndarray]) -> None:
    """365 days with monthly offsets on Copernicus's own column; the flat 0.88 gives 361, the known wrong answer."""
    series, column = climate_pulse
    table = year_table(series)
    own = YearTable(table.years, table.values - year_table(of(series.start, column)).values)
    year = above_preindustrial(own).row(2023)
    assert (year > 1).sum() == 365
    assert (own.row(2023) + 0.88 > 1).sum() == 361
    ours = above_preindustrial(anomalies(table, climatology(table, BASELINES["1991-2020"])))
    assert (ours.row(2023) > 1).sum() == 365


def test_offsets_by_month() -> None:
    """January's offset on day 1, February's on 29 February, December's on the last day; they average 0.88."""
    flat = year_table(made(dt.date(2024, 1, 1), dt.date(2024, 12, 31)))
    days = above_preindustrial(flat).row(2024)
    assert (days[0], days[30], days[31], days[59], days[60], days[365]) == (0.96, 0.96, 0.96, 0.96, 0.95, 0.93)
    assert days[182] == 0.80  # 1 July
    assert OFFSETS.mean() == pytest.approx(0.88)


def test_preindustrial_is_for_world_air_only(world: Series, snapshot: Snapshot, northern: Series) -> None:
    """World air has it; hemispheres and seas are refused with the reason."""
    found = study(world, REGIONS["world"], as_of=dt.date(2024, 12, 31)).findings.preindustrial
    assert isinstance(found, Preindustrial)
    assert found.year_to_date == pytest.approx(1.595, abs=0.003)
    assert found.days == 366
    assert 200 < found.days_above_1_5 < found.days_above_1 == 366
    for series in (northern, snapshot("climate_reanalyzer/2026-08-22", "oisst.sst.world2")):
        refused = study(series, REGIONS[series.key.region]).findings.preindustrial
        assert isinstance(refused, Unknown)
        assert "1850–1900" in str(refused)
    cfsr = study(made(FIRST, dt.date(2021, 1, 1), key="cfsr.t2m.world"), REGIONS["world"]).findings.preindustrial
    assert isinstance(cfsr, Unknown)
    short = study(made(dt.date(2019, 1, 1), dt.date(2021, 1, 1), key="era5.t2m.world"), REGIONS["world"])
    assert isinstance(short.findings.preindustrial, Unknown)


def test_requested_baseline_leads_a_comparison() -> None:
    """The first study's baseline is used where all cover it."""
    last = dt.date(2022, 7, 5)
    values = np.zeros((last - FIRST).days + 1)
    sides = [
        study(of(FIRST, values, key=f"era5.t2m.{region}"), REGIONS[region], baseline=Baseline(1995, 2010))
        for region in ("nh", "sh")
    ]
    assert compare(sides).baseline == Baseline(1995, 2010)

"""NOAA's months of a hemisphere: against their own average, a year before and all years, beside the nearest days."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from climtrack.analysis.months import by_year, month_study, other_rank
from climtrack.errors import AnalysisError
from climtrack.fetcher import noaa, reanalyzer
from climtrack.reporter.months import MonthPhrases
from climtrack.vocabulary.findings import Claim, DailyMonth, MonthStudy, Unknown
from climtrack.vocabulary.registry import DEFAULT, REGIONS, Baseline
from climtrack.vocabulary.series import Series, SeriesKey, Source, Status
from climtrack.words.language import Language

OCEAN, NATLAN = SeriesKey("noaaglobaltemp", "ocean", "nh"), SeriesKey("oisst", "sst", "natlan")
SOURCE = Source(
    "https://example.org", dt.datetime(2026, 8, 22, tzinfo=dt.UTC), "", details={"base_period": "1901-2000"}
)


def series(start: dt.date, values: object, key: SeriesKey = OCEAN) -> Series:
    rows = np.asarray(values, dtype=float)
    return Series(key, start, rows, np.full(rows.size, Status.FINAL, np.int8), SOURCE)


def hand() -> Series:
    """Januaries of 1991 to 2021 are 0.00, 0.01 … 0.30; the other months of 2020 are 0.5, February 2021 is 0.1."""
    values = np.zeros(362)
    values[::12] = np.append(np.arange(30) / 100, 0.30)[:31]
    values[29 * 12 + 1 : 30 * 12] = 0.5
    values[-1] = 0.1
    return series(dt.date(1991, 1, 1), values)


def said(study: MonthStudy, code: str = "en") -> str:
    return " ".join(MonthPhrases(study, Language(code)).answers()).replace("\N{NO-BREAK SPACE}", " ")


def test_worked_by_hand() -> None:
    """January's mean over 1991–2020 is 0.145, December's (29 × 0 + 0.5) / 30 = 1/60; February 2020 was 0.5."""
    found = month_study(hand(), REGIONS["nh"], DEFAULT, as_of=dt.date(2021, 2, 27)).findings
    assert (found.month, found.departure) == (dt.date(2021, 1, 1), 0.30)
    assert found.anomaly == pytest.approx(0.155)
    assert found.year_over_year == pytest.approx(0.01)
    assert found.change == pytest.approx(0.155 - (0.5 - 1 / 60))
    assert (found.rank.rank, found.rank.of, found.rank.claim, found.first) == (1, 31, Claim.SAFE, 1991)
    later = month_study(hand(), REGIONS["nh"], DEFAULT).findings
    assert later.year_over_year == pytest.approx(-0.4)
    assert (later.rank.rank, later.rank.best_year) == (2, 2020)
    assert "the second-warmest February of 31 in NOAAGlobalTemp" in said(month_study(hand(), REGIONS["nh"], DEFAULT))


def test_equal_months_tie() -> None:
    """Two decimals are published, so that two years often share a place."""
    months = hand()
    months.values[29 * 12] = 0.30
    found = month_study(months, REGIONS["nh"], DEFAULT, as_of=dt.date(2021, 1, 31))
    assert (found.findings.rank.rank, found.findings.rank.tied_with, found.findings.rank.claim) == (
        1,
        (2020,),
        Claim.TIE,
    )
    assert "with that of 2020, the joint warmest January of 31 in NOAAGlobalTemp, since 1991" in said(found)
    assert "junto con el de 2020, el enero más cálido de 31 en NOAAGlobalTemp, desde 1991" in said(found, "es")


def test_a_baseline_that_is_not_covered() -> None:
    """The first covered one takes its place; where there is none, there is no study."""
    assert month_study(hand(), REGIONS["nh"], Baseline(1961, 1990)).findings.baseline == DEFAULT
    with pytest.raises(AnalysisError):
        month_study(hand(), REGIONS["nh"], DEFAULT, as_of=dt.date(2001, 1, 31))


def test_the_nearest_days_may_point_the_other_way() -> None:
    """January 2021 is 0.01 °C warmer; a daily series that is 0.2 °C cooler parts from it, a level one does not."""
    for step, differs in ((-0.2, True), (0.0, False), (0.1, False)):
        days = np.where(np.arange(397) < 366, 20.0, 20.0 + step)
        daily = series(dt.date(2020, 1, 1), days, NATLAN)
        study = month_study(hand(), REGIONS["nh"], DEFAULT, as_of=dt.date(2021, 1, 31), daily=daily)
        near = study.findings.nearest
        assert isinstance(near, DailyMonth)
        assert near.year_over_year == pytest.approx(step)
        assert near.differs is differs
        assert ("went opposite ways" in said(study)) is differs
        assert ("sentidos opuestos" in said(study, "es")) is differs
    few = month_study(
        hand(), REGIONS["nh"], DEFAULT, as_of=dt.date(2021, 1, 31), daily=series(dt.date(2021, 1, 5), [1.0])
    )
    assert few.findings.nearest is None


def test_a_place_beside_that_of_another_product() -> None:
    assert other_rank(hand(), dt.date(2021, 2, 1)).rank == 2  # type: ignore[union-attr]
    assert other_rank(hand(), dt.date(2021, 3, 1)) is None


def real(shared_data: Path, key: SeriesKey) -> Series:
    """A series of 22 August 2026."""
    endpoint = {**noaa.ENDPOINTS, **reanalyzer.ENDPOINTS}[key]
    body = (shared_data / "sites/2026-08-22" / endpoint.path.format(year=2026)).read_bytes()
    return (endpoint.read or reanalyzer.read)(body, endpoint, SOURCE)


def test_the_sign_of_every_real_month(shared_data: Path) -> None:
    """Of 523 months since 1983 each is warmer or cooler than a year before exactly where NOAA's own figures are."""
    months = real(shared_data, OCEAN)
    years, values = by_year(months)
    published = np.round(np.diff(values, axis=0), 2)[years[1:] >= 1983]
    count = 0
    for row, year in zip(published, range(1983, 2027), strict=True):
        for month, change in enumerate(row[~np.isnan(row)], 1):
            end = months.key.date(months.key.row(dt.date(year, month, 1)) + 1) - dt.timedelta(days=1)
            found = month_study(months, REGIONS["nh"], Baseline(1951, 1980), as_of=end).findings.year_over_year
            assert not isinstance(found, Unknown)
            assert np.sign(round(found, 2)) == np.sign(change)
            count += 1
    assert count == 523


def test_hemisphere_and_north_atlantic_part_from_february_to_june_2026(shared_data: Path) -> None:
    """The hemisphere was warmer than in 2025, the North Atlantic cooler; in January and July both went one way."""
    months, daily = real(shared_data, OCEAN), real(shared_data, NATLAN)
    changes = (-0.07, 0.04, 0.06, 0.15, 0.14, 0.18, 0.13)
    for month, change in enumerate(changes, 1):
        end = dt.date(2026, month + 1, 1) - dt.timedelta(days=1)
        study = month_study(months, REGIONS["nh"], DEFAULT, as_of=end, daily=daily)
        assert study.findings.year_over_year == pytest.approx(change)
        assert ("the hemisphere and the North Atlantic went opposite ways" in said(study)) is (2 <= month <= 6)
    assert "No: in NOAAGlobalTemp, July 2026 was 0.13 °C warmer than July 2025." in said(study)
    assert "0.67 °C above the 1991–2020 average: the second-warmest July of 177" in said(study)


def test_the_daily_series_of_the_hemisphere_itself_is_checked_by_months() -> None:
    """Where one was computed from grids, months and days are said to agree or not."""
    for step, words in ((0.01, "OISST v2.1 was 0.01 °C warmer in January 2021"), (-0.2, "Months and days disagree")):
        days = np.where(np.arange(397) < 366, 20.0, 20.0 + step)
        daily = series(dt.date(2020, 1, 1), days, SeriesKey("oisst", "sst", "nh"))
        study = month_study(hand(), REGIONS["nh"], DEFAULT, as_of=dt.date(2021, 1, 31), daily=daily)
        assert words in said(study)
        assert "went opposite ways" not in said(study)

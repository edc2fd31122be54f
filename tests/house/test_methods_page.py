"""docs/methods.md: every worked number is what the code finds."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from climtrack.analysis.climatology import climatology
from climtrack.analysis.preindustrial import ANNUAL_OFFSET, OFFSETS
from climtrack.analysis.survey import study
from climtrack.fetcher.reanalyzer import series_from_payload
from climtrack.vocabulary.calendar import dayofyear_of
from climtrack.vocabulary.findings import (
    Answer,
    BaselineAnomaly,
    Findings,
    Peak,
    Preindustrial,
    Rank,
    Spread,
    Trend,
    YearEnd,
    YearOverYear,
)
from climtrack.vocabulary.registry import REGIONS, Baseline
from climtrack.vocabulary.series import Series, SeriesKey, Source

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8").replace("−", "-")
COPY = "climate_reanalyzer/2024-09-04/clim/t2_daily/json/era5_world_t2_day.json"


@pytest.fixture(scope="module")
def series(shared_data: Path) -> Series:
    """World air as served on 4 September 2024."""
    source = Source("https://climatereanalyzer.org/", dt.datetime(2024, 9, 4, tzinfo=dt.UTC), "")
    return series_from_payload((shared_data / COPY).read_bytes(), SeriesKey("era5", "t2m", "world"), source)


@pytest.fixture(scope="module")
def findings(series: Series) -> Findings:
    """Everything known of it on its last day."""
    return study(series, REGIONS["world"]).findings


def says(section: str, *numbers: str) -> None:
    """The section of the page names every number."""
    text = PAGE.split(f"## {section}\n", 1)[1].split("\n## ", 1)[0]
    for number in numbers:
        assert number in text, f"{section}: {number} is not what the page says"


def test_climatology_and_anomaly(series: Series, findings: Findings) -> None:
    """The normal of the day and its anomalies on three baselines."""
    normal = climatology(series, Baseline(1991, 2020)).mean[dayofyear_of(series.end) - 1]
    says("Climatology", f"**{normal:.4f} °C**")
    found, cold, colder = (findings.anomalies[b] for b in ("1991-2020", "1979-2000", "1961-1990"))
    assert isinstance(found, BaselineAnomaly)
    assert isinstance(cold, BaselineAnomaly)
    assert isinstance(colder, BaselineAnomaly)
    assert found.site_value is not None
    says("Anomaly", f"{found.value:+.3f} °C", f"{found.site_value:+.3f} °C", f"{cold.value:+.3f} °C",
         f"{colder.value:+.3f} °C", f"{cold.offset:.3f} °C")  # fmt: skip
    says("Spread, σ, percentile", f"{found.spread:.4f} °C", f"**{found.sigma:.2f}**",
         f"**{found.sigma_detrended:.2f}**", f"percentile **{found.percentile:.0f}**")  # fmt: skip
    spread = findings.spread
    assert isinstance(spread, Spread)
    says(
        "Spread, σ, percentile", f"{spread.shifting_value:+.3f} °C", f"percentile **{spread.shifting_percentile:.1f}**"
    )


def test_year_over_year_and_direction(findings: Findings) -> None:
    """Differences from last year, the tally, and the fortnight against the one before."""
    found = findings.year_over_year
    assert isinstance(found, YearOverYear)
    says("Year over year", f"{found.difference:+.3f} °C", f"**{found.mean_14d:+.3f} °C**",
         f"Of {found.days_compared} days", f"**{found.days_warmer}**",
         f"**{found.days_cooler}**", f"**{found.days_level}**")  # fmt: skip
    fortnight = findings.direction
    assert isinstance(fortnight.answer, Answer)
    assert isinstance(fortnight.mean_14d, float)
    assert isinstance(fortnight.change_14d, float)
    assert isinstance(fortnight.share_of_steps_as_large, float)
    assert isinstance(fortnight.peak_12m, Peak)
    before = fortnight.mean_14d - fortnight.change_14d
    says("Is the line coming down?", f"{fortnight.mean_14d:+.3f} °C", f"{before:+.3f} °C",
         f"**{fortnight.change_14d:+.3f} °C**, *{fortnight.answer}*", f"{fortnight.line_14d:+.3f} °C",
         f"{fortnight.season_14d:+.3f} °C", f"{100 * fortnight.share_of_steps_as_large:.0f} %",
         f"{fortnight.peak_12m.now:+.3f} °C", f"{fortnight.peak_12m.anomaly:+.3f} °C")  # fmt: skip


def test_ranks_and_records(findings: Findings) -> None:
    """Place of the day, the tie of the month, and the three records."""
    day, month = findings.ranks.day, findings.ranks.month_to_date
    assert isinstance(day, Rank)
    assert isinstance(month, Rank)
    assert month.tied_with == (2023,)
    says("Ranks", f"**{day.rank}st of {day.of}**", f"**{day.margin:.3f} °C**", f"{month.value:.3f} °C",
         f"{month.best_value:.3f} °C")  # fmt: skip
    warmest = findings.records.warmest_day
    assert warmest.previous is not None
    assert warmest.days == (dt.date(2024, 7, 22), dt.date(2024, 7, 23))
    says("Records", f"{warmest.value:.3f} °C", f"{warmest.margin:.3f} °C", f"{warmest.previous.value:.3f} °C")


def test_trend_year_end_and_preindustrial(findings: Findings) -> None:
    """Warming per decade, the year's expected mean, and the view above 1850–1900."""
    trend, end, above = findings.trend, findings.year_end, findings.preindustrial
    assert isinstance(trend, Trend)
    assert isinstance(end, YearEnd)
    assert isinstance(above, Preindustrial)
    says("Trend", f"{trend.per_decade:+.3f} °C per decade", f"**{trend.low:.3f} to {trend.high:.3f}**",
         f"{trend.lag1:.2f}", f"{trend.n_effective:.1f} effective")  # fmt: skip
    late = findings.trend_30y
    assert isinstance(late, Trend)
    says("Trend", f"{late.per_decade:+.3f} °C ({late.low:.3f} to {late.high:.3f})")
    says("Where the year's mean is heading", f"after {end.days} days", f"{end.to_date:.3f} °C so far",
         f"**{end.mean:.3f} °C** ({end.low:.3f} to {end.high:.3f})",
         f"{end.chance_of_rank['1'] * end.years:.0f} cases of {end.years}")  # fmt: skip
    row = " | ".join(f"{value:.2f}" for value in [*OFFSETS, ANNUAL_OFFSET])
    says("Above 1850–1900", f"{above.value:+.2f} °C", row)

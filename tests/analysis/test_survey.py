"""The survey: what is preliminary, what is missing, which day is looked at, which baseline is used."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pytest

from climtrack.analysis.survey import study
from climtrack.errors import Notice, SeriesError
from climtrack.vocabulary.findings import Reading, RevisionNoise, Run
from climtrack.vocabulary.registry import REGIONS, Baseline
from climtrack.vocabulary.series import Series
from tests.analysis.build import made, of

FIRST = dt.date(1991, 1, 1)


def test_the_sea_of_the_post(snapshot: Callable[[str, str], Series]) -> None:
    """North Atlantic, 4 July 2024: preliminary since 21 June, drawn as such, never final."""
    sea = snapshot("climate_reanalyzer_constructed/2024-07-05", "oisst.sst.natlan")
    found = study(sea, REGIONS["natlan"])
    assert found.findings.latest == Reading(dt.date(2024, 7, 4), 23.576, "preliminary")
    assert found.findings.preliminary_from == dt.date(2024, 6, 21)
    assert np.nansum(found.preliminary.values) == 14
    assert found.preliminary.row(2024)[185] == 1.0
    assert np.isnan(found.preliminary.row(2023)).all()


def test_as_of_cuts_everything(world: Series) -> None:
    """On 5 July 2024 nothing later is known: table, findings and year end with it."""
    found = study(world, REGIONS["world"], as_of=dt.date(2024, 7, 5))
    assert (found.as_of, found.year, found.series.end) == (dt.date(2024, 7, 5), 2024, dt.date(2024, 7, 5))
    assert np.isnan(found.table.row(2024)[187:]).all()
    assert found.findings.days_known == 187
    with pytest.raises(SeriesError, match="begins on 1940-01-01"):
        study(world, REGIONS["world"], as_of=dt.date(1900, 1, 1))


def test_a_later_as_of_is_kept_beside_the_last_day() -> None:
    """Asked for the 20th with data to the 15th: both dates are known."""
    found = study(made(FIRST, dt.date(2021, 6, 15)), REGIONS["nh"], as_of=dt.date(2021, 6, 20))
    assert (found.as_of, found.findings.latest.date) == (dt.date(2021, 6, 20), dt.date(2021, 6, 15))


def test_gaps_of_this_year_are_listed() -> None:
    """Three days in March, one in May; last year's gap is last year's."""
    values = np.zeros((dt.date(2021, 6, 15) - FIRST).days + 1)
    for first, days in ((dt.date(2020, 8, 1), 9), (dt.date(2021, 3, 3), 3), (dt.date(2021, 5, 9), 1)):
        values[(first - FIRST).days : (first - FIRST).days + days] = np.nan
    found = study(of(FIRST, values), REGIONS["nh"]).findings
    assert found.missing == (
        Run(dt.date(2021, 3, 3), dt.date(2021, 3, 5), 3),
        Run(dt.date(2021, 5, 9), dt.date(2021, 5, 9), 1),
    )
    assert found.days_known == 166 - 4


def test_absent_years_are_told(northern: Series) -> None:
    """No rank looks at 2001–2022 in that file."""
    assert study(northern, REGIONS["nh"]).findings.absent_years == tuple(range(2001, 2023))


def test_year_to_date_and_days_above_average() -> None:
    """Ten days half a degree above, then ten a quarter below: mean 0.125, ten days above."""
    values = np.zeros((dt.date(2021, 1, 20) - FIRST).days + 1)
    values[-20:-10], values[-10:] = 0.5, -0.25
    found = study(of(FIRST, values), REGIONS["nh"], baseline=Baseline(1991, 2020)).findings
    assert found.anomaly_year_to_date == pytest.approx(0.125)
    assert found.days_above_average == 10


def test_measured_noise_takes_the_place_of_the_default() -> None:
    """What the store has seen is used, with its origin."""
    noise = RevisionNoise(0.5, 0.9, 40, Notice("own history"))
    values = np.zeros((dt.date(2021, 6, 15) - FIRST).days + 1)
    values[-1] = 0.3
    series = of(FIRST, values, preliminary=1)
    found = study(series, REGIONS["nh"], revision_noise=noise).findings
    assert found.revision_noise == noise
    assert found.records.warmest_day.claim == "within_noise"
    assert study(series, REGIONS["nh"]).findings.records.warmest_day.claim == "preliminary"

"""Niño 3.4: against NOAA's index, episodes, the running state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from climtrack.analysis.enso import Index, episodes, nino_index, nino_state
from climtrack.analysis.survey import study
from climtrack.vocabulary.findings import NinoState, Phase, Study, Unknown
from climtrack.vocabulary.registry import REGIONS
from climtrack.vocabulary.series import Series
from tests.analysis.build import made

SEASONS = ["DJF", "JFM", "FMA", "MAM", "AMJ", "MJJ", "JJA", "JAS", "ASO", "SON", "OND", "NDJ"]


@pytest.fixture(scope="module")
def nino(snapshot: Callable[[str, str], Series]) -> Study:
    """Niño 3.4 to 21 August 2026."""
    return study(snapshot("climate_reanalyzer/2026-08-22", "oisst.sst.nino3.4"), REGIONS["nino3.4"])


def _index(nino: Study) -> Index:
    """Its index, which must be known."""
    found = nino_index(nino)
    assert isinstance(found, Index)
    return found


def _made(*three_months: float) -> Index:
    """An index of given three-month means from February 2001 on."""
    values = np.array([np.nan, *three_months, np.nan])
    return Index(2001, 1, np.zeros(values.size), values)


def test_against_noaa(nino: Study, shared_data: Path) -> None:
    """Three-month means follow NOAA's ONI: correlation 0.98, 0.2 °C rms, though its base period moves."""
    rows = [line.split() for line in (shared_data / "noaa" / "oni.txt").read_text().splitlines()[1:]]
    theirs = {(int(year), SEASONS.index(season) + 1): float(value) for season, year, _, value in rows}
    index = _index(nino)
    pairs = []
    for i, value in enumerate(index.three_months):
        first = index.first_day(i)
        if not np.isnan(value) and (first.year, first.month) in theirs:
            pairs.append((value, theirs[first.year, first.month]))
    ours, noaa = np.array(pairs).T
    assert len(pairs) > 500
    assert np.corrcoef(ours, noaa)[0, 1] > 0.98
    assert np.sqrt(((ours - noaa) ** 2).mean()) < 0.2
    phases = [np.where(x >= 0.5, 1, np.where(x <= -0.5, -1, 0)) for x in (ours, noaa)]
    assert (phases[0] == phases[1]).mean() > 0.85
    assert not (phases[0] * phases[1] == -1).any()


def test_the_known_el_ninos(nino: Study) -> None:
    """The years that everyone knows, 1982–83 to 2023–24; the great ones peak beyond 2 °C in winter."""
    warm = {e.onset.year: e for e in episodes(_index(nino)) if e.phase is Phase.EL_NINO}
    assert set(warm) == {1982, 1986, 1991, 1994, 1997, 2002, 2004, 2006, 2009, 2014, 2018, 2023}
    for year in (1982, 1997):
        assert warm[year].peak > 2
        assert warm[year].peak_month.month in (11, 12, 1)
    assert all(e.complete for e in warm.values())


def test_episode_by_hand() -> None:
    """Five means make an episode, four none; 0.495 reads 0.50 and counts, 0.494 does not."""
    index = _made(0.0, 0.5, 0.7, 0.9, 0.6, 0.495, 0.0)
    (found,) = episodes(index)
    assert (found.onset, found.end, found.months) == (dt.date(2001, 3, 1), dt.date(2001, 7, 31), 5)
    assert (found.peak, found.peak_month, found.complete) == (0.9, dt.date(2001, 5, 1), True)
    assert episodes(_made(0.0, 0.5, 0.7, 0.9, 0.6, 0.494, 0.0)) == ()


def test_an_episode_that_goes_on() -> None:
    """La Niña to the latest mean is not complete."""
    (found,) = episodes(_made(0.0, -0.6, -0.7, -0.8, -1.1, -0.9))
    assert (found.phase, found.peak, found.complete) == (Phase.LA_NINA, -1.1, False)


def test_state_of_august_2026(nino: Study) -> None:
    """El Niño since May, two three-month means: warm, but not yet an episode."""
    found = nino_state(nino)
    assert isinstance(found, NinoState)
    assert (found.phase, found.months_running, found.onset) == (Phase.EL_NINO, 2, dt.date(2026, 5, 1))
    assert found.episode is None
    assert (found.season_first, found.month_first) == (dt.date(2026, 5, 1), dt.date(2026, 7, 1))
    assert found.three_months == pytest.approx(1.547, abs=5e-4)
    assert "own climatology" in str(found.rule)
    assert "±0.5 °C" in str(found.rule)


def test_state_within_an_episode(snapshot: Callable[[str, str], Series]) -> None:
    """In March 2024 the El Niño of 2023 was still under way; in July 2024 it was over."""
    series = snapshot("climate_reanalyzer/2026-08-22", "oisst.sst.nino3.4")
    march = nino_state(study(series, REGIONS["nino3.4"], as_of=dt.date(2024, 3, 31)))
    assert isinstance(march, NinoState)
    assert march.episode is not None
    assert (march.episode.onset, march.episode.complete) == (dt.date(2023, 5, 1), False)
    assert march.month_first == dt.date(2024, 3, 1)
    july = nino_state(study(series, REGIONS["nino3.4"], as_of=dt.date(2024, 7, 4)))
    assert isinstance(july, NinoState)
    assert (july.phase, july.episode, july.onset) == (Phase.NEUTRAL, None, None)


def test_no_climatology_no_state() -> None:
    """A short series has no climatology of its own, so it says nothing of El Niño."""
    short = study(made(dt.date(2020, 1, 1), dt.date(2021, 1, 1), key="oisst.sst.nino3.4"), REGIONS["nino3.4"])
    assert nino_state(short) == nino_index(short) == Unknown("unknown.no_baseline")

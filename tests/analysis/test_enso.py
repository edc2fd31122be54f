"""El Niño: the state as NOAA's published table has it, episodes, the estimate to date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from climtrack.analysis.enso import episodes, nino_estimate, nino_state, phases
from climtrack.analysis.survey import study
from climtrack.fetcher.noaa import ENDPOINTS, SEASONS, read
from climtrack.vocabulary.findings import NinoEstimate, NinoState, Phase, Study, Unknown
from climtrack.vocabulary.registry import REGIONS
from climtrack.vocabulary.series import RONI, Series, Source, Status, trimmed
from tests.analysis.build import made

SOURCE = Source("https://www.cpc.ncep.noaa.gov/", dt.datetime(2026, 8, 22, tzinfo=dt.UTC), "0" * 64)


@pytest.fixture(scope="module")
def roni(shared_data: Path) -> Series:
    """RONI to MJJ 2026."""
    return read((shared_data / "noaa" / "roni.txt").read_bytes(), ENDPOINTS[RONI], SOURCE)


@pytest.fixture(scope="module")
def nino(snapshot: Callable[[str, str], Series]) -> Study:
    """Niño 3.4 to 21 August 2026."""
    return study(snapshot("climate_reanalyzer/2026-08-22", "oisst.sst.nino3.4"), REGIONS["nino3.4"])


def _made(*seasons: float) -> Series:
    """An index from JFM 2001 on."""
    values = np.array(seasons)
    return trimmed(RONI, dt.date(2001, 2, 1), values, np.full(values.size, Status.FINAL, np.int8), SOURCE)


def test_every_season_since_1982_has_the_state_of_the_published_table(roni: Series, shared_data: Path) -> None:
    """534 seasons, the table read here by itself: side of the threshold, and the runs of five that it colours."""
    rows = [line.split() for line in (shared_data / "noaa" / "roni.txt").read_text().splitlines()[1:]]
    table = [(int(year), SEASONS.index(season) + 1, float(value)) for season, year, value in rows]
    sides = [(value >= 0.5) - (value <= -0.5) for _, _, value in table]
    coloured = [0] * len(sides)
    for i in range(len(sides) - 4):
        if sides[i] and sides[i : i + 5] == [sides[i]] * 5:
            coloured[i : i + 5] = [sides[i]] * 5

    names = {1: Phase.EL_NINO, -1: Phase.LA_NINA, 0: Phase.NEUTRAL}
    ours = phases(roni)
    inside = {}
    for one in episodes(roni):
        first = roni.index(one.onset)
        assert first is not None
        inside |= dict.fromkeys(range(first, first + one.seasons), one.phase)
    seasons = 0
    for i, (year, month, value) in enumerate(table):
        if year < 1982:
            continue
        seasons += 1
        third = roni.key.date(roni.key.row(dt.date(year, month, 1)) + 2)  # the day after its third month
        then = nino_state(roni, as_of=third)
        assert isinstance(then, NinoState)
        assert (then.roni, then.phase, ours[i]) == (value, names[sides[i]], names[sides[i]])
        assert inside.get(i, Phase.NEUTRAL) == names[coloured[i]]
        assert (then.episode is not None) == (i >= 4 and sides[i] != 0 and sides[i - 4 : i + 1] == [sides[i]] * 5)
    assert seasons == 534


def test_the_known_el_ninos(roni: Series) -> None:
    """The years that everyone knows; the great ones peak beyond 2 °C in winter."""
    warm = {e.onset.year: e for e in episodes(roni) if e.phase is Phase.EL_NINO and e.onset.year >= 1982}
    assert {1982, 1986, 1991, 1997, 2002, 2009, 2015, 2023} <= {year + (year == 2014) for year in warm}
    for year in (1982, 1997):
        assert warm[year].peak > 2
        assert warm[year].peak_month.month in (11, 12, 1)
    assert all(e.complete for e in warm.values())


def test_episode_by_hand() -> None:
    """Five seasons make an episode, four none; 0.495 reads 0.50 and counts, 0.494 does not."""
    (found,) = episodes(_made(0.0, 0.5, 0.7, 0.9, 0.6, 0.495, 0.0))
    assert (found.onset, found.end, found.seasons) == (dt.date(2001, 3, 1), dt.date(2001, 7, 31), 5)
    assert (found.peak, found.peak_month, found.complete) == (0.9, dt.date(2001, 5, 1), True)
    assert episodes(_made(0.0, 0.5, 0.7, 0.9, 0.6, 0.494, 0.0)) == ()


def test_an_episode_that_goes_on() -> None:
    """La Niña to the latest season is not complete."""
    (found,) = episodes(_made(0.0, -0.6, -0.7, -0.8, -1.1, -0.9))
    assert (found.phase, found.peak, found.complete) == (Phase.LA_NINA, -1.1, False)


def test_state_of_august_2026(roni: Series, nino: Study) -> None:
    """+0.98 in May to July, the first season beyond the threshold; to date about +1.4 by Niño 3.4."""
    found = nino_state(roni, nino)
    assert isinstance(found, NinoState)
    assert (found.season_first, found.season_last) == (dt.date(2026, 5, 1), dt.date(2026, 7, 1))
    assert (found.roni, found.phase, found.seasons_running) == (0.98, Phase.EL_NINO, 1)
    assert (found.onset, found.episode) == (dt.date(2026, 6, 1), None)
    estimate = found.estimate
    assert isinstance(estimate, NinoEstimate)
    assert (estimate.date, estimate.preliminary_days) == (dt.date(2026, 8, 21), 15)
    assert estimate.running == pytest.approx(1.954, abs=5e-4)
    assert estimate.offset == pytest.approx(0.546, abs=0.01)
    assert estimate.value == pytest.approx(estimate.running - estimate.offset)
    assert estimate.low < estimate.value < estimate.high
    assert estimate.high - estimate.low == pytest.approx(0.31, abs=0.03)


def test_a_season_is_known_when_its_third_month_is_over(roni: Series) -> None:
    """On 31 July the season May to July is not there yet, on 1 August it is."""
    before, after = (nino_state(roni, as_of=dt.date(2026, *day)) for day in ((7, 31), (8, 1)))
    assert isinstance(before, NinoState)
    assert isinstance(after, NinoState)
    assert (before.season_last, before.roni, before.phase) == (dt.date(2026, 6, 1), 0.49, Phase.NEUTRAL)
    assert after.season_last == dt.date(2026, 7, 1)
    assert nino_state(roni, as_of=dt.date(1950, 2, 28)) == Unknown("unknown.no_roni")


def test_the_estimates_of_the_past_hold(roni: Series, snapshot: Callable[[str, str], Series]) -> None:
    """Ten years of season ends, nothing later known: RONI came to lie within the range about 9 times in 10."""
    series = snapshot("climate_reanalyzer/2026-08-22", "oisst.sst.nino3.4")
    inside = []
    for first in range(roni.values.size - 120, roni.values.size - 1, 6):
        end = roni.key.date(roni.first + first + 2) - dt.timedelta(days=1)
        then = nino_estimate(roni.upto(roni.key.date(roni.first + first)), study(series, REGIONS["nino3.4"], as_of=end))
        assert isinstance(then, NinoEstimate)
        inside.append(then.low <= roni.values[first] <= then.high)
    assert len(inside) == 20
    assert sum(inside) >= 16


def test_no_climatology_no_estimate(roni: Series) -> None:
    """A short series has no climatology of its own, so it estimates nothing; RONI still names the state."""
    short = study(made(dt.date(2020, 1, 1), dt.date(2021, 1, 1), key="oisst.sst.nino3.4"), REGIONS["nino3.4"])
    found = nino_state(roni, short)
    assert isinstance(found, NinoState)
    assert found.estimate == Unknown("unknown.no_baseline")

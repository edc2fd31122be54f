"""The Python interface's further questions: values of the vocabulary and xarray objects."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import climtrack
from climtrack.errors import AnalysisError, BaselineNotCovered
from climtrack.vocabulary.findings import AirSea, NinoState, Shares, Unknown, YearOverYear


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty store, no settings of the developer's, and a source that refuses."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLIMTRACK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CLIMTRACK_BASE_URL", "http://127.0.0.1:9/")
    monkeypatch.delenv("CLIMTRACK_CONFIG", raising=False)


def own(values: np.ndarray, first: str = "1991-01-01", **attrs: str) -> xr.DataArray:
    """A daily series of one's own."""
    days = (np.datetime64(first) + np.arange(values.size)).astype("datetime64[ns]")
    return xr.DataArray(values, dims="time", coords={"time": days}, name="sst", attrs=attrs)


def level(last: str = "2021-12-31") -> np.ndarray:
    """As many zeros as there are days since 1991."""
    return np.zeros(int((np.datetime64(last) - np.datetime64("1991-01-01")).astype(int)) + 1)


def test_a_series_of_ones_own_is_studied() -> None:
    """The findings are those of the values given."""
    values = level()
    values[-365:] = 0.5
    found = climtrack.study_of(own(values), "nh").findings
    assert found.anomaly is not None
    assert found.anomaly.value == pytest.approx(0.5)
    assert found.latest.date == dt.date(2021, 12, 31)


def test_any_two_years() -> None:
    """2021 half a degree above 2000; an absent year is unknown."""
    values = level()
    values[-365:] = 0.5
    by_date = climtrack.two_years(own(values), 2021, 2000)
    assert isinstance(by_date, YearOverYear)
    assert (by_date.days_warmer, by_date.difference) == (365, 0.5)
    assert isinstance(climtrack.two_years(own(values), 2030, 2000), Unknown)
    assert isinstance(climtrack.two_years(own(values), 2021, 1950), Unknown)


def test_heatwaves_are_a_dataset() -> None:
    """Seven days two degrees above a sea that varies by a fifth of a degree are one event of seven days."""
    rng = np.random.default_rng(4)
    values = 0.2 * rng.normal(size=level("2021-06-30").size)
    values[-30:-23] = 2.0
    values[[-31, -23]] = -0.2  # what the noise does beside it is nobody's event
    found = climtrack.heatwaves(own(values))
    last = found.isel(event=-1)
    assert int(last.duration) == 7
    assert str(last["first"].values)[:10] == "2021-06-01"
    assert float(last.intensity_max) == pytest.approx(2.0, abs=0.05)
    assert int(last.category) == 4
    assert found.threshold.sizes["dayofyear"] == 366
    with pytest.raises(BaselineNotCovered):
        climtrack.heatwaves(own(values), "1961-1990")
    with pytest.raises(AnalysisError, match="categories saturate"):
        climtrack.heatwaves(own(values, climtrack_key="oisst.sst.natlan"))


def test_hemispheres_and_air_minus_sea() -> None:
    """From the sample: shares of the world's anomaly, and the air's anomaly minus the sea's."""
    world, north, south = (climtrack.study("air", name, sample=True) for name in ("world", "nh", "sh"))
    shares = climtrack.contrast(north, south, world).shares
    assert isinstance(shares, Shares)
    assert shares.north_share + shares.south_share + shares.remainder == pytest.approx(shares.world)
    found = climtrack.air_minus_sea(world, climtrack.study("sst", "world", sample=True))
    assert isinstance(found, AirSea)
    assert found.difference == pytest.approx(found.air - found.sea)
    with pytest.raises(AnalysisError):
        climtrack.contrast(world)


def test_el_nino() -> None:
    """A state with its rule."""
    nino = climtrack.study("sst", "nino3.4", sample=True)
    state = climtrack.el_nino(nino)
    assert isinstance(state, NinoState)


def test_agreement_and_published_figures() -> None:
    """A series agrees with itself, and the sample of no real year with nothing published by chance."""
    values = level()
    found = climtrack.agreement(own(values, climtrack_key="era5.t2m.world"), own(values, climtrack_key="era5.t2m.nh"))
    assert found.agrees
    assert found.overall.rms == 0
    day = own(np.full(31, 17.152), "2024-07-01", climtrack_key="era5.t2m.world")
    rows = climtrack.reconcile(day)
    assert {row.published.period for row in rows if row.published.measure == "mean"} == {
        "2024-07-21", "2024-07-22", "2024-07-23", "2024-07",
    }  # fmt: skip
    assert [row.agrees for row in rows if row.published.period == "2024-07-23"] == [True]

"""The Python interface: what a scientist types, and what comes back."""

from __future__ import annotations

import datetime as dt
import inspect
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_args, get_type_hints

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.text import Text

import climtrack
from climtrack.api import data, pictures
from climtrack.errors import AnalysisError, BaselineNotCovered, ConfigError, FetchError
from climtrack.reporter.charts import CHARTS
from climtrack.reporter.render import FORMATS, MOVING
from climtrack.reporter.theme import PRESETS, THEMES
from climtrack.vocabulary import findings
from climtrack.vocabulary.registry import OPTIONS, REGIONS, RegionName, VariableName, short_name
from climtrack.words.language import LANGUAGES


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty store, no settings of the developer's, and a source that refuses."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLIMTRACK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CLIMTRACK_BASE_URL", "http://127.0.0.1:9/")
    monkeypatch.delenv("CLIMTRACK_CONFIG", raising=False)


def own(values: float = 10.0, first: str = "1991-01-01", last: str = "2021-12-31", **attrs: str) -> xr.DataArray:
    """A constant daily series of one's own."""
    days = np.arange(first, np.datetime64(last) + 1, dtype="datetime64[D]").astype("datetime64[ns]")
    return xr.DataArray(np.full(days.size, values), dims="time", coords={"time": days}, name="t2m", attrs=attrs)


def test_every_public_name_is_there_with_its_docstring() -> None:
    """Each name resolves, functions and classes are documented; `import *` brings all but a second `open`."""
    assert dir(climtrack) == sorted({*climtrack.__all__, "open"})
    assert "open" not in climtrack.__all__
    for name in dir(climtrack):
        value = getattr(climtrack, name)
        if inspect.isfunction(value) or inspect.isclass(value):
            assert (inspect.getdoc(value) or "").strip(), name


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A typing mistake is reported as Python does it."""
    with pytest.raises(AttributeError, match="has no attribute 'opne'"):
        climtrack.opne  # noqa: B018


def test_open_gives_cf_metadata() -> None:
    """Units, scale, standard name, height, source and licence come with the values."""
    air = climtrack.open("air", "nh", sample=True)
    assert air.dims == ("time",)
    assert air.attrs["standard_name"] == "air_temperature"
    assert (air.attrs["units"], air.attrs["units_metadata"]) == ("degC", "temperature: on_scale")
    assert air.attrs["cell_methods"] == "area: mean time: mean"
    assert float(air.height) == 2.0
    assert air.attrs["simulated"] == "true"
    assert "SIMULATED" in air.attrs["title"]
    assert "Copernicus" in air.attrs["acknowledgement"]
    assert set(np.unique(air.status)) <= {1, 2}
    assert str(air.time.values[0])[:10] == "1940-01-01"


def test_the_sea_has_preliminary_days_as_a_coordinate() -> None:
    """The last fortnight of the sea is marked, not hidden."""
    sea = climtrack.open("sst", "natlan", sample=True)
    assert int(sea.status[-1]) == 2
    assert int(sea.status[-40]) == 1
    assert sea.attrs["standard_name"] == "sea_surface_temperature"


def test_two_hemispheres_are_one_dataset() -> None:
    """A variable each, its status beside it, on the days that either has; two arrays merge as xarray does it."""
    north, south = (climtrack.open("air", name, sample=True) for name in ("nh", "sh"))
    assert not {"latitude", "longitude"} & {*north.coords}
    both = climtrack.open(["nh", "sh"], sample=True)
    merged = xr.merge([north.rename("nh"), south.rename("sh")], compat="no_conflicts", join="outer")
    for made in (both, xr.Dataset({"nh": north, "sh": south}), merged):
        np.testing.assert_array_equal(made.nh, north)
        np.testing.assert_array_equal(made.sh, south)
    assert both.sh.attrs["climtrack_key"] == "era5.t2m.sh"
    np.testing.assert_array_equal(climtrack.anomaly(both.sh), climtrack.anomaly(south))
    early = data.together({"north": north[:-3], "south": south})
    assert (int(early.north_status[-1]), early.north_status.dtype, bool(np.isnan(early.north[-1]))) == (0, "int8", True)
    sea = climtrack.open("sst", ["natlan"], sample=True)
    assert int((climtrack.study_of(sea.natlan, "natlan").series.status == 2).sum()) == int(
        (sea.natlan_status == 2).sum()
    )


def test_the_names_that_an_editor_offers() -> None:
    """Each is known, and all that are known are offered."""
    hints = get_type_hints(climtrack.chart, {**vars(pictures), "Asset": object, "Study": object})
    offered = {name: get_args(hint) for name, hint in hints.items()}
    assert offered["chart"] == tuple(chart.slug for chart in CHARTS.values())
    assert offered["preset"] == tuple(PRESETS)
    assert offered["theme"] == tuple(THEMES)
    assert offered["language"] == LANGUAGES
    assert offered["fmt"] == tuple(dict.fromkeys((*FORMATS, *MOVING)))
    assert get_args(RegionName) == tuple(REGIONS)
    assert {short_name(name) for name in get_args(VariableName)} == {one.name for one in OPTIONS.values()}


def test_as_of_ends_the_series() -> None:
    """Nothing after the day asked for."""
    air = climtrack.open("air", "nh", as_of="2020-02-29", sample=True)
    assert str(air.time.values[-1])[:10] == "2020-02-29"


def test_simulated_data_never_come_unasked() -> None:
    """With nothing stored and no source, `open` refuses instead of inventing."""
    with pytest.raises(FetchError):
        climtrack.open("air", "nh")


@pytest.mark.parametrize(
    ("variable", "region", "words"),
    [
        ("sst", "nh", "no sea-surface series for nh. Open 'natlan'"),
        ("rain", "nh", "unknown variable 'rain'"),
        ("air", "atlantis", "unknown region"),
        ("air", "gom", "no daily series"),
    ],
)
def test_what_does_not_exist_is_refused_with_a_remedy(variable: str, region: str, words: str) -> None:
    """Another series is never put in the place of the one asked for."""
    with pytest.raises(ConfigError, match=words):
        climtrack.open(variable, region, sample=True)


def test_anomaly_of_a_step_is_the_step() -> None:
    """Ten degrees throughout the baseline, then 11.5: 0 inside, +1.5 after."""
    data = own()
    data[data.time.dt.year == 2021] = 11.5
    warm = climtrack.anomaly(data, "1991-2020")
    np.testing.assert_allclose(warm.sel(time=slice("1991", "2020")), 0.0, atol=1e-12)
    np.testing.assert_allclose(warm.sel(time="2021"), 1.5, atol=1e-12)
    np.testing.assert_allclose(warm.climatology, 10.0, atol=1e-12)


def test_anomaly_states_its_baseline() -> None:
    """CF: plain standard name, a difference, `anomaly_wrt` the coordinate that stands beside."""
    warm = climtrack.anomaly(climtrack.open("air", "nh", sample=True), climtrack.Baseline(1981, 2010))
    assert warm.attrs["standard_name"] == "air_temperature"
    assert warm.attrs["units_metadata"] == "temperature: difference"
    assert warm.attrs["cell_methods"].endswith("time: anomaly_wrt climatology")
    assert warm.attrs["baseline"] == warm.climatology.attrs["baseline"] == "1981-2010"
    assert warm.climatology.attrs["units_metadata"] == "temperature: on_scale"


def test_anomaly_survives_a_file() -> None:
    """Written as NetCDF and read again, values, metadata and the climatology are there."""
    warm = climtrack.anomaly(climtrack.open("air", "nh", sample=True))
    with xr.open_dataset(bytes(warm.to_netcdf(engine="netcdf4", format="NETCDF4")), engine="netcdf4") as file:
        again = file["t2m_anomaly"].load()
    xr.testing.assert_allclose(again.drop_vars(["climatology"]), warm.drop_vars(["climatology"]))
    assert again.attrs["baseline"] == "1991-2020"
    assert "climatology" in again.coords


def test_climatology_by_day_of_year() -> None:
    """A constant has itself as climatology, without spread, on 366 days."""
    normal = climtrack.climatology(own(7.25), "1991-2020")
    np.testing.assert_allclose(normal, 7.25, atol=1e-12)
    np.testing.assert_allclose(normal.spread, 0.0, atol=1e-12)
    assert list(normal.dayofyear.values) == list(range(1, 367))


def test_an_uncovered_baseline_is_refused() -> None:
    """The years that are missing are named."""
    with pytest.raises(BaselineNotCovered, match="1961–1990 absent"):
        climtrack.anomaly(own(), "1961-1990")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (own(280.0, units="K"), "in K, not degC"),
        (own().expand_dims("region"), "Reduce it to one region"),
        (own()[::-1], "do not follow one another"),
    ],
)
def test_what_is_no_daily_series_is_refused(data: xr.DataArray, words: str) -> None:
    """Kelvin, several regions, and days out of order are named, not guessed at."""
    with pytest.raises(AnalysisError, match=words):
        climtrack.anomaly(data)


def test_missing_days_are_gaps() -> None:
    """A day that the array lacks is NaN in the result, and no day moves."""
    data = own().drop_isel(time=100)
    warm = climtrack.anomaly(data, "1991-2020")
    assert warm.sizes["time"] == own().sizes["time"]
    assert np.isnan(warm[100])
    assert not np.isnan(warm[[99, 101]]).any()


def test_compare_lines_regions_up() -> None:
    """Both regions on the same days; 29 February's partner is 28 February."""
    both = climtrack.compare("nh", "sh", sample=True)
    assert list(both.region.values) == ["nh", "sh"]
    north = both.temperature.sel(region="nh")
    leap = float(north.sel(time="2024-02-29") - north.sel(time="2023-02-28").item())
    assert float(both.year_over_year.sel(region="nh", time="2024-02-29")) == pytest.approx(leap)
    march = float(north.sel(time="2024-03-01") - north.sel(time="2023-03-01").item())
    assert float(both.year_over_year.sel(region="nh", time="2024-03-01")) == pytest.approx(march)
    assert np.isnan(both.year_over_year.sel(time="1940")).all()


def test_study_and_chart_and_facts_agree() -> None:
    """The finding, the picture's words and facts.json speak of the same day."""
    study = climtrack.study("air", "nh", sample=True)
    assert study.simulated
    facts = climtrack.facts("nh", sample=True)
    assert facts["sample"] is True
    assert facts["series"]["air"]["latest"]["value"] == study.findings.latest.value
    picture = climtrack.chart("year-lines", study, preset="phone", language="es")
    assert picture.data.startswith(b"\x89PNG")
    assert (picture.width, picture.height, picture.language) == (720, 900, "es")
    assert picture._repr_mimebundle_() == {"image/png": picture.data}
    assert picture.save() == Path(picture.path)
    assert picture.save("mine.png").read_bytes() == picture.data
    shown = repr(study).splitlines()
    assert len(shown) < 32
    assert max(map(len, shown)) < 101
    assert "SIMULATED" in shown[0]
    assert [line.split()[0] for line in shown[1:]] == [field.name for field in fields(study.findings)]
    assert study._repr_html_().count("<tr>") == len(shown) - 1


def test_findings_and_what_is_not_known_tell_themselves_apart() -> None:
    """`known` wherever a finding or `Unknown` may stand."""
    kinds = [kind for kind in vars(findings).values() if inspect.isclass(kind) and is_dataclass(kind)]
    unions = [get_args(hint) for kind in kinds for hint in get_type_hints(kind).values()]
    either = {one for union in unions if findings.Unknown in union for one in union if is_dataclass(one)}
    assert len(either) > 10
    assert all(issubclass(one, findings.Known) for one in either - {findings.Unknown})
    assert (findings.Unknown("unknown.no_baseline").known, findings.Gap(dt.date(2024, 1, 1), 0.1).known) == (
        False,
        True,
    )


def test_plot_draws_on_given_axes_without_pyplot() -> None:
    """This year's line holds this year's values; 28 February joins 1 March in common years."""
    axes = Figure().add_subplot()
    air = climtrack.open("air", "nh", as_of="2023-12-31", sample=True)
    assert climtrack.plot(air, axes) is axes
    newest = max(axes.lines, key=lambda line: line.get_linewidth())
    drawn = np.asarray(newest.get_ydata(), dtype=float)
    np.testing.assert_allclose(drawn, air.sel(time="2023").values)
    own = climtrack.plot(climtrack.anomaly(air)).figure
    assert own.canvas.manager is None
    own.draw_without_rendering()
    assert 0 < max(text.get_window_extent().x1 for text in own.axes[0].get_children() if isinstance(text, Text)) < 900


def test_a_date_that_is_none_is_refused() -> None:
    """Dates are ISO dates."""
    with pytest.raises(ConfigError, match="is not a date"):
        climtrack.open("air", "nh", as_of="5 July", sample=True)
    assert climtrack.open("air", "nh", as_of=dt.date(2000, 1, 1), sample=True).sizes["time"] == 21916

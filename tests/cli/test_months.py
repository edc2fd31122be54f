"""The sea of a hemisphere in a first report, from a copy of both sources on this computer."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from climtrack.cli.app import main
from climtrack.fetcher.fetch import SOURCES
from climtrack.run.check import check_folder
from climtrack.vocabulary.series import SeriesKey
from tests.faults import genuine
from tests.loopback import serving

SITES = "sites/2026-08-22"
MONTHLY = ("noaaglobaltemp.ocean.nh", "noaaglobaltemp.land_ocean.nh")


@pytest.fixture
def copy(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Path:
    """A folder for the report of a home that asks the copy of 22 August 2026, in which there is no hemispheric air."""
    monkeypatch.setenv("CLIMTRACK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CLIMTRACK_NOW", "2026-08-22T18:00:00Z")
    with serving(shared_data / SITES) as (base, log):
        monkeypatch.setenv("CLIMTRACK_BASE_URL", base)
        for region in ("nh", "sh"):
            with pytest.raises(SystemExit) as left:
                main(["report", "--region", region, "--chart", "months", "--preset", "card", "--lang", "en,es",
                      "--out", str(tmp_path / region)])  # fmt: skip
            assert left.value.code == 3  # the air could not be had, and is named
    nh, sh = (line for line in capsys.readouterr().out.splitlines() if "report.md" in line)
    assert ("report.html" in nh, "report.html" in sh) == (True, False)
    asked = [path for path, _, _ in log if "climate-at-a-glance" in path]
    assert len(asked) == len(set(asked)) == 4  # land and sea, and the sea, of each
    return tmp_path


def test_a_first_report_names_the_month_of_the_hemisphere(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In words, facts, table and picture, at the foot of the page; every number holds against a second computation."""
    for region, anomaly, change in (("nh", 0.669, 0.13), ("sh", 0.429, 0.15)):
        facts = json.loads((copy / region / "facts.json").read_text())["series"]["sst_month"]
        assert (facts["month"], facts["product"], facts["baseline"]) == ("2026-07", "NOAAGlobalTemp", "1991-2020")
        assert facts["anomaly"] == pytest.approx(anomaly, abs=0.001)
        assert facts["year_over_year"] == pytest.approx(change)
        text = (copy / region / "report.md").read_text().replace("\N{NO-BREAK SPACE}", " ")
        assert f"No: in NOAAGlobalTemp, July 2026 was {change:.2f} °C warmer than July 2025." in text
        assert f"julio de 2026 fue 0,{change * 100:.0f} °C más cálido que julio de 2025" in text
        assert f"]({region}-ocean.months.card.en.png)" in text
        assert (copy / region / f"{region}-ocean.csv").read_text().count("\n2026-") == 7
    assert check_folder(copy / "nh", copy).differing == []
    assert check_folder(copy / "sh", copy).differing == []
    assert [*json.loads((copy / "nh/facts.json").read_text())["series"]] == ["sst_month", "sst"]
    assert "NOAAGlobalTemp" in (copy / "nh/report.html").read_text().partition("<footer")[2].partition("<script")[0]
    for words in (["post", "--region", "sh", "--lang", "es", "--out", str(copy)], ["compare", "nh", "sh"]):
        with pytest.raises(SystemExit):
            main([*words, "--offline"])
    assert "](<sh-ocean.months.post.es.png>)" in (copy / "2026-08-22-sh/post.es.md").read_text()
    assert "natlan" not in capsys.readouterr().out
    history = []
    for option in ("--date=2026-07-05", "--json"):
        with pytest.raises(SystemExit, match="0"):
            main(["history", "--region", "sh", option])
        history.append(capsys.readouterr().out)
    assert "\nsh-ocean 2026-07\t" in history[0]
    assert json.loads(history[1])["series"]["noaaglobaltemp.ocean.sh"]["versions"][0]["days"] > 2000
    with pytest.raises(SystemExit, match="0"):
        main(["export", "--format", "csv,netcdf", "--region", "sh", "--out", str(copy / "export")])
    months = pd.read_csv(copy / "export/sh-ocean.monthly.csv", index_col="month")
    assert months.loc["2026-07", "anomaly"] == pytest.approx(0.429, abs=0.001)
    assert months.loc["2026-07", "difference"] == pytest.approx(0.15)
    with xr.open_dataset(copy / "export/sh-ocean.nc") as file:
        np.testing.assert_array_equal(file["ocean"], months["departure"])
        assert file["ocean"].attrs["baseline"] == "1901-2000"
        assert [str(day)[:10] for day in file["time_bounds"].values[-1]] == ["2026-07-01", "2026-08-01"]
    with pytest.raises(SystemExit) as left:  # what is told by month alone has no page
        main(["publish", str(copy / "site"), "--region", "sh", "--chart", "months", "--lang", "en", "--offline"])
    assert (left.value.code, "there are no real data to publish" in capsys.readouterr().err) == (2, True)


@pytest.mark.parametrize(("words", "code"), [((), 0), (("--strict",), 3)])
def test_a_report_of_days_does_without_months(
    words: tuple[str, ...],
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Days are fresh and months cannot be had: said in a line, and a failure only where that is asked for."""
    table = {key: one for source in SOURCES for key, one in source.ENDPOINTS.items()}
    for key in map(SeriesKey.parse, ("era5.t2m.nh", "oisst.sst.natlan", *MONTHLY)):
        path = table[key].path.format(year=2026)
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(b"" if key.monthly else genuine(key, dt.date(2026, 8, 22)))
    monkeypatch.setenv("CLIMTRACK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CLIMTRACK_NOW", "2026-08-22T18:00:00Z")
    with serving(tmp_path) as (base, _):
        monkeypatch.setenv("CLIMTRACK_BASE_URL", base)
        with pytest.raises(SystemExit) as left:
            main(["report", "--region", "nh", "--chart", "stripes", "--preset", "strip", "--lang", "en", *words,
                  "--out", str(tmp_path / "out")])  # fmt: skip
    assert left.value.code == code
    assert "nh-land-ocean, nh-ocean: not updated" in capsys.readouterr().err

"""`history`, `export`, `accept`, `refresh` and `status --check`, as typed."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import netCDF4
import numpy as np
import pandas as pd
import pytest

from climtrack.analysis.climatology import climatology
from climtrack.cli.app import main
from climtrack.fetcher.reanalyzer import ENDPOINTS
from climtrack.store.store import Store
from climtrack.vocabulary.registry import DEFAULT
from tests.faults import genuine
from tests.loopback import serving
from tests.run.site import NATLAN

DAYS = (dt.date(2026, 7, 11), dt.date(2026, 7, 12))
COLUMNS = ["date", "value", "status", "climatology", "anomaly", "last_year", "difference"]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The site's file of the North Atlantic on loopback; the store and the settings of a new user."""
    path = tmp_path / "site" / ENDPOINTS[NATLAN].path
    path.parent.mkdir(parents=True)
    put(path, DAYS[0])
    config = tmp_path / "config.toml"
    config.write_text(
        '[refresh]\nregions = ["natlan"]\npublish = false\n[report]\nlanguages = ["en"]\ncharts = ["year-lines"]\n'
        f'presets = ["email"]\nthemes = ["light"]\nfolder = "{tmp_path / "report"}"\n'
    )
    monkeypatch.setenv("CLIMTRACK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CLIMTRACK_CONFIG", str(config))
    monkeypatch.setenv("CLIMTRACK_NOW", f"{DAYS[0]}T18:00:00Z")
    monkeypatch.chdir(tmp_path)
    with serving(tmp_path / "site") as (address, _):
        monkeypatch.setenv("CLIMTRACK_BASE_URL", address)
        yield path


def put(path: Path, day: dt.date) -> None:
    """The file as it was on a day, and dated so: the server knows a changed file by the second."""
    path.write_bytes(genuine(NATLAN, day))
    moment = dt.datetime.combine(day, dt.time(), dt.UTC).timestamp()
    os.utime(path, (moment, moment))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Exit code, standard output and standard error of a command line."""

    def go(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(words)
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return go


def test_a_refresh_then_its_history(site: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two days: the second makes a preliminary value final, and both are told."""
    code, out, _ = run("refresh", "--json")
    assert code == 0
    assert json.loads(out)["series"]["oisst.sst.natlan"]["last_date"] == "2026-07-10"
    monkeypatch.setenv("CLIMTRACK_NOW", f"{DAYS[1]}T18:00:00Z")
    put(site, DAYS[1])
    assert run("refresh")[:2] == (
        0,
        "natlan-sst: 1 day new, 1 day became final, 1 day revised by at most "
        f"{_move():.2f} °C; data to 2026-07-11 (1 day old).\n1 picture drawn.\n",
    )
    code, out, _ = run("history", "--region", "natlan")
    assert [line.split("\t")[:4] for line in out.splitlines()[1:]] == [
        ["natlan-sst", "1", "2026-07-11 18:00 UTC", f"{_days():,}"],
        ["natlan-sst", "2", "2026-07-12 18:00 UTC", "2"],
    ]
    code, out, _ = run("history", "--region", "natlan", "--date", "2026-06-27", "--json")
    values = json.loads(out)["series"]["oisst.sst.natlan"]
    assert [one["status"] for one in values] == ["preliminary", "final"]
    assert values[0]["replaced"] == values[1]["first_seen"] == "2026-07-12T18:00:00+00:00"
    assert "0 of 1" not in run("status", "--check")[2]


def _move() -> float:
    """By how much 27 June moved when it became final."""
    from climtrack.fetcher.reanalyzer import series_from_payload
    from climtrack.vocabulary.series import Source

    day = dt.date(2026, 6, 27)
    now = dt.datetime(2026, 7, 12, tzinfo=dt.UTC)
    both = [series_from_payload(genuine(NATLAN, d), NATLAN, Source("", now, "")) for d in DAYS]
    return abs((both[1].value(day) or 0) - (both[0].value(day) or 0))


def _days() -> int:
    """Days of the first copy."""
    return (dt.date(2026, 7, 10) - dt.date(1981, 9, 1)).days + 1


@pytest.mark.parametrize("fmt", ["csv", "json", "parquet", "netcdf"])
def test_export_gives_the_stored_values_and_right_anomalies(site: Path, run: Run, tmp_path: Path, fmt: str) -> None:
    """Every format, the same numbers, the source beside them."""
    run("fetch", "natlan")
    code, out, err = run("export", "--format", fmt, "--region", "natlan", "--out", str(tmp_path / "out"), "--history")
    assert (code, err) == (0, "")
    assert all(Path(line).is_file() for line in out.splitlines())
    series = Store(tmp_path / "home").read(NATLAN)
    normal = climatology(series, DEFAULT)
    if fmt == "netcdf":
        with netCDF4.Dataset(tmp_path / "out" / "natlan-sst.nc") as file:
            found, last = file["sst"][:], float(file["sst_anomaly"][-1])
            assert file["sst_anomaly"].units_metadata == "temperature: difference"
            assert file["sst_anomaly"].cell_methods.endswith("time: anomaly_wrt climatology")
    elif fmt == "csv":
        table = pd.read_csv(tmp_path / "out" / "natlan-sst.daily.csv")
        assert list(table) == COLUMNS
        found, last = table["value"], table["anomaly"].iloc[-1]
        assert table["date"].iloc[-1] == "2026-07-10"
        beside = json.loads((tmp_path / "out" / "natlan-sst.daily.csv-metadata.json").read_text())
        assert beside["tables"] == [{"url": "natlan-sst.daily.csv"}]
        assert beside["notes"][0]["source_url"].endswith(ENDPOINTS[NATLAN].path)
    elif fmt == "json":
        document = json.loads((tmp_path / "out" / "natlan-sst.daily.json").read_text())
        assert document["columns"] == COLUMNS
        assert document["source_url"].endswith(ENDPOINTS[NATLAN].path)
        found, last = [row[1] for row in document["rows"]], document["rows"][-1][4]
    else:
        import pyarrow.parquet as pq

        table = pq.read_table(tmp_path / "out" / "natlan-sst.daily.parquet")
        assert table.schema.metadata[b"climtrack.key"] == b"oisst.sst.natlan"
        years = table.to_pandas().set_index("date")["value"].resample("YE").mean()
        assert years.loc["1990"].item() == pytest.approx(series.values[3044:3409].mean())
        found, last = table["value"].to_pylist(), table["anomaly"].to_pylist()[-1]
    np.testing.assert_array_equal(np.asarray(found, dtype=float), series.values)
    day = 10 + 31 + 29 + 31 + 30 + 31 + 30  # 10 July, 1 March being day 61
    assert last == pytest.approx(series.values[-1] - normal.mean[day - 1], abs=1e-9)


def test_what_was_refused_can_be_accepted_once(site: Path, run: Run, tmp_path: Path) -> None:
    """A past that changed by half a degree: refused, then taken at a person's word; the old past stays known."""
    run("fetch", "natlan")
    rows = json.loads(site.read_bytes())
    year = next(row for row in rows if row["name"] == "1990")
    before, year["data"] = year["data"][99], [v if v is None else round(v + 0.5, 3) for v in year["data"]]
    site.write_text(json.dumps(rows))
    os.utime(site, (2e9, 2e9))  # a server tells changes by the second
    code, _, err = run("fetch", "natlan")
    assert code == 4
    assert "climtrack accept" in err
    assert run("accept", "natlan-sst")[0] == 0
    day = dt.date(1990, 4, 10)
    assert Store(tmp_path / "home").read(NATLAN).value(day) == pytest.approx(before + 0.5)
    assert [one.value for one in Store(tmp_path / "home").values(NATLAN, day)] == [before, before + 0.5]
    code, _, err = run("accept", "natlan-ssd")
    assert (code, "did you mean" in err) == (2, True)


def test_of_two_odd_days_the_one_not_named_still_refuses_all(site: Path, run: Run, tmp_path: Path) -> None:
    """Nothing of the answer is taken until both are named; then both, and what they were before stays known."""
    run("fetch", "natlan")
    rows = json.loads(site.read_bytes())
    year = next(row for row in rows if row["name"] == "1990")
    before = [year["data"][n] for n in (99, 199)]
    for n in (99, 199):
        year["data"][n] = round(year["data"][n] + 0.5, 3)
    site.write_text(json.dumps(rows))
    os.utime(site, (2e9, 2e9))
    snapshot = Store(tmp_path / "home").snapshot
    first, second = dt.date(1990, 4, 10), dt.date(1990, 7, 19)
    code, _, err = run("accept", "natlan-sst", "--date", str(first))
    assert (code, str(second) in err) == (4, True)
    assert Store(tmp_path / "home").snapshot == snapshot
    assert run("accept", "natlan-sst", "--date", "April")[0] == 2
    assert run("accept", "natlan-sst", "--date", f"{first},{second}")[0] == 0
    store = Store(tmp_path / "home")
    for day, was in zip((first, second), before, strict=True):
        assert [one.value for one in store.values(NATLAN, day)] == [was, pytest.approx(was + 0.5)]


def test_a_mistyped_day_is_no_fault_of_the_source(site: Path, run: Run, tmp_path: Path) -> None:
    """Exit 2 and nothing noted of the series; the future is refused before anybody is asked."""
    run("fetch", "natlan")
    site.unlink()
    code, _, err = run("accept", "natlan-sst", "--date", "2030-01-01")
    assert (code, "--date 2030-01-01 is in the future" in err) == (2, True)
    put(site, DAYS[1])
    before = (tmp_path / "home" / "climtrack.sqlite").read_bytes()
    code, _, err = run("accept", "natlan-sst", "--date", "1900-01-01")
    assert (code, "natlan-sst: there is no value on 1900-01-01" in err) == (2, True)
    assert (tmp_path / "home" / "climtrack.sqlite").read_bytes() == before
    assert run("status", "--check")[0] == 0


def test_nothing_to_show_is_no_fault_of_this_computer(site: Path, run: Run) -> None:
    """Exit 4 and one line: nothing stored, not stored by then, a day that never had a value."""
    assert run("history", "--region", "natlan")[0] == 4
    run("fetch", "natlan")
    for words, said in (
        (("report", "--region", "natlan", "--known-on", "2020-01-01"), "natlan-sst: nothing was stored by 2020-01-01"),
        (
            ("report", "--region", "natlan", "--known-on", "2020-01-01T12:00"),
            "nothing was stored by 2020-01-01 12:00 UTC",
        ),
        (("history", "--region", "sh"), "none of that is stored"),
        (("history", "--date", "1900-01-01"), "natlan-sst: no value of 1900-01-01 was ever stored"),
        (("history", "--date", "1900-01-01", "--json"), "natlan-sst: no value of 1900-01-01 was ever stored"),
    ):
        code, out, err = run(*words)
        assert (code, out, len(err.splitlines())) == (4, "", 1)
        assert said in err


def test_a_damaged_history_still_tells_what_was(site: Path, run: Run, tmp_path: Path) -> None:
    """`history` and `report --known-on` answer from the copy, with one line that says so."""
    run("fetch", "natlan")
    whole = run("history", "--date", "2026-07-01")
    (tmp_path / "home" / "climtrack.sqlite").write_bytes(b"no base at all" * 1000)
    code, out, err = run("history", "--date", "2026-07-01")
    assert (code, out) == whole[:2]
    assert "climtrack.sqlite is damaged or missing; using its copy of 2026-07-11 18:00 UTC." in err
    code, _, err = run("report", "--region", "natlan", "--known-on", str(DAYS[0]), "--chart", "year-lines")
    assert (code, err.count("using its copy")) == (0, 1)


def test_a_monitor_is_told_what_is_wrong(site: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing stored, all well, too old, a silent schedule, a wrong clock."""
    assert run("status", "--check")[0] == 3
    run("fetch", "natlan")
    assert run("status", "--check")[0] == 0
    monkeypatch.setenv("CLIMTRACK_NOW", "2026-07-31T18:00:00Z")
    code, _, err = run("status", "--check")
    assert (code, "older than 10 days: natlan-sst (21 days)" in err) == (3, True)
    monkeypatch.setenv("CLIMTRACK_NOW", f"{DAYS[0]}T18:00:00Z")
    (tmp_path / "home" / "heartbeat.json").write_text('{"at": "2026-07-11T17:00:00+00:00", "busy": false}')
    code, _, err = run("status", "--check")
    assert (code, "no sign of life since 2026-07-11 17:00 UTC" in err) == (3, True)
    monkeypatch.setenv("CLIMTRACK_NOW", "2036-07-11T18:00:00Z")
    assert "this computer's clock says 2036-07-11" in run("status", "--check")[2]

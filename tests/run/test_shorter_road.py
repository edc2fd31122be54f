"""The sea of a hemisphere from two years and a published average, and from another installation's site."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from benchmarks import synthetic
from climtrack.analysis.climatology import COMMON, mean_cycle, rows
from climtrack.analysis.survey import study
from climtrack.check.check import check
from climtrack.cli.app import main
from climtrack.config import Config, load
from climtrack.errors import SourceUnavailable
from climtrack.grids.download import Policy
from climtrack.reporter.answers import above
from climtrack.reporter.documents.facts import facts_json
from climtrack.reporter.documents.tables import table_csv
from climtrack.reporter.sentences import Phrases
from climtrack.run import grids
from climtrack.run.drawing import Request
from climtrack.run.publish import publish
from climtrack.run.run import Run
from climtrack.run.series import covers, endpoints, english
from climtrack.store.store import Store
from climtrack.vocabulary.findings import Unknown
from climtrack.vocabulary.registry import DEFAULT, REGIONS
from climtrack.vocabulary.series import Series, SeriesKey, pairing, year_table
from climtrack.words.language import Language
from tests.loopback import serving
from tests.store.build import build

NOW = dt.datetime(2026, 8, 22, 17, tzinfo=dt.UTC)
NH, SH = SeriesKey("oisst", "sst", "nh"), SeriesKey("oisst", "sst", "sh")
QUICK = Policy("climtrack/test", connect=60, read=60, attempts=1)
HALVES = (REGIONS["nh"], REGIONS["sh"])


@pytest.fixture(scope="module")
def psl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small years, and long-term means as PSL lays them out: 365 fields dated in year 1."""
    root = tmp_path_factory.mktemp("psl")
    synthetic.write_psl_year(root / "sst.day.mean.2025.nc", 2025, 9, 18)
    synthetic.write_psl_year(root / "sst.day.mean.2026.nc", 2026, 9, 18, days=233)
    usual = 20 + np.cos(2 * np.pi * np.arange(365) / 365)
    synthetic.write_grid(
        root / "sst.day.mean.ltm.1991-2020.nc",
        np.broadcast_to(usual[:, None, None], (365, 9, 18)).astype(np.float32),
        np.arange(-80.0, 90, 20), np.arange(10.0, 360, 20), np.arange(365) - 657073.0,
        attrs={"long_name": "Daily Long Term Mean Sea Surface Temperature", "units": "degC"},
        fill=np.float32(-9.96921e36), since="days since 1800-01-01 00:00:00", title="NOAA OISST V2.1 LTM",
    )  # fmt: skip
    return root


def configured(folder: Path, text: str) -> Config:
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text(text)
    return load(folder / "config.toml", {"CLIMTRACK_HOME": str(folder / "home")})


def road(config: Config) -> grids.Job:
    work = grids.job(Run(config, NOW), "psl", HALVES, dt.date(1982, 1, 1), dt.date(2026, 8, 21), rule="exact")
    return grids.recent(work, config)


def test_two_years_and_a_published_average_answer_for_the_hemisphere(psl: Path, tmp_path: Path) -> None:
    """Three files; the second run asks for none of them; the daily files that follow leave the average alone."""
    with serving(psl) as (base, log):
        config = configured(tmp_path, f'[grid]\nbases = {{ psl = "{base}" }}\n')
        ahead = grids.estimate(Run(config, NOW), road(config))
        assert (ahead.files, ahead.days, ahead.gigabytes) == (3, 598, pytest.approx(2.36))
        grids.backfill(Run(config, NOW), road(config), policy=QUICK)
        assert sorted(path for path, code, _ in log if code == 200) == [
            "/sst.day.mean.2025.nc", "/sst.day.mean.2026.nc", "/sst.day.mean.ltm.1991-2020.nc",
        ]  # fmt: skip
        grids.backfill(Run(config, NOW), road(config), policy=QUICK)
        assert sum("ltm" in path for path, _, _ in log) == 1
        grids.backfill(Run(config, NOW), replace(road(config), means=""), policy=QUICK)
    held = Store(config.home).read(NH)
    usual = 20 + np.cos(2 * np.pi * np.arange(365) / 365)
    assert held.site_climatology["1991-2020"][:365] == pytest.approx(usual, abs=1e-5)
    assert "sst.day.mean.ltm.1991-2020.nc" in held.source.details["climatology"]
    assert (held.start, held.end) == (dt.date(2025, 1, 1), dt.date(2026, 8, 21))
    assert covers(held, config)
    assert pairing("nh", Run(config, NOW).known_keys()).sst == NH
    assert (config.home / "grids" / "oisst.sst.1991-2020.exact.jsonl").is_file()


def test_without_the_average_the_days_are_stored_all_the_same(psl: Path, tmp_path: Path) -> None:
    """One line that names the file; the North Atlantic stays until it has come."""
    (tmp_path / "site").mkdir()
    for path in psl.glob("*.20*.nc"):
        if "ltm" not in path.name:
            (tmp_path / "site" / path.name).symlink_to(path)
    with serving(tmp_path / "site") as (base, _):
        config = configured(tmp_path, f'[grid]\nbases = {{ psl = "{base}" }}\n')
        with pytest.raises(SourceUnavailable, match=r"psl has no sst.day.mean.ltm.1991-2020.nc"):
            grids.backfill(Run(config, NOW), road(config), policy=QUICK)
    assert Store(config.home).read(NH).values.size == 598
    assert pairing("nh", Run(config, NOW).known_keys()).sst != NH


def test_both_roads_tell_their_cost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--dry-run` asks nobody and says files and gigabytes of the whole record and of the shorter road."""
    monkeypatch.setenv("CLIMTRACK_HOME", str(tmp_path))
    monkeypatch.setenv("CLIMTRACK_NOW", NOW.isoformat())
    with pytest.raises(SystemExit):
        main(["grid", "backfill", "--recent", "--dry-run"])
    short, whole = capsys.readouterr().out.splitlines()
    assert short.startswith("ncei: 599 files, 2.4 GB, for 598 days")
    assert whole.startswith("Without --recent, for ranks, records and trends too: ncei: 16,304 files, 26.1 GB")
    with pytest.raises(SystemExit):
        main(["grid", "backfill", "--dry-run", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert (found["files"], found["other"]["files"]) == (16304, 599)


def whole() -> Series:
    """A hemisphere since 1982, as if it had been computed here: season, trend and weather by formula."""
    days = np.datetime64("1982-01-01") + np.arange(16_304)
    time = np.arange(days.size)
    values = 19 - 2 * np.cos(2 * np.pi * (time - 40) / 365.25) + 4e-5 * time + 0.2 * np.sin(time / 11.3)
    made = build(NH, np.round(values, 6), start=dt.date(1982, 1, 1), preliminary=14, retrieved=NOW)
    details = MappingProxyType({"weights": "exact: area", "grid": "720 × 1440", "files": "ab  x.nc", "variable": "sst"})
    return replace(made, source=replace(made.source, details=details))


def short() -> Series:
    """The same on the shorter road: its last two years, and its own average as if it had been published."""
    full = whole()
    table = year_table(full)
    cycle = np.nanmean(table.values[rows(table, DEFAULT)], axis=0)
    i = (dt.date(2025, 1, 1) - full.start).days
    return replace(
        full, start=dt.date(2025, 1, 1), values=full.values[i:], status=full.status[i:],
        site_climatology=MappingProxyType({"1991-2020": np.append(cycle[COMMON], np.nan)}),
    )  # fmt: skip


def test_its_anomaly_and_last_year_are_those_of_the_whole_record() -> None:
    """Ranks, records and trends are unknown for one reason, in facts and in words; a second computation agrees."""
    full, part = study(whole(), REGIONS["nh"]), study(short(), REGIONS["nh"])
    assert part.climatology is not None
    assert part.climatology.mean == pytest.approx(mean_cycle(full.table, DEFAULT).mean, abs=1e-9)
    one, other = part.findings, full.findings
    assert one.anomaly is not None
    assert other.anomaly is not None
    assert one.anomaly.value == pytest.approx(other.anomaly.value, abs=1e-9)
    assert one.year_over_year == other.year_over_year
    assert one.direction.answer == other.direction.answer
    assert one.direction.change_14d == pytest.approx(other.direction.change_14d, abs=1e-9)
    why = Unknown("unknown.whole_record", first=dt.date(2025, 1, 1))
    assert {one.ranks.day, one.ranks.year, one.records.warmest_day, one.records.days, one.trend, one.year_end} == {why}
    assert "Ranks, records and trends need the whole record: this series begins on 1 January 2025" in above(
        Phrases(part, Language("en"))
    )
    assert "hace falta la serie completa: esta empieza el 1 de enero de 2025" in above(Phrases(part, Language("es")))
    files = {one.path: one.data.decode() for one in (facts_json(pairing("nh", [NH]), [part]), table_csv(part))}
    assert json.loads(files["facts.json"])["series"]["sst"]["rank"]["day"]["value"] is None
    assert not check([files], []).differing


def test_what_one_installation_computes_another_takes(tmp_path: Path) -> None:
    """One request and its hash, equal to 0.001 °C, its days, its status, its average; a changed byte is refused."""
    for made in (short(), whole()):
        folder = tmp_path / f"of{made.start.year}"
        maker = configured(folder, f'[publish]\nfolder = "{folder / "site"}"\n')
        with Store(maker.home).writer(NOW) as writer:
            writer.put(made)
        request = Request(("nh",), ("sst",), ("en",), (), ("wide",), ("light",), ("png",), DEFAULT)
        publish(Run(maker, NOW, offline=True), request)
        file = folder / "site" / "data" / "series" / "oisst.sst.nh.json"
        origin = json.loads((file.parent / "oisst.sst.nh.provenance.json").read_bytes())
        assert origin["source"]["details"]["files"] == "ab  x.nc"
        with serving(folder / "site") as (base, log):
            address = f"{base}data/series/oisst.sst.nh.json"
            config = configured(folder / "other", f'[[endpoints]]\nkey = "oisst.sst.nh"\npath = "{address}"\n')
            (change,) = Run(config, NOW).update([NH])
            assert (change.error, change.added) == (None, made.values.size)
            assert [(path.rpartition("/")[2], code) for path, code, _ in log] == [
                ("oisst.sst.nh.json", 200), ("oisst.sst.nh.json.sha256", 200),
            ]  # fmt: skip
            held = Store(config.home).read(NH)
            assert np.abs(held.values - made.values).max() <= 0.001
            assert np.array_equal(held.status, made.status)
            assert held.site_climatology.keys() == made.site_climatology.keys()
            run = Run(config, NOW)
            assert (pairing("nh", run.known_keys()).sst, run.computed(NH)) == (NH, False)
            assert run.update([NH])[0].error is None  # not modified
            file.write_bytes(file.read_bytes().replace(b"19.", b"18.", 1))
            (change,) = Run(config, NOW).update([NH], accept=True)
            assert "does not match the hash" in english(change.error) if change.error else False
            assert Store(config.home).read(NH).digest == held.digest


def test_an_address_stays_its_owners_own(tmp_path: Path) -> None:
    """https, or this computer; CLIMTRACK_BASE_URL takes the place of its scheme and host too."""
    entry = '[[endpoints]]\nkey = "oisst.sst.nh"\npath = "{}"\n'
    (tmp_path / "config.toml").write_text(entry.format("https://sea.example.org/data/series/oisst.sst.nh.json"))
    home = {"CLIMTRACK_HOME": str(tmp_path), "CLIMTRACK_BASE_URL": "http://127.0.0.1:9/"}
    one = endpoints(load(tmp_path / "config.toml", home))[NH]
    assert (one.host, one.path, one.hashed) == ("http://127.0.0.1:9/", "data/series/oisst.sst.nh.json", True)
    for address in ("http://sea.example.org/a.json", "https://sea.example.org/../a.json", "ftp://sea.example.org/a"):
        (tmp_path / "config.toml").write_text(entry.format(address))
        with pytest.raises(Exception, match=r"endpoints\.0\.path"):
            load(tmp_path / "config.toml", home)

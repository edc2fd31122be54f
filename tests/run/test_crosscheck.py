"""The daily cross-check: silent while all is well, one line when it is not, nobody asked who should not be."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from climtrack.config import Config, load
from climtrack.errors import Notice
from climtrack.run.facts import cross_check
from climtrack.run.fetch import fetch
from climtrack.run.refresh import Round, unattended_round
from climtrack.run.run import Run
from climtrack.run.series import english
from climtrack.run.status import alarms, status
from climtrack.vocabulary.findings import Unknown
from climtrack.vocabulary.series import MONTHS, RONI, SeriesKey
from climtrack.words.language import Language
from tests.loopback import serving

NOW = dt.datetime(2026, 2, 8, 12, tzinfo=dt.UTC)
REAL = dt.datetime(2026, 8, 22, 18, tzinfo=dt.UTC)
SITE = "climate_reanalyzer_constructed/2026-02-08"
FILE = "clim/t2_daily/json/era5_world_t2_day.json"
PULSE = "climate_pulse/2024-02-23"


def _stored(tmp_path: Path, site: str, settings: str, now: dt.datetime = NOW) -> Config:
    """Settings and a store that holds world air."""
    file = tmp_path / "config.toml"
    file.write_text(settings, encoding="utf-8")
    config = load(file, {"CLIMTRACK_HOME": str(tmp_path / "store"), "CLIMTRACK_BASE_URL": site})
    with Run(config, now) as run:
        fetch(run, ("world",), ("air",))
    assert run.outcome.code == 0
    return config


def _round(config: Config, now: dt.datetime = NOW) -> tuple[Round, list[str], int]:
    """One unattended round, Climate Pulse asked as config.toml says: what it brought, its lines and its exit code."""
    with Run(config, now) as run:
        done = unattended_round(run)
    return done, [english(line) for line in run.outcome.notices], run.outcome.code


def _quick(tmp_path: Path, pulse: str) -> str:
    """Settings of a round for the world that draws one small picture a series."""
    report = tmp_path / "report"
    return (
        f'[fetch]\ncross_check_url = "{pulse}"\n[refresh]\nregions = ["world"]\npublish = false\n'
        f'[report]\nlanguages = ["en"]\ncharts = ["year-lines"]\npresets = ["email"]\nfolder = "{report}"\n'
    )


def test_agreement_is_silent_and_each_file_is_asked_for_once(shared_data: Path, tmp_path: Path) -> None:
    """One request a file and round, and nothing to say of the air."""
    with serving(shared_data / SITE) as (site, _), serving(shared_data / PULSE) as (pulse, log):
        config = _stored(tmp_path, site, _quick(tmp_path, pulse))
        _, lines, _ = _round(config)
    assert not any("world-air" in line and "departs" in line for line in lines)
    paths = [path for path, _, _ in log]
    assert "/era5_daily_series_2t_global.csv" in paths
    assert len(paths) == len(set(paths))


def test_a_departure_is_known_by_its_series(shared_data: Path, tmp_path: Path) -> None:
    """A site whose last twenty years are a tenth of a degree off is found out, in the round and in the report."""
    rows = json.loads((shared_data / SITE / FILE).read_text(encoding="utf-8"))
    for row in rows:
        if row["name"].isdigit() and 2004 <= int(row["name"]) <= 2023:
            row["data"] = [None if value is None else round(value + 0.1, 3) for value in row["data"]]
    wrong = tmp_path / "site" / FILE
    wrong.parent.mkdir(parents=True)
    wrong.write_text(json.dumps(rows), encoding="utf-8")
    with serving(tmp_path / "site") as (site, _), serving(shared_data / PULSE) as (pulse, _log):
        config = _stored(tmp_path, site, _quick(tmp_path, pulse))
        _, lines, _ = _round(config)
    found = cross_check(Run(config, NOW, offline=True))
    assert list(found.departures) == [SeriesKey("era5", "t2m", "world")]
    (line,) = map(english, found.departures.values())
    assert line.startswith("world-air departs from Climate Pulse by 0.05")
    assert len(line) <= 200
    assert line in lines
    assert line in (tmp_path / "report" / "world" / "report.md").read_text(encoding="utf-8")


def test_nobody_is_asked_who_should_not_be(tmp_path: Path) -> None:
    """Where the check is switched off, there is no way to Climate Pulse."""
    file = tmp_path / "config.toml"
    file.write_text("[fetch]\ncross_check = false\n", encoding="utf-8")
    assert Run(load(file, {"CLIMTRACK_HOME": str(tmp_path)}), NOW).second_source is None


def test_in_a_copy_of_every_source_its_copy_is_asked(shared_data: Path, tmp_path: Path) -> None:
    """CLIMTRACK_BASE_URL takes the place of every host; the paths stay."""
    with serving(shared_data / "sites" / "2026-08-22") as (site, log):
        config = load(None, {"CLIMTRACK_HOME": str(tmp_path), "CLIMTRACK_BASE_URL": site})
        with Run(config, REAL) as run:
            run.update([SeriesKey("oisst", "sst", "world2")])
            cross_check(run)
    assert "/data/climatepulse/data/series/era5_daily_series_sst_60S-60N_ocean.csv" in [path for path, *_ in log]
    assert run.outcome.code == 0


def test_sources_move_one_by_one(shared_data: Path, tmp_path: Path) -> None:
    """[sources] gives a host another address; the paths stay."""
    file = tmp_path / "config.toml"
    with serving(shared_data / "sites" / "2026-08-22") as (site, log):
        file.write_text(f'[sources]\n"www.cpc.ncep.noaa.gov" = "{site}"\n', encoding="utf-8")
        with Run(load(file, {"CLIMTRACK_HOME": str(tmp_path / "home")}), REAL) as run:
            (change,) = run.update([RONI])
    assert change.error is None
    assert [path for path, *_ in log] == ["/data/indices/RONI.ascii.txt"]
    assert run.endpoints[MONTHS["nh", "sst"]].host == "https://www.ncei.noaa.gov/"


def _asked(config: Config) -> tuple[list[str], int]:
    """What is said of Climate Pulse's sea when it is asked, and the exit code."""
    with Run(config, REAL) as run:
        cross_check(run)
    return [english(line) for line in run.outcome.notices if "no new data" not in english(line)], run.outcome.code


def test_a_renamed_file_is_found_and_a_missing_one_is_a_failure(shared_data: Path, tmp_path: Path) -> None:
    """The old name, the new one, neither: one line or none, 3 where the check could not be made, nothing lost."""
    real = shared_data / "sites" / "2026-08-22"
    body = (real / "data/climatepulse/data/series/era5_daily_series_sst_60S-60N_ocean.csv").read_bytes()
    folder = tmp_path / "pulse"
    folder.mkdir()
    old, new = (folder / f"era5_daily_series_sst_60S-60N{end}.csv" for end in ("", "_ocean"))
    file = tmp_path / "config.toml"
    with serving(real) as (site, _), serving(folder) as (pulse, log):
        file.write_text(f'[fetch]\ncross_check_url = "{pulse}"\n[refresh]\nregions = ["world"]\n', encoding="utf-8")
        config = load(file, {"CLIMTRACK_HOME": str(tmp_path / "store"), "CLIMTRACK_BASE_URL": site})
        with Run(config, REAL) as run:
            fetch(run, ("world",), ("sst",))

        old.write_bytes(body)
        (line,), code = _asked(config)
        assert line == (
            "world2-sst-pulse: came from /era5_daily_series_sst_60S-60N.csv instead of "
            "era5_daily_series_sst_60S-60N_ocean.csv: the source has renamed or moved the file."
        )
        assert code == 0
        assert [path for path, *_ in log] == [f"/{new.name}", f"/{old.name}"]
        assert _asked(config) == ([line], 0)  # said again while it is so, though nothing is sent again
        assert log[-1][1] == 304
        assert line in [english(one) for one in status(Run(config, REAL)).notices]

        old.rename(new)
        assert _asked(config) == ([], 0)
        assert log[-1][:2] == (f"/{new.name}", 200)

        new.rename(tmp_path / "gone")
        (line,), code = _asked(config)
        assert line == (
            "world2-sst-pulse: not updated: the address no longer exists (404). Using data as of 2024-02-21 "
            "(913 days old). If this goes on: a newer climtrack may know the new address."
        )
        assert code == 3
        run = Run(config, REAL)
        assert next(english(one) for one in alarms(run, status(run)) if "pulse" in english(one)) == (
            "world2-sst-pulse: missing, so that the world is not cross-checked: the address no longer exists (404)."
        )
        (agreement,) = cross_check(Run(config, REAL, offline=True)).agreements
        assert not isinstance(agreement[1], Unknown)  # the old copy still answers


def test_a_round_without_its_second_source_fails_and_draws_all_the_same(shared_data: Path, tmp_path: Path) -> None:
    """Exit 3 with a line, the pictures and the stored series as ever."""
    real = shared_data / "sites" / "2026-08-22"
    with serving(real) as (site, _), serving(tmp_path / "nothing") as (empty, log):
        config = _stored(tmp_path, site, _quick(tmp_path, empty), REAL)
        done, lines, code = _round(config, REAL)
    assert log
    assert any(line.startswith("world-air-pulse, world2-sst-pulse: not updated: ") for line in lines)
    assert all(change.error is None for change in done.changes)
    assert (code, done.pictures) == (3, 2)


def test_a_departure_is_said_in_both_languages() -> None:
    """The source-health line of a Spanish page is Spanish."""
    day = dt.date(2026, 5, 1)
    notice = Notice("run.departs", label="world-air", rms=0.123, date=day, usual=0.05)
    line = "world-air departs from Climate Pulse by 0.123 °C rms, most on 2026-05-01; normal is up to 0.050."
    said = {code: Language(code).say(notice) for code in ("en", "es")}
    assert said["en"] == line
    spanish = "world-air se aparta de Climate Pulse en 0,123 °C (media cuadrática), sobre todo el 2026-05-01; "
    assert said["es"] == f"{spanish}lo normal son hasta 0,050."

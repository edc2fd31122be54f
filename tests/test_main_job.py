"""The whole main job, as a new user runs it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from climtrack.cli.app import main
from tests.loopback import serving

SEED = "climate_reanalyzer_constructed/2024-07-05"
NOW = "2024-07-11T16:42:00Z"
NOBODY = "http://127.0.0.1:9/"


def climtrack(*words: str, home: Path, base: str = NOBODY, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command with its own home; port 9 is the discard port, where nobody answers: not asked for long."""
    settings = home / "settings.toml"
    seconds = 1 if base == NOBODY else 120
    settings.write_text(f"[fetch]\nread_timeout = 30\ntotal_timeout = {seconds}\n")
    environment = {
        **os.environ,
        "CLIMTRACK_HOME": str(home / "store"),
        "CLIMTRACK_BASE_URL": base,
        "CLIMTRACK_NOW": NOW,
        "CLIMTRACK_CONFIG": str(settings),
        "LANG": "C.UTF-8",
        **env,
    }
    return subprocess.run(
        [sys.executable, "-m", "climtrack", *words],
        capture_output=True,
        text=True,
        cwd=home,
        env=environment | {"PYTHONPATH": str(Path(__file__).parents[1])},
    )


def digests(folder: Path) -> dict[str, str]:
    """Hash of every file."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def facts(home: Path) -> dict[str, Any]:
    """The report's facts."""
    document: dict[str, Any] = json.loads((home / "out" / "facts.json").read_text())
    return document


@pytest.fixture(scope="module")
def seed(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report on the day of the post that this project grew from; its home, with the requests made."""
    home = tmp_path_factory.mktemp("seed")
    with serving(shared_data / SEED) as (base, log):
        done = climtrack(
            *("report", "--region", "nh", "--baseline", "1979-2000", "--as-of", "2024-07-05", "--lang", "en,es"),
            *("--out", "out"),
            home=home,
            base=base,
        )
        (home / "log.json").write_text(json.dumps([done.returncode, done.stdout, done.stderr, log]))
        few = ("--chart", "year-lines", "--preset", "phone", "--out", "again")
        again = climtrack("report", "--region", "nh", *few, home=home, base=base)
        (home / "again.json").write_text(json.dumps([again.returncode, again.stderr, log]))
    return home


def test_seed_report_gives_the_seed_numbers(seed: Path) -> None:
    """5 July 2024: 21.895 °C, the site's anomaly +1.075 (shared data, computed_golden.csv)."""
    code, *_ = json.loads((seed / "log.json").read_text())
    assert code == 0
    air = facts(seed)["series"]["air"]
    assert air["latest"] == {"date": "2024-07-05", "value": 21.895, "status": "final"}
    assert air["anomalies"]["1979-2000"]["site_value"] == pytest.approx(1.075, abs=0.0006)


def test_seed_report_says_that_1991_2020_is_not_covered(seed: Path) -> None:
    """2001–2022 are absent: null with the reason, never zero."""
    uncovered = facts(seed)["series"]["air"]["anomalies"]["1991-2020"]
    assert uncovered["value"] is None
    assert "not covered" in uncovered["why"]


def test_north_atlantic_is_below_last_year_and_preliminary(seed: Path) -> None:
    """4 July 2024 is preliminary and about 0.25 °C below a year before (issue 2)."""
    sea = facts(seed)["series"]["sst"]
    assert sea["key"] == "oisst.sst.natlan"
    assert sea["latest"]["date"] == "2024-07-04"
    assert sea["latest"]["status"] == "preliminary"
    assert sea["year_over_year"]["difference"] == pytest.approx(-0.25, abs=0.03)


def test_second_run_asks_politely_and_is_told_304(seed: Path) -> None:
    """Every request names climtrack and a contact; the second round is 304 only."""
    _, _, log = json.loads((seed / "again.json").read_text())
    assert len(log) == 4
    assert [status for _, status, _ in log] == [200, 200, 304, 304]
    assert all(agent.startswith("climtrack/") and "http" in agent for *_, agent in log)


def test_second_run_without_network_is_the_same_report(seed: Path) -> None:
    """Same bytes, and one line about how old the data are."""
    before = digests(seed / "out")
    done = climtrack(
        *("report", "--region", "nh", "--baseline", "1979-2000", "--as-of", "2024-07-05", "--lang", "en,es"),
        *("--out", "out"),
        home=seed,
    )
    assert done.returncode == 0
    assert digests(seed / "out") == before
    (line,) = done.stderr.splitlines()
    assert "Using data as of 2024-07-04 to 2024-07-05 (6 to 7 days old)" in line


def test_report_folder_holds_what_is_promised(seed: Path) -> None:
    """report.md, facts.json, a table per series, pictures by their names."""
    names = set(digests(seed / "out"))
    assert {"report.md", "facts.json", "nh-air.csv", "natlan-sst.csv"} <= names
    assert {f"nh-air.year-lines.{p}.{lang}.png" for p in ("wide", "email") for lang in ("en", "es")} <= names
    assert not any(".climtrack-" in name for name in names)


def test_first_run_without_network_is_the_sample_and_says_so(tmp_path: Path) -> None:
    """Exit 0, SIMULATED in every text, and nothing simulated in the store."""
    done = climtrack("report", "--region", "nh", "--preset", "phone", "--out", "out", home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "SIMULATED" in done.stderr
    document = facts(tmp_path)
    assert document["sample"] is True
    assert "SIMULATED" in (tmp_path / "out" / "report.md").read_text()
    assert "SIMULADOS" in (tmp_path / "out" / "report.md").read_text()
    seen = json.loads(climtrack("status", "--json", home=tmp_path).stdout)
    assert all(one["last_date"] is None for one in seen["series"].values())


def test_a_service_without_a_home_draws_without_a_complaint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the drawing library would keep in the user's home is kept beside the store, so it is not made each time."""
    monkeypatch.delenv("MPLCONFIGDIR", raising=False)
    words = ("--variable", "air", "--chart", "year-lines", "--preset", "phone", "--lang", "en", "--out", "out")
    done = climtrack("report", "--region", "nh", *words, home=tmp_path, HOME=os.devnull)
    assert done.returncode == 0, done.stderr
    assert "cache directory" not in done.stderr
    assert list((tmp_path / "store" / "matplotlib").glob("fontlist*"))


def test_without_network_store_or_sample_there_is_nothing_to_show(tmp_path: Path) -> None:
    """Exit 4 and one line."""
    done = climtrack("report", "--region", "nh", "--no-sample", home=tmp_path)
    assert done.returncode == 4
    assert len(done.stderr.splitlines()) == 1
    assert len(done.stderr) <= 201


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--region", "nhh"], "did you mean 'nh'"),
        (["--region", "nh", "--baseline", "91-20"], "FIRST-LAST"),
        (["--region", "nh", "--as-of", "yesterday"], "YYYY-MM-DD"),
        (["--region", "nh", "--as-of", "2999-01-01"], "--as-of 2999-01-01 lies in the future: today is "),
        (["--region", "nh", "--known-on", "2999-01-01"], "--known-on 2999-01-01 lies in the future: today is "),
        (["--region", "nh", "--lang", "fr"], "unknown language"),
        (["--region", "sh", "--variable", "sst"], "grid backfill"),
        (["--region", "nh", "--chart", "pie"], "unknown chart"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(
    tmp_path: Path, words: list[str], expected: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was found, what was expected, what to do."""
    for name, value in {"HOME": str(tmp_path), "BASE_URL": NOBODY, "NOW": NOW, "CONFIG": ""}.items():
        monkeypatch.setenv(f"CLIMTRACK_{name}", value)
    with pytest.raises(SystemExit) as end:
        main(["report", *words])
    assert end.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert expected in line

"""The whole main job, as a new user runs it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from climtrack import __version__
from climtrack.cli.app import main
from climtrack.run.check import check_folder
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


def test_the_report_of_the_seed_day(shared_data: Path, tmp_path: Path) -> None:
    """5 July 2024, the day of the post that this project grew from: its numbers, its files, and the same again."""
    words = ("report", "--region", "nh", "--chart", "year-lines", "--as-of", "2024-07-05", "--lang", "en,es")
    with serving(shared_data / SEED, now=dt.datetime.fromisoformat(NOW)) as (base, log):
        done = climtrack(*words, "--out", "out", home=tmp_path, base=base)
        again = climtrack("fetch", "nh", home=tmp_path, base=base)
    assert (done.returncode, again.returncode) == (0, 0)

    # 21.895 °C and the site's anomaly +1.075 (shared data, computed_golden.csv).
    series = facts(tmp_path)["series"]
    assert series["air"]["latest"] == {"date": "2024-07-05", "value": 21.895, "status": "final"}
    assert series["air"]["anomalies"]["1979-2000"]["site_value"] == pytest.approx(1.075, abs=0.0006)

    # 2001–2022 are absent, so 1991–2020 is null with the reason, never zero.
    uncovered = series["air"]["anomalies"]["1991-2020"]
    assert uncovered["value"] is None
    assert "does not cover 1991–2020" in uncovered["why"]

    # The North Atlantic of 4 July is preliminary and about 0.25 °C below a year before.
    assert series["sst"]["key"] == "oisst.sst.natlan"
    assert series["sst"]["latest"]["date"] == "2024-07-04"
    assert series["sst"]["latest"]["status"] == "preliminary"
    assert series["sst"]["year_over_year"]["difference"] == pytest.approx(-0.25, abs=0.03)

    # Every request names climtrack, and no address that nobody has set; those of the second run are answered 304.
    assert [status for path, status, _ in log if path.startswith("/clim/")] == [200, 200, 304, 304]
    assert {agent for *_, agent in log} == {f"climtrack/{__version__}"}

    # The folder holds the report, the facts, a table per series and pictures by their names.
    before = digests(tmp_path / "out")
    assert {"report.md", "facts.json", "nh-air.csv", "natlan-sst.csv"} <= before.keys()
    assert {f"nh-air.year-lines.{p}.{lang}.png" for p in ("wide", "email") for lang in ("en", "es")} <= before.keys()
    assert not any(".climtrack-" in name for name in before)

    # A second computation finds every number, and one that was altered in the page's table of days.
    assert not check_folder(tmp_path / "out", tmp_path).differing
    page = tmp_path / "out" / "report.html"
    page.write_text(re.sub(r"(5 Jul 2024</th><td>)[\d.]+", r"\g<1>9.99", page.read_text(), count=1))
    assert [one.printed for one in check_folder(tmp_path / "out", tmp_path).differing] == ["9.99"]

    # Without a network: the same bytes, and one line about how old the days are, one about the months.
    alone = climtrack(*words, "--out", "out", home=tmp_path)
    assert alone.returncode == 0
    assert digests(tmp_path / "out") == before
    line, months = alone.stderr.splitlines()
    assert "Using months to May 2024" in months
    assert "Using data as of 2024-07-04 to 2024-07-05 (6 to 7 days old)" in line


def test_first_run_without_network_is_the_sample_and_says_so(tmp_path: Path) -> None:
    """Exit 0, SIMULATED in every text, and nothing simulated in the store."""
    done = climtrack("report", "--region", "nh", "--chart", "stripes", "--out", "out", home=tmp_path)
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
        (
            ["--region", "nh", "--as-of", "once"],
            "'once' is not a date. Write it as 2026-07-05, 5/7/2026, 5 July or '2 weeks ago'",
        ),
        (["--region", "nh", "--as-of", "2999-01-01"], "--as-of 2999-01-01 is in the future: today is "),
        (["--region", "nh", "--known-on", "2999-01-01"], "--known-on 2999-01-01 is in the future: today is "),
        (
            ["--region", "nh", "--known-on", "2999-01-01T12:00"],
            "--known-on 2999-01-01T12:00 is in the future: today is ",
        ),
        (["--region", "nh", "--known-on", "noon"], "'noon' is neither a date nor a time. Write it as 2026-07-05 or"),
        (["--region", "nh", "--lang", "fr"], "unknown language"),
        (["--region", "arctic", "--variable", "sst"], "arctic has no series for sst"),
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

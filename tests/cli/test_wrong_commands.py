"""Sixty wrong commands and forty wrong calls from Python: each answered in one line that says what to do."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import climtrack
from climtrack.cli.app import main
from climtrack.vocabulary.assets import Asset

#: What is typed, and what the answer must say: the remedy above all.
COMMANDS = {
    "reprot": "Did you mean 'report'",
    "--versoin": "--version",
    "report nh": "--region nh",
    "report --regoin nh": "--region",
    "report --region nhh": "did you mean 'nh'?",
    "report --region ''": "`climtrack regions`",
    "report --region Mediterranean": "climtrack grid backfill",
    "report --region España": "climtrack grid reduce",
    "report --region 'South Atlantic'": "`climtrack regions`",
    "report --region 'hemisferio nort'": "did you mean 'el hemisferio norte'?",
    "report --variable wind": "Known are air, all, sst",
    "report --lang es en": "extra argument(s) (en). Try `climtrack report --help`",
    "report --lang french": "Known are en, es, es-MX",
    "report --baseline 1991": "for example 1991-2020",
    "report --baseline 2020-1991": "FIRST-LAST",
    "report --baseline 1850-1900 --variable air --offline": "choose one of 1991-2020, 1981-2010",
    "report --baseline 1979-2000 --variable sst --offline": "choose one of 1991-2020, 1982-2010, auto",
    "report --config uncovered.toml --variable air --offline": "choose one of 1991-2020",
    "report --config nowhere.toml": "`climtrack init`",
    "report --config typo.toml": "typo.toml:2: report.regoins: unknown key; did you mean 'regions'?",
    "report --as-of tomorrow": "2026-07-05, 5/7/2026, 5 July or '2 weeks ago'",
    "report --as-of 31/2/2026": "is not a date",
    "report --as-of 2999-01-01": "Give today's date or an earlier one",
    "report --as-of 1900-01-01 --offline": "Choose a later date",
    "report --known-on noon": "2026-07-05T12:00 (UTC)",
    "report --known-on 2999-01-01T12:00": "Give today's date or an earlier one",
    "report --chart pie": "Known are",
    "report --chart yearlines": "did you mean 'year-lines'?",
    "report --preset poster": "did you mean 'post'?",
    "report --theme blue": "Known are dark, light",
    "report --format gif": "Known are mp4, pdf, png, svg, webp",
    "report --out": "Try `climtrack report --help`",
    "report --json=3": "Try `climtrack report --help`",
    "report --since someday": "2 weeks ago",
    "report --no-sample --offline": "Run it once without --offline",
    "post --since 2027-01-01": "Give today's date or an earlier one",
    "post --lang klingon": "Known are en, es, es-MX",
    "regions --json --lang klingon": "Known are en, es, es-MX",
    "post --lnog": "--long",
    "embed": "missing option '--for'",
    "embed --for myspace": "Known are email, ghost",
    "embed --for GHOST --offline": "Set public_url in config.toml (`climtrack init`)",
    "facts --against last": "write a number",
    "facts --by slot": "no such option: --by",
    "facts --region nh sh": "--region sh",
    "compare nh": "climtrack compare nh sh",
    "compare nh atlantis": "did you mean 'natlan'?",
    "records --region": "Try `climtrack records --help`",
    "verify --offline": "climtrack fetch",
    "check nowhere": "`climtrack report`",
    "history --date someday": "2 weeks ago",
    "history --date 2026-07-04": "Run `climtrack fetch`",
    "export --format excel": "Known are csv, json, netcdf, parquet",
    "export": "Run `climtrack fetch`",
    "fetch mars": "`climtrack regions`",
    "accept": "SERIES",
    "accept nh": "Known are antarctic-air",
    "serve --port 99999": "from 0 to 65535",
    "serve nowhere": "climtrack publish nowhere",
    "serve --host 0.0.0.0": "--public",
    "publish --offline": "without --offline",
    "init typo.toml": "--force",
    "grid redcue": "Did you mean 'reduce'",
    "grid reduce nowhere.nc": "NetCDF or Zarr",
    "grid backfill air": "Known are sst",
    "grid backfill sst --since soon": "2 weeks ago",
    "grid map": "missing option '--date'",
    "regions nh": "Try `climtrack regions --help`",
}


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty store, a source that refuses, two settings files with a mistake."""
    (tmp_path / "uncovered.toml").write_text('[report]\nbaseline = "1850-1900"\n')
    (tmp_path / "typo.toml").write_text('[report]\nregoins = ["nh"]\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLIMTRACK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CLIMTRACK_BASE_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("CLIMTRACK_NOW", "2026-11-21T12:00:00Z")


def test_wrong_commands(capsys: pytest.CaptureFixture[str]) -> None:
    """One line of at most 200 characters on standard error, nothing on standard output, exit 2, or 4 without data."""
    assert len(COMMANDS) >= 60
    for command, remedy in COMMANDS.items():
        with pytest.raises(SystemExit) as left:
            main(shlex.split(command))
        said = capsys.readouterr()
        assert left.value.code in (2, 4), command
        assert (said.out, said.err.count("\n")) == ("", 1), (command, said)
        assert remedy in said.err, (command, said.err)
        assert len(said.err) <= 201, (command, said.err)


def calls() -> dict[str, tuple[Callable[[], Any], str]]:
    """What is called, and what the error must say."""
    air, study = climtrack.open("air", "nh", sample=True), climtrack.study("air", "nh", sample=True)
    wrong: Any = climtrack  # whatever a type checker thinks of it
    return {
        "a list of regions": (lambda: wrong.study("air", ["nh", "sh"], sample=True), "climtrack.compare('nh', 'sh')"),
        "a list for facts": (lambda: wrong.facts(["nh", "sh"], sample=True), "climtrack.compare('nh', 'sh')"),
        "one of a list": (lambda: climtrack.open(["nh", "shh"], sample=True), "did you mean 'sh'?"),
        "several series": (lambda: wrong.anomaly(climtrack.open(["nh"], sample=True)), "Give what climtrack.open"),
        "a variable": (lambda: climtrack.open("wind", "nh", sample=True), "Known are air, sst"),
        "a region": (lambda: climtrack.open("air", "nhh", sample=True), "did you mean 'nh'?"),
        "months": (lambda: climtrack.open("sst", "sh", sample=True), "`climtrack regions`"),
        "a place": (lambda: climtrack.open("air", "Spain", sample=True), "climtrack grid"),
        "arrays for names": (lambda: wrong.compare(air, air), "climtrack.compare('nh', 'sh')"),
        "pandas": (lambda: wrong.anomaly(pd.Series([1.0])), "to_xarray()"),
        "a name for an array": (lambda: wrong.anomaly("nh"), "Give what climtrack.open returns"),
        "a pair of years": (lambda: wrong.anomaly(air, baseline=(1991, 2020)), "for example 1991-2020"),
        "one year": (lambda: climtrack.anomaly(air, baseline="1991"), "FIRST-LAST"),
        "years not covered": (lambda: climtrack.anomaly(air, "1850-1900"), "Covered here: 1991-2020"),
        "years not covered by a study": (lambda: climtrack.study(sample=True, baseline="1850-1900"), "1991-2020"),
        "a capital": (lambda: wrong.anomaly(air, method="Harmonic"), "did you mean 'harmonic'? Known are"),
        "another method": (lambda: wrong.climatology(air, method="mean"), "Known are harmonic, site"),
        "a name for a study": (lambda: wrong.chart("year-lines", "nh"), "climtrack.study('air', 'nh')"),
        "a chart": (lambda: climtrack.chart("yearlines", study), "did you mean 'year-lines'?"),
        "no chart": (lambda: wrong.chart(study), "climtrack.chart('year-lines', study)"),
        "a preset": (lambda: wrong.chart("year-lines", study, preset="pots"), "did you mean 'post'?"),
        "a theme": (lambda: wrong.chart("year-lines", study, theme="drak"), "did you mean 'dark'?"),
        "a format": (lambda: wrong.chart("year-lines", study, fmt="pgn"), "did you mean 'png'?"),
        "a language": (lambda: wrong.chart("year-lines", study, language="french"), "Use en, es"),
        "another file": (lambda: Asset("a.png", "image/png", b"").save("a.svg"), "fmt='svg'"),
        "names for air and sea": (lambda: wrong.air_minus_sea("nh", "nh"), "climtrack.study('air', 'nh')"),
        "a number for a file": (lambda: wrong.reduce(3), "climtrack.reduce("),
        "a rule of means": (lambda: wrong.reduce("sea.nc", rule="Exact"), "did you mean 'exact'?"),
        "years turned round": (lambda: climtrack.Baseline(2020, 1991), "for example 1991-2020"),
        "two arrays": (lambda: wrong.plot(air, air), "climtrack.plot(data, ax)"),
        "no date": (lambda: climtrack.open("air", "nh", sample=True, as_of="someday"), "YYYY-MM-DD"),
        "a number for a date": (lambda: wrong.open("air", "nh", sample=True, as_of=2024), "2026-07-05"),
        "names for studies": (lambda: wrong.contrast("nh", "sh"), "climtrack.study('air', 'nh')"),
        "a text for a year": (lambda: wrong.two_years(air, 2026, "2025"), "without quotes"),
        "kelvin": (lambda: climtrack.anomaly(air.assign_attrs(units="K")), "Convert it"),
        "backwards": (lambda: climtrack.anomaly(air[::-1]), "Sort it by time"),
        "two dimensions": (lambda: climtrack.anomaly(air.expand_dims(x=np.arange(2))), "Reduce it to one region"),
    }  # fmt: skip


def test_wrong_calls() -> None:
    """One `ClimtrackError`, its message a line that says what to do."""
    for name, (call, remedy) in calls().items():
        with pytest.raises(climtrack.ClimtrackError) as problem:
            call()
        assert remedy in str(problem.value), name
        assert "\n" not in str(problem.value), name
    assert climtrack.open("t2m", "northern hemisphere", sample=True).attrs["climtrack_key"] == "era5.t2m.nh"

"""`verify`: the stored series against a loopback copy of Climate Pulse, and against published figures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_findings import run
from tests.loopback import serving
from tests.schemas import validator

SITE, PULSE = "climate_reanalyzer_constructed/2026-02-08", "climate_pulse/2024-02-23"


@pytest.fixture(scope="module")
def home(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[tuple[str, int, str]]]:
    """World air stored; Climate Pulse served at its own address. Gives what was asked of it."""
    folder = tmp_path_factory.mktemp("verify")
    with (
        serving(shared_data / SITE) as (site, _),
        serving(shared_data / PULSE) as (pulse, log),
        pytest.MonkeyPatch.context() as patch,
    ):
        config = folder / "config.toml"
        config.write_text(f'[fetch]\ncross_check_url = "{pulse}"\n', encoding="utf-8")
        patch.setenv("CLIMTRACK_HOME", str(folder / "store"))
        patch.setenv("CLIMTRACK_BASE_URL", site)
        patch.setenv("CLIMTRACK_NOW", "2026-02-08T12:00:00Z")
        patch.setenv("CLIMTRACK_CONFIG", str(config))
        assert run("fetch", "world", "--variable", "air") == 0
        yield log


def test_the_site_agrees_and_figures_are_reproduced(
    home: list[tuple[str, int, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Asked once, by its own name; agreement by decade; published figures; then offline from the store."""
    assert run("verify", "--json", "--strict") == 0
    found = json.loads(capsys.readouterr().out)
    validator("crosscheck").validate(found)
    air = found["agreements"]["era5.t2m.world"]
    assert air["agrees"]
    assert air["usual"]["rms"] <= 0.011
    assert air["overall"]["largest"]["date"] == "1972-05-22"
    assert list(found["agreements"]) == ["era5.t2m.world"]
    assert sum(row["agrees"] for row in found["published"]) == 25
    assert [path for path, *_ in home] == ["/era5_daily_series_2t_global.csv"]
    assert run("verify", "--offline") == 0
    out = capsys.readouterr().out
    assert "world-air minus Climate Pulse: agrees, 0.0049 °C rms, allowed 0.011; 1971–1978 are known to differ" in out
    assert "world-air\trecord day\t2024-07-22\t17.16\t17.151\tagrees\tC3S statement, 2024-07-25" in out
    assert len(home) == 1


def test_a_second_check_is_conditional(
    home: list[tuple[str, int, str]], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What did not change is not sent again, while the copy is no older than usual."""
    monkeypatch.setenv("CLIMTRACK_NOW", "2024-02-25T12:00:00Z")
    assert run("verify") == 0
    assert run("verify") == 0
    capsys.readouterr()
    assert home[-1][1] == 304


def test_nothing_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty store is said in one line, and nobody is asked."""
    monkeypatch.setenv("CLIMTRACK_HOME", str(tmp_path))
    monkeypatch.setenv("CLIMTRACK_CONFIG", "")
    assert run("verify") == 4
    assert "nothing is stored that could be checked" in capsys.readouterr().err


def test_the_second_source_is_no_region_of_its_own(
    home: list[tuple[str, int, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Stored beside the site's series under another name, never in its place."""
    assert run("verify") == 0
    assert run("facts", "--region", "world", "--variable", "air", "--offline", "--json") == 0
    capsys_out = capsys.readouterr().out
    found = json.loads(capsys_out[capsys_out.index("{") :])
    assert found["pairing"]["air"] == "era5.t2m.world"
    assert found["series"]["air"]["latest"]["date"] == "2026-02-02"


@pytest.mark.parametrize(
    ("settings", "code", "reason"),
    [
        ("cross_check = false", 0, "Climate Pulse is not asked: cross_check = false in config.toml.\n"),
        ("", 3, "world-air-pulse: not updated: "),
        ('cross_check_url = "http://127.0.0.1:9/"', 3, "world-air-pulse: not updated: "),
    ],
)
def test_the_reason_is_named_where_climate_pulse_cannot_be_asked(
    settings: str, code: int, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared_data: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """One line, what the published figures say all the same, and 3 only where somebody was asked in vain."""
    (tmp_path / "config.toml").write_text(f"[fetch]\n{settings}\n", encoding="utf-8")
    monkeypatch.setenv("CLIMTRACK_HOME", str(tmp_path / "store"))
    monkeypatch.setenv("CLIMTRACK_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("CLIMTRACK_NOW", "2024-07-05T18:00:00Z")
    with serving(shared_data / "climate_reanalyzer_constructed/2024-07-05") as (site, _):
        monkeypatch.setenv("CLIMTRACK_BASE_URL", site)
        assert run("fetch", "world", "--variable", "air") == 0
        capsys.readouterr()
        assert run("verify") == code
    out, err = capsys.readouterr()
    assert err.startswith(reason)
    assert err.count("\n") == 1
    assert "2023-07-03/2024-07-21\t57\t–\tthe data end on 2024-07-05\t" in out

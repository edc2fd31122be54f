"""Homes and clocks that are none: one line with the remedy, in either language, and never a bug."""

from __future__ import annotations

import os
import pwd
import sys
from pathlib import Path

import pytest

from climtrack.cli.app import main
from climtrack.config import load
from climtrack.errors import ConfigError
from climtrack.run.doctor import Severity, check_folders


def ended(words: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[object, str]:
    """Exit code and standard error of a command."""
    with pytest.raises(SystemExit) as left:
        main(words)
    return left.value.code, capsys.readouterr().err


@pytest.fixture
def homeless(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user that this computer knows nothing of, as in a container."""
    for name in ("HOME", "CLIMTRACK_HOME", "CLIMTRACK_CONFIG", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)

    def unknown(_: object) -> None:
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.setattr(pwd, "getpwnam", unknown)


@pytest.mark.skipif(sys.platform != "linux", reason="folders as Linux has them")
@pytest.mark.usefixtures("homeless")
def test_without_a_home_folder_the_environment_must_name_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 5 and one line; with CLIMTRACK_HOME set all is well, though there is no folder of settings either."""
    code, said = ended(["status"], capsys)
    line = "climtrack: this user has no home folder on this computer. Set CLIMTRACK_HOME to a folder for the data.\n"
    assert (code, said) == (5, line)
    monkeypatch.setenv("LC_ALL", "es_ES.UTF-8")
    assert "carpeta personal" in ended(["status"], capsys)[1]
    monkeypatch.chdir(tmp_path)
    assert load(None, {"CLIMTRACK_HOME": str(tmp_path)}).home == tmp_path


def test_the_home_of_nobody_is_named() -> None:
    """A tilde that stands for nothing."""
    with pytest.raises(ConfigError, match="CLIMTRACK_HOME: there is no home folder '~nobody-of-this-name'"):
        load(None, {"CLIMTRACK_HOME": "~nobody-of-this-name/data"})


@pytest.mark.parametrize("target", ["nowhere", "home"])
def test_a_link_that_leads_nowhere_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], target: str
) -> None:
    """A disk that is not mounted, or a link to itself: not a file in the wrong place, nor a folder yet to be made."""
    home = tmp_path / "home"
    home.symlink_to(target)
    monkeypatch.setenv("CLIMTRACK_HOME", str(home / "data"))
    code, said = ended(["fetch", "nh"], capsys)
    assert code == 5
    assert said.endswith("home: it is a link to what is not there. Make the folder it leads to, or remove it.\n")
    monkeypatch.setenv("LC_ALL", "es_ES.UTF-8")
    assert "es un enlace a algo que no está" in ended(["fetch", "nh"], capsys)[1]
    found = next(check_folders(load(None, dict(os.environ))))
    assert (found.severity, found.what) == (Severity.PROBLEM, f"{home} is a link to what is not there")


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "soon"])
def test_a_time_that_is_none_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    """Also one that has no place in UTC's calendar."""
    monkeypatch.setenv("CLIMTRACK_NOW", text)
    assert ended(["status"], capsys) == (
        2, f"climtrack: CLIMTRACK_NOW={text!r} is not a time. Write 2024-07-11T16:42:00Z.\n",
    )  # fmt: skip
    monkeypatch.setenv("CLIMTRACK_NOW", "9999-12-31T00:00:00Z")
    code, said = ended(["facts"], capsys)
    assert (code, said.count("\n"), "9999-12-31 lies outside 1983–2261" in said) == (2, 1, True)

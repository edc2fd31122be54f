"""No line that a command prints on a Spanish terminal holds English, and no file name is ever translated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from climtrack.cli.app import main
from tests.golden.stage import parts, played

#: English that no Spanish line holds.
ENGLISH = re.compile(r"(?<![\w-])(the|of|and|not|with|from|are|is|was)(?![\w-])", re.IGNORECASE)
#: What is quoted or typed as it is, and addresses.
TYPED = re.compile(r"`[^`]*`|«[^»]*»|\"[^\"]*\"|\S*[/_]\S*")
#: What only operators read is English by decision; pictures and snippets may be asked for in English.
ELSEWHERE = re.compile(r"climtrack (grid|serve|doctor)|--lang en")


def lines(name: str) -> Iterator[tuple[str, str]]:
    """Commands of a Spanish transcript and the lines that they print, without the files that they write."""
    command, part = "", ""
    for line in played(name, "es").read_text(encoding="utf-8").splitlines():
        if line.startswith("$ "):
            command, part = line, ""
        elif line.startswith("--- "):
            part = line.removeprefix("--- ")
        elif part in ("stdout", "stderr") and not ELSEWHERE.search(command):
            yield command, line


@pytest.mark.parametrize("name", [name for name, language in parts() if language == "es"])
def test_no_english_on_a_spanish_terminal(name: str) -> None:
    """The golden transcript is what commands print: it holds no English word."""
    found = [f"{command}\n{line}" for command, line in lines(name) if ENGLISH.search(TYPED.sub(" ", line))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", ["C.UTF-8", "es_ES.UTF-8"])
def test_file_names_are_never_translated(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder may be called like a sentence that climtrack says."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", language)
    monkeypatch.setenv("CLIMTRACK_HOME", "nothing is stored")
    monkeypatch.setenv("CLIMTRACK_BASE_URL", "http://127.0.0.1:9/")
    folder, settings = "informe (2 days old)", "not TOML: unknown region.toml"
    report = ["report", "--region", "nh", "--variable", "air", "--chart", "anomaly", "--preset", "card", "--lang", "es"]
    for words, name in (
        ([*report, "--offline", "--out", folder], folder),
        (["init", settings], settings),
        (["init", settings], settings),
        (["status", "--config", "3 days missing.toml"], "3 days missing.toml"),
        (["status"], "nothing is stored"),
    ):
        with pytest.raises(SystemExit):
            main(words)
        out, err = capsys.readouterr()
        assert name in out + err or words == ["status"], (words, out, err)
    assert (tmp_path / folder / "report.html").is_file()
    assert (tmp_path / settings).is_file()

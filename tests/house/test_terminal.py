"""The terminal: Spanish where it asks for it, plain in a pipe, without colour where that is wanted."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from climtrack.cli.app import app, main

ROOT = Path(__file__).resolve().parents[2]


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """A command in a process of its own, its output in a pipe, where it is plain text."""
    plain = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "CLIMTRACK_HOME": str(ROOT / "nowhere"),
        **environment,
    }
    told = subprocess.run([sys.executable, "-m", "climtrack", *words], env=plain, capture_output=True, check=False)
    assert b"\x1b" not in told.stdout + told.stderr
    return told


COMMANDS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", [*COMMANDS, "grid reduce", "grid backfill", "grid climatology", "grid map"])
def test_help_is_spanish_with_its_frame(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What Typer draws around a help text is in Spanish, too; examples are the same in both languages."""
    printed = {}
    for language in ("es_ES.UTF-8", "C.UTF-8"):
        monkeypatch.setenv("LC_ALL", language)
        with pytest.raises(SystemExit):
            main([*name.split(), "--help"])
        printed[language] = capsys.readouterr().out
    spanish, english = printed.values()
    assert spanish.startswith(f"Uso: climtrack {name} [OPCIONES]")
    assert english.startswith(f"Usage: climtrack {name} [OPTIONS]")
    assert "Muestra esta ayuda y termina." in spanish
    assert not re.search(r"\b(Options|Arguments|default|required|NAME|DATE|FILE|DIR|PLATFORM)\b", spanish)
    examples = [line for line in english.splitlines() if line.startswith("  climtrack ")]
    assert examples == [line for line in spanish.splitlines() if line.startswith("  climtrack ")]
    assert examples or name == "grid"


def test_lang_es_speaks_spanish_and_lang_en_does_not() -> None:
    """The same wrong word, in two terminals."""
    spanish = run("report", "--region", "nhh", LANG="es_ES.UTF-8")
    english = run("report", "--region", "nhh", LANG="en_GB.UTF-8")
    assert (spanish.returncode, english.returncode) == (2, 2)
    assert "región desconocida" in spanish.stderr.decode()
    assert "unknown region 'nhh'; did you mean 'nh'? Known are" in english.stderr.decode()


def test_the_overview_is_spanish_in_a_spanish_terminal() -> None:
    """`climtrack --help`, and `climtrack` alone, which is a usage error."""
    told = run("--help", LANG="es_MX.UTF-8")
    assert (told.returncode, told.stdout.decode().split("?")[0]) == (0, "¿Está bajando la línea de este año")
    assert run(LANG="C").returncode == 2


@pytest.mark.parametrize("words", [("--help",), ("report", "--help"), ("report", "--region", "nowhere"), ("status",)])
def test_no_escape_sequence_in_a_pipe(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Output and messages are plain text where they are no terminal's; `run` asks the same of whole processes."""
    monkeypatch.setenv("CLIMTRACK_HOME", str(tmp_path))
    for language in ("C.UTF-8", "es_ES.UTF-8"):
        monkeypatch.setenv("LC_ALL", language)
        with pytest.raises(SystemExit):
            main(list(words))
        said = capsys.readouterr()
        assert said.out + said.err
        assert "\x1b" not in said.out + said.err


def test_a_terminal_that_knows_no_accents_still_gets_the_help() -> None:
    """An ASCII terminal gets question marks for what it cannot show, and no traceback."""
    told = run("--help", LANG="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert told.returncode == 0
    assert b"climtrack report --region nh" in told.stdout


def test_completion_answers_the_shell() -> None:
    """The shell asks through the environment, without a word on the command line."""
    told = run(_CLIMTRACK_COMPLETE="complete_bash", COMP_WORDS="climtrack re", COMP_CWORD="1")
    assert {"report", "records", "refresh"} <= set(told.stdout.decode().split())


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("climtrack report --region natl", {"natlan", "natlsp"}),
        ("climtrack report --region nh,s", {"nh,sh"}),
        ("climtrack report --chart str", {"stripes"}),
        ("climtrack report --preset em", {"email"}),
        ("climtrack report --baseline 19", {"1991-2020", "1981-2010", "1982-2010", "1979-2000", "1961-1990"}),
        ("climtrack report --lang es", {"es", "es-MX"}),
    ],
)
def test_completion_offers_values(
    words: str, offered: set[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Regions, charts, sizes, baselines and languages, after a comma too."""
    monkeypatch.setenv("_CLIMTRACK_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))
    with pytest.raises(SystemExit):
        main([])
    assert set(capsys.readouterr().out.split()) == offered

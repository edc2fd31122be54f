"""The catalogues and the command line: every command and option explains itself, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import typer.main

from climtrack.cli import output
from climtrack.cli.app import app
from climtrack.cli.help import option_name
from climtrack.errors import Notice
from climtrack.words.catalogue import catalogue


def every(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """A command and all below it, each with the words that call it."""
    yield path, command
    for word, inner in getattr(command, "commands", {}).items():
        yield from every(inner, (*path, word))


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_command_and_option_is_explained(language: str) -> None:
    """No command, no option without its line; nothing is kept for what is gone."""
    known = {name for name in catalogue(language) if name.startswith("help.")}
    used = {name for name in known if name.count(".") == 1 or name.startswith("help.metavar")} - {
        f"help.{path[0]}" for path, _ in every(typer.main.get_command(app)) if path
    }
    assert used == {
        "help.usage", "help.options", "help.arguments", "help.commands", "help.default", "help.required",
        "help.metavar", "help.metavar.group", "help.metavar.values",
    }  # fmt: skip
    used.add("help.option.help")
    for path, command in every(typer.main.get_command(app)):
        if path:  # the overview is a page of its own
            used.add(".".join(("help", *path)))
        for parameter in command.params:
            name = option_name(parameter)
            ids = [f"help.{'.'.join(path[:length])}.{name}" for length in range(len(path), 0, -1)]
            found = next((one for one in (*ids, f"help.option.{name}") if one in known), None)
            assert found, f"{' '.join(path)} {name} is not explained"
            used.add(found)
    assert used == known


def test_notes_follow_the_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """LANG decides, and English is the rest."""
    for lang, words in (("es_MX.UTF-8", "7 de 9 series actualizadas"), ("C", "7 of 9 series updated")):
        monkeypatch.setenv("LC_ALL", lang)
        output.note(Notice("run.interrupted", done=7, n=9))
        assert words in capsys.readouterr().err

"""`climtrack --help`: the overview names every command, in both languages, on any terminal."""

from __future__ import annotations

import re

import pytest
import typer.main

from climtrack.cli.app import app
from climtrack.cli.overview import overview, terminal_language


def listed(language: str) -> list[str]:
    """Commands that the overview names."""
    return re.findall(r"(?m)^  ([a-z]+)   ", overview(language))


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_command_is_named_once(language: str) -> None:
    """The overview is written by hand and held to the application."""
    node = typer.main.get_command(app)
    known = set(node.list_commands(node.make_context("climtrack", [], resilient_parsing=True)))  # type: ignore[attr-defined]
    names = listed(language)
    assert len(names) == len(set(names))
    assert known <= set(names)


@pytest.mark.parametrize("language", ["en", "es"])
def test_it_fits_a_terminal_of_80_columns(language: str) -> None:
    """No line wraps."""
    assert max(len(line) for line in overview(language).splitlines()) <= 80


def test_both_languages_name_the_same_commands_in_the_same_order() -> None:
    """Spanish leaves nothing out."""
    assert listed("en") == listed("es")


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "es_ES.UTF-8"}, "es"),
        ({"LANG": "es"}, "es"),
        ({"LANG": "es-MX"}, "es"),
        ({"LANG": "et_EE.UTF-8"}, "en"),
        ({"LANG": "es_ES.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "es_AR.UTF-8"}, "es"),
        ({"LANG": "es_ES.UTF-8", "LC_ALL": ""}, "es"),
    ],
)
def test_the_terminal_s_language(environment: dict[str, str], language: str) -> None:
    """LC_ALL goes before LC_MESSAGES, that before LANG; an empty one counts as unset."""
    assert terminal_language(environment)[:2] == language

"""The terminal in Spanish: messages by phrase, help by paragraph, for LANG=es."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from climtrack.cli import output
from climtrack.cli.app import app
from climtrack.cli.help import HELP, help_text, in_spanish
from climtrack.reporter.messages import PHRASES, spanish_line
from climtrack.reporter.refusals import FOREIGN

#: What stands for something else in a pattern: groups, classes, optional letters.
GROUP = re.compile(r"\((?:\?[:=!][^()]*|[^()]*)\)[?*]?|\[[^\]]*\][+*?]?|\.[+*]\??|\\[dSw]\+?\??|\\b|\w\?")
PACKAGE = Path(output.__file__).parents[1]


@pytest.mark.parametrize(
    ("english", "spanish"),
    [
        (
            "nh-air, natlan-sst: not updated: the server did not answer within 30 s. Using data as of 2026-11-17 "
            "(4 days old). Will try again at the next refresh.",
            "nh-air, natlan-sst: sin actualizar: el servidor no respondió en 30 s. Se usan datos guardados "
            "hasta el 2026-11-17 (hace 4 d). Se reintentará en la próxima ronda.",
        ),
        (
            "offline: using stored data as of 2024-07-04 to 2024-07-05 (6 to 7 days old).",
            "sin conexión: se usan datos guardados de 2024-07-04 a 2024-07-05 (hace de 6 a 7 d).",
        ),
        ("nh-air: no new data for 12 days; normal is up to 10.",
         "nh-air: sin datos nuevos desde hace 12 días; lo normal son hasta 10."),
        (
            "climtrack: unknown region 'nhh'; did you mean 'nh'?. Known are nh, sh.",
            "climtrack: región desconocida: «nhh»; ¿quería decir «nh»?. Se conocen nh, sh.",
        ),
        ("nobody has said this", "nobody has said this"),
    ],
)  # fmt: skip
def test_lines_are_said_in_spanish(english: str, spanish: str) -> None:
    """Phrase by phrase, with their figures; what is unknown stays."""
    assert spanish_line(english) == spanish


def test_every_phrase_is_one_that_the_rooms_say() -> None:
    """A message that was reworded drops out here."""
    source = "".join(
        path.read_text("utf-8")
        for path in PACKAGE.rglob("*.py")
        if path.name not in {"messages.py", "phrases.py", "refusals.py"}
    )
    source = re.sub(r'"\s*\n\s*f?"', "", source)
    for english, _ in (one for one in PHRASES if one not in FOREIGN):
        plain = GROUP.sub("\0", english)
        parts = [part.strip(" :'?;,.^$") for part in re.sub(r"\\(.)", r"\1", plain).split("\0")]
        words = [part for part in parts if len(part) > 4] or [max(parts, key=len)]
        assert any(part in source for part in words), (english, words)


def test_notes_follow_the_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """LANG decides, and English is the rest."""
    for lang, said in (("es_MX.UTF-8", "se muestra lo guardado"), ("C", "showing what is stored")):
        monkeypatch.setenv("LC_ALL", lang)
        output.note("showing what is stored")
        assert capsys.readouterr().err.strip() == said


def every(command: Any, name: str = "climtrack") -> Iterator[tuple[str, Any]]:
    """A command and all below it, each with the words that call it."""
    yield name, command
    for word, inner in getattr(command, "commands", {}).items():
        yield from every(inner, f"{name} {word}")


def test_every_command_and_option_explains_itself_in_spanish() -> None:
    """No head of a command, no line of an option without Spanish; examples stay; nothing is kept for what is gone."""
    english, spanish = (typer.main.get_command(app) for _ in range(2))
    in_spanish(spanish)
    used = {"Show this message and exit.", *(getattr(one, "help", "") for one in english.params)}
    assert used <= set(HELP)
    assert len(list(every(english))) > 20
    for (name, first), (_, second) in zip(every(english), every(spanish), strict=True):
        head, mark, examples = (first.help or "").partition("\b")
        if name == "climtrack":
            continue  # `climtrack --help` is a page of its own, in either language
        assert head.strip() in HELP, name
        assert (second.help or "").startswith(HELP[head.strip()]), name
        assert (second.help or "").partition("\b")[1:] == (mark, examples)
        used.add(head.strip())
        for one, two in zip(first.params, second.params, strict=True):
            said = getattr(one, "help", None)
            assert said, f"{name} {one.name} has no help"
            assert said in HELP, f"{name} {one.name}"
            assert two.help == HELP[said]
            used.add(said)
    assert set(HELP) == used


def test_help_of_a_grid_command_reads_in_spanish() -> None:
    """From the words of a command line to the text that is printed."""
    text = help_text(typer.main.get_command(app), ["grid", "backfill", "--help"])
    assert "Dice antes cuántos gigabytes" in " ".join(text.split())
    assert "Opciones:" in text
    assert "Says" not in text

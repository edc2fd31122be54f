"""The terminal in Spanish: messages by phrase, help by paragraph, for LANG=es."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main

from climtrack.cli import output
from climtrack.cli.app import app
from climtrack.cli.spanish import AUTHORS, HELP, in_spanish
from climtrack.reporter.messages import PHRASES, spanish_line

#: What stands for something else in a pattern: groups, classes, optional letters.
GROUP = re.compile(r"\((?:\?[:=!][^()]*|[^()]*)\)[?*]?|\[[^\]]*\][+*?]?|\.[+*]\??|\\[dSw]\+?\??|\\b|\w\?")
PACKAGE = Path(output.__file__).parents[1]


@pytest.mark.parametrize(
    ("english", "spanish"),
    [
        (
            "nh-air, natlan-sst: not updated: the server did not answer within 30 s. Using data as of 2026-11-17 "
            "(4 days old). Will try again at the next refresh.",
            "nh-air, natlan-sst: sin actualizar: el servidor no respondió en 30 s. Se usan los datos guardados "
            "hasta el 2026-11-17 (antigüedad: 4 d). Se volverá a intentar en la próxima ronda.",
        ),
        (
            "offline: using stored data as of 2024-07-04 to 2024-07-05 (6 to 7 days old).",
            "sin conexión: se usan los datos guardados hasta el 2024-07-04–2024-07-05 (antigüedad: de 6 a 7 d).",
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
    source = "".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py") if path.name != "messages.py")
    source = re.sub(r'"\s*\n\s*f?"', "", source)
    for english, _ in PHRASES:
        plain = GROUP.sub("\0", english)
        words = max(re.sub(r"\\(.)", r"\1", plain).split("\0"), key=len).strip(" :'?;,.")
        assert words in source, (english, words)


def test_notes_follow_the_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """LANG decides, and English is the rest."""
    for lang, said in (("es_MX.UTF-8", "se muestra lo guardado"), ("C", "showing what is stored")):
        monkeypatch.setenv("LC_ALL", lang)
        output.note("showing what is stored")
        assert capsys.readouterr().err.strip() == said


def test_the_author_s_commands_explain_themselves_in_spanish() -> None:
    """Every paragraph and option of them has its Spanish."""
    english, spanish = (typer.main.get_command(app) for _ in range(2))
    in_spanish(spanish)
    told, kept = set(), set()
    for name in AUTHORS:
        first, second = (group.commands[name] for group in (english, spanish))  # type: ignore[attr-defined]
        assert (first.help or "").partition("\b")[0].strip() != (second.help or "").partition("\b")[0].strip(), name
        assert (first.help or "").partition("\b")[2] == (second.help or "").partition("\b")[2]
        helps = {getattr(option, "help", None) for option in first.params} - {None}
        told |= helps & set(HELP)
        kept |= helps - set(HELP)
        said = {getattr(option, "help", None) for option in second.params} - {None}
        assert said == {HELP.get(text, text) for text in helps}
    assert len(kept) <= 0.1 * len(told), kept  # an option that is new may be English for a while

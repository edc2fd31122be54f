"""What the parsers and the command line say of a mistake, in Spanish from end to end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from climtrack.cli.app import main
from climtrack.config import Settings, load
from climtrack.errors import ConfigError
from climtrack.words.language import Language
from tests.test_config import toml

#: English that no Spanish line holds.
ENGLISH = re.compile(
    r"\b(the|is|are|was|were|of|and|or|not|with|for|from|in|this|that|has|have|does|cannot|give|choose|check|run|name|"
    r"instead|nothing|days?|file|files|input|should)\b",
    re.IGNORECASE,
)
#: Commands, options, addresses and names that are typed as they are.
TYPED = re.compile(
    r"`[^`]*`|«[^»]*»|\"[^\"]*\"|'[^']*'|--[\w-]+|climtrack(?: [a-z]+)+|pip install .*|\S*[/_]\S*|\w+-[\w-]+"
    r"|[a-z]+\.\d+\.[a-z]+"
)
#: Values that suit no key, one way or another.
UNSUITABLE = (
    True, -1, 10**9, 1.5, -1e9, "", "x", "x" * 300, "a\0", "~nobody/x", [], {}, [1], [""], {"a": 1}, [{}],
)  # fmt: skip
TOML = (
    "x", "x = ", "x = 1 y = 2", "[report", "[[endpoints]", "a = 1\na = 2\n", "[a]\n[a]\n", "a = [1", "a = {b = 1",
    "a = 'x", 'a = "x', "a = 'x\ny'", 'a = "\\q"', 'a = "\\uD800"', 'a = "\\uZZZZ"', "a = 2024-13-01", "é = 1",
    "a = \x01", "a = '\x01'", "a = {b = 1, b = 2}", "a = {b = 1}\n[a.c]\n", f"a = {'9' * 5000}", "a = " + "[" * 5000,
)  # fmt: skip
SPANISH = Language("es")


def english(line: str) -> str:
    """The English that is left in a Spanish line, names apart."""
    found = ENGLISH.search(TYPED.sub(" ", line))
    return found[0] if found else ""


def complaints(folder: Path, model: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[str]:
    """What is said of every key with every unsuitable value."""
    file = folder / "config.toml"
    for name, field in model.model_fields.items():
        for value in UNSUITABLE:
            table = f"[{'.'.join(path)}]\n" if path else ""
            file.write_text(f"{table}{name} = {toml(value)}\n", encoding="utf-8")
            try:
                load(file, {"CLIMTRACK_HOME": str(folder)})
            except ConfigError as problem:
                yield from SPANISH.what(problem).splitlines()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from complaints(folder, field.annotation, (*path, name))


def test_every_complaint_of_the_settings_is_spanish(tmp_path: Path) -> None:
    """Each key, each kind of wrong value; and every kind of mistake that pydantic finds has its own words."""
    lines = set(complaints(tmp_path, Settings))
    assert len(lines) > 300
    assert not sorted((word, line) for line in lines if (word := english(line)))
    assert not [line for line in lines if "aquí no puede estar" in line]


@pytest.mark.parametrize("text", TOML, ids=lambda text: text[:20])
def test_every_complaint_of_the_parser_is_spanish(text: str, tmp_path: Path) -> None:
    """A file that is not TOML."""
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as problem:
        load(path, {"CLIMTRACK_HOME": str(tmp_path)})
    words = SPANISH.what(problem.value).partition("TOML: ")[2]
    assert words
    assert not english(words), words


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["report", "--regoin", "nh"], "climtrack: no existe la opción --regoin"),
        (["report", "nh", "sh"], "climtrack: sobran argumentos: nh sh."),
        (["report", "--out"], "climtrack: la opción «--out» necesita un valor."),
        (["status", "--json=3"], "climtrack: la opción «--json» no lleva valor."),
        (["embed"], "climtrack: falta la opción «--for» o «-f»."),
        (["accept"], "climtrack: falta el argumento «SERIE»."),
        (["statsu"], "climtrack: no existe el comando «statsu»"),
        (["serve", "--port", "99999"], "climtrack: valor no válido para «--port» o «-p»: debe ser"),
        (["serve", "--port", "x"], "climtrack: valor no válido para «--port» o «-p»: debe ser"),
        (["facts", "--against", "x"], "climtrack: valor no válido para «--against»: debe ser un número"),
        (["grid", "redcue"], "climtrack: no existe el comando «redcue». ¿Quería decir «reduce»?"),
    ],
)
def test_a_slip_on_the_command_line_is_one_line(
    words: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, with the help to look at; in English for another terminal."""
    for language in ("es_ES.UTF-8", "C.UTF-8"):
        monkeypatch.setenv("LC_ALL", language)
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == 2
        out, line = capsys.readouterr()
        assert not out
        assert line.count("\n") == 1
        assert line.startswith(said) == (language != "C.UTF-8"), line
        assert "--help`." in line
        assert language == "C.UTF-8" or not english(line), line

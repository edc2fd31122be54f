"""What the system, the parsers and the command line say of a mistake, in Spanish from end to end."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from climtrack.cli.app import main
from climtrack.config import Settings, load, mistakes, told
from climtrack.errors import ConfigError
from climtrack.files import disk_error
from climtrack.reporter.messages import spanish_line
from tests.house.test_all_spanish import ENGLISH, TYPED

#: Values that suit no key, one way or another.
UNSUITABLE = (
    None, True, -1, 10**9, 1.5, -1e9, "", "x", "x" * 300, "a\0", "~nobody/x", [], {}, [1], [""], [None], {"a": 1}, [{}],
)  # fmt: skip
TOML = (
    "x", "x = ", "x = 1 y = 2", "[report", "[[endpoints]", "a = 1\na = 2\n", "[a]\n[a]\n", "a = [1", "a = {b = 1",
    "a = 'x", 'a = "x', "a = 'x\ny'", 'a = "\\q"', 'a = "\\uD800"', 'a = "\\uZZZZ"', "a = 2024-13-01", "é = 1",
    "a = \x01", "a = '\x01'", "a = {b = 1, b = 2}", "a = {b = 1}\n[a.c]\n", f"a = {'9' * 5000}", "a = " + "[" * 5000,
)  # fmt: skip


def english(line: str) -> str:
    """The English that is left in a Spanish line, names apart."""
    found = ENGLISH.search(TYPED.sub(" ", line))
    return found[0] if found else ""


def complaints(model: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[str]:
    """What is said of every key with every unsuitable value."""
    for name, field in model.model_fields.items():
        for value in UNSUITABLE:
            document: object = value
            for part in reversed((*path, name)):
                document = {part: document}
            try:
                Settings.model_validate_json(json.dumps(document))
            except ValidationError as problem:
                yield from told(mistakes(problem, Settings), Path("config.toml"), "").splitlines()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from complaints(field.annotation, (*path, name))


def test_every_complaint_of_the_settings_is_spanish() -> None:
    """Each key, each kind of wrong value."""
    lines = set(complaints(Settings))
    assert len(lines) > 300
    left = {line: word for line in lines if (word := english(spanish_line(line)))}
    assert not left
    assert not [line for line in lines if "input should" in spanish_line(line)]


@pytest.mark.parametrize("text", TOML, ids=lambda text: text[:20])
def test_every_complaint_of_the_parser_is_spanish(text: str, tmp_path: Path) -> None:
    """A file that is not TOML."""
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as problem:
        load(path, {"CLIMTRACK_HOME": str(tmp_path)})
    line = spanish_line(f"climtrack: {problem.value}")
    said = line.partition("TOML: ")[2].partition(". Corrija")[0]
    assert said
    assert not english(said), line


@pytest.mark.parametrize(
    "name", ["ENOENT", "EACCES", "EPERM", "EIO", "ENOSPC", "ELOOP", "ENOTEMPTY", "ESTALE", "EMFILE"]
)
def test_a_refusal_of_the_system_is_spanish(name: str) -> None:
    """Whatever this system calls it."""
    number = getattr(errno, name)
    told_of = str(disk_error(OSError(number, os.strerror(number)), Path("/data/era5.nc")))
    line = spanish_line(f"climtrack: {told_of}")
    assert os.strerror(number).lower() not in line
    assert not english(line), line


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["report", "--regoin", "nh"], "climtrack: no existe la opción --regoin"),
        (["report", "nh", "sh"], "climtrack: sobran argumentos: nh sh."),
        (["report", "--out"], "climtrack: la opción '--out' necesita un valor."),
        (["status", "--json=3"], "climtrack: la opción '--json' no lleva valor."),
        (["embed"], "climtrack: falta la opción '--for' / '-f'."),
        (["accept"], "climtrack: falta el argumento 'SERIES'."),
        (["statsu"], "climtrack: no existe la orden 'statsu'"),
        (["serve", "--port", "99999"], "climtrack: valor no válido para '--port' / '-p': debe ser"),
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


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Fetching", "Descargando"),
        ("Fetching … 3 done, nh-air just now", "Descargando … 3 listas; la última, nh-air"),
        ("Refreshing … 1 done, nh-air just now", "Actualizando … 1 lista; la última, nh-air"),
        ("Downloading and reducing", "Descargando y reduciendo"),
        ("calendar days", "días del año"),
        ("1 picture drawn.", "1 imagen dibujada."),
        (
            "oisst.sst.nh: 1 day, 1981-12-31 to 1981-12-31; 1 new, 0 revised, 1 made final.",
            "oisst.sst.nh: 1 día, el 1981-12-31; 1 nuevo, 0 revisados, 1 pasado a definitivo.",
        ),
        (
            "oisst.sst.nh: 31 days, 1981-12-01 to 1981-12-31, 1 of them preliminary; 21 new, 1 revised, 11 made final.",
            "oisst.sst.nh: 31 días, del 1981-12-01 al 1981-12-31, 1 de ellos provisional; 21 nuevos, 1 revisado, "
            "11 pasados a definitivos.",
        ),
        (
            "nh-air: exported without anomalies: 1991–2020 not covered: years 2001–2020 absent.",
            "nh-air: exportada sin anomalías: 1991–2020 no está cubierto: faltan los años 2001–2020.",
        ),
        (
            "world-air: no climate-pulse.t2m.world is stored.",
            "world-air: no hay guardada ninguna climate-pulse.t2m.world.",
        ),
        (
            "site: 38 files written, 1 as they were, 0 pruned",
            "site: 38 archivos escritos, 1 sin cambios, 0 retirados",
        ),
        ("1 day missing (2024-07-05)", "falta 1 día (2024-07-05)"),
        ("the copy is 1 day older than ours", "la copia es 1 día más antigua que la nuestra"),
        (
            "144 pictures drawn, 3 as they were, site published.",
            "144 imágenes dibujadas, 3 como estaban, sitio publicado.",
        ),
        ("Serving /srv/site at http://127.0.0.1:8000/", "Sirviendo /srv/site en http://127.0.0.1:8000/"),
        ("climtrack: next round at 2024-07-08 17:12 UTC.", "climtrack: próxima ronda, el 2024-07-08 17:12 UTC."),
    ],
)
def test_what_goes_on_is_said_in_spanish(words: str, said: str) -> None:
    """Progress, the server's first line, the service's."""
    assert spanish_line(words) == said

"""Places, languages and dates as people write them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from climtrack.cli.app import main
from climtrack.cli.options import day, own_first, places, table_language, tongues
from climtrack.config import Config, load
from climtrack.errors import ConfigError

NAMES = {
    "world": (
        "world",
        "whole world",
        "todo el mundo",
        "El Mundo",
        "global",
        "the planet",
        "Planeta",
        "la Tierra",
        "Earth",
    ),
    "nh": (
        "NH",
        "north",
        "N. Hemisphere",
        "hemisferio boreal",
        "Norte",
        "el norte",
        "hemisferio norte",
        "HEMISFERIO NORTE",
        "Northern Hemisphere",
        "hn",
    ),
    "sh": ("sur", "the South", "Hemisferio Sur", "southern hemisphere", "HS"),
    "tropics": ("Trópicos", "los tropicos", "the Tropics"),
    "arctic": ("Ártico", "artico", "the Arctic", "Polo Norte", "North Pole"),
    "antarctic": ("Antártida", "antartida", "Antarctica", "South Pole"),
    "world2": ("world ocean", "océano mundial", "Oceanos"),
    "natlan": ("North Atlantic", "north-atlantic", "Atlántico norte", "el atlantico norte"),
    "natlsp": ("subpolar North Atlantic", "Atlántico norte subpolar", "cold blob"),
    "atlhmdr": ("Atlantic hurricane region", "zona de huracanes", "MDR"),
    "gom": ("Gulf of Maine", "golfo de Maine"),
    "gomex": ("Gulf of Mexico", "golfo de México", "el golfo de mexico"),
    "nino3.4": ("El Niño", "el nino", "Niño 3.4", "nino34", "ENSO", "ENOS"),
}


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """Settings of nobody's, with a region of one's own."""
    file = tmp_path / "config.toml"
    file.write_text(
        "[regions.iberia]\ntitle = 'Iberian Peninsula'\ntitle_es = 'la península ibérica'\nsouth = 36\nnorth = 44\n"
    )
    monkeypatch.setenv("CLIMTRACK_CONFIG", str(file))
    monkeypatch.setenv("CLIMTRACK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CLIMTRACK_NOW", "2026-11-21T12:00:00Z")  # a Saturday
    return load(file, {"CLIMTRACK_HOME": str(tmp_path)})


def run(*words: str) -> None:
    """A command that goes well."""
    with pytest.raises(SystemExit, match="0"):
        main(words)


def test_a_region_by_its_everyday_names(settings: Config) -> None:
    """In both languages, whatever its capitals, accents, hyphens and articles; a region of one's own likewise."""
    assert sum(map(len, NAMES.values())) > 50
    for code, names in NAMES.items():
        assert {name: settings.place(name) for name in names} == dict.fromkeys(names, code)
    assert places(settings, ["norte,Península Ibérica", "north", "nh"]) == ("nh", "iberia")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Mediterranean", "From its outline: `climtrack grid backfill -r FILE.geojson` (sea), `climtrack grid reduce"),
        ("España", "'España' is none of `climtrack regions`. From its outline"),
        ("South Atlantic", "is none of `climtrack regions`"),
        ("hemispherio norte", "did you mean 'el hemisferio norte'?"),
        ("Atlantic", "did you mean 'North Atlantic'?"),
        ("golf of mexico", "did you mean 'Gulf of Mexico'?"),
    ],
)
def test_a_place_that_there_is_none_of(settings: Config, name: str, said: str) -> None:
    """What it resembles, else the commands that could compute it; in one line."""
    with pytest.raises(ConfigError) as problem:
        settings.place(name)
    assert said in str(problem.value)
    assert len(str(problem.value)) <= 187  # and "climtrack: " before it


def test_regions_are_listed(settings: Config, capsys: pytest.CaptureFixture[str]) -> None:
    """Bounds, first years, both titles."""
    run("regions", "--json")
    found = {one["name"]: one for one in json.loads(capsys.readouterr().out)["regions"]}
    assert len(found) == 14
    assert found["nh"]["title_es"] == "Hemisferio norte"
    assert found["nh"]["sst"] == {"series": "natlan-sst", "first_year": 1981}
    assert (found["iberia"]["south"], found["iberia"]["air"]) == (36, None)
    run("regions", "--lang", "español")
    rows = capsys.readouterr().out.splitlines()
    assert rows[0] == "nombre\tespañol\tinglés\tlatitud\tlongitud\taire desde\tmar desde"
    assert rows[2] == "nh\tHemisferio norte\tNorthern Hemisphere\t0…90\t−180…180\t1940\t1981 (natlan-sst)"


def test_languages_by_name() -> None:
    """Codes, locales and names; what is none of them is told with those that are."""
    asked = ["spanish", "Español", "castellano", "es_ES", "ES", "english,inglés", "en-GB", "es-mx", "es_MX"]
    assert [tongues([one], ()) for one in asked] == [*[("es",)] * 5, ("en",), ("en",), ("es-MX",), ("es-MX",)]
    with pytest.raises(ConfigError, match="unknown language 'klingon'"):
        tongues(["klingon"], ())


def test_the_readers_language_comes_first(settings: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The terminal's, unless config.toml has a choice of its own; `init` writes the reader's order and comments."""
    for locale, first in (("es_ES.UTF-8", ("es", "en")), ("es_MX.UTF-8", ("es-MX", "en")), ("C", ("en", "es"))):
        monkeypatch.setenv("LC_ALL", locale)
        assert own_first(settings) == first
        file = tmp_path / f"{locale}.toml"
        run("init", str(file))
        assert load(file, {"CLIMTRACK_HOME": str(tmp_path)}).report.languages == first
        assert ("# qué dibuja" in file.read_text("utf-8").lower()) == (locale != "C")
    monkeypatch.setenv("LC_ALL", "es_ES.UTF-8")
    for written, first in (("'en', 'es'", ("es", "en")), ("'en', 'es-MX'", ("en", "es-MX")), ("'en'", ("en",))):
        file.write_text(f"[report]\nlanguages = [{written}]\n")
        assert own_first(load(file, {"CLIMTRACK_HOME": str(tmp_path)})) == first
    monkeypatch.setenv("LC_ALL", "C")
    file.write_text("[report]\nlanguages = ['es', 'en']\n")
    hers = load(file, {"CLIMTRACK_HOME": str(tmp_path)})
    assert own_first(hers) == ("es", "en")
    assert [table_language(text, hers).code for text in (None, "en")] == ["es", "en"]
    assert table_language(None, settings).code == "en"


DATES = {
    "2026-11-07": "2026-11-07", "2026/11/07": "2026-11-07", "7/11/2026": "2026-11-07", "07-11-2026": "2026-11-07",
    "7.11.26": "2026-11-07", "7/11": "2026-11-07", "31/12": "2025-12-31", "13/11/2026": "2026-11-13",
    "7 Nov": "2026-11-07", "7 november 2026": "2026-11-07", "November 7, 2026": "2026-11-07",
    "7 de noviembre de 2026": "2026-11-07", "el 7 de nov.": "2026-11-07", "1st of March": "2026-03-01",
    "today": "2026-11-21", "yesterday": "2026-11-20", "Ayer": "2026-11-20", "anteayer": "2026-11-19",
    "2 weeks ago": "2026-11-07", "a fortnight ago": "2026-11-07", "hace 2 semanas": "2026-11-07",
    "hace dos meses": "2026-09-21", "hace quince días": "2026-11-06", "last week": "2026-11-14",
    "la semana pasada": "2026-11-14", "Monday": "2026-11-16", "el sábado": "2026-11-14", "lunes pasado": "2026-11-16",
    "1 year ago": "2025-11-21", "7-nov-2026": "2026-11-07", "1º de enero de 2026": "2026-01-01",
    "on 7 November": "2026-11-07", "the day before yesterday": "2026-11-19", "now": "2026-11-21",
}  # fmt: skip


@pytest.mark.usefixtures("settings")
def test_dates_as_people_write_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """The day before the month, but on an American terminal; without a year the last one that there was."""
    assert {text: str(day(text)) for text in DATES} == DATES
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    assert [str(day(text)) for text in ("7/11/2026", "11/7/2026")] == ["2026-07-11", "2026-11-07"]


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize(
    "text", ["", "x", "tomorrow", "1991-2020", "31/2/2026", "2026", "nov", "7 foo 2026", "1/1/1/1"]
)
def test_what_is_no_date(text: str) -> None:
    """One line that shows four ways to write one."""
    with pytest.raises(ConfigError, match=r"is not a date\. Write it as 2026-07-05, 5/7/2026, 5 July or '2 weeks ago'"):
        day(text)

"""Tables in both languages: the same numbers, each with its own marks; no word of the other."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from pathlib import Path

import pytest

from climtrack.analysis.enso import nino_state
from climtrack.analysis.hemispheres import air_minus_sea, compare
from climtrack.analysis.survey import study
from climtrack.cli.app import main
from climtrack.cli.overview import terminal_language
from climtrack.cli.tables import Rows, fact_rows, heading, holder_rows, record_rows, rows, side_rows, streak_rows
from climtrack.run.run import sampled
from climtrack.vocabulary.findings import NinoState, Shares, Study, Unknown
from climtrack.vocabulary.registry import REGIONS
from climtrack.vocabulary.series import RONI
from climtrack.words.language import Language
from tests.reporter.studies import sample, series

EN, ES, MX = (Language(code) for code in ("en", "es", "es-MX"))
NUMBER = re.compile(r"[−+]?\d+(?:\.\d+)?")
#: Words that only one of the languages has, and that many of its cells hold.
ENGLISH = re.compile(r"\b(the|of|and|to|since|above|below|day|days|year|years|warmer|record|with|rank|mean)\b", re.I)
SPANISH = re.compile(r"\b(el|la|de|del|desde|días?|años?|puesto|racha|media|más)\b", re.I)


@cache
def subjects() -> list[Study]:
    """Air and sea, a hemisphere and the world, early in a year and late, on a leap day, short of a baseline."""
    short = study(series("gom", "sst"), REGIONS["gom"], as_of=dt.date(1984, 2, 29))
    return [sample("nh"), sample("world"), sample("natlan", "sst"), sample("nino3.4", "sst"), short,
            sample("sh", as_of=dt.date(2026, 1, 1)), sample("world", as_of=dt.date(2024, 2, 29))]  # fmt: skip


def tables(one: Study, language: Language) -> Rows:
    """Every row of a series but those that name its source, whose name is not translated."""
    return [
        (heading(one, language),),
        *fact_rows(one, language)[:-1],
        *record_rows(one, language),
        *streak_rows(one, language),
        *holder_rows(one, language),
    ]


def numbers(row: tuple[str, ...], language: Language) -> list[str]:
    """The figures of a row, with a point and without thousands."""
    text = re.sub(r"Niño 3.4", "", " ".join(row).replace("\u00a0", ""))
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text) if not language.spanish else text
    text = re.sub(r"(?<=\d),(?=\d)", ".", text) if language.code == "es" else text
    return sorted(NUMBER.findall(text))


@pytest.mark.parametrize("number", range(7))
def test_numbers_agree_in_every_language(number: int) -> None:
    """Row for row the same figures; a decimal comma in Spain, the point in Mexico and in English."""
    one = subjects()[number]
    english, spanish, mexican = (tables(one, language) for language in (EN, ES, MX))
    assert len(english) == len(spanish) == len(mexican)
    for first, second, third in zip(english, spanish, mexican, strict=True):
        assert numbers(first, EN) == numbers(second, ES) == numbers(third, MX), (first, second)
        assert not re.search(r"\d\.\d", " ".join(second).replace("Niño 3.4", "")), second
        assert not re.search(r"\d,\d", " ".join(third)), third


@pytest.mark.parametrize("number", range(7))
def test_no_word_of_the_other_language(number: int) -> None:
    """Nor does English know a "run of 1 days"."""
    for row in tables(subjects()[number], ES):
        assert not ENGLISH.search(" ".join(row)), row
        assert not re.search(r"(?<![\d.,])1\s(días|años|medias)\b", " ".join(row)), row
    for row in tables(subjects()[number], EN):
        assert not SPANISH.search(" ".join(row)), row
        assert not re.search(r"(?<![\d.,])1\s(days|years|means)\b", " ".join(row)), row


def test_a_comparison_in_both_languages() -> None:
    """Sides, contrast, shares, air minus sea and El Niño."""
    north, south, world, days = sample("nh"), sample("sh"), sample("world"), sample("nino3.4", "sst")
    nino = nino_state(sampled([RONI], dt.datetime.combine(days.as_of, dt.time(), dt.UTC))[RONI], days)
    assert isinstance(nino, NinoState)
    found, parts = compare([north, south, world]), compare([world, north, south]).shares
    beside = [("world", air_minus_sea(world, sample("world2", "sst"))), ("nh", Unknown("unknown.no_baseline"))]
    assert isinstance(parts, Shares)

    def every(language: Language) -> Rows:
        return [
            *side_rows(found, language),
            *(row for one in (*found.contrasts, parts, nino) for row in rows(one, language)),
            *(row for region, one in beside for row in rows(one, language, region)),
        ]

    for first, second, third in zip(every(EN), every(ES), every(MX), strict=True):
        assert numbers(first, EN) == numbers(second, ES) == numbers(third, MX), (first, second)
        assert not ENGLISH.search(" ".join(second)), second
        assert not SPANISH.search(" ".join(first).replace("El Niño", "")), first


def test_a_spanish_terminal_prints_spanish_tables(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """LANG decides, --lang overrides it, --json is the same in every language."""
    for name, value in {"HOME": str(tmp_path), "CONFIG": "", "NOW": "2026-11-23T12:00:00Z"}.items():
        monkeypatch.setenv(f"CLIMTRACK_{name}", value)
    monkeypatch.delenv("LC_ALL", raising=False)

    def printed(lang: str, *words: str) -> str:
        monkeypatch.setenv("LANG", lang)
        with pytest.raises(SystemExit):
            main(words)
        return capsys.readouterr().out.replace("\u00a0", " ")

    asked = ("facts", "--region", "nh", "--variable", "air", "--offline")
    spanish = printed("es_ES.UTF-8", *asked)
    assert spanish.startswith("SIMULADO · Hemisferio norte: temperatura del aire a 2 m, datos hasta")
    assert "dato\tvalor\tdetalle" in spanish
    assert re.search(r"último valor\t\d+,\d{3} °C\t2026-", spanish)
    assert printed("C", *asked, "--lang", "es") == spanish
    assert printed("es_ES.UTF-8", *asked, "--lang", "en").startswith("SIMULATED · Northern Hemisphere: air")
    assert printed("es_ES.UTF-8", *asked, "--json") == printed("C", *asked, "--json")
    assert "Aún no hay nada guardado" in printed("es_MX", "status")
    assert "certeza" in printed("es", "records", "--region", "nh", "--variable", "air", "--offline")
    assert "norte, la mitad de su anomalía" in printed("es", "compare", "nh", "sh", "--variable", "air", "--offline")


def test_a_table_speaks_one_language(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Two at a time are a usage error, said in one line."""
    monkeypatch.setenv("LANG", "C")
    with pytest.raises(SystemExit) as end:
        main(["status", "--lang", "en,es"])
    assert end.value.code == 2
    assert "a table is in one language at a time. Give one of en, es, es-MX." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("environment", "help_", "tables_"),
    [
        ({"LANG": "es_ES.UTF-8"}, "es", "es"),
        ({"LANG": "es_MX.UTF-8"}, "es", "es-MX"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "es"}, "es", "es"),
        ({"LC_ALL": "C", "LANG": "es_MX"}, "en", "en"),
        ({"LANG": "est_EE"}, "en", "en"),
        ({}, "en", "en"),
    ],
)
def test_the_terminal_decides(environment: dict[str, str], help_: str, tables_: str) -> None:
    """Tables follow the rule of ``--help``; a Mexican terminal has its own decimal point."""
    assert terminal_language(environment) == tables_

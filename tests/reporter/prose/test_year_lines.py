"""The flagship's words: its voice, and the rule that chooses the title."""

import datetime as dt
from dataclasses import replace

import pytest

from climtrack.errors import ConfigError
from climtrack.reporter import render
from climtrack.vocabulary.findings import Claim, Reading, Record
from climtrack.vocabulary.registry import Baseline
from climtrack.words.language import LANGUAGES, Language
from tests.reporter import made

EN, ES, MX = (Language(code) for code in LANGUAGES)


def plain(text: str) -> str:
    """Text with ordinary spaces, so that a test can be read."""
    return text.replace("\u00a0", " ")


def words(language=EN, **changes):
    """The words of one made study."""
    return render.words("year_lines", [made.study(**changes)])[language.code]


def test_the_caption_is_the_voice_of_the_page():
    """The designed wording, in English and Spanish."""
    assert plain(words().caption) == (
        "Northern Hemisphere air averaged 12.6 °C on 17 November 2026: 0.3 °C below the same day of 2025, yet 0.6 °C "
        "above the 1991–2020 average. It was the fourth-warmest 17 November of 87 in this series, since 1940. The "
        "last five days are preliminary. Data: ERA5 (C3S/ECMWF) via Climate Reanalyzer, University of Maine."
    )
    assert plain(words(ES).caption) == (
        "La temperatura del aire del hemisferio norte fue de 12,6 °C el 17 de noviembre de 2026: 0,3 °C menos que el "
        "mismo día de 2025, pero 0,6 °C más que la media de 1991–2020. Fue el cuarto 17 de noviembre más cálido de los "
        "87 de esta serie desde 1940. Los cinco últimos días son provisionales. Datos: ERA5 (C3S/ECMWF), a través de "
        "Climate Reanalyzer, Universidad de Maine."
    )
    assert "12.6\u00a0°C" in words(MX).caption


def test_the_alternative_text_is_the_voice_of_the_page():
    """Chart type of data, where reason; no colours."""
    assert plain(words().alt) == (
        "Line chart of daily Northern Hemisphere air temperature, 1940–2026, where 2026 is above average on all 321 "
        "days and ends, on 17 November, 0.3 °C below 2025 and 0.6 °C above the 1991–2020 average. The last five "
        "days are preliminary."
    )
    assert plain(words(ES).alt) == (
        "Gráfico de líneas de la temperatura del aire del hemisferio norte, día a día, 1940–2026: 2026 queda por "
        "encima de la media los 321 días y termina, el 17 de noviembre, 0,3 °C por debajo de 2025 y 0,6 °C sobre la "
        "media de 1991–2020. Los cinco últimos días son provisionales."
    )


TITLES = [
    ({}, "Northern Hemisphere air is 0.3 °C cooler than a year ago",
     "La temperatura del aire del hemisferio norte está 0,3 °C por debajo de hace un año"),
    ({"year_over_year": made.yoy(-0.04)}, "Northern Hemisphere air is level with 2025, 0.6 °C above average",
     "La temperatura del aire del hemisferio norte está al nivel de 2025, 0,6 °C por encima de la media"),
    ({"year_over_year": made.yoy(-0.3, run=2)}, "Northern Hemisphere air is 0.6 °C above average",
     "La temperatura del aire del hemisferio norte está 0,6 °C por encima de la media"),
    ({"year_over_year": made.yoy(0.3)}, "Northern Hemisphere air is 0.6 °C above average",
     "La temperatura del aire del hemisferio norte está 0,6 °C por encima de la media"),
    ({"anomalies": {"1991-2020": made.anomaly(-0.2)}}, "Northern Hemisphere air is 0.2 °C below average",
     "La temperatura del aire del hemisferio norte está 0,2 °C por debajo de la media"),
    ({"anomalies": {"1991-2020": made.anomaly(0.02)}}, "Northern Hemisphere air is level with its average",
     "La temperatura del aire del hemisferio norte está en su media"),
    ({"anomalies": {"1991-2020": made.UNKNOWN}}, "Northern Hemisphere air averaged 12.6 °C on 17 November",
     "La temperatura del aire del hemisferio norte alcanzó 12,6 °C el 17 de noviembre"),
    ({"year_over_year": made.yoy(0.3), "ranks": replace(made.findings().ranks, day=made.rank(2))},
     "Northern Hemisphere air has its second-warmest 17 November in this series, since 1940",
     "El hemisferio norte vive su segundo 17 de noviembre más cálido de esta serie, desde 1940"),
    ({"latest": Reading(dt.date(2026, 1, 9), 9.5), "days_known": 9, "days_above_average": 9, "preliminary_from": None},
     "The Northern Hemisphere starts 2026 0.6 °C above average",
     "El hemisferio norte empieza 2026 0,6 °C por encima de la media"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "english", "spanish"), TITLES)
def test_the_title_is_the_finding(changes, english, spanish):
    """Each line of the rule in climtrack/reporter/charts/year_lines.py."""
    assert plain(words(**changes).title) == english
    assert plain(words(ES, **changes).title) in {spanish, spanish.replace("La temperatura del aire del", "El")}


@pytest.mark.parametrize(
    ("claim", "english"),
    [
        (Claim.SAFE, "Northern Hemisphere air reaches 12.6 °C, the highest in this series, since 1940"),
        (Claim.PRELIMINARY, "Northern Hemisphere air reaches 12.6 °C, a preliminary record in this series, since 1940"),
        (
            Claim.TIE,
            "Northern Hemisphere air reaches 12.6 °C, level with its record of 20 July 2023",
        ),
        (
            Claim.WITHIN_NOISE,
            "Northern Hemisphere air reaches 12.6 °C, too close to its record of 20 July 2023 to call",
        ),
    ],
)
def test_a_record_is_claimed_only_as_far_as_it_bears(claim, english):
    """Safe, tie, within noise, preliminary."""
    rival = Reading(dt.date(2023, 7, 20), 12.6)
    record = Record(made.DAY, 12.6, None, 0.1, claim, rival=rival)
    assert plain(words(records=replace(made.findings().records, warmest_day=record)).title) == english
    if claim in {Claim.TIE, Claim.WITHIN_NOISE}:  # nor is the day told otherwise where the other one holds the record
        held = Record(rival.date, 12.6 + (claim is not Claim.TIE) * 0.006, None, 0.1, claim, (made.DAY,))
        assert plain(words(records=replace(made.findings().records, warmest_day=held)).title) == english
    near = {Claim.TIE: {"tied_with": (2023,)}, Claim.WITHIN_NOISE: {"rival": 2023, "rival_rank": 2}}
    dated = replace(made.findings().ranks, day=replace(made.rank(1, claim=claim), **near.get(claim, {})))
    title = plain(words(ranks=dated).title)
    assert title.endswith("has its warmest 17 November in this series, since 1940") == (claim is Claim.SAFE)
    assert ("2023" in title) == (claim in near)
    assert ("preliminary" in title) == (claim is Claim.PRELIMINARY)


def test_a_baseline_that_is_not_covered_is_said():
    """The substitute is named, in both languages."""
    base = Baseline(1979, 2000)
    changes = {"requested": Baseline(1991, 2020), "baseline": base, "anomalies": {"1979-2000": made.anomaly()}}
    assert "The series does not cover 1991–2020; the average is that of 1979–2000." in words(**changes).caption
    assert "La serie no cubre 1991–2020; la media es la de 1979–2000." in words(ES, **changes).caption


def test_the_sample_says_that_it_is_simulated_in_every_text():
    """In the language of the text."""
    for language, warning in ((EN, "SIMULATED DATA"), (ES, "DATOS SIMULADOS")):
        told = words(language, simulated=True)
        for text in (told.caption, told.alt_short, told.alt, told.long):
            assert text.startswith(warning)


def test_the_subtitle_names_the_place_where_the_title_does_not():
    """Quantity, place, years, data to."""
    assert plain(words().subtitle) == (
        "Daily mean air temperature 2 m above the surface, 1940–2026. Data to 17 November 2026"
    )
    assert words(**TITLES[-1][0]).subtitle.startswith("Northern Hemisphere: daily mean air temperature")


def test_the_sea_has_a_temperature_in_spanish():
    """A surface is not above or below anything."""
    sea = made.study("natlan", "oisst.sst.natlan", start=dt.date(1982, 1, 1))
    title = plain(render.words("year_lines", [sea])[ES.code].title)
    assert title == "La temperatura superficial del Atlántico norte está 0,30 °C por debajo de hace un año"


def test_an_unknown_chart_has_no_words():
    """Named, never guessed."""
    with pytest.raises(ConfigError, match="pie"):
        render.words("pie", [made.study()])

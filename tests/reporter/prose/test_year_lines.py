"""The flagship's words: its voice, and the rule that chooses the title."""

import pytest

from climtrack.errors import ConfigError
from climtrack.reporter import render
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
        "87 de esta serie desde 1940. Los últimos cinco días son provisionales. Datos: ERA5 (C3S/ECMWF), a través de "
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
        "media de 1991–2020. Los últimos cinco días son provisionales."
    )


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


def test_the_subtitle_names_place_quantity_years_and_date():
    assert plain(words().subtitle) == (
        "Northern Hemisphere: daily mean air temperature 2 m above the surface, 1940–2026. Data to 17 November 2026"
    )


def test_an_unknown_chart_has_no_words():
    """Named, never guessed."""
    with pytest.raises(ConfigError, match="pie"):
        render.words("pie", [made.study()])

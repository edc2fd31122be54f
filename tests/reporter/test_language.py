"""Numbers, dates and the catalogues, as print has them."""

import datetime as dt
import string
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from climtrack.errors import ConfigError, Notice
from climtrack.words import language
from climtrack.words.catalogue import catalogue
from climtrack.words.language import LANGUAGES, Language, direction, rounded

LOCALE = Path(language.__file__).parent / "locale"
EN, ES, MX = (Language(code) for code in LANGUAGES)
DAY = dt.date(2026, 11, 17)
#: Where Spanish contracts an article or makes an adjective agree, and English does not.
GRAMMAR = {"place", "name", "short", "subject", "the", "of", "of_the", "subject2", "of2", "warmer", "cooler"}


def test_values_carry_an_unbreakable_space_and_the_right_mark():
    """12.6 °C in English and Mexico, 12,6 °C in Spain."""
    assert EN.temperature(12.6) == "12.6\u00a0°C"
    assert ES.temperature(12.6) == "12,6\u00a0°C"
    assert MX.temperature(12.6) == "12.6\u00a0°C"
    assert ES.temperature(-0.25, 2) == "\u22120,25\u00a0°C"


def test_differences_carry_their_sign():
    """U+2212 and no space after it; zero has none."""
    assert EN.difference(-0.3) == "\u22120.3\u00a0°C"
    assert EN.difference(0.6) == "+0.6\u00a0°C"
    assert ES.difference(0.6) == "+0,6\u00a0°C"
    assert EN.signed(-0.04) == EN.signed(0.04) == "0.0"
    assert EN.size(-0.3) == "0.3\u00a0°C"


@pytest.mark.parametrize(
    ("value", "decimals", "printed"),
    [(0.25, 1, "0.3"), (-0.25, 1, "-0.3"), (0.35, 1, "0.4"), (21.895 - 20.82, 2, "1.08"), (-0.04, 1, "0.0"),
     (0.0499, 1, "0.0"), (12.649999, 1, "12.6"), (99.95, 1, "100.0"), (-0.0, 2, "0.00"), (2.5, 0, "3")],
)  # fmt: skip
def test_rounding_is_once_and_half_away_from_zero(value, decimals, printed):
    """As a spreadsheet does, with binary dust dropped first."""
    assert str(rounded(value, decimals)) == printed


@given(st.floats(-80, 80), st.sampled_from([0, 1, 2]))
def test_a_figure_and_its_opposite_print_alike(value, decimals):
    """The word follows from the printed figure, never from the hidden digits."""
    assert rounded(value, decimals) == -rounded(-value, decimals)
    assert abs(float(rounded(value, decimals)) - value) <= 0.5 * 10**-decimals + 1e-9
    assert direction(value, decimals) == -direction(-value, decimals)
    assert (direction(value, decimals) == 0) == (EN.signed(value, decimals).strip("0.") == "")


def test_dates():
    """Months in lower case in Spanish."""
    assert EN.date_long(DAY) == "17 November 2026"
    assert ES.date_long(DAY) == "17 de noviembre de 2026"
    assert (EN.date_short(DAY), ES.date_short(DAY)) == ("17 Nov", "17 nov")
    assert (EN.date_day(DAY), ES.date_day(DAY)) == ("17 November", "17 de noviembre")
    assert ES.date_short(dt.date(2026, 5, 4)) == "4 may"
    assert EN.moment(dt.datetime(2026, 7, 11, 16, 42, 9, tzinfo=dt.UTC)) == "11 July 2026 16:42 UTC"


def test_months_are_three_letters_in_both_languages():
    """Sep and sep, where CLDR has Sept and sept."""
    assert " ".join(EN.month_short) == "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
    for spanish in (ES, MX):
        assert " ".join(spanish.month_short) == "ene feb mar abr may jun jul ago sep oct nov dic"
        assert " ".join(spanish.month_initials) == "E F M A M J J A S O N D"
    assert " ".join(EN.month_initials) == "J F M A M J J A S O N D"


def test_ranges_of_days():
    """As short as they can be said."""
    assert EN.date_range(dt.date(2026, 5, 3), dt.date(2026, 5, 7)) == "3–7 May"
    assert ES.date_range(dt.date(2026, 4, 30), dt.date(2026, 5, 2)) == "30 abr – 2 may"
    assert EN.date_range(dt.date(2025, 12, 30), dt.date(2026, 1, 2)) == "30 Dec 2025 – 2 Jan 2026"
    assert ES.date_range(DAY, DAY) == "17 nov"


def test_counts_ordinals_percentages_and_lists():
    """Thousands in English, in Spanish from 10 000 on; Spanish e before the sound i."""
    assert (EN.count(999), EN.count(5734), ES.count(9999), ES.count(31000)) == (
        "999",
        "5,734",
        "9999",
        "31\u00a0000",
    )
    assert [EN.ordinal(n) for n in (1, 10, 11, 12, 21, 42, 83, 113)] == [
        "first", "tenth", "11th", "12th", "21st", "42nd", "83rd", "113th",
    ]  # fmt: skip
    assert (ES.ordinal(3), ES.ordinal(12)) == ("tercer", "12.º")
    assert (EN.percent(97.4), ES.percent(97.4)) == ("97%", "97\u00a0%")
    assert EN.list(["a", "b", "c"]) == "a, b and c"
    assert ES.list(["aire", "invierno"]) == "aire e invierno"
    assert ES.list(["aire", "hielo"]) == "aire y hielo"
    assert ES.list([]) == ""


def test_plural_forms():
    """One day, two days."""
    assert EN.text("days", 1) == "1 day"
    assert EN.text("days", 0) == "0 days"
    assert ES.text("days", 12) == "12 días"


def test_braces_in_a_value_stay_what_they_are():
    """A region named by a joker is data, never a format."""
    assert "{0.__class__}" in EN.list(["{0.__class__}"])


def test_an_unknown_language_says_what_is_spoken():
    """With the list to choose from."""
    with pytest.raises(ConfigError, match="en, es, es-MX"):
        Language("fr")


#: What only operators read: `grid`, `serve` and `doctor` speak English.
OPERATORS = ("grid.", "serve.", "doctor.")


def test_a_message_may_hold_another_where_there_is_a_fact():
    """``{x:?a:b}`` is the message a where there is an x, else b; a zero is there, an empty list is not."""
    days = {"largest": 0.09, "n": 19, "bias": 0.01, "last": "6 August", "origin": "here"}
    for first, said in (
        ("19 July", "up to 0.09 in 19 days, 19 July to 6 August; on average 0.01 (here)"),
        (0, "up to 0.09 in 19 days, 0 to 6 August; on average 0.01 (here)"),
        ((), "up to 0.09 in 19 days; on average 0.01 (here)"),
        (None, "up to 0.09 in 19 days; on average 0.01 (here)"),
    ):
        assert Language("en").what(Notice("cell.noise.beside", **days, first=first)) == said


def test_the_catalogues_hold_the_same_messages_and_braces():
    """Only operators' messages are English alone; a Mexican message replaces a Spanish one."""
    english, spanish, mexican = (catalogue(code) for code in LANGUAGES)
    assert set(spanish) == set(mexican)
    assert set(spanish) <= set(english)
    assert not [message for message in set(english) - set(spanish) if not message.startswith(OPERATORS)]

    def braces(text: str) -> set[str]:
        return {name.lower() for _, name, _, _ in string.Formatter().parse(text) if name is not None}

    for message, forms in ((message, english[message]) for message in spanish):
        for other in (spanish[message], mexican[message]):
            assert len(other) == len(forms), message
            assert all(other), message
            assert braces(other[-1]) ^ braces(forms[-1]) <= GRAMMAR, message


@pytest.mark.parametrize(("code", "names"), [("en", ["en"]), ("es", ["es"]), ("es-MX", ["es", "es_MX"])])
def test_a_catalogue_is_read_as_babel_reads_it(code, names):
    """Message by message, plural forms included; nothing obsolete, fuzzy or bound to a context is in it."""
    read = {}
    for name in names:
        with (LOCALE / f"{name}.po").open("rb") as file:
            for one in read_po(file, locale=name):
                if one.id:
                    assert not one.fuzzy
                    assert not one.context
                    first = one.id if isinstance(one.id, str) else one.id[0]
                    read[first] = one.string if isinstance(one.string, tuple) else (one.string,)
    assert list(catalogue(code).items()) == list(read.items())


def test_every_catalogue_is_of_a_language():
    """Three files, each read by the test above."""
    assert {file.stem for file in LOCALE.glob("*.po")} == {"en", "es", "es_MX"}


def test_language_costs_little():
    """Neither numpy nor matplotlib, so that a terminal command may speak without drawing."""
    code = "import sys, climtrack.words.language; print(int('numpy' in sys.modules), int('matplotlib' in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "0"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("en", "'fr': must be 'en', 'es' or 'es-MX'"),
        ("es", "«fr»: debe ser «en», «es» o «es-MX»"),
    ],
)
def test_quotes_are_those_of_the_language(code: str, said: str) -> None:
    """What a reader wrote stands in her own quotes."""
    assert Language(code).what(Notice("config.literal_error", shown="fr", expected=["en", "es", "es-MX"])) == said


def test_sizes_and_ranges() -> None:
    """Bytes where there is less than a kilobyte; a true minus on both ends of a range."""
    spanish = Language("es")
    for size, said in ((340, "340 bytes"), (12_340, "12,3 kB"), (1_234_000, "1,2 MB")):
        assert spanish.what(Notice("fetch.web_page", size=size)).endswith(f"(text/html, {said})")
    line = spanish.what(Notice("fetch.format.climatology_range", row="x", low=-75.0, high=45.0))
    assert line == "la fila «x» se sale del intervalo de −75 a 45 °C"

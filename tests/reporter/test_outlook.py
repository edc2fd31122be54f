"""The outlook in words: a chance that people say, a range with its level, and nothing where there is no chance."""

import datetime as dt
import math
from dataclasses import replace

import pytest

from climtrack.reporter.sentences import Phrases
from climtrack.vocabulary.findings import OutlookDay
from climtrack.words.language import Language
from tests.reporter import made

ISSUE = OutlookDay(dt.date(2026, 12, 5), 14, True, 0.63, 0.41, 0.88, 0.74, 0.02, 12.9)


def told(code: str, **changes: object) -> str:
    """The sentence about an issue that goes out on 5 December 2026."""
    days = (replace(ISSUE, date=dt.date(2026, 11, 28), next_issue=False), replace(ISSUE, **changes))
    return Phrases(made.study(outlook=days), Language(code)).outlook().replace("\u00a0", " ")


def test_the_whole_sentence() -> None:
    """As it is read aloud, in both languages."""
    assert told("en") == (
        "When the next issue goes out on 5 December, the chance of being below last year's line is 3 in 4; "
        "the difference from the 1991–2020 average is then expected to be +0.6 °C "
        "(9 times in 10 between +0.4 and +0.9)."
    )
    assert told("es") == (
        "Cuando salga el próximo número, el 5 de diciembre, hay 3 posibilidades entre 4 de que la línea esté "
        "por debajo de la del año pasado; entonces cabe esperar una diferencia de +0,6 °C respecto a la media de "
        "1991–2020 (9 de cada 10 veces, entre +0,4 y +0,9)."
    )


@pytest.mark.parametrize(
    ("chance", "english", "spanish"),
    [
        (0.01, "is less than 1 in 20;", "hay menos de 1 posibilidad entre 20 de que"),
        (0.06, "is 1 in 10;", "hay 1 posibilidad entre 10 de que"),
        (0.35, "is 1 in 3;", "hay 1 posibilidad entre 3 de que"),
        (0.52, "is 1 in 2;", "hay 1 posibilidad entre 2 de que"),
        (0.94, "is 9 in 10;", "hay 9 posibilidades entre 10 de que"),
        (0.99, "is more than 19 in 20;", "hay más de 19 posibilidades entre 20 de que"),
    ],
)
def test_chances_as_people_say_them(chance: float, english: str, spanish: str) -> None:
    """The nearest of a few plain shares; what is all but certain is never said to be so."""
    assert english in told("en", chance_below_last_year=chance)
    assert spanish in told("es", chance_below_last_year=chance)


def test_nothing_is_said_without_a_chance() -> None:
    """A partner that is missing, and an issue beyond the reach of the outlook."""
    assert told("en", chance_below_last_year=math.nan) == ""
    assert told("en", next_issue=False) == ""
    assert Phrases(made.study(), Language("en")).outlook() == ""

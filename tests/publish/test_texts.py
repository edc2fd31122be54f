"""Words of pages, posts and feeds."""

from __future__ import annotations

import datetime as dt
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from climtrack.errors import ConfigError
from climtrack.publish.text import TEXTS, texts
from climtrack.words.language import Language


def braces(text: str) -> set[str]:
    """Names that a sentence asks for."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_language_says_the_same_things() -> None:
    """Same keys, same blanks to fill in, nothing left empty."""
    english = TEXTS["en"]
    for other in TEXTS.values():
        assert other.words.keys() == english.words.keys()
        assert {k: braces(v) for k, v in other.words.items()} == {k: braces(v) for k, v in english.words.items()}
        assert all(other.words.values())


@pytest.mark.parametrize("code", TEXTS)
@given(value=st.integers(-60_000, 60_000), decimals=st.integers(0, 3))
def test_numbers_read_as_the_reporter_writes_them(code: str, value: int, decimals: int) -> None:
    """Page and sentence never print two roundings of one figure."""
    language = Language(code)
    assert texts(code).number(value / 1000, decimals) == language.number(value / 1000, decimals)
    assert texts(code).difference(value / 1000, decimals) == language.difference(value / 1000, decimals)


@pytest.mark.parametrize("code", TEXTS)
def test_dates_read_as_the_reporter_writes_them(code: str) -> None:
    """Months, particles and order agree in every language."""
    for month in range(1, 13):
        day = dt.date(2026, month, 17)
        assert texts(code).day(day) == Language(code).date_long(day)
        assert texts(code).day(day, short=True) == f"{Language(code).date_short(day)} 2026"


def test_an_unknown_language_is_named() -> None:
    """Usage error with the languages that exist."""
    with pytest.raises(ConfigError, match="'fr' is not spoken here"):
        texts("fr")

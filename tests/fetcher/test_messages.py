"""What the source does wrong is told in Spanish too, phrase by phrase."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from climtrack.words.language import Language
from tests.faults import DAYS, FAULTS, NATLAN, Copy
from tests.fetcher.test_faults import ask, held_on

#: English that no Spanish line holds; quoted names of rows and the JSON reader's own words apart.
ENGLISH = re.compile(r"\b(the|is|are|of|instead|has|have|not|values?|true|will|with|row|days?)\b", re.IGNORECASE)


@pytest.mark.parametrize("name", FAULTS)
def test_fault_in_spanish(name: str) -> None:
    """Neither the error nor a note of any fault leaves an English phrase behind."""
    tomorrow = DAYS[0] + dt.timedelta(days=1)
    body = FAULTS[name].make(Copy.of(NATLAN, tomorrow))
    outcome = ask(NATLAN, body, held_on(NATLAN, DAYS[0]), tomorrow)
    for message in [outcome.error] if outcome.error else outcome.notes:
        assert not isinstance(message, str)
        line = Language("es").say(message)
        spanish = re.sub(r'«[^»]*»|"[^"]*"|`[^`]*`|: True|\(Extra data.*?\)', "", line)
        assert not ENGLISH.search(spanish), spanish

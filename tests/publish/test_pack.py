"""Numbers as short text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from climtrack.publish.page import DIGITS, HALF, MISSING, pack, runs, scale_of


def unpack(text: str) -> list[int | None]:
    """The inverse, written from the description and not from the code."""
    out: list[int | None] = []
    last = folded = 0
    weight = 1
    for character in text:
        if character == MISSING:
            out.append(None)
            continue
        digit = DIGITS.index(character)
        folded += digit % HALF * weight
        weight *= HALF
        if digit < HALF:
            last += folded // 2 if folded % 2 == 0 else -(folded + 1) // 2
            out.append(last)
            folded, weight = 0, 1
    return out


def test_a_few_values_by_hand() -> None:
    """1.0, 1.1, a gap and 0.9 in tenths: +10, +1, gap, −2, folded to 20, 2 and 3."""
    text = pack(np.array([1.0, 1.1, np.nan, 0.9]), 10)
    assert text == DIGITS[20] + DIGITS[2] + MISSING + DIGITS[3]


@given(st.lists(st.one_of(st.none(), st.integers(-5_000_000, 5_000_000)), min_size=1, max_size=60))
def test_what_is_packed_comes_back(steps: list[int | None]) -> None:
    """Every integer and every gap survives."""
    values = np.array([np.nan if step is None else step / 1000 for step in steps])
    assert unpack(pack(values, 1000)) == steps


def test_digits_cannot_end_a_script_or_a_string() -> None:
    """84 different characters, none of which means anything in HTML or JSON."""
    assert len(set(DIGITS)) == 84
    assert not set(DIGITS + MISSING) & set("<>&\"'\\`\n ")


@pytest.mark.parametrize(("values", "scale"), [([1.25, 3.1], 100), ([21.895, 20.0], 1000), ([1 / 3, np.nan], 100_000)])
def test_the_scale_holds_what_the_feed_serves(values: list[float], scale: int) -> None:
    """Hundredths, thousandths, and a hundred-thousandth for what was computed."""
    assert scale_of(np.array(values)) == scale


def test_runs_are_first_and_length() -> None:
    """Two runs, one of them at the end."""
    assert runs(np.array([False, True, True, False, True])) == [(1, 2), (4, 1)]

"""Labels move as little as they must, and things go where nothing is drawn."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from climtrack.reporter.fonts import FACES, Face, font_file, text_width, wrapped
from climtrack.reporter.geometry import CELL, Emptiness, Rect, outward, spread, tick_step, tick_values
from climtrack.reporter.theme import LIGHT

WRITING = st.text("AVTfilßáñÓW01257.,;–−’«» \u00a0°%", max_size=24)
CENTRES = st.lists(st.floats(0, 300), min_size=1, max_size=7)


def test_two_labels_share_the_move() -> None:
    """Two labels ten high wished at one place stand five above and five below it."""
    assert spread([50, 50], [10, 10], 0, 100) == (45, 55)


def test_a_third_far_away_stays() -> None:
    """Only those that collide move, each by as little as least squares asks."""
    assert spread([50, 52, 90], [10, 10, 10], 0, 100) == (46, 56, 90)


def test_different_heights() -> None:
    """A tall label asks for its own half."""
    assert spread([40, 40], [10, 30], 0, 100) == (30, 50)


def test_the_room_holds_them() -> None:
    """A pool that would leave the room is pushed back inside."""
    assert spread([98, 99], [10, 10], 0, 100) == (85, 95)
    assert spread([1, 2], [10, 10], 0, 100) == (5, 15)


@given(CENTRES, st.floats(4, 30))
def test_spread_keeps_order_and_distance(centres: list[float], height: float) -> None:
    """Never overlapping, in the order of the wishes, inside the room where they fit."""
    placed = spread(centres, [height] * len(centres), 0, 300)
    order = sorted(range(len(centres)), key=lambda i: (centres[i], i))
    for a, b in pairwise(order):
        assert placed[b] - placed[a] >= height - 1e-6
    if height * len(centres) <= 300:
        assert min(placed) >= height / 2 - 1e-6
        assert max(placed) <= 300 - height / 2 + 1e-6


@given(st.lists(st.floats(100, 200), min_size=2, max_size=4), st.lists(st.floats(-3, 3), min_size=4, max_size=4))
def test_spread_is_least_squares(centres: list[float], nudges: list[float]) -> None:
    """No other placement without overlap moves the labels less."""
    heights = [12.0] * len(centres)
    placed = spread(centres, heights, -1000, 1000)
    cost = sum((p - c) ** 2 for p, c in zip(placed, centres, strict=True))
    order = sorted(range(len(centres)), key=lambda i: (centres[i], i))
    other, floor = list(placed), -np.inf
    for i in order:
        other[i] = max(placed[i] + nudges[i], floor)
        floor = other[i] + 12
    assert cost <= sum((p - c) ** 2 for p, c in zip(other, centres, strict=True)) + 1e-6


def test_emptiness_by_hand() -> None:
    """With the left half taken, the roomiest place is the middle of the right half."""
    empty = Emptiness(Rect(0, 0, 200, 100))
    empty.occupy(Rect(0, 0, 100, 100))
    place = empty.roomiest(40, 20)
    assert place is not None
    assert (place.left + place.right) / 2 == pytest.approx(150, abs=2 * CELL)
    assert (place.top + place.bottom) / 2 == pytest.approx(50, abs=2 * CELL)
    assert empty.roomiest(120, 20) is None
    assert empty.place(40, 20, lambda left, top: left + 0 * top) == Rect(100, 0, 140, 20)
    assert empty.place(40, 20, lambda left, top: np.full(np.broadcast(left, top).shape, np.inf)) is None


def test_emptiness_between_curves() -> None:
    """What lies between two curves is taken, gaps stay free."""
    empty = Emptiness(Rect(0, 0, 100, 100))
    xs = np.array([0.0, 50.0, 100.0])
    empty.occupy_between(xs, np.array([40.0, 40.0, 40.0]), np.array([60.0, 60.0, 60.0]))
    assert empty.taken[22:29].all()
    assert not empty.taken[:19].any()
    assert not empty.taken[31:].any()
    blank = Emptiness(Rect(0, 0, 100, 100))
    blank.occupy_between(xs, np.full(3, np.nan), np.full(3, np.nan))
    assert not blank.taken.any()


@given(st.lists(st.tuples(st.floats(0, 180), st.floats(0, 80), st.floats(1, 60), st.floats(1, 40)), max_size=8))
def test_places_are_free(taken: list[tuple[float, float, float, float]]) -> None:
    """A place found never touches what is drawn."""
    empty = Emptiness(Rect(0, 0, 200, 100))
    rects = [Rect(x, y, x + w, y + h) for x, y, w, h in taken]
    for rect in rects:
        empty.occupy(rect)
    for place in (empty.roomiest(30, 14), empty.place(30, 14, lambda left, top: left + top)):
        assert place is None or not any(place.touches(rect) for rect in rects)


def test_scales_by_hand() -> None:
    """Round steps, ticks inside, limits outside."""
    assert tick_step(16.5) == 4
    assert tick_step(2.9, most=4.5) == 1
    assert tick_values(6.5, 23.5, 4) == (8, 12, 16, 20)
    assert tick_values(-0.95, 1.05, 0.5) == (-0.5, 0, 0.5, 1)
    assert outward(7.1, 22.9, 0.5) == (7.0, 23.0)
    assert outward(15.0, 15.0, 0.5) == (14.5, 15.5)


def test_wrapping_never_breaks_a_value() -> None:
    """Lines keep to their width, U+00A0 is never broken, and no short word is left alone."""
    text = "Northern Hemisphere air is 0.3\u00a0°C cooler than a year ago"
    lines = wrapped(LIGHT, "bold", 23, text, 404)
    assert " ".join(lines) == text
    assert len(lines) == 2
    assert all(text_width(LIGHT, "bold", 23, line) <= 404 for line in lines)
    assert any("0.3\u00a0°C" in line for line in lines)
    assert text_width(LIGHT, "bold", 23, lines[-1]) >= 0.3 * 404


@given(WRITING, st.sampled_from(sorted(FACES)))
def test_a_text_is_as_wide_as_its_words_and_spaces(text: str, face: Face) -> None:
    """The width taken word by word is that of the whole text set at once, kerning and ligatures included."""
    from matplotlib.ft2font import FT2Font, LoadFlags

    whole = FT2Font(font_file(LIGHT, face))
    whole.set_size(1000, 72)
    whole.set_text(text, 0.0, flags=LoadFlags.NO_HINTING)
    assert text_width(LIGHT, face, 13.5, text) == whole.get_width_height()[0] / 64 / 1000 * 13.5

"""Arrangement: callout and inset (or key) placed together, so that neither takes the other's only room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from climtrack.reporter.charts import callout
from climtrack.reporter.emptiness import Emptiness
from climtrack.reporter.geometry import Rect

Second = Callable[[Emptiness], Rect | None]
#: Which wording of the callout, and whether it must stand straight above or below its point.
Mode = tuple[int, bool]
#: Callouts that a composition must find room for in every month, and those that will do on a day.
FULL: tuple[Mode, ...] = ((0, True), (0, False))
EVERY: tuple[Mode, ...] = ((0, True), (0, False), (1, True), (1, False), (2, True), (2, False))
#: The same where the first two wordings differ only in naming the record, which goes first when room runs out.
EITHER: tuple[Mode, ...] = (
    (0, True), (1, True), (0, False), (1, False), (2, True), (2, False), (3, True), (3, False),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Where things go."""

    wording: int  # Which of the callout's wordings, fullest first
    callout: Rect
    second: Rect | None  # Place of the inset or key


def arrange(
    empty: Emptiness,
    sizes: Sequence[tuple[float, float]],
    point: tuple[float, float],
    second: Second | None,
    modes: Sequence[Mode],
) -> Arrangement | None:
    """Place a callout and whatever else must stand inside the axes, trying either first."""
    for wording, straight in modes:
        if wording >= len(sizes):
            continue
        trial = empty.copy()
        place = callout.spot(trial, sizes[wording], *point, straight=straight)
        if place is not None and second is None:
            return Arrangement(wording, place, None)
        if place is None or second is None:
            continue
        trial.occupy(place.grown(callout.CLEAR))
        other = second(trial)
        if other is not None:
            return Arrangement(wording, place, other)
        trial = empty.copy()
        other = second(trial)
        if other is None:
            return None  # not even without a callout
        trial.occupy(other.grown(callout.CLEAR))
        place = callout.spot(trial, sizes[wording], *point, straight=straight)
        if place is not None:
            return Arrangement(wording, place, other)
    return None

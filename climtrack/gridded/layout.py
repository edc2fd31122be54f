"""Layout: what the dimensions of a data variable are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layout:
    """
    What the dimensions of a data variable are.

    Parameters
    ----------
    step, row, column : int
        Their positions; `step` is None for a variable of one field.
    fixed : tuple of int
        Index taken in each dimension that is none of the three; others are ignored.
    """

    step: int | None
    row: int
    column: int
    fixed: tuple[int, ...]

    @property
    def dropped(self) -> int:
        """How many dimensions before the step disappear when one index is taken in each."""
        return sum(i not in (self.row, self.column) for i in range(self.step or 0))

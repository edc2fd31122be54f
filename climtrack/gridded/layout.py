"""Layout: what the dimensions of a data variable are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layout:
    """What the dimensions of a data variable are."""

    step: int | None  # Their positions; `step` is None for a variable of one field
    row: int  # Their positions; `step` is None for a variable of one field
    column: int  # Their positions; `step` is None for a variable of one field
    fixed: tuple[int, ...]  # Index taken in each dimension that is none of the three; others are ignored
    stride: int = 1  # Only every so many rows and columns are read: a light, approximate run

    @property
    def thinned(self) -> slice:
        """Rows or columns that are read, the first half a stride from the edge."""
        return slice(self.stride // 2, None, self.stride) if self.stride > 1 else slice(None)

    @property
    def dropped(self) -> int:
        """How many dimensions before the step disappear when one index is taken in each."""
        return sum(i not in (self.row, self.column) for i in range(self.step or 0))

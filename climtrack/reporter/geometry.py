"""Geometry of a picture, in CSS pixels at the reading width, x to the right and y **down** from the upper left."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def grown(self, x: float, y: float | None = None) -> Rect:
        """The rectangle with its sides moved outwards."""
        y = x if y is None else y
        return Rect(self.left - x, self.top - y, self.right + x, self.bottom + y)

    def lowered(self, by: float) -> Rect:
        """The rectangle with its upper side moved down."""
        return Rect(self.left, self.top + by, self.right, self.bottom)

    def touches(self, other: Rect) -> bool:
        """Whether two rectangles share area."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def contains(self, other: Rect) -> bool:
        """Whether another rectangle lies inside."""
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )


@dataclass(frozen=True, slots=True)
class Box:
    """A text in the picture, and the place it takes."""

    name: str  # What it is, such as ``title``, ``callout`` or ``tick``
    text: str
    rect: Rect  # From the top of its capitals to the foot of its descenders
    size: float  # Type size in CSS pixels
    colour: str

"""Geometry of a picture, in CSS pixels at the reading width, x to the right and y **down** from the upper left."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rect:
    """
    A rectangle.

    Parameters
    ----------
    left, top, right, bottom : float
        Its sides.
    """

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Its width."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Its height."""
        return self.bottom - self.top

    def grown(self, x: float, y: float | None = None) -> Rect:
        """
        The rectangle with its sides moved outwards.

        Parameters
        ----------
        x : float
            By how much left and right; negative moves inwards.
        y : float, optional
            By how much above and below; by default as `x`.

        Returns
        -------
        Rect
            The new rectangle.
        """
        y = x if y is None else y
        return Rect(self.left - x, self.top - y, self.right + x, self.bottom + y)

    def lowered(self, by: float) -> Rect:
        """
        The rectangle with its upper side moved down.

        Parameters
        ----------
        by : float
            By how much.

        Returns
        -------
        Rect
            The new rectangle.
        """
        return Rect(self.left, self.top + by, self.right, self.bottom)

    def touches(self, other: Rect) -> bool:
        """
        Whether two rectangles share area.

        Parameters
        ----------
        other : Rect
            The other one.

        Returns
        -------
        bool
            False where they only share a side.
        """
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def contains(self, other: Rect) -> bool:
        """
        Whether another rectangle lies inside.

        Parameters
        ----------
        other : Rect
            The other one.

        Returns
        -------
        bool
            True also where sides coincide.
        """
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )


@dataclass(frozen=True, slots=True)
class Box:
    """
    A text in the picture, and the place it takes.

    Parameters
    ----------
    name : str
        What it is, such as ``title``, ``callout`` or ``tick``.
    text : str
        What it says, one line.
    rect : Rect
        From the top of its capitals to the foot of its descenders.
    size : float
        Type size in CSS pixels.
    colour : str
        Its ink.
    """

    name: str
    text: str
    rect: Rect
    size: float
    colour: str

"""Baselines: the years that an average is taken over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from climtrack.errors import ConfigError


@dataclass(frozen=True, slots=True, order=True)
class Baseline:
    """The reference years, both ends included."""

    first: int
    last: int

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"baseline {self.first}-{self.last} ends before it begins")

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"

    @property
    def label(self) -> str:
        """The years as print sets them, with an en dash."""
        return f"{self.first}–{self.last}"

    @property
    def years(self) -> range:
        """The years, both ends included."""
        return range(self.first, self.last + 1)

    @classmethod
    def parse(cls, text: str) -> Baseline:
        """Baseline written as ``1991-2020``."""
        first, _, last = text.strip().replace("–", "-").partition("-")
        if not (first.isascii() and first.isdigit() and last.isascii() and last.isdigit()) or not (
            1800 <= int(first) <= int(last) <= 2200
        ):
            raise ConfigError(
                f"baseline {text[:40]!r} is not a pair of years",
                "Write it as FIRST-LAST, for example 1991-2020",
            )
        return cls(int(first), int(last))


#: WMO's current normal first; the order in which a substitute is sought where one is not covered.
BASELINES: Mapping[str, Baseline] = MappingProxyType(
    {
        str(b): b
        for b in (
            Baseline(1991, 2020),
            Baseline(1981, 2010),
            Baseline(1982, 2010),
            Baseline(1979, 2000),
            Baseline(1961, 1990),
        )
    }
)
DEFAULT = BASELINES["1991-2020"]

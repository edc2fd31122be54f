"""The catalogue of charts: what each asks, on how many series, in which presets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from climtrack.reporter.canvas import Canvas
    from climtrack.vocabulary.assets import Words
    from climtrack.vocabulary.findings import Study

COMMON = ("wide", "post", "email", "phone", "card")


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of the catalogue."""

    name: str  # Short name, also that of its module
    question: str
    presets: tuple[str, ...] = COMMON  # Where it can be drawn, its home first
    series: tuple[int, int] = (1, 1)  # Fewest and most series it takes
    options: tuple[str, ...] = ()  # What else its module's `draw` understands

    @property
    def slug(self) -> str:
        """Name in file names."""
        return self.name.replace("_", "-")

    def draw(self, canvas: Canvas, studies: Sequence[Study], words: Words, **options: Any) -> None:
        """Draw on an empty canvas."""
        import_module(f"climtrack.reporter.charts.{self.name}").draw(canvas, studies, words, **options)


CHARTS: Mapping[str, Chart] = MappingProxyType(
    {
        c.name: c
        for c in (
            Chart("year_lines", "Where is this region today against every year on record?", options=("thin_before",)),
            Chart("anomaly", "How unusual is each day, the season removed?", options=("beside",)),
            Chart("year_over_year", "Which part of this year beat last year?"),
            Chart("hemispheres", "Are both halves doing the same?", ("panel", *COMMON), (2, 2)),
            Chart("stripes", "The long story in one glance", ("strip", *COMMON), (1, 2)),
            Chart("day_heatmap", "When in the calendar did the warming happen?", ("grid", *COMMON)),
            Chart("records", "Who holds the calendar?"),
            Chart("since_last_issue", "What has the line done since a given date?", options=("since",)),
            Chart("el_nino_overlay", "How does this El Niño compare with past ones?", options=("overlay",)),
        )
    }
)

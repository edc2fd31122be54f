"""Which pictures a request asks for, drawn on as many cores as help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from climtrack.vocabulary.results import Study

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """
    One picture to draw.

    Parameters
    ----------
    chart, preset, theme, language, fmt : str
        As in config.toml.
    studies : tuple of Study
        What it shows.
    """

    chart: str
    studies: tuple[Study, ...]
    preset: str
    theme: str
    language: str
    fmt: str

"""Prose: findings → what a reader reads. `words` for a picture, `answers` for the newsletter's three questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from climtrack.errors import RenderError
from climtrack.reporter.language import LANGUAGES, Language
from climtrack.reporter.prose import year_lines
from climtrack.reporter.prose.answers import answers
from climtrack.reporter.prose.story import Story
from climtrack.reporter.prose.voice import Voice
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.results import Study

__all__ = ["words", "answers"]

_STORIES: Mapping[str, Callable[[Sequence[Voice]], Story]] = MappingProxyType({"year_lines": year_lines.story})


def words(chart: str, studies: Sequence[Study], language: Language) -> Words:
    """
    Title, subtitle, caption and alternative texts of a picture.

    Parameters
    ----------
    chart : str
        Name of the chart.
    studies : sequence of Study
        What it shows.
    language : Language
        In which to say it.

    Returns
    -------
    Words
        Within the limits of CHARTS.md.

    Raises
    ------
    RenderError
        If there is no such chart.
    """
    if chart not in _STORIES:
        raise RenderError(f"no words for the chart {chart[:40]!r}", "Choose one of climtrack's charts")
    tell = _STORIES[chart]
    told = {code: tell([Voice(study, Language(code)) for study in studies]) for code in LANGUAGES}
    return told[language.code].words(tuple(told.values()))

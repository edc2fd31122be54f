"""Prose: findings → what a reader reads. `words` for a picture, `answers` for the newsletter's three questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from climtrack.errors import RenderError
from climtrack.reporter.prose import (
    anomaly,
    day_heatmap,
    el_nino_overlay,
    hemispheres,
    records,
    since_last_issue,
    stripes,
    year_lines,
    year_over_year,
)
from climtrack.reporter.prose.answers import answers
from climtrack.reporter.prose.story import Story
from climtrack.reporter.prose.voice import Voice
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.findings import Study
from climtrack.words.language import LANGUAGES, Language

__all__ = ["words", "answers"]

_TELL: Mapping[str, Callable[..., Story]] = MappingProxyType(
    {
        module.__name__.rsplit(".", 1)[1]: module.tell
        for module in (
            year_lines,
            anomaly,
            year_over_year,
            hemispheres,
            stripes,
            day_heatmap,
            records,
            since_last_issue,
            el_nino_overlay,
        )
    }
)


def words(chart: str, studies: Sequence[Study], language: Language, **options: Any) -> Words:
    """Title, subtitle, caption and alternative texts of a picture."""
    if chart not in _TELL:
        raise RenderError(f"no words for the chart {chart[:40]!r}", f"Choose one of {', '.join(_TELL)}")
    told = {code: _TELL[chart]([Voice(study, Language(code)) for study in studies], **options) for code in LANGUAGES}
    return told[language.code].words(tuple(told.values()))

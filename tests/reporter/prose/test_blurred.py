"""The first answer where 14 days are too alike for an interval."""

from __future__ import annotations

from dataclasses import replace

import pytest

from climtrack.reporter.answers import answers
from climtrack.vocabulary.findings import Slope
from climtrack.words.language import LANGUAGES, Language
from tests.reporter import made


@pytest.mark.parametrize("code", LANGUAGES)
def test_an_interval_that_measures_nothing_is_not_printed(code: str) -> None:
    """The change stands, the bound of the method does not."""
    study = made.study()
    found = study.findings.direction
    assert isinstance(found.anomaly_slope_14d, Slope)
    wide = replace(found.anomaly_slope_14d, low=-0.2, high=0.2)
    told = []
    for blurred in (False, True):
        course = replace(found, anomaly_slope_14d=replace(wide, blurred=blurred))
        shown = replace(study, findings=replace(study.findings, direction=course))
        told.append(answers(shown, Language(code))[0])
    assert ("95" in told[0], "95" in told[1]) == (True, False)

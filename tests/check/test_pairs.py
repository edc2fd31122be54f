"""Real reports on hard days: every number of every sentence is the one that a second computation finds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from climtrack.run.check import check_assets
from climtrack.vocabulary.findings import Study
from tests.check.pairs import CASES, SERIES
from tests.check.reports import NOT_OF_THE_TABLE, report

pytestmark = pytest.mark.shared
#: A sentence that speaks of a difference from average.
AVERAGE = (
    r"(above|below|against|from|with)( the| its)?( [\d–]+)? average|(de|con|sobre|bajo|frente a) (la|su) media( de)?\b"
)
PAIRS = [(region, case) for region in SERIES for case in CASES]
#: By default every case once, each series at least once.
FEW = [(SERIES[n % len(SERIES)], case) for n, case in enumerate(CASES)]


@pytest.mark.parametrize(("region", "case"), FEW)
def test_every_number_is_what_the_table_says(shared_data: Path, region: str, case: str) -> None:
    """Facts, answers, titles, captions and alternative texts in both languages."""
    _check(CASES[case].study(shared_data, region))


@pytest.mark.soak
def test_every_number_of_every_pair(shared_data: Path, record_property: pytest.RecordProperty) -> None:
    """Eight series on fifteen days."""
    record_property("pairs", len(PAIRS))
    record_property("numbers", sum(_check(CASES[case].study(shared_data, region)) for region, case in PAIRS))


def _check(study: Study) -> int:
    """How many numbers were computed twice; none of them differs."""
    assets = report(study)
    result = check_assets([assets])
    assert not result.differing
    assert not {name for name in result.unknown if not re.search(NOT_OF_THE_TABLE, name)}
    for asset in assets:
        if asset.words is None:
            continue
        words = asset.words
        if study.series.preliminary.any():
            assert re.search("prelimin|provisional", words.caption), words.caption
        for text in (
            words.title + words.subtitle + words.caption,
            words.caption,
            words.alt_short,
            words.alt,
            words.long,
        ):
            if study.baseline and re.search(AVERAGE, text):
                assert study.baseline.label in text, (asset.path, text)
    return result.checked

"""A backfill is asked for without mistakes, and what lies ahead is said well."""

from __future__ import annotations

import datetime as dt

import pytest

from climtrack.config import load
from climtrack.errors import ConfigError
from climtrack.grids import download
from climtrack.run import grids
from climtrack.vocabulary.registry import REGIONS

FIRST = dt.date(2023, 12, 28)


def test_an_estimate_counts_as_english_does() -> None:
    """One second is not one seconds."""
    place = download.PLACES["ncei"]
    assert "about 1 second at" in grids.Estimate(place, 1, 1, 0.0016, 1.2).line()
    assert "about 2 minutes at" in grids.Estimate(place, 1, 1, 0.0016, 100.0).line()


@pytest.mark.parametrize(
    ("source", "until", "stride", "words"),
    [
        ("nasa", FIRST, 1, "no place"),
        ("ncei", FIRST, 4, "saves nothing"),
        ("ncei", FIRST - dt.timedelta(days=1), 1, "lies after"),
    ],
)
def test_mistakes_are_named(source: str, until: dt.date, stride: int, words: str) -> None:
    """Unknown place, a stride for whole files, an end before the beginning."""
    with pytest.raises(ConfigError, match=words):
        grids.job(source, (REGIONS["nh"],), FIRST, until, load(None, {}), rule="exact", stride=stride)

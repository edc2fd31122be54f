"""One of something, or several."""

from __future__ import annotations

from climtrack.vocabulary.notice import counted


def test_one_and_several() -> None:
    """Nothing is plural, thousands are set apart, an irregular plural is given."""
    assert counted(1, "day") == "1 day"
    assert counted(0, "day") == "0 days"
    assert counted(31000, "day") == "31,000 days"
    assert counted(2, "year lacks", "years lack") == "2 years lack"

"""What all tests of rounds share."""

from __future__ import annotations

import pytest

from climtrack.run import publish


@pytest.fixture(autouse=True)
def one_picture_a_series(monkeypatch: pytest.MonkeyPatch) -> None:
    """The site of a round shows one size: the round is what is tried, not the ink."""
    monkeypatch.setattr(publish, "PRESETS", ("email",))

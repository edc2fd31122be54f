"""Whoever stops a command is told what it had done."""

from __future__ import annotations

import pytest

from climtrack.cli.output import progress
from climtrack.vocabulary.series import SeriesKey

KEYS = [SeriesKey("era5", "t2m", region) for region in ("nh", "sh", "world")]


@pytest.mark.parametrize(
    ("done", "language", "line"),
    [
        (0, "en", "interrupted; no series updated, the rest unchanged."),
        (2, "en", "interrupted; 2 of 13 series updated, the rest unchanged."),
        (0, "es", "interrumpido; ninguna serie actualizada, todo como estaba."),
        (1, "es", "interrumpido; 1 de 13 series actualizadas, el resto como estaba."),
    ],
)
def test_an_interrupted_download_is_counted(
    done: int, language: str, line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line on standard error, in the terminal's language; the wish goes on to whoever leaves with 130."""
    monkeypatch.setenv("LC_ALL", f"{language}_ES.UTF-8" if language == "es" else "C.UTF-8")
    with pytest.raises(KeyboardInterrupt), progress() as told:  # noqa: PT012 - as commands use it
        for key in KEYS[:done]:
            told(key, 13)
        raise KeyboardInterrupt
    assert capsys.readouterr().err == f"{line}\n"


def test_nothing_is_said_of_what_ends_well(capsys: pytest.CaptureFixture[str]) -> None:
    """In a pipe."""
    with progress() as told:
        told(KEYS[0], 1)
    assert capsys.readouterr().err == ""

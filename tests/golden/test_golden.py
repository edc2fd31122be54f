"""The golden transcript: what climtrack says and makes, held against what it said and made before."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from tests.golden.stage import parts, play, played, scenes, stocked

SHOWN = 60
ADVICE = (
    "If that is meant, `make golden` (or `python -m tests.golden.update {name}`) writes the new transcript; the commit "
    "says why. What the commands made lies in {folder}."
)


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store that scenes begin with."""
    return stocked(tmp_path_factory.mktemp("golden"))


@pytest.mark.parametrize(("name", "language"), parts())
def test_transcript(name: str, language: str, store: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Every exit code, line and file is as it was."""
    scene = scenes()[name]
    if scene.get("real"):
        request.getfixturevalue("shared_data")
    found = play(scene, language, store, tmp_path / "stage").splitlines()
    expected = played(name, language).read_text(encoding="utf-8").splitlines()
    changed = list(difflib.unified_diff(expected, found, "as it was", "as it is", lineterm="", n=4))
    if changed:
        more = [f"… and {len(changed) - SHOWN} lines more"] if len(changed) > SHOWN else []
        advice = ADVICE.format(name=name, folder=tmp_path / "stage" / "work")
        pytest.fail("\n".join([f"{name}.{language} differs:", *changed[:SHOWN], *more, advice]), pytrace=False)


def test_every_transcript_has_its_scene() -> None:
    """Nothing is left over from a scene that is gone."""
    known = {played(name, language) for name, language in parts()}
    assert known == set(next(iter(known)).parent.iterdir())

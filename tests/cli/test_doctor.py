"""`climtrack doctor`: what is the matter, and what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from climtrack.cli.app import main


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings of the developer's, a source that refuses, a home that is not there yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLIMTRACK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CLIMTRACK_BASE_URL", "http://127.0.0.1:9/")
    monkeypatch.delenv("CLIMTRACK_CONFIG", raising=False)


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """Exit code and standard output of a run."""
    with pytest.raises(SystemExit) as end:
        main(["doctor", *words])
    return int(end.value.code or 0), capsys.readouterr().out


def test_a_source_that_refuses_is_named_once_with_a_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 3; one line for the host and all its series says what was found and what to do."""
    code, out = told(capsys)
    assert code == 3
    (line,) = [line for line in out.splitlines() if "\tproblem\t" in line]
    topic, _, found, remedy = line.split("\t")
    assert topic.startswith("network, world-air, nh-air, sh-air and ")
    assert "refused the connection" in found
    assert remedy
    assert out.count("\tok\t") > 5
    assert out.endswith("needs your attention.\n")


def test_offline_leaves_the_network_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """Versions, settings, disk, fonts and store are looked at; nothing is the matter with a new home."""
    code, out = told(capsys, "--offline")
    assert code == 0
    assert "Nothing is the matter." in out
    assert "refused" not in out


def test_the_document_counts_the_problems(capsys: pytest.CaptureFixture[str]) -> None:
    """For monitors."""
    code, out = told(capsys, "--offline", "--json")
    document = json.loads(out)
    assert (code, document["schema"], document["problems"]) == (0, "climtrack.doctor/1", 0)

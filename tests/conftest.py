"""Fixtures that every room's tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.register_profile("soak", deadline=None, max_examples=20_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What long proofs have counted (`record_property`), each on a line of its own."""
    counted = [one for one in terminalreporter.stats.get("passed", ()) if one.user_properties]
    if counted:
        terminalreporter.section("counted")
    for one in counted:
        said = ", ".join(f"{name}: {value}" for name, value in one.user_properties)
        terminalreporter.line(f"{one.nodeid} ({one.duration:.0f} s): {said}")


ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real snapshots; absent outside the workplace, obligatory in CI."""
    folder = Path(os.environ.get("CLIMTRACK_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "FORMAT.md").is_file():
        reason = f"real snapshots not found at {folder} (set CLIMTRACK_SHARED_DATA)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder

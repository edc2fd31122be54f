"""Fixtures that every room's tests share."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.register_profile("soak", deadline=None, max_examples=20_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


# Whoever runs the tests may speak Spanish, sit behind a proxy or have settings of their own; a test that is about such
# things sets them itself.
_OURS = ("CLIMTRACK_SHARED_DATA", "CLIMTRACK_SOAK_", "CLIMTRACK_RENEW")
_PERSONAL = ("CLIMTRACK_", "LC_", "LANGUAGE", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "SOURCE_DATE_EPOCH")
for _name in list(os.environ):
    if (_name.startswith(_PERSONAL) or _name.lower().endswith("_proxy")) and not _name.startswith(_OURS):
        del os.environ[_name]
os.environ["LANG"] = "C.UTF-8"
# A shell that starts a job in the background has it ignore Ctrl-C, and so would all programs that are stopped here.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What long proofs have counted (`record_property`), each on a line of its own."""
    counted = [one for one in terminalreporter.stats.get("passed", ()) if one.user_properties]
    if counted:
        terminalreporter.section("counted")
    for one in counted:
        said = ", ".join(f"{name}: {value}" for name, value in one.user_properties)
        terminalreporter.line(f"{one.nodeid} ({one.duration:.0f} s): {said}")


ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True, scope="session")
def no_pause_between_tries() -> Iterator[None]:
    """A source that fails is asked again at once: whoever tests the pauses brings a clock of its own."""
    from climtrack.fetcher.http import Http
    from climtrack.grids.download import Downloader

    with pytest.MonkeyPatch.context() as patch:
        for asks in (Http, Downloader):
            patch.setitem(asks.__init__.__kwdefaults__, "sleep", lambda _: None)
        yield


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

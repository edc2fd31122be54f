"""The command line's own manners."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from climtrack import __version__
from climtrack.cli.app import main
from climtrack.config import load


def climtrack(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command as a user would."""
    return subprocess.run([sys.executable, "-m", "climtrack", *words], capture_output=True, text=True, cwd=cwd)


def test_version() -> None:
    """One line with the version."""
    assert climtrack("--version").stdout == f"climtrack {__version__}\n"


def test_help_teaches_and_imports_nothing_heavy() -> None:
    """`--help` names the first command to try and loads neither numpy nor matplotlib."""
    code = (
        "import sys\n"
        "from climtrack.cli.app import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print([m for m in ('numpy', 'matplotlib', 'pandas', 'xarray', 'netCDF4', 'urllib3') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "climtrack report --region nh" in out
    assert out.splitlines()[-1] == "[]"


def test_unknown_command_is_usage() -> None:
    """Exit 2."""
    assert climtrack("reprot").returncode == 2


def test_init_writes_once(tmp_path: Path) -> None:
    """The file is written, and not written over."""
    assert climtrack("init", cwd=tmp_path).returncode == 0
    again = climtrack("init", cwd=tmp_path)
    assert again.returncode == 2
    assert again.stderr == "climtrack: config.toml already exists. Name another file, or replace it with --force.\n"


@pytest.mark.parametrize("asked", [True, False])
def test_init_asks_for_the_contact(
    asked: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a terminal, or as --contact: every source is told it; what is no address is refused, nothing written."""
    monkeypatch.chdir(tmp_path)
    for address, code in (("https://example.org/ (me)", 2), ("me@example.org", 0)):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{address}\n"))
        monkeypatch.setattr("sys.stdin.isatty", lambda: asked, raising=False)
        with pytest.raises(SystemExit) as left:
            main(["init", "--lang", "es", *(() if asked else ("--contact", address))])
        assert (left.value.code, Path("config.toml").exists()) == (code, not code)
    assert ("¿Dónde pueden localizarle" in capsys.readouterr().out) is asked
    assert load(None, {}).fetch.agent == f"climtrack/{__version__} (+me@example.org)"


def test_a_bug_is_one_honest_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What is not ours is called a bug, exit 1, no traceback."""
    from climtrack.cli import app

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(app, "app", broken)
    with pytest.raises(SystemExit) as left:
        app.main([])
    assert left.value.code == 1
    assert "a bug: RuntimeError: boom" in capsys.readouterr().err

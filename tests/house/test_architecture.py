"""docs/architecture.md says what is there: every module, and the layers that import-linter holds."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_every_module_is_named_and_every_named_module_exists() -> None:
    """The table of modules, folder by folder."""
    named = {
        f"{folder}/{name}" if folder != "climtrack" else name
        for folder, names in re.findall(r"^\| `([\w/]+)/` \| (.+?) \|", PAGE, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", names)
    }
    there = {
        path.relative_to(ROOT / "climtrack").with_suffix("").as_posix()
        for path in (ROOT / "climtrack").rglob("*.py")
        if not path.name.startswith("__")
    }
    assert not there - named, "modules that the table of docs/architecture.md does not name yet"
    assert not named - there, "modules that the table of docs/architecture.md names and that are gone"


def test_the_layers_are_those_of_the_contract() -> None:
    """Line by line, from the command line down to the errors."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = [re.sub(r"[()]", "", line) for line in contracts[0]["layers"] if line != "(__main__)"]
    block = PAGE.partition("## Who may import whom")[2].partition("```text\n")[2].partition("```")[0]
    assert [re.split(r"  +", line)[0] for line in block.splitlines()] == layers

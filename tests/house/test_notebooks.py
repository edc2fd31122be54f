"""Notebooks: paired, stripped, public names only; `make notebooks` executes them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT

SOURCES = sorted((ROOT / "notebooks").glob("[0-9][0-9]-*.py"))


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_pair_is_in_step_and_stripped(source: Path) -> None:
    """The `.ipynb` holds the same cells as the script, and no outputs (`make pair` writes it)."""
    import nbformat  # here, for it takes seconds to load

    from scripts.notebooks import notebook

    stored = nbformat.read(source.with_suffix(".ipynb"), as_version=4)
    assert stored == notebook(source)
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in stored.cells)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_only_public_names(source: Path) -> None:
    """Of climtrack a notebook uses `import climtrack` and its public names."""
    import climtrack

    tree = ast.parse(source.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert not (node.module or "").startswith("climtrack"), f"line {node.lineno}"
        if isinstance(node, ast.Import):
            assert all(not name.name.startswith("climtrack.") for name in node.names), f"line {node.lineno}"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "climtrack":
            assert node.attr in dir(climtrack), f"line {node.lineno}"


def test_they_are_numbered_without_a_hole() -> None:
    """01, 02, 03 …"""
    assert [int(source.stem[:2]) for source in SOURCES] == list(range(1, len(SOURCES) + 1))

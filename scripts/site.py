"""Hooks of `mkdocs build`: pages that are read off the project itself, so that they cannot drift from it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """
    Add the command reference, the changelog, how to contribute, and the notebooks.

    Parameters
    ----------
    files : Files
        Pages found in ``docs/``.
    config : MkDocsConfig
        Settings of the site.

    Returns
    -------
    Files
        With the generated ones.
    """
    from scripts.notebooks import sources
    from scripts.reference import markdown

    pages = {
        "commands.md": markdown(),
        "changelog.md": (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"),
        "contributing.md": re.sub(
            r"`docs/(\w+)\.md`", r"[\1](\1.md)", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
        ),
    }
    pages |= {f"notebooks/{source.stem}.md": _notebook(source) for source in sources()}
    for path, text in pages.items():
        files.append(File.generated(config, path, content=text))
    return files


def _notebook(source: Path) -> str:
    """A notebook's text and code, without outputs."""
    import jupytext

    return "\n\n".join(
        cell.source if cell.cell_type == "markdown" else f"```python\n{cell.source}\n```"
        for cell in jupytext.read(source).cells
    )


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """End the page of facts.json with every finding of its schema."""
    if page.file.src_uri != "facts.md":
        return markdown
    kinds = json.loads((ROOT / "climtrack" / "schemas" / "facts-1.json").read_text(encoding="utf-8"))["$defs"]
    findings = {
        name: kind
        for name, kind in kinds.items()
        if name not in ("SeriesFacts", "MonthFacts", "FactsOfSeries", "Unknown")
    }
    return markdown + "".join(_finding(name, findings) for name in sorted(findings))


def on_post_page(output: str, page: Page, **_: Any) -> str:
    """Tell browsers and screen readers which pages are in Spanish."""
    return output.replace('<html lang="en"', '<html lang="es"', 1) if page.file.src_uri.startswith("es/") else output


def _finding(name: str, findings: dict[str, Any]) -> str:
    """A finding's fields, each with its unit, and the findings inside it."""
    kind = findings[name]
    units = {field: entry.get("description") for field, entry in kind["properties"].items()}
    fields = ", ".join(f"`{field}` ({unit})" if unit else f"`{field}`" for field, unit in units.items())
    inside = sorted(set(re.findall(r"#/\$defs/(\w+)", json.dumps(kind))) & set(findings))
    see = "".join(f" [{other}](#{other.lower()})." for other in inside)
    return f"\n\n### {name}\n\n{kind['description']}\n\n{fields}.{see}"


def on_config(config: MkDocsConfig, **_: Any) -> MkDocsConfig:
    """
    Let the hooks import the package from the checkout.

    Parameters
    ----------
    config : MkDocsConfig
        Settings of the site.
    **_ : object
        Whatever else mkdocs passes.

    Returns
    -------
    MkDocsConfig
        Unchanged.
    """
    import sys

    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    return config

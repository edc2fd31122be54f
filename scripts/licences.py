"""``python -m scripts.licences > docs/dependencies.md``: the packages of the base install, version and licence."""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: Needed to install, not to run.
BUILD = frozenset({"hatchling", "pathspec", "pluggy", "trove-classifiers", "tomlkit"})
LONG = {"BSD License": "BSD-3-Clause", "MIT License": "MIT", "The MIT License": "MIT", "BSD": "BSD-3-Clause"}


def pinned(lock: str = "constraints.txt") -> dict[str, tuple[str, str]]:
    """
    Packages of a lock.

    Parameters
    ----------
    lock : str, default "constraints.txt"
        Its file name.

    Returns
    -------
    dict of str to tuple of str
        Version and environment marker by name.
    """
    rows = re.findall(r"^([\w.-]+)==([^\s;\\]+)(?:\s*;\s*([^\\\n]+?))?\s*\\?$", (ROOT / lock).read_text(), re.M)
    return {name: (version, marker) for name, version, marker in rows}


def licence(name: str) -> str:
    """
    Licence as a package states it.

    Parameters
    ----------
    name : str
        Installed package.

    Returns
    -------
    str
        SPDX expression where it gives one, else its own words; a dash where it is not installed here.
    """
    try:
        found = metadata(name)
    except PackageNotFoundError:
        return "–"
    if expression := found.get("License-Expression"):
        return expression
    named = [c.rsplit(" :: ", 1)[1] for c in found.get_all("Classifier") or () if c.startswith("License :: ")]
    first = (found.get("License") or "").strip().splitlines()
    word = named[0] if named and named[0] != "OSI Approved" else (first[0] if first else "not stated")
    return LONG.get(word, word)


def page() -> str:
    """
    The page of dependencies.

    Returns
    -------
    str
        Markdown.
    """
    everywhere = {name: row for name, row in pinned().items() if name not in BUILD}
    running = {name: row for name, row in everywhere.items() if "win32" not in row[1]}
    lines = [
        "# Dependencies",
        "",
        f"The base install runs on **{len(running)} packages** besides climtrack itself, pinned with the hashes of "
        "their files in `constraints.txt`, which names no registry. `make lock` refreshes it, `make licences` this "
        "page, `make sbom` writes a CycloneDX bill of materials, `make audit` asks for known vulnerabilities.",
        "",
        "The goal was 25. matplotlib, pandas, xarray, netCDF4, pydantic, Typer and APScheduler, which it is built "
        "on, bring more than that themselves.",
        "",
        "| package | version | licence |",
        "| --- | --- | --- |",
        *(f"| {name} | {version} | {licence(name)} |" for name, (version, _) in sorted(running.items())),
    ]
    only = sorted(set(everywhere) - set(running))
    if only:
        lines += ["", f"On Windows also: {', '.join(f'{name} {everywhere[name][0]}' for name in only)}."]
    lines += ["", f"Needed to build and install from source, not to run: {', '.join(sorted(BUILD & set(pinned())))}."]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())

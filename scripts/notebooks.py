"""
Notebooks: execute them all, or write the paired ``.ipynb`` files anew.

``python -m scripts.notebooks run`` executes each in a fresh kernel and keeps nothing; ``… pair`` writes
``notebooks/*.ipynb`` from ``notebooks/*.py``, without outputs.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import jupytext
import nbformat

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"


def sources() -> list[Path]:
    """
    Scripts of the notebooks.

    Returns
    -------
    list of Path
        In the order of their numbers.
    """
    return sorted(FOLDER.glob("[0-9][0-9]-*.py"))


def notebook(source: Path) -> nbformat.NotebookNode:
    """
    A script as a notebook without outputs, the same bytes each time.

    Parameters
    ----------
    source : Path
        Script in the percent format.

    Returns
    -------
    NotebookNode
        With cell ids counted, not drawn.
    """
    made = jupytext.read(source)
    made.metadata = nbformat.from_dict(
        {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
         "jupytext": {"formats": "ipynb,py:percent"}}
    )  # fmt: skip
    for number, cell in enumerate(made.cells):
        cell["id"] = f"cell-{number:02d}"
        cell["metadata"] = nbformat.from_dict({})
    made.nbformat_minor = 5
    return made


def pair() -> None:
    """Write the ``.ipynb`` twin of each script."""
    for source in sources():
        nbformat.write(notebook(source), source.with_suffix(".ipynb"))


def run() -> None:
    """Execute each notebook in a kernel of its own, without a network and with an empty store."""
    from jupyter_client.manager import AsyncKernelManager
    from jupyter_core.utils import run_sync
    from nbclient import NotebookClient

    with tempfile.TemporaryDirectory() as home:
        os.environ |= {
            "CLIMTRACK_HOME": home, "CLIMTRACK_BASE_URL": "http://127.0.0.1:9/", "PYDEVD_DISABLE_FILE_VALIDATION": "1",
            "PYTHONPATH": str(FOLDER.parent),
        }  # fmt: skip
        for source in sources():
            started = time.monotonic()
            sockets = f"{home}/{source.stem[:2]}"  # files of this run: no port is opened
            kernel = AsyncKernelManager(kernel_name="python3", transport="ipc", ip=sockets)
            NotebookClient(
                notebook(source), km=kernel, timeout=600, startup_timeout=300, resources={"metadata": {"path": home}}
            ).execute()
            run_sync(kernel.shutdown_kernel)(now=True)
            print(f"{source.name}: {time.monotonic() - started:.1f} s")


if __name__ == "__main__":
    {"run": run, "pair": pair}[sys.argv[1]]()

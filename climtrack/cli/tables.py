"""Tables for people: ruled in a terminal, tab-separated in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from climtrack.cli.output import say


def table(head: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> None:
    """Print a table on standard output."""
    if not sys.stdout.isatty():
        if title:
            say(title)
        for cells in (head, *rows):
            say("\t".join(cell.replace("\n", " ").replace("\t", " ") for cell in cells))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    ruled = Table(title=Text(title) if title else None, box=box.SIMPLE_HEAD, title_justify="left")
    for name in head:
        ruled.add_column(Text(name))
    for cells in rows:
        ruled.add_row(*(Text(cell) for cell in cells))
    Console().print(ruled)

"""Progress on a terminal; silence in a pipe or a log."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from climtrack.cli.output import local

if TYPE_CHECKING:
    from climtrack.vocabulary.series import SeriesKey


@contextmanager
def progress(doing: str) -> Iterator[Callable[[SeriesKey], None]]:
    """
    Show on standard error, while the block runs, which series is done.

    Parameters
    ----------
    doing : str
        What is going on: ``Fetching``; said in the terminal's language.

    Yields
    ------
    callable
        To be told of each series as it is done.
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.text import Text

    done: list[str] = []
    with Console(stderr=True).status(Text(f"{local(doing)} …")) as status:

        def told(key: SeriesKey) -> None:
            done.append(key.label)
            status.update(Text(local(f"{doing} … {len(done)} done, {key.label} just now")))

        yield told

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


@contextmanager
def counting(doing: str, what: str) -> Iterator[Callable[[int, int], None] | None]:
    """
    Show on standard error how much is done, on a terminal only.

    Parameters
    ----------
    doing : str
        What is going on.
    what : str
        What is counted.

    Yields
    ------
    callable or None
        To be told how many are done of how many.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    said, things = TextColumn(f"{local(doing)} …"), TextColumn(local(what))
    columns = (said, BarColumn(), MofNCompleteColumn(), things, TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)

"""Progress on a terminal; silence in a pipe or a log."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from climtrack.cli.output import local, note
from climtrack.stopping import stoppable

if TYPE_CHECKING:
    from climtrack.vocabulary.series import SeriesKey


@contextmanager
def progress(doing: str) -> Iterator[Callable[[SeriesKey], None]]:
    """Show on a terminal's standard error which series is done; where the block is interrupted, say how many."""
    done: list[str] = []
    try:
        with _shown(doing) as show, stoppable():

            def told(key: SeriesKey) -> None:
                done.append(key.label)
                show(f"{doing} … {len(done)} done, {key.label} just now")

            yield told
    except KeyboardInterrupt:
        count = len(done) or "no"
        note(f"interrupted; {count} series updated, the rest unchanged.")
        raise


@contextmanager
def _shown(doing: str) -> Iterator[Callable[[str], None]]:
    """A line on the terminal that changes as it is told; silence elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status(Text(f"{local(doing)} …")) as status:
        yield lambda line: status.update(Text(local(line)))


@contextmanager
def counting(doing: str, what: str) -> Iterator[Callable[[int, int], None] | None]:
    """Show on standard error how much is done, on a terminal only."""
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

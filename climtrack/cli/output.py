"""What commands print: facts on standard output, everything else on standard error."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from climtrack.cli.overview import spoken, spoken_here
from climtrack.errors import (
    AnalysisError,
    ClimtrackError,
    ConfigError,
    FetchError,
    SeriesNotFound,
    StoreBusy,
    StoreError,
)
from climtrack.vocabulary.notice import fitted

if TYPE_CHECKING:
    from climtrack.vocabulary.series import SeriesKey


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def exit_code(problem: ClimtrackError) -> int:
    """Exit code of an error that ended a command."""
    if isinstance(problem, StoreBusy):
        return 6
    if isinstance(problem, FetchError | SeriesNotFound):  # nothing to show is nobody's fault
        return 4
    if isinstance(problem, StoreError):
        return 5
    if isinstance(problem, ConfigError | AnalysisError):
        return 2
    return 2


def say(text: str, *, strong: bool = False) -> None:
    """Print a line of results."""
    clean = _CONTROL.sub("", text)
    bold = strong and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    typer.echo(typer.style(clean, bold=True) if bold else clean)


def tell(text: str) -> None:
    """Print a line of results that the rooms say in English, in the terminal's language."""
    say(local(text))


def local(text: str) -> str:
    """A line in Spanish for a Spanish terminal, as far as there are words for it."""
    if spoken(os.environ) != "es":
        return text
    from climtrack.reporter.messages import spanish_line

    return spanish_line(text, spoken_here(os.environ))


def note(text: str) -> None:
    """Print a line about the run on standard error."""
    typer.echo(fitted(_CONTROL.sub("", local(text)), language=spoken(os.environ)), err=True)


def complain(problem: ClimtrackError) -> None:
    """Print an error, one line per cause."""
    lines = problem.what.splitlines()
    if len(lines) > 1:
        for line in lines:
            note(line)
    else:
        note(f"climtrack: {problem}")


def as_json(document: Any) -> None:
    """Print one JSON document."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=1, allow_nan=False)
    sys.stdout.write("\n")


# Progress on a terminal; silence in a pipe or a log.


@contextmanager
def progress(doing: str) -> Iterator[Callable[[SeriesKey], None]]:
    """Show on a terminal's standard error which series is done; where the block is interrupted, say how many."""
    done: list[str] = []
    try:
        with _shown(doing) as show:

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

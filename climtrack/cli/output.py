"""What commands print: facts on standard output, everything else on standard error."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from climtrack.cli.overview import spoken, spoken_here
from climtrack.errors import ClimtrackError, Notice
from climtrack.vocabulary.notice import fitted

if TYPE_CHECKING:
    from climtrack.run.run import Run
    from climtrack.run.series import Change
    from climtrack.vocabulary.series import SeriesKey


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def say(text: str, *, strong: bool = False) -> None:
    """Print a line of results."""
    clean = _CONTROL.sub("", text)
    bold = strong and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    typer.echo(typer.style(clean, bold=True) if bold else clean)


def tell(line: Notice | ClimtrackError | str) -> None:
    """Print a line of results in the terminal's language."""
    say(local(line))


def local(line: Notice | ClimtrackError | str) -> str:
    """A line in the terminal's language, as far as there are words for it."""
    if isinstance(line, str):
        text = line
    else:
        from climtrack.words.language import Language

        text = Language(spoken_here(os.environ)).say(line)
    if spoken(os.environ) != "es":
        return text
    from climtrack.reporter.messages import spanish_line

    return spanish_line(text, spoken_here(os.environ))


def note(line: Notice | ClimtrackError | str) -> None:
    """Print a line about the run on standard error."""
    typer.echo(fitted(_CONTROL.sub("", local(line)), language=spoken(os.environ)), err=True)


def notes(run: Run) -> None:
    """Print what a run has to tell."""
    for line in run.outcome.notices:
        note(line)


def changes(found: Iterable[Change], run: Run) -> None:
    """Print what became of every series that could be had."""
    for one in found:
        if (line := one.notice(run.now)) is not None:
            tell(line)


def leave(run: Run, *, strict: bool = False) -> None:
    """End the command with the run's exit code; `strict` takes old data for a failure."""
    outcome = run.outcome
    if code := outcome.strict_code if strict else outcome.code:
        raise typer.Exit(code)


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

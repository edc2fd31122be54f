"""What commands print: facts on standard output, everything else on standard error, in the terminal's language."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from climtrack.cli.overview import terminal_language
from climtrack.errors import ClimtrackError, Notice
from climtrack.vocabulary.notice import LONGEST, cleaned, fitted

if TYPE_CHECKING:
    from climtrack.run.run import Run
    from climtrack.run.series import Change
    from climtrack.vocabulary.series import SeriesKey
    from climtrack.words.language import Language

#: A sentence of the catalogues, or words that are in the reader's language already.
Message = Notice | ClimtrackError | str


def terminal() -> Language:
    from climtrack.words.language import Language  # Babel: not for --help

    return Language(terminal_language(os.environ))


def say(text: Message, *, strong: bool = False) -> None:
    """Print a line of results; a notice gets no full stop that the catalogue does not give it."""
    line = cleaned(text if isinstance(text, str) else terminal().what(text))
    bold = strong and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    typer.echo(typer.style(line, bold=True) if bold else line)


def note(text: Message) -> None:
    """Print a line about the run on standard error; where it is long, as many of its names as there is room for."""
    typer.echo(fitted(cleaned(text if isinstance(text, str) else _shortened(text))), err=True)


def _shortened(message: Notice | ClimtrackError) -> str:
    language, names = terminal(), message.facts.get("names", ())
    line = language.say(message)
    for shown in range(len(names) - 1, 0, -1):
        if len(line) <= LONGEST:
            break
        fewer = Notice("cli.names", names=names[:shown], n=len(names) - shown)
        line = language.say(Notice(message.id, **{**message.facts, "names": fewer}))
    return line


def notes(run: Run) -> None:
    """Print what a run has to tell."""
    for line in run.outcome.notices:
        note(line)


def changes(found: Iterable[Change], run: Run) -> None:
    """Print what became of every series that could be had."""
    for one in found:
        if (line := one.notice(run.now)) is not None:
            say(terminal().say(line))


def leave(run: Run, *, strict: bool = False) -> None:
    """End the command with the run's exit code; `strict` takes old data for a failure."""
    outcome = run.outcome
    if code := outcome.strict_code if strict else outcome.code:
        raise typer.Exit(code)


def complain(problem: ClimtrackError) -> None:
    """Print an error; several mistakes of config.toml each have their line."""
    lines = terminal().what(problem).splitlines()
    for line in lines if len(lines) > 1 else [f"climtrack: {terminal().say(problem)}"]:
        note(line)


def as_json(document: Any) -> None:
    json.dump(document, sys.stdout, ensure_ascii=False, indent=1, allow_nan=False)
    sys.stdout.write("\n")


@contextmanager
def progress(doing: str = "cli.fetching") -> Iterator[Callable[[SeriesKey, int], None]]:
    """Show on a terminal's standard error which series is done; where the block is interrupted, say how many."""
    done: list[str] = []
    asked = 0
    head = Notice(doing)
    try:
        with _status(head) as show:

            def finished(key: SeriesKey, of: int) -> None:
                nonlocal asked
                asked = of
                done.append(key.label)
                show(Notice("cli.progress", doing=head, n=len(done), last=key.label))

            yield finished
    except KeyboardInterrupt:
        note(Notice("run.interrupted", done=len(done), n=asked) if done else Notice("cli.interrupted.none"))
        raise


@contextmanager
def _status(head: Notice) -> Iterator[Callable[[Notice], None]]:
    """A line on the terminal that changes; silence elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.text import Text

    language = terminal()
    with Console(stderr=True).status(Text(language.say(head))) as status:
        yield lambda line: status.update(Text(language.what(line)))


@contextmanager
def counting(doing: str, what: str) -> Iterator[Callable[[int, int], None] | None]:
    """Show on standard error how much is done, on a terminal only."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(f"{doing} …"), BarColumn(), MofNCompleteColumn(), TextColumn(what), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)

"""The command `climtrack`: its commands, and errors made exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import typer

from climtrack import __version__
from climtrack.cli import data, doctor, facts, grid, posts, refresh, report
from climtrack.cli.output import complain, note
from climtrack.cli.overview import spoken
from climtrack.errors import ClimtrackError, ConfigError
from climtrack.files import disk_error
from climtrack.signals import interrupted

app = typer.Typer(
    name="climtrack",
    no_args_is_help=True,
    rich_markup_mode="rich" if sys.stdout.isatty() else None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    """Print the version and stop."""
    if wanted:
        typer.echo(f"climtrack {__version__}")
        raise typer.Exit


@app.callback(
    epilog="Exit codes: 0 done · 2 usage or configuration · 3 some series not updated · 4 none, and nothing to show · "
    "5 this computer · 6 another refresh is running · 130 interrupted."
)
def climtrack(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
    debug: bool = typer.Option(False, "--debug", help="Show the traceback of an error; may stand anywhere."),
) -> None:
    """
    Is this year's line coming down? Is it below last year's? How far above average are we?

    Daily air and sea-surface temperature of each hemisphere, from Climate Reanalyzer: numbers, charts and words in
    English and Spanish. Begin with: climtrack report --region nh
    """


for add in (
    report.add_to,
    facts.add_to,
    facts.verify_add_to,
    posts.add_to,
    data.add_to,
    data.archive_add_to,
    refresh.add_to,
    doctor.add_to,
    grid.add_to,
    report.gallery_add_to,
    doctor.setup_add_to,
):
    add(app)


def _run(words: Sequence[str]) -> None:
    """Run a command, with its help and the mistakes in its words in the terminal's language."""
    spanish = spoken(os.environ) == "es"
    if spanish and {"-h", "--help"} & set(words):
        _help_in_spanish(words)
        return
    try:
        code = app(list(words), prog_name="climtrack", standalone_mode=False)
    except Exception as problem:
        # Typer brings a click of its own or borrows the installed one: its refusals are known by what both can do.
        message = getattr(problem, "format_message", None)
        if message is None:
            raise
        if type(problem).__name__ == "NoArgsIsHelpError":  # a group without a command
            _help_in_spanish(words) if spanish else typer.echo(message(), err=True)
            sys.exit(2)
        context = getattr(problem, "ctx", None)
        asked = context.command_path if context else " ".join(["climtrack", *words[:1]])
        text = message().rstrip(".")
        raise ConfigError(f"{text[:1].lower()}{text[1:]}", f"Try `{asked} --help`") from problem
    sys.exit(code if isinstance(code, int) else 0)


def _help_in_spanish(words: Sequence[str]) -> None:
    """Print the help of the command that some words name."""
    from typer.main import get_command

    from climtrack.cli.help import help_text

    typer.echo(help_text(get_command(app), words))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    try:
        _run([word for word in words if word != "--debug"])
    except ClimtrackError as problem:
        if debug:
            raise
        complain(problem)
        sys.exit(problem.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as problem:
        if debug:
            raise
        from pathlib import Path

        refusal = disk_error(problem, Path(problem.filename or "this computer"))
        complain(refusal)
        sys.exit(refusal.exit_code)
    except Exception as problem:  # the last door: a bug still ends in one line
        if interrupted():
            sys.exit(130)
        if debug:
            raise
        note(f"climtrack: a bug: {type(problem).__name__}: {problem}"[:160])
        note("Run the same command with --debug and report what it prints.")
        sys.exit(1)

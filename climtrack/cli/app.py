"""The command `climtrack`: its commands, and errors made exit codes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from climtrack import __version__
from climtrack.cli import data, doctor, facts, grid, posts, refresh, report
from climtrack.cli.help import Command, Group
from climtrack.cli.output import complain
from climtrack.errors import ClimtrackError, ConfigError
from climtrack.files import disk_error
from climtrack.signals import interrupted

app = typer.Typer(
    name="climtrack",
    cls=Group,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"climtrack {__version__}")
        raise typer.Exit


@app.callback()
def climtrack(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,
    debug: Annotated[bool, typer.Option("--debug")] = False,
) -> None:
    pass  # its help is the overview, and `main` takes --debug out of the words wherever it stands


COMMANDS: tuple[Callable[..., None], ...] = (
    report.report,
    facts.facts,
    facts.compare,
    facts.records,
    facts.verify,
    facts.check,
    posts.post,
    posts.embed,
    posts.publish,
    posts.serve,
    data.regions,
    data.fetch,
    data.status,
    data.history,
    data.export,
    refresh.refresh,
    refresh.schedule,
    refresh.accept,
    doctor.doctor,
    doctor.init,
)
GRID_COMMANDS: Mapping[str, Callable[..., None]] = {
    "reduce": grid.reduce,
    "backfill": grid.backfill,
    "climatology": grid.climatology,
    "map": grid.field_map,
}
for command in COMMANDS:
    app.command(cls=Command)(command)
grids = typer.Typer(name="grid", cls=Group, no_args_is_help=True)
for name, command in GRID_COMMANDS.items():
    grids.command(name, cls=Command)(command)
app.add_typer(grids)


def _run(words: Sequence[str]) -> None:
    """Run a command; mistakes in its words are errors like others."""
    try:
        code = app(list(words), prog_name="climtrack", standalone_mode=False)
    except Exception as problem:
        # Typer brings a click of its own or borrows the installed one: its refusals are known by what both can do.
        if not hasattr(problem, "format_message"):
            raise
        if type(problem).__name__ == "NoArgsIsHelpError":  # a group without a command
            typer.echo(problem.format_message(), err=True)
            sys.exit(2)
        raise _slip(problem, words) from problem
    sys.exit(code if isinstance(code, int) else 0)


def _slip(problem: Any, words: Sequence[str]) -> ConfigError:
    """A mistake in the words of the command line."""
    context = getattr(problem, "ctx", None)
    command = context.command_path if context else " ".join(("climtrack", *words[:1]))
    option = getattr(problem, "option_name", "")
    match type(problem).__name__:
        case "NoSuchOption":
            near = sorted(problem.possibilities or ())
            kind = "cli.no_such_option.near" if near else "cli.no_such_option"
            return ConfigError(kind, option=option, near=near, command=command)
        case "BadOptionUsage":
            surplus = any(word.startswith(f"{option}=") for word in words)
            return ConfigError("cli.takes_no_value" if surplus else "cli.needs_value", option=option, command=command)
        case "MissingParameter" if context and problem.param.param_type_name == "argument":
            context.command.explain(context)  # in the terminal's language
            return ConfigError("cli.missing_argument", name=problem.param.metavar, command=command)
        case "MissingParameter":
            return ConfigError("cli.missing_option", option=problem.param.opts, command=command)
        case "BadParameter" if problem.param.min is not None:
            low, high = f"{problem.param.min:g}", f"{problem.param.max:g}"
            return ConfigError("cli.bad_range", option=problem.param.opts, low=low, high=high, command=command)
        case "BadParameter":
            return ConfigError("cli.bad_number", option=problem.param.opts, command=command)
    return ConfigError("cli.usage", detail=problem.format_message().rstrip("."), command=command)


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
        refusal = disk_error(problem, Path(problem.filename or "this computer"))
        complain(refusal)
        sys.exit(refusal.exit_code)
    except Exception as problem:  # the last door: a bug still ends in one line
        if interrupted():
            sys.exit(130)
        if debug:
            raise
        complain(ClimtrackError("cli.bug", kind=type(problem).__name__, detail=str(problem)[:120]))
        sys.exit(1)

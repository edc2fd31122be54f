"""Help in the terminal's language: Typer keeps the commands, the catalogues say what each of them is for."""

from __future__ import annotations

import os
import re
from typing import Any

from typer.core import TyperCommand, TyperGroup

from climtrack.cli.overview import overview, terminal_language
from climtrack.errors import ConfigError
from climtrack.words.catalogue import catalogue

#: What Python calls a value, behind a name that says it: ``REGION <list[str]>``, ``--port <int range>``.
_TYPE = re.compile(r" <[^>]+>$")
#: What stands for a value: ``NAME[,NAME]``.
_CAPITALS = re.compile(r"\b[A-Z]{3,}\b")


def text(*ids: str) -> str:
    """The first of some ids that the catalogues know, the terminal's language before English."""
    for found in (catalogue(terminal_language(os.environ)), catalogue("en")):
        for message in ids:
            if message in found:
                return found[message][0]
    return ""


def option_name(parameter: Any) -> str:
    """Name of an option or an argument in the ids of its help."""
    if parameter.param_type_name == "argument":
        return str(parameter.name)
    return str(max(parameter.opts, key=len)).lstrip("-")


class _Explained:
    """What commands and groups share: explained only when help is asked for, or the shell wants to complete words."""

    options_metavar: Any

    def get_help(self: Any, ctx: Any) -> str:
        if ctx.parent is None:
            return overview(terminal_language(os.environ)).rstrip("\n")
        self.explain(ctx)
        return str(super().get_help(ctx))  # type: ignore[misc]

    def shell_complete(self: Any, ctx: Any, incomplete: str) -> Any:
        self.explain(ctx)
        return super().shell_complete(ctx, incomplete)  # type: ignore[misc]

    def explain(self: Any, ctx: Any) -> None:
        """Fill in what the catalogues say of this command, its options and the commands below it."""
        path = ctx.command_path.split()[1:]
        if path:
            _describe(self, path)
        self.options_metavar = text("help.metavar")
        values = dict(
            zip(catalogue("en")["help.metavar.values"][0].split(), text("help.metavar.values").split(), strict=True)
        )
        for parameter in self.get_params(ctx):
            name = option_name(parameter)
            above = (".".join(path[:length]) for length in range(len(path), 0, -1))
            parameter.help = text(*(f"help.{one}.{name}" for one in above), f"help.option.{name}")
            parameter.metavar = (
                _CAPITALS.sub(lambda found: values.get(found[0], found[0]), parameter.metavar or "") or None
            )
        for name, inner in getattr(self, "commands", {}).items():
            self.subcommand_metavar = text("help.metavar.group")
            _describe(inner, [*path, name])

    def format_usage(self: Any, ctx: Any, formatter: Any) -> None:
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=f"{text('help.usage')} ")

    def format_options(self: Any, ctx: Any, formatter: Any) -> None:
        for kind in ("argument", "option"):
            rows = [
                (
                    _TYPE.sub("" if kind == "argument" else " N", parameter.get_help_record(ctx)[0]),
                    _explanation(parameter),
                )
                for parameter in self.get_params(ctx)
                if parameter.param_type_name == kind
            ]
            if rows:
                with formatter.section(text(f"help.{kind}s")):
                    formatter.write_dl(rows)
        inner = getattr(self, "commands", {})
        if inner:
            with formatter.section(text("help.commands")):
                formatter.write_dl([(name, command.help.partition("\n\n")[0]) for name, command in inner.items()])


def _describe(command: Any, path: list[str]) -> None:
    """What a command does, before the examples of its docstring."""
    _, mark, examples = (command.help or "").partition("\b")
    command.help = f"{text('.'.join(('help', *path)))}\n\n{mark}{examples}"


def _explanation(parameter: Any) -> str:
    """What an option is for, and what holds without it."""
    more = []
    if parameter.show_default and str(parameter.default) not in ("", "None", "False"):
        more.append(text("help.default").format(value=parameter.default))
    if parameter.min is not None:  # options with an end have both
        more.append(f"{parameter.min}–{parameter.max}")
    if parameter.required:
        more.append(text("help.required"))
    return f"{parameter.help}  [{'; '.join(more)}]" if more else str(parameter.help)


class Command(_Explained, TyperCommand):
    """A command; words too many are refused in the terminal's language."""

    allow_extra_args = True

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        surplus = super().parse_args(ctx, args)
        if surplus and not ctx.resilient_parsing:
            from climtrack.vocabulary.registry import PLACES, folded

            options = any("--region" in parameter.opts for parameter in self.get_params(ctx))
            regions = options and any(folded(word) in PLACES for word in surplus)
            message = "cli.extra_arguments.region" if regions else "cli.extra_arguments"
            raise ConfigError(message, given=" ".join(surplus), regions=",".join(surplus), command=ctx.command_path)
        return surplus


class Group(_Explained, TyperGroup):
    """Commands under one name; one that is not there is refused in the terminal's language."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[0] not in self.commands and not ctx.resilient_parsing:
            from difflib import get_close_matches

            near = get_close_matches(args[0], self.commands)
            raise ConfigError(
                "cli.no_such_command.near" if near else "cli.no_such_command",
                name=args[0], near=near, command=ctx.command_path,
            )  # fmt: skip
        return super().resolve_command(ctx, args)

"""
The command line's reference, read off the commands themselves: Markdown for the site, roff for `man climtrack`.

``python -m scripts.reference man`` prints the manual page, ``… markdown`` the page of the site.
"""

from __future__ import annotations

import inspect
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import typer.main

from climtrack import __version__
from climtrack.cli.app import app
from climtrack.cli.overview import overview

EXIT_CODES = (
    ("0", "done, or nothing new"),
    ("1", "a bug: please report it"),
    ("2", "wrong usage or configuration"),
    ("3", "a series was not updated or a picture not drawn, named on standard error; the rest is good"),
    ("4", "no series was updated and, for a report, nothing is stored to show"),
    ("5", "this computer: disk, permission, damaged store"),
    ("6", "another refresh is running"),
    ("130", "interrupted"),
)
ENVIRONMENT = (
    ("CLIMTRACK_HOME", "folder of stored data; by default the platform's data folder"),
    ("CLIMTRACK_CONFIG", "settings to use, where --config is not given"),
    ("CLIMTRACK_BASE_URL", "address to ask instead of the configured source"),
    ("CLIMTRACK_NOW", "the time to go by, such as 2024-07-11T16:42:00Z, for looking back"),
    ("NO_COLOR", "if set, nothing is printed in colour"),
    (
        "LANG, LC_ALL, LC_MESSAGES",
        "es… prints messages, tables and the author's help in Spanish",
    ),
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """An option or argument: how it is written, what it does, its default where one is shown."""

    spelling: str
    text: str


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its words, its first sentence, the rest of its help, how it is called."""

    words: str
    summary: str
    body: tuple[str, ...]
    usage: str
    parameters: tuple[Parameter, ...]


def commands() -> tuple[Command, ...]:
    """
    Every command, the program itself first.

    Returns
    -------
    tuple of Command
        In the order of ``climtrack --help``; hidden ones are left out.
    """
    os.environ["LC_ALL"] = "C"  # in English, wherever it is made
    return tuple(_walk(typer.main.get_command(app), "climtrack"))


def _walk(node: Any, words: str) -> Iterator[Command]:
    context = node.make_context(words, [], resilient_parsing=True)
    node.explain(context)
    text = inspect.cleandoc(node.help) if node.help else overview("en").partition("\n\nFor ")[0]
    paragraphs = [
        " ".join(line.strip() for line in part.splitlines()) if "\b" not in part else part.replace("\b", "").strip("\n")
        for part in text.split("\n\n")
    ]
    yield Command(
        words,
        paragraphs[0],
        tuple(paragraphs[1:]),
        re.sub(r"^\s*Usage:\s*", "", node.get_usage(context)).strip(),
        tuple(_parameter(one, context) for one in node.params if not getattr(one, "hidden", False)),
    )
    if hasattr(node, "list_commands"):
        for name in node.list_commands(context):
            inner = node.get_command(context, name)
            if inner is not None and not inner.hidden:
                yield from _walk(inner, f"{words} {name}")


def _parameter(one: Any, context: Any) -> Parameter:
    """One row of the help; arguments have no dash."""
    record = one.get_help_record(context)
    if record is not None:
        return Parameter(" ".join(record[0].split()), " ".join(record[1].split()))
    return Parameter(one.make_metavar(context), " ".join((getattr(one, "help", None) or "").split()))


def markdown() -> str:
    """
    Reference as a page of the site.

    Returns
    -------
    str
        Markdown.
    """
    lines = ["# Commands", "", "Read off the program itself. `climtrack COMMAND --help` prints the same.", ""]
    for command in commands():
        lines += [f"## `{command.words}`", "", command.summary, ""]
        for paragraph in command.body:
            lines += ["```text", paragraph, "```", ""] if _examples(paragraph) else [paragraph, ""]
        lines += ["```text", command.usage, "```", ""]
        if command.parameters:
            lines += ["| option | meaning |", "| --- | --- |"]
            lines += [f"| <code>{_cell(p.spelling)}</code> | {_cell(p.text)} |" for p in command.parameters] + [""]
    lines += ["## Exit codes", "", "| code | meaning |", "| --- | --- |"]
    lines += [f"| {code} | {meaning} |" for code, meaning in EXIT_CODES]
    lines += ["", "## Environment", "", "| variable | meaning |", "| --- | --- |"]
    lines += [f"| `{name}` | {meaning} |" for name, meaning in ENVIRONMENT]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("<", "&lt;").replace("|", "&#124;")


def _examples(paragraph: str) -> bool:
    """Whether a paragraph is made of command lines."""
    return paragraph.startswith("climtrack ")


def man() -> str:
    """
    Reference as a manual page.

    Returns
    -------
    str
        roff with the ``man`` macros; the version, but no date, so that the same code gives the same bytes.
    """
    program, *rest = commands()
    lines = [
        f'.TH CLIMTRACK 1 "" "climtrack {__version__}" "User Commands"',
        ".SH NAME",
        "climtrack \\- daily temperature of a hemisphere: report, pictures and words for a newsletter",
        ".SH SYNOPSIS",
        ".B climtrack",
        ".I COMMAND",
        "[OPTIONS]",
        ".SH DESCRIPTION",
        _roff(program.summary),
    ]
    for paragraph in program.body:
        lines += [".PP", _roff(paragraph)]
    lines += _options(program)
    lines.append(".SH COMMANDS")
    for command in rest:
        lines += [f".SS {_roff(command.usage)}", _roff(command.summary)]
        for paragraph in command.body:
            text = _roff(paragraph)
            lines += [".PP", ".nf", text, ".fi"] if _examples(paragraph) else [".PP", text]
        lines += _options(command)
    for title, table in (("EXIT STATUS", EXIT_CODES), ("ENVIRONMENT", ENVIRONMENT)):
        lines.append(f".SH {title}")
        for name, meaning in table:
            lines += [".TP", f".B {_roff(name)}", _roff(meaning)]
    lines += [
        ".SH FILES",
        ".TP",
        ".I config.toml",
        _roff("Settings; climtrack init writes it with every default and a comment beside each."),
    ]
    return "\n".join(lines) + "\n"


def _options(command: Command) -> list[str]:
    return [line for p in command.parameters for line in (".TP", f".B {_roff(p.spelling)}", _roff(p.text) or "\\&")]


def _roff(text: str) -> str:
    """Text with what roff would interpret made plain."""
    plain = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "")
    return re.sub(r"(?m)^([.'])", r"\\&\1", plain)


if __name__ == "__main__":
    sys.stdout.write({"man": man, "markdown": markdown}[sys.argv[1]]())

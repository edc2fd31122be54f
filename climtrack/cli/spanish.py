"""Help in Spanish: for ``LANG=es``, the same commands with their explanations in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from climtrack.cli.spanish_help import HELP

#: The frame that Typer draws around it.
FRAME: Mapping[str, str] = MappingProxyType(
    {
        "Usage:": "Uso:",
        "[OPTIONS]": "[OPCIONES]",
        "COMMAND [ARGS]...": "ORDEN [ARGUMENTOS]...",
        "Options:": "Opciones:",
        "Arguments:": "Argumentos:",
        "Commands:": "Órdenes:",
        "[default:": "[de fábrica:",
        "[required]": "[obligatorio]",
        "Show this message and exit.": "Muestra esta ayuda y termina.",
    }
)


def help_text(command: Any, words: Sequence[str]) -> str:
    """Help of the command that some words name."""
    node = in_spanish(command)
    context = node.make_context("climtrack", [], resilient_parsing=True)
    for word in words:
        inner = getattr(node, "commands", {}).get(word)
        if inner is not None:
            node, context = inner, inner.make_context(word, [], resilient_parsing=True, parent=context)
    node.rich_markup_mode = None
    text = str(node.get_help(context))
    for english, spanish in FRAME.items():
        text = text.replace(english, spanish)
    return text


def in_spanish(command: Any) -> Any:
    """A command line whose help is in Spanish where there is Spanish for it."""
    if command.help:
        head, mark, examples = command.help.partition("\b")
        command.help = HELP.get(head.strip(), head.strip()) + (f"\n\n{mark}{examples}" if mark else "")
    for option in command.params:
        if getattr(option, "help", None):
            option.help = HELP.get(option.help, option.help)
    for inner in getattr(command, "commands", {}).values():
        in_spanish(inner)
    return command

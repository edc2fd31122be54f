"""The catalogues: both languages say the same of the same facts, and every id is one that the program uses."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import climtrack
from climtrack import errors
from climtrack.words.catalogue import catalogue

PACKAGE = Path(climtrack.__file__).parent
ENGLISH, SPANISH = catalogue("en"), catalogue("es")
#: What only operators read may stand in English alone.
OPERATORS = ("grid.", "doctor.", "serve.")
#: The same thing in another grammatical form, as languages need it.
GRAMMAR = {
    "n", "name", "the", "of", "of_the", "of2", "subject", "Subject", "subject2", "Short", "quantity", "Quantity",
    "warmer", "cooler",
}  # fmt: skip
#: Ids whose beginning is chosen by the facts, their end by the grammar.
CHOSEN = ("warmer.", "cooler.", "average.", "rank.", "claim.")
#: Whatever takes an id of the catalogues: notices and errors.
SAYING = {"Notice", "Unknown"} | {
    name
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, errors.ClimtrackError)
}  # fmt: skip


def facts(forms: tuple[str, ...]) -> set[str]:
    """Names in the braces of a message."""
    names = {name for form in forms for _, name, _, _ in Formatter().parse(form) if name is not None}
    return {re.split(r"[.\[]", name)[0] for name in names}


def test_both_languages_have_the_same_messages() -> None:
    """But for what only operators read."""
    assert not [name for name in SPANISH if name not in ENGLISH]
    assert not [name for name in ENGLISH if name not in SPANISH and not name.startswith(OPERATORS)]


def test_both_languages_say_the_same_facts() -> None:
    """No fact is left out, but that a place or a word may stand in another grammatical form, and one in words."""
    unequal = {name: facts(ENGLISH[name]) ^ facts(SPANISH[name]) for name in SPANISH}
    assert not {name: found - GRAMMAR for name, found in unequal.items() if found - GRAMMAR}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text("utf-8"))


def ids(node: ast.expr) -> list[str]:
    """Ids that an argument may be; a prefix ends in a star."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.IfExp):
        return [*ids(node.body), *ids(node.orelse)]
    if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        return [f"{node.values[0].value}*"]
    return []


def test_every_notice_and_error_has_words() -> None:
    """An id that no catalogue knows, or a sentence where an id belongs, would be printed as it is."""
    strangers = []
    for name, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args:
                called = getattr(node.func, "id", getattr(node.func, "attr", ""))
                for one in filter(None, ids(node.args[0])) if called in SAYING else []:  # an empty id says nothing
                    start = one.removesuffix("*")
                    if not (one in ENGLISH or (one != start and any(known.startswith(start) for known in ENGLISH))):
                        strangers.append(f"{name}:{node.lineno}: {one}")
    assert not strangers, "\n".join(strangers)


def test_every_message_is_used() -> None:
    """What is gone from the program is gone from the catalogues; help is checked where the commands are."""
    texts = {
        node.value
        for _, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    templates = (path for kind in ("html", "md", "toml") for path in PACKAGE.rglob(f"*.{kind}"))
    texts |= {word for path in templates for word in re.findall(r"[\w.-]+", path.read_text("utf-8"))}
    texts |= {word for forms in ENGLISH.values() for either in re.findall(r":\?([\w.:-]+)", " ".join(forms))
              for word in either.split(":")}  # fmt: skip
    starts = tuple(text for text in texts if re.fullmatch(r"[a-z][\w-]*\.(?:[\w.-]*[.\w])?", text))
    unused = [
        name
        for name in ENGLISH
        if not name.startswith("help.") and name not in texts and name.removesuffix(".remedy") not in texts
        and not name.startswith((*starts, *CHOSEN))
    ]  # fmt: skip
    assert not unused, "\n".join(unused)

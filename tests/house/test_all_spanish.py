"""Every error and note that the program can say is said in Spanish in a Spanish terminal."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import climtrack
from climtrack import errors
from climtrack.reporter.messages import spanish_line
from climtrack.vocabulary import notice

PACKAGE = Path(climtrack.__file__).parent
#: Who takes a sentence: the errors themselves, what prints, and what refuses.
TAKERS = {name for name, value in vars(errors).items() if isinstance(value, type)} | {
    "Passing", "Silent", "Symptom", "note", "tell", "refuse", "changed", "Mistake", "_say", "local",
    "_shaped",
}  # fmt: skip
#: Where a ValueError is a mistake of the user's; elsewhere it is a bug of a caller.
VALIDATED = ("settings.py",)
#: English that no Spanish line holds.
ENGLISH = re.compile(
    r"\b(the|is|are|was|were|of|and|or|not|with|for|from|in|this|that|has|have|does|cannot|give|choose|check|run|name|"
    r"instead|nothing|days?|file|files)\b",
    re.IGNORECASE,
)
#: Commands, options, addresses and names that are typed as they are.
TYPED = re.compile(r"`[^`]*`|«[^»]*»|\"[^\"]*\"|'[^']*'|--[\w-]+|climtrack(?: [a-z]+)+|pip install .*|\S*[/_]\S*")
VALUES = ("3", "xyz", "2024-07-05", "'abc'", "1.5", "2024-07-05 06:40 UTC", "late", "16 MB", "")
#: Sentences whose gaps hold words, not names, dates or numbers: as they are really said.
EXAMPLES = {
    "{} {} lies in the future: today is {}": "--as-of 2030-01-01 lies in the future: today is 2026-11-21",
    "{} on the disk of {}; a year needs up to {} MB": "12 MB free on the disk of /data; a year needs up to 200 MB",
    "{} {} stored and whole": "5 series are stored and whole",
    "{} for the {}": "66,868 MB free for the published folder",
    "the copy is {} older than ours": "the copy is 20 days older than ours",
    "{} that we hold {} missing ({})": "12 days that we hold are missing (2026-09-27 to 2026-10-08)",
    "not a date: {}": "the format changed (not a date: xyz)",
    "not a number: {}": "the format changed (not a number: xyz)",
    "{} days are missing in the middle, in {}": "1,200 days are missing in the middle, in 13 gaps",
    "no room for {}: needed {}{}. Nothing was changed": (
        "no room for era5.nc: needed 2.1 MB, free 0.3 MB. Nothing was changed"
    ),
    "{} not covered: no field for {}": "1991-2020 not covered: no field for 29 February",
    "the grid covers {} of region {}": "the grid covers 83% of region nh",
    "{} in {} is a link, and a site holds none": "'latest' in 'public' is a link, and a site holds none",
    "{} missing; write both, or an outline": "value error: north and south missing; write both, or an outline",
}


def texts(node: ast.expr) -> list[list[str | None]]:
    """The sentences of an argument, in parts; None is a value."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [[node.value]]
    if isinstance(node, ast.JoinedStr):
        return [[str(part.value) if isinstance(part, ast.Constant) else None for part in node.values]]
    if isinstance(node, ast.IfExp):
        return texts(node.body) + texts(node.orelse)
    return []


def said() -> Iterator[tuple[str, ...]]:
    """Sentences of the package as their words, values as an empty word."""
    yield from ((value,) for name, value in vars(notice).items() if name.isupper() and isinstance(value, str))
    for path in sorted(PACKAGE.rglob("*.py")):
        validated = path.relative_to(PACKAGE).as_posix() in VALIDATED
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            values: list[ast.expr] = []
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                values = (
                    [*node.args, *(one.value for one in node.keywords)]
                    if name in TAKERS or (validated and name == "ValueError")
                    else []
                )
            elif isinstance(node, ast.Assign) and any(
                getattr(one, "id", "") in {"what", "remedy"} for one in node.targets
            ):
                values = [node.value]
            for parts in itertools.chain.from_iterable(map(texts, values)):
                if re.search(r"[a-z]{2,} [a-z]", "".join(part or "" for part in parts)):
                    yield tuple(part or "" for part in parts)


def spanish(parts: tuple[str, ...]) -> bool:
    """Whether some values make a sentence that is Spanish from end to end."""
    gaps = [i for i, part in enumerate(parts) if not part]
    tried = itertools.chain(
        ([value] * len(gaps) for value in VALUES), itertools.islice(itertools.product(VALUES, repeat=len(gaps)), 800)
    )
    for values in tried:
        whole = list(parts)
        for i, value in zip(gaps, values, strict=True):
            whole[i] = value
        if not ENGLISH.search(TYPED.sub(" ", spanish_line("".join(whole)))):
            return True
    return False


SENTENCES = tuple(dict.fromkeys(said()))


def test_the_sentences_are_found() -> None:
    """A rename of an error's class or of a function must not empty the test."""
    assert len(SENTENCES) > 250
    assert {"".join(part or "{}" for part in parts) for parts in SENTENCES} >= set(EXAMPLES)


@pytest.mark.parametrize("parts", SENTENCES, ids="".join)
def test_a_sentence_is_said_in_spanish(parts: tuple[str, ...]) -> None:
    """Some values of its gaps, or its example, make a line without English."""
    text = "".join(part or "{}" for part in parts)
    assert spanish((EXAMPLES[text],) if text in EXAMPLES else parts), text


def test_paths_stay_as_they_are() -> None:
    """A folder may be called like a phrase, and a file like a number."""
    for path in ("/data/1,000/5.5/*.nc", "../oisst/1,234.nc", "~/grids/1.5/x.nc", "'/a b/what is done is stored/*.nc'"):
        line = spanish_line(f"climtrack: nothing to read at {path}. Give NetCDF or Zarr files, folders or globs.")
        assert line.startswith(f"climtrack: no hay nada que leer en {path}. Indique archivos"), line

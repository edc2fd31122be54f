"""Mistakes in config.toml: what is wrong, on which line, and what was perhaps meant; all of them at once."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from climtrack.errors import ConfigError
from climtrack.files import shortened
from climtrack.vocabulary.regions import REGIONS

#: Mistakes that are told one by one.
MOST = 20


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong."""

    where: tuple[str, ...]  # Tables and key; items of a list by number
    what: str  # The problem and the remedy, without a full stop


def mistakes(problem: ValidationError, model: type[BaseModel]) -> tuple[Mistake, ...]:
    """What a model says is wrong, in our words."""
    errors = problem.errors(include_url=False)
    deeper = {error["loc"][:-1] for error in errors}  # a list with a bad item is also called too short
    found = []
    for error in (error for error in errors if error["loc"] not in deeper):
        where = tuple(str(part) for part in error["loc"])
        if error["type"] == "extra_forbidden":
            detail = f"unknown key{meant(where[-1], _siblings(where[:-1], model))}; remove or correct it"
        else:
            detail = error["msg"].removeprefix("Value error, ")
            detail = detail[0].lower() + detail[1:]
            if error["type"] not in {"value_error", "missing"}:
                shown = repr(error.get("input"))
                detail = f"{shown if len(shown) <= 40 else shown[:39] + '…'}: {detail}"
        found.append(Mistake(where, detail))
    return tuple(found)


def names(table: Mapping[str, Any], *, usual: frozenset[str] = frozenset()) -> tuple[Mistake, ...]:
    """Names of regions, charts, sizes and colours that nothing is known of."""
    return (*_regions(table), *_pictures(table, usual), *_theme(table), *_twice(table))


def told(wrong: Iterable[Mistake], path: Path | None, text: str) -> str:
    """Every mistake as ``file:line: key: problem; remedy``, one line each."""
    lines = []
    listed = list(wrong)
    for one in listed[:MOST]:
        place = f"{shortened(path, 110)}:{_line(text, one.where)}" if path else "CLIMTRACK_BASE_URL"
        lines.append(f"{place}: {'.'.join(one.where)[:60]}: {one.what}"[:198])
    if len(listed) > MOST:
        lines.append(f"… and {len(listed) - MOST:,} more mistakes.")
    return "\n".join(lines)


def syntax(problem: Exception, path: Path) -> tuple[str, str]:
    """What a parser's complaint means."""
    found = re.search(r"\(at line (\d+), column \d+\)", str(problem))
    line = found.group(1) if found else "1"
    what = re.sub(r"\s*\(at .*\)", "", str(problem))[:80].lower()
    told_of = f"{shortened(path, 110)}:{line}: not TOML: {what}"
    return told_of, "Mend that line; `climtrack init` writes a sound file to compare with"


def meant(word: str, known: Iterable[str]) -> str:
    """The known word nearest to a mistyped one, as a question."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _regions(table: Mapping[str, Any]) -> Iterator[Mistake]:
    """Regions that are neither built in nor the user's own."""
    own = _inside(table, "regions")
    known = {*REGIONS, *own}
    for section in ("report", "refresh"):
        for n, name in _texts(table, section, "regions"):
            if name not in known:
                yield Mistake((section, "regions", n), _unknown("region", name, known))
    seen: set[str] = set()
    entries = table.get("endpoints")
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        key = entry.get("key") if isinstance(entry, Mapping) else None
        if not isinstance(key, str) or key.count(".") < 2:
            continue
        region = key.split(".", 2)[2]
        if region not in known:
            what = f"{_unknown('region', region, known, listed=False)}; describe it under [regions.{region[:40]}]"
            yield Mistake(("endpoints", str(number), "key"), what)
        if key in seen:
            yield Mistake(("endpoints", str(number), "key"), f"{key[:40]!r} stands here twice; remove one")
        seen.add(key)


def _pictures(table: Mapping[str, Any], usual: frozenset[str]) -> Iterator[Mistake]:
    """Charts and sizes that do not exist."""
    asked = [
        (section, key, n, name)
        for section, key in (("report", "charts"), ("refresh", "charts"), ("report", "presets"))
        for n, name in _texts(table, section, key)
        if name not in usual
    ]
    if not asked:
        return
    from climtrack.reporter.charts import CHARTS
    from climtrack.reporter.presets import PRESETS

    known = {"charts": [*(chart.slug for chart in CHARTS.values()), "all"], "presets": list(PRESETS)}
    for section, key, n, name in asked:
        if name.replace("_", "-") not in known[key]:
            yield Mistake((section, key, n), _unknown(key[:-1], name, known[key]))


def _theme(table: Mapping[str, Any]) -> Iterator[Mistake]:
    """Colours that no theme has or that nobody could read, and a credit line too long."""
    own = _inside(table, "theme")
    common = {"credit": own["credit"]} if isinstance(own.get("credit"), str) and own["credit"] else {}
    for name in ("light", "dark"):
        chosen = {role: ink for role, ink in _inside(own, name).items() if isinstance(ink, str)}
        if not (chosen or (common and name == "light")):
            continue
        from climtrack.reporter.theme import COLOURS, themed

        strangers = [role for role in chosen if role not in COLOURS]
        for role in strangers:
            yield Mistake(("theme", name, role), _unknown("colour", role, COLOURS))
        try:
            if not strangers and all(re.fullmatch("#[0-9a-fA-F]{6}", ink) for ink in chosen.values()):
                themed(name, {**common, **chosen})
        except ConfigError as problem:
            key = ("theme", "credit") if ".credit" in problem.what.partition(" ")[0] else ("theme", name)
            yield Mistake(key, f"{problem.what.partition(' ')[2]}; {problem.remedy}")


def _twice(table: Mapping[str, Any]) -> Iterator[Mistake]:
    """Names and hours that stand in a list more than once: a region would be published twice."""
    for section, key in (
        *(("report", key) for key in ("regions", "variables", "languages", "charts", "presets", "themes", "formats")),
        ("refresh", "regions"), ("refresh", "charts"), ("schedule", "hours"),
    ):  # fmt: skip
        items = _inside(table, section).get(key)
        seen: list[object] = []
        for number, item in enumerate(items if isinstance(items, list) else ()):
            if item in seen:
                yield Mistake((section, key, str(number)), f"{str(item)[:40]!r} stands here twice; remove one")
            elif isinstance(item, str | int) and len(seen) < 1000:
                seen.append(item)


def _inside(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A table inside a table; empty where it is something else."""
    inner = table.get(name)
    return inner if isinstance(inner, Mapping) else {}


def _texts(table: Mapping[str, Any], section: str, key: str) -> list[tuple[str, str]]:
    """Texts of a list, with their numbers."""
    items = _inside(table, section).get(key)
    return [(str(n), item) for n, item in enumerate(items if isinstance(items, list) else ()) if isinstance(item, str)]


def _unknown(kind: str, name: str, known: Iterable[str], *, listed: bool = True) -> str:
    """What is said of a name that nothing is known of."""
    near = meant(name, known)
    more = "" if near or not listed else f"; known are {', '.join(sorted(known))[:110]}"
    return f"unknown {kind} {name[:40]!r}{near or more}"


def _siblings(where: Sequence[str], model: type[BaseModel]) -> list[str]:
    """Keys that a table knows."""
    for part in where:
        field = model.model_fields.get(part)
        inner = field.annotation if field else None
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return []
        model = inner
    return list(model.model_fields)


def _line(text: str, where: Sequence[str]) -> int:
    """Line on which a key stands; its table's line, or 1, where it does not stand by itself."""
    names = [part for part in where if not part.isdigit()]
    entry = int(where[1]) if len(where) > 1 and where[0] == "endpoints" and where[1].isdigit() else None
    table: list[str] = []
    best, entries = 1, -1
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if bare.startswith("["):
            table = [part.strip(" \"'") for part in bare.strip("[]").split("]")[0].split(".")]
            entries += bare.startswith("[[") and table == ["endpoints"]
            if names[: len(table)] == table and entry in (None, entries):
                best = number
        elif "=" in bare:
            key = [part.strip(" \"'") for part in bare.split("=", 1)[0].split(".")]
            if [*table, *key] == names[: len(table) + len(key)] and (table != ["endpoints"] or entry == entries):
                return number
    return best

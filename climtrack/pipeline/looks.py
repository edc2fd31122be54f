"""Themes as config.toml wants them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from climtrack.config import Config
from climtrack.errors import ConfigError
from climtrack.mistakes import Mistake, told
from climtrack.reporter.theme import Theme, themed


def looks(config: Config, names: Iterable[str]) -> tuple[Theme, ...]:
    """Themes by name, with the user's own colours, typeface, credit and logo."""
    own = config.theme
    common: dict[str, object] = {"scale": own.scale} if own.scale != 1 else {}
    common |= {name: text for name, text in (("credit", own.credit), ("logo", own.logo)) if text}
    if own.font:
        folder = Path(own.font).expanduser()
        common |= {
            f"font_{name}": str(next(folder.glob(pattern), folder / pattern.replace("*", "")))
            for name, pattern in (
                ("regular", "*Regular.ttf"),
                ("semibold", "*[Ss]emi[Bb]old.ttf"),
                ("bold", "*[-_]Bold.ttf"),
                ("italic", "*It*.ttf"),
            )
        }
    try:
        return tuple(themed(name, {**common, **getattr(own, name)}) for name in names)
    except ConfigError as problem:
        raise _placed(problem, config) from problem


def _placed(problem: ConfigError, config: Config) -> ConfigError:
    """The same with file, line and key, where the choice is of config.toml: a typeface or logo that is not there."""
    where, _, what = problem.what.partition(" ")
    key = where.rstrip(":").rpartition(".")[2].partition("_")[0]
    if config.path is None or key not in {"logo", "font"}:
        return problem
    with suppress(OSError, UnicodeDecodeError):
        text = config.path.read_text(encoding="utf-8-sig")
        return ConfigError(told([Mistake(("theme", key), f"{what}; {problem.remedy}")], config.path, text))
    return problem

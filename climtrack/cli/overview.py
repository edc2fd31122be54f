"""The overview that ``climtrack --help`` prints, and the language that the terminal asks for; imports nothing heavy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def overview(language: str) -> str:
    """Every command in a line; files of their own, for reading the catalogues takes longer than starting Python."""
    return (Path(__file__).parent / f"overview.{language[:2]}.txt").read_text(encoding="utf-8")


def terminal_locale(environment: Mapping[str, str]) -> str:
    """``es_mx``, from the first of three variables that says something, or LANGUAGE before it; empty for others."""
    named = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    preferred = environment.get("LANGUAGE", "").split(":") if named not in ("C", "POSIX") else []  # as gettext has it
    plain = (one.partition(".")[0].partition("@")[0].replace("-", "_").lower() for one in (*preferred, named))
    return next((one for one in plain if one.partition("_")[0] in ("en", "es")), "")


def terminal_language(environment: Mapping[str, str]) -> str:
    """``en``, ``es`` or ``es-MX``."""
    language, _, country = terminal_locale(environment).partition("_")
    return "en" if language != "es" else "es-MX" if country == "mx" else "es"

"""The overview that ``climtrack --help`` prints, and the language that the terminal asks for; imports nothing heavy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def overview(language: str) -> str:
    """Every command in a line; files of their own, for reading the catalogues takes longer than starting Python."""
    return (Path(__file__).parent / f"overview.{language[:2]}.txt").read_text(encoding="utf-8")


def terminal_language(environment: Mapping[str, str]) -> str:
    """``en``, ``es`` or ``es-MX``, from the first of three variables that says something."""
    named = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    language, _, country = named.partition(".")[0].partition("@")[0].replace("-", "_").lower().partition("_")
    return "en" if language != "es" else "es-MX" if country == "mx" else "es"

"""The overview that ``climtrack --help`` prints, and the language that the terminal asks for; imports nothing heavy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def overview(language: str) -> str:
    """Every command in a line."""
    return (Path(__file__).parent / f"overview.{language}.txt").read_text(encoding="utf-8")


def spoken(environment: Mapping[str, str]) -> str:
    """Language of messages and help."""
    return spoken_here(environment)[:2]


def spoken_here(environment: Mapping[str, str]) -> str:
    """Language of tables, whose numbers differ between Spain and Mexico."""
    named = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    language, _, country = named.partition(".")[0].partition("@")[0].replace("-", "_").lower().partition("_")
    return "en" if language != "es" else "es-MX" if country == "mx" else "es"

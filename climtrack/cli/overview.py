"""The overview that ``climtrack --help`` prints, and the language that the terminal asks for; imports nothing heavy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def overview(language: str) -> str:
    """
    Every command in a line.

    Parameters
    ----------
    language : {"en", "es"}
        Of the text.

    Returns
    -------
    str
        The whole text, at most 80 columns wide.
    """
    return (Path(__file__).parent / f"overview.{language}.txt").read_text(encoding="utf-8")


def spoken(environment: Mapping[str, str]) -> str:
    """
    Language of messages and help.

    Parameters
    ----------
    environment : mapping of str to str
        ``LC_ALL``, ``LC_MESSAGES`` and ``LANG``: the first that is set decides.

    Returns
    -------
    {"en", "es"}
        English for every language but Spanish.
    """
    return spoken_here(environment)[:2]


def spoken_here(environment: Mapping[str, str]) -> str:
    """
    Language of tables, whose numbers differ between Spain and Mexico.

    Parameters
    ----------
    environment : mapping of str to str
        As for `spoken`.

    Returns
    -------
    {"en", "es", "es-MX"}
        ``es-MX`` for a Mexican terminal, ``es`` for any other in Spanish, English for the rest.
    """
    named = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    language, _, country = named.partition(".")[0].partition("@")[0].replace("-", "_").lower().partition("_")
    return "en" if language != "es" else "es-MX" if country == "mx" else "es"

"""
Places: what grammar needs to put a region into a sentence.

The thirteen regions of the site have their forms in the catalogues (``place.nh.air`` …). A region of the user's own
falls back on its titles: English puts "air" behind the title, Spanish contracts the article of ``title_es``.
"""

from __future__ import annotations

from dataclasses import dataclass

from climtrack.reporter.plain import plain
from climtrack.vocabulary.registry import Region
from climtrack.words.catalogue import catalogue
from climtrack.words.language import Language, capitalised

_LONGEST = 32


@dataclass(frozen=True, slots=True)
class Place:
    """A region in one language."""

    name: str  # As a heading: ``Northern Hemisphere``, ``Hemisferio norte``
    the: str  # Inside a sentence: ``the Northern Hemisphere``, ``el hemisferio norte``
    air: str  # Subject of a sentence: ``Northern Hemisphere air``, ``la superficie del Atlántico norte``
    sea: str  # Subject of a sentence: ``Northern Hemisphere air``, ``la superficie del Atlántico norte``
    short: str  # Singular subject for a title: ``the north``, ``el norte``; empty where `air` or `sea` must serve


def contracted(preposition: str, phrase: str) -> str:
    """Spanish preposition and article run together: ``del hemisferio norte``, ``al Ártico``, ``de los trópicos``."""
    if preposition in {"de", "a"} and phrase.startswith("el "):
        return f"{preposition}l {phrase[3:]}"
    return f"{preposition} {phrase}"


def feminine(phrase: str) -> bool:
    """Whether a Spanish subject takes feminine adjectives."""
    return phrase.startswith("la ")


def place(region: Region, language: Language) -> Place:
    """A region as a language says it."""
    known = catalogue(language.code)

    def said(form: str) -> str:
        """A form of the catalogue, or nothing."""
        return known.get(f"place.{region.name}.{form}", ("",))[0]

    title = plain(region.title, _LONGEST) or plain(region.name, _LONGEST)
    the = said("the") or (plain(region.title_es, _LONGEST) or title if language.spanish else title)
    name = said("name") or (capitalised(the.removeprefix("el ").removeprefix("la ")) if language.spanish else title)
    of = contracted("de", the)
    return Place(
        name,
        the,
        said("air") or language.text("place.other.air", name=title, of=of),
        said("sea") or language.text("place.other.sea", name=title, the=the),
        said("short"),
    )

"""Parts of a page: its charts, what is said above them, what it tells machines, what surrounds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from climtrack.publisher.safe import clean, slug
from climtrack.publisher.sources import source_lines
from climtrack.publisher.texts import texts
from climtrack.vocabulary.assets import Asset, Words
from climtrack.vocabulary.results import Climatology, Study
from climtrack.vocabulary.variables import VARIABLES

Sentences = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PageChart:
    """One interactive chart of a page."""

    study: Study
    words: Mapping[str, Words]  # Title, subtitle, caption and alt texts by language
    # Averages that the reader may choose from, by date (``harmonic``), the default first
    climatologies: tuple[Climatology, ...] = ()
    # Static pictures of the same, of which the widest that fits is shown where scripts do not run
    pictures: tuple[Asset, ...] = ()
    # Words that must stand beside the data, by language, the source first; our own plain ones where empty
    sources: Sentences = field(default_factory=lambda: MappingProxyType({}))
    # What is said of this series, and the age of its data, by language
    answers: Sentences = field(default_factory=lambda: MappingProxyType({}))
    # What is said of this series, and the age of its data, by language
    notices: Sentences = field(default_factory=lambda: MappingProxyType({}))

    def attribution(self, language: str) -> tuple[str, ...]:
        """Words that must stand beside the data."""
        return tuple(map(clean, self.sources.get(language, ()))) or tuple(source_lines([self.study], texts(language)))

    @property
    def id(self) -> str:
        """Region and variable: ``nh-air``."""
        return chart_id(self.study)


@dataclass(frozen=True, slots=True)
class Prose:
    """What a page says above its charts, in one language; what belongs to one series stands beside its chart."""

    title: str
    answers: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A ``<link>`` of a page's head; what is empty is left out."""

    rel: str
    href: str
    type: str = ""
    language: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """What a page tells machines."""

    title: str = ""  # For the browser's tab and for search
    description: str = ""  # For the browser's tab and for search
    social: tuple[tuple[str, str], ...] = ()  # Open Graph and Twitter properties
    links: tuple[Link, ...] = ()  # Other languages, feeds, oEmbed


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds the charts of a published page."""

    embedded: bool = False  # For an iframe: the chart alone
    brand: str = "climtrack"  # Name shown at the top
    home: str = ""  # Address behind it; none for a page that stands alone
    # The same page in other languages: name, address, language; buttons switch inside the page where empty
    others: tuple[tuple[str, str, str], ...] = ()
    gallery: tuple[str, ...] = ()  # Further pictures, as HTML made by `embed.figure`
    downloads: tuple[tuple[str, str], ...] = ()  # Files: words and address
    snippets: tuple[tuple[str, str], ...] = ()  # What to paste elsewhere: platform and text
    picture: str = ""  # Address of the static picture; empty where it goes into the page
    images: str = "data:"  # Sources that the content security policy allows for pictures
    social: tuple[tuple[str, str], ...] = ()  # Open Graph and Twitter properties
    links: tuple[Link, ...] = ()  # Other languages, feeds, oEmbed


def chart_id(study: Study) -> str:
    """Name of a chart in files and addresses."""
    return slug((study.region.name, VARIABLES[study.series.key.variable].option))

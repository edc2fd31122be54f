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
    """
    One interactive chart of a page.

    Parameters
    ----------
    study : Study
        What it shows.
    words : mapping of str to Words
        Title, subtitle, caption and alt texts by language.
    climatologies : tuple of Climatology
        Averages that the reader may choose from, by date (``harmonic``), the default first.
    pictures : tuple of Asset
        Static pictures of the same, of which the widest that fits is shown where scripts do not run.
    sources : mapping of str to tuple of str
        Words that must stand beside the data, by language, the source first; our own plain ones where empty.
    answers, notices : mapping of str to tuple of str
        What is said of this series, and the age of its data, by language.
    """

    study: Study
    words: Mapping[str, Words]
    climatologies: tuple[Climatology, ...] = ()
    pictures: tuple[Asset, ...] = ()
    sources: Sentences = field(default_factory=lambda: MappingProxyType({}))
    answers: Sentences = field(default_factory=lambda: MappingProxyType({}))
    notices: Sentences = field(default_factory=lambda: MappingProxyType({}))

    def attribution(self, language: str) -> tuple[str, ...]:
        """
        Words that must stand beside the data.

        Parameters
        ----------
        language : str
            In which to say it.

        Returns
        -------
        tuple of str
            The source first.
        """
        return tuple(map(clean, self.sources.get(language, ()))) or tuple(source_lines([self.study], texts(language)))

    @property
    def id(self) -> str:
        """Region and variable: ``nh-air``."""
        return chart_id(self.study)


@dataclass(frozen=True, slots=True)
class Prose:
    """
    What a page says above its charts, in one language; what belongs to one series stands beside its chart.

    Parameters
    ----------
    title : str
        The finding.
    answers : tuple of str
        The answers, one sentence each.
    notices : tuple of str
        Substitutions, warnings.
    """

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
    """
    What a page tells machines.

    Parameters
    ----------
    title, description : str
        For the browser's tab and for search.
    social : tuple of (str, str)
        Open Graph and Twitter properties.
    links : tuple of Link
        Other languages, feeds, oEmbed.
    """

    title: str = ""
    description: str = ""
    social: tuple[tuple[str, str], ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """
    What surrounds the charts of a published page.

    Parameters
    ----------
    embedded : bool
        For an iframe: the chart alone.
    brand : str
        Name shown at the top.
    home : str
        Address behind it; none for a page that stands alone.
    others : tuple of (str, str, str)
        The same page in other languages: name, address, language; buttons switch inside the page where empty.
    gallery : tuple of str
        Further pictures, as HTML made by `embed.figure`.
    downloads : tuple of (str, str)
        Files: words and address.
    snippets : tuple of (str, str)
        What to paste elsewhere: platform and text.
    picture : str
        Address of the static picture; empty where it goes into the page.
    images : str
        Sources that the content security policy allows for pictures.
    social : tuple of (str, str)
        Open Graph and Twitter properties.
    links : tuple of Link
        Other languages, feeds, oEmbed.
    """

    embedded: bool = False
    brand: str = "climtrack"
    home: str = ""
    others: tuple[tuple[str, str, str], ...] = ()
    gallery: tuple[str, ...] = ()
    downloads: tuple[tuple[str, str], ...] = ()
    snippets: tuple[tuple[str, str], ...] = ()
    picture: str = ""
    images: str = "data:"
    social: tuple[tuple[str, str], ...] = ()
    links: tuple[Link, ...] = ()


def chart_id(study: Study) -> str:
    """
    Name of a chart in files and addresses.

    Parameters
    ----------
    study : Study
        What it shows.

    Returns
    -------
    str
        Region and variable: ``nh-air``.
    """
    return slug((study.region.name, VARIABLES[study.series.key.variable].option))

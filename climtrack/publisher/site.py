"""
Editions → the files of a site.

An edition is what one region says on one day. Editions of earlier runs stay: their pages and files are not touched, and
the front page and the feed remember them through the `Publication`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from climtrack.errors import PublishError
from climtrack.publisher import addresses, feeds
from climtrack.publisher.addresses import LOCAL, Addresses, PictureName
from climtrack.publisher.embed import PLATFORMS, POST, Picture, Subject, figure, snippet
from climtrack.publisher.page import embed_html, report_html
from climtrack.publisher.parts import Frame, Link, PageChart, Prose
from climtrack.publisher.publication import Card, Entry, File, Publication, Shot
from climtrack.publisher.safe import clean, slug
from climtrack.publisher.texts import texts
from climtrack.vocabulary.assets import Asset, Words
from climtrack.vocabulary.regions import Region

#: What a reader of a page may want to paste elsewhere.
OFFERED = ("iframe", "html", "markdown")


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """The site as its owner wants it."""

    public_url: str = ""  # Where readers find it; addresses of this computer where empty
    title: str = "climtrack"
    languages: tuple[str, ...] = ("en", "es")  # The first has the front page

    @property
    def addresses(self) -> Addresses:
        """Absolute links."""
        return Addresses(self.public_url or LOCAL)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Edition:
    """One region on one day."""

    region: Region
    day: dt.date
    updated: dt.datetime  # When the data were received, aware
    charts: tuple[PageChart, ...]  # Air, sea, or both, with words in every language of the site
    prose: MappingProxyType[str, Prose] | dict[str, Prose]  # Answers and notices by language
    pictures: tuple[Asset, ...] = ()  # Every picture, named as the report names it, with its words
    files: tuple[Asset, ...] = ()  # ``facts.json`` and one table per series


def builder(
    editions: Sequence[Edition], settings: SiteSettings
) -> Callable[[Publication], tuple[Publication, list[File]]]:
    """How to bring a site up to date with these editions."""
    if any(chart.study.simulated for edition in editions for chart in edition.charts):
        raise PublishError("simulated data are never published", "Fetch the real ones first: climtrack fetch")

    def build(before: Publication) -> tuple[Publication, list[File]]:
        files = [file for edition in editions for file in _Maker(edition, settings).files()]
        cards = _merged(before.cards, [c for e in editions for c in _Maker(e, settings).cards()])
        entries = feeds.merged(before.entries, [n for e in editions for n in _Maker(e, settings).entries()])
        regions = dict(before.regions) | {
            chart.id: chart.study.series.end.isoformat() for edition in editions for chart in edition.charts
        }
        plan = replace(before, cards=cards, entries=entries, regions=MappingProxyType(regions))
        files += feeds.front(plan, settings.addresses, settings.title, settings.languages)
        return plan, files

    return build


def _merged(old: Sequence[Card], new: Sequence[Card]) -> tuple[Card, ...]:
    """New cards in the places of the old ones, unknown ones behind."""
    fresh = {(card.subject, card.language): card for card in new}
    known = [fresh.pop((card.subject, card.language), card) for card in old]
    return (*known, *fresh.values())


class _Maker:
    """The files of one edition."""

    def __init__(self, edition: Edition, settings: SiteSettings) -> None:
        self.edition = edition
        self.settings = settings
        self.at = settings.addresses
        self.languages = tuple(code for code in settings.languages if code in edition.prose)
        self.named = [(name, p) for p in edition.pictures if (name := PictureName.parse(p.path)) is not None]

    def files(self) -> Iterator[File]:
        """Leaves first, then the pages that lead to them."""
        day = self.edition.day
        for _, picture in self.named:
            yield File(addresses.dated(picture, day), picture.media_type, picture.data, immutable=True)
        for _, picture in self.named:
            yield File(addresses.latest(picture.path), picture.media_type, picture.data)
        for asset in self.edition.files:
            yield File(addresses.data(self.edition.region.name, asset), asset.media_type, asset.data)
        for chart in self.edition.charts:
            shown = replace(chart, pictures=self._phone(chart, self.languages[0]))
            page = embed_html(
                shown,
                self.languages,
                path=addresses.embed(chart.id),
                frame=self._frame(chart, self.languages[0], "../"),
            )
            yield File(page.path, page.media_type, page.data)
            for code in self.languages:
                yield self._oembed(chart, code)
        for chart in self.edition.charts:
            for code in self.languages:
                yield self._page(chart, code)

    def _shot(self, chart: PageChart, language: str, presets: Sequence[str], theme: str = "light") -> Shot | None:
        """The leading chart of a series in the first of these presets that is drawn."""
        lead = self._leading(chart)
        for preset in presets:
            for name, asset in self.named:
                if name == PictureName(chart.id, lead, preset, theme, language, "png"):
                    alt = clean(asset.words.alt if asset.words else "")
                    path = addresses.dated(asset, self.edition.day)
                    return Shot(path, asset.width, asset.height, len(asset.data), alt)
        return None

    def _leading(self, chart: PageChart) -> str:
        """The chart that stands for a series: year lines, or the first drawn."""
        drawn = [name.chart for name, _ in self.named if name.subject == chart.id]
        return "year-lines" if "year-lines" in drawn or not drawn else drawn[0]

    def cards(self) -> Iterator[Card]:
        """Front page."""
        day = self.edition.day
        for chart in self.edition.charts:
            for code in self.languages:
                words = chart.words[code]
                yield Card(
                    chart.id,
                    code,
                    clean(words.title),
                    clean(words.caption),
                    chart.study.series.end.isoformat(),
                    light=self._shot(chart, code, POST),
                    dark=self._shot(chart, code, POST, "dark"),
                    phone=self._shot(chart, code, ("phone",)),
                    card=self._shot(chart, code, ("card", *POST)),
                    uses=tuple(addresses.dated(asset, day) for name, asset in self.named if name.language == code),
                )

    def entries(self) -> Iterator[Entry]:
        """Feed: the region's first chart leads."""
        first = self.edition.charts[0]
        for code in self.languages:
            prose = self.edition.prose[code]
            yield Entry(
                slug([self.edition.region.name]),
                self.edition.day.isoformat(),
                code,
                self.edition.updated.astimezone(dt.UTC).isoformat(timespec="seconds"),
                clean(prose.title),
                tuple(map(clean, prose.answers or [a for c in self.edition.charts for a in c.answers.get(code, ())])),
                addresses.page(first.id, code, self.settings.languages[0]),
                self._shot(first, code, POST),
            )

    def _subjects(self, code: str, prefix: str) -> Iterator[Subject]:
        """Every chart drawn in a language, with addresses below a prefix."""
        groups: dict[tuple[str, str], dict[str, Picture]] = {}
        words: dict[tuple[str, str], Words] = {}
        for name, asset in self.named:
            if name.language != code or name.theme != "light" or name.suffix != "png" or asset.words is None:
                continue
            url = f"{prefix}{addresses.dated(asset, self.edition.day)}"
            groups.setdefault((name.subject, name.chart), {})[name.preset] = Picture(url, asset.width, asset.height)
            words[name.subject, name.chart] = asset.words
        for (subject, chart), pictures in groups.items():
            if any(preset in pictures for preset in POST):
                owner = subject if any(c.id == subject for c in self.edition.charts) else self.edition.charts[0].id
                page = f"{prefix}{addresses.page(owner, code, self.settings.languages[0])}"
                frame = f"{prefix}{addresses.embed(owner)}"
                yield Subject(pictures, words[subject, chart], code, page, frame)

    def _frame(self, chart: PageChart, code: str, prefix: str) -> Frame:
        """What an embedded page links to."""
        picture = self._shot(chart, code, ("phone", *POST))
        return Frame(
            brand=self.settings.title,
            home=f"{prefix}{addresses.page(chart.id, code, self.settings.languages[0])}",
            picture=f"{prefix}{picture.path}" if picture else "",
            images="'self' data:",
        )

    def _page(self, chart: PageChart, code: str) -> File:
        """Page of one series in one language, with links to the others."""
        default = self.settings.languages[0]
        path = addresses.page(chart.id, code, default)
        prefix = "../" * path.count("/")
        ui = texts(code)
        own = [s for s in self._subjects(code, prefix) if f"/{chart.id}." in next(iter(s.pictures.values())).url]
        rest = [s for s in self._subjects(code, prefix) if s.page.endswith(f"{chart.id}/") and s not in own]
        outside = [s for s in self._subjects(code, self.at.public_url) if s.page.endswith(f"/{chart.id}/")][:1]
        downloads = [
            (ui["table"].format(subject=chart.id) if f.path.endswith(".csv") else ui["download_facts"],
             f"{prefix}{addresses.data(self.edition.region.name, f)}")
            for f in self.edition.files
            if f.path.endswith(("facts.json", f"{chart.id}.csv"))
        ]  # fmt: skip
        frame = replace(
            self._frame(chart, code, prefix),
            home=prefix + addresses.page("", code, default),
            others=tuple(
                (texts(c)["language_name"], prefix + addresses.page(chart.id, c, default), c)
                for c in self.languages
                if c != code
            ),
            social=feeds.social(self._card(chart, code), ui, self.at, path, self.settings.title),
            links=(
                *feeds.alternates(chart.id, self.languages, default, self.at),
                Link(
                    "alternate",
                    self.at.absolute(feeds.oembed_path(chart.id, code, default)),
                    type="application/json+oembed",
                    title=clean(chart.words[code].title),
                ),
            ),
            gallery=tuple(figure(subject) for subject in (*own, *rest)),
            downloads=tuple(downloads),
            snippets=tuple((name, snippet(name, s)) for s in outside for name in OFFERED if name in PLATFORMS),
        )
        prose = {code: replace(self.edition.prose[code], title=chart.words[code].title)}
        page = report_html(
            [replace(chart, pictures=self._phone(chart, code))], prose, path=f"{path}index.html", frame=frame
        )
        return File(page.path, page.media_type, page.data)

    def _phone(self, chart: PageChart, code: str) -> tuple[Asset, ...]:
        """Static picture of a page; only its size and words are used, its address is in the frame."""
        lead = self._leading(chart)
        found = (
            asset
            for preset in ("phone", *POST)
            for name, asset in self.named
            if name == PictureName(chart.id, lead, preset, "light", code, "png")
        )
        return tuple(found)[:1]

    def _card(self, chart: PageChart, code: str) -> Card:
        """The front page's card of a series."""
        return next(card for card in self.cards() if (card.subject, card.language) == (chart.id, code))

    def _oembed(self, chart: PageChart, code: str) -> File:
        """The oEmbed answer of a page."""
        default = self.settings.languages[0]
        card = self._card(chart, code)
        subject = Subject(
            {}, chart.words[code], code,
            self.at.absolute(addresses.page(chart.id, code, default)),
            self.at.absolute(addresses.embed(chart.id)),
        )  # fmt: skip
        return feeds.oembed(card, subject, self.at, self.settings.title, feeds.oembed_path(chart.id, code, default))

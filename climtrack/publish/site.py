"""
Editions → the files of a site.

An edition is what one region says on one day. Editions of earlier runs stay: their pages and files are not touched, and
the front page and the feed remember them through the `Publication`.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from html import escape
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from climtrack.errors import PublishError
from climtrack.publish import templates
from climtrack.publish.page import Frame, Head, Link, PageChart, Prose, embed_html, report_html
from climtrack.publish.post import PLATFORMS, POST, Picture, Subject, figure, iframe, snippet
from climtrack.publish.text import Texts, clean, slug, texts
from climtrack.vocabulary.assets import Asset, Words
from climtrack.vocabulary.registry import Region

# Where each file of the site lives.
#
# Dated, content-hashed names never change their bytes and are what anything mailed or cached points at; ``latest/`` and
# ``data/`` are stable names whose bytes change. Pages point at dated names only, so a page and its pictures always
# belong together, whatever is published in between.


#: What `serve` listens on by default; used, and said, where no address is configured.
LOCAL = "http://127.0.0.1:8000/"
THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class PictureName:
    """A picture's file name, read: ``nh-air.year-lines.wide.dark.en.png``."""

    subject: str  # Region and variable, or regions compared
    chart: str  # Which chart, size, colours, words and format
    preset: str  # Which chart, size, colours, words and format
    theme: str  # Which chart, size, colours, words and format
    language: str  # Which chart, size, colours, words and format
    suffix: str  # Which chart, size, colours, words and format

    @classmethod
    def parse(cls, path: str) -> PictureName | None:
        """Read a file name."""
        parts = path.rsplit("/", 1)[-1].split(".")
        theme = "dark" if len(parts) > 5 and parts[-3] == "dark" else "light"
        if theme == "dark":
            del parts[-3]
        if len(parts) < 5 or parts[-1] not in {"png", "svg", "webp", "pdf"}:
            return None
        return cls(".".join(parts[:-4]), parts[-4], parts[-3], theme, parts[-2], parts[-1])


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses of one site."""

    public_url: str = LOCAL  # Where readers find it; the only source of absolute links

    def __post_init__(self) -> None:
        if not self.public_url.endswith("/"):
            object.__setattr__(self, "public_url", f"{self.public_url}/")

    def absolute(self, path: str) -> str:
        """Full address of a file or folder of the site."""
        return f"{self.public_url}{path}"


def dated(asset: Asset, day: dt.date) -> str:
    """Path that will only ever hold these bytes."""
    stem, _, suffix = asset.path.rsplit("/", 1)[-1].rpartition(".")
    return f"{day.isoformat()}/{slug([stem])}.{asset.sha256[:8]}.{slug([suffix])}"


def latest(path: str) -> str:
    """Path that holds the newest version."""
    stem, _, suffix = path.rsplit("/", 1)[-1].rpartition(".")
    return f"latest/{slug([stem])}.{slug([suffix])}"


def page(subject: str, language: str, default: str) -> str:
    """Folder of a page."""
    prefix = "" if language == default else f"{language}/"
    return f"{prefix}{subject}/" if subject else prefix


def embed(subject: str) -> str:
    """Page for an iframe."""
    return f"embed/{subject}.html"


def data(region: str, asset: Asset) -> str:
    """Stable path of a table or of the facts."""
    return f"data/{slug([region])}/{slug([asset.path.rsplit('/', 1)[-1]])}"


# Publication: what a site holds after a publish, file by file.
#
# It is kept in the site itself as ``publication.json``. The server answers only what stands in it, the next publish
# reads from it what is already there, and the feed and the front page remember in it the days and regions of earlier
# runs.


FORMAT = "climtrack.publication/1"
NAME = "publication.json"


@dataclass(frozen=True, slots=True)
class File:
    """A file to publish."""

    path: str  # In the site, with forward slashes
    media_type: str
    data: bytes
    immutable: bool = False  # True where the name holds the hash of the bytes, so that they never change

    @property
    def record(self) -> Record:
        """What the publication keeps of it."""
        return Record(hashlib.sha256(self.data).hexdigest(), len(self.data), self.media_type, self.immutable)


@dataclass(frozen=True, slots=True)
class Record:
    """A published file: hash, bytes, media type, and whether its name fixes its bytes."""

    sha256: str
    size: int
    media_type: str
    immutable: bool


@dataclass(frozen=True, slots=True)
class Shot:
    """A published picture: path in the site, pixels, bytes, alternative text."""

    path: str
    width: int
    height: int
    size: int
    alt: str


@dataclass(frozen=True, slots=True)
class Card:
    """One chart of the front page, in one language."""

    subject: str
    language: str
    title: str
    caption: str
    day: str  # Last day of its data, ISO
    light: Shot | None  # Pictures for the page, for dark readers, for phones and for social cards
    dark: Shot | None  # Pictures for the page, for dark readers, for phones and for social cards
    phone: Shot | None  # Pictures for the page, for dark readers, for phones and for social cards
    card: Shot | None  # Pictures for the page, for dark readers, for phones and for social cards
    uses: tuple[str, ...] = ()  # Paths of all dated pictures that its page shows: none of them is ever pruned


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the feed: a region on a day, in one language."""

    region: str
    day: str
    language: str
    updated: str  # When these words last changed, RFC 3339
    title: str
    answers: tuple[str, ...]
    page: str
    shot: Shot | None


@dataclass(frozen=True, slots=True)
class Publication:
    """A site's content."""

    files: Mapping[str, Record] = field(default_factory=lambda: MappingProxyType({}))
    cards: tuple[Card, ...] = ()  # The front page, in its order
    entries: tuple[Entry, ...] = ()  # The feed, newest first
    # Last day of the data by series, ISO
    regions: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    published: str = ""  # When it was written, RFC 3339; empty for a site that holds nothing yet

    @property
    def id(self) -> str:
        """Hash of the content, whenever it was written."""
        text = "".join(f"{path}\0{record.sha256}\n" for path, record in sorted(self.files.items()))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(record.size for record in self.files.values())

    @property
    def when(self) -> dt.datetime | None:
        """`published` as a moment."""
        return dt.datetime.fromisoformat(self.published) if self.published else None

    def to_json(self) -> bytes:
        """The form that is written."""
        whole = {
            "format": FORMAT,
            "published": self.published,
            "regions": dict(self.regions),
            "cards": [asdict(card) for card in self.cards],
            "entries": [asdict(entry) for entry in self.entries],
            "files": {path: asdict(record) for path, record in sorted(self.files.items())},
        }
        return json.dumps(whole, ensure_ascii=False, indent=1).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Publication:
        """Read what `to_json` wrote."""
        try:
            whole = json.loads(data)
            if whole["format"] != FORMAT:
                raise PublishError(
                    f"{NAME} has format {str(whole['format'])[:40]!r}, not {FORMAT!r}",
                    "Use the climtrack that wrote it",
                )
            for day in whole["regions"].values():
                dt.date.fromisoformat(day)
            if whole["published"] and dt.datetime.fromisoformat(whole["published"]).tzinfo is None:
                raise ValueError(f"published has no zone: {whole['published']}")
            return cls(
                MappingProxyType({path: Record(**record) for path, record in whole["files"].items()}),
                tuple(_card(card) for card in whole["cards"]),
                tuple(_entry(entry) for entry in whole["entries"]),
                MappingProxyType(dict(whole["regions"])),
                whole["published"],
            )
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise PublishError(
                f"{NAME} is damaged: {str(problem)[:80]}",
                "Publish into a new folder, then put it in the old one's place",
            ) from problem


def _shot(value: Mapping[str, Any] | None) -> Shot | None:
    """A picture, if there is one."""
    return Shot(**value) if value else None


def _card(value: Mapping[str, Any]) -> Card:
    """A chart of the front page."""
    shots = {name: _shot(value[name]) for name in ("light", "dark", "phone", "card")}
    return Card(**{**value, **shots, "uses": tuple(value["uses"])})


def _entry(value: Mapping[str, Any]) -> Entry:
    """An entry of the feed."""
    return Entry(**{**value, "answers": tuple(value["answers"]), "shot": _shot(value["shot"])})


# What machines and front doors read: Atom, oEmbed, social cards, sitemap, robots, the front page itself.


#: Entries kept per language: twenty days of three regions.
ENTRIES = 60
HTML = "text/html; charset=utf-8"
_LOCALES = {"en": "en_GB", "es": "es_ES", "es-MX": "es_MX"}


def merged(old: Sequence[Entry], new: Sequence[Entry]) -> tuple[Entry, ...]:
    """The feed with the entries of a run; what says the same as before keeps its date of change."""
    by_key = {(e.language, e.region, e.day): e for e in old}
    for entry in new:
        key = (entry.language, entry.region, entry.day)
        before = by_key.get(key)
        same = before and (before.title, before.answers, before.shot) == (entry.title, entry.answers, entry.shot)
        if not same:
            by_key[key] = entry
    ordered = sorted(by_key.values(), key=lambda e: (e.day, e.updated, e.region), reverse=True)
    counts: dict[str, int] = {}
    kept = []
    for entry in ordered:
        counts[entry.language] = counts.get(entry.language, 0) + 1
        if counts[entry.language] <= ENTRIES:
            kept.append(entry)
    return tuple(kept)


def front(plan: Publication, at: Addresses, title: str, languages: Sequence[str]) -> list[File]:
    """Front pages, feeds, sitemap, robots and the page for what is not there."""
    default = languages[0]
    files = [_index(plan, at, title, code, languages) for code in languages]
    files += [_feed(plan, at, title, code, default) for code in languages]
    pages = [(at.absolute(page("", code, default)), _newest(plan)) for code in languages]
    pages += [(at.absolute(page(c.subject, c.language, default)), c.day) for c in plan.cards]
    sitemap = templates.fill("sitemap.xml", pages=pages)
    robots = f"User-agent: *\nAllow: /\nSitemap: {at.absolute('sitemap.xml')}\n"
    return [
        *files,
        File("sitemap.xml", "application/xml", sitemap.encode()),
        File("robots.txt", "text/plain; charset=utf-8", robots.encode()),
        File("404.html", HTML, missing(title, languages)),
    ]


def _newest(plan: Publication) -> str:
    """Newest day of any card."""
    return max((card.day for card in plan.cards), default="")


def _style() -> tuple[str, str]:
    """Style sheet, and the policy that allows it."""
    style = (Path(__file__).parent / "web" / "page.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self' data:; base-uri 'none'; form-action 'none'"
    )
    return style, policy


def feed_path(language: str, default: str) -> str:
    """Where a language's feed is."""
    return "feed.xml" if language == default else f"feed.{language}.xml"


def oembed_path(subject: str, language: str, default: str) -> str:
    """Where a page's oEmbed answer is."""
    return f"oembed/{subject}.json" if language == default else f"oembed/{subject}.{language}.json"


def alternates(subject: str, languages: Sequence[str], default: str, at: Addresses) -> tuple[Link, ...]:
    """Links to the same page in other languages and to the feeds."""
    found = []
    for code in languages:
        title = f"{texts(code)['site_title']} ({texts(code)['language_name']})"
        feed = at.absolute(feed_path(code, default))
        found.append(Link("alternate", at.absolute(page(subject, code, default)), language=code))
        found.append(Link("alternate", feed, type="application/atom+xml", language=code, title=title))
    return tuple(found)


def social(card: Card, ui: Texts, at: Addresses, path: str, title: str) -> tuple[tuple[str, str], ...]:
    """Open Graph and Twitter properties of a page."""
    found = [
        ("og:type", "article"),
        ("og:site_name", clean(title, 60)),
        ("og:locale", _LOCALES[card.language]),
        ("og:title", card.title),
        ("og:description", card.caption[:300] or ui["site_about"]),
        ("og:url", at.absolute(path)),
        ("twitter:card", "summary_large_image" if card.card else "summary"),
    ]
    if card.card:
        found += [
            ("og:image", at.absolute(card.card.path)),
            ("og:image:type", "image/png"),
            ("og:image:width", str(card.card.width)),
            ("og:image:height", str(card.card.height)),
            ("og:image:alt", card.card.alt),
        ]
    return tuple(found)


def _index(plan: Publication, at: Addresses, title: str, code: str, languages: Sequence[str]) -> File:
    """Front page in one language: the newest chart of every region."""
    default = languages[0]
    path = page("", code, default)
    prefix = "../" * path.count("/")
    ui = texts(code)
    style, policy = _style()

    def shown(shot: Shot | None) -> dict[str, str | int] | None:
        if shot is None:
            return None
        return {"src": prefix + shot.path, "width": shot.width, "height": shot.height, "alt": shot.alt}

    cards = [card for card in plan.cards if card.language == code]
    first = replace_card(cards[0], ui) if cards else None
    html = templates.fill(
        "index.html",
        language=code,
        policy=policy,
        style=style,
        title=clean(title, 60),
        ui=ui,
        head=Head(
            clean(title, 60),
            ui["site_about"],
            social(first, ui, at, path, title) if first else (),
            alternates("", languages, default, at),
        ),
        others=[(texts(c)["language_name"], prefix + page("", c, default) or "./", c) for c in languages if c != code],
        feed=prefix + feed_path(code, default),
        cards=[
            {
                "subject": card.subject,
                "href": prefix + page(card.subject, code, default),
                "title": card.title,
                "caption": card.caption,
                "updated": ui["updated"].format(date=ui.day(_date(card.day))),
                "light": shown(card.light),
                "dark": shown(card.dark),
                "phone": shown(card.phone),
            }
            for card in cards
        ],
    )
    return File(f"{path}index.html", HTML, html.encode())


def replace_card(card: Card, ui: Texts) -> Card:
    """The card that stands for the whole site."""
    return Card(
        card.subject, card.language, ui["site_title"], ui["site_about"], card.day,
        card.light, card.dark, card.phone, card.card, card.uses,
    )  # fmt: skip


def _date(text: str) -> dt.date:
    """ISO date."""
    return dt.date.fromisoformat(text)


def _feed(plan: Publication, at: Addresses, title: str, code: str, default: str) -> File:
    """Atom feed (RFC 4287) in one language."""
    ui = texts(code)
    host = urlsplit(at.public_url).hostname or "localhost"
    entries = [entry for entry in plan.entries if entry.language == code]
    path = feed_path(code, default)
    text = templates.fill(
        "feed.xml",
        language=code,
        ui=ui,
        title=f"{clean(title, 60)}: {ui['site_title']}",
        author=clean(title, 60),
        rights=ui["rights"],
        self_url=at.absolute(path),
        home_url=at.absolute(page("", code, default)),
        updated=max((e.updated for e in entries), default="1970-01-01T00:00:00+00:00"),
        entries=[
            {
                "id": f"tag:{host},{entry.day}:{entry.region}.{code}",
                "title": entry.title,
                "updated": entry.updated,
                "day": entry.day,
                "url": at.absolute(entry.page),
                "region": entry.region,
                "answers": entry.answers,
                "content": _content(entry, at),
                "shot": entry.shot and {"url": at.absolute(entry.shot.path), "length": entry.shot.size},
            }
            for entry in entries
        ],
    )
    return File(path, "application/atom+xml", text.encode())


def _content(entry: Entry, at: Addresses) -> str:
    """HTML of an entry, as text that the template escapes once more."""
    picture = (
        f'<p><a href="{escape(at.absolute(entry.page))}"><img src="{escape(at.absolute(entry.shot.path))}" '
        f'width="{entry.shot.width}" height="{entry.shot.height}" alt="{escape(entry.shot.alt)}"></a></p>'
        if entry.shot
        else ""
    )
    return picture + "".join(f"<p>{escape(answer)}</p>" for answer in entry.answers)


def oembed(card: Card, subject: Subject, at: Addresses, title: str, path: str) -> File:
    """OEmbed answer of type ``rich`` (oembed.com, 1.0)."""
    answer: dict[str, object] = {
        "version": "1.0",
        "type": "rich",
        "title": card.title,
        "provider_name": clean(title, 60),
        "provider_url": at.public_url,
        "cache_age": 3600,
        "html": iframe(subject).strip(),
        "width": 728,
        "height": 455,
    }
    if card.card:
        answer |= {
            "thumbnail_url": at.absolute(card.card.path),
            "thumbnail_width": card.card.width,
            "thumbnail_height": card.card.height,
        }
    return File(path, "application/json", json.dumps(answer, ensure_ascii=False, indent=1).encode())


def missing(title: str, languages: Sequence[str]) -> bytes:
    """Small page for an address that holds nothing."""
    style, policy = _style()
    lines = "".join(f'<p lang="{code}">{escape(texts(code)["not_found"])}</p>\n' for code in languages)
    return (
        f'<!doctype html>\n<html lang="{languages[0]}"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f"<title>404 · {escape(clean(title, 60))}</title><style>{style}</style></head>\n"
        f"<body><main><h1>404</h1>\n{lines}</main></body></html>\n"
    ).encode()


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
        entries = merged(before.entries, [n for e in editions for n in _Maker(e, settings).entries()])
        regions = dict(before.regions) | {
            chart.id: chart.study.series.end.isoformat() for edition in editions for chart in edition.charts
        }
        plan = replace(before, cards=cards, entries=entries, regions=MappingProxyType(regions))
        files += front(plan, settings.addresses, settings.title, settings.languages)
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
            yield File(dated(picture, day), picture.media_type, picture.data, immutable=True)
        for _, picture in self.named:
            yield File(latest(picture.path), picture.media_type, picture.data)
        for asset in self.edition.files:
            yield File(data(self.edition.region.name, asset), asset.media_type, asset.data)
        for chart in self.edition.charts:
            shown = replace(chart, pictures=self._phone(chart, self.languages[0]))
            page = embed_html(
                shown,
                self.languages,
                path=embed(chart.id),
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
                    path = dated(asset, self.edition.day)
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
                    uses=tuple(dated(asset, day) for name, asset in self.named if name.language == code),
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
                page(first.id, code, self.settings.languages[0]),
                self._shot(first, code, POST),
            )

    def _subjects(self, code: str, prefix: str) -> Iterator[Subject]:
        """Every chart drawn in a language, with addresses below a prefix."""
        groups: dict[tuple[str, str], dict[str, Picture]] = {}
        words: dict[tuple[str, str], Words] = {}
        for name, asset in self.named:
            if name.language != code or name.theme != "light" or name.suffix != "png" or asset.words is None:
                continue
            url = f"{prefix}{dated(asset, self.edition.day)}"
            groups.setdefault((name.subject, name.chart), {})[name.preset] = Picture(url, asset.width, asset.height)
            words[name.subject, name.chart] = asset.words
        for (subject, chart), pictures in groups.items():
            if any(preset in pictures for preset in POST):
                owner = subject if any(c.id == subject for c in self.edition.charts) else self.edition.charts[0].id
                address = f"{prefix}{page(owner, code, self.settings.languages[0])}"
                frame = f"{prefix}{embed(owner)}"
                yield Subject(pictures, words[subject, chart], code, address, frame)

    def _frame(self, chart: PageChart, code: str, prefix: str) -> Frame:
        """What an embedded page links to."""
        picture = self._shot(chart, code, ("phone", *POST))
        return Frame(
            brand=self.settings.title,
            home=f"{prefix}{page(chart.id, code, self.settings.languages[0])}",
            picture=f"{prefix}{picture.path}" if picture else "",
            images="'self' data:",
        )

    def _page(self, chart: PageChart, code: str) -> File:
        """Page of one series in one language, with links to the others."""
        default = self.settings.languages[0]
        path = page(chart.id, code, default)
        prefix = "../" * path.count("/")
        ui = texts(code)
        own = [s for s in self._subjects(code, prefix) if f"/{chart.id}." in next(iter(s.pictures.values())).url]
        rest = [s for s in self._subjects(code, prefix) if s.page.endswith(f"{chart.id}/") and s not in own]
        outside = [s for s in self._subjects(code, self.at.public_url) if s.page.endswith(f"/{chart.id}/")][:1]
        downloads = [
            (ui["table"].format(subject=chart.id) if f.path.endswith(".csv") else ui["download_facts"],
             f"{prefix}{data(self.edition.region.name, f)}")
            for f in self.edition.files
            if f.path.endswith(("facts.json", f"{chart.id}.csv"))
        ]  # fmt: skip
        frame = replace(
            self._frame(chart, code, prefix),
            home=prefix + page("", code, default),
            others=tuple(
                (texts(c)["language_name"], prefix + page(chart.id, c, default), c) for c in self.languages if c != code
            ),
            social=social(self._card(chart, code), ui, self.at, path, self.settings.title),
            links=(
                *alternates(chart.id, self.languages, default, self.at),
                Link(
                    "alternate",
                    self.at.absolute(oembed_path(chart.id, code, default)),
                    type="application/json+oembed",
                    title=clean(chart.words[code].title),
                ),
            ),
            gallery=tuple(figure(subject) for subject in (*own, *rest)),
            downloads=tuple(downloads),
            snippets=tuple((name, snippet(name, s)) for s in outside for name in OFFERED if name in PLATFORMS),
        )
        prose = {code: replace(self.edition.prose[code], title=chart.words[code].title)}
        made = report_html(
            [replace(chart, pictures=self._phone(chart, code))], prose, path=f"{path}index.html", frame=frame
        )
        return File(made.path, made.media_type, made.data)

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
            self.at.absolute(page(chart.id, code, default)),
            self.at.absolute(embed(chart.id)),
        )  # fmt: skip
        return oembed(card, subject, self.at, self.settings.title, oembed_path(chart.id, code, default))

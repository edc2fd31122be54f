"""
Region pages → the files of a site: pages, embeds, feeds, oEmbed, front page.

A region page is what one region says on one day. Those of earlier runs stay: their files are not touched, and the front
page and the feed remember them through the `Publication`.

``latest/`` and ``data/`` are stable names whose bytes change; pages show pictures under them, with their hash behind a
question mark, so that no cache mixes two days. A dated name holds the hash of its bytes, which never change: mails and
feeds point at it. A round dates the picture that stands for a region, `post` and `embed` what else they show.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from textwrap import shorten
from typing import Any
from urllib.parse import urlsplit

from pydantic import TypeAdapter

from climtrack.errors import PublishError
from climtrack.publish.page import (
    HTML,
    WEB,
    Frame,
    PageChart,
    Sentences,
    ages,
    embed_html,
    fill,
    heading,
    policy,
    report_html,
    reuse,
    script,
    slug,
    style_sheet,
)
from climtrack.publish.post import MAIL, PLATFORMS, POST, Figure, Picture, figure_html, iframe, picture_html
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.findings import Answer, Rank, Study, Unknown
from climtrack.vocabulary.notice import clean
from climtrack.vocabulary.registry import VARIABLES, Region
from climtrack.vocabulary.series import Status
from climtrack.words.language import Language

#: What `serve` listens on by default; used, and said, where no address is configured.
LOCAL = "http://127.0.0.1:8000/"
#: Entries of a feed: twenty days of three regions.
ENTRIES = 60
_LOCALES = {"en": "en_GB", "es": "es_ES", "es-MX": "es_MX"}


@dataclass(frozen=True, slots=True)
class PictureName:
    """A picture's file name, read: ``nh-air.year-lines.wide.dark.en.png``."""

    subject: str  # Region and variable, or regions compared
    chart: str
    preset: str
    theme: str
    language: str
    suffix: str

    @property
    def label(self) -> str:
        """What a link to it is called: ``wide dark PNG``, ``ancho, fondo oscuro (PNG)``."""
        say = Language(self.language).text
        message = "page.file.dark" if self.theme == "dark" else "page.file"
        return say(message, size=say(f"page.size.{self.preset}"), kind=self.suffix.upper())

    @property
    def size(self) -> str:
        """What a `Figure` calls it."""
        preset = "still" if (self.preset, self.suffix) == ("motion", "png") else self.preset
        return preset if self.theme == "light" else f"{preset}.dark"

    @classmethod
    def parse(cls, path: str) -> PictureName | None:
        parts = path.rsplit("/", 1)[-1].split(".")
        theme = "dark" if len(parts) > 5 and parts[-3] == "dark" else "light"
        if theme == "dark":
            del parts[-3]
        if len(parts) < 5 or parts[-1] not in {"png", "svg", "webp", "pdf", "gif", "mp4"}:
            return None
        return cls(".".join(parts[:-4]), parts[-4], parts[-3], theme, parts[-2], parts[-1])


def drawings(assets: Iterable[Asset]) -> dict[tuple[str, str, str], dict[PictureName, Asset]]:
    """Pictures in every size, by what they show: subject, chart, language."""
    found: dict[tuple[str, str, str], dict[PictureName, Asset]] = {}
    for asset in assets:
        if name := PictureName.parse(asset.path):
            found.setdefault((name.subject, name.chart, name.language), {})[name] = asset
    return found


#: Dated paths: month, hash (of eight digits in climtrack 0.1.0), suffix.
DATED = re.compile(r"(\d{4}-\d\d)-\d\d/[\w.-]+\.([0-9a-f]{12}|[0-9a-f]{8})\.(png|svg|webp|pdf|gif|mp4)", re.ASCII)


def dated(asset: Asset, day: dt.date) -> str:
    """Path that will only ever hold these bytes."""
    stem, _, suffix = asset.path.rsplit("/", 1)[-1].rpartition(".")
    return f"{day.isoformat()}/{slug([stem])}.{asset.sha256[:12]}.{slug([suffix])}"


def latest(path: str) -> str:
    """Path that holds the newest version."""
    stem, _, suffix = path.rsplit("/", 1)[-1].rpartition(".")
    return f"latest/{slug([stem])}.{slug([suffix])}"


def current(asset: Asset) -> str:
    """Address of a picture for pages, which is another one when its bytes are."""
    return f"{latest(asset.path)}?{asset.sha256[:12]}"


def embed(chart: str) -> str:
    """Page for an iframe."""
    return f"embed/{chart}.html"


@dataclass(frozen=True, slots=True)
class Site:
    """A site as its owner wants it, and where its pages are."""

    public_url: str = ""  # Where readers find it, the only source of absolute links; this computer where empty
    title: str = "climtrack"
    languages: tuple[str, ...] = ("en", "es")  # The first has the front page

    def absolute(self, path: str) -> str:
        """Full address of a file or folder of the site."""
        base = self.public_url or LOCAL
        return f"{base}{path}" if base.endswith("/") else f"{base}/{path}"

    def page(self, chart: str, language: str) -> str:
        """Folder of a page; that of the front page for no chart."""
        prefix = "" if language == self.languages[0] else f"{language}/"
        return f"{prefix}{chart}/" if chart else prefix

    def feed(self, language: str) -> str:
        return "feed.xml" if language == self.languages[0] else f"feed.{language}.xml"

    def oembed(self, chart: str, language: str) -> str:
        return f"oembed/{chart}.json" if language == self.languages[0] else f"oembed/{chart}.{language}.json"

    @property
    def brand(self) -> str:
        return clean(self.title, 60)

    def alternates(self, chart: str, languages: Sequence[str]) -> list[Mapping[str, str]]:
        """Links to a page in every language and to the feeds."""
        links: list[Mapping[str, str]] = []
        for code in languages:
            text = Language(code).text
            title = f"{text('page.site_title')} ({text('page.language_name')})"
            links.append({"rel": "alternate", "href": self.absolute(self.page(chart, code)), "hreflang": code})
            feed = {"href": self.absolute(self.feed(code)), "type": "application/atom+xml"}
            links.append({"rel": "alternate", **feed, "hreflang": code, "title": title})
        return links

    def social(
        self, path: str, language: str, title: str, description: str, picture: Picture | None
    ) -> Mapping[str, object]:
        """What Open Graph and Twitter are told of a page."""
        return {
            "site": self.brand,
            "locale": _LOCALES[language],
            "title": title,
            "description": shorten(description, 300, placeholder="…") or Language(language).text("page.site_about"),
            "url": self.absolute(path),
            "picture": picture,
            "image": self.absolute(picture.path) if picture else "",
        }


# Publication: what a site holds after a publish, file by file.
#
# It is kept in the site itself as ``publication.json``, whose names are those of these fields. The server answers what
# stands in it, and dated pictures, which their names vouch for; the feed and the front page remember in it the days and
# regions of earlier runs. Of dated pictures it only holds how many there are: each month has a list of its own.


FORMAT = "climtrack.publication/2"
NAME = "publication.json"


def sealed(content: Mapping[str, object]) -> bytes:
    """A list as JSON, under the hash of all that it holds."""
    text = json.dumps(content, ensure_ascii=False, indent=1)
    seal = hashlib.sha256(text.encode()).hexdigest()
    return json.dumps({"sha256": seal, **content}, ensure_ascii=False, indent=1).encode()


def unsealed(data: bytes | None) -> dict[str, Any] | None:
    """What such a list holds; None for one that is not there, or not what was written."""
    try:
        content: dict[str, Any] = json.loads(data or b"")
        if "sha256" not in content:
            return _earlier(content)
        del content["sha256"]
        return content if sealed(content) == data else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _earlier(content: Mapping[str, Any]) -> dict[str, Any] | None:
    """The publication of climtrack 0.1.0, which held every dated picture."""
    if content["format"] != "climtrack.publication/1":
        return None
    files = {path: record for path, record in content["files"].items() if not record["immutable"]}
    earlier = {**content, "format": FORMAT, "files": files}
    return earlier if Publication.of(earlier) else None


@dataclass(frozen=True, slots=True)
class Record:
    """What the publication keeps of a file."""

    sha256: str
    size: int
    media_type: str

    @classmethod
    def of(cls, file: Asset) -> Record:
        return cls(file.sha256, len(file.data), file.media_type)


@dataclass(frozen=True, slots=True)
class Teaser:
    """One chart on the front page, in one language."""

    subject: str
    language: str
    title: str
    caption: str
    day: str  # Last day of its data, ISO
    light: Picture | None
    dark: Picture | None
    phone: Picture | None
    card: Picture | None  # For social media
    phone_dark: Picture | None = None
    place: str = ""  # Place and variable
    glance: tuple[str, ...] = ()  # Cells of the front page's table
    usual: int = 0  # As of a `PageChart`


@dataclass(frozen=True, slots=True)
class FeedItem:
    """A region on a day, in one language."""

    region: str
    day: str
    language: str
    updated: str  # When these words last changed, RFC 3339
    title: str
    answers: tuple[str, ...]
    page: str
    shot: Picture | None


@dataclass(frozen=True, slots=True)
class Publication:
    """A site's content, in the order of its list."""

    published: str = ""  # When it was written, RFC 3339; empty for a site that holds nothing yet
    regions: Mapping[str, str] = field(default_factory=dict)  # Last day by series, ISO
    # Days by which those that the last publish brought up to date are usually behind, at most
    usual: Mapping[str, int] = field(default_factory=dict)
    cards: tuple[Teaser, ...] = ()  # The front page, in its order
    entries: tuple[FeedItem, ...] = ()  # The feed, newest first
    #: How many dated pictures there are, and their bytes, by month
    months: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    files: Mapping[str, Record] = field(default_factory=dict)  # All but dated pictures

    @property
    def id(self) -> str:
        """Hash of the content, whenever it was written."""
        text = "".join(f"{path}\0{record.sha256}\n" for path, record in sorted(self.files.items()))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def size(self) -> int:
        return sum(record.size for record in self.files.values()) + sum(size for _, size in self.months.values())

    @property
    def count(self) -> int:
        return len(self.files) + sum(count for count, _ in self.months.values())

    @property
    def when(self) -> dt.datetime | None:
        return dt.datetime.fromisoformat(self.published) if self.published else None

    @property
    def content(self) -> dict[str, object]:
        whole = asdict(self)
        return {"format": FORMAT, **whole, **{name: dict(sorted(whole[name].items())) for name in ("months", "files")}}

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Publication:
        if content["format"] != FORMAT:
            raise PublishError("publish.format", file=NAME, found=str(content["format"])[:40], format=FORMAT)
        return _adapter().validate_python(content)


@cache
def _adapter() -> TypeAdapter[Publication]:
    return TypeAdapter(Publication)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RegionPage:
    """What one region says on one day."""

    region: Region
    day: dt.date
    updated: dt.datetime  # When the data were received, aware
    charts: tuple[PageChart, ...]  # Air, sea, or both, with words in every language of the site
    notices: Sentences  # What stands above the charts, by language
    pictures: tuple[Asset, ...] = ()  # Every picture, named as the report names it, with its words
    files: tuple[Asset, ...] = ()  # ``facts.json`` and one table per series
    series: tuple[Asset, ...] = ()  # Under ``data/series/``, what other installations take from this one


def builder(pages: Sequence[RegionPage], site: Site) -> Callable[[Publication], tuple[Publication, list[Asset]]]:
    """How to bring a site up to date with these regions."""
    if any(chart.study.simulated for page in pages for chart in page.charts):
        raise PublishError("publish.simulated")
    made = [_RegionFiles(page, site) for page in pages]

    def build(before: Publication) -> tuple[Publication, list[Asset]]:
        teasers = {(card.subject, card.language): card for card in before.cards}
        for one in made:
            teasers |= one.teasers
        ends = {chart.id: chart.study.series.end.isoformat() for page in pages for chart in page.charts}
        plan = replace(
            before,
            cards=tuple(teasers.values()),
            entries=merged(before.entries, [item for one in made for item in one.feed_items()]),
            regions={**before.regions, **ends},
            usual={chart.id: chart.usual for page in pages for chart in page.charts if chart.usual},
        )
        return plan, [*(file for one in made for file in one.files()), *_front(plan, site)]

    return build


def figures(
    pictures: Sequence[Asset],
    charts: Sequence[PageChart],
    site: Site,
    address: Callable[[Asset], str],
    link: Callable[[str], str],
) -> dict[PictureName, tuple[str, Figure]]:
    """Every chart in every language, by the name of its first picture, and the page that shows it."""
    ids = [chart.id for chart in charts]
    made = {}
    for (subject, _, code), sizes in drawings(pictures).items():
        shown = {name: asset for name, asset in sizes.items() if name.suffix in {"png", "gif"}}
        name = next(iter(shown), None)
        if name and (words := shown[name].words):
            owner = subject if subject in ids else ids[0]
            drawn = {one.size: Picture(address(asset), asset.width, asset.height) for one, asset in shown.items()}
            made[name] = owner, Figure(drawn, words, code, link(site.page(owner, code)), link(embed(owner)))
    return made


def folder_gallery(
    assets: Sequence[Asset], charts: Sequence[PageChart], codes: Sequence[str]
) -> dict[str, list[tuple[str, str, Mapping[str, object]]]]:
    """
    The pictures of a report's folder for its page, by language.

    Each chart is inside the page once, square where it is drawn so, which is half as large and legible on a phone; its
    other sizes and its table are the files beside the page, and so is an animation, which is too large.
    """
    paths = [asset.path for asset in assets]
    gallery: dict[str, list[tuple[str, str, Mapping[str, object]]]] = {code: [] for code in codes}
    for (subject, drawn, code), sizes in drawings(assets).items():
        shown = [one for one in sizes.items() if one[0].suffix != "pdf"]
        if not shown:
            continue
        first = min(shown, key=lambda one: (one[0].theme != "light", one[0].preset not in MAIL[:1]))[1]
        if first.words is None:
            continue
        data = f"data:{first.media_type};base64,{base64.b64encode(first.data).decode()}"
        still = {}
        if first.path.endswith(".gif"):
            data = first.path
            still = {"still": Picture(f"{data[:-3]}png", first.width, first.height)}
        inside, beside = (
            Figure({"post": Picture(path, first.width, first.height), **still}, first.words, code, "", "")
            for path in (data, first.path)
        )
        chart = next((one for one in charts if one.id == subject), charts[0])
        tables = [path for path in (f"{subject}.{drawn}.csv", f"{subject}.csv") if path in paths][:1]
        files = [(name.label, asset.path) for name, asset in sizes.items()] + [("CSV", path) for path in tables]
        code_beside = PLATFORMS["html"].snippet(beside)
        card = reuse(chart, first.words, Language(code), subject=subject, files=files, code=code_beside)
        gallery[code].append((chart.id, figure_html(inside), card))
    return gallery


def glance(study: Study, language: Language) -> tuple[str, ...]:
    """
    A series in a row of the front page.

    Place, day, value, rank, the fortnight against a year before and against the average with its years, and an arrow
    where the answer is yes or no.
    """
    found, decimals = study.findings, VARIABLES[study.series.key.variable].decimals
    year, mean, rank = found.year_over_year, found.direction.mean_14d, found.ranks.day
    known = [
        language.signed(value, decimals) if isinstance(value, float) else "–"
        for value in ("–" if isinstance(year, Unknown) else year.mean_14d, mean)
    ]
    day = f"{language.date_short(study.series.end)} {study.series.end.year}"
    soft = bool((study.series.status[-14:] == Status.PRELIMINARY).any())
    return (
        heading(study, language),
        f"{day}, {language.text('page.preliminary')}" if soft else day,
        language.number(found.latest.value, decimals),
        language.text("table.rank.of", rank=rank.rank, of=rank.of) if isinstance(rank, Rank) else "–",
        *known,
        study.baseline.label if study.baseline else "",
        found.direction.answer.value if isinstance(found.direction.answer, Answer) else "",
    )


def _placed(asset: Asset, path: str) -> Picture:
    """A picture at its place."""
    return Picture(path, asset.width, asset.height, len(asset.data), clean(asset.words.alt if asset.words else ""))


class _RegionFiles:
    """The files of one region page."""

    def __init__(self, page: RegionPage, site: Site) -> None:
        self.page = page
        self.site = site
        self.languages = tuple(code for code in site.languages if code in page.notices)
        self.drawn = drawings(page.pictures)
        self.lead = self._lead()
        self.teasers = {(one.subject, one.language): one for one in self._teasers()}

    def files(self) -> Iterator[Asset]:
        """Leaves first, then the pages that lead to them."""
        for code in self.languages:
            for picture in self._mailed(code).values():
                yield replace(picture, path=dated(picture, self.page.day))
        for picture in self.page.pictures:
            yield replace(picture, path=latest(picture.path))
        for asset in self.page.files:
            yield replace(asset, path=self._data(asset))
        for asset in self.page.series:
            yield replace(asset, path=f"data/series/{asset.path}")
        for chart in self.page.charts:
            code = self.languages[0]
            frame = Frame(brand=self.site.title, home=f"../{self.site.page(chart.id, code)}")
            frame = replace(frame, picture=self._still(chart, code, "../"))
            yield embed_html(chart, self.languages, path=embed(chart.id), frame=frame)
            for code in self.languages:
                yield self._oembed(chart, code)
        for chart in self.page.charts:
            for code in self.languages:
                yield self._page(chart, code)

    def _data(self, asset: Asset) -> str:
        """Stable path of the facts or of a table; charts elsewhere draw from that of this year."""
        if ".year.csv" in asset.path:
            return latest(asset.path)
        return f"data/{slug([self.page.region.name])}/{slug([asset.path.rsplit('/', 1)[-1]])}"

    def _lead(self) -> tuple[str, str]:
        """Subject and chart of the picture that stands for the region: air and sea together where it is drawn."""
        every = [(subject, chart) for subject, chart, _ in self.drawn]
        first = self.page.charts[0].id
        usual = ((self.page.region.name, "both"), (first, "year-lines"), *(one for one in every if one[0] == first))
        return next((one for one in usual if one in every), (first, ""))

    def _mailed(self, code: str) -> dict[str, Asset]:
        """What mails and feeds show of that picture, by preset: the format for mail and the one for posts."""
        drawn = {
            name.preset: asset
            for name, asset in self.drawn.get((*self.lead, code), {}).items()
            if name.theme == "light" and name.suffix in {"png", "gif"}
        }
        chosen = (next((one for one in presets if one in drawn), "") for presets in (MAIL, POST))
        return {preset: drawn[preset] for preset in chosen if preset}

    def _shot(self, code: str) -> Picture | None:
        """That picture as a feed shows it."""
        asset = next(reversed(self._mailed(code).values()), None)
        return _placed(asset, dated(asset, self.page.day)) if asset else None

    def _picture(self, chart: PageChart, code: str, presets: Sequence[str], theme: str = "light") -> Picture | None:
        """The chart that stands for a series, year lines or the first drawn, in the first of these presets."""
        drawn = [name for subject, name, _ in self.drawn if subject == chart.id]
        lead = "year-lines" if "year-lines" in drawn or not drawn else drawn[0]
        sizes = self.drawn.get((chart.id, lead, code), {})
        for preset in presets:
            if asset := sizes.get(PictureName(chart.id, lead, preset, theme, code, "png")):
                return _placed(asset, current(asset))
        return None

    def _still(self, chart: PageChart, code: str, prefix: str) -> str:
        """The first drawn picture of a series, for readers without scripts."""
        own = (figure for name, _, figure in self._figures(code, prefix) if name.subject == chart.id)
        return next((picture_html(figure, dark=True) for figure in own), "")

    def _teasers(self) -> Iterator[Teaser]:
        for chart in self.page.charts:
            for code in self.languages:
                yield Teaser(
                    chart.id,
                    code,
                    chart.words[code].title,
                    chart.words[code].caption,
                    chart.study.series.end.isoformat(),
                    light=self._picture(chart, code, POST),
                    dark=self._picture(chart, code, POST, "dark"),
                    phone=self._picture(chart, code, ("phone",)),
                    card=self._picture(chart, code, ("card", *POST)),
                    phone_dark=self._picture(chart, code, ("phone",), "dark"),
                    place=heading(chart.study, Language(code)),
                    glance=glance(chart.study, Language(code)),
                    usual=chart.usual,
                )

    def feed_items(self) -> Iterator[FeedItem]:
        """The region's first chart leads."""
        first = self.page.charts[0]
        for code in self.languages:
            yield FeedItem(
                slug([self.page.region.name]),
                self.page.day.isoformat(),
                code,
                self.page.updated.astimezone(dt.UTC).isoformat(timespec="seconds"),
                first.words[code].title,
                tuple(answer for chart in self.page.charts for answer in chart.answers.get(code, ())),
                self.site.page(first.id, code),
                self._shot(code),
            )

    def _figures(self, code: str, prefix: str) -> list[tuple[PictureName, str, Figure]]:
        """Every chart drawn in a language, the page that shows it, and its addresses below a prefix."""
        found = figures(
            self.page.pictures,
            self.page.charts,
            self.site,
            lambda asset: f"{prefix}{current(asset)}",
            lambda path: f"{prefix}{path}",
        )
        return [
            (name, owner, figure)
            for name, (owner, figure) in found.items()
            if name.language == code and not figure.pictures.keys().isdisjoint(POST)
        ]

    def _page(self, chart: PageChart, code: str) -> Asset:
        """Page of one series in one language, with links to the others."""
        site, language = self.site, Language(code)
        path = site.page(chart.id, code)
        prefix = "../" * path.count("/")
        teaser = self.teasers[chart.id, code]
        oembed = {"rel": "alternate", "href": site.absolute(site.oembed(chart.id, code))}
        outside = Figure({}, chart.words[code], code, site.absolute(path), site.absolute(embed(chart.id)))
        frame = Frame(
            brand=site.title,
            picture=self._still(chart, code, prefix),
            address=outside.page,
            code=PLATFORMS["iframe"].snippet(outside),
            home=prefix + site.page("", code),
            others=tuple(
                (Language(other).text("page.language_name"), prefix + site.page(chart.id, other), other)
                for other in self.languages
                if other != code
            ),
            social=site.social(path, code, teaser.title, teaser.caption, teaser.card),
            links=(
                *site.alternates(chart.id, self.languages),
                {**oembed, "type": "application/json+oembed", "title": teaser.title},
            ),
            gallery={code: self._gallery(chart, language, prefix)},
            downloads=tuple(
                (language.text(text, subject=chart.id), f"{prefix}{self._data(asset)}")
                for asset in self.page.files
                for name, text in (
                    ("facts.json", "page.download_facts"),
                    (f"{chart.id}.csv", "page.table"),
                    (f"{chart.id}.year.csv", "page.year_table"),
                )
                if asset.path == name
            ),
        )
        return report_html([chart], {code: self.page.notices[code]}, path=f"{path}index.html", frame=frame)

    def _gallery(
        self, chart: PageChart, language: Language, prefix: str
    ) -> Sequence[tuple[str, str, Mapping[str, object]]]:
        """The drawn pictures of a page: air and sea together first, then its own, compared regions behind."""
        mailed = {
            preset: _placed(asset, self.site.absolute(dated(asset, self.page.day)))
            for preset, asset in self._mailed(language.code).items()
        }
        own = [one for one in self._figures(language.code, prefix) if one[1] == chart.id]
        own.sort(key=lambda one: (one[0].subject != self.page.region.name, one[0].subject != chart.id))
        shown = []
        address = self.site.absolute(self.site.page(chart.id, language.code))
        for name, _, figure in own:
            code = ""  # words of one day beside a picture of another would be wrong: only dated ones leave the site
            if mailed and (name.subject, name.chart) == self.lead:
                code = PLATFORMS["html"].snippet(replace(figure, pictures=mailed, page=address))
            card = reuse(
                chart, figure.words, language, code=code, page=address, subject=name.subject,
                files=self._files(name, prefix),
            )  # fmt: skip
            shown.append((chart.id, figure_html(replace(figure, page=""), dark=True), card))
        return shown

    def _files(self, chart: PictureName, prefix: str) -> list[tuple[str, str]]:
        """Every size of a picture, and the table behind it."""
        sizes = self.drawn[chart.subject, chart.chart, chart.language]
        drawn = [(one.label, f"{prefix}{latest(asset.path)}") for one, asset in sizes.items()]
        tables = {asset.path: f"{prefix}{self._data(asset)}" for asset in self.page.files}
        table = tables.get(f"{chart.subject}.{chart.chart}.csv") or tables.get(f"{chart.subject}.csv")
        return [*drawn, *([("CSV", table)] if table else [])]

    def _oembed(self, chart: PageChart, code: str) -> Asset:
        """OEmbed answer of type ``rich`` (oembed.com, 1.0)."""
        site, teaser = self.site, self.teasers[chart.id, code]
        page, frame = site.absolute(site.page(chart.id, code)), site.absolute(embed(chart.id))
        answer: dict[str, object] = {
            "version": "1.0",
            "type": "rich",
            "title": teaser.title,
            "provider_name": site.brand,
            "provider_url": site.absolute(""),
            "cache_age": 3600,
            "html": iframe(Figure({}, chart.words[code], code, page, frame)).strip(),
            "width": 728,
            "height": 500,
        }
        if teaser.card:
            answer |= {
                "thumbnail_url": site.absolute(teaser.card.path),
                "thumbnail_width": teaser.card.width,
                "thumbnail_height": teaser.card.height,
            }
        data = json.dumps(answer, ensure_ascii=False, indent=1).encode()
        return Asset(site.oembed(chart.id, code), "application/json", data)


def merged(old: Sequence[FeedItem], new: Sequence[FeedItem]) -> tuple[FeedItem, ...]:
    """The feed with the items of a run; what says the same as before keeps its date of change."""
    by_key = {(item.language, item.region, item.day): item for item in old}
    for item in new:
        before = by_key.get((item.language, item.region, item.day))
        if not before or (before.title, before.answers, before.shot) != (item.title, item.answers, item.shot):
            by_key[item.language, item.region, item.day] = item
    counts: Counter[str] = Counter()
    kept = []
    for item in sorted(by_key.values(), key=lambda one: (one.day, one.updated, one.region), reverse=True):
        counts[item.language] += 1
        if counts[item.language] <= ENTRIES:
            kept.append(item)
    return tuple(kept)


def _front(plan: Publication, site: Site) -> list[Asset]:
    """Front pages, feeds, sitemap, robots and the page for what is not there."""
    newest = max((teaser.day for teaser in plan.cards), default="")
    pages = [(site.absolute(site.page("", code)), newest) for code in site.languages]
    pages += [(site.absolute(site.page(one.subject, one.language)), one.day) for one in plan.cards]
    sitemap = fill("sitemap.xml", pages=pages)
    words = [Language(code) for code in site.languages]
    robots = f"User-agent: *\nAllow: /\nSitemap: {site.absolute('sitemap.xml')}\n"
    return [
        *(_index(plan, site, code) for code in site.languages),
        *(_feed(plan, site, code) for code in site.languages),
        Asset("sitemap.xml", "application/xml", sitemap.encode()),
        Asset("robots.txt", "text/plain; charset=utf-8", robots.encode()),
        Asset(
            "404.html", HTML, fill("404.html", site=site, words=words, policy=policy(), style=style_sheet()).encode()
        ),
        Asset(
            "favicon.ico", "image/vnd.microsoft.icon", (WEB / "favicon.ico").read_bytes()
        ),  # asked for beside pictures
    ]


def _index(plan: Publication, site: Site, code: str) -> Asset:
    """Front page in one language: the newest chart of every region."""
    path, language = site.page("", code), Language(code)
    prefix, about = "../" * path.count("/"), language.text("page.site_about")
    teasers = [teaser for teaser in plan.cards if teaser.language == code]
    title = language.text("page.site_title")
    html = fill(
        "index.html",
        site=site,
        language=language,
        prefix=prefix,
        teasers=teasers,
        rows=[teaser for teaser in teasers if teaser.glance],
        ages=ages,
        policy=policy(script("age.js")),
        script=script("age.js"),
        style=style_sheet(),
        head_title=site.brand,
        description=about,
        social=site.social(path, code, title, about, teasers[0].card) if teasers else {},
        links=site.alternates("", site.languages),
        others=[
            (Language(other).text("page.language_name"), prefix + site.page("", other) or "./", other)
            for other in site.languages
            if other != code
        ],
    )
    return Asset(f"{path}index.html", HTML, html.encode())


def _feed(plan: Publication, site: Site, code: str) -> Asset:
    """Atom feed (RFC 4287) in one language."""
    items = [item for item in plan.entries if item.language == code]
    xml = fill(
        "feed.xml",
        site=site,
        language=Language(code),
        host=urlsplit(site.absolute("")).hostname or "localhost",
        updated=max((item.updated for item in items), default="1970-01-01T00:00:00+00:00"),
        items=items,
    )
    return Asset(site.feed(code), "application/atom+xml", xml.encode())

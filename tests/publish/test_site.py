"""Region pages become a site: addresses, pages, feed, oEmbed."""

from __future__ import annotations

import datetime as dt
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from urllib.parse import urljoin, urlsplit

import feedparser
import pytest
from PIL import Image

from climtrack.errors import PublishError
from climtrack.publish.folder import Folder
from climtrack.publish.site import PictureName, Publication, RegionPage, Site, builder, dated
from climtrack.vocabulary.assets import Asset

URL = "https://charts.example.org/climate/"
SETTINGS = Site(URL, "Charts & more")
NOW = dt.datetime(2024, 7, 11, 17, 0, tzinfo=dt.UTC)
ATOM = "{http://www.w3.org/2005/Atom}"


class Links(HTMLParser):
    """Every address in a page, and its properties."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.properties: dict[str, str] = {}
        self.alternates: list[dict[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what points somewhere."""
        values = dict(attrs)
        if tag == "meta" and (name := values.get("property") or values.get("name")):
            self.properties[name] = values["content"] or ""
        if tag == "link":
            self.alternates.append(values)
        for name in ("href", "src"):
            if address := values.get(name):
                self.found.append(address)
        if sources := values.get("srcset"):
            self.found += [part.split()[0] for part in sources.split(", ")]


@pytest.fixture(scope="module")
def site(region_page: RegionPage, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with one region_page."""
    root = tmp_path_factory.mktemp("site")
    Folder(root).publish(builder([region_page], SETTINGS), now=NOW)
    return root


def test_names_are_read_from_the_right() -> None:
    """A dot in a region's name and the dark theme are no trouble."""
    assert PictureName.parse("nino3.4-sst.year-lines.wide.dark.es-MX.png") == PictureName(
        "nino3.4-sst", "year-lines", "wide", "dark", "es-MX", "png"
    )
    assert PictureName.parse("latest/nh-air.anomaly.post.en.svg") == PictureName(
        "nh-air", "anomaly", "post", "light", "en", "svg"
    )
    assert PictureName.parse("nh-air.csv") is None


def test_a_dated_address_holds_the_day_and_the_hash() -> None:
    """A dated name, with the hash of these bytes."""
    asset = Asset("nh-air.year-lines.email.en.png", "image/png", b"abc")
    assert dated(asset, dt.date(2026, 11, 17)) == "2026-11-17/nh-air.year-lines.email.en.ba7816bf8f01.png"


def test_every_link_of_every_page_leads_somewhere(site: Path) -> None:
    """Relative and absolute links alike, in both languages, are files of this very site."""
    pages = sorted(site.rglob("*.html"))
    assert [str(p.relative_to(site)) for p in pages] == [
        "404.html", "embed/nh-air.html", "es/index.html", "es/nh-air/index.html", "index.html", "nh-air/index.html",
    ]  # fmt: skip
    for page in pages:
        base = URL + str(page.relative_to(site))
        for link in Links(page.read_text("utf-8")).found:
            if link.startswith("data:"):
                continue
            address = urljoin(base, link)
            assert address.startswith(URL), (page, link)
            path = PurePosixPath(urlsplit(address).path.removeprefix("/climate/"))
            target = site / path
            assert target.is_file() or (target / "index.html").is_file(), (page, link)


def test_pages_show_the_newest_pictures_by_their_hash(site: Path, region_page: RegionPage) -> None:
    """So that no cache shows another day's; what is offered for other pages never changes, nor what a feed shows."""
    hashes = {f"{picture.path}?{picture.sha256[:12]}" for picture in region_page.pictures}
    for page in site.rglob("index.html"):
        text = page.read_text("utf-8")
        shown = [link for link in Links(text).found if ".png?" in link]
        assert shown
        assert {link.rpartition("latest/")[2] for link in shown} <= hashes
        offered = set(re.findall(rf"{URL}2024-07-05/[\w.-]+png", text))
        assert len(offered) == ("nh-air" in page.parts)
        assert offered <= {f"{URL}{dated(one, region_page.day)}" for one in region_page.pictures}


def test_only_what_stands_for_a_region_is_dated(site: Path) -> None:
    """One chart in the formats of mails and posts, in each language: about four thousand files a year by default."""
    assert sorted(re.sub(r"\.[0-9a-f]{12}\.", ".", path.name) for path in site.glob("2024-07-05/*")) == [
        f"nh-air.year-lines.{preset}.{code}.png" for preset in ("email", "post") for code in ("en", "es")
    ]


def test_a_phone_gets_its_own_composition_in_either_theme(site: Path) -> None:
    """The front page never shrinks a wide picture to a phone, whatever colours the reader prefers."""
    sources = re.findall(r'<source media="([^"]*)" srcset="([^"]*)"', (site / "index.html").read_text("utf-8"))
    assert [media for media, _ in sources] == [
        "(max-width: 480px) and (prefers-color-scheme: dark)", "(max-width: 480px)", "(prefers-color-scheme: dark)",
    ]  # fmt: skip
    for (_, path), name in zip(sources, ("phone.dark.en", "phone.en", "post.dark.en"), strict=True):
        assert f".year-lines.{name}." in path


def test_cards_and_alternates(site: Path) -> None:
    """Open Graph and Twitter find a picture with its alt text; each language knows the other, feed and oEmbed."""
    links = Links((site / "es/nh-air/index.html").read_text("utf-8"))
    seen = links.properties
    assert seen["og:title"].startswith("La temperatura del aire del hemisferio norte")
    assert seen["og:image"].startswith(f"{URL}latest/nh-air.year-lines.card.es.png?")
    assert (seen["og:image:width"], seen["og:image:height"]) == ("1200", "630")
    assert seen["og:image:alt"]
    assert SETTINGS.social("", "en", "", "word " * 99, None)["description"] == "word " * 59 + "word…"
    assert seen["og:url"] == f"{URL}es/nh-air/"
    assert seen["twitter:card"] == "summary_large_image"
    assert {(a.get("hreflang"), a["href"]) for a in links.alternates if a.get("hreflang") and not a.get("type")} == {
        ("en", f"{URL}nh-air/"), ("es", f"{URL}es/nh-air/"),
    }  # fmt: skip
    assert [a["href"] for a in links.alternates if a.get("type") == "application/json+oembed"] == [
        f"{URL}oembed/nh-air.es.json"
    ]


@pytest.mark.parametrize(("name", "language"), [("feed.xml", "en"), ("feed.es.xml", "es")])
def test_the_feed_is_atom(site: Path, name: str, language: str) -> None:
    """RFC 4287's musts: ids, titles, updated, author, self link, unique entries; feedparser agrees."""
    data = (site / name).read_bytes()
    root = ET.fromstring(data)
    for parent in [root, *root.findall(f"{ATOM}entry")]:
        for child in ("id", "title", "updated"):
            assert len(parent.findall(f"{ATOM}{child}")) == 1
        assert dt.datetime.fromisoformat(parent.findtext(f"{ATOM}updated") or "").tzinfo is not None
        assert urlsplit(parent.findtext(f"{ATOM}id") or "").scheme in {"https", "tag"}
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    assert [link.get("href") for link in root.findall(f"{ATOM}link") if link.get("rel") == "self"] == [URL + name]
    parsed = feedparser.parse(data)
    assert not parsed.bozo
    assert parsed.version == "atom10"
    assert parsed.feed.language == language
    (entry,) = parsed.entries
    assert entry.id == f"tag:charts.example.org,2024-07-05:nh.{language}"
    picture = next(link for link in entry.links if link.rel == "enclosure")
    file = site / picture.href.removeprefix(URL)
    assert file.is_file()
    assert int(picture.length) == file.stat().st_size
    assert picture.href in entry.content[0].value


def test_oembed_by_its_specification(site: Path) -> None:
    """Version, type, html, width and height of a rich answer; thumbnail with its size; the frame it shows exists."""
    answer = json.loads((site / "oembed/nh-air.es.json").read_text("utf-8"))
    assert (answer["version"], answer["type"]) == ("1.0", "rich")
    assert isinstance(answer["width"], int)
    assert isinstance(answer["height"], int)
    assert {"thumbnail_url", "thumbnail_width", "thumbnail_height"} <= answer.keys()
    assert f'src="{URL}embed/nh-air.html?lang=es"' in answer["html"]


def test_sitemap_and_robots_name_every_page(site: Path) -> None:
    """Sitemap protocol 0.9; robots point at it."""
    root = ET.fromstring((site / "sitemap.xml").read_bytes())
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    assert {e.text for e in root.iter(f"{space}loc")} == {URL, f"{URL}es/", f"{URL}nh-air/", f"{URL}es/nh-air/"}
    assert f"Sitemap: {URL}sitemap.xml" in (site / "robots.txt").read_text()
    with Image.open(site / "favicon.ico") as icon:  # what a browser asks for beside a picture
        assert icon.size == (32, 32)


def test_stable_paths_hold_data_and_the_newest_pictures(site: Path, region_page: RegionPage) -> None:
    """facts.json, the table and latest/ are where readers left them."""
    assert json.loads((site / "data/nh/facts.json").read_text())["schema"] == "climtrack.facts/1"
    assert (site / "data/nh/nh-air.csv").read_bytes() == region_page.files[1].data
    picture = next(one for one in region_page.pictures if "year-lines.email.en" in one.path)
    assert (site / "latest" / picture.path).read_bytes() == picture.data
    assert (site / dated(picture, region_page.day)).read_bytes() == picture.data


def test_the_feed_remembers_days_and_keeps_dates_of_what_did_not_change(
    region_page: RegionPage, tmp_path: Path
) -> None:
    """Two days, two entries; the same words published again later do not look new."""
    folder, later = Folder(tmp_path), NOW + dt.timedelta(days=1)
    folder.publish(builder([region_page], SETTINGS), now=NOW)
    folder.publish(builder([replace(region_page, updated=later)], SETTINGS), now=later)
    tomorrow = replace(region_page, day=region_page.day + dt.timedelta(days=1), updated=later)
    folder.publish(builder([tomorrow], SETTINGS), now=later)
    feed = feedparser.parse((tmp_path / "feed.xml").read_bytes())
    assert [(e.published[:10], e.updated[:10]) for e in feed.entries] == [
        ("2024-07-06", "2024-07-12"), ("2024-07-05", "2024-07-11"),
    ]  # fmt: skip


def test_simulated_data_are_never_published(region_page: RegionPage) -> None:
    """The builder refuses before anything is written."""
    study = region_page.charts[0].study
    source = replace(study.series.source, simulated=True)
    chart = replace(region_page.charts[0], study=replace(study, series=replace(study.series, source=source)))
    with pytest.raises(PublishError, match="never published"):
        builder([replace(region_page, charts=(chart,))], SETTINGS)


def test_without_an_address_links_point_at_this_computer(region_page: RegionPage) -> None:
    """Everything still exists and works with `serve`."""
    _, files = builder([region_page], Site())(Publication())
    feed = next(f for f in files if f.path == "feed.xml").data.decode()
    assert "<id>http://127.0.0.1:8000/feed.xml</id>" in feed

"""Whatever words come from feeds and settings, they stay words: in pages, feeds, posts, snippets (RELIABILITY V7)."""

from __future__ import annotations

import datetime as dt
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from climtrack.errors import PublishError
from climtrack.publish.page import PageChart, Sentences, fill, report_html, script_json, slug
from climtrack.publish.post import PLATFORMS, RESIZE, Figure, Issue, Picture, PostPart, post
from climtrack.publish.site import Publication, RegionPage, Site, builder
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.findings import Study
from climtrack.vocabulary.notice import clean, markdown
from tests.publish.conftest import make_climatology, make_page, make_series, make_study

NASTY = [
    "<script>alert(1)</script>", "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>",
    "\"><svg onload=x>", "' onmouseover='x", "javascript:alert(1)", "]]><x/>", "<!--", "-->", "&lt;b&gt;",
    "&#60;b&#62;", "{{ 7 * 7 }}", "{% raw %}", "{{< youtube x >}}", "[x](javascript:alert(1))", "![x](http://evil/)",
    "`code`", "*a* _b_ ~c~", "$\\alpha$", "\\", "|a|b|", "# title", "1. list", "- list", "> quote", "\u202egnp.exe",
    "\u2066x\u2069", "\x1b[31mred", "a\x00b", "\ud800", "\r\nSet-Cookie: x", "a\u2028b", "\ufeffx", "é" * 20,
    "A" * 10_240, "<" * 10_240, "{fig-alt=\"x\"}", "@citation", "--><script>", "<a href=//evil>x</a>",
]  # fmt: skip
hostile = st.one_of(
    st.sampled_from(NASTY),
    st.lists(st.sampled_from([*NASTY, " ", "text"]), min_size=1, max_size=4).map("".join),
    st.text(st.characters(), max_size=60),
)
ALLOWED = {
    "svg", "path", "text", "circle",
    "html", "head", "meta", "title", "style", "body", "header", "p", "div", "button", "span", "main", "h1", "h2",
    "h3", "h4", "ul", "ol", "li", "section", "noscript", "img", "label", "select", "canvas", "details", "summary",
    "table", "thead", "tr", "th", "tbody", "td", "footer", "script", "a", "figure", "figcaption", "picture",
    "source", "caption", "small", "link", "iframe", "strong", "em", "nav",
}  # fmt: skip


@pytest.fixture(scope="module")
def study() -> Study:
    """A shorter series holds hostile words as well, and each page of it is made and read in half the time."""
    return make_study(make_series(start=dt.date(1991, 1, 1), preliminary=5))


@pytest.fixture(scope="module")
def page_chart(study: Study) -> PageChart:
    return PageChart(study, {"en": words(""), "es": words("")}, (make_climatology(study.series),))


@pytest.fixture(scope="module")
def region_page(study: Study, notices: Sentences) -> RegionPage:
    return make_page(study, notices)


class Reader(HTMLParser):
    """Elements, attributes and text of a page as a browser would find them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Keep it."""
        self.text.append(data)


def harmless(html: str, scripts: int = 0) -> Reader:
    """Nothing but our own elements; no handler; no address of anybody else's."""
    page = Reader(html)
    assert sum(tag == "script" for tag, _ in page.tags) == scripts
    for tag, attrs in page.tags:
        assert tag in ALLOWED, tag
        for name, value in attrs.items():
            assert not name.startswith("on"), (tag, name)
            if name in {"href", "src"}:
                assert re.match(r"(https://charts\.example\.org/|data:image/|\.|[a-z0-9])", value or ""), value
                assert "javascript:" not in (value or "")
                assert "evil" not in (value or "")
    return page


def words(text: str) -> Words:
    """A picture all of whose words are hostile."""
    return Words(text, text, text, text, text, text)


def figure(text: str) -> Figure:
    """A chart with hostile words."""
    pictures = {
        name: Picture(f"https://charts.example.org/2024-07-05/p.{name}.en.0a1b2c3d.png", width, height)
        for name, width, height in (
            ("wide", 2400, 1350),
            ("post", 1456, 820),
            ("email", 1200, 1200),
            ("phone", 720, 900),
        )
    }
    page, frame = "https://charts.example.org/nh-air/", "https://charts.example.org/embed/nh-air.html"
    return Figure(pictures, words(text), "en", page, frame)


@given(hostile)
def test_clean_text_is_one_printable_line(text: str) -> None:
    """No control, no mark that turns writing round, no surrogate, no more than a thousand characters."""
    found = clean(text)
    assert len(found) <= 1000
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029\ud800-\udfff\ufeff]", found)
    assert clean(found) == found
    found.encode()


def test_clean_leaves_good_text_alone() -> None:
    """Accents, minus signs, no-break spaces and emoji joiners survive."""
    text = "El año: −0,3\u00a0°C «así», 👩\u200d🔬 हिन्दी"
    assert clean(text) == text
    assert clean("a" * 1001) == "a" * 999 + "…"


@given(hostile)
def test_pages_stay_pages(page_chart: PageChart, text: str) -> None:
    """Two scripts, ours; the hostile title is the title, letter by letter."""
    answers = {"en": (text,), "es": (text,)}
    chart = replace(page_chart, words={"en": words(text), "es": words(text)}, answers=answers, notices=answers)
    html = report_html([chart], dict.fromkeys(("en", "es"), (text,))).data.decode()
    page = harmless(html, scripts=2)
    assert clean(text) in page.text or not clean(text)
    block = re.search(r'<script type="application/json" id="climtrack-data">(.*?)</script>', html, re.S)
    assert block
    assert json.loads(block[1])["charts"][0]["titles"]["en"]["title"] == clean(text)


@settings(max_examples=25)
@given(hostile)
def test_sites_stay_sites(region_page: RegionPage, text: str) -> None:
    """Front page, pages, embeds, Atom, oEmbed, sitemap: parsed by their own parsers."""
    answers = {"en": (text,), "es": (text,)}
    charts = tuple(
        replace(c, words={"en": words(text), "es": words(text)}, answers=answers) for c in region_page.charts
    )
    pictures = tuple(replace(p, words=words(text)) for p in region_page.pictures)
    nasty = replace(region_page, charts=charts, pictures=pictures, notices=dict.fromkeys(("en", "es"), (text,)))
    _, files = builder([nasty], Site("https://charts.example.org/", text))(Publication())
    for file in files:
        if file.media_type.startswith("text/html"):
            own = {"index.html": 1, "es/index.html": 1, "404.html": 0}
            harmless(file.data.decode(), scripts=own.get(file.path, 2))
        elif file.path.startswith("feed"):
            ET.fromstring(file.data)
            feed = feedparser.parse(file.data)
            assert not feed.bozo
            assert feed.entries[0].id.startswith("tag:charts.example.org,2024-07-05:nh.")
            harmless(feed.entries[0].content[0].value)
        elif file.path.startswith("oembed/"):
            harmless(json.loads(file.data)["html"])
        elif file.path == "sitemap.xml":
            ET.fromstring(file.data)


@given(hostile)
def test_posts_stay_posts(region_page: RegionPage, text: str) -> None:
    """Markdown through CommonMark and HTML through a parser: no foreign element, the words as they were."""
    picture = replace(region_page.pictures[0], words=words(text))
    part = PostPart(text, (text,), {"p.png": picture})
    source, html = post(Issue(text, [part, part], (), "en", page="https://charts.example.org/nh-air/"))
    harmless(html.data.decode())
    page = harmless(MarkdownIt("commonmark", {"html": True}).enable("table").render(source.data.decode()))
    assert squeezed(clean(text)) in squeezed("".join(page.text))


def squeezed(text: str) -> str:
    """Without white space, which Markdown may fold."""
    return "".join(text.split())


@pytest.mark.parametrize("platform", PLATFORMS)
@given(text=hostile)
def test_snippets_stay_snippets(platform: str, text: str) -> None:
    """Each platform's snippet, read by a parser of its kind, holds our elements and addresses only."""
    found = PLATFORMS[platform].snippet(figure(text))
    assert "\r" not in found
    if platform in {"markdown", "quarto"}:
        source = found if platform == "markdown" else re.sub(r'\{fig-alt="(?:[^"\\]|\\.)*"\}\n$', "\n", found)
        page = harmless(MarkdownIt("commonmark", {"html": True}).render(source))
        assert [tag for tag, _ in page.tags] in (["p", "a", "img", "p", "em"], ["p", "a", "img"], ["p", "img"])
    elif platform == "hugo":
        assert re.fullmatch(r'\{\{< figure( \w+="(?:[^"\\]|\\.)*")+ >\}\}\n', found)
        assert found.count("{{<") == 1
    elif platform != "substack":
        plain = re.sub("<!--(?:kg-card-(?:begin|end): html| wp:image {[^}]*} | /wp:image )-->", "", found)
        harmless(plain, scripts=found.count(RESIZE))
        assert len(found.encode()) < 102_000


def test_mail_takes_hosted_pictures_only_and_stays_small() -> None:
    """Under 102 KB, one <img> with an https address, a caption of at most 400 characters, alt text, width 600."""
    found = PLATFORMS["email"].snippet(figure("Word " * 300))
    page = Reader(found)
    (image,) = [attrs for tag, attrs in page.tags if tag == "img"]
    assert image["src"] == "https://charts.example.org/2024-07-05/p.email.en.0a1b2c3d.png"
    assert (image["width"], bool(image["alt"])) == ("600", True)
    assert len(found.encode()) < 4_000
    assert max(len(text) for text in page.text) <= 401


def test_the_html_snippet_is_that_of_the_design() -> None:
    """Phone composition on phones, two sizes elsewhere, lazy, with width and height."""
    found = PLATFORMS["html"].snippet(figure("A chart"))
    assert '<source media="(max-width: 480px)" srcset="https://charts.example.org/2024-07-05/p.phone' in found
    assert 'post.en.0a1b2c3d.png 1456w, https://charts.example.org/2024-07-05/p.wide.en.0a1b2c3d.png 2400w"' in found
    assert 'width="1456" height="820" loading="lazy" decoding="async" alt="A chart"' in found


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_snippet_can_be_made_of_what_it_needs(platform: str) -> None:
    """Its presets are enough pictures for each platform, and those are the ones shown."""
    full = figure("A chart")
    few = {
        name: full.pictures.get(name, Picture("https://charts.example.org/x.png", 9, 9))
        for name in PLATFORMS[platform].presets
    }
    assert PLATFORMS[platform].snippet(replace(full, pictures=few)) == PLATFORMS[platform].snippet(full)


def test_a_missing_picture_is_named() -> None:
    """What to draw."""
    with pytest.raises(PublishError, match=r"no picture in preset email is published\. Draw it: --preset email"):
        PLATFORMS["email"].snippet(replace(figure("x"), pictures={}))


@given(st.lists(hostile, min_size=1, max_size=3))
def test_names_are_safe_everywhere(parts: list[str]) -> None:
    """Nothing but letters, digits, dots and hyphens; never a hidden file, never a step upwards."""
    assert re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?", slug(parts))
    assert ".." not in slug(parts)


@given(st.recursive(hostile, lambda inner: st.dictionaries(hostile, inner, max_size=2), max_leaves=4))
def test_a_data_block_cannot_be_left(value: object) -> None:
    """JSON that means the same and holds no character of markup."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return  # lone surrogates are taken out before: see clean()
    text = script_json(value)
    assert json.loads(text) == value
    assert not set(text) & set("<>&\u2028\u2029")


@given(hostile)
def test_markdown_text_means_itself(text: str) -> None:
    """A paragraph of one line reads back letter by letter."""
    one = clean(text, 200)
    html = MarkdownIt("commonmark", {"html": True}).render(markdown(one))
    page = Reader(html)
    assert [tag for tag, _ in page.tags] in ([], ["p"])
    assert squeezed("".join(page.text)) == squeezed(one)


@given(hostile)
def test_xml_templates_escape(text: str) -> None:
    """The sitemap's own template with a hostile address is still XML."""
    ET.fromstring(fill("sitemap.xml", pages=[(clean(text), "2024-07-05")]))

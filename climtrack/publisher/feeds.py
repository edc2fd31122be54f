"""What machines and front doors read: Atom, oEmbed, social cards, sitemap, robots, the front page itself."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from climtrack.publisher import addresses, templates
from climtrack.publisher.addresses import Addresses
from climtrack.publisher.embed import Subject, iframe
from climtrack.publisher.parts import Head, Link
from climtrack.publisher.publication import Card, Entry, File, Publication, Shot
from climtrack.publisher.safe import clean
from climtrack.publisher.texts import Texts, texts

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
    pages = [(at.absolute(addresses.page("", code, default)), _newest(plan)) for code in languages]
    pages += [(at.absolute(addresses.page(c.subject, c.language, default)), c.day) for c in plan.cards]
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
        found.append(Link("alternate", at.absolute(addresses.page(subject, code, default)), language=code))
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
    path = addresses.page("", code, default)
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
        others=[
            (texts(c)["language_name"], prefix + addresses.page("", c, default) or "./", c)
            for c in languages
            if c != code
        ],
        feed=prefix + feed_path(code, default),
        cards=[
            {
                "subject": card.subject,
                "href": prefix + addresses.page(card.subject, code, default),
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
        home_url=at.absolute(addresses.page("", code, default)),
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

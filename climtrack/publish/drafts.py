"""
Drafts at the platforms: pictures uploaded with their alt texts, one draft a language made or brought up to date.

Nothing here publishes a newsletter or sends mail: a draft is made as a draft, and its status is never written again.
Mastodon and Bluesky are posted to when that is asked for, and only then.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from html import escape
from operator import getitem
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from climtrack.errors import ConfigError, Notice, PublishError
from climtrack.publish.post import Issue, post
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.notice import clean, network, plain

#: Most bytes of an answer.
MOST = 2_000_000
#: Mastodon keeps no drafts: it keeps posts for a time to come, and this one is not reached.
FAR = dt.timedelta(days=3652)
_REFUSALS = {
    401: "drafts.key", 403: "drafts.forbidden", 404: "drafts.nothing_there", 405: "drafts.nothing_there",
    409: "drafts.conflict", 410: "drafts.nothing_there", 413: "drafts.too_large", 429: "drafts.later",
}  # fmt: skip
#: What Bluesky answers with 400 where others have a status.
_NAMED = {"ExpiredToken": 401, "InvalidToken": 401, "RecordNotFound": 404}
#: Fields in which APIs say what is wrong.
_SAID = ("errors", "message", "detail", "msg", "error")

Record = Mapping[str, Any]  # What is remembered of a draft: id, address, mark, and addresses of pictures by hash


@dataclass(frozen=True, slots=True)
class Client:
    """One platform's API, asked with one key; what goes wrong is one line, and the key is in none."""

    platform: str
    base: str
    key: str = field(repr=False)
    pool: Any = field(repr=False)  # urllib3's
    now: dt.datetime
    session: str = field(default="", repr=False)  # Bluesky's
    clock: Callable[[], float] = time.time

    @property
    def name(self) -> str:
        return PLATFORMS[self.platform].name

    @property
    def parts(self) -> tuple[str, str]:
        """Whose the key is, and the secret itself."""
        whose, colon, secret = self.key.partition(":")
        if not (whose and colon and secret):
            raise self.malformed()
        return whose, secret

    def malformed(self) -> ConfigError:
        return ConfigError("drafts.form", platform=self.name, variable=variable(self.platform))

    def ask(
        self,
        method: str,
        path: str,
        want: Callable[[Any], Any] = bool,
        *,
        missing: bool = False,
        headers: Record | None = None,
        **what: Any,
    ) -> Any:
        """What is wanted of the platform's answer; None where there is nothing and `missing` allows it."""
        from urllib3.exceptions import HTTPError

        sent = {**self.pool.headers, **PLATFORMS[self.platform].sign(self), **(headers or {})}
        try:
            answer = self.pool.request(
                method, self.base + path, headers=sent, redirect=False, preload_content=False, **what
            )
            status, body = answer.status, answer.read(MOST)
            answer.close()
        except (HTTPError, OSError) as problem:
            reason = network(problem, urlsplit(self.base).hostname or "")
            raise PublishError("drafts.unreached", platform=self.name, reason=reason) from None
        try:
            told = json.loads(body or b"{}")
        except ValueError:
            told = None
        error = told.get("error") if isinstance(told, dict) else None
        status = _NAMED.get(error, status) if isinstance(error, str) else status
        if missing and status in (404, 410):
            return None
        if not 200 <= status < 300 or (status == 202 and method != "POST"):
            raise self._refused(status, told, answer.headers.get("Location", ""))
        try:
            return want(told)
        except (KeyError, IndexError, TypeError):
            raise PublishError("drafts.not_understood", platform=self.name, key=self.platform) from None

    def _refused(self, status: int, told: Any, location: str) -> PublishError:
        """Why the platform did not do it."""
        facts = {"platform": self.name, "key": self.platform, "variable": variable(self.platform), "status": status}
        if 300 <= status < 400:
            place = plain(urlsplit(location).hostname or "?")
            return PublishError("drafts.moved", place=place, **facts)
        if status == 202:
            return PublishError("drafts.later", **facts)
        usual = "drafts.server" if status >= 500 else "drafts.refused"
        words, sent = _words(told), PLATFORMS[self.platform].sign(self).get("Authorization", self.key)
        secrets = (self.key.rpartition(":")[2], sent.rpartition(" ")[2])
        reason = "" if any(one in words for one in secrets) else plain(words, 80)
        return PublishError(_REFUSALS.get(status, usual), reason=reason or "–", **facts)


def variable(platform: str) -> str:
    """Environment variable of a platform's key."""
    return f"CLIMTRACK_{platform.upper()}_KEY"


def _words(told: Any) -> str:
    """What an API says of a fault, wherever it says it."""
    while isinstance(told, dict | list):
        named = told if isinstance(told, list) else [told[one] for one in _SAID if one in told]
        told = next(iter(named), "")
    return told if isinstance(told, str) else ""


def _alt(picture: Asset) -> str:
    return picture.words.alt if picture.words else ""


def _json_web_token(client: Client) -> Mapping[str, str]:
    """Ghost's: signed for five minutes by the secret half of the key."""
    whose, secret = client.parts
    now = int(client.clock())
    head = {"alg": "HS256", "kid": whose, "typ": "JWT"}
    claim = {"iat": now, "exp": now + 300, "aud": "/admin/"}

    def encoded(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).decode().rstrip("=")

    signed = ".".join(encoded(json.dumps(each).encode()) for each in (head, claim))
    try:
        mark = hmac.digest(bytes.fromhex(secret), signed.encode(), hashlib.sha256)
    except ValueError:
        raise client.malformed() from None
    return {"Authorization": f"Ghost {signed}.{encoded(mark)}", "Accept-Version": "v5.0"}


def _basic(client: Client) -> Mapping[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(':'.join(client.parts).encode()).decode()}"}


@dataclass(frozen=True, slots=True)
class Newsletter:
    """A platform that keeps drafts: what its API calls things."""

    name: str
    sign: Callable[[Client], Mapping[str, str]]
    posts: str  # Path of all posts; that of one ends in its id
    title: str  # Names of fields
    body: str
    address: str  # Where a person edits the draft of an id
    mark: tuple[str, ...] = ()  # Fields that are others once somebody has edited the draft there
    picture: Picture | None = None  # None where pictures are shown from a public address
    markdown: bool = False
    change: str = "PATCH"
    inside: tuple[str | int, ...] = ()  # Where a post stands in an answer
    wrapped: bool = False  # What is sent stands there too, and names the mark
    end: str = ""  # of every path
    read: str = ""  # Query of a draft that is read
    write: str = ""  # Query of one that is written
    gone: str = ""  # Status of what was thrown away there

    def draft(self, client: Client, issue: Issue, known: Record, _send: bool) -> tuple[Record, Notice]:
        """Make the draft, or bring it up to date unless it was published or edited there."""
        facts = {"platform": self.name, "language": issue.language, "address": known.get("address", "")}
        every = self.posts.format(whose=quote(client.key.partition(":")[0]))
        one, held = f"{every}/{quote(known.get('id', ''))}{self.end}", False
        if known:
            seen = client.ask("GET", f"{one}{self.read}", self._seen, missing=True)
            status, mark, stamp = seen or (self.gone, "", "")
            held = status != self.gone
        if held and status != "draft":
            return known, Notice("drafts.published", **facts)
        if held and mark != known.get("mark"):
            return known, Notice("drafts.edited", **facts)
        uploaded = dict(known.get("pictures", {})) if held else {}
        text = _body(issue, markdown=self.markdown)
        for source, picture in issue.pictures.items():
            if self.picture:
                place = uploaded.get(picture.sha256) or self.picture.upload(client, picture)
                uploaded[picture.sha256] = place
                text = text.replace(f'"{source}"', f'"{escape(place)}"').replace(f"<{source}>", f"<{place}>")
            elif "://" not in source:
                raise ConfigError("publish.no_address", platforms=(self.name,))
        fields: dict[str, Any] = {self.title: clean(issue.title), self.body: text}
        if not held:
            fields["status"] = "draft"
        elif self.wrapped:
            fields[self.mark[0]] = stamp
        method, path = (self.change, one) if held else ("POST", every + self.end)
        sent = {self.inside[0]: [fields]} if self.wrapped else fields
        number, mark = client.ask(method, path + self.write, self._made, json=sent)
        facts["address"] = self.address.format(base=client.base, id=number.removeprefix("post_"))
        record = {"id": number, "address": facts["address"], "mark": mark, "pictures": uploaded}
        return record, Notice(f"drafts.{'updated' if held else 'again' if known else 'made'}", **facts)

    def _seen(self, told: Any) -> tuple[str, str, str]:
        """Status and mark of a draft that was read, and what its update has to name."""
        held = _inside(told, self.inside)
        return held["status"], self._marked(held), held[self.mark[0]] if self.wrapped else ""

    def _made(self, told: Any) -> tuple[str, str]:
        """Id and mark of a draft that was written."""
        held = _inside(told, self.inside)
        return str(held["id"]), self._marked(held)

    def _marked(self, held: Record) -> str:
        return hashlib.sha256("\n".join(held[name] for name in self.mark).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Picture:
    """How a platform takes a picture, as a form."""

    path: str
    address: tuple[str | int, ...]  # Where its address stands in the answer
    part: str = "file"
    alt: str = ""  # Name of the field for its alternative text

    def upload(self, client: Client, picture: Asset) -> str:
        form: dict[str, Any] = {self.alt: _alt(picture)} if self.alt else {}
        form[self.part] = (picture.path, picture.data, picture.media_type)
        return str(client.ask("POST", self.path, lambda told: _inside(told, self.address), fields=form))


def _inside(told: Any, path: tuple[str | int, ...]) -> Any:
    """What stands in an answer at a place."""
    return reduce(getitem, path, told)


def _body(issue: Issue, *, markdown: bool) -> str:
    """The post without its title, which platforms have a field for."""
    as_markdown, as_html = (one.data.decode() for one in post(issue))
    if markdown:
        return "<!-- buttondown-editor-mode: plaintext -->\n" + as_markdown.partition("\n\n")[2]
    return as_html.partition("</h2>")[2].partition("</section>")[0].strip()


@dataclass(frozen=True, slots=True)
class Social:
    """A platform of short posts, that keeps no drafts."""

    name: str
    sign: Callable[[Client], Mapping[str, str]]
    draft: Callable[[Client, Issue, Record, bool], tuple[Record, Notice]]


def short(issue: Issue, limit: int) -> str:
    """As many of the answers as there is room for, whose data they are, and the way to the page."""
    answers = [clean(answer) for part in issue.parts for answer in part.answers]
    sources = (" ".join(issue.sources), *issue.sources[:1])
    tries = [(*answers[:n], source, issue.page) for source in sources for n in range(len(answers), 0, -1)]
    tries += [(*answers[:1], issue.page), (*answers[:1],), (clean(issue.title), issue.page)]
    return next(text for one in tries if len(text := "\n\n".join(filter(None, one))) <= limit)


def _mastodon(client: Client, issue: Issue, known: Record, send: bool) -> tuple[Record, Notice]:
    """A post for a day that is far off, the one before it deleted; or the post itself."""
    facts = {"platform": client.name, "language": issue.language, "address": known.get("address", "")}
    posted = known.get("posted")
    if posted and client.ask("GET", f"api/v1/statuses/{quote(known['id'])}", missing=True) is not None:
        return known, Notice("drafts.published", **facts)
    text, pictures = short(issue, 500), list(issue.pictures.values())[:4]
    media = [Picture("api/v2/media", ("id",), alt="description").upload(client, one) for one in pictures]
    again = bool(known)
    if known and not posted:
        again = client.ask("DELETE", f"api/v1/scheduled_statuses/{quote(known['id'])}", missing=True) is None
    fields = {"status": text, "media_ids": media, "language": issue.language[:2]}
    if not send:
        fields["scheduled_at"] = (client.now + FAR).isoformat()
    # An answer that was lost is made up for: the same text, in the same place, is not posted twice within an hour.
    once = hashlib.sha256(f"{known.get('id')}\n{send}\n{text}".encode()).hexdigest()
    number, facts["address"] = client.ask(
        "POST", "api/v1/statuses", lambda told: (str(told["id"]), told["url"] if send else client.base),
        json=fields, headers={"Idempotency-Key": once},
    )  # fmt: skip
    told = "posted" if send else "scheduled.again" if again else "scheduled"
    record = {"id": number, "address": facts["address"], "posted": send}
    return record, Notice(f"drafts.{told}", **facts, date=(client.now + FAR).date())


def _bluesky(client: Client, issue: Issue, known: Record, send: bool) -> tuple[Record, Notice]:
    """The post itself, or a look whether it could be posted."""
    whose, secret = client.parts
    kind, told = "app.bsky.feed.post", {"identifier": whose, "password": secret}
    session, repo, handle = client.ask(
        "POST", "xrpc/com.atproto.server.createSession", lambda told: (told["accessJwt"], told["did"], told["handle"]),
        json=told,
    )  # fmt: skip
    client = replace(client, session=session)
    facts = {"platform": client.name, "language": issue.language, "address": known.get("address", "")}
    if known:
        asked = urlencode({"repo": repo, "collection": kind, "rkey": known["id"]})
        if client.ask("GET", f"xrpc/com.atproto.repo.getRecord?{asked}", missing=True) is not None:
            return known, Notice("drafts.published", **facts)
    text, pictures = short(issue, 300), list(issue.pictures.values())[:4]
    if not send:
        return known, Notice("drafts.unsent", **facts, n=len(text), pictures=len(pictures))
    images = [
        {
            "image": client.ask(
                "POST", "xrpc/com.atproto.repo.uploadBlob", lambda told: told["blob"],
                body=one.data, headers={"Content-Type": one.media_type},
            ),
            "alt": _alt(one),
            "aspectRatio": {"width": one.width, "height": one.height},
        }
        for one in pictures
    ]  # fmt: skip
    record: dict[str, Any] = {"$type": kind, "text": text, "langs": [issue.language[:2]]}
    record["createdAt"] = client.now.isoformat().replace("+00:00", "Z")
    if images:
        record["embed"] = {"$type": "app.bsky.embed.images", "images": images}
    if issue.page and (begin := text.encode().find(issue.page.encode())) >= 0:
        link = {"$type": "app.bsky.richtext.facet#link", "uri": issue.page}
        index = {"byteStart": begin, "byteEnd": begin + len(issue.page.encode())}
        record["facets"] = [{"index": index, "features": [link]}]
    asked_for = {"repo": repo, "collection": kind, "record": record}
    number = client.ask(
        "POST", "xrpc/com.atproto.repo.createRecord", lambda told: told["uri"].rpartition("/")[2], json=asked_for
    )
    facts["address"] = f"https://bsky.app/profile/{handle}/post/{number}"
    return {"id": number, "address": facts["address"]}, Notice("drafts.posted", **facts)


PLATFORMS: Mapping[str, Newsletter | Social] = MappingProxyType({
    "ghost": Newsletter(
        "Ghost",
        _json_web_token,
        "ghost/api/admin/posts",
        "title",
        "html",
        "{base}ghost/#/editor/post/{id}",
        ("updated_at",),
        Picture("ghost/api/admin/images/upload/", ("images", 0, "url")),
        change="PUT",
        inside=("posts", 0),
        wrapped=True,
        end="/",
        write="?source=html",
    ),
    "wordpress": Newsletter(
        "WordPress",
        _basic,
        "wp-json/wp/v2/posts",
        "title",
        "content",
        "{base}wp-admin/post.php?post={id}&action=edit",
        ("modified_gmt",),
        Picture("wp-json/wp/v2/media", ("source_url",), alt="alt_text"),
        change="POST",
        read="?context=edit",
        gone="trash",
    ),
    "buttondown": Newsletter(
        "Buttondown",
        lambda client: {"Authorization": f"Token {client.key}"},
        "v1/emails",
        "subject",
        "body",
        "https://buttondown.com/emails/{id}",
        ("subject", "body"),
        Picture("v1/images", ("image",), part="image"),
        markdown=True,
        gone="deleted",
    ),
    "beehiiv": Newsletter(
        "beehiiv",
        lambda client: {"Authorization": f"Bearer {client.parts[1]}"},
        "v2/publications/{whose}/posts",
        "title",
        "body_content",
        "https://app.beehiiv.com/posts/{id}/edit",
        inside=("data",),
    ),
    "mastodon": Social("Mastodon", lambda client: {"Authorization": f"Bearer {client.key}"}, _mastodon),
    "bluesky": Social(
        "Bluesky", lambda client: {"Authorization": f"Bearer {client.session}"} if client.session else {}, _bluesky
    ),
})  # fmt: skip

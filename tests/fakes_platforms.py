"""
Six platforms on loopback, each with the few paths of its published API that drafts need.

What an API demands is demanded here: how a request is signed, which fields there must be, that an update of Ghost's
names the state it was made from. A new post that is no draft is what no newsletter's client may ever send: `sent`
counts them.
"""

from __future__ import annotations

import base64
import hmac
import json
import threading
import time
from collections.abc import Callable
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

SECRET = "5ec2e7" * 10 + "abcd"
#: A key of each platform, as its author would set it.
KEYS = {
    "ghost": f"6489a1:{SECRET}",
    "wordpress": f"ana:{SECRET[:4]} {SECRET[4:]}",
    "buttondown": SECRET,
    "beehiiv": f"pub_1:{SECRET}",
    "mastodon": SECRET,
    "bluesky": f"ana.example.org:{SECRET}",
}
JWT = "bluesky-session"
BLUESKY = "did:plc:ana"
STATUS = {"ghost": "published", "wordpress": "publish", "buttondown": "sent", "beehiiv": "confirmed"}


class Platforms:
    """The server, as a context manager, with what it was given."""

    def __enter__(self) -> Self:
        self.reset()
        platforms = self

        class Handler(_Handler):
            site = platforms

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign] - a client that has gone away
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def reset(self) -> None:
        """Forget everything."""
        self.posts: dict[str, dict[str, Any]] = {}
        self.pictures: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.agents: set[str] = set()
        self.once: dict[str, str] = {}
        self.made = self.sent = 0
        self.fault: Callable[[Any], bool] = no_fault


def no_fault(_handler: Any) -> bool:
    """Answer as a platform does."""
    return False


class Refusal(Exception):
    """A status and what is said with it."""

    def __init__(self, status: int, told: Any = None) -> None:
        super().__init__(status)
        self.status, self.told = status, {"errors": [{"message": "no"}]} if told is None else told


class _Handler(BaseHTTPRequestHandler):
    site: Platforms
    body: bytes

    def _any(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.site.asked.append(f"{self.command} {self.path}")
        self.site.agents.add(self.headers.get("User-Agent", ""))
        if self.site.fault(self):
            return
        try:
            self.answer(*self.routed())
        except Refusal as refusal:
            self.answer(refusal.status, refusal.told)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any  # noqa: N815 - the base class's own names

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's own name
        """Print nothing."""

    def answer(self, status: int, told: Any, *, length: int | None = None, **headers: str) -> None:
        """A whole answer, or one that says that it is longer."""
        data = told if isinstance(told, bytes) else json.dumps(told).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data) if length is None else length))
        self.end_headers()
        self.wfile.write(data)

    def routed(self) -> tuple[int, Any]:
        """Status and answer of the API that the path belongs to."""
        parts = urlsplit(self.path)
        self.query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        for begin, api in (
            ("/ghost/api/admin/", self.ghost), ("/wp-json/wp/v2/", self.wordpress), ("/v1/", self.buttondown),
            ("/v2/publications/pub_1/", self.beehiiv), ("/api/", self.mastodon), ("/xrpc/", self.bluesky),
        ):  # fmt: skip
            if parts.path.startswith(begin):
                return api(parts.path.removeprefix(begin))
        raise Refusal(404)

    def signed(self, expected: str) -> None:
        if self.headers.get("Authorization") != expected:
            raise Refusal(401)

    @property
    def json(self) -> Any:
        if self.headers.get("Content-Type") != "application/json":
            raise Refusal(415)
        return json.loads(self.body)

    def form(self, part: str, alt: str) -> int:
        """A picture of a form, kept with its alternative text; its number."""
        message = message_from_bytes(
            b"Content-Type: " + self.headers["Content-Type"].encode() + b"\r\n\r\n" + self.body
        )
        fields = {one.get_param("name", header="content-disposition"): one for one in message.get_payload()}  # type: ignore[union-attr]
        if part not in fields or fields[part].get_content_type() != "image/png":
            raise Refusal(422)
        told = fields[alt].get_payload(decode=True).decode() if alt else ""
        self.site.pictures.append({"data": fields[part].get_payload(decode=True), "alt": told})
        return len(self.site.pictures)

    def make(self, fields: dict[str, Any], prefix: str = "", **more: Any) -> dict[str, Any]:
        """A new post."""
        self.site.made += 1
        number = f"{prefix}{self.site.made}"
        self.site.sent += fields["status"] != "draft"
        self.site.posts[number] = {**fields, "id": number, **more}
        return self.site.posts[number]

    def held(self, number: str) -> dict[str, Any]:
        if number not in self.site.posts:
            raise Refusal(404, {"code": "rest_post_invalid_id", "message": "Invalid post ID."})
        return self.site.posts[number]

    # Ghost's Admin API

    def ghost(self, path: str) -> tuple[int, Any]:
        """Signed with a JWT of at most five minutes; posts in lists; 409 where the state has moved on."""
        head, claim, mark = self.headers["Authorization"].removeprefix("Ghost ").split(".")
        whose, secret = KEYS["ghost"].split(":")
        told = {name: json.loads(base64.urlsafe_b64decode(f"{one}==")) for name, one in (("h", head), ("c", claim))}
        right = hmac.digest(bytes.fromhex(secret), f"{head}.{claim}".encode(), "sha256")
        if base64.urlsafe_b64decode(f"{mark}==") != right or told["h"] != {"alg": "HS256", "kid": whose, "typ": "JWT"}:
            raise Refusal(401)
        if told["c"]["aud"] != "/admin/" or not 0 < told["c"]["exp"] - time.time() <= 300:
            raise Refusal(401)
        if path == "images/upload/":
            return 201, {"images": [{"url": f"https://cdn.example.org/{self.form('file', '')}.png", "ref": None}]}
        kind, number, end = path.split("/", 2) if path.count("/") == 2 else (path.rstrip("/"), "", "")
        if kind != "posts" or end or not path.endswith("/"):
            raise Refusal(404)
        if self.command == "GET":
            return 200, {"posts": [self.held(number)]}
        (fields,) = self.json["posts"]
        if self.query != {"source": "html"} or not fields["title"] or not fields["html"]:
            raise Refusal(422)
        if self.command == "POST" and not number:
            return 201, {"posts": [self.make({"status": "draft", **fields}, updated_at="1")]}
        held = self.held(number)
        if fields.pop("updated_at") != held["updated_at"]:
            raise Refusal(409, {"errors": [{"message": "Saving failed! Someone else is editing this post."}]})
        held |= {**fields, "updated_at": str(int(held["updated_at"]) + 1)}
        return 200, {"posts": [held]}

    # WordPress' REST API

    def wordpress(self, path: str) -> tuple[int, Any]:
        """Signed with an application password; an update is a POST to the post."""
        self.signed(f"Basic {base64.b64encode(KEYS['wordpress'].encode()).decode()}")
        if path == "media":
            number = self.form("file", "alt_text")
            return 201, {"id": number, "source_url": f"https://cdn.example.org/{number}.png"}
        number = path.removeprefix("posts").removeprefix("/")
        if self.command == "POST" and not number:
            return 201, self.make({"status": "draft", **self.json}, modified_gmt="1") | {"id": self.site.made}
        held = self.held(number)
        if self.command == "POST":
            held |= {**self.json, "modified_gmt": str(int(held["modified_gmt"]) + 1)}
        elif self.query != {"context": "edit"}:
            raise Refusal(400)
        return 200, held

    # Buttondown's API: what names no status is sent to everyone

    def buttondown(self, path: str) -> tuple[int, Any]:
        """Signed with a token; an update is a PATCH."""
        self.signed(f"Token {KEYS['buttondown']}")
        if path == "images":
            number = self.form("image", "")
            return 201, {"id": f"img_{number}", "image": f"https://cdn.example.org/{number}.png"}
        if path == "emails":
            return 201, self.make({"status": "about_to_send", **self.json})
        return 200, self.changed(path.removeprefix("emails/"))

    def changed(self, number: str) -> dict[str, Any]:
        held = self.held(number)
        if self.command == "PATCH":
            held |= self.json
        elif self.command != "GET":
            raise Refusal(405)
        return held

    # beehiiv's API: a post that was just made says its id only

    def beehiiv(self, path: str) -> tuple[int, Any]:
        """Signed with the key of a workspace, whose publication is in the path."""
        self.signed(f"Bearer {SECRET}")
        if path == "posts":
            return 201, {"data": {"id": self.make({"status": "draft", **self.json}, "post_")["id"]}}
        return 200, {"data": self.changed(path.removeprefix("posts/"))}

    # Mastodon's API

    def mastodon(self, path: str) -> tuple[int, Any]:
        """Signed with a token; the same idempotency key gives the same post."""
        self.signed(f"Bearer {KEYS['mastodon']}")
        if path == "v2/media":
            return 200, {"id": str(self.form("file", "description"))}
        if self.command == "POST" and path == "v1/statuses":
            fields = self.json
            if len(fields["status"]) > 500 or int(fields["media_ids"][0]) > len(self.site.pictures):
                raise Refusal(422, {"error": "Validation failed"})
            key = self.headers["Idempotency-Key"]
            if key not in self.site.once:
                made = self.make({"status": "scheduled" if "scheduled_at" in fields else "posted", "params": fields})
                self.site.once[key] = made["id"]
                made["url"] = f"https://social.example.org/@ana/{made['id']}"
            return 200, self.held(self.site.once[key])
        kind, _, number = path.removeprefix("v1/").partition("/")
        held = self.held(number)
        if (held["status"] == "scheduled") != (kind == "scheduled_statuses"):
            raise Refusal(404, {"error": "Record not found"})
        if self.command == "DELETE":
            return 200, self.site.posts.pop(number) and {}
        return 200, held

    # Bluesky's: AT Protocol

    def bluesky(self, path: str) -> tuple[int, Any]:
        """A session for an app password; records name their pictures as blobs."""
        if path == "com.atproto.server.createSession":
            handle, password = KEYS["bluesky"].split(":")
            if self.json != {"identifier": handle, "password": password}:
                raise Refusal(401, {"error": "AuthenticationRequired", "message": "Invalid identifier or password"})
            return 200, {"accessJwt": JWT, "refreshJwt": "r", "handle": handle, "did": BLUESKY}
        self.signed(f"Bearer {JWT}")
        if path == "com.atproto.repo.uploadBlob":
            self.site.pictures.append({"data": self.body, "alt": ""})
            return 200, {"blob": {"$type": "blob", "ref": {"$link": "b"}, "mimeType": self.headers["Content-Type"]}}
        if path == "com.atproto.repo.createRecord":
            asked = self.json
            text = asked["record"]["text"]
            if asked["repo"] != BLUESKY or asked["collection"] != "app.bsky.feed.post" or len(text) > 300:
                raise Refusal(400, {"error": "InvalidRequest", "message": "no"})
            made = self.make({"status": "posted", "record": asked["record"]})
            return 200, {"uri": f"at://{BLUESKY}/app.bsky.feed.post/{made['id']}", "cid": "c"}
        if self.query["rkey"] not in self.site.posts:
            raise Refusal(400, {"error": "RecordNotFound", "message": "Could not locate record"})
        return 200, {"uri": "u", "value": self.site.posts[self.query["rkey"]]["record"]}

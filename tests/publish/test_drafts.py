"""Drafts: one of each issue at each platform, nothing sent, every fault one line, and the key nowhere."""

from __future__ import annotations

import datetime as dt
import json
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from climtrack.config import Config, DraftSettings, FetchSettings, PublishSettings
from climtrack.errors import ClimtrackError, Notice
from climtrack.publish.drafts import PLATFORMS, Newsletter, short
from climtrack.publish.post import Issue, PostPart
from climtrack.publish.site import RegionPage
from climtrack.run.drafts import FILE, clients, drafts
from climtrack.vocabulary.notice import LONGEST, fitted
from climtrack.words.language import Language
from tests.fakes_platforms import KEYS, SECRET, STATUS, Platforms, no_fault

NOW = dt.datetime(2026, 8, 22, 12, tzinfo=dt.UTC)
NEWSLETTERS = [name for name, one in PLATFORMS.items() if isinstance(one, Newsletter)]
PUBLIC = "https://charts.example.org/"


@pytest.fixture(scope="module")
def server() -> Iterator[Platforms]:
    with Platforms() as running:
        yield running


@pytest.fixture
def site(server: Platforms) -> Platforms:
    """Six platforms that know nothing yet."""
    server.reset()
    return server


@pytest.fixture
def issue(region_page: RegionPage) -> Issue:
    """A post in English with one picture, whose file lies on the site."""
    (picture,) = [p for p in region_page.pictures if p.path == "nh-air.year-lines.post.en.png"]
    answers = ("In two weeks it fell by 0.12 °C against the 1991–2020 average.", "It was “cooler” <than> last year.")
    part = PostPart("Northern Hemisphere: air", answers, {f"{PUBLIC}2024-07-05/{picture.path}": picture})
    return Issue("The north cools", [part], ("Data: ERA5 via Climate Reanalyzer.",), "en", page=f"{PUBLIC}nh-air/")


class Author:
    """Somebody at a command line, whose issues are in one folder."""

    def __init__(self, site: Platforms, folder: Path) -> None:
        self.site, self.folder = site, folder
        (folder / "home").mkdir()
        self.config = Config(
            home=folder / "home",
            drafts=DraftSettings(**dict.fromkeys(PLATFORMS, site.url)),
            fetch=FetchSettings(total_timeout=0.2, contact="ana@example.org"),
            publish=PublishSettings(public_url=PUBLIC, folder=str(folder / "site")),
        )

    def drafts(self, platform: str, issue: Issue, *, send: bool = False) -> list[Notice]:
        """What `post --draft` tells."""
        keys = {f"CLIMTRACK_{name.upper()}_KEY": key for name, key in KEYS.items()}
        (client,) = clients(self.config, keys, (platform,), NOW, send=send)
        run = cast("Any", SimpleNamespace(simulated=False, config=self.config))
        return list(drafts(run, client, self.folder, [issue], send=send))

    def told(self, platform: str, issue: Issue, *, send: bool = False) -> str:
        """Id of the line about the draft."""
        return self.drafts(platform, issue, send=send)[0].id.removeprefix("drafts.")


@pytest.fixture
def author(site: Platforms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Author]:
    """Their keyring is empty, and their keys are in no file when they are done."""
    monkeypatch.setattr("keyring.get_password", lambda *_: None)
    yield Author(site, tmp_path)
    for file in tmp_path.rglob("*"):
        assert file.is_dir() or SECRET.encode() not in file.read_bytes()


def text_of(post: dict[str, Any]) -> str:
    return str(post.get("html") or post.get("content") or post.get("body") or post["body_content"])


@pytest.mark.parametrize("platform", NEWSLETTERS)
def test_the_second_run_updates_the_same_draft(site: Platforms, author: Author, issue: Issue, platform: str) -> None:
    """One draft with the post's words and its picture, uploaded once with its alternative text; nothing is sent."""
    assert author.told(platform, issue) == "made"
    (picture,) = issue.pictures.values()
    (post,) = site.posts.values()
    assert {"The north cools"} == {post.get("title") or post["subject"]}
    assert "It was “cooler” " in text_of(post)
    assert "The north cools" not in text_of(post)
    assert picture.words is not None
    assert picture.words.alt_short in text_of(post)
    if platform == "beehiiv":
        assert f"{PUBLIC}2024-07-05/{picture.path}" in text_of(post)
    else:
        assert "https://cdn.example.org/1.png" in text_of(post)
        assert site.pictures == [{"data": picture.data, "alt": picture.words.alt if platform == "wordpress" else ""}]
    (part,) = issue.parts
    newer = replace(issue, title="The north warms", parts=[replace(part, answers=("It rose.",))])
    (line, *_) = author.drafts(platform, newer)
    assert line.id == "drafts.updated"
    assert str(line.facts["address"]).startswith(("https://", site.url))
    assert len(site.posts) == 1
    (post,) = site.posts.values()
    assert "It rose." in text_of(post)
    assert post["status"] == "draft"
    assert len(site.pictures) == (platform != "beehiiv")
    assert site.sent == 0
    assert site.agents == {author.config.fetch.agent}
    es = replace(issue, language="es")
    assert author.told(platform, es) == "made"
    assert len(site.posts) == 2
    assert set(json.loads((author.folder / FILE).read_text())) == {f"{platform}.en", f"{platform}.es"}


@pytest.mark.parametrize("platform", NEWSLETTERS)
def test_what_its_author_did_there_is_left_alone(site: Platforms, author: Author, issue: Issue, platform: str) -> None:
    """Edited or published, it stays; deleted, a new one is made and said to be new."""
    assert author.told(platform, issue) == "made"
    (number,) = site.posts
    held = site.posts[number]
    edited = {"updated_at": "9", "modified_gmt": "9", "body": "mine"}
    if platform != "beehiiv":  # which does not say what it holds
        held |= {name: value for name, value in edited.items() if name in held}
        before = dict(held)
        assert author.told(platform, issue) == "edited"
        assert site.posts[number] == before
    held["status"] = STATUS[platform]
    before = dict(held)
    assert author.told(platform, issue) == "published"
    assert site.posts[number] == before
    if PLATFORMS[platform].gone:  # type: ignore[union-attr]
        held["status"] = PLATFORMS[platform].gone  # type: ignore[union-attr]
    else:
        del site.posts[number]
    assert author.told(platform, issue) == "again"
    assert site.sent == 0


def test_mastodon_keeps_one_for_a_far_day_until_it_is_sent(site: Platforms, author: Author, issue: Issue) -> None:
    """Its API changes the day of a scheduled post and nothing else: the new one takes the place of the old one."""
    assert author.told("mastodon", issue) == "scheduled"
    assert author.told("mastodon", issue) == "scheduled"
    (post,) = site.posts.values()
    (picture,) = issue.pictures.values()
    assert picture.words is not None
    assert site.pictures[-1] == {"data": picture.data, "alt": picture.words.alt}
    assert post["params"]["scheduled_at"].startswith("2036-08-21")
    assert post["params"]["status"] == short(issue, 500)
    assert post["params"]["language"] == "en"
    site.posts.clear()
    assert author.told("mastodon", issue) == "scheduled.again"
    assert author.told("mastodon", issue, send=True) == "posted"
    (post,) = site.posts.values()
    assert "scheduled_at" not in post["params"]
    assert author.told("mastodon", issue, send=True) == "published"
    assert len(site.posts) == 1


def test_a_lost_answer_of_mastodon_posts_nothing_twice(site: Platforms, author: Author, issue: Issue) -> None:
    """The post was made, the line broke, the command is repeated."""

    def lose(handler: Any) -> bool:
        if handler.path.endswith("/statuses"):
            handler.routed()
            handler.close_connection = True
            return True
        return False

    site.fault = lose
    with pytest.raises(ClimtrackError) as failed:
        author.told("mastodon", issue, send=True)
    assert failed.value.id == "drafts.unreached"
    site.fault = no_fault
    assert author.told("mastodon", issue, send=True) == "posted"
    assert len(site.posts) == 1


def test_bluesky_posts_when_asked_to_and_only_then(site: Platforms, author: Author, issue: Issue) -> None:
    """Without --send the key and the length are tried, and nothing is uploaded; with it, once."""
    (line,) = author.drafts("bluesky", issue)
    assert (line.id, line.facts["n"], line.facts["pictures"]) == ("drafts.unsent", len(short(issue, 300)), 1)
    assert (site.posts, site.pictures) == ({}, [])
    (line,) = author.drafts("bluesky", issue, send=True)
    assert line.facts["address"] == "https://bsky.app/profile/ana.example.org/post/1"
    record = site.posts["1"]["record"]
    (facet,) = record["facets"]
    begin, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
    assert record["text"].encode()[begin:end].decode() == facet["features"][0]["uri"] == issue.page
    (image,) = record["embed"]["images"]
    (picture,) = issue.pictures.values()
    assert picture.words is not None
    assert image["alt"] == picture.words.alt
    assert image["aspectRatio"] == {"width": 1456, "height": 820}
    assert record["createdAt"] == "2026-08-22T12:00:00Z"
    assert author.told("bluesky", issue, send=True) == "published"
    del site.posts["1"]
    assert author.told("bluesky", issue, send=True) == "posted"


def test_a_short_post_keeps_whole_sentences(issue: Issue) -> None:
    """As many answers as there is room for, the source, the page; then less, and at last the title."""
    whole = short(issue, 500)
    first, second = issue.parts[0].answers
    assert whole == f"{first}\n\n{second}\n\n{issue.sources[0]}\n\n{issue.page}"
    assert short(issue, len(whole) - 1) == f"{first}\n\n{issue.sources[0]}\n\n{issue.page}"
    assert short(issue, len(first)) == first
    assert short(issue, len(first) - 1) == f"{issue.title}\n\n{issue.page}"


def status(number: int, **told: Any) -> Callable[[Any], bool]:
    """Answer everything with a status, and repeat what was sent in its words."""

    def fault(handler: Any) -> bool:
        said = told or {"message": f"no: {handler.headers.get('Authorization')} {handler.body!r}"}
        handler.answer(number, said, Location="https://elsewhere.example.org/")
        return True

    return fault


def cut(handler: Any) -> bool:
    """Less than was promised."""
    handler.answer(200, b'{"posts": [', length=4000)
    handler.close_connection = True
    return True


def slow(handler: Any) -> bool:
    """Nothing, for longer than is waited."""
    time.sleep(0.3)
    return False


def web_page(handler: Any) -> bool:
    handler.answer(200, b"<html>Welcome</html>")
    return True


def no_picture(handler: Any) -> bool:
    """An upload that gives no address."""
    if any(word in handler.path for word in ("upload", "media", "images")):
        handler.answer(200, {})
        return True
    return False


FAULTS = {
    "401": (status(401), "key"),
    "403": (status(403), "forbidden"),
    "409": (status(409), "conflict"),
    "413": (status(413), "too_large"),
    "429": (status(429), "later"),
    "503": (status(503), "server"),
    "cut": (cut, "unreached"),
    "slow": (slow, "unreached"),
    "moved": (status(302), "moved"),
    "wrong JSON": (web_page, "not_understood"),
    "missing picture": (no_picture, "not_understood"),
    "expired key": (status(400, error="ExpiredToken", message="Token has expired"), "key"),
    "refused": (status(422), "refused"),
    "no such path": (status(404), "nothing_there"),
}


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_one_line(
    site: Platforms, author: Author, issue: Issue, platform: str, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """In either language, and the key is not in it, nor in the log, whatever the server repeats."""
    caplog.set_level(logging.DEBUG)
    site.fault, expected = FAULTS[name]
    if name == "missing picture" and platform == "beehiiv":
        (line,) = author.drafts(platform, issue)[1:]
        assert line.id == "publish.absent"
        public = author.config.publish.model_copy(update={"public_url": ""})
        author.config = author.config.model_copy(update={"publish": public})
        (part,) = issue.parts
        (picture,) = issue.pictures.values()
        author.folder.joinpath(FILE).unlink()
        issue, expected = replace(issue, parts=[replace(part, pictures={picture.path: picture})]), ""
    with pytest.raises(ClimtrackError) as failed:
        author.drafts(platform, issue, send=platform == "bluesky")
    problem = failed.value
    assert problem.id == (f"drafts.{expected}" if expected else "publish.no_address")
    for code in ("en", "es"):
        line = Language(code).say(problem)
        assert PLATFORMS[platform].name in line
        assert "\n" not in line
        assert fitted(line) == line
        assert len(line) <= LONGEST
    said = f"{problem} {problem.facts} {problem.__cause__} {caplog.text}"
    assert SECRET[8:] not in said
    assert "Basic " not in said
    assert not (author.folder / FILE).exists()
    assert not site.sent
    assert all("elsewhere" not in one for one in site.asked)


def test_an_update_that_collides_is_told_as_one(site: Platforms, author: Author, issue: Issue) -> None:
    """Somebody saves between the look and the update."""
    author.told("ghost", issue)
    before = (author.folder / FILE).read_bytes()

    def collide(handler: Any) -> bool:
        if handler.command == "PUT":
            site.posts["1"]["updated_at"] = "7"
        return False

    site.fault = collide
    with pytest.raises(ClimtrackError) as failed:
        author.told("ghost", issue)
    assert failed.value.id == "drafts.conflict"
    assert (author.folder / FILE).read_bytes() == before


def test_a_post_that_beehiiv_still_makes_is_waited_for(site: Platforms, author: Author, issue: Issue) -> None:
    """202 until it is there."""
    author.told("beehiiv", issue)
    site.fault = status(202, data={"state": "processing"})
    with pytest.raises(ClimtrackError) as failed:
        author.told("beehiiv", issue)
    assert failed.value.id == "drafts.later"


@pytest.mark.parametrize(
    ("platform", "keys", "send", "expected"),
    [
        ("ghost", {}, False, "drafts.no_key"),
        ("ghost", {"CLIMTRACK_GHOST_KEY": "abc"}, False, "drafts.form"),
        ("ghost", {"CLIMTRACK_GHOST_KEY": "abc:no-hex"}, False, "drafts.form"),
        ("wordpress", {"CLIMTRACK_WORDPRESS_KEY": "ana"}, False, "drafts.form"),
        ("mastodon", {"CLIMTRACK_MASTODON_KEY": "a\nb"}, False, "drafts.form"),
        ("ghost", {"CLIMTRACK_GHOST_KEY": "1:2"}, True, "drafts.send"),
    ],
)
def test_what_lacks_is_said_before_any_work(
    site: Platforms, author: Author, issue: Issue, platform: str, keys: dict[str, str], send: bool, expected: str
) -> None:
    """A key, its form, or a --send for a newsletter."""
    run = cast("Any", SimpleNamespace(simulated=False, config=author.config))

    def tried() -> None:
        (client,) = clients(author.config, keys, (platform,), NOW, send=send)
        list(drafts(run, client, author.folder, [issue], send=send))

    with pytest.raises(ClimtrackError) as failed:
        tried()
    assert failed.value.id == expected
    assert "no-hex" not in str(failed.value)
    assert site.asked == []


def test_an_address_must_be_set(author: Author) -> None:
    """Nobody's site is guessed."""
    config = author.config.model_copy(update={"drafts": DraftSettings()})
    with pytest.raises(ClimtrackError, match="the address of your Ghost is not known"):
        clients(config, {}, ("ghost",), NOW, send=False)
    with pytest.raises(ClimtrackError, match="--send posts to Mastodon and Bluesky only"):
        clients(config, {}, (), NOW, send=True)


def test_the_keyring_is_asked_where_the_environment_says_nothing(
    author: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `keyring set climtrack ghost` stored it."""
    asked: list[tuple[str, str]] = []
    monkeypatch.setattr("keyring.get_password", lambda *words: asked.append(words) or "whose:secret")
    (client,) = clients(author.config, {}, ("ghost",), NOW, send=False)
    assert client.key == "whose:secret"
    assert asked == [("climtrack", "ghost")]
    assert "secret" not in repr(client)


def test_simulated_data_are_drafted_nowhere(site: Platforms, author: Author, issue: Issue) -> None:
    """Nor is a platform asked."""
    (client,) = clients(author.config, {"CLIMTRACK_MASTODON_KEY": "k"}, ("mastodon",), NOW, send=False)
    run = cast("Any", SimpleNamespace(simulated=True, config=author.config))
    with pytest.raises(ClimtrackError, match="no real data"):
        list(drafts(run, client, author.folder, [issue], send=False))
    assert site.asked == []

"""A site on disk: whole or not at all, nothing deleted unless asked."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from climtrack.errors import DiskError, PublishError, StoreBusy
from climtrack.publish import folder as door
from climtrack.publish.folder import LISTS, LOCK, STAGING, Folder, inside
from climtrack.publish.post import Picture
from climtrack.publish.site import Publication, Record
from climtrack.vocabulary.assets import Asset
from climtrack.words.language import Language

NOW = dt.datetime(2024, 7, 11, 17, 0, tzinfo=dt.UTC)
Build = Callable[[Publication], tuple[Publication, list[Asset]]]


def picture(day: str, text: str) -> Asset:
    """A dated picture; its name holds the hash of its bytes."""
    data = text.encode() * 1000
    return Asset(f"{day}/p.{hashlib.sha256(data).hexdigest()[:12]}.png", "image/png", data)


def build(day: str, text: str) -> Build:
    """A site of one dated picture, one page that shows another, and a front page."""
    dated = picture(day, text)
    files = [
        dated,
        Asset("latest/p.png", "image/png", dated.data),
        Asset("a/index.html", "text/html", f"<img src=../{dated.path}>".encode()),
        Asset("index.html", "text/html", f"{text}: <a href=a/>".encode()),
    ]
    return lambda before: (Publication(files=before.files), files)


def snapshot(root: Path) -> dict[str, bytes]:
    """Every file of a folder but the lock and the lists."""
    files = {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file() and p.name != LOCK}
    return {path: data for path, data in files.items() if not path.startswith(LISTS + "/")}


def test_what_is_published_is_what_the_list_says(tmp_path: Path) -> None:
    """Paths, sizes and hashes of publication.json are those on disk; nothing else is left behind."""
    done = Folder(tmp_path).publish(build("2024-07-05", "aa"), now=NOW)
    assert (done.written, done.unchanged, done.pruned, done.notices) == (4, 0, 0, ())
    assert Folder(tmp_path).read() == done.publication
    files = snapshot(tmp_path)
    assert files.keys() == {*done.publication.files, *Folder(tmp_path).dated("2024-07"), "publication.json"}
    assert done.publication.months == {"2024-07": (1, 2000)}
    for path, record in done.publication.files.items():
        assert Record.of(Asset(path, record.media_type, files[path])) == record


def test_publishing_again_writes_nothing_but_the_list(tmp_path: Path) -> None:
    """Unchanged files keep their inode; a file lost meanwhile comes back."""
    site = Folder(tmp_path)
    site.publish(build("2024-07-05", "aa"), now=NOW)
    inode = (tmp_path / "index.html").stat().st_ino
    (tmp_path / "a/index.html").unlink()
    again = site.publish(build("2024-07-05", "aa"), now=NOW + dt.timedelta(hours=1))
    assert (again.written, again.unchanged) == (1, 3)
    assert (tmp_path / "index.html").stat().st_ino == inode
    assert site.read().published == "2024-07-11T18:00:00+00:00"


def test_nothing_published_is_deleted_unless_asked(tmp_path: Path) -> None:
    """Old days stay, far beyond the bound, and the user is told."""
    site = Folder(tmp_path)
    for day in range(1, 10):
        done = site.publish(build(f"2024-05-0{day}", f"d{day}"), now=NOW, max_bytes=3000)
    assert len(list(tmp_path.glob("2024-05-0*/p.*.png"))) == 9
    assert [Language("en").say(notice) for notice in done.notices] == [
        "The site holds 0 MB, more than max_megabytes = 0: raise it, or set prune = true to delete old dated files.",
    ]


def test_pruning_takes_the_oldest_days_and_only_as_many_as_needed(tmp_path: Path) -> None:
    """The newest thirty days and everything that is not dated stay; lists and counts are of what is left."""
    site = Folder(tmp_path)
    for day in ("2024-04-30", "2024-05-02", "2024-05-03", "2024-06-20"):
        site.publish(build(day, day[-2:]), now=NOW)
    done = site.publish(build("2024-07-05", "k1"), now=NOW, max_bytes=10_000, prune=True)
    assert sorted(p.parent.name for p in tmp_path.glob("2024-*/*.png")) == ["2024-05-03", "2024-06-20", "2024-07-05"]
    assert done.pruned == 2
    assert not (tmp_path / "2024-04-30").exists()
    assert not list(tmp_path.glob(f"{LISTS}/**/2024-04.json"))
    assert done.publication.months == dict.fromkeys(("2024-05", "2024-06", "2024-07"), (1, 2000))
    assert site.faults() == ()
    done = site.publish(build("2024-07-05", "k1"), now=NOW, max_bytes=1, prune=True)
    assert sorted(p.parent.name for p in tmp_path.glob("2024-*/*.png")) == ["2024-06-20", "2024-07-05"]
    assert "the last 30 days always stay" in Language("en").say(done.notices[0])


def test_a_clock_years_ahead_makes_nothing_old(tmp_path: Path) -> None:
    """The last thirty days end with the newest picture, whatever this computer's clock says."""
    site = Folder(tmp_path)
    for day in ("2024-05-01", "2024-06-20", "2024-07-05"):
        site.publish(build(day, day), now=NOW)
    ahead = NOW.replace(year=NOW.year + 10)
    site.publish(build("2024-07-05", "2024-07-05"), now=ahead, max_bytes=1, prune=True)
    assert sorted(p.parent.name for p in tmp_path.glob("2024-*/*.png")) == ["2024-06-20", "2024-07-05"]


def test_somebody_elses_site_is_not_overwritten(tmp_path: Path) -> None:
    """An index.html that is not ours stops everything; the owner's robots.txt is respected."""
    (tmp_path / "index.html").write_text("mine")
    before = snapshot(tmp_path)
    with pytest.raises(PublishError, match=r"index.html is already in .* and is not climtrack's"):
        Folder(tmp_path).publish(build("2024-07-05", "aa"), now=NOW)
    assert snapshot(tmp_path) == before
    other = tmp_path / "other"
    other.mkdir()
    (other / "robots.txt").write_text("User-agent: *\nDisallow: /\n")
    robots = Asset("robots.txt", "text/plain", b"ours")
    Folder(other).publish(lambda before: (before, [robots]), now=NOW)
    assert (other / "robots.txt").read_text() == "User-agent: *\nDisallow: /\n"


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    """A link in the place of one of the site's folders is refused; where it leads nothing appears."""
    outside, root = tmp_path / "outside", tmp_path / "site"
    outside.mkdir()
    root.mkdir()
    (root / "a").symlink_to(outside)
    with pytest.raises(PublishError, match="a in site is a link"):
        Folder(root).publish(build("2024-07-05", "aa"), now=NOW)
    assert not list(outside.iterdir())


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    """A second publish says so at once."""
    with FileLock(tmp_path / LOCK), pytest.raises(StoreBusy, match="another publish"):
        Folder(tmp_path).publish(build("2024-07-05", "aa"), now=NOW)


class Killed(BaseException):
    """What a kill looks like from inside: no handler runs."""


def test_a_kill_at_any_step_leaves_the_old_site_or_one_that_becomes_the_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every write, rename, unlink and mkdir is the last one once; pages never point at a picture that is not there."""
    real = {name: getattr(os, name) for name in ("replace", "rename", "unlink", "rmdir", "mkdir")}
    real["fsync"] = lambda _: None  # a kill, unlike a power cut, leaves what is not flushed
    monkeypatch.setattr(os, "fsync", real["fsync"])
    steps = 0
    while True:
        root = tmp_path / f"s{steps}"
        site = Folder(root)
        site.publish(build("2024-07-05", "aa"), now=NOW)
        old, count = snapshot(root), 0

        def dying(name: str, limit: int = steps) -> Callable[..., object]:
            def call(*args: object, **kwargs: object) -> object:
                nonlocal count
                count += 1
                if count > limit:
                    raise Killed
                return real[name](*args, **kwargs)

            return call

        with monkeypatch.context() as patch:
            for name in real:
                patch.setattr(os, name, dying(name))
            try:
                site.publish(build("2024-08-01", "bb"), now=NOW)
                finished = True
            except Killed:
                finished = False
        page = (root / "a/index.html").read_text()
        assert (root / page.removeprefix("<img src=../").removesuffix(">")).is_file()
        seen = site.read()
        assert site.faults() == ()
        decided = seen.files["index.html"] == Record.of(Asset("index.html", "text/html", b"bb: <a href=a/>"))
        if not decided:
            assert {k: v for k, v in snapshot(root).items() if k in old} == old
        site.publish(lambda before: (before, []), now=NOW)  # the next round goes forward or back
        assert site.read().files == seen.files
        content = snapshot(root)
        assert content["index.html"] == (b"bb: <a href=a/>" if decided else b"aa: <a href=a/>")
        assert not [path for path in content if ".climtrack-" in path]
        if finished:
            break
        steps += 1
    assert steps > 20


def test_a_first_publication_that_was_killed_leaves_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was decided, so nothing is missing, and the next publish has nothing to say."""
    site = Folder(tmp_path)

    def killed(path: Path, data: bytes) -> None:
        if path.name == "journal.json":
            raise Killed
        path.write_bytes(data)

    with monkeypatch.context() as patch:
        patch.setattr(door, "write_whole", killed)
        patch.setattr(Folder, "_clear", lambda _: None)
        with pytest.raises(Killed):
            site.publish(build("2024-07-05", "aa"), now=NOW)
    assert (tmp_path / STAGING).is_dir()
    assert site.faults() == ()
    assert site.publish(build("2024-07-05", "aa"), now=NOW).notices == ()


def test_a_full_disk_is_one_line_and_the_old_site_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ENOSPC while staging: DiskError, every file as it was."""
    site = Folder(tmp_path)
    site.publish(build("2024-07-05", "aa"), now=NOW)
    old = snapshot(tmp_path)
    written = 0

    def full(path: Path, data: bytes) -> None:
        nonlocal written
        written += 1
        if written == 3:
            raise DiskError("disk.full", name="x", needed=1000, free=0, path=path)
        path.write_bytes(data)

    monkeypatch.setattr(door, "write_whole", full)
    with pytest.raises(DiskError, match="no room"):
        site.publish(build("2024-07-06", "bb"), now=NOW)
    monkeypatch.undo()
    assert snapshot(tmp_path) == old  # and nothing more: no staging folder on a disk that is full
    site.publish(build("2024-07-06", "bb"), now=NOW)
    assert b"bb" in (tmp_path / "index.html").read_bytes()


LISTED = [
    f"{LISTS}/2024-07.json",
    f"{LISTS}/copies/2024-07.json",
    f"{LISTS}/copies/publication.json",
    "publication.json",
]
DAMAGES: dict[str, Callable[[Path], object]] = {
    "flipped": lambda file: file.write_bytes(file.read_bytes().replace(b"2", b"3", 1)),
    "cut": lambda file: file.write_bytes(file.read_bytes()[:-9]),
    "zeroed": lambda file: file.write_bytes(bytes(file.stat().st_size)),
    "gone": Path.unlink,
    "other": lambda file: file.write_bytes(b"[]"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_list_freezes_nothing(tmp_path: Path, damage: str) -> None:
    """Any list: its copy holds, the next publish says it and mends it; all lists: made anew from the folder."""
    site, lost = Folder(tmp_path), picture("2024-07-04", "zz").path
    site.publish(build("2024-07-04", "zz"), now=NOW)
    for places in (*([place] for place in LISTED), LISTED):
        site.publish(build("2024-07-05", "aa"), now=NOW)
        for place in places:
            DAMAGES[damage](tmp_path / place)
        assert site.faults() == () or set(site.faults()) <= set(LISTED)
        assert site.read().published or places == LISTED
        done = site.publish(build("2024-07-05", "aa"), now=NOW)
        assert bool(done.notices) == (damage != "gone" or "copies" not in places[0])  # a copy is only made again
        assert site.faults() == ()
        assert all((tmp_path / place).is_file() for place in LISTED)
        assert set(site.dated("2024-07")) == {lost, picture("2024-07-05", "aa").path}
    said = [Language("en").say(notice) for notice in done.notices]
    assert said[0].startswith("Damaged or gone: publication.json")
    assert "Front page and feed begin anew" in said[1]


@pytest.mark.parametrize("place", [f"{LISTS}/2024-05.json", f"{LISTS}/copies/2024-05.json"])
def test_a_list_apart_from_its_copy_is_mended_whatever_its_month(tmp_path: Path, place: str) -> None:
    """Before the other one is hurt, too: it alone knows when each picture was published."""
    site = Folder(tmp_path)
    site.publish(build("2024-05-10", "zz"), now=NOW - dt.timedelta(days=40))
    whole = (tmp_path / place).read_bytes()
    for damage in DAMAGES.values():
        damage(tmp_path / place)
        site.publish(build("2024-07-05", "aa"), now=NOW)
        assert (tmp_path / place).read_bytes() == whole


def test_what_is_damaged_is_written_again_or_said(tmp_path: Path) -> None:
    """A page by its next publish; a dated picture where it can be drawn as it was; else it is told of, once if gone."""
    site, old, new = Folder(tmp_path), picture("2024-07-04", "zz"), picture("2024-07-05", "aa")
    site.publish(build("2024-07-04", "zz"), now=NOW - dt.timedelta(days=1))
    site.publish(build("2024-07-05", "aa"), now=NOW)
    for path in ("a/index.html", old.path):
        (tmp_path / path).write_bytes(b"?")
    (tmp_path / new.path).unlink()
    assert set(site.faults(NOW.date())) == {"a/index.html", old.path, new.path}
    asked: list[dict[str, str]] = []

    def redraw(lost: Mapping[str, str]) -> list[Asset]:
        asked.append(dict(lost))
        return [old]

    done = site.publish(build("2024-07-05", "aa"), now=NOW, redraw=redraw)
    assert asked == [{old.path: "2024-07-10T17:00:00+00:00", new.path: "2024-07-11T17:00:00+00:00"}]
    assert site.faults() == ()
    assert [Language("en").say(one) for one in done.notices] == [f"1 damaged picture drawn again: {old.path}."]
    later = NOW + dt.timedelta(days=60 - 6)
    (tmp_path / old.path).write_bytes(b"?")
    (tmp_path / new.path).unlink()
    assert site.faults(later.date() - dt.timedelta(days=2)) == ()
    assert site.faults(later.date()) == (old.path, new.path)
    done = site.publish(build("2024-09-01", "cc"), now=later)
    assert "2 files" in Language("en").say(done.notices[0])
    assert site.faults() == (old.path,)  # what is gone for ever is told of once
    assert site.faults(later.date() + dt.timedelta(days=58)) == ()


def test_dated_pictures_are_added_without_a_publication(tmp_path: Path) -> None:
    """What a mail shows besides: listed and whole; when the site was published stays as it was."""
    site, more = Folder(tmp_path), picture("2024-07-05", "more")
    site.publish(build("2024-07-05", "aa"), now=NOW)
    site.add([more], now=NOW + dt.timedelta(hours=3))
    assert more.path in site.dated("2024-07")
    assert (site.read().published, site.faults()) == (NOW.isoformat(), ())
    assert site.read().months == {"2024-07": (2, 6000)}


def test_a_site_of_climtrack_0_1_0_is_taken_over(tmp_path: Path) -> None:
    """Its list is read once; its dated pictures, of eight digits, stay and are looked at; a damaged one is told of."""
    data = b"old" * 99
    old = f"2024-06-30/p.{hashlib.sha256(data).hexdigest()[:8]}.svg"
    records = {
        path: {"sha256": hashlib.sha256(data).hexdigest(), "size": 297, "media_type": "image/svg+xml", "immutable": one}
        for path, one in ((old, True), ("latest/p.svg", False), ("b/index.html", False))
    }
    for path in records:
        (tmp_path / path).parent.mkdir()
        (tmp_path / path).write_bytes(data)
    shot = {"path": old, "width": 1, "height": 1, "size": 297, "alt": ""}
    pictures = {"light": shot, "dark": None, "phone": None, "card": None}
    words = {"subject": "b", "language": "en", "title": "t", "caption": "c", "day": "2024-06-30", "uses": [old]}
    whole = {"format": "climtrack.publication/1", "published": NOW.isoformat(), "regions": {"b": "2024-06-30"},
             "cards": [words | pictures], "entries": [], "files": records}  # fmt: skip
    (tmp_path / "publication.json").write_text(json.dumps(whole))
    site = Folder(tmp_path)
    assert site.read().cards[0].light == Picture(old, 1, 1, 297)
    done = site.publish(lambda before: (replace(before), build("2024-07-05", "aa")(before)[1]), now=NOW)
    assert done.publication.months == {"2024-06": (1, 297), "2024-07": (1, 2000)}
    assert {"b/index.html", "latest/p.svg", "index.html"} <= done.publication.files.keys()
    assert (done.notices, site.faults()) == ((), ())
    (tmp_path / old).write_bytes(b"?")
    assert site.faults() == (old,)


def test_a_folder_in_the_place_of_a_page_is_named(tmp_path: Path) -> None:
    """Before anything is written; an empty one, or a pipe, is replaced, waited for by nobody."""
    site = Folder(tmp_path)
    site.publish(build("2024-07-05", "aa"), now=NOW)
    page = tmp_path / "a/index.html"
    page.unlink()
    page.mkdir()
    (page / "mine").touch()
    with pytest.raises(PublishError, match=r"a/index\.html is already in"):
        site.publish(build("2024-07-06", "bb"), now=NOW)
    assert not (tmp_path / STAGING).exists()
    (page / "mine").unlink()
    site.publish(build("2024-07-05", "aa"), now=NOW)
    page.unlink()
    os.mkfifo(page)
    assert inside(tmp_path, "a/index.html") is None
    site.publish(build("2024-07-06", "bb"), now=NOW)
    assert b"2024-07-06" in page.read_bytes()


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"moves": []}', b'{"moves": {"0": 7}, "publication": {}}', b"\xff"])
def test_a_damaged_journal_is_void(tmp_path: Path, damage: bytes) -> None:
    """The site stays as it is, and the next publish goes on as after a kill."""
    site = Folder(tmp_path)
    site.publish(build("2024-07-05", "aa"), now=NOW)
    old = snapshot(tmp_path)
    (tmp_path / STAGING).mkdir()
    (tmp_path / STAGING / "journal.json").write_bytes(damage)
    assert (site.state()[1], site.faults()) == ({}, ())
    site.publish(lambda before: (before, []), now=NOW)
    assert snapshot(tmp_path) == old


def test_no_link_is_followed(tmp_path: Path) -> None:
    """Neither a link in the place of a file nor one in the place of its folder."""
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "x").write_text("secret")
    root = tmp_path / "site"
    (root / "real").mkdir(parents=True)
    (root / "real/x").write_text("open")
    (root / "file").symlink_to(secret / "x")
    (root / "folder").symlink_to(secret)
    os.mkfifo(root / "pipe")
    assert inside(root, "real/x") == b"open"
    for path in ("file", "folder/x", "missing", "pipe", "real"):
        assert inside(root, path) is None

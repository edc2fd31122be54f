"""A site on disk: whole or not at all, nothing deleted unless asked."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from climtrack.errors import DiskError, PublishError, StoreBusy
from climtrack.publish import folder as door
from climtrack.publish.folder import LOCK, STAGING, Folder, open_inside
from climtrack.publish.site import File, Publication, Teaser
from climtrack.words.language import Language

NOW = dt.datetime(2024, 7, 11, 17, 0, tzinfo=dt.UTC)
Build = Callable[[Publication], tuple[Publication, list[File]]]


def build(day: str, text: str, cards: tuple[Teaser, ...] = ()) -> Build:
    """A site of one dated picture, one page that names it, and a front page."""
    picture = f"{day}/p.{text}.png"
    files = [
        File(picture, "image/png", text.encode() * 1000, immutable=True),
        File("latest/p.png", "image/png", text.encode() * 1000),
        File("a/index.html", "text/html", f"<img src=../{picture}>".encode()),
        File("index.html", "text/html", f"{text}: <a href=a/>".encode()),
    ]
    return lambda before: (Publication(before.files, cards), files)


def snapshot(root: Path) -> dict[str, bytes]:
    """Every file of a folder but the lock."""
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file() and p.name != LOCK}


def test_what_is_published_is_what_the_list_says(tmp_path: Path) -> None:
    """Paths, sizes and hashes of publication.json are those on disk; nothing else is left behind."""
    done = Folder(tmp_path).publish(build("2024-07-05", "aa"), now=NOW)
    assert (done.written, done.unchanged, done.pruned, done.notices) == (4, 0, 0, ())
    assert Folder(tmp_path).read() == done.publication
    files = snapshot(tmp_path)
    assert files.keys() == {*done.publication.files, "publication.json"}
    for path, record in done.publication.files.items():
        assert File(path, record.media_type, files[path], record.immutable).record == record


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
    """The newest thirty days, what pages show, and everything that is not dated stay."""
    site = Folder(tmp_path)
    shown = Teaser("old", "en", "t", "c", "2024-05-02", None, None, None, None, ("2024-05-02/p.d2.png",))
    for day in range(1, 7):
        site.publish(build(f"2024-05-0{day}", f"d{day}", (shown,)), now=NOW)
    site.publish(build("2024-06-20", "j1", (shown,)), now=NOW)
    done = site.publish(build("2024-07-05", "k1", (shown,)), now=NOW, max_bytes=12_100, prune=True)
    left = sorted(p.parent.name for p in tmp_path.glob("2024-*/*.png"))
    assert left == ["2024-05-02", "2024-05-05", "2024-05-06", "2024-06-20", "2024-07-05"]
    assert done.pruned == 3
    assert not (tmp_path / "2024-05-01").exists()
    done = site.publish(build("2024-07-05", "k1", (shown,)), now=NOW, max_bytes=1, prune=True)
    assert sorted(p.parent.name for p in tmp_path.glob("2024-*/*.png")) == ["2024-05-02", "2024-06-20", "2024-07-05"]
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
    robots = File("robots.txt", "text/plain", b"ours")
    Folder(other).publish(lambda before: (before, [robots]), now=NOW)
    assert (other / "robots.txt").read_text() == "User-agent: *\nDisallow: /\n"


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (b'"published": "2024-07-11T17:00:00+00:00"', b'"published": "yesterday"'),
        (b'"published": "2024-07-11T17:00:00+00:00"', b'"published": "2024-07-11T17:00:00"'),
        (b'"regions": {}', b'"regions": {"nh-air": "soon"}'),
    ],
)
def test_times_that_are_none_are_damage(tmp_path: Path, good: bytes, bad: bytes) -> None:
    """The server reckons ages from them: better one line at reading than an error at each question for its health."""
    Folder(tmp_path).publish(build("2024-07-05", "aa"), now=NOW)
    written = (tmp_path / "publication.json").read_bytes()
    assert good in written
    (tmp_path / "publication.json").write_bytes(written.replace(good, bad))
    with pytest.raises(PublishError, match=r"publication\.json is damaged"):
        Folder(tmp_path).read()


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
    real = {name: getattr(os, name) for name in ("replace", "rename", "unlink", "rmdir", "mkdir", "fsync")}
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
                site.publish(build("2024-07-06", "bb"), now=NOW)
                finished = True
            except Killed:
                finished = False
        page = (root / "a/index.html").read_text()
        assert (root / page.removeprefix("<img src=../").removesuffix(">")).is_file()
        seen = site.read()
        decided = "2024-07-06/p.bb.png" in seen.files
        if not decided:
            assert {k: v for k, v in snapshot(root).items() if k in old} == old
        site.publish(lambda before: (before, []), now=NOW)  # the next round goes forward or back
        assert site.read().files == seen.files
        content = snapshot(root)
        assert content["index.html"] == (b"bb: <a href=a/>" if decided else b"aa: <a href=a/>")
        assert not [path for path in content if path.startswith((STAGING, ".climtrack-")) or "/.climtrack-" in path]
        if finished:
            break
        steps += 1
    assert steps > 20


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
    assert snapshot(tmp_path) == old
    site.publish(build("2024-07-06", "bb"), now=NOW)
    assert b"bb" in (tmp_path / "index.html").read_bytes()


def test_a_folder_in_the_place_of_a_page_is_named(tmp_path: Path) -> None:
    """Before anything is written; and a pipe there is replaced, waited for by nobody."""
    site = Folder(tmp_path)
    site.publish(build("2024-07-05", "aa"), now=NOW)
    page = tmp_path / "a/index.html"
    page.unlink()
    page.mkdir()
    with pytest.raises(PublishError, match=r"a/index\.html is already in"):
        site.publish(build("2024-07-06", "bb"), now=NOW)
    assert not (tmp_path / STAGING).exists()
    page.rmdir()
    os.mkfifo(page)
    assert open_inside(tmp_path, "a/index.html") == b""
    site.publish(build("2024-07-06", "bb"), now=NOW)
    assert b"bb" in page.read_bytes()


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b'{"format": "other/9"}', b'{"format": "climtrack.publication/1"}']
)
def test_a_damaged_list_is_named(tmp_path: Path, damage: bytes) -> None:
    """PublishError with the remedy, never a traceback of json."""
    (tmp_path / "publication.json").write_bytes(damage)
    with pytest.raises(PublishError, match=r"publication\.json"):
        Folder(tmp_path).read()


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"moves": []}', b'{"moves": {"0": 7}, "publication": {}}', b"\xff"])
def test_a_damaged_journal_is_named(tmp_path: Path, damage: bytes) -> None:
    """PublishError with the remedy for the publisher and for the server, and following it helps."""
    site = Folder(tmp_path)
    site.publish(build("2024-07-05", "aa"), now=NOW)
    (tmp_path / STAGING).mkdir()
    (tmp_path / STAGING / "journal.json").write_bytes(damage)
    with pytest.raises(PublishError, match="Delete the folder"):
        site.state()
    with pytest.raises(PublishError, match="Delete the folder"):
        site.publish(build("2024-07-06", "bb"), now=NOW)
    (tmp_path / STAGING / "journal.json").unlink()
    (tmp_path / STAGING).rmdir()
    site.publish(build("2024-07-06", "bb"), now=NOW)
    assert b"bb" in (tmp_path / "index.html").read_bytes()


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
    assert open_inside(root, "real/x") == b"open"
    for path in ("file", "folder/x", "missing"):
        with pytest.raises(OSError, match=r"."):
            open_inside(root, path)

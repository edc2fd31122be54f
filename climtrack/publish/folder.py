"""
Write a site whole or not at all, into a folder that any host can serve.

A site is plain files: no links between folders, which some hosts refuse, and no swapping of the folder itself, which a
container that has mounted it would never see. So a publication goes in by steps, and the site is good at every instant:

1. new dated files, whose names hold the hash of their bytes, are written: nobody points at them yet;
2. every other new file is written into a staging folder, flushed, and a journal that names them all is written last:
   from here on the publication is decided;
3. the staged files are renamed over the old ones, leaves before the pages that lead to them, then ``publication.json``.

A reader meets whole files, and pages only ever point at dated pictures that exist. A kill before step 2 ends leaves the
old site; after it, the next publish (or the server, which reads the journal too) goes forward to the new one.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from filelock import FileLock, Timeout

from climtrack.errors import Notice, PublishError, StoreBusy
from climtrack.files import TEMPORARY, disk_error, flush_folder, make_folder, write_whole
from climtrack.publish.site import NAME, File, Publication, Record
from climtrack.vocabulary.assets import Asset


def write_bundle(folder: Path, assets: Iterable[Asset]) -> None:
    """Write files into a folder, leaving those that already hold the same bytes alone."""
    for asset in assets:
        target = folder / asset.path
        make_folder(target.parent)
        if not (target.is_file() and target.read_bytes() == asset.data):
            write_whole(target, asset.data)


def write_issue(folder: Path, assets: Sequence[Asset]) -> tuple[tuple[str, str], ...]:
    """
    Write the files of an issue; what its author has changed since stays, and the new one goes beside it under a number.

    A file of ours that is not written again goes, where it is in one of the languages written: two runs are never mixed
    up. Gives the files that were changed, and the names of the new ones.
    """
    make_folder(folder)
    ours, written = dict[str, str](), dict[str, str]()
    with contextlib.suppress(ValueError):  # a list that is no more: every file is then its author's
        ours = json.loads(_read(folder / ISSUE) or b"{}")
    beside = []

    def free(path: str, data: bytes) -> bool:
        held = _read(folder / path)
        return held is None or held == data or hashlib.sha256(held).hexdigest() == ours.get(path)

    for asset in assets:
        head, dot, suffix = asset.path.rpartition(".")
        names = (asset.path, *(f"{head}.{n}{dot}{suffix}" for n in range(2, 1000)))
        path = next(name for name in names if free(name, asset.data))
        if path != asset.path:
            beside.append((asset.path, path))
        write_bundle(folder, (replace(asset, path=path),))
        written[path] = asset.sha256
    codes = {asset.language for asset in assets}
    for path in ours.keys() - written.keys():
        if codes.isdisjoint(path.split(".")):
            written[path] = ours[path]  # another language of the same issue
        elif free(path, b""):
            with contextlib.suppress(FileNotFoundError):
                (folder / path).unlink()
    write_whole(folder / ISSUE, json.dumps(written, indent=1, sort_keys=True).encode())
    return tuple(beside)


#: What was written into the folder of an issue, by hash.
ISSUE = ".climtrack-issue.json"
STAGING = ".climtrack-staging"
LOCK = ".climtrack-lock"
JOURNAL = "journal.json"
#: Days of dated files that pruning always leaves, whatever the bound: mails are opened late.
KEPT_DAYS = 30
#: A file of this name that is not ours is the owner's own choice and stays.
OWNERS = frozenset({"robots.txt", "404.html", "favicon.ico"})


@dataclass(frozen=True, slots=True)
class Published:
    """What a publish did."""

    publication: Publication
    written: int  # Files
    unchanged: int
    pruned: int
    notices: tuple[Notice, ...]


class Folder:
    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self) -> Publication:
        return self.state()[0]

    def state(self) -> tuple[Publication, Mapping[str, str]]:
        """What is published, and which of its files may still be on their way to their place."""
        journal = _read(self.root / STAGING / JOURNAL)
        if journal is not None:
            publication, moves = _journal(journal)
            return publication, {path: f"{STAGING}/{name}" for name, path in moves.items()}
        data = _read(self.root / NAME)
        return (Publication() if data is None else Publication.from_json(data)), {}

    def publish(
        self,
        build: Callable[[Publication], tuple[Publication, Sequence[File]]],
        *,
        now: dt.datetime,
        max_bytes: int = 500_000_000,
        prune: bool = False,
    ) -> Published:
        """Bring the site up to date; warn of more than `max_bytes`, or prune: old dated files, and nothing else."""
        make_folder(self.root)
        with self._locked():
            self._finish()
            before = self.read()
            plan, files = build(before)
            files = [f for f in files if not self._owners(f.path, before)]
            records = {f.path: f.record for f in files}
            fresh = [f for f in files if not self._holds(f, records[f.path], before)]
            self._refuse_strangers(fresh, before)
            kept = {**before.files, **records}
            pruned = _old_files(kept, set(records), plan, max_bytes, now.date()) if prune else []
            for path in pruned:
                del kept[path]
            entries = tuple(e for e in plan.entries if e.shot is None or e.shot.path in kept)
            after = replace(
                plan, files=MappingProxyType(kept), entries=entries, published=now.isoformat(timespec="seconds")
            )
            self._write(fresh, after)
            self._delete(pruned)
            return Published(after, len(fresh), len(files) - len(fresh), len(pruned), _notices(after, max_bytes, prune))

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """One writer at a time; the lock dies with its process."""
        lock = FileLock(self.root / LOCK, timeout=0)
        try:
            with lock:
                yield
        except Timeout as problem:
            raise StoreBusy("publish.busy", path=self.root) from problem
        except OSError as problem:
            raise disk_error(problem, self.root) from problem

    def _holds(self, file: File, record: Record, before: Publication) -> bool:
        """Whether these very bytes are already there, undamaged."""
        if before.files.get(file.path) != record:
            return False
        try:
            return (self.root / file.path).read_bytes() == file.data
        except OSError:
            return False

    def _owners(self, path: str, before: Publication) -> bool:
        """Whether the owner of the site has put an own file there, of the kind that is theirs to decide."""
        return path in OWNERS and path not in before.files and (self.root / path).exists()

    def _refuse_strangers(self, files: Sequence[File], before: Publication) -> None:
        """Never overwrite what we did not write, nor write through a link to a place outside the site."""
        for folder in sorted({str(parent) for file in files for parent in PurePosixPath(file.path).parents}):
            if folder != "." and (self.root / folder).is_symlink():
                raise PublishError("publish.link", path=folder, folder=self.root.name[:60])
        for file in files:
            target = self.root / file.path
            if file.path not in before.files and not file.immutable and (target.exists() or target.is_symlink()):
                raise PublishError("publish.not_ours", path=file.path, folder=self.root.name[:60])

    def _write(self, files: Sequence[File], after: Publication) -> None:
        """Steps 1 to 3 of the module's plan."""
        staging = self.root / STAGING
        make_folder(staging)
        moves: dict[str, str] = {}
        for folder in sorted({str(PurePosixPath(f.path).parent) for f in files}):
            make_folder(self.root / folder)
        for number, file in enumerate(files):
            if file.immutable:
                write_whole(self.root / file.path, file.data)
            else:
                write_whole(staging / str(number), file.data)
                moves[str(number)] = file.path
        journal = {"moves": moves, "publication": json.loads(after.to_json())}
        write_whole(staging / JOURNAL, json.dumps(journal).encode())
        self._finish()

    def _finish(self) -> None:
        """Step 3, also for a publish that was interrupted in it; clear what an earlier interruption left."""
        staging = self.root / STAGING
        journal = _read(staging / JOURNAL)
        try:
            if journal is not None:
                publication, moves = _journal(journal)
                for name, path in moves.items():
                    with contextlib.suppress(FileNotFoundError):  # moved before the interruption
                        (staging / name).replace(self.root / path)
                for folder in {(self.root / path).parent for path in moves.values()}:
                    flush_folder(folder)
                write_whole(self.root / NAME, publication.to_json())
                (staging / JOURNAL).unlink()
            if staging.is_dir():
                for leftover in staging.iterdir():
                    leftover.unlink()
                staging.rmdir()
            for leftover in self.root.glob(f"**/{TEMPORARY}[0-9]*"):
                leftover.unlink()
        except OSError as problem:
            raise disk_error(problem, staging) from problem

    def _delete(self, paths: Sequence[str]) -> None:
        """Prune what the publication no longer names; a file that cannot be deleted is only litter."""
        for path in paths:
            with contextlib.suppress(OSError):
                (self.root / path).unlink()
        for folder in {(self.root / path).parent for path in paths}:
            with contextlib.suppress(OSError):
                folder.rmdir()


def _read(path: Path) -> bytes | None:
    """Bytes of one of our own files, None where there is none."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as problem:
        raise disk_error(problem, path) from problem


def _journal(data: bytes) -> tuple[Publication, Mapping[str, str]]:
    """The publication of a journal that was written whole, and where its staged files belong."""
    try:
        whole = json.loads(data)
        moves: dict[str, str] = whole["moves"]
        if all(isinstance(path, str) for path in moves.values()) and isinstance(whole["publication"], dict):
            return Publication.from_json(json.dumps(whole["publication"]).encode()), moves
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    raise PublishError("publish.journal", path=f"{STAGING}/{JOURNAL}", folder=STAGING)


def _old_files(
    files: Mapping[str, Record], new: set[str], plan: Publication, max_bytes: int, today: dt.date
) -> list[str]:
    """Dated paths that go, oldest day first, until the site fits."""
    gone: list[str] = []
    used = {path for teaser in plan.cards for path in teaser.uses} | new
    dated = sorted(path for path, record in files.items() if record.immutable)
    if dated:  # a clock years ahead must not make old what has just been published
        today = min(today, dt.date.fromisoformat(dated[-1].split("/", 1)[0]))
    limit = (today - dt.timedelta(days=KEPT_DAYS)).isoformat()
    size = sum(record.size for record in files.values())
    for path in dated:
        if size <= max_bytes or path.split("/", 1)[0] >= limit:
            break
        if path not in used:
            size -= files[path].size
            gone.append(path)
    return gone


def _notices(after: Publication, max_bytes: int, prune: bool) -> tuple[Notice, ...]:
    """What the user should know of the size."""
    if after.size <= max_bytes:
        return ()
    sizes = {"size": after.size // 1_000_000, "bound": str(max_bytes // 1_000_000)}
    if prune:
        return (Notice("publish.size.pruned", **sizes, days=KEPT_DAYS),)
    return (Notice("publish.size", **sizes),)


def open_inside(root: Path, path: str) -> bytes:
    """Read a published file without following any link."""
    handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    parts = PurePosixPath(path).parts
    try:
        for part in parts[:-1]:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=handle)
            os.close(handle)
            handle = inner
        with os.fdopen(os.open(parts[-1], os.O_RDONLY | os.O_NOFOLLOW, dir_fd=handle), "rb") as file:
            return file.read()
    finally:
        os.close(handle)

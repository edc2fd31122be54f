"""
Write a site whole or not at all, into a folder that any host can serve.

A site is plain files: no links between folders, which some hosts refuse, and no swapping of the folder itself, which a
container that has mounted it would never see. So a publication goes in by steps, and the site is good at every instant:

1. every new file is written into a staging folder, flushed, and a journal that names them all is written last: from
   here on the publication is decided;
2. the staged files are renamed to their places: pictures, then the pages that show them, and ``publication.json`` last.

A reader meets whole files. A kill before step 1 ends leaves the old site; after it, the next publish (or the server,
which reads the journal too) goes forward to the new one.

What is published stands in ``publication.json``; dated pictures, whose names hold their hash, in a list for each month
below ``.climtrack/``. Every list has a checksum and a copy, and where both are lost it is made anew from the folder.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from filelock import FileLock, Timeout

from climtrack.errors import Notice, PublishError, StoreBusy
from climtrack.files import disk_error, flush_folder, make_folder, write_whole
from climtrack.publish.site import DATED, NAME, Publication, Record, sealed, unsealed
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
#: Lists of the dated pictures of each month, and copies of all lists.
LISTS = ".climtrack"
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
#: Dated pictures by path: bytes, and when they were published.
Dated = dict[str, tuple[int, str]]
#: Dated pictures are looked at for so many days, and then each so many days, for damage.
YOUNG, AGAIN = 7, 60
#: Days of dated pictures that pruning always leaves, whatever the bound: mails are opened late.
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
        staged = self._moves()
        for place in (staged.get(NAME, NAME), *_places(NAME)):
            if content := unsealed(_read(self.root / place)):
                return Publication.of(content), staged
        return Publication(), staged

    def _moves(self) -> dict[str, str]:
        """Where the files of a publication are that is decided and not in its place; a damaged journal is none."""
        journal = unsealed(_read(self.root / STAGING / JOURNAL))
        return journal["moves"] if journal else {}

    def dated(self, month: str) -> Dated:
        """The dated pictures of a month, as listed; as found in the folder where list and copy are lost."""
        for place in _places(_listed(month)):
            if content := unsealed(_read(self.root / place)):
                return {path: (size, when) for path, (size, when) in content["files"].items()}
        found = {}
        for file in sorted(self.root.glob(f"{month}-[0-9][0-9]/*")):
            path, held = file.relative_to(self.root).as_posix(), file.lstat()
            if DATED.fullmatch(path):
                when = dt.datetime.fromtimestamp(held.st_mtime, dt.UTC)
                found[path] = (held.st_size, when.isoformat(timespec="seconds"))
        return found

    def faults(self, today: dt.date | None = None) -> tuple[str, ...]:
        """Paths of what is not as it was published: lists, files, dated pictures (those due today, or all)."""
        publication, staged = self.state()
        if not publication.published and not self._ours():
            return ()
        found = self._damaged(NAME, staged)
        for path, record in publication.files.items():
            places = (inside(self.root, place) for place in (staged.get(path, path), path))
            if not any(data is not None and hashlib.sha256(data).hexdigest() == record.sha256 for data in places):
                found.append(path)
        last = publication.when.date() if publication.when else dt.date.min
        for month in publication.months:
            days = [dt.date.fromisoformat(f"{month}-01") + dt.timedelta(n) for n in range(31)]
            due = {day.isoformat() for day in days if today is None or _due(day, today, last)}
            if due:
                found += self._damaged(_listed(month), staged)
                listed = (path for path in self.dated(month) if path[:10] in due)
                found += [path for path in listed if not intact(path, inside(self.root, path))]
        return tuple(found)

    def _damaged(self, path: str, staged: Mapping[str, str]) -> list[str]:
        """Of a list and its copy what is not what was written; a copy that is not there is only made."""
        places = {place: (staged.get(place, place), place) for place in _places(path)}  # it may be on its way
        held = {place: _read(self.root / first) or _read(self.root / then) for place, (first, then) in places.items()}
        return [one for one, data in held.items() if unsealed(data) is None and (data is not None or one == path)]

    def _ours(self) -> bool:
        """Whether climtrack has written here, even where no list tells of it."""
        paths = (file.relative_to(self.root).as_posix() for file in self.root.glob("[0-9]*/*"))
        return (self.root / LISTS).is_dir() or any(map(DATED.fullmatch, paths))

    def add(self, files: Sequence[Asset], *, now: dt.datetime) -> None:
        """Put more dated pictures into a published site; all else stays as it is."""
        self.publish(lambda before: (before, files), now=now)

    def publish(
        self,
        build: Callable[[Publication], tuple[Publication, Sequence[Asset]]],
        *,
        now: dt.datetime,
        max_bytes: int = 500_000_000,
        prune: bool = False,
        redraw: Callable[[Mapping[str, str]], Iterable[Asset]] = lambda _: (),
    ) -> Published:
        """
        Bring the site up to date; warn of more than `max_bytes`, or prune: old dated pictures, and nothing else.

        `redraw` gives those dated pictures that it can make as they were; with each that is damaged or gone it is told
        when it was published.
        """
        make_folder(self.root)
        with self._locked():
            self._finish()
            before, ours = self.read(), self._ours()
            plan, built = build(before)
            faults = () if plan is before else self.faults(now.date())
            months = self._months(before, [*faults, *(file.path for file in built)])
            held = {month: self.dated(month) for month in months}
            lost = {path: held[path[:7]][path][1] for path in faults if DATED.fullmatch(path)}
            redrawn = list(redraw(lost)) if lost else []
            files = [*redrawn, *(file for file in built if not self._owners(file, before))]
            fresh = [file for file in files if not self._holds(file)]
            self._refuse(fresh, strangers=not before.published and not ours)
            kept = dict(before.files)
            for file in files:
                if match := DATED.fullmatch(file.path):
                    held[match[1]].setdefault(file.path, (len(file.data), now.isoformat(timespec="seconds")))
                else:
                    kept[file.path] = Record.of(file)
            for path in lost.keys() - {file.path for file in files}:
                if not (self.root / path).exists():
                    del held[path[:7]][path]  # what is gone for ever is told of once
            size = sum(record.size for record in kept.values())
            pruned = self._pruned(held, before, max_bytes - size, now.date()) if prune else []
            after = replace(
                plan,
                files=kept,
                months=_counted(before, held),
                entries=tuple(e for e in plan.entries if e.shot is None or e.shot.path not in pruned),
                published=plan.published if plan is before else now.isoformat(timespec="seconds"),
            )
            lists = [one for month in held if held[month] for one in _list(_listed(month), {"files": held[month]})]
            self._write([*fresh, *(one for one in lists if not self._holds(one)), *_list(NAME, after.content)])
            self._delete([*pruned, *(one for month in held if not held[month] for one in _places(_listed(month)))])
            notices = (*_mended(faults, files, redrawn, before), *_notices(after, max_bytes, prune))
            return Published(after, len(fresh), len(files) - len(fresh), len(pruned), notices)

    def _months(self, before: Publication, paths: Iterable[str]) -> set[str]:
        """Months whose lists are written: of some paths, where list and copy differ, and where no list is named."""
        apart = {m for m in before.months if len({inside(self.root, place) for place in _places(_listed(m))}) > 1}
        days = (folder.name for folder in self.root.glob("[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"))
        named = {found[0] for path in paths if (found := _MONTH.search(path))}
        return named | apart | ({day[:7] for day in days} - before.months.keys())

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

    def _holds(self, file: Asset) -> bool:
        """Whether these very bytes are already there."""
        return inside(self.root, file.path) == file.data

    def _owners(self, file: Asset, before: Publication) -> bool:
        """Whether the owner of the site has put an own file there, of the kind that is theirs to decide."""
        own = file.path in OWNERS and file.path not in before.files and (self.root / file.path).exists()
        return own and not self._holds(file)

    def _refuse(self, files: Sequence[Asset], *, strangers: bool) -> None:
        """Never overwrite what we did not write, nor write through a link to a place outside the site."""
        for folder in sorted({str(parent) for file in files for parent in PurePosixPath(file.path).parents}):
            if folder != "." and (self.root / folder).is_symlink():
                raise PublishError("publish.link", path=folder, folder=self.root.name[:60])
        for file in files:
            target = self.root / file.path
            full = target.is_dir() and not target.is_symlink() and any(target.iterdir())
            if full or (strangers and (target.exists() or target.is_symlink())):
                raise PublishError("publish.not_ours", path=file.path, folder=self.root.name[:60])

    def _write(self, files: Sequence[Asset]) -> None:
        """Both steps of the module's plan; one that fails before the publication is decided leaves nothing behind."""
        staging = self.root / STAGING
        moves = {file.path: f"{STAGING}/{number}" for number, file in enumerate(files)}
        try:
            make_folder(staging)
            for file in files:
                if not file.path.startswith(LISTS):  # whose folder tells that a publication has been decided
                    make_folder((self.root / file.path).parent)
                write_whole(self.root / moves[file.path], file.data)
            write_whole(staging / JOURNAL, sealed({"moves": moves}))
        except BaseException:  # an interrupt too leaves no staging folder
            with contextlib.suppress(OSError):
                self._clear()
            raise
        self._finish()

    def _finish(self) -> None:
        """Step 2, also for a publish that was interrupted in it; clear what an earlier interruption left."""
        moves = self._moves()
        for path, name in moves.items():
            try:
                make_folder((self.root / path).parent)
                with contextlib.suppress(OSError):
                    (self.root / path).rmdir()  # an empty folder where a file belongs
                with contextlib.suppress(FileNotFoundError):  # moved before the interruption
                    (self.root / name).replace(self.root / path)
            except OSError as problem:
                raise disk_error(problem, self.root / path) from problem
        try:
            for folder in {(self.root / path).parent for path in moves}:
                flush_folder(folder)
            self._clear()
        except OSError as problem:
            raise disk_error(problem, self.root / STAGING) from problem

    def _clear(self) -> None:
        """Remove the staging folder, its journal first."""
        staging = self.root / STAGING
        if staging.is_dir() and not staging.is_symlink():
            (staging / JOURNAL).unlink(missing_ok=True)
            shutil.rmtree(staging)
        else:
            staging.unlink(missing_ok=True)

    def _pruned(self, held: dict[str, Dated], before: Publication, room: int, today: dt.date) -> list[str]:
        """Take dated pictures off their lists, oldest day first, until they fit."""
        gone: list[str] = []
        excess = sum(size for _, size in _counted(before, held).values()) - room
        # a clock years ahead must not make old what has just been published
        newest = max((path[:10] for dated in held.values() for path in dated), default="")
        limit = (min(today, dt.date.fromisoformat(newest)) - dt.timedelta(days=KEPT_DAYS)).isoformat() if newest else ""
        for month in sorted({*before.months, *held}):
            if excess <= 0 or month > limit:
                break
            dated = held.setdefault(month, self.dated(month))
            for path in sorted(dated):
                if excess > 0 and path[:10] < limit:
                    excess -= dated.pop(path)[0]
                    gone.append(path)
        return gone

    def _delete(self, paths: Sequence[str]) -> None:
        """Delete what the publication no longer names; a file that cannot be deleted is only litter."""
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
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as problem:
        raise disk_error(problem, path) from problem


def _listed(month: str) -> str:
    return f"{LISTS}/{month}.json"


def _places(path: str) -> tuple[str, str]:
    """A list and its copy."""
    return path, f"{LISTS}/copies/{PurePosixPath(path).name}"


def _list(path: str, content: Mapping[str, object]) -> list[Asset]:
    """A list and its copy, which is written first."""
    data = sealed(content)
    return [Asset(place, "application/json", data) for place in reversed(_places(path))]


def _counted(before: Publication, held: Mapping[str, Dated]) -> Mapping[str, tuple[int, int]]:
    """How many dated pictures there are, and their bytes, by month."""
    counts = {month: (len(dated), sum(size for size, _ in dated.values())) for month, dated in held.items()}
    return {month: count for month, count in {**before.months, **counts}.items() if count[0]}


def _due(day: dt.date, today: dt.date, last: dt.date) -> bool:
    """Whether the dated pictures of a day are looked at today: in their first week, and then every sixty days."""
    age, before = (today - day).days, (last - day).days
    return 0 <= age <= YOUNG or age // AGAIN > before // AGAIN


def intact(path: str, data: bytes | None) -> bool:
    """Whether the bytes of a dated picture are those that its name promises."""
    match = DATED.fullmatch(path)
    return data is not None and match is not None and hashlib.sha256(data).hexdigest().startswith(match[2])


def _mended(
    faults: Sequence[str], files: Sequence[Asset], redrawn: Sequence[Asset], before: Publication
) -> Iterator[Notice]:
    """What was not as it was published, and what became of it; a page that is written again is not worth a word."""
    lists = [path for path in faults if path == NAME or path.startswith(LISTS)]
    left = sorted({*faults} - {*lists} - {file.path for file in files})
    if lists:
        yield Notice("publish.lists", files=lists)
        if not before.published:
            yield Notice("publish.anew")
    if redrawn:
        yield Notice("publish.redrawn", n=len(redrawn), path=redrawn[0].path)
    if left:
        yield Notice("publish.faults", n=len(left), path=left[0])


def _notices(after: Publication, max_bytes: int, prune: bool) -> tuple[Notice, ...]:
    """What the user should know of the size."""
    if after.size <= max_bytes:
        return ()
    sizes = {"size": after.size // 1_000_000, "bound": str(max_bytes // 1_000_000)}
    if prune:
        return (Notice("publish.size.pruned", **sizes, days=KEPT_DAYS),)
    return (Notice("publish.size", **sizes),)


def inside(root: Path, path: str) -> bytes | None:
    """Bytes of a published file, None where it cannot be read; no link is followed, nothing but a file is read."""
    with contextlib.suppress(OSError):
        handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
        parts = PurePosixPath(path).parts
        try:
            for part in parts[:-1]:
                inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=handle)
                os.close(handle)
                handle = inner
            last = os.open(parts[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=handle)
            with os.fdopen(last, "rb") as file:
                return file.read() if stat.S_ISREG(os.fstat(last).st_mode) else None
        finally:
            os.close(handle)
    return None

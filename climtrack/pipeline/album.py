"""
Pictures that need not be drawn again: same facts, same look, same climtrack, and the file still whole.

A picture's name here is a hash over everything it is drawn from: the studies, the options, preset, theme (with the
bytes of its typefaces and logo), language, formats, climtrack's own code and the libraries that draw. Where the last
round made a picture under that name, and the file where it was shown still has the hash it had then, its bytes are
taken from there. So an unchanged round draws nothing, and a damaged or missing file is made again.
"""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields, is_dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from climtrack.errors import DiskError
from climtrack.files import write_whole
from climtrack.pipeline.drawing import Picture, drawings
from climtrack.reporter.theme import Theme
from climtrack.vocabulary.assets import Asset, Words
from climtrack.vocabulary.results import Study

log = logging.getLogger(__name__)

FILE = "pictures.json"
#: Rooms whose code makes a picture what it is, and the libraries that do.
ROOMS = ("analysis", "reporter", "vocabulary")
LIBRARIES = ("matplotlib", "numpy", "pillow", "babel", "font-source-sans-pro")


class Album:
    """What the last round drew, and what this one does."""

    def __init__(self, home: Path, shown: Callable[[str], bytes | None]) -> None:
        self._file, self._shown = home / FILE, shown
        self._before = _read(self._file)
        self._now: dict[str, list[dict[str, Any]]] = {}
        self._counted: dict[int, tuple[object, str]] = {}
        self._maker = ""
        #: How many pictures were drawn, every format counted.
        self.drawn = 0

    def draw(self, wanted: Sequence[Picture]) -> tuple[tuple[Asset, ...], tuple[str, ...]]:
        """Pictures, those drawn that are not there."""
        names = [self._name(picture) for picture in wanted]
        results: list[tuple[Asset, ...] | str | None] = [self._kept(name) for name in names]
        anew = [n for n, found in enumerate(results) if found is None]
        for n, made in zip(anew, drawings([wanted[n] for n in anew]), strict=True):
            results[n] = made
            self.drawn += 0 if isinstance(made, str) else len(made)
        assets: list[Asset] = []
        for name, result in zip(names, results, strict=True):
            if isinstance(result, tuple):
                assets += result
                self._now |= {name: [_record(asset) for asset in result]} if name else {}
        return tuple(assets), tuple(dict.fromkeys(result for result in results if isinstance(result, str)))

    def save(self) -> None:
        """Keep the list for the next round; without it the next one draws everything, which is harmless."""
        try:
            write_whole(self._file, _document(self._now))
        except DiskError as problem:
            log.info("%s", problem)

    def _kept(self, name: str) -> tuple[Asset, ...] | None:
        """The files of a picture as they are shown, if every one of them is whole."""
        records = self._before.get(name)
        if not name or not records:
            return None
        assets = []
        for record in records:
            data = self._shown(record["path"])
            if data is None or hashlib.sha256(data).hexdigest() != record["sha256"]:
                return None
            known = {key: value for key, value in record.items() if key not in {"sha256", "words"}}
            assets.append(Asset(data=data, words=Words(**record["words"]) if record["words"] else None, **known))
        return tuple(assets)

    def _name(self, picture: Picture) -> str:
        """Hash over everything that a picture is drawn from; empty where that cannot be told."""
        self._maker = self._maker or _maker()
        try:
            large = [*map(self._once, picture.studies), self._once(picture.theme)]
            rest = [getattr(picture, one.name) for one in fields(picture) if one.name not in {"studies", "theme"}]
            return _named([self._maker, large, rest])
        except TypeError as problem:  # an option of a kind not known here: its picture is drawn each time
            log.info("a picture has no name: %s", problem)
            return ""

    def _once(self, value: Study | Theme) -> str:
        """Name of what many pictures share."""
        if id(value) not in self._counted:
            self._counted[id(value)] = value, _named(value)
        return self._counted[id(value)][1]


def _named(value: object) -> str:
    """Hash of a value of the vocabulary, down to its last number."""
    told = hashlib.sha256()
    _tell(value, told.update)
    return told.hexdigest()


def _tell(value: object, say: Callable[[bytes], None]) -> None:
    """Everything that a value consists of, in an order of its own."""
    say(f"\n{type(value).__name__} ".encode())
    if value is None or isinstance(value, bool | int | float | str | bytes | np.generic | dt.date | dt.timedelta):
        say(repr(value).encode())
    elif isinstance(value, enum.Enum):
        say(value.name.encode())
    elif isinstance(value, np.ndarray):
        say(f"{value.dtype.str} {value.shape} ".encode() + np.ascontiguousarray(value).tobytes())
    elif isinstance(value, Path):
        say(str(value).encode() + (value.read_bytes() if value.is_file() else b""))
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            say(one.name.encode())
            _tell(getattr(value, one.name), say)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            _tell(key, say)
            _tell(inner, say)
    elif isinstance(value, tuple | list):
        for inner in value:
            _tell(inner, say)
    else:
        raise TypeError(f"{type(value).__name__} is no value of the vocabulary")


def _maker() -> str:
    """Hash of climtrack's own code that draws, and the versions of what it draws with."""
    root = Path(__file__).parents[1]
    told = hashlib.sha256()
    for path in sorted(path for room in ROOMS for path in (root / room).rglob("*") if path.is_file()):
        if path.suffix != ".pyc":
            told.update(f"{path.relative_to(root)}\n".encode() + path.read_bytes())
    for name in LIBRARIES:
        try:
            told.update(f"{name} {version(name)}\n".encode())
        except PackageNotFoundError:  # it goes without; that it is there one day makes another picture
            told.update(f"{name}\n".encode())
    return told.hexdigest()


def _record(asset: Asset) -> dict[str, Any]:
    """What is kept of a picture's file beside its bytes."""
    return {
        "path": asset.path,
        "media_type": asset.media_type,
        "language": asset.language,
        "width": asset.width,
        "height": asset.height,
        "sha256": asset.sha256,
        "words": asdict(asset.words) if asset.words else None,
    }


def _document(pictures: Mapping[str, list[dict[str, Any]]]) -> bytes:
    """The list with its checksum."""
    body = json.dumps(pictures, sort_keys=True)
    return json.dumps({"checksum": hashlib.sha256(body.encode()).hexdigest(), "pictures": pictures}).encode()


def _read(path: Path) -> Mapping[str, list[dict[str, Any]]]:
    """The list of the last round; empty where it is not what was written."""
    try:
        pictures: dict[str, list[dict[str, Any]]] = json.loads(path.read_bytes())["pictures"]
        return pictures if _document(pictures) == path.read_bytes() else {}
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return {}

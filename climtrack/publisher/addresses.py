"""
Where each file of the site lives.

Dated, content-hashed names never change their bytes and are what anything mailed or cached points at; ``latest/`` and
``data/`` are stable names whose bytes change. Pages point at dated names only, so a page and its pictures always
belong together, whatever is published in between.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from climtrack.publisher.safe import slug
from climtrack.vocabulary.assets import Asset

#: What `serve` listens on by default; used, and said, where no address is configured.
LOCAL = "http://127.0.0.1:8000/"
THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class PictureName:
    """A picture's file name, read: ``nh-air.year-lines.wide.dark.en.png``."""

    subject: str  # Region and variable, or regions compared
    chart: str  # Which chart, size, colours, words and format
    preset: str  # Which chart, size, colours, words and format
    theme: str  # Which chart, size, colours, words and format
    language: str  # Which chart, size, colours, words and format
    suffix: str  # Which chart, size, colours, words and format

    @classmethod
    def parse(cls, path: str) -> PictureName | None:
        """Read a file name."""
        parts = path.rsplit("/", 1)[-1].split(".")
        theme = "dark" if len(parts) > 5 and parts[-3] == "dark" else "light"
        if theme == "dark":
            del parts[-3]
        if len(parts) < 5 or parts[-1] not in {"png", "svg", "webp", "pdf"}:
            return None
        return cls(".".join(parts[:-4]), parts[-4], parts[-3], theme, parts[-2], parts[-1])


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses of one site."""

    public_url: str = LOCAL  # Where readers find it; the only source of absolute links

    def __post_init__(self) -> None:
        if not self.public_url.endswith("/"):
            object.__setattr__(self, "public_url", f"{self.public_url}/")

    def absolute(self, path: str) -> str:
        """Full address of a file or folder of the site."""
        return f"{self.public_url}{path}"


def dated(asset: Asset, day: dt.date) -> str:
    """Path that will only ever hold these bytes."""
    stem, _, suffix = asset.path.rsplit("/", 1)[-1].rpartition(".")
    return f"{day.isoformat()}/{slug([stem])}.{asset.sha256[:8]}.{slug([suffix])}"


def latest(path: str) -> str:
    """Path that holds the newest version."""
    stem, _, suffix = path.rsplit("/", 1)[-1].rpartition(".")
    return f"latest/{slug([stem])}.{slug([suffix])}"


def page(subject: str, language: str, default: str) -> str:
    """Folder of a page."""
    prefix = "" if language == default else f"{language}/"
    return f"{prefix}{subject}/" if subject else prefix


def embed(subject: str) -> str:
    """Page for an iframe."""
    return f"embed/{subject}.html"


def data(region: str, asset: Asset) -> str:
    """Stable path of a table or of the facts."""
    return f"data/{slug([region])}/{slug([asset.path.rsplit('/', 1)[-1]])}"

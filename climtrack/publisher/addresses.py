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
    """
    A picture's file name, read: ``nh-air.year-lines.wide.dark.en.png``.

    Parameters
    ----------
    subject : str
        Region and variable, or regions compared.
    chart, preset, theme, language, suffix : str
        Which chart, size, colours, words and format.
    """

    subject: str
    chart: str
    preset: str
    theme: str
    language: str
    suffix: str

    @classmethod
    def parse(cls, path: str) -> PictureName | None:
        """
        Read a file name.

        Parameters
        ----------
        path : str
            Its last part is read, from the right: a region's name may hold a dot (``nino3.4``).

        Returns
        -------
        PictureName or None
            None for what is no picture.
        """
        parts = path.rsplit("/", 1)[-1].split(".")
        theme = "dark" if len(parts) > 5 and parts[-3] == "dark" else "light"
        if theme == "dark":
            del parts[-3]
        if len(parts) < 5 or parts[-1] not in {"png", "svg", "webp", "pdf"}:
            return None
        return cls(".".join(parts[:-4]), parts[-4], parts[-3], theme, parts[-2], parts[-1])


@dataclass(frozen=True, slots=True)
class Addresses:
    """
    Addresses of one site.

    Parameters
    ----------
    public_url : str, default "http://127.0.0.1:8000/"
        Where readers find it; the only source of absolute links.
    """

    public_url: str = LOCAL

    def __post_init__(self) -> None:
        if not self.public_url.endswith("/"):
            object.__setattr__(self, "public_url", f"{self.public_url}/")

    def absolute(self, path: str) -> str:
        """
        Full address of a file or folder of the site.

        Parameters
        ----------
        path : str
            As in the site, without a slash in front.

        Returns
        -------
        str
            Below `public_url`.
        """
        return f"{self.public_url}{path}"


def dated(asset: Asset, day: dt.date) -> str:
    """
    Path that will only ever hold these bytes.

    Parameters
    ----------
    asset : Asset
        The file.
    day : date
        Last day of its data.

    Returns
    -------
    str
        ``2026-11-17/nh-air.year-lines.email.en.3f9a1c2e.png``.
    """
    stem, _, suffix = asset.path.rsplit("/", 1)[-1].rpartition(".")
    return f"{day.isoformat()}/{slug([stem])}.{asset.sha256[:8]}.{slug([suffix])}"


def latest(path: str) -> str:
    """
    Path that holds the newest version.

    Parameters
    ----------
    path : str
        The asset's own.

    Returns
    -------
    str
        ``latest/nh-air.year-lines.wide.en.png``.
    """
    stem, _, suffix = path.rsplit("/", 1)[-1].rpartition(".")
    return f"latest/{slug([stem])}.{slug([suffix])}"


def page(subject: str, language: str, default: str) -> str:
    """
    Folder of a page.

    Parameters
    ----------
    subject : str
        Region and variable; empty for the front page.
    language : str
        Its language.
    default : str
        The site's first language, which has no folder of its own.

    Returns
    -------
    str
        ``nh-air/``, ``es/nh-air/``; with a slash at the end unless empty.
    """
    prefix = "" if language == default else f"{language}/"
    return f"{prefix}{subject}/" if subject else prefix


def embed(subject: str) -> str:
    """
    Page for an iframe.

    Parameters
    ----------
    subject : str
        Region and variable.

    Returns
    -------
    str
        ``embed/nh-air.html``.
    """
    return f"embed/{subject}.html"


def data(region: str, asset: Asset) -> str:
    """
    Stable path of a table or of the facts.

    Parameters
    ----------
    region : str
        Region short name.
    asset : Asset
        The file.

    Returns
    -------
    str
        ``data/nh/facts.json``.
    """
    return f"data/{slug([region])}/{slug([asset.path.rsplit('/', 1)[-1]])}"

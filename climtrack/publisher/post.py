"""A ready section for a newsletter: answers, pictures, what changed since the last issue, source and method."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from climtrack.publisher import templates
from climtrack.publisher.changes import Changes, heading, sentences
from climtrack.publisher.safe import clean
from climtrack.publisher.sources import source_lines
from climtrack.publisher.texts import Texts, texts
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.results import Study
from climtrack.vocabulary.variables import VARIABLES


@dataclass(frozen=True, slots=True)
class PostPicture:
    asset: Asset
    src: str  # Address, or file name beside the post


@dataclass(frozen=True, slots=True, eq=False)
class PostPart:
    """One series of a post, in the language of the post."""

    study: Study
    title: str
    answers: tuple[str, ...]
    pictures: tuple[PostPicture, ...]
    changes: Changes | None = None  # Since the last issue; None for a first issue
    sources: tuple[str, ...] = ()  # Words that must stand beside the data; our own plain ones where empty


def post(
    parts: Sequence[PostPart], language: str, *, page: str = "", overrides: Path | None = None
) -> tuple[Asset, Asset]:
    """The section as Markdown and as HTML."""
    if not parts:
        raise ValueError("a post needs a series")
    ui = texts(language)
    values = {
        "language": language,
        "ui": ui,
        "title": clean(parts[0].title),
        "page": page,
        "parts": [_shown(part, ui, language) for part in parts],
        "sources": [*dict.fromkeys(line for part in parts for line in _sources(part, ui)), ui["made"]],
    }
    return (
        Asset(
            f"post.{language}.md",
            "text/markdown; charset=utf-8",
            templates.fill("post.md", overrides, **values).encode(),
            language,
        ),
        Asset(
            f"post.{language}.html",
            "text/html; charset=utf-8",
            templates.fill("post.html", overrides, **values).encode(),
            language,
        ),
    )


def _shown(part: PostPart, ui: Texts, language: str) -> dict[str, object]:
    """What the templates say of one series."""
    option = VARIABLES[part.study.series.key.variable].option
    region = part.study.region
    bare = re.sub(r"^(?:el|la|los|las) ", "", region.title_es)  # a heading has no article
    place = region.title if language == "en" else bare[:1].upper() + bare[1:]
    return {
        "name": clean(f"{place}: {ui[option]}"),
        "answers": [clean(answer) for answer in part.answers],
        "changes": sentences(part.changes, ui) if part.changes else (),
        "changes_title": heading(part.changes, ui) if part.changes else "",
        "pictures": [
            {
                "src": picture.src,
                "width": picture.asset.width,
                "height": picture.asset.height,
                "alt": clean(picture.asset.words.alt) if picture.asset.words else "",
                "caption": clean(picture.asset.words.caption) if picture.asset.words else "",
            }
            for picture in part.pictures
        ],
    }


def _sources(part: PostPart, ui: Texts) -> tuple[str, ...]:
    """Words that must stand beside the data of one series."""
    return tuple(map(clean, part.sources)) or tuple(source_lines([part.study], ui))

"""
Fonts: the four cuts of Source Sans, and how wide a text will be.

The files come from the PyPI package ``font-source-sans-pro`` (OFL 1.1) and are loaded by path: the static files' family
names do not resolve cleanly, and a reader's own fonts must not change the bytes of a picture. Widths are taken from
the outlines without hinting, so that a text measures the same in every preset.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from climtrack.reporter.theme import Theme

Face = Literal["regular", "semibold", "bold", "italic"]

FACES: Mapping[Face, str] = MappingProxyType(
    {
        "regular": "SourceSansPro-Regular.ttf",
        "semibold": "SourceSansPro-Semibold.ttf",
        "bold": "SourceSansPro-Bold.ttf",
        "italic": "SourceSansPro-It.ttf",
    }
)
#: Height of capitals and figures, and depth of descenders, as shares of the size.
CAP, DESCENT = 0.68, 0.21
#: Distance of lines as a share of the size.
LEADING = 1.15
_EM = 1000


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    face: Face
    size: float
    colour: str


@cache
def font_file(theme: Theme, face: Face) -> Path:
    own: Path | None = getattr(theme, f"font_{face}")
    return own or Path(str(files("font_source_sans_pro") / "files" / FACES[face]))


@lru_cache(maxsize=8192)
def _word_width(path: Path, word: str) -> int:
    """Width of a word in 64ths of a thousandth of an em."""
    from matplotlib.font_manager import get_font
    from matplotlib.ft2font import LoadFlags

    font = get_font(path)
    font.set_size(_EM, 72)
    font.set_text(word, 0.0, flags=LoadFlags.NO_HINTING)
    return int(font.get_width_height()[0])


def text_width(theme: Theme, face: Face, size: float, text: str) -> float:
    """Width of a text: of its words and the spaces between them, for a space is never kerned."""
    path = font_file(theme, face)
    words = text.split(" ")
    units = sum(_word_width(path, word) for word in words) + (len(words) - 1) * _word_width(path, " ")
    return units / 64 / _EM * size


def wrapped(theme: Theme, face: Face, size: float, text: str, width: float) -> tuple[str, ...]:
    """Text broken into lines at its plain spaces; a last line of one short word takes company from above."""

    def lines(room: float) -> list[str]:
        found: list[str] = []
        for word in text.split(" "):
            if found and text_width(theme, face, size, f"{found[-1]} {word}") <= room:
                found[-1] += f" {word}"
            else:
                found.append(word)
        return found

    best = lines(width)
    if len(best) > 1 and text_width(theme, face, size, best[-1]) < 0.3 * width:
        # Narrow the column until the last line would need a new one: the evenest break of as many lines.
        for share in (0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6):
            narrower = lines(width * share)
            if len(narrower) > len(best):
                break
            best = narrower
    return tuple(best)

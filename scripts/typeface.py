"""Writes the two cuts of Source Sans that a page carries: Latin letters and signs, 400 and 600 (OFL 1.1)."""

from __future__ import annotations

from pathlib import Path

from fontTools.subset import Options, Subsetter, save_font
from fontTools.ttLib import TTFont

from climtrack.reporter.fonts import font_file
from climtrack.reporter.theme import LIGHT

WEB = Path(__file__).parents[1] / "climtrack/publish/web"
CHARACTERS = "".join(map(chr, (*range(32, 127), *range(160, 256)))) + "–—‘’“”…−≥≤≈•→↑↓←\u202f"


def main() -> None:
    for weight, face in ((400, "regular"), (600, "semibold")):
        options = Options(layout_features=["kern", "tnum"], hinting=False, name_IDs=[0, 13, 14], flavor="woff")
        font = TTFont(font_file(LIGHT, face), recalcTimestamp=False)
        subsetter = Subsetter(options)
        subsetter.populate(text=CHARACTERS)
        subsetter.subset(font)
        save_font(font, WEB / f"sans-{weight}.woff", options)


if __name__ == "__main__":
    main()

"""Sheet: how every map is laid out: head and foot, the map with its facts beside it, the finished file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from climtrack.errors import ConfigError, RenderError
from climtrack.reporter.canvas import Canvas, Line
from climtrack.reporter.fonts import CAP, DESCENT, Face, wrapped
from climtrack.reporter.frame import foot, head
from climtrack.reporter.geometry import Rect
from climtrack.reporter.presets import PRESETS
from climtrack.reporter.projection import Projection, projection
from climtrack.reporter.theme import COLOURS, Theme, themed
from climtrack.vocabulary.assets import Asset, Words
from climtrack.vocabulary.registry import Region
from climtrack.words.language import Language

#: Sizes that a map is composed for.
MAP_PRESETS = ("wide", "post", "email", "phone")
#: Width of the column of words beside a map in a wide picture, and its distance from the map.
COLUMN, GUTTER = 196.0, 18.0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A picture that has its head and its foot, with the room between them for a map."""

    canvas: Canvas
    view: Projection
    room: Rect  # What is left for the map, its facts and its key

    @property
    def column(self) -> Rect | None:
        """Room for facts and key beside the map; None where the map takes the whole width."""
        if self.canvas.preset.form != "wide" or self.view.ratio >= 1.7:
            return None
        return Rect(self.room.right - COLUMN, self.room.top, self.room.right, self.room.bottom)

    def area(self, below: float = 0.0) -> Rect:
        """Where the map goes: the largest rectangle of its ratio, in the middle of the room that the rest leaves."""
        room = self.room
        right = room.right if self.column is None else self.column.left - GUTTER
        width, height = right - room.left, room.bottom - below - room.top
        wide = min(width, height * self.view.ratio)
        high = wide / self.view.ratio
        left, top = room.left + (width - wide) / 2, room.top + (height - high) / 2
        return Rect(left, top, left + wide, top + high)

    def say(self, column: Rect, name: str, value: str, ink: str, facts: Sequence[str]) -> None:
        """The number of the map in large type, and under it what else there is to say."""
        canvas, theme, sizes = self.canvas, self.canvas.theme, self.canvas.preset.type
        big = canvas.size(sizes.callout) * 1.7
        y = column.top + 8 + CAP * big
        canvas.text(name, column.left, y, Line(value, "bold", big, ink), halo=False)
        y += DESCENT * big + 4
        face: Face = "semibold"
        size, colour = canvas.size(sizes.label), theme.ink
        for fact in facts:
            y += 10
            for line in wrapped(theme, face, size, fact, column.width):
                y += CAP * size
                canvas.text("fact", column.left, y, Line(line, face, size, colour), halo=False)
                y += (1.25 - CAP) * size
            face, size, colour = "regular", canvas.size(sizes.note), theme.secondary


def begun(
    region: Region, told: Words, notes: Sequence[str], sources: Sequence[str], *,
    preset: str, theme: str | Theme, language: Language,
) -> Sheet:  # fmt: skip
    """A sheet with its head and its foot."""
    if preset not in MAP_PRESETS:
        raise ConfigError(f"a map is not composed for {preset[:20]!r}", f"Choose one of {', '.join(MAP_PRESETS)}")
    canvas = Canvas(PRESETS[preset], themed(theme) if isinstance(theme, str) else theme, language)
    top = head(canvas, told.title, told.subtitle) + 10
    credit = (canvas.theme.credit,) if canvas.theme.credit else ()
    bottom = foot(canvas, tuple(notes), (*sources, *credit))
    margin = canvas.preset.margin
    return Sheet(canvas, projection(region), Rect(margin, top, canvas.preset.width - margin, bottom - 9))


def finished(canvas: Canvas, told: Words, inks: Sequence[str], name: str, fmt: str) -> Asset:
    """A drawn map as a file."""
    from climtrack.reporter import encode

    if fmt not in encode.MEDIA_TYPES:
        raise ConfigError(f"format {fmt[:20]!r} is unknown", f"Choose one of {', '.join(encode.MEDIA_TYPES)}")
    size = canvas.preset
    if fmt == "png":
        image = encode.raster(canvas)
        kept = [*(getattr(canvas.theme, role) for role in COLOURS), *inks]
        for step in encode.STEPS:
            data = encode.png(image, kept, *step)
            if len(data) <= size.ceiling * 1000:
                break
        else:
            raise RenderError(f"the map in {size.name} is {len(data) // 1000} kB, more than {size.ceiling}")
    else:
        data = {"svg": encode.svg, "webp": encode.webp, "pdf": encode.pdf}[fmt](canvas, told)
    look = "" if canvas.theme.name == "light" else f".{canvas.theme.name}"
    path = f"{name}.{size.name}{look}.{canvas.language.code}.{fmt}"
    return Asset(path, encode.MEDIA_TYPES[fmt], data, canvas.language.code, told, *size.pixels)

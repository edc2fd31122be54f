"""Encode: a drawn figure as the bytes of a file, the same bytes for the same figure."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg

from climtrack.errors import ExtraMissing
from climtrack.reporter.canvas import TEXT_HALO, Canvas, defaults
from climtrack.reporter.theme import COLOURS, mix

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from PIL import Image

    from climtrack.vocabulary.assets import Words

#: What matplotlib writes of a text: a group of letters, each a use of its outline.
_LETTERS = re.compile(
    r'<g id="text-(\d+)">(?:\s|<!--.*?-->)*'
    r'<g style="([^"]*)" transform="([^"]*scale\(([\d.]+) [^"]*)">(.*?)</g>\s*</g>', re.S
)  # fmt: skip
_PATH, _DIGITS, _SPACE = re.compile(r'(?<= d=")[^"]*'), re.compile(r"(\.\d\d)\d+"), re.compile(r"\s*([A-Za-z])\s*")
#: Points are the CSS pixels of the drawing.
_SIZE = re.compile(r'(width|height)="([0-9.]+)pt"')
#: Colours of the palette and effort of packing, tried in turn until the file is small enough. The fast octree has no
#: grip on the size below its 96 colours; the slower cut by coverage has.
STEPS = ((96, 6), (96, 9), (64, 6), (48, 9))
FAST = 96
#: A palette entry this near to an ink in every channel is that ink.
SNAP = 6
MEDIA_TYPES = {"png": "image/png", "svg": "image/svg+xml", "webp": "image/webp", "pdf": "application/pdf",
               "gif": "image/gif", "mp4": "video/mp4"}  # fmt: skip


def raster(canvas: Canvas) -> Image.Image:
    """The one raster pass of a picture."""
    from PIL import Image

    agg = canvas.figure.canvas
    if not isinstance(agg, FigureCanvasAgg):
        raise TypeError("a canvas draws on Agg")
    with defaults():
        agg.draw()  # type: ignore[no-untyped-call]
    width, height = agg.get_width_height()
    pixels = agg.buffer_rgba()  # type: ignore[no-untyped-call]
    return Image.frombuffer("RGBA", (width, height), pixels, "raw", "RGBA", 0, 1)


def png(image: Image.Image, exact: Sequence[str], colours: int = FAST, effort: int = 6) -> bytes:
    """Palette PNG without dithering, transparency or metadata."""
    from PIL import Image

    if colours >= FAST:
        reduced = image.quantize(colours, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    else:
        reduced = image.convert("RGB").quantize(colours, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    # The octree of an opaque image may leave an alpha that rounds to 254: only its colours are kept.
    palette = np.array(reduced.getpalette("RGB"), dtype=np.int64).reshape(-1, 3)
    for ink in exact:
        colour = np.array([int(ink[i : i + 2], 16) for i in (1, 3, 5)])
        distance = np.abs(palette - colour).max(axis=1)
        if distance.min() <= SNAP:
            palette[int(distance.argmin())] = colour
    reduced.putpalette(palette.astype(np.uint8).tobytes(), "RGB")
    file = io.BytesIO()
    reduced.save(file, "PNG", compress_level=effort)
    return file.getvalue()


def smallest_png(canvas: Canvas, inks: Sequence[str] = (), steps: Sequence[tuple[int, int]] = STEPS) -> bytes:
    """PNG of a drawing, with as many colours as its ceiling allows; beyond it where even the fewest are too many."""
    image, exact = raster(canvas), [*(getattr(canvas.theme, role) for role in COLOURS), *inks]
    for colours, effort in steps:
        data = png(image, exact, colours, effort)
        if len(data) <= canvas.preset.ceiling * 1000:
            break
    return data


#: Milliseconds of the finished picture before the years pass and after them, and of each frame between.
FIRST, LAST, EACH = 1000, 3000, 160
#: Colours of an animation besides the inks, tried in turn until it is small enough.
MOVING_COLOURS = (96, 48, 24)


def moving(canvas: Canvas, frames: Iterable[Sequence[Artist]], formats: Sequence[str]) -> dict[str, bytes]:
    """Animations that begin with the finished picture, play once and stop at it; all frames share one palette."""
    finished = raster(canvas).convert("RGB")
    shots = [finished, *_shots(canvas, frames), finished]
    times = [FIRST, *[EACH] * (len(shots) - 2), LAST]
    files = {}
    for fmt in formats:
        if fmt == "mp4":
            files[fmt] = _video(shots, times)
            continue
        for colours in MOVING_COLOURS:
            files[fmt] = _animated(canvas, shots, times, fmt, colours)
            if len(files[fmt]) <= canvas.preset.ceiling * 1000:
                break
    return files


def _animated(canvas: Canvas, shots: Sequence[Image.Image], times: list[int], fmt: str, colours: int) -> bytes:
    from PIL import Image

    none, theme = Image.Dither.NONE, canvas.theme
    sheet = Image.fromarray(np.hstack([np.asarray(shots[i]) for i in (0, 1, -2)]))
    found = sheet.quantize(colours, method=Image.Quantize.MAXCOVERAGE, dither=none).getpalette("RGB") or ()
    inks = [*(getattr(theme, role) for role in COLOURS), mix(theme.background, theme.average, theme.band_alpha)]
    palette = Image.new("P", (1, 1))
    palette.putpalette(bytes(found) + b"".join(bytes.fromhex(ink[1:]) for ink in inks))
    reduced = [shot.quantize(palette=palette, dither=none) for shot in shots]
    # Without a count of loops a GIF plays once.
    options: dict[str, Any] = {"disposal": 1}
    if fmt == "webp":
        reduced = [one.convert("RGB") for one in reduced]
        options = {"loop": 1, "lossless": True, "quality": 60, "method": 3}
    file = io.BytesIO()
    reduced[0].save(file, fmt, save_all=True, append_images=reduced[1:], duration=times, **options)
    return file.getvalue()


#: Frames of a video in a second: every duration above is a whole number of them.
RATE = 25
#: One thread, no choice by processor and none by its macroblock tree: the same bytes on every machine.
H264 = {"crf": "18", "tune": "animation", "threads": "1", "x264-params": "cpu-independent=1:mbtree=0"}


def _video(shots: Sequence[Image.Image], times: Sequence[int]) -> bytes:
    """H.264 in MP4, as every platform takes it."""
    try:
        import av
    except ImportError as problem:
        raise ExtraMissing("draw.needs_av") from problem
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=RATE, options=H264)
        stream.width, stream.height, stream.pix_fmt = *shots[0].size, "yuv420p"
        stream.codec_context.colorspace = stream.codec_context.color_primaries = stream.codec_context.color_trc = 1
        for shot, milliseconds in zip(shots, times, strict=True):
            frame = av.VideoFrame.from_ndarray(np.asarray(shot)).reformat(format="yuv420p", dst_colorspace="ITU709")
            for _ in range(milliseconds * RATE // 1000):
                frame.pts = None
                out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return file.getvalue()


def _shots(canvas: Canvas, frames: Iterable[Sequence[Artist]]) -> Iterator[Image.Image]:
    """The frames, each the same picture with something more drawn on it."""
    from PIL import Image

    agg, empty = canvas.figure.canvas, None
    if not isinstance(agg, FigureCanvasAgg):
        raise TypeError("a canvas draws on Agg")
    with defaults():
        for artists in frames:
            if empty is None:
                size = raster(canvas).size
                empty = agg.copy_from_bbox(canvas.figure.bbox)  # type: ignore[no-untyped-call]
            agg.restore_region(empty)  # type: ignore[no-untyped-call]
            for artist in artists:
                artist.draw(agg.get_renderer())  # type: ignore[no-untyped-call]
            pixels = agg.buffer_rgba()  # type: ignore[no-untyped-call]
            yield Image.frombuffer("RGBA", size, pixels, "raw", "RGBA", 0, 1).convert("RGB")


def webp(canvas: Canvas, words: Words) -> bytes:
    del words
    file = io.BytesIO()
    raster(canvas).convert("RGB").save(file, "WEBP", lossless=True, quality=60, method=3)
    return file.getvalue()


def svg(canvas: Canvas, words: Words) -> bytes:
    """SVG whose letters are outlines, the same in every reader; its title and description say what they say."""
    for text in canvas.texts:
        text.set_path_effects([])  # with one, each letter would be drawn in full wherever it stands
    file = io.StringIO()
    with defaults(svg__hashsalt="climtrack"):
        canvas.figure.savefig(
            file, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
        )
    # Hundredths of a CSS pixel are finer than any screen.
    body = _PATH.sub(lambda found: _SPACE.sub(r"\1", _DIGITS.sub(r"\1", found[0])), file.getvalue())
    body = _LETTERS.sub(lambda found: _haloed(found, canvas.theme.background), body)
    head, tail = body.split("<defs>", 1)
    head = _SIZE.sub(r'\1="\2"', head[head.index("<svg") :]).replace(
        "<svg ", '<svg role="img" aria-labelledby="t d" ', 1
    )
    labels = f'<title id="t">{escape(words.title)}</title>\n <desc id="d">{escape(words.long)}</desc>\n '
    return f'<?xml version="1.0" encoding="utf-8"?>\n{head}{labels}<defs>{tail}'.encode()


def _haloed(found: re.Match[str], paper: str) -> str:
    """The letters of one text, first as wide strokes of the background, all of them before any is filled."""
    number, fill, place, scale, letters = found.groups()
    stroke = f"fill:none;stroke:{paper};stroke-width:{TEXT_HALO / float(scale):.1f};stroke-linejoin:round"
    return (
        f'<g transform="{place}"><g style="{stroke}"><g id="text-{number}">{letters}</g></g>'
        f'<use xlink:href="#text-{number}" style="{fill}"/></g>'
    )


def pdf(canvas: Canvas, words: Words) -> bytes:
    file = io.BytesIO()
    with defaults(pdf__fonttype=42):
        canvas.figure.savefig(
            file,
            format="pdf",
            metadata={"Title": words.title, "Subject": words.alt, "Creator": "climtrack", "CreationDate": None},
        )
    return file.getvalue()


#: How a drawing with its words becomes a file; PNG has a ceiling besides.
VECTORS = {"svg": svg, "webp": webp, "pdf": pdf}

"""Encode: a drawn figure as the bytes of a file, the same bytes for the same figure."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg

if TYPE_CHECKING:
    from PIL import Image

    from climtrack.reporter.canvas import Canvas

#: Colours of the palette, tried in turn until the file is small enough.
COLOURS = (96, 64, 48)
#: A palette entry this near to an ink in every channel is that ink.
SNAP = 6
MEDIA_TYPES = {"png": "image/png", "svg": "image/svg+xml", "webp": "image/webp", "pdf": "application/pdf"}


def raster(canvas: Canvas) -> Image.Image:
    """
    The one raster pass of a picture.

    Parameters
    ----------
    canvas : Canvas
        A finished drawing.

    Returns
    -------
    Image
        RGBA, opaque, of exactly the preset's pixels.
    """
    from PIL import Image

    agg = canvas.figure.canvas
    if not isinstance(agg, FigureCanvasAgg):
        raise TypeError("a canvas draws on Agg")
    agg.draw()
    width, height = agg.get_width_height()
    return Image.frombuffer("RGBA", (width, height), agg.buffer_rgba(), "raw", "RGBA", 0, 1)


def png(image: Image.Image, colours: int, exact: Sequence[str]) -> bytes:
    """
    Palette PNG without dithering, transparency or metadata.

    Parameters
    ----------
    image : Image
        RGBA, opaque.
    colours : int
        Size of the palette.
    exact : sequence of str
        Inks that must come out as they are: the octree averages the colours of a cell, white with the last trace of a
        line's edge.

    Returns
    -------
    bytes
        The file.
    """
    from PIL import Image

    reduced = image.quantize(colours, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    # The octree of an RGBA image spends no cells on transparency that is not there, but keeps an alpha that rounds to 254.
    palette = np.array(reduced.getpalette("RGB"), dtype=np.int64).reshape(-1, 3)
    for ink in exact:
        wanted = np.array([int(ink[i : i + 2], 16) for i in (1, 3, 5)])
        distance = np.abs(palette - wanted).max(axis=1)
        if distance.min() <= SNAP:
            palette[int(distance.argmin())] = wanted
    reduced.putpalette(palette.astype(np.uint8).tobytes(), "RGB")
    file = io.BytesIO()
    reduced.save(file, "PNG", compress_level=6)
    return file.getvalue()


def webp(image: Image.Image) -> bytes:
    """
    Lossless WebP.

    Parameters
    ----------
    image : Image
        RGBA, opaque.

    Returns
    -------
    bytes
        The file.
    """
    file = io.BytesIO()
    image.convert("RGB").save(file, "WEBP", lossless=True, quality=60, method=3)
    return file.getvalue()

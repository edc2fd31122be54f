"""Every picture keeps the promises of CHARTS.md §8."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from PIL import Image

from climtrack.errors import ConfigError, RenderError
from climtrack.reporter.canvas import Canvas, Line
from climtrack.reporter.encode import raster
from climtrack.reporter.fonts import Face
from climtrack.reporter.geometry import Rect
from climtrack.reporter.language import Language
from climtrack.reporter.presets import PRESETS
from climtrack.reporter.render import draw, render
from climtrack.reporter.theme import COLOURS, LIGHT, THEMES
from climtrack.vocabulary.results import Study
from tests.reporter.studies import DATES, sample


def faults(canvas: Canvas) -> list[str]:
    """What is wrong with the places of the texts."""
    boxes, preset = canvas.boxes, canvas.preset
    found = [
        f"{a.text!r} touches {b.text!r}"
        for a, b in combinations(boxes, 2)
        if a.rect.grown(-0.3).touches(b.rect.grown(-0.3))
    ]
    page = Rect(0, 0, preset.width, preset.height).grown(-preset.margin + 0.5, -8)
    found += [f"{b.text!r} leaves the margins" for b in boxes if not page.contains(b.rect)]
    for trace in canvas.traces:
        known = trace[~np.isnan(trace[:, 0]) & ~np.isnan(trace[:, 1])]
        for box in boxes:
            rect = box.rect.grown(0.8)
            inside = (
                (known[:, 0] > rect.left)
                & (known[:, 0] < rect.right)
                & (known[:, 1] > rect.top)
                & (known[:, 1] < rect.bottom)
            )
            if inside.any():
                found.append(f"{box.text!r} lies on this year's line")
    return found


def check(chart: str, studies: Sequence[Study], preset: str, theme: str, language: str) -> None:
    """One picture keeps its promises of place and size."""
    canvas = draw(chart, studies, preset=preset, theme=theme, language=language)
    assert not faults(canvas), (chart, preset, language, studies[0].series.key, studies[0].as_of)
    for box in canvas.boxes:
        assert box.size >= (10.8 if box.name in {"source", "notes", "simulated"} else 12), box


@pytest.mark.parametrize("preset", ["wide", "email", "phone", "card"])
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("day", DATES)
def test_flagship_texts_keep_apart(preset: str, language: str, day: object) -> None:
    """No two texts touch, none leaves the margins or lies on this year's line."""
    check("year_lines", [sample("nh", as_of=day)], preset, "light", language)  # type: ignore[arg-type]


@pytest.mark.parametrize("preset", PRESETS)
def test_png_is_what_the_preset_says(preset: str) -> None:
    """Right pixels, palette, opaque, no metadata, under the ceiling, same bytes twice."""
    try:
        first = render("year_lines", [sample()], preset=preset, theme="light", language="en")
    except ConfigError:
        pytest.skip("not composed for this preset")
    again = render("year_lines", [sample()], preset=preset, theme="light", language="en")
    assert first.data == again.data
    assert len(first.data) <= PRESETS[preset].ceiling * 1000
    image = Image.open(io.BytesIO(first.data))
    assert image.size == PRESETS[preset].pixels == (first.width, first.height)
    assert image.mode == "P"
    assert image.info == {}
    colours = image.convert("RGB").getcolors()
    assert colours is not None
    assert len(colours) <= 96
    assert {(255, 255, 255), (18, 18, 18), (0xD5, 0x5E, 0)} <= {c for _, c in colours}


@pytest.mark.parametrize("fmt", ["svg", "webp", "pdf"])
def test_other_formats_repeat_their_bytes(fmt: str) -> None:
    """SVG, WebP and PDF come out the same twice."""
    made = [render("year_lines", [sample()], preset="phone", theme="dark", language="es", fmt=fmt) for _ in range(2)]
    assert made[0].data == made[1].data
    assert made[0].path == f"nh-air.year-lines.phone.dark.es.{fmt}"


@pytest.mark.parametrize("face", ["regular", "semibold", "bold", "italic"])
def test_measured_boxes_are_where_the_ink_is(face: Face) -> None:
    """The boxes that the other tests trust hold the ink of a text, to a pixel."""
    canvas = Canvas(PRESETS["wide"], LIGHT, Language("en"))
    box = canvas.text("x", 40, 100, Line("Hag −0,3\u00a0°C frente a 2025", face, 20, "#000000"))  # type: ignore[arg-type]
    dark = np.asarray(raster(canvas))[:, :, 0] < 128
    rows, columns = (
        np.flatnonzero(dark.any(axis=1)) / canvas.preset.scale,
        np.flatnonzero(dark.any(axis=0)) / canvas.preset.scale,
    )
    assert columns[0] == pytest.approx(box.left, abs=2)
    assert columns[-1] == pytest.approx(box.right, abs=2)
    assert box.top - 1 <= rows[0] <= box.top + 2
    assert rows[-1] <= box.bottom + 1


def test_unknown_names_say_what_is_known() -> None:
    """A wrong chart, preset, format or number of series is one clear line."""
    for kwargs in ({"preset": "poster"}, {"preset": "grid"}, {"fmt": "gif"}):
        with pytest.raises(ConfigError, match="Choose one of"):
            render("year_lines", [sample()], **{"preset": "wide", "theme": "light", "language": "en", **kwargs})
    with pytest.raises(ConfigError, match="chart 'pie' is unknown"):
        render("pie", [sample()], preset="wide", theme="light", language="en")
    with pytest.raises(RenderError, match="takes 1 series, not 2"):
        render("year_lines", [sample(), sample()], preset="wide", theme="light", language="en")


def test_every_theme_names_every_role() -> None:
    """Both themes give each role a colour written as #RRGGBB."""
    for theme in THEMES.values():
        assert all(len(getattr(theme, role)) == 7 for role in COLOURS)

"""The files: right pixels, few colours, under their ceilings, the same bytes each time, nothing left open."""

from __future__ import annotations

import gc
import io
import re
import resource
import subprocess
import sys
import weakref
from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image

from climtrack.errors import ConfigError, RenderError
from climtrack.reporter import encode
from climtrack.reporter.canvas import Canvas
from climtrack.reporter.charts import CHARTS
from climtrack.reporter.fonts import Line
from climtrack.reporter.render import THIN_BEFORE, draw, oversized, render, render_formats, words
from climtrack.reporter.theme import LIGHT, PRESETS
from climtrack.vocabulary.assets import Words
from climtrack.words.language import Language
from tests.reporter.pictures import combinations_of
from tests.reporter.studies import sample

SVG = "{http://www.w3.org/2000/svg}"


def test_every_png_keeps_its_promises() -> None:
    """Each chart in its own preset and in `post`: pixels, palette, no metadata, under the ceiling, key inks exact."""
    for chart, preset, shown, options in combinations_of([sample("nh"), sample("sh"), sample("natlan", "sst")]):
        if preset not in {CHARTS[chart].presets[0], "post"}:
            continue
        asset = render(chart, shown, preset=preset, theme="light", language="en", **options)
        assert len(asset.data) <= PRESETS[preset].ceiling * 1000, asset.path
        image = Image.open(io.BytesIO(asset.data))
        assert image.size == PRESETS[preset].pixels == (asset.width, asset.height)
        assert (image.mode, image.info) == ("P", {}), asset.path
        palette = np.reshape(image.getpalette(), (-1, 3))
        colours = {tuple(palette[place]) for _, place in image.getcolors() or []}
        assert 0 < len(colours) <= 96
        assert {(255, 255, 255), (0x12, 0x12, 0x12)} <= colours, asset.path


def test_one_drawing_gives_each_format_the_bytes_it_has_alone() -> None:
    """PNG, WebP, PDF and SVG of one drawing equal those of four, in any order asked."""
    text = words("year_lines", [sample()])["es"]
    shown = {"preset": "card", "theme": "light", "language": "es", "text": text}
    together = render_formats("year_lines", [sample()], formats=("svg", "pdf", "png", "webp"), **shown)
    alone = [render("year_lines", [sample()], fmt=fmt, **shown) for fmt in ("svg", "pdf", "png", "webp")]
    assert [one.path for one in together] == [one.path for one in alone]
    assert [one.sha256 for one in together] == [one.sha256 for one in alone]


@pytest.mark.parametrize(("preset", "fmt"), [("wide", "png"), ("phone", "svg"), ("card", "webp"), ("card", "pdf")])
def test_same_input_same_bytes(preset: str, fmt: str) -> None:
    """Twice the same picture is the same file, also after another one and under a reader's own matplotlibrc."""
    first = render("year_lines", [sample()], preset=preset, theme="dark", language="es", fmt=fmt)
    render("stripes", [sample()], preset="card", theme="light", language="en", fmt=fmt)
    with mpl.rc_context({"axes.facecolor": "red", "font.size": 3, "lines.linewidth": 9, "savefig.dpi": 30,
                         "path.simplify": False, "svg.fonttype": "path", "text.hinting": "none"}):  # fmt: skip
        again = render("year_lines", [sample()], preset=preset, theme="dark", language="es", fmt=fmt)
    assert first.data == again.data
    assert first.path == f"nh-air.year-lines.{preset}.dark.es.{fmt}"


def test_a_heavy_picture_steps_down() -> None:
    """A picture over its ceiling takes a smaller palette; pixels are never taken away."""
    image = encode.raster(draw("year_lines", [sample()], preset="wide", theme="light", language="en"))
    inks = [LIGHT.background, LIGHT.this_year]
    first, last = (len(encode.png(image, inks, *step)) for step in (encode.STEPS[0], encode.STEPS[-1]))
    assert last < first
    assert Image.open(io.BytesIO(encode.png(image, inks, 48, 9))).size == image.size


def test_thinned_years_are_said() -> None:
    """Where every second early year is left out the note says so, and no later year is touched."""
    full = draw("year_lines", [sample()], preset="wide", theme="light", language="en")
    thin = draw("year_lines", [sample()], preset="wide", theme="light", language="en", thin_before=THIN_BEFORE[0])
    counts = [len(canvas.figure.axes[0].collections[0].get_paths()) for canvas in (full, thin)]
    assert counts == [85, 85 - 20]  # 1940–2024; of 1940–1979 the even ones stay
    assert any("every second year" in box.text for box in thin.boxes)


def test_a_picture_over_its_ceiling_is_written_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thinned as far as it goes, with its note, and named: never absent, never that of the last issue."""
    monkeypatch.setattr("climtrack.reporter.render.PRESETS", PRESETS | {"phone": replace(PRESETS["phone"], ceiling=9)})
    asset = render("year_lines", [sample()], preset="phone", theme="light", language="en")
    (notice,) = oversized([asset])
    said = Language("en").say(notice)
    assert said.startswith(
        f"nh-air.year-lines.phone.en.png is {len(asset.data) // 1000} kB, more than 9; it is written"
    )
    assert Image.open(io.BytesIO(asset.data)).size == (720, 900)


def test_svg_has_outlines_title_and_description() -> None:
    """Letters are outlines, so no reader needs a font; the words for those who cannot see are in the file, escaped."""
    own = Words('Warm <b>&amp; "wet"', "Sub & title", "", "", "", "Long <script>alert(1)</script>")
    asset = render("year_lines", [sample()], preset="wide", theme="light", language="en", fmt="svg", text=own)
    assert b"<script>" not in asset.data
    root = ElementTree.fromstring(asset.data)
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert desc is not None
    assert (title.text, desc.text) == (own.title, own.long)
    assert root.get("role") == "img"
    assert (root.get("width"), root.get("viewBox")) == ("728", "0 0 728 409.5")
    assert not list(root.iter(f"{SVG}text"))
    assert b"font" not in asset.data
    assert not re.search(rb'(href|src)="https?:', asset.data)


def test_webp_is_lossless() -> None:
    """Pixel for pixel what was drawn."""
    asset = render("records", [sample()], preset="phone", theme="light", language="en", fmt="webp")
    drawn = encode.raster(draw("records", [sample()], preset="phone", theme="light", language="en")).convert("RGB")
    assert Image.open(io.BytesIO(asset.data)).convert("RGB").tobytes() == drawn.tobytes()


def test_unknown_names_say_what_is_known() -> None:
    """A wrong chart, preset, format or number of series is one clear line."""
    common = {"preset": "wide", "theme": "light", "language": "en"}
    for wrong in ({"preset": "poster"}, {"preset": "grid"}, {"fmt": "gif"}, {"theme": "sepia"}):
        with pytest.raises(ConfigError, match=r"Known are|Choose one of"):
            render("year_lines", [sample()], **{**common, **wrong})
    with pytest.raises(ConfigError, match="unknown chart 'pie'"):
        render("pie", [sample()], **common)
    with pytest.raises(RenderError, match="takes 1 series, not 2"):
        render("year_lines", [sample(), sample()], **common)


def test_no_figure_is_left_open() -> None:
    """A picture of every chart later not one figure is alive."""
    alive: list[weakref.ref[object]] = []
    for chart, preset, shown, options in combinations_of([sample("nh"), sample("sh"), sample("natlan", "sst")]):
        if preset != CHARTS[chart].presets[0]:
            continue
        canvas = draw(chart, shown, preset=preset, theme="light", language="en", **options)
        alive.append(weakref.ref(canvas.figure))
    assert len(alive) == len(CHARTS)
    del canvas
    gc.collect()
    assert not [ref for ref in alive if ref() is not None]


@pytest.mark.soak
def test_memory_stays_flat(record_property: Callable[[str, object], None]) -> None:
    """A thousand pictures take no more memory than the first hundred (4 minutes)."""
    peaks = []
    for i in range(1000):
        render("year_lines", [sample()], preset="phone", theme="light", language="en")
        if i in {99, 999}:
            gc.collect()
            peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    record_property("peak after 100, MB", peaks[0] // 1000)
    record_property("grown by 1,000, kB", peaks[1] - peaks[0])
    assert peaks[1] - peaks[0] < 8_000  # kB


def test_the_catalogue_is_light() -> None:
    """The charts are known without matplotlib; drawing needs no pyplot, pandas, scipy."""
    check = (
        "import sys, climtrack.reporter.charts, climtrack.reporter.theme;"
        "assert not {'matplotlib', 'PIL'} & set(sys.modules);"
        "import climtrack.reporter.canvas, climtrack.reporter.encode, climtrack.reporter.render;"
        "assert not {'matplotlib.pyplot', 'pandas', 'xarray', 'scipy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", check], check=True, timeout=600)


def test_a_logo_stands_at_the_lower_right(tmp_path: object) -> None:
    """A user's logo is drawn inside the margins and moves no text."""
    from pathlib import Path

    from climtrack.reporter.theme import themed

    path = Path(str(tmp_path)) / "logo.png"
    Image.new("RGBA", (60, 20), (0, 128, 0, 255)).save(path)
    look = themed("light", {"logo": str(path), "credit": "The Weekly"})
    canvas = draw("year_lines", [sample()], preset="wide", theme=look, language="en")
    assert any("The Weekly" in box.text for box in canvas.boxes)
    image = encode.raster(canvas).convert("RGB")
    width, height = image.size
    corner = image.crop((int(width * 0.8), int(height * 0.85), width, height))
    assert (0, 128, 0) in {colour for _, colour in corner.getcolors(1 << 20) or []}


def test_language_is_checked_before_drawing() -> None:
    """An unknown language is refused."""
    with pytest.raises(ConfigError, match="language 'fr'"):
        Canvas(PRESETS["wide"], LIGHT, Language("fr"))
    assert Line("x", "bold", 14, "#000000").text == "x"

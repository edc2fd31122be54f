"""The animation: it begins and ends with the finished picture, is short, small and the same each time."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from climtrack.errors import ExtraMissing
from climtrack.reporter import encode
from climtrack.reporter import render as made
from climtrack.reporter.charts import CHARTS, animation
from climtrack.reporter.render import draw, oversized, render, render_formats, words
from climtrack.reporter.theme import PRESETS
from climtrack.run import drawing
from climtrack.run.drawing import Request
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.findings import Study
from tests.reporter.studies import sample

LOOK = {"preset": "motion", "theme": "light"}


def short() -> Study:
    """The sample with five years of lines."""
    own = sample()
    recent = replace(own.table, years=own.table.years[-5:], values=own.table.values[-5:])
    return replace(own, table=recent)


def frames(asset: Asset) -> list[tuple[np.ndarray, int]]:  # type: ignore[type-arg]
    """Pixels and milliseconds of each."""
    found = []
    with Image.open(io.BytesIO(asset.data)) as file:
        for i in range(file.n_frames):  # type: ignore[attr-defined]
            file.seek(i)
            pixels = np.asarray(file.convert("RGB")).astype(int)
            found.append((pixels, int(file.info["duration"])))
    return found


def test_it_begins_and_ends_with_the_finished_picture() -> None:
    """A frame a year between, each different; both formats, and the still picture beside them is as without them."""
    five = short()
    gif, webp, png = render_formats("animation", [five], language="en", formats=("gif", "webp", "png"), **LOOK)
    assert (gif.path, gif.media_type) == ("nh-air.animation.motion.en.gif", "image/gif")
    still = np.asarray(Image.open(io.BytesIO(png.data)).convert("RGB")).astype(int)
    for asset in (gif, webp):
        shown = frames(asset)
        assert [time for _, time in shown] == [encode.FIRST, *[encode.EACH] * 4, encode.LAST], asset.path
        assert (shown[0][0] == shown[-1][0]).all()
        assert np.abs(shown[0][0] - still).mean() < 2
        for (one, _), (other, _) in pairwise(shown):
            assert (one != other).any()
        # The title and what is said under the axes, SIMULATED above all, stand in every frame.
        for one, _ in shown:
            assert (one[:180] == shown[0][0][:180]).all()
            assert (one[-70:] == shown[0][0][-70:]).all()
    assert Image.open(io.BytesIO(gif.data)).info.get("loop") is None  # plays once
    assert Image.open(io.BytesIO(webp.data)).info["loop"] == 1
    assert png.data == render("animation", [five], language="en", **LOOK).data
    assert gif.data == render("animation", [five], language="en", fmt="gif", **LOOK).data


def test_its_words_say_that_it_moves() -> None:
    """In both languages: alternative texts and caption, and the finding of the year lines."""
    found, lines = words("animation", [sample()]), words("year_lines", [sample()])
    for code, name in (("en", "Animat"), ("es", "Animación")):
        said = found[code]
        assert name in said.alt
        assert name in said.alt_short
        assert "1940–2026" in said.caption
        assert said.title == lines[code].title


def test_many_years_share_frames_and_end_with_last_year() -> None:
    """However long a record, it lasts 12 seconds at most."""
    canvas = draw("animation", [sample()], language="en", **LOOK)
    names = [str(artists[-1].get_text()) for artists in animation.frames(canvas, [sample()])]  # type: ignore[attr-defined]
    assert names[:2] == ["1941", "1943"]
    assert names[-1] == "2025"
    assert encode.FIRST + animation.FRAMES * encode.EACH + encode.LAST <= 12_000


def test_a_heavy_one_takes_fewer_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    """A GIF over its ceiling is made with a smaller palette, and said where that is not enough."""
    monkeypatch.setattr(animation, "FRAMES", 2)
    whole = render("animation", [sample()], language="en", fmt="gif", **LOOK)
    kilobytes = len(whole.data) // 1000
    monkeypatch.setattr(made, "PRESETS", {"motion": replace(PRESETS["motion"], ceiling=kilobytes - 1)})
    less = render("animation", [sample()], language="en", fmt="gif", **LOOK)
    assert len(less.data) < len(whole.data)
    assert oversized([replace(whole, data=b"0" * 2_000_000)])


def test_a_video_shows_the_same_frames() -> None:
    """H.264 of 25 frames a second, decoded: as long as the GIF, the finished picture first and last; the same bytes."""
    av = pytest.importorskip("av")
    video, png = render_formats("animation", [short()], language="es", formats=("mp4", "png"), **LOOK)
    assert (video.path, video.media_type) == ("nh-air.animation.motion.es.mp4", "video/mp4")
    with av.open(io.BytesIO(video.data)) as file:
        (stream,) = file.streams
        assert (stream.codec_context.name, stream.pix_fmt, stream.average_rate) == ("h264", "yuv420p", encode.RATE)
        shown = [frame.to_ndarray(format="rgb24").astype(int) for frame in file.decode(stream)]
    assert len(shown) == (encode.FIRST + 4 * encode.EACH + encode.LAST) * encode.RATE // 1000
    still = np.asarray(Image.open(io.BytesIO(png.data)).convert("RGB")).astype(int)
    assert np.abs(shown[0] - still).mean() < 3
    assert np.abs(shown[-1] - still).mean() < 3
    assert np.abs(shown[40] - still).mean() > 3
    assert len(video.data) < 1_000_000
    assert video.data == render("animation", [short()], language="es", fmt="mp4", **LOOK).data


def test_a_video_needs_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line before anything is drawn, that names it; other charts are pictures whatever is asked for."""
    look = {"languages": ("en",), "themes": ("light",), "presets": ("motion",), "baseline": None}
    asked = partial(Request, regions=("nh",), variables=("air",), charts=("animation",), **look)
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(ExtraMissing, match=r"pip install '\.\[video\]'"):
        asked(formats=("mp4",))
    with pytest.raises(ExtraMissing, match=r"MP4 needs av"):
        encode.moving(draw("animation", [short()], language="en", **LOOK), (), ["mp4"])
    assert asked(formats=("png",)).formats_of(CHARTS["animation"], "motion") == ("gif", "webp", "png")
    monkeypatch.setattr(drawing, "find_spec", lambda _: True)
    assert asked(formats=("mp4",)).formats_of(CHARTS["animation"], "motion") == ("gif", "webp", "mp4", "png")
    assert asked(formats=("mp4",)).formats_of(CHARTS["records"], "wide") == ("png",)
    both = asked(formats=("png", "svg"))
    assert [both.formats_of(CHARTS["records"], one) for one in ("wide", "email")] == [("png", "svg"), ("png",)]


@pytest.mark.soak
@pytest.mark.parametrize("chosen", [("nh", "t2m"), ("arctic", "t2m"), ("natlan", "sst")])
def test_whole_records_stay_under_a_megabyte(chosen: tuple[str, str]) -> None:
    """600 by 600, at most 12 seconds, GIF and WebP at most 1 MB, in both themes and languages."""
    assert CHARTS["animation"].presets == ("motion",)
    for theme, language in (("light", "en"), ("dark", "es")):
        assets = render_formats(
            "animation", [sample(*chosen)], preset="motion", theme=theme, language=language, formats=("gif", "webp")
        )
        for asset in assets:
            assert len(asset.data) <= 1_000_000
            assert Image.open(io.BytesIO(asset.data)).size == (600, 600)
            assert sum(time for _, time in frames(asset)) <= 12_000

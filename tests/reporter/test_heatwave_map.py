"""The map of marine heatwaves shows each category where it is, and its words agree with its numbers."""

from __future__ import annotations

import datetime as dt
import io
import itertools
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from climtrack.errors import ConfigError
from climtrack.reporter.globe import BLANK
from climtrack.reporter.heatwave_map import CALM, CATEGORIES, draw_heatwaves, render_heatwaves
from climtrack.reporter.presets import PRESETS
from climtrack.reporter.prose.heatwave_map import percent, whole, words
from climtrack.reporter.sheet import MAP_PRESETS
from climtrack.vocabulary.fields import Extreme, HeatwaveMap
from climtrack.vocabulary.registry import REGIONS, Baseline
from climtrack.vocabulary.series import Source, Status
from climtrack.words.language import Language
from tests.reporter.vision import seen

LAT, LON = np.arange(-89.5, 90), np.arange(-179.5, 180)
SOURCE = Source("https://example.org/a.nc", dt.datetime(2024, 7, 11, tzinfo=dt.UTC), "0" * 64)
SHARES = (0.184, 0.073, 0.021, 0.002)


def made(region: str = "nh", shares: tuple[float, float, float, float] = SHARES) -> HeatwaveMap:
    """Extreme between 0 and 90 east, calm elsewhere, no data over a square of North America."""
    category = np.where((LON > 0) & (LON < 90), 4, 0).astype(np.int8) * np.ones((180, 1), dtype=np.int8)
    category[130:150, 60:100] = -1
    where = REGIONS[region]
    category[(where.south > LAT) | (where.north < LAT)] = -1
    strongest = Extreme(5.12, 41.6, -61.2) if sum(shares) else None
    return HeatwaveMap(
        "oisst", "sst", where, dt.date(2024, 7, 5), Status.FINAL, Baseline(1991, 2020), LAT, LON, category, shares,
        strongest, SOURCE,
    )  # fmt: skip


def test_the_picture_shows_each_category_in_its_colour() -> None:
    """The quarter between Greenwich (down) and 90 east (right) is nearly black, the opposite one calm."""
    asset = render_heatwaves(made(), preset="email", theme="light", language="en")
    pixels = np.asarray(Image.open(io.BytesIO(asset.data)).convert("RGB")).astype(int)
    ink = [int(CATEGORIES[3][i : i + 2], 16) for i in (1, 3, 5)]
    hit = (np.abs(pixels - ink).sum(axis=2) < 12)[:950]
    rows, columns = np.nonzero(hit)
    assert hit.sum() > 20_000
    centre = (rows.min(), columns.min())  # of the disc: the quarter spreads down and right from it
    sea = pixels[centre[0] - 60 : centre[0] - 20, centre[1] - 60 : centre[1] - 20].reshape(-1, 3)
    calm = [int(CALM["light"][i : i + 2], 16) for i in (1, 3, 5)]
    assert np.abs(np.median(sea, axis=0) - calm).max() < 6


@pytest.mark.parametrize("preset", MAP_PRESETS)
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("region", ["nh", "natlan"])
def test_no_text_touches_another_or_leaves_the_margins(preset: str, language: str, theme: str, region: str) -> None:
    """Four presets, two languages, two themes, a disc and a sheet; the key stands beside the map or under it."""
    canvas = draw_heatwaves(made(region), preset=preset, theme=theme, language=language)
    boxes = canvas.boxes
    (axes,) = canvas.figure.axes
    lowest = (1 - axes.get_position().y0) * canvas.preset.height
    right = axes.get_position().x1 * canvas.preset.width
    keys = [box for box in boxes if box.name == "category"]
    assert len(keys) == 4
    assert all(box.rect.top > lowest + 2 or box.rect.left > right for box in keys)
    for i, one in enumerate(boxes):
        assert one.rect.left >= canvas.preset.margin - 1
        assert one.rect.right <= canvas.preset.width - canvas.preset.margin + 1
        for other in boxes[i + 1 :]:
            assert not one.rect.touches(other.rect), (one.text, other.text)


@pytest.mark.parametrize("preset", MAP_PRESETS)
def test_files_have_their_pixels_their_weight_and_the_same_bytes(preset: str) -> None:
    """A noisy field is the heaviest."""
    rng = np.random.default_rng(1)
    shown = replace(made(), category=rng.integers(-1, 5, (180, 360)).astype(np.int8))
    one, two = (render_heatwaves(shown, preset=preset, theme="dark", language="es") for _ in range(2))
    assert one.data == two.data
    assert (one.width, one.height) == PRESETS[preset].pixels
    assert len(one.data) <= PRESETS[preset].ceiling * 1000
    assert one.path == f"nh-sst.heatwave-2024-07-05.{preset}.dark.es.png"


@pytest.mark.parametrize(
    ("shares", "code", "title"),
    [
        (SHARES, "en", "Northern Hemisphere: 28% of the sea is above the marine-heatwave threshold"),
        (SHARES, "es", "Hemisferio norte: el 28\u00a0% del mar supera el umbral de ola de calor marina"),
        ((0.0, 0.0, 0.0, 0.0), "en", "Northern Hemisphere: no sea is above the marine-heatwave threshold"),
        ((0.003, 0.0, 0.0, 0.0), "en", "Northern Hemisphere: <1% of the sea is above the marine-heatwave threshold"),
        (
            (0.0, 0.0, 0.0, 0.0), "es-MX",
            "Hemisferio norte: el mar no supera en ningún lugar el umbral de ola de calor marina",
        ),
    ],
)  # fmt: skip
def test_titles_agree_with_the_share(shares: tuple[float, float, float, float], code: str, title: str) -> None:
    """One number, rounded as it prints; nothing is not zero percent."""
    assert words(made(shares=shares), Language(code)).title == title


def test_parts_add_up_to_the_whole() -> None:
    """18.4, 7.3, 2.1 and 0.2 are 28: 19, 7, 2 and less than 1; three thirds of a tenth make 10, not 9."""
    english = Language("en")
    assert whole(SHARES, english) == ("19%", "7%", "2%", "<1%")
    assert percent(sum(SHARES), english) == "28%"
    assert whole((0.0333, 0.0333, 0.0334, 0.0), english) == ("3%", "3%", "4%", "0%")


@pytest.mark.parametrize("code", ["en", "es", "es-MX"])
@pytest.mark.parametrize("region", sorted(REGIONS))
@pytest.mark.parametrize("shares", [SHARES, (0.0, 0.0, 0.0, 0.0)])
def test_words_keep_their_limits_and_say_what_counts(
    code: str, region: str, shares: tuple[float, float, float, float]
) -> None:
    """Alt texts of at most 125, 300, 1000 characters, the caption of 400; the same facts in every language."""
    shown = replace(made("world", shares), region=REGIONS[region], status=Status.PRELIMINARY, date=dt.date(2024, 9, 30))
    told = words(shown, Language(code))
    assert len(told.alt_short) <= 125
    assert len(told.alt) <= 300
    assert len(told.long) <= 1000
    assert len(told.caption) <= 400
    for text in (told.caption, told.long):
        assert "1991–2020" in text
        assert "OISST v2.1" in text
        assert "90" in text
    if sum(shares):
        assert all(part in told.alt for part in ("28", "19", "7", "2", "<1"))
    early = "preliminary" if code == "en" else "provisional"
    final = words(replace(shown, status=Status.FINAL), Language(code))
    for text in ("subtitle", "caption", "alt_short", "alt", "long"):
        assert early in getattr(told, text), text
        assert early not in getattr(final, text), text


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_categories_stay_apart_whatever_the_eye(theme: str) -> None:
    """ΔE CAM02-UCS of 20 or more between any two of them and the sea around, in four kinds of vision."""
    inks = (CALM[theme], *CATEGORIES)
    for kind in ("", "protanomaly", "deuteranomaly", "tritanomaly"):
        for one, two in itertools.combinations(inks, 2):
            assert np.linalg.norm(seen(one, kind) - seen(two, kind)) >= 20, (kind, one, two)
        for ink in inks:
            assert np.linalg.norm(seen(BLANK[theme], kind) - seen(ink, kind)) >= 18, (kind, ink)


def test_unknown_presets_are_named() -> None:
    """A card is too small for a map."""
    with pytest.raises(ConfigError, match="not composed"):
        render_heatwaves(made(), preset="card", theme="light", language="en")


@pytest.mark.parametrize("preset", MAP_PRESETS)
def test_what_lies_outside_an_outline_is_not_called_land(preset: str) -> None:
    """The sea around it is grey too; the longer line touches nothing."""
    shown = made("natlan")
    shown = replace(shown, region=replace(shown.region, outline='{"type":"MultiPolygon","coordinates":[]}'))
    canvas = draw_heatwaves(shown, preset=preset, theme="light", language="es")
    assert "fuera de la región o sin datos" in " ".join(box.text for box in canvas.boxes)
    for i, one in enumerate(canvas.boxes):
        assert one.rect.right <= canvas.preset.width - canvas.preset.margin + 1
        assert not any(one.rect.touches(other.rect) for other in canvas.boxes[i + 1 :])

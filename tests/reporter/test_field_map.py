"""The map shows each place where it is, in equal areas, and its words agree with its numbers."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from climtrack.errors import ConfigError
from climtrack.reporter.field_map import (
    BLANK,
    ICE,
    MAP_PRESETS,
    coastlines,
    draw_map,
    map_words,
    projection,
    render_map,
    scale_limit,
)
from climtrack.reporter.theme import DIVERGING, PRESETS
from climtrack.vocabulary.fields import Extreme, FieldMap
from climtrack.vocabulary.registry import REGIONS, Baseline, Region
from climtrack.vocabulary.series import Source, Status
from climtrack.words.language import Language
from tests.reporter.vision import seen

LAT, LON = np.arange(-89.5, 90), np.arange(-179.5, 180)
SOURCE = Source("https://example.org/a.nc", dt.datetime(2024, 7, 11, tzinfo=dt.UTC), "0" * 64)


def made(region: str = "nh", mean: float = 0.86) -> FieldMap:
    """Warm between 0 and 90 east, cool elsewhere, no data over a square of North America."""
    anomaly = np.where((LON > 0) & (LON < 90), 2.0, -1.0) * np.ones((180, 1))
    anomaly[130:150, 60:100] = np.nan
    where = REGIONS[region]
    anomaly[(where.south > LAT) | (where.north < LAT)] = np.nan
    return FieldMap(
        "oisst", "sst", where, dt.date(2024, 7, 5), Status.FINAL, Baseline(1991, 2020), LAT, LON, anomaly, mean, 0.734,
        Extreme(5.12, 41.6, -61.2), Extreme(-4.04, 4.6, -36.9), SOURCE,
    )  # fmt: skip


def test_a_place_is_in_its_own_cell() -> None:
    """Also across the date line and beyond the poles' rows; nothing outside."""
    shown = made("world")
    np.testing.assert_array_equal(
        shown.at(np.array([10.0, 10, 50, 10, 10, np.nan]), np.array([45.0, -45, -100, 180, -180, 0])),
        [2, -1, np.nan, -1, -1, np.nan],
    )
    assert shown.at(np.array(10.0), np.array(405.0)) == 2


@pytest.mark.parametrize("name", sorted(REGIONS))
def test_projection_and_inverse_agree(name: str) -> None:
    """A place goes to the map and back to itself."""
    view = projection(REGIONS[name])
    region = REGIONS[name]
    lat = np.linspace(region.south + 0.5, region.north - 0.5, 7)
    width = region.east - region.west if region.east > region.west else region.east - region.west + 360
    lon = (region.west + width * np.linspace(0.02, 0.98, 7) + 180) % 360 - 180
    back = view.inverse(*view.forward(lat, lon))
    np.testing.assert_allclose(back[0], lat, atol=1e-6)
    np.testing.assert_allclose((back[1] - lon + 180) % 360 - 180, 0, atol=1e-6)


@pytest.mark.parametrize("name", ["nh", "sh", "world", "natlan", "nino3.4"])
def test_areas_are_equal(name: str) -> None:
    """The share of the map that a band of latitude takes is its share of the Earth."""
    view, region = projection(REGIONS[name]), REGIONS[name]
    n = 900
    x, y = np.meshgrid(np.linspace(view.left, view.right, n), np.linspace(view.bottom, view.top, n))
    lat, lon = view.inverse(x, y)
    width = region.east - region.west if region.east > region.west else region.east - region.west + 360
    inside = (lat >= region.south) & (lat <= region.north) & (((lon - region.west) % 360 <= width) | (width >= 360))
    middle = (region.south + region.north) / 2
    share = (inside & (lat > middle)).sum() / inside.sum()
    north, half, south = (np.sin(np.deg2rad(v)) for v in (region.north, middle, region.south))
    assert share == pytest.approx((north - half) / (north - south), abs=0.004)


def test_the_picture_shows_warm_where_it_is_warm() -> None:
    """The quarter between Greenwich (down) and 90 east (right) is red, the opposite one blue, the middle of
    North America grey.
    """
    asset = render_map(made(), preset="email", theme="light", language="en")
    pixels = np.asarray(Image.open(io.BytesIO(asset.data)).convert("RGB")).astype(int)
    assert pixels.shape == (1200, 1200, 3)
    colourful = np.abs(pixels[..., 0] - pixels[..., 2]) > 60
    rows, columns = np.nonzero(colourful[:950])
    y, x = (rows.min() + rows.max()) // 2, (columns.min() + columns.max()) // 2
    radius = (columns.max() - columns.min()) // 2
    red = pixels[y + radius // 3 : y + radius // 2, x + radius // 3 : x + radius // 2].mean(axis=(0, 1))
    blue = pixels[y - radius // 2 : y - radius // 3, x - radius // 2 : x - radius // 3].mean(axis=(0, 1))
    assert red[0] > red[2] + 60
    assert blue[2] > blue[0] + 30


@pytest.mark.parametrize("preset", MAP_PRESETS)
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("region", ["nh", "natlan"])
def test_no_text_touches_another_or_leaves_the_margins(preset: str, language: str, region: str) -> None:
    """Four presets, two languages, a disc and a sheet; a theme changes colours, not places."""
    canvas = draw_map(made(region), preset=preset, theme="light", language=language)
    boxes = canvas.boxes
    (axes,) = canvas.figure.axes
    lowest = (1 - axes.get_position().y0) * canvas.preset.height
    right = axes.get_position().x1 * canvas.preset.width
    for number in (box for box in boxes if box.name == "scale"):  # the key stands under the map or beside it
        assert number.rect.top > lowest + 8 or number.rect.left > right
    for i, one in enumerate(boxes):
        assert one.rect.left >= canvas.preset.margin - 1
        assert one.rect.right <= canvas.preset.width - canvas.preset.margin + 1
        for other in boxes[i + 1 :]:
            assert not one.rect.touches(other.rect), (one.text, other.text)


@pytest.mark.parametrize("preset", MAP_PRESETS)
def test_files_have_their_pixels_their_weight_and_the_same_bytes(preset: str) -> None:
    """A noisy field is the heaviest."""
    shown = made()
    rng = np.random.default_rng(1)
    shown = replace(shown, anomaly=shown.anomaly + rng.normal(0, 1, shown.anomaly.shape))
    one, two = (render_map(shown, preset=preset, theme="light", language="en") for _ in range(2))
    assert one.data == two.data
    assert (one.width, one.height) == PRESETS[preset].pixels
    assert len(one.data) <= PRESETS[preset].ceiling * 1000
    assert one.path == f"nh-sst.map-2024-07-05.{preset}.en.png"


@pytest.mark.parametrize(
    ("mean", "code", "title"),
    [
        (0.86, "en", "Northern Hemisphere: the sea was 0.86\u00a0°C warmer than average"),
        (-0.31, "en", "Northern Hemisphere: the sea was 0.31\u00a0°C cooler than average"),
        (0.004, "en", "Northern Hemisphere: the sea was level with its average"),
        (-0.02, "en", "Northern Hemisphere: the sea was level with its average"),
        (0.86, "es", "Hemisferio norte: el mar, 0,86\u00a0°C más cálido que la media"),
        (-0.31, "es-MX", "Hemisferio norte: el mar, 0.31\u00a0°C más frío que la media"),
    ],
)
def test_titles_agree_with_the_sign(mean: float, code: str, title: str) -> None:
    """One number, rounded as it prints."""
    assert map_words(made(mean=mean), Language(code)).title == title


def test_the_sea_has_two_decimals_and_the_air_one() -> None:
    """In the title, the mean and the extremes, on the picture as in the caption."""
    for variable, figures in (
        ("sst", ("+0.86", "+5.12", "\N{MINUS SIGN}4.04")),
        ("t2m", ("+0.9", "+5.1", "\N{MINUS SIGN}4.0")),
    ):
        shown = replace(made(), variable=variable)
        caption = map_words(shown, Language("en")).caption
        drawn = " ".join(box.text for box in draw_map(shown, preset="wide", theme="light", language="en").boxes)
        assert f"{figures[0].removeprefix('+')}\u00a0°C warmer" in caption  # the mean is said once
        for figure in figures[1:]:  # on the map and beside it
            assert drawn.count(f"{figure}\u00a0°C") == 2
        assert all(f"{figure}\u00a0°C" in caption for figure in figures[1:])
        assert drawn.count(figures[0].removeprefix("+")) == 1  # so is the mean in the picture, in its title
    assert "mean of the area: −0.02\u00a0°C)" in map_words(made(mean=-0.02), Language("en")).caption
    assert "The largest difference was −4.04" in map_words(replace(made(), warmest=None), Language("en")).caption


def test_a_share_is_of_what_has_data() -> None:
    """Where land or ice leave gaps the share is the sea's, not the area's."""
    whole, partial = made(), replace(made(), coverage=0.61)
    for code, of_all, of_sea in (
        ("en", "of the area", "of the sea with data"),
        ("es", "de la superficie", "del mar con datos"),
    ):
        assert all(f"73{'' if code == 'en' else chr(160)}% {of_all} " in t for t in _told(whole, code))
        assert all(f"73{'' if code == 'en' else chr(160)}% {of_sea} " in t for t in _told(partial, code))


def _told(shown: FieldMap, code: str) -> tuple[str, ...]:
    """Caption and alt texts."""
    told = map_words(shown, Language(code))
    return told.caption, told.alt_short, told.alt, told.long


@pytest.mark.parametrize(
    ("region", "begins"),
    [
        ("nh", "Mapa del hemisferio norte en proyección equivalente: "),
        ("antarctic", "Mapa de la Antártida en proyección equivalente: "),
        ("tropics", "Mapa de los trópicos en proyección equivalente: "),
    ],
)
def test_the_spanish_map_is_of_a_place(region: str, begins: str) -> None:
    """Article and preposition as Spanish writes them, no capital inside the sentence."""
    shown = replace(made("world"), region=REGIONS[region])
    assert map_words(shown, Language("es")).alt.startswith(begins)


@pytest.mark.parametrize("region", sorted(REGIONS))
def test_words_keep_their_limits_and_say_what_counts(region: str) -> None:
    """Alt texts of at most 125, 300, 1000 characters; baseline, date and source in the caption."""
    shown = replace(
        made("world"),
        region=REGIONS[region],
        status=Status.PRELIMINARY,
        coverage=0.61,
        warmer=1.0,
        date=dt.date(2024, 9, 30),
    )
    for code in ("en", "es", "es-MX"):
        told = map_words(shown, Language(code))
        assert len(told.alt_short) <= 125
        assert len(told.alt) <= 300
        assert len(told.long) <= 1000
        assert "1991–2020" in told.caption
        assert "2024" in told.caption
        assert "OISST v2.1" in told.caption
        assert "Climate Reanalyzer" not in told.caption  # it has no part in a map of the product's own grid
        assert len(told.caption) <= 400
        early = "preliminary" if code == "en" else "provisional"
        final = map_words(replace(shown, status=Status.FINAL), Language(code))
        for text in ("subtitle", "caption", "alt_short", "alt", "long"):
            assert early in getattr(told, text), text
            assert early not in getattr(final, text), text


def test_coastlines_come_without_their_cuts() -> None:
    """No straight line along the date line or the South Pole; Antarctica is there."""
    shores = coastlines()
    assert sum(len(s) for s in shores) > 3000
    assert min(s[:, 1].min() for s in shores) < -70
    for shore in shores:
        assert np.abs(np.diff(shore[:, 0])).max() < 180
        assert not ((np.abs(shore[1:, 0]) > 179.95) & (np.abs(shore[:-1, 0]) > 179.95)).any()
        assert shore[:, 1].min() > -89.5  # nor down Greenwich, where Antarctica's polygon is closed


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_has_no_data_looks_like_no_anomaly(theme: str) -> None:
    """ΔE CAM02-UCS of 13 or more from every colour of the scale, of 20 from the palest two, in four kinds of vision."""
    for kind in ("", "protanomaly", "deuteranomaly", "tritanomaly"):
        far = [float(np.linalg.norm(seen(BLANK[theme], kind) - seen(ink, kind))) for ink in DIVERGING]
        assert min(far) >= 13, kind
        assert min(far[7:9]) >= 20, kind


def test_sea_ice_is_striped_and_named() -> None:
    """Two inks that no anomaly and no land have, in the picture where the ice is, and in the key of the picture."""
    ice = np.zeros((180, 360), dtype=bool)
    ice[170:] = True  # north of 80° N: the middle of the map
    shown = replace(made(), ice=ice)
    asset = render_map(shown, preset="phone", theme="light", language="es")
    canvas = draw_map(shown, preset="phone", theme="light", language="es")
    (axes,) = canvas.figure.axes
    place = axes.get_position()
    x, y = (place.x0 + place.x1) / 2 * asset.width, (1 - (place.y0 + place.y1) / 2) * asset.height
    pixels = np.asarray(Image.open(io.BytesIO(asset.data)).convert("RGB"))[
        int(y) - 12 : int(y) + 12, int(x) - 12 : int(x) + 12
    ]
    inks = {"#{:02X}{:02X}{:02X}".format(*pixel) for pixel in pixels.reshape(-1, 3).tolist()}
    assert set(ICE) <= inks
    assert [box.text for box in canvas.boxes if box.name == "key"] == ["Hielo marino", "Tierra o sin datos"]
    assert "hielo marino va rayado" in (asset.words.long if asset.words else "")
    assert "hielo" not in map_words(made(), Language("es")).long
    for theme in BLANK:
        assert all(np.linalg.norm(seen(ICE[0], "") - seen(ink, "")) > 20 for ink in (BLANK[theme], ICE[1]))


def test_land_is_named_where_it_has_no_data() -> None:
    """Names stand on the grey, and only where they fit."""
    shown = made("world")
    shown.anomaly[115:140, 200:280] = np.nan
    canvas = draw_map(shown, preset="wide", theme="light", language="en")
    assert {box.text for box in canvas.boxes if box.name == "place"} == {"Africa", "Asia"}


def test_unknown_presets_are_named() -> None:
    """A card is too small for a map."""
    with pytest.raises(ConfigError, match="not composed"):
        render_map(made(), preset="card", theme="light", language="en")


def test_the_scale_ends_at_a_whole_degree() -> None:
    """One cell in a hundred lies beyond; never less than one degree."""
    assert scale_limit(np.array([0.1, -0.2, np.nan])) == 1
    assert scale_limit(np.linspace(-3.3, 3.3, 1000)) == 4


def test_a_region_of_the_users_own_is_drawn() -> None:
    """A box across the date line."""
    region = Region("pacific", "Pacific", "el Pacífico", -20, 20, 150, -150)
    shown = replace(made("world"), region=region)
    assert render_map(shown, preset="post", theme="light", language="es").data[:4] == b"\x89PNG"


@pytest.mark.parametrize("preset", MAP_PRESETS)
@pytest.mark.parametrize(
    ("variable", "grey"), [("sst", "Fuera de la región o sin datos"), ("t2m", "Fuera de la región")]
)
def test_what_lies_outside_an_outline_is_not_called_land(preset: str, variable: str, grey: str) -> None:
    """The sea around it is grey too; the longer line touches nothing."""
    shown = made("natlan")
    outline = '{"type":"MultiPolygon","coordinates":[]}'
    canvas = draw_map(
        replace(shown, region=replace(shown.region, outline=outline), variable=variable),
        preset=preset, theme="light", language="es",
    )  # fmt: skip
    assert " ".join(box.text for box in canvas.boxes if box.name == "key") == grey
    for i, one in enumerate(canvas.boxes):
        assert one.rect.right <= canvas.preset.width - canvas.preset.margin + 1
        assert not any(one.rect.touches(other.rect) for other in canvas.boxes[i + 1 :])

"""Inks can be read and told apart, and a user's own are checked."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from colorspacious import cspace_convert

from climtrack.errors import ConfigError
from climtrack.reporter.theme import (
    COLOURS,
    DIVERGING,
    STROKE_ROLES,
    TEXT_ROLES,
    THEMES,
    contrast,
    luminance,
    mix,
    themed,
)

#: Light-theme figures.
PRINTED = {"ink": 18.7, "last_year": 3.9, "last_year_text": 5.1, "average": 7.3, "secondary": 6.4, "source": 4.7,
           "axis": 3.1, "warmer": 6.9, "cooler": 5.9, "record": 9.3}  # fmt: skip


def distance(one: str, other: str, kind: str) -> float:
    """ΔE in CAM02-UCS as a person with a colour-vision deficiency sees it."""
    space = {"name": "sRGB1+CVD", "cvd_type": kind, "severity": 100}
    shown = [[int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)] for colour in (one, other)]
    seen = np.clip(cspace_convert(shown, space, "sRGB1"), 0, 1)
    points = cspace_convert(seen, "sRGB1", "CAM02-UCS")
    return float(np.linalg.norm(points[0] - points[1]))


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_contrast(theme: object) -> None:
    """Text reaches 4.5 on its background, strokes that carry meaning 3."""
    background = getattr(theme, "background")  # noqa: B009
    for roles, least in ((TEXT_ROLES, 4.5), (STROKE_ROLES, 3.0)):
        for role in roles:
            assert contrast(getattr(theme, role), background) >= least, role


@pytest.mark.parametrize(("role", "printed"), PRINTED.items())
def test_contrast_is_what_the_specification_prints(role: str, printed: float) -> None:
    """WCAG's formula gives the figures of the table."""
    assert contrast(getattr(THEMES["light"], role), "#FFFFFF") == pytest.approx(printed, abs=0.05)


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("kind", ["protanomaly", "deuteranomaly", "tritanomaly"])
def test_the_four_roles_are_told_apart(theme: object, kind: str) -> None:
    """This year, last year, average and the newest grey differ by 20 or more for every kind of colour vision."""
    inks = [getattr(theme, role) for role in ("this_year", "last_year", "average", "newest")]
    for one, other in combinations(inks, 2):
        assert distance(one, other, kind) >= 20, (one, other)


@pytest.mark.parametrize("kind", ["protanomaly", "deuteranomaly", "tritanomaly"])
def test_warmer_and_cooler_are_told_apart(kind: str) -> None:
    """Bars above and below zero, in both themes."""
    for theme in THEMES.values():
        assert distance(theme.warmer, theme.cooler, kind) >= 20


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_the_roles_hold_in_grey(theme: object) -> None:
    """In a greyscale copy this year stands far from last year and average; those differ by their dash as well."""
    light = {}
    for role in ("this_year", "last_year", "average"):
        shown = [int(getattr(theme, role)[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        light[role] = float(cspace_convert(shown, "sRGB1", "CIELab")[0])
    assert abs(light["this_year"] - light["last_year"]) >= 20
    assert abs(light["this_year"] - light["average"]) >= 20
    assert abs(light["last_year"] - light["average"]) >= 7


def test_luminance_by_hand() -> None:
    """Black is 0, white is 1, and WCAG's own weights add up."""
    assert luminance("#000000") == 0
    assert luminance("#FFFFFF") == pytest.approx(1)
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert mix("#000000", "#FFFFFF", 0.5) == "#808080"


def test_the_diverging_scale_is_symmetrical() -> None:
    """Sixteen classes, the eight cold ones getting lighter and the eight warm ones darker."""
    light = [luminance(colour) for colour in DIVERGING]
    assert len(light) == 16
    assert light[:8] == sorted(light[:8])
    assert light[8:] == sorted(light[8:], reverse=True)


def test_an_own_look() -> None:
    """Colours, credit and size are taken over; the text's orange follows the line's."""
    look = themed("light", {"last_year": "#a04000", "credit": " The Weekly ", "scale": 1.1})
    assert (look.last_year, look.last_year_text, look.credit, look.scale) == ("#A04000", "#A04000", "The Weekly", 1.1)
    assert look.average == THEMES["light"].average


@pytest.mark.parametrize(
    ("name", "choice", "message"),
    [
        ("sepia", {}, "unknown theme 'sepia'"),
        ("light", {"shadow": "#000000"}, "themes.light.shadow is unknown"),
        ("light", {"average": "blue"}, "'blue', not a colour"),
        ("light", {"average": "#12345G"}, "not a colour"),
        ("light", {"average": "#88BBEE"}, r"average: #88BBEE on #FFFFFF has contrast 2\.\d, not 4\.5.*darker"),
        ("dark", {"last_year": "#402000"}, "contrast.*lighter"),
        ("light", {"last_year": "#E07020"}, "last_year_text"),
        ("light", {"background": "#000000"}, "contrast"),
        ("light", {"scale": 2}, "Choose a number from 0.9 to 1.3"),
        ("light", {"scale": True}, "Choose a number"),
        ("light", {"credit": "x" * 61}, "at most 60"),
        ("light", {"credit": "a\nb"}, "one line"),
        ("light", {"logo": "logo.jpg"}, "no .png file"),
        ("light", {"font_bold": "/nowhere/x.ttf"}, "no .ttf or .otf file"),
    ],
)
def test_a_look_that_cannot_be_read(name: str, choice: dict[str, object], message: str) -> None:
    """Each mistake is one line that names the setting and what to do."""
    with pytest.raises(ConfigError, match=message) as caught:
        themed(name, choice)
    assert len(str(caught.value)) <= 200


def test_an_own_typeface() -> None:
    """A user's own font files are used and measured."""
    from climtrack.reporter.fonts import font_file, text_width

    italic = font_file(THEMES["light"], "italic")
    look = themed("light", {"font_regular": str(italic)})
    assert font_file(look, "regular") == italic
    assert Path(font_file(look, "bold")).name == "SourceSansPro-Bold.ttf"
    assert text_width(look, "regular", 14, "Hemisphere") != text_width(THEMES["light"], "regular", 14, "Hemisphere")


def test_every_role_is_a_colour() -> None:
    """Both themes give each role a colour written as #RRGGBB."""
    for theme in THEMES.values():
        assert all(len(getattr(theme, role)) == 7 for role in COLOURS)

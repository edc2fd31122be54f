"""No two texts touch, none leaves the margins or lies on this year's line, none is too small to read."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from climtrack.reporter.canvas import Canvas
from climtrack.reporter.charts import CHARTS
from climtrack.reporter.encode import raster
from climtrack.reporter.fonts import Face, Line
from climtrack.reporter.render import draw, words
from climtrack.reporter.theme import LIGHT, PRESETS, THEMES, themed
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.findings import Study
from climtrack.words.language import LANGUAGES, Language
from tests.reporter.pictures import combinations_of, faults, subject
from tests.reporter.studies import DATES, real, sample

REGIONS = (("world", "t2m"), ("tropics", "t2m"), ("arctic", "t2m"), ("antarctic", "t2m"), ("natlan", "sst"),
           ("nino3.4", "sst"), ("gomex", "sst"))  # fmt: skip
AIR = "climate_reanalyzer_constructed/2024-07-05/clim/t2_daily/json/era5_nh_t2_day.json"
WORLD = "climate_reanalyzer_constructed/2026-02-08/clim/t2_daily/json/era5_world_t2_day.json"
SEA = "climate_reanalyzer/2026-08-22/clim/sst_daily/json_2clim/oisst2.1_{}_sst_day.json"

SIMULATED = {"en": "SIMULATED DATA", "es": "DATOS SIMULADOS"}


def check(studies: list[Study], *, theme: str = "light", languages: tuple[str, ...] = ("en", "es")) -> None:
    """Every chart of some studies, in every composition; simulated data say so in each, real ones in none."""
    told: dict[str, dict[str, Words]] = {}
    for chart, preset, shown, options in combinations_of(studies):
        if chart not in told:
            told[chart] = words(chart, shown, **options)
        for language in languages:
            text = told[chart][language]
            canvas = draw(chart, shown, preset=preset, theme=theme, language=language, text=text, **options)
            found = faults(canvas)
            assert not found, (chart, preset, language, studies[0].series.key, studies[0].as_of, found)
            warned = any(SIMULATED[language[:2]] in box.text for box in canvas.boxes if box.name == "warning")
            assert warned == shown[0].series.source.simulated, (chart, preset, language)


@pytest.mark.parametrize("day", DATES, ids=str)
def test_every_composition_on_four_dates(day: dt.date) -> None:
    """Every chart and preset, both hemispheres, in English and Spanish."""
    check([sample("nh", as_of=day), sample("sh", as_of=day), sample("natlan", "sst", day)])


def test_flagship_of_very_different_series() -> None:
    """Flat, double-humped, trough-shaped and turned-round years keep their texts apart too."""
    for region, variable in REGIONS:
        one = [sample(region, variable)]
        text = words("year_lines", one)["es"]
        for preset in ("wide", "email", "phone", "card"):
            canvas = draw("year_lines", one, preset=preset, theme="light", language="es", text=text)
            assert not faults(canvas), (region, preset, faults(canvas))


@pytest.mark.shared
@pytest.mark.parametrize("region", ["world2", "natlsp", "nino3.4"])
def test_this_year_is_labelled_where_the_years_fill_the_axes(shared_data: Path, region: str) -> None:
    """On 3 January and 31 December too: the callout always, last year and average in the key of narrow pictures."""
    for day in (dt.date(2025, 1, 3), dt.date(2025, 12, 31)):
        study = real(shared_data / SEA.format(region), region, "sst", day)
        lines, gaps = (words(chart, [study])["es"] for chart in ("year_lines", "anomaly"))
        for preset in ("wide", "email", "phone", "card"):
            canvas = draw("year_lines", [study], preset=preset, theme="light", language="es", text=lines)
            assert not faults(canvas), (day, preset, faults(canvas))
            names = [box.name for box in canvas.boxes]
            assert "callout" in names, (day, preset)
            # Last year and the average are named in their inks: in the key, or with what this year differs by.
            assert preset in ("wide", "card") or max(map(names.count, ("key", "panel-value"))) >= 2, (day, preset)
            canvas = draw("anomaly", [study], preset=preset, theme="light", language="es", text=gaps)
            assert not faults(canvas), (day, preset, faults(canvas))
            assert "callout" in [box.name for box in canvas.boxes], (day, preset)


@pytest.mark.shared
def test_flagship_of_real_series(shared_data: Path) -> None:
    """Real air with absent years, real world air, real sea with preliminary days."""
    for path, region, variable in (
        (AIR, "nh", "t2m"),
        (WORLD, "world", "t2m"),
        (SEA.format("natlan"), "natlan", "sst"),
    ):
        study = real(shared_data / path, region, variable)
        told = words("year_lines", [study])
        for preset in ("wide", "email", "phone", "card"):
            for language in ("en", "es"):
                text = told[language]
                canvas = draw("year_lines", [study], preset=preset, theme="light", language=language, text=text)
                assert not faults(canvas), (region, preset, faults(canvas))


@pytest.mark.parametrize("size", [0.9, 1.3])
def test_flagship_in_other_type_sizes(size: float) -> None:
    """A reader's own type size moves everything along."""
    look, text = themed("light", {"scale": size}), words("year_lines", [sample()])["es"]
    for preset in ("wide", "email", "phone", "card"):
        canvas = draw("year_lines", [sample()], preset=preset, theme=look, language="es", text=text)
        found = [fault for fault in faults(canvas) if "is set in" not in fault]
        assert not found, (preset, found)


@pytest.mark.soak
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("day", DATES, ids=str)
@pytest.mark.parametrize(("region", "variable"), REGIONS)
def test_everything(theme: str, day: dt.date, region: str, variable: str) -> None:
    """All presets × languages × themes × dates × regions (10 seconds each, 10 minutes in all)."""
    check([sample(region, variable, day)], theme=theme, languages=LANGUAGES)


@pytest.mark.soak
@pytest.mark.shared
@pytest.mark.parametrize("theme", THEMES)
def test_everything_real(shared_data: Path, theme: str) -> None:
    """The same for real series, on their last day and half a year before (a minute and a half each)."""
    paths = [(AIR, "nh", "t2m"), (WORLD, "world", "t2m")]
    paths += [(SEA.format(r), r, "sst") for r in ("natlan", "world2", "nino3.4", "gom", "gomex", "natlsp", "atlhmdr")]
    for path, region, variable in paths:
        check([real(shared_data / path, region, variable)], theme=theme, languages=LANGUAGES)


@pytest.mark.parametrize("face", ["regular", "semibold", "bold", "italic"])
def test_boxes_are_where_the_ink_is(face: Face) -> None:
    """The boxes that the other tests trust hold the ink of a text, to a pixel or two."""
    canvas = Canvas(PRESETS["wide"], LIGHT, Language("en"))
    box = canvas.text("x", 40, 100, Line("Hag −0,3\u00a0°C frente a 2025", face, 20, "#000000"))
    dark = np.asarray(raster(canvas))[:, :, 0] < 128
    rows, columns = (np.flatnonzero(dark.any(axis=axis)) / canvas.preset.scale for axis in (1, 0))
    assert columns[0] == pytest.approx(box.left, abs=2)
    assert columns[-1] == pytest.approx(box.right, abs=2)
    assert box.top - 1 <= rows[0] <= box.top + 2
    assert rows[-1] <= box.bottom + 1


def test_the_check_can_fail() -> None:
    """Texts that touch, leave the page, lie on the line or are small are found."""
    canvas = Canvas(PRESETS["wide"], LIGHT, Language("en"))
    for x, y, size in ((100, 100, 14.0), (110, 104, 14.0), (720, 200, 14.0), (300, 300, 9.0)):
        canvas.text("label", x, y, Line("text", "regular", size, "#000000"))
    canvas.traces.append(np.array([[290.0, 298.0], [330.0, 298.0]]))
    kinds = " ".join(faults(canvas))
    assert all(kind in kinds for kind in ("touches", "leaves the margins", "lies on this year's line", "is set in 9.0"))


def test_every_chart_has_a_subject() -> None:
    """The matrix leaves no chart out."""
    pair = [sample("nh"), sample("sh"), sample("natlan", "sst")]
    assert {chart for chart, *_ in combinations_of(pair)} == set(CHARTS)
    assert subject("hemispheres", pair[:1]) == ((), {})

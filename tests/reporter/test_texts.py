"""What the figures of pictures say: the same in both languages and themes, and no other number than the findings'."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from climtrack.reporter.canvas import Canvas
from climtrack.reporter.means import average_mean, year_mean
from climtrack.reporter.render import draw, words
from climtrack.vocabulary.assets import Words
from climtrack.vocabulary.findings import AnyStudy, Study, YearOverYear
from climtrack.vocabulary.registry import VARIABLES
from climtrack.words.language import Language
from tests.reporter.pictures import combinations_of, faults
from tests.reporter.studies import real

POST = "climate_reanalyzer_constructed/2024-07-05/clim"
SITE = "sites/2026-08-22/clim"
AIR, SEA = "{}/t2_daily/json/era5_world_t2_day.json", "{}/sst_daily/json_2clim/oisst2.1_{}_sst_day.json"
#: Where, the sea, and the last day of both: winter, New Year, a leap day, summer, the day of the post, the newest.
CASES = [
    (SITE, "world2", "2026-01-20"), (POST, "natlan", "2024-07-04"),
    *((SITE, sea, day) for day in ("2026-02-02", "2025-12-31", "2025-11-20", "2025-10-03", "2025-03-20", "2024-12-31",
                                   "2024-02-29") for sea in ("world2", "natlan", "gom", "nino3.4")),
]  # fmt: skip
#: Texts that carry findings; the others name, explain or scale.
FOUND = ("callout", "panel-value", "tally", "record")
CHARTS = ("both", "year_lines", "anomaly", "year_over_year")


def figures(canvas: Canvas) -> list[str]:
    """Numbers of the texts that carry findings, written alike in every language."""
    texts = " ".join(box.text for box in canvas.boxes if box.name in FOUND)
    return sorted(set(re.findall(r"[−+]?\d+(?:\.\d+)?", texts.replace(",", "."))))


def known(study: AnyStudy) -> set[str]:
    """Every temperature and difference that a picture of a study may say, to its printed decimal."""
    if not isinstance(study, Study):
        return set()
    found, places, language = study.findings, VARIABLES[study.series.key.variable].decimals, Language("en")
    yoy, anomaly, record = found.year_over_year, found.anomaly, found.records.warmest_day
    gaps = [year_mean(study), average_mean(study), anomaly.value if anomaly else None]
    gaps += [yoy.difference] if isinstance(yoy, YearOverYear) else []
    said = {language.signed(gap, places) for gap in gaps if gap is not None}
    return said | {language.number(found.latest.value, places), language.number(getattr(record, "value", 0.0), 2)}


def check(shared_data: Path, folder: str, sea: str, day: str, charts: tuple[str, ...]) -> None:
    end = dt.date.fromisoformat(day)
    studies = [
        real(shared_data / AIR.format(folder), "world", "t2m", end),
        real(shared_data / SEA.format(folder, sea), sea, "sst", end),
    ]
    told: dict[str, dict[str, Words]] = {}
    for chart, preset, shown, options in combinations_of(studies):
        if chart not in charts:
            continue
        if chart not in told:
            told[chart] = words(chart, shown, **options)
        pictures = {
            (theme, code): draw(
                chart, shown, preset=preset, theme=theme, language=code, text=told[chart][code], **options
            )
            for theme, code in (("light", "en"), ("light", "es"), ("dark", "es"))
        }
        for name, canvas in pictures.items():
            assert not faults(canvas), (chart, preset, name, faults(canvas))
        light, *others = (figures(canvas) for canvas in pictures.values())
        assert all(other == light for other in others), (chart, preset, light, others)
        printed = [box.text for box in pictures["light", "en"].boxes if box.name in FOUND]
        numbers = {n for text in printed for n in re.findall(r"([−+]?\d+\.\d+)(?:\u00a0°C| vs)", text)}
        assert numbers <= set().union(*map(known, shown)) | {"0.01"}, (chart, preset, numbers)


@pytest.mark.shared
def test_pictures_say_the_same_in_both_languages(shared_data: Path) -> None:
    """Air and sea in January: callouts, tallies and figures tell the findings, in every size and theme."""
    check(shared_data, *CASES[0], charts=CHARTS)


@pytest.mark.soak
@pytest.mark.shared
@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_pictures_say_the_same_on_thirty_real_pairs(shared_data: Path, case: tuple[str, str, str]) -> None:
    """The same of 30 pairs (10 seconds each)."""
    check(shared_data, *case, charts=CHARTS)

"""Studies made by formula, small enough to check by hand and long enough to look real."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

from climtrack.analysis.survey import study as survey
from climtrack.publish.page import PageChart, Sentences
from climtrack.publish.site import RegionPage
from climtrack.vocabulary.assets import Asset, Words
from climtrack.vocabulary.calendar import dayofyear
from climtrack.vocabulary.findings import Climatology, Ranks, Streaks, Study, Unknown
from climtrack.vocabulary.registry import DEFAULT, REGIONS, Baseline
from climtrack.vocabulary.series import Series, SeriesKey, Source, Status, year_table

NH = SeriesKey("era5", "t2m", "nh")
#: Milliseconds after which a browser that does not do what it was told is given up.
PATIENCE = 240_000
NOW = dt.datetime(2024, 7, 11, 16, 42, tzinfo=dt.UTC)
#: One transparent pixel.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63000100000500010d0a2db40000"
    "000049454e44ae426082"
)


def make_series(
    key: SeriesKey = NH,
    start: dt.date = dt.date(1940, 1, 1),
    end: dt.date = dt.date(2024, 7, 5),
    *,
    simulated: bool = False,
    preliminary: int = 0,
) -> Series:
    """A season, a trend and weather by formula, in thousandths."""
    days = np.datetime64(start) + np.arange((end - start).days + 1)
    number, time = dayofyear(days), np.arange(days.size)
    season = 14.5 - 6.2 * np.cos(2 * np.pi * (number - 25) / 366)
    weather = 0.25 * np.sin(time / 7.3) + 0.2 * np.sin(time / 31.7) + 0.12 * np.sin(time / 2.9)
    values = np.round(season + 1.3 * (time / 30_000) ** 2 + weather, 3)
    status = np.full(values.size, Status.FINAL, dtype=np.int8)
    if preliminary:
        status[-preliminary:] = Status.PRELIMINARY
    source = Source("https://example.org/nh.json", NOW, "0" * 64, simulated=simulated)
    return Series(key, start, values, status, source)


def make_climatology(series: Series, baseline: Baseline = DEFAULT) -> Climatology:
    """Plain mean by day of year: enough for the page, which only shows what it is given."""
    table = year_table(series)
    first = baseline.first - int(table.years[0])
    rows = table.values[first : first + len(baseline.years)]
    with np.errstate(invalid="ignore"):
        mean, spread = np.nanmean(rows, axis=0), np.nanstd(rows, axis=0, ddof=1)
    return Climatology(baseline, mean, spread, "harmonic")


def make_study(series: Series) -> Study:
    """What the analysis makes of it, without places and streaks, so that a test names those it means."""
    made = survey(series, REGIONS[series.key.region])
    unknown = Unknown("not asked in this test")
    found = made.findings
    ranks = replace(found.ranks, **{field.name: unknown for field in fields(Ranks) if not field.name.endswith("_name")})
    streaks = replace(found.streaks, **dict.fromkeys(field.name for field in fields(Streaks)))
    return replace(made, findings=replace(found, ranks=ranks, streaks=streaks))


def make_words(title: str = "Northern Hemisphere air is 0.1 °C cooler than a year ago") -> Words:
    """Words of one picture."""
    return Words(
        title,
        "Daily mean air temperature 2 m above the surface, 1940–2024. Data to 5 July 2024",
        "Northern Hemisphere air averaged 21.9 °C on 5 July 2024. Data: ERA5 via Climate Reanalyzer.",
        "Line chart of Northern Hemisphere air temperature",
        "Line chart of daily Northern Hemisphere air temperature, where 2024 ends below 2023.",
        "A longer description of the same.",
    )


SPANISH = Words(
    "La temperatura del aire del hemisferio norte está 0,1 °C por debajo de hace un año",
    "Temperatura media diaria del aire a 2 m, 1940–2024. Datos hasta el 5 de julio de 2024",
    "La temperatura del aire del hemisferio norte fue de 21,9 °C el 5 de julio de 2024.",
    "Gráfico de líneas de la temperatura del aire del hemisferio norte",
    "Gráfico de líneas de la temperatura diaria del aire: 2024 acaba por debajo de 2023.",
    "Una descripción más larga.",
)

ANSWERS = {
    "en": ("It is cooler than last year.", "It is warmer than average."),
    "es": ("Más frío que el año pasado.", "Más cálido que la media."),
}


@pytest.fixture(scope="session")
def study() -> Study:
    """Northern Hemisphere air, the last five days preliminary."""
    return make_study(make_series(preliminary=5))


@pytest.fixture(scope="session")
def page_chart(study: Study) -> PageChart:
    """The same with words in two languages, two averages."""
    averages = (make_climatology(study.series), make_climatology(study.series, Baseline(1961, 1990)))
    return PageChart(study, {"en": make_words(), "es": SPANISH}, averages, ANSWERS)


@pytest.fixture(scope="session")
def notices() -> Sentences:
    """What stands above the charts, in two languages."""
    return {"en": ("Data to 5 July.",), "es": ("Datos hasta el 5 de julio.",)}


def make_page(study: Study, notices: Sentences) -> RegionPage:
    """Pictures of two charts in every preset that a site uses, told apart by their last bytes."""
    day = study.as_of
    words, subject = {"en": make_words(), "es": SPANISH}, f"{study.region.name}-air"
    sizes = {"wide": (2400, 1350), "post": (1456, 820), "email": (1200, 1200), "phone": (720, 900), "card": (1200, 630)}
    pictures = [
        Asset(name, "image/png", PIXEL + name.encode() + day.isoformat().encode(), code, words[code], *size)
        for chart in ("year-lines", "anomaly")
        for preset, size in sizes.items()
        for code in ("en", "es")
        for look in ("", ".dark")
        for name in (f"{subject}.{chart}.{preset}{look}.{code}.png",)
    ]
    files = (
        Asset("facts.json", "application/json", b'{"schema": "climtrack.facts/1"}'),
        Asset(f"{subject}.csv", "text/csv; charset=utf-8", b"date,value\n2024-07-05,21.6\n"),
    )
    averages = (make_climatology(study.series),)
    chart = PageChart(study, words, averages, answers=ANSWERS)
    return RegionPage(study.region, day, NOW, (chart,), notices, tuple(pictures), files)


@pytest.fixture(scope="session")
def region_page(study: Study, notices: Sentences) -> RegionPage:
    """Northern Hemisphere air on 5 July 2024."""
    return make_page(study, notices)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium without a window; skipped where it is absent, which .ci/run does not allow."""
    chromium = which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed")
    from playwright.sync_api import sync_playwright

    flags = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium,
            args=[*flags.split(), "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"],
            timeout=PATIENCE,
        )
        yield running
        running.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A reader of 1200 px in the light."""
    made = browser.new_context(viewport={"width": 1200, "height": 900}, color_scheme="light", accept_downloads=True)
    made.set_default_timeout(PATIENCE)
    yield made
    made.close()


@pytest.fixture
def visit(context: BrowserContext, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Open a page from disk without a network; whatever it logs or asks for fails the test."""
    file, complaints = tmp_path / "page.html", list[str]()

    def opened(html: bytes, query: str = "") -> Page:
        file.write_bytes(html)
        page = context.new_page()
        context.set_offline(True)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: complaints.append(asked.url))
        page.goto(file.as_uri() + query)
        assert complaints.pop(0) == file.as_uri() + query
        return page

    yield opened
    assert complaints == []

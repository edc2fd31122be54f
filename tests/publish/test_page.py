"""The interactive page, read as text; what it does in a browser is in test_browser.py."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from climtrack.publish.page import Frame, PageChart, Sentences, embed_html, report_html, still, style_sheet, table_rows
from climtrack.vocabulary.findings import Study
from climtrack.vocabulary.registry import Baseline
from climtrack.words.language import Language


class Page(HTMLParser):
    """Elements of a page and the text of its scripts and styles."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inside: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Keep the text of scripts and styles."""
        if self.cdata_elem and self.elements:
            tag, attrs = self.elements[-1]
            if self.inside and self.inside[-1][1] is attrs:
                data = self.inside.pop()[2] + data
            self.inside.append((tag, attrs, data))


@pytest.fixture(scope="module")
def html(page_chart: PageChart, notices: Sentences) -> str:
    """The page of one chart in two languages."""
    return report_html([page_chart], notices).data.decode()


def test_the_policy_names_exactly_what_is_inside(html: str) -> None:
    """Hashes of the one script and the one style; no other source is allowed."""
    page = Page(html)
    policy = next(a["content"] or "" for t, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    code = [(t, data) for t, a, data in page.inside if a.get("type") != "application/json"]
    assert [t for t, _ in code] == ["style", "script"]
    for tag, data in code:
        digest = base64.b64encode(hashlib.sha256(data.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_nothing_is_asked_of_anybody(html: str) -> None:
    """No element with an address, no import, no handler, no inline style."""
    for tag, attrs in Page(html).elements:
        assert tag not in {"iframe", "object", "base", "form"}
        assert not any(name.startswith("on") or name in {"style", "srcset"} for name in attrs), (tag, attrs)
        for name in ("src", "href"):
            assert (attrs.get(name) or "data:").startswith("data:")
    assert not re.search(r"https?://(?!www\.w3\.org)", html)


def test_a_page_stays_under_the_budget(page_chart: PageChart, notices: Sentences) -> None:
    """A series in two languages, with the typeface, under 250 kB; the typeface under 40 kB of it."""
    assert len(report_html([page_chart], notices).data) < 250_000
    faces = re.findall(r"font/woff;base64,([^)]*)", style_sheet())
    assert len(faces) == 2
    assert sum(map(len, faces)) < 40_000


def test_the_still_shows_the_same_lines(study: Study, page_chart: PageChart) -> None:
    """Well-formed, small; this year ends where the scale says; the average is drawn by its climatology."""
    svg = still(study, page_chart.climatologies[0], 'A "chart" <b>', Language("es"))
    root = ET.fromstring(svg)
    assert len(svg) < 16_000
    assert root.get("aria-label") == 'A "chart" <b>'
    assert {path.get("class") for path in root.iter("path")} == {
        "grid",
        "axis",
        "older",
        "band",
        "mean",
        "last",
        "this",
    }
    (this,) = [path.get("d") or "" for path in root.iter("path") if path.get("class") == "this"]
    begin, *_ = re.findall(r"M(\d+) (\d+)l", this)
    steps = [(int(a), int(b)) for a, b in re.findall(r"(\d+)([+-]\d+)", this.split("l", 1)[1])]
    end = int(begin[0]) + sum(a for a, _ in steps), int(begin[1]) + sum(b for _, b in steps)
    (dot,) = root.iter("circle")
    assert (str(end[0]), str(end[1])) == (dot.get("cx"), dot.get("cy"))
    assert end[0] == round((46 + 186 / 365 * 600) * 10)  # 5 July is day of year 187
    assert [t.text for t in root.iter("text") if t.get("class") == "last"] == ["2023"]
    assert "ene" in {t.text for t in root.iter("text")}
    assert still(study, None, "", Language("en")).count('class="mean"') == 0


def test_the_same_input_gives_the_same_bytes(page_chart: PageChart, notices: Sentences) -> None:
    """Nothing in the page depends on when or where it was made."""
    assert report_html([page_chart], notices) == report_html([page_chart], notices)


def test_the_table_tells_the_last_thirty_days(study: Study, page_chart: PageChart) -> None:
    """Newest first, differences recomputed here from the series itself."""
    rows = table_rows(study, page_chart.climatologies[0], Language("en"))
    series = study.series
    a_year_ago = series.value(series.end.replace(year=2023))
    assert a_year_ago is not None
    assert len(rows) == 30
    assert rows[0][0] == "5 Jul 2024"
    assert float(rows[0][1]) == pytest.approx(series.values[-1], abs=0.0051)
    assert float(rows[0][2].replace("−", "-")) == pytest.approx(series.values[-1] - a_year_ago, abs=0.0051)
    normal = page_chart.climatologies[0].mean[186]  # 5 July is day of year 187
    assert float(rows[0][3].replace("−", "-")) == pytest.approx(series.values[-1] - normal, abs=0.0051)
    assert [row[4] for row in rows[:6]] == ["preliminary"] * 5 + ["final"]


def test_the_data_are_in_the_page_once(html: str, study: Study) -> None:
    """One block that JSON reads, holding the series and both averages."""
    block = json.loads(next(data for _, a, data in Page(html).inside if a.get("type") == "application/json"))
    (chart,) = block["charts"]
    assert (chart["id"], chart["start"], chart["scale"]) == ("nh-air", "1940-01-01", 1000)
    assert chart["preliminary"] == [[study.series.values.size - 5, 5]]
    assert [b["label"] for b in chart["baselines"]] == ["1991–2020", "1961–1990"]


def test_sources_and_the_sentence_of_copernicus_stand_in_both_languages(html: str) -> None:
    """Attribution is part of the page, with the year of use."""
    for words in ("University of Maine), from ERA5 (C3S/ECMWF)", "Copernicus Climate Change Service information 2024"):
        assert words in html
    assert "Servicio de Cambio Climático de Copernicus 2024" in html


def test_the_foot_says_once_that_the_numbers_were_computed_twice(page_chart: PageChart, notices: Sentences) -> None:
    """Once for all charts of a page, in each language."""
    said = {"en": ("0 of 1,240 numbers differ.",), "es": ("0 de 1240 cifras difieren.",)}
    html = report_html([replace(page_chart, closing=said)] * 2, notices).data.decode()
    for (line,) in said.values():
        assert html.count(f"<p>{line}</p>") == 1


def test_the_sample_says_simulated(page_chart: PageChart, notices: Sentences) -> None:
    """In the page and in the source line that goes into the downloaded picture."""
    source = replace(page_chart.study.series.source, simulated=True)
    study = replace(page_chart.study, series=replace(page_chart.study.series, source=source))
    html = report_html([replace(page_chart, study=study)], notices).data.decode()
    assert '<p class="simulated">' in html
    assert html.count("SIMULATED DATA") >= 2


def test_a_series_without_any_average_still_has_a_page(page_chart: PageChart, notices: Sentences) -> None:
    """No baseline covered: no average, no band, the switch is off."""
    html = report_html([replace(page_chart, climatologies=())], notices).data.decode()
    assert 'data-show="band"' not in html
    assert 'data-mode="anomaly" aria-pressed="false" disabled' in html


def test_an_embed_is_the_chart_alone(page_chart: PageChart) -> None:
    """Its picture comes from the site, its link opens the full page outside the frame."""
    frame = Frame(home="../nh-air/", picture='<img src="../latest/nh-air.year-lines.phone.en.png" alt="">')
    asset = embed_html(page_chart, ("en", "es"), path="embed/nh-air.html", frame=frame)
    html = asset.data.decode()
    assert asset.path == "embed/nh-air.html"
    assert "<footer>" not in html
    assert 'href="../nh-air/" target="_blank" rel="noopener"' in html
    assert 'src="../latest/nh-air.year-lines.phone.en.png"' in html
    assert str(Baseline(1961, 1990)) not in html  # labels carry the en dash of print


def test_a_page_without_charts_is_a_mistake(notices: Sentences) -> None:
    """Wrong arguments stay ValueError."""
    with pytest.raises(ValueError, match="needs a chart"):
        report_html([], notices)

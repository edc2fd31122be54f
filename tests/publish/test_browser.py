"""The interactive page in headless Chromium."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from climtrack.publish.folder import Folder
from climtrack.publish.page import Frame, PageChart, Sentences, pack, report_html, script
from climtrack.publish.site import RegionPage, Site, builder, folder_gallery
from climtrack.reporter.render import render_formats
from climtrack.vocabulary.calendar import dayofyear_of
from climtrack.words.language import Language
from tests.loopback import serving
from tests.reporter.studies import sample

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

Visit = Callable[..., "Page"]


@pytest.fixture(scope="module")
def html(page_chart: PageChart, notices: Sentences, region_page: RegionPage) -> bytes:
    """The page of one chart in two languages, with drawn pictures, their cards and a table."""
    table = ("Outlook", ("Date", "Expected", "9 times in 10"), [("12 July 2024", "+0.4 °C", "+0.1 to +0.7 °C")])
    chart = replace(page_chart, tables={"en": (table,), "es": (table,)})
    gallery = folder_gallery((*region_page.pictures, *region_page.files), [chart], ("en", "es"))
    return report_html([chart], notices, frame=Frame(gallery=gallery)).data


def readout(page: Page) -> str:
    """What is written above the chart."""
    return page.inner_text('[data-is="readout"]').replace("\n", " ")


def pixels(page: Page) -> str:
    """What the chart looks like."""
    return str(page.evaluate("document.querySelector('canvas').toDataURL()"))


def test_the_page_loads_offline_without_a_word_and_shows_the_latest_day(
    visit: Visit, html: bytes, page_chart: PageChart
) -> None:
    """No console message, no request; the numbers are those of the series."""
    page = visit(html)
    series, english = page_chart.study.series, Language("en")
    before = series.value(series.end.replace(year=2023))
    assert before is not None
    normal = float(page_chart.climatologies[0].mean[dayofyear_of(series.end) - 1])
    said = readout(page)
    assert said.startswith("5 July (preliminary)")
    for value in (english.temperature(float(series.values[-1])), english.difference(series.values[-1] - before),
                  english.difference(series.values[-1] - normal)):  # fmt: skip
        assert value in said
    assert page.evaluate("document.getAnimations().length") == 0  # nothing moves, whatever the reader prefers


#: Letters half as wide again as those of whatever font there is, and a note of where each word was set.
WIDE = """(() => {
  const held = CanvasRenderingContext2D.prototype, measure = held.measureText, fill = held.fillText;
  held.measureText = function (text) { return { width: 1.5 * measure.call(this, text).width }; };
  held.fillText = function (text, x, y) {
    (window.set ||= {})[text] = x + this.measureText(text).width;
    fill.call(this, text, x, y);
  };
})()"""


def test_a_name_at_the_end_of_a_line_is_never_clipped(context: BrowserContext, visit: Visit, html: bytes) -> None:
    """On a phone whose fallback font is wide, the average still has room for its name, in either language."""
    context.add_init_script(WIDE)
    for language, name in (("en", "1991–2020"), ("es", "1991–2020")):
        page = visit(html, f"?lang={language}")
        page.set_viewport_size({"width": 360, "height": 740})
        page.wait_for_function("document.querySelector('canvas').getBoundingClientRect().width < 360")
        room = page.evaluate("document.querySelector('canvas').getBoundingClientRect().width")
        page.wait_for_function("([name, room]) => window.set[name] <= room", arg=[name, room])


def test_the_keyboard_walks_the_days(visit: Visit, html: bytes, page_chart: PageChart) -> None:
    """Arrows by day, pages by month, End to the latest; each stop says its numbers; 29 February is where it belongs."""
    page = visit(html)
    plot = page.locator('[role="slider"]')
    plot.focus()
    for key, day in (("ArrowLeft", 186), ("ArrowRight", 187), ("PageUp", 183), ("PageUp", 153), ("PageDown", 183),
                     ("Home", 1), ("ArrowLeft", 1), ("End", 187)):  # fmt: skip
        page.keyboard.press(key)
        assert plot.get_attribute("aria-valuenow") == str(day), key
    table, english = page_chart.study.table, Language("en")
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    value = english.temperature(float(table.row(2024)[183]))
    assert (plot.get_attribute("aria-valuetext") or "").startswith(f"2 July: 2024: {value}; vs 2023: ")
    page.keyboard.press("Home")
    for _ in range(2):
        page.keyboard.press("PageDown")
    page.keyboard.press("ArrowLeft")
    assert readout(page).startswith("29 February")
    against = english.difference(table.row(2024)[59] - table.row(2023)[58])
    assert f"vs 2023 {against}" in readout(page)


def test_the_switches_change_the_numbers(visit: Visit, html: bytes, page_chart: PageChart) -> None:
    """Absolute or anomaly, and the average it is taken from, in readout, table and picture."""
    page = visit(html)
    page.click(".more summary")
    seen = {readout(page)}
    first, looks = page.text_content('[data-is="rows"] tr'), {pixels(page)}
    page.select_option("select", label="1961–1990")
    seen.add(readout(page))
    looks.add(pixels(page))
    assert page.text_content('[data-is="rows"] tr') != first
    assert "1961–1990" in (page.text_content('[data-is="average-head"]') or "")
    page.click('[data-mode="anomaly"]')
    seen.add(readout(page))
    looks.add(pixels(page))
    assert len(seen) == len(looks) == 3
    series = page_chart.study.series
    anomaly = float(series.values[-1]) - float(page_chart.climatologies[1].mean[186])
    assert f"2024 {Language('en').difference(anomaly)}" in readout(page)


def test_lines_and_years_can_be_switched(visit: Visit, html: bytes) -> None:
    """Each legend button takes its line away and brings it back; a year's button brings that year forward."""
    page = visit(html)
    whole = pixels(page)
    for button in page.locator("[data-show]").all():
        button.click()
        assert button.get_attribute("aria-pressed") == "false"
        assert pixels(page) != whole
        button.click()
        assert pixels(page) == whole
    page.click("summary")
    page.click('[data-year="1998"]')
    assert pixels(page) != whole
    assert " 1998 " in readout(page)


def test_the_pointer_finds_days_and_years(visit: Visit, html: bytes) -> None:
    """Pointing at the middle of the plot names a day of midsummer and the year nearest to the pointer."""
    page = visit(html)
    box = page.locator('[role="slider"]').bounding_box()
    assert box
    for step in range(40):
        page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * step / 40)
        if found := re.search(r" (19\d\d|20[01]\d) ", readout(page).split("average", 1)[1]):
            break
    assert found
    assert re.match(r"\d+ (June|July)", readout(page))


def test_both_languages_are_in_the_one_file(visit: Visit, html: bytes) -> None:
    """The button changes words, numbers and the document's language; so does the address."""
    page = visit(html)
    page.click('[data-say="es"]')
    assert page.evaluate("document.documentElement.lang") == "es"
    assert readout(page).startswith("5 de julio (provisional)")
    assert re.search(r"frente a 2023 −\d,\d\u00a0°C", readout(page))
    assert page.locator("h1").inner_text().startswith("La temperatura")
    assert not page.get_by_text("It is cooler than last year.").is_visible()
    assert visit(html, "?lang=es").locator("h1").inner_text().startswith("La temperatura")


def test_the_age_is_that_of_the_day_on_which_the_page_is_read(visit: Visit, page_chart: PageChart) -> None:
    """Six days, and four months on: older than usual, in both languages."""
    page = visit(report_html([replace(page_chart, usual=10)], {"en": (), "es": ()}).data)

    def read(on: str) -> str:
        page.evaluate("(day) => { Date.now = () => Date.parse(day); }", on)
        page.evaluate(script("age.js"))
        return page.inner_text(".subtitle").rpartition("2024")[2]

    assert read("2024-07-06T23:59Z") == "1 day old"
    assert read("2024-07-11T16:42Z") == "6 days old"
    assert read("2024-11-05") == "123 days old, older than usual (up to 10 days)"
    page.click('[data-say="es"]')
    assert read("2024-11-05") == "de hace 123 días, más antiguos de lo habitual (hasta 10 días)"
    assert page.get_attribute(".age", "class") == "age late"
    assert read("2024-07-01") == ""


def test_the_theme_follows_the_reader_until_told_otherwise(browser: Browser, html: bytes) -> None:
    """Dark by the reader's setting; the button turns it to light and back."""
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto("about:blank")
    page.set_content(html.decode())
    background = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(background) == "rgb(18, 23, 29)"
    assert page.get_attribute("#theme", "aria-pressed") == "true"
    page.click("#theme")
    assert page.evaluate(background) == "rgb(255, 255, 255)"
    page.click("#theme")
    assert page.evaluate(background) == "rgb(18, 23, 29)"
    context.close()


def test_a_phone_of_360_pixels_needs_no_sideways_scrolling(visit: Visit, html: bytes) -> None:
    """Nothing is wider than the screen, in either language, and buttons are large enough for a thumb."""
    page = visit(html)
    page.set_viewport_size({"width": 360, "height": 740})
    for code in ("en", "es"):
        page.click(f'[data-say="{code}"]')
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        assert page.evaluate("(t => t.scrollWidth - t.parentElement.clientWidth)(document.querySelector('table'))") <= 0
    page.click(".more summary")
    heights = page.evaluate("[...document.querySelectorAll('.row button')].map(b => b.offsetHeight).filter(h => h)")
    assert min(heights) >= 34


def test_downloads_hold_the_whole_series_and_the_view(visit: Visit, html: bytes, page_chart: PageChart) -> None:
    """CSV: every day to the stored decimal with its anomaly; PNG: 2400 × 1350."""
    page = visit(html)
    page.click(".more summary")
    with page.expect_download() as found:
        page.click('[data-is="csv"]')
    assert found.value.suggested_filename == "nh-air.csv"
    rows = list(csv.DictReader(io.StringIO(found.value.path().read_text())))
    series, climatology = page_chart.study.series, page_chart.climatologies[0]
    assert [float(row["value_degC"]) for row in rows] == series.values.tolist()
    assert rows[-1]["date"] == "2024-07-05"
    assert [row["status"] for row in rows[-6:]] == ["final"] + ["preliminary"] * 5
    anomaly = float(rows[-1]["anomaly_degC_1991_2020"])
    assert anomaly == pytest.approx(series.values[-1] - climatology.mean[186], abs=0.000501)
    with page.expect_download() as found:
        page.click('[data-is="png"]')
    picture = found.value.path().read_bytes()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])) == (2400, 1350)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("script", [True, False])
def test_the_chart_opens_the_page_at_every_width(browser: Browser, html: bytes, scheme: str, script: bool) -> None:
    """Whole within the first screen and the first 600 px of a phone, in either theme, with scripts or without."""
    context = browser.new_context(color_scheme=scheme, java_script_enabled=script)
    page = context.new_page()
    page.set_content(html.decode())
    chart = page.locator(".plot" if script else ".still")
    for width, height in ((320, 700), (360, 600), (768, 1024), (1440, 900)):
        page.set_viewport_size({"width": width, "height": height})
        box = chart.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= height, (width, box)
        if script:
            assert page.evaluate("document.documentElement.scrollWidth") == width
    context.close()


def test_a_printed_page_holds_its_chart(browser: Browser, html: bytes) -> None:
    """Thousands of line segments, or a picture twice as fine as the screen; then the screen is as it was."""
    context = browser.new_context(color_scheme="dark", viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.set_content(html.decode())
    width = page.evaluate("document.querySelector('.plot').clientWidth")
    paper = page.pdf()
    streams = re.findall(rb"stream\r?\n(.*?)endstream", paper, re.S)
    drawn = b"".join(zlib.decompress(one) for one in streams if one[:1] == b"x")
    assert len(re.findall(rb"[\d.]+ [\d.]+ l\s", drawn)) > 5_000 or f"/Width {2 * width}\n".encode() in paper
    assert page.evaluate("document.documentElement.dataset.theme || ''") == ""
    context.close()


def test_the_reuse_card_copies_from_a_file(context: BrowserContext, visit: Visit, html: bytes) -> None:
    """Caption, alt text and picture reach the clipboard, and the card says so in the page's language."""
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visit(html, "?lang=es")
    card = page.locator(".reuse:visible").first
    for kind in ("caption", "alt", "citation", "picture"):
        card.locator(f'[data-copy="{kind}"]').click()
        card.get_by_text("Copiado.").wait_for()
        taken = page.evaluate("navigator.clipboard.read().then((all) => all[0].types)")
        assert taken == (["image/png"] if kind == "picture" else ["text/plain"])
        if kind != "picture":
            shown = card.locator(f'[data-text="{kind}"]').text_content()
            assert page.evaluate("navigator.clipboard.readText()") == shown
        page.evaluate("document.querySelectorAll('[role=status]').forEach((e) => { e.textContent = ''; })")


def test_drawn_pictures_follow_the_theme_on_a_phone(browser: Browser, region_page: RegionPage, tmp_path: Path) -> None:
    """
    Its dark composition to a reader in the dark, the light one at the press of the button; from files as well.

    Whole within 600 px of either front page. Who prefers no motion sees the still of an animation.
    """
    own = region_page.pictures[0]
    animation = [replace(own, path=f"nh-air.animation.motion.en.{suffix}") for suffix in ("gif", "png", "mp4")]
    shown_too = replace(region_page, pictures=(*region_page.pictures, *animation))
    Folder(tmp_path).publish(builder([shown_too], Site()), now=region_page.updated)
    context = browser.new_context(color_scheme="dark", viewport={"width": 360, "height": 740})
    page = context.new_page()
    shown = "document.querySelector('picture img').currentSrc"
    for front in ("es/index.html", "index.html"):
        page.goto((tmp_path / front).as_uri())
        box = page.locator("picture img").first.bounding_box()
        assert box
        assert box["y"] + box["height"] <= 600
    assert ".phone.dark.en." in page.evaluate(shown)
    assert page.locator(".glance tbody tr").inner_text().startswith("Northern Hemisphere: air")
    page.goto((tmp_path / "nh-air/index.html").as_uri())
    page.locator("figure").first.scroll_into_view_if_needed()
    assert ".phone.dark.en." in page.evaluate(shown)
    page.click("#theme")
    page.wait_for_function(f"{shown}.includes('.phone.en.')")
    moving = page.locator("img[src*=animation]")
    moving.scroll_into_view_if_needed()
    assert page.locator("a[href*='.mp4']").inner_text() == "animated MP4"
    for motion, suffix in (("no-preference", ".gif?"), ("reduce", ".png?")):
        page.emulate_media(reduced_motion=motion)
        page.wait_for_function(f"(e) => e.currentSrc.includes('{suffix}')", arg=moving.element_handle())
    context.close()


def test_an_svg_is_drawn_alike_everywhere(browser: Browser, tmp_path: Path) -> None:
    """Chromium and, where it is installed, librsvg draw of the SVG what the PNG holds."""
    shown = {"preset": "phone", "theme": "light", "language": "en"}
    png, svg = render_formats("records", [sample()], formats=("png", "svg"), **shown)
    drawn = Image.open(io.BytesIO(png.data)).convert("L").resize((360, 450), Image.Resampling.BOX)
    context = browser.new_context(viewport={"width": 360, "height": 450})
    page = context.new_page()
    page.set_content(f"<style>body{{margin:0}}</style>{svg.data.decode().split('?>', 1)[1]}")
    seen = [page.screenshot()]
    context.close()
    if converter := which("rsvg-convert"):
        seen.append(subprocess.run([converter, "-w", "360"], input=svg.data, capture_output=True, check=True).stdout)
    for one in seen:
        there = Image.open(io.BytesIO(one)).convert("L")
        assert np.abs(np.asarray(there, float) - np.asarray(drawn, float)).mean() < 2.5  # of 255


def test_without_scripts_the_static_picture_and_the_table_show(browser: Browser, html: bytes) -> None:
    """What needs a script stays hidden; chart, words and numbers are there."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_content(html.decode())
    assert page.locator("noscript svg").is_visible()
    page.click("details:has([data-is=rows]) summary")
    assert page.locator("noscript p").is_visible()
    rows = page.locator('[data-is="rows"] tr')
    assert rows.count() == 30
    assert rows.first.is_visible()
    assert not any(button.is_visible() for button in page.locator("button").all())
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Browser, html: bytes, scheme: str) -> None:
    """Accessibility checked by axe-core, whatever is switched on."""
    from axe_playwright_python.sync_playwright import Axe

    width = {"light": 1440, "dark": 360}[scheme]
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 740})
    page = context.new_page()
    page.set_content(re.sub(rb'<meta http-equiv="Content[^>]*>', b"", html).decode())  # axe brings its own script
    page.click("summary")
    page.click('[data-year="1998"]')
    page.click('[data-show="last"]')
    found = Axe().run(page).response["violations"]
    assert [
        (v["id"], v["impact"], v["nodes"][0]["html"]) for v in found if v["impact"] in {"serious", "critical"}
    ] == []
    context.close()


def test_the_scripts_arithmetic_is_pythons(visit: Visit, html: bytes, page_chart: PageChart) -> None:
    """Calendar, rounding, label placing and unpacking, question by question."""
    page = visit(html)
    source = re.search(rb'<script>("use strict";.*?)// Drawing:', html, re.S)
    assert source
    names = "unpack, dayOfYear, monthAndDay, round, number, signed, ticks, spread, partner"
    page.evaluate(f"() => {{ window.lib = (() => {{ {source[1].decode()}\nreturn {{{names}}}; }})(); }}")
    dates = np.arange("1999-12-25", "2005-01-05", dtype="datetime64[D]")
    numbers = page.evaluate(
        "days => days.map(d => lib.dayOfYear(Date.parse(d + 'T00:00:00Z')))", [str(d) for d in dates]
    )
    assert numbers == [dayofyear_of(d.astype(object)) for d in dates]
    values = page_chart.study.series.values[:500]
    assert page.evaluate("text => lib.unpack(text)", pack(values, 1000)) == [round(v * 1000) for v in values]
    steps = [*range(-3000, 3000, 7), 5, -5, 15, -15, 12345, -12345]
    for decimals in (1, 2):
        said = page.evaluate("([v, n]) => v.map(x => lib.signed(x / 1000, n, ','))", [steps, decimals])
        assert said == [Language("es").signed(step / 1000, decimals) for step in steps]
    assert page.evaluate("lib.ticks(7.3, 22.9, 5)") == [8, 12, 16, 20]
    assert page.evaluate("lib.spread([10, 12, 90], 16, 0, 100)") == [3, 19, 90]
    assert page.evaluate("lib.spread([98, 99], 16, 0, 100)") == [84, 100]
    assert page.evaluate("lib.monthAndDay(60)") == [1, 29]


def test_hostile_words_stay_words(visit: Visit, page_chart: PageChart) -> None:
    """A title that tries to be markup is shown as it was written, and nothing runs."""
    nasty = "</script><script>document.title='owned'</script><img src=x onerror=alert(1)>"
    words = {code: replace(w, title=nasty, caption=nasty) for code, w in page_chart.words.items()}
    page = visit(report_html([replace(page_chart, words=words)], {"en": (nasty,)}).data)
    assert page.title() == nasty
    assert page.locator("h1").inner_text() == nasty
    assert page.locator("img[src=x]").count() == 0


def test_the_embed_works_in_a_page_of_another_origin(
    context: BrowserContext, region_page: RegionPage, tmp_path: Path
) -> None:
    """Framed by somebody else's page: the chart answers to keys in the language asked for; the full page may not be."""
    from climtrack.publish.server import ServeSettings, background

    Folder(tmp_path / "site").publish(builder([region_page], Site()), now=region_page.updated)
    (tmp_path / "blog").mkdir()
    with (
        background(tmp_path / "site", ServeSettings(port=0), now=lambda: region_page.updated) as site,
        serving(tmp_path / "blog") as (blog, _),
    ):
        frame = f'<iframe id="a" src="{site}embed/nh-air.html?lang=es" title="x" style="border:0"></iframe>'
        frame += "<script>onmessage = (e) => { window.asked = JSON.parse(e.data).height; }</script>"
        refused = f'<iframe id="b" src="{site}nh-air/" title="y"></iframe>'
        (tmp_path / "blog/post.html").write_text(f"<!doctype html><title>Blog</title>{frame}{refused}")
        page = context.new_page()
        page.goto(f"{blog}post.html")
        inside = page.frame_locator("#a")
        plot = inside.locator('[role="slider"]')
        plot.wait_for()
        for width in (320, 360, 728):  # the frame's own height is enough, and the one it asks for too
            page.evaluate("w => { a.width = w; a.style.height = '500px'; }", width)
            for _ in range(2):
                page.wait_for_function("w => a.clientWidth == w", arg=width)
                box = plot.bounding_box()
                frame = page.locator("#a").bounding_box()
                assert box
                assert frame
                assert box["height"] >= 220
                assert box["y"] + box["height"] <= frame["y"] + frame["height"]
                inner = inside.locator("html").evaluate("e => [e.scrollWidth, e.scrollHeight - innerHeight]")
                assert inner == [width, 0]
                page.evaluate("window.asked && (a.style.height = window.asked + 'px')")
        assert page.evaluate("window.asked") > 300
        assert not inside.locator("select").is_visible()
        inside.locator(".more summary").click()
        assert inside.locator("select").is_visible()
        inside.locator(".more summary").click()
        plot.press("ArrowLeft")
        assert inside.locator('[data-is="readout"]').inner_text().startswith("4 de julio")
        assert inside.locator("table").count() == 0
        assert page.frame_locator("#b").locator('[role="slider"]').count() == 0

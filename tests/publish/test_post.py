"""A ready section: changes counted by hand, Markdown and HTML read back."""

from __future__ import annotations

import datetime as dt
import re
from base64 import b64decode
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from markdown_it import MarkdownIt

from climtrack.publish.folder import write_issue
from climtrack.publish.post import Issue, PostPart, changes, changes_heading, credit, post
from climtrack.publish.site import RegionPage
from climtrack.reporter.answers import brief
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.findings import Claim, Rank, Run, Study
from climtrack.vocabulary.series import Status
from climtrack.words.language import LANGUAGES, Language

D = dt.date


def rank(last: dt.date, place: int) -> Rank:
    """Place of a year so far."""
    return Rank(D(last.year, 1, 1), last, 14.0, place, 85, False, (), 0.1, 2023, 14.2, Claim.SAFE)


@pytest.fixture
def before(study: Study) -> Study:
    """The state of 21 June: ten days back in a value, three preliminary days, third place, last year's line above."""
    series = study.series.upto(D(2024, 6, 21))
    values, status = series.values.copy(), series.status.copy()
    status[-3:] = Status.PRELIMINARY
    values[-2] -= 0.03
    values[-10] += 0.01
    found = study.findings
    streaks = replace(
        found.streaks,
        above_last_year=Run(D(2024, 5, 1), D(2024, 6, 21), 52),
        above_average=Run(D(2023, 6, 1), D(2024, 6, 21), 387),
    )
    ranks = replace(found.ranks, year_to_date=rank(D(2024, 6, 21), 3))
    return replace(
        study,
        series=replace(series, values=values, status=status),
        findings=replace(found, streaks=streaks, ranks=ranks),
    )


@pytest.fixture
def now(study: Study) -> Study:
    """The state of 5 July: the days of June final, second place, below last year for a week."""
    found = study.findings
    streaks = replace(
        found.streaks,
        below_last_year=Run(D(2024, 6, 29), D(2024, 7, 5), 7),
        above_average=Run(D(2023, 6, 1), D(2024, 7, 5), 401),
    )
    ranks = replace(found.ranks, year_to_date=rank(D(2024, 7, 5), 2))
    return replace(study, findings=replace(found, streaks=streaks, ranks=ranks))


def test_changes_in_words(before: Study, now: Study) -> None:
    """Every change is one sentence, in the language's own numbers and dates."""
    said = changes(before, now, None, Language("es"))
    assert said == (
        "14 días nuevos, del 22 de junio de 2024 al 5 de julio de 2024.",
        "Se han revisado 2 días anteriores, en 0,03\u00a0°C como máximo.",
        "3 días provisionales han pasado a definitivos.",
        "Hasta ahora, 2024 es el segundo año más cálido de los 85 de la serie. El 21 de junio de 2024 ocupaba "
        "el puesto 3.",
        "Nueva racha de días por debajo del año pasado: van 7, desde el 29 de junio de 2024.",
        "Ha terminado la racha de días por encima del año pasado: entonces sumaba 52 días, del 1 de mayo de 2024 al "
        "21 de junio de 2024.",
        "Sigue la racha de días por encima de la media de 1991–2020: van 401, desde el 1 de junio de 2023.",
    )


@pytest.mark.parametrize("code", LANGUAGES)
def test_nothing_new_is_said_too(study: Study, code: str) -> None:
    """The same state twice: no new day, no revision, and no word more."""
    text = Language(code).text
    assert changes(study, study, D(2024, 7, 5), Language(code)) == (text("post.new.none"), text("post.revised.none"))
    assert changes(study, study, None, Language(code)) == (text("post.new.none"), text("post.revised.unknown"))


def test_a_gap_is_not_a_new_day(study: Study) -> None:
    """Only days with a value are counted."""
    values, status = study.series.values.copy(), study.series.status.copy()
    values[-3:-1], status[-3:-1] = np.nan, Status.MISSING
    gappy = replace(study, series=replace(study.series, values=values, status=status))
    older = replace(study, series=study.series.upto(D(2024, 6, 30)))
    assert changes(older, gappy, None, Language("en"))[0] == "3 new days, 1 July 2024 to 5 July 2024."


@pytest.fixture
def part(before: Study, now: Study, region_page: RegionPage) -> PostPart:
    """One series with two pictures and what changed."""
    shown = {p.path: p for p in region_page.pictures if p.path.endswith(".post.es.png")}
    told = changes(before, now, None, Language("es"))
    heading = changes_heading(before, None, Language("es"))
    answers = "Sí, baja*.", "Sí <debajo>.", "+0,44 °C."
    return PostPart("Hemisferio norte: aire", answers, shown, heading, told, "https://charts.example.org/es/nh-air/")


def test_the_markdown_reads_as_written(part: PostPart, now: Study) -> None:
    """Rendered by a CommonMark parser it says the same words, shows pictures with their alt text, links the page."""
    sources = credit([now.series], Language("es"))
    issue = Issue(
        "El aire está más frío_", [part], sources, "es", long=True, page="https://charts.example.org/es/nh-air/"
    )
    asset, _ = post(issue)
    assert asset.path == "post.es.md"
    html = MarkdownIt("commonmark").render(asset.data.decode())
    assert "<h2>El aire está más frío_</h2>" in html
    for answer in ("<p>Sí, baja*.</p>", "<p>Sí &lt;debajo&gt;.</p>", "<p>+0,44 °C.</p>"):
        assert answer in html
    assert html.count('<a href="https://charts.example.org/es/nh-air/"><img src="nh-air.') == 2
    assert html.index("<img") < html.index("Sí, baja") < html.rindex("<img")
    assert 'alt="Gráfico de líneas de la temperatura diaria del aire: 2024 acaba por debajo de 2023."' in html
    assert "<li>14 días nuevos" in html
    assert "Qué ha cambiado respecto a los datos hasta el 21 de junio de 2024" in html
    assert "Copernicus 2024" in html
    assert "Datos: ERA5 (C3S/ECMWF), vía Climate Reanalyzer, Universidad de Maine." in html


def test_the_heading_tells_the_issue_from_its_data(before: Study) -> None:
    """The issue of 27 June had data to 21 June: both dates stand there, each as what it is."""
    heading = {code: changes_heading(before, D(2024, 6, 27), Language(code)) for code in ("en", "es")}
    assert heading == {
        "en": "What changed since the issue of 27 June 2024, with data to 21 June 2024",
        "es": "Qué ha cambiado desde el número del 27 de junio de 2024, con datos hasta el 21 de junio de 2024",
    }


def test_the_html_says_the_same(part: PostPart) -> None:
    """One section with headings, figures and a list; a first issue has no list of changes, a short post short alts."""
    _, asset = post(Issue("T", [part], (), "es", page="https://charts.example.org/es/nh-air/"))
    html = asset.data.decode()
    assert html.count("<figure>") == 2
    assert "<p>Sí &lt;debajo&gt;.</p>" in html
    assert "<li>14 días nuevos" in html
    assert 'alt="Gráfico de líneas de la temperatura del aire del hemisferio norte"' in html
    _, first = post(Issue("T", [replace(part, changes=(), page="")], (), "es"))
    assert b"<ul>" not in first.data
    assert b"<a href" not in first.data


def test_pictures_travel_with_the_text(part: PostPart) -> None:
    """The HTML of an inline post holds its pictures, byte for byte, and asks for no file."""
    _, asset = post(Issue("T", [part], (), "es"), inline=True)
    found = re.findall(r'src="([^"]*)"', asset.data.decode())
    assert [b64decode(one.removeprefix("data:image/png;base64,")) for one in found] == [
        picture.data for picture in part.pictures.values()
    ]


def file(path: str, text: str) -> Asset:
    """A file of a post."""
    return Asset(path, "text/plain", text.encode(), path.split(".")[-2])


def test_what_its_author_has_changed_is_never_overwritten(tmp_path: Path) -> None:
    """The new one goes beside it, under its own name again and again; what nobody touched is replaced, or goes."""
    folder = tmp_path / "2026-11-21-nh"
    held = {"post.es.md": "uno", "nh.a.es.png": "a", "nh.b.es.png": "b", "post.en.md": "one"}
    assert write_issue(folder, [file(*one) for one in held.items()]) == ()
    (folder / "post.es.md").write_text("mío")
    (folder / "mine.txt").write_text("mine")
    second = [file("post.es.md", "dos"), file("nh.a.es.png", "A")]
    assert write_issue(folder, second) == (("post.es.md", "post.es.2.md"),)
    assert write_issue(folder, [file("post.es.md", "tres"), second[1]]) == (("post.es.md", "post.es.2.md"),)
    (folder / "post.es.2.md").write_text("mío también")
    assert write_issue(folder, [file("post.es.md", "cuatro"), second[1]]) == (("post.es.md", "post.es.3.md"),)
    assert {path.name: path.read_text() for path in folder.iterdir() if path.name[0] != "."} == {
        "post.es.md": "mío", "post.es.2.md": "mío también", "post.es.3.md": "cuatro", "nh.a.es.png": "A",
        "post.en.md": "one", "mine.txt": "mine",
    }  # fmt: skip
    (folder / ".climtrack-issue.json").write_text("no list")
    assert write_issue(folder, second) == (("post.es.md", "post.es.4.md"),)


def test_air_and_sea_share_three_answers_or_the_sea_has_one(study: Study) -> None:
    """In a post that would be too long they are not paired."""
    en = Language("en")
    assert len(brief([study, study], en)) == 3
    assert brief([study, study], en, paired=False)[:3] == brief([study], en)
    assert brief([study, study], en, paired=False)[3].startswith("On 5 July ")

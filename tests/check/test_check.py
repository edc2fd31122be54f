"""A second computation finds what the first, or a sentence, got wrong, and reads every notation."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from climtrack.check import check, sentences
from climtrack.check.check import Result
from climtrack.check.recount import student
from climtrack.check.sentences import Book, Place, masked, places
from climtrack.cli.app import main
from climtrack.publish.post import Issue, PostPart, credit, post
from climtrack.reporter.answers import brief
from climtrack.reporter.render import words
from climtrack.run.check import check_assets, check_folder
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.findings import Study
from climtrack.words.language import Language
from tests.check.reports import NOT_OF_THE_TABLE, report
from tests.reporter.studies import sample

#: The 28th of a month that is not February: the next day is a 29th, and no leap day.
DAY = dt.date(2026, 7, 28)


@cache
def made() -> tuple[Asset, ...]:
    """A report of the simulated North Atlantic."""
    return report(sample("natlan", "sst", DAY))


def altered(name: str, change: Callable[[str], str]) -> Result:
    """The report with one of its files changed."""
    found = [asset for asset in made() if asset.path == name]
    assert len(found) == 1
    other = replace(found[0], data=change(found[0].data.decode()).encode())
    assert other != found[0]
    return check_assets([[other if asset is found[0] else asset for asset in made()]])


def test_a_report_agrees_with_its_table() -> None:
    """Both languages, hundreds of numbers; what the table cannot tell is named."""
    result = check_assets([made()])
    assert not result.differing
    assert result.checked > 700
    assert not {name for name in result.unknown if not re.search(NOT_OF_THE_TABLE, name)}


def test_a_number_of_the_facts_that_is_off_by_a_thousandth_is_found() -> None:
    """Also where no sentence says it."""

    def change(text: str) -> str:
        facts = json.loads(text)
        facts["series"]["sst"]["records"]["warmest_day"]["previous"]["value"] += 0.001
        return json.dumps(facts)

    (found,) = altered("facts.json", change).differing
    assert found.where == "natlan-sst.records.warmest_day.previous.value"


def test_a_number_of_a_caption_that_is_off_by_a_hundredth_is_found() -> None:
    """In one language, in the words of one picture."""
    picture = next(asset for asset in made() if asset.path == "natlan-sst.year-lines.wide.es.png")
    assert picture.words is not None
    printed = re.search(r"(\d,\d\d)\N{NO-BREAK SPACE}°C (?:por encima|más)", picture.words.caption)
    assert printed is not None
    wrong = f"{float(printed[1].replace(',', '.')) + 0.01:.2f}".replace(".", ",")
    told = replace(picture.words, caption=picture.words.caption.replace(printed[1], wrong, 1))
    other = replace(picture, words=told)
    result = check_assets([[other if asset is picture else asset for asset in made()]])
    assert [(one.where.split(" (")[0], one.printed) for one in result.differing] == [
        ("natlan-sst.year-lines.es caption", wrong)
    ]


def test_a_value_of_the_table_that_is_off_by_a_thousandth_is_found() -> None:
    """Its own line and the averages made with it disagree."""

    def change(text: str) -> str:
        return re.sub(r"(2003-05-06,)([\d.]+)", lambda found: f"{found[1]}{float(found[2]) + 0.001:.3f}", text)

    found = altered("natlan-sst.csv", change)
    assert any("natlan-sst.csv: anomaly" in one.where for one in found.differing)
    assert any(".trend." in one.where or ".anomalies." in one.where for one in found.differing)


def test_a_value_of_the_table_of_this_year_is_found() -> None:
    """A lowest value that is off by a hundredth, in the table for charts elsewhere."""

    def change(text: str) -> str:
        return re.sub(r"(2026-03-05,(?:[\d.]+,){3})([\d.]+)", lambda m: f"{m[1]}{float(m[2]) - 0.01:.2f}", text)

    (found,) = altered("natlan-sst.year.csv", change).differing
    assert found.where == "natlan-sst.year.csv: low (1)"


def test_a_number_of_a_table_of_the_report_is_found() -> None:
    """A place among the years that is another."""
    pattern = r"(\| \d+ of )(\d+)( \|)"
    found = altered("report.md", lambda text: re.sub(pattern, lambda m: f"{m[1]}{int(m[2]) + 1}{m[3]}", text, count=1))
    assert len(found.differing) == 1


def test_nearly_every_last_digit_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the figures of all sentences, each moved by one in its last digit, nine of ten at least are found (98 %)."""
    found: list[bool] = []

    def judge(place: Place, books: Sequence[Book]) -> tuple[bool | None, Sequence[object]]:
        number = place.number
        if number.kind in ("celsius", "percent", "plain"):
            for step in (1, -1):
                moved = replace(number, value=number.value + step * 10.0**-number.decimals)
                found.append(sentences.judge(replace(place, number=moved), books)[0] is not True)
        return sentences.judge(place, books)

    monkeypatch.setattr(check, "judge", judge)
    assert not check_assets([made()]).differing
    assert len(found) > 500
    assert sum(found) > 0.9 * len(found)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("−0.35 °C on 3–7 May 2024", "en", [(-0.35, 2), ((3, 5, 2024), (7, 5, 2024))]),
        ("−0,35\N{NO-BREAK SPACE}°C el 29 de febrero", "es", [(-0.35, 2), ((29, 2, None),)]),
        ("31,000 days since 1 Sep 1981", "en", [(31000, 0), ((1, 9, 1981),)]),
        ("31\N{NO-BREAK SPACE}000 días desde el 1 de septiembre de 1981", "es", [(31000, 0), ((1, 9, 1981),)]),
        ("+0.5 °C", "es-MX", [(0.5, 1)]),
        ("the Niño 3.4 region, 60°S–60°N", "en", []),
        ("1991–2020 y 1997–98", "es", [((1991, 2020),), ((1997, 1998),)]),
        ("on 22, 23 and 25 July 2023", "en", [((22, 7, 2023), (23, 7, 2023), (25, 7, 2023))]),
        ("percentile >99", "en", [(99, 0)]),
    ],
)
def test_numbers_are_read_in_either_notation(text: str, language: str, expected: list[object]) -> None:
    """True minus, thousands, decimal marks, days and spans of years; digits of names are none."""
    numbers = masked(text, language)[1]
    assert [number.parts or (number.value, number.decimals) for number in numbers] == expected


def test_the_message_tells_which_fact_a_number_is() -> None:
    """The same figure above last year's line is one fact, above the average another."""
    text = "On 5 July it was 0.53 °C above the same day of 2025. It is 0.92 °C above the 1991–2020 average."
    found = {place.number.text: place.fields for place in places(text, "en")}
    assert ("year.above", "size") in found["0.53"]
    assert any(message.endswith("average.above") for message, _ in found["0.92"])


def test_the_mathematics_of_its_own() -> None:
    """Student's t against the printed tables."""
    assert [round(student(freedom), 3) for freedom in (1, 2, 5, 30)] == [12.706, 4.303, 2.571, 2.042]


def test_a_post_is_held_against_the_report_of_its_region(tmp_path: Path) -> None:
    """Each number of both languages, Markdown and HTML; one that its author has changed is found."""
    study, issue = sample("natlan", "sst", DAY), tmp_path / "2026-07-21-natlan"
    for folder, files in (
        (tmp_path / "natlan", [asset for asset in made() if not asset.path.endswith(".png")]),
        (issue, [file for code in ("en", "es") for file in short_post(study, code)]),
    ):
        folder.mkdir()
        for asset in files:
            (folder / asset.path).write_bytes(asset.data)
    result = check_folder(issue, tmp_path)
    assert not result.differing
    assert not {name for name in result.unknown if name.startswith("post.")}
    page = issue / "post.es.html"
    text = page.read_text("utf-8")
    size = re.search(r"(\d,\d\d)\N{NO-BREAK SPACE}°C sobre la media", text)
    assert size is not None
    page.write_text(f"{text[: size.start(1)]}7,77{text[size.end(1) :]}", "utf-8")
    (found,) = check_folder(issue, tmp_path).differing
    assert (found.where.split(" (")[0], found.printed) == ("post.es.html", "7,77")


def short_post(study: Study, code: str) -> tuple[Asset, Asset]:
    """A post of one series without its picture."""
    language = Language(code)
    part = PostPart("", brief([study], language), {})
    title = words("year_lines", [study])[code].title
    return post(Issue(title, [part], credit([study.series], language), code))


def test_the_command_names_what_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 3, the number and where it stands; a folder without a report is exit 2."""
    folder = tmp_path / "natlan"
    folder.mkdir()
    for asset in made():
        if not asset.path.endswith(".png"):
            (folder / asset.path).write_bytes(asset.data)
    with pytest.raises(SystemExit, match="0"):
        main(["check", str(tmp_path)])
    assert capsys.readouterr().out.startswith("0 of ")
    with pytest.raises(SystemExit, match="0"):
        main(["check", str(tmp_path), "--json"])
    found = json.loads(capsys.readouterr().out)
    assert (found["schema"], found["differing"], found["numbers"] > 700) == ("climtrack.check/1", [], True)
    facts = folder / "facts.json"
    facts.write_text(re.sub(r'("days_known": )\d+', r"\g<1>7", facts.read_text()))
    with pytest.raises(SystemExit, match="3"):
        main(["check", str(tmp_path)])
    assert "natlan-sst.days_known: 7, computed again 209" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="2"):
        main(["check", str(tmp_path / "nowhere")])

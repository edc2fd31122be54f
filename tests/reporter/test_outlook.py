"""The outlook in words and as a fan: a chance that people say, a range with its level, nothing where there is none."""

import datetime as dt
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from climtrack.reporter import render
from climtrack.reporter.curves import end_point
from climtrack.reporter.sentences import Phrases
from climtrack.vocabulary.findings import OutlookDay, Reading
from climtrack.words.language import Language
from tests.reporter import made

ISSUE = OutlookDay(dt.date(2026, 12, 5), 14, True, 0.63, 0.41, 0.88, 0.74, 0.02, 12.9)


def told(code: str, **changes: object) -> str:
    """The sentence about an issue that goes out on 5 December 2026."""
    days = (replace(ISSUE, date=dt.date(2026, 11, 28), next_issue=False), replace(ISSUE, **changes))
    return Phrases(made.study(outlook=days), Language(code)).outlook().replace("\u00a0", " ")


def test_the_whole_sentence() -> None:
    """As it is read aloud, in both languages."""
    assert told("en") == (
        "When the next issue goes out on 5 December, the chance of being below last year’s line is 3 in 4; "
        "the difference from the 1991–2020 average is then expected to be +0.6 °C "
        "(9 times in 10 between +0.4 and +0.9)."
    )
    assert told("es") == (
        "Hay 3 posibilidades entre 4 de que el 5 de diciembre, cuando salga el próximo número, la línea esté "
        "por debajo de la del año pasado; para ese día cabe esperar una diferencia de +0,6 °C respecto a la media de "
        "1991–2020 (9 de cada 10 veces, entre +0,4 y +0,9)."
    )


@pytest.mark.parametrize(
    ("chance", "english", "spanish"),
    [
        (0.01, "is less than 1 in 20;", "Hay menos de 1 posibilidad entre 20 de que"),
        (0.06, "is 1 in 10;", "Hay 1 posibilidad entre 10 de que"),
        (0.35, "is 1 in 3;", "Hay 1 posibilidad entre 3 de que"),
        (0.52, "is 1 in 2;", "Hay 1 posibilidad entre 2 de que"),
        (0.94, "is 9 in 10;", "Hay 9 posibilidades entre 10 de que"),
        (0.99, "is more than 19 in 20;", "Hay más de 19 posibilidades entre 20 de que"),
    ],
)
def test_chances_as_people_say_them(chance: float, english: str, spanish: str) -> None:
    """The nearest of a few plain shares; what is all but certain is never said to be so."""
    assert english in told("en", chance_below_last_year=chance)
    assert spanish in told("es", chance_below_last_year=chance)


def test_nothing_is_said_without_a_chance() -> None:
    """A partner that is missing, and an issue beyond the reach of the outlook."""
    assert told("en", chance_below_last_year=math.nan) == ""
    assert told("en", next_issue=False) == ""
    assert Phrases(made.study(), Language("en")).outlook() == ""


@pytest.mark.parametrize("preset", ["wide", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_fan_begins_at_the_last_value_and_holds_the_range(preset: str, theme: str) -> None:
    """Only where it was asked for; named in the notes with its level."""
    end = made.study().series.end
    days = tuple(replace(ISSUE, date=end + dt.timedelta(days=lead), lead_days=lead) for lead in (7, 14, 21, 28))
    study = made.study(outlook=days)
    how = {"preset": preset, "theme": theme, "language": "en"}
    plain, drawn = (render.draw("year_lines", [study], **how, outlook=shown) for shown in (False, True))
    fans = [one for axes in drawn.figure.axes for one in axes.collections if one.get_gid() == "fan"]
    assert len(fans) == 1
    assert not [one for axes in plain.figure.axes for one in axes.collections if one.get_gid() == "fan"]
    corners = fans[0].get_paths()[0].vertices
    start, value = end_point(study, study.table)
    assert corners[:, 0].min() == start
    assert corners[:, 0].max() == start + 28
    assert np.abs(corners[corners[:, 0] == start][:, 1] - value).max() < 1e-9
    edge = corners[corners[:, 0] == start + 28][:, 1]
    normal = study.climatology.mean[int(start + 27.5)]
    assert (edge.min(), edge.max()) == pytest.approx((normal + 0.41, normal + 0.88))
    notes = " ".join(box.text for box in drawn.boxes)
    assert "Fan: where this year’s line is expected in the next 28 days, 9 times in 10" in notes


def ending(end: dt.date) -> tuple[Any, list[Any]]:
    """A picture at the end of a year, and its fans."""
    days = (replace(ISSUE, date=end + dt.timedelta(days=28), lead_days=28),)
    study = made.study(end=end, latest=Reading(end, 12.6), preliminary_from=None, outlook=days)
    drawn = render.draw("year_lines", [study], preset="wide", theme="light", language="es", outlook=True)
    return drawn, [one for axes in drawn.figure.axes for one in axes.collections if one.get_gid() == "fan"]


def test_the_fan_ends_with_the_year() -> None:
    """Its axes do: on 20 December it reaches the 31st, and says so; on the 31st there is none."""
    drawn, (fan,) = ending(dt.date(2025, 12, 20))
    assert fan.get_paths()[0].vertices[:, 0].max() == 365.5
    assert "en los próximos 11 días" in " ".join(box.text for box in drawn.boxes)
    drawn, fans = ending(dt.date(2025, 12, 31))
    assert not fans
    assert "Abanico" not in " ".join(box.text for box in drawn.boxes)

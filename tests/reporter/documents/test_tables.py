"""The series as a table."""

import csv
import datetime as dt

from climtrack.reporter.documents.facts import table_csv
from climtrack.vocabulary.registry import Region
from tests.reporter import made


def rows(study):
    """Comment lines, and the rows by date."""
    lines = table_csv(study).data.decode().splitlines()
    comments = [line for line in lines if line.startswith("#")]
    return comments, {row["date"]: row for row in csv.DictReader(lines[len(comments) :])}


def test_a_row_a_day_with_its_partner_of_last_year():
    """Value as stored, last year's by date, the difference of both."""
    study = made.study()
    comments, table = rows(study)
    assert table_csv(study).path == "nh-air.csv"
    assert len(table) == study.series.values.size
    day, before = table["2026-11-17"], table["2025-11-17"]
    assert float(day["value"]) == study.series.value(dt.date(2026, 11, 17))
    assert abs(float(day["last_year"]) - float(before["value"])) < 1e-6
    assert abs(float(day["difference"]) - (float(day["value"]) - float(before["value"]))) < 1e-6
    assert abs(float(day["anomaly"]) - (float(day["value"]) - float(day["climatology"]))) < 2e-6
    assert abs(float(table["2024-02-29"]["last_year"]) - float(table["2023-02-28"]["value"])) < 1e-6
    assert table["1940-01-01"]["last_year"] == ""
    assert any("Copernicus" in line for line in comments)


def test_no_average_leaves_its_columns_empty():
    """Empty, never zero."""
    _, table = rows(made.study(baseline=None))
    assert table["2026-11-17"]["anomaly"] == table["2026-11-17"]["climatology"] == ""


def test_a_hostile_name_stays_inside_its_comment():
    """No line of the user's making, and the sample says what it is."""
    comments, table = rows(made.study(Region("nh", "x\n=cmd()", "y", 0, 90), simulated=True))
    assert comments[0] == "# SIMULATED DATA, not measurements"
    assert comments[1].startswith("# x =cmd()")
    assert all(key[:2] in {"19", "20"} for key in table)

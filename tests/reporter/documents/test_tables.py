"""The series as a table."""

import csv
import datetime as dt
import io
import json
from dataclasses import replace

import numpy as np
import pandas as pd

from climtrack.reporter.documents.tables import description, notes, table_csv, year_tables
from climtrack.vocabulary.registry import Region
from tests.reporter import made


def rows(study):
    """The rows by date."""
    return {row["date"]: row for row in csv.DictReader(io.StringIO(table_csv(study).data.decode()))}


def test_a_row_a_day_with_its_partner_of_last_year():
    """Value as stored, last year's by date, the difference of both."""
    study = made.study()
    table = rows(study)
    assert table_csv(study).path == "nh-air.csv"
    assert len(table) == study.series.values.size
    day, before = table["2026-11-17"], table["2025-11-17"]
    assert float(day["value"]) == study.series.value(dt.date(2026, 11, 17))
    assert abs(float(day["last_year"]) - float(before["value"])) < 1e-6
    assert abs(float(day["difference"]) - (float(day["value"]) - float(before["value"]))) < 1e-6
    assert abs(float(day["anomaly"]) - (float(day["value"]) - float(day["climatology"]))) < 2e-6
    assert abs(float(table["2024-02-29"]["last_year"]) - float(table["2023-02-28"]["value"])) < 1e-6
    assert table["1940-01-01"]["last_year"] == ""
    assert pd.read_csv(io.BytesIO(table_csv(study).data), parse_dates=["date"])["difference"].iloc[-1] == float(
        day["difference"]
    )


def test_no_average_leaves_its_columns_empty():
    """Empty, never zero."""
    table = rows(made.study(baseline=None))
    assert table["2026-11-17"]["anomaly"] == table["2026-11-17"]["climatology"] == ""


def test_this_year_beside_the_others():
    """A row a day of this year, to two decimals: what a chart of lines is drawn from elsewhere."""
    study = made.study()
    soft = study.preliminary.values.copy()
    soft[-1, 319:322] = 1.0
    table, beside = year_tables(replace(study, preliminary=replace(study.preliminary, values=soft)))
    assert (table.path, beside.path) == ("nh-air.year.csv", "nh-air.year.csv-metadata.json")
    found = pd.read_csv(io.BytesIO(table.data), index_col="day", parse_dates=["day"])
    assert list(found) == ["this_year", "last_year", "average", "low", "high", "preliminary"]
    assert (len(found), len(table.data) <= 20_000) == (365, True)
    series = study.series
    now = found.loc["2026-11-17"]
    assert now["this_year"] == now["preliminary"] == round(series.value(dt.date(2026, 11, 17)), 2)
    assert now["last_year"] == round(series.value(dt.date(2025, 11, 17)), 2)
    others = [series.value(dt.date(year, 11, 17)) for year in range(1940, 2025)]
    assert (now["low"], now["high"]) == (round(min(others), 2), round(max(others), 2))
    assert found["preliminary"].count() == 3
    assert np.isnan(found.loc["2026-11-18", "this_year"])
    (about,) = json.loads(beside.data)["notes"]
    assert (about["columns"]["low"], about["columns"]["average"][:12]) == (
        "lowest of 85 years of 1940-2024",
        "of 1991-2020",
    )


def test_what_must_be_known_stands_beside():
    """Source, terms and average; a hostile name is text; the sample says so, in the table too."""
    found = json.loads(description(["nh-air.csv"], [notes(made.study(Region("nh", "x\n=cmd()", "y", 0, 90)))]).data)
    (about,) = found["notes"]
    assert found["tables"] == [{"url": "nh-air.csv"}]
    assert (about["title"], about["baseline"], about["simulated"]) == (
        "x =cmd(): air temperature 2 m above the surface", "1991-2020", False,
    )  # fmt: skip
    assert "Copernicus" in about["attribution"]
    assert "CC-BY" in about["licence"]
    sample = made.study(simulated=True)
    assert notes(sample)["simulated"]
    assert {row["simulated"] for row in rows(sample).values()} == {"true"}

"""The numbers behind each picture."""

import csv
import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from climtrack.errors import ConfigError
from climtrack.reporter import means
from climtrack.reporter.render import chart_table
from climtrack.vocabulary.findings import Holder, YearEnd
from tests.reporter import made


def table(chart, *studies, **options):
    """Path and rows by name."""
    asset = chart_table(chart, studies, **options)
    lines = [line for line in asset.data.decode().splitlines() if not line.startswith("#")]
    return asset.path, list(csv.DictReader(lines))


@pytest.mark.parametrize("chart", ["year_lines", "anomaly", "year_over_year"])
def test_the_daily_lines_need_no_table_of_their_own(chart):
    """The series' own holds them."""
    assert chart_table(chart, [made.study()]) is None


def test_two_series_side_by_side():
    """Value and anomaly of each."""
    north, south = made.study(), made.study("sh", "era5.t2m.sh", end=dt.date(2026, 11, 15))
    path, rows = table("hemispheres", north, south)
    assert path == "nh-sh-air.hemispheres.csv"
    assert list(rows[0]) == ["date", "nh_value", "nh_anomaly", "sh_value", "sh_anomaly"]
    assert rows[-1]["sh_value"] == ""
    assert abs(float(rows[-1]["nh_anomaly"]) - means.daily(north)[-1]) < 1e-6


def test_a_stripe_a_year():
    """Whole years, and this one to date."""
    study = made.study()
    _, rows = table("stripes", study)
    assert (rows[0]["year"], rows[-1]["year"], rows[-1]["to"]) == ("1940", "2026", "2026-11-17")
    assert float(rows[-1]["nh_anomaly"]) == study.findings.anomaly_year_to_date
    assert abs(float(rows[5]["nh_anomaly"]) - means.annual(study)[1945]) < 1e-6


def test_the_mean_since_new_year():
    """To the same date of every year and of whole years; of this one, what is expected and its range, where known."""
    study = made.study()
    _, rows = table("year_to_date", study)
    assert list(rows[0])[1] == "anomaly_to_11-17"
    assert (rows[0]["year"], rows[-1]["year"], rows[-1]["anomaly_of_year"]) == ("1940", "2026", "")
    daily = means.daily(study)
    assert float(rows[-1]["anomaly_to_11-17"]) == pytest.approx(daily[-321:].mean(), abs=1e-6)
    assert float(rows[0]["anomaly_to_11-17"]) == pytest.approx(daily[:322].mean(), abs=1e-6)  # 1940 is a leap year
    assert float(rows[0]["anomaly_of_year"]) == pytest.approx(daily[:366].mean(), abs=1e-6)
    end = YearEnd(2026, 9.0, 321, 10.0, 9.9, 10.2, 0.9, 30, {})
    _, rows = table("year_to_date", made.study(year_end=end))
    expected = [float(rows[-1][name]) for name in ("anomaly_of_year", "low_9_in_10", "high_9_in_10")]
    assert np.diff(expected) == pytest.approx([-0.1, 0.3])
    assert expected[0] == pytest.approx(10.0 - means.year_normal(study), abs=1e-6)


def test_the_heatmap_day_by_day():
    """The mean of seven days, centred; three days at either end lack one."""
    study = made.study()
    _, rows = table("day_heatmap", study)
    assert [row["anomaly_7_day_mean"] for row in rows[:3]] == ["", "", ""]
    assert abs(float(rows[3]["anomaly_7_day_mean"]) - means.daily(study)[:7].mean()) < 1e-6


def test_records_by_year():
    """Warm and cold of every year that holds any."""
    held = replace(made.findings().records, warm_holders=(Holder(2024, 209, 2),), cold_holders=(Holder(1971, 36),))
    _, rows = table("records", made.study(records=held))
    assert [list(row.values()) for row in rows] == [["1971", "0", "0", "36"], ["2024", "209", "2", "0"]]


def test_since_a_date():
    """From the day it counts."""
    _, rows = table("since_last_issue", made.study(), since=dt.date(2026, 11, 3))
    assert (rows[0]["date"], len(rows)) == ("2026-11-03", 15)
    with pytest.raises(ConfigError, match="pie"):
        table("pie", made.study())

"""Every row of the golden figures that were computed from the stored files."""

from __future__ import annotations

import csv
import datetime as dt
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from climtrack.analysis import ranking
from climtrack.analysis.anomaly import site_anomaly
from climtrack.vocabulary.registry import Baseline
from climtrack.vocabulary.series import Series
from tests.analysis.build import longest_record_run, real

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = Path(os.environ.get("CLIMTRACK_SHARED_DATA", ROOT.parent / "shared" / "data")) / "computed_golden.csv"
ROWS = list(csv.DictReader(GOLDEN.read_text(encoding="utf-8").splitlines())) if GOLDEN.is_file() else []
KEYS = {
    "t2 world": "era5.t2m.world",
    "t2 nh (cross-check series)": "era5.t2m.nh",
    "t2 world CFSR": "cfsr.t2m.world",
    "sst world2": "oisst.sst.world2",
    "sst natlan": "oisst.sst.natlan",
    "sst nino3.4": "oisst.sst.nino3.4",
}
ALL = (dt.date(1900, 1, 1), dt.date(2100, 12, 31))


def _span(text: str) -> tuple[dt.date, dt.date]:
    """First and last day of ``2024``, ``2024-07``, ``2024-07-22`` or two days joined by a slash."""
    if "/" in text:
        first, _, last = text.partition("/")
        return dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    if re.fullmatch(r"\d{4}-\d{4}", text):
        return dt.date(int(text[:4]), 1, 1), dt.date(int(text[5:]), 12, 31)
    if len(text) == 4:
        return dt.date(int(text), 1, 1), dt.date(int(text), 12, 31)
    if len(text) == 7:
        return ranking.month_span(int(text[:4]), int(text[5:]))
    return dt.date.fromisoformat(text), dt.date.fromisoformat(text)


def _warmest_but(series: Series, skipped: dt.date) -> float:
    """Warmest value on any other day."""
    before = ranking.warmest(series, ALL[0], skipped - dt.timedelta(days=1))
    after = ranking.warmest(series, skipped + dt.timedelta(days=1), ALL[1])
    return max(before.value, after.value)


def _ours(series: Series, quantity: str, period: str) -> float:
    """Our own figure; where the row names a day of an extreme, the day must be found too."""
    first, last = _span(period)
    if quantity in ("annual mean", "monthly mean") or quantity.startswith("mean of all days"):
        return ranking.mean(series, first, last)
    if quantity == "value":
        found = series.value(first)
        assert found is not None
        return found
    if quantity in ("warmest day", "maximum"):
        best = ranking.warmest(series, *ALL)
        assert best.date == first
        return best.value
    if quantity == "second warmest day":
        second = series.value(first)
        assert second == _warmest_but(series, ranking.warmest(series, *ALL).date)
        return second
    if quantity == "warmest day before 2023":
        best = ranking.warmest(series, ALL[0], dt.date(2022, 12, 31))
        assert best.date == first
        return best.value
    if quantity in ("warmest day of 2023", "maximum of the year"):
        best = ranking.warmest(series, dt.date(first.year, 1, 1), dt.date(first.year, 12, 31))
        assert len(period) == 4 or best.date == first
        return best.value
    if quantity.startswith("days above every day before 2023"):
        return ranking.days_above(series, ranking.warmest(series, ALL[0], dt.date(2022, 12, 31)).value, first, last)
    if quantity.startswith("days above"):
        return ranking.days_above(series, float(quantity.removeprefix("days above ")), first, last)
    if quantity.startswith("longest run of daily records"):
        start = int(re.search(r"from (\d{4})", quantity)[1])  # type: ignore[index]
        run = longest_record_run(series, alignment="slot", first_year=start)
        assert run is not None
        assert (run.first, run.last) == (first, last)
        return run.days
    if quantity.startswith("anomaly against"):
        baseline = Baseline.parse(re.search(r"\d{4}-\d{4}", quantity)[0])  # type: ignore[index]
        found = site_anomaly(series, first, baseline)
        assert found is not None
        return found
    raise AssertionError(f"a golden quantity that no test knows: {quantity}")


@pytest.fixture(scope="module")
def series_of(shared_data: Path) -> Callable[[str, str], Series]:
    """Reader of a golden row's file."""
    held: dict[str, Series] = {}

    def read(file: str, name: str) -> Series:
        key = KEYS[name]
        path = shared_data / file
        if path.is_dir():
            path /= f"oisst2.1_{key.split('.', 2)[2]}_sst_day.json"
        if str(path) not in held:
            held[str(path)] = real(path, key)
        return held[str(path)]

    return read


@pytest.mark.parametrize("row", ROWS, ids=[f"{r['quantity'][:28]}-{r['series']}-{r['date_or_period']}" for r in ROWS])
def test_golden_row(row: dict[str, str], series_of: Callable[[str, str], Series]) -> None:
    """Our figure rounds to the golden one, and falls on its day."""
    series = series_of(row["file"], row["series"])
    digits = 0 if row["unit"] == "days" else 3
    ours = _ours(series, row["quantity"], row["date_or_period"])
    assert ours == pytest.approx(float(row["value"]), abs=0.5 * 10**-digits + 1e-9 if digits else 0)


def test_all_rows_are_there(shared_data: Path) -> None:
    """The file holds the forty figures that its description promises."""
    assert len(ROWS) == 40

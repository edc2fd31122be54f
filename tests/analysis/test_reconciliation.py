"""Published figures: every one known, every one that the files allow reproduced or explained."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from climtrack.analysis.reconciliation import MEASURES, PUBLISHED, reconcile, span
from climtrack.errors import Notice
from climtrack.vocabulary.findings import Published, Reconciled, Unknown
from climtrack.vocabulary.series import SeriesKey
from tests.analysis.build import made
from tests.analysis.reconciliation_page import NOTES, PAGE, held, page

MEAN, TEST = Notice("daily mean"), Notice("test")


@pytest.fixture(scope="module")
def rows(shared_data: Path) -> tuple[Reconciled, ...]:
    """All figures beside ours."""
    return reconcile(held(shared_data))


def test_every_reference_figure_is_known(shared_data: Path) -> None:
    """The table holds the fifty published figures, value for value and day for day."""
    text = (shared_data / "reference_figures.csv").read_text(encoding="utf-8")
    references = list(csv.DictReader(text.splitlines()))
    assert len(references) == len(PUBLISHED)
    for row, figure in zip(references, PUBLISHED, strict=True):
        if row["unit"] == "day":  # a date, told here as the length of the run that begins on it
            assert figure.period.startswith(row["date_or_period"])
            continue
        assert figure.value == float(row["value"]), row
        first = row["date_or_period"].partition(" and ")[0]
        assert span(figure.period)[0] == span(first)[0], row


def test_every_figure_agrees_or_is_explained(rows: tuple[Reconciled, ...]) -> None:
    """Nothing differs by more than 0.01 °C without a reason on the page, and no reason is given for what agrees."""
    known = [row for row in rows if not isinstance(row.ours, Unknown)]
    assert len(rows) - len(known) == 3
    differing = {(str(row.published.quantity), row.published.period) for row in known if not row.agrees}
    assert differing == {figure for figures, _ in NOTES for figure in figures}


def test_the_page_is_true(rows: tuple[Reconciled, ...]) -> None:
    """The committed page is what the data say today."""
    assert PAGE.read_text(encoding="utf-8") == page(rows)


def test_what_is_not_held_is_unknown() -> None:
    """A figure without its series has no number, and a series that ends too early none either."""
    key = SeriesKey.parse("era5.t2m.nh")
    figure = Published(key, MEAN, "mean", "2024-07-05", 1.0, 2, TEST)
    assert isinstance(reconcile({}, [figure])[0].ours, Unknown)
    short = made(dt.date(2020, 1, 1), dt.date(2024, 7, 4), 1.0)
    assert str(reconcile({key: short}, [figure])[0].ours) == "the series ends on 2024-07-04"


def test_a_period_that_is_not_over_is_not_judged() -> None:
    """No count, mean or maximum of half a year is held against one of the whole: the end of the data is said."""
    key = SeriesKey.parse("era5.t2m.nh")
    short = made(dt.date(2020, 1, 1), dt.date(2024, 7, 4), 1.0)
    for measure in ("days above 0.5", "mean", "warmest", "record run"):
        row = reconcile({key: short}, [Published(key, MEAN, measure, "2024", 185.0, 0, TEST)])[0]
        assert str(row.ours) == str(row.difference) == "the data end on 2024-07-04"


def test_agreement_respects_the_published_digits() -> None:
    """21.649 is 21.6 to one decimal and 21.66 is not; a count must be exact."""
    key = SeriesKey.parse("era5.t2m.nh")
    day = dt.date(2024, 7, 5)
    one = Published(key, MEAN, "mean", "2024-07-05", 21.6, 1, TEST)
    found = [reconcile({key: made(day, day, value)}, [one])[0] for value in (21.649, 21.66)]
    assert [row.agrees for row in found] == [True, False]
    count = Published(key, Notice("days"), "days above 20", "2024-07-05", 2, 0, TEST)
    assert not reconcile({key: made(day, day, 21.0)}, [count])[0].agrees


def test_measures_are_found_by_their_longest_name() -> None:
    """``days above before 2023`` is a count, not a mean of days."""
    assert next(name for name in MEASURES if "day anomaly 1979-2000".startswith(name)) == "day anomaly"
    assert next(name for name in MEASURES if "days above before 2023".startswith(name)) == "days above"

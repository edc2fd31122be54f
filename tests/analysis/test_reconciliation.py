"""Published figures: every one known, every one that the files allow reproduced or explained."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from climtrack.analysis.reconciliation import MEASURES, PUBLISHED, reconcile, span
from climtrack.vocabulary.findings import Published, Reconciled, Unknown
from climtrack.vocabulary.series import SeriesKey
from tests.analysis.build import made
from tests.analysis.reconciliation_page import PAGE, held, page


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
    """Nothing differs by more than 0.01 °C without a reason, and no reason is given for what agrees."""
    for row in rows:
        if not isinstance(row.ours, Unknown):
            assert row.agrees == (not row.published.why.id), row
    assert sum(isinstance(row.ours, Unknown) for row in rows) == 3


def test_the_page_is_true(rows: tuple[Reconciled, ...]) -> None:
    """The committed page is what the data say today."""
    assert PAGE.read_text(encoding="utf-8") == page(rows)


def test_what_is_not_held_is_unknown() -> None:
    """A figure without its series has no number, and a series that ends too early none either."""
    key = SeriesKey.parse("era5.t2m.nh")
    figure = Published(key, "daily mean", "mean", "2024-07-05", 1.0, 2, "test")
    assert isinstance(reconcile({}, [figure])[0].ours, Unknown)
    short = made(dt.date(2020, 1, 1), dt.date(2024, 7, 4), 1.0)
    assert isinstance(reconcile({key: short}, [figure])[0].ours, Unknown)


def test_agreement_respects_the_published_digits() -> None:
    """21.649 is 21.6 to one decimal and 21.66 is not; a count must be exact."""
    key = SeriesKey.parse("era5.t2m.nh")
    day = dt.date(2024, 7, 5)
    one = Published(key, "daily mean", "mean", "2024-07-05", 21.6, 1, "test")
    found = [reconcile({key: made(day, day, value)}, [one])[0] for value in (21.649, 21.66)]
    assert [row.agrees for row in found] == [True, False]
    count = Published(key, "days", "days above 20", "2024-07-05", 2, 0, "test")
    assert not reconcile({key: made(day, day, 21.0)}, [count])[0].agrees


def test_measures_are_found_by_their_longest_name() -> None:
    """``days above before 2023`` is a count, not a mean of days."""
    assert next(name for name in MEASURES if "day anomaly 1979-2000".startswith(name)) == "day anomaly"
    assert next(name for name in MEASURES if "days above before 2023".startswith(name)) == "days above"

"""Day of year and leap days."""

from __future__ import annotations

import datetime as dt

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from climtrack.vocabulary import calendar

days = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))


@given(days)
def test_dayofyear_agrees_with_its_scalar_form_and_goes_back(day: dt.date) -> None:
    """Array and scalar agree, and the date comes back."""
    number = calendar.dayofyear_of(day)
    assert int(calendar.dayofyear(np.array([day], dtype="datetime64[D]"))[0]) == number
    assert calendar.date_of(day.year, number) == day


def test_first_of_march_is_61_in_every_year_and_its_slot_is_not() -> None:
    """Calendar days are aligned; the feed's slots are not."""
    first = np.array(["2023-03-01", "2024-03-01"], dtype="datetime64[D]")
    assert calendar.dayofyear(first).tolist() == [61, 61]
    assert calendar.slot(first).tolist() == [59, 60]


def test_leap_day_exists_in_leap_years_only_and_28_february_stands_in() -> None:
    """29 February has day 60 and no date in 2023."""
    assert calendar.date_of(2024, 60) == dt.date(2024, 2, 29)
    assert calendar.date_of(2023, 60) is None
    assert calendar.same_day(dt.date(2024, 2, 29), 2023) == dt.date(2023, 2, 28)


def test_month_starts_are_the_first_of_each_month() -> None:
    """The table of month starts is the calendar's."""
    assert tuple(calendar.dayofyear_of(dt.date(2024, m, 1)) for m in range(1, 13)) == calendar.MONTH_STARTS

"""Two products of one variable side by side: they are compared, never joined."""

from __future__ import annotations

import datetime as dt

import numpy as np

from climtrack.analysis.ranking import gaps
from climtrack.vocabulary.findings import Offset, SideBySide
from climtrack.vocabulary.series import Floats, Series

#: Percentiles between which nine days in ten lie.
LIMITS = (5, 95)


def side_by_side(first: Series, second: Series) -> SideBySide:
    """
    Offset of one product from another on the days that both have, by month of the year.

    The limits are those of single days: the difference of two analyses of the same weather has a course through the
    year and jumps from day to day, so a mean alone would promise too much.

    Parameters
    ----------
    first, second : Series
        Daily means in degC of one variable and region; differences are the first minus the second.

    Raises
    ------
    AnalysisError
        If they have no day in common.
    """
    start, gap = gaps(first, second)
    days = np.flatnonzero(~np.isnan(gap))
    gap = gap[days]
    months = (np.datetime64(start, "D") + days).astype("datetime64[M]").astype(int) % 12
    return SideBySide(
        first=first.key,
        second=second.key,
        start=start + dt.timedelta(days=int(days[0])),
        end=start + dt.timedelta(days=int(days[-1])),
        overall=_offset(gap),
        last_year=_offset(gap[-365:]),
        months=tuple(_offset(gap[months == month]) if (months == month).any() else None for month in range(12)),
    )


def _offset(gap: Floats) -> Offset:
    """Mean of some differences, and the limits of nine in ten."""
    low, high = np.percentile(gap, LIMITS)
    return Offset(gap.size, float(gap.mean()), float(low), float(high))

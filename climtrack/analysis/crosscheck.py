"""Two series of the same quantity held against one another."""

from __future__ import annotations

import datetime as dt

import numpy as np

from climtrack.analysis.ranking import between
from climtrack.errors import AnalysisError
from climtrack.vocabulary import calendar
from climtrack.vocabulary.calendar import Ints
from climtrack.vocabulary.findings import Agreement, Gap, Period
from climtrack.vocabulary.series import Floats, Series

#: Root mean square difference that two reductions of the same ERA5 hours keep, degC.
TOLERANCE = 0.011
#: ERA5 and OISST are two analyses of the sea surface: they share no more than their course.
TOLERANCE_SEA = 0.15
#: Years in which the site's world air departs from Climate Pulse (up to 0.15 °C, April to October), reason unknown.
KNOWN_YEARS = (1971, 1978)


def agreement(site: Series, pulse: Series) -> Agreement:
    """
    Agreement of the site's series with Copernicus Climate Pulse, or of any two series of one quantity.

    Parameters
    ----------
    site, pulse : Series
        Daily means in degC; differences are the first minus the second.

    Returns
    -------
    Agreement
        World air agrees while the root mean square outside 1971–1978 stays within 0.011 °C. The sea compares OISST
        with ERA5's own sea surface, two products that are never spliced; it agrees within 0.15 °C.

    Raises
    ------
    AnalysisError
        If the two measure different variables or have no day in common.
    """
    if site.key.variable != pulse.key.variable:
        raise AnalysisError("analysis.other_quantity", first=str(site.key), second=str(pulse.key))
    start, end = max(site.start, pulse.start), min(site.end, pulse.end)
    if end < start:
        raise AnalysisError("analysis.no_day_of_both", first=str(site.key), second=str(pulse.key))
    gap = between(site, start, end) - between(pulse, start, end)
    years = calendar.year_of(np.datetime64(start, "D") + np.arange(gap.size))
    known = ~np.isnan(gap)
    if not known.any():
        raise AnalysisError("analysis.no_day_of_both", first=str(site.key), second=str(pulse.key))
    air = site.key.variable == "t2m"
    odd = (years >= KNOWN_YEARS[0]) & (years <= KNOWN_YEARS[1])
    overall = _period(gap, years, known, start)
    usual = _period(gap, years, known & ~odd, start) if air and (known & ~odd).any() else overall
    tolerance = TOLERANCE if air else TOLERANCE_SEA
    return Agreement(
        first=site.key,
        second=pulse.key,
        days=int(known.sum()),
        overall=overall,
        usual=usual,
        known_years=KNOWN_YEARS if air and (known & odd).any() else (),
        decades=tuple(
            _period(gap, years, known & (years // 10 == decade), start) for decade in np.unique(years[known] // 10)
        ),
        agrees=usual.rms <= tolerance,
        tolerance=tolerance,
    )


def _period(gap: Floats, years: Ints, chosen: np.ndarray[tuple[int], np.dtype[np.bool_]], start: dt.date) -> Period:
    """Agreement over chosen days."""
    days = np.flatnonzero(chosen)
    part = gap[days]
    top = int(days[np.argmax(np.abs(part))])
    return Period(
        first=int(years[days[0]]),
        last=int(years[days[-1]]),
        days=int(days.size),
        rms=float(np.sqrt((part**2).mean())),
        bias=float(part.mean()),
        largest=Gap(start + dt.timedelta(days=top), float(gap[top])),
    )

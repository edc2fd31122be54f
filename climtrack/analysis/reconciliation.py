"""Our figures beside the published ones."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

import numpy as np

from climtrack.analysis import periods
from climtrack.analysis.anomaly import site_anomaly
from climtrack.analysis.climatology import climatology
from climtrack.analysis.preindustrial import ANNUAL_OFFSET, OFFSETS, REFERENCE
from climtrack.analysis.published import PUBLISHED
from climtrack.errors import ClimtrackError
from climtrack.vocabulary import calendar
from climtrack.vocabulary.baselines import Baseline
from climtrack.vocabulary.context import Published, Reconciled
from climtrack.vocabulary.findings import Unknown
from climtrack.vocabulary.series import Series, SeriesKey

TOLERANCE = 0.01

Measure = Callable[[Series, dt.date, dt.date, str], float]


def span(period: str) -> tuple[dt.date, dt.date]:
    """
    First and last day of a period.

    Parameters
    ----------
    period : str
        ``2024``, ``1991-2020``, ``2024-07``, ``2024-07-22``, or two of them joined by a slash.

    Returns
    -------
    tuple of date
        Both included.
    """
    if "/" in period:
        first, _, last = period.partition("/")
        return span(first)[0], span(last)[1]
    if re.fullmatch(r"\d{4}(-\d{4})?", period):
        return dt.date(int(period[:4]), 1, 1), dt.date(int(period[-4:]), 12, 31)
    if re.fullmatch(r"\d{4}-\d{2}", period):
        return periods.month_span(int(period[:4]), int(period[5:]))
    return dt.date.fromisoformat(period), dt.date.fromisoformat(period)


def _mean(series: Series, first: dt.date, last: dt.date, _: str) -> float:
    """Mean of the days."""
    return periods.mean(series, first, last)


def _warmest(series: Series, first: dt.date, last: dt.date, _: str) -> float:
    """Warmest of the days."""
    if series.end < last and (last - series.end).days > 0.1 * (last - first).days:
        return np.nan
    return periods.warmest(series, first, last).value


def _anomaly(series: Series, first: dt.date, last: dt.date, _: str) -> float:
    """Mean above that of the same months of 1991–2020, each year's months in full."""
    if first.year < last.year:
        return periods.mean(series, first, last) - periods.normal(
            series, dt.date(1991, 1, 1), dt.date(1991, 12, 31), REFERENCE.years
        )
    return periods.mean(series, first, last) - periods.normal(series, first, last, REFERENCE.years)


def _preindustrial(series: Series, first: dt.date, last: dt.date, _: str) -> float:
    """The same above 1850–1900: the month's own offset, 0.88 for twelve months."""
    offset = ANNUAL_OFFSET if (last - first).days > 300 else float(OFFSETS[first.month - 1])
    return _anomaly(series, first, last, "") + offset


def _day_anomaly(series: Series, first: dt.date, _last: dt.date, words: str) -> float:
    """One day above its climatology."""
    value = series.value(first)
    baseline = Baseline.parse(words) if words else REFERENCE
    mean = climatology(series, baseline).mean[calendar.dayofyear_of(first) - 1]
    return np.nan if value is None else value - float(mean)


def _site_anomaly(series: Series, first: dt.date, _last: dt.date, words: str) -> float:
    """One day above the site's climatology, by slot."""
    found = site_anomaly(series, first, Baseline.parse(words))
    return np.nan if found is None else found


def _day_preindustrial(series: Series, first: dt.date, last: dt.date, _: str) -> float:
    """One day above 1850–1900."""
    return _day_anomaly(series, first, last, "") + float(OFFSETS[first.month - 1])


def _days_above(series: Series, first: dt.date, last: dt.date, words: str) -> float:
    """Days above a level, or above every day before a year."""
    if words.startswith("before "):
        before = dt.date(int(words.removeprefix("before ")), 1, 1) - dt.timedelta(days=1)
        return periods.days_above(series, periods.warmest(series, series.start, before).value, first, last)
    return periods.days_above(series, float(words), first, last)


def _record_months(series: Series, first: dt.date, last: dt.date, _: str) -> float:
    """Months warmer than the same month of every earlier year, in a row from the first."""
    count, day = 0, first
    while day <= last:
        now = periods.mean(series, *periods.month_span(day.year, day.month))
        past = [periods.mean(series, *periods.month_span(y, day.month)) for y in range(series.start.year + 1, day.year)]
        if now <= max(past):
            break
        count, day = count + 1, periods.month_span(day.year, day.month)[1] + dt.timedelta(days=1)
    return count


def _record_run(series: Series, _first: dt.date, last: dt.date, _: str) -> float:
    """Length of the run of record days that ends the period."""
    if series.end < last:
        return np.nan
    broken = np.flatnonzero(~periods.record_flags(series.upto(last)))
    return (last - series.start).days - (int(broken[-1]) if broken.size else -1)


def _minus(series: Series, first: dt.date, last: dt.date, words: str) -> float:
    """Mean of a year minus that of another."""
    other = int(words)
    return periods.mean(series, first, last) - periods.mean(series, dt.date(other, 1, 1), dt.date(other, 12, 31))


def _offset(_series: Series, _first: dt.date, _last: dt.date, _: str) -> float:
    """Mean of the monthly offsets."""
    return float(OFFSETS.mean())


#: How a published figure is computed, by the words that its `measure` begins with; the rest is handed on.
MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "days above": _days_above,
        "day anomaly": _day_anomaly,
        "day preindustrial": _day_preindustrial,
        "site anomaly": _site_anomaly,
        "record months": _record_months,
        "record run": _record_run,
        "minus": _minus,
        "mean": _mean,
        "warmest": _warmest,
        "anomaly": _anomaly,
        "preindustrial": _preindustrial,
        "offset": _offset,
    }
)


def reconcile(held: Mapping[SeriesKey, Series], published: Iterable[Published] = PUBLISHED) -> tuple[Reconciled, ...]:
    """
    Published figures beside ours.

    Parameters
    ----------
    held : mapping of SeriesKey to Series
        The series at hand.
    published : iterable of Published, optional
        By default those of Copernicus, NOAA and the University of Maine that climtrack knows.

    Returns
    -------
    tuple of Reconciled
        In the order given.
    """
    return tuple(_reconciled(held.get(figure.key), figure) for figure in published)


def _reconciled(series: Series | None, figure: Published) -> Reconciled:
    """One figure beside ours."""
    if series is None:
        why = Unknown(f"no series {figure.key} at hand")
        return Reconciled(figure, why, why, agrees=False)
    words = next(name for name in MEASURES if figure.measure.startswith(name))
    first, last = span(figure.period)
    try:
        ours = MEASURES[words](series, first, last, figure.measure.removeprefix(words).strip())
    except ClimtrackError as error:
        return Reconciled(figure, Unknown(error.what), Unknown(error.what), agrees=False)
    if np.isnan(ours):
        why = Unknown(f"the series ends on {series.end}")
        return Reconciled(figure, why, why, agrees=False)
    reach = max(TOLERANCE, 0.5 * 10.0**-figure.decimals) if figure.decimals else 0.0
    difference = float(ours - figure.value)
    return Reconciled(figure, float(ours), difference, agrees=round(abs(difference), 6) <= reach)

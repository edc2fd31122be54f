"""Our series held against Copernicus Climate Pulse, and our figures against the published ones."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

import numpy as np

from climtrack.analysis import ranking
from climtrack.analysis.anomaly import site_anomaly
from climtrack.analysis.climatology import climatology
from climtrack.analysis.frame import last_run, month_span
from climtrack.analysis.preindustrial import ANNUAL_OFFSET, OFFSETS, REFERENCE
from climtrack.errors import AnalysisError, ClimtrackError, Notice
from climtrack.vocabulary import calendar
from climtrack.vocabulary.calendar import Ints
from climtrack.vocabulary.findings import Agreement, Gap, Period, Published, Reconciled, Unknown
from climtrack.vocabulary.registry import Baseline
from climtrack.vocabulary.series import Floats, Series, SeriesKey

#: Root mean square difference that two reductions of the same ERA5 hours keep, degC.
TOLERANCE_AIR = 0.011
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
    start, gap = ranking.gaps(site, pulse)
    years = calendar.year_of(np.datetime64(start, "D") + np.arange(gap.size))
    known = ~np.isnan(gap)
    air = site.key.variable == "t2m"
    odd = (years >= KNOWN_YEARS[0]) & (years <= KNOWN_YEARS[1])
    overall = _period(gap, years, known, start)
    usual = _period(gap, years, known & ~odd, start) if air and (known & ~odd).any() else overall
    tolerance = TOLERANCE_AIR if air else TOLERANCE_SEA
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


_AIR = SeriesKey("era5", "t2m", "world")
_NORTH = SeriesKey("era5", "t2m", "nh")
_CFSR = SeriesKey("cfsr", "t2m", "world")
_ATLANTIC = SeriesKey("oisst", "sst", "natlan")
_OCEAN = SeriesKey("oisst", "sst", "world2")
#: Copernicus's own sea surface is ERA5's, which no series of the site carries: only Climate Pulse does.
_ERA5_SEA = SeriesKey("climate-pulse", "sst", "world2")


def _cited(kind: str, date: str = "") -> Notice:
    """Who published a figure, and when."""
    return Notice(f"verify.source.{kind}", date=date)


_JULY24 = _cited("c3s_statement", "2024-07-25")
_NOV23 = _cited("c3s_news", "2023-11-21")
_JULY_BULLETIN = _cited("c3s_bulletin", "2024-07-08")
_AUG_BULLETIN = _cited("c3s_bulletin", "2024-08")
_MARCH_BULLETIN = _cited("c3s_bulletin", "2024-03-07")
_YEAR23 = _cited("c3s", "2024-01-09")
_YEAR24 = _cited("c3s", "2025-01-10")
_MAINE = _cited("maine", "2023-07")
_WATCH = _cited("maine", "2023-04-12")
_NCEI = _cited("ncei", "2023-07-29")
_BBC = _cited("bbc", "2024-05")
_POST = _cited("post", "2024-07")


def _published(
    key: SeriesKey, quantity: str, measure: str, period: str, value: float, decimals: int, source: Notice
) -> Published:
    """A figure; what it is, and who published it, as messages of the catalogues."""
    return Published(key, Notice(f"verify.figure.{quantity}"), measure, period, value, decimals, source)


PUBLISHED: tuple[Published, ...] = (
    _published(_AIR, "record_day", "mean", "2024-07-22", 17.16, 2, _JULY24),
    _published(_AIR, "daily_mean", "mean", "2024-07-23", 17.15, 2, _JULY24),
    _published(_AIR, "record_day_first_figure", "mean", "2024-07-22", 17.15, 2, _cited("c3s", "2024-07-24")),
    _published(_AIR, "daily_mean", "mean", "2024-07-21", 17.09, 2, _JULY24),
    _published(_AIR, "record_day_before_july_2024", "mean", "2023-07-06", 17.08, 2, _JULY24),
    _published(_AIR, "record_day_before_july_2023", "mean", "2016-08-13", 16.80, 2, _cited("c3s", "2024-07")),
    _published(_AIR, "days_above_the_record_of_august_2016", "days above 16.797", "2023-07-03/2024-07-21", 57, 0,
              _cited("c3s", "2024-07-24")),
    _published(_AIR, "days_above_the_record_of_august_2016", "days above 16.797", "2023-07-03/2023-07-31", 29, 0,
              _cited("c3s", "2023-08")),
    _published(_AIR, "day_above_1991_2020", "day anomaly", "2023-11-17", 1.17, 2, _NOV23),
    _published(_AIR, "day_above_1850_1900", "day preindustrial", "2023-11-17", 2.07, 2, _NOV23),
    _published(_AIR, "day_above_1850_1900_provisional", "day preindustrial", "2023-11-18", 2.06, 2, _NOV23),
    _published(_AIR, "monthly_mean", "mean", "2023-07", 16.95, 2, _cited("c3s", "2023-08")),
    _published(_AIR, "monthly_mean", "mean", "2019-07", 16.63, 2, _cited("c3s", "2023-08")),
    _published(_AIR, "monthly_mean", "mean", "2024-07", 16.91, 2, _AUG_BULLETIN),
    _published(_AIR, "monthly_mean", "mean", "2024-06", 16.66, 2, _JULY_BULLETIN),
    _published(_AIR, "month_above_1991_2020", "anomaly", "2024-06", 0.67, 2, _JULY_BULLETIN),
    _published(_AIR, "month_above_1850_1900", "preindustrial", "2024-06", 1.50, 2, _JULY_BULLETIN),
    _published(_AIR, "month_above_1850_1900", "preindustrial", "2024-07", 1.48, 2, _AUG_BULLETIN),
    _published(_AIR, "monthly_mean", "mean", "2024-02", 13.54, 2, _MARCH_BULLETIN),
    _published(_AIR, "month_above_1991_2020", "anomaly", "2024-02", 0.81, 2, _MARCH_BULLETIN),
    _published(_AIR, "record_months_in_a_row", "record months", "2023-06-01/2024-06-30", 13, 0, _JULY_BULLETIN),
    _published(_AIR, "12_months_above_1850_1900", "preindustrial", "2023-07-01/2024-06-30", 1.64, 2, _JULY_BULLETIN),
    _published(_AIR, "annual_mean", "mean", "2023", 14.98, 2, _YEAR23),
    _published(_AIR, "annual_mean", "mean", "2016", 14.81, 2, _YEAR23),
    _published(_AIR, "annual_mean", "mean", "2024", 15.10, 2, _YEAR24),
    _published(_AIR, "year_above_1850_1900", "preindustrial", "2023", 1.48, 2, _YEAR23),
    _published(_AIR, "year_above_1850_1900", "preindustrial", "2024", 1.60, 2, _YEAR24),
    _published(_AIR, "2023_minus_2016", "minus 2016", "2023", 0.17, 2, _YEAR23),
    _published(_AIR, "1991_2020_above_1850_1900", "offset", "1991-2020", 0.88, 2, _cited("c3s_convention")),
    _published(_CFSR, "daily_mean_cfsr", "mean", "2023-07-03", 17.01, 2, _MAINE),
    _published(_CFSR, "daily_mean_cfsr", "mean", "2023-07-04", 17.18, 2, _MAINE),
    _published(_CFSR, "daily_mean_cfsr", "mean", "2023-07-05", 17.18, 2, _MAINE),
    _published(_CFSR, "daily_mean_cfsr", "mean", "2023-07-06", 17.23, 2, _MAINE),
    _published(_CFSR, "days_above_every_earlier_day_cfsr", "days above before 2023", "2023-07-01/2023-07-24", 22, 0,
              _cited("maine", "2023-07-27")),
    _published(_OCEAN, "daily_mean_early_april", "warmest", "2023-04-01/2023-04-06", 21.1, 1, _WATCH),
    _published(_OCEAN, "record_day_before_2023", "warmest", "2016-03", 21.0, 1, _WATCH),
    _published(_ERA5_SEA, "record_day_era5_sea", "mean", "2023-07-31", 20.96, 2, _cited("c3s", "2023-08-04")),
    _published(_ERA5_SEA, "daily_mean_era5_sea", "mean", "2023-08-04", 20.98, 2, _cited("c3s", "2023-08-07")),
    _published(_ERA5_SEA, "record_day_before_2023_era5_sea", "warmest", "2016", 20.95, 2, _cited("c3s", "2023-08")),
    _published(_ERA5_SEA, "monthly_mean_era5_sea", "mean", "2024-02", 21.06, 2, _MARCH_BULLETIN),
    _published(_ERA5_SEA, "monthly_mean_era5_sea", "mean", "2023-08", 20.98, 2, _MARCH_BULLETIN),
    _published(_ERA5_SEA, "record_day_era5_sea", "warmest", "2024-02/2024-03", 21.09, 2, _BBC),
    _published(_ERA5_SEA, "monthly_mean_era5_sea", "mean", "2024-06", 20.85, 2, _JULY_BULLETIN),
    _published(_ERA5_SEA, "record_streak_of_2023", "record run",
              "2023-05-04/2024-02-21", 294, 0,
              _BBC),
    _published(_ATLANTIC, "record_day", "mean", "2023-07-26", 24.9, 1, _NCEI),
    _published(_ATLANTIC, "record_day_before_july_2023", "warmest", "2022-09", 24.89, 2, _NCEI),
    _published(_NORTH, "daily_mean", "mean", "2023-07-01", 21.7, 1, _POST),
    _published(_NORTH, "day_above_1979_2000_by_slot", "site anomaly 1979-2000", "2023-07-01", 1.1, 1, _POST),
    _published(_NORTH, "daily_mean", "mean", "2023-07-31", 22.7, 1, _POST),
    _published(_NORTH, "day_above_1979_2000_by_slot", "site anomaly 1979-2000", "2023-07-31", 1.4, 1, _POST),
)  # fmt: skip


TOLERANCE = 0.01

Measure = Callable[[Series, dt.date, dt.date, str], float]


def span(period: str) -> tuple[dt.date, dt.date]:
    """
    First and last day of a period.

    Parameters
    ----------
    period : str
        ``2024``, ``1991-2020``, ``2024-07``, ``2024-07-22``, or two of them joined by a slash.
    """
    if "/" in period:
        first, _, last = period.partition("/")
        return span(first)[0], span(last)[1]
    if re.fullmatch(r"\d{4}(-\d{4})?", period):
        return dt.date(int(period[:4]), 1, 1), dt.date(int(period[-4:]), 12, 31)
    if re.fullmatch(r"\d{4}-\d{2}", period):
        return month_span(int(period[:4]), int(period[5:]))
    return dt.date.fromisoformat(period), dt.date.fromisoformat(period)


def _mean(series: Series, first: dt.date, last: dt.date, _: str) -> float:
    """Mean of the days."""
    return ranking.mean(series, first, last)


def _warmest(series: Series, first: dt.date, last: dt.date, _: str) -> float:
    """Warmest of the days."""
    return ranking.warmest(series, first, last).value


def _anomaly(series: Series, first: dt.date, last: dt.date, _: str) -> float:
    """Mean above that of the same months of 1991–2020, each year's months in full."""
    if first.year < last.year:
        return ranking.mean(series, first, last) - ranking.normal(
            series, dt.date(1991, 1, 1), dt.date(1991, 12, 31), REFERENCE.years
        )
    return ranking.mean(series, first, last) - ranking.normal(series, first, last, REFERENCE.years)


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
        return ranking.days_above(series, ranking.warmest(series, series.start, before).value, first, last)
    return ranking.days_above(series, float(words), first, last)


def _record_months(series: Series, first: dt.date, last: dt.date, _: str) -> float:
    """Months warmer than the same month of every earlier year, in a row from the first."""
    count, day = 0, first
    while day <= last:
        now = ranking.mean(series, *month_span(day.year, day.month))
        past = [ranking.mean(series, *month_span(y, day.month)) for y in range(series.start.year + 1, day.year)]
        if now <= max(past):
            break
        count, day = count + 1, month_span(day.year, day.month)[1] + dt.timedelta(days=1)
    return count


def _record_run(series: Series, _first: dt.date, last: dt.date, _: str) -> float:
    """Length of the run of record days that ends the period."""
    return last_run(ranking.record_flags(series.upto(last)))


def _minus(series: Series, first: dt.date, last: dt.date, words: str) -> float:
    """Mean of a year minus that of another."""
    other = int(words)
    return ranking.mean(series, first, last) - ranking.mean(series, dt.date(other, 1, 1), dt.date(other, 12, 31))


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
    published : iterable of Published, optional
        By default those of Copernicus, NOAA and the University of Maine that climtrack knows.
    """
    return tuple(_reconciled(held.get(figure.key), figure) for figure in published)


def _reconciled(series: Series | None, figure: Published) -> Reconciled:
    """One figure beside ours."""
    if series is None:
        why = Unknown("unknown.no_series", key=figure.key.label)
        return Reconciled(figure, why, why, agrees=False)
    words = next(name for name in MEASURES if figure.measure.startswith(name))
    first, last = span(figure.period)
    if series.end < last:
        why = Unknown("unknown.data_end" if first <= series.end else "unknown.series_ends", day=series.end)
        return Reconciled(figure, why, why, agrees=False)
    try:
        ours = MEASURES[words](series, first, last, figure.measure.removeprefix(words).strip())
    except ClimtrackError as error:
        why = Unknown(error.id, **error.facts)
        return Reconciled(figure, why, why, agrees=False)
    if np.isnan(ours):
        why = Unknown("unknown.series_ends", day=series.end)
        return Reconciled(figure, why, why, agrees=False)
    reach = max(TOLERANCE, 0.5 * 10.0**-figure.decimals) if figure.decimals else 0.0
    difference = float(ours - figure.value)
    return Reconciled(figure, float(ours), difference, agrees=round(abs(difference), 6) <= reach)

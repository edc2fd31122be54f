"""Warming per decade, and where the year's mean is heading."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from climtrack.analysis.climatology import COMMON, MISSING_ALLOWED
from climtrack.analysis.frame import Frame, month_span
from climtrack.vocabulary import calendar
from climtrack.vocabulary.calendar import LEAP_DAY, Ints
from climtrack.vocabulary.findings import BackTest, PastEstimate, Slope, Trend, Unknown, YearEnd
from climtrack.vocabulary.series import Floats, YearTable

#: 97.5 % point of Student's t by degrees of freedom; between them 1/df is interpolated (within 0.3 %, tested).
_DF = np.array([1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4, 5, 7, 10, 15, 25, 60, np.inf])
_T = np.array(
    [12.70620, 10.27680, 8.02795, 6.01666, 4.94885, 4.30265, 3.57465, 3.18245, 2.77645, 2.57058, 2.36462, 2.22814,
     2.13145, 2.05954, 2.00030, 1.95996]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """
    A least-squares line.

    Parameters
    ----------
    slope, low, high : float
        Slope with its 95 % interval, in units of y per unit of x.
    error : float
        Standard error of the slope, adjusted.
    lag1 : float
        Lag-1 autocorrelation of the residuals.
    n_effective : float
        Effective number of points.
    """

    slope: float
    low: float
    high: float
    error: float
    lag1: float
    n_effective: float


#: Effective points that are granted however alike the days are.
REGRESSION_FEWEST = 3.0


def t_quantile(df: float) -> float:
    """
    97.5 % point of Student's t distribution.

    Parameters
    ----------
    df : float
        Degrees of freedom, at least 1.

    Returns
    -------
    float
        Half width of a 95 % interval in standard errors.
    """
    return float(np.exp(np.interp(-1 / df, -1 / _DF, np.log(_T))))


def line(x: Floats, y: Floats) -> Line:
    """
    Least-squares line with an error adjusted for lag-1 autocorrelation.

    The residuals' lag-1 autocorrelation r gives the effective sample size n (1 - r) / (1 + r) [1]_, which replaces n
    in the residual variance and in the degrees of freedom. A negative r earns no credit, and at least three effective
    points are granted. Points one unit of x apart count as neighbours, so a gap does not forge a correlation.

    Parameters
    ----------
    x : array of float
        Ascending, shape (n,), n at least 3.
    y : array of float
        Shape (n,), without NaN.

    References
    ----------
    .. [1] Santer, B. D. et al. (2000), Statistical significance of trends and trend differences in layer-average
       atmospheric temperature time series, J. Geophys. Res., 105, 7337–7356.
    """
    n = x.size
    dx = x - x.mean()
    sxx = float(dx @ dx)
    slope = float(dx @ y) / sxx
    residual = y - y.mean() - slope * dx
    sse = float(residual @ residual)
    neighbours = np.abs(np.diff(x) - 1.0) < 1e-9
    lag1 = float(residual[:-1][neighbours] @ residual[1:][neighbours]) / sse if sse > 1e-18 * n else 0.0
    r = min(max(lag1, 0.0), 0.99)
    effective = max(n * (1 - r) / (1 + r), REGRESSION_FEWEST)
    error = float(np.sqrt(sse / (effective - 2) / sxx))
    half = t_quantile(effective - 2) * error
    return Line(slope, slope - half, slope + half, error, lag1, effective)


def slope(values: Floats, days: int) -> Slope | Unknown:
    """
    Slope of the last days of a series.

    Parameters
    ----------
    values : array of float
        One value a day, gaps as NaN, shape (time,).
    days : int
        Length of the window.

    Returns
    -------
    Slope or Unknown
        degC per day with its 95 % interval; Unknown where more than a fifth of the days are missing.
    """
    window = values[-days:]
    known = np.flatnonzero(~np.isnan(window))
    if known.size < max(0.8 * days, 4):
        return Unknown("unknown.few_days", n=known.size, days=days)
    fit = line(known.astype(np.float64), window[known])
    return Slope(fit.slope, fit.low, fit.high, days)


#: First year of a trend: satellites from 1979 on make air and sea comparable.
TREND_FROM = 1979
TREND_YEARS = 20
#: Past years whose remainder is tried on this one, and how many at least.
ANALOGUES, FEWEST = 30, 10


def annual_means(table: YearTable) -> Floats:
    """
    Mean of each complete year.

    Shape (year,), NaN for a year that lacks more than 10 days, and for the last one until its 31 December: a
    year that stops in a cold week is too warm.
    """
    known = ~np.isnan(table.values)
    complete = known[:, COMMON].sum(axis=1) >= COMMON.size - MISSING_ALLOWED
    complete[-1] &= known[-1, -1]
    count = np.where(complete, known.sum(axis=1), 1)
    return np.where(complete, np.where(known, table.values, 0.0).sum(axis=1) / count, np.nan)


def trend(table: YearTable, *, means: Floats | None = None) -> Trend | Unknown:
    """
    Ordinary least squares over annual means of complete years from 1979 on.

    Returns
    -------
    Trend or Unknown
        Unknown for fewer than 20 years, or where more than a tenth of the years between first and last are absent.
    """
    means = annual_means(table) if means is None else means
    used = ~np.isnan(means) & (table.years >= TREND_FROM)
    years = table.years[used]
    if years.size < TREND_YEARS:
        return Unknown("unknown.few_years_since", n=years.size, first=TREND_FROM)
    span = int(years[-1] - years[0]) + 1
    if years.size < 0.9 * span:
        return Unknown("unknown.absent_years", absent=span - years.size, first=int(years[0]), last=int(years[-1]))
    fit = line(years.astype(np.float64), means[used])
    return Trend(int(years[0]), int(years[-1]), 10 * fit.slope, 10 * fit.low, 10 * fit.high, fit.lag1, fit.n_effective)


def year_end(frame: Frame, *, means: Floats | None = None) -> YearEnd | Unknown:
    """
    Mean of the year expected from the year so far and what past years did after the same days.

    Each of the last 30 complete years lends its own step from the mean of these days to the mean of its whole
    year; their mean gives the estimate, their 5th and 95th percentile the range. The back-test makes the same
    estimate at the end of each month of past years, from the years before only. Unknown with fewer than 10
    complete years before this one. `past` holds what the same method says at the end of each month of this year
    from the values as they now stand; what was said on a day, from the values known on that day, is in the
    facts published then, and comes again from the history of the store.
    """
    means = annual_means(frame.table) if means is None else means
    past = np.flatnonzero(~np.isnan(means[: frame.row]))[-ANALOGUES:]
    if past.size < FEWEST:
        return Unknown("unknown.few_years_before", n=past.size, year=frame.day.year)
    so_far = frame.table.values[frame.row]
    days = np.cumsum(~np.isnan(so_far))
    months = [month_span(frame.day.year, month)[1] for month in range(1, 12)]
    ends = [calendar.dayofyear_of(day) - 1 for day in months]
    past_months = [i for i, end in enumerate(ends) if end <= frame.column and days[end] >= 0.9 * end]
    columns = np.array([*(ends[i] for i in past_months), frame.column])
    to_date, steps = _steps(so_far, frame.table.values[past], means[past], columns)
    estimate = to_date + steps.mean(axis=0)
    low, high = to_date + np.percentile(steps, [5, 95], axis=0)
    best = float(np.nanmax(means[: frame.row]))
    return YearEnd(
        year=frame.day.year,
        to_date=float(to_date[-1]),
        days=int(days[frame.column]),
        estimate=float(estimate[-1]),
        low=float(low[-1]),
        high=float(high[-1]),
        analogues=int(steps.shape[0]),
        chance_of_record=float((to_date[-1] + steps[:, -1] > best).mean()),
        backtest=backtest(frame.table, means=means),
        past=tuple(
            PastEstimate(months[i], float(estimate[n]), float(low[n]), float(high[n]))
            for n, i in enumerate(past_months)
        ),
    )


def _steps(so_far: Floats, past: Floats, means: Floats, columns: Ints) -> tuple[Floats, Floats]:
    """Mean of this year up to each column, and each past year's step from the mean of the same days to its own mean."""
    known = ~np.isnan(so_far)
    to_date = np.cumsum(np.where(known, so_far, 0.0))[columns] / np.cumsum(known)[columns]
    counted = known.copy()
    counted[LEAP_DAY - 1] |= known[LEAP_DAY - 2]  # a common year's analogues keep their 29 February
    shared = ~np.isnan(past) & counted
    count = np.cumsum(shared, axis=1)[:, columns]
    total = np.cumsum(np.where(shared, past, 0.0), axis=1)[:, columns]
    usable = (count > 0).all(axis=1)
    return to_date, means[usable, np.newaxis] - total[usable] / count[usable]


def backtest(table: YearTable, *, means: Floats | None = None) -> tuple[BackTest, ...]:
    """
    Error of the year-end estimate in past years, by the month after which it is made.

    For January to November; each year is judged from up to 30 complete years before it, at least 10.
    """
    means = annual_means(table) if means is None else means
    complete = ~np.isnan(means)
    values, annual = table.values[complete], means[complete]
    if annual.size <= FEWEST:
        return ()
    known = ~np.isnan(values)
    ends = np.array([calendar.MONTH_STARTS[month] - 2 for month in range(1, 12)])
    sums = np.cumsum(np.where(known, values, 0.0), axis=1)[:, ends]
    to_date = sums / np.maximum(np.cumsum(known, axis=1)[:, ends], 1)
    step = annual[:, np.newaxis] - to_date
    total = np.vstack([np.zeros(ends.size), np.cumsum(step, axis=0)])
    judged = np.arange(FEWEST, annual.size)
    oldest = np.maximum(judged - ANALOGUES, 0)
    expected = (total[judged] - total[oldest]) / (judged - oldest)[:, np.newaxis]
    error = to_date[judged] + expected - annual[judged, np.newaxis]
    bias, rmse = error.mean(axis=0), np.sqrt((error**2).mean(axis=0))
    return tuple(BackTest(m + 1, int(judged.size), float(bias[m]), float(rmse[m])) for m in range(ends.size))

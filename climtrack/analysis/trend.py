"""Is the line coming down, and how fast does it warm per decade."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from climtrack.analysis.climatology import MISSING_ALLOWED
from climtrack.vocabulary.calendar import DAYS, LEAP_DAY
from climtrack.vocabulary.findings import Slope, Trend, Unknown
from climtrack.vocabulary.series import Floats, YearTable

#: 97.5 % point of Student's t by degrees of freedom; between them 1/df is interpolated (within 0.3 %, tested).
_DF = -1 / np.array([1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4, 5, 7, 10, 15, 25, 60, np.inf])
_T = np.log(
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
    return float(np.exp(np.interp(-1 / df, _DF, _T)))


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


#: First year of a trend: satellites from 1979 on make air and sea comparable. The shorter one shows the pace of late.
TREND_FROM, TREND_LATE = 1979, 30
TREND_YEARS = 20


def annual_means(table: YearTable) -> Floats:
    """
    Mean of each complete year.

    Shape (year,), NaN for a year that lacks more than 10 days, and for the last one until its 31 December: a
    year that stops in a cold week is too warm.
    """
    known = ~np.isnan(table.values)
    days = known.sum(axis=1)
    complete = days - known[:, LEAP_DAY - 1] >= DAYS - 1 - MISSING_ALLOWED
    complete[-1] &= known[-1, -1]
    count = np.where(complete, days, 1)
    return np.where(complete, np.where(known, table.values, 0.0).sum(axis=1) / count, np.nan)


def trend(table: YearTable, *, means: Floats | None = None, last: int | None = None) -> Trend | Unknown:
    """
    Ordinary least squares over annual means of complete years from 1979 on.

    Parameters
    ----------
    table : YearTable
        Daily means.
    means : array of float, optional
        Annual means of `table`.
    last : int, optional
        Over this many years, up to the last complete one, instead of all from 1979 on.

    Returns
    -------
    Trend or Unknown
        Unknown for fewer than 20 years, or where more than a tenth of the years between first and last are absent.
    """
    means = annual_means(table) if means is None else means
    complete = ~np.isnan(means)
    first = TREND_FROM if last is None else int(table.years[complete].max(initial=0)) - last + 1
    used = complete & (table.years >= first)
    years = table.years[used]
    if years.size < TREND_YEARS:
        return Unknown("unknown.few_years_since", n=years.size, first=first)
    span = int(years[-1] - years[0]) + 1
    if years.size < 0.9 * span:
        return Unknown("unknown.absent_years", absent=span - years.size, first=int(years[0]), last=int(years[-1]))
    fit = line(years.astype(np.float64), means[used])
    return Trend(int(years[0]), int(years[-1]), 10 * fit.slope, 10 * fit.low, 10 * fit.high, fit.lag1, fit.n_effective)

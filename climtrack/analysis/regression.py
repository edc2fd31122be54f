"""Straight lines through autocorrelated numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from climtrack.vocabulary.series import Floats

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
FEWEST = 3.0


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

    Returns
    -------
    Line
        Slope, interval, autocorrelation, effective size.

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
    effective = max(n * (1 - r) / (1 + r), FEWEST)
    error = float(np.sqrt(sse / (effective - 2) / sxx))
    half = t_quantile(effective - 2) * error
    return Line(slope, slope - half, slope + half, error, lag1, effective)

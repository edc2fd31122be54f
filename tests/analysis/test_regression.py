"""Straight lines: checked by hand, against statsmodels, and by how often the interval holds the truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import stdtrit

from climtrack.analysis.trend import line, t_quantile
from tests.analysis.build import ols


def _red(rng: np.random.Generator, n: int, phi: float) -> np.ndarray:
    """AR(1) noise of unit variance."""
    steps = rng.normal(size=n)
    out = np.empty(n)
    out[0] = steps[0]
    for i in range(1, n):
        out[i] = phi * out[i - 1] + np.sqrt(1 - phi**2) * steps[i]
    return out


def test_an_exact_line_has_no_error() -> None:
    """Slope 2, no residual, a width of nothing."""
    fit = line(np.arange(10.0), 2 * np.arange(10.0) + 1)
    assert fit.slope == pytest.approx(2)
    assert fit.high - fit.low == pytest.approx(0, abs=1e-9)
    assert (fit.lag1, fit.n_effective) == (0.0, 10.0)


@pytest.mark.parametrize("phi", [0.0, 0.4, 0.7])
def test_against_statsmodels(phi: float) -> None:
    """Slope, lag-1 autocorrelation and, by the same effective size, the error are statsmodels' own."""
    from statsmodels.tsa.stattools import acf

    rng = np.random.default_rng(3)
    x = np.arange(60.0)
    y = 0.02 * x + _red(rng, 60, phi)
    fit, theirs = line(x, y), ols(x, y)
    assert fit.slope == pytest.approx(theirs.params[1])
    lag1 = acf(theirs.resid, nlags=1, fft=False)[1]
    assert fit.lag1 == pytest.approx(lag1)
    r = max(lag1, 0.0)
    effective = 60 * (1 - r) / (1 + r)
    assert fit.n_effective == pytest.approx(effective)
    error = theirs.bse[1] * np.sqrt(58 / (effective - 2))
    assert fit.error == pytest.approx(error)
    assert fit.high - fit.slope == pytest.approx(error * stdtrit(effective - 2, 0.975), rel=0.003)


@pytest.mark.parametrize("df", [1.0, 1.05, 1.4, 1.9, 2.2, 2.7, 3.5, 6.0, 8.5, 12.0, 20.0, 40.0, 300.0])
def test_t_quantile(df: float) -> None:
    """The table between its points is within 0.5 % of the distribution."""
    assert t_quantile(df) == pytest.approx(stdtrit(df, 0.975), rel=0.005)


def test_the_interval_holds_the_truth() -> None:
    """Of 400 red series of 44 years, the adjusted interval holds the slope in over 88 %, the plain one in far fewer."""
    rng = np.random.default_rng(11)
    x = np.arange(44.0)
    adjusted = plain = 0
    for _ in range(400):
        y = 0.02 * x + _red(rng, 44, 0.5)
        fit, theirs = line(x, y), ols(x, y).conf_int()[1]
        adjusted += fit.low <= 0.02 <= fit.high
        plain += theirs[0] <= 0.02 <= theirs[1]
    assert adjusted / 400 > 0.88
    assert plain / 400 < 0.8


def test_a_gap_forges_no_correlation() -> None:
    """Points on either side of a gap are no neighbours."""
    x = np.array([0.0, 1.0, 2.0, 10.0, 11.0, 12.0])
    residual = np.array([1.0, -2.0, 1.0, 1.0, -2.0, 1.0])
    fit = line(x, residual)
    within = residual[0] * residual[1] + residual[1] * residual[2]
    assert fit.lag1 == pytest.approx(2 * within / (residual @ residual), abs=1e-9)

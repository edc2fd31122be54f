"""Where the year's mean is heading."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from climtrack.analysis.climatology import MISSING_ALLOWED
from climtrack.analysis.frame import FLOOR
from climtrack.analysis.trend import annual_means
from climtrack.vocabulary.calendar import DAYS, LEAP_DAY
from climtrack.vocabulary.findings import Estimate, Unknown, YearEnd, YearEndScore
from climtrack.vocabulary.series import Floats, YearTable

#: Complete years before this one that are learnt from, and how many at least.
YEARS, FEWEST = 30, 10
#: Days whose anomaly is carried on; before the last of January they would reach into the year before.
RECENT = 30
#: Share of cases that the range holds, and ranks whose chances are given.
LEVEL, PLACES = 0.9, 5
#: A predictor that varies less than this share of the largest one tells nothing.
ALIKE = 1e-6
#: Largest leverage of a single year.
LEVERAGE = 0.99


def year_end(table: YearTable, column: int, *, means: Floats | None = None) -> YearEnd | Unknown:
    """
    Mean of the year expected from the year so far.

    The days so far count as they are. The anomaly of the rest of the year is a weighted mean of two estimates: a
    regression on the anomaly of the last 30 days and on the year, over the 30 complete years before, and the anomaly
    of the last 30 days itself ("it persists"). The weight is the one that would have erred least where each year was
    left out in turn [1]_, moved halfway to equal weights, since estimated weights alone do worse than they
    promise [2]_. Those left-out errors, widened by the leverage of this year, give the range and the chances.

    Parameters
    ----------
    table : YearTable
        As far as it is known; its last row is this year.
    column : int
        Column of the last value.
    means : array of float, optional
        Annual means of `table`.

    Returns
    -------
    YearEnd or Unknown
        Unknown before 31 January, the first day on which the back-test beats last year's mean; once the mean is known
        to 0.01 degC, on 31 December at the latest; where more than 10 days of this year are missing, or fewer than 10
        complete years lie before it.

    References
    ----------
    .. [1] Breiman, L. (1996), Stacked regressions, Machine Learning, 24, 49–64.
    .. [2] Stock, J. H. and Watson, M. W. (2004), Combination forecasts of output growth in a seven-country data set,
       Journal of Forecasting, 23, 405–430.
    """
    means = annual_means(table) if means is None else means
    year = int(table.years[-1])
    exists = table.days(year)
    days, known = int(exists[: column + 1].sum()), int((~np.isnan(table.values[-1])).sum())
    past = np.flatnonzero(~np.isnan(means[:-1]))[-YEARS:]
    if column == DAYS - 1:
        return Unknown("unknown.year_known", year=year)
    if days <= RECENT:
        return Unknown("unknown.year_young")
    if past.size < FEWEST:
        return Unknown("unknown.few_years_before", n=past.size, year=year)
    if known < days - MISSING_ALLOWED:
        return Unknown("unknown.few_days", n=known, days=days)

    rows = np.append(past, table.years.size - 1)
    normal = _means(table.values[past].T)
    normal[LEAP_DAY - 1] = (normal[LEAP_DAY - 2] + normal[LEAP_DAY]) / 2
    anomaly = table.values[rows] - normal
    recent = _means(anomaly[:, column + 1 - RECENT : column + 1])
    rest = _means(anomaly[:-1, column + 1 :])
    expected, errors = _rest_of_year(recent, (table.years[rows] - year) / 10, rest)

    left = float(exists[column + 1 :].sum() / exists.sum())
    to_date = float(_means(anomaly[-1:, : column + 1])[0])
    mean = float(normal[exists].mean()) + (1 - left) * to_date + left * expected
    errors = left * errors
    shares = np.arange(1, errors.size + 1) / (errors.size + 1)  # Weibull's plotting positions
    low, high = mean + np.interp([0.5 - 0.5 * LEVEL, 0.5 + 0.5 * LEVEL], shares, np.sort(errors))
    if high - low < FLOOR:
        return Unknown("unknown.year_known", year=year)
    warmer = (means[:-1] > (mean + errors)[:, np.newaxis]).sum(axis=1)
    chances = np.bincount(warmer, minlength=PLACES)[:PLACES] / errors.size
    return YearEnd(
        year=year,
        to_date=float(np.nanmean(table.values[-1])),
        days=known,
        mean=mean,
        low=float(low),
        high=float(high),
        level=LEVEL,
        years=int(errors.size),
        chance_of_rank={str(place): chance for place, chance in enumerate(chances.tolist(), 1)},
    )


def year_end_score(table: YearTable, estimates: Iterable[Estimate]) -> YearEndScore | Unknown:
    """
    How year ends have done since they were made.

    Parameters
    ----------
    table : YearTable
        Daily means.
    estimates : iterable of Estimate
        As they were first made and kept.

    Returns
    -------
    YearEndScore or Unknown
        Over the years that are over; Unknown while there are none.
    """
    kept = [one for one in estimates if one.kind == "year_end"]
    means = dict(zip(table.years.tolist(), annual_means(table).tolist(), strict=True)) if kept else {}
    came = [(one, mean) for one in kept if not np.isnan(mean := means.get(one.target.year, np.nan))]
    if not came:
        return Unknown("unknown.year_not_scored")
    error = np.array([one.expected - mean for one, mean in came])
    record = [not any(other >= mean for year, other in means.items() if year < one.target.year) for one, mean in came]
    chance = np.array([one.chance for one, _ in came])
    return YearEndScore(
        since=min(one.made for one, _ in came),
        estimates=len(came),
        held=sum(one.low <= mean <= one.high for one, mean in came) / len(came),
        rmse=float(np.sqrt((error**2).mean())),
        brier=float(((chance - record) ** 2).mean()),
    )


def _means(values: Floats) -> Floats:
    """Mean of each row over what is known of it; NaN where nothing is."""
    known = ~np.isnan(values)
    return np.asarray(np.where(known, values, 0.0).sum(axis=1) / np.where(known.any(axis=1), known.sum(axis=1), np.nan))


def _rest_of_year(recent: Floats, decades: Floats, rest: Floats) -> tuple[float, Floats]:
    """
    Anomaly expected of the rest of this year, which stands last, and the errors made for each year before.

    An error is the truth minus the estimate from the other years, shape (year,).
    """
    usable = ~np.isnan(rest)
    design = np.column_stack([np.ones(recent.size), recent, decades])
    learnt, now, rest = design[:-1][usable], design[-1], rest[usable]
    solve = np.linalg.pinv(learnt, rcond=ALIKE)
    leverage = np.minimum((learnt * solve.T).sum(axis=1), LEVERAGE)
    left_out = (rest - learnt @ (solve @ rest)) / (1 - leverage)
    persists = rest - learnt[:, 1]
    apart = persists - left_out
    best = float(np.clip(persists @ apart / (apart @ apart), 0, 1)) if apart.any() else 1.0
    weight = (best + 0.5) / 2
    wider = np.sqrt(1 + ((now @ solve) ** 2).sum())
    return (
        float(weight * (now @ solve @ rest) + (1 - weight) * now[1]),
        weight * wider * left_out + (1 - weight) * persists,
    )

"""Outlook: what the days ahead are expected to bring, its range, and the chance of being below last year's line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from climtrack.analysis.climatology import harmonic
from climtrack.analysis.frame import Frame
from climtrack.vocabulary.calendar import DAYS, LEAP_DAY, Ints, dayofyear_of, same_day
from climtrack.vocabulary.findings import Estimate, OutlookDay, OutlookScore, Unknown
from climtrack.vocabulary.series import Floats, Series, Status

#: Days beyond the latest value, and how far beyond it anything is said.
LEADS, FARTHEST = (7, 14, 21, 28), 30
#: Days from one issue of a newsletter to the next.
FORTNIGHT = 14
#: Means of the anomaly that the regression knows, in days; the first is the day itself.
MEANS = (1, 7, 30, 365)
#: Years that are learnt from, how many at least, and the days between two of their origins.
YEARS, FEWEST, STEP = 30, 10, 7
SPAN = round(365.25 * YEARS)
#: Origins farther than this from the day of the year teach nothing.
SEASON = 120
#: Years after which an error counts half: those of the first satellite years are larger than today's.
FADES = 5.0
#: Share of the last 365 days that must be known.
KNOWN = 0.9
LOW, HIGH = 0.05, 0.95
#: Smallest chance that 30 years can tell from none; 1 minus it is the largest.
LEAST = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Expectation:
    """
    What is expected some days after the last value.

    Parameters
    ----------
    values : array of float
        degC, shape (lead,).
    errors : array of float
        Errors that past years would have made, ascending, degC, shape (lead, origin).
    shares : array of float
        Share of them up to each, by weight, shape (lead, origin).
    """

    values: Floats
    errors: Floats
    shares: Floats

    def quantile(self, share: float) -> Floats:
        """Value that is not exceeded in this share of cases, degC, shape (lead,)."""
        found = [np.interp(share, self.shares[i], self.errors[i]) for i in range(self.values.size)]
        return self.values + np.array(found, dtype=np.float64)

    def chance_below(self, limits: Floats) -> Floats:
        """Chance of a value below a limit for each lead, 0.01 to 0.99, shape (lead,), NaN where the limit is."""
        found = [np.interp(limits[i] - self.values[i], self.errors[i], self.shares[i]) for i in range(self.values.size)]
        return np.asarray(np.clip(found, LEAST, 1 - LEAST))


def expectation(values: Floats, columns: Ints, leads: Ints, ahead: Ints) -> Expectation | int:
    """
    Regression of the anomaly some days ahead on what it is and has been, over the 30 years before.

    Anomalies are differences from the mean cycle of those years about their own straight line (8 harmonics). At
    origins a week apart the anomaly `leads` days later is fitted, by weighted least squares, to the anomaly of the
    day, to its 7-, 30- and 365-day means and to time; an origin's weight falls with its distance from today's
    day of the year and is zero from 120 days on. Errors are those of fits from which the origin's own year was left
    out, with the same weights, halved every 5 years back. Nothing after the last value is known to any step.

    Parameters
    ----------
    values : array of float
        One value a day, gaps as NaN, the last one known, degC, shape (time,).
    columns : array of int
        Day of year of each, from 0, shape (time,).
    leads, ahead : array of int
        Days beyond the last value, and the day of year of each, from 0, shape (lead,).

    Returns
    -------
    Expectation or int
        The number of years that could be learnt from where these are fewer than 10; 0 where the last year has gaps.
    """
    values, columns = values[-SPAN - MEANS[-1] :], columns[-SPAN - MEANS[-1] :]
    last = values.size - 1
    cycle = _cycle(values[-SPAN:], columns[-SPAN:])
    anomaly = values - cycle[columns]
    known = ~np.isnan(anomaly)
    total = np.concatenate([[0.0], np.cumsum(np.where(known, anomaly, 0.0))])
    count = np.concatenate([[0], np.cumsum(known)])

    ages = np.arange(STEP * -(-int(leads.max()) // STEP), last - MEANS[-1] + 2, STEP)
    back = np.rint(ages / 365.25).astype(np.int64)
    distance = np.abs(ages - 365.25 * back)
    origins = np.concatenate([[last], last - ages[distance < SEASON]])
    back, distance = back[distance < SEASON], distance[distance < SEASON]
    ends, days = origins[:, np.newaxis] + 1, np.array(MEANS)
    size = count[ends] - count[ends - days]
    targets = anomaly[np.minimum(origins[:, np.newaxis] + leads, last)]
    usable = (size[:, -1] >= KNOWN * MEANS[-1]) & known[origins]
    if not usable[0]:
        return 0
    usable[1:] &= ~np.isnan(targets[1:]).any(axis=1)
    back, distance = back[usable[1:]], distance[usable[1:]]
    starts = np.flatnonzero(np.diff(back, prepend=-1))
    if starts.size < FEWEST:
        return starts.size
    means = (total[ends] - total[ends - days]) / np.maximum(size, 1)
    known_then = np.column_stack([means, np.ones(origins.size), (origins - last) / SPAN])
    now, learnt, y = known_then[0], known_then[1:][usable[1:]], targets[1:][usable[1:]]

    weight = (1 - (distance / SEASON) ** 2) ** 2
    weighted = learnt * weight[:, np.newaxis]
    parts = [slice(a, b) for a, b in zip(starts, [*starts[1:], back.size], strict=True)]
    squares = np.array([weighted[part].T @ learnt[part] for part in parts])
    products = np.array([weighted[part].T @ y[part] for part in parts])
    ridge = 1e-9 * np.eye(now.size)  # of a series without weather all anomalies are zero
    whole = np.linalg.solve(squares.sum(axis=0) + ridge, products.sum(axis=0))
    without = np.linalg.solve(squares.sum(axis=0) - squares + ridge, products.sum(axis=0) - products)
    expected = np.vstack([learnt[part] @ fit for part, fit in zip(parts, without, strict=True)])
    errors = np.ascontiguousarray((y - expected).T)
    order = np.argsort(errors)
    weight = weight * 0.5 ** (back / FADES)
    weights = weight[order]
    shares = (np.cumsum(weights, axis=1) - weights / 2) / weight.sum()
    return Expectation(now @ whole + cycle[ahead], np.take_along_axis(errors, order, axis=1), shares)


def _cycle(values: Floats, columns: Ints) -> Floats:
    """Mean annual cycle about the straight line of some years, so that no year counts for more of it than another."""
    known = np.flatnonzero(~np.isnan(values))
    time, held, columns = known - known.mean(), values[known], columns[known]
    level = held - time * ((time * held).sum() / (time**2).sum())
    number = np.bincount(columns, minlength=DAYS)
    number[LEAP_DAY - 1] = max(number[LEAP_DAY - 1], 1)
    return harmonic(np.bincount(columns, level, DAYS) / number)


def outlook(frame: Frame, today: dt.date | None = None) -> tuple[OutlookDay, ...] | Unknown:
    """
    What is expected 7, 14, 21 and 28 days beyond the latest value, and on the day of the next issue.

    The next issue goes out a fortnight after `today`: the days that the source is late are part of its lead. Where it
    is more than 30 days beyond the latest value it is left out.

    Parameters
    ----------
    today : date, optional
        The day on which this is asked; by default that of the latest value.

    Returns
    -------
    tuple of OutlookDay or Unknown
        By date; Unknown without a baseline, for fewer than 10 years before, and where the last year lacks more than a
        tenth of its days.
    """
    if frame.climatology is None:
        return Unknown("unknown.no_baseline")
    if (years := frame.table.years.size - 1) < FEWEST:
        return Unknown("unknown.few_years_before", n=years, year=frame.day.year)
    issue = (today or frame.day) + dt.timedelta(days=FORTNIGHT)
    wait = (issue - frame.day).days
    leads = np.array(sorted({*LEADS, *([wait] if 0 < wait <= FARTHEST else [])}))
    dates = [frame.day + dt.timedelta(days=int(lead)) for lead in leads]
    ahead = np.array([dayofyear_of(date) - 1 for date in dates])
    found = expectation(frame.series.values, frame.place[-SPAN - MEANS[-1] :] % DAYS, leads, ahead)
    if found == 0:
        return Unknown("unknown.gaps", first=frame.day - dt.timedelta(days=MEANS[-1] - 1), last=frame.day)
    if isinstance(found, int):
        return Unknown("unknown.few_years_before", n=found, year=frame.day.year)
    partners = [same_day(date, date.year - 1) for date in dates]
    last_year = np.array([frame.table.row(day.year)[dayofyear_of(day) - 1] for day in partners])
    held = frame.table.values[:, ahead]
    best = np.where(np.isnan(held).all(axis=0), np.nan, np.fmax.reduce(held, axis=0))
    normal = frame.climatology.mean[ahead]
    low, high = found.quantile(LOW), found.quantile(HIGH)
    below, record = found.chance_below(last_year), 1 - found.chance_below(best)
    return tuple(
        OutlookDay(
            date=date,
            lead_days=int(leads[i]),
            next_issue=date == issue,
            anomaly=float(found.values[i] - normal[i]),
            low=float(low[i] - normal[i]),
            high=float(high[i] - normal[i]),
            chance_below_last_year=float(below[i]) if below[i] >= 0 else np.nan,
            chance_record_for_date=float(record[i]) if record[i] >= 0 else np.nan,
            normal=float(normal[i]),
        )
        for i, date in enumerate(dates)
    )


def score(series: Series, estimates: Iterable[Estimate]) -> OutlookScore | Unknown:
    """
    How outlooks have done since they were made.

    Parameters
    ----------
    estimates : iterable of Estimate
        As they were first made and kept.

    Returns
    -------
    OutlookScore or Unknown
        Over the days that have come with a final value; Unknown while there are none.
    """
    came = [
        (one, float(series.values[at]), series.value(same_day(one.target, one.target.year - 1)))
        for one in estimates
        if one.kind == "outlook" and (at := series.index(one.target)) is not None and series.status[at] == Status.FINAL
    ]
    if not came:
        return Unknown("unknown.not_scored")
    known = [(one.chance, value < line) for one, value, line in came if line is not None and one.chance == one.chance]
    chance, below = np.array(known, dtype=np.float64).reshape(-1, 2).T
    return OutlookScore(
        since=min(one.made for one, *_ in came),
        days=len(came),
        held=sum(one.low <= value <= one.high for one, value, _ in came) / len(came),
        brier=float(((chance - below) ** 2).mean()) if known else np.nan,
        hits=int(((chance > 0.5) == below).sum()),
        chances=len(known),
    )
